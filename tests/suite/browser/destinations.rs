//! Stories 6 and 7: numbers by group and figures come into a card, and the card goes to several places.

use std::io::{Cursor, Read as _};

use cartellino::format::{self, Format};

use super::saving::{click, type_into, wait_for_state};
use super::{click_to, find, main_text, path};
use crate::figures::{PLACE, photograph, plot};
use crate::harness::TestApp;
use crate::harness::chromium::{Chromium, Script, wait_for};
use crate::results;

const SECTION: &str = "quantitative-analyses";

struct Desk {
    browser: Chromium,
    app: TestApp,
    files: tempfile::TempDir,
}

impl Desk {
    async fn start(app: TestApp) -> Option<Self> {
        Some(Self {
            browser: Chromium::start(Script::On).await?,
            app,
            files: tempfile::tempdir().expect("a folder for files"),
        })
    }

    async fn go(&self, path: &str) {
        let address = format!("{}{path}", self.app.origin());
        self.browser.driver.goto(address).await.expect("a page");
    }

    async fn reads(&self, text: &str) {
        let page = main_text(&self.browser).await;
        assert!(page.contains(text), "{text:?} is not in {page}");
    }

    /// Chooses a file with these bytes.
    async fn choose(&self, css: &str, name: &str, bytes: &[u8]) {
        let file = self.files.path().join(name);
        std::fs::write(&file, bytes).expect("the file is written");
        type_into(&self.browser, css, file.display().to_string()).await;
    }

    /// Presses a link to a download; its bytes.
    async fn download(&self, card: &str, ending: &str) -> Vec<u8> {
        for file in std::fs::read_dir(&self.browser.downloads).expect("the folder is there") {
            std::fs::remove_file(file.expect("a file").path()).expect("it can be removed");
        }
        self.go(&format!("{card}/download")).await;
        let css = format!("main a[href$='/download{ending}']");
        // Rarer formats are folded away.
        let open = format!("document.querySelector(\"{css}\").closest('details')?.setAttribute('open', '')");
        super::saving::script(&self.browser, &open).await;
        click(&self.browser, &css).await;
        self.browser.downloaded().await.1
    }

    async fn add_figure(&self, name: &str, bytes: &[u8], alt: &str) {
        click(&self.browser, "details.figure > summary").await;
        self.choose("#picture", name, bytes).await;
        type_into(&self.browser, "#picture-caption", name).await;
        type_into(&self.browser, "#picture-alt", alt).await;
        click(&self.browser, "button[value=figure]").await;
    }

    /// Story 6; returns the card.
    async fn numbers_and_figures(&self) -> String {
        let browser = &self.browser;
        self.go("/").await;
        click(browser, "select[name=outline] option[value=full]").await;
        click(browser, "form:has(select[name=outline]) button").await;
        self.reads("Sections").await;
        let card = path(browser).await;
        self.go(&format!("{card}/sections/model-details")).await;
        type_into(browser, "#f-0", "Lake ice watcher").await;
        let licences = ".question[id='field-model-details_2elicenses'] input[id^=f-]";
        type_into(browser, licences, "Apache-2.0").await;
        wait_for_state(browser, "saved").await;

        let section = format!("{card}/sections/{SECTION}");
        self.go(&section).await;
        let way = find(browser, "main a[href$='/results']").await;
        click_to(browser, &way, "/results").await;
        let csv = results::story();
        self.choose("main input[type=file]", "results.csv", csv.as_bytes())
            .await;
        click(browser, "main form[action$='/results'] button").await;
        for there in [
            "48 rows out of a table with commas",
            "One row looks odd",
            "accuracy lies between 0 and 1",
        ] {
            self.reads(there).await;
        }
        click(browser, "#chart option[value='bars by group']").await;
        click(browser, "button.primary[value=save]").await;
        find(browser, "figure.chart svg[role=img]").await;
        self.reads("sex=F & age>70").await;

        for (name, bytes) in [
            ("calibration.png", plot(77)),
            ("north-shore.jpg", photograph(4000, 9_000_000)),
            ("confusion.png", plot(99)),
        ] {
            self.add_figure(name, &bytes, &format!("What {name} shows.")).await;
            find(browser, &format!("#section-form input[value='{name}']")).await;
        }
        self.go(&format!("{card}/preview")).await;
        for name in ["calibration.png", "north-shore.jpg", "confusion.png"] {
            find(browser, &format!("main img[alt='What {name} shows.']")).await;
        }
        self.go(&section).await;
        let drawing = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        self.add_figure("drawing.svg", drawing, "A drawing.").await;
        find(browser, ".problem, [aria-labelledby=problems]").await;
        self.reads("SVG").await;

        let mut zip = zip::ZipArchive::new(Cursor::new(self.download(&card, ".zip").await)).expect("a ZIP");
        let names: Vec<String> = zip
            .file_names()
            .map(|name| name.expect("a name").into_owned())
            .collect();
        let pictures: Vec<&String> = names.iter().filter(|name| name.contains("figures/")).collect();
        assert_eq!(pictures.len(), 3, "{names:?}");
        let mut contents = |name: &str| {
            let mut bytes = Vec::new();
            let mut file = zip.by_name(name).expect("a file of the ZIP");
            file.read_to_end(&mut bytes).expect("it can be unpacked");
            bytes
        };
        let readme = names.iter().find(|name| name.ends_with("README.md")).expect("a README");
        let readme = String::from_utf8(contents(readme)).expect("UTF-8");
        assert_eq!(readme.matches("](figures/").count(), 3, "{readme}");
        for name in pictures {
            let bytes = contents(name);
            let has_place = bytes.windows(PLACE.len()).any(|window| window == PLACE);
            assert!(!has_place && bytes.len() < 3_000_000, "{name}: {} bytes", bytes.len());
        }
        let html = String::from_utf8(self.download(&card, "/html").await).expect("UTF-8");
        assert_eq!(html.matches("<img src=\"data:image/").count(), 3);
        assert!(!html.contains("src=\"http") && !html.contains("<script"));
        card
    }

