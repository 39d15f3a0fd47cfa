//! The program as a whole: exit codes, a running server and its printing process.

mod browser;
mod disk;
mod program;
mod report;
mod server;
