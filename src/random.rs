//! Random bytes and ids from the operating system's generator.

use data_encoding::BASE32_NOPAD;

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random bytes: {0}")]
pub struct Error(getrandom::Error);

/// As many random bytes as asked for.
///
/// # Errors
/// When the operating system has none to give.
pub fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error)?;
    Ok(bytes)
}

/// A new unguessable id: 128 random bits as 26 lower-case letters and digits, safe in addresses
/// and in names of files on every system.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn id() -> Result<String, Error> {
    Ok(BASE32_NOPAD.encode(&bytes::<16>()?).to_ascii_lowercase())
}
