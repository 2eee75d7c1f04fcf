//! Taking the card away: untouched files come back byte for byte, every page of every card opens.

use reqwest::StatusCode;

use crate::editing::{save, section_form};
use crate::harness::{Sample, TestApp, Visitor, card_of, corpus, fixture, fixtures, not_run, say};

/// The formats whose files are of these formats.
const FOLDERS: [&str; 6] = [
    "model-card-toolkit",
    "webcards",
    "json",
    "yaml",
    "markdown",
    "cartellino",
];
/// The folders of the corpus that this version reads.
const CORPUS: [&str; 10] = [
    "markdown",
    "rt-ai-markdown",
    "mct-json",
    "mct-proto-binary",
    "mct-proto-text",
    "webcards",
    "homemade-json",
    "homemade-yaml",
    "mct-yaml",
    "bridge2ai",
];

/// The id of the format that a file was recognised as: the download that is offered with nothing lost.
pub async fn own_format(visitor: &Visitor, card: &str) -> String {
    let page = visitor.get(&format!("{card}/download")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let start = format!("{card}/download/");
    page.page()
        .links()
        .into_iter()
        .find_map(|link| link.strip_prefix(&start).map(str::to_owned))
        .expect("the format of the upload is offered first")
}

/// Uploads, opens every page, downloads; the bytes are those that came. Returns whether the file was understood.
async fn assert_untouched(visitor: &Visitor, sample: &Sample) -> bool {
    let name = &sample.name;
    let answer = visitor.upload(name, &sample.bytes).await;
    if answer.status != StatusCode::SEE_OTHER {
        assert!(answer.status.is_client_error(), "{name}: {}", answer.status);
        let main = answer.page().main().to_lowercase();
        assert!(
            main.contains("line "),
            "{name}: the explanation says no line where: {main}"
        );
        return false;
    }
    let card = card_of(&answer.location());
    for page in ["/import", "", "/preview", "/changes", "/download", "/delete"] {
        let opened = visitor.get(&format!("{card}{page}")).await;
        assert_eq!(opened.status, StatusCode::OK, "{name}: {page}: {}", opened.text());
    }
    for section in visitor.sections(&card).await {
        let opened = visitor.get(&section).await;
        assert_eq!(opened.status, StatusCode::OK, "{name}: {section}: {}", opened.text());
    }
    let format = own_format(visitor, &card).await;
    let download = visitor.download(&card, &format).await;
    assert!(
        download == sample.bytes,
        "{name} came back as {format} with {} bytes instead of {}",
        download.len(),
        sample.bytes.len()
    );
    true
}

#[tokio::test]
async fn untouched_fixtures_come_back_byte_for_byte() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for sample in FOLDERS.iter().flat_map(|folder| fixtures(folder)) {
        assert!(
            assert_untouched(&visitor, &sample).await,
            "{} was not understood",
            sample.name
        );
    }
}

#[tokio::test]
async fn untouched_real_cards_come_back_byte_for_byte() {
    let Some(cards) = corpus(&CORPUS) else {
        return;
    };
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let mut understood = 0;
    let mut explained = Vec::new();
    for sample in cards {
        if assert_untouched(&visitor, &sample).await {
            understood += 1;
        } else {
            explained.push(sample.name);
        }
    }
    say(&format!(
        "{understood} real cards came back as they were; {} explained: {explained:?}",
        explained.len()
    ));
}

