//! What strangers send that is no request of ours: at every door, over the router and over sockets.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use server::{Server, config};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::site::Site;

/// Longer than a client may take to send its head (`HEADER_TIMEOUT`, 15 s).
const CUT_OFF: Duration = Duration::from_secs(25);

/// What anybody else may have to wait while strangers hold the doors.
const AT_ONCE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn no_door_of_the_contract_takes_nonsense() {
    let site = Site::start().await;
    let cookie = site.organiser().await;
    let contract = site.get("/api/v1/openapi.json").send().await.json();
    let large = format!("{{\"secret\":\"{}\"}}", "a".repeat(10 << 20));
    let deep = format!("{{\"title\":{}", "[".repeat(100_000));
    let before = site.database();
    let mut asked = 0;

    for (path, methods) in contract["paths"].as_object().expect("paths") {
        let path = path.replace("{id}", "%00").replace("{code}", "%E2%80%AE");
        for (name, operation) in methods.as_object().expect("methods") {
            if operation["requestBody"].is_null() {
                continue;
            }
            let method = Method::from_bytes(name.to_uppercase().as_bytes()).expect("a method");
            for body in ["", "\0", "null", "[]", "{\"a\":1", "\u{202e}", &deep, &large] {
                let ask = site.post(&path).method(method.clone()).cookie(&cookie).json(body);
                let answer = ask.send().await;

                assert!(
                    answer.status.is_client_error(),
                    "{name} {path} {body:.20}: {}",
                    answer.status
                );
                assert!(!answer.code().is_empty());
                asked += 1;
            }
        }
    }

    assert!(asked >= 40, "{asked}");
    assert_eq!(site.database(), before, "nothing was written");
    site.stop().await;
}

#[tokio::test]
async fn no_address_breaks_a_page() {
    let site = Site::start().await;
    let doors = [
        "/s/{}",
        "/en/s/{}",
        "/en/s/{}/receipt",
        "/en/d/{}",
        "/en/d/{}/results",
        "/en/d/{}/report/{}",
        "/en/d/{}/report/{}/pdf",
        "/d/{}/report/1/data/{}",
        "/{}/d/a",
        "/m/{}",
        "/o/{}",
        "/api/v1/meetings/{}/lobby",
        "/rtc/v1?access_token={}&join_request={}",
        "/rtc/v1/validate?access_token={}",
    ];
    let long = "a".repeat(20_000);
    let strange = [
        "%00",
        "%FF",
        "%E2%80%AE",
        "..%2F..%2Fetc%2Fpasswd",
        "-1",
        "99999999999999999999",
        "%3Cscript%3E",
        "'%20OR%201=1--",
        long.as_str(),
    ];

    for door in doors {
        for word in strange {
            let path = door.replace("{}", word);
            let answer = site.get(&path).header("accept", "text/html").send().await;

            assert!(!answer.status.is_server_error(), "{path:.60}: {}", answer.status);
            assert!(!answer.body.contains("<script>"), "{path:.60}: markup came back");
            assert!(!answer.body.contains("root:"), "{path:.60}: a file came back");
        }
        // Codes that nobody has are counted as guesses: a stranger begins anew after the window.
        site.clock.advance(Duration::from_mins(11));
    }
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_request_is_refused_by_its_status() {
    let door = Door::open().await;
    let host = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    let many = (0..3_000).fold(String::new(), |head, n| head + &format!("X{n}: a\r\n"));
    let cases = [
        ("\0\u{ff}".repeat(2_000), StatusCode::BAD_REQUEST),
        (
            format!("{host}X: {}\r\n\r\n", "a".repeat(300_000)),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        ),
        (format!("{host}{many}\r\n"), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        (
            format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(70_000)),
            StatusCode::URI_TOO_LONG,
        ),
        (format!("{host}Content-Length: {}\r\n\r\n", "9".repeat(30)), StatusCode::BAD_REQUEST),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), StatusCode::MISDIRECTED_REQUEST),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n".to_owned(),
            StatusCode::MISDIRECTED_REQUEST,
        ),
    ];

    for (request, status) in cases {
        let mut stream = door.knock().await;
        // A server that refuses closes before all is sent.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut head = [0; 12];
        let answered = stream.read_exact(&mut head).await;

        let expected = format!("HTTP/1.1 {}", status.as_u16());
        assert_eq!(String::from_utf8_lossy(&head), expected, "{request:.60}: {answered:?}");
    }
    door.is_served_at_once().await;
    door.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_finishes_asking_is_cut_off_and_delays_nobody() {
    let door = Door::open().await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = door.knock().await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ").await.expect("taken");
        slow.push(stream);
    }

    door.is_served_at_once().await;
    let start = Instant::now();
    for stream in &mut slow {
        let rest = CUT_OFF.saturating_sub(start.elapsed());
        let mut end = Vec::new();
        let cut = tokio::time::timeout(rest, stream.read_to_end(&mut end)).await;
        assert!(cut.is_ok(), "still open after {:?}", start.elapsed());
    }
    door.close().await;
}

/// A server that listens.
struct Door {
    server: Server,
    address: String,
    folder: PathBuf,
}

impl Door {
    async fn open() -> Self {
        let folder =
            std::env::temp_dir().join(format!("plenary-strangers-{:032x}", rand::random::<u128>()));
        let text = format!(
            "data = {:?}\n[media]\nlisten = \"127.0.0.1\"\nport = 0\nworkers = 1\n[http]\n\
             listen = \"127.0.0.1:0\"\ninternal_listen = \"127.0.0.1:0\"\n",
            folder.display().to_string()
        );
        let config = config::load(&text, &BTreeMap::new(), |path| std::fs::read_to_string(path));
        let server = Server::start(config.expect("a good configuration"), false).await;
        let server = server.expect("the server starts");
        let port = server.public_url().rsplit(':').next().expect("a port").to_owned();
        Self { server, address: format!("127.0.0.1:{port}"), folder }
    }

    async fn knock(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.expect("it listens")
    }

    async fn is_served_at_once(&self) {
        let asking = async {
            let mut stream = self.knock().await;
            let request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            stream.write_all(request).await.expect("taken");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("an answer");
            answer
        };
        let answer = tokio::time::timeout(AT_ONCE, asking).await.expect("at once");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    async fn close(self) {
        self.server.stop().await;
        std::fs::remove_dir_all(&self.folder).expect("the folder is ours");
    }
}
