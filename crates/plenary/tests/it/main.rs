//! The program as a whole: a running server and its printing process.

mod browser;
mod report;
