//! A disk that becomes full, and has room again. A real one: a file system of 4 MiB in memory,
//! mounted in a namespace of its own, in which this test binary runs again.

use std::path::PathBuf;
use std::process::Command;

use store::response::{self, Reply, SubmitError, recount};
use store::{Store, StoreError};

use crate::world::{Folder, World, at, count_of, response};

/// Mounts the file system and runs the rest of the words in it.
const SCRIPT: &str = r#"mount -t tmpfs -o size=4m tmpfs "$1" && shift && exec "$@""#;

/// A file that takes half of the room, and is removed to make room again.
const FILLER_BYTES: usize = 2 << 20;

#[test]
fn a_full_disk_is_told_and_nothing_acknowledged_is_lost() {
    let folder = Folder::new();
    let program = std::env::current_exe().expect("this program has a path");

    let ran = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"])
        .arg(folder.path())
        .arg(program)
        .args(["--exact", "disk::child_fills_its_disk", "--nocapture"])
        .env("PLENARY_DISK_FOLDER", folder.path())
        .output()
        .expect("unshare is needed: `apt-get install util-linux`");

    let (told, errors) =
        (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "is a mount namespace permitted here?\n{told}{errors}");
    assert!(told.contains("the disk became full"), "{told}{errors}");
}

/// What runs in the small file system. Alone it is a test too: a disk with room takes answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_fills_its_disk() {
    let Ok(folder) = std::env::var("PLENARY_DISK_FOLDER") else {
        let world = World::new(store::Engine::Sqlite).await;
        let survey = world.survey().await;
        let (writer, _) = world.writer().await;
        let reply = writer.submit(big(survey, 1)).await.expect("there is room");
        assert_eq!(reply, Reply::Stored);
        writer.stop().await;
        world.remove().await;
        return;
    };
    let filler = PathBuf::from(&folder).join("filler");
    std::fs::write(&filler, vec![1; FILLER_BYTES]).expect("there is room");
    let url = format!("{folder}/plenary.sqlite");
    let store = Store::open(&url, at(0)).await.expect("the database opens");
    let world = World::of(store, url);
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;

    let mut acknowledged = Vec::new();
    let mut refused = 0;
    while refused < 50 {
        let answer = big(survey, u16::try_from(acknowledged.len()).expect("the disk is small"));
        let id = answer.id;
        match writer.submit(answer).await {
            Ok(reply) => {
                assert_eq!(reply, Reply::Stored);
                acknowledged.push(id);
            }
            Err(SubmitError::Store(cause)) => {
                assert!(matches!(*cause, StoreError::Full(_)), "{cause:?}");
                refused += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    let mut tx = world.store.read().await.expect("a full disk can be read");
    for id in &acknowledged {
        assert!(response::find(&mut tx, *id).await.expect("it can be read").is_some());
    }
    drop(tx);
    std::fs::remove_file(&filler).expect("room can be made");
    let reply = writer.submit(big(survey, 1)).await.expect("there is room again");
    assert_eq!(reply, Reply::Stored);
    let mut tx = world.write().await;
    let found = recount(&mut tx, survey, count_of).await.expect("it is counted");
    assert!(!found.differed);
    assert_eq!(usize::try_from(found.responses).expect("it fits"), acknowledged.len() + 1);
    drop(tx);
    writer.stop().await;
    world.remove().await;
    println!("the disk became full after {} answers; {refused} were refused", acknowledged.len());
}

/// A response of some kilobytes.
fn big(survey: model::id::SurveyId, number: u16) -> response::NewResponse {
    let mut answer = response(survey, number);
    answer.shown = vec![7; 4_000];
    answer
}
