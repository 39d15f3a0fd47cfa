//! Offers and answers. One offer is out at a time; what is wanted meanwhile goes into the next.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use signal::protocol::signal_request::Message as Request;
use signal::protocol::{
    DataChannelInfo, MediaSectionsRequirement, SessionDescription, SyncState, UpdateSubscription,
};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, Reliability};
use str0m::media::{Direction, MediaKind, Mid, Simulcast, SimulcastLayer};

use super::publication::RIDS;
use super::{Core, Wish};
use crate::event::Event;

/// As many m-lines as a room can need here; a server that asks for more is mistaken.
const SLOTS_MAX: usize = 512;

#[derive(Debug, Default)]
pub(super) struct Negotiation {
    pending: Option<(SdpPendingOffer, Instant)>,
    offer_id: u32,
    last_offer: String,
    last_answer: String,
    slots: Vec<Mid>,
    pub(super) want: Want,
    pub(super) remote_addresses: BTreeSet<IpAddr>,
}

#[derive(Debug, Default)]
pub(super) struct Want {
    pub(super) audio: u32,
    pub(super) video: u32,
    /// Offer even without a change.
    again: bool,
    restart: bool,
    pub(super) publish: Vec<Arc<str>>,
    pub(super) unpublish: Vec<Mid>,
}

impl Want {
    fn is_something(&self) -> bool {
        self.audio + self.video > 0
            || self.again
            || self.restart
            || !self.publish.is_empty()
            || !self.unpublish.is_empty()
    }
}

impl Negotiation {
    pub(super) fn offered_at(&self) -> Option<Instant> {
        self.pending.as_ref().map(|(_, at)| *at)
    }
}

impl Core {
    pub(super) fn negotiate(&mut self, now: Instant) {
        if let Some(offer) = self.make_offer(now) {
            self.ask(Request::Offer(offer));
        }
    }

    pub(super) fn add_sections(&mut self, need: MediaSectionsRequirement, now: Instant) {
        self.negotiation.want.audio += need.num_audios;
        self.negotiation.want.video += need.num_videos;
        self.negotiation.want.again = true;
        self.negotiate(now);
    }

    /// After a resume. An offer whose answer was lost goes out again as it was: the server may
    /// have applied it, and to drop it would lose m-lines that the server has.
    pub(super) fn offer_again(&mut self, now: Instant) {
        if let Some((pending, _)) = self.negotiation.pending.take() {
            self.negotiation.pending = Some((pending, now));
            let sdp = self.negotiation.last_offer.clone();
            self.ask(Request::Offer(offer(sdp, self.negotiation.offer_id)));
        }
        self.negotiation.want.restart = true;
        self.negotiate(now);
    }

    pub(super) fn restart_ice(&mut self, now: Instant) {
        self.negotiation.want.restart = true;
        self.negotiate(now);
    }

    /// Returns the next offer, unless one is out already or nothing is wanted.
    pub(super) fn make_offer(&mut self, now: Instant) -> Option<SessionDescription> {
        if self.negotiation.pending.is_some() {
            return None;
        }
        let want = std::mem::take(&mut self.negotiation.want);
        let is_first = self.negotiation.offer_id == 0;
        let idle = self.idle_slots();
        let simulcasts = self.simulcasts(&want.publish);
        let toggled = self.negotiation.slots.first().copied();
        let toggled = toggled.and_then(|mid| Some((mid, self.rtc.media(mid)?.direction())));
        let mut api = self.rtc.sdp_api();
        if is_first {
            api.add_channel_with_config(channel("_lossy"));
            api.add_channel_with_config(channel("_reliable"));
        }
        let kinds = [(want.audio, MediaKind::Audio), (want.video, MediaKind::Video)];
        for (count, kind) in kinds {
            for _ in 0..count {
                if self.negotiation.slots.len() < SLOTS_MAX {
                    self.negotiation.slots.push(api.add_media(
                        kind,
                        Direction::RecvOnly,
                        None,
                        None,
                        None,
                    ));
                }
            }
        }
        // str0m offers what was negotiated: a spare slot that was answered `inactive` would stay so.
        for mid in idle {
            api.set_direction(mid, Direction::RecvOnly);
        }
        for mid in want.unpublish {
            api.set_direction(mid, Direction::Inactive);
        }
        let mut taken = Vec::new();
        for (cid, kind, simulcast) in simulcasts {
            let name = cid.to_string();
            let mid =
                api.add_media(kind, Direction::SendOnly, Some(name.clone()), Some(name), simulcast);
            taken.push((cid, mid));
        }
        if want.restart && !is_first {
            api.ice_restart(true);
        }
        if want.again && !api.has_changes() {
            // Without a change there is no offer: one direction is turned there and back.
            if let Some((mid, direction)) = toggled {
                let other = if direction == Direction::Inactive {
                    Direction::RecvOnly
                } else {
                    Direction::Inactive
                };
                api.set_direction(mid, other);
                api.set_direction(mid, direction);
            }
        }
        let (sdp, pending) = api.apply()?;
        for (cid, mid) in taken {
            if let Some(publication) = self.publication_by_cid.get_mut(&cid) {
                publication.mid = Some(mid);
            }
        }
        self.is_touched = true;
        self.negotiation.offer_id += 1;
        self.negotiation.last_offer = sdp.to_sdp_string();
        self.negotiation.pending = Some((pending, now));
        Some(offer(self.negotiation.last_offer.clone(), self.negotiation.offer_id))
    }

