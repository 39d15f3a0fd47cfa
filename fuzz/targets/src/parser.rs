//! One target for all parsers: `PLENARY_PARSER` names the one that is fed.
#![no_main]

use std::sync::LazyLock;

static PARSE: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("PLENARY_PARSER").expect("PLENARY_PARSER names a parser");
    let found = fuzz::PARSERS.iter().find(|(name, _)| *name == wanted);
    found.expect("a parser of this name").1
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| PARSE(data));
