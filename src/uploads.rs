//! Bytes on disk: keep, open, delete; our names, never the client's.
