use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};

/// Whether the method may change something.
pub(super) fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// Whether another site made a browser send this. Browsers say so themselves; what is not a browser
/// says nothing, and has no cookie that another site could abuse.
pub(super) fn is_cross_site(headers: &HeaderMap, public_origin: Option<&str>) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return !matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let Ok(origin) = origin.to_str() else { return true };
    match public_origin {
        Some(public) => !origin.eq_ignore_ascii_case(public),
        // Without the setting the address that the browser wrote into its own request must do.
        None => {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            let host = headers.get(HOST).and_then(|host| host.to_str().ok());
            authority.is_none() || authority != host
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn cross(headers: &[(&'static str, &'static str)], public: Option<&str>) -> bool {
        let mut map = HeaderMap::new();
        for &(name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_cross_site(&map, public)
    }

    #[test]
    fn r62_only_our_own_pages_and_programs_pass() {
        let public = Some("https://cards.example.org");
        assert!(!cross(&[], public));
        assert!(!cross(&[("sec-fetch-site", "same-origin")], public));
        assert!(!cross(&[("sec-fetch-site", "none")], public));
        assert!(cross(&[("sec-fetch-site", "same-site")], public));
        assert!(cross(&[("sec-fetch-site", "cross-site")], public));
        assert!(cross(
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://cards.example.org")
            ],
            public
        ));
        assert!(!cross(&[("origin", "https://cards.example.org")], public));
        assert!(cross(&[("origin", "https://cards.example.org.evil.net")], public));
        assert!(cross(&[("origin", "http://cards.example.org")], public));
        assert!(cross(&[("origin", "null")], public));
        assert!(!cross(
            &[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")],
            None
        ));
        assert!(cross(
            &[("origin", "http://evil.net"), ("host", "127.0.0.1:8080")],
            None
        ));
        assert!(cross(&[("origin", "null"), ("host", "127.0.0.1:8080")], None));
    }
}
