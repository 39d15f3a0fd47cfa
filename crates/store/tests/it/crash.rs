//! What survives `kill -9`, and what reaches the disk before it is acknowledged.
//!
//! The child is this test binary, started again for one test with `PLENARY_CRASH_*` set. It notes
//! each response in a file before sending it, and in another one after it was acknowledged; the
//! next child first sends again what was sent and not acknowledged.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::id::{ResponseId, SurveyId};
use sqlx::Connection as _;
use store::response::{self, Reply, Writer, WriterConfig, recount};
use store::{Engine, Metrics, Store};
use tokio::task::JoinSet;

use crate::postgres;
use crate::world::{World, at, count_of, on_both, response};

const KILLS: u32 = 20;

/// People who answer at the same time; each waits for the acknowledgement.
const CLIENTS: usize = 64;

/// How long a child may take to do what is waited for.
const CHILD_LIMIT: Duration = Duration::from_mins(1);

on_both! {
    nothing_acknowledged_is_lost_by_twenty_kills
}

async fn nothing_acknowledged_is_lost_by_twenty_kills(world: &World) {
    let survey = world.survey().await;
    let notes = Notes::of(world.folder());

    for round in 0..KILLS {
        let before = notes.acknowledged().len();
        let mut child = start(world, survey, "until killed");
        // A different moment each time: sometimes early in a batch, sometimes late.
        let enough = before + 40 + usize::try_from(round * 137 % 400).expect("it is small");
        wait_until(&mut child, || notes.acknowledged().len() >= enough);
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }
    let mut last = start(world, survey, "repeat");
    let ended = last.wait().expect("it ends");
    assert!(ended.success(), "the last child repeats what was not acknowledged");
    wait_for_orphans(world).await;

    let (sent, acknowledged) = (notes.sent(), notes.acknowledged());
    let mut tx = world.store.read().await.expect("it can be read");
    let stored = response::responses_after(&mut tx, survey, None, 1_000_000).await.expect("read");
    drop(tx);
    let ids: BTreeSet<String> = stored.iter().map(|row| row.id.to_string()).collect();
    assert_eq!(ids.len(), stored.len(), "each is stored once");
    let missing: Vec<&String> = acknowledged.difference(&ids).collect();
    assert!(missing.is_empty(), "{} acknowledged answers are lost", missing.len());
    assert_eq!(ids, sent, "what was repeated is there, and nothing else");
    let mut tx = world.write().await;
    let found = recount(&mut tx, survey, count_of).await.expect("it is counted");
    assert!(!found.differed, "cells are what the rows say");
    assert_eq!(usize::try_from(found.responses).expect("it fits"), stored.len());
    drop(tx);
    assert_sound(world).await;
    #[expect(clippy::print_stdout, reason = "the numbers are what the test is run for")]
    {
        println!(
            "{:?}: {KILLS} kills, {} sent, {} acknowledged, {} stored, 0 lost",
            world.store.engine(),
            sent.len(),
            acknowledged.len(),
            stored.len()
        );
    }
}

