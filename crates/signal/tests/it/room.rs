use std::collections::BTreeMap;
use std::time::Duration;

use model::media::{Command, DataChannel, Event, Layer, Offer, Speaker, Wish};
use signal::packet::{Text, user, write_text};
use signal::protocol::data_packet::Value;
use signal::protocol::leave_request::Action;
use signal::protocol::participant_info::State;
use signal::protocol::request_response::Reason;
use signal::protocol::signal_request::Message as Asked;
use signal::protocol::signal_response::Message;
use signal::protocol::simulate_scenario::Scenario;
use signal::protocol::{
    AddTrackRequest, ConnectionQuality, DataChannelReceiveState, DataPacket, DisconnectReason,
    JoinRequest, LeaveRequest, MuteTrackRequest, ParticipantInfo, Ping, SimulateScenario,
    SyncState, TrackInfo, TrackPublishedResponse, UpdateParticipantMetadata, UpdateSubscription,
    UpdateTrackSettings, VideoLayer,
};
use signal::token::Grants;
use signal::{Count, TRANSCRIPTION_TOPIC, Token, caption_attributes};

use crate::lobby::{Guest, Lobby, START, agent, keys, offer, token};

#[test]
fn the_join_response_comes_first_and_is_complete() {
    let mut lobby = Lobby::new();
    lobby.join("anna");

    let connection = lobby.enter(token("ben"), JoinRequest::default());

    let Message::Join(join) = &lobby.told[&connection][0] else { panic!("join comes first") };
    let room = join.room.as_ref().expect("a room");
    assert_eq!((room.name.as_str(), room.num_participants), ("r", 2));
    assert_eq!(
        join.server_version.split('.').filter_map(|part| part.parse::<u32>().ok()).count(),
        3
    );
    assert_eq!((join.ping_interval, join.ping_timeout, join.subscriber_primary), (5, 15, false));
    assert_eq!(join.other_participants.len(), 1);
    assert_eq!(join.other_participants[0].identity, "anna");
    let me = join.participant.as_ref().expect("oneself");
    assert!(me.sid.starts_with("PA_") && me.permission.is_some());
    assert_eq!(me.name, "BEN");
}

#[test]
fn others_learn_who_came_changed_and_left() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");

    let ben = lobby.join("ben");
    lobby.ask(ben, Asked::Leave(LeaveRequest::default()));

    let seen: Vec<(i32, u32)> = updates(&lobby.take_told(anna))
        .iter()
        .filter(|info| info.identity == "ben")
        .map(|info| (info.state, info.version))
        .collect();
    let states = [State::Joined, State::Active, State::Disconnected].map(i32::from);
    assert_eq!(seen.iter().map(|(state, _)| *state).collect::<Vec<_>>(), states);
    assert!(seen.is_sorted_by(|a, b| a.1 < b.1), "versions rise: {seen:?}");
    assert_eq!(lobby.went.len(), 1);
}

#[test]
fn pings_of_both_kinds_are_answered() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    lobby.take_told(anna);

    lobby.ask(anna, Asked::Ping(1));
    lobby.ask(anna, Asked::PingReq(Ping { timestamp: 77, rtt: 0 }));

    let told = lobby.take_told(anna);
    assert!(matches!(told[0], Message::Pong(at) if at == START.millis()));
    assert!(matches!(&told[1], Message::PongResp(pong) if pong.last_ping_timestamp == 77));
}

#[test]
fn what_is_published_is_subscribed_before_the_first_offer_is_answered() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let track = lobby.publish(anna, "mic");
    lobby.commands.clear();

    let ben = lobby.join_with(
        token("ben"),
        JoinRequest { publisher_offer: Some(offer(1)), ..Default::default() },
    );

    let offered = Command::Offer { peer: ben.id, offer: Offer { id: 1, sdp: "v=0".to_owned() } };
    assert_eq!(
        lobby.commands,
        [
            Command::Join { peer: ben.id, offer: None },
            Command::Subscribe { peer: ben.id, track },
            offered
        ]
    );
}

