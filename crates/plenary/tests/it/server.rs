//! A start with the demonstration, and a stop.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::browser::Browser;

/// A folder of a test's own.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = format!("plenary-program-{:032x}", rand::random::<u128>());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.file(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Served {
    child: Child,
    lines: Vec<String>,
}

impl Served {
    /// Starts the program on any port and reads what it prints until the links stand there.
    fn start(folder: &Folder) -> Self {
        Self::start_from(folder, Path::new(env!("CARGO_BIN_EXE_plenary")))
    }

    fn start_from(folder: &Folder, program: &Path) -> Self {
        let mut command = Command::new(program);
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data", folder.path()]);
        command.env("PLENARY_MEDIA__PORT", "0").env("PLENARY_HTTP__INTERNAL_LISTEN", "127.0.0.1:0");
        command
            .env("PLENARY_MEDIA__LISTEN", "127.0.0.1")
            .env("PLENARY_SPEECH__MODELS", folder.path());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program was built for this test");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut lines = Vec::new();
        for line in output.lines() {
            let line = line.expect("UTF-8");
            let is_last = line.contains("Ctrl-C");
            lines.push(line);
            if is_last {
                break;
            }
        }
        Self { child, lines }
    }

    fn address(&self) -> &str {
        self.lines[0].strip_prefix("listening on http://localhost:").expect("the first line")
    }

    fn link(&self, who: &str) -> &str {
        let line = self.lines.iter().find(|line| line.trim().starts_with(who)).expect("a link");
        line.trim().trim_start_matches(who).trim()
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.address())).expect("open");
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Asks the program to stop and returns its exit code.
    fn stop(mut self) -> Option<i32> {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill");
        assert!(told.success());
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn the_program_starts_prints_three_links_and_stops_when_told() {
    let folder = Folder::new();
    let served = Served::start(&folder);

    let citizen = served.link("citizen").to_owned();
    let code = citizen.rsplit('/').next().expect("a code");
    let page = served.get(&format!("/en/s/{code}"));

    assert!(served.link("organiser").contains("/o#"));
    assert!(served.link("delegate").contains("/m/"));
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page:.200}");
    assert!(served.get("/readyz").ends_with("ready\n"));
    assert_eq!(served.stop(), Some(0));

    let again = Served::start(&folder);
    assert_eq!(again.link("citizen").rsplit('/').next(), Some(code), "the same survey");
    assert_eq!(again.stop(), Some(0));
}

#[test]
fn a_recount_finds_the_counts_that_the_answers_say() {
    let folder = Folder::new();
    assert_eq!(Served::start(&folder).stop(), Some(0));

    let mut command = Command::new(env!("CARGO_BIN_EXE_plenary"));
    let counted = command.args(["recount", "--data", folder.path()]).output().expect("it runs");

    let told = String::from_utf8_lossy(&counted.stdout).into_owned();
    assert_eq!(counted.status.code(), Some(0));
    assert!(told.contains(": 2000 responses in "), "{told}");
    assert!(told.trim_end().ends_with("0 without a version; the cells were right"), "{told}");
}

/// An update replaces the file while the server still runs.
#[test]
fn a_server_whose_file_was_replaced_still_publishes() {
    let folder = Folder::new();
    let program = folder.file("bin/plenary");
    std::fs::create_dir(folder.file("bin")).expect("a folder");
    std::fs::copy(env!("CARGO_BIN_EXE_plenary"), &program).expect("a copy");
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fonts");
    let fonts = fonts.canonicalize().expect("`make fonts` was run");
    std::os::unix::fs::symlink(fonts, folder.file("fonts")).expect("a link");
    let served = Served::start_from(&folder, &program);
    std::fs::remove_file(&program).expect("it can go");
    std::fs::write(&program, "another file").expect("it can come");

    let mut organiser = Browser::new(&format!("http://localhost:{}", served.address()));
    organiser.enter(served.link("organiser").split('#').nth(1).expect("a secret"));
    let new = r#"{"slug":"own","title":{"en":"Our own"},"languages":["en"]}"#;
    let made = organiser.post("/api/v1/dialogues", "application/json", new);
    let made: serde_json::Value = serde_json::from_slice(&made.body).expect("a dialogue");
    let path = format!("/api/v1/dialogues/{}/editions", made["id"].as_str().expect("an id"));
    let begun = organiser.post(&path, "application/json", "");
    assert_eq!(begun.status, 202, "{}", begun.text());
    let until = Instant::now() + Duration::from_mins(1);
    let mut edition = serde_json::Value::Null;
    while edition["state"] != "published" && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(100));
        let list: serde_json::Value =
            serde_json::from_slice(&organiser.get(&path).body).expect("a list");
        edition = list[0].clone();
        assert_ne!(edition["state"], "failed", "{edition}");
    }

    assert_eq!(edition["state"], "published", "{edition}");
    assert_eq!(served.stop(), Some(0));
}
