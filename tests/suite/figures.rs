//! Figures: pictures with words, from the form of a section into every download, and gone when they are to be gone.

use std::io::{Cursor, Read as _};

use chrono::TimeDelta;
use data_encoding::BASE64;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::StatusCode;

use crate::harness::page::Form;
use crate::harness::{Answer, TestApp, Upload, Visitor, fixture};

/// The place in a photograph's EXIF data.
pub const PLACE: &[u8] = b"48.8584 N, 2.2945 E";
const ALT: &str = "Recall falls from 0.92 to 0.71 with age.";
const CAPTION: &str = "Recall by age group";

/// A picture of one colour with a line of another.
pub fn plot(shade: u8) -> Vec<u8> {
    let image = RgbImage::from_fn(60, 40, |x, y| match x == y {
        true => Rgb([20, 20, 20]),
        false => Rgb([255, 255, shade]),
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A photograph of this many bytes at least, with its place, and a page behind it.
pub fn photograph(width: u32, bytes: usize) -> Vec<u8> {
    let image = RgbImage::from_fn(width, width / 2, |x, y| Rgb([(x / 16) as u8, (y / 16) as u8, 90]));
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::from(image)
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .unwrap();
    let jpeg = jpeg.into_inner();
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend([
        0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0,
    ]);
    exif.extend([0; 4]);
    exif.extend(PLACE);
    let mut sent = jpeg[..2].to_vec();
    let mut segment = |marker: u8, content: &[u8]| {
        sent.extend([0xFF, marker]);
        sent.extend(u16::try_from(content.len() + 2).unwrap().to_be_bytes());
        sent.extend(content);
    };
    segment(0xE1, &exif);
    for _ in 0..bytes / 60_000 {
        segment(0xFE, &[b'x'; 60_000]);
    }
    sent.extend(&jpeg[2..]);
    sent.extend(b"<html><script>alert(1)</script></html>");
    sent
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The form of a section with one of its controls for files.
fn form_of(page: &Answer, control: &str) -> Form {
    let mut form = page
        .page()
        .find_form(|form| form.files.iter().any(|file| file == control));
    form.files.retain(|file| file == control);
    form
}

/// Adds a figure as the form of the section does; the answer is the redirect or the explanation.
pub async fn add(visitor: &Visitor, section: &str, file: (&str, &[u8]), caption: &str, alt: &str) -> Answer {
    let page = visitor.get(section).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.page().main());
    let mut form = form_of(&page, "picture");
    form.set("picture-caption", caption);
    form.set("picture-alt", alt);
    let (name, bytes) = file;
    let upload = Upload { name, bytes };
    visitor
        .post_multipart(section, form.press("add the figure"), Some(upload))
        .await
}

pub async fn added(visitor: &Visitor, section: &str, bytes: &[u8]) {
    let answer = add(visitor, section, ("plot.png", bytes), CAPTION, ALT).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
}

/// Adds a figure; the id of its picture.
pub async fn add_to(visitor: &Visitor, section: &str) -> String {
    added(visitor, section, &plot(77)).await;
    let address = pictures(&visitor.get(section).await).pop().expect("the picture");
    address.trim_start_matches("/files/").to_owned()
}

/// The same with another picture.
pub async fn add_other_to(visitor: &Visitor, section: &str) -> String {
    added(visitor, section, &plot(99)).await;
    let address = pictures(&visitor.get(section).await).pop().expect("the picture");
    address.trim_start_matches("/files/").to_owned()
}

/// Presses a button of the section's form.
async fn press(visitor: &Visitor, section: &str, button: &str) -> Answer {
    let page = visitor.get(section).await;
    let mut form = form_of(&page, "picture");
    let answer = visitor.post_multipart(section, form.press(button), None).await;
    visitor.follow(answer).await
}

/// Where the pictures on a page are.
pub fn pictures(page: &Answer) -> Vec<String> {
    let images = page.page();
    let images = images.all("img[src^='/files/']");
    images
        .iter()
        .filter_map(|image| image.attr("src").map(str::to_owned))
        .collect()
}

/// A blank card; the address of its section with results, and of another one.
async fn blank(visitor: &Visitor) -> (String, String, String) {
    let card = visitor
        .card(
            "card.json",
            b"{\"format\": \"cartellino\", \"version\": 1, \"sections\": []}",
        )
        .await;
    let sections = visitor.sections(&card).await;
    let find = |key: &str| sections.iter().find(|address| address.ends_with(key)).unwrap().clone();
    (find("quantitative-analyses"), find("factors"), card)
}

/// Types the alt text into the control of the only figure of the form.
fn describe(form: &mut Form) {
    let mark = form
        .fields
        .iter()
        .find(|(name, value)| name.ends_with("~k") && value == "alt");
    let name = mark.expect("the figure can be described").0.clone();
    form.set(name.trim_end_matches("~k"), ALT);
}

#[tokio::test]
async fn a_figure_goes_all_the_way() {
    a_figure_goes_all_the_way_on(TestApp::start().await).await;
}

#[tokio::test]
async fn a_figure_goes_all_the_way_on_postgres() {
    if let Some(app) = TestApp::start_on_postgres().await {
        a_figure_goes_all_the_way_on(app).await;
    }
}

async fn a_figure_goes_all_the_way_on(app: TestApp) {
    let (visitor, other) = (app.visitor(), app.visitor());
    other.card("his.json", b"{\"name\": \"His\"}").await;
    let (results, factors, card) = blank(&visitor).await;
    added(&visitor, &results, &plot(10)).await;
    added(&visitor, &results, &plot(20)).await;
    let photograph = photograph(3000, 9_000_000);
    assert!(photograph.len() > 9_000_000);
    let answer = add(
        &visitor,
        &factors,
        ("IMG 1.jpg", &photograph),
        "The lake",
        "Ice on a lake",
    )
    .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
    assert!(
        visitor
            .follow(answer)
            .await
            .page()
            .main()
            .contains("The figure was added")
    );

    let page = visitor.get(&results).await;
    let shown = pictures(&page);
    assert_eq!(shown.len(), 2, "{}", page.page().main());
    let file = visitor.get(&shown[0]).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("content-type"), "image/png");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert!(file.header("content-security-policy").contains("sandbox"));
    for stranger in [&other, &app.visitor()] {
        assert_eq!(stranger.get(&shown[0]).await.status, StatusCode::NOT_FOUND);
    }

    // The photograph lies on the disk and in every download upright, small and without its place.
    let ice = visitor.get(&pictures(&visitor.get(&factors).await)[0]).await;
    assert_eq!(ice.header("content-type"), "image/jpeg");
    let upright = image::load_from_memory(&ice.bytes).unwrap();
    assert_eq!((upright.width(), upright.height()), (1200, 2400));
    assert!(ice.bytes.len() < 1_000_000);
    let mut outputs = vec![("the picture".to_owned(), ice.bytes.clone())];
    for format in cartellino::format::Format::ALL {
        outputs.push((format.id().to_owned(), visitor.download(&card, format.id()).await));
    }
    outputs.extend(crate::archive::unpack(&visitor.get("/session/export").await.bytes));
    for (name, bytes) in &outputs {
        for part in [
            &b"Exif"[..],
            PLACE,
            b"<script>alert",
            &BASE64.encode(PLACE).into_bytes()[..20],
        ] {
            assert!(!holds(bytes, part), "{name} holds {:?}", String::from_utf8_lossy(part));
        }
    }

    let preview = visitor.get(&format!("{card}/preview")).await;
    let figures = preview.page();
    let alts: Vec<_> = figures
        .all("figure img")
        .iter()
        .filter_map(|image| image.attr("alt").map(str::to_owned))
        .collect();
    assert_eq!(alts.iter().filter(|alt| *alt == ALT).count(), 2);
    assert!(alts.contains(&"Ice on a lake".to_owned()));
    assert_eq!(
        figures
            .texts("figcaption")
            .iter()
            .filter(|text| *text == CAPTION)
            .count(),
        2
    );
    let html = String::from_utf8(visitor.download(&card, "html").await).unwrap();
    assert!(html.contains(&BASE64.encode(&ice.bytes)) && !html.contains("/files/") && html.contains(CAPTION));
    let readme = String::from_utf8(visitor.download(&card, "hugging-face").await).unwrap();
    assert!(
        readme.contains("![Ice on a lake](data:image/jpeg;base64,"),
        "{}",
        &readme[..400]
    );
    assert!(readme.contains("\nThe lake\n"));

    // Our own format brings it all back, and unchanged means identical.
    let native = visitor.download(&card, "cartellino").await;
    let again = visitor.card("again.json", &native).await;
    assert!(visitor.download(&again, "cartellino").await == native);
    let back = String::from_utf8(visitor.download(&again, "html").await).unwrap();
    assert!(back.contains(&BASE64.encode(&ice.bytes)) && back.contains("alt=\"Ice on a lake\""));
    let toolkit = visitor.download(&card, "model-card-toolkit-0.0.2").await;
    let toolkit: serde_json::Value = serde_json::from_slice(&toolkit).unwrap();
    let graphics = &toolkit["quantitative_analysis"]["graphics"]["collection"];
    assert_eq!(graphics[0]["name"], CAPTION);
    assert!(graphics[1]["image"].as_str().unwrap().starts_with("iVBOR"));
}

#[tokio::test]
async fn an_upload_that_got_a_figure_is_edited_there_and_nowhere_else() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let bytes = fixture("model-card-toolkit/v1-indent-2.json");
    let card = visitor.card("card.json", &bytes).await;
    let section = format!("{card}/sections/intended-use");
    let before = visitor.download(&card, "model-card-toolkit-0.0.1").await;
    assert!(before == bytes);
    added(&visitor, &section, &plot(1)).await;
    let after = String::from_utf8(visitor.download(&card, "model-card-toolkit-0.0.1").await).unwrap();
    assert!(after.contains(ALT) && after.contains("iVBOR"), "{after}");
    let there = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (there(&String::from_utf8_lossy(&bytes)), there(&after));
    let kept = old
        .iter()
        .filter(|line| new.contains(&line.trim_end_matches(',').to_owned()) || new.contains(line));
    assert!(
        kept.count() + 1 >= old.len(),
        "only lines around the figure differ: {after}"
    );
    press(&visitor, &section, "Remove Figure 1").await;
    let page = visitor.get(&section).await;
    assert!(pictures(&page).is_empty());
    let after = visitor.download(&card, "model-card-toolkit-0.0.1").await;
    assert!(
        after == bytes,
        "the file is as it came: {}",
        String::from_utf8_lossy(&after)
    );
}

#[tokio::test]
async fn a_picture_without_words_waits_and_is_not_lost() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (results, _, card) = blank(&visitor).await;
    let answer = add(&visitor, &results, ("plot.png", &plot(3)), CAPTION, " ").await;
    let page = visitor.follow(answer).await;
    assert_eq!(pictures(&page).len(), 1, "the picture is there");
    assert!(
        page.page().texts("title")[0].starts_with("Problems: "),
        "{:?}",
        page.page().texts("title")
    );
    let at_the_field = page.page().texts(".field.wrong .problem").join(" ");
    assert!(at_the_field.contains("Write what the picture shows"), "{at_the_field}");
    assert!(
        page.page()
            .texts("#summary")
            .join(" ")
            .contains("waits for its caption and alt text")
    );
    let preview = visitor.get(&format!("{card}/preview")).await;
    assert!(pictures(&preview).is_empty() && !preview.text().contains(CAPTION));
    assert!(!holds(&visitor.download(&card, "html").await, CAPTION.as_bytes()));
    // The page of the downloads says so, and leads to it.
    let downloads = visitor.get(&format!("{card}/download")).await.page();
    let told = downloads.texts("main .notice").join(" ");
    assert!(told.contains("1 figure waits for its caption and alt text"), "{told}");
    assert_eq!(downloads.all(&format!("main .notice a[href='{results}']")).len(), 1);
    // The words come later, in the form itself.
    let mut form = form_of(&page, "picture");
    describe(&mut form);
    let saved = visitor.post_multipart(&results, &form, None).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let preview = visitor.get(&format!("{card}/preview")).await;
    assert_eq!(pictures(&preview).len(), 1);
    assert!(preview.text().contains(ALT));
    let downloads = visitor.get(&format!("{card}/download")).await.page();
    assert_eq!(downloads.all("main .notice").len(), 0);
}