#[test]
fn an_answer_names_its_tracks_and_echoes_the_offers_id() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    let track = lobby.publish(anna, "mic");
    lobby.take_told(ben);

    let tracks = vec![("3".to_owned(), track)];
    lobby.media(Event::Answer { peer: ben.id, id: 9, sdp: "v=0".to_owned(), tracks });
    lobby.media(Event::NeedSections { peer: ben.id, audio: 1, video: 2 });

    let told = lobby.take_told(ben);
    let Message::Answer(answer) = &told[0] else { panic!("an answer") };
    assert_eq!((answer.id, answer.r#type.as_str()), (9, "answer"));
    assert_eq!(answer.mid_to_track_id.get("3"), Some(&track.to_string()));
    assert!(
        matches!(&told[1], Message::MediaSectionsRequirement(need) if need.num_audios == 1 && need.num_videos == 2)
    );
}

#[test]
fn a_track_is_told_of_when_its_media_is_found() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    lobby.take_told(ben);

    lobby.ask(anna, Asked::AddTrack(video("cam")));
    assert!(updates(&lobby.take_told(ben)).is_empty(), "announced is not published");
    let track = lobby.track_of(anna, "cam");
    let layers = vec![Layer::Low, Layer::Medium, Layer::High];
    lobby.media(Event::Published { peer: anna.id, track, mime: "video/VP8".to_owned(), layers });
    lobby.media(Event::Subscribed { peer: ben.id, track });

    let told = updates(&lobby.take_told(ben));
    assert_eq!(told[0].tracks[0].sid, track.to_string());
    assert_eq!(told[0].tracks[0].codecs[0].layers.len(), 3);
    assert!(lobby.commands.contains(&Command::Subscribe { peer: ben.id, track }));
    let told = lobby.take_told(anna);
    assert!(told.iter().any(|message| matches!(message, Message::SubscribedQualityUpdate(update)
        if update.subscribed_codecs[0].codec == "vp8" && update.subscribed_codecs[0].qualities.iter().all(|quality| quality.enabled))));
    assert_eq!(
        told.iter().filter(|message| matches!(message, Message::TrackSubscribed(_))).count(),
        1
    );
}

#[test]
fn a_track_whose_media_never_comes_is_withdrawn() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    lobby.ask(anna, Asked::AddTrack(video("cam")));
    let track = lobby.track_of(anna, "cam");

    lobby.pass(Duration::from_secs(31));

    assert!(lobby.commands.contains(&Command::Withdraw { track }));
    assert!(
        lobby.take_told(anna).iter().any(|message| matches!(message, Message::TrackUnpublished(_)))
    );
}

#[test]
fn who_may_not_publish_is_refused() {
    let mut lobby = Lobby::new();
    let grants = Grants { can_publish: false, ..Grants::taking_part() };
    let anna = lobby.join_with(Token { grants, ..token("anna") }, JoinRequest::default());
    lobby.take_told(anna);

    lobby.ask(anna, Asked::AddTrack(video("cam")));

    let told = lobby.take_told(anna);
    assert!(
        matches!(&told[0], Message::RequestResponse(response) if response.reason == i32::from(Reason::NotAllowed))
    );
    assert_eq!(lobby.counts, [Count::RefusedRequest]);
}

#[test]
fn nobody_publishes_without_end() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");

    for n in 0..100 {
        lobby.ask(anna, Asked::AddTrack(video(&n.to_string())));
    }

    let announced =
        lobby.commands.iter().filter(|command| matches!(command, Command::Announce { .. })).count();
    assert_eq!(announced, 16);
}

#[test]
fn a_repeated_announcement_gives_the_same_track() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let track = lobby.publish(anna, "mic");

    lobby.ask(
        anna,
        Asked::AddTrack(AddTrackRequest { cid: "mic".to_owned(), ..Default::default() }),
    );

    assert_eq!(lobby.track_of(anna, "mic"), track);
}

