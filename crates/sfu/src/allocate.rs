//! Which simulcast layer somebody gets: a pure function of wish, supply and estimate.

use model::media::Layer;

/// Room that a rise needs above what it costs, in per cent: an estimate swings, a picture that
/// swings with it is worse than a small one.
const RISE_PERCENT: u64 = 120;

/// One video that somebody would like to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The highest layer of use.
    pub wish: Layer,
    /// The layers that arrive, lowest first, with their rates.
    pub supply: Vec<(Layer, u64)>,
    /// What is forwarded at present.
    pub current: Option<Layer>,
}

impl Ask {
    /// The layers of use: those up to the wish, or else the smallest there is.
    fn useful(&self) -> &[(Layer, u64)] {
        let upto = self.supply.partition_point(|(layer, _)| *layer <= self.wish);
        &self.supply[..upto.max(1).min(self.supply.len())]
    }
}

/// Returns a layer, or nothing, for each ask in turn; earlier ones matter more.
///
/// Sound comes first: `audio_bps` is taken off the estimate before any picture. Without an
/// estimate each wish is granted.
pub fn allocate(estimate_bps: Option<u64>, audio_bps: u64, asks: &[Ask]) -> Vec<Option<Layer>> {
    let Some(estimate_bps) = estimate_bps else {
        return asks.iter().map(|ask| ask.useful().last().map(|best| best.0)).collect();
    };
    let mut left_bps = estimate_bps.saturating_sub(audio_bps);
    let mut steps = vec![0_usize; asks.len()];
    // Everybody is seen small before anybody is seen large.
    for step in 0..=Layer::High as usize {
        for (ask, taken) in asks.iter().zip(&mut steps) {
            let Some((layer, rate_bps)) = ask.useful().get(step) else { continue };
            if *taken != step {
                continue;
            }
            let held_bps = step.checked_sub(1).map_or(0, |below| ask.useful()[below].1);
            let more_bps = rate_bps.saturating_sub(held_bps);
            let is_rise = ask.current.is_none_or(|current| *layer > current);
            let needed_bps = if is_rise { more_bps * RISE_PERCENT / 100 } else { more_bps };
            if needed_bps <= left_bps {
                left_bps -= more_bps;
                *taken = step + 1;
            }
        }
    }
    let layer = |(ask, taken): (&Ask, usize)| Some(ask.useful().get(taken.checked_sub(1)?)?.0);
    asks.iter().zip(steps).map(layer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Layer::{High, Low, Medium};

    fn ask(wish: Layer, current: Option<Layer>) -> Ask {
        Ask { wish, supply: vec![(Low, 100), (Medium, 400), (High, 1500)], current }
    }

    #[test]
    fn wish_supply_and_estimate_make_the_layer() {
        let only_high = Ask { wish: Low, supply: vec![(High, 900)], current: None };
        let no_medium = Ask { wish: Medium, supply: vec![(Low, 100), (High, 900)], current: None };
        let nothing = Ask { wish: High, supply: vec![], current: None };
        let table = [
            ("no estimate: the wish", None, vec![ask(Medium, None)], vec![Some(Medium)]),
            ("above the wish only: the smallest there is", None, vec![only_high], vec![Some(High)]),
            ("the wish is missing: the next below", None, vec![no_medium], vec![Some(Low)]),
            ("nothing arrives: nothing", None, vec![nothing], vec![None]),
            ("room for all", Some(9000), vec![ask(High, None)], vec![Some(High)]),
            ("sound is kept: no room for a picture", Some(60), vec![ask(High, None)], vec![None]),
            ("kept at its own rate", Some(450), vec![ask(High, Some(Medium))], vec![Some(Medium)]),
            ("not raised at its own rate", Some(450), vec![ask(High, Some(Low))], vec![Some(Low)]),
            ("raised with room above", Some(550), vec![ask(High, Some(Low))], vec![Some(Medium)]),
            (
                "both small before one large",
                Some(300),
                vec![ask(High, None), ask(High, None)],
                vec![Some(Low), Some(Low)],
            ),
            (
                "the first rises first",
                Some(700),
                vec![ask(High, None), ask(High, None)],
                vec![Some(Medium), Some(Low)],
            ),
            (
                "the last goes first",
                Some(160),
                vec![ask(Low, None), ask(Low, None)],
                vec![None, None],
            ),
        ];
        for (name, estimate_bps, asks, expected) in table {
            assert_eq!(allocate(estimate_bps, 50, &asks), expected, "{name}");
        }
    }
}
