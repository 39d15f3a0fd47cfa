//! One function per parser that a stranger can reach. Each takes any bytes and must return:
//! called by plain tests on the committed corpora, and by libFuzzer through `targets/`.

mod language;
mod report;
mod server;
mod sfu;
mod signal;
mod speech;
mod survey;

/// A parser's name, which is its corpus folder's too, and the function that feeds it.
pub type Parser = (&'static str, fn(&[u8]));

/// Every parser. A crate that gets one adds its module and a line here.
pub const PARSERS: &[Parser] = &[
    ("language_message", language::fuzz_message),
    ("language_negotiate", language::fuzz_negotiate),
    ("report_document", report::fuzz_document),
    ("report_cell", report::fuzz_cell),
    ("server_code", server::fuzz_code),
    ("server_line", server::fuzz_line),
    ("server_headers", server::fuzz_headers),
    ("sfu_offer", sfu::fuzz_offer),
    ("sfu_candidate", sfu::fuzz_candidate),
    ("sfu_datagram", sfu::fuzz_datagram),
    ("signal_token", signal::fuzz_token),
    ("signal_join", signal::fuzz_join),
    ("signal_frame", signal::fuzz_frame),
    ("signal_packet", signal::fuzz_packet),
    ("speech_pack", speech::fuzz_pack),
    ("survey_questionnaire", survey::fuzz_questionnaire),
    ("survey_form", survey::fuzz_form),
    ("survey_answers", survey::fuzz_answers),
    ("survey_receipt", survey::fuzz_receipt),
];
