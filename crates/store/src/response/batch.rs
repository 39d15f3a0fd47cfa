//! The SQL of a batch: one text per size of part, so that each is prepared once.
//!
//! SQLite takes parts of 16, 4 and 1 with anonymous `?`: numbered placeholders cost quadratic time
//! there, and a bigger part gains nothing. PostgreSQL takes up to 256, with `$n`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use model::id::ResponseId;
use sqlx::{query, query_as};

use super::NewResponse;
use crate::column::int;
use crate::tx::{on, row};
use crate::{Engine, Result, Statement, WriteTx};

const SQLITE_PARTS: [usize; 3] = [16, 4, 1];
const POSTGRES_PARTS: [usize; 5] = [256, 64, 16, 4, 1];

const COLUMNS: [&str; 11] = [
    "id",
    "survey_id",
    "version",
    "channel_id",
    "language",
    "received_at",
    "shown",
    "answers",
    "sealed_text",
    "sealed_key",
    "may_quote",
];

/// The texts of one size of part.
struct Texts {
    insert: String,
    find: String,
}

row! {
    struct Known {
        id: ResponseId,
        withdrawn_at: Option<i64>,
    }
}

/// Returns the generated statements, for the test that prepares each.
pub(crate) fn batch_statements() -> Vec<Statement> {
    let texts = |engine, sizes: &[usize]| -> Vec<Statement> {
        sizes
            .iter()
            .flat_map(|size| {
                let texts = texts(engine, *size);
                [("INSERT", &texts.insert), ("FIND", &texts.find)]
            })
            .map(|(name, text)| Statement { name, text, only: Some(engine) })
            .collect()
    };
    [texts(Engine::Sqlite, &SQLITE_PARTS), texts(Engine::Postgres, &POSTGRES_PARTS)].concat()
}

/// Inserts what is not there and returns how many rows were new.
pub(super) async fn insert(tx: &mut WriteTx, mut rows: &[&NewResponse]) -> Result<u64> {
    let engine = tx.engine();
    let mut added = 0;
    while !rows.is_empty() {
        let (part, rest) = rows.split_at(part_of(engine, rows.len()));
        let text = texts(engine, part.len()).insert.as_str();
        added += on!(tx, |conn: Db| {
            let mut insert = query::<Db>(text);
            for row in part {
                insert = insert
                    .bind(row.id.uuid())
                    .bind(row.stratum.survey.uuid())
                    .bind(int(row.stratum.version))
                    .bind(row.channel_id.uuid())
                    .bind(row.language.as_str().to_owned())
                    .bind(row.received_at.micros())
                    .bind(&row.shown[..])
                    .bind(row.answers.as_str())
                    .bind(row.text.as_ref().map(|sealed| &sealed.text[..]))
                    .bind(row.text.as_ref().map(|sealed| &sealed.key[..]))
                    .bind(row.may_quote);
            }
            insert.execute(conn).await.map(|done| done.rows_affected())
        })?;
        rows = rest;
    }
    Ok(added)
}

/// Returns which of the ids are stored, and of each whether it was withdrawn.
pub(super) async fn find(
    tx: &mut WriteTx,
    ids: &[ResponseId],
) -> Result<BTreeMap<ResponseId, bool>> {
    let engine = tx.engine();
    let mut known = BTreeMap::new();
    let mut ids = ids;
    while !ids.is_empty() {
        let (part, rest) = ids.split_at(part_of(engine, ids.len()));
        let text = texts(engine, part.len()).find.as_str();
        let found: Vec<Known> = on!(tx, |conn: Db| {
            let mut find = query_as::<Db, Known>(text);
            for id in part {
                find = find.bind(id.uuid());
            }
            find.fetch_all(conn).await
        })?;
        known.extend(found.into_iter().map(|row| (row.id, row.withdrawn_at.is_some())));
        ids = rest;
    }
    Ok(known)
}

fn part_of(engine: Engine, rows: usize) -> usize {
    let sizes: &[usize] = match engine {
        Engine::Sqlite => &SQLITE_PARTS,
        Engine::Postgres => &POSTGRES_PARTS,
    };
    *sizes.iter().find(|size| **size <= rows).expect("a part of one fits any batch")
}

fn texts(engine: Engine, size: usize) -> &'static Texts {
    static TEXTS: OnceLock<[BTreeMap<usize, Texts>; 2]> = OnceLock::new();
    let [sqlite, postgres] = TEXTS.get_or_init(|| {
        let all = |engine, sizes: &[usize]| {
            sizes.iter().map(|size| (*size, make_texts(engine, *size))).collect()
        };
        [all(Engine::Sqlite, &SQLITE_PARTS), all(Engine::Postgres, &POSTGRES_PARTS)]
    });
    match engine {
        Engine::Sqlite => &sqlite[&size],
        Engine::Postgres => &postgres[&size],
    }
}

fn make_texts(engine: Engine, size: usize) -> Texts {
    let columns = COLUMNS.join(", ");
    let rows: Vec<String> = (0..size)
        .map(|row| format!("({})", marks(engine, row * COLUMNS.len(), COLUMNS.len())))
        .collect();
    Texts {
        insert: format!(
            "INSERT INTO response ({columns}) VALUES {} ON CONFLICT (id) DO NOTHING",
            rows.join(", ")
        ),
        find: format!(
            "SELECT id, withdrawn_at FROM response WHERE id IN ({})",
            marks(engine, 0, size)
        ),
    }
}

fn marks(engine: Engine, start: usize, count: usize) -> String {
    let mut marks = String::new();
    for index in start..start + count {
        let comma = if index == start { "" } else { ", " };
        match engine {
            Engine::Sqlite => write!(marks, "{comma}?"),
            Engine::Postgres => write!(marks, "{comma}${}", index + 1),
        }
        .expect("a String takes any text");
    }
    marks
}
