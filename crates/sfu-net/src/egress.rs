//! What leaves in one tick: neighbours of one size to one address become one message, which the
//! kernel cuts into datagrams (UDP segmentation).

use std::net::{IpAddr, SocketAddr};

use crate::metrics::Metrics;
use crate::socket::{Run, SEGMENTS_MAX, Socket};

/// Bytes of one batch: the kernel's limit of a run is 64 KiB, and several fit.
const ARENA: usize = 512 * 1024;

/// Messages of one batch. `sendmmsg` gains little beyond.
const RUNS_MAX: usize = 128;

/// The kernel takes no larger message.
const RUN_BYTES_MAX: usize = 65_000;

/// Collects datagrams in an arena and sends them in batches.
pub(crate) struct Egress {
    arena: Vec<u8>,
    used: usize,
    runs: Vec<Run>,
    /// Source addresses that this host really has; any other cannot be asked for.
    here: Vec<IpAddr>,
    metrics: Metrics,
}

/// An [`Egress`] with the socket it sends through.
pub(crate) struct Out<'a> {
    pub(crate) egress: &'a mut Egress,
    pub(crate) socket: &'a Socket,
}

impl Egress {
    pub(crate) fn new(here: Vec<IpAddr>, metrics: Metrics) -> Self {
        Self { arena: vec![0; ARENA], used: 0, runs: Vec::with_capacity(RUNS_MAX), here, metrics }
    }

    fn commit(&mut self, from: IpAddr, to: SocketAddr, segment: usize, n: usize) {
        let from = self.here.contains(&from).then_some(from);
        let at = self.used;
        self.used += n;
        if let Some(last) = self.runs.last_mut()
            && last.to == to
            && last.from == from
            && last.at + last.bytes == at
            && last.takes(segment, n)
        {
            last.bytes += n;
            return;
        }
        self.runs.push(Run { from, to, at, bytes: n, segment });
    }

    pub(crate) fn flush(&mut self, socket: &Socket) {
        if self.runs.is_empty() {
            return;
        }
        let report = socket.send(&self.arena, &self.runs);
        let datagrams: usize = self.runs.iter().map(Run::datagrams).sum();
        let bytes: usize = self.runs.iter().map(|run| run.bytes).sum();
        let segmented = self.runs.iter().filter(|run| run.datagrams() > 1).count();
        self.metrics.datagrams_out.inc_by(as_u64(datagrams.saturating_sub(report.dropped)));
        self.metrics.bytes_out.inc_by(as_u64(bytes));
        self.metrics.messages_out.inc_by(as_u64(report.messages));
        self.metrics.runs_out.inc_by(as_u64(segmented));
        self.metrics.send_drops.inc_by(as_u64(report.dropped));
        self.runs.clear();
        self.used = 0;
    }
}

impl Run {
    /// Whether a neighbour fits: all segments are of one size, only the last may be smaller.
    fn takes(&self, segment: usize, n: usize) -> bool {
        self.bytes.is_multiple_of(self.segment)
            && (segment == self.segment || (n == segment && n < self.segment))
            && self.bytes + n <= RUN_BYTES_MAX
            && self.datagrams() + n.div_ceil(self.segment) <= SEGMENTS_MAX
    }
}

impl sfu::engine::Egress for Out<'_> {
    fn room(&mut self, n: usize) -> &mut [u8] {
        if self.egress.used + n > ARENA || self.egress.runs.len() >= RUNS_MAX {
            self.egress.flush(self.socket);
        }
        let used = self.egress.used;
        &mut self.egress.arena[used..used + n]
    }

    fn commit(&mut self, from: SocketAddr, to: SocketAddr, segment: usize, n: usize) {
        self.egress.commit(from.ip(), to, segment, n);
    }
}

fn as_u64(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs_of(sizes: &[(u16, usize)]) -> Vec<(u16, usize, usize)> {
        let mut egress = Egress::new(vec![], Metrics::default());
        for (port, n) in sizes {
            let to = SocketAddr::from(([127, 0, 0, 1], *port));
            egress.commit(IpAddr::from([127, 0, 0, 1]), to, *n, *n);
        }
        let run = |run: &Run| (run.to.port(), run.segment, run.datagrams());
        egress.runs.iter().map(run).collect()
    }

    #[test]
    fn neighbours_of_one_size_to_one_address_are_one_run() {
        assert_eq!(
            runs_of(&[(1, 100), (1, 100), (2, 100), (1, 100)]),
            [(1, 100, 2), (2, 100, 1), (1, 100, 1)]
        );
    }

    #[test]
    fn only_the_last_of_a_run_is_smaller() {
        assert_eq!(
            runs_of(&[(1, 100), (1, 60), (1, 60), (1, 100)]),
            [(1, 100, 2), (1, 60, 1), (1, 100, 1)]
        );
    }

    #[test]
    fn a_run_has_no_more_segments_than_the_kernel_takes() {
        let sizes = vec![(1, 10); SEGMENTS_MAX + 1];

        assert_eq!(runs_of(&sizes), [(1, 10, SEGMENTS_MAX), (1, 10, 1)]);
    }
}
