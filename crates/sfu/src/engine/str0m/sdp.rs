//! What single peer connection mode needs of SDP besides str0m: reading an offer's m-lines, and
//! rewording the answer, in which str0m makes up stream names and answers every m-line that can
//! receive with `sendonly`.

use std::collections::BTreeMap;

use model::media::{Kind, Layer};

use crate::engine::{Label, Refused, Role, Section, SlotId};

/// An offer of sixty m-lines with three codecs has some 120 kB.
pub const OFFER_BYTES_MAX: usize = 256 * 1024;

/// str0m's cost grows with each m-line. 48 audio, 25 video, some that send, and data.
pub const SECTIONS_MAX: usize = 96;

/// What str0m keeps of a `mid`.
const MID_BYTES_MAX: usize = 16;

/// Reads the m-lines of an offer. `m=application` is passed over, but counts as a place.
pub fn sections(sdp: &str) -> Result<Vec<Section>, Refused> {
    if sdp.len() > OFFER_BYTES_MAX {
        return Err(Refused(format!("the offer is larger than {OFFER_BYTES_MAX} bytes")));
    }
    check_payload_types(sdp)?;
    let mut sections = Vec::new();
    for (place, part) in (0..).zip(parts(sdp).skip(1)) {
        if usize::from(place) >= SECTIONS_MAX {
            return Err(Refused(format!("the offer has more than {SECTIONS_MAX} m-lines")));
        }
        sections.extend(section(part, SlotId(place))?);
    }
    Ok(sections)
}

/// In a bundle a payload type has one meaning; str0m takes that for granted.
fn check_payload_types(sdp: &str) -> Result<(), Refused> {
    let mut meaning_by_name: BTreeMap<&str, &str> = BTreeMap::new();
    for line in sdp.lines() {
        let Some((name, meaning)) = line
            .strip_prefix("a=rtpmap:")
            .or_else(|| line.strip_prefix("a=fmtp:").filter(|fmtp| fmtp.contains("apt=")))
            .and_then(|_| line.split_once(' '))
        else {
            continue;
        };
        if meaning_by_name.insert(name, meaning).is_some_and(|before| before != meaning) {
            return Err(Refused("a payload type has two meanings".to_owned()));
        }
    }
    Ok(())
}

/// Leaves the candidates out: an ICE-lite end learns addresses from the checks it receives, and
/// a stranger could list thousands.
pub fn without_candidates(sdp: &str) -> String {
    let mut kept = String::with_capacity(sdp.len());
    for line in sdp.split_inclusive('\n') {
        if !line.starts_with("a=candidate:") && !line.starts_with("a=end-of-candidates") {
            kept.push_str(line);
        }
    }
    kept
}

/// Rewords str0m's answer: names the streams of the slots in use, makes the others `inactive`.
pub fn reword(answer: &str, sections: &[Section], carried: &[Label]) -> String {
    let label_by_mid: BTreeMap<&str, Option<&Label>> = sections
        .iter()
        .filter_map(|section| match section.role {
            Role::Receives(slot) => {
                Some((section.mid.as_str(), carried.iter().find(|label| label.slot == slot)))
            }
            Role::Sends { .. } | Role::Idle => None,
        })
        .collect();
    let mut out = String::with_capacity(answer.len());
    for part in parts(answer) {
        let mid = attribute(part, "mid:").unwrap_or_default();
        match label_by_mid.get(mid) {
            None => part.lines().for_each(|line| push(&mut out, &receive_only(line))),
            Some(None) => part.lines().filter_map(silent).for_each(|line| push(&mut out, line)),
            Some(Some(label)) => {
                part.lines().for_each(|line| push(&mut out, &named(line, label)));
            }
        }
    }
    out
}

/// The session part, then each media part, each beginning with its first line.
fn parts(sdp: &str) -> impl Iterator<Item = &str> {
    let mut rest = sdp;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find("\nm=").map_or(rest.len(), |at| at + 1);
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

fn section(part: &str, slot: SlotId) -> Result<Option<Section>, Refused> {
    let kind = match part.split(' ').next() {
        Some("m=audio") => Kind::Audio,
        Some("m=video") => Kind::Video,
        _ => return Ok(None),
    };
    let mid = attribute(part, "mid:").unwrap_or_default();
    if mid.is_empty() || mid.len() > MID_BYTES_MAX {
        return Err(Refused("an m-line has no mid, or one that is too long".to_owned()));
    }
    let role = if has(part, "recvonly") {
        Role::Receives(slot)
    } else if has(part, "inactive") {
        Role::Idle
    } else {
        Role::Sends {
            cid: cid(part).unwrap_or_default().to_owned(),
            mime: mime(part, kind),
            layers: layers(part),
        }
    };
    Ok(Some(Section { mid: mid.to_owned(), kind, role }))
}

fn attribute<'a>(part: &'a str, name: &str) -> Option<&'a str> {
    part.lines().find_map(|line| line.strip_prefix("a=")?.strip_prefix(name)).map(str::trim_end)
}

fn has(part: &str, flag: &str) -> bool {
    part.lines().any(|line| line.strip_prefix("a=").map(str::trim_end) == Some(flag))
}

fn cid(part: &str) -> Option<&str> {
    attribute(part, "msid:")?.split(' ').nth(1)
}

