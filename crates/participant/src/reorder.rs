//! Puts a track's packets in order, waits a little for late ones, and says what was lost.

use std::collections::BTreeMap;
use std::sync::Arc;

/// How many packets may wait behind a missing one: 100 ms of sound.
const WAITING_MAX: usize = 5;

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
    waiting: BTreeMap<u64, Arrived>,
}

impl Reorder {
    /// Takes a packet and returns what is ready, in order.
    pub(crate) fn push(&mut self, sequence: u64, packet: Arrived) -> Vec<Next> {
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
        self.take()
    }

    fn take(&mut self) -> Vec<Next> {
        let mut ready = Vec::new();
        while let Some((&sequence, _)) = self.waiting.first_key_value() {
            let next = self.next.unwrap_or(sequence);
            if sequence > next {
                if self.waiting.len() <= WAITING_MAX && sequence - next <= JUMP {
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
        let mut reorder = Reorder::default();
        reorder.push(1, packet(1));

        assert_eq!(reorder.push(3, packet(3)), []);
        assert_eq!(reorder.push(2, packet(2)), [Next::Packet(packet(2)), Next::Packet(packet(3))]);
    }

    #[test]
    fn a_lost_packet_is_given_up_after_five_more() {
        let mut reorder = Reorder::default();
        reorder.push(1, packet(1));
        for sequence in 3..=7 {
            assert_eq!(reorder.push(sequence, packet(sequence)), []);
        }

        let ready = reorder.push(8, packet(8));

        assert_eq!(ready[0], Next::Lost(1));
        assert_eq!(ready.len(), 7);
    }

    #[test]
    fn a_repeated_packet_is_dropped() {
        let mut reorder = Reorder::default();
        reorder.push(1, packet(1));

        assert_eq!(reorder.push(1, packet(1)), []);
    }

    fn packet(sequence: u64) -> Arrived {
        Arrived { time: u32::try_from(sequence).expect("small") * 960, payload: Arc::from([0]) }
    }
}
