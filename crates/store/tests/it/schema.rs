//! Tables, statements and transactions.

use model::id::{DialogueId, OrganisationId};
use sqlx::Connection as _;
use store::dialogue::Dialogue;
use store::{Engine, Store, StoreError, dialogue, organisation, survey};
use uuid::Uuid;

use crate::postgres;
use crate::world::{World, at, insert_dialogue, on_both, sample};

on_both! {
    every_statement_can_be_prepared
    a_database_is_opened_again_as_it_was
    several_can_open_an_empty_database_at_once
    a_newer_database_is_refused
    a_changed_migration_is_refused
    a_change_that_is_dropped_is_lost
    a_reader_sees_one_moment
    a_second_row_with_a_unique_value_is_a_conflict
    a_row_that_refers_to_nothing_is_refused
    a_nul_character_is_refused
}

async fn every_statement_can_be_prepared(world: &World) {
    let engine = world.store.engine();
    let expected = store::statements()
        .iter()
        .filter(|statement| statement.only.is_none_or(|only| only == engine))
        .count();

    let prepared = world.store.prepare_all().await.expect("every statement fits the tables");

    assert_eq!(prepared, expected);
    assert!(prepared > 80, "{prepared} statements");
}

async fn a_database_is_opened_again_as_it_was(world: &World) {
    let mut tx = world.write().await;
    let id = insert_dialogue(&mut tx, "kept", false).await;
    tx.commit().await.expect("kept");

    let again = Store::open(&world.url, at(9)).await.expect("it opens again");

    let mut tx = again.read().await.expect("it can be read");
    let found = dialogue::find(&mut tx, id).await.expect("it can be read").expect("it is there");
    assert_eq!(found.slug, "kept");
    drop(tx);
    again.close().await;
}

async fn several_can_open_an_empty_database_at_once(world: &World) {
    let (url, database) = match world.store.engine() {
        Engine::Sqlite => (world.folder().join("empty.sqlite").display().to_string(), None),
        Engine::Postgres => {
            let database = postgres::database().await;
            (database.url.clone(), Some(database))
        }
    };

    let opening: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Store::open(&url, at(0)).await })
        })
        .collect();

    for opened in opening {
        let store = opened.await.expect("it ends").expect("it opens");
        store.prepare_all().await.expect("the tables are there");
        store.close().await;
    }
    if let Some(database) = database {
        database.remove().await;
    }
}

async fn a_newer_database_is_refused(world: &World) {
    execute(world, "UPDATE migration SET number = 900 WHERE number = 7").await;

    let error = Store::open(&world.url, at(9)).await.expect_err("it is newer");

    assert!(matches!(error, StoreError::Newer { found: 900, known: 7 }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the database is at version 900, this program knows 7: use a newer Plenary"
    );
}

async fn a_changed_migration_is_refused(world: &World) {
    execute(world, "UPDATE migration SET hash = (SELECT hash FROM migration WHERE number = 2) WHERE number = 1").await;

    let error = Store::open(&world.url, at(9)).await.expect_err("another text was applied");

    assert!(matches!(error, StoreError::Changed { number: 1 }), "{error:?}");
}

async fn a_change_that_is_dropped_is_lost(world: &World) {
    let mut tx = world.write().await;
    insert_dialogue(&mut tx, "lost", false).await;
    drop(tx);

    let mut tx = world.store.read().await.expect("it can be read");
    let found = dialogue::find_by_slug(&mut tx, "lost").await.expect("it can be read");

    assert_eq!(found, None);
}

async fn a_reader_sees_one_moment(world: &World) {
    let mut reader = world.store.read().await.expect("it can be read");
    let before = organisation::first(&mut reader).await.expect("it can be read");
    let mut tx = world.write().await;
    insert_dialogue(&mut tx, "later", false).await;
    tx.commit().await.expect("kept");

    let after = organisation::first(&mut reader).await.expect("it can be read");

    assert_eq!((before, after), (None, None));
}

async fn a_second_row_with_a_unique_value_is_a_conflict(world: &World) {
    let mut tx = world.write().await;
    insert_dialogue(&mut tx, "taken", false).await;
    let organisation = organisation::first(&mut tx).await.expect("read").expect("it is there");
    let second = Dialogue { slug: "taken".to_owned(), ..sample(organisation.id) };

    let error = dialogue::insert(&mut tx, &second).await.expect_err("the slug is taken");

    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
}

async fn a_row_that_refers_to_nothing_is_refused(world: &World) {
    let mut tx = world.write().await;
    let nobody = OrganisationId::from_uuid(Uuid::now_v7());

    let error = dialogue::insert(&mut tx, &sample(nobody)).await.expect_err("nobody runs it");

    assert!(matches!(error, StoreError::Dangling(_)), "{error:?}");
    drop(tx);
    let mut tx = world.write().await;
    let nothing = DialogueId::from_uuid(Uuid::now_v7());
    let id = model::id::SurveyId::from_uuid(Uuid::now_v7());
    let error = survey::insert(&mut tx, id, nothing, "{}").await.expect_err("no such dialogue");
    assert!(matches!(error, StoreError::Dangling(_)), "{error:?}");
}

async fn a_nul_character_is_refused(world: &World) {
    let mut tx = world.write().await;
    let id = OrganisationId::from_uuid(Uuid::now_v7());

    let error = organisation::insert(&mut tx, id, "a\0b").await.expect_err("it holds a NUL");

    assert!(matches!(error, StoreError::Unstorable(_)), "{error:?}");
}

#[tokio::test]
async fn an_address_that_names_no_database_is_refused() {
    for url in ["", "sqlite::memory:", "postgres://[oops"] {
        let error = Store::open(url, at(0)).await.expect_err("it is no address");

        assert!(matches!(error, StoreError::Address(_)), "{url}: {error:?}");
    }
}

async fn execute(world: &World, text: &'static str) {
    match world.store.engine() {
        Engine::Postgres => postgres::execute(&world.url, text).await,
        Engine::Sqlite => {
            let mut conn = sqlx::SqliteConnection::connect(&format!("sqlite:{}", world.url))
                .await
                .expect("the file opens");
            sqlx::raw_sql(text).execute(&mut conn).await.expect("the statement runs");
            conn.close().await.expect("the file closes");
        }
    }
}
