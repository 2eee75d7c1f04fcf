use crate::yaml::{ScalarStyle, Value, scalar};

/// Writes values as untidily as the seed says: styles mixed, comments, anchors, odd indentation.
pub(crate) struct Mess {
    seed: u64,
    newline: &'static str,
    anchors: usize,
}

impl Mess {
    pub(crate) fn document(value: &Value, seed: u64) -> String {
        let mut mess = Self {
            seed,
            newline: "\n",
            anchors: 0,
        };
        mess.newline = mess.one_of(&["\n", "\n", "\r\n"]);
        let mut out = String::new();
        out.push_str(mess.one_of(&["", "", "# head\n", "\n", "---\n", "%YAML 1.2\n---\n# x\n"]));
        if mess.once_in(3) {
            mess.flow(&mut out, value, 0);
        } else {
            match value {
                Value::List(items) if !items.is_empty() => mess.block(&mut out, value, 0),
                Value::Group(members) if !members.is_empty() => mess.block(&mut out, value, 0),
                other => mess.flow(&mut out, other, 0),
            }
        }
        if mess.once_in(2) && out.ends_with('\n') && !out.ends_with("\n\n") {
            out.pop();
        } else if !out.ends_with('\n') && mess.once_in(2) {
            out.push('\n');
        }
        out.replace('\n', mess.newline)
    }

    fn next(&mut self) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.seed >> 33
    }

    fn once_in(&mut self, count: u64) -> bool {
        self.next().is_multiple_of(count)
    }

    fn one_of(&mut self, choices: &[&'static str]) -> &'static str {
        choices[(self.next() % choices.len() as u64) as usize]
    }

    fn anchor(&mut self, out: &mut String) {
        if self.once_in(8) {
            self.anchors += 1;
            out.push_str(&format!(" &a{}", self.anchors));
        }
    }

    fn key(&mut self, key: &str, flow: bool) -> String {
        let plain = scalar::line(key, ScalarStyle::Plain, None, flow);
        match self.next() % 4 {
            0 if !key.contains('\n') => scalar::line(key, ScalarStyle::Single, None, flow),
            1 => scalar::line(key, ScalarStyle::Double, None, flow),
            _ => plain,
        }
    }

    /// The end of a line of an entry, and what may stand before the next.
    fn end(&mut self, out: &mut String, column: usize, after_lines: bool) {
        if !after_lines {
            out.push_str(self.one_of(&["", "", " # note", "  "]));
        }
        out.push('\n');
        match self.next() % 8 {
            0 => out.push('\n'),
            1 if !after_lines => out.push_str(&format!("{}# between\n", " ".repeat(column))),
            2 if !after_lines => out.push_str("# left\n"),
            _ => {}
        }
    }

    /// The entries of a list or group, each with its line break.
    fn block(&mut self, out: &mut String, value: &Value, column: usize) {
        let pad = " ".repeat(column);
        match value {
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { &pad } else { "" });
                    out.push('-');
                    self.value(out, item, column, true);
                }
            }
            Value::Group(members) => {
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { &pad } else { "" });
                    let name = self.key(key, false);
                    if self.once_in(9) {
                        out.push_str(&format!("? {name}"));
                        if *value == Value::Null && self.once_in(2) {
                            self.end(out, column, false);
                            continue;
                        }
                        self.end(out, column, false);
                        out.push_str(&format!("{pad}:"));
                    } else {
                        out.push_str(&name);
                        out.push_str(self.one_of(&[":", ":", ":", " :"]));
                    }
                    self.value(out, value, column, false);
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, out: &mut String, value: &Value, column: usize, in_list: bool) {
        let block = match value {
            Value::List(items) => !items.is_empty() && !self.once_in(4),
            Value::Group(members) => !members.is_empty() && !self.once_in(4),
            _ => false,
        };
        if block && in_list && self.once_in(2) {
            let gap = 1 + (self.next() % 3) as usize;
            out.push_str(&" ".repeat(gap));
            self.block(out, value, column + 1 + gap);
            return;
        }
        self.anchor(out);
        if block {
            let indent = match value {
                Value::List(_) if !in_list => (self.next() % 3) as usize,
                _ => 1 + (self.next() % 4) as usize,
            };
            self.end(out, column + indent, false);
            out.push_str(&" ".repeat(column + indent));
            self.block(out, value, column + indent);
            return;
        }
        if let Value::Text(text) = value
            && scalar::fits_literal(text)
            && self.once_in(2)
        {
            let folded = scalar::fits_folded(text) && self.once_in(2);
            out.push_str(if folded { " >" } else { " |" });
            out.push_str(if text.ends_with('\n') { "" } else { "-" });
            out.push_str(self.one_of(&["", "", " # below"]));
            let pad = " ".repeat(column + 1 + (self.next() % 3) as usize);
            for (index, line) in text.lines().enumerate() {
                out.push_str(if folded && index > 0 && !line.is_empty() {
                    "\n"
                } else {
                    ""
                });
                out.push('\n');
                out.push_str(if line.is_empty() { "" } else { &pad });
                out.push_str(line);
            }
            self.end(out, column, true);
            return;
        }
        if *value != Value::Null || self.once_in(2) {
            out.push_str(self.one_of(&[" ", " ", "  "]));
            self.flow(out, value, column + 1);
        }
        self.end(out, column, false);
    }

    fn space(&mut self, out: &mut String, column: usize) {
        match self.next() % 8 {
            0 => out.push_str(&format!("\n{}", " ".repeat(column))),
            1 => out.push_str(&format!(" # in\n{}", " ".repeat(column + 2))),
            2..=4 => out.push(' '),
            _ => {}
        }
    }

    fn flow(&mut self, out: &mut String, value: &Value, column: usize) {
        match value {
            Value::Null => out.push_str(self.one_of(&["null", "~", "Null"])),
            Value::Number(spelling) => out.push_str(scalar::number(spelling)),
            Value::Text(text) => out.push_str(&self.key(text, true)),
            Value::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.space(out, column);
                    match item {
                        Value::Group(members) if members.len() == 1 && self.once_in(2) => {
                            out.push_str(&scalar::line(&members[0].0, ScalarStyle::Plain, None, true));
                            out.push_str(": ");
                            self.flow(out, &members[0].1, column);
                        }
                        item => self.flow(out, item, column),
                    }
                    self.space(out, column);
                }
                out.push_str(if !items.is_empty() && self.once_in(4) {
                    ", ]"
                } else {
                    "]"
                });
            }
            Value::Group(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.space(out, column);
                    let key = self.key(key, true);
                    out.push_str(&key);
                    if *value != Value::Null || self.once_in(2) {
                        out.push_str(": ");
                        self.flow(out, value, column);
                    }
                    self.space(out, column);
                }
                out.push_str(if !members.is_empty() && self.once_in(4) {
                    ", }"
                } else {
                    "}"
                });
            }
            other => out.push_str(&crate::json::to_text(other)),
        }
    }
}
