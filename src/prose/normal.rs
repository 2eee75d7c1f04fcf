//! HTML inside Markdown, brought into a form of which later steps can be sure: known elements
//! only, attributes in quotes, no comments.
//!
//! This is not what makes the page safe; ammonia is. It makes the depth of elements countable
//! before a parser pays for it.

use super::ELEMENTS;

/// Attributes that are kept, whatever the element.
const ATTRIBUTES: [&str; 9] = [
    "href", "src", "alt", "title", "align", "colspan", "rowspan", "open", "start",
];

/// Elements of HTML that prose does without: their tags go. Any other word in pointed brackets is
/// no HTML but something the writer meant, such as `<threshold>`, and stays as text.
const DROPPED: [&str; 41] = [
    "address",
    "area",
    "article",
    "aside",
    "audio",
    "base",
    "big",
    "body",
    "button",
    "canvas",
    "center",
    "col",
    "colgroup",
    "embed",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "head",
    "header",
    "html",
    "iframe",
    "label",
    "link",
    "main",
    "math",
    "meta",
    "nav",
    "noscript",
    "object",
    "option",
    "picture",
    "script",
    "select",
    "source",
    "span",
    "style",
    "svg",
    "textarea",
    "video",
];

/// Rewrites a piece of HTML as Markdown text may hold it: one tag, or a block of several lines.
pub(super) fn normalise(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        push_text(&mut out, &rest[..start]);
        rest = &rest[start..];
        rest = if let Some(comment) = rest.strip_prefix("<!--") {
            after(comment, "-->")
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            after(rest, ">")
        } else if let Some((tag, next)) = Tag::read(rest).filter(|(tag, _)| tag.is_html()) {
            tag.push(&mut out);
            match tag.name.as_str() {
                "script" | "style" if !tag.is_closing => skip_content(next, &tag.name),
                _ => next,
            }
        } else {
            out.push_str("&lt;");
            &rest[1..]
        };
    }
    push_text(&mut out, rest);
    out
}

/// Text keeps its entities: `&amp;` is one character already.
fn push_text(out: &mut String, text: &str) {
    out.push_str(&text.replace('>', "&gt;"));
}

/// What follows the first `end`, or nothing.
fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// What follows the closing tag of an element whose content is not for readers.
fn skip_content<'a>(text: &'a str, name: &str) -> &'a str {
    let ends = text.match_indices("</");
    let mut ends = ends.filter(|(index, _)| {
        let tail = text.as_bytes().get(index + 2..index + 2 + name.len());
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(name.as_bytes()))
    });
    ends.next().map_or("", |(index, _)| after(&text[index..], ">"))
}

struct Tag<'a> {
    name: String,
    is_closing: bool,
    attributes: Vec<(String, &'a str)>,
}

impl<'a> Tag<'a> {
    /// Reads the tag at the beginning of a text, and says what follows it.
    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let inner = text.strip_prefix('<')?;
        let is_closing = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        if !inner.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return None;
        }
        let (name, mut rest) = split_word(inner, |letter| !letter.is_ascii_whitespace() && !"/>".contains(letter));
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
            if rest.is_empty() || rest.starts_with('>') {
                break;
            }
            let is_name = |letter: char| !letter.is_ascii_whitespace() && !"/>=".contains(letter);
            let (key, next) = split_word(rest, is_name);
            let next = next.trim_start();
            let (value, next) = match next.strip_prefix('=') {
                Some(value) => split_value(value.trim_start()),
                // A stray sign that is no name is passed over.
                None if key.is_empty() => ("", next.get(1..).unwrap_or_default()),
                None => ("", next),
            };
            attributes.push((key.to_ascii_lowercase(), value));
            rest = next;
        }
        let tag = Self {
            name: name.to_ascii_lowercase(),
            is_closing,
            attributes,
        };
        Some((tag, rest.strip_prefix('>').unwrap_or(rest)))
    }

    fn is_html(&self) -> bool {
        let name = self.name.as_str();
        ELEMENTS.contains(&name) || DROPPED.contains(&name)
    }

    /// Writes the tag if it is one that prose needs.
    fn push(&self, out: &mut String) {
        if !ELEMENTS.contains(&self.name.as_str()) || self.name == "input" {
            return;
        }
        out.push('<');
        if self.is_closing {
            out.push('/');
        }
        out.push_str(&self.name);
        let known = |name: &str| ATTRIBUTES.contains(&name);
        for (name, value) in self
            .attributes
            .iter()
            .filter(|(name, _)| known(name) && !self.is_closing)
        {
            let value = value.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
            out.push_str(&format!(" {name}=\"{value}\""));
        }
        out.push('>');
    }
}

fn split_word(text: &str, is_part: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    text.split_at(end)
}

fn split_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    split_word(text, |letter| !letter.is_ascii_whitespace() && letter != '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tags_are_spelled_alike() {
        assert_eq!(normalise("<BR/>"), "<br>");
        assert_eq!(
            normalise("<img SRC=a.png alt='a \"b\" <c>' onerror=x>"),
            r#"<img src="a.png" alt="a &quot;b&quot; &lt;c&gt;">"#
        );
        assert_eq!(
            normalise("<details open><summary>S</summary>"),
            r#"<details open=""><summary>S</summary>"#
        );
    }

    #[test]
    fn other_things_go_or_become_text() {
        assert_eq!(normalise("<!-- </b> -->a<span>b</span>"), "ab");
        assert_eq!(normalise("<script>if (a < b) alert(1)</SCRIPT >c"), "c");
        assert_eq!(normalise("above <threshold>"), "above &lt;threshold&gt;");
        assert_eq!(normalise("<script>never closed"), "");
        assert_eq!(normalise("1 < 2 > 1 &amp; <"), "1 &lt; 2 &gt; 1 &amp; &lt;");
        assert_eq!(normalise("<b title=\"</b>\"><b a='"), r#"<b title="&lt;/b&gt;"><b>"#);
    }
}
