//! Messages on the data channels: stamped with their sender, passed on, kept for who resumes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use model::Timestamp;
use model::caption::Caption;
use model::id::ParticipantId;
use model::media::{Command, DataChannel};

use super::{Output, Room};
use crate::caption::{AUTHOR, AUTHOR_SPEAKER, SPEAKER, TRANSCRIPTION_TOPIC, caption_of};
use crate::counter::Count;
use crate::packet::{self, StreamError, TextReader};
use crate::protocol::data_packet::{Kind, Value};
use crate::protocol::data_stream::{Header, Trailer};
use crate::protocol::{DataChannelReceiveState, DataPacket};
use crate::token::TokenKind;

/// What a resumed client may have missed. LiveKit keeps 2 s; a resume of ours takes up to 3 s to
/// be noticed and some to happen.
const REPLAYED_FOR: Duration = Duration::from_secs(10);
const REPLAYED_MAX: usize = 1_024;
const REPLAYED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How many identities one message may name, and how many refused streams are remembered.
const DESTINATIONS_MAX: usize = 256;
const REFUSED_MAX: usize = 64;

/// What one participant may send a second, and at once. Everything is multiplied by the number of
/// people in the room; a burst is a long text or a picture, not a film.
const BYTES_PER_SECOND: u64 = 1024 * 1024;
const BURST_BYTES: u64 = 8 * 1024 * 1024;

/// What one participant has sent lately: fills with each message, and drains with time.
#[derive(Debug, Default)]
pub(super) struct Flow {
    level: u64,
    at: Option<Timestamp>,
}

impl Flow {
    /// Returns whether so many bytes more may pass.
    fn admit(&mut self, bytes: usize, now: Timestamp) -> bool {
        let since = self.at.replace(now).map_or(0, |at| now.since(at).as_millis());
        let drained =
            u64::try_from(since).unwrap_or(u64::MAX).saturating_mul(BYTES_PER_SECOND) / 1_000;
        self.level = self.level.saturating_sub(drained);
        let level = self.level.saturating_add(bytes as u64);
        if level > BURST_BYTES {
            return false;
        }
        self.level = level;
        true
    }
}

/// The transcription streams that one sender has begun.
#[derive(Debug, Default)]
pub(super) struct Streams {
    reader: TextReader,
    /// Streams whose header was dropped: what follows of them is dropped too.
    refused: BTreeSet<String>,
}

/// Reliable messages of the last seconds.
#[derive(Debug, Default)]
pub(super) struct Replay {
    kept: VecDeque<Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    at: Timestamp,
    from: ParticipantId,
    sequence: u32,
    destinations: Vec<String>,
    message: Vec<u8>,
}

impl Replay {
    fn keep(&mut self, kept: Kept) {
        let now = kept.at;
        self.bytes += kept.message.len();
        self.kept.push_back(kept);
        while let Some(oldest) = self.kept.front() {
            let is_over = self.kept.len() > REPLAYED_MAX || self.bytes > REPLAYED_BYTES_MAX;
            if !is_over && oldest.at + REPLAYED_FOR >= now {
                break;
            }
            self.bytes -= oldest.message.len();
            self.kept.pop_front();
        }
    }
}

impl Room {
    /// One message of somebody: stamps it and passes it on, or counts why not.
    pub(super) fn message(
        &mut self,
        from: ParticipantId,
        channel: DataChannel,
        message: &[u8],
        now: Timestamp,
    ) {
        let Some(person) = self.person_by_id.get_mut(&from) else {
            return self.count(Count::Stray);
        };
        if !person.flow.admit(message.len(), now) {
            return self.count(Count::TooMuchData);
        }
        let Ok(mut packet) = packet::read(message) else { return self.count(Count::MalformedData) };
        if !person.grants.can_publish_data || packet.destination_identities.len() > DESTINATIONS_MAX
        {
            return self.count(Count::ForbiddenData);
        }
        if channel == DataChannel::Reliable && packet.sequence > 0 {
            if packet.sequence <= person.last_sequence {
                return self.count(Count::RepeatedData);
            }
            person.last_sequence = packet.sequence;
        }
        if let Err(count) = self.admit(from, &packet) {
            return self.count(count);
        }
        self.stamp(from, channel, &mut packet);
        self.relay(from, channel, &packet, now);
        if let Some(Value::StreamTrailer(trailer)) = packet.value {
            self.finish_caption(from, trailer);
        }
    }

    /// Sends again what somebody may have missed, by what they received last from each sender.
    pub(super) fn replay_to(&mut self, id: ParticipantId, received: &[DataChannelReceiveState]) {
        let Some(person) = self.person_by_id.get(&id) else { return };
        let last_by_sender: BTreeMap<ParticipantId, u32> = received
            .iter()
            .take(super::PEOPLE_MAX)
            .filter_map(|state| Some((state.publisher_sid.parse().ok()?, state.last_seq)))
            .collect();
        let identity = person.info.identity.clone();
        let missed: Vec<Vec<u8>> = self
            .replay
            .kept
            .iter()
            .filter(|kept| {
                kept.from != id
                    && (kept.destinations.is_empty() || kept.destinations.contains(&identity))
            })
            .filter(|kept| last_by_sender.get(&kept.from).is_some_and(|last| kept.sequence > *last))
            .map(|kept| kept.message.clone())
            .collect();
        for message in missed {
            self.command(Command::Send { to: vec![id], channel: DataChannel::Reliable, message });
        }
    }