#[tokio::test]
async fn the_file_is_named_after_the_card_and_never_shown_in_place() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let path = "model-card-toolkit/v1-indent-2.json";
    let card = visitor.card(path, &fixture(path)).await;
    for (format, ending) in [("model-card-toolkit-0.0.1", ".json"), ("html", ".html")] {
        let answer = visitor.get(&format!("{card}/download/{format}")).await;
        let disposition = answer.header("content-disposition").to_lowercase();
        assert!(disposition.starts_with("attachment"), "{format}: {disposition}");
        assert!(
            disposition.contains("lake") && disposition.contains(ending),
            "{format}: {disposition}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn the_finished_page_needs_nothing_else() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let hostile = br#"{"name": "Page <script>alert(1)</script>", "text": "[a](javascript:alert(1)) ![b](https://elsewhere.example/x.png) <img src=https://elsewhere.example/y.png onerror=alert(1)>"}"#;
    for (name, bytes) in [
        ("hostile.json", hostile.to_vec()),
        ("v1.json", fixture("model-card-toolkit/v1-indent-2.json")),
    ] {
        let card = visitor.card(name, &bytes).await;
        let html = String::from_utf8(visitor.download(&card, "html").await).expect("pages are UTF-8");
        let page = crate::harness::page::Page::parse(&html);
        assert!(
            page.all("script, iframe, object, embed, link[rel=stylesheet]")
                .is_empty()
        );
        for element in page.all("[src], [srcset], [background], [poster]") {
            let source = element.attr("src").unwrap_or("missing");
            assert!(source.starts_with("data:"), "{name} loads {source}");
        }
        for link in page.links() {
            assert!(!link.trim_start().to_lowercase().starts_with("javascript:"), "{link}");
        }
        assert!(!html.contains(" onerror="), "{name}: a handler came through");
    }
}

#[tokio::test]
async fn after_an_edit_the_original_is_still_there_and_the_change_is_told() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let path = "model-card-toolkit/v1-indent-2.json";
    let bytes = fixture(path);
    let card = visitor.card(path, &bytes).await;
    let changes = visitor.get(&format!("{card}/changes")).await.page().main();
    assert!(changes.contains("Nothing has changed"), "{changes}");
    let page = visitor.get(&format!("{card}/sections/model-details")).await;
    let mut form = section_form(&page);
    let name = form.control_showing("Lake ice watcher").expect("the name").to_owned();
    save(&visitor, &page, form.set(&name, "Pond ice watcher")).await;
    let changes = visitor.get(&format!("{card}/changes")).await.page();
    let (before, after) = (changes.texts("del"), changes.texts("ins"));
    assert!(
        before.len() == 1 && before[0].ends_with("Lake ice watcher"),
        "{before:?}"
    );
    assert!(after.len() == 1 && after[0].ends_with("Pond ice watcher"), "{after:?}");
    assert!(visitor.get(&format!("{card}/original")).await.bytes == bytes);
    assert!(visitor.download(&card, "model-card-toolkit-0.0.1").await != bytes);
}

#[tokio::test]
async fn two_cards_are_compared_with_marks_on_what_differs() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let long = |word: &str| {
        let notes: String = (1..=30)
            .map(|line| format!("Line {line} of the notes on ice.\n\n"))
            .collect();
        let notes = notes.replace("Line 15 of", &format!("Line {word} of"));
        format!("# Ice\n\n## Notes\n\n{notes}## Weather\n\nCold.\n")
    };
    let old = visitor.card("old.md", long("15").as_bytes()).await;
    let alone = visitor.get(&format!("{old}/changes")).await.page();
    assert!(alone.texts("select").is_empty(), "there is nothing to compare with");
    let new = visitor.card("new.md", long("fifteen").as_bytes()).await;
    let (old_id, new_id) = (old.trim_start_matches("/cards/"), new.trim_start_matches("/cards/"));
    let choice = visitor.get(&format!("{new}/changes?with=")).await.page();
    assert!(choice.main().contains("Nothing has changed"), "{}", choice.main());
    assert_eq!(choice.all(&format!("option[value='{old_id}']")).len(), 1);
    assert_eq!(choice.all(&format!("option[value='{new_id}']")).len(), 0);

    let page = visitor.get(&format!("{new}/changes?with={old_id}")).await.page();
    assert_eq!(page.all(&format!("option[value='{old_id}'][selected]")).len(), 1);
    assert_eq!(page.texts("h2"), ["Notes"]);
    assert_eq!(page.texts("del"), ["[Removed: 15 ]"], "{}", page.main());
    assert_eq!(page.texts("ins"), ["[Added: fifteen ]"]);
    let main = page.main();
    assert!(
        main.contains("lines the same") && main.contains("Line 16") && !main.contains("Line 25"),
        "{main}"
    );

    // Of two formats: by what they say.
    let file = visitor.download(&old, "cartellino").await;
    let converted = visitor.card("old.json", &file).await;
    let page = visitor.get(&format!("{converted}/changes?with={old_id}")).await.page();
    assert!(page.main().contains("say the same"), "{}", page.main());
    let page = visitor.get(&format!("{converted}/changes?with={new_id}")).await.page();
    assert!(page.main().contains("different formats"), "{}", page.main());
    assert_eq!(page.texts("ins"), ["[Added: 15 ]"]);
}

