//! What is counted about captions.

use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

/// Where latencies are cut, in seconds, around the numbers we are held to: 1 and 2.
const BUCKETS: [f64; 10] = [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0];

struct Metrics {
    desks: Gauge,
    captions: Counter,
    untranslated: Counter,
    sound_dropped: Counter,
    given_up: Counter,
    first_words: Histogram,
    finals: Histogram,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics {
    desks: Gauge::default(),
    captions: Counter::<u64, AtomicU64>::default(),
    untranslated: Counter::<u64, AtomicU64>::default(),
    sound_dropped: Counter::<u64, AtomicU64>::default(),
    given_up: Counter::<u64, AtomicU64>::default(),
    first_words: Histogram::new(BUCKETS),
    finals: Histogram::new(BUCKETS),
});

pub(super) fn register() {
    let metrics = &*METRICS;
    crate::metrics::register(|registry| {
        registry.register("interpret_desk", "Rooms with an interpreter", metrics.desks.clone());
        registry.register("interpret_caption", "Captions sent", metrics.captions.clone());
        registry.register(
            "interpret_caption_untranslated",
            "Final captions that show the original",
            metrics.untranslated.clone(),
        );
        registry.register(
            "interpret_sound_dropped",
            "Pieces of sound that came faster than they were heard",
            metrics.sound_dropped.clone(),
        );
        registry.register(
            "interpret_utterance_given_up",
            "Utterances that the recogniser did not keep up with",
            metrics.given_up.clone(),
        );
        registry.register(
            "interpret_first_words_seconds",
            "From the beginning of speech to its first caption",
            metrics.first_words.clone(),
        );
        registry.register(
            "interpret_final_seconds",
            "From the end of a sentence to its final caption, in every language",
            metrics.finals.clone(),
        );
    });
}

pub(super) fn desk(change: i64) {
    METRICS.desks.inc_by(change);
}

pub(super) fn caption() {
    METRICS.captions.inc();
}

pub(super) fn untranslated() {
    METRICS.untranslated.inc();
}

pub(super) fn sound_dropped() {
    METRICS.sound_dropped.inc();
}

pub(super) fn given_up(utterances: u64) {
    METRICS.given_up.inc_by(utterances);
}

pub(super) fn first_words(after: Duration) {
    METRICS.first_words.observe(after.as_secs_f64());
}

pub(super) fn finished(after: Duration) {
    METRICS.finals.observe(after.as_secs_f64());
}
