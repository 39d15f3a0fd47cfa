//! Two thousand invented answers. Who takes part follows the mix published of UN75; what they
//! choose is invented.

use std::time::Duration;

use language::Tag;
use model::Timestamp;
use model::cell::Stratum;
use model::id::{ChannelId, ResponseId, SurveyId};
use rand::rngs::StdRng;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use store::response::NewResponse;
use store::seal::Keyring;
use survey::demographics::{AGES, GENDERS, REGIONS};
use survey::{Codes, Kind, Layout, Question, Questionnaire, Raw, RawAnswer, Role};
use uuid::Uuid;

use super::words;

const ANSWERS: usize = 2_000;

/// The same answers at every first start.
const SEED: u64 = 0x0075_2020;

/// How long ago the first one came.
const PERIOD_SECONDS: u64 = 28 * 24 * 3600;

/// Share of the answers by region in UN75, in hundredths of a per cent, as in `REGIONS`.
const REGION_WEIGHTS: [u32; 8] = [3230, 1035, 1390, 683, 783, 292, 185, 2402];

/// Invented: the young answer more.
const AGE_WEIGHTS: [u32; 6] = [6, 46, 26, 13, 7, 2];
const GENDER_WEIGHTS: [u32; 3] = [49, 48, 1];

/// Invented: how much each place of a list is liked. Ranks come out clear, not steep.
const LIKED: [u32; 13] = [90, 34, 41, 66, 74, 48, 30, 82, 44, 52, 26, 18, 6];

/// Invented: levels of schooling, from none to university.
const SCHOOLING: [u32; 5] = [4, 14, 38, 16, 28];

/// Invented: about one in eight has a disability.
const DISABILITY: [u32; 2] = [12, 88];

/// Invented: most find cooperation essential, and the future a little better.
const STEPS_OF_5: [u32; 5] = [46, 30, 15, 6, 3];
const STEPS_OF_3: [u32; 3] = [49, 19, 32];

/// One in this many passes a question over, and one in that many gives advice.
const PASSES_OVER: u32 = 14;
const GIVES_ADVICE: u32 = 12;

/// Returns the invented answers of the last four weeks, sealed and counted like anybody's.
pub(super) fn invent(
    keys: &Keyring,
    survey: SurveyId,
    channel_id: ChannelId,
    now: Timestamp,
) -> Vec<NewResponse> {
    let questionnaire = survey::template::un75();
    let layout = Layout::of(&questionnaire);
    let mut chance = StdRng::seed_from_u64(SEED);
    let mut responses = Vec::with_capacity(ANSWERS);
    for _ in 0..ANSWERS {
        let received_at = now - Duration::from_secs(chance.random_range(60..PERIOD_SECONDS));
        let id = ResponseId::from_uuid(id(received_at, &mut chance));
        let region = draw(&REGION_WEIGHTS, &mut chance);
        let raw = raw(&questionnaire, region, &mut chance);
        let answers = survey::validate(&questionnaire, &raw)
            .expect("invented answers keep the questionnaire's limits; a test makes them");
        let codes = Codes::of(&questionnaire, &answers);
        let stratum = Stratum {
            survey,
            version: 1,
            hour: received_at.hour(),
            // The web link, as the channel it hangs on.
            channel: 0,
            region: codes.region,
            age: codes.age,
            gender: codes.gender,
            trust: 0,
        };
        responses.push(NewResponse {
            id,
            stratum,
            slots: layout.slots(&questionnaire, &answers),
            channel_id,
            language: speaks(region, &mut chance),
            received_at,
            shown: survey::shown_order(&questionnaire, id.uuid().as_u128()).bytes(),
            answers: answers.coded(&questionnaire),
            text: answers.texts(&questionnaire).map(|text| keys.seal(id, &text)),
            may_quote: true,
        });
    }
    responses
}

