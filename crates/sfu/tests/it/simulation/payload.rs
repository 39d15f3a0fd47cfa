//! What the clients send: payloads that say where they come from.

use model::media::{Kind, Layer};

/// The last bytes of each payload.
const TAG: usize = 19;

/// A codec's own form of the first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Opus,
    Vp8,
    H264,
}

impl Form {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Opus => Kind::Audio,
            Self::Vp8 | Self::H264 => Kind::Video,
        }
    }
}

/// Which packet it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tag {
    /// The publication's number: one m-line of one client.
    pub(crate) number: u32,
    pub(crate) layer: Layer,
    pub(crate) frame: u32,
    pub(crate) index: u8,
    pub(crate) of: u8,
    pub(crate) is_key: bool,
    pub(crate) sent_ms: u32,
}

impl Tag {
    /// Whether a decoder can begin here.
    pub(crate) fn begins(&self, form: Form) -> bool {
        form == Form::Opus || (self.is_key && self.index == 0)
    }

    /// Whether `next` is what follows in the same stream.
    pub(crate) fn is_followed_by(&self, next: &Self) -> bool {
        let is_same = (self.number, self.layer) == (next.number, next.layer);
        let within = self.frame == next.frame && self.index + 1 == next.index;
        let after = self.frame + 1 == next.frame && self.index + 1 == self.of && next.index == 0;
        is_same && (within || after)
    }

    pub(crate) fn write(&self, form: Form) -> Vec<u8> {
        let mut bytes = match form {
            Form::Opus => vec![0x78],
            Form::H264 if self.begins(form) => vec![0x67],
            Form::H264 => vec![0x41],
            Form::Vp8 => {
                let picture = u16::try_from(self.frame & 0x7fff).expect("15 bits");
                let [high, low] = (picture | 0x8000).to_be_bytes();
                let first = if self.index == 0 { 0x90 } else { 0x80 };
                let is_inter = u8::from(!self.begins(form));
                vec![first, 0xe0, high, low, low, 0x20, is_inter]
            }
        };
        bytes.resize(self.size(), self.filling());
        bytes.extend(self.number.to_be_bytes());
        bytes.push(self.layer as u8);
        bytes.extend(self.frame.to_be_bytes());
        bytes.extend([self.index, self.of, u8::from(self.is_key)]);
        bytes.extend(self.sent_ms.to_be_bytes());
        bytes.extend(b"END");
        bytes
    }

    /// Reads a payload; `None` if it is not one of ours, byte for byte.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let (body, tag) = payload.split_last_chunk::<TAG>()?;
        let word = |at: usize| Some(u32::from_be_bytes(tag.get(at..at + 4)?.try_into().ok()?));
        let found = Self {
            number: word(0)?,
            layer: *[Layer::Low, Layer::Medium, Layer::High].get(usize::from(tag[4]))?,
            frame: word(5)?,
            index: tag[9],
            of: tag[10],
            is_key: tag[11] == 1,
            sent_ms: word(12)?,
        };
        let is_whole = tag.ends_with(b"END")
            && body.len() == found.size()
            && body[7..].iter().all(|byte| *byte == found.filling());
        is_whole.then_some(found)
    }

    fn filling(&self) -> u8 {
        u8::try_from((self.frame * 31 + u32::from(self.index)) % 251).expect("below 251")
    }

    fn size(&self) -> usize {
        // Long frames are those of a real picture.
        let is_long = self.of > 3;
        if is_long { 1000 } else { 40 + 20 * self.layer as usize + usize::from(self.index) }
    }
}
