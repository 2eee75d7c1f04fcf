//! Datasheets of datasets, linked to the card of a model: begun, linked, unlinked, shown together, and nobody else's.

use cartellino::db::cards::{self, NewCard, NewSection, Unfit};
use cartellino::db::schema::card_datasheets;
use cartellino::db::{DbConnection, Error};
use cartellino::session::SessionId;
use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use reqwest::StatusCode;

use crate::backends::{Backend, open_session};
use crate::editing::{save, section_form};
use crate::harness::page::Page;
use crate::harness::{Answer, TestApp, Visitor, card_of, fixture};

const CARD: &[u8] = b"{\"name\": \"Otter\"}";

/// The application on both databases, on PostgreSQL where it is installed.
async fn everywhere() -> Vec<TestApp> {
    let mut all = vec![TestApp::start().await];
    all.extend(TestApp::start_on_postgres().await);
    all
}

fn id(card: &str) -> String {
    card.trim_start_matches("/cards/").to_owned()
}

/// Sends the form of a page that goes to this address, with these values; the answer must lead to a page.
async fn send(visitor: &Visitor, page: &str, action: &str, values: &[(&str, &str)]) -> Answer {
    let answer = try_to(visitor, page, action, values).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
    visitor.follow(answer).await
}

async fn try_to(visitor: &Visitor, page: &str, action: &str, values: &[(&str, &str)]) -> Answer {
    let page = visitor.get(page).await;
    let mut form = page.page().find_form(|form| form.action == action);
    for (name, value) in values {
        form.set(name, value);
    }
    visitor.submit(&page, &form).await
}

/// Begins a datasheet of the card; its address.
async fn begin(visitor: &Visitor, card: &str) -> String {
    let page = send(visitor, card, &format!("{card}/datasheet"), &[]).await;
    card_of(&page.path)
}

async fn link(visitor: &Visitor, card: &str, datasheet: &str) -> Answer {
    let values = [("datasheet".to_owned(), id(datasheet))];
    visitor.post(&format!("{card}/datasheet/link"), &values).await
}

async fn overview(visitor: &Visitor, card: &str) -> Page {
    let page = visitor.get(card).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.page().main());
    page.page()
}

/// The titles on the first page, in order, a datasheet with the sentence above it.
async fn listed(visitor: &Visitor) -> Vec<String> {
    visitor
        .get("/")
        .await
        .page()
        .texts(".cards > li")
        .into_iter()
        .map(|label| {
            let end = label.find(" Format ").expect("what follows the title");
            label[..end].to_owned()
        })
        .collect()
}

#[tokio::test]
async fn a_datasheet_is_begun_on_the_card_and_both_lead_to_each_other() {
    for app in everywhere().await {
        let anna = app.visitor();
        let card = anna.card("otter.json", CARD).await;
        let page = send(&anna, &card, &format!("{card}/datasheet"), &[]).await;
        let sheet = card_of(&page.path);
        let page = page.page();
        assert_eq!(page.heading(), "Datasheet of Otter");
        assert!(
            page.main().contains("This datasheet belongs to “Otter”."),
            "{}",
            page.main()
        );
        assert!(page.main().contains("This is a datasheet of Otter"), "{}", page.main());
        assert!(page.links().contains(&card));
        assert!(
            anna.sections(&sheet)
                .await
                .iter()
                .any(|path| path.ends_with("/motivation"))
        );

        let section = anna.get(&format!("{sheet}/sections/motivation")).await;
        let mut form = section_form(&section);
        let box_name = form.texts[0].clone();
        save(&anna, &section, form.set(&box_name, "To count otters")).await;
        let page = overview(&anna, &card).await;
        let lines = page.texts("#datasheets + ul > li");
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("Datasheet of Otter 1 of 57 answered"), "{lines:?}");
        assert!(page.links().contains(&sheet));

        let second = begin(&anna, &card).await;
        assert_eq!(overview(&anna, &second).await.heading(), "Datasheet 2 of Otter");
        assert_eq!(overview(&anna, &card).await.texts("#datasheets + ul > li").len(), 2);

        let download = anna.get(&format!("{card}/download")).await.page();
        assert!(
            download.links().contains(&format!("{sheet}/download/cartellino")),
            "{:?}",
            download.links()
        );
        let file = String::from_utf8(anna.download(&sheet, "cartellino").await).expect("UTF-8");
        assert!(file.contains("To count otters"));
        assert!(
            download
                .main()
                .contains("Each is a file of its own, to go with the card.")
        );
        let download = anna.get(&format!("{sheet}/download")).await.page();
        assert!(
            download.main().contains("This is a datasheet of Otter"),
            "{}",
            download.main()
        );
    }
}

