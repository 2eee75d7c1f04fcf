//! Visitors' Markdown as HTML that is safe to show and asks no foreign host for anything.
//!
//! comrak makes HTML of Markdown, ammonia takes out whatever could run or load, and the last
//! step fits the rest into a page: headings go below ours, pictures from elsewhere become
//! links. Text that would cost too much is shown as it was typed.

mod nodes;
mod normal;
mod prices;
mod settle;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::Builder;
use comrak::nodes::{NodeMath, NodeValue};
use comrak::{Arena, Options};

use crate::card::picture::{self, Blob};
pub use nodes::{Element, Node};

/// Longer text is shown as typed. The longest README seen on a model hub has 600 kB.
const LONGEST_BYTES: usize = 1 << 20;

/// Text with more elements inside each other is shown as typed: the cost of cleaning grows with
/// the square of the depth, and no reader follows so far.
const DEEPEST: usize = 100;

/// Elements that prose needs; others lose their tags and keep their text.
const ELEMENTS: [&str; 46] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "section",
    "small",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Text whose tables would be filled up to more cells is shown as typed: a short text can ask
/// for half a million of them.
const MOST_CELLS: usize = 200_000;

/// How many bytes writing may look at; see [`slow_to_write`].
const MOST_BYTES_SEEN: usize = 300_000_000;

/// Renders Markdown as a fragment of safe HTML for a page with one such text.
pub fn render(markdown: &str) -> String {
    render_in(markdown, "")
}

/// Renders Markdown as a fragment of safe HTML for a page with several; `place` is a word that
/// differs for each, so that footnotes find their own marks.
pub fn render_in(markdown: &str, place: &str) -> String {
    if markdown.len() > LONGEST_BYTES || quotes_too_deep(markdown) || too_many_cells(markdown) {
        return as_typed(markdown);
    }
    let options = options();
    let priced = prices::escaped(markdown, |text| {
        let arena = Arena::new();
        prices::found(text, comrak::parse_document(&arena, text, &options))
    });
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, priced.as_deref().unwrap_or(markdown), &options);
    for node in root.descendants() {
        let value = &mut node.data_mut().value;
        match value {
            NodeValue::HtmlBlock(block) => block.literal = normal::normalise(&block.literal),
            NodeValue::HtmlInline(literal) => *literal = normal::normalise(literal),
            NodeValue::Math(formula) => {
                let text = as_written(formula);
                *value = NodeValue::Text(text.into());
            }
            _ => {}
        }
    }
    let mut html = String::new();
    if comrak::format_html(root, &options, &mut html).is_err() || too_deep(&html) || slow_to_write(&html) {
        return as_typed(markdown);
    }
    clean(&html, place).map_or_else(|_| as_typed(markdown), |clean| settle::settle(&clean))
}

/// Reads HTML that [`render_in`] made, as a tree.
pub fn tree_of(html: &str) -> Vec<Node> {
    nodes::nodes(html)
}

