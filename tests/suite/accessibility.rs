//! Pages that everybody can use: no rule of WCAG 2.2 A and AA that axe-core knows is broken on any page, in any light.

use std::collections::HashMap;

use reqwest::StatusCode;

use crate::editing::section_form;
use crate::harness::axe::{Axe, Gallery, Light};
use crate::harness::chromium::{Chromium, Script};
use crate::harness::{Answer, TestApp, Visitor, fixture};
use crate::pages::every_page;
use crate::preview;
use crate::section_links::link_to;

/// Fixtures whose pages hold tables, figures, remarks, own fields and much text.
const CARDS: [&str; 4] = [
    "markdown/norway-and-misspelt.md",
    "markdown/lake-ice-crlf.md",
    "webcards/three-metrics.json",
    "json/numbers.json",
];

/// The pages that say that something went wrong.
async fn refusals(visitor: &Visitor) -> Vec<Answer> {
    let mut found = vec![
        visitor.get("/nowhere").await,
        visitor.get("/cards/aaaaaaaaaaaaaaaaaaaaaaaaaa").await,
        visitor.request(reqwest::Method::DELETE, "/").await,
        visitor.upload("card.bin", b"\x00\x01\x02\x03").await,
        visitor.upload("card.json", b"{\"name\": \"otter\", \"x\": }").await,
        visitor.upload("card.json", b"").await,
        visitor.get("/continue/WRONG-CODE").await,
        visitor.post_from_elsewhere("/session/delete").await,
    ];
    // Two tabs save the same section; then a form comes back to a card that is gone.
    let card = visitor
        .card("otter.json", br#"{"name": "otter", "river": "Isar"}"#)
        .await;
    let section = visitor.sections(&card).await.remove(0);
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let control = form.control_showing("otter").expect("the name is shown").to_owned();
    form.set(&control, "beaver");
    visitor.submit(&page, &form).await;
    form.set(&control, "badger");
    let clash = visitor.submit(&page, &form).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    found.push(clash);
    // Somebody with a link to it, too late and then in vain; and the page on which it is made.
    let link = link_to(visitor, &section).await;
    found.push(crate::section_links::make(visitor, &section).await);
    let stranger = visitor.stranger();
    let lent = stranger.get(&link).await;
    let mut theirs = section_form(&lent);
    let control = theirs.control_showing("beaver").expect("the name is shown").to_owned();
    theirs.set(&control, "marten");
    let mut late = theirs.clone();
    late.set("version", "0");
    for form in [&mut late, theirs.set(&control, &"marten ".repeat(50_000))] {
        let refused = stranger.submit(&lent, form).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
        found.push(refused);
    }
    found.push(lent);
    // A preview without script, and forms that come back.
    let notes = visitor
        .card(
            "notes.md",
            b"# Otter\n\n## Notes\n\n*text*\n\n- one\n- two\n\nmore[^1]\n\n[^1]: note\n",
        )
        .await;
    let (notes, mut wish, long) = preview::open(visitor, &notes, "*text*").await;
    preview::press(&mut wish, &long);
    found.push(visitor.submit(&notes, &wish).await);
    let blank = [("title".to_owned(), " ".to_owned())];
    found.push(visitor.post(&card, &blank).await);
    found.push(visitor.upload("", b"").await);
    let farewell = visitor.get(&format!("{card}/delete")).await;
    let last = farewell.page().find_form(|form| form.method == "post");
    let gone = visitor.submit(&farewell, &last).await;
    found.push(visitor.follow(gone).await);
    found.push(visitor.submit(&page, &form).await);
    found.push(stranger.submit(&page, theirs.set(&control, "marten")).await);
    found.push(stranger.get(&link).await);
    for answer in &found {
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{}",
            answer.path
        );
    }
    found
}

/// The downloads for people: pages of their own.
async fn finished(visitor: &Visitor) -> Vec<Answer> {
    let mut found = Vec::new();
    for path in CARDS {
        let card = visitor.card(path, &fixture(path)).await;
        found.push(visitor.get(&format!("{card}/download/html")).await);
        found.push(visitor.get(&format!("{card}/download/eu-form")).await);
    }
    found
}

/// What a link to a card shows that a program sent: to somebody with cards and without, and when it is used up.
async fn prefilled(app: &TestApp, visitor: &Visitor) -> Vec<Answer> {
    let link = crate::prefill::link(app, &fixture(CARDS[0])).await;
    let without_cookie = app.visitor().post(&link, &[]).await;
    let mut found = vec![without_cookie, visitor.get(&link).await, app.visitor().get(&link).await];
    crate::prefill::open(visitor, &link).await;
    found.push(visitor.get(&link).await);
    found
}

/// Of pages that are made by the same template no more than so many are looked at.
const MOST_ALIKE: usize = 12;

/// The status of a page and its path without ids: pages that share both are made alike.
fn kind(page: &Answer) -> String {
    let path = page.path.split('?').next().unwrap_or_default();
    let mut steps: Vec<&str> = path.split('/').collect();
    for index in 1..steps.len() {
        if ["cards", "sections", "losses", "figures", "write", "prefilled"].contains(&steps[index - 1]) {
            steps[index] = "*";
        }
    }
    format!("{} {}", page.status, steps.join("/"))
}

#[tokio::test]
async fn no_page_breaks_a_rule_of_wcag() {
    let Some(axe) = Axe::start(Chromium::start(Script::On).await).await else {
        return;
    };
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let mut pages = refusals(&visitor).await;
    for path in CARDS {
        visitor.card(path, &fixture(path)).await;
    }
    pages.extend(every_page(&visitor).await);
    pages.extend(finished(&visitor).await);
    pages.extend(prefilled(&app, &visitor).await);
    let mut alike: HashMap<String, usize> = HashMap::new();
    pages.retain(|page| {
        let seen = alike.entry(kind(page)).or_default();
        *seen += 1;
        *seen <= MOST_ALIKE
    });
    let paths: Vec<String> = pages.iter().map(|page| page.path.clone()).collect();
    let gallery = Gallery::open(pages, &visitor).await;
    let mut broken = Vec::new();
    for light in [Light::Day, Light::Evening] {
        axe.light(light).await;
        for (number, path) in paths.iter().enumerate() {
            axe.open(&gallery, number).await;
            let found = axe.violations(light).await;
            broken.extend(found.iter().map(|found| format!("{path} {light:?}: {found}")));
        }
    }
    // First of all: a browser that is left to a panic takes minutes to go.
    axe.browser.quit().await;
    gallery.close().await;
    crate::harness::say(&format!("axe-core: {} pages by day and in the evening", paths.len()));
    assert!(broken.is_empty(), "{} broken rules: {broken:#?}", broken.len());
}
