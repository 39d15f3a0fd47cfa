//! One function per parser that a stranger can reach. Each takes any bytes and must return:
//! called by plain tests on the committed corpora, and by libFuzzer through `targets/`.

mod language;

/// A parser's name, which is its corpus folder's too, and the function that feeds it.
pub type Parser = (&'static str, fn(&[u8]));

/// Every parser. A crate that gets one adds its module and a line here.
pub const PARSERS: &[Parser] = &[
    ("language_message", language::fuzz_message),
    ("language_negotiate", language::fuzz_negotiate),
];
