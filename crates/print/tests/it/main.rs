//! What the printed report promises, read back with poppler's tools.

#[path = "../../../report/tests/it/fixture.rs"]
mod fixture;
mod paper;
mod poppler;