#[tokio::test]
async fn each_commit_reaches_the_disk_on_sqlite() {
    let world = World::new(Engine::Sqlite).await;
    let survey = world.survey().await;
    let summary = world.folder().join("strace");
    let program = std::env::current_exe().expect("this program has a path");
    let traced = Command::new("strace")
        .args(["-f", "-c", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&summary)
        .arg(&program)
        .args(CHILD_TEST)
        .envs(environment(&world, survey, "one by one"))
        .stdout(Stdio::null())
        .status()
        .expect("strace is needed: `apt-get install strace`");
    assert!(traced.success(), "strace could not run the child: is ptrace permitted here?");

    let answers = Notes::of(world.folder()).acknowledged().len();
    let syncs = count_calls(&std::fs::read_to_string(&summary).expect("strace wrote a summary"));

    println!("{answers} answers in {answers} commits, {syncs} fsync and fdatasync calls");
    assert_eq!(answers, ONE_BY_ONE);
    assert!(syncs >= answers, "{syncs} syncs for {answers} commits");
    world.remove().await;
}

#[tokio::test]
async fn each_commit_reaches_the_disk_on_postgres() {
    let world = World::new(Engine::Postgres).await;
    let survey = world.survey().await;
    let synced = "SELECT wal_sync FROM pg_stat_wal";
    let before = postgres::number(&world.url, synced).await;
    let mut child = start(&world, survey, "one by one");
    assert!(child.wait().expect("it ends").success());

    let answers = Notes::of(world.folder()).acknowledged().len();
    let end = Instant::now() + CHILD_LIMIT;
    let wanted = before + i64::try_from(answers).expect("it fits");
    // Sessions report their numbers when they end or rest.
    while postgres::number(&world.url, synced).await < wanted {
        assert!(Instant::now() < end, "fewer than {answers} syncs for {answers} commits");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    assert_eq!(answers, ONE_BY_ONE);
    world.remove().await;
}

/// What the children run. Alone it is a test too: what is sent under load is all there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_answers_under_load() {
    let Ok(url) = std::env::var("PLENARY_CRASH_URL") else {
        let world = World::new(Engine::Sqlite).await;
        let survey = world.survey().await;
        let load = Load::new(&world.url, survey, world.folder()).await;
        load.run(Some(10)).await;
        let notes = Notes::of(world.folder());
        assert_eq!(notes.acknowledged().len(), 10 * CLIENTS);
        assert_eq!(notes.acknowledged(), notes.sent());
        world.remove().await;
        return;
    };
    let survey = variable("PLENARY_CRASH_SURVEY").parse().expect("it is a survey's id");
    let folder = PathBuf::from(variable("PLENARY_CRASH_FOLDER"));
    let load = Load::new(&url, survey, &folder).await;
    load.repeat().await;
    match variable("PLENARY_CRASH_WORK").as_str() {
        "until killed" => load.run(None).await,
        "one by one" => load.one_by_one().await,
        "repeat" => {}
        other => panic!("unknown work: {other}"),
    }
    load.writer.stop().await;
}

const CHILD_TEST: [&str; 3] = ["--exact", "crash::child_answers_under_load", "--nocapture"];

/// Answers of the run that counts syncs; each is a commit of its own.
const ONE_BY_ONE: usize = 100;

/// A crowd that answers one survey and writes down what it did.
struct Load {
    writer: Writer,
    survey: SurveyId,
    notes: Arc<Notes>,
}

impl Load {
    async fn new(url: &str, survey: SurveyId, folder: &Path) -> Self {
        let store = Store::open(url, at(1)).await.expect("the database opens");
        let writer = Writer::start(&store, WriterConfig::default(), Metrics::default())
            .await
            .expect("the writer starts");
        Self { writer, survey, notes: Arc::new(Notes::of(folder)) }
    }

    /// Sends again what may or may not have been stored.
    async fn repeat(&self) {
        let acknowledged = self.notes.acknowledged();
        for line in self.notes.sent().difference(&acknowledged) {
            let id: ResponseId = line.parse().expect("a note is an id");
            send(&self.writer, self.survey, id, &self.notes).await;
        }
    }

    /// Lets everybody answer, `rounds` times or for ever.
    async fn run(&self, rounds: Option<usize>) {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let (writer, survey, notes) =
                (self.writer.clone(), self.survey, Arc::clone(&self.notes));
            clients.spawn(async move {
                for _ in 0..rounds.unwrap_or(usize::MAX) {
                    let id = ResponseId::from_uuid(uuid::Uuid::now_v7());
                    notes.note("sent", id);
                    send(&writer, survey, id, &notes).await;
                }
            });
        }
        while let Some(client) = clients.join_next().await {
            client.expect("a client ends well");
        }
    }

    async fn one_by_one(&self) {
        for _ in 0..ONE_BY_ONE {
            let id = ResponseId::from_uuid(uuid::Uuid::now_v7());
            self.notes.note("sent", id);
            send(&self.writer, self.survey, id, &self.notes).await;
        }
    }
}

