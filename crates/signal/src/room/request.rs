//! What a client asks for over its WebSocket.

use model::Timestamp;
use model::id::ParticipantId;
use model::media::{Command, Offer};

use super::person::Farewell;
use super::{ConnectionId, Output, Room};
use crate::counter::Count;
use crate::limit::is_within_attribute_limits;
use crate::protocol::leave_request::Action;
use crate::protocol::request_response::{Reason, Request};
use crate::protocol::signal_request::Message as Asked;
use crate::protocol::signal_response::Message;
use crate::protocol::simulate_scenario::Scenario;
use crate::protocol::{
    DisconnectReason, LeaveRequest, Pong, RequestResponse, SignalRequest, SimulateScenario,
    UpdateParticipantMetadata,
};

impl Room {
    /// Takes one message of a client.
    #[expect(deprecated, reason = "old clients still send an old request")]
    pub fn request(&mut self, connection: ConnectionId, request: SignalRequest, now: Timestamp) {
        let Some(&id) = self.id_by_connection.get(&connection) else {
            return self.count(Count::Stray);
        };
        let Some(asked) = request.message else { return self.count(Count::UnsupportedRequest) };
        match asked {
            Asked::Ping(_) => self.tell(id, Message::Pong(now.millis())),
            Asked::PingReq(ping) => {
                let pong = Pong { last_ping_timestamp: ping.timestamp, timestamp: now.millis() };
                self.tell(id, Message::PongResp(pong));
            }
            Asked::Offer(offer) => {
                self.command(Command::Offer {
                    peer: id,
                    offer: Offer { id: offer.id, sdp: offer.sdp },
                });
            }
            Asked::Trickle(trickle) => {
                self.command(Command::Candidate { peer: id, json: trickle.candidate_init });
            }
            Asked::AddTrack(request) => self.add_track(id, request, now),
            Asked::Mute(request) => self.mute(id, &request),
            Asked::Subscription(request) => self.update_subscription(id, request),
            Asked::TrackSetting(request) => self.update_track_settings(id, &request),
            Asked::Leave(_) => {
                self.part(id, Farewell::silent(DisconnectReason::ClientInitiated), now);
            }
            Asked::SyncState(state) => self.sync(id, state, now),
            Asked::Simulate(scenario) => self.simulate(id, scenario, now),
            Asked::UpdateMetadata(request) => self.update_metadata(id, request),
            Asked::UpdateAudioTrack(request) => self.update_audio_track(id, request),
            Asked::UpdateVideoTrack(request) => self.update_video_track(id, &request),
            // The client alone offers, so it has nothing to answer; layers follow from settings;
            // data tracks and blobs are not served.
            Asked::Answer(_)
            | Asked::UpdateLayers(_)
            | Asked::SubscriptionPermission(_)
            | Asked::PublishDataTrackRequest(_)
            | Asked::UnpublishDataTrackRequest(_)
            | Asked::UpdateDataSubscription(_)
            | Asked::StoreDataBlobRequest(_)
            | Asked::GetDataBlobRequest(_) => self.count(Count::UnsupportedRequest),
        }
    }

    fn update_metadata(&mut self, id: ParticipantId, request: UpdateParticipantMetadata) {
        let Some(person) = self.person_by_id.get_mut(&id) else { return };
        let mut attributes = person.info.attributes.clone();
        for (key, value) in
            request.attributes.clone().into_iter().collect::<std::collections::BTreeMap<_, _>>()
        {
            if value.is_empty() {
                attributes.remove(&key);
            } else {
                attributes.insert(key, value);
            }
        }
        let name = non_empty(&request.name, &person.info.name);
        let metadata = non_empty(&request.metadata, &person.info.metadata);
        let is_small =
            is_within_attribute_limits(&name, &metadata, &attributes.clone().into_iter().collect());
        let reason = if !person.grants.can_update_own_metadata {
            Reason::NotAllowed
        } else if !is_small {
            Reason::LimitExceeded
        } else {
            person.info.name = name;
            person.info.metadata = metadata;
            person.info.attributes = attributes;
            Reason::Ok
        };
        if reason == Reason::Ok {
            self.announce_change(id);
            self.out.push_back(Output::Roster);
        } else {
            self.count(Count::RefusedRequest);
        }
        let request_id = request.request_id;
        let response = RequestResponse {
            request_id,
            reason: reason.into(),
            message: String::new(),
            request: Some(Request::UpdateMetadata(request)),
        };
        self.tell(id, Message::RequestResponse(response));
    }

    /// What clients are tested with. Each concerns only who asks for it.
    fn simulate(&mut self, id: ParticipantId, request: SimulateScenario, now: Timestamp) {
        match request.scenario {
            Some(Scenario::ServerLeave(_)) => {
                self.part(
                    id,
                    Farewell::told(DisconnectReason::ServerShutdown, Action::Disconnect),
                    now,
                );
            }
            Some(Scenario::LeaveRequestFullReconnect(_) | Scenario::NodeFailure(_)) => {
                self.part(
                    id,
                    Farewell::told(DisconnectReason::ServerShutdown, Action::Reconnect),
                    now,
                );
            }
            Some(Scenario::Migration(_)) => self.ask_to_resume(id, now),
            Some(
                Scenario::DisconnectSignalOnResume(_)
                | Scenario::DisconnectSignalOnResumeNoMessages(_),
            ) => {
                if let Some(person) = self.person_by_id.get_mut(&id) {
                    person.cuts_next_resume = true;
                }
            }
            Some(
                Scenario::SpeakerUpdate(_)
                | Scenario::SwitchCandidateProtocol(_)
                | Scenario::SubscriberBandwidth(_),
            )
            | None => self.count(Count::UnsupportedRequest),
        }
    }

    fn ask_to_resume(&mut self, id: ParticipantId, now: Timestamp) {
        let leave = LeaveRequest {
            can_reconnect: true,
            reason: DisconnectReason::Migration.into(),
            action: Action::Resume.into(),
            regions: None,
        };
        self.tell(id, Message::Leave(leave));
        self.hang_up(id, now);
    }
}

fn non_empty(wanted: &str, present: &str) -> String {
    if wanted.is_empty() { present.to_owned() } else { wanted.to_owned() }
}
