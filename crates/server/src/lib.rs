//! The rim: HTTP, WebSocket, jobs and the wiring of rules and shells. A library; the binary
//! `plenary` starts a [`Server`]. Decisions stand in the rule crates, SQL in `store`.

mod api;
mod app;
mod asset;
mod blob;
mod clock;
mod code;
pub mod config;
mod demonstration;
mod dialogue;
pub mod doctor;
mod guess;
mod health;
mod http;
mod interpret;
mod job;
mod link;
mod listen;
mod maintain;
mod meeting;
mod metrics;
mod openapi;
mod page;
pub mod parser;
mod questionnaire;
mod report;
mod rtc;
mod secrets;
mod serve;
mod survey;
mod text;
mod web;

pub use app::{App, StartError, router};
pub use blob::{BlobError, Blobs};
pub use clock::Clock;
pub use config::Config;
pub use demonstration::DemonstrationError;
pub use http::host::Hosts;
pub use interpret::Interpreters;
pub use link::mint;
pub use maintain::{MaintainError, media_keys, new_organiser_link, recount};
pub use openapi::document as openapi;
pub use rtc::{Directory, Presence, Rooms};
pub use secrets::Secrets;
pub use serve::{DemonstrationLinks, Server};