#[test]
fn one_mutes_only_what_is_ones_own() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    let track = lobby.publish(anna, "mic");
    lobby.take_told(ben);
    let request = MuteTrackRequest { sid: track.to_string(), muted: true };

    lobby.ask(ben, Asked::Mute(request.clone()));
    assert_eq!(lobby.counts, [Count::UnknownTrack]);
    lobby.ask(anna, Asked::Mute(request));

    assert!(lobby.commands.contains(&Command::Mute { track, is_muted: true }));
    assert!(updates(&lobby.take_told(ben))[0].tracks[0].muted);
}

#[test]
fn an_unsubscribed_track_stays_away_until_it_is_wanted() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    let track = lobby.publish(anna, "mic");
    lobby.commands.clear();
    let wish = |subscribe| UpdateSubscription {
        track_sids: vec![track.to_string()],
        subscribe,
        ..Default::default()
    };

    lobby.ask(ben, Asked::Subscription(wish(false)));
    lobby.ask(ben, Asked::Subscription(wish(true)));

    assert_eq!(
        lobby.commands,
        [Command::Unsubscribe { peer: ben.id, track }, Command::Subscribe { peer: ben.id, track }]
    );
}

#[test]
fn who_may_not_subscribe_receives_nothing() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let grants = Grants { can_subscribe: false, ..Grants::taking_part() };
    let ben = lobby.join_with(Token { grants, ..token("ben") }, JoinRequest::default());
    let track = lobby.publish(anna, "mic");
    let wish = UpdateSubscription {
        track_sids: vec![track.to_string()],
        subscribe: true,
        ..Default::default()
    };

    lobby.ask(ben, Asked::Subscription(wish));

    assert!(!lobby.commands.iter().any(|command| matches!(command, Command::Subscribe { .. })));
    assert!(
        lobby
            .take_told(ben)
            .iter()
            .any(|message| matches!(message, Message::SubscriptionResponse(_)))
    );
}

#[test]
fn the_size_of_a_tile_decides_the_layer() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    lobby.ask(anna, Asked::AddTrack(video("cam")));
    let track = lobby.track_of(anna, "cam");
    let mime = "video/VP8".to_owned();
    lobby.media(Event::Published {
        peer: anna.id,
        track,
        mime,
        layers: vec![Layer::Low, Layer::Medium, Layer::High],
    });
    lobby.commands.clear();
    let show = |width, height, disabled| {
        let track_sids = vec![track.to_string()];
        Asked::TrackSetting(UpdateTrackSettings {
            track_sids,
            width,
            height,
            disabled,
            ..Default::default()
        })
    };

    lobby.ask(ben, show(320, 180, false));
    lobby.ask(ben, show(321, 180, false));
    lobby.ask(ben, show(4_000, 2_000, false));
    lobby.ask(ben, show(320, 180, true));

    let wish =
        |is_enabled, layer| Command::Wish { peer: ben.id, track, wish: Wish { is_enabled, layer } };
    assert_eq!(
        lobby.commands,
        [
            wish(true, Layer::Low),
            wish(true, Layer::Medium),
            wish(true, Layer::High),
            wish(false, Layer::Low)
        ]
    );
}

#[test]
fn speakers_and_quality_reach_everybody() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    lobby.take_told(ben);

    lobby.media(Event::Speakers {
        changed: vec![Speaker { peer: anna.id, level: 0.5, is_active: true }],
    });
    lobby.media(Event::Quality { peer: anna.id, loss: 0.2, rtt_ms: 20 });
    lobby.media(Event::Quality { peer: anna.id, loss: 0.2, rtt_ms: 20 });

    let told = lobby.take_told(ben);
    assert!(
        matches!(&told[0], Message::SpeakersChanged(changed) if changed.speakers[0].sid == anna.id.to_string())
    );
    assert!(matches!(&told[1], Message::ConnectionQuality(update)
        if update.updates[0].quality == i32::from(ConnectionQuality::Poor)));
    assert_eq!(told.len(), 2, "only changes");
}

