//! What is counted in rooms.

use std::sync::LazyLock;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use signal::Count;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct What {
    what: &'static str,
}

struct Metrics {
    counts: Family<What, Counter>,
    rooms: Gauge,
    sockets: Gauge,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| {
    let counts = Family::<What, Counter>::default();
    let rooms = Gauge::<i64>::default();
    let sockets = Gauge::<i64>::default();
    crate::metrics::register(|registry| {
        let help = "What was refused, dropped or mended in rooms";
        registry.register("signal_count", help, counts.clone());
        registry.register("signal_room", "Open rooms", rooms.clone());
        registry.register("signal_socket", "WebSockets of participants", sockets.clone());
    });
    Metrics { counts, rooms, sockets }
});

/// Makes the metrics visible before anything is counted.
pub(super) fn register() {
    LazyLock::force(&METRICS);
}

pub(super) fn count(count: Count) {
    what(count.as_str());
}

/// Counts what the glue itself refuses or drops.
pub(super) fn what(what: &'static str) {
    METRICS.counts.get_or_create(&What { what }).inc();
}

pub(super) fn rooms(change: i64) {
    METRICS.rooms.inc_by(change);
}

pub(super) fn sockets(change: i64) {
    METRICS.sockets.inc_by(change);
}
