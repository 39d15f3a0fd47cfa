//! Contrast: recomputes the ratios of the tokens that carry text or a control (WCAG 2.2, 1.4.3
//! and 1.4.11; relative luminance as defined there).

use std::collections::BTreeMap;

use crate::root;

const TOKENS: &str = "crates/server/assets/tokens.css";

/// Text on its ground: at least 4.5.
const TEXT: [(&str, &str); 12] = [
    ("ink", "surface"),
    ("ink", "surface-tint"),
    ("ink", "surface-sunken"),
    ("ink-2", "surface"),
    ("ink-3", "surface"),
    ("ink-3", "surface-sunken"),
    ("accent", "surface"),
    ("accent", "surface-tint"),
    ("on-accent", "accent"),
    ("danger", "surface"),
    ("warn", "surface"),
    ("ok", "surface"),
];

/// Shapes that one presses or reads: at least 3.
const SHAPES: [(&str, &str); 2] = [("control", "surface"), ("control", "surface-tint")];

pub(super) fn contrast() -> Vec<String> {
    let Ok(css) = std::fs::read_to_string(root().join(TOKENS)) else {
        return vec![format!("{TOKENS} is missing")];
    };
    let (light, dark) = themes(&css);
    let mut findings = Vec::new();
    for (theme, tokens) in [("light", &light), ("dark", &dark)] {
        for (pairs, least) in [(&TEXT[..], 4.5), (&SHAPES[..], 3.0)] {
            for (front, ground) in pairs {
                match (tokens.get(*front), tokens.get(*ground)) {
                    (Some(front_color), Some(ground_color)) => {
                        let ratio = ratio(*front_color, *ground_color);
                        if ratio < least {
                            findings.push(format!("{theme}: {front} on {ground} is {ratio:.1}"));
                        }
                    }
                    _ => findings.push(format!("{theme}: {front} or {ground} is not in {TOKENS}")),
                }
            }
        }
    }
    findings
}

type Tokens = BTreeMap<String, [u8; 3]>;

/// The first value of a token is the light one; one in a block for the dark theme replaces it.
fn themes(css: &str) -> (Tokens, Tokens) {
    let mut light = Tokens::new();
    let mut dark = Tokens::new();
    let mut is_dark = false;
    for line in css.lines() {
        if line.contains('{') {
            is_dark = line.contains("dark") || (is_dark && line.contains(":root"));
        }
        for declaration in line.split(';') {
            let Some((name, value)) = declaration.rsplit_once(':') else { continue };
            let Some(name) = name.rsplit("--").next().map(str::trim) else { continue };
            let Some(color) = color(value.trim()) else { continue };
            if is_dark {
                dark.insert(name.to_owned(), color);
            } else {
                light.entry(name.to_owned()).or_insert(color);
            }
        }
    }
    for (name, color) in &light {
        dark.entry(name.clone()).or_insert(*color);
    }
    (light, dark)
}

fn color(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#')?.get(..6)?;
    let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

fn luminance(color: [u8; 3]) -> f64 {
    let [red, green, blue] = color.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn ratio(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
