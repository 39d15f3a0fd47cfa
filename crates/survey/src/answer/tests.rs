use proptest::prelude::*;

use super::*;
use crate::{format, template};

const CONSENT: (&str, &[&str], Option<&str>) = ("consent", &["yes"], None);

fn raw(pairs: &[(&str, &[&str], Option<&str>)]) -> Raw {
    let mut raw = Raw::default();
    for (id, chosen, text) in pairs {
        let answer = raw.by_question.entry((*id).to_owned()).or_default();
        answer.chosen = chosen.iter().map(|id| (*id).to_owned()).collect();
        answer.text = text.map(str::to_owned);
    }
    raw
}

fn problem_of(pairs: &[(&str, &[&str], Option<&str>)]) -> Problem {
    let problems = validate(&template::un75(), &raw(pairs)).expect_err("something is wrong");
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].clone()
}

fn at(question: &str, kind: ProblemKind) -> Problem {
    Problem { question: Some(question.to_owned()), kind }
}

#[test]
fn four_picks_of_three_are_refused() {
    let four: &[&str] = &["climate", "health", "nuclear", "crime"];

    let problem = problem_of(&[CONSENT, ("trends", four, None)]);

    assert_eq!(problem, at("trends", ProblemKind::TooMany { max: 3, chosen: 4 }));
}

#[test]
fn three_picks_and_something_else_are_four() {
    let three: &[&str] = &["climate", "health", "nuclear"];

    let problem = problem_of(&[CONSENT, ("trends", three, Some("Loneliness"))]);

    assert_eq!(problem, at("trends", ProblemKind::TooMany { max: 3, chosen: 4 }));
}

