//! The server through its router: what browsers and programs get, without a network.

mod interpret;
mod survey;