#[tokio::test]
async fn a_duplicate_goes_its_own_way() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let path = "json/tabs.json";
    let bytes = fixture(path);
    let card = visitor.card(path, &bytes).await;
    let overview = visitor.get(&card).await;
    let form = overview.page().find_form(|form| form.action.ends_with("/duplicate"));
    let answer = visitor.submit(&overview, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let copy = card_of(&answer.location());
    assert_ne!(copy, card);
    assert!(visitor.download(&copy, "json").await == bytes);
    let section = visitor.sections(&copy).await.remove(0);
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    let control = form.control_showing("Wind guesser").expect("the name").to_owned();
    save(&visitor, &page, form.set(&control, "Storm guesser")).await;
    assert!(
        visitor.download(&card, "json").await == bytes,
        "the first one was changed along"
    );
    let file = String::from_utf8(visitor.download(&copy, "json").await).expect("UTF-8");
    assert_eq!(file.replace("Storm guesser", "Wind guesser").as_bytes(), bytes);
}

#[tokio::test]
async fn the_session_key_of_an_old_server_reaches_no_other_format() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let key = "0123456789abcdefghijklmnopqrstuv";
    for path in ["webcards/early.json", "webcards/double-encoded.json"] {
        let bytes = fixture(path);
        assert!(
            String::from_utf8_lossy(&bytes).contains(key),
            "the fixture holds the key"
        );
        let card = visitor.card(path, &bytes).await;
        for page in ["", "/import", "/preview", "/changes"] {
            let text = visitor.get(&format!("{card}{page}")).await.text();
            assert!(!text.contains(key), "{path}: {page} shows the key");
        }
        for format in ["cartellino", "json", "model-card-toolkit-0.0.2", "html"] {
            let export = visitor.download(&card, format).await;
            assert!(
                !String::from_utf8_lossy(&export).contains(key),
                "{path} as {format} holds the key"
            );
        }
    }
}

const FIGURE: &[u8] = br#"{"model_details": {"name": "Otter", "version": {"name": "1.2"}}, "quantitative_analysis": {"graphics": {"collection": [{"name": "ROC curve", "image": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}]}}}"#;

#[tokio::test]
async fn a_card_can_be_had_as_pages_for_paper() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("otter.json", FIGURE).await;
    let answer = visitor.get(&format!("{card}/download/pdf")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert!(answer.header("content-disposition").contains("\"Otter-1.2.pdf\""));
    assert!(answer.bytes.starts_with(b"%PDF-"));
}

#[tokio::test]
async fn a_card_too_large_for_pages_is_explained() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let text = format!("# Otter\n\n## Results\n\n{}", "many words ".repeat(300_000));
    let card = visitor.card("otter.md", text.as_bytes()).await;
    let answer = visitor.get(&format!("{card}/download/pdf")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let main = answer.page().main();
    assert!(
        main.contains("too large to be set on pages") && main.contains("HTML page"),
        "{main}"
    );
}

