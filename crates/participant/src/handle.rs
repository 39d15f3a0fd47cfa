//! What an application holds: the participant, and the tracks it publishes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::caption::Caption;
use model::media::DataChannel;
use signal::packet::Text;
use signal::protocol::simulate_scenario::Scenario;
use tokio::sync::{mpsc, oneshot, watch};

use crate::codec::{FRAME_SAMPLES, SpeechEncoder, level_db};
use crate::core::{NewTrack, Written};
use crate::options::{ClosedError, PublishError, VideoOptions};
use crate::roster::Roster;

/// How long the server may take to say yes to a track.
const PUBLISH_LIMIT: Duration = Duration::from_secs(10);

/// One frame of sound.
const FRAME: Duration = Duration::from_millis(20);

/// A packet's payload: what fits into a datagram on every path, with headers.
const PAYLOAD_BYTES_MAX: usize = 1_150;

/// VP8 picture ids have 15 bits.
const PICTURE_IDS: u16 = 0x7fff;

/// What the task is asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    Publish(NewTrack),
    Unpublish(Arc<str>),
    Mute(Arc<str>, bool),
    Write(Written),
    Data { topic: String, payload: Vec<u8>, channel: DataChannel, to: Vec<String> },
    Text { text: Text, to: Vec<String> },
    Attributes(BTreeMap<String, String>),
    Subscribe { track: Arc<str>, is_wanted: bool },
    Show { track: Arc<str>, width: u32, height: u32 },
    Simulate(Scenario),
    Cut,
    Leave,
}

/// What is known of the room at this moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) sid: Arc<str>,
    pub(crate) identity: Arc<str>,
    pub(crate) roster: Roster,
}

/// Somebody in a room. Cloning gives another handle to the same one; with the last handle, the
/// participant leaves.
#[derive(Clone, Debug)]
pub struct Participant {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) snapshot: watch::Receiver<Snapshot>,
    pub(crate) counters: Arc<Counters>,
}

impl Participant {
    /// Returns the id of this presence; another one after [`crate::Event::Rejoined`].
    pub fn sid(&self) -> Arc<str> {
        Arc::clone(&self.snapshot.borrow().sid)
    }

    pub fn identity(&self) -> Arc<str> {
        Arc::clone(&self.snapshot.borrow().identity)
    }

    /// Returns who else is in the room.
    pub fn roster(&self) -> Roster {
        self.snapshot.borrow().roster.clone()
    }

    pub fn stats(&self) -> Stats {
        self.counters.read()
    }

    /// Publishes a microphone and returns when the server has named it.
    pub async fn publish_audio(&self, name: &str) -> Result<AudioTrack, PublishError> {
        let encoder = SpeechEncoder::new().ok_or(PublishError::Codec)?;
        let track = self.publish(name, None).await?;
        Ok(AudioTrack { track, encoder, waiting: Vec::new(), time: 0 })
    }

    /// Publishes a camera and returns when the server has named it.
    pub async fn publish_video(&self, options: VideoOptions) -> Result<VideoTrack, PublishError> {
        let name = options.name.clone();
        let track = self.publish(&name, Some(options)).await?;
        Ok(VideoTrack { track, picture: 0 })
    }

    pub async fn send_data(
        &self,
        topic: &str,
        payload: Vec<u8>,
        channel: DataChannel,
        to: Vec<String>,
    ) -> Result<(), ClosedError> {
        self.tell(Command::Data { topic: topic.to_owned(), payload, channel, to }).await
    }

    /// Sends a whole text as a stream, to everybody or to the identities in `to`.
    pub async fn send_text(
        &self,
        topic: &str,
        text: &str,
        attributes: BTreeMap<String, String>,
        to: Vec<String>,
    ) -> Result<(), ClosedError> {
        let text =
            Text { id: stream_id(), topic: topic.to_owned(), attributes, text: text.to_owned() };
        self.tell(Command::Text { text, to }).await
    }

    /// Sends a caption to everybody.
    pub async fn send_caption(&self, caption: &Caption) -> Result<(), ClosedError> {
        let attributes = signal::caption_attributes(caption);
        self.send_text(signal::TRANSCRIPTION_TOPIC, &caption.text, attributes, Vec::new()).await
    }

