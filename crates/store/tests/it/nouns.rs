//! Dialogues, surveys, meetings, links, editions, jobs, secrets, the demonstration.

use std::time::Duration;

use language::Tag;
use model::caption::{Caption, CaptionAuthor, CaptionState};
use model::id::{ChannelId, DialogueId, EditionId, GuestId, JobId, LinkId, MeetingId, SurveyId};
use store::attendance::{self, Attendance, Readers};
use store::caption::{self, Recorded};
use store::channel::{self, Channel, ChannelKind};
use store::dialogue::{self, DialogueState};
use store::edition::{self, EditionFile, EditionState};
use store::link::{self, Capability, Link};
use store::meeting::{self, Meeting};
use store::survey::SurveyState;
use store::{
    StoreError, Texts, WriteTx, demonstration, job, organisation, response, secret, survey,
};
use uuid::Uuid;

use crate::world::{World, at, insert_dialogue, on_both, response, sample};

on_both! {
    a_dialogue_is_read_as_it_was_written
    a_dialogue_is_changed
    dialogues_are_listed_newest_first
    an_organisation_is_renamed
    a_survey_keeps_its_versions
    a_channel_is_found_by_its_code
    a_meeting_is_read_as_it_was_written_and_changed
    attendance_is_counted_by_people
    only_final_words_of_those_who_agreed_are_kept
    the_record_holds_last_revisions_and_is_published_when_approved
    a_link_opens_until_it_ends_or_is_revoked
    editions_are_numbered_and_never_change_once_published
    a_job_is_taken_by_one_worker_until_its_lock_ends
    no_job_is_taken_twice_by_many_workers
    a_secret_is_made_once_and_can_be_rotated
    removing_the_demonstration_leaves_the_rest
}

async fn a_dialogue_is_read_as_it_was_written(world: &World) {
    let mut tx = world.write().await;
    insert_dialogue(&mut tx, "first", false).await;
    let organisation = organisation::first(&mut tx).await.expect("read").expect("it is there");
    let written = sample(organisation.id);
    dialogue::insert(&mut tx, &written).await.expect("it is new");

    let by_id = dialogue::find(&mut tx, written.id).await.expect("read");
    let by_slug = dialogue::find_by_slug(&mut tx, &written.slug).await.expect("read");

    assert_eq!(by_id.as_ref(), Some(&written));
    assert_eq!(by_slug.as_ref(), Some(&written));
    assert_eq!(written.title.of(Tag::ZH), "未来 🙂");
    assert_eq!(written.title.of(Tag::FR), "The future");
}

async fn a_dialogue_is_changed(world: &World) {
    let mut tx = world.write().await;
    let id = insert_dialogue(&mut tx, "first", false).await;
    let mut changed = dialogue::find(&mut tx, id).await.expect("read").expect("it is there");
    changed.title = Texts::from([(Tag::AR, "المستقبل")]);
    changed.languages = vec![Tag::AR];
    changed.closes_at = Some(at(5));
    changed.state = DialogueState::Closed;

    let done = dialogue::update(&mut tx, &changed).await.expect("it changes");

    assert!(done);
    let found = dialogue::find(&mut tx, id).await.expect("read");
    assert_eq!(found, Some(changed.clone()));
    changed.id = DialogueId::from_uuid(Uuid::now_v7());
    assert!(!dialogue::update(&mut tx, &changed).await.expect("it does not fail"));
}

async fn dialogues_are_listed_newest_first(world: &World) {
    for (second, slug) in [(1, "one"), (2, "two"), (3, "three")] {
        let mut tx = world.store.write(at(second)).await.expect("a change begins");
        insert_dialogue(&mut tx, slug, false).await;
        tx.commit().await.expect("kept");
    }
    let mut tx = world.store.read().await.expect("it can be read");
    let organisation = organisation::first(&mut tx).await.expect("read").expect("it is there");

    let found = dialogue::of_organisation(&mut tx, organisation.id, 2).await.expect("read");

    let slugs: Vec<&str> = found.iter().map(|dialogue| dialogue.slug.as_str()).collect();
    assert_eq!(slugs, ["three", "two"]);
}

