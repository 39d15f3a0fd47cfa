//! What the answer writer counts, for Prometheus.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// Counters of the answer writer; clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    pub(crate) stored: Counter,
    pub(crate) repeated: Counter,
    pub(crate) withdrawn: Counter,
    pub(crate) refused_full: Counter,
    pub(crate) commits: Counter,
    pub(crate) failed: Counter,
    pub(crate) waiting: Gauge,
    pub(crate) batch: Histogram,
    pub(crate) commit_seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            stored: Counter::default(),
            repeated: Counter::default(),
            withdrawn: Counter::default(),
            refused_full: Counter::default(),
            commits: Counter::default(),
            failed: Counter::default(),
            waiting: Gauge::default(),
            batch: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            commit_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 13)),
        }
    }
}

impl Metrics {
    /// Makes these metrics visible in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("store");
        let counters = [
            ("answers_stored", "Responses committed", &self.stored),
            ("answers_repeated", "Responses that were there already", &self.repeated),
            ("answers_withdrawn", "Responses taken back", &self.withdrawn),
            ("answers_refused", "Responses refused because the queue was full", &self.refused_full),
            ("commits", "Commits of the answer writer", &self.commits),
            ("batches_failed", "Batches of which nothing was stored", &self.failed),
        ];
        for (name, help, counter) in counters {
            registry.register(name, help, counter.clone());
        }
        registry.register(
            "answers_waiting",
            "Responses waiting for a commit",
            self.waiting.clone(),
        );
        registry.register("batch_size", "Responses and withdrawals per commit", self.batch.clone());
        registry.register(
            "commit_seconds",
            "From the beginning of a batch to its acknowledgement",
            self.commit_seconds.clone(),
        );
    }

    /// Returns how many commits and how many new responses there were, for tests and the bench.
    pub fn commits_and_stored(&self) -> (u64, u64) {
        (self.commits.get(), self.stored.get())
    }
}
