//! Somebody who types one numbered text after the other, notes what was acknowledged, and looks whether it is there.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::task::JoinError;

use crate::harness::page::Form;
use crate::harness::{Answer, NO_ANSWER, Visitor, card_of};

/// What one author has seen.
#[derive(Default)]
pub struct Diary {
    /// Saves that were acknowledged.
    pub saved: AtomicUsize,
    /// Answers that said that something does not answer now.
    pub refused: AtomicUsize,
    /// Requests to which no answer came.
    pub unanswered: AtomicUsize,
    /// The longest that an answer took.
    pub longest: Mutex<Duration>,
    /// The number that was typed last.
    typed: AtomicUsize,
    /// The last number that was acknowledged.
    acknowledged: AtomicUsize,
    /// The addresses of cards that were acknowledged.
    cards: Mutex<Vec<String>>,
}

impl Diary {
    /// Notes an answer; whether it was one of a server that has what it needs.
    fn note(&self, answer: &Answer, began: Instant) -> bool {
        let took = began.elapsed();
        let mut longest = self.longest.lock().unwrap();
        *longest = took.max(*longest);
        if answer.status == NO_ANSWER {
            self.unanswered.fetch_add(1, Ordering::SeqCst);
            return false;
        }
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            return true;
        }
        assert_eq!(answer.header("retry-after"), "5", "{}", answer.path);
        assert!(answer.headers.get("set-cookie").is_none(), "{}: a cookie", answer.path);
        self.refused.fetch_add(1, Ordering::SeqCst);
        false
    }

    /// Whether something was sent of which nobody knows what became of it.
    fn is_uncertain(&self) -> bool {
        self.refused.load(Ordering::SeqCst) + self.unanswered.load(Ordering::SeqCst) > 0
    }
}

/// A visitor with a card, who reads and saves until the end.
pub struct Author {
    /// The same browser at each of the servers; it is at one of them until no answer comes.
    lines: Vec<Visitor>,
    at: AtomicUsize,
    number: usize,
    /// The address of the card.
    pub card: String,
    section: String,
    /// What happened so far.
    pub diary: Diary,
}

