//! Every parser runs over its committed corpus: a panic fails, whatever the bytes.

use std::path::Path;
use std::time::Instant;

/// Fewer inputs than this say nothing.
const INPUTS_MIN: usize = 3;

#[test]
fn no_parser_panics_on_its_corpus() {
    for (name, parse) in fuzz::PARSERS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let inputs: Vec<_> = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .flatten()
            .collect();

        for input in &inputs {
            parse(&std::fs::read(input.path()).expect("an input can be read"));
        }

        assert!(inputs.len() >= INPUTS_MIN, "{name}: {} inputs", inputs.len());
    }
}

#[test]
fn no_parser_panics_on_mutated_corpus() {
    for (name, parse) in fuzz::PARSERS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let started = Instant::now();
        let mut executions = 0_u32;
        for input in std::fs::read_dir(&folder).expect("a corpus").flatten() {
            let bytes = std::fs::read(input.path()).expect("an input can be read");
            for _ in 0..100 {
                parse(&mutated(&bytes, &mut seed));
                executions += 1;
            }
        }
        println!("{name}: {executions} executions in {:?}", started.elapsed());
    }
}

/// Flips, drops and doubles a few bytes. xorshift64, Marsaglia 2003.
fn mutated(bytes: &[u8], seed: &mut u64) -> Vec<u8> {
    let mut next = || {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        usize::try_from(*seed >> 33).expect("31 bits")
    };
    let mut out = bytes.to_vec();
    for _ in 0..=next() % 4 {
        if out.is_empty() {
            break;
        }
        let at = next() % out.len();
        match next() % 4 {
            0 => out[at] = u8::try_from(next() % 256).expect("below 256"),
            1 => {
                out.remove(at);
            }
            2 => out.truncate(at),
            _ => {
                let copy = out[at..].to_vec();
                out.extend_from_slice(&copy);
            }
        }
    }
    out
}
