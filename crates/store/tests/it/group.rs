//! Group commit: answers, cells and withdrawals.

use model::cell::Cell;
use model::id::{ResponseId, SurveyId};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use store::response::{
    self, Recount, Reply, StoredResponse, SubmitError, Withdrawal, Writer, WriterConfig, recount,
};
use store::seal::{Keyring, SealedText};
use store::{Engine, Metrics, StoreError, survey};
use uuid::Uuid;

use crate::postgres;
use crate::world::{World, at, count_of, on_both, response};

on_both! {
    answers_share_commits_and_are_all_there
    cells_are_what_the_rows_say
    an_answer_sent_twice_is_stored_once
    a_batch_of_old_and_new_answers_counts_the_new_ones
    a_withdrawn_answer_is_gone_and_stays_withdrawn
    a_withdrawal_of_nothing_changes_nothing
    a_closed_survey_takes_no_answers_and_still_shows_a_repeated_one
    a_full_queue_refuses_before_anything_is_read
    a_receipt_finds_the_answers_of_its_millisecond
    pages_of_answers_follow_each_other
    a_recount_puts_wrong_cells_right_and_the_writer_goes_on_from_there
    what_cannot_be_stored_is_refused_alone
    a_writer_that_stops_stores_what_waits
    a_second_writer_never_shares_a_lane
    an_old_hour_is_read_again_after_it_was_let_go
    metrics_say_what_was_committed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_whose_connection_breaks_takes_a_lane_again() {
    let world = World::new(Engine::Postgres).await;
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let answers: Vec<_> = (0..30).map(|number| response(survey, number)).collect();
    writer.submit_all(answers[..20].to_vec()).await.expect("all are stored");
    let end_its_back_end = "SELECT pg_terminate_backend(pid) FROM pg_locks \
        WHERE locktype = 'advisory' AND classid = 75 \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    postgres::execute(&world.url, end_its_back_end).await;

    let mut replies = Vec::new();
    for answer in &answers {
        // What was on its way when the connection broke is told as an error, and sent again.
        let reply = match writer.submit(answer.clone()).await {
            Err(SubmitError::Store(_)) => writer.submit(answer.clone()).await,
            other => other,
        };
        replies.push(reply.expect("it is taken"));
    }

    assert_eq!(replies[..20], [Reply::Repeated; 20]);
    assert_eq!(count(&world, survey).await, 30);
    assert!(!recount_now(&world, survey).await.differed);
    writer.stop().await;
    world.remove().await;
}

async fn answers_share_commits_and_are_all_there(world: &World) {
    let survey = world.survey().await;
    let (writer, metrics) = world.writer().await;
    let sent: Vec<_> = (0..1_500).map(|number| response(survey, number)).collect();
    let mut ids: Vec<ResponseId> = sent.iter().map(|response| response.id).collect();
    ids.sort();

    let replies = writer.submit_all(sent).await.expect("all are stored");

    assert!(replies.iter().all(|reply| *reply == Reply::Stored));
    let stored: Vec<ResponseId> = all(world, survey).await.iter().map(|row| row.id).collect();
    assert_eq!(stored, ids);
    let (commits, counted) = metrics.commits_and_stored();
    assert_eq!(counted, 1_500);
    assert!(commits <= 200, "{commits} commits for 1,500 answers");
    writer.stop().await;
}

async fn cells_are_what_the_rows_say(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let answers = (0..600).map(|number| response(survey, number)).collect();
    writer.submit_all(answers).await.expect("all are stored");
    let kept = cells(world, survey).await;

    let found = recount_now(world, survey).await;

    assert!(!found.differed);
    assert_eq!(found.responses, 600);
    assert_eq!(kept.iter().map(|cell| cell.counts[0]).sum::<u32>(), 600);
    assert_eq!(kept, cells(world, survey).await);
    writer.stop().await;
}

async fn an_answer_sent_twice_is_stored_once(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let answer = response(survey, 3);

    let first = writer.submit(answer.clone()).await.expect("it is taken");
    let second = writer.submit(answer.clone()).await.expect("it is taken");
    let other = response(survey, 4);
    let together = writer.submit_all(vec![other.clone(), other]).await.expect("they are taken");

    assert_eq!((first, second), (Reply::Stored, Reply::Repeated));
    assert_eq!(together, [Reply::Stored, Reply::Repeated]);
    assert_eq!(count(world, survey).await, 2);
    assert!(!recount_now(world, survey).await.differed);
    writer.stop().await;
}

async fn a_batch_of_old_and_new_answers_counts_the_new_ones(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let old: Vec<_> = (0..40).map(|number| response(survey, number)).collect();
    writer.submit_all(old.clone()).await.expect("all are stored");
    let new: Vec<_> = (0..40).map(|number| response(survey, number)).collect();
    let mixed = old.iter().zip(&new).flat_map(|(old, new)| [old.clone(), new.clone()]).collect();

    let replies = writer.submit_all(mixed).await.expect("all are taken");

    assert!(replies.chunks(2).all(|pair| pair == [Reply::Repeated, Reply::Stored]));
    assert_eq!(count(world, survey).await, 80);
    assert!(!recount_now(world, survey).await.differed);
    writer.stop().await;
}

async fn a_withdrawn_answer_is_gone_and_stays_withdrawn(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let keyring = Keyring::open(world.folder()).expect("a key is made");
    let mut answer = response(survey, 5);
    let sealed: SealedText = keyring.seal(answer.id, "secret advice");
    answer.text = Some(sealed.clone());
    writer.submit(answer.clone()).await.expect("it is stored");
    writer.submit(response(survey, 5)).await.expect("it is stored");
    let stored = find(world, answer.id).await;
    assert_eq!(stored.text(), Some(sealed.clone()));

    let done = withdraw(&writer, stored.clone()).await;
    let again = withdraw(&writer, stored).await;
    let replayed = writer.submit(answer.clone()).await.expect("it is taken");

    assert_eq!((done, again), (Withdrawal::Done, Withdrawal::Repeated));
    assert_eq!(replayed, Reply::Withdrawn);
    let left = find(world, answer.id).await;
    assert_eq!((left.answers.as_str(), left.text(), left.withdrawn_at), ("", None, Some(at(99))));
    assert_eq!(count(world, survey).await, 1);
    assert_eq!(all(world, survey).await.len(), 1);
    assert!(!recount_now(world, survey).await.differed);
    writer.stop().await;
    if world.store.engine() == Engine::Sqlite {
        assert_no_file_holds(world.folder(), &sealed.key);
    }
}

async fn a_withdrawal_of_nothing_changes_nothing(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    writer.submit(response(survey, 5)).await.expect("it is stored");
    let mut unknown = all(world, survey).await.remove(0);
    unknown.id = ResponseId::from_uuid(Uuid::now_v7());

    let done = withdraw(&writer, unknown).await;

    assert_eq!(done, Withdrawal::Unknown);
    assert_eq!(count(world, survey).await, 1);
    writer.stop().await;
}

async fn a_closed_survey_takes_no_answers_and_still_shows_a_repeated_one(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let early = response(survey, 1);
    writer.submit(early.clone()).await.expect("it is stored");
    let mut tx = world.write().await;
    assert!(survey::close(&mut tx, survey).await.expect("it closes"));
    assert!(!survey::close(&mut tx, survey).await.expect("it is closed"));
    tx.commit().await.expect("kept");
    let foreign = response(SurveyId::from_uuid(Uuid::now_v7()), 2);

    let replies =
        writer.submit_all(vec![early, response(survey, 2), foreign]).await.expect("all are taken");

    assert_eq!(replies, [Reply::Repeated, Reply::Closed, Reply::Closed]);
    assert_eq!(count(world, survey).await, 1);
    let mut tx = world.write().await;
    assert!(survey::open(&mut tx, survey).await.expect("it opens"));
    tx.commit().await.expect("kept");
    let late = writer.submit(response(survey, 3)).await.expect("it is taken");
    assert_eq!(late, Reply::Stored);
    writer.stop().await;
}

async fn a_full_queue_refuses_before_anything_is_read(world: &World) {
    let survey = world.survey().await;
    let metrics = Metrics::default();
    let config = WriterConfig { queue_max: 4 };
    let writer = Writer::start(&world.store, config, metrics).await.expect("it starts");
    let places: Vec<_> = (0..4).map(|_| writer.reserve().expect("there is a place")).collect();

    let refused = writer.submit(response(survey, 1)).await;

    assert!(matches!(refused, Err(SubmitError::Full)));
    for place in places {
        let reply = place.submit(response(survey, 2)).await.expect("its place was kept");
        assert_eq!(reply, Reply::Stored);
    }
    assert_eq!(count(world, survey).await, 4);
    writer.stop().await;
}

async fn a_receipt_finds_the_answers_of_its_millisecond(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let id = |millis: u128, rest: u128| {
        ResponseId::from_uuid(Uuid::from_u128((millis << 80) | (7 << 76) | (2 << 62) | rest))
    };
    let ids = [id(999, 9), id(1_000, 1), id(1_000, 2), id(1_001, 1)];
    for id in ids {
        let mut answer = response(survey, 1);
        answer.id = id;
        writer.submit(answer).await.expect("it is stored");
    }

    let mut tx = world.store.read().await.expect("it can be read");
    let found = response::of_millisecond(&mut tx, 1_000).await.expect("it can be read");

    assert_eq!(found, [ids[1], ids[2]]);
    writer.stop().await;
}

async fn pages_of_answers_follow_each_other(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let answers = (0..25).map(|number| response(survey, number)).collect();
    writer.submit_all(answers).await.expect("all are stored");

    let mut tx = world.store.read().await.expect("it can be read");
    let mut sizes = Vec::new();
    let mut after = None;
    loop {
        let page = response::responses_after(&mut tx, survey, after, 10).await.expect("read");
        sizes.push(page.len());
        let Some(last) = page.last() else { break };
        assert!(after.is_none_or(|before| before < last.id));
        after = Some(last.id);
    }

    assert_eq!(sizes, [10, 10, 5, 0]);
    writer.stop().await;
}

async fn a_recount_puts_wrong_cells_right_and_the_writer_goes_on_from_there(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let answers = (0..50).map(|number| response(survey, number)).collect();
    writer.submit_all(answers).await.expect("all are stored");
    let right = cells(world, survey).await;
    let mut tx = world.write().await;
    let wrong = recount(&mut tx, survey, |row| {
        let (stratum, _) = count_of(row)?;
        Some((stratum, vec![77]))
    });
    assert!(wrong.await.expect("it is counted").differed);
    tx.commit().await.expect("kept");

    let found = recount_now(world, survey).await;
    writer.submit(response(survey, 1)).await.expect("it is stored");

    assert!(found.differed);
    assert_ne!(cells(world, survey).await, right);
    let after = recount_now(world, survey).await;
    assert_eq!((after.differed, after.responses, after.uncounted), (false, 51, 0));
    writer.stop().await;
}

async fn what_cannot_be_stored_is_refused_alone(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let mut with_nul = response(survey, 1);
    with_nul.answers.push('\0');
    let mut with_far_slot = response(survey, 1);
    with_far_slot.slots = vec![response::SLOT_MAX + 1];

    let nul = writer.submit(with_nul).await;
    let far = writer.submit(with_far_slot).await;
    let good = writer.submit(response(survey, 1)).await.expect("it is stored");

    assert!(matches!(nul, Err(SubmitError::Unstorable)));
    assert!(matches!(far, Err(SubmitError::Unstorable)));
    assert_eq!(good, Reply::Stored);
    writer.stop().await;
}

async fn a_writer_that_stops_stores_what_waits(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    let place = writer.reserve().expect("there is a place");
    let stopping = tokio::spawn({
        let writer = writer.clone();
        async move { writer.stop().await }
    });

    let reply = place.submit(response(survey, 1)).await.expect("its place was kept");
    stopping.await.expect("it stops");

    assert_eq!(reply, Reply::Stored);
    let late = writer.submit(response(survey, 2)).await;
    assert!(matches!(late, Err(SubmitError::Stopped)));
    assert_eq!(count(world, survey).await, 1);
}

async fn a_second_writer_never_shares_a_lane(world: &World) {
    let survey = world.survey().await;
    let (first, _) = world.writer().await;
    let second = Writer::start(&world.store, WriterConfig::default(), Metrics::default()).await;
    first.submit(response(survey, 1)).await.expect("it is stored");
    match (world.store.engine(), second) {
        (Engine::Sqlite, second) => {
            assert!(matches!(second, Err(StoreError::Taken(_))));
            first.stop().await;
            let (next, _) = world.writer().await;
            next.stop().await;
        }
        (Engine::Postgres, second) => {
            let second = second.expect("it takes a lane of its own");
            second.submit(response(survey, 1)).await.expect("it is stored");
            let stored = all(world, survey).await.remove(0);
            // Also when the lane that counted it is another one.
            assert_eq!(withdraw(&second, stored.clone()).await, Withdrawal::Done);
            assert_eq!(withdraw(&first, stored).await, Withdrawal::Repeated);
            let lanes = "SELECT COUNT(DISTINCT lane) FROM cell";
            assert_eq!(postgres::number(&world.url, lanes).await, 2);
            first.stop().await;
            second.stop().await;
        }
    }
    assert_eq!(count(world, survey).await, 1);
    assert!(!recount_now(world, survey).await.differed);
}

async fn an_old_hour_is_read_again_after_it_was_let_go(world: &World) {
    let survey = world.survey().await;
    let (writer, _) = world.writer().await;
    for round in 0..2 {
        for hour in 0..70 {
            let mut answer = response(survey, 1);
            answer.received_at = at(hour * 3_600 + round);
            writer.submit(answer).await.expect("it is stored");
        }
    }

    let counts: Vec<u32> = cells(world, survey).await.iter().map(|cell| cell.counts[0]).collect();

    assert_eq!(counts, [2; 70]);
    writer.stop().await;
}

async fn metrics_say_what_was_committed(world: &World) {
    let survey = world.survey().await;
    let (writer, metrics) = world.writer().await;
    let mut registry = Registry::with_prefix("plenary");
    metrics.register(&mut registry);
    let answer = response(survey, 1);
    writer.submit_all(vec![answer.clone(), answer, response(survey, 2)]).await.expect("stored");
    withdraw(&writer, all(world, survey).await.remove(0)).await;
    writer.stop().await;

    let mut text = String::new();
    encode(&mut text, &registry).expect("metrics are text");

    for line in [
        "plenary_store_answers_stored_total 2",
        "plenary_store_answers_repeated_total 1",
        "plenary_store_answers_withdrawn_total 1",
        "plenary_store_answers_waiting 0",
        "plenary_store_batches_failed_total 0",
        "plenary_store_batch_size_sum 4.0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

async fn withdraw(writer: &Writer, stored: StoredResponse) -> Withdrawal {
    let (stratum, slots) = count_of(&stored).expect("its answers were read");
    writer.withdraw(stored, stratum, slots, at(99)).await.expect("it is taken")
}

async fn all(world: &World, survey: SurveyId) -> Vec<StoredResponse> {
    let mut tx = world.store.read().await.expect("it can be read");
    response::responses_after(&mut tx, survey, None, 10_000).await.expect("it can be read")
}

async fn find(world: &World, id: ResponseId) -> StoredResponse {
    let mut tx = world.store.read().await.expect("it can be read");
    response::find(&mut tx, id).await.expect("it can be read").expect("it is there")
}

async fn cells(world: &World, survey: SurveyId) -> Vec<Cell> {
    let mut tx = world.store.read().await.expect("it can be read");
    response::cells_of(&mut tx, survey).await.expect("it can be read")
}

async fn count(world: &World, survey: SurveyId) -> u64 {
    let mut tx = world.store.read().await.expect("it can be read");
    response::count_of(&mut tx, survey).await.expect("it can be read")
}

async fn recount_now(world: &World, survey: SurveyId) -> Recount {
    let mut tx = world.write().await;
    let found = recount(&mut tx, survey, count_of).await.expect("it is counted");
    tx.commit().await.expect("kept");
    found
}

fn assert_no_file_holds(folder: &std::path::Path, bytes: &[u8]) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it is there").path();
        let content = std::fs::read(&path).expect("it can be read");
        let is_held = content.windows(bytes.len()).any(|window| window == bytes);
        assert!(!is_held, "{} still holds a forgotten key", path.display());
    }
}