    pub(super) fn handle_answer(&mut self, answer: SessionDescription, now: Instant) {
        if answer.id != 0 && answer.id != self.negotiation.offer_id {
            return;
        }
        let Some((pending, _)) = self.negotiation.pending.take() else { return };
        let accepted = SdpAnswer::from_sdp_string(&answer.sdp)
            .map_err(|error| error.to_string())
            .and_then(|sdp| {
                self.rtc.sdp_api().accept_answer(pending, sdp).map_err(|error| error.to_string())
            });
        if let Err(error) = accepted {
            tracing::warn!(error, "an answer cannot be used; joining again");
            self.wish = Wish::Rejoin;
            return;
        }
        self.is_touched = true;
        self.negotiation.remote_addresses = addresses(&answer.sdp);
        self.negotiation.last_answer = answer.sdp;
        let tracks = answer.mid_to_track_id.into_iter().collect();
        self.remap(&tracks);
        if self.negotiation.want.is_something() {
            self.negotiate(now);
        }
    }

    /// What the server is told after a resume.
    pub(super) fn sync_state(&self) -> SyncState {
        let id = self.negotiation.offer_id;
        let labels = ["_lossy", "_reliable"].into_iter().enumerate();
        SyncState {
            offer: Some(offer(self.negotiation.last_offer.clone(), id)),
            answer: Some(SessionDescription {
                r#type: "answer".to_owned(),
                sdp: self.negotiation.last_answer.clone(),
                id,
                ..Default::default()
            }),
            subscription: Some(UpdateSubscription {
                subscribe: !self.options.auto_subscribe,
                ..Default::default()
            }),
            publish_tracks: self
                .publication_by_cid
                .values()
                .filter_map(|publication| publication.published.clone())
                .collect(),
            data_channels: labels
                .map(|(id, label)| DataChannelInfo {
                    label: label.to_owned(),
                    id: u32::try_from(id).unwrap_or(0),
                    ..Default::default()
                })
                .collect(),
            datachannel_receive_states: self.channels.received(),
            ..Default::default()
        }
    }

    /// The server's map is the whole truth each time, for m-lines that receive.
    fn remap(&mut self, track_by_mid: &BTreeMap<String, String>) {
        let sending: BTreeSet<Mid> =
            self.publication_by_cid.values().filter_map(|publication| publication.mid).collect();
        let mut fresh = BTreeMap::new();
        for (mid, track) in track_by_mid {
            let mid: Mid = mid.as_str().into();
            let is_receiving =
                self.rtc.media(mid).is_some_and(|media| media.direction().is_receiving());
            if is_receiving && !sending.contains(&mid) {
                fresh.insert(mid, Arc::<str>::from(track.as_str()));
            }
        }
        let former = std::mem::replace(&mut self.track_by_mid, fresh);
        for (mid, track) in &former {
            if self.track_by_mid.get(mid) != Some(track) {
                self.hearing_by_mid.remove(mid);
                self.events.push_back(Event::Unsubscribed { track: Arc::clone(track) });
            }
        }
        for (mid, track) in &self.track_by_mid {
            if former.get(mid) != Some(track) {
                let identity = self.owner_of(track);
                self.events.push_back(Event::Subscribed { track: Arc::clone(track), identity });
            }
        }
    }

    fn idle_slots(&self) -> Vec<Mid> {
        let is_idle = |mid: &&Mid| {
            self.rtc.media(**mid).is_some_and(|media| media.direction() == Direction::Inactive)
        };
        self.negotiation.slots.iter().filter(is_idle).copied().collect()
    }

    fn simulcasts(&self, publish: &[Arc<str>]) -> Vec<(Arc<str>, MediaKind, Option<Simulcast>)> {
        let known = publish.iter().filter_map(|cid| self.publication_by_cid.get_key_value(cid));
        known
            .filter(|(_, publication)| publication.mid.is_none())
            .map(|(cid, publication)| {
                let simulcast = (publication.layers() > 1).then(|| {
                    let mut simulcast = Simulcast::new();
                    for rid in RIDS.iter().take(publication.layers()) {
                        simulcast.add_send_layer(SimulcastLayer::new(rid));
                    }
                    simulcast
                });
                (Arc::clone(cid), publication.kind(), simulcast)
            })
            .collect()
    }
}

fn offer(sdp: String, id: u32) -> SessionDescription {
    SessionDescription { r#type: "offer".to_owned(), sdp, id, ..Default::default() }
}

fn channel(label: &str) -> ChannelConfig {
    let is_reliable = label == "_reliable";
    let reliability = if is_reliable {
        Reliability::Reliable
    } else {
        Reliability::MaxRetransmits { retransmits: 0 }
    };
    ChannelConfig {
        label: label.to_owned(),
        ordered: is_reliable,
        reliability,
        ..Default::default()
    }
}

/// The addresses of the candidates in an answer.
fn addresses(sdp: &str) -> BTreeSet<IpAddr> {
    let candidates = sdp.lines().filter(|line| line.starts_with("a=candidate:"));
    candidates.filter_map(|line| line.split(' ').nth(4)?.parse().ok()).collect()
}
