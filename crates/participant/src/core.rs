//! A participant as a state machine: responses, datagrams, commands and timeouts in; requests,
//! datagrams and events out. No sockets, no clock.
//!
//! ```text
//!            join ─────────▶ joined ◀──── resumed ─┐
//!              ▲               │ socket gone       │ reconnect response
//!   told to    │               ▼                   │
//!   reconnect  └──────────── resuming ─────────────┘
//! ```

mod data;
mod media;
mod negotiate;
mod publication;

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use signal::protocol::leave_request::Action;
use signal::protocol::signal_request::Message as Request;
use signal::protocol::signal_response::Message as Response;
use signal::protocol::{
    self, ClientInfo, ConnectionSettings, DisconnectReason, JoinRequest, JoinResponse,
    LeaveRequest, ParticipantInfo, Ping, ReconnectResponse, SignalRequest, SignalResponse,
    UpdateParticipantMetadata,
};
use str0m::media::Mid;
use str0m::{Candidate, Input, Rtc};
use tokio::sync::watch;

use crate::event::{Event, LeaveReason, SpeakerLevel};
use crate::handle::{Counters, Snapshot};
use crate::options::Options;
use crate::roster::{Change, Roster};

use data::Channels;
use media::Hearing;
use negotiate::Negotiation;
pub(crate) use publication::NewTrack;
use publication::Publication;
pub(crate) use publication::Written;

/// The protocol this client speaks: LiveKit's leave actions, media sections, stream texts.
const PROTOCOL: i32 = 16;

/// An answer that takes longer will not come.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// How long media may be gone before the participant joins anew.
const MEDIA_LIMIT: Duration = Duration::from_secs(15);

/// What is to become of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Stay,
    /// Open the socket again with the same id.
    Resume,
    /// Join as somebody new.
    Rejoin,
    Leave(LeaveReason),
}

#[derive(Debug)]
pub(crate) struct Core {
    options: Options,
    counters: Arc<Counters>,
    rtc: Rtc,
    /// Something was given to `rtc`: it may have output.
    is_touched: bool,
    rtc_wakes_at: Instant,
    port: u16,
    local_by_remote: BTreeMap<IpAddr, SocketAddr>,
    is_media_up: bool,
    media_down_since: Option<Instant>,
    negotiation: Negotiation,
    track_by_mid: BTreeMap<Mid, Arc<str>>,
    hearing_by_mid: BTreeMap<Mid, Hearing>,
    publication_by_cid: BTreeMap<Arc<str>, Publication>,
    channels: Channels,
    pub(crate) token: String,
    pub(crate) sid: Arc<str>,
    pub(crate) identity: Arc<str>,
    /// What handles look at. Changed in place: a copy for each news of a large room would cost
    /// more than everything else.
    snapshot: watch::Sender<Snapshot>,
    ping_interval: Duration,
    ping_timeout: Duration,
    next_ping: Option<Instant>,
    last_heard: Instant,
    is_joined: bool,
    pub(crate) wish: Wish,
    pub(crate) requests: VecDeque<SignalRequest>,
    pub(crate) datagrams: VecDeque<(SocketAddr, Vec<u8>)>,
    pub(crate) events: VecDeque<Event>,
}