#[tokio::test]
async fn what_cannot_be_taken_is_explained_and_the_texts_are_saved() {
    let app = TestApp::start_with(&["--max-upload-bytes", "100000"]).await;
    let visitor = app.visitor();
    let (results, factors, _) = blank(&visitor).await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let files: [(&str, &[u8], &str); 4] = [
        ("drawing.svg", svg, "SVG drawing"),
        (
            "page.png",
            b"<html><script>alert(1)</script>",
            "no picture of a kind that is read",
        ),
        ("cut.png", &plot(1)[..60], "damaged or incomplete"),
        ("large.jpg", &photograph(100, 240_000), "larger than the"),
    ];
    for (name, bytes, said) in files {
        let page = visitor.get(&factors).await;
        let mut form = form_of(&page, "picture");
        let text = form
            .fields
            .iter()
            .find(|(name, _)| name.starts_with("f.") && !name.contains('~'))
            .unwrap()
            .0
            .clone();
        form.set(&text, &format!("typed beside {name}"));
        form.set("picture-alt", ALT);
        let answer = visitor
            .post_multipart(&factors, &form, Some(Upload { name, bytes }))
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{name}: {}",
            answer.page().main()
        );
        let problem = answer.page().texts("#picture-problem").join(" ");
        assert!(problem.contains(said), "{name}: {problem}");
        assert!(answer.page().texts("title")[0].starts_with("Error: "));
        assert_eq!(answer.page().textarea("picture-alt").unwrap().trim(), ALT);
        assert!(
            visitor
                .get(&factors)
                .await
                .text()
                .contains(&format!("typed beside {name}")),
            "{name}"
        );
    }
    // Words and no picture.
    let page = visitor.get(&results).await;
    let mut form = form_of(&page, "picture");
    form.set("picture-alt", ALT);
    let answer = visitor.post_multipart(&results, &form, None).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .page()
            .texts("#picture-problem")
            .join(" ")
            .contains("No picture was chosen")
    );
    assert_eq!(app.rows("files").await, 1, "the upload of the card alone");
}

