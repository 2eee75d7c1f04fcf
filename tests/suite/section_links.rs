//! Story 8 over HTTP: a colleague writes the hard section by a link, and gets that section and nothing else.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use crate::editing::{press, save, section_form};
use crate::faults::assert_tells;
use crate::harness::page::Form;
use crate::harness::program::Program;
use crate::harness::{Answer, TestApp, Upload, Visitor};
use crate::preview;

/// A card whose other section holds what the colleague must never see.
const CARD: &[u8] =
    br#"{"name": "Fog finder", "limits": {"known": "fog", "rows": ["x", "y"]}, "owner": {"phone": "hers-alone-7f3a"}}"#;
const OTHERS: &str = "hers-alone-7f3a";
const NAME: &str = "Fog finder";

/// Both databases.
async fn everywhere() -> Vec<TestApp> {
    let mut apps = vec![TestApp::start().await];
    apps.extend(TestApp::start_on_postgres().await);
    apps
}

/// Her card, the address of its section of limits, and a link to that.
async fn asked(anna: &Visitor) -> (String, String, String) {
    let card = anna.card("fog.json", CARD).await;
    let section = format!("{card}/sections/limits");
    let link = link_to(anna, &section).await;
    (card, section, link)
}

/// Makes a link to a section; returns its path.
pub async fn link_to(owner: &Visitor, section: &str) -> String {
    let page = owner.get(section).await.page();
    let way = format!("{section}/links");
    assert!(page.links().contains(&way), "the section leads to it");
    let answer = make(owner, section).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.page().main());
    let links = answer.page().links();
    let link = links.iter().find_map(|link| link.split_once("/write/"));
    format!("/write/{}", link.expect("a link").1)
}

/// Presses the button for a link.
pub async fn make(owner: &Visitor, section: &str) -> Answer {
    let page = owner.get(&format!("{section}/links")).await;
    let mut form = page
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.value == "make"));
    owner.submit(&page, form.press("Make a link")).await
}

/// Revokes the newest link of the card.
async fn revoke(owner: &Visitor, section: &str) -> Answer {
    let page = owner.get(&format!("{section}/links")).await;
    let mut form = page.page().find_form(|form| form.value("wish") == Some("revoke"));
    press(owner, &page, &mut form, "Revoke").await
}

/// The form of a page with one text typed over.
fn typed(page: &Answer, old: &str, new: &str) -> Form {
    let mut form = section_form(page);
    let name = form
        .control_showing(old)
        .unwrap_or_else(|| panic!("{old:?} is not shown"))
        .to_owned();
    form.set(&name, new);
    form
}

/// Types over a text of the section and saves, by the button or as the page does by itself.
async fn write(visitor: &Visitor, address: &str, old: &str, new: &str) {
    let page = visitor.get(address).await;
    save(visitor, &page, &typed(&page, old, new)).await;
}

async fn autosave(visitor: &Visitor, address: &str, form: &Form) -> Answer {
    let mut fields = form.fields.clone();
    fields.push(("do".to_owned(), "autosave".to_owned()));
    visitor.post_as_script(address, &fields).await
}

async fn file(owner: &Visitor, card: &str) -> String {
    String::from_utf8(owner.download(card, "json").await).expect("UTF-8")
}

fn assert_gone(answer: &Answer, when: &str) {
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{when}");
    let main = answer.page().main();
    assert!(
        main.contains("This link opens nothing any more") && main.contains("Ask whoever sent it"),
        "{when}: {main}"
    );
    assert!(
        !main.contains(NAME) && !main.contains("Your own cards"),
        "{when}: {main}"
    );
}