impl Core {
    /// `local` is where the socket is reached from the server's side.
    pub(crate) fn new(
        options: Options,
        local: SocketAddr,
        (counters, snapshot): (Arc<Counters>, watch::Sender<Snapshot>),
        now: Instant,
    ) -> Self {
        Self {
            token: options.token.clone(),
            options,
            counters,
            rtc: new_rtc(local, now),
            is_touched: true,
            rtc_wakes_at: now,
            port: local.port(),
            local_by_remote: BTreeMap::new(),
            is_media_up: false,
            media_down_since: None,
            negotiation: Negotiation::default(),
            track_by_mid: BTreeMap::new(),
            hearing_by_mid: BTreeMap::new(),
            publication_by_cid: BTreeMap::new(),
            channels: Channels::default(),
            sid: Arc::from(""),
            identity: Arc::from(""),
            snapshot,
            ping_interval: Duration::from_secs(5),
            ping_timeout: Duration::from_secs(15),
            next_ping: None,
            last_heard: now,
            is_joined: false,
            wish: Wish::Stay,
            requests: VecDeque::new(),
            datagrams: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Forgets everything but what is published, to join as somebody new.
    pub(crate) fn reset(&mut self, local: SocketAddr, now: Instant) {
        let options = Options { token: self.token.clone(), ..self.options.clone() };
        let (counters, snapshot) = (Arc::clone(&self.counters), self.snapshot.clone());
        let mut fresh = Self::new(options, local, (counters, snapshot), now);
        std::mem::swap(&mut fresh.publication_by_cid, &mut self.publication_by_cid);
        std::mem::swap(&mut fresh.events, &mut self.events);
        let mut roster = Roster::default();
        self.snapshot.send_modify(|snapshot| std::mem::swap(&mut roster, &mut snapshot.roster));
        fresh.events.extend(roster.peer_by_sid.into_values().map(Event::Gone));
        let tracks = std::mem::take(&mut self.track_by_mid).into_values();
        fresh.events.extend(tracks.map(|track| Event::Unsubscribed { track }));
        for publication in fresh.publication_by_cid.values_mut() {
            publication.reset();
        }
        *self = fresh;
    }

    /// Everything works: the room is joined, media connected, data flows.
    pub(crate) fn is_ready(&self) -> bool {
        self.is_joined && self.is_media_up && self.channels.are_open()
    }

    /// The room was entered, and may be resumed.
    pub(crate) fn is_joined(&self) -> bool {
        self.is_joined
    }

    /// The server has answered on the present socket.
    pub(crate) fn is_pinging(&self) -> bool {
        self.next_ping.is_some()
    }

    /// The path of the socket that joins; it carries the first offer.
    pub(crate) fn join_path(&mut self, now: Instant) -> String {
        self.negotiation.want.audio = self.options.audio_slots;
        self.negotiation.want.video = self.options.video_slots;
        let request = JoinRequest { publisher_offer: self.make_offer(now), ..self.join_request() };
        self.path(&request)
    }

    /// The path of the socket that comes back with the same id.
    pub(crate) fn resume_path(&self) -> String {
        let participant_sid = self.sid.to_string();
        let request = JoinRequest { reconnect: true, participant_sid, ..self.join_request() };
        self.path(&request)
    }

    pub(crate) fn socket_lost(&mut self) {
        if self.next_ping.take().is_some() {
            self.events.push_back(Event::Resuming);
        }
    }

    pub(crate) fn leave(&mut self) {
        let leave = LeaveRequest {
            reason: DisconnectReason::ClientInitiated.into(),
            action: Action::Disconnect.into(),
            ..Default::default()
        };
        self.ask(Request::Leave(leave));
        self.wish = Wish::Leave(LeaveReason::Asked);
        // The server hears of it on both ways; a transport that cannot be closed is gone already.
        let _closed = self.rtc.close();
        self.is_touched = true;
    }

    pub(crate) fn set_attributes(&mut self, attributes: BTreeMap<String, String>) {
        let attributes = attributes.into_iter().collect();
        self.ask(Request::UpdateMetadata(UpdateParticipantMetadata {
            attributes,
            ..Default::default()
        }));
    }

    /// Asks for a track, or for no more of it.
    pub(crate) fn subscribe(&mut self, track: &str, subscribe: bool) {
        let track_sids = vec![track.to_owned()];
        self.ask(Request::Subscription(protocol::UpdateSubscription {
            track_sids,
            subscribe,
            ..Default::default()
        }));
    }

    /// Says at which size a track is shown; 0 × 0: not at all.
    pub(crate) fn show(&mut self, track: &str, width: u32, height: u32) {
        self.ask(Request::TrackSetting(protocol::UpdateTrackSettings {
            track_sids: vec![track.to_owned()],
            disabled: width == 0 || height == 0,
            width,
            height,
            ..Default::default()
        }));
    }

    pub(crate) fn simulate(&mut self, scenario: protocol::simulate_scenario::Scenario) {
        self.ask(Request::Simulate(protocol::SimulateScenario { scenario: Some(scenario) }));
    }

    pub(crate) fn handle_response(&mut self, response: SignalResponse, now: Instant) {
        self.last_heard = now;
        let Some(response) = response.message else { return };
        match response {
            Response::Join(join) => self.joined(join, now),
            Response::Reconnect(reconnect) => self.resumed(&reconnect, now),
            Response::Answer(answer) => self.handle_answer(answer, now),
            Response::Update(update) => {
                update.participants.into_iter().for_each(|info| self.update(info));
            }
            Response::TrackPublished(published) => self.track_published(published, now),
            Response::RequestResponse(refusal) => self.request_refused(refusal),
            Response::TrackUnpublished(gone) => self.track_unpublished(&gone.track_sid),
            Response::MediaSectionsRequirement(need) => self.add_sections(need, now),
            Response::SpeakersChanged(changed) => self.speakers(changed.speakers),
            Response::RefreshToken(token) => self.token = token,
            Response::Leave(leave) => self.told_to_leave(&leave),
            Response::Trickle(_)
            | Response::Offer(_)
            | Response::Mute(_)
            | Response::RoomUpdate(_)
            | Response::ConnectionQuality(_)
            | Response::StreamStateUpdate(_)
            | Response::SubscribedQualityUpdate(_)
            | Response::SubscriptionPermissionUpdate(_)
            | Response::Pong(_)
            | Response::PongResp(_)
            | Response::SubscriptionResponse(_)
            | Response::TrackSubscribed(_)
            | Response::RoomMoved(_)
            | Response::SubscribedAudioCodecUpdate(_)
            | Response::PublishDataTrackResponse(_)
            | Response::UnpublishDataTrackResponse(_)
            | Response::DataTrackSubscriberHandles(_)
            | Response::StoreDataBlobResponse(_)
            | Response::GetDataBlobResponse(_) => {}
        }
    }

    pub(crate) fn handle_datagram(&mut self, source: SocketAddr, bytes: &[u8], now: Instant) {
        let Some(&destination) =
            self.local_by_remote.get(&source.ip()).or_else(|| self.local_by_remote.values().next())
        else {
            return;
        };
        let proto = str0m::net::Protocol::Udp;
        let Ok(contents) = bytes.try_into() else { return };
        let receive = str0m::net::Receive { proto, source, destination, contents };
        // Nonsense from the network; what is wrong with the connection shows in its state.
        let _nonsense = self.rtc.handle_input(Input::Receive(now, receive));
        self.is_touched = true;
        // str0m holds a single received packet: it is fetched before the next comes.
        self.drain(now);
    }

    /// Does what time or touching makes due. To be called after every input.
    pub(crate) fn advance(&mut self, now: Instant) {
        if self.next_ping.is_some_and(|at| at <= now) {
            self.next_ping = Some(now + self.ping_interval);
            self.ask(Request::PingReq(Ping::default()));
        }
        if self.next_ping.is_some()
            && now >= self.last_heard + self.ping_timeout
            && self.wish == Wish::Stay
        {
            self.wish = Wish::Resume;
        }
        let is_unanswered =
            self.negotiation.offered_at().is_some_and(|at| now >= at + ANSWER_LIMIT);
        let is_down = self.media_down_since.is_some_and(|since| now >= since + MEDIA_LIMIT);
        if self.next_ping.is_some() && (is_unanswered || is_down) && self.wish == Wish::Stay {
            self.wish = Wish::Rejoin;
        }
        self.flush_data();
        self.flush_sound(now);
        if self.is_touched || self.rtc_wakes_at <= now {
            // A transport that fails here says so in its state.
            let _failed = self.rtc.handle_input(Input::Timeout(now));
            self.drain(now);
        }
    }

    pub(crate) fn poll_timeout(&self) -> Instant {
        let offer = self.negotiation.offered_at().map(|at| at + ANSWER_LIMIT);
        let media = self.media_down_since.map(|since| since + MEDIA_LIMIT);
        let silence = self.next_ping.map(|_| self.last_heard + self.ping_timeout);
        // Deadlines of a socket that is not there would be due for ever.
        let limits = [offer, media].into_iter().flatten().filter(|_| self.next_ping.is_some());
        let others = [self.next_ping, silence, self.sound_due()].into_iter().flatten();
        limits.chain(others).fold(self.rtc_wakes_at, Instant::min)
    }

    /// Remote addresses of the last answer to which no local one is known yet.
    pub(crate) fn unrouted(&self) -> Vec<IpAddr> {
        let unknown = |ip: &IpAddr| !self.local_by_remote.contains_key(ip);
        self.negotiation.remote_addresses.iter().copied().filter(unknown).collect()
    }

    /// Packets to and from `remote` pass `local`.
    pub(crate) fn route(&mut self, remote: IpAddr, local: IpAddr) {
        let local = SocketAddr::new(local, self.port);
        self.local_by_remote.insert(remote, local);
        if let Ok(candidate) = Candidate::host(local, "udp") {
            // `None` where it is known already.
            let _known = self.rtc.add_local_candidate(candidate);
        }
        self.is_touched = true;
    }

    fn ask(&mut self, message: Request) {
        self.requests.push_back(SignalRequest { message: Some(message) });
    }

    fn join_request(&self) -> JoinRequest {
        let client = ClientInfo {
            sdk: protocol::client_info::Sdk::Rust.into(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: PROTOCOL,
            os: std::env::consts::OS.to_owned(),
            ..Default::default()
        };
        let settings = ConnectionSettings {
            auto_subscribe: self.options.auto_subscribe,
            ..Default::default()
        };
        JoinRequest {
            client_info: Some(client),
            connection_settings: Some(settings),
            ..Default::default()
        }
    }

    fn path(&self, request: &JoinRequest) -> String {
        let request = signal::join::write_wrapped(request);
        format!("/rtc/v1?access_token={}&join_request={request}", self.token)
    }

    fn joined(&mut self, join: JoinResponse, now: Instant) {
        let me = join.participant.unwrap_or_default();
        self.sid = me.sid.into();
        self.identity = me.identity.into();
        self.snapshot.send_modify(|snapshot| {
            snapshot.sid = Arc::clone(&self.sid);
            snapshot.identity = Arc::clone(&self.identity);
        });
        self.is_joined = true;
        if !self.is_media_up {
            self.media_down_since = Some(now);
        }
        self.start_pinging(join.ping_interval, join.ping_timeout, now);
        for info in join.other_participants {
            self.update(info);
        }
        self.announce_all();
    }

    fn resumed(&mut self, reconnect: &ReconnectResponse, now: Instant) {
        self.start_pinging(0, 0, now);
        self.counters.resumed();
        let state = self.sync_state();
        self.ask(Request::SyncState(state));
        self.channels.resend_after(reconnect.last_message_seq);
        self.announce_all();
        self.offer_again(now);
        self.flush_data();
        self.events.push_back(Event::Resumed);
    }

    fn start_pinging(&mut self, interval: i32, timeout: i32, now: Instant) {
        let seconds = |value: i32| {
            u64::try_from(value).ok().filter(|value| *value > 0).map(Duration::from_secs)
        };
        self.ping_interval = seconds(interval).unwrap_or(self.ping_interval);
        self.ping_timeout = seconds(timeout).unwrap_or(self.ping_timeout);
        self.last_heard = now;
        self.next_ping = Some(now + self.ping_interval);
    }

    fn update(&mut self, info: ParticipantInfo) {
        if *info.sid == *self.sid {
            self.own_tracks(&info.tracks);
            return;
        }
        let mut change = None;
        self.snapshot.send_modify(|snapshot| change = snapshot.roster.update(info));
        if let Some(change) = change {
            self.events.push_back(match change {
                Change::Joined(peer) => Event::Joined(peer),
                Change::Updated(peer) => Event::Updated(peer),
                Change::Gone(peer) => {
                    self.channels.forget(&peer.sid);
                    Event::Gone(peer)
                }
            });
        }
    }

    fn speakers(&mut self, speakers: Vec<protocol::SpeakerInfo>) {
        let level = |speaker: protocol::SpeakerInfo| SpeakerLevel {
            sid: speaker.sid.into(),
            level: speaker.level,
            is_active: speaker.active,
        };
        self.events.push_back(Event::Speakers(speakers.into_iter().map(level).collect()));
    }

    fn told_to_leave(&mut self, leave: &LeaveRequest) {
        self.wish = match Action::try_from(leave.action) {
            Ok(Action::Resume) => Wish::Resume,
            Ok(Action::Reconnect) => Wish::Rejoin,
            Ok(Action::Disconnect) | Err(_) => Wish::Leave(LeaveReason::SentAway),
        };
    }
}

fn new_rtc(local: SocketAddr, now: Instant) -> Rtc {
    let mut rtc = Rtc::builder()
        .set_rtp_mode(true)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .build(now);
    // Before the first offer, which carries it.
    if let Ok(candidate) = Candidate::host(local, "udp") {
        let _known = rtc.add_local_candidate(candidate);
    }
    rtc
}