async fn an_organisation_is_renamed(world: &World) {
    let mut tx = world.write().await;
    insert_dialogue(&mut tx, "first", false).await;
    let id = organisation::first(&mut tx).await.expect("read").expect("it is there").id;

    let done = organisation::rename(&mut tx, id, "Город").await.expect("it changes");

    assert!(done);
    let found = organisation::find(&mut tx, id).await.expect("read").expect("it is there");
    assert_eq!(found.name, "Город");
}

async fn a_survey_keeps_its_versions(world: &World) {
    let mut tx = world.write().await;
    let dialogue = insert_dialogue(&mut tx, "first", false).await;
    let id = SurveyId::from_uuid(Uuid::now_v7());
    survey::insert(&mut tx, id, dialogue, "{\"v\":1}").await.expect("it is new");

    let number = survey::add_version(&mut tx, id, "{\"v\":2}").await.expect("it is added");

    assert_eq!(number, 2);
    let latest = survey::latest_version(&mut tx, id).await.expect("read").expect("it is there");
    assert_eq!((latest.number, latest.questionnaire.as_str()), (2, "{\"v\":2}"));
    let first = survey::version(&mut tx, id, 1).await.expect("read").expect("it is there");
    assert_eq!(first.questionnaire, "{\"v\":1}");
    assert_eq!(survey::versions(&mut tx, id).await.expect("read").len(), 2);
    let surveys = survey::of_dialogue(&mut tx, dialogue).await.expect("read");
    assert_eq!((surveys.len(), surveys[0].state), (1, SurveyState::Open));
}

async fn a_channel_is_found_by_its_code(world: &World) {
    let survey = world.survey().await;
    let mut tx = world.write().await;
    let written = Channel {
        id: ChannelId::from_uuid(Uuid::now_v7()),
        survey_id: survey,
        code: "k7x2m4".to_owned(),
        kind: ChannelKind::Web,
        partner: Some("A partner".to_owned()),
        campaign: None,
        created_at: at(0),
    };
    channel::insert(&mut tx, &written).await.expect("it is new");

    let found = channel::find_by_code(&mut tx, "k7x2m4").await.expect("read");

    assert_eq!(found.as_ref(), Some(&written));
    let of_survey = channel::of_survey(&mut tx, survey).await.expect("read");
    assert_eq!(of_survey, std::slice::from_ref(&written));
    let second = Channel { id: ChannelId::from_uuid(Uuid::now_v7()), ..written };
    let error = channel::insert(&mut tx, &second).await.expect_err("the code is taken");
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
}

async fn a_meeting_is_read_as_it_was_written_and_changed(world: &World) {
    let mut tx = world.write().await;
    let dialogue = insert_dialogue(&mut tx, "first", false).await;
    let mut meeting = insert_meeting(&mut tx, dialogue, "m1", true, false).await;

    let by_code = meeting::find_by_code(&mut tx, "m1").await.expect("read");
    assert_eq!(by_code.as_ref(), Some(&meeting));
    meeting.minutes = 90;
    meeting.is_recorded = false;
    meeting.title = Texts::from([(Tag::RU, "Встреча")]);
    let done = meeting::update(&mut tx, &meeting).await.expect("it changes");

    assert!(done);
    assert_eq!(meeting::of_dialogue(&mut tx, dialogue).await.expect("read"), [meeting]);
}