    /// Changes some of this participant's attributes; an empty value removes one.
    pub async fn set_attributes(
        &self,
        attributes: BTreeMap<String, String>,
    ) -> Result<(), ClosedError> {
        self.tell(Command::Attributes(attributes)).await
    }

    pub async fn subscribe(&self, track: &str, is_wanted: bool) -> Result<(), ClosedError> {
        self.tell(Command::Subscribe { track: track.into(), is_wanted }).await
    }

    /// Says at which size a video track is shown; 0 × 0: not at all, for now.
    pub async fn show(&self, track: &str, width: u32, height: u32) -> Result<(), ClosedError> {
        self.tell(Command::Show { track: track.into(), width, height }).await
    }

    /// Asks the server for one of LiveKit's test scenarios, for this participant alone.
    pub async fn simulate(&self, scenario: Scenario) -> Result<(), ClosedError> {
        self.tell(Command::Simulate(scenario)).await
    }

    /// Cuts the signalling connection without a word, as a network would. The participant comes
    /// back by itself.
    pub async fn cut(&self) -> Result<(), ClosedError> {
        self.tell(Command::Cut).await
    }

    /// Leaves, and returns when everything has ended.
    pub async fn leave(self) {
        if self.tell(Command::Leave).await.is_ok() {
            self.commands.closed().await;
        }
    }

    async fn publish(
        &self,
        name: &str,
        video: Option<VideoOptions>,
    ) -> Result<Track, PublishError> {
        let cid: Arc<str> = format!("cid-{:016x}", rand::random::<u64>()).into();
        let (done, answer) = oneshot::channel();
        let track = NewTrack { cid: Arc::clone(&cid), name: name.to_owned(), video, done };
        self.tell(Command::Publish(track)).await.map_err(|ClosedError| PublishError::Closed)?;
        let answer =
            tokio::time::timeout(PUBLISH_LIMIT, answer).await.map_err(|_| PublishError::Timeout)?;
        let sid = answer.map_err(|_| PublishError::Closed)??;
        Ok(Track { cid, sid, participant: self.clone() })
    }

    async fn tell(&self, command: Command) -> Result<(), ClosedError> {
        self.commands.send(command).await.map_err(|_| ClosedError)
    }
}

/// What audio and video tracks share.
#[derive(Debug)]
struct Track {
    cid: Arc<str>,
    sid: Arc<str>,
    participant: Participant,
}

impl Track {
    fn write(&self, written: Written) -> Result<(), ClosedError> {
        match self.participant.commands.try_send(Command::Write(written)) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.participant.counters.dropped();
                Ok(())
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(ClosedError),
        }
    }

    async fn unpublish(self) {
        // Who has left publishes nothing.
        let _left = self.participant.tell(Command::Unpublish(Arc::clone(&self.cid))).await;
    }
}

/// A published microphone.
#[derive(Debug)]
pub struct AudioTrack {
    track: Track,
    encoder: SpeechEncoder,
    waiting: Vec<i16>,
    time: u32,
}

impl AudioTrack {
    pub fn sid(&self) -> &str {
        &self.track.sid
    }

    /// Sends 48 kHz mono sound at once, in frames of 20 ms; what is left waits for the next call.
    /// The caller keeps the pace: see [`Self::play`].
    pub fn write_pcm(&mut self, pcm: &[i16]) -> Result<(), ClosedError> {
        self.waiting.extend_from_slice(pcm);
        let waiting = std::mem::take(&mut self.waiting);
        let mut frames = waiting.chunks_exact(FRAME_SAMPLES);
        for frame in &mut frames {
            if let Some(packet) = self.encoder.encode(frame) {
                self.write_opus(packet.into(), level_db(frame))?;
            }
        }
        self.waiting.extend_from_slice(frames.remainder());
        Ok(())
    }

    /// Sends one Opus frame of 20 ms.
    pub fn write_opus(&mut self, frame: Arc<[u8]>, level_db: i8) -> Result<(), ClosedError> {
        let cid = Arc::clone(&self.track.cid);
        let written = Written {
            cid,
            layer: 0,
            time: self.time,
            level_db: Some(level_db),
            marker: false,
            payload: frame,
        };
        self.time = self.time.wrapping_add(u32::try_from(FRAME_SAMPLES).unwrap_or(0));
        self.track.write(written)
    }

