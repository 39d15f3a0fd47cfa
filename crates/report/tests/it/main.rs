//! What the report promises, through the crate's public surface.

mod fixture;
mod holes;
mod pack;
mod snapshot;
