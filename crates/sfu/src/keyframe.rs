//! When a key frame is asked for: a frame costs the publisher and everybody who receives it.

use std::time::{Duration, Instant};

/// How often one source is asked at most. An encoder needs about this long to answer.
pub const INTERVAL: Duration = Duration::from_millis(500);

/// Keeps requests to one source apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Throttle {
    asked_at: Option<Instant>,
}

impl Throttle {
    /// Returns whether the source is to be asked; whoever still waits asks again with the next
    /// packet.
    pub fn ask(&mut self, now: Instant) -> bool {
        let is_due = self.asked_at.is_none_or(|at| now.saturating_duration_since(at) >= INTERVAL);
        if is_due {
            self.asked_at = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewrite::tests::start;

    #[test]
    fn a_source_is_asked_once_per_interval() {
        let mut throttle = Throttle::default();

        let asked =
            [0, 499, 500, 999, 1000].map(|ms| throttle.ask(start() + Duration::from_millis(ms)));

        assert_eq!(asked, [true, false, true, false, true]);
    }
}
