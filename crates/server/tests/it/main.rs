//! The server through its router: what browsers and programs get, without a network.

mod bad_input;
mod contract;
mod demonstration;
mod dialogue;
mod house;
mod interpret;
mod listen;
mod log;
mod meeting;
mod rtc;
mod site;
mod survey;
