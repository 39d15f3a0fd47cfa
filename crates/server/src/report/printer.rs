//! Runs `plenary print`: a process of its own, so that a document that eats memory or time ends
//! alone. Document in, PDF out; nothing of ours in its environment.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::config;
use crate::job::JobError;

/// How long a sheet may take by the clock; the process limits its own CPU time besides.
const PRINT_TIMEOUT: Duration = Duration::from_secs(90);

/// A report of six hundred sheets stays below; more is not one.
const PDF_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What the process says when it fails: its last lines.
const COMPLAINT_CHARACTERS_MAX: usize = 400;

/// Sets a document and returns the PDF.
pub(crate) async fn print(config: &config::Report, document: Vec<u8>) -> Result<Vec<u8>, JobError> {
    let mut command = Command::new(program(config)?);
    command.arg("print");
    if let Some(fonts) = &config.fonts {
        command.arg("--fonts").arg(fonts);
    }
    command
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let printed = tokio::time::timeout(PRINT_TIMEOUT, run(command, document));
    printed.await.map_err(|_| JobError::Again("printing took too long".to_owned()))?
}

async fn run(mut command: Command, document: Vec<u8>) -> Result<Vec<u8>, JobError> {
    let mut child = command
        .spawn()
        .map_err(|error| JobError::Never(format!("`plenary print` does not start: {error}")))?;
    let mut stdin = child.stdin.take();
    let feed = async move {
        if let Some(stdin) = &mut stdin {
            // A process that ended early says why on its standard error.
            drop(stdin.write_all(&document).await);
        }
        drop(stdin);
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), feed);
    let output = output.map_err(|error| JobError::Again(error.to_string()))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let from =
            complaint.char_indices().rev().nth(COMPLAINT_CHARACTERS_MAX).map_or(0, |(at, _)| at);
        let complaint = complaint[from..].trim();
        return Err(JobError::Never(format!("printing failed ({}): {complaint}", output.status)));
    }
    if output.stdout.len() > PDF_BYTES_MAX || !output.stdout.starts_with(b"%PDF-") {
        return Err(JobError::Never("printing gave no PDF".to_owned()));
    }
    Ok(output.stdout)
}

/// Returns the program to run: this one, unless the configuration names another. On Linux it is the
/// file that is running, also when another one was put in its place since.
fn program(config: &config::Report) -> Result<PathBuf, JobError> {
    match &config.program {
        Some(program) => Ok(program.clone()),
        None if cfg!(target_os = "linux") => Ok(PathBuf::from("/proc/self/exe")),
        None => std::env::current_exe()
            .map_err(|error| JobError::Never(format!("this program's file is unknown: {error}"))),
    }
}
