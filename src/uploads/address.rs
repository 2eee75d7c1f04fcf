//! Where uploads are, as the setting says it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The place that `UPLOADS_URL` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `file:path`: a folder of this machine.
    Folder(PathBuf),
    /// `s3://bucket/prefix`: a bucket of a server that speaks S3.
    Bucket {
        /// The bucket's name.
        name: String,
        /// What stands before each key, without slashes at its ends; may be empty.
        prefix: String,
    },
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(place) = text.strip_prefix("s3://") {
            let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
            // The rules of Amazon's guide, “General purpose bucket naming rules”.
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
            if !(3..=63).contains(&name.len()) || !name.bytes().all(is_plain) {
                return Err(
                    "must name a bucket of 3 to 63 small letters, digits, dots and hyphens, such as s3://cards or \
                     s3://cards/uploads"
                        .to_owned(),
                );
            }
            return Ok(Self::Bucket {
                name: name.to_owned(),
                prefix: prefix.trim_matches('/').to_owned(),
            });
        }
        let path = text.strip_prefix("file://").or_else(|| text.strip_prefix("file:"));
        match path {
            Some(path) if !path.is_empty() => Ok(Self::Folder(PathBuf::from(path))),
            _ => Err(
                "must begin with `file:` and name a folder, such as file:uploads, or with `s3://` and name a bucket, \
                 such as s3://cards"
                    .to_owned(),
            ),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Bucket { name, prefix } if prefix.is_empty() => write!(f, "s3://{name}"),
            Self::Bucket { name, prefix } => write!(f, "s3://{name}/{prefix}"),
        }
    }
}