/// What guests must never learn or be handed on with the page.
fn assert_private(answer: &Answer, what: &str) {
    assert!(!answer.text().contains(OTHERS), "{what} shows another section");
    assert!(!answer.text().contains("/cards/"), "{what} leads into the card");
    assert_eq!(answer.header("set-cookie"), "", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{what}");
    assert!(answer.header("x-robots-tag").contains("noindex"), "{what}");
}

#[tokio::test]
async fn a_colleague_writes_one_section_and_the_owner_sees_it() {
    for app in everywhere().await {
        let (anna, colleague) = (app.visitor(), app.visitor());
        let (card, section, link) = asked(&anna).await;
        assert_eq!(link.len(), "/write/".len() + 26, "128 bits");
        let page = colleague.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_private(&page, "the section");
        assert_eq!(page.page().heading(), NAME);
        assert!(
            page.page().main().contains("good until 28 September 2026"),
            "{}",
            page.page().main()
        );
        for target in page.page().links() {
            assert!(
                ["/", "/help", "/privacy", "#main"].contains(&target.as_str()),
                "a way to {target}"
            );
        }
        for form in page.page().forms() {
            assert_eq!(form.action, link);
        }
        app.pass(TimeDelta::minutes(2));
        let told = save(&colleague, &page, &typed(&page, "fog", "fog, and smoke above 3 %")).await;
        assert!(
            told.page().texts(".notice").join(" ").contains("“limits” was saved."),
            "{}",
            told.page().main()
        );
        assert_private(&told, "the section after a save");
        assert!(file(&anna, &card).await.contains("smoke above 3 %"));
        let form = typed(&told, "fog, and smoke above 3 %", "fog, smoke");
        let answer = autosave(&colleague, &link, &form).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_private(&answer, "what the script is told");

        let seen = anna.get(&section).await.page().main();
        assert!(
            seen.contains("Changed by section link, 21 September 2026, 14:15 UTC"),
            "{seen}"
        );
        let overview = anna.get(&card).await.page().texts(".ledger li");
        let marked: Vec<_> = overview
            .iter()
            .filter(|line| line.contains("changed by section link"))
            .collect();
        assert!(marked.len() == 1 && marked[0].starts_with("limits"), "{overview:?}");
        let history = anna.get(&format!("{section}/history")).await.page();
        assert!(
            history
                .main()
                .contains("changed by section link, 21 September 2026, 14:15"),
            "{}",
            history.main()
        );
        assert!(
            history.main().contains("Then, by section link: “known” changed"),
            "{}",
            history.main()
        );
        let compare = anna.get(&section).await.page().links();
        let compare = compare
            .iter()
            .find(|link| link.contains("?version="))
            .expect("a way to compare");
        let compared = anna.get(compare).await;
        let words = compared.page().main();
        assert!(
            words.contains("fog, smoke") && words.contains("1 field differs"),
            "{words}"
        );
        let mut back = compared.page().find_form(|form| form.value("version") == Some("1"));
        let restored = press(&anna, &compared, &mut back, "Bring this version back").await;
        assert!(
            !restored.page().main().contains("Changed by section link"),
            "she wrote last"
        );
        assert_eq!(file(&anna, &card).await.as_bytes(), CARD);

        let told = revoke(&anna, &section).await.page().texts(".notice").join(" ");
        assert!(told.contains("The link to “limits” is revoked"), "{told}");
        assert_gone(&colleague.get(&link).await, "revoked");
        assert_eq!(app.rows("section_links").await, 0);
    }
}

#[tokio::test]
async fn looking_changes_nothing_and_no_visit_counts_as_the_owners() {
    for app in everywhere().await {
        let (anna, messenger) = (app.visitor(), app.visitor());
        let (_, section, link) = asked(&anna).await;
        app.pass(TimeDelta::days(2));
        let before = app.dump().await;
        for _ in 0..3 {
            messenger.get(&link).await;
            messenger.request(Method::HEAD, &link).await;
        }
        assert_eq!(app.dump().await, before);
        let until = app.texts("SELECT CAST(expires_at AS TEXT) AS t FROM sessions").await;
        write(&messenger, &link, "fog", "smoke").await;
        assert_eq!(
            app.texts("SELECT CAST(expires_at AS TEXT) AS t FROM sessions").await,
            until
        );
        assert_eq!(app.rows("sessions").await, 1);
        // Two days are not enough for her expiry to stay where it is when she comes herself.
        let listed = anna.get(&format!("{section}/links")).await.page().main();
        assert!(listed.contains("last saved with 23 September 2026, 14:13"), "{listed}");
        assert!(
            listed.contains("Made 21 September 2026, 14:13") && listed.contains("ends 28 September"),
            "{listed}"
        );
        assert_ne!(
            app.texts("SELECT CAST(expires_at AS TEXT) AS t FROM sessions").await,
            until
        );
    }
}

#[tokio::test]
async fn a_visitor_with_cards_of_their_own_opens_a_link_and_both_stay_apart() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    let (card, _, link) = asked(&anna).await;
    let his = boris.card("his.json", br#"{"name": "His"}"#).await;
    app.pass(TimeDelta::days(1));
    let touched = "SELECT CAST(touched_at AS TEXT) AS t FROM session_keys ORDER BY handle";
    let before = app.texts(touched).await;
    write(&boris, &link, "fog", "smoke").await;
    assert_eq!(app.texts(touched).await, before, "it is no visit to his cards either");
    assert!(!boris.get(&link).await.text().contains(&his));
    assert_eq!(boris.get(&card).await.status, StatusCode::NOT_FOUND);
    assert!(!boris.get("/").await.text().contains(NAME));
    assert_eq!(boris.download(&his, "json").await, br#"{"name": "His"}"#);
}

#[tokio::test]
async fn a_link_that_is_over_gives_the_text_back() {
    for app in everywhere().await {
        let (anna, colleague) = (app.visitor(), app.visitor());
        let (card, section, link) = asked(&anna).await;
        let page = colleague.get(&link).await;
        let form = typed(&page, "fog", "a long afternoon's work");
        app.pass(TimeDelta::days(7) - TimeDelta::seconds(1));
        assert_eq!(colleague.get(&link).await.status, StatusCode::OK, "to the last second");
        app.pass(TimeDelta::seconds(1));
        assert_gone(&colleague.get(&link).await, "expired");
        for answer in [
            colleague.submit(&page, &form).await,
            autosave(&colleague, &link, &form).await,
        ] {
            assert_gone(&answer, "expired");
            assert!(
                answer.text().contains("a long afternoon&#39;s work"),
                "{}",
                answer.text()
            );
            assert_private(&answer, "a link that is over");
        }
        assert_eq!(file(&anna, &card).await.as_bytes(), CARD);
        // Housekeeping takes the row.
        assert_eq!(app.rows("section_links").await, 1);
        app.sweep().await;
        assert_eq!(app.rows("section_links").await, 0);
        // What was never made looks the same.
        assert_gone(&colleague.get("/write/aaaaaaaaaaaaaaaaaaaaaaaaaa").await, "never made");
        assert_gone(&colleague.get("/write/x%00y").await, "no link at all");
        let another = link_to(&anna, &section).await;
        app.pass(TimeDelta::days(6));
        // Her work is over before the link is.
        app.execute("UPDATE sessions SET expires_at = '2026-09-22 00:00:00'")
            .await;
        assert_gone(&colleague.get(&another).await, "her session has expired");
    }
}

#[tokio::test]
async fn a_link_goes_with_what_it_leads_to_and_follows_its_name() {
    for app in everywhere().await {
        let (anna, colleague) = (app.visitor(), app.visitor());
        let card = anna.card("fog.json", CARD).await;
        let page = anna.get(&card).await;
        let mut form = page.page().find_form(|form| form.action.ends_with("/sections"));
        press(&anna, &page, form.set("title", "Doubts"), "Add section").await;
        let own = anna.sections(&card).await.pop().expect("the new section");
        let link = link_to(&anna, &own).await;
        let page = anna.get(&own).await;
        let renamed = press(
            &anna,
            &page,
            section_form(&page).set("title", "Open doubts"),
            "Rename the section",
        )
        .await;
        assert_eq!(colleague.get(&link).await.page().texts("h2"), ["Open doubts"]);
        // Nobody else can do that.
        let page = colleague.get(&link).await;
        let mut field = section_form(&page);
        press(&colleague, &page, field.set("new-field", "Night"), "Add field").await;
        let again = anna.get(&renamed.path).await;
        press(&anna, &again, &mut section_form(&again), "Delete the section").await;
        assert_gone(&colleague.get(&link).await, "the section was deleted");
        // Undoing that does not open it again.
        let overview = anna.get(&format!("{card}?removed=open-doubts")).await;
        let mut undo = overview.page().find_form(|form| form.action.ends_with("/restore"));
        press(&anna, &overview, &mut undo, "Undo").await;
        assert_gone(&colleague.get(&link).await, "the section is back");

        let link = link_to(&anna, &format!("{card}/sections/limits")).await;
        let farewell = anna.get(&format!("{card}/delete")).await;
        anna.submit(&farewell, &farewell.page().find_form(|form| form.method == "post"))
            .await;
        assert_gone(&colleague.get(&link).await, "the card was deleted");
        let (_, _, link) = asked(&anna).await;
        let farewell = anna.get("/session/delete").await;
        anna.submit(
            &farewell,
            &farewell.page().find_form(|form| {
                form.method == "post" && (form.action.is_empty() || form.action == "/session/delete")
            }),
        )
        .await;
        assert_gone(&colleague.get(&link).await, "everything was deleted");
        assert_eq!(app.rows("section_links").await, 0);
    }
}

#[tokio::test]
async fn no_button_of_the_owners_works_with_a_link() {
    let app = TestApp::start().await;
    let (anna, colleague) = (app.visitor(), app.visitor());
    let (card, _, link) = asked(&anna).await;
    let sections = anna.sections(&card).await;
    let page = colleague.get(&link).await;
    let shown: Vec<String> = section_form(&page)
        .buttons
        .into_iter()
        .map(|button| button.value)
        .collect();
    for button in [
        "continue",
        "clear",
        "figure",
        "section-rename",
        "section-up",
        "section-down",
        "section-remove",
    ] {
        assert!(!shown.contains(&button.to_owned()), "{button} is offered");
        let page = colleague.get(&link).await;
        let mut form = section_form(&page);
        form.set("title", "taken over");
        form.fields.push(("do".to_owned(), button.to_owned()));
        let answer = colleague.post(&link, &form.fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{button}");
        assert!(
            answer.location().starts_with(&link),
            "{button} leads to {}",
            answer.location()
        );
    }
    assert_eq!(anna.sections(&card).await, sections);
    assert_eq!(file(&anna, &card).await.as_bytes(), CARD);
    // A picture that is sent all the same is not kept.
    let mut form = section_form(&colleague.get(&link).await);
    form.files = vec!["picture".to_owned()];
    let upload = Upload {
        name: "x.png",
        bytes: b"\x89PNG",
    };
    let answer = colleague.post_multipart(&link, &form, Some(upload)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(app.rows("files").await, 1, "her upload and nothing else");
    // Another site cannot use a link that it has seen, and other methods are refused.
    let refused = colleague.post_from_elsewhere(&link).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_private(&refused, "a refusal");
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = colleague.request(method, &link).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_private(&answer, "a refusal");
    }
    assert_eq!(
        colleague.get(&format!("{link}/history")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(colleague.get("/write").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_colleague_sees_what_they_type_as_readers_do() {
    let app = TestApp::start().await;
    let (anna, colleague) = (app.visitor(), app.visitor());
    let readme = format!(
        "---\nlicense: mit\nlanguage: de\n---\n# Otter\n\n## Einsatz\n\nDas Modell zählt Otter. {OTHERS}\n\n\
         ## Grenzen\n\nNachts *blind*.\n\nNie im Nebel.\n"
    );
    let card = anna.card("README.md", readme.as_bytes()).await;
    let (hers, _, control) = preview::open(&anna, &card, "Nachts").await;
    let link = link_to(&anna, &hers.path).await;
    let page = colleague.get(&link).await;
    // The language is said in another section.
    assert_eq!(page.page().all(".proof > .prose[lang=de]").len(), 1);
    assert_eq!(page.page().all("#section-form textarea[lang=de][dir=auto]").len(), 1);
    let (before, mut form) = (app.dump().await, section_form(&page));
    form.set(&control, "Auch tags **blind**.");
    form.set("new-field", "Half a name");
    let mut fields = form.fields.clone();
    fields.push(("do".to_owned(), format!("preview {control}")));
    let told = colleague.post_as_script(&link, &fields).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text());
    assert!(told.text().contains("<strong>blind</strong>"), "{}", told.text());
    assert_private(&told, "a preview for the script");
    preview::press(&mut form, &control);
    let shown = colleague.submit(&page, &form).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert_private(&shown, "a preview");
    let proof = shown.page();
    let proof = proof.all(".proof:not([hidden]) > .prose[lang=de]");
    assert!(proof.len() == 1 && proof[0].inner_html().contains("<strong>blind</strong>"));
    let main = shown.page().main();
    assert!(
        main.contains("Nothing that you typed is saved yet") && main.contains("Not saved yet"),
        "{main}"
    );
    assert!(!main.contains("picture again"), "they add none: {main}");
    let mut back = section_form(&shown);
    for name in [control.as_str(), "new-field", "version"] {
        assert_eq!(back.value(name), form.value(name), "{name}");
    }
    assert_eq!(app.dump().await, before, "nothing is saved or noted");
    let saved = colleague.submit(&shown, back.set("new-field", "").press("Save")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let held = String::from_utf8(anna.download(&card, "hugging-face").await).expect("UTF-8");
    assert!(held.contains("Auch tags **blind**."), "{held}");

    revoke(&anna, &hers.path).await;
    for answer in [
        colleague.submit(&page, &form).await,
        colleague.post_as_script(&link, &fields).await,
    ] {
        assert_gone(&answer, "a preview after the end");
        assert!(answer.text().contains("Auch tags **blind**."), "{}", answer.text());
        assert!(!answer.text().contains("<strong>"), "{}", answer.text());
    }
}

#[tokio::test]
async fn what_is_wrong_or_new_is_where_a_colleague_looks_first() {
    let app = TestApp::start().await;
    let (anna, colleague) = (app.visitor(), app.visitor());
    let native = r#"{"format": "cartellino", "version": 1, "outline": "full", "sections": [{"key": "model-details",
        "title": "Model details", "fields": [{"id": "model-details.name", "label": "Name", "value": "Otter"}]}]}"#;
    let card = anna.card("card.json", native.as_bytes()).await;
    let link = link_to(&anna, &format!("{card}/sections/model-details")).await;
    let page = colleague.get(&link).await;
    let mut form = section_form(&page);
    let is_date = |(_, value): &&(String, String)| value == "model-details.version_date";
    let date = form
        .fields
        .iter()
        .find(is_date)
        .expect("the date is asked for")
        .0
        .clone();
    form.set(date.trim_end_matches("~i"), "31.02.2026");
    let answer = save(&colleague, &page, &form).await;
    let told = assert_tells(&answer);
    assert!(told.contains("Everything is saved as you wrote it"), "{told}");
    assert_private(&answer, "what is wrong");
    let later = colleague.get(&link).await.page().texts("title").join("");
    assert!(later.starts_with("Problems: "), "who only comes by: {later}");

    let (_, _, link) = asked(&anna).await;
    let page = colleague.get(&link).await;
    let form = section_form(&page);
    let more = form.buttons.iter().find(|button| button.value.starts_with("more "));
    let mut fields = form.fields.clone();
    fields.push(("do".to_owned(), more.expect("a further entry").value.clone()));
    let answer = colleague.post(&link, &fields).await;
    let longer = colleague.follow(answer).await;
    assert_eq!(longer.page().all(".question [autofocus]").len(), 1, "the new row");
    assert!(longer.page().all("script[src$='/preview.js']").len() == 1);
}

#[tokio::test]
async fn what_the_section_said_before_the_link_was_made_stays_the_owners() {
    let app = TestApp::start().await;
    let (anna, colleague) = (app.visitor(), app.visitor());
    let card = anna.card("fog.json", CARD).await;
    let section = format!("{card}/sections/limits");
    write(&anna, &section, "fog", OTHERS).await;
    write(&anna, &section, OTHERS, "fog again").await;
    let link = link_to(&anna, &section).await;
    let page = colleague.get(&link).await;
    // A form that pretends to be made from an earlier version, and one that wants it back.
    for version in ["1", "2"] {
        let mut form = typed(&page, "fog again", "smoke");
        form.set("version", version);
        let clash = colleague.submit(&page, form.press("Save")).await;
        assert_eq!(clash.status, StatusCode::CONFLICT);
        assert_private(&clash, "a conflict");
        let fields =
            [("version", "3"), ("do", "undo 2"), ("of", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = colleague.post(&link, &fields).await;
        let answer = colleague.follow(answer).await;
        assert_private(&answer, "an undo");
    }
    assert!(!file(&anna, &card).await.contains(&format!("known\": \"{OTHERS}")));
    // What they take away themselves they can put back.
    let page = colleague.get(&link).await;
    let removed = press(&colleague, &page, &mut section_form(&page), "Remove Entry 1").await;
    assert!(file(&anna, &card).await.contains(r#""rows": ["y"]"#));
    let at_field = removed.page().all(".question button[form=undo]").len();
    assert_eq!(at_field, 1, "the undo is where the entry was");
    let mut undo = removed
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Undo"));
    press(&colleague, &removed, &mut undo, "Undo").await;
    assert!(file(&anna, &card).await.contains(r#""rows": ["x", "y"]"#));
}

#[tokio::test]
async fn what_the_owner_wrote_is_not_pushed_out_of_the_history_by_a_link() {
    for app in everywhere().await {
        let (anna, colleague) = (app.visitor(), app.visitor());
        let (card, section, link) = asked(&anna).await;
        // Both type within the same ten minutes: each keeps what the other had.
        let page = anna.get(&section).await;
        autosave(&anna, &section, &typed(&page, "fog", "fog, hers")).await;
        let page = colleague.get(&link).await;
        autosave(&colleague, &link, &typed(&page, "fog, hers", "smoke")).await;
        let page = anna.get(&section).await;
        assert_eq!(
            page.page()
                .links()
                .iter()
                .filter(|link| link.contains("?version=2"))
                .count(),
            1
        );
        // Saving again and again leaves one version in ten minutes, and taking away one each time.
        for turn in 0..3 {
            let page = colleague.get(&link).await;
            let old = if turn == 0 {
                "smoke".to_owned()
            } else {
                format!("smoke {}", turn - 1)
            };
            save(&colleague, &page, &typed(&page, &old, &format!("smoke {turn}"))).await;
        }
        assert_eq!(app.rows("card_revisions").await, 2);
        for turn in 0..60 {
            let page = colleague.get(&link).await;
            let mut form = section_form(&page);
            press(
                &colleague,
                &page,
                form.set("new-field", &format!("Nonsense {turn}")),
                "Add field",
            )
            .await;
            let page = colleague.get(&link).await;
            press(
                &colleague,
                &page,
                &mut section_form(&page),
                &format!("Remove Nonsense {turn}"),
            )
            .await;
        }
        assert_eq!(app.rows("card_revisions").await, 51, "the last fifty, and hers");
        let hers = anna.get(&format!("{section}/history?version=2")).await;
        assert!(hers.page().main().contains("fog, hers"), "{}", hers.page().main());
        let mut back = hers.page().find_form(|form| form.value("version") == Some("2"));
        press(&anna, &hers, &mut back, "Bring this version back").await;
        assert!(file(&anna, &card).await.contains("fog, hers"));
    }
}

#[tokio::test]
async fn both_are_told_who_was_faster() {
    let app = TestApp::start().await;
    let (anna, colleague) = (app.visitor(), app.visitor());
    let (card, section, link) = asked(&anna).await;
    let hers = anna.get(&section).await;
    let theirs = colleague.get(&link).await;
    save(&colleague, &theirs, &typed(&theirs, "fog", "smoke")).await;
    let told = autosave(&anna, &section, &typed(&hers, "fog", "haze")).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    assert!(told.text().contains(r#""by_another":true"#), "{}", told.text());
    let clash = anna.submit(&hers, typed(&hers, "fog", "haze").press("Save")).await;
    assert!(
        clash.page().main().contains("“limits” was changed by section link"),
        "{}",
        clash.page().main()
    );
    let mut both = clash.page().find_form(|form| form.value("take.0").is_some());
    press(&anna, &clash, both.set("take.0", "both"), "Save this choice").await;
    assert!(file(&anna, &card).await.contains(r"smoke\n\nhaze"));
    // And the other way round.
    let clash = colleague
        .submit(&theirs, typed(&theirs, "fog", "mist").press("Save"))
        .await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert_private(&clash, "a conflict");
    let words = clash.page().main();
    assert!(
        words.contains("was changed by whoever asked you") && words.contains("mist"),
        "{words}"
    );
    assert_eq!(clash.page().heading(), NAME);
    let mut mine = clash.page().find_form(|form| form.value("take.0").is_some());
    press(&colleague, &clash, mine.set("take.0", "mine"), "Save this choice").await;
    assert!(file(&anna, &card).await.contains("mist"));
}

#[tokio::test]
async fn a_card_has_ten_links_at_most_and_each_can_be_revoked() {
    for app in everywhere().await {
        let anna = app.visitor();
        let (card, section, first) = asked(&anna).await;
        for _ in 1..9 {
            link_to(&anna, &section).await;
        }
        let other = format!("{card}/sections/owner");
        let tenth = link_to(&anna, &other).await;
        let refused = make(&anna, &section).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let title = refused.page().texts("title").join("");
        assert!(title.starts_with("Error: Ask a colleague"), "{title}");
        let ways = refused.page().all("#summary a[href='#links']").len();
        assert_eq!((ways, refused.page().all("#links").len()), (1, 1), "a way to the list");
        assert!(
            refused.page().main().contains("at most 10 links"),
            "{}",
            refused.page().main()
        );
        assert_eq!(app.rows("section_links").await, 10);
        // Another card has its own.
        asked(&anna).await;
        // The list is of the card, whatever section it was opened at; the link itself is shown once only.
        let list = anna.get(&format!("{section}/links")).await;
        assert!(!list.text().contains("/write/"));
        let titles = list.page().texts(".ledger a");
        assert_eq!(titles.iter().filter(|title| *title == "owner").count(), 1, "{titles:?}");
        let mut form = list
            .page()
            .forms()
            .into_iter()
            .find(|form| {
                form.buttons
                    .iter()
                    .any(|button| button.text.contains("the link to owner"))
            })
            .expect("a button");
        press(&anna, &list, &mut form, "Revoke").await;
        assert_gone(&anna.get(&tenth).await, "revoked");
        assert_eq!(anna.get(&first).await.status, StatusCode::OK);
        link_to(&anna, &section).await;
        // Those that have expired do not count.
        app.pass(TimeDelta::days(8));
        link_to(&anna, &section).await;
    }
}

#[tokio::test]
async fn the_owners_room_is_not_filled_by_a_link() {
    let app = TestApp::start().await;
    let (anna, colleague) = (app.visitor(), app.visitor());
    let (card, _, link) = asked(&anna).await;
    let long = "smoke ".repeat(50_000);
    let page = colleague.get(&link).await;
    let answer = colleague.submit(&page, typed(&page, "fog", &long).press("Save")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        answer.page().main().contains("a section can have 256 KiB"),
        "{}",
        answer.page().main()
    );
    assert!(answer.page().main().contains("smoke smoke"), "the text comes back");
    assert_private(&answer, "a refusal");
    assert_eq!(file(&anna, &card).await.as_bytes(), CARD);
    // Her own limit holds as well, and nothing is said of what she has.
    let small = TestApp::start_with(&["--max-upload-bytes", "2000", "--session-max-bytes", "3000"]).await;
    let (anna, colleague) = (small.visitor(), small.visitor());
    let (_, _, link) = asked(&anna).await;
    let page = colleague.get(&link).await;
    let answer = colleague
        .submit(&page, typed(&page, "fog", &"smoke ".repeat(300)).press("Save"))
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.text());
    assert_private(&answer, "a refusal");
}

#[tokio::test]
async fn an_answer_that_stays_is_told_and_charts_show_nothing_of_other_sections() {
    let app = TestApp::start().await;
    let (anna, colleague) = (app.visitor(), app.visitor());
    let native = format!(
        r#"{{"format": "cartellino", "version": 1, "outline": "full", "sections": [
        {{"key": "training-data", "title": "Training data", "fields": [{{"id": "training-data.split", "label": "Split", "value": "{OTHERS} 70 %, test 30 %"}}]}},
        {{"key": "quantitative-analyses", "title": "Numbers", "fields": [{{"id": "quantitative-analyses.charts", "label": "Charts", "value": [{{"kind": "Dataset split"}}]}}]}},
        {{"key": "caveats", "title": "Caveats", "fields": [{{"id": "+mine", "label": "Mine", "value": "an answer"}}]}}]}}"#
    );
    let card = anna.card("card.json", native.as_bytes()).await;
    let section = format!("{card}/sections/quantitative-analyses");
    assert!(anna.get(&section).await.text().contains(OTHERS), "she sees the chart");
    let link = link_to(&anna, &section).await;
    let page = colleague.get(&link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_private(&page, "a chart");
    // A sentence that only the next page could hold is on the page itself.
    let mut form = section_form(&page);
    form.set("new-field", "Charts");
    let answer = colleague.submit(&page, form.press("Add field")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.page().texts(".notice").join(" ").contains("No field was added"),
        "{}",
        answer.page().main()
    );
}

#[tokio::test]
async fn pictures_of_the_section_are_shown_and_no_others() {
    let app = TestApp::start().await;
    let (anna, colleague) = (app.visitor(), app.visitor());
    let (card, section, link) = asked(&anna).await;
    let here = crate::figures::add_to(&anna, &section).await;
    let elsewhere = crate::figures::add_other_to(&anna, &format!("{card}/sections/owner")).await;
    let page = colleague.get(&link).await;
    let address = format!("{link}/figures/{here}");
    let images = page.page();
    let images: Vec<_> = images
        .all("main img")
        .iter()
        .filter_map(|image| image.attr("src"))
        .collect();
    assert_eq!(images, [address.as_str()]);
    assert!(page.page().all("input[type=file]").is_empty());
    let picture = colleague.get(&address).await;
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (StatusCode::OK, "image/png")
    );
    assert_eq!(picture.bytes, anna.get(&format!("/files/{here}")).await.bytes);
    assert_private(&picture, "a picture");
    for strange in [elsewhere.as_str(), "", "%2e%2e", "aaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        let answer = colleague.get(&format!("{link}/figures/{strange}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{strange}");
    }
    // It is still there after a save by link, and gone with the link.
    write(&colleague, &link, "fog", "smoke").await;
    assert_eq!(colleague.get(&address).await.status, StatusCode::OK);
    revoke(&anna, &section).await;
    assert_eq!(colleague.get(&address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_copy_of_everything_holds_no_link_and_remembers_who_wrote() {
    let app = TestApp::start().await;
    let (anna, colleague, again) = (app.visitor(), app.visitor(), app.visitor());
    let (_, _, link) = asked(&anna).await;
    write(&colleague, &link, "fog", "smoke").await;
    let word = link.trim_start_matches("/write/");
    let hash = app.text("SELECT link_hash AS t FROM section_links").await;
    let id = app.text("SELECT id AS t FROM section_links").await;
    assert!(!hash.contains(word) && !id.contains(word), "only a hash is stored");
    assert_eq!(app.rows_with("section_links", word).await, 0);
    let copy = anna.get("/session/export").await.bytes;
    for (name, bytes) in crate::archive::unpack(&copy) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(
            ![word, &hash, &id].iter().any(|secret| text.contains(*secret)),
            "{name}"
        );
    }
    let page = again.get("/session").await;
    let form = page
        .page()
        .find_form(|form| form.files.iter().any(|name| name == "archive"));
    let upload = Upload {
        name: "copy.zip",
        bytes: &copy,
    };
    let answer = again.post_multipart(&form.action, &form, Some(upload)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(app.rows("section_links").await, 1, "hers");
    let home = again.get("/").await.page().links();
    let card = home.iter().find(|link| link.starts_with("/cards/")).expect("her card");
    let section = format!("{}/sections/limits", crate::harness::card_of(card));
    let seen = again.get(&format!("{section}/history")).await.page().main();
    assert!(seen.contains("changed by section link"), "{seen}");
}

#[tokio::test]
async fn the_word_of_a_link_is_in_no_log_and_a_new_secret_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let one = "0123456789abcdef0123456789abcdef";
    let server = Program::start(folder.path(), &[("LOG", "trace"), ("SESSION_SECRET", one)]);
    let (anna, colleague) = (server.visitor(), server.visitor());
    let (_, _, link) = asked(&anna).await;
    write(&colleague, &link, "fog", "smoke").await;
    colleague.post(&link, &[]).await;
    colleague.request(Method::DELETE, &link).await;
    colleague.get(&format!("{link}x")).await;
    colleague.post_from_elsewhere(&link).await;
    let mut log = server.stop();
    let other = "fedcba9876543210fedcba9876543210";
    let later = [
        ("LOG", "trace"),
        ("SESSION_SECRET", other),
        ("SESSION_SECRET_FALLBACKS", one),
    ];
    let server = Program::start(folder.path(), &later);
    assert_eq!(server.visitor().get(&link).await.status, StatusCode::OK);
    log += &server.stop();
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "the log is talkative");
    let word = link.trim_start_matches("/write/");
    let line = log.lines().find(|line| line.contains(word) || line.contains("smoke"));
    assert_eq!(line, None);
}