#[tokio::test]
async fn figures_are_moved_replaced_removed_and_put_back() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (results, _, card) = blank(&visitor).await;
    added(&visitor, &results, &plot(1)).await;
    added(&visitor, &results, &plot(2)).await;
    // The same form twice, as by a double click.
    let page = visitor.get(&results).await;
    let mut form = form_of(&page, "picture");
    form.set("picture-caption", "Third");
    form.set("picture-alt", "Third");
    let third = plot(3);
    for _ in 0..2 {
        let upload = Upload {
            name: "3.png",
            bytes: &third,
        };
        let answer = visitor.post_multipart(&results, &form, Some(upload)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
    }
    let before = pictures(&visitor.get(&results).await);
    assert_eq!(before.len(), 3);
    let page = press(&visitor, &results, "Move down Figure 1").await;
    assert_eq!(
        pictures(&page),
        [before[1].clone(), before[0].clone(), before[2].clone()]
    );
    let page = press(&visitor, &results, "Remove Figure 3").await;
    assert_eq!(pictures(&page).len(), 2);
    let undo = page
        .page()
        .find_form(|form| form.buttons.iter().any(|button| button.text == "Undo"));
    let mut undo = undo;
    let answer = visitor.submit(&page, undo.press("Undo")).await;
    assert_eq!(pictures(&visitor.follow(answer).await).len(), 3, "undone");
    // Another picture in the place of the first one, which keeps its words.
    let page = visitor.get(&results).await;
    let control = page
        .page()
        .find_form(|form| !form.files.is_empty())
        .files
        .iter()
        .find(|file| file.ends_with("~p"))
        .unwrap()
        .clone();
    let form = form_of(&page, &control);
    let other = plot(99);
    let upload = Upload {
        name: "other.png",
        bytes: &other,
    };
    assert_eq!(
        visitor.post_multipart(&results, &form, Some(upload)).await.status,
        StatusCode::SEE_OTHER
    );
    let after = pictures(&visitor.get(&results).await);
    assert_eq!(
        (after.len(), &after[1..]),
        (3, &[before[0].clone(), before[2].clone()][..])
    );
    assert_ne!(after[0], before[1]);
    let preview = visitor.get(&format!("{card}/preview")).await;
    assert_eq!(preview.page().texts("figcaption"), [CAPTION, CAPTION, "Third"]);
}

