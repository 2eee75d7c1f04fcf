/// A kind of message: its fields with their numbers.
#[derive(Debug)]
pub struct Schema {
    /// Its name in the schema file.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [FieldType],
}

/// A field of a kind of message.
#[derive(Debug)]
pub struct FieldType {
    /// The number that stands for it in the binary notation.
    pub number: u32,
    /// The name that stands for it in the text notation.
    pub name: &'static str,
    /// Whether it may come several times, and is shown as a list.
    pub repeated: bool,
    /// What it holds.
    pub kind: Type,
}

/// What a field holds. Numbers and enumerations are in none of the schemas that are read here.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// `string`
    Text,
    /// `bool`
    Bool,
    /// A message of this kind.
    Message(&'static Schema),
}

impl Schema {
    /// The field with this number.
    pub fn numbered(&self, number: u32) -> Option<&'static FieldType> {
        self.fields.iter().find(|field| field.number == number)
    }

    /// The field with this name.
    pub fn named(&self, name: &str) -> Option<&'static FieldType> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl FieldType {
    const fn new(number: u32, name: &'static str, repeated: bool, kind: Type) -> Self {
        Self {
            number,
            name,
            repeated,
            kind,
        }
    }

    /// `optional string`
    pub const fn text(number: u32, name: &'static str) -> Self {
        Self::new(number, name, false, Type::Text)
    }

    /// `repeated string`
    pub const fn texts(number: u32, name: &'static str) -> Self {
        Self::new(number, name, true, Type::Text)
    }

    /// `optional bool`
    pub const fn flag(number: u32, name: &'static str) -> Self {
        Self::new(number, name, false, Type::Bool)
    }

    /// An optional message.
    pub const fn one(number: u32, name: &'static str, schema: &'static Schema) -> Self {
        Self::new(number, name, false, Type::Message(schema))
    }

    /// A repeated message.
    pub const fn many(number: u32, name: &'static str, schema: &'static Schema) -> Self {
        Self::new(number, name, true, Type::Message(schema))
    }

    /// The schema of the messages it holds, if it holds messages.
    pub const fn schema(&self) -> Option<&'static Schema> {
        match self.kind {
            Type::Message(schema) => Some(schema),
            _ => None,
        }
    }
}

/// The name under which a field is shown that has only a number.
pub(super) fn name_of(number: u32) -> String {
    format!("field {number}")
}

/// The largest number that a field may have.
pub(super) const MAX_NUMBER: u32 = (1 << 29) - 1;

/// The number in such a name, where a field may have it.
pub(super) fn number_in(name: &str) -> Option<u32> {
    let number = name.strip_prefix("field ")?.parse().ok()?;
    ((1..=MAX_NUMBER).contains(&number) && name_of(number) == name).then_some(number)
}