async fn attendance_is_counted_by_people(world: &World) {
    let mut tx = world.write().await;
    let dialogue = insert_dialogue(&mut tx, "first", false).await;
    let meeting = insert_meeting(&mut tx, dialogue, "m1", true, false).await.id;
    let (anna, ben, carla) = (guest(), guest(), guest());
    attendance::enter(&mut tx, meeting, anna, Tag::EN, true).await.expect("noted");
    attendance::enter(&mut tx, meeting, ben, Tag::AR, false).await.expect("noted");
    assert!(attendance::leave(&mut tx, meeting, anna).await.expect("noted"));
    assert!(!attendance::leave(&mut tx, meeting, carla).await.expect("nobody was there"));
    tx.commit().await.expect("kept");
    let mut tx = world.store.write(at(60)).await.expect("a change begins");
    attendance::enter(&mut tx, meeting, anna, Tag::EN, true).await.expect("noted");

    let counts = attendance::counts(&mut tx, meeting).await.expect("read");
    let readers = attendance::readers(&mut tx, meeting).await.expect("read");

    assert_eq!(counts, Attendance { people: 2, consenting: 1, present: 2 });
    assert_eq!(
        readers,
        [Readers { reads: Tag::AR, people: 1 }, Readers { reads: Tag::EN, people: 1 }]
    );
    attendance::leave_all(&mut tx, meeting).await.expect("noted");
    assert_eq!(attendance::counts(&mut tx, meeting).await.expect("read").present, 0);
    attendance::enter(&mut tx, meeting, carla, Tag::EN, true).await.expect("noted");
    attendance::leave_everywhere(&mut tx).await.expect("noted");
    let counts = attendance::counts(&mut tx, meeting).await.expect("read");
    assert_eq!(counts, Attendance { people: 3, consenting: 2, present: 0 });
}

async fn only_final_words_of_those_who_agreed_are_kept(world: &World) {
    let mut tx = world.write().await;
    let dialogue = insert_dialogue(&mut tx, "first", false).await;
    let recorded = insert_meeting(&mut tx, dialogue, "m1", true, false).await.id;
    let unrecorded = insert_meeting(&mut tx, dialogue, "m2", false, false).await.id;
    let (anna, ben) = (guest(), guest());
    for meeting in [recorded, unrecorded] {
        attendance::enter(&mut tx, meeting, anna, Tag::EN, true).await.expect("noted");
        attendance::enter(&mut tx, meeting, ben, Tag::EN, false).await.expect("noted");
    }
    let of_anna = words_of(&anna.to_string(), "s1", 1);
    let partial = Caption { state: CaptionState::Partial, ..words_of(&anna.to_string(), "s2", 1) };
    let of_ben = words_of(&ben.to_string(), "s3", 1);
    let of_nobody = words_of("somebody", "s4", 1);

    let kept = caption::record(&mut tx, recorded, &of_anna).await.expect("it does not fail");
    let again = caption::record(&mut tx, recorded, &of_anna).await.expect("it does not fail");
    let mut refused = Vec::new();
    for (meeting, caption) in [
        (recorded, &partial),
        (recorded, &of_ben),
        (recorded, &of_nobody),
        (unrecorded, &of_anna),
        (MeetingId::from_uuid(Uuid::now_v7()), &of_anna),
    ] {
        refused.push(caption::record(&mut tx, meeting, caption).await.expect("it does not fail"));
    }

    assert_eq!((kept, again), (Recorded::Kept, Recorded::Repeated));
    assert_eq!(refused, [Recorded::Refused; 5]);
    assert_eq!(caption::of_meeting(&mut tx, recorded, 100).await.expect("read").len(), 1);
}

async fn the_record_holds_last_revisions_and_is_published_when_approved(world: &World) {
    let mut tx = world.write().await;
    let dialogue = insert_dialogue(&mut tx, "first", false).await;
    let meeting = insert_meeting(&mut tx, dialogue, "m1", true, false).await.id;
    let anna = guest();
    attendance::enter(&mut tx, meeting, anna, Tag::EN, true).await.expect("noted");
    let first = words_of(&anna.to_string(), "s1", 1);
    let second = Caption { text: "Corrected.".to_owned(), ..words_of(&anna.to_string(), "s1", 2) };
    let other = Caption { language: Tag::FR, ..words_of(&anna.to_string(), "s1", 1) };
    for caption in [&first, &second, &other] {
        caption::record(&mut tx, meeting, caption).await.expect("it does not fail");
    }

    let unapproved = caption::published_of_meeting(&mut tx, meeting, 100).await.expect("read");
    assert!(meeting::approve_record(&mut tx, meeting, true).await.expect("it changes"));
    let approved = caption::published_of_meeting(&mut tx, meeting, 100).await.expect("read");

    assert!(unapproved.is_empty());
    let texts: Vec<(&str, u32)> =
        approved.iter().map(|caption| (caption.words.as_str(), caption.revision)).collect();
    assert_eq!(texts, [("Corrected.", 2), ("We want peace.", 1)]);
    assert_eq!((approved[0].speaker, approved[0].starts_at), (anna, at(1)));
}

