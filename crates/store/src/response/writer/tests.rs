//! A database without room. Here and not in `tests/`, because the limit is set on the writer's own
//! connection; a disk without room is in `tests/it/disk.rs`.

use language::Tag;
use model::Timestamp;
use model::cell::Stratum;
use model::id::{ChannelId, DialogueId, OrganisationId, ResponseId, SurveyId};
use sqlx::{AssertSqlSafe, query_scalar, raw_sql};
use uuid::Uuid;

use super::*;
use crate::dialogue::{Dialogue, DialogueState};
use crate::open::Pools;
use crate::response::responses_after;
use crate::{Texts, dialogue, organisation, survey};

#[tokio::test]
async fn a_transaction_that_sqlite_rolled_back_itself_does_not_stop_the_writer() {
    let folder = std::env::temp_dir().join(format!("plenary-full-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let path = folder.join("plenary.sqlite").display().to_string();
    let store = Store::open(&path, Timestamp::from_seconds(0)).await.expect("it opens");
    let survey = insert_survey(&store).await;
    let metrics = Metrics::default();
    let writer = Writer::start(&store, WriterConfig::default(), metrics).await.expect("it starts");
    leave_pages(&store, 40).await;

    let mut acknowledged = Vec::new();
    let refused = loop {
        let response = sample(survey);
        let id = response.id;
        match writer.submit(response).await {
            Ok(reply) => acknowledged.push((id, reply)),
            Err(error) => break error,
        }
        assert!(acknowledged.len() < 10_000, "the disk never becomes full");
    };

    let SubmitError::Store(cause) = refused else { panic!("{refused:?}") };
    assert!(matches!(*cause, StoreError::Full(_)), "{cause:?}");
    assert_eq!(cause.to_string(), "the disk or the database is full");
    assert!(acknowledged.len() > 10, "{} were stored", acknowledged.len());
    assert_eq!(stored(&store, survey).await, acknowledged.len());

    // The connection that SQLite rolled back by itself was replaced; so is its limit.
    let after = writer.submit(sample(survey)).await.expect("the next one is taken");
    assert_eq!(after, Reply::Stored);
    assert_eq!(stored(&store, survey).await, acknowledged.len() + 1);
    let mut tx = store.read().await.expect("it can be read");
    let counted = crate::response::count_of(&mut tx, survey).await.expect("it can be read");
    assert_eq!(counted, u64::try_from(acknowledged.len() + 1).expect("it fits"));
    drop(tx);
    writer.stop().await;
    store.close().await;
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}

/// Lets the database grow by so many pages and no further.
async fn leave_pages(store: &Store, pages: i64) {
    let Pools::Sqlite { writer, .. } = store.pools() else { panic!("this is SQLite") };
    let mut conn = writer.acquire().await.expect("the connection is free");
    let used: i64 =
        query_scalar("PRAGMA page_count").fetch_one(&mut *conn).await.expect("it is counted");
    let text = format!("PRAGMA max_page_count = {}", used + pages);
    raw_sql(AssertSqlSafe(text)).execute(&mut *conn).await.expect("it is set");
}

async fn stored(store: &Store, survey: SurveyId) -> usize {
    let mut tx = store.read().await.expect("it can be read");
    responses_after(&mut tx, survey, None, 10_000).await.expect("it can be read").len()
}

async fn insert_survey(store: &Store) -> SurveyId {
    let mut tx = store.write(Timestamp::from_seconds(0)).await.expect("a change begins");
    let organisation_id = OrganisationId::from_uuid(Uuid::now_v7());
    organisation::insert(&mut tx, organisation_id, "City").await.expect("it is new");
    let dialogue = Dialogue {
        id: DialogueId::from_uuid(Uuid::now_v7()),
        organisation_id,
        slug: "city".to_owned(),
        title: Texts::default(),
        description: Texts::default(),
        languages: vec![Tag::EN],
        opens_at: None,
        closes_at: None,
        state: DialogueState::Open,
        is_demonstration: false,
        created_at: Timestamp::from_seconds(0),
    };
    dialogue::insert(&mut tx, &dialogue).await.expect("it is new");
    let survey = SurveyId::from_uuid(Uuid::now_v7());
    survey::insert(&mut tx, survey, dialogue.id, "{}").await.expect("it is new");
    tx.commit().await.expect("kept");
    survey
}

fn sample(survey: SurveyId) -> NewResponse {
    NewResponse {
        id: ResponseId::from_uuid(Uuid::now_v7()),
        stratum: Stratum {
            survey,
            version: 1,
            hour: 0,
            channel: 0,
            region: 1,
            age: 1,
            gender: 1,
            trust: 0,
        },
        slots: vec![1, 2],
        channel_id: ChannelId::from_uuid(Uuid::nil()),
        language: Tag::EN,
        received_at: Timestamp::from_seconds(7),
        shown: vec![0; 64],
        answers: "{}".repeat(400),
        text: None,
        may_quote: false,
    }
}
