// The tables as Diesel sees them, in the form of `diesel print-schema` (see diesel.toml).

diesel::table! {
    card_datasheets (datasheet_id) {
        datasheet_id -> Text,
        session_id -> Text,
        card_id -> Text,
    }
}

diesel::table! {
    card_revisions (id) {
        id -> Text,
        session_id -> Text,
        card_id -> Text,
        section_key -> Text,
        title -> Text,
        position -> Integer,
        value -> Text,
        version -> Integer,
        removed -> Bool,
        created_at -> Timestamp,
        by_link -> Bool,
    }
}

diesel::table! {
    card_section_data (card_id, section_key) {
        session_id -> Text,
        card_id -> Text,
        section_key -> Text,
        title -> Text,
        position -> Integer,
        value -> Text,
        version -> Integer,
        updated_at -> Timestamp,
        by_link -> Bool,
    }
}

diesel::table! {
    ended_keys (key_hash) {
        key_hash -> Text,
        ended_at -> Timestamp,
        forget_at -> Timestamp,
    }
}

diesel::table! {
    files (id) {
        id -> Text,
        session_id -> Text,
        card_id -> Text,
        section_key -> Nullable<Text>,
        name -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        created_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    link_codes (id) {
        id -> Text,
        session_id -> Text,
        kind -> Text,
        code_hash -> Text,
        link_hash -> Nullable<Text>,
        made_by -> Text,
        family -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    model_cards (id) {
        id -> Text,
        session_id -> Text,
        title -> Text,
        format -> Text,
        outline -> Text,
        file_name -> Nullable<Text>,
        source -> Nullable<Binary>,
        once -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    section_links (id) {
        id -> Text,
        session_id -> Text,
        card_id -> Text,
        section_key -> Text,
        link_hash -> Text,
        since_version -> Integer,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    session_keys (handle) {
        handle -> Text,
        session_id -> Text,
        key_hash -> Text,
        state -> Text,
        version -> Integer,
        created_at -> Timestamp,
        touched_at -> Timestamp,
        expires_at -> Timestamp,
        family -> Text,
        previous_hash -> Nullable<Text>,
        previous_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        cards -> Integer,
        content_bytes -> BigInt,
        history_bytes -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    card_datasheets,
    card_revisions,
    card_section_data,
    ended_keys,
    files,
    link_codes,
    model_cards,
    section_links,
    session_keys,
    sessions,
);
