use super::{Error, wrong};

/// An origin in the form in which browsers write it.
pub(super) fn origin(text: &str) -> Result<String, Error> {
    let not_one = || {
        wrong(
            "PUBLIC_ORIGIN",
            "must be an origin without path, such as https://cards.example.org",
        )
    };
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let (scheme, authority) = text.split_once("://").ok_or_else(not_one)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if !matches!(scheme, "http" | "https") || authority.is_empty() || !authority.chars().all(plain) {
        return Err(not_one());
    }
    // Browsers leave the usual port out.
    let usual = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(usual).unwrap_or(authority);
    // Colons without brackets around them part host and port.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match is_v6 {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && !host.contains([':', '[', ']']),
    };
    if !is_host || port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err(not_one());
    }
    Ok(format!("{scheme}://{authority}"))
}