    /// Whether a packet may pass, by its kind and its sender.
    #[expect(deprecated, reason = "an old kind that must not pass")]
    fn admit(&mut self, from: ParticipantId, packet: &DataPacket) -> Result<(), Count> {
        match &packet.value {
            Some(Value::StreamHeader(header)) if header.topic == TRANSCRIPTION_TOPIC => {
                self.admit_caption(from, header)
            }
            Some(Value::StreamChunk(chunk)) => {
                let streams = self.streams(from)?;
                if streams.refused.contains(&chunk.stream_id) {
                    return Err(Count::ForgedCaption);
                }
                streams.reader.chunk(chunk).map_err(|_| Count::OversizedStream)
            }
            Some(Value::StreamTrailer(trailer)) => {
                let streams = self.streams(from)?;
                if streams.refused.remove(&trailer.stream_id) {
                    Err(Count::ForgedCaption)
                } else {
                    Ok(())
                }
            }
            // Captions in LiveKit's older form.
            Some(Value::Transcription(_)) if !self.is_agent(from) => Err(Count::ForgedCaption),
            // Who speaks is the server's to say.
            Some(Value::Speaker(_)) | None => Err(Count::ForbiddenData),
            Some(
                Value::User(_)
                | Value::SipDtmf(_)
                | Value::Transcription(_)
                | Value::Metrics(_)
                | Value::ChatMessage(_)
                | Value::RpcRequest(_)
                | Value::RpcAck(_)
                | Value::RpcResponse(_)
                | Value::StreamHeader(_)
                | Value::EncryptedPacket(_),
            ) => Ok(()),
        }
    }

    /// Agents may caption anybody; others only type their own words.
    fn admit_caption(&mut self, from: ParticipantId, header: &Header) -> Result<(), Count> {
        let is_agent = self.is_agent(from);
        let identity = self.person_by_id.get(&from).map(|person| person.info.identity.clone());
        let streams = self.streams(from)?;
        let is_own = header.attributes.get(AUTHOR).is_some_and(|author| author == AUTHOR_SPEAKER)
            && header.attributes.get(SPEAKER) == identity.as_ref();
        let refusal = if !is_agent && !is_own {
            Count::ForgedCaption
        } else {
            match streams.reader.header(header.clone()) {
                Ok(()) => return Ok(()),
                Err(StreamError::TooMany | StreamError::TooLong | StreamError::Malformed) => {
                    Count::OversizedStream
                }
            }
        };
        if streams.refused.len() >= REFUSED_MAX {
            streams.refused.pop_first();
        }
        streams.refused.insert(header.stream_id.clone());
        Err(refusal)
    }

    fn finish_caption(&mut self, from: ParticipantId, trailer: Trailer) {
        let Ok(streams) = self.streams(from) else { return };
        if !streams.reader.is_open(&trailer.stream_id) {
            return;
        }
        match streams.reader.trailer(trailer) {
            Ok(Some(text)) => match caption_of(&text) {
                Some(caption) => self.take_caption(from, caption),
                None => self.count(Count::ForeignCaption),
            },
            Ok(None) => {}
            Err(_) => self.count(Count::OversizedStream),
        }
    }

    /// Segments are numbered by whoever makes them. Who types their own words gets numbers of
    /// their own in the record, so that they cannot write over what somebody else has said.
    fn take_caption(&mut self, from: ParticipantId, mut caption: Caption) {
        let Some(person) = self.person_by_id.get(&from) else { return };
        if person.kind != TokenKind::Agent {
            caption.segment = format!("{}/{}", person.info.identity, caption.segment);
        }
        self.out.push_back(Output::Caption(caption));
    }

    #[expect(deprecated, reason = "clients of today read the old fields too")]
    fn stamp(&mut self, from: ParticipantId, channel: DataChannel, packet: &mut DataPacket) {
        let is_agent = self.is_agent(from);
        let Some(person) = self.person_by_id.get(&from) else { return };
        packet.participant_sid.clone_from(&person.info.sid);
        // An agent may speak for somebody who is here; sequence numbers stay its own.
        let speaks_for_another =
            is_agent && self.id_by_identity.contains_key(&packet.participant_identity);
        if !speaks_for_another {
            packet.participant_identity.clone_from(&person.info.identity);
        }
        packet.kind = match channel {
            DataChannel::Reliable => Kind::Reliable.into(),
            DataChannel::Lossy => Kind::Lossy.into(),
        };
        if let Some(Value::User(user)) = &mut packet.value {
            user.participant_sid.clone_from(&packet.participant_sid);
            user.participant_identity.clone_from(&packet.participant_identity);
        }
    }

    fn relay(
        &mut self,
        from: ParticipantId,
        channel: DataChannel,
        packet: &DataPacket,
        now: Timestamp,
    ) {
        let destinations = &packet.destination_identities;
        let is_meant =
            |identity: &String| destinations.is_empty() || destinations.contains(identity);
        let to: Vec<ParticipantId> = self
            .person_by_id
            .values()
            .filter(|other| other.id != from && is_meant(&other.info.identity))
            .map(|other| other.id)
            .collect();
        let message = packet::write(packet);
        if channel == DataChannel::Reliable && packet.sequence > 0 {
            self.replay.keep(Kept {
                at: now,
                from,
                sequence: packet.sequence,
                destinations: destinations.clone(),
                message: message.clone(),
            });
        }
        if !to.is_empty() {
            self.command(Command::Send { to, channel, message });
        }
    }

    fn streams(&mut self, from: ParticipantId) -> Result<&mut Streams, Count> {
        self.person_by_id.get_mut(&from).map(|person| &mut person.streams).ok_or(Count::Stray)
    }
}
