//! Puts a track's packets in order, waits a little for late ones, and says what was lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many packets may wait behind a missing one: 100 ms of sound.
const WAITING_MAX: usize = 5;

/// How long they may wait: a speaker who falls silent after a loss is heard to the end.
const WAIT_MAX: Duration = Duration::from_millis(120);

/// A gap larger than this is no loss: the sender began anew.
const JUMP: u64 = 500;

/// One packet of sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) time: u32,
    pub(crate) payload: Arc<[u8]>,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Packet(Arrived),
    /// So many packets did not arrive.
    Lost(u64),
}

#[derive(Debug, Default)]
pub(crate) struct Reorder {
    next: Option<u64>,
    /// Since when packets wait behind a missing one.
    waiting_since: Option<Instant>,
    waiting: BTreeMap<u64, Arrived>,
}

impl Reorder {
    /// Takes a packet and returns what is ready, in order.
    pub(crate) fn push(&mut self, sequence: u64, packet: Arrived, now: Instant) -> Vec<Next> {
        let next = *self.next.get_or_insert(sequence);
        if sequence < next {
            if next - sequence > JUMP {
                self.next = Some(sequence);
                self.waiting.clear();
            } else {
                return Vec::new();
            }
        }
        self.waiting.insert(sequence, packet);
        let ready = self.take(WAITING_MAX);
        self.waiting_since = match self.waiting_since {
            _ if self.waiting.is_empty() => None,
            Some(since) if ready.is_empty() => Some(since),
            Some(_) | None => Some(now),
        };
        ready
    }

    /// When packets have waited long enough.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.waiting_since.map(|since| since + WAIT_MAX)
    }

    /// Gives up what is missing, if it is time to.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Vec<Next> {
        if self.poll_timeout().is_none_or(|at| at > now) {
            return Vec::new();
        }
        self.waiting_since = None;
        self.take(0)
    }

    fn take(&mut self, waiting_max: usize) -> Vec<Next> {
        let mut ready = Vec::new();
        while let Some((&sequence, _)) = self.waiting.first_key_value() {
            let next = self.next.unwrap_or(sequence);
            if sequence > next {
                if self.waiting.len() <= waiting_max && sequence - next <= JUMP {
                    break;
                }
                if sequence - next <= JUMP {
                    ready.push(Next::Lost(sequence - next));
                }
            }
            if let Some((_, packet)) = self.waiting.pop_first() {
                ready.push(Next::Packet(packet));
            }
            self.next = Some(sequence + 1);
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_packet_is_put_in_its_place() {
        let (mut reorder, now) = started();

        assert_eq!(reorder.push(3, packet(3), now), []);
        let both = [Next::Packet(packet(2)), Next::Packet(packet(3))];
        assert_eq!(reorder.push(2, packet(2), now), both);
        assert_eq!(reorder.poll_timeout(), None);
    }

    #[test]
    fn a_lost_packet_is_given_up_after_five_more() {
        let (mut reorder, now) = started();
        for sequence in 3..=7 {
            assert_eq!(reorder.push(sequence, packet(sequence), now), []);
        }

        let ready = reorder.push(8, packet(8), now);

        assert_eq!(ready[0], Next::Lost(1));
        assert_eq!(ready.len(), 7);
    }

    #[test]
    fn a_lost_packet_is_given_up_when_nothing_follows() {
        let (mut reorder, now) = started();
        reorder.push(3, packet(3), now);
        let due = reorder.poll_timeout().expect("something waits");

        assert_eq!(reorder.handle_timeout(now), []);
        assert_eq!(reorder.handle_timeout(due), [Next::Lost(1), Next::Packet(packet(3))]);
        assert_eq!(reorder.poll_timeout(), None);
    }

    #[test]
    fn a_repeated_packet_is_dropped() {
        let (mut reorder, now) = started();

        assert_eq!(reorder.push(1, packet(1), now), []);
    }

    /// A track whose first packet has come.
    fn started() -> (Reorder, Instant) {
        let mut reorder = Reorder::default();
        let now = Instant::now();
        reorder.push(1, packet(1), now);
        (reorder, now)
    }

    fn packet(sequence: u64) -> Arrived {
        Arrived { time: u32::try_from(sequence).expect("small") * 960, payload: Arc::from([0]) }
    }
}