#[tokio::test]
async fn figures_go_where_the_card_goes() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (results, _, card) = blank(&visitor).await;
    added(&visitor, &results, &plot(1)).await;
    visitor
        .post(
            &format!("{card}/sections"),
            &[("title".to_owned(), "Pictures of mine".to_owned())],
        )
        .await;
    let own = visitor.sections(&card).await.pop().unwrap();
    added(&visitor, &own, &plot(2)).await;
    let html = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().matches("<figure>").count();
    assert_eq!(html(visitor.download(&card, "html").await), 2);

    // Another set of questions, and back.
    for outline in ["short", "full"] {
        visitor
            .post(
                &format!("{card}/outline"),
                &[("outline".to_owned(), outline.to_owned())],
            )
            .await;
        assert_eq!(html(visitor.download(&card, "html").await), 2, "{outline}");
    }
    // A copy has pictures of its own.
    let copy = crate::harness::card_of(
        &visitor
            .post(&format!("{card}/duplicate"), &[("once".to_owned(), "abc".to_owned())])
            .await
            .location(),
    );
    let again = visitor
        .post(&format!("{card}/duplicate"), &[("once".to_owned(), "abc".to_owned())])
        .await;
    assert_eq!(crate::harness::card_of(&again.location()), copy);
    assert_eq!(html(visitor.download(&copy, "html").await), 2);
    // A section that is deleted takes its figures along, and brings them back.
    press(&visitor, &own, "Delete the section").await;
    assert_eq!(html(visitor.download(&card, "html").await), 1);
    assert_eq!(
        app.number("SELECT count(*) AS n FROM files WHERE removed_at IS NOT NULL")
            .await,
        1
    );
    visitor.post(&format!("{own}/restore"), &[]).await;
    assert_eq!(html(visitor.download(&card, "html").await), 2);
    assert_eq!(
        app.number("SELECT count(*) AS n FROM files WHERE removed_at IS NOT NULL")
            .await,
        0
    );

    // Everything as one file, and back in another browser.
    let native = visitor.download(&card, "cartellino").await;
    let zip = visitor.get("/session/export").await.bytes;
    let ids = app
        .texts("SELECT id AS t FROM files WHERE section_key IS NOT NULL")
        .await;
    for (name, bytes) in crate::archive::unpack(&zip) {
        for id in &ids {
            assert!(!holds(&bytes, id.as_bytes()), "{name} holds an id");
        }
    }
    let friend = app.visitor();
    let page = friend.get("/session").await;
    let form = page.page().find_form(|form| form.action == "/session/import");
    let upload = Upload {
        name: "copy.zip",
        bytes: &zip,
    };
    let answer = friend.post_multipart("/session/import", &form, Some(upload)).await;
    assert!(answer.status.is_redirection(), "{}", answer.page().main());
    let mut cards: Vec<String> = friend.get("/").await.page().links();
    cards.retain(|link| link.starts_with("/cards/") && link.matches('/').count() == 2);
    cards.dedup();
    let mut same = 0;
    for card in &cards {
        same += usize::from(friend.download(card, "cartellino").await == native);
    }
    assert!(same >= 1, "{cards:?}");

    // The card is deleted: its pictures are gone from the disk, those of the copy are not.
    let page = visitor.get(&format!("{card}/delete")).await;
    let form = page.page().find_form(|form| form.method == "post");
    visitor.submit(&page, &form).await;
    assert_eq!(html(visitor.download(&copy, "html").await), 2);
    let left = app.number("SELECT count(*) AS n FROM files").await;
    assert_eq!(left as usize, on_disk(&app), "a file on the disk for each row");
}

