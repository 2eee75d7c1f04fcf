//! A page as a browser without script sees it: its text, links and forms.

use scraper::{ElementRef, Html, Selector};

/// A parsed page.
pub struct Page {
    html: Html,
}

/// A form with the values that a browser would send if nobody touched it.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes; empty when it posts to the address it came from.
    pub action: String,
    /// `get` or `post`.
    pub method: String,
    /// Whether it is sent as multipart.
    pub multipart: bool,
    /// Name and value of each control, in order, line breaks as CRLF.
    pub fields: Vec<(String, String)>,
    /// The buttons that send it.
    pub buttons: Vec<Button>,
    /// Names of the controls that take a file.
    pub files: Vec<String>,
    /// Names of the controls whose text a visitor can type over.
    pub texts: Vec<String>,
}

/// A button that sends its form.
#[derive(Clone, Debug, Default)]
pub struct Button {
    /// Its name, empty when it sends nothing of its own.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What is written on it, or its `aria-label`.
    pub text: String,
    /// `formaction`, empty when it goes where the form goes.
    pub action: String,
    /// Whether `formenctype` makes a plain form of one with files, which stay in the browser then.
    pub is_plain: bool,
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("the selector {css:?} is wrong: {error}"))
}

/// The text of an element as it reads, white space folded.
fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

impl Page {
    pub fn parse(html: &str) -> Self {
        Self {
            html: Html::parse_document(html),
        }
    }

    /// The elements that a selector finds.
    pub fn all(&self, css: &str) -> Vec<ElementRef<'_>> {
        self.html.select(&selector(css)).collect()
    }

    /// The text of everything that a selector finds.
    pub fn texts(&self, css: &str) -> Vec<String> {
        self.all(css).into_iter().map(words).collect()
    }

    /// The text of the whole page.
    pub fn text(&self) -> String {
        self.texts("body").join(" ")
    }

    /// The text of the part that differs from page to page.
    pub fn main(&self) -> String {
        self.texts("main").join(" ")
    }

    /// The first level-one heading.
    pub fn heading(&self) -> String {
        self.texts("h1").into_iter().next().unwrap_or_default()
    }

    /// Where the links go.
    pub fn links(&self) -> Vec<String> {
        self.all("a[href]")
            .into_iter()
            .filter_map(|link| link.attr("href").map(str::to_owned))
            .collect()
    }

    /// What stands in the box with this name.
    pub fn textarea(&self, name: &str) -> Option<String> {
        self.all("textarea")
            .into_iter()
            .find(|area| area.attr("name") == Some(name))
            .map(|area| area.text().collect())
    }

    /// All forms.
    pub fn forms(&self) -> Vec<Form> {
        self.all("form").into_iter().map(|form| self.form(form)).collect()
    }

    /// The first form that a condition fits.
    pub fn find_form(&self, fits: impl Fn(&Form) -> bool) -> Form {
        let forms = self.forms();
        forms
            .iter()
            .find(|form| fits(form))
            .cloned()
            .unwrap_or_else(|| panic!("no such form among {forms:#?} on the page {:?}", self.heading()))
    }

    fn form(&self, form: ElementRef<'_>) -> Form {
        let id = form.attr("id");
        let mut found = Form {
            action: form.attr("action").unwrap_or_default().to_owned(),
            method: form.attr("method").unwrap_or("get").to_ascii_lowercase(),
            multipart: form.attr("enctype") == Some("multipart/form-data"),
            fields: Vec::new(),
            buttons: Vec::new(),
            files: Vec::new(),
            texts: Vec::new(),
        };
        for control in self.all("input, textarea, select, button") {
            let belongs = match control.attr("form") {
                Some(owner) => Some(owner) == id,
                None => control.ancestors().any(|node| node.id() == form.id()),
            };
            if belongs && !is_disabled(control) {
                found.take(control);
            }
        }
        found
    }
}

fn is_disabled(control: ElementRef<'_>) -> bool {
    control.attr("disabled").is_some()
        || control
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|around| around.value().name() == "fieldset" && around.attr("disabled").is_some())
}

impl Form {
    fn take(&mut self, control: ElementRef<'_>) {
        let name = control.attr("name").unwrap_or_default().to_owned();
        let kind = control.attr("type").unwrap_or_default();
        match control.value().name() {
            "button" if matches!(kind, "" | "submit") => self.take_button(name, control, words(control)),
            "input" if matches!(kind, "submit" | "image") => {
                let label = control.attr("value").unwrap_or_default().to_owned();
                self.take_button(name, control, label);
            }
            "button" => {}
            _ if name.is_empty() => {}
            "input" => match kind {
                "button" | "reset" => {}
                "file" => self.files.push(name),
                "checkbox" | "radio" => {
                    if control.attr("checked").is_some() {
                        self.fields
                            .push((name, control.attr("value").unwrap_or("on").to_owned()));
                    }
                }
                _ => {
                    if matches!(kind, "" | "text") && control.attr("readonly").is_none() {
                        self.texts.push(name.clone());
                    }
                    self.fields
                        .push((name, crlf(control.attr("value").unwrap_or_default())));
                }
            },
            "textarea" => {
                self.texts.push(name.clone());
                self.fields.push((name, crlf(&control.text().collect::<String>())));
            }
            "select" => {
                let options = selector("option");
                let chosen = control
                    .select(&options)
                    .find(|option| option.attr("selected").is_some())
                    .or_else(|| control.select(&options).next());
                if let Some(option) = chosen {
                    let value = option.attr("value").map_or_else(|| words(option), str::to_owned);
                    self.fields.push((name, value));
                }
            }
            _ => {}
        }
    }

    fn take_button(&mut self, name: String, control: ElementRef<'_>, text: String) {
        self.buttons.push(Button {
            name,
            value: control.attr("value").unwrap_or_default().to_owned(),
            text: match control.attr("aria-label") {
                Some(label) => label.to_owned(),
                None => text,
            },
            action: control.attr("formaction").unwrap_or_default().to_owned(),
            is_plain: control.attr("formenctype") == Some("application/x-www-form-urlencoded"),
        });
    }

    /// The value of the first control with this name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Types over the first control with this name, or adds it.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        match self.fields.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = crlf(value),
            None => self.fields.push((name.to_owned(), crlf(value))),
        }
        self
    }

    /// The name of the first text control that shows exactly this, line breaks aside.
    pub fn control_showing(&self, text: &str) -> Option<&str> {
        let wanted = crlf(text);
        self.fields
            .iter()
            .find(|(name, value)| *value == wanted && self.texts.contains(name))
            .map(|(name, _)| name.as_str())
    }

    /// Presses the button that reads like this: its name and value go along.
    pub fn press(&mut self, text: &str) -> &mut Self {
        let button = self
            .buttons
            .iter()
            .find(|button| button.text.contains(text))
            .cloned()
            .unwrap_or_else(|| panic!("no button {text:?} among {:#?}", self.buttons));
        if !button.action.is_empty() {
            self.action = button.action;
        }
        if button.is_plain {
            self.multipart = false;
        }
        if !button.name.is_empty() {
            self.fields.push((button.name, button.value));
        }
        self
    }
}
