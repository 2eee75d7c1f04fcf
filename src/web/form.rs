//! Posted fields with dotted names into values, and values into controls.
