//! The parsers of `survey`: the questionnaire's format, the form, the receipt, stored answers.

use std::sync::LazyLock;

use survey::receipt::Receipt;
use survey::{
    Answers, Codes, Layout, Questionnaire, Shown, format, parse_form, template, validate,
};

static UN75: LazyLock<Questionnaire> = LazyLock::new(template::un75);

/// A questionnaire is refused, or is one that writes itself and can be answered.
pub(crate) fn fuzz_questionnaire(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(questionnaire) = format::parse(text) else { return };
    let again = format::parse(&format::write(&questionnaire)).expect("what we write we read");
    assert_eq!(again, questionnaire);
    let layout = Layout::of(&questionnaire);
    assert!(layout.size() <= format::SLOTS_MAX);
    assert_eq!(layout.slots_from(&questionnaire, &questionnaire).len(), layout.size());
    let shown = survey::shown_order(&questionnaire, 75);
    assert_eq!(Shown::read(&questionnaire, &shown.bytes()), Ok(shown));
}

/// A form is refused, or its answers are validated, counted, stored and read back.
pub(crate) fn fuzz_form(data: &[u8]) {
    let Ok(form) = parse_form(data) else { return };
    let Ok(answers) = validate(&UN75, &form.raw) else { return };
    let (coded, texts) = (answers.coded(&UN75), answers.texts(&UN75));
    assert_eq!(Answers::read(&UN75, &coded, texts.as_deref()), Ok(answers.clone()));
    let slots = Layout::of(&UN75).slots(&UN75, &answers);
    assert!(slots.is_sorted_by(|a, b| a < b));
    assert!(Codes::of(&UN75, &answers).region <= 8);
}

/// Stored answers are refused, or are written as they were read.
pub(crate) fn fuzz_answers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(answers) = Answers::read(&UN75, text, None) else { return };
    assert_eq!(Answers::read(&UN75, &answers.coded(&UN75), None), Ok(answers));
}

/// A receipt is refused, or shows itself as it is read.
pub(crate) fn fuzz_receipt(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(receipt) = text.parse::<Receipt>() else { return };
    assert_eq!(receipt.to_string().parse(), Ok(receipt));
}