#[tokio::test]
async fn everything_about_a_card_comes_in_one_zip_and_each_figure_singly() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("otter.json", FIGURE).await;
    let page = visitor.get(&format!("{card}/download")).await;
    let figure = format!("{card}/figures/ROC-curve.png");
    let links = page.page().links();
    for link in [&figure, &format!("{card}/download.zip")] {
        assert!(links.contains(link), "{link} is not among {links:?}");
    }
    let picture = visitor.get(&figure).await;
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    assert_eq!(picture.header("content-type"), "application/octet-stream");
    assert!(picture.header("content-disposition").starts_with("attachment"));
    let nothing = visitor.get(&format!("{card}/figures/other.png")).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    let answer = visitor.get(&format!("{card}/download.zip")).await;
    assert_eq!(answer.header("content-type"), "application/zip");
    assert!(answer.header("content-disposition").contains("\"Otter-1.2.zip\""));
    let zip = zip::ZipArchive::new(std::io::Cursor::new(answer.bytes)).expect("a ZIP");
    let names: Vec<_> = zip.file_names().map(|name| name.expect("a name")).collect();
    for name in [
        "README.md",
        "figures/ROC-curve.png",
        "Otter-1.2.pdf",
        "original/otter.json",
        "CONTENTS.txt",
    ] {
        assert!(names.iter().any(|other| other == name), "{name} is not among {names:?}");
    }
}

/// What a reader of the pages copies out of them, line by line.
fn copied(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("card.pdf");
    std::fs::write(&file, pdf).expect("it is written");
    let ended = std::process::Command::new("pdftotext").arg(&file).arg("-").output();
    let Ok(ended) = ended else {
        not_run("pdftotext is not installed");
        return None;
    };
    Some(String::from_utf8(ended.stdout).expect("text"))
}

#[tokio::test]
async fn text_of_all_scripts_is_copied_out_of_the_pages_in_order() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let lines = [
        "计算河流中的水獭。",
        "川のカワウソを数えます。",
        "강에 사는 수달을 세는 모델입니다.",
        "نموذج يعد ثعالب الماء في الأنهار",
        "מודל שסופר לוטרות בנהרות",
        "It counts otters in rivers.",
    ];
    let text = format!("# Otter\n\n## Results\n\n{}\n", lines.join("\n\n"));
    let card = visitor.card("otter.md", text.as_bytes()).await;
    let Some(copied) = copied(&visitor.download(&card, "pdf").await) else {
        return;
    };
    // Marks of direction come with the lines that run to the left.
    let letters = |text: &str| {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect::<String>()
    };
    let copied = letters(&copied);
    let mut after = 0;
    for line in lines {
        let line = letters(line);
        let place = copied[after..].find(&line);
        after += place.unwrap_or_else(|| panic!("{line} does not follow in {copied}"));
    }
}

