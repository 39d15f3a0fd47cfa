//! Publishing: from the organiser's button to pages, PDFs and data in six languages.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;
use crate::server::{Answer, Cores, Server, request};
use crate::table::{Table, quantile};

const RUNS: usize = 3;
const TIMEOUT: Duration = Duration::from_mins(2);

pub(crate) fn run(table: &mut Table) -> Result<(), Failure> {
    let server = Server::start("publish", Cores::Shared)?;
    let organiser = Organiser::enter(&server)?;
    let dialogue = organiser.dialogue()?;
    let mut took = Vec::new();
    for _ in 0..RUNS {
        took.push(organiser.publish(&dialogue)?);
    }
    let how = format!("the demonstration's report, six languages, page and PDF, median of {RUNS}");
    table.add("report_seconds", quantile(&mut took, 0.5), "s", how);
    Ok(())
}

struct Organiser<'a> {
    server: &'a Server,
    cookie: String,
}

impl<'a> Organiser<'a> {
    fn enter(server: &'a Server) -> Result<Self, Failure> {
        let (_, secret) = server.organiser().split_once('#').ok_or("no secret in the link")?;
        let mut organiser = Self { server, cookie: String::new() };
        let body = serde_json::json!({ "secret": secret }).to_string();
        let answer = organiser.call("POST", "/api/v1/links/exchange", &body)?;
        let cookie = answer.head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next())?
        });
        cookie.ok_or("no cookie")?.clone_into(&mut organiser.cookie);
        Ok(organiser)
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Result<Answer, Failure> {
        let origin = format!("http://{}", self.server.address());
        let headers = [
            ("Origin", origin.as_str()),
            ("Cookie", self.cookie.as_str()),
            ("Content-Type", "application/json"),
        ];
        let answer = request(self.server.address(), method, path, &headers, body)?;
        if answer.status >= 400 {
            return Err(format!("{method} {path} was answered {}", answer.status).into());
        }
        Ok(answer)
    }

    fn dialogue(&self) -> Result<String, Failure> {
        let all: Value = serde_json::from_str(&self.call("GET", "/api/v1/dialogues", "")?.body)?;
        let list = if all.is_array() { &all } else { &all["dialogues"] };
        Ok(list[0]["id"].as_str().ok_or("no dialogue")?.to_owned())
    }

    /// Publishes an edition and returns the seconds until it can be read.
    fn publish(&self, dialogue: &str) -> Result<f64, Failure> {
        let path = format!("/api/v1/dialogues/{dialogue}/editions");
        let start = Instant::now();
        let edition: Value = serde_json::from_str(&self.call("POST", &path, "{}")?.body)?;
        while start.elapsed() < TIMEOUT {
            let all: Value = serde_json::from_str(&self.call("GET", &path, "")?.body)?;
            let list = if all.is_array() { &all } else { &all["editions"] };
            let own =
                list.as_array().into_iter().flatten().find(|e| e["number"] == edition["number"]);
            if own.is_some_and(|own| own["state"] == "published") {
                return Ok(start.elapsed().as_secs_f64());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("the edition was not published in time".into())
    }
}