async fn a_link_opens_until_it_ends_or_is_revoked(world: &World) {
    let mut tx = world.write().await;
    insert_dialogue(&mut tx, "first", false).await;
    let organisation_id = organisation::first(&mut tx).await.expect("read").expect("there").id;
    let written = Link {
        id: LinkId::from_uuid(Uuid::now_v7()),
        capability: Capability::Organiser,
        organisation_id,
        meeting_id: None,
        expires_at: Some(at(100)),
        revoked_at: None,
        created_at: at(0),
    };
    link::insert(&mut tx, &written, &[7; 16]).await.expect("it is new");

    let good = link::find_by_secret(&mut tx, &[7; 16], at(99)).await.expect("read");
    let ended = link::find_by_secret(&mut tx, &[7; 16], at(100)).await.expect("read");
    let guessed = link::find_by_secret(&mut tx, &[8; 16], at(99)).await.expect("read");
    let by_id = link::find_good(&mut tx, written.id, at(99)).await.expect("read");
    let revoked = link::revoke(&mut tx, written.id).await.expect("it changes");

    assert_eq!((good.as_ref(), by_id.as_ref()), (Some(&written), Some(&written)));
    assert_eq!((ended, guessed, revoked), (None, None, true));
    assert!(!link::revoke(&mut tx, written.id).await.expect("it was"));
    let after = link::find_by_secret(&mut tx, &[7; 16], at(99)).await.expect("read");
    assert_eq!(after, None);
}

async fn editions_are_numbered_and_never_change_once_published(world: &World) {
    let mut tx = world.write().await;
    let dialogue = insert_dialogue(&mut tx, "first", false).await;
    let other = insert_dialogue(&mut tx, "second", false).await;
    let ids: Vec<EditionId> = (0..3).map(|_| EditionId::from_uuid(Uuid::now_v7())).collect();
    let mut numbers = Vec::new();
    for (id, dialogue) in ids.iter().zip([dialogue, dialogue, other]) {
        let number = edition::insert(&mut tx, *id, dialogue, &[Tag::AR, Tag::EN], 6).await;
        numbers.push(number.expect("it is new"));
    }
    let files = [file("ar.html", "b1"), file("ar.pdf", "b2")];

    assert!(edition::progress(&mut tx, ids[0], 2, 7).await.expect("it changes"));
    let rendering = edition::find(&mut tx, ids[0]).await.expect("read").expect("it is there");
    assert!(edition::publish(&mut tx, ids[0], "c0ffee", &files).await.expect("it changes"));
    let published = edition::find_by_number(&mut tx, dialogue, 1).await.expect("read");
    let again = edition::publish(&mut tx, ids[0], "beef", &[]).await.expect("it is published");
    let failed = edition::fail(&mut tx, ids[0], "late").await.expect("it is published");
    let moved = edition::progress(&mut tx, ids[0], 0, 1).await.expect("it is published");

    assert_eq!(numbers, [1, 2, 1]);
    assert_eq!((rendering.state, rendering.done, rendering.total), (EditionState::Rendering, 2, 7));
    assert_eq!((again, failed, moved), (false, false, false));
    let published = published.expect("it is there");
    assert_eq!(edition::find(&mut tx, ids[0]).await.expect("read"), Some(published.clone()));
    assert_eq!((published.state, published.done), (EditionState::Published, 7));
    assert_eq!((published.hash.as_deref(), published.published_at), (Some("c0ffee"), Some(at(0))));
    assert_eq!(edition::files(&mut tx, ids[0]).await.expect("read"), files);
    let found = edition::file(&mut tx, ids[0], "ar.pdf").await.expect("read");
    assert_eq!(found.as_ref(), Some(&files[1]));
    assert!(edition::fail(&mut tx, ids[1], "no disk").await.expect("it changes"));
    let states: Vec<(u32, EditionState)> = edition::of_dialogue(&mut tx, dialogue)
        .await
        .expect("read")
        .iter()
        .map(|edition| (edition.number, edition.state))
        .collect();
    assert_eq!(states, [(2, EditionState::Failed), (1, EditionState::Published)]);
}