/// How many files lie in the folder for uploads.
fn on_disk(app: &TestApp) -> usize {
    let folders = std::fs::read_dir(app.folder().join("uploads")).unwrap().flatten();
    folders
        .map(|folder| std::fs::read_dir(folder.path()).unwrap().count())
        .sum()
}

#[tokio::test]
async fn a_removed_picture_is_kept_for_a_while_and_then_gone() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (results, _, card) = blank(&visitor).await;
    added(&visitor, &results, &plot(1)).await;
    let picture = pictures(&visitor.get(&results).await).remove(0);
    let usage = "SELECT content_bytes AS n FROM sessions";
    let full = app.number(usage).await;
    press(&visitor, &results, "Remove Figure 1").await;
    assert!(app.number(usage).await < full - 200, "what was removed is history");
    app.sweep().await;
    assert_eq!(visitor.get(&picture).await.status, StatusCode::OK);
    for _ in 0..2 {
        app.pass(TimeDelta::days(16));
        visitor.get(&card).await;
    }
    app.sweep().await;
    assert_eq!(visitor.get(&picture).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.rows("files").await, 1, "the upload of the card alone");
}

#[tokio::test]
async fn a_full_session_lets_removed_pictures_go_and_refuses_more() {
    let app = TestApp::start_with(&["--session-max-bytes", "40000", "--max-upload-bytes", "30000"]).await;
    let visitor = app.visitor();
    let (results, _, card) = blank(&visitor).await;
    let noisy = |seed: u32| {
        let mut seed = seed;
        let image = RgbImage::from_fn(80, 80, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb([(seed >> 24) as u8, (seed >> 16) as u8, (seed >> 8) as u8])
        });
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(image)
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    };
    let mut turns = 0;
    for turn in 1..12 {
        let answer = add(&visitor, &results, ("x.png", &noisy(turn)), "Noise", "Noise").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{turn}: {}", answer.page().main());
        press(&visitor, &results, "Remove Figure 1").await;
        turns += 1;
    }
    assert_eq!(turns, 11);
    let kept: u64 = std::fs::read_dir(app.folder().join("uploads"))
        .unwrap()
        .flatten()
        .flat_map(|folder| std::fs::read_dir(folder.path()).unwrap().flatten())
        .map(|file| file.metadata().unwrap().len())
        .sum();
    assert!(kept < 70_000, "{kept} bytes lie on the disk");
    let mut refused = None;
    for turn in 20..30 {
        let answer = add(&visitor, &results, ("x.png", &noisy(turn)), "Noise", "Noise").await;
        if answer.status != StatusCode::SEE_OTHER {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("there is no room for ten");
    assert!(refused.status.is_client_error() || refused.status == StatusCode::INSUFFICIENT_STORAGE);
    assert!(refused.page().main().contains("no room"), "{}", refused.page().main());
    assert_eq!(visitor.get(&card).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_a_format_cannot_carry_of_a_figure_is_named() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (results, factors, card) = blank(&visitor).await;
    added(&visitor, &results, &plot(1)).await;
    added(&visitor, &factors, &plot(2)).await;
    for format in ["cyclonedx-1.7", "sagemaker", "model-card-toolkit-proto", "monai"] {
        let said = visitor.get(&format!("{card}/losses/{format}")).await;
        assert_eq!(said.status, StatusCode::OK, "{format}");
        assert!(
            said.page().main().contains("Figures"),
            "{format}: {}",
            said.page().main()
        );
    }
}

#[tokio::test]
async fn a_picture_of_an_uploaded_card_gets_words_of_its_own() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let base64 = BASE64.encode(&plot(1));
    let upload = format!(
        r#"{{"model_details": {{"name": "Otter"}}, "quantitative_analysis": {{"graphics": {{"collection": [{{"name": "ROC curve", "image": "{base64}"}}]}}}}}}"#
    );
    let card = visitor.card("card.json", upload.as_bytes()).await;
    let preview = visitor.get(&format!("{card}/preview")).await;
    assert_eq!(preview.page().all("figure img")[0].attr("alt"), Some("ROC curve"));
    let results = format!("{card}/sections/quantitative-analyses");
    let page = visitor.get(&results).await;
    let mut form = form_of(&page, "picture");
    describe(&mut form);
    visitor.post_multipart(&results, &form, None).await;
    let preview = visitor.get(&format!("{card}/preview")).await;
    assert_eq!(preview.page().all("figure img")[0].attr("alt"), Some(ALT));
    assert!(
        visitor
            .download(&card, "html")
            .await
            .windows(ALT.len())
            .any(|part| part == ALT.as_bytes())
    );
}

#[tokio::test]
async fn a_section_without_a_name_for_files_is_still_saved_by_a_plain_form() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let (results, _, card) = blank(&visitor).await;
    added(&visitor, &results, &plot(1)).await;
    let page = visitor.get(&results).await;
    let form = form_of(&page, "picture");
    // As a script sends it: names and contents alone.
    let answer = visitor.post(&results, &form.fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let mut html = String::new();
    visitor
        .download(&card, "html")
        .await
        .as_slice()
        .read_to_string(&mut html)
        .unwrap();
    assert_eq!(html.matches("<figure>").count(), 1);
}
