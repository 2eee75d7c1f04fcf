//! The faults of the application that we succeed, each with a test that would catch it here.

use reqwest::{Method, StatusCode};

use crate::editing::{save, section_form};
use crate::harness::{TestApp, fixture};

/// One visitor's save showed another visitor's card, because the card lived in a global of the process.
#[tokio::test]
async fn webcards_fault_1_a_save_never_shows_somebody_elses_card() {
    let app = TestApp::start().await;
    let (anna, boris) = (app.visitor(), app.visitor());
    let hers = anna.card("a.json", b"{\"name\": \"Card of Anna\"}").await;
    let his = boris.card("b.json", b"{\"name\": \"Card of Boris\"}").await;
    for _ in 0..3 {
        for (visitor, card, own, other) in [(&anna, &hers, "Anna", "Boris"), (&boris, &his, "Boris", "Anna")] {
            let section = visitor.sections(card).await.remove(0);
            let page = visitor.get(&section).await;
            let mut form = section_form(&page);
            let control = form.texts.first().expect("a text to change").clone();
            let typed = format!("{} again", form.value(&control).unwrap_or_default());
            form.set(&control, &typed);
            let shown = save(visitor, &page, &form).await.text();
            assert!(shown.contains(own), "{own} sees the own card");
            assert!(
                !shown.contains(&format!("Card of {other}")),
                "{own} sees {other}'s card"
            );
        }
    }
    let file = String::from_utf8(anna.download(&hers, "json").await).expect("UTF-8");
    assert!(file.contains("Anna") && !file.contains("Boris"), "{file}");
}

/// A GET link wiped everybody's cards.
#[tokio::test]
async fn webcards_fault_2_following_links_deletes_nothing() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let bytes = fixture("json/indent-2.json");
    let card = visitor.card("kept.json", &bytes).await;
    // A crawler that follows every link and fetches every form's address, the deletions among them.
    for answer in crate::pages::every_page(&visitor).await {
        for form in answer.page().forms() {
            if form.action.starts_with('/') {
                visitor.get(&form.action).await;
                visitor.request(Method::HEAD, &form.action).await;
            }
        }
    }
    assert_eq!(visitor.download(&card, "json").await, bytes);
}

/// Cleanup deleted the sessions that were alive and kept the others.
#[tokio::test]
async fn webcards_fault_3_cleanup_spares_living_sessions() {
    let app = TestApp::start().await;
    let (old, young) = (app.visitor(), app.visitor());
    let forgotten = old.card("old.json", b"{\"name\": \"Forgotten\"}").await;
    app.pass(chrono::TimeDelta::days(20));
    let bytes = fixture("json/indent-2.json");
    let kept = young.card("young.json", &bytes).await;
    app.pass(chrono::TimeDelta::days(11));
    app.sweep().await;
    assert_eq!(young.download(&kept, "json").await, bytes);
    assert_eq!(old.get(&forgotten).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.rows("model_cards").await, 1);
    assert_eq!(app.rows("sessions").await, 1);
}

/// The file that it exported could not be imported: 500 on every page.
#[tokio::test]
async fn webcards_fault_4_what_was_exported_can_be_imported() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for path in [
        "webcards/early.json",
        "webcards/late.json",
        "model-card-toolkit/v1-indent-2.json",
        "json/tabs.json",
    ] {
        let card = visitor.card(path, &fixture(path)).await;
        let offered = visitor.get(&format!("{card}/download")).await.page().links();
        let start = format!("{card}/download/");
        let formats: Vec<String> = offered
            .iter()
            .filter_map(|link| link.strip_prefix(&start))
            .map(str::to_owned)
            .collect();
        assert!(formats.len() > 1, "{path} can be had in several formats: {offered:?}");
        for format in formats
            .iter()
            .filter(|format| !["html", "pdf"].contains(&format.as_str()))
        {
            let export = visitor.download(&card, format).await;
            let ending = if export.starts_with(b"{") { "json" } else { "md" };
            let again = visitor.card(&format!("{format}.{ending}"), &export).await;
            for section in visitor.sections(&again).await {
                let page = visitor.get(&section).await;
                assert_eq!(page.status, StatusCode::OK, "{path} as {format}: {section}");
            }
        }
    }
}

/// Bad JSON was a 500.
#[tokio::test]
async fn webcards_fault_5_bad_json_is_explained() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for bad in [
        "{",
        "{\"a\":}",
        "{\"a\" 1}",
        "[",
        "nope",
        "{\"a\": 1}}",
        "{\"Section_Data_28\": 3",
        "\u{0}",
    ] {
        let answer = visitor.upload("bad.json", bad.as_bytes()).await;
        assert!(answer.status.is_client_error(), "{bad:?}: {}", answer.status);
        assert!(!answer.page().heading().is_empty(), "{bad:?}");
    }
    // Good JSON of a shape that the old application expected to be another.
    for odd in [
        "{\"Section_Data_28\": 3}",
        "{\"Section_Data_28\": [3, null, {}, {\"4\": []}, {\"x_y\": \"z\", \"5_Type\": {}}]}",
        "{\"Section_Data_35\": [{\"31_Metrics\": \"not JSON\"}]}",
        "{\"Section_Data_99999999999999999999\": []}",
        "{\"model_details\": []}",
        "{\"model_details\": {\"owners\": \"me\", \"version\": 3}, \"considerations\": \"none\"}",
    ] {
        let card = visitor.card("odd.json", odd.as_bytes()).await;
        for section in visitor.sections(&card).await {
            assert_eq!(visitor.get(&section).await.status, StatusCode::OK, "{odd}: {section}");
        }
        let format = crate::download::own_format(&visitor, &card).await;
        assert_eq!(visitor.download(&card, &format).await, odd.as_bytes(), "{odd}");
    }
}

