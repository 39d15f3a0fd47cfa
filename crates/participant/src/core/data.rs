//! The two data channels: packets and text streams, out and in.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use model::Timestamp;
use model::media::DataChannel;
use signal::packet::{self, Text, TextReader};
use signal::protocol::data_packet::Value;
use signal::protocol::{DataChannelReceiveState, DataPacket};
use str0m::channel::ChannelId;

use super::Core;
use crate::event::Event;

/// Reliable messages that are kept to be sent again after a resume, and those that wait for the
/// channel. Beyond this a server has not listened for minutes.
const UNACKNOWLEDGED_MAX: usize = 1_024;
const BACKLOG_MAX: usize = 4_096;

#[derive(Debug, Default)]
pub(super) struct Channels {
    reliable: Option<ChannelId>,
    lossy: Option<ChannelId>,
    sequence: u32,
    sent: VecDeque<(u32, Vec<u8>)>,
    backlog: VecDeque<Vec<u8>>,
    /// Of the last reliable packet of each sender.
    sequence_by_sender: BTreeMap<Arc<str>, u32>,
    texts_by_sender: BTreeMap<Arc<str>, TextReader>,
}

impl Channels {
    pub(super) fn are_open(&self) -> bool {
        self.reliable.is_some() && self.lossy.is_some()
    }

    pub(super) fn open(&mut self, id: ChannelId, label: &str) {
        match label {
            "_reliable" => self.reliable = Some(id),
            "_lossy" => self.lossy = Some(id),
            _ => {}
        }
    }

    pub(super) fn received(&self) -> Vec<DataChannelReceiveState> {
        let state = |(sender, last_seq): (&Arc<str>, &u32)| DataChannelReceiveState {
            publisher_sid: sender.to_string(),
            last_seq: *last_seq,
        };
        self.sequence_by_sender.iter().map(state).collect()
    }

    /// Queues again what the server has not had before the connection was cut.
    pub(super) fn resend_after(&mut self, last: u32) {
        while self.sent.front().is_some_and(|(sequence, _)| *sequence <= last) {
            self.sent.pop_front();
        }
        self.backlog = self.sent.iter().map(|(_, message)| message.clone()).collect();
    }

    pub(super) fn forget(&mut self, sender: &str) {
        self.sequence_by_sender.remove(sender);
        self.texts_by_sender.remove(sender);
    }
}

impl Core {
    /// Sends one packet. False if so much waits already that the server must be gone.
    pub(crate) fn send(&mut self, value: Value, channel: DataChannel, to: &[String]) -> bool {
        let mut packet = DataPacket {
            participant_identity: self.identity.to_string(),
            destination_identities: to.to_vec(),
            value: Some(value),
            ..Default::default()
        };
        match channel {
            DataChannel::Lossy => {
                let message = packet::write(&packet);
                self.write_message(self.channels.lossy, &message);
                true
            }
            DataChannel::Reliable => {
                if self.channels.backlog.len() >= BACKLOG_MAX {
                    return false;
                }
                self.channels.sequence += 1;
                packet.sequence = self.channels.sequence;
                let message = packet::write(&packet);
                self.channels.sent.push_back((packet.sequence, message.clone()));
                if self.channels.sent.len() > UNACKNOWLEDGED_MAX {
                    self.channels.sent.pop_front();
                }
                self.channels.backlog.push_back(message);
                self.flush_data();
                true
            }
        }
    }

    /// Sends a whole text as a stream.
    pub(crate) fn send_text(&mut self, text: &Text, to: &[String], now: Timestamp) -> bool {
        let packets = packet::write_text(text, now);
        packets.into_iter().all(|value| self.send(value, DataChannel::Reliable, to))
    }

    pub(super) fn flush_data(&mut self) {
        while let Some(message) = self.channels.backlog.pop_front() {
            if !self.write_message(self.channels.reliable, &message) {
                self.channels.backlog.push_front(message);
                return;
            }
        }
    }

    pub(super) fn handle_data(&mut self, message: &[u8]) {
        let Ok(packet) = packet::read(message) else { return };
        let sender: Arc<str> = packet.participant_sid.into();
        if packet.sequence > 0 {
            let last = self.channels.sequence_by_sender.entry(Arc::clone(&sender)).or_default();
            if packet.sequence <= *last {
                return;
            }
            *last = packet.sequence;
        }
        let from: Arc<str> = packet.participant_identity.into();
        let Some(value) = packet.value else { return };
        self.handle_value(&sender, from, value);
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "kinds of packets that this client does not use"
    )]
    fn handle_value(&mut self, sender: &Arc<str>, from: Arc<str>, value: Value) {
        match value {
            Value::User(user) => {
                let topic = user.topic.unwrap_or_default();
                self.events.push_back(Event::Data { from, topic, payload: user.payload });
            }
            Value::StreamHeader(header) => {
                let texts = self.channels.texts_by_sender.entry(Arc::clone(sender)).or_default();
                if let Err(error) = texts.header(header) {
                    tracing::debug!(%error, "a text stream is passed over");
                }
            }
            Value::StreamChunk(chunk) => {
                if let Some(texts) = self.channels.texts_by_sender.get_mut(sender)
                    && let Err(error) = texts.chunk(&chunk)
                {
                    tracing::debug!(%error, "a text stream is given up");
                }
            }
            Value::StreamTrailer(trailer) => {
                let texts = self.channels.texts_by_sender.get_mut(sender);
                if let Some(Ok(Some(text))) = texts.map(|texts| texts.trailer(trailer)) {
                    self.events.push_back(Event::Text { from, text });
                }
            }
            _ => {}
        }
    }

    fn write_message(&mut self, channel: Option<ChannelId>, message: &[u8]) -> bool {
        let Some(mut channel) = channel.and_then(|id| self.rtc.channel(id)) else { return false };
        let is_taken = channel.write(true, message).unwrap_or(false);
        self.is_touched = true;
        is_taken
    }
}
