//! Safe HTML as a tree, for those who show it by other means than a browser.

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Node {
    /// Characters, as they are read.
    Text(String),
    /// An element with what is in it.
    Element(Element),
}

/// An element of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name in lower case: `p`.
    pub name: String,
    /// Its attributes with their values.
    pub attributes: Vec<(String, String)>,
    /// What is in it.
    pub children: Vec<Node>,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether it is of this class.
    pub fn is_of_class(&self, class: &str) -> bool {
        let classes = self.attribute("class").unwrap_or_default();
        classes.split_ascii_whitespace().any(|one| one == class)
    }
}

/// Reads what [`render_in`](super::render_in) wrote: tags are well formed, attributes stand in double quotes.
pub(super) fn nodes(html: &str) -> Vec<Node> {
    // The first takes everything and has no name that an end tag could close.
    let mut open = vec![Element::default()];
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        push_text(&mut open, &rest[..start]);
        let tag = &rest[start..start + super::settle::tag_length(&rest[start..])];
        rest = &rest[start + tag.len()..];
        let inner = tag.trim_start_matches('<').trim_end_matches('>');
        match inner.strip_prefix('/') {
            Some(name) => close(&mut open, name.trim()),
            None => {
                let element = element(inner);
                match element.name.as_str() {
                    "br" | "hr" | "img" => push(&mut open, Node::Element(element)),
                    _ => open.push(element),
                }
            }
        }
    }
    push_text(&mut open, rest);
    while open.len() > 1 {
        close_last(&mut open);
    }
    open.pop().map(|all| all.children).unwrap_or_default()
}

fn push(open: &mut [Element], node: Node) {
    if let Some(last) = open.last_mut() {
        last.children.push(node);
    }
}

fn push_text(open: &mut [Element], text: &str) {
    if !text.is_empty() {
        push(open, Node::Text(characters(text)));
    }
}

/// An end tag closes what was opened within, and without a beginning it closes nothing.
fn close(open: &mut Vec<Element>, name: &str) {
    if !open.iter().skip(1).any(|element| element.name == name) {
        return;
    }
    while close_last(open).as_deref() != Some(name) {}
}

fn close_last(open: &mut Vec<Element>) -> Option<String> {
    let last = open.pop()?;
    let name = last.name.clone();
    push(open, Node::Element(last));
    Some(name)
}

fn element(tag: &str) -> Element {
    let end = tag.find(|letter: char| !letter.is_ascii_alphanumeric());
    let (name, mut rest) = tag.split_at(end.unwrap_or(tag.len()));
    let mut attributes = Vec::new();
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, next)) = after.split_once('"') else {
            break;
        };
        let name = name.rsplit(' ').next().unwrap_or_default();
        attributes.push((name.to_ascii_lowercase(), characters(value)));
        rest = next;
    }
    Element {
        name: name.to_ascii_lowercase(),
        attributes,
        children: Vec::new(),
    }
}

/// The characters that stand for these; only the entities that are written.
fn characters(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::super::render;
    use super::*;

    fn tree(markdown: &str) -> Vec<Node> {
        nodes(&render(markdown))
    }

    fn told(nodes: &[Node]) -> String {
        let told = nodes.iter().map(|node| match node {
            Node::Text(text) => text.trim_matches('\n').to_owned(),
            Node::Element(element) => format!("{}({})", element.name, told(&element.children)),
        });
        told.collect()
    }

    #[test]
    fn markdown_and_html_within_it_become_a_tree() {
        let nodes = tree("one **two** & `<b>`\n\n<div><b>three<br>four</b></div>");
        assert_eq!(told(&nodes), "p(one strong(two) & code(<b>))div(b(threebr()four))");
        let links = tree("[a](https://example.org/?a=1&b=2)");
        let Some(Node::Element(paragraph)) = links.first() else {
            panic!("{links:?}")
        };
        let Some(Node::Element(link)) = paragraph.children.first() else {
            panic!("{links:?}")
        };
        assert_eq!(link.attribute("href"), Some("https://example.org/?a=1&b=2"));
    }

    #[test]
    fn characters_are_read_once() {
        assert_eq!(told(&tree("&amp;lt; &amp;amp;")), "p(&lt; &amp;)");
    }

    #[test]
    fn tags_without_partners_break_nothing() {
        assert_eq!(told(&nodes("a</p><b>c")), "ab(c)");
        assert_eq!(told(&nodes("<p><b>a</p>c")), "p(b(a))c");
    }
}
