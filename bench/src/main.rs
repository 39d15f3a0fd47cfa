//! Measures a release build of `plenary` as its users would load it, on loopback, bounded in
//! count and time. Prints a table and writes the same figures to `target/bench.json`.
//!
//! The server is pinned to core 0, the load to core 1, but for the answers, where both share
//! both. System and softirq time count as the server's. Medians of the stated runs.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]

mod answers;
mod captions;
mod forward;
mod join;
mod publish;
mod server;
mod start;
mod table;

use std::process::ExitCode;

use table::Table;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A scenario by name: it adds its figures to the table.
type Scenario = (&'static str, fn(&mut Table) -> Result<(), Failure>);

const SCENARIOS: [Scenario; 6] = [
    ("start", start::run),
    ("join", join::run),
    ("forward", forward::run),
    ("answers", answers::run),
    ("captions", captions::run),
    ("publish", publish::run),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let mut table = Table::default();
    let mut failed = 0;
    for (name, scenario) in SCENARIOS {
        if !wanted.is_empty() && !wanted.iter().any(|given| given == name) {
            continue;
        }
        eprintln!("bench: {name} …");
        if let Err(error) = scenario(&mut table) {
            eprintln!("bench: {name}: {error}");
            failed += 1;
        }
    }
    table.print();
    if let Err(error) = table.write() {
        eprintln!("bench: target/bench.json: {error}");
        failed += 1;
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