#[tokio::test]
async fn a_format_that_nobody_knows_is_not_found() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("a.json", b"{\"name\": \"A\"}").await;
    let answer = visitor.get(&format!("{card}/download/exe")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_has_no_place_goes_where_the_visitor_says() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let text = r#"{"model": "otter", "river": {"depth": "1.5 m", "a/b": "left"}}"#;
    let card = visitor.card("river.json", text.as_bytes()).await;
    let format = "model-card-toolkit-0.0.2";
    let page = visitor.get(&format!("{card}/losses/{format}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    for words in [
        "3 things have no place",
        "1.5 m",
        "documentation/river/+depth",
        "documentation/river/+a~1b",
    ] {
        assert!(page.text().contains(words), "{words} in {}", page.text());
    }
    let file = |query: &'static str| {
        let (visitor, address) = (&visitor, format!("{card}/download/{format}{query}"));
        async move { visitor.get(&address).await.text().to_owned() }
    };
    assert!(!file("").await.contains("1.5 m"));
    let one = file("?keep=documentation/river/%2Bdepth&keep=/river/%2Ba~1b").await;
    assert!(
        one.contains("## river: depth") && one.contains("1.5 m") && !one.contains("left"),
        "{one}"
    );
    let most = file("?rest=documentation&keep=/river/%2Bdepth").await;
    assert!(
        most.contains("left") && most.contains("otter") && !most.contains("1.5 m"),
        "{most}"
    );
    let none = file("?rest=attic&keep=documentation/river/%2Bwidth&keep=x&other=1").await;
    assert!(!none.contains("1.5 m"), "{none}");
    let html = visitor.get(&format!("{card}/losses/html")).await;
    assert!(html.text().contains("Carries everything"));
    let answer = visitor.get(&format!("{card}/losses/exe")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_becomes_a_property_is_listed_and_can_be_left_out() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let text = r#"{"model": "otter", "river": {"depth": "1.5 m", "banks": "left"}}"#;
    let card = visitor.card("river.json", text.as_bytes()).await;
    let overview = visitor.get(&format!("{card}/download")).await.page().main();
    assert!(overview.contains("3 answers go into the properties"), "{overview}");
    assert!(overview.contains("3 answers go into the custom details"), "{overview}");
    for (format, home) in [("cyclonedx-1.7", "properties"), ("sagemaker", "custom-details")] {
        let page = visitor.get(&format!("{card}/losses/{format}")).await;
        let main = page.page().main();
        assert!(
            main.contains("3 things have no place") && main.contains("1.5 m"),
            "{main}"
        );
        // The first option is the one that a browser sends when nobody chooses.
        let options = format!("<option value=\"{home}/river/+depth\">");
        assert!(page.text().contains(&options), "{options} in {}", page.text());
        let file = |query: String| {
            let (visitor, address) = (&visitor, format!("{card}/download/{format}{query}"));
            async move { visitor.get(&address).await.text().to_owned() }
        };
        let usual = file(String::new()).await;
        assert!(usual.contains("1.5 m") && usual.contains("left"), "{usual}");
        let one = file("?keep=/river/%2Bdepth".to_owned()).await;
        assert!(!one.contains("1.5 m") && one.contains("left"), "{one}");
        let chosen = file(format!(
            "?keep={home}/river/%2Bdepth&keep=/river/%2Bbanks&keep={home}/model/%2B"
        ))
        .await;
        assert!(
            chosen.contains("1.5 m") && !chosen.contains("left") && chosen.contains("otter"),
            "{chosen}"
        );
        let none = file("?rest=".to_owned()).await;
        assert!(
            !none.contains("1.5 m") && !none.contains("left") && !none.contains("otter"),
            "{none}"
        );
    }
}

#[tokio::test]
async fn formats_are_offered_by_their_readers_and_each_once() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let card = visitor.card("a.md", b"# Ice\n\n## Notes\n\nCold.\n").await;
    let page = visitor.get(&format!("{card}/download")).await.page();
    assert_eq!(
        page.texts("h2"),
        [
            "Markdown",
            "Everything in one file",
            "For people",
            "For programs",
            "Families, older versions and other notations"
        ]
    );
    let start = format!("{card}/download/");
    let links = page.links();
    let mut offered: Vec<&str> = links.iter().filter_map(|link| link.strip_prefix(&start)).collect();
    assert_eq!(offered[0], "markdown");
    // Results on benchmarks, of which the card has none, are not offered.
    let mut all: Vec<&str> = cartellino::format::Format::ALL
        .iter()
        .map(|format| format.id())
        .filter(|id| *id != "eval-results")
        .collect();
    offered.sort_unstable();
    all.sort_unstable();
    assert_eq!(offered, all);
    assert_eq!(page.all("details:not([open]) h3").len(), 14);
}

#[tokio::test]
async fn a_deleted_section_without_text_is_gone_whatever_outline_knows_it() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let file = "---\nlicense: mit\n---\n\n# Ice\n\n## Uses\n\n## Motivation\n\n## Notes\n\nCold.\n";
    let card = visitor.card("README.md", file.as_bytes()).await;
    // Another outline and back hides no heading of the file.
    let there = visitor.get(&card).await;
    for outline in ["full", "datasheet", "hugging-face"] {
        let mut form = there.page().find_form(|form| form.action.ends_with("/outline"));
        form.set("outline", outline);
        assert_eq!(visitor.submit(&there, &form).await.status, StatusCode::SEE_OTHER);
        let written = visitor.download(&card, "hugging-face").await;
        assert_eq!(String::from_utf8_lossy(&written), file, "{outline}");
    }
    let section = format!("{card}/sections/motivation");
    let page = visitor.get(&section).await;
    let mut form = section_form(&page);
    form.set("do", "section-remove");
    let answer = visitor.submit(&page, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(visitor.get(&section).await.status, StatusCode::NOT_FOUND);
    let written = visitor.download(&card, "hugging-face").await;
    assert_eq!(String::from_utf8_lossy(&written), file.replace("## Motivation\n\n", ""));
}
