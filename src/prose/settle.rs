//! The last step: fits clean HTML into a page.

use std::borrow::Cow;

/// Our headings take h1 to h3: title, section, field. A visitor's h1 becomes h4.
const HEADINGS_ABOVE: u32 = 3;

/// Takes what ammonia wrote, whose tags are well formed and whose attributes stand in double
/// quotes, and moves headings down, turns pictures from elsewhere into links, makes wide tables
/// scroll and boxes of task lists text.
pub(super) fn settle(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let levels: Vec<u32> = (1..=6).filter(|level| html.contains(&format!("<h{level}"))).collect();
    let mut links = 0_usize;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        let tag = &rest[start..start + tag_length(&rest[start..])];
        rest = &rest[start + tag.len()..];
        let name = tag.trim_start_matches(['<', '/']);
        let name = &name[..name
            .find(|letter: char| !letter.is_ascii_alphanumeric())
            .unwrap_or(name.len())];
        match (name, tag.starts_with("</")) {
            ("a", false) => links += 1,
            ("a", true) => links = links.saturating_sub(1),
            _ => {}
        }
        match (name, tag.starts_with("</")) {
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", closing) => {
                out.push_str(&heading(name, closing, &levels));
            }
            ("img", _) => out.push_str(&picture(tag, links > 0)),
            ("input", _) => out.push_str(if tag.contains(" checked=") { "☑" } else { "☐" }),
            ("table", false) => {
                out.push_str(r#"<div class="wide" role="group" aria-label="Table" tabindex="0">"#);
                out.push_str(tag);
            }
            // Lines of code do not wrap: who has no mouse scrolls them, too.
            ("pre", false) => out.push_str(&tag.replacen("<pre", r#"<pre tabindex="0""#, 1)),
            ("table", true) => out.push_str("</table></div>"),
            // On paper the address follows the words, unless they are the address.
            ("a", false) if says_itself(tag, rest) => out.push_str(&tag.replacen("<a ", r#"<a class="bare" "#, 1)),
            _ => out.push_str(tag),
        }
    }
    out.push_str(rest);
    out
}

/// The tag of a heading below ours. Levels that the text leaves out are closed up where there would not be enough; what is
/// deeper than HTML has levels says so by an attribute.
fn heading(name: &str, closing: bool, levels: &[u32]) -> String {
    let level = name[1..].parse::<u32>().unwrap_or(6);
    let is_enough = levels.last().is_none_or(|last| last + HEADINGS_ABOVE <= 6);
    let rank = || {
        (1..)
            .zip(levels)
            .find(|(_, other)| **other == level)
            .map_or(level, |(rank, _)| rank)
    };
    let level = HEADINGS_ABOVE + if is_enough { level } else { rank() };
    match (closing, level) {
        (true, _) => format!("</h{}>", level.min(6)),
        (false, ..=6) => format!("<h{level}>"),
        (false, _) => format!(r#"<h6 aria-level="{level}">"#),
    }
}

/// Whether the words of a link are its address; `rest` is what follows its tag.
fn says_itself(tag: &str, rest: &str) -> bool {
    let address = attribute(tag, "href").filter(|_| !tag.contains(" class="));
    address.is_some_and(|address| rest.strip_prefix(address).is_some_and(|rest| rest.starts_with("</a>")))
}

/// The length of the tag at the beginning of a text.
pub(super) fn tag_length(text: &str) -> usize {
    let mut in_quotes = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'>' if !in_quotes => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// A picture carried in the text stays; one from elsewhere becomes a link with its words.
fn picture(tag: &str, in_link: bool) -> String {
    let alt = attribute(tag, "alt").unwrap_or_default();
    let words = match alt.trim() {
        "" => Cow::Borrowed("picture"),
        words => words.replace('<', "&lt;").replace('>', "&gt;").into(),
    };
    match attribute(tag, "src") {
        Some(src) if src.starts_with("data:") => format!(r#"<img src="{src}" alt="{alt}">"#),
        Some(src) if !in_link => format!(r#"<a href="{src}" rel="noopener noreferrer nofollow">{words}</a>"#),
        _ => words.into_owned(),
    }
}

/// The value of an attribute, escaped as it stands.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once("=\"") {
        let (value, next) = after.split_once('"')?;
        if before.ends_with(name) && before[..before.len() - name.len()].ends_with(' ') {
            return Some(value);
        }
        rest = next;
    }
    None
}