#[test]
fn attributes_are_ones_own_to_change_within_limits() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    lobby.take_told(ben);
    let update = |value: &str| UpdateParticipantMetadata {
        attributes: [("plenary.read".to_owned(), value.to_owned())].into(),
        request_id: 5,
        ..Default::default()
    };

    lobby.ask(anna, Asked::UpdateMetadata(update("fr")));
    lobby.ask(anna, Asked::UpdateMetadata(update(&"x".repeat(20_000))));
    lobby.ask(anna, Asked::UpdateMetadata(update("")));

    let seen: Vec<Option<String>> = updates(&lobby.take_told(ben))
        .iter()
        .map(|info| info.attributes.get("plenary.read").cloned())
        .collect();
    assert_eq!(seen, [Some("fr".to_owned()), None]);
    let reasons: Vec<i32> = lobby
        .take_told(anna)
        .iter()
        .filter_map(|message| match message {
            Message::RequestResponse(response) => Some(response.reason),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, [Reason::Ok, Reason::LimitExceeded, Reason::Ok].map(i32::from));
}

#[test]
fn a_message_is_stamped_with_its_sender_and_not_repeated() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    lobby.take_sent();
    let forged = DataPacket {
        sequence: 1,
        participant_identity: "chair".to_owned(),
        value: Some(user("t", b"hello".to_vec())),
        ..Default::default()
    };

    lobby.send(anna, DataChannel::Reliable, &forged);
    lobby.send(anna, DataChannel::Reliable, &forged);

    let sent = lobby.take_sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].0, [ben.id]);
    assert_eq!(sent[0].1.participant_identity, "anna");
    assert_eq!(sent[0].1.participant_sid, anna.id.to_string());
    assert_eq!(lobby.counts, [Count::RepeatedData]);
}

#[test]
fn an_agent_may_speak_for_somebody_who_is_here() {
    let mut lobby = Lobby::new();
    let robot = lobby.join_with(agent("robot"), JoinRequest::default());
    lobby.join("anna");
    lobby.take_sent();
    let packet = |identity: &str| DataPacket {
        participant_identity: identity.to_owned(),
        value: Some(user("t", Vec::new())),
        ..Default::default()
    };

    lobby.send(robot, DataChannel::Lossy, &packet("anna"));
    lobby.send(robot, DataChannel::Lossy, &packet("nobody"));

    let identities: Vec<String> =
        lobby.take_sent().into_iter().map(|(_, packet)| packet.participant_identity).collect();
    assert_eq!(identities, ["anna", "robot"]);
}

#[test]
fn captions_come_from_agents_and_own_words_from_their_author() {
    let mut lobby = Lobby::new();
    let robot = lobby.join_with(agent("robot"), JoinRequest::default());
    let anna = lobby.join("anna");
    lobby.take_sent();

    stream(&mut lobby, anna, 1, "ben", "speaker");
    stream(&mut lobby, anna, 4, "anna", "machine");
    assert_eq!(lobby.take_sent(), [], "nothing of a forged stream passes");
    assert_eq!(lobby.counts, [Count::ForgedCaption; 6]);
    stream(&mut lobby, anna, 7, "anna", "speaker");
    stream(&mut lobby, robot, 1, "anna", "machine");

    assert_eq!(lobby.take_sent().len(), 6);
    let segments: Vec<&str> =
        lobby.captions.iter().map(|caption| caption.segment.as_str()).collect();
    assert_eq!(segments, ["anna/s", "s"], "nobody types over what was said");
}

#[test]
fn a_foreign_agents_transcription_passes_without_a_record() {
    let mut lobby = Lobby::new();
    let robot = lobby.join_with(agent("robot"), JoinRequest::default());
    lobby.join("anna");
    lobby.take_sent();
    let text = Text {
        id: "x".to_owned(),
        topic: TRANSCRIPTION_TOPIC.to_owned(),
        attributes: BTreeMap::from([("lk.segment_id".to_owned(), "1".to_owned())]),
        text: "words".to_owned(),
    };

    for (sequence, value) in (1..).zip(write_text(&text, START)) {
        lobby.say(robot, DataChannel::Reliable, sequence, value);
    }

    assert_eq!(lobby.take_sent().len(), 3);
    assert!(lobby.captions.is_empty());
    assert_eq!(lobby.counts, [Count::ForeignCaption]);
}

