//! Transactions on either database, and the three macros with which the nouns are written.

use std::ops::{Deref, DerefMut};

use model::Timestamp;
use sqlx::{Postgres, Sqlite, Transaction};

use crate::Result;

/// A consistent view of the data; cannot change it.
#[derive(Debug)]
pub struct ReadTx(pub(crate) Conn);

/// A change in the making: lost unless committed. Every row in it bears its one time.
#[derive(Debug)]
pub struct WriteTx {
    read: ReadTx,
    now: Timestamp,
}

#[derive(Debug)]
pub(crate) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// The two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// One SQL text, with the engines it is for.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    pub name: &'static str,
    pub text: &'static str,
    /// `None`: both.
    pub only: Option<Engine>,
}

impl ReadTx {
    /// Returns which database this is.
    pub fn engine(&self) -> Engine {
        match self.0 {
            Conn::Sqlite(_) => Engine::Sqlite,
            Conn::Postgres(_) => Engine::Postgres,
        }
    }
}

impl WriteTx {
    pub(crate) fn new(conn: Conn, now: Timestamp) -> Self {
        Self { read: ReadTx(conn), now }
    }

    /// Returns the time of this change.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Makes the change durable.
    pub async fn commit(self) -> Result<()> {
        match self.read.0 {
            Conn::Sqlite(tx) => tx.commit().await?,
            Conn::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes the change and waits until it is undone; dropping does the same, later.
    pub async fn rollback(self) -> Result<()> {
        match self.read.0 {
            Conn::Sqlite(tx) => tx.rollback().await?,
            Conn::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

impl Deref for WriteTx {
    type Target = ReadTx;

    fn deref(&self) -> &ReadTx {
        &self.read
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut ReadTx {
        &mut self.read
    }
}

/// Runs one expression against whichever database this transaction is open on.
macro_rules! on {
    ($tx:expr, |$conn:ident| $query:expr) => {
        match &mut $tx.0 {
            $crate::tx::Conn::Sqlite(tx) => {
                let $conn = &mut **tx;
                $query
            }
            $crate::tx::Conn::Postgres(tx) => {
                let $conn = &mut **tx;
                $query
            }
        }
    };
    ($tx:expr, |$conn:ident: $db:ident| $query:expr) => {
        match &mut $tx.0 {
            $crate::tx::Conn::Sqlite(tx) => {
                type $db = sqlx::Sqlite;
                let $conn = &mut **tx;
                $query
            }
            $crate::tx::Conn::Postgres(tx) => {
                type $db = sqlx::Postgres;
                let $conn = &mut **tx;
                $query
            }
        }
    };
}

/// A struct whose fields are read by name from a row of either database.
macro_rules! row {
    ($(#[$doc:meta])* $vis:vis struct $name:ident {
        $($(#[$field_doc:meta])* $field_vis:vis $field:ident: $ty:ty,)*
    }) => {
        $(#[$doc])*
        $vis struct $name {
            $($(#[$field_doc])* $field_vis $field: $ty,)*
        }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'static str: sqlx::ColumnIndex<R>,
            $(<$ty as $crate::column::Column>::Raw:
                sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> sqlx::Result<Self> {
                Ok(Self { $($field: {
                    let raw: <$ty as $crate::column::Column>::Raw =
                        row.try_get(stringify!($field))?;
                    <$ty as $crate::column::Column>::from_raw(raw).map_err(|source| {
                        sqlx::Error::ColumnDecode {
                            index: stringify!($field).to_owned(),
                            source,
                        }
                    })?
                },)* })
            }
        }
    };
}

/// The SQL of one noun: a constant each, and the table that a test prepares on both databases.
/// A text that only one of them understands says so: `TAKE: sqlite = "…";`.
macro_rules! statements {
    ($($name:ident $(: $engine:ident)? = $sql:expr;)*) => {
        $(const $name: &str = $sql;)*
        pub(crate) const STATEMENTS: &[$crate::tx::Statement] = &[
            $($crate::tx::Statement {
                name: concat!(module_path!(), "::", stringify!($name)),
                text: $name,
                only: statements!(@only $($engine)?),
            },)*
        ];
    };
    (@only) => { None };
    (@only sqlite) => { Some($crate::tx::Engine::Sqlite) };
    (@only postgres) => { Some($crate::tx::Engine::Postgres) };
}

pub(crate) use {on, row, statements};
