//! Many seeds of a room with at least four real str0m clients on a lossy, reordering wire.
//!
//! `PLENARY_SEED=7 cargo test -p sfu --test it -- simulation` replays one seed and prints what
//! happened; `PLENARY_SEEDS=1000` runs more.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use self::world::{Report, World};

pub(crate) mod client;
mod ledger;
pub(crate) mod payload;
mod plan;
pub(crate) mod wire;
pub(crate) mod world;

/// Virtual time of one seed.
const LENGTH: Duration = Duration::from_secs(30);

/// Seeds of a usual run.
const SEEDS: u64 = 100;

#[test]
fn invariants_hold_for_many_seeds() {
    if let Some(seed) = number_from_environment("PLENARY_SEED") {
        let report = run(seed);
        println!("seed {seed}: {:#?}", report.tally);
        assert!(report.violations.is_empty(), "seed {seed}: {:#?}", report.violations);
        return;
    }
    let seeds = number_from_environment("PLENARY_SEEDS").unwrap_or(SEEDS);

    let reports = run_all(seeds);

    let mut tally: BTreeMap<&'static str, u64> = BTreeMap::new();
    for report in reports.values() {
        for (what, n) in &report.tally {
            *tally.entry(what).or_default() += n;
        }
    }
    println!("{seeds} seeds of {} virtual seconds: {tally:#?}", LENGTH.as_secs());
    let failed = reports.iter().find(|(_, report)| !report.violations.is_empty());
    if let Some((seed, report)) = failed {
        println!("PLENARY_SEED={seed} cargo test -p sfu --test it -- simulation");
        panic!("seed {seed}: {:#?}", report.violations);
    }
    for what in WANTED {
        assert!(tally.get(what).is_some_and(|n| *n > 0), "it never happened: {what}");
    }
}

/// What has to happen at all, else the invariants were not tried.
const WANTED: [&str; 12] = [
    "audio received",
    "video received",
    "datagrams lost",
    "datagrams reordered",
    "switched",
    "key frames asked",
    "muted packets dropped",
    "slots re-used",
    "feeds replaced",
    "messages relayed",
    "left",
    "restarted",
];

#[test]
fn a_seed_makes_the_same_decisions_again() {
    // str0m draws names and keys by itself; what the room decides must not depend on them.
    assert_eq!(run(3).decisions, run(3).decisions);
}

fn run(seed: u64) -> Report {
    let mut world = World::new(seed);
    world.run(LENGTH);
    world.finish()
}

fn run_all(seeds: u64) -> BTreeMap<u64, Report> {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let work = || {
        let mut reports = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return reports;
            }
            let report = run(seed);
            let is_bad = !report.violations.is_empty();
            reports.push((seed, report));
            if is_bad {
                next.store(seeds, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker panicked")).collect()
    })
}

fn number_from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}