#[test]
fn nonsense_on_a_data_channel_is_counted() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    lobby.join("ben");
    lobby.take_sent();

    lobby.media(Event::Message {
        peer: anna.id,
        channel: DataChannel::Lossy,
        message: vec![0xff; 20],
    });
    lobby.media(Event::Message {
        peer: anna.id,
        channel: DataChannel::Lossy,
        message: vec![0; 1 << 20],
    });
    lobby.send(anna, DataChannel::Lossy, &DataPacket::default());

    assert_eq!(lobby.take_sent(), []);
    assert_eq!(lobby.counts, [Count::MalformedData, Count::MalformedData, Count::ForbiddenData]);
}

#[test]
fn a_flood_of_data_is_cut_to_what_a_room_can_carry() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    lobby.join("ben");
    lobby.take_sent();

    for _ in 0..1_000 {
        lobby.say(anna, DataChannel::Lossy, 0, user("t", vec![0; 60_000]));
    }
    let at_once = lobby.take_sent().len();
    lobby.pass(Duration::from_secs(1));
    for _ in 0..1_000 {
        lobby.say(anna, DataChannel::Lossy, 0, user("t", vec![0; 60_000]));
    }

    assert_eq!((at_once, lobby.take_sent().len()), (139, 18));
    assert_eq!(lobby.counts[0], Count::TooMuchData);
}

#[test]
fn a_resume_keeps_the_participant_and_replays_what_was_missed() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    lobby.say(anna, DataChannel::Reliable, 1, user("t", b"one".to_vec()));
    lobby.say(anna, DataChannel::Reliable, 2, user("t", b"two".to_vec()));
    lobby.say(ben, DataChannel::Reliable, 7, user("t", b"mine".to_vec()));
    lobby.close(ben);
    lobby.take_sent();

    lobby.pass(Duration::from_secs(3));
    let back =
        JoinRequest { reconnect: true, participant_sid: ben.id.to_string(), ..Default::default() };
    let connection = lobby.enter(token("ben"), back);
    let ben = Guest { connection, ..ben };
    let told = lobby.take_told(ben);
    let state = DataChannelReceiveState { publisher_sid: anna.id.to_string(), last_seq: 1 };
    lobby.ask(
        ben,
        Asked::SyncState(SyncState {
            datachannel_receive_states: vec![state],
            ..Default::default()
        }),
    );

    assert!(matches!(&told[0], Message::Reconnect(reconnect) if reconnect.last_message_seq == 7));
    assert_eq!(updates(&told).len(), 2, "oneself too");
    let sent = lobby.take_sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].0.as_slice(), sent[0].1.sequence), ([ben.id].as_slice(), 2));
    assert!(lobby.went.is_empty(), "never gone");
}

#[test]
fn who_does_not_come_back_is_gone_after_a_minute() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    lobby.close(ben);

    lobby.pass(Duration::from_secs(59));
    assert!(lobby.went.is_empty());
    lobby.pass(Duration::from_secs(2));

    assert_eq!(lobby.went.len(), 1);
    assert!(lobby.commands.contains(&Command::Leave { peer: ben.id }));
    assert!(
        updates(&lobby.take_told(anna))
            .iter()
            .any(|info| info.state == i32::from(State::Disconnected))
    );
    assert!(lobby.counts.contains(&Count::TimedOut));
}

#[test]
fn a_resume_of_a_stranger_or_of_an_old_presence_must_join_again() {
    let mut lobby = Lobby::new();
    lobby.join("anna");

    let stranger = lobby.enter(token("zoe"), JoinRequest { reconnect: true, ..Default::default() });
    let request =
        JoinRequest { reconnect: true, participant_sid: "PA_old".to_owned(), ..Default::default() };
    let old = lobby.enter(token("anna"), request);

    for connection in [stranger, old] {
        assert!(matches!(&lobby.told[&connection][0], Message::Leave(leave)
            if leave.action == i32::from(Action::Reconnect) && leave.can_reconnect));
        assert!(lobby.closed.contains(&connection));
    }
}

