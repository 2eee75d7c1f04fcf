//! What a good card has: returns a list of problems, never fails.