#[tokio::test]
async fn a_double_click_begins_one_datasheet() {
    for app in everywhere().await {
        let anna = app.visitor();
        let card = anna.card("otter.json", CARD).await;
        let page = anna.get(&card).await;
        let form = page.page().find_form(|form| form.action == format!("{card}/datasheet"));
        let (one, other) = tokio::join!(anna.submit(&page, &form), anna.submit(&page, &form));
        assert_eq!(card_of(&one.location()), card_of(&other.location()));
        assert_eq!(app.rows("model_cards").await, 2);
        assert_eq!(app.rows("card_datasheets").await, 1);
    }
}

#[tokio::test]
async fn the_first_page_shows_datasheets_behind_their_card() {
    for app in everywhere().await {
        let anna = app.visitor();
        let otter = anna.card("otter.json", CARD).await;
        begin(&anna, &otter).await;
        app.pass(TimeDelta::seconds(61));
        anna.card("beaver.json", b"{\"name\": \"Beaver\"}").await;
        assert_eq!(
            listed(&anna).await,
            ["Beaver", "Otter", "Datasheet of “Otter” Datasheet of Otter"]
        );
        app.pass(TimeDelta::seconds(61));
        begin(&anna, &otter).await;
        assert_eq!(
            listed(&anna).await,
            [
                "Otter",
                "Datasheet of “Otter” Datasheet 2 of Otter",
                "Datasheet of “Otter” Datasheet of Otter",
                "Beaver"
            ],
            "work on a datasheet brings its card along"
        );
    }
}

/// The two files of WebCards, in either order.
#[tokio::test]
async fn an_uploaded_datasheet_is_linked_from_either_side_and_unlinked() {
    for app in everywhere().await {
        let anna = app.visitor();
        let (model, data) = (fixture("webcards/late.json"), fixture("webcards/datasheet.json"));
        let answer = anna.upload("answer.json", &model).await;
        let card = card_of(&answer.location());
        let report = anna.follow(answer).await.page().main();
        assert!(report.contains("answer_datasheet.json"), "{report}");
        let answer = anna.upload("answer_datasheet.json", &data).await;
        let sheet = card_of(&answer.location());
        let report = anna.follow(answer).await.page().main();
        assert!(report.contains("This is a datasheet."), "{report}");

        let (title, sheet_title) = (
            overview(&anna, &card).await.heading(),
            overview(&anna, &sheet).await.heading(),
        );
        let page = send(&anna, &sheet, &format!("{sheet}/datasheet/link"), &[])
            .await
            .page();
        assert!(
            page.main()
                .contains(&format!("“{sheet_title}” is now a datasheet of “{title}”.")),
            "{}",
            page.main()
        );
        assert!(page.main().contains(&format!("This is a datasheet of {title}")));
        assert!(
            !page.forms().iter().any(|form| form.action.ends_with("/link")),
            "linked once"
        );
        // On the card it can be undone, and done again from there.
        let page = send(&anna, &card, &format!("{card}/datasheet/unlink"), &[])
            .await
            .page();
        assert!(page.main().contains("is a card by itself again"), "{}", page.main());
        assert!(page.texts("#datasheets + ul > li").is_empty());
        app.pass(TimeDelta::seconds(61));
        anna.card("other.json", CARD).await;
        let offered = overview(&anna, &card).await.texts("select[name=datasheet] option");
        assert_eq!(offered, [sheet_title.as_str(), "Otter"], "a datasheet comes first");
        let page = send(
            &anna,
            &card,
            &format!("{card}/datasheet/link"),
            &[("datasheet", &id(&sheet))],
        )
        .await
        .page();
        assert_eq!(page.texts("#datasheets + ul > li").len(), 1);
        // And undone on the datasheet, twice as by a double click.
        let page = anna.get(&sheet).await;
        let form = page.page().find_form(|form| form.action.ends_with("/unlink"));
        for _ in 0..2 {
            let answer = anna.submit(&page, &form).await;
            assert_eq!(card_of(&answer.location()), sheet);
        }
        assert_eq!(app.rows("card_datasheets").await, 0);
        assert_eq!(anna.download(&card, "webcards").await, model);
        assert_eq!(anna.download(&sheet, "webcards").await, data);
    }
}

