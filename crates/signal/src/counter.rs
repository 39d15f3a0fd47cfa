//! What is counted instead of logged: nonsense, and what is refused.

/// One thing that happened. Peers talk nonsense all day, so it is a number and not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// A data channel message that is no packet, or larger than allowed.
    MalformedData,
    /// A reliable packet that had arrived before.
    RepeatedData,
    /// A packet of a kind, or from somebody, that is not allowed.
    ForbiddenData,
    /// A transcription stream from somebody who may not write one, or in another's name.
    ForgedCaption,
    /// A transcription that does not carry our attributes: passed on, not recorded.
    ForeignCaption,
    /// More data in a short time than one participant may send to everybody.
    TooMuchData,
    /// More text streams at once, or longer ones, than allowed.
    OversizedStream,
    /// A request for a track that is not there or not theirs.
    UnknownTrack,
    /// A request this server does not know.
    UnsupportedRequest,
    /// A request that the token does not allow or that exceeds a limit.
    RefusedRequest,
    /// An SDP offer that media could not use.
    RefusedOffer,
    /// A request or event for somebody who has left.
    Stray,
    /// Somebody was not let in since the room is full.
    RoomFull,
    /// A second entry with the same identity replaced the first.
    DuplicateIdentity,
    /// Somebody came back with a resume.
    Resumed,
    /// A resume that was not possible; the client joins again.
    ResumeRefused,
    /// Somebody who never connected their media.
    NeverConnected,
    /// Somebody whose connection was lost and did not come back.
    TimedOut,
}

impl Count {
    /// Returns the name under which this is counted.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MalformedData => "malformed_data",
            Self::RepeatedData => "repeated_data",
            Self::ForbiddenData => "forbidden_data",
            Self::ForgedCaption => "forged_caption",
            Self::ForeignCaption => "foreign_caption",
            Self::TooMuchData => "too_much_data",
            Self::OversizedStream => "oversized_stream",
            Self::UnknownTrack => "unknown_track",
            Self::UnsupportedRequest => "unsupported_request",
            Self::RefusedRequest => "refused_request",
            Self::RefusedOffer => "refused_offer",
            Self::Stray => "stray",
            Self::RoomFull => "room_full",
            Self::DuplicateIdentity => "duplicate_identity",
            Self::Resumed => "resumed",
            Self::ResumeRefused => "resume_refused",
            Self::NeverConnected => "never_connected",
            Self::TimedOut => "timed_out",
        }
    }
}