#[test]
fn a_published_track_that_is_unknown_here_cannot_be_resumed() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let track = Some(TrackInfo { sid: "TR_unknown".to_owned(), ..Default::default() });
    let state = SyncState {
        publish_tracks: vec![TrackPublishedResponse { cid: "c".to_owned(), track }],
        ..Default::default()
    };

    lobby.ask(anna, Asked::SyncState(state));

    assert_eq!(farewell(&lobby, anna), Some((Action::Reconnect, DisconnectReason::StateMismatch)));
}

#[test]
fn the_same_identity_replaces_itself() {
    let mut lobby = Lobby::new();
    let first = lobby.join("anna");

    let second = lobby.join("anna");

    assert_eq!(
        farewell(&lobby, first),
        Some((Action::Disconnect, DisconnectReason::DuplicateIdentity))
    );
    assert!(lobby.closed.contains(&first.connection));
    assert_ne!(first.id, second.id);
    assert_eq!(lobby.room.present().len(), 1);
}

#[test]
fn a_client_that_never_connects_media_is_sent_away() {
    let mut lobby = Lobby::new();
    let connection = lobby.enter(token("anna"), JoinRequest::default());

    lobby.pass(Duration::from_secs(61));

    assert!(lobby.closed.contains(&connection));
    assert!(lobby.came.is_empty() && lobby.went.is_empty(), "never present");
    assert!(lobby.counts.contains(&Count::NeverConnected));
}

#[test]
fn a_lost_transport_shows_and_a_refused_restart_ends_it() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    lobby.take_told(anna);

    lobby.media(Event::Down { peer: ben.id });
    assert!(matches!(&lobby.take_told(anna)[0], Message::ConnectionQuality(update)
        if update.updates[0].quality == i32::from(ConnectionQuality::Lost)));
    lobby.media(Event::OfferRefused { peer: ben.id, id: 2, why: "gone".to_owned() });

    assert_eq!(farewell(&lobby, ben), Some((Action::Reconnect, DisconnectReason::StateMismatch)));
}

#[test]
fn a_bad_offer_of_somebody_connected_changes_nothing() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");

    lobby.media(Event::OfferRefused { peer: anna.id, id: 2, why: "nonsense".to_owned() });

    assert_eq!(lobby.counts, [Count::RefusedOffer]);
    assert_eq!(lobby.room.present().len(), 1);
}

#[test]
fn when_media_dies_everybody_joins_again() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");

    lobby.media(Event::Died);

    for guest in [anna, ben] {
        assert_eq!(
            farewell(&lobby, guest),
            Some((Action::Reconnect, DisconnectReason::MediaFailure))
        );
    }
    assert!(lobby.room.is_empty());
}

#[test]
fn scenarios_concern_only_who_asks() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");
    let simulate = |scenario| Asked::Simulate(SimulateScenario { scenario: Some(scenario) });

    lobby.ask(anna, simulate(Scenario::Migration(true)));
    lobby.ask(ben, simulate(Scenario::ServerLeave(true)));

    assert_eq!(farewell(&lobby, anna), Some((Action::Resume, DisconnectReason::Migration)));
    assert_eq!(farewell(&lobby, ben), Some((Action::Disconnect, DisconnectReason::ServerShutdown)));
    assert_eq!(lobby.room.present().len(), 1, "anna may resume");
}

#[test]
fn who_is_removed_stays_out_and_a_server_that_stops_asks_to_come_back() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    let ben = lobby.join("ben");

    lobby.room.remove("anna", lobby.now);
    lobby.room.shut(lobby.now);
    lobby.drain();

    let removed = (Action::Disconnect, DisconnectReason::ParticipantRemoved);
    assert_eq!(farewell(&lobby, anna), Some(removed));
    let stopped = (Action::Reconnect, DisconnectReason::ServerShutdown);
    assert_eq!(farewell(&lobby, ben), Some(stopped));
    assert_eq!(lobby.went.len(), 2);
}

