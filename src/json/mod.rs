//! JSON as a text with places: read leniently, edit in place.
