//! Removes what has expired.
