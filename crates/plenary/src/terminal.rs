//! What the terminal is told. The only place that prints.

use std::io::Write as _;

use crate::command::CommandError;

/// Prints a line. A terminal that went away is nobody's problem.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Prints what went wrong, with its causes.
pub(crate) fn complain(error: &CommandError) {
    let mut text = format!("plenary: {error}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}\n  because: {error}");
        source = error.source();
    }
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