/// A `UUIDv7` of that moment from the seed's chance.
fn id(time: Timestamp, chance: &mut StdRng) -> Uuid {
    let mut bytes = [0_u8; 10];
    chance.fill_bytes(&mut bytes);
    let millis = u64::try_from(time.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

fn raw(questionnaire: &Questionnaire, region: usize, chance: &mut StdRng) -> Raw {
    let mut raw = Raw::default();
    for question in questionnaire.questions() {
        let answer = match (&question.kind, question.role) {
            (Kind::Information, _) => None,
            (Kind::Consent, _) => Some(one("yes")),
            (_, Role::Region) => Some(one(REGIONS[region])),
            (_, Role::Age) => maybe(chance, |chance| one(AGES[draw(&AGE_WEIGHTS, chance)])),
            (_, Role::Gender) => {
                maybe(chance, |chance| one(GENDERS[draw(&GENDER_WEIGHTS, chance)]))
            }
            (Kind::Text { .. }, _) => chance.random_ratio(1, GIVES_ADVICE).then(|| {
                let advice = words::ADVICE[chance.random_range(0..words::ADVICE.len())];
                RawAnswer { chosen: Vec::new(), text: Some(advice.to_owned()) }
            }),
            (Kind::Scale { steps }, _) => maybe(chance, |chance| {
                let weights: &[u32] = if steps.len() == 3 { &STEPS_OF_3 } else { &STEPS_OF_5 };
                one(&steps[draw(&weights[..steps.len()], chance)].id)
            }),
            (Kind::Choice { .. }, Role::About) => maybe(chance, |chance| about(question, chance)),
            (Kind::Choice { .. }, Role::Plain) => {
                maybe(chance, |chance| choose(question, region, chance))
            }
        };
        if let Some(answer) = answer {
            raw.by_question.insert(question.id.clone(), answer);
        }
    }
    raw
}

/// Chooses up to the limit, each once, what is liked more, more often; regions differ a little.
fn choose(question: &Question, region: usize, chance: &mut StdRng) -> RawAnswer {
    let options = question.choices();
    let mut weights: Vec<u32> = (0..options.len())
        .map(|at| LIKED[at % LIKED.len()] + u32::from((at + region).is_multiple_of(5)) * 35)
        .collect();
    let mut chosen = Vec::new();
    for _ in 0..question.choices_max().min(options.len()) {
        let at = draw(&weights, chance);
        weights[at] = 0;
        chosen.push(options[at].id.clone());
    }
    RawAnswer { chosen, text: None }
}

/// What somebody says of themselves, in shares that could be.
fn about(question: &Question, chance: &mut StdRng) -> RawAnswer {
    let options = question.choices();
    let weights: &[u32] = match question.id.as_str() {
        "education" => &SCHOOLING,
        "disability" => &DISABILITY,
        _ => &LIKED,
    };
    one(&options[draw(&weights[..options.len().min(weights.len())], chance)].id)
}

fn one(id: &str) -> RawAnswer {
    RawAnswer { chosen: vec![id.to_owned()], text: None }
}

fn maybe(chance: &mut StdRng, answer: impl FnOnce(&mut StdRng) -> RawAnswer) -> Option<RawAnswer> {
    if chance.random_ratio(1, PASSES_OVER) { None } else { Some(answer(chance)) }
}

/// Returns a place, drawn by weight.
fn draw(weights: &[u32], chance: &mut StdRng) -> usize {
    let mut left = chance.random_range(0..weights.iter().sum());
    for (at, weight) in weights.iter().enumerate() {
        if left < *weight {
            return at;
        }
        left -= weight;
    }
    0
}

/// Returns a language that somebody of the region may answer in.
fn speaks(region: usize, chance: &mut StdRng) -> Tag {
    let languages: &[Tag] = match REGIONS[region] {
        "eastern-south-eastern-asia" => &[Tag::ZH, Tag::ZH, Tag::EN],
        "europe" => &[Tag::EN, Tag::FR, Tag::ES, Tag::RU],
        "latin-america-caribbean" => &[Tag::ES, Tag::ES, Tag::EN],
        "northern-africa-western-asia" => &[Tag::AR, Tag::AR, Tag::FR],
        "sub-saharan-africa" => &[Tag::EN, Tag::FR],
        _ => &[Tag::EN],
    };
    languages[chance.random_range(0..languages.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invented() -> Vec<NewResponse> {
        let name = format!("plenary-demonstration-{:032x}", rand::random::<u128>());
        let folder = std::env::temp_dir().join(name);
        let keys = Keyring::open(&folder).expect("a folder for keys");
        std::fs::remove_dir_all(&folder).expect("the folder is ours");
        let survey = SurveyId::from_uuid(Uuid::from_u128(1));
        let channel = ChannelId::from_uuid(Uuid::from_u128(2));
        invent(&keys, survey, channel, Timestamp::from_seconds(1_800_000_000))
    }

    #[test]
    fn the_same_answers_come_at_every_first_start() {
        let (first, second) = (invented(), invented());

        assert_eq!(first.len(), ANSWERS);
        assert!(first.iter().zip(&second).all(|(a, b)| a.id == b.id && a.answers == b.answers));
    }

    #[test]
    fn the_regions_are_mixed_as_published() {
        let responses = invented();
        let of_asia = responses.iter().filter(|response| response.stratum.region == 1).count();

        assert!((600..700).contains(&of_asia), "{of_asia} of 2,000, published: 32.3 %");
    }
}
