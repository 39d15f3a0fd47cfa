//! Answers: whole UN75 forms as the page makes them, over HTTP, acknowledged after the commit.
//!
//! Pages are opened beforehand, since each form carries its own id and seal; only sending counts.

mod form;

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Failure;
use crate::server::{Cores, Server, request};
use crate::table::{Table, quantile};
use form::Form;

const CONNECTIONS: usize = 256;
/// Forms sent in each run: about three seconds' worth at the rate we are held to.
const FORMS: usize = 32_768;
const RUNS: usize = 3;
/// How long one answer may take at all.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
const HEAD_BYTES_MAX: usize = 16 * 1024;

pub(crate) fn run(table: &mut Table) -> Result<(), Failure> {
    let server = Server::start("answers", Cores::Shared)?;
    let syncs = disk_syncs_per_second(&server)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let path = survey_page(&server)?;
    let mut rates = Vec::new();
    let mut waits = Vec::new();
    for _ in 0..RUNS {
        let bodies = runtime.block_on(open_pages(&server, &path))?;
        let start = Instant::now();
        waits.extend(runtime.block_on(send(&server, &path, bodies))?);
        #[expect(clippy::cast_precision_loss, reason = "some thousand forms")]
        rates.push(FORMS as f64 / start.elapsed().as_secs_f64());
    }
    let how = format!(
        "{FORMS} whole forms, {CONNECTIONS} connections, load and server on both cores, median of {RUNS}"
    );
    table.add("answers_per_second", quantile(&mut rates, 0.5), "acked/s", how);
    table.add("answer_ms_p99", quantile(&mut waits, 0.99), "ms", "from sending to acknowledgement");
    table.add("disk_syncs_per_second", syncs, "fdatasync/s", "4 KiB writes, one after another");
    Ok(())
}

/// Follows the link's redirect to the page in a language.
fn survey_page(server: &Server) -> Result<String, Failure> {
    let answer = request(server.address(), "GET", server.survey_path(), &[], "")?;
    if answer.status != 303 {
        return Ok(server.survey_path().to_owned());
    }
    let place = answer.head.lines().find_map(|line| line.strip_prefix("location: "));
    Ok(place.ok_or("a redirect without a place")?.trim().to_owned())
}

fn disk_syncs_per_second(server: &Server) -> Result<f64, Failure> {
    use std::io::Write as _;
    let mut file = std::fs::File::create(server.folder().join("syncs"))?;
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < Duration::from_secs(1) {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}

/// Opens a page for each form and fills it in, differently each time.
async fn open_pages(server: &Server, path: &str) -> Result<Vec<Vec<String>>, Failure> {
    let each = FORMS / CONNECTIONS;
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            let (address, path) = (server.address().to_owned(), path.to_owned());
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await?;
                let mut bodies = Vec::with_capacity(each);
                for at in 0..each {
                    let page = connection.ask("GET", &path, "", true).await?;
                    bodies.push(Form::of(&page)?.filled(number * each + at));
                }
                Ok::<_, Failure>(bodies)
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await??);
    }
    Ok(all)
}

/// Sends everything, each connection one after another, and returns the waits in milliseconds.
async fn send(server: &Server, path: &str, bodies: Vec<Vec<String>>) -> Result<Vec<f64>, Failure> {
    let tasks: Vec<_> = bodies
        .into_iter()
        .map(|bodies| {
            let (address, path) = (server.address().to_owned(), path.to_owned());
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await?;
                let mut waits = Vec::with_capacity(bodies.len());
                for body in &bodies {
                    let start = Instant::now();
                    connection.ask("POST", &path, body, false).await?;
                    waits.push(start.elapsed().as_secs_f64() * 1_000.0);
                }
                Ok::<_, Failure>(waits)
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await??);
    }
    Ok(waits)
}

/// A connection that is kept.
struct Connection {
    stream: TcpStream,
    address: String,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address: address.to_owned(), buffer: Vec::new() })
    }

    /// Sends a request and returns the body of its answer. `GET` must be answered 200, a form 303.
    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
        is_body_wanted: bool,
    ) -> Result<String, Failure> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {1}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let (status, body) = tokio::time::timeout(ANSWER_TIMEOUT, self.answer()).await??;
        match (is_body_wanted, status) {
            (true, 200) | (false, 303) => Ok(body),
            _ => Err(format!("{method} {path} was answered {status}").into()),
        }
    }

    async fn answer(&mut self) -> Result<(u16, String), Failure> {
        self.buffer.clear();
        let head_end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            if self.buffer.len() > HEAD_BYTES_MAX {
                return Err("an answer without end of its head".into());
            }
            self.read().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or("no status")?;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let end = match length {
            Some(length) => head_end + length.trim().parse::<usize>()?,
            None if head.contains("chunked") => {
                while find(&self.buffer[head_end..], b"\r\n0\r\n\r\n").is_none()
                    && !self.buffer[head_end..].starts_with(b"0\r\n\r\n")
                {
                    self.read().await?;
                }
                self.buffer.len()
            }
            None => head_end,
        };
        while self.buffer.len() < end {
            self.read().await?;
        }
        Ok((status, String::from_utf8_lossy(&self.buffer[head_end..end]).into_owned()))
    }

    async fn read(&mut self) -> Result<(), Failure> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        if read == 0 { Err("the server closed the connection".into()) } else { Ok(()) }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