    /// Lets time pass without sending: the receiver hears silence.
    pub fn skip(&mut self, frames: u32) {
        let samples = u32::try_from(FRAME_SAMPLES).unwrap_or(0);
        self.time = self.time.wrapping_add(samples.wrapping_mul(frames));
    }

    /// Plays 48 kHz mono sound in real time and returns when it has been sent.
    pub async fn play(&mut self, pcm: &[i16]) -> Result<(), ClosedError> {
        let mut clock = tokio::time::interval(FRAME);
        for frame in pcm.chunks(FRAME_SAMPLES) {
            clock.tick().await;
            self.write_pcm(frame)?;
        }
        Ok(())
    }

    pub async fn mute(&self, is_muted: bool) -> Result<(), ClosedError> {
        self.track.participant.tell(Command::Mute(Arc::clone(&self.track.cid), is_muted)).await
    }

    pub async fn unpublish(self) {
        self.track.unpublish().await;
    }
}

/// A published camera.
#[derive(Debug)]
pub struct VideoTrack {
    track: Track,
    picture: u16,
}

impl VideoTrack {
    pub fn sid(&self) -> &str {
        &self.track.sid
    }

    /// Returns the name under which [`crate::Event::KeyFrameWanted`] speaks of this track.
    pub fn cid(&self) -> &str {
        &self.track.cid
    }

    /// Sends one VP8 frame of a layer (0 is the lowest); `time` is in 1/90,000 s.
    pub fn write_frame(
        &mut self,
        layer: usize,
        time: u32,
        frame: &[u8],
    ) -> Result<(), ClosedError> {
        let chunks = frame.chunks(PAYLOAD_BYTES_MAX);
        let last = chunks.len().saturating_sub(1);
        for (index, chunk) in chunks.enumerate() {
            let mut payload = descriptor(index == 0, self.picture).to_vec();
            payload.extend_from_slice(chunk);
            let cid = Arc::clone(&self.track.cid);
            let marker = index == last;
            self.track.write(Written {
                cid,
                layer,
                time,
                level_db: None,
                marker,
                payload: payload.into(),
            })?;
        }
        if layer == 0 {
            self.picture = self.picture.wrapping_add(1) & PICTURE_IDS;
        }
        Ok(())
    }

    pub async fn mute(&self, is_muted: bool) -> Result<(), ClosedError> {
        self.track.participant.tell(Command::Mute(Arc::clone(&self.track.cid), is_muted)).await
    }

    pub async fn unpublish(self) {
        self.track.unpublish().await;
    }
}

/// The VP8 payload descriptor (RFC 7741 §4.2) with a 15-bit picture id.
fn descriptor(is_start: bool, picture: u16) -> [u8; 4] {
    let [high, low] = (picture | 0x8000).to_be_bytes();
    [if is_start { 0x90 } else { 0x80 }, 0x80, high, low]
}

fn stream_id() -> String {
    format!("st-{:032x}", rand::random::<u128>())
}

/// What a participant has sent and received so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub packets_sent: u64,
    pub packets_received: u64,
    pub bytes_received: u64,
    /// Frames and events that were dropped since nobody took them in time.
    pub dropped: u64,
    pub resumes: u64,
    pub rejoins: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    packets_sent: AtomicU64,
    packets_received: AtomicU64,
    bytes_received: AtomicU64,
    dropped: AtomicU64,
    resumes: AtomicU64,
    rejoins: AtomicU64,
}

impl Counters {
    pub(crate) fn sent(&self) {
        self.packets_sent.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.packets_received.fetch_add(1, Ordering::Relaxed);
        self.bytes_received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn resumed(&self) {
        self.resumes.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn rejoined(&self) {
        self.rejoins.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> Stats {
        Stats {
            packets_sent: self.packets_sent.load(Ordering::Relaxed),
            packets_received: self.packets_received.load(Ordering::Relaxed),
            bytes_received: self.bytes_received.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            resumes: self.resumes.load(Ordering::Relaxed),
            rejoins: self.rejoins.load(Ordering::Relaxed),
        }
    }
}
