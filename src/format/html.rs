//! The finished page, write only.
use crate::card::Card;

/// One self-contained page.
pub fn page(card: &Card, title: &str, outline_key: &str) -> String {
    let _ = (card, outline_key);
    title.to_owned()
}

/// The card as a fragment of a page, sanitised.
pub fn body(card: &Card, outline_key: &str) -> String {
    let _ = outline_key;
    let mut html = String::new();
    for section in &card.sections {
        html.push_str(&format!("<h2>{}</h2><dl>", ammonia::clean_text(&section.title)));
        for field in &section.fields {
            let text = crate::web::words::in_words(&field.value);
            html.push_str(&format!(
                "<dt>{}</dt><dd>{}</dd>",
                ammonia::clean_text(&field.label),
                ammonia::clean_text(&text)
            ));
        }
        html.push_str("</dl>");
    }
    html
}