#[test]
fn a_hidden_participant_is_seen_by_nobody() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    lobby.take_told(anna);
    let grants = Grants { hidden: true, ..Grants::taking_part() };

    let spy = lobby.join_with(Token { grants, ..token("spy") }, JoinRequest::default());
    let ben = lobby.join("ben");

    assert!(updates(&lobby.take_told(anna)).iter().all(|info| info.identity != "spy"));
    let Message::Join(join) = &lobby.told[&ben.connection][0] else { panic!("join comes first") };
    assert_eq!(join.other_participants.len(), 1);
    assert!(updates(&lobby.take_told(spy)).iter().any(|info| info.identity == "ben"), "but sees");
}

#[test]
fn an_empty_room_ends_after_a_while_and_a_reload_is_not_the_end() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    lobby.ask(anna, Asked::Leave(LeaveRequest::default()));

    lobby.pass(Duration::from_secs(19));
    let anna = lobby.join("anna");
    lobby.pass(Duration::from_secs(19));
    assert!(!lobby.has_ended);
    lobby.ask(anna, Asked::Leave(LeaveRequest::default()));
    lobby.pass(Duration::from_secs(21));

    assert!(lobby.has_ended);
    assert_eq!(lobby.commands.last(), Some(&Command::Close));
    assert_eq!(lobby.room.poll_timeout(), None, "an ended room has no timers");
}

#[test]
fn a_long_meeting_gets_fresh_tokens() {
    let mut lobby = Lobby::new();
    let anna = lobby.join("anna");
    lobby.take_told(anna);

    lobby.pass(Duration::from_secs(301));

    let told = lobby.take_told(anna);
    let Message::RefreshToken(text) = &told[0] else { panic!("a token") };
    let fresh = keys().verify(text, None, lobby.now).expect("a good token");
    assert_eq!((fresh.identity.as_str(), fresh.grants), ("anna", Grants::taking_part()));
}

fn updates(told: &[Message]) -> Vec<ParticipantInfo> {
    let updates = told.iter().filter_map(|message| match message {
        Message::Update(update) => Some(update.participants.clone()),
        _ => None,
    });
    updates.flatten().collect()
}

fn farewell(lobby: &Lobby, guest: Guest) -> Option<(Action, DisconnectReason)> {
    lobby.told[&guest.connection].iter().rev().find_map(|message| match message {
        Message::Leave(leave) => Some((leave.action(), leave.reason())),
        _ => None,
    })
}

fn video(cid: &str) -> AddTrackRequest {
    let layer =
        |quality, width, height| VideoLayer { quality, width, height, ..Default::default() };
    AddTrackRequest {
        cid: cid.to_owned(),
        r#type: 1,
        width: 1_280,
        height: 720,
        layers: vec![layer(0, 320, 180), layer(1, 640, 360), layer(2, 1_280, 720)],
        ..Default::default()
    }
}

/// Sends a caption of three packets: header, chunk, trailer.
fn stream(lobby: &mut Lobby, from: Guest, sequence: u32, speaker: &str, author: &str) {
    let mut attributes = caption_attributes(&model::caption::Caption {
        segment: "s".to_owned(),
        language: language::Tag::EN,
        source_language: language::Tag::EN,
        revision: sequence,
        state: model::caption::CaptionState::Final,
        author: model::caption::CaptionAuthor::Machine,
        speaker: speaker.to_owned(),
        track: "TR_1".to_owned(),
        start: START,
        end: START,
        text: "words".to_owned(),
        stable: 0,
        untranslated: false,
    });
    attributes.insert("plenary.author".to_owned(), author.to_owned());
    let id = format!("{speaker}-{sequence}");
    let text =
        Text { id, topic: TRANSCRIPTION_TOPIC.to_owned(), attributes, text: "words".to_owned() };
    let packets: Vec<Value> = write_text(&text, START);
    for (sequence, value) in (sequence..).zip(packets) {
        lobby.say(from, DataChannel::Reliable, sequence, value);
    }
}