#[tokio::test]
async fn what_does_not_go_together_is_refused_in_words() {
    for app in everywhere().await {
        let anna = app.visitor();
        let otter = anna.card("otter.json", CARD).await;
        let beaver = anna.card("beaver.json", b"{\"name\": \"Beaver\"}").await;
        let sheet = begin(&anna, &otter).await;
        let cases = [
            (&otter, &otter, "cannot be its own datasheet"),
            (&sheet, &beaver, "a datasheet has no datasheets"),
            (&beaver, &otter, "The card has datasheets, so it cannot become one"),
            (&beaver, &sheet, "already the datasheet of another card"),
        ];
        for (card, datasheet, words) in cases {
            let answer = link(&anna, card, datasheet).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
            let page = answer.page();
            assert_eq!(page.heading(), "These cards cannot be linked");
            assert!(page.main().contains(words), "{}", page.main());
        }
        let answer = anna.post(&format!("{sheet}/datasheet"), &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let answer = anna.post(&format!("{otter}/datasheet/link"), &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        for odd in ["", "../x", "\u{0}", "'", &"9".repeat(5000)] {
            let values = [("datasheet".to_owned(), odd.to_owned())];
            for action in ["link", "unlink"] {
                let answer = anna.post(&format!("{otter}/datasheet/{action}"), &values).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{action} {odd:?}");
            }
        }
        assert_eq!(
            (app.rows("model_cards").await, app.rows("card_datasheets").await),
            (3, 1)
        );
        // What is refused is not offered either.
        let offered = overview(&anna, &beaver).await.texts("select[name=datasheet] option");
        assert!(offered.is_empty(), "{offered:?}");
    }
}

#[tokio::test]
async fn nobody_links_or_unlinks_somebody_elses_card() {
    for app in everywhere().await {
        let (anna, boris) = (app.visitor(), app.visitor());
        let hers = anna.card("otter.json", b"{\"name\": \"Secret otter\"}").await;
        let sheet = begin(&anna, &hers).await;
        let spare = anna.card("spare.json", CARD).await;
        let his = boris.card("his.json", CARD).await;
        let missing = format!("/cards/{}", "a".repeat(26));
        for theirs in [&hers, &sheet, &spare, &missing] {
            for (page, field, value) in [
                (&his, "datasheet", theirs),
                (&his, "of", theirs),
                (theirs, "datasheet", &his),
                (theirs, "of", &his),
            ] {
                for action in ["link", "unlink"] {
                    if action == "unlink" && field == "of" {
                        continue;
                    }
                    let values = [(field.to_owned(), id(value))];
                    let answer = boris.post(&format!("{page}/datasheet/{action}"), &values).await;
                    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{action} {field}");
                    assert!(!answer.text().contains("Secret"));
                }
            }
            assert_eq!(
                boris.post(&format!("{theirs}/datasheet"), &[]).await.status,
                StatusCode::NOT_FOUND
            );
        }
        assert_eq!(
            (app.rows("model_cards").await, app.rows("card_datasheets").await),
            (4, 1)
        );
        assert!(!boris.get(&his).await.text().contains("Secret"));
        assert!(overview(&anna, &sheet).await.links().contains(&hers));
    }
}

#[tokio::test]
async fn a_datasheet_outlives_its_card_and_the_other_way_round() {
    for app in everywhere().await {
        let anna = app.visitor();
        let card = anna.card("otter.json", CARD).await;
        let (first, second) = (begin(&anna, &card).await, begin(&anna, &card).await);
        let asked = anna.get(&format!("{card}/delete")).await.page().main();
        assert!(asked.contains("Its 2 datasheets stay"), "{asked}");
        send(&anna, &second, &format!("{second}/datasheet/unlink"), &[]).await;
        send(&anna, &second, &format!("{second}/datasheet/link"), &[]).await;
        let deleted = anna.post(&format!("{second}/delete"), &[]).await;
        assert_eq!(deleted.status, StatusCode::SEE_OTHER);
        assert_eq!(overview(&anna, &card).await.texts("#datasheets + ul > li").len(), 1);
        anna.post(&format!("{card}/delete"), &[]).await;
        let left = overview(&anna, &first).await;
        assert!(!left.main().contains("This is a datasheet of"), "{}", left.main());
        for page in ["", "/download", "/preview", "/changes", "/delete", "/import"] {
            assert_eq!(
                anna.get(&format!("{first}{page}")).await.status,
                StatusCode::OK,
                "{page}"
            );
        }
        assert_eq!(app.rows("card_datasheets").await, 0);
        assert_eq!(listed(&anna).await, ["Datasheet of Otter"]);
    }
}

#[tokio::test]
async fn deleting_everything_and_expiry_leave_no_link() {
    for app in everywhere().await {
        let (anna, boris) = (app.visitor(), app.visitor());
        for visitor in [&anna, &boris] {
            let card = visitor.card("otter.json", CARD).await;
            begin(visitor, &card).await;
        }
        assert_eq!(app.rows("card_datasheets").await, 2);
        let page = anna.get("/session/delete").await;
        let form = page
            .page()
            .find_form(|form| form.buttons.iter().any(|button| button.text == "Delete everything"));
        anna.submit(&page, &form).await;
        assert_eq!(
            (app.rows("card_datasheets").await, app.rows("model_cards").await),
            (1, 2)
        );
        app.pass(TimeDelta::days(31));
        assert_eq!(app.sweep().await.sessions, 1);
        assert_eq!(
            (app.rows("card_datasheets").await, app.rows("model_cards").await),
            (0, 0)
        );
    }
}

#[tokio::test]
async fn a_copy_is_linked_to_nothing_and_says_so() {
    let app = TestApp::start().await;
    let anna = app.visitor();
    let card = anna.card("otter.json", CARD).await;
    let sheet = begin(&anna, &card).await;
    let copy = send(&anna, &card, &format!("{card}/duplicate"), &[]).await.page();
    assert!(
        copy.main()
            .contains("Its datasheets stay with it, and the copy has none yet."),
        "{}",
        copy.main()
    );
    assert!(copy.texts("#datasheets + ul > li").is_empty());
    let copy = send(&anna, &sheet, &format!("{sheet}/duplicate"), &[]).await.page();
    assert!(copy.main().contains("It is linked to no card yet."), "{}", copy.main());
    assert!(!copy.main().contains("This is a datasheet of"));
    assert_eq!(app.rows("card_datasheets").await, 1);
}

#[tokio::test]
async fn a_datasheet_counts_as_a_card() {
    let app = TestApp::start_with(&["--session-max-cards", "2"]).await;
    let anna = app.visitor();
    let card = anna.card("otter.json", CARD).await;
    begin(&anna, &card).await;
    let full = try_to(&anna, &card, &format!("{card}/datasheet"), &[]).await;
    assert_eq!(full.status, StatusCode::PAYLOAD_TOO_LARGE);
    let again = full.page().find_form(|form| form.action == format!("{card}/datasheet"));
    assert!(again.value("once").is_some(), "it can be sent again");
    assert_eq!(
        (app.rows("model_cards").await, app.rows("card_datasheets").await),
        (2, 1)
    );
}

// The rows themselves.

fn at(minute: i64) -> NaiveDateTime {
    chrono::DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
}

fn card(title: &str) -> NewCard {
    NewCard {
        title: title.to_owned(),
        format: "cartellino".to_owned(),
        outline: "free".to_owned(),
        source: None,
        file_name: None,
        once: None,
        sections: vec![NewSection {
            key: "one".to_owned(),
            title: "One".to_owned(),
            value: "[]".to_owned(),
        }],
    }
}

fn session(conn: &mut DbConnection, key: &str) -> Result<SessionId, Error> {
    open_session(conn, key, at(0), at(1000))
}

/// A link as a faulty program might write it.
fn insert(conn: &mut DbConnection, session: &SessionId, card: &str, datasheet: &str) -> Result<(), Error> {
    conn.transaction(|conn| {
        diesel::insert_into(card_datasheets::table)
            .values((
                card_datasheets::datasheet_id.eq(datasheet),
                card_datasheets::session_id.eq(session.as_str()),
                card_datasheets::card_id.eq(card),
            ))
            .execute(conn)?;
        Ok(())
    })
}

#[tokio::test]
async fn the_tables_refuse_a_link_across_sessions() {
    for backend in Backend::all().await {
        let steps = backend.db.write(|conn| {
            let (me, other) = (session(conn, "k1")?, session(conn, "k2")?);
            let mine = cards::create(conn, &me, &card("mine"), at(1))?;
            let sheet = cards::create(conn, &me, &card("sheet"), at(1))?;
            let theirs = cards::create(conn, &other, &card("theirs"), at(1))?;
            for (session, card, datasheet) in [
                (&me, &mine, &theirs),
                (&me, &theirs, &mine),
                (&other, &mine, &theirs),
                (&other, &mine, &sheet),
            ] {
                assert!(insert(conn, session, card, datasheet).is_err());
                let linked = cards::link_datasheet(conn, session, card, datasheet);
                assert!(matches!(linked, Err(Error::NotFound)));
            }
            assert!(insert(conn, &me, &mine, &mine).is_err(), "a card by itself");
            assert!(matches!(
                cards::link_datasheet(conn, &me, &mine, &mine),
                Err(Error::Unfit(Unfit::Itself))
            ));
            cards::link_datasheet(conn, &me, &mine, &sheet)?;
            assert!(!cards::unlink_datasheet(conn, &other, &sheet)?);
            assert!(cards::datasheets_of(conn, &other, &mine)?.is_empty());
            assert!(cards::datasheet_owner(conn, &other, &sheet)?.is_none());
            assert!(cards::datasheet_links(conn, &other)?.is_empty());
            assert_eq!(cards::datasheet_links(conn, &me)?.len(), 1);
            assert_eq!(cards::datasheet_owner(conn, &me, &sheet)?.map(|row| row.id), Some(mine));
            Ok(())
        });
        steps.await.unwrap();
    }
}

#[tokio::test]
async fn a_link_goes_along_into_another_session() {
    for backend in Backend::all().await {
        let steps = backend.db.write(|conn| {
            let (me, other) = (session(conn, "k1")?, session(conn, "k2")?);
            // The datasheet is older than the card in one pair and younger in the other.
            let ids: Vec<String> = (0..4)
                .map(|number| cards::create(conn, &me, &card(&format!("{number}")), at(number)))
                .collect::<Result<_, _>>()?;
            cards::link_datasheet(conn, &me, &ids[0], &ids[1])?;
            cards::link_datasheet(conn, &me, &ids[3], &ids[2])?;
            let before = cards::datasheet_links(conn, &me)?;
            cartellino::db::sessions::move_all(conn, &me, &other)?;
            assert_eq!(cards::datasheet_links(conn, &other)?, before);
            assert!(cards::datasheet_links(conn, &me)?.is_empty());
            Ok(())
        });
        steps.await.unwrap();
    }
}

#[tokio::test]
async fn deleting_a_card_while_it_is_linked_leaves_the_other_whole() {
    for backend in Backend::all().await {
        for round in 0..8 {
            let key = format!("k{round}");
            let (me, owner, sheet) = backend
                .db
                .write(move |conn| {
                    let me = session(conn, &key)?;
                    let owner = cards::create(conn, &me, &card("card"), at(1))?;
                    let sheet = cards::create(conn, &me, &card("sheet"), at(1))?;
                    Ok((me, owner, sheet))
                })
                .await
                .unwrap();
            let same = Backend::same(&backend);
            let linking = {
                let (me, owner, sheet) = (me.clone(), owner.clone(), sheet.clone());
                same.db
                    .write(move |conn| cards::link_datasheet(conn, &me, &owner, &sheet))
            };
            let deleting = {
                let (me, owner) = (me.clone(), owner.clone());
                backend.db.write(move |conn| cards::delete(conn, &me, &owner))
            };
            let (linked, deleted) = tokio::join!(linking, deleting);
            deleted.unwrap();
            assert!(
                matches!(linked, Ok(()) | Err(Error::NotFound)),
                "{}: {linked:?}",
                backend.name
            );
            backend
                .db
                .run(move |conn| {
                    assert_eq!(cards::sections(conn, &me, &sheet)?.len(), 1);
                    assert!(cards::datasheet_owner(conn, &me, &sheet)?.is_none());
                    Ok(())
                })
                .await
                .unwrap();
        }
        assert_eq!(backend.rows("card_datasheets").await, 0, "{}", backend.name);
    }
}
