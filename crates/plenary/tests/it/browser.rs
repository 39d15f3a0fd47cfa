//! The least of a browser: one request a connection, one cookie.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_mins(1);

/// Talks to one server.
pub(crate) struct Browser {
    /// `http://localhost:1234`.
    origin: String,
    cookie: String,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

impl Browser {
    pub(crate) fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), cookie: String::new() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "text/plain", "")
    }

    pub(crate) fn post(&self, path: &str, content_type: &str, body: &str) -> Answer {
        self.send("POST", path, content_type, body)
    }

    /// Exchanges an organiser's secret for the cookie.
    pub(crate) fn enter(&mut self, secret: &str) {
        let body = format!("{{\"secret\":\"{secret}\"}}");
        let answer = self.post("/api/v1/links/exchange", "application/json", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer.header("set-cookie").expect("a cookie");
        cookie.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
    }

    /// Opens the page of a survey and sends its form, as without JavaScript.
    pub(crate) fn answer(&self, path: &str) -> Answer {
        let page = self.get(path).text();
        let mut form = Vec::new();
        for input in page.split("<input").skip(1).filter(|input| input.contains("type=\"hidden\""))
        {
            let attribute = |name: &str| {
                let from = input.find(&format!("{name}=\""))? + name.len() + 2;
                input[from..].split('"').next().map(str::to_owned)
            };
            let (Some(name), Some(value)) = (attribute("name"), attribute("value")) else {
                continue;
            };
            form.push(format!("{name}={value}"));
        }
        form.extend(
            ["q.consent=yes", "q.importance=essential", "q.region=europe"].map(str::to_owned),
        );
        self.post(path, "application/x-www-form-urlencoded", &form.join("&"))
    }

    fn send(&self, method: &str, path: &str, content_type: &str, body: &str) -> Answer {
        let host = self.origin.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {}\r\nCookie: {}\r\n\
             Accept: text/html\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.origin,
            self.cookie,
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("the request is sent");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("the answer comes");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head, body: bytes[end + 4..].to_vec() }
    }
}
