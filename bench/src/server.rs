//! A server of its own for one scenario, in a folder of its own, and what the kernel says of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use model::Timestamp;
use model::media::RoomName;
use signal::token::{Grants, Keys, Token, TokenKind};

use crate::Failure;

/// How long a start may take: the demonstration's answers are written on the first one.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// Where the server runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cores {
    /// The server on core 0, the load on core 1.
    Apart,
    /// Both on both.
    Shared,
}

pub(crate) struct Server {
    child: Child,
    folder: PathBuf,
    address: String,
    organiser: String,
    citizen: String,
    keys: Keys,
}

impl Server {
    /// Starts a release build with the demonstration in an empty folder under `target/`.
    pub(crate) fn start(name: &str, cores: Cores) -> Result<Self, Failure> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
        let folder = target.join("bench-data").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        Self::open(&target.join("release/plenary"), folder, cores)
    }

    /// Stops the server as an operator does and starts it again. Returns it with the seconds that
    /// the start took, up to its links.
    pub(crate) fn restart(mut self) -> Result<(Self, f64), Failure> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
        let process = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &process]).status()?;
        self.child.wait()?;
        let folder = std::mem::take(&mut self.folder);
        let start = Instant::now();
        let again = Self::open(&target.join("release/plenary"), folder, Cores::Shared)?;
        Ok((again, start.elapsed().as_secs_f64()))
    }

    fn open(program: &Path, folder: PathBuf, cores: Cores) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(&folder)
            .env("PLENARY_MEDIA__PORT", "0")
            .env("PLENARY_MEDIA__WORKERS", "1")
            .env("PLENARY_MEDIA__ADVERTISE", "127.0.0.1")
            .env("PLENARY_HTTP__INTERNAL_LISTEN", "127.0.0.1:0")
            .env("PLENARY_LOG", "warn")
            .stdout(Stdio::piped());
        let mut child = command.spawn()?;
        if cores == Cores::Apart {
            pin(child.id(), 0)?;
            pin(std::process::id(), 1)?;
        }
        let lines = first_lines(&mut child)?;
        let find = |what: &str| {
            lines
                .iter()
                .find_map(|line| line.trim().strip_prefix(what).map(|rest| rest.trim().to_owned()))
                .ok_or_else(|| format!("the server did not print `{what}`"))
        };
        let address = find("listening on http://")?;
        let (organiser, citizen) = (find("organiser")?, find("citizen")?);
        let keys = keys(program, &folder)?;
        Ok(Self { child, folder, address, organiser, citizen, keys })
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The organiser's link, with its secret.
    pub(crate) fn organiser(&self) -> &str {
        &self.organiser
    }

    /// The path of the survey's page.
    pub(crate) fn survey_path(&self) -> &str {
        self.citizen.split_once(&self.address).map_or("/", |(_, path)| path)
    }

    pub(crate) fn websocket(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// A token for somebody who takes part in `room`.
    pub(crate) fn token(&self, room: &str, identity: &str, attributes: &[(&str, &str)]) -> String {
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        let now = Timestamp::from_seconds(i64::try_from(now.as_secs()).expect("before 2262"));
        self.keys.mint(&Token {
            room: RoomName(room.to_owned()),
            identity: identity.to_owned(),
            name: identity.to_owned(),
            metadata: String::new(),
            attributes: attributes
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            kind: TokenKind::Standard,
            grants: Grants::taking_part(),
            expires: now + Duration::from_hours(1),
        })
    }

    /// Processor time used so far, in seconds: user and system of all threads.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let text = text.unwrap_or_default();
        let fields: Vec<&str> =
            text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
        (ticks(11) + ticks(12)) / ticks_per_second()
    }

    /// Resident memory in bytes.
    pub(crate) fn resident_bytes(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        text.unwrap_or_default()
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
            .unwrap_or(0.0)
            * 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !self.folder.as_os_str().is_empty() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Softirq time of core 0 so far, in seconds: the loopback receive path runs there.
pub(crate) fn softirq_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("cpu0 "))
        .and_then(|rest| rest.split_whitespace().nth(6)?.parse::<f64>().ok())
        .unwrap_or(0.0)
        / ticks_per_second()
}

fn ticks_per_second() -> f64 {
    // Linux has told programs 100 since 2.6, whatever its timer does.
    100.0
}

/// Pins every thread of a process, and those it will start, to one core.
fn pin(process: u32, core: usize) -> Result<(), Failure> {
    let cores = core.to_string();
    let done = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", &cores, &process.to_string()])
        .stdout(Stdio::null())
        .status()?;
    if done.success() { Ok(()) } else { Err("taskset cannot pin the server".into()) }
}

/// Reads what the server prints until its links are there.
fn first_lines(child: &mut Child) -> Result<Vec<String>, Failure> {
    let out = child.stdout.take().ok_or("no standard output")?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let deadline = Instant::now() + START_TIMEOUT;
    let mut lines = Vec::new();
    while !lines.iter().any(|line: &String| line.trim().starts_with("delegate")) {
        let left = deadline.saturating_duration_since(Instant::now());
        lines.push(receiver.recv_timeout(left).map_err(|_| "the server did not start")?);
    }
    Ok(lines)
}

fn keys(program: &Path, folder: &Path) -> Result<Keys, Failure> {
    let out = Command::new(program).args(["keys", "--data"]).arg(folder).output()?;
    let text = String::from_utf8(out.stdout)?;
    let find = |what: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(what));
        line.map(|rest| rest.trim().to_owned()).ok_or("`plenary keys` printed no keys")
    };
    Ok(Keys { key: find("key")?, secret: find("secret")? })
}

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// One request on a connection of its own.
pub(crate) fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Answer, Failure> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    let mut text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.push_str(body);
    stream.write_all(text.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let answer = String::from_utf8_lossy(&bytes);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("not an answer over HTTP")?;
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or("no status")?;
    Ok(Answer { status, head: head.to_owned(), body: unchunked(head, body) })
}

fn unchunked(head: &str, body: &str) -> String {
    if !head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return body.to_owned();
    }
    let mut whole = String::new();
    let mut rest = body;
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        let Some(chunk) = after.get(..size).filter(|_| size > 0) else { break };
        whole.push_str(chunk);
        rest = after.get(size + 2..).unwrap_or_default();
    }
    whole
}
