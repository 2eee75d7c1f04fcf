//! The binary notation: records of a tag and a payload, one after the other.

mod edit;
mod join;
mod parse;

pub use edit::{edited, to_bytes};
pub use join::{Joined, joined};
pub use parse::{has_controls, parse};

/// How the payload of a record ends: the last three bits of its tag.
const VARINT: u8 = 0;
const FIXED_64: u8 = 1;
const LENGTH: u8 = 2;
const GROUP: u8 = 3;
const GROUP_END: u8 = 4;
const FIXED_32: u8 = 5;

/// The number that begins at an offset, seven bits a byte, and where it ends; `None` when it is cut off or has more than
/// 64 bits.
fn varint(bytes: &[u8], at: usize, end: usize) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (index, byte) in bytes[at..end].iter().take(10).enumerate() {
        if index == 9 && *byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, at + index + 1));
        }
    }
    None
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn put_payload(out: &mut Vec<u8>, wire: u8, payload: &[u8]) {
    if wire == LENGTH {
        put_varint(out, payload.len() as u64);
    }
    out.extend(payload);
}

fn put_tag(out: &mut Vec<u8>, number: u32, wire: u8) {
    put_varint(out, u64::from(number) << 3 | u64::from(wire));
}

/// Bytes that are no text, as they are shown.
fn shown_bytes(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}
