//! What Plenary keeps: transactions, every SQL text, migrations. One file per noun; no decisions.
//!
//! One text of SQL serves SQLite and PostgreSQL. Functions take a transaction: [`ReadTx`] cannot
//! change anything, [`WriteTx`] carries the time and is lost unless committed. Answers do not take
//! this way: they are group-committed by [`response::Writer`].

mod column;
mod error;
mod metrics;
mod migrate;
mod open;
mod tx;

pub mod attendance;
pub mod caption;
pub mod channel;
pub mod demonstration;
pub mod dialogue;
pub mod edition;
pub mod job;
pub mod link;
pub mod meeting;
pub mod organisation;
pub mod response;
pub mod seal;
pub mod secret;
pub mod survey;

pub use column::Texts;
pub use error::StoreError;
pub use metrics::Metrics;
pub use open::Store;
pub use tx::{Engine, ReadTx, Statement, WriteTx};

/// What the functions of this crate return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Returns every statement this crate can run, for the test that prepares each on both engines.
pub fn statements() -> Vec<Statement> {
    let mut all: Vec<Statement> = [
        attendance::STATEMENTS,
        caption::STATEMENTS,
        channel::STATEMENTS,
        demonstration::STATEMENTS,
        dialogue::STATEMENTS,
        edition::STATEMENTS,
        job::STATEMENTS,
        link::STATEMENTS,
        meeting::STATEMENTS,
        migrate::STATEMENTS,
        organisation::STATEMENTS,
        response::STATEMENTS,
        secret::STATEMENTS,
        survey::STATEMENTS,
    ]
    .concat();
    all.extend(response::batch_statements());
    all
}
