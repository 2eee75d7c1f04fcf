use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpMessage;
use actix_web::http::header::{AcceptLanguage, Header as _, HeaderMap};

use crate::config::Network;
use crate::locale::{Locale, Sentence};
use crate::say;

/// A browser that does not say what it is.
const UNKNOWN: &str = "A browser";

/// The address a request came from: that of the connection, or, when a trusted proxy made the
/// connection, the last one in `X-Forwarded-For` that is not a trusted proxy's.
pub fn address(peer: Option<SocketAddr>, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let forwarded: Vec<&[u8]> = headers
        .get_all("x-forwarded-for")
        .flat_map(|header| header.as_bytes().split(|&byte| byte == b','))
        .collect();
    for hop in forwarded.into_iter().rev() {
        if !is_trusted(address) {
            break;
        }
        match std::str::from_utf8(hop.trim_ascii()).ok().and_then(hop_address) {
            Some(hop) => address = hop,
            None => break,
        }
    }
    address
}

/// The language that a browser asks for, of those that the pages have.
pub fn locale(request: &impl HttpMessage) -> Locale {
    let asked = AcceptLanguage::parse(request)
        .map(|header| header.ranked())
        .unwrap_or_default();
    let tags: Vec<String> = asked.iter().map(ToString::to_string).collect();
    Locale::of_tags(tags.iter().map(String::as_str))
}

/// What a visitor recognises a browser of theirs by, such as `Firefox on Linux`: two words of the User-Agent, which
/// itself is not stored.
pub fn family(headers: &HeaderMap) -> String {
    // The first that is named wins: most browsers name those that they resemble as well.
    const BROWSERS: [(&str, &str); 10] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Vivaldi", "Vivaldi"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let agent = headers
        .get("user-agent")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let named = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(part, _)| agent.contains(part));
        found.map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(system)) => format!("{UNKNOWN} on {system}"),
        (None, None) => UNKNOWN.to_owned(),
    }
}

/// The same as readers have it in their language.
pub fn said_family(family: &str) -> Sentence {
    let named = |browser: &str| match browser {
        UNKNOWN => say!("A browser"),
        name => Sentence::as_written(name),
    };
    match family.split_once(" on ") {
        Some((browser, system)) => say!("{browser} on {system}", browser = named(browser), system),
        None => named(family),
    }
}

/// One entry of the header; some proxies add the port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let parsed = hop
        .parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()?;
    Some(parsed.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn from(peer: &str, forwarded: &'static str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        if !forwarded.is_empty() {
            headers.append(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_static(forwarded),
            );
        }
        let trusted: Vec<Network> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        address(Some(peer.parse().unwrap()), &headers, &trusted).to_string()
    }

    #[test]
    fn r07_forwarded_addresses_count_from_trusted_proxies_only() {
        assert_eq!(from("9.9.9.9:1", "1.2.3.4", &[]), "9.9.9.9");
        assert_eq!(from("10.0.0.1:1", "1.2.3.4", &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(
            from("10.0.0.1:1", "6.6.6.6, 1.2.3.4, 10.0.0.2", &["10.0.0.0/8"]),
            "1.2.3.4"
        );
        assert_eq!(from("10.0.0.1:1", "1.2.3.4, rubbish", &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1:1", "[2001:db8::1]:99", &["10.0.0.0/8"]), "2001:db8::1");
        assert_eq!(from("10.0.0.1:1", "", &["10.0.0.0/8"]), "10.0.0.1");
    }
}