async fn a_job_is_taken_by_one_worker_until_its_lock_ends(world: &World) {
    let id = JobId::from_uuid(Uuid::now_v7());
    let mut tx = world.write().await;
    assert!(job::add(&mut tx, id, "report", "{}", at(10)).await.expect("it is added"));
    assert!(!job::add(&mut tx, id, "report", "{}", at(10)).await.expect("it is there"));
    tx.commit().await.expect("kept");

    let early = take(world, 9).await;
    let first = take(world, 10).await;
    let locked = take(world, 39).await;
    let second = take(world, 40).await;

    assert_eq!((early.len(), first.len(), locked.len(), second.len()), (0, 1, 0, 1));
    assert_eq!((first[0].attempts, second[0].attempts), (1, 2));
    let mut tx = world.store.write(at(41)).await.expect("a change begins");
    assert!(!job::finish(&mut tx, &first[0]).await.expect("somebody else has it"));
    assert!(!job::extend(&mut tx, &first[0], LEASE).await.expect("somebody else has it"));
    assert!(job::extend(&mut tx, &second[0], LEASE).await.expect("it is ours"));
    assert!(job::retry(&mut tx, &second[0], at(50), "busy").await.expect("it is ours"));
    tx.commit().await.expect("kept");
    assert_eq!(take(world, 49).await.len(), 0);
    let third = take(world, 50).await;
    let mut tx = world.store.write(at(51)).await.expect("a change begins");
    assert!(job::fail(&mut tx, &third[0], "never works").await.expect("it is ours"));
    tx.commit().await.expect("kept");
    assert_eq!(take(world, 1_000).await.len(), 0);
}

async fn no_job_is_taken_twice_by_many_workers(world: &World) {
    let mut tx = world.write().await;
    for _ in 0..60 {
        let id = JobId::from_uuid(Uuid::now_v7());
        job::add(&mut tx, id, "report", "{}", at(0)).await.expect("it is added");
    }
    tx.commit().await.expect("kept");

    let workers: Vec<_> = (0..6)
        .map(|_| {
            let store = world.store.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let mut tx = store.write(at(1)).await.expect("a change begins");
                    let jobs = job::take(&mut tx, "report", 3, LEASE).await.expect("taken");
                    tx.commit().await.expect("kept");
                    if jobs.is_empty() {
                        return taken;
                    }
                    taken.extend(jobs.into_iter().map(|job| job.id));
                }
            })
        })
        .collect();
    let mut taken = Vec::new();
    for worker in workers {
        taken.extend(worker.await.expect("the worker ends"));
    }

    assert_eq!(taken.len(), 60);
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 60);
}

async fn a_secret_is_made_once_and_can_be_rotated(world: &World) {
    let mut tx = world.write().await;

    let first = secret::ensure(&mut tx, "receipt", &[1; 32]).await.expect("it is made");
    let same = secret::ensure(&mut tx, "receipt", &[2; 32]).await.expect("it is there");
    let rotated = secret::rotate(&mut tx, "receipt", &[3; 32]).await.expect("it is added");

    assert_eq!((first.key_id, &first.value[..]), (1, &[1; 32][..]));
    assert_eq!(same, first);
    assert_eq!((rotated.key_id, &rotated.value[..]), (2, &[3; 32][..]));
    let old = secret::by_key(&mut tx, "receipt", 1).await.expect("read");
    assert_eq!(old, Some(first));
    assert_eq!(format!("{rotated:?}"), "Secret { name: \"receipt\", key_id: 2, .. }");
}

