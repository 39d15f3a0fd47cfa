//! The workers' promises: bounded, in order of weight, with deadlines, and each job answered.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use language::Tag;
use speech::{Answer, Job, Pool, Queue, SpeechError, Task};

use crate::library;

fn translate(text: &str, queue: Queue, deadline: Instant, to: mpsc::Sender<Answer>) -> Job {
    let legs = vec![(Tag::EN, Tag::PT)];
    let task = Task::Translate { text: text.to_owned(), legs };
    Job { task, queue, deadline, answer: Box::new(move |answer| drop(to.send(answer))) }
}

#[test]
fn what_is_too_late_is_not_computed() {
    let pool = Pool::start(&library(), 1).expect("threads can be started");
    let (sender, answers) = mpsc::channel();
    let job = translate("Good morning.", Queue::Lasting, Instant::now(), sender);

    pool.submit(job).expect("the queue is empty");

    assert!(matches!(answers.recv(), Ok(Err(SpeechError::Late))));
}

#[test]
fn a_pair_without_a_pack_is_answered_with_an_error() {
    let pool = Pool::start(&library(), 1).expect("threads can be started");
    let (sender, answers) = mpsc::channel();
    let legs = vec![(Tag::ZH, Tag::AR)];
    let answer = Box::new(move |answer| drop(sender.send(answer)));
    let deadline = Instant::now() + Duration::from_secs(10);
    let task = Task::Translate { text: "你好".into(), legs };

    pool.submit(Job { task, queue: Queue::Lasting, deadline, answer }).expect("it is empty");

    assert!(matches!(answers.recv(), Ok(Err(SpeechError::NoPack))));
}

#[test]
fn a_queue_that_is_full_refuses_and_what_it_took_is_answered() {
    let pool = Pool::start(&library(), 1).expect("threads can be started");
    let (sender, answers) = mpsc::channel();
    let deadline = Instant::now() + Duration::from_mins(1);
    let text = "The delegates adopted the resolution by consensus.";

    let taken = (0..1_000)
        .filter(|_| pool.submit(translate(text, Queue::Passing, deadline, sender.clone())).is_ok())
        .count();
    drop(sender);

    assert!(taken < 1_000, "nothing was refused");
    assert_eq!(answers.iter().flatten().count(), taken);
}
