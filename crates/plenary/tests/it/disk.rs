//! A server on a disk that becomes full, and has room again: a real file system of 8 MiB in a
//! mount namespace of the program's own, filled from outside.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::browser::Browser;
use crate::server::Folder;

/// Mounts the file system, mints a link in it, and becomes the server.
const SCRIPT: &str = r#"mount -t tmpfs -o size=8m tmpfs "$2" && "$1" link --data "$2" \
    && exec "$1" serve --listen 127.0.0.1:0 --data "$2""#;

/// Answers sent until one is refused: the log of the database has some room of its own.
const ANSWERS_MAX: usize = 500;

/// Ends its process when a test fails.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_full_disk_is_told_in_the_citizens_language_and_nothing_acknowledged_is_lost() {
    let folder = Folder::new();
    let (server, organiser, citizen, code) = start(&folder);
    let path = format!("/fr/s/{code}");
    assert_eq!(citizen.answer(&path).status, 303);

    let filler = PathBuf::from(format!("/proc/{}/root{}/filler", server.0.id(), folder.path()));
    fill(&filler);
    let mut acknowledged = 1;
    let mut refused = None;
    for _ in 0..ANSWERS_MAX {
        let told = citizen.answer(&path);
        if told.status != 303 {
            refused = Some(told);
            break;
        }
        acknowledged += 1;
    }

    let refused = refused.expect("the disk became full");
    assert_eq!(refused.status, 507, "{}", refused.text());
    assert!(refused.text().contains("Ce serveur n’a plus de place."), "{}", refused.text());
    assert_eq!(organiser.get("/livez").status, 200, "the rest goes on");
    std::fs::remove_file(&filler).expect("it is there");
    assert_eq!(citizen.answer(&path).status, 303, "there is room again");
    let list = organiser.get("/api/v1/dialogues").text();
    assert!(list.contains(&format!("\"responses\":{}", acknowledged + 1)), "{list}");
}

/// Starts the server and gives it a dialogue with a survey; returns its organiser, a citizen, and
/// the survey's code.
fn start(folder: &Folder) -> (Guarded, Browser, Browser, String) {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"]);
    command.arg(env!("CARGO_BIN_EXE_plenary")).arg(folder.path());
    command.env("PLENARY_MEDIA__PORT", "0").env("PLENARY_MEDIA__LISTEN", "127.0.0.1");
    command.env("PLENARY_HTTP__INTERNAL_LISTEN", "127.0.0.1:0").env("PLENARY_MEDIA__WORKERS", "1");
    command.env("PLENARY_SPEECH__MODELS", folder.path()).stdout(Stdio::piped());
    let child = command.stderr(Stdio::null()).spawn();
    let mut server = Guarded(child.expect("unshare is needed: `apt-get install util-linux`"));
    let mut lines = BufReader::new(server.0.stdout.take().expect("piped")).lines();
    let mut next = || lines.next().expect("is a mount namespace permitted here?").expect("UTF-8");
    let secret = next().rsplit('#').next().expect("a secret").to_owned();
    let origin = next().trim_start_matches("listening on ").to_owned();
    let mut organiser = Browser::new(&origin);
    organiser.enter(&secret);
    let json = "application/json";
    let body = r#"{"slug":"full","title":{"en":"Full"},"languages":["en","fr"]}"#;
    let made = value(&organiser.post("/api/v1/dialogues", json, body).text());
    let id = made["id"].as_str().expect("an id").to_owned();
    let to = format!("/api/v1/dialogues/{id}/surveys");
    let survey = value(&organiser.post(&to, json, r#"{"template":"un75"}"#).text());
    let code = survey["code"].as_str().expect("a code").to_owned();
    (server, organiser, Browser::new(&origin), code)
}

fn value(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("JSON, not {text}"))
}

/// Writes until there is no room.
fn fill(path: &PathBuf) {
    let mut file = std::fs::File::create(path).expect("the namespace can be looked into");
    while file.write_all(&[1; 4096]).is_ok() {}
    while file.write_all(&[1]).is_ok() {}
}
