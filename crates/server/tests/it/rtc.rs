//! LiveKit's door: who may come in, what is noted, and what strangers may not break.

use std::time::Duration;

use axum::http::StatusCode;
use futures_util::{SinkExt as _, StreamExt as _};
use language::Tag;
use model::Timestamp;
use model::caption::{Caption, CaptionAuthor, CaptionState};
use model::id::MeetingId;
use model::media::RoomName;
use participant::{Driver, Event, Events, JoinError, Options, Participant};
use serde_json::json;
use server::{Hosts, router};
use signal::Token;
use signal::protocol::signal_request::Message as Asked;
use signal::protocol::{JoinRequest, LeaveRequest, SignalRequest};
use signal::token::{Grants, TokenKind};
use store::attendance;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::site::{START, Site};

/// Longer than anything here takes on a loaded machine.
const LIMIT: Duration = Duration::from_secs(30);

/// More news of 15 kB than the server keeps for one socket: it keeps 512 frames, and the system's
/// buffers another 4 MB.
const UPDATES: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_part_is_counted_and_what_they_let_be_kept_is_recorded() {
    let door = Door::open().await;
    let (meeting, code) = door.meeting().await;
    let (ana, _ana_events) = door.enter(&code, "Ana", true).await;
    let (rui, _rui_events) = door.enter(&code, "Rui", false).await;
    let (robot, _robot_events) = door.join(&agent(&meeting.to_string())).await;

    robot.send_caption(&caption("1", &ana.identity())).await.expect("the robot is there");
    robot.send_caption(&caption("2", &rui.identity())).await.expect("the robot is there");
    robot.send_caption(&caption("1", &ana.identity())).await.expect("the robot is there");
    robot.send_caption(&caption("3", &ana.identity())).await.expect("the robot is there");

    let segments = door.record_until(meeting, 2).await;
    assert_eq!(segments, ["1", "3"], "once each, and not without consent");
    let counts = door.counts(meeting).await;
    assert_eq!((counts.people, counts.consenting, counts.present), (2, 1, 2));
    ana.leave().await;
    door.present_until(meeting, 1).await;
    let lobby = door.site.get(&format!("/api/v1/meetings/{code}/lobby")).send().await.json();
    assert_eq!(lobby["present"], 1);
    door.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_directory_says_who_is_there_and_what_they_want_to_read() {
    let door = Door::open().await;
    let (meeting, code) = door.meeting().await;
    let mut directory = door.site.app.rooms.directory();
    let (ana, _ana_events) = door.enter(&code, "Ana", true).await;
    let room = RoomName(meeting.to_string());

    let wanted = |directory: &server::Directory| {
        directory.presence_by_room.get(&room).map(|presence| presence.wanted()).unwrap_or_default()
    };
    let seen = directory.wait_for(|directory| wanted(directory).contains(&Tag::PT));
    let presence = seen.await.expect("the server runs").presence_by_room[&room].clone();
    assert_eq!(presence.humans().count(), 1);
    assert_eq!(presence.spoken_by(&ana.identity()), Some(Tag::EN));
    let french = [("plenary.read".to_owned(), "fr".to_owned())].into();
    ana.set_attributes(french).await.expect("ana is there");

    directory.wait_for(|directory| wanted(directory) == [Tag::FR].into()).await.expect("it runs");
    door.close().await;
}

#[tokio::test]
async fn a_token_that_is_not_good_says_why_to_any_page() {
    let site = Site::start().await;
    let mint = |token: &Token| site.app.secrets.rtc().mint(token);
    let expired = mint(&Token { expires: START - Duration::from_secs(1), ..token("r", "ana") });
    let no_join = Grants { room_join: false, ..Grants::taking_part() };
    let no_join = mint(&Token { grants: no_join, ..token("r", "ana") });
    let good = mint(&token("r", "ana"));
    let checks = [
        (format!("access_token={good}"), StatusCode::OK, ""),
        (format!("access_token={good}&room=r"), StatusCode::OK, ""),
        (format!("access_token={good}&room=other"), StatusCode::FORBIDDEN, "wrong_room"),
        (format!("access_token={good}x"), StatusCode::UNAUTHORIZED, "bad_token"),
        (format!("access_token={expired}"), StatusCode::UNAUTHORIZED, "token_expired"),
        (format!("access_token={no_join}"), StatusCode::FORBIDDEN, "not_allowed"),
        (String::new(), StatusCode::UNAUTHORIZED, "bad_token"),
    ];

    for (query, status, code) in checks {
        let path = format!("/rtc/v1/validate?{query}");
        let answer = site.get(&path).header("origin", "https://elsewhere.example").send().await;

        assert_eq!(answer.status, status, "{code}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        if code.is_empty() {
            assert_eq!(answer.body, "success");
        } else {
            assert_eq!(answer.code(), code);
        }
    }
    let bearer = site.get("/rtc/validate").header("authorization", &format!("Bearer {good}"));
    assert_eq!(bearer.send().await.status, StatusCode::OK);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_older_door_refuses_clearly_and_foreign_pages_stay_outside() {
    let door = Door::open().await;
    let good = door.mint(&token("r", "ana"));

    let old = door.knock(&format!("/rtc?access_token={good}"), None).await;
    let foreign = door.knock(&path(&good), Some("https://evil.example")).await;
    let nonsense = door.knock(&format!("/rtc/v1?access_token={good}&join_request=%25"), None).await;
    let own = door.knock(&path(&good), Some(&door.address)).await;

    assert_eq!(old.err(), Some(501));
    assert_eq!(foreign.err(), Some(403));
    assert_eq!(nonsense.err(), Some(400));
    assert!(own.is_ok());
    door.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_on_a_socket_harms_nobody_else() {
    let door = Door::open().await;
    let (ana, _ana_events) = door.join(&token("r", "ana")).await;
    let (rui, mut rui_events) = door.join(&token("r", "rui")).await;
    let mut stranger = door.knock(&path(&door.mint(&token("r", "zoe"))), None).await.expect("in");

    for bytes in [vec![0xff; 300], vec![0; 100_000], b"{\"offer\":{\"sdp\":\"v=0\"}}".to_vec()] {
        stranger.send(Message::Binary(bytes.clone().into())).await.expect("it is taken");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        stranger.send(Message::Text(text.into())).await.expect("it is taken");
    }
    // Longer than any message of the protocol: the server hangs up.
    let _cut = stranger.send(Message::Binary(vec![0; 2 << 20].into())).await;
    let ended = tokio::time::timeout(LIMIT, async {
        while let Some(Ok(message)) = stranger.next().await {
            if message.is_close() {
                return;
            }
        }
    });
    ended.await.expect("the stranger is cut off");

    ana.send_text("t", "still here", [].into(), Vec::new()).await.expect("ana is there");
    assert_eq!(read(&mut rui_events).await, "still here");
    assert_eq!(rui.stats().resumes, 0);
    door.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_that_never_reads_is_cut_off_and_delays_nobody() {
    let door = Door::open().await;
    let mut deaf = door.knock(&path(&door.mint(&token("r", "deaf"))), None).await.expect("in");
    let (ana, _ana_events) = door.join(&token("r", "ana")).await;
    let (rui, _rui_events) = door.join(&token("r", "rui")).await;
    let (_ben, mut ben_events) = door.join(&token("r", "ben")).await;

    let flood = |who: Participant| async move {
        for n in 0..1_500 {
            let news = [("news".to_owned(), format!("{n}{}", "x".repeat(15_000)))].into();
            if who.set_attributes(news).await.is_err() {
                return;
            }
        }
    };
    let floods = [tokio::spawn(flood(ana.clone())), tokio::spawn(flood(rui))];
    // The room never waits: somebody else still gets everything, and at once.
    ana.send_text("t", "heard", [].into(), Vec::new()).await.expect("ana is there");
    assert_eq!(read(&mut ben_events).await, "heard");
    let mut seen = 0;
    let flooded = async {
        while seen < UPDATES {
            let event = ben_events.recv().await.expect("ben is there");
            seen += usize::from(matches!(event, Event::Updated(_)));
        }
    };
    tokio::time::timeout(LIMIT, flooded).await.expect("ben reads everything");
    let mut frames = 0;
    let cut = tokio::time::timeout(LIMIT, async {
        while let Some(Ok(message)) = deaf.next().await {
            frames += usize::from(message.is_binary());
        }
    });
    cut.await.expect("the socket ends");

    assert!(frames < UPDATES, "{frames} frames waited for who did not read");
    for flood in floods {
        flood.abort();
    }
    door.close().await;
}

/// The clock of these tests stands: nobody is gone by time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_goodbye_and_hangs_up_is_gone_at_once() {
    let door = Door::open().await;
    let (ana, _ana_events) = door.join(&token("r", "ana")).await;
    let news = tokio::spawn(async move {
        for n in 0..400 {
            let news = [("news".to_owned(), format!("{n}{}", "x".repeat(4_000)))].into();
            if ana.set_attributes(news).await.is_err() {
                return;
            }
        }
        std::future::pending::<()>().await;
    });

    for n in 0..40 {
        let token = door.mint(&token("r", &format!("guest-{n}")));
        let mut guest = door.knock(&path(&token), None).await.expect("in");
        let leave = SignalRequest { message: Some(Asked::Leave(LeaveRequest::default())) };
        let leave = signal::frame::write_request(&leave);
        guest.send(Message::Binary(leave.into())).await.expect("it is taken");
        // With everything unread that the server says meanwhile: the connection is reset.
        drop(guest);
    }

    let mut directory = door.site.app.rooms.directory();
    let room = RoomName("r".to_owned());
    let alone = directory.wait_for(|directory| directory.presence_by_room[&room].people.len() == 1);
    tokio::time::timeout(LIMIT, alone).await.expect("all are gone").expect("the server runs");
    news.abort();
    door.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_nobody_is_refused_to_a_participant() {
    let door = Door::open().await;

    let refused =
        door.driver.join(Options::new(door.address.replace("http", "ws"), "nonsense")).await;

    assert!(matches!(refused, Err(JoinError::Refused(401))), "{refused:?}");
    door.close().await;
}

/// A site that listens.
struct Door {
    site: Site,
    address: String,
    driver: Driver,
    serving: JoinHandle<()>,
}

type Socket = WebSocketStream<TcpStream>;

impl Door {
    async fn open() -> Self {
        let site = Site::start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let router = router(site.app.clone(), Hosts::default());
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self { site, address, driver: Driver::start().expect("a thread"), serving }
    }

    async fn close(self) {
        self.serving.abort();
        self.site.stop().await;
    }

    /// Returns the demonstration's next meeting and its code.
    async fn meeting(&self) -> (MeetingId, String) {
        let links = self.site.app.demonstrate().await.expect("a demonstration");
        let code = links.delegate.rsplit('/').next().expect("a code");
        let code = code.split('#').next().expect("a code").to_owned();
        let mut tx = self.site.app.store.read().await.expect("a transaction");
        let found = store::meeting::find_by_code(&mut tx, &code).await.expect("a query");
        (found.expect("the meeting is there").id, code)
    }

    /// Enters as a browser does.
    async fn enter(&self, code: &str, name: &str, record: bool) -> (Participant, Events) {
        let body =
            json!({"name": name, "speaks": "en", "reads": "pt", "consent": {"record": record}});
        let path = format!("/api/v1/meetings/{code}/enter");
        let entered = self.site.post(&path).json(&body.to_string()).send().await.json();
        let token = entered["token"].as_str().expect("a token");
        self.join_with(token).await
    }

    async fn join(&self, token: &Token) -> (Participant, Events) {
        self.join_with(&self.mint(token)).await
    }

    async fn join_with(&self, token: &str) -> (Participant, Events) {
        let options = Options::new(self.address.replace("http", "ws"), token);
        self.driver.join(options).await.expect("it is let in")
    }

    fn mint(&self, token: &Token) -> String {
        self.site.app.secrets.rtc().mint(token)
    }

    /// Opens a WebSocket; the status if it is refused.
    async fn knock(&self, path: &str, origin: Option<&str>) -> Result<Socket, u16> {
        let address = self.address.replace("http", "ws");
        let mut request = format!("{address}{path}").into_client_request().expect("an address");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
        }
        let host = self.address.trim_start_matches("http://");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(8 * 1024).expect("a small buffer");
        let stream = socket.connect(host.parse().expect("an address")).await.expect("it listens");
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(socket),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    async fn counts(&self, meeting: MeetingId) -> attendance::Attendance {
        let mut tx = self.site.app.store.read().await.expect("a transaction");
        attendance::counts(&mut tx, meeting).await.expect("a query")
    }

    async fn present_until(&self, meeting: MeetingId, present: u64) {
        let waiting = async {
            while self.counts(meeting).await.present != present {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LIMIT, waiting).await.expect("the count is reached");
    }

    /// Returns the segments in the record once there are so many.
    async fn record_until(&self, meeting: MeetingId, count: usize) -> Vec<String> {
        let waiting = async {
            loop {
                let mut tx = self.site.app.store.read().await.expect("a transaction");
                let record = store::caption::of_meeting(&mut tx, meeting, 100).await;
                let record = record.expect("a query");
                if record.len() >= count {
                    return record.into_iter().map(|caption| caption.segment).collect();
                }
                drop(tx);
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LIMIT, waiting).await.expect("the record is written")
    }
}

async fn read(events: &mut Events) -> String {
    let waiting = async {
        loop {
            if let Event::Text { text, .. } = events.recv().await.expect("it is there") {
                return text.text;
            }
        }
    };
    tokio::time::timeout(LIMIT, waiting).await.expect("the text arrives")
}

/// The way of a token into its room.
fn path(token: &str) -> String {
    let request = signal::join::write_wrapped(&JoinRequest::default());
    format!("/rtc/v1?access_token={token}&join_request={request}")
}

fn agent(room: &str) -> Token {
    Token { kind: TokenKind::Agent, ..token(room, "robot") }
}

fn token(room: &str, identity: &str) -> Token {
    Token {
        room: RoomName(room.to_owned()),
        identity: identity.to_owned(),
        name: identity.to_owned(),
        metadata: String::new(),
        attributes: [].into(),
        kind: TokenKind::Standard,
        grants: Grants::taking_part(),
        expires: START + Duration::from_mins(10),
    }
}

fn caption(segment: &str, speaker: &str) -> Caption {
    Caption {
        segment: segment.to_owned(),
        language: Tag::EN,
        source_language: Tag::EN,
        revision: 1,
        state: CaptionState::Final,
        author: CaptionAuthor::Machine,
        speaker: speaker.to_owned(),
        track: "TR_1".to_owned(),
        start: Timestamp::from_seconds(1_790_000_001),
        end: Timestamp::from_seconds(1_790_000_002),
        text: "Good morning.".to_owned(),
        stable: 13,
        untranslated: false,
    }
}
