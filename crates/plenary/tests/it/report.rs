//! Publishing, from the button to the file: editions in six languages that never change.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use language::UN;
use server::{Config, Server, config};

use crate::browser::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_has_six_languages_and_stays_when_one_answer_changes_the_next() {
    let (house, server) = start().await;
    let origin = server.public_url().to_owned();
    let links = server.links().expect("a demonstration").clone();

    let told = tokio::task::spawn_blocking(move || {
        let mut organiser = Browser::new(&origin);
        organiser.enter(links.organiser.split('#').nth(1).expect("a secret in the fragment"));
        let (id, slug) = dialogue(&organiser);
        let first = publish(&organiser, &id, 1);
        let before = read(&organiser, &slug, 1);
        answer(&Browser::new(&origin), &links.citizen);
        let second = publish(&organiser, &id, 2);
        let after = read(&organiser, &slug, 2);
        let old = read(&organiser, &slug, 1);
        (first, second, before, after, old)
    });
    let (first, second, before, after, old) = told.await.expect("the story is told");

    assert_ne!(first, second, "the hashes of two editions are the same");
    for (i, tag) in UN.into_iter().enumerate() {
        assert_ne!(before.pages[i], after.pages[i], "page of {tag}");
        assert!(before.papers[i] != after.papers[i], "PDF of {tag}");
        assert!(before.papers[i].starts_with(b"%PDF-"), "{tag}");
    }
    assert_eq!(old, before, "the old edition changed");
    assert!(before.pages[2].contains(">2,000</data>"), "{}", before.pages[2]);
    assert!(after.pages[2].contains(">2,001</data>"), "{}", after.pages[2]);
    assert_ne!(before.cells, after.cells);
    server.stop().await;
    drop(house);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_that_cannot_be_printed_says_why_and_publishes_nothing() {
    let house = House::new("fontless");
    let mut config = house.config();
    config.report.fonts = Some(house.0.join("no-fonts"));
    let server = Server::start(config, true).await.expect("the server starts");
    let origin = server.public_url().to_owned();
    let links = server.links().expect("a demonstration").clone();

    let told = tokio::task::spawn_blocking(move || {
        let mut organiser = Browser::new(&origin);
        organiser.enter(links.organiser.split('#').nth(1).expect("a secret in the fragment"));
        let (id, slug) = dialogue(&organiser);
        let path = format!("/api/v1/dialogues/{id}/editions");
        organiser.post(&path, "application/json", "");
        let edition = wait(&organiser, &path, |edition| edition["state"] == "failed");
        (edition, organiser.get(&format!("/en/d/{slug}/report/1")).status)
    });
    let (edition, page) = told.await.expect("the story is told");

    assert_eq!(edition["hash"], serde_json::Value::Null);
    assert_eq!(page, 404);
    server.stop().await;
}

#[test]
fn the_printing_process_runs_under_limits_of_memory_and_time() {
    use std::io::Read as _;

    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fonts");
    let mut printer = std::process::Command::new(env!("CARGO_BIN_EXE_plenary"))
        .arg("print")
        .arg("--fonts")
        .arg(fonts)
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let limits = format!("/proc/{}/limits", printer.id());

    let until = Instant::now() + Duration::from_secs(30);
    let mut told = String::new();
    while Instant::now() < until && !told.contains("2147483648") {
        told = std::fs::read_to_string(&limits).unwrap_or_default();
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(printer.stdin.take());
    let mut complaint = String::new();
    let mut stderr = printer.stderr.take().expect("piped");
    stderr.read_to_string(&mut complaint).expect("text");
    let status = printer.wait().expect("it ends");

    let line = |name: &str| told.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    assert!(line("Max address space").contains("2147483648"), "{told}");
    assert!(line("Max cpu time").contains(" 60 "), "{told}");
    assert!(!status.success(), "nothing is no document");
    assert!(complaint.contains("the input is not a document"), "{complaint}");
}

#[derive(Debug, PartialEq)]
struct Edition {
    /// In the order of `UN`; the article alone, for the list of editions beside it grows.
    pages: Vec<String>,
    papers: Vec<Vec<u8>>,
    cells: String,
}

fn dialogue(organiser: &Browser) -> (String, String) {
    let list = organiser.get("/api/v1/dialogues");
    let list: serde_json::Value = serde_json::from_slice(&list.body).expect("a list");
    let text = |key: &str| list[0][key].as_str().expect("a text").to_owned();
    (text("id"), text("slug"))
}

/// Presses the button and waits; returns the edition's hash.
fn publish(organiser: &Browser, id: &str, number: u64) -> String {
    let path = format!("/api/v1/dialogues/{id}/editions");
    let begun = organiser.post(&path, "application/json", "");
    assert_eq!(begun.status, 202, "{}", begun.text());
    let again = organiser.post(&path, "application/json", "");
    assert!(again.text().contains(&format!("\"number\":{number},")), "{}", again.text());
    let edition = wait(organiser, &path, |edition| {
        assert_ne!(edition["state"], "failed");
        edition["state"] == "published" && edition["number"] == number
    });
    assert_eq!(edition["progress"], serde_json::json!({"done": 6, "of": 6}));
    edition["hash"].as_str().expect("a hash").to_owned()
}

fn wait(
    organiser: &Browser,
    path: &str,
    is_done: impl Fn(&serde_json::Value) -> bool,
) -> serde_json::Value {
    let until = Instant::now() + Duration::from_mins(2);
    while Instant::now() < until {
        let list: serde_json::Value =
            serde_json::from_slice(&organiser.get(path).body).expect("a list");
        if is_done(&list[0]) {
            return list[0].clone();
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the edition is not made: {}", organiser.get(path).text());
}

fn read(browser: &Browser, slug: &str, number: u32) -> Edition {
    let get = |path: String| {
        let answer = browser.get(&path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer
    };
    let mut edition = Edition { pages: Vec::new(), papers: Vec::new(), cells: String::new() };
    for tag in UN {
        let page = get(format!("/{tag}/d/{slug}/report/{number}")).text();
        let from = page.find("<article").expect("an article");
        edition.pages.push(page[from..page.find("</article>").expect("its end")].to_owned());
        let pdf = get(format!("/{tag}/d/{slug}/report/{number}/pdf"));
        assert_eq!(pdf.header("content-type"), Some("application/pdf"));
        edition.papers.push(pdf.body);
    }
    let cells = get(format!("/d/{slug}/report/{number}/data/cells.csv"));
    assert!(cells.header("content-disposition").is_some_and(|how| how.starts_with("attachment")));
    edition.cells = cells.text();
    edition
}

/// One citizen more, by the plain form.
fn answer(citizen: &Browser, link: &str) {
    let path = link.splitn(4, '/').nth(3).expect("a path");
    let found = citizen.get(&format!("/{path}"));
    let path = found.header("location").map_or(format!("/{path}"), str::to_owned);
    let thanks = citizen.answer(&path);
    assert_eq!(thanks.status, 303, "{}", thanks.text());
}

async fn start() -> (House, Server) {
    let house = House::new("editions");
    let server = Server::start(house.config(), true).await.expect("the server starts");
    (house, server)
}

/// A folder of the server's own, removed at the end.
struct House(PathBuf);

impl House {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("plenary-report-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        Self(folder)
    }

    fn config(&self) -> Config {
        let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fonts");
        let keys = [
            ("PLENARY_DATA", self.0.display().to_string()),
            ("PLENARY_HTTP__LISTEN", "127.0.0.1:0".to_owned()),
            ("PLENARY_HTTP__INTERNAL_LISTEN", "127.0.0.1:0".to_owned()),
            ("PLENARY_MEDIA__PORT", "0".to_owned()),
            ("PLENARY_MEDIA__LISTEN", "127.0.0.1".to_owned()),
            ("PLENARY_REPORT__FONTS", fonts.display().to_string()),
            ("PLENARY_REPORT__PROGRAM", env!("CARGO_BIN_EXE_plenary").to_owned()),
        ];
        let env = keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        config::load("", &env, |path| std::fs::read_to_string(path)).expect("a good configuration")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // Left behind, it is a folder in the temporary one.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