/// Two custom sections were possible; the third was a 500.
#[tokio::test]
async fn webcards_fault_6_custom_sections_have_no_limit() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("own.json", &fixture("json/indent-2.json")).await;
    let before = visitor.sections(&card).await.len();
    for number in 1..=12 {
        let overview = visitor.get(&card).await;
        let mut form = overview
            .page()
            .find_form(|form| form.method == "post" && form.action == format!("{card}/sections"));
        let title = form.texts.first().expect("a box for the title").clone();
        form.set(&title, &format!("Own section {number}"));
        let added = visitor.submit(&overview, &form).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{number}: {}", added.page().main());
    }
    let sections = visitor.sections(&card).await;
    assert_eq!(sections.len(), before + 12);
    for section in &sections {
        assert_eq!(visitor.get(section).await.status, StatusCode::OK, "{section}");
    }
    let preview = visitor.get(&format!("{card}/preview")).await;
    assert_eq!(preview.status, StatusCode::OK);
}

/// Long lists were dropped.
#[tokio::test]
async fn webcards_fault_7_long_lists_are_kept() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let metrics: Vec<serde_json::Value> = (0..400)
        .map(|n| serde_json::json!({"type": format!("metric {n}"), "value": format!("0.{n:03}"), "slice": "all"}))
        .collect();
    let users: Vec<serde_json::Value> = (0..300)
        .map(|n| serde_json::json!({"description": format!("user group {n}")}))
        .collect();
    let file = serde_json::json!({
        "schema_version": "0.0.2",
        "model_details": {"name": "Long lists"},
        "quantitative_analysis": {"performance_metrics": metrics},
        "considerations": {"users": users},
    });
    let bytes = serde_json::to_vec_pretty(&file).expect("JSON");
    let card = visitor.card("long.json", &bytes).await;
    for section in visitor.sections(&card).await {
        let page = visitor.get(&section).await;
        let form = section_form(&page);
        save(&visitor, &page, &form).await;
    }
    assert!(visitor.download(&card, "model-card-toolkit-0.0.2").await == bytes);
    let preview = visitor.get(&format!("{card}/preview")).await.text();
    assert!(preview.contains("metric 399") && preview.contains("user group 299"));
}

/// The answer about the licence reached no export.
#[tokio::test]
async fn webcards_fault_8_the_licence_reaches_every_export() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let home = visitor.card("late.json", &fixture("webcards/early.json")).await;
    for format in [
        "webcards",
        "cartellino",
        "model-card-toolkit-0.0.1",
        "model-card-toolkit-0.0.2",
        "html",
    ] {
        let export = String::from_utf8(visitor.download(&home, format).await).expect("UTF-8");
        assert!(export.contains("CC-BY-4.0"), "{format} has no licence: {export}");
    }
}

/// Uploaded pickles were executed.
#[tokio::test]
async fn webcards_fault_9_uploads_are_never_run() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let proof = app.folder().join("executed");
    let pickle = format!("cos\nsystem\n(S'touch {}'\ntR.", proof.display());
    let answer = visitor.upload("model.pkl", pickle.as_bytes()).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    let inside = serde_json::json!({"model": pickle, "name": "{{ 7 * 7 }} ${{7*7}} <%= 7 * 7 %>"}).to_string();
    let card = visitor.card("inside.json", inside.as_bytes()).await;
    // What can be read: addresses of stylesheets hold numbers of their own.
    let preview = visitor.get(&format!("{card}/preview")).await.page().main();
    assert!(
        preview.contains("7 * 7") && !preview.contains("49"),
        "a template was run: {preview}"
    );
    assert!(!proof.exists(), "the upload was run");
}

/// Pages loaded from seven foreign hosts.
#[tokio::test]
async fn webcards_fault_10_pages_load_from_nowhere_else() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for answer in crate::pages::every_page(&visitor).await {
        for element in answer
            .page()
            .all("link[href], script[src], img[src], iframe[src], source[srcset], form[action]")
        {
            let target = ["href", "src", "srcset", "action"]
                .iter()
                .find_map(|name| element.attr(name));
            let target = target.unwrap_or_default();
            assert!(
                !target.contains("//"),
                "{} loads {target} from another host",
                answer.path
            );
        }
        let policy = answer.header("content-security-policy");
        assert!(!policy.contains("http"), "{policy}");
    }
}
