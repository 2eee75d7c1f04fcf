use std::fmt::{Display, Write as _};

use super::{BOUNDS, Durations};

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It is as it is now.
    Gauge,
    /// Durations, counted in ranges.
    Histogram,
}

/// A page of numbers in the text format of Prometheus, version 0.0.4.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// The type of the page.
    pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins numbers of one name.
    pub fn family(&mut self, kind: Kind, name: &'static str, help: &str) -> Family<'_> {
        let word = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        line(&mut self.0, format_args!("# HELP {name} {help}"));
        line(&mut self.0, format_args!("# TYPE {name} {word}"));
        Family {
            text: &mut self.0,
            name,
        }
    }

    /// A name with a single number.
    pub fn single(&mut self, kind: Kind, name: &'static str, help: &str, number: impl Display) {
        self.family(kind, name, help).number(&[], number);
    }

    /// The whole page.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The numbers of one name, told apart by labels.
#[derive(Debug)]
pub struct Family<'t> {
    text: &'t mut String,
    name: &'static str,
}

impl Family<'_> {
    /// The number with these labels.
    pub fn number(&mut self, labels: &[(&str, &str)], number: impl Display) {
        self.sample("", labels, number);
    }

    /// The durations with these labels.
    pub fn durations(&mut self, labels: &[(&str, &str)], durations: &Durations) {
        let mut many = 0;
        for (at, range) in durations.ranges.iter().enumerate() {
            many += range.get();
            let end = BOUNDS.get(at).map_or_else(|| "+Inf".to_owned(), |&end| seconds(end));
            self.sample("_bucket", &[labels, &[("le", end.as_str())]].concat(), many);
        }
        self.sample("_sum", labels, seconds(durations.micros.get()));
        self.sample("_count", labels, many);
    }

    fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], number: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let name = self.name;
        match labels.is_empty() {
            true => line(self.text, format_args!("{name}{suffix} {number}")),
            false => line(
                self.text,
                format_args!("{name}{suffix}{{{}}} {number}", labels.join(",")),
            ),
        }
    }
}

/// Microseconds as seconds, without rounding.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing into a text cannot fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::metrics::{Counter, Level};

    #[test]
    fn numbers_are_written_as_prometheus_reads_them() {
        let (counter, level) = (Counter::default(), Level::default());
        counter.add(41);
        counter.one();
        let raised = level.raised();
        drop(level.raised());
        let mut text = Text::default();
        let mut family = text.family(Kind::Counter, "pages_total", "Pages that were made.");
        family.number(&[("route", "/a"), ("name", "\"a\\b\"\n")], counter.get());
        text.single(Kind::Gauge, "open", "Open now.", level.get());
        assert_eq!(
            text.into_string(),
            "# HELP pages_total Pages that were made.\n# TYPE pages_total counter\n\
             pages_total{route=\"/a\",name=\"\\\"a\\\\b\\\"\\n\"} 42\n\
             # HELP open Open now.\n# TYPE open gauge\nopen 1\n"
        );
        drop(raised);
        assert_eq!(level.get(), 0);
    }

    #[test]
    fn durations_are_counted_up_to_each_bound() {
        let durations = Durations::default();
        assert!(durations.is_empty());
        for micros in [1_000, 1_001, 30_000, 20_000_000] {
            durations.note(Duration::from_micros(micros));
        }
        let mut text = Text::default();
        text.family(Kind::Histogram, "took", "Seconds.")
            .durations(&[], &durations);
        let text = text.into_string();
        for sample in [
            "took_bucket{le=\"0.001\"} 1\n",
            "took_bucket{le=\"0.0025\"} 2\n",
            "took_bucket{le=\"0.025\"} 2\n",
            "took_bucket{le=\"0.05\"} 3\n",
            "took_bucket{le=\"10\"} 3\n",
            "took_bucket{le=\"+Inf\"} 4\n",
            "took_sum 20.032001\n",
            "took_count 4\n",
        ] {
            assert!(text.contains(sample), "{sample} is missing: {text}");
        }
    }
}
