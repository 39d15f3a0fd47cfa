//! Migrations: one list of files in PostgreSQL's words, mapped to SQLite's strict tables.
//!
//! The mapping is by word, so the files keep to a form: one column per line, name and type first.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use sqlx::{AssertSqlSafe, query, query_as, raw_sql};

use crate::tx::{Conn, on, row, statements};
use crate::{Engine, Result, StoreError, WriteTx};

/// The migrations in their order; number n is the n-th. A released one is never edited.
const MIGRATIONS: [(&str, &str); 7] = [
    ("dialogue", include_str!("../migrations/0001_dialogue.sql")),
    ("survey", include_str!("../migrations/0002_survey.sql")),
    ("response", include_str!("../migrations/0003_response.sql")),
    ("meeting", include_str!("../migrations/0004_meeting.sql")),
    ("edition", include_str!("../migrations/0005_edition.sql")),
    ("link", include_str!("../migrations/0006_link.sql")),
    ("job", include_str!("../migrations/0007_job.sql")),
];

/// Where the applied ones are noted.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
  number BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  hash BYTEA NOT NULL,
  applied_at BIGINT NOT NULL
);";

row! {
    struct Applied {
        number: i64,
        hash: [u8; 32],
    }
}

statements! {
    // Two nodes that start at once: the second waits and then finds everything applied.
    LOCK: postgres = "SELECT pg_advisory_xact_lock(75, -1)";
    APPLIED = "SELECT number, hash FROM migration ORDER BY number";
    INSERT = "INSERT INTO migration (number, name, hash, applied_at) VALUES ($1, $2, $3, $4)";
}

/// Applies what is missing. Refuses a database that a later program has migrated.
pub(crate) async fn run(tx: &mut WriteTx) -> Result<()> {
    if let Conn::Postgres(conn) = &mut tx.0 {
        query(LOCK).execute(&mut **conn).await?;
    }
    execute(tx, TABLE).await?;
    let applied: Vec<Applied> = on!(tx, |conn| query_as(APPLIED).fetch_all(conn).await)?;
    let known = i64::try_from(MIGRATIONS.len()).expect("a list of migrations is short");
    if let Some(last) = applied.last()
        && last.number > known
    {
        return Err(StoreError::Newer { found: last.number, known });
    }
    for (number, (name, text)) in (1_i64..).zip(MIGRATIONS) {
        let hash = hash_of(text);
        match applied.iter().find(|done| done.number == number) {
            Some(done) if done.hash == hash => {}
            Some(_) => return Err(StoreError::Changed { number }),
            None => {
                execute(tx, text).await?;
                note(tx, number, name, &hash).await?;
            }
        }
    }
    Ok(())
}

async fn note(tx: &mut WriteTx, number: i64, name: &str, hash: &[u8; 32]) -> Result<()> {
    let now = tx.now().micros();
    on!(tx, |conn| query(INSERT)
        .bind(number)
        .bind(name)
        .bind(&hash[..])
        .bind(now)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

async fn execute(tx: &mut WriteTx, text: &str) -> Result<()> {
    let text = match tx.engine() {
        Engine::Sqlite => sqlite_words(text),
        Engine::Postgres => text.to_owned(),
    };
    on!(tx, |conn| raw_sql(AssertSqlSafe(text)).execute(conn).await.map(drop))?;
    Ok(())
}

fn hash_of(text: &str) -> [u8; 32] {
    digest(&SHA256, text.as_bytes()).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Maps PostgreSQL's words to SQLite's. PostgreSQL refuses NUL in a text by itself; on SQLite
/// each text column gets a check that does.
fn sqlite_words(text: &str) -> String {
    let mut mapped = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (column, kind) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        if column == "--" {
            continue;
        }
        let line = line
            .replace(" UUID", " BLOB")
            .replace(" BYTEA", " BLOB")
            .replace(" BOOLEAN", " INTEGER")
            .replace(" SMALLINT", " INTEGER")
            .replace(" BIGINT", " INTEGER")
            .replace(") /* WITHOUT ROWID */;", ") STRICT, WITHOUT ROWID;");
        let line = if line == ");" { ") STRICT;".to_owned() } else { line };
        if kind.trim_end_matches(',') == "TEXT" {
            let (start, comma) = line.strip_suffix(',').map_or((&*line, ""), |start| (start, ","));
            // `INSTR` of bytes, because that of texts ends at the first NUL.
            let check = format!("CHECK (instr(CAST({column} AS BLOB), x'00') = 0)");
            writeln!(mapped, "{start} {check}{comma}").expect("a String takes any text");
        } else {
            mapped.push_str(&line);
            mapped.push('\n');
        }
    }
    mapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_postgresql_become_strict_tables_of_sqlite() {
        let text = "-- About.\nCREATE TABLE thing (\n  id UUID NOT NULL PRIMARY KEY,\n  name TEXT,\n  \
            at BIGINT\n);\n";

        assert_eq!(
            sqlite_words(text),
            "CREATE TABLE thing (\n  id BLOB NOT NULL PRIMARY KEY,\n  name TEXT CHECK \
             (instr(CAST(name AS BLOB), x'00') = 0),\n  at INTEGER\n) STRICT;\n"
        );
    }
}
