//! Cells as the writer keeps them: whole rows in memory, written as absolute values.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::cell::{Cell, Stratum};
use model::id::SurveyId;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo};
use sqlx::{Encode, Postgres, Sqlite, Type};

use crate::tx::row;

/// The counts of one stratum by slot. Signed: a withdrawal may pass another lane than the response
/// did, and only the sum over lanes is never negative.
pub(super) type Counts = Vec<i64>;

row! {
    pub(super) struct CellRow {
        survey_id: SurveyId,
        hour: i64,
        version: u32,
        channel: u8,
        region: u8,
        age: u8,
        gender: u8,
        trust: u8,
        counts: Counts,
    }
}

impl CellRow {
    pub(super) fn into_counts(self) -> Counts {
        self.counts
    }

    pub(super) fn stratum(&self) -> Stratum {
        Stratum {
            survey: self.survey_id,
            version: self.version,
            hour: self.hour,
            channel: self.channel,
            region: self.region,
            age: self.age,
            gender: self.gender,
            trust: self.trust,
        }
    }
}

impl crate::column::Column for Counts {
    type Raw = String;

    fn from_raw(raw: String) -> Result<Self, BoxDynError> {
        Ok(serde_json::from_str(&raw)?)
    }
}

/// Adds `one` (1 or -1) to slot 0 and to each of `slots`, once each.
pub(super) fn count(counts: &mut Counts, slots: &[u16], one: i64) {
    let mut slots: Vec<usize> =
        std::iter::once(0).chain(slots.iter().copied().map(usize::from)).collect();
    slots.sort_unstable();
    slots.dedup();
    if let Some(last) = slots.last()
        && *last >= counts.len()
    {
        counts.resize(last + 1, 0);
    }
    for slot in slots {
        counts[slot] += one;
    }
}

/// Adds `more` to `counts`, slot by slot.
pub(super) fn add(counts: &mut Counts, more: &[i64]) {
    if more.len() > counts.len() {
        counts.resize(more.len(), 0);
    }
    for (count, more) in counts.iter_mut().zip(more) {
        *count += more;
    }
}

/// Adds lanes up, and leaves out what is empty.
pub(super) fn sum(rows: Vec<CellRow>) -> Vec<Cell> {
    let mut counts_by_stratum: BTreeMap<Stratum, Counts> = BTreeMap::new();
    for row in rows {
        add(counts_by_stratum.entry(row.stratum()).or_default(), &row.counts);
    }
    to_cells(counts_by_stratum)
}

/// Returns counts as cells, without trailing zeros and without empty cells.
pub(super) fn to_cells(counts_by_stratum: BTreeMap<Stratum, Counts>) -> Vec<Cell> {
    counts_by_stratum
        .into_iter()
        .filter_map(|(stratum, counts)| {
            let used = counts.iter().rposition(|count| *count != 0)? + 1;
            let counts = counts[..used]
                .iter()
                .map(|count| u32::try_from((*count).max(0)).unwrap_or(u32::MAX))
                .collect();
            Some(Cell { stratum, counts })
        })
        .collect()
}

/// Writes the cells of one survey as the object that `WRITE_CELLS` takes.
pub(super) fn to_json<'a>(cells: impl Iterator<Item = (&'a Stratum, &'a Counts)>) -> JsonText {
    let mut json = String::from("{");
    for (index, (stratum, counts)) in cells.enumerate() {
        let Stratum { survey: _, version, hour, channel, region, age, gender, trust } = stratum;
        let comma = if index == 0 { "" } else { "," };
        write!(
            json,
            "{comma}\"{index}\":[{hour},{version},{channel},{region},{age},{gender},{trust},["
        )
        .expect("a String takes any text");
        for (slot, count) in counts.iter().enumerate() {
            let comma = if slot == 0 { "" } else { "," };
            write!(json, "{comma}{count}").expect("a String takes any text");
        }
        json.push_str("]]");
    }
    json.push('}');
    JsonText(json)
}

/// A JSON text: TEXT on SQLite, JSON (not JSONB, not TEXT) on PostgreSQL.
pub(super) struct JsonText(String);

/// PostgreSQL's type `json`.
const JSON_OID: Oid = Oid(114);

impl Type<Sqlite> for JsonText {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Type<Postgres> for JsonText {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(JSON_OID)
    }
}

impl Encode<'_, Sqlite> for JsonText {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        <String as Encode<'_, Sqlite>>::encode_by_ref(&self.0, buffer)
    }
}

impl Encode<'_, Postgres> for JsonText {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}