async fn send(writer: &Writer, survey: SurveyId, id: ResponseId, notes: &Notes) {
    let number = u16::try_from(id.uuid().as_u128() % 1_000).expect("below 1,000");
    let mut answer = response(survey, number);
    answer.id = id;
    let reply = writer.submit(answer).await.expect("it is taken");
    assert!(matches!(reply, Reply::Stored | Reply::Repeated), "{reply:?}");
    notes.note("acknowledged", id);
}

/// Two files to which children append. What was written before a kill stays.
struct Notes {
    folder: PathBuf,
    sent: File,
    acknowledged: File,
}

impl Notes {
    fn of(folder: &Path) -> Self {
        let open = |name| {
            OpenOptions::new()
                .append(true)
                .create(true)
                .open(folder.join(name))
                .expect("the notes can be opened")
        };
        Self { folder: folder.to_owned(), sent: open("sent"), acknowledged: open("acknowledged") }
    }

    /// Appends in one call, so that a kill leaves whole lines.
    fn note(&self, what: &str, id: ResponseId) {
        let mut file = if what == "sent" { &self.sent } else { &self.acknowledged };
        file.write_all(format!("{id}\n").as_bytes()).expect("a note can be written");
    }

    fn sent(&self) -> BTreeSet<String> {
        self.lines("sent")
    }

    fn acknowledged(&self) -> BTreeSet<String> {
        self.lines("acknowledged")
    }

    fn lines(&self, name: &str) -> BTreeSet<String> {
        let text = std::fs::read_to_string(self.folder.join(name)).expect("the notes are there");
        text.lines().map(str::to_owned).collect()
    }
}

fn start(world: &World, survey: SurveyId, work: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program has a path"))
        .args(CHILD_TEST)
        .envs(environment(world, survey, work))
        .stdout(Stdio::null())
        .spawn()
        .expect("the child starts")
}

fn environment(world: &World, survey: SurveyId, work: &str) -> [(&'static str, String); 4] {
    [
        ("PLENARY_CRASH_URL", world.url.clone()),
        ("PLENARY_CRASH_SURVEY", survey.to_string()),
        ("PLENARY_CRASH_FOLDER", world.folder().display().to_string()),
        ("PLENARY_CRASH_WORK", work.to_owned()),
    ]
}

fn wait_until(child: &mut Child, is_true: impl Fn() -> bool) {
    let end = Instant::now() + CHILD_LIMIT;
    while !is_true() {
        assert!(Instant::now() < end, "the child does not get on");
        assert!(child.try_wait().expect("it can be asked").is_none(), "the child ended early");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A killed client's back end may still be committing: the check waits until it is gone.
async fn wait_for_orphans(world: &World) {
    if world.store.engine() == Engine::Sqlite {
        return;
    }
    let orphans = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND granted \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let end = Instant::now() + CHILD_LIMIT;
    while postgres::number(&world.url, orphans).await > 0 {
        assert!(Instant::now() < end, "a back end of a killed child does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn assert_sound(world: &World) {
    if world.store.engine() == Engine::Postgres {
        let pages = "SELECT COUNT(*) FROM response WHERE octet_length(answers) > 0";
        assert!(postgres::number(&world.url, pages).await > 0);
        return;
    }
    let mut conn = sqlx::SqliteConnection::connect(&format!("sqlite:{}", world.url))
        .await
        .expect("the file opens");
    let found: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut conn)
        .await
        .expect("it is checked");
    assert_eq!(found, "ok");
    conn.close().await.expect("the file closes");
}

/// Adds up the calls of strace's summary: the fourth word of a line that ends in the call's name.
fn count_calls(summary: &str) -> usize {
    summary
        .lines()
        .filter(|line| line.ends_with(" fsync") || line.ends_with(" fdatasync"))
        .filter_map(|line| line.split_whitespace().nth(3)?.parse::<usize>().ok())
        .sum()
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set"))
}