#[test]
fn the_same_pick_four_times_is_one() {
    let same: &[&str] = &["climate", "climate", "climate", "climate"];
    let un75 = template::un75();

    let answers = validate(&un75, &raw(&[CONSENT, ("trends", same, None)])).expect("good");

    assert_eq!(answers.coded(&un75), r#"{"trends":[0]}"#);
}

#[test]
fn an_option_of_another_question_is_refused() {
    let problem = problem_of(&[CONSENT, ("importance", &["climate"], None)]);

    assert_eq!(problem, at("importance", ProblemKind::UnknownOption));
}

#[test]
fn two_steps_of_one_scale_are_refused() {
    let problem = problem_of(&[CONSENT, ("outlook", &["better", "worse"], None)]);

    assert_eq!(problem, at("outlook", ProblemKind::TooMany { max: 1, chosen: 2 }));
}

#[test]
fn a_question_that_does_not_exist_is_refused() {
    let problem = problem_of(&[CONSENT, ("outlook", &["better"], None), ("party", &["a"], None)]);

    assert_eq!(problem, Problem { question: None, kind: ProblemKind::UnknownQuestion });
}

#[test]
fn without_consent_nothing_is_taken() {
    let problem = problem_of(&[("outlook", &["better"], None)]);

    assert_eq!(problem, at("consent", ProblemKind::NoConsent));
}

#[test]
fn consent_alone_is_no_answer() {
    assert_eq!(problem_of(&[CONSENT]), Problem { question: None, kind: ProblemKind::Empty });
}

#[test]
fn nul_is_refused() {
    let problem = problem_of(&[CONSENT, ("advice", &[], Some("peace\0"))]);

    assert_eq!(problem, at("advice", ProblemKind::ControlCharacter));
}

#[test]
fn characters_that_turn_the_direction_are_refused() {
    let problem = problem_of(&[CONSENT, ("advice", &[], Some("a \u{202e}evil"))]);

    assert_eq!(problem, at("advice", ProblemKind::ControlCharacter));
}

#[test]
fn ten_megabytes_of_text_are_too_long() {
    let long = "a".repeat(10 << 20);

    let problem = problem_of(&[CONSENT, ("advice", &[], Some(&long))]);

    assert_eq!(problem, at("advice", ProblemKind::TooLong { max: 140 }));
}

#[test]
fn a_megabyte_of_marks_on_one_letter_is_too_long() {
    let stacked = format!("a{}", "\u{301}".repeat(1 << 19));

    let problem = problem_of(&[CONSENT, ("advice", &[], Some(&stacked))]);

    assert_eq!(problem, at("advice", ProblemKind::TooLong { max: 140 }));
}

#[test]
fn a_family_of_four_is_one_character() {
    let un75 = template::un75();
    let families = "👨‍👩‍👧‍👦".repeat(140);
    let one_more = "👨‍👩‍👧‍👦".repeat(141);

    assert!(validate(&un75, &raw(&[CONSENT, ("advice", &[], Some(&families))])).is_ok());
    let problem = problem_of(&[CONSENT, ("advice", &[], Some(&one_more))]);
    assert_eq!(problem, at("advice", ProblemKind::TooLong { max: 140 }));
}

#[test]
fn text_is_kept_in_one_line_and_apart_from_the_coded_answers() {
    let un75 = template::un75();
    let given = raw(&[
        CONSENT,
        ("advice", &[], Some(" Listen\r\nmore.\u{200e} ")),
        ("world", &["migration"], Some("Music")),
    ]);

    let answers = validate(&un75, &given).expect("good");

    assert_eq!(answers.coded(&un75), r#"{"advice":true,"world":[4,-1]}"#);
    assert_eq!(
        answers.texts(&un75).as_deref(),
        Some(r#"{"advice":"Listen more.","world":"Music"}"#)
    );
}

#[test]
fn stored_answers_of_another_version_are_told() {
    let un75 = template::un75();

    assert_eq!(Answers::read(&un75, r#"{"outlook":3}"#, None), Err(BadAnswers));
    assert_eq!(Answers::read(&un75, r#"{"party":1}"#, None), Err(BadAnswers));
    assert_eq!(Answers::read(&un75, r#"{"trends":[0,1,2,3]}"#, None), Err(BadAnswers));
    assert_eq!(Answers::read(&un75, "[]", None), Err(BadAnswers));
}

#[test]
fn the_template_is_written_and_read_back() {
    let un75 = template::un75();

    let again = format::parse(&format::write(&un75)).expect("what we write we read");

    assert_eq!(again, un75);
}

/// Anything a browser, a script or an attacker may send as one question's answer.
fn any_raw() -> impl Strategy<Value = Raw> {
    let un75 = template::un75();
    let mut questions: Vec<String> = un75.questions().iter().map(|q| q.id.clone()).collect();
    questions.push("party".to_owned());
    let mut options: Vec<String> = un75
        .questions()
        .iter()
        .flat_map(|question| question.choices().iter().map(|choice| choice.id.clone()))
        .collect();
    options.push(OTHER.to_owned());
    options.push(String::new());
    let answer = (
        prop::collection::vec(prop::sample::select(options), 0..5),
        prop::option::of(prop_oneof![
            Just(String::new()),
            "\\PC{0,150}",
            "[a-z \\x00\u{202e}]{0,8}"
        ]),
    );
    let answer = answer.prop_map(|(chosen, text)| RawAnswer { chosen, text });
    prop::collection::btree_map(prop::sample::select(questions), answer, 0..10)
        .prop_map(|by_question| Raw { by_question })
}

/// The same, but mostly right: consent given, options of the question itself.
fn likely_raw() -> impl Strategy<Value = Raw> {
    let un75 = template::un75();
    let mut fields: Vec<BoxedStrategy<(String, RawAnswer)>> = Vec::new();
    for question in un75.questions() {
        let id = question.id.clone();
        let options: Vec<String> = question.choices().iter().map(|c| c.id.clone()).collect();
        let max = question.choices_max();
        let chosen = if options.is_empty() {
            Just(if id == "consent" { vec!["yes".to_owned()] } else { Vec::new() }).boxed()
        } else {
            prop::sample::subsequence(options, 0..=max).boxed()
        };
        let has_text = question.text_max().is_some();
        let text = if has_text {
            prop::option::weighted(0.3, "[\\p{L}\\p{M} ]{0,60}").boxed()
        } else {
            Just(None).boxed()
        };
        let answer =
            (chosen, text).prop_map(move |(chosen, text)| (id.clone(), RawAnswer { chosen, text }));
        fields.push(answer.boxed());
    }
    fields.prop_map(|fields| Raw { by_question: fields.into_iter().collect() })
}

fn check(raw: &Raw) -> Result<bool, TestCaseError> {
    let un75 = template::un75();
    let Ok(answers) = validate(&un75, raw) else {
        return Ok(false);
    };
    for (at, answer) in answers.by_question() {
        let question = &un75.questions()[*at];
        let n = match answer {
            Answer::Choice { chosen, other } => chosen.len() + usize::from(other.is_some()),
            Answer::Step(_) => 1,
            Answer::Text(text) => {
                prop_assert!(!text.is_empty() && !text.chars().any(is_refused));
                0
            }
        };
        prop_assert!(n <= question.choices_max());
    }
    let coded = answers.coded(&un75);
    let texts = answers.texts(&un75);
    prop_assert_eq!(Answers::read(&un75, &coded, texts.as_deref()), Ok(answers.clone()));
    let layout = crate::Layout::of(&un75);
    let slots = layout.slots(&un75, &answers);
    prop_assert!(slots.is_sorted_by(|a, b| a < b));
    prop_assert!(slots.iter().all(|slot| usize::from(*slot) < layout.size()));
    Ok(true)
}

proptest! {
    #[test]
    fn what_validation_lets_through_keeps_every_rule(raw in any_raw()) {
        check(&raw)?;
    }

    #[test]
    fn good_answers_pass_and_come_back_from_what_is_stored(raw in likely_raw()) {
        let is_good = check(&raw)?;
        let too_many = raw.by_question.iter().any(|(_, a)| a.chosen.len() >= 3 && a.text.is_some());
        let empty = raw.by_question.iter().all(|(id, a)| {
            id == "consent" || a.chosen.is_empty() && a.text.as_deref().unwrap_or("").trim().is_empty()
        });
        prop_assert!(is_good || too_many || empty);
    }
}
