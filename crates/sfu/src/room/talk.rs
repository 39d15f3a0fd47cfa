//! Data channels: messages that wait until they can be sent.

use std::time::Instant;

use model::id::ParticipantId;
use model::media::{DataChannel, Event};

use super::Room;
use crate::count::Count;
use crate::engine::{Engine, Sent};

impl<E: Engine> Room<E> {
    pub(super) fn send(
        &mut self,
        engine: &mut E,
        to: &[ParticipantId],
        channel: DataChannel,
        message: &[u8],
        now: Instant,
    ) {
        for participant in to {
            let Some(member) = self.members.get_mut(participant) else {
                self.counts.add(Count::Misdirected);
                continue;
            };
            let sent = if channel == DataChannel::Reliable && !member.backlog.is_empty() {
                Sent::NotYet
            } else {
                engine.send(member.peer, channel, message, now)
            };
            let is_kept = match (sent, channel) {
                (Sent::Yes, _) => true,
                (Sent::NotYet, DataChannel::Reliable) => member.backlog.push(message.to_vec()),
                (Sent::NotYet, DataChannel::Lossy) | (Sent::Never, _) => false,
            };
            if !is_kept {
                self.counts.add(Count::MessageDropped);
            }
        }
    }

    pub(super) fn send_backlog(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        now: Instant,
    ) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        while let Some(message) = member.backlog.front() {
            match engine.send(member.peer, DataChannel::Reliable, message, now) {
                Sent::NotYet => return,
                Sent::Never => self.counts.add(Count::MessageDropped),
                Sent::Yes => {}
            }
            member.backlog.pop();
        }
    }

    pub(super) fn channel_open(
        &mut self,
        engine: &mut E,
        participant: ParticipantId,
        channel: DataChannel,
        now: Instant,
    ) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        let before = member.open_channels;
        match channel {
            DataChannel::Reliable => member.open_channels.reliable = true,
            DataChannel::Lossy => member.open_channels.lossy = true,
        }
        let was_open = before.reliable && before.lossy;
        if member.open_channels.reliable && member.open_channels.lossy && !was_open {
            self.events.push_back(Event::ChannelsOpen { peer: participant });
        }
        self.send_backlog(engine, participant, now);
    }
}
