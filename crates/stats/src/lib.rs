//! Statistics on count cells: raking to the population's margins, Kish's design effect, shares with
//! their bases, suppression of small groups. Pure. Weights are the same for everybody of a group,
//! so that a billion answers cost what a thousand do.
//!
//! ```text
//!   cells → Sample → coarsened(k) → rake(margins) → Weighting → OpenResults::share(slot) → OpenShare
//! ```

mod open;
pub mod population;
mod rake;
mod sample;

pub use open::{Filter, OpenResults, OpenShare, Published, suppress_complement};
pub use rake::{Convergence, Margin, Weighting, WeightingSummary, rake};
pub use sample::{GROUP_MIN, Group, Sample, Variable};