/// The text as it was typed, line by line.
fn as_typed(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(r#"<pre class="typed">{text}</pre>"#)
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    // Known to be formulas, they are not taken for emphasis, links or escapes.
    options.extension.math_dollars = true;
    // HTML inside the text reaches the cleaning, which knows better what may stay.
    options.render.r#unsafe = true;
    options
}

/// A formula as it was written: readers of a card know TeX, and nothing of it is lost.
fn as_written(formula: &NodeMath) -> String {
    let dollars = if formula.display_math { "$$" } else { "$" };
    format!("{dollars}{}{dollars}", formula.literal)
}

/// Whether a line opens more quotes or lists than anybody reads; parsing them is slow.
fn quotes_too_deep(markdown: &str) -> bool {
    let depth = |line: &str| {
        let marks = line.bytes().take_while(|byte| b"> \t-+*".contains(byte));
        marks.filter(|byte| b">-+*".contains(byte)).count()
    };
    // Lines made of one sign alone are rules and underlines, not lists.
    markdown.lines().any(|line| line.contains('>') && depth(line) > DEEPEST)
}

/// Whether the widest row, repeated on every line, makes more than [`MOST_CELLS`].
fn too_many_cells(markdown: &str) -> bool {
    let columns = |line: &str| line.bytes().filter(|byte| *byte == b'|').count();
    let widest = markdown.lines().map(columns).max().unwrap_or_default();
    widest * markdown.lines().count() > MOST_CELLS
}

/// Whether more elements are open at once than [`DEEPEST`]. Reads what comrak wrote and
/// [`normal`] spelled, so every `<` begins a tag.
fn too_deep(html: &str) -> bool {
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut depth = 0_usize;
    for (index, _) in html.match_indices('<') {
        let tag = &html[index + 1..];
        let is_closing = tag.starts_with('/');
        let name = tag.trim_start_matches('/');
        let name = &name[..name.bytes().take_while(u8::is_ascii_alphanumeric).count()];
        // These close themselves: they nest only with another element between.
        if matches!(
            name,
            "br" | "hr" | "img" | "input" | "p" | "li" | "dt" | "dd" | "tr" | "td" | "th"
        ) {
            continue;
        }
        let count = open.entry(name).or_default();
        if is_closing && *count > 0 {
            *count -= 1;
            depth -= 1;
        } else if !is_closing {
            *count += 1;
            depth += 1;
            if depth > DEEPEST {
                return true;
            }
        }
    }
    false
}

/// Whether a piece of text holds so many ampersands and no-break spaces that writing it would
/// take seconds: at each of them html5ever looks through the rest of the piece.
fn slow_to_write(html: &str) -> bool {
    let seen = |piece: &str| {
        let marks = piece.bytes().filter(|byte| matches!(byte, b'&' | 0xC2)).count();
        let others: usize = ["&quot;", "&lt;", "&gt;"]
            .iter()
            .map(|entity| piece.matches(entity).count())
            .sum();
        (marks - others).saturating_mul(piece.len())
    };
    html.split('<').map(seen).sum::<usize>() > MOST_BYTES_SEEN
}

/// Takes out what could run or load.
///
/// # Errors
/// None in practice: reading from memory does not fail.
fn clean(html: &str, place: &str) -> std::io::Result<String> {
    let prefix = format!("{place}-");
    let any = |names: &[&'static str]| names.iter().copied().collect::<HashSet<&str>>();
    let attributes = HashMap::from([
        ("a", any(&["href", "id", "aria-label"])),
        ("img", any(&["src", "alt"])),
        ("input", any(&["checked"])),
        ("li", any(&["id"])),
        ("ol", any(&["start"])),
        ("td", any(&["align", "colspan", "rowspan"])),
        ("th", any(&["align", "colspan", "rowspan"])),
        ("details", any(&["open"])),
    ]);
    let classes = HashMap::from([
        ("sup", any(&["footnote-ref"])),
        ("section", any(&["footnotes"])),
        ("a", any(&["footnote-backref"])),
    ]);
    Builder::empty()
        .tags(any(&ELEMENTS))
        .clean_content_tags(any(&["script", "style"]))
        .tag_attributes(attributes)
        .allowed_classes(classes)
        .url_schemes(any(&["http", "https", "mailto", "data"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(move |element, name, value| match (element, name) {
            (_, "href") => link(value, &prefix),
            (_, "src") => source(value),
            // Only footnotes need names, and each text has its own.
            (_, "id") if value.starts_with("fn") => Some(format!("{prefix}{value}").into()),
            (_, "id") => None,
            _ => Some(value.into()),
        })
        // Reading in pieces: given the whole text at once, the parser copies the rest of it at
        // every `&amp;`, which takes minutes for a few hundred kilobytes of them.
        .clean_from_reader(html.as_bytes())
        .map(|document| document.to_string())
}

/// A link to the web, to a mailbox, or to a footnote of the same text; relative ones lead nowhere.
fn link<'v>(value: &'v str, prefix: &str) -> Option<Cow<'v, str>> {
    if let Some(footnote) = value.strip_prefix("#fn") {
        return Some(format!("#{prefix}fn{footnote}").into());
    }
    starts_with_any(value, &["http://", "https://", "mailto:"]).then_some(value.into())
}

/// A picture inside the text, spelled anew, or an address that becomes a link later.
fn source(value: &str) -> Option<Cow<'_, str>> {
    if starts_with_any(value, &["http://", "https://"]) {
        return Some(value.into());
    }
    match picture::sniff(value)? {
        Blob::Picture { media_type, base64 } if value.starts_with("data:") => {
            Some(format!("data:{media_type};base64,{base64}").into())
        }
        _ => None,
    }
}

fn starts_with_any(value: &str, starts: &[&str]) -> bool {
    let has = |start: &&str| {
        value
            .get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    starts.iter().any(has)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    const PIXEL: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

    #[test]
    fn markdown_becomes_html() {
        assert_eq!(
            render("one **two** ~~three~~"),
            "<p>one <strong>two</strong> <del>three</del></p>\n"
        );
        let table = render("| a | b |\n|---|--:|\n| 1 | 2 |");
        assert!(
            table.contains("<th>a</th>") && table.contains(r#"<td align="right">2</td>"#),
            "{table}"
        );
        assert_eq!(render("- [x] done\n- [ ] open").matches(['☑', '☐']).count(), 2);
        assert!(render("a<br>b <sub>c</sub>").contains("a<br>b <sub>c</sub>"));
    }

    #[test]
    fn lists_are_lists() {
        assert_eq!(render("- a\n- b"), "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
        assert_eq!(
            render("3. a\n4. b"),
            "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"
        );
    }

    #[test]
    fn formulas_are_left_as_they_are() {
        for formula in [
            "$a_i * b_j * c_k$",
            r"$\{x_1\_y\} \\ [a](b)$",
            "$$\\sum_i *x*_i < 1$$",
            "$$\na_1\n\\\\\nb_2\n$$",
        ] {
            let html = render(&format!("so {formula} holds"));
            let shown = formula.replace('<', "&lt;");
            assert_eq!(html, format!("<p>so {shown} holds</p>\n"));
        }
        // Prices are no formulas, and code is code.
        assert_eq!(
            render("`$x_i$` from $5 to *at most* $10"),
            "<p><code>$x_i$</code> from $5 to <em>at most</em> $10</p>\n"
        );
        for (text, shown) in [
            ("$5 and `a$b`", "$5 and <code>a$b</code>"),
            (
                "it costs $5, `a$b` $7 and `c$`",
                "it costs $5, <code>a$b</code> $7 and <code>c$</code>",
            ),
            ("$5 ``a`$`` *b*", "$5 <code>a`$</code> <em>b</em>"),
            // Quotes of TeX are no code.
            ("$\\text{``a''}$ and `b`", "$\\text{``a''}$ and <code>b</code>"),
            ("é $5 `a$b` $x_i * y_i$", "é $5 <code>a$b</code> $x_i * y_i$"),
        ] {
            assert_eq!(render(text), format!("<p>{shown}</p>\n"), "{text}");
        }
        assert_eq!(render("a \\$x_i and *y_i*$"), "<p>a $x_i and <em>y_i</em>$</p>\n");
    }

    #[test]
    fn headings_go_below_those_of_the_page() {
        assert_eq!(render("# a"), "<h4>a</h4>\n");
        assert_eq!(render("### a"), "<h6>a</h6>\n");
        assert_eq!(render("# a\n### b\n###### c"), "<h4>a</h4>\n<h5>b</h5>\n<h6>c</h6>\n");
        assert_eq!(
            render("# a\n## b\n### c\n#### d"),
            "<h4>a</h4>\n<h5>b</h5>\n<h6>c</h6>\n<h6 aria-level=\"7\">d</h6>\n"
        );
        assert_eq!(render("<h1 align=center>a</h1>"), "<h4>a</h4>\n");
    }

    #[test]
    fn links_are_of_harmless_kinds() {
        let link = render("[a](https://example.org/?a=1&b=2)");
        assert!(link.contains(r#"href="https://example.org/?a=1&amp;b=2""#), "{link}");
        assert!(link.contains(r#"rel="noopener noreferrer nofollow""#), "{link}");
        assert!(render("see www.example.org").contains("http://www.example.org"));
        let bare = render("see https://example.org/?a&b, [too](https://example.org)");
        assert!(
            bare.contains(r#"<a class="bare" href="https://example.org/?a&amp;b""#),
            "{bare}"
        );
        assert_eq!(bare.matches("bare").count(), 1, "{bare}");
        for target in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "//example.org",
            "docs/a.md",
            "vbscript:x",
        ] {
            let html = render(&format!("[a]({target}) <a href='{target}'>b</a>"));
            assert!(!html.contains("href"), "{html}");
        }
        assert!(!render("<a href='java&#10;script:alert(1)'>b</a>").contains("href"));
    }

    #[test]
    fn pictures_from_elsewhere_become_links() {
        let html = render("![A *plot*](https://example.org/a.png)");
        assert_eq!(
            html,
            "<p><a href=\"https://example.org/a.png\" rel=\"noopener noreferrer nofollow\">A plot</a></p>\n"
        );
        let badge = render("[![Build](https://example.org/b.svg)](https://example.org)");
        assert!(!badge.contains("b.svg") && badge.contains(">Build</a>"), "{badge}");
        assert_eq!(render("![A plot](plot.png)"), "<p>A plot</p>\n");
        assert!(render("<img src=https://example.org/x onerror=alert(1)>").contains(">picture</a>"));
    }

    #[test]
    fn pictures_in_the_text_stay() {
        assert!(render(&format!("![Dot]({PIXEL})")).contains(&format!(r#"<img src="{PIXEL}" alt="Dot">"#)));
        assert!(!render("![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+PC9zdmc+)").contains("<img"));
    }

    #[test]
    fn footnotes_of_two_texts_do_not_meet() {
        let (one, two) = (
            render_in("a[^1]\n\n[^1]: note", "one"),
            render_in("a[^1]\n\n[^1]: note", "two"),
        );
        assert!(
            one.contains(r##"href="#one-fn-1""##) && one.contains(r#"id="one-fn-1""#),
            "{one}"
        );
        assert!(
            two.contains(r##"href="#two-fnref-1""##) && two.contains(r#"id="two-fnref-1""#),
            "{two}"
        );
    }

    #[test]
    fn scripts_and_handlers_do_not_come_through() {
        let html = render(
            "<script>alert(1)</script>\n\n<div onclick=alert(1) style='x'>a</div><svg onload=alert(1)>\n\n\
             <iframe src=https://example.org></iframe><form action=x><button>b</button></form><style>*{}</style>",
        );
        for bad in [
            "script", "onclick", "onload", "style", "iframe", "form", "button", "svg",
        ] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
    }

    #[test]
    fn hostile_text_ends_soon() {
        let hostile = [
            ">".repeat(10_000),
            format!("{}a", "> ".repeat(500_000)),
            "- ".repeat(10_000),
            "* a\n".repeat(20_000),
            "[".repeat(50_000),
            "![".repeat(50_000),
            "[a](".repeat(20_000),
            "*a _b ".repeat(20_000),
            "**x ".repeat(20_000),
            "`a``b```".repeat(10_000),
            "<a ".repeat(50_000),
            "<!-- ".repeat(20_000),
            "<div>".repeat(50_000),
            (0..5_000)
                .map(|n| format!("<b title={n}><!--</b>-->"))
                .collect::<String>()
                + &"\n\n<p>x".repeat(5_000),
            "|a".repeat(2_000) + "|\n" + &"|-".repeat(2_000) + "|\n" + &"|b\n".repeat(2_000),
            "a[^1]".repeat(5_000) + "\n\n[^1]: b",
            (0..5_000).map(|n| format!("[{n}]: /x\n")).collect(),
            "www.".repeat(30_000),
            "a@b.".repeat(30_000),
            "&amp".repeat(50_000),
            "\\".repeat(100_000),
            "$".repeat(100_000),
            "$a ".repeat(50_000),
            "$$a ".repeat(50_000),
            "$a`".repeat(50_000),
            "&".repeat(LONGEST_BYTES / 4),
            "x".repeat(LONGEST_BYTES + 1),
        ];
        for text in hostile {
            let start = Instant::now();
            let html = render(&text);
            let name: String = text.chars().take(12).collect();
            assert!(start.elapsed().as_secs() < 20, "{name}: {:?}", start.elapsed());
            assert!(html.len() < 40_000_000, "{name}: {}", html.len());
        }
    }

    /// Names and values of the attributes in a text of well-formed tags.
    fn attributes(html: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut rest = html;
        while let Some((_, after)) = rest.split_once('<') {
            let mut quoted = false;
            let end = after.find(|letter| {
                quoted ^= letter == '"';
                letter == '>' && !quoted
            });
            let (tag, next) = after.split_at(end.unwrap_or(after.len()));
            let pieces: Vec<&str> = tag.split('"').collect();
            for pair in pieces.chunks_exact(2) {
                let name = pair[0].trim_end_matches('=').rsplit(' ').next().unwrap_or_default();
                found.push((name.to_lowercase(), pair[1].to_lowercase()));
            }
            rest = next;
        }
        found
    }

    fn any_markup() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "<script>",
            "</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:x\">",
            "[a](javascript:x)",
            "<",
            ">",
            "\"",
            "'",
            "`",
            "<svg/onload=x>",
            "<!--",
            "-->",
            "<![CDATA[",
            "<math>",
            "<table>",
            "<b ",
            "onload=",
            "\n",
            "\n\n",
            "![",
            "](",
            ")",
            "<style>",
            "<div\nonclick=x>",
            "<a title='",
            "&lt;script&gt;",
            "&#106;avascript:",
            "\0",
            "<p>",
            "</p>",
            "javascript:",
            "data:text/html,",
            "| a |\n|---|\n",
            "> ",
            "- [x] ",
            "[^1]",
            "[^1]: ",
            "<ScRiPt>",
        ]);
        prop::collection::vec(prop_oneof![pieces.prop_map(str::to_owned), "\\PC{0,6}"], 0..24)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn nothing_that_runs_or_loads_comes_out(text in any_markup()) {
            let html = render(&text);
            prop_assert!(!html.to_lowercase().contains("<script"), "{html}");
            for (name, value) in attributes(&html) {
                let is_harmless = match name.as_str() {
                    "href" => ["http://", "https://", "mailto:", "#-fn"].iter().any(|start| value.starts_with(start)),
                    "src" => value.starts_with("data:image/") && !value.contains("svg"),
                    name => !name.starts_with("on") && name != "style" && !name.is_empty(),
                };
                prop_assert!(is_harmless, "{name} is {value} in {html}");
            }
        }
    }
}