    /// Story 7.
    async fn destinations(&self, card: &str) {
        let browser = &self.browser;
        // Each loss with a choice.
        self.go(&format!("{card}/losses/cyclonedx-1.6")).await;
        let choices = browser.driver.find_all(thirtyfour::By::Css("select[name=keep]"));
        let choices = choices.await.expect("the choices");
        assert!(!choices.is_empty(), "{}", main_text(browser).await);
        let words = choices[0].text().await.expect("words");
        assert!(words.contains("leave it out"), "{words}");
        let bill = self.download(card, "/cyclonedx-1.6").await;
        let read = format::read(&bill).expect("a bill");
        assert_eq!(read.format, Format::CYCLONEDX_6);

        for (id, format) in [
            ("cyclonedx-1.6", Some(Format::CYCLONEDX_6)),
            ("model-card-toolkit-0.0.2", Some(Format::MODEL_CARD_TOOLKIT_2)),
            ("hugging-face", Some(Format::HUGGING_FACE)),
            ("html", None),
            ("eu-form", None),
        ] {
            let bytes = self.download(card, &format!("/{id}")).await;
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            assert!(text.contains("apache-2.0"), "no licence in {id}");
            if let Some(format) = format {
                assert_eq!(format::read(&bytes).expect("a card").format, format);
            }
        }

        // Our JSON comes back as the same card.
        let json = self.download(card, "/cartellino").await;
        self.go("/").await;
        self.choose("form[action='/cards'] input[type=file][name=file]", "card.json", &json)
            .await;
        if !path(browser).await.ends_with("/import") {
            let send = find(browser, "form[action='/cards']:has(input[type=file]) button").await;
            click_to(browser, &send, "/import").await;
        }
        let again = path(browser).await.trim_end_matches("/import").to_owned();
        assert_eq!(self.download(&again, "/cartellino").await, json);

        // The next version differs in one place.
        self.go(card).await;
        click(browser, "form[action$='/duplicate'] button").await;
        let next = wait_for("the copy", async || {
            let path = path(browser).await;
            (path != card).then_some(path)
        })
        .await;
        let title = find(browser, "#title").await;
        title.clear().await.expect("it can be emptied");
        title
            .send_keys("Lake ice watcher 1.1")
            .await
            .expect("it can be typed into");
        click(browser, "form:has(#title) button").await;
        wait_for("the new title", async || {
            let heading = find(browser, "h1").await.text().await.ok()?;
            (heading == "Lake ice watcher 1.1").then_some(())
        })
        .await;
        self.go(&format!("{next}/sections/caveats-and-recommendations")).await;
        type_into(browser, "#f-0-0", "Snow hides the ice.").await;
        wait_for_state(browser, "saved").await;
        self.go("/").await;
        for there in ["Lake ice watcher", "Lake ice watcher 1.1"] {
            self.reads(there).await;
        }
        let (_, id) = card.rsplit_once('/').expect("an address");
        self.go(&format!("{next}/changes?with={id}")).await;
        self.reads("1 field differs").await;
        self.reads("Snow hides the ice.").await;
    }
}

async fn stories(app: TestApp) {
    let Some(desk) = Desk::start(app).await else {
        return;
    };
    let card = desk.numbers_and_figures().await;
    desk.destinations(&card).await;
    desk.browser.quit().await;
}

#[tokio::test]
async fn stories_6_and_7_numbers_figures_and_three_destinations() {
    stories(TestApp::start().await).await;
}

#[tokio::test]
async fn stories_6_and_7_numbers_figures_and_three_destinations_on_postgres() {
    if let Some(app) = TestApp::start_on_postgres().await {
        stories(app).await;
    }
}
