//! The difference of two cards, by field.