/// The first codec of the m-line that we forward.
fn mime(part: &str, kind: Kind) -> String {
    let order = part.lines().next().unwrap_or_default().split(' ').skip(3);
    let name_by_payload: BTreeMap<&str, &str> = part
        .lines()
        .filter_map(|line| line.strip_prefix("a=rtpmap:")?.split_once(' '))
        .map(|(payload, codec)| (payload, codec.split('/').next().unwrap_or_default()))
        .collect();
    let known = order
        .filter_map(|payload| name_by_payload.get(payload.trim_end()))
        .find(|name| ["opus", "vp8", "h264"].contains(&name.to_ascii_lowercase().as_str()));
    match (known, kind) {
        (Some(name), Kind::Audio) => format!("audio/{}", name.to_ascii_lowercase()),
        (Some(name), Kind::Video) => format!("video/{}", name.to_ascii_uppercase()),
        (None, Kind::Audio) => "audio/opus".to_owned(),
        (None, Kind::Video) => "video/VP8".to_owned(),
    }
}

fn layers(part: &str) -> Vec<Layer> {
    let mut layers: Vec<Layer> = part
        .lines()
        .filter_map(|line| line.strip_prefix("a=rid:"))
        .filter_map(|rid| layer(rid.split(' ').next()?))
        .collect();
    layers.sort_unstable();
    layers.dedup();
    if layers.is_empty() { vec![Layer::High] } else { layers }
}

/// The layer that LiveKit's clients call by this rid.
pub fn layer(rid: &str) -> Option<Layer> {
    match rid {
        "q" => Some(Layer::Low),
        "h" => Some(Layer::Medium),
        "f" => Some(Layer::High),
        _ => None,
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push_str("\r\n");
}

fn receive_only(line: &str) -> String {
    // An m-line on which the client sends carries nothing back.
    if line == "a=sendrecv" { "a=recvonly".to_owned() } else { line.to_owned() }
}

fn silent(line: &str) -> Option<&str> {
    match line {
        "a=sendonly" | "a=sendrecv" => Some("a=inactive"),
        _ if line.starts_with("a=ssrc") || line.starts_with("a=msid:") => None,
        _ => Some(line),
    }
}

fn named(line: &str, label: &Label) -> String {
    let Label { stream, track, .. } = label;
    if line.starts_with("a=msid:") {
        format!("a=msid:{stream} {track}")
    } else if line.starts_with("a=ssrc:")
        && let Some(at) = line.find(" msid:")
    {
        format!("{} msid:{stream} {track}", &line[..at])
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\na=mid:0\r\n\
        a=rtpmap:63 red/48000/2\r\na=rtpmap:111 opus/48000/2\r\na=sendonly\r\n\
        a=msid:- mic\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n\
        a=rid:q send\r\na=rid:f send\r\na=sendonly\r\na=msid:- cam\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:3\r\na=recvonly\r\na=candidate:1 1 udp\r\n";

    #[test]
    fn an_offers_sections_are_read_with_their_places() {
        let sections = sections(OFFER).expect("well formed");

        assert_eq!(
            sections,
            [
                Section {
                    mid: "0".to_owned(),
                    kind: Kind::Audio,
                    role: Role::Sends {
                        cid: "mic".to_owned(),
                        mime: "audio/opus".to_owned(),
                        layers: vec![Layer::High]
                    }
                },
                Section {
                    mid: "1".to_owned(),
                    kind: Kind::Video,
                    role: Role::Sends {
                        cid: "cam".to_owned(),
                        mime: "video/VP8".to_owned(),
                        layers: vec![Layer::Low, Layer::High]
                    }
                },
                Section { mid: "3".to_owned(), kind: Kind::Video, role: Role::Receives(SlotId(3)) },
            ]
        );
    }

    #[test]
    fn a_spare_slot_is_inactive_and_one_in_use_is_named() {
        let slots = "m=audio 9 X 111\r\na=mid:0\r\na=recvonly\r\nm=audio 9 X 111\r\na=mid:1\r\n\
            a=recvonly\r\n";
        let sections = sections(&format!("v=0\r\n{slots}")).expect("well formed");
        let answer = "v=0\r\nm=audio 9 X 111\r\na=mid:0\r\na=msid:x y\r\na=sendonly\r\n\
            a=ssrc:5 cname:c\r\na=ssrc:5 msid:x y\r\nm=audio 9 X 111\r\na=mid:1\r\na=msid:x z\r\n\
            a=sendonly\r\na=ssrc:6 cname:c\r\n";
        let label =
            Label { slot: SlotId(0), stream: "PA_1|TR_2".to_owned(), track: "TR_2".to_owned() };

        assert_eq!(
            reword(answer, &sections, &[label]),
            "v=0\r\nm=audio 9 X 111\r\na=mid:0\r\na=msid:PA_1|TR_2 TR_2\r\na=sendonly\r\n\
            a=ssrc:5 cname:c\r\na=ssrc:5 msid:PA_1|TR_2 TR_2\r\nm=audio 9 X 111\r\na=mid:1\r\n\
            a=inactive\r\n"
        );
    }

    #[test]
    fn candidates_of_an_offer_are_left_out() {
        assert!(!without_candidates(OFFER).contains("candidate"));
    }

    #[test]
    fn an_offer_that_begins_in_the_middle_of_nothing_has_no_sections() {
        assert_eq!(sections("\u{fffd}=0\n"), Ok(Vec::new()));
        assert_eq!(sections("\nm="), Ok(Vec::new()));
    }

    #[test]
    fn too_many_sections_are_refused() {
        let offer =
            "v=0\r\n".to_owned() + &"m=audio 9 X 111\r\na=mid:0\r\n".repeat(SECTIONS_MAX + 1);

        assert!(sections(&offer).is_err());
    }
}
