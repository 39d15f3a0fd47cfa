//! The limits of the printing process.

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::PrintError;

/// Six surveys in Chinese need 300 MB in a development build; a document that needs more is wrong.
const MEMORY_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// A report is set in a few seconds; after this the kernel ends the process.
const CPU_SECONDS_MAX: u64 = 60;

/// Limits this process for the rest of its life. For `plenary print`, before it reads anything.
pub fn limit() -> Result<(), PrintError> {
    let at_most = |most| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::As, at_most(MEMORY_BYTES_MAX))
        .and_then(|()| setrlimit(Resource::Cpu, at_most(CPU_SECONDS_MAX)))
        .map_err(|error| PrintError::Limit(error.into()))?;
    Ok(())
}
