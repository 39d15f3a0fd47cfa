//! What is counted instead of logged: peers talk nonsense all day.

/// Something that happened, for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// A media packet came.
    PacketIn,
    /// A media packet was handed on, once per receiver.
    PacketOut,
    /// Dropped: it belongs to a muted track.
    Muted,
    /// Dropped: its m-line was not announced, or announced by nobody yet.
    Unclaimed,
    /// Dropped: from before the switch to this source, or seen already.
    Late,
    /// Dropped: nobody's datagram, or not sealed as it should be.
    Stray,
    /// Dropped: a datagram for a peer that is not here.
    Unknown,
    /// Dropped: a candidate that is none.
    BadCandidate,
    /// An offer was refused.
    BadOffer,
    /// A command named somebody or something that is not in the room.
    Misdirected,
    /// Dropped: a data message for a channel that is full, closed, or too slow.
    MessageDropped,
    /// A key frame was asked of a publisher.
    KeyFrameAsked,
    /// A subscriber was switched to another source.
    Switched,
}

impl Count {
    pub const ALL: [Self; 13] = [
        Self::PacketIn,
        Self::PacketOut,
        Self::Muted,
        Self::Unclaimed,
        Self::Late,
        Self::Stray,
        Self::Unknown,
        Self::BadCandidate,
        Self::BadOffer,
        Self::Misdirected,
        Self::MessageDropped,
        Self::KeyFrameAsked,
        Self::Switched,
    ];
}

/// How often each thing happened since the last time somebody looked.
#[derive(Clone, Debug, Default)]
pub struct Counts([u64; Count::ALL.len()]);

impl Counts {
    pub fn add(&mut self, count: Count) {
        self.add_many(count, 1);
    }

    pub fn add_many(&mut self, count: Count, n: u64) {
        self.0[count as usize] += n;
    }

    /// Returns what happened, and begins anew.
    pub fn take(&mut self) -> impl Iterator<Item = (Count, u64)> + use<> {
        let taken = std::mem::take(&mut self.0);
        Count::ALL
            .into_iter()
            .map(move |count| (count, taken[count as usize]))
            .filter(|of| of.1 > 0)
    }
}
