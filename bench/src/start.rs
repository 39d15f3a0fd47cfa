//! Starting again: from the command to the links, with the demonstration already there.

use crate::Failure;
use crate::server::{Cores, Server};
use crate::table::{Table, quantile};

const RUNS: usize = 5;

pub(crate) fn run(table: &mut Table) -> Result<(), Failure> {
    let mut server = Server::start("start", Cores::Shared)?;
    let mut took = Vec::new();
    for _ in 0..RUNS {
        let (again, seconds) = server.restart()?;
        server = again;
        took.push(seconds);
    }
    table.add("restart_seconds", quantile(&mut took, 0.5), "s", format!("median of {RUNS}"));
    Ok(())
}
