//! The rim: HTTP, WebSocket, jobs and the wiring of rules and shells. A library; the binary
//! `plenary` calls [`serve`]. Decisions stand in the rule crates, SQL in `store`.

mod app;
mod asset;
mod clock;
pub mod config;
mod guess;
mod health;
mod http;
mod interpret;
mod job;
mod metrics;
mod page;
mod report;
mod rtc;
mod secrets;
mod survey;
mod web;

pub use app::{App, router};
pub use http::host::Hosts;
pub use clock::Clock;
pub use config::Config;
pub use secrets::Secrets;