impl Author {
    /// Comes for the first time, with a card.
    pub async fn begin(visitor: Visitor, number: usize) -> Self {
        let text =
            format!(r#"{{"name": "card {number}", "notes": {{"text": "of {number}: 0", "again": "of {number}: 0"}}}}"#);
        let card = visitor.card("card.json", text.as_bytes()).await;
        let mut section = None;
        for address in visitor.sections(&card).await {
            let page = visitor.get(&address).await;
            if fields(&crate::editing::section_form(&page), number).len() == 2 {
                section = Some(address);
            }
        }
        let section = section.expect("a section with both texts of the visitor");
        Self {
            lines: vec![visitor],
            at: AtomicUsize::new(0),
            number,
            card,
            section,
            diary: Diary::default(),
        }
    }

    /// From now on, servers at these origins may hang up; then the author goes to the next one.
    pub fn on_bad_lines(mut self, origins: &[&str]) -> Self {
        let browser = self.lines.remove(0).on_a_bad_line();
        self.lines = origins.iter().map(|origin| browser.at(origin)).collect();
        self
    }

    /// The author's browser, at the server that answered last.
    pub fn visitor(&self) -> &Visitor {
        &self.lines[self.at.load(Ordering::SeqCst) % self.lines.len()]
    }

    /// Notes an answer; whether it was one of a server that has what it needs. Where none came, the next server is asked.
    fn note(&self, answer: &Answer, began: Instant) -> bool {
        if answer.status == NO_ANSWER {
            self.at.fetch_add(1, Ordering::SeqCst);
        }
        self.diary.note(answer, began)
    }

    /// Reads and saves until it is over; with `cards`, makes a new card now and then too.
    pub async fn write(&self, is_over: &AtomicBool, cards: bool) {
        let mut turn = 0;
        while !is_over.load(Ordering::SeqCst) {
            turn += 1;
            let began = Instant::now();
            let home = self.visitor().get("/").await;
            if self.note(&home, began) {
                assert_eq!(home.status, StatusCode::OK, "{}", home.text());
                assert!(home.text().contains(&self.card), "{} passes for new", self.number);
                assert!(home.headers.get("set-cookie").is_none(), "{} is known", self.number);
                if cards && turn % 4 == self.number % 4 {
                    self.another_card(&home).await;
                }
            }
            self.save().await;
        }
    }

    async fn another_card(&self, home: &Answer) {
        let mut form = home.page().find_form(|form| !form.files.is_empty());
        form.set("text", r#"{"name": "one more"}"#);
        let began = Instant::now();
        let answer = self.visitor().submit(home, &form).await;
        if self.note(&answer, began) {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
            self.diary.cards.lock().unwrap().push(card_of(&answer.location()));
        }
    }

    /// Types the next number into both texts; whether it was acknowledged.
    pub async fn save(&self) -> bool {
        let began = Instant::now();
        let page = self.visitor().get(&self.section).await;
        if !self.note(&page, began) {
            return false;
        }
        let mut form = crate::editing::section_form(&page);
        let turn = self.diary.typed.fetch_add(1, Ordering::SeqCst) + 1;
        for name in fields(&form, self.number) {
            form.set(&name, &format!("of {}: {turn}", self.number));
        }
        form.press("Save");
        let began = Instant::now();
        let answer = self.visitor().submit(&page, &form).await;
        if !self.note(&answer, began) {
            return false;
        }
        // A save before, of which it was said that it is not certain, may have been kept only now.
        if answer.status == StatusCode::CONFLICT && self.diary.is_uncertain() {
            return false;
        }
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page().main());
        self.diary.acknowledged.store(turn, Ordering::SeqCst);
        self.diary.saved.fetch_add(1, Ordering::SeqCst);
        true
    }

    /// What was acknowledged is there, or what was typed after it and may have been kept, and that as a whole: both texts
    /// are of one save. Returns whether the last save was kept although nobody was told.
    pub async fn assert_nothing_is_lost(&self) -> bool {
        let page = self.visitor().get(&self.section).await;
        let form = crate::editing::section_form(&page);
        let kept: Vec<usize> = fields(&form, self.number)
            .iter()
            .map(|name| form.value(name).unwrap().rsplit(' ').next().unwrap().parse().unwrap())
            .collect();
        let [kept, again] = kept[..] else {
            panic!("{}: not both texts are there: {kept:?}", self.number)
        };
        assert_eq!(kept, again, "{}: half a save is there", self.number);
        let acknowledged = self.diary.acknowledged.load(Ordering::SeqCst);
        let typed = self.diary.typed.load(Ordering::SeqCst);
        assert!(
            (acknowledged..=typed).contains(&kept),
            "{} has {kept}, {acknowledged} was acknowledged and {typed} typed",
            self.number
        );
        let cards = self.diary.cards.lock().unwrap().clone();
        for card in cards {
            let answer = self.visitor().get(&card).await;
            assert_eq!(answer.status, StatusCode::OK, "{} lost {card}", self.number);
        }
        kept > acknowledged
    }
}

/// So many authors with a card each, who come to this origin for the first time.
pub async fn several(origin: &str, count: usize) -> Vec<Arc<Author>> {
    let mut authors = Vec::new();
    for number in 0..count {
        authors.push(Arc::new(Author::begin(Visitor::new(origin), number).await));
    }
    authors
}

/// Lets all of them write and make cards while `meanwhile` lasts, and until their last answers are there.
///
/// # Errors
/// When one of them met with something that must not be.
pub async fn write_during<T>(authors: &[Arc<Author>], meanwhile: impl Future<Output = T>) -> Result<T, JoinError> {
    let is_over = Arc::new(AtomicBool::new(false));
    let writing: Vec<_> = authors
        .iter()
        .map(|author| {
            let (author, is_over) = (Arc::clone(author), Arc::clone(&is_over));
            tokio::spawn(async move { author.write(&is_over, true).await })
        })
        .collect();
    let done = meanwhile.await;
    is_over.store(true, Ordering::SeqCst);
    for author in writing {
        author.await?;
    }
    Ok(done)
}

/// The controls with the author's own texts.
fn fields(form: &Form, number: usize) -> Vec<String> {
    let start = format!("of {number}: ");
    let own = form.fields.iter().filter(|(_, value)| value.starts_with(&start));
    own.map(|(name, _)| name.clone()).collect()
}
