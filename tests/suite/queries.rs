//! What pages ask of the database: the same number of queries on every machine, so that a test can keep it low.

use std::collections::HashMap;
use std::sync::{Mutex, Once, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use crate::author::Author;
use crate::harness::{TestApp, Visitor};

/// What was asked of the databases whose tests want to know, by the path of their file.
static HEARD: Mutex<Option<HashMap<String, Heard>>> = Mutex::new(None);

#[derive(Clone, Default)]
struct Heard {
    queries: Vec<String>,
    /// Those that were prepared and are kept for the next time.
    prepared: Vec<String>,
}

/// Listens to one connection.
struct Listener {
    path: String,
}

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartEstablishConnection { url, .. } = &event {
            self.path = (*url).to_owned();
            return;
        }
        let mut all = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(heard) = all.as_mut().and_then(|all| all.get_mut(&self.path)) else {
            return;
        };
        match event {
            InstrumentationEvent::StartQuery { query, .. } => {
                let query = query.to_string();
                // The pool opens a connection when it pleases.
                if !query.starts_with("PRAGMA") {
                    heard.queries.push(query);
                }
            }
            InstrumentationEvent::CacheQuery { sql, .. } => heard.prepared.push(sql.to_owned()),
            _ => {}
        }
    }
}

fn all() -> std::sync::MutexGuard<'static, Option<HashMap<String, Heard>>> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts an application whose queries are heard.
async fn start() -> TestApp {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let listener = || -> Option<Box<dyn Instrumentation>> { Some(Box::new(Listener { path: String::new() })) };
        set_default_instrumentation(listener).expect("nobody else listens");
    });
    let app = TestApp::start().await;
    all().get_or_insert_default().insert(path(&app), Heard::default());
    app
}

fn path(app: &TestApp) -> String {
    app.folder().join("cards.db").display().to_string()
}

/// What has been asked since the last time.
fn heard(app: &TestApp) -> Heard {
    let mut all = all();
    let heard = all.as_mut().and_then(|all| all.get_mut(&path(app)));
    std::mem::take(heard.expect("queries are heard"))
}

async fn assert_costs(app: &TestApp, visitor: &Visitor, address: &str, most: usize) {
    // Each connection of the pool prepares a query once.
    for _ in 0..3 {
        assert_eq!(visitor.get(address).await.status, 200, "{address}");
    }
    heard(app);
    visitor.get(address).await;
    let Heard { queries, prepared } = heard(app);
    println!("{address} costs {} queries", queries.len());
    assert!(
        queries.len() <= most,
        "{address}: {} queries: {queries:#?}",
        queries.len()
    );
    assert!(prepared.is_empty(), "{address}: prepared anew: {prepared:#?}");
}

#[tokio::test]
async fn a_page_costs_few_queries_that_are_prepared_once() {
    let app = start().await;
    let visitor = app.visitor();
    let card = visitor
        .card(
            "card.json",
            br#"{"name": "Otter", "counts": {"lake": "12", "sea": "3"}}"#,
        )
        .await;
    let section = visitor.sections(&card).await.remove(0);
    // Session, card, sections.
    assert_costs(&app, &visitor, &section, 3).await;
    assert_costs(&app, &visitor, &card, 8).await;
    assert_costs(&app, &visitor, &format!("{card}/preview"), 4).await;
    assert_costs(&app, &visitor, &format!("{card}/download"), 9).await;
    assert_costs(&app, &visitor, "/", 3).await;
    assert_costs(&app, &visitor, "/session", 6).await;
    assert_costs(&app, &visitor, "/help", 1).await;

    app.visitor().get("/").await;
    let first_visit = heard(&app).queries;
    assert!(first_visit.is_empty(), "{first_visit:#?}");
}

#[tokio::test]
async fn a_save_costs_few_statements_that_are_prepared_once() {
    let app = start().await;
    let author = Author::begin(app.visitor(), 1).await;
    for _ in 0..3 {
        assert!(author.save().await);
    }
    heard(&app);
    assert!(author.save().await);
    let Heard { queries, prepared } = heard(&app);
    // Three are those of the page before it.
    println!("a save costs {} statements: {queries:#?}", queries.len() - 3);
    assert!(
        queries.len() <= 3 + 16,
        "{} statements: {queries:#?}",
        queries.len() - 3
    );
    assert!(prepared.is_empty(), "prepared anew: {prepared:#?}");
}
