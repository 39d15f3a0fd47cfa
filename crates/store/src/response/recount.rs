//! Building a survey's cells anew from its rows.

use std::collections::BTreeMap;

use model::cell::Stratum;
use model::id::SurveyId;
use sqlx::query;

use super::cells::{Counts, count, to_cells, to_json};
use super::{
    DELETE_CELLS, LOCK_SURVEY, NEXT_EPOCH, StoredResponse, WRITE_CELLS, cells_of, responses_after,
};
use crate::tx::{Conn, on};
use crate::{Result, WriteTx};

/// Rows read at a time.
const PAGE: u32 = 1_000;

/// Cells written at a time: a few hundred kilobytes of JSON.
const CELLS_AT_A_TIME: usize = 1_000;

/// What a recount found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recount {
    /// Responses that count.
    pub responses: u64,
    /// Responses for which `count_of` had no answer: of a version nobody knows.
    pub uncounted: u64,
    pub cells: u64,
    /// The cells were not what the rows say; now they are.
    pub differed: bool,
}

/// Rebuilds a survey's cells from its rows. `slots_of` says where a response counts; `None` leaves
/// it out. A running writer waits meanwhile, and reads the new cells before it goes on.
pub async fn recount<F>(tx: &mut WriteTx, survey: SurveyId, mut slots_of: F) -> Result<Recount>
where
    F: FnMut(&StoredResponse) -> Option<(Stratum, Vec<u16>)>,
{
    if let Conn::Postgres(conn) = &mut tx.0 {
        query(LOCK_SURVEY).bind(survey.uuid()).execute(&mut **conn).await?;
    }
    let mut counts_by_stratum: BTreeMap<Stratum, Counts> = BTreeMap::new();
    let (mut responses, mut uncounted, mut after) = (0, 0, None);
    loop {
        let page = responses_after(tx, survey, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for response in &page {
            let Some((stratum, slots)) = slots_of(response) else {
                uncounted += 1;
                continue;
            };
            let stratum = Stratum {
                survey,
                version: response.version,
                hour: response.received_at.hour(),
                ..stratum
            };
            count(counts_by_stratum.entry(stratum).or_default(), &slots, 1);
            responses += 1;
        }
    }
    let before = cells_of(tx, survey).await?;
    on!(tx, |conn| query(DELETE_CELLS).bind(survey.uuid()).execute(conn).await.map(drop))?;
    let mut rest = counts_by_stratum.iter().peekable();
    while rest.peek().is_some() {
        let json = to_json(rest.by_ref().take(CELLS_AT_A_TIME));
        on!(tx, |conn| query(WRITE_CELLS)
            .bind(json)
            .bind(survey.uuid())
            .bind(0_i16)
            .execute(conn)
            .await
            .map(drop))?;
    }
    on!(tx, |conn| query(NEXT_EPOCH).bind(survey.uuid()).execute(conn).await.map(drop))?;
    let cells = to_cells(counts_by_stratum);
    let differed = cells != before;
    Ok(Recount {
        responses,
        uncounted,
        cells: u64::try_from(cells.len()).unwrap_or(u64::MAX),
        differed,
    })
}
