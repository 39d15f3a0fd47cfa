//! What can go wrong with stored data, in the words of whoever can act on it.

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row with the same key is there already.
    #[error("already exists")]
    Conflict(#[source] sqlx::Error),
    /// A row that this one refers to is not there, or is still referred to.
    #[error("refers to something that does not exist")]
    Dangling(#[source] sqlx::Error),
    /// A NUL character, or another value that no column may hold.
    #[error("holds a character or value that cannot be stored")]
    Unstorable(#[source] sqlx::Error),
    /// Nothing can be written until somebody makes room. What was acknowledged is safe.
    #[error("the disk or the database is full")]
    Full(#[source] sqlx::Error),
    /// Another process writes answers to this database.
    #[error("another process writes answers to this database (lock: {0})")]
    Taken(String),
    /// A later version of Plenary has used this database.
    #[error("the database is at version {found}, this program knows {known}: use a newer Plenary")]
    Newer { found: i64, known: i64 },
    /// A migration that was applied is not the one this program holds.
    #[error("migration {number} of the database is not the one of this program")]
    Changed { number: i64 },
    /// The address names no database we can use.
    #[error("not a database address: {0}")]
    Address(String),
    /// A file beside the database could not be used.
    #[error("cannot use {path}")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
    /// The tables do not fit a statement of this program.
    #[error("the tables do not fit the statement {name}")]
    Statement {
        name: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// What is sealed cannot be opened with the keys at hand.
    #[error("cannot be unsealed with the keys at hand")]
    Sealed,
    #[error("database failed")]
    Database(#[source] sqlx::Error),
}

/// SQLite's primary result codes (the low byte of the extended one).
const SQLITE_FULL: i64 = 13;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(told) = error.as_database_error() else { return Self::Database(error) };
        if told.is_unique_violation() {
            return Self::Conflict(error);
        }
        if told.is_foreign_key_violation() {
            return Self::Dangling(error);
        }
        if told.is_check_violation() {
            return Self::Unstorable(error);
        }
        let code = told.code().unwrap_or_default().into_owned();
        match code.as_str() {
            // character_not_in_repertoire, untranslatable_character
            "22021" | "22P05" => Self::Unstorable(error),
            // disk_full
            "53100" => Self::Full(error),
            // SQLite's codes are numbers of at most four digits, PostgreSQL's have five characters.
            other if other.len() < 5 && other.parse::<i64>().is_ok_and(is_full) => {
                Self::Full(error)
            }
            _ => Self::Database(error),
        }
    }
}

fn is_full(code: i64) -> bool {
    code & 0xff == SQLITE_FULL
}
