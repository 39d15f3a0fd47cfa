//! The assembly drawn from data: half rings of dots, a wedge for each region from west to east.

use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

use super::Assembly;

/// The drawing's own size; painters scale it.
pub(super) const WIDTH: f64 = 640.0;
pub(super) const HEIGHT: f64 = 322.0;

const DOTS_MAX: u64 = 500;
const CENTRE_Y: f64 = 310.0;
const OUTER: f64 = 300.0;
const INNER: f64 = 118.0;

/// One dot, at its place in a drawing of 640 by 322.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dot {
    pub x: f64,
    pub y: f64,
    pub radius: f64,
    /// Which region, counted from the west; none where no region was given.
    pub region: Option<usize>,
}

/// Returns a round number of answers for each dot.
pub(super) fn answers_per_dot(answers: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let size = step.saturating_mul(factor);
            if answers.div_ceil(size) <= DOTS_MAX {
                return size;
            }
        }
        step = step.saturating_mul(10);
    }
}

/// Returns the dots, sorted so that each region's are together.
pub(super) fn dots(assembly: &Assembly) -> Vec<Dot> {
    let owners = owners(assembly);
    let mut places = places(owners.len());
    // From west to east: by angle, and within one angle from the outside in.
    places.sort_by(|a, b| b.angle.total_cmp(&a.angle).then(b.ring.cmp(&a.ring)));
    let radius = radius(owners.len());
    places
        .iter()
        .zip(owners)
        .map(|(place, region)| Dot {
            x: round(WIDTH / 2.0 + place.distance * place.angle.cos()),
            y: round(CENTRE_Y - place.distance * place.angle.sin()),
            radius,
            region,
        })
        .collect()
}

/// Returns whose each dot is. A region with any answers has a dot; nothing is invented beyond it.
fn owners(assembly: &Assembly) -> Vec<Option<usize>> {
    let size = assembly.answers_per_dot.max(1);
    let dots_of =
        |n: u64| usize::try_from((n + size / 2) / size).unwrap_or(0).max(usize::from(n > 0));
    let mut owners = Vec::new();
    for (i, (_, answers)) in assembly.regions.iter().enumerate() {
        owners.extend(std::iter::repeat_n(Some(i), dots_of(*answers)));
    }
    owners.extend(std::iter::repeat_n(None, dots_of(assembly.unplaced)));
    owners
}

struct Place {
    ring: usize,
    distance: f64,
    angle: f64,
}

/// Spreads so many seats over the rings, in proportion to each ring's length.
fn places(seats: usize) -> Vec<Place> {
    let rings = rings(seats);
    let distances: Vec<f64> = (0..rings).map(|ring| distance(ring, rings)).collect();
    let length: f64 = distances.iter().sum();
    let mut places = Vec::with_capacity(seats);
    let mut before = 0.0;
    for (ring, distance) in distances.iter().copied().enumerate() {
        let from = share_of(seats, before / length);
        before += distance;
        let until = if ring + 1 == rings { seats } else { share_of(seats, before / length) };
        let here = until.saturating_sub(from);
        for seat in 0..here {
            #[expect(clippy::cast_precision_loss, reason = "at most a few hundred seats")]
            let angle = if here == 1 { PI / 2.0 } else { PI * seat as f64 / (here - 1) as f64 };
            places.push(Place { ring, distance, angle });
        }
    }
    places
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a few hundred"
)]
fn share_of(seats: usize, share: f64) -> usize {
    (seats as f64 * share).round() as usize
}

fn rings(seats: usize) -> usize {
    match seats {
        0..40 => 3,
        40..120 => 5,
        120..260 => 7,
        260..400 => 9,
        _ => 10,
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most ten rings")]
fn distance(ring: usize, rings: usize) -> f64 {
    OUTER - (OUTER - INNER) * ring as f64 / (rings - 1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "at most ten rings")]
fn radius(seats: usize) -> f64 {
    let between_rings = (OUTER - INNER) / (rings(seats) - 1) as f64;
    round((between_rings * 0.36).min(7.3))
}

fn round(at: f64) -> f64 {
    (at * 10.0).round() / 10.0
}
