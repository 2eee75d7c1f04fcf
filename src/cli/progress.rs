//! One line on a terminal that tells how far a long command is.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::path::Path;
use std::time::{Duration, Instant};

use super::input;

/// Work that takes longer than this is worth a line.
const PATIENCE: Duration = Duration::from_millis(400);

/// How often the line is drawn again.
const PACE: Duration = Duration::from_millis(100);

/// A file of this size takes so long that the line is shown at once, in bytes.
const LARGE: u64 = 8 * 1024 * 1024;

/// Cells of the bar.
const CELLS: usize = 24;

/// The line, on standard error; it is only drawn on a terminal.
pub(super) struct Progress {
    is_seen: bool,
    total: usize,
    done: usize,
    began: Instant,
    drawn: Option<Instant>,
}

impl Progress {
    /// For so many files.
    pub fn of(total: usize) -> Self {
        Self {
            is_seen: stderr().is_terminal(),
            total,
            done: 0,
            began: Instant::now(),
            drawn: None,
        }
    }

    /// The next file is begun.
    pub fn next(&mut self, path: &Path) {
        let before = self.done;
        self.done += 1;
        if !self.is_seen {
            return;
        }
        let is_due = self.began.elapsed() > PATIENCE && self.drawn.is_none_or(|drawn| drawn.elapsed() > PACE);
        if is_due || input::size(path) > LARGE {
            let _ = write!(stderr(), "\r\x1b[K{}", line(before, self.total, &input::name(path)));
            let _ = stderr().flush();
            self.drawn = Some(Instant::now());
        }
    }

    /// Takes the line away, so that something else can be written there.
    pub fn clear(&mut self) {
        if self.drawn.take().is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
            let _ = stderr().flush();
        }
    }
}

/// Nothing of it stays.
impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// `━━━━━━╌╌╌╌╌╌  12 of 24  name`, short enough for a narrow terminal.
fn line(done: usize, total: usize, name: &str) -> String {
    const NAME: usize = 36;
    let length = name.chars().count();
    let name: String = match length > NAME {
        true => std::iter::once('…')
            .chain(name.chars().skip(length + 1 - NAME))
            .collect(),
        false => name.to_owned(),
    };
    if total < 2 {
        return format!("reading {name} …");
    }
    let full = done * CELLS / total;
    let bar = "━".repeat(full) + &"╌".repeat(CELLS - full);
    format!("{bar}  {done} of {total}  {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_how_far_it_is_and_stays_short() {
        assert_eq!(
            line(6, 24, "a.json"),
            format!("{}{}  6 of 24  a.json", "━".repeat(6), "╌".repeat(18))
        );
        assert_eq!(line(0, 1, "a.json"), "reading a.json …");
        let long = line(3, 1000, &"ä/".repeat(200));
        assert!(long.chars().count() < 80 && long.contains("  3 of 1000  …"), "{long}");
    }
}