async fn removing_the_demonstration_leaves_the_rest(world: &World) {
    let mut tx = world.write().await;
    let mut surveys = Vec::new();
    for (slug, is_demonstration) in [("real", false), ("shown", true)] {
        let dialogue = insert_dialogue(&mut tx, slug, is_demonstration).await;
        let survey = SurveyId::from_uuid(Uuid::now_v7());
        survey::insert(&mut tx, survey, dialogue, "{}").await.expect("it is new");
        let meeting = insert_meeting(&mut tx, dialogue, slug, true, is_demonstration).await.id;
        attendance::enter(&mut tx, meeting, guest(), Tag::EN, true).await.expect("noted");
        let edition = EditionId::from_uuid(Uuid::now_v7());
        edition::insert(&mut tx, edition, dialogue, &[Tag::EN], 1).await.expect("it is new");
        let files = [file("a", "b"), file("c", slug)];
        edition::publish(&mut tx, edition, "00", &files).await.expect("it changes");
        surveys.push(survey);
    }
    tx.commit().await.expect("kept");
    let (writer, _) = world.writer().await;
    for survey in &surveys {
        let answers = (0..5).map(|number| response(*survey, number)).collect();
        writer.submit_all(answers).await.expect("all are stored");
    }

    let mut tx = world.write().await;
    assert_eq!(demonstration::dialogues(&mut tx).await.expect("read").len(), 1);
    assert!(edition::has_blob(&mut tx, "shown").await.expect("read"));
    assert_eq!(demonstration::remove(&mut tx).await.expect("it is removed"), 1);
    for (blob, is_left) in [("b", true), ("real", true), ("shown", false)] {
        assert_eq!(edition::has_blob(&mut tx, blob).await.expect("read"), is_left, "{blob}");
    }
    tx.commit().await.expect("kept");
    let late = writer.submit(response(surveys[1], 1)).await.expect("it is taken");

    assert_eq!(late, response::Reply::Closed);
    let mut tx = world.store.read().await.expect("it can be read");
    assert!(dialogue::find_by_slug(&mut tx, "shown").await.expect("read").is_none());
    assert!(meeting::find_by_code(&mut tx, "shown").await.expect("read").is_none());
    let left = response::responses_after(&mut tx, surveys[1], None, 10).await.expect("read");
    assert!(left.is_empty());
    assert!(response::cells_of(&mut tx, surveys[1]).await.expect("read").is_empty());
    let real = dialogue::find_by_slug(&mut tx, "real").await.expect("read").expect("there");
    assert_eq!(edition::of_dialogue(&mut tx, real.id).await.expect("read").len(), 1);
    assert_eq!(meeting::of_dialogue(&mut tx, real.id).await.expect("read").len(), 1);
    assert_eq!(response::count_of(&mut tx, surveys[0]).await.expect("read"), 5);
    drop(tx);
    writer.stop().await;
}

const LEASE: Duration = Duration::from_secs(30);

async fn take(world: &World, second: i64) -> Vec<job::Job> {
    let mut tx = world.store.write(at(second)).await.expect("a change begins");
    let taken = job::take(&mut tx, "report", 10, LEASE).await.expect("taken");
    tx.commit().await.expect("kept");
    taken
}

async fn insert_meeting(
    tx: &mut WriteTx,
    dialogue_id: DialogueId,
    code: &str,
    is_recorded: bool,
    is_demonstration: bool,
) -> Meeting {
    let meeting = Meeting {
        id: MeetingId::from_uuid(Uuid::now_v7()),
        dialogue_id,
        code: code.to_owned(),
        title: Texts::from([(Tag::EN, "First meeting")]),
        starts_at: at(3_600),
        minutes: 60,
        is_recorded,
        record_approved: false,
        is_demonstration,
        created_at: at(0),
    };
    meeting::insert(tx, &meeting).await.expect("the meeting is new");
    meeting
}

fn words_of(speaker: &str, segment: &str, revision: u32) -> Caption {
    Caption {
        segment: segment.to_owned(),
        language: Tag::EN,
        source_language: Tag::EN,
        revision,
        state: CaptionState::Final,
        author: CaptionAuthor::Machine,
        speaker: speaker.to_owned(),
        track: "TR_1".to_owned(),
        start: at(1),
        end: at(2),
        text: "We want peace.".to_owned(),
        stable: 14,
        untranslated: false,
    }
}

fn file(name: &str, blob: &str) -> EditionFile {
    EditionFile {
        name: name.to_owned(),
        media_type: "text/html".to_owned(),
        blob: blob.to_owned(),
        bytes: 10,
    }
}

fn guest() -> GuestId {
    GuestId::from_uuid(Uuid::now_v7())
}
