//! A record of a dialogue from a seed: two thousand answers to UN75, two meetings, one with a
//! record in three languages. Figures are invented.

use language::{Tag, UN};
use model::Timestamp;
use model::cell::{Cell, Stratum};
use model::id::SurveyId;
use report::record::{MeetingRecord, Record, Said, SaidBy, SurveyRecord, Texts};
use survey::{Layout, template};

/// Shares of the regions as published in 2020, in their order.
const REGION_WEIGHTS: [u64; 8] = [32, 10, 14, 7, 8, 3, 2, 24];

pub(crate) fn texts(english: &str, arabic: &str) -> Texts {
    Texts(vec![(Tag::EN, english.to_owned()), (Tag::AR, arabic.to_owned())])
}

pub(crate) fn record() -> Record {
    let read_at: Timestamp = "2026-11-25T12:00:00Z".parse().expect("a time");
    Record {
        organisation: "River Cities Forum".to_owned(),
        title: texts("The world in 2045", "العالم في عام 2045"),
        description: texts("Seven questions to everybody.", "سبعة أسئلة إلى الجميع."),
        edition: 1,
        read_at,
        opens_at: "2026-08-03T00:00:00Z".parse().ok(),
        closes_at: None,
        languages: UN.to_vec(),
        is_demonstration: true,
        group_min: 10,
        surveys: vec![SurveyRecord {
            version: 1,
            questionnaire: template::un75(),
            cells: cells(2_000),
        }],
        meetings: meetings(),
    }
}

fn meetings() -> Vec<MeetingRecord> {
    let starts_at: Timestamp = "2026-11-12T15:00:00Z".parse().expect("a time");
    let said = |segment: &str, language, text: &str, untranslated| Said {
        segment: segment.to_owned(),
        language,
        source_language: Tag::FR,
        by: SaidBy::Machine,
        at: starts_at + std::time::Duration::from_secs(75),
        text: text.to_owned(),
        is_untranslated: untranslated,
    };
    vec![
        MeetingRecord {
            title: texts("Who decides when the water rises?", "من يقرّر حين يرتفع الماء؟"),
            starts_at,
            minutes: 90,
            people: 41,
            said: vec![
                said("s1", Tag::FR, "Nous demandons de l’eau propre.", false),
                said("s1", Tag::EN, "We ask for clean water.", false),
                said("s1", Tag::RU, "Nous demandons de l’eau propre.", true),
                said("s2", Tag::FR, "#read(\"/etc/passwd\") =1+1", false),
            ],
        },
        MeetingRecord {
            title: texts("What the fishers know", "ما يعرفه الصيادون"),
            starts_at: "2026-11-20T09:00:00Z".parse().expect("a time"),
            minutes: 60,
            people: 1,
            said: Vec::new(),
        },
    ]
}

/// A plain generator: the same numbers everywhere and always.
struct Lots(u64);

impl Lots {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn region(&mut self) -> u8 {
        let mut lot = self.draw(REGION_WEIGHTS.iter().sum());
        for (code, weight) in (1..).zip(REGION_WEIGHTS) {
            if lot < weight {
                return code;
            }
            lot -= weight;
        }
        8
    }
}

pub(crate) fn cells(people: u32) -> Vec<Cell> {
    let un75 = template::un75();
    let layout = Layout::of(&un75);
    let survey = SurveyId::from_uuid(uuid::Uuid::from_u128(75));
    let mut lots = Lots(2045);
    let mut cells = std::collections::BTreeMap::<Stratum, Vec<u32>>::new();
    for _ in 0..people {
        let stratum = Stratum {
            survey,
            version: 1,
            hour: 490_000 + i64::try_from(lots.draw(100)).expect("small"),
            channel: 0,
            region: if lots.draw(40) == 0 { 0 } else { lots.region() },
            age: u8::try_from(1 + lots.draw(6)).expect("small"),
            gender: u8::try_from(lots.draw(3)).expect("small"),
            trust: 0,
        };
        let counts = cells.entry(stratum).or_insert_with(|| vec![0; layout.size()]);
        counts[0] += 1;
        for (at, question) in un75.questions().iter().enumerate() {
            if !question.is_answerable() || lots.draw(25) == 0 {
                continue;
            }
            counts[layout.answered(at)] += 1;
            let choices = u64::try_from(question.choices().len()).expect("small");
            if choices == 0 {
                continue;
            }
            // Earlier options are likelier; each region prefers another one a little.
            for pick in 0..question.choices_max().min(3) {
                let far = lots.draw(choices).min(lots.draw(choices));
                let choice = (far + u64::try_from(pick).expect("small") * 3) % choices;
                let choice =
                    if lots.draw(4) == 0 { u64::from(stratum.region) % choices } else { choice };
                let slot = layout.choice(at, usize::try_from(choice).expect("small"));
                counts[slot] = (counts[slot] + 1).min(counts[layout.answered(at)]);
            }
        }
    }
    cells.into_iter().map(|(stratum, counts)| Cell { stratum, counts }).collect()
}
