//! What each test begins with: an empty database of one kind, and sample rows.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use language::Tag;
use model::Timestamp;
use model::cell::Stratum;
use model::id::{ChannelId, DialogueId, OrganisationId, ResponseId, SurveyId};
use store::dialogue::{Dialogue, DialogueState};
use store::response::{NewResponse, StoredResponse, Writer, WriterConfig};
use store::{Engine, Metrics, Store, Texts, WriteTx, dialogue, organisation, survey};
use uuid::Uuid;

use crate::postgres::{self, Database};

/// Two tests of one statement: on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($name:ident)*) => { $(
        mod $name {
            use store::Engine;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let world = $crate::world::World::new(Engine::Sqlite).await;
                super::$name(&world).await;
                world.remove().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let world = $crate::world::World::new(Engine::Postgres).await;
                super::$name(&world).await;
                world.remove().await;
            }
        }
    )* };
}
pub(crate) use on_both;

/// A database for one test.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) url: String,
    folder: Folder,
    database: Option<Database>,
}

/// A folder that goes when this does.
pub(crate) struct Folder(PathBuf);

impl World {
    pub(crate) async fn new(engine: Engine) -> Self {
        let folder = Folder::new();
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(postgres::database().await),
        };
        let url = database.as_ref().map_or_else(
            || folder.path().join("plenary.sqlite").display().to_string(),
            |database| database.url.clone(),
        );
        let store = Store::open(&url, at(0)).await.expect("the database opens");
        Self { store, url, folder, database }
    }

    /// Takes a database that is open already.
    pub(crate) fn of(store: Store, url: String) -> Self {
        Self { store, url, folder: Folder::new(), database: None }
    }

    /// Returns a folder for this test's files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Begins a change at a time that does not matter.
    pub(crate) async fn write(&self) -> WriteTx {
        self.store.write(at(0)).await.expect("a change begins")
    }

    pub(crate) async fn writer(&self) -> (Writer, Metrics) {
        let metrics = Metrics::default();
        let writer = Writer::start(&self.store, WriterConfig::default(), metrics.clone())
            .await
            .expect("the writer starts");
        (writer, metrics)
    }

    /// Adds an organisation, a dialogue and an open survey.
    pub(crate) async fn survey(&self) -> SurveyId {
        let mut tx = self.write().await;
        let dialogue = insert_dialogue(&mut tx, "the-future", false).await;
        let id = SurveyId::from_uuid(Uuid::now_v7());
        survey::insert(&mut tx, id, dialogue, "{}").await.expect("the survey is new");
        tx.commit().await.expect("the change is kept");
        id
    }

    pub(crate) async fn remove(self) {
        self.store.close().await;
        if let Some(database) = self.database {
            database.remove().await;
        }
    }
}

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("plenary-store-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the machine's to clean.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Returns a moment of a day in 2026.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_770_000_000 + seconds)
}

pub(crate) async fn insert_dialogue(
    tx: &mut WriteTx,
    slug: &str,
    is_demonstration: bool,
) -> DialogueId {
    let first = organisation::first(tx).await.expect("it can be read");
    let organisation_id = if let Some(organisation) = first {
        organisation.id
    } else {
        let id = OrganisationId::from_uuid(Uuid::now_v7());
        organisation::insert(tx, id, "City of Sample").await.expect("it is new");
        id
    };
    let dialogue = Dialogue { slug: slug.to_owned(), is_demonstration, ..sample(organisation_id) };
    dialogue::insert(tx, &dialogue).await.expect("the dialogue is new");
    dialogue.id
}

pub(crate) fn sample(organisation_id: OrganisationId) -> Dialogue {
    Dialogue {
        id: DialogueId::from_uuid(Uuid::now_v7()),
        organisation_id,
        slug: "the-future".to_owned(),
        title: Texts::from([(Tag::EN, "The future"), (Tag::ZH, "未来 🙂")]),
        description: Texts::from([(Tag::EN, "\"What\" do you want?")]),
        languages: vec![Tag::ZH, Tag::EN, Tag::AR],
        opens_at: Some(at(-60)),
        closes_at: None,
        state: DialogueState::Open,
        is_demonstration: false,
        created_at: at(0),
    }
}

/// Returns a response that chose options by `number`.
pub(crate) fn response(survey: SurveyId, number: u16) -> NewResponse {
    NewResponse {
        id: ResponseId::from_uuid(Uuid::now_v7()),
        stratum: Stratum {
            survey,
            version: 1,
            hour: 0,
            channel: 0,
            region: u8::try_from(number % 5).expect("below 5"),
            age: u8::try_from(number % 3).expect("below 3"),
            gender: u8::try_from(number % 2).expect("below 2"),
            trust: 0,
        },
        slots: slots_of(number),
        channel_id: ChannelId::from_uuid(Uuid::nil()),
        language: Tag::EN,
        received_at: at(i64::from(number) * 7),
        shown: vec![1, 2, 3],
        answers: format!("{{\"number\":{number}}}"),
        text: None,
        may_quote: false,
    }
}

/// Reads from a stored response where it counts: what `survey` does for real questionnaires.
pub(crate) fn count_of(stored: &StoredResponse) -> Option<(Stratum, Vec<u16>)> {
    let number: u16 =
        stored.answers.strip_prefix("{\"number\":")?.strip_suffix('}')?.parse().ok()?;
    let response = response(stored.survey_id, number);
    Some((response.stratum, response.slots))
}

fn slots_of(number: u16) -> Vec<u16> {
    vec![1 + number % 7, 10 + number % 11]
}
