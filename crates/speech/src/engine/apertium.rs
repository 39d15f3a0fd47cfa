//! Apertium, where it is installed: a pipe of small programs per pair, kept alive. A text goes in
//! with a NUL behind it and comes out with one, in 1 to 5 ms. The programs are GPL and so stay
//! processes of their own.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use language::Tag;

use super::Translator;
use crate::SpeechError;

/// Where Debian puts the pairs.
const MODES: &str = "/usr/share/apertium/modes";

/// An empty piece of formatting, which keeps the last word apart from the NUL and comes back.
const BLANK: &str = "[]";

/// No translation of a sentence is longer; a pipe that says more has lost its way.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// How good a rule-based pair is taken to be, in percent: measured for English and Spanish and for
/// Spanish and French; close relatives are far better.
const QUALITY: f64 = 55.0;
const QUALITY_OF_RELATIVES: f64 = 85.0;
const RELATIVES: [(&str, &str); 6] =
    [("pt", "es"), ("es", "ca"), ("pt", "ca"), ("es", "it"), ("ca", "fr"), ("ru", "uk")];

/// A pair that is installed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mode {
    pub from: Tag,
    pub to: Tag,
    pub quality: f64,
    /// The programs with their arguments, in order.
    stages: Vec<Vec<String>>,
}

/// Returns the pairs that are installed on this machine.
pub(crate) fn installed() -> Vec<Mode> {
    let Ok(entries) = fs::read_dir(MODES) else { return Vec::new() };
    let mut modes: Vec<Mode> =
        entries.filter_map(Result::ok).filter_map(|entry| read_mode(&entry.path())).collect();
    modes.sort_by_key(|mode| (mode.from, mode.to));
    modes.dedup_by_key(|mode| (mode.from, mode.to));
    modes
}

fn read_mode(path: &Path) -> Option<Mode> {
    let name = path.file_name()?.to_str()?.strip_suffix(".mode")?;
    let (from, to) = name.split_once('-')?;
    let (from, to) = (tag_of(from)?, tag_of(to)?);
    let quality = if is_related(from, to) { QUALITY_OF_RELATIVES } else { QUALITY };
    let stages = parse_mode(&fs::read_to_string(path).ok()?)?;
    Some(Mode { from, to, quality, stages })
}

/// Reads a mode: programs joined by `|`, with `$1` for "mark no unknown words".
fn parse_mode(text: &str) -> Option<Vec<Vec<String>>> {
    let stages: Vec<Vec<String>> = text
        .split('|')
        .map(|stage| {
            let mut words = stage.split_whitespace().filter_map(|word| match word {
                "$1" => Some("-n".to_owned()),
                "$2" | "$3" | "$4" => None,
                word => Some(word.trim_matches(['\'', '"']).to_owned()),
            });
            let program = words.next();
            // NUL flushing is what lets a pipe answer without being closed.
            program.into_iter().chain(["-z".to_owned()]).chain(words).collect::<Vec<_>>()
        })
        .collect();
    stages.iter().all(|stage| stage.len() > 1).then_some(stages)
}

/// Two-letter tags of Apertium's three-letter ones; others, as variants are, have none.
fn tag_of(code: &str) -> Option<Tag> {
    let two = match code {
        "eng" => "en",
        "spa" => "es",
        "fra" => "fr",
        "por" => "pt",
        "cat" => "ca",
        "ita" => "it",
        "rus" => "ru",
        "ukr" => "uk",
        "bel" => "be",
        "ron" => "ro",
        "arg" => "an",
        two if two.len() == 2 => two,
        _ => return None,
    };
    two.parse().ok()
}

fn is_related(from: Tag, to: Tag) -> bool {
    let is = |a: &str, b: &str| from.as_str() == a && to.as_str() == b;
    RELATIVES.iter().any(|&(a, b)| is(a, b) || is(b, a))
}

/// A running pipe.
#[derive(Debug)]
struct Pipe {
    stages: Vec<Child>,
    input: ChildStdin,
    answers: mpsc::Receiver<String>,
}

/// One pair. The pipe is started with the first text, and again after it broke.
#[derive(Debug)]
pub(crate) struct Apertium {
    mode: Mode,
    pipe: Option<Pipe>,
}

impl Apertium {
    pub(crate) fn new(mode: Mode) -> Self {
        Self { mode, pipe: None }
    }
}

impl Translator for Apertium {
    fn translate(&mut self, text: &str, deadline: Instant) -> Result<String, SpeechError> {
        let mut pipe = match self.pipe.take() {
            Some(pipe) => pipe,
            None => Pipe::start(&self.mode).map_err(|e| failed(&e))?,
        };
        let clean: String = text.chars().filter(|c| !matches!(c, '\0' | '[' | ']')).collect();
        let sent = pipe.input.write_all(format!("{clean}{BLANK}[\n]\0").as_bytes());
        sent.and_then(|()| pipe.input.flush()).map_err(|e| failed(&e))?;
        let time = deadline.saturating_duration_since(Instant::now());
        let answer = pipe.answers.recv_timeout(time).map_err(|error| match error {
            mpsc::RecvTimeoutError::Timeout => SpeechError::Late,
            mpsc::RecvTimeoutError::Disconnected => failed(&"a program of its pipe ended"),
        })?;
        // A pipe that was late is dropped above: its answer would be taken for the next one's.
        self.pipe = Some(pipe);
        let translated = answer.split(BLANK).next().unwrap_or_default();
        Ok(translated.trim().to_owned())
    }
}

impl Pipe {
    fn start(mode: &Mode) -> std::io::Result<Self> {
        let mut stages: Vec<Child> = Vec::with_capacity(mode.stages.len());
        for words in &mode.stages {
            let input = stages
                .last_mut()
                .and_then(|stage| stage.stdout.take())
                .map_or_else(Stdio::piped, Stdio::from);
            let child = Command::new(&words[0])
                .args(&words[1..])
                .stdin(input)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn();
            match child {
                Ok(child) => stages.push(child),
                Err(error) => {
                    end(&mut stages);
                    return Err(error);
                }
            }
        }
        let input = stages.first_mut().and_then(|stage| stage.stdin.take());
        let output = stages.last_mut().and_then(|stage| stage.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            end(&mut stages);
            return Err(std::io::Error::other("its pipe has no ends"));
        };
        let (sender, answers) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("apertium".into())
            .spawn(move || read_answers(output, &sender))?;
        Ok(Self { stages, input, answers })
    }
}

/// The programs end when their input does; waiting for them leaves no zombies.
impl Drop for Pipe {
    fn drop(&mut self) {
        end(&mut self.stages);
    }
}

fn end(stages: &mut [Child]) {
    for stage in stages {
        // It may have ended by itself.
        drop(stage.kill());
        drop(stage.wait());
    }
}

/// Reads until each NUL; ends with the pipe, or when nobody wants answers.
fn read_answers(mut output: ChildStdout, answers: &mpsc::SyncSender<String>) {
    let mut pending = Vec::new();
    let mut buffer = [0; 4_096];
    while let Ok(read @ 1..) = output.read(&mut buffer) {
        pending.extend_from_slice(&buffer[..read]);
        while let Some(end) = pending.iter().position(|&byte| byte == 0) {
            let answer = String::from_utf8_lossy(&pending[..end]).into_owned();
            pending.drain(..=end);
            if answers.send(answer).is_err() {
                return;
            }
        }
        if pending.len() > ANSWER_BYTES_MAX {
            return;
        }
    }
}

fn failed(why: &dyn std::fmt::Display) -> SpeechError {
    SpeechError::Engine { engine: "apertium", why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_becomes_a_pipe_in_which_every_program_flushes() {
        let text = "lt-proc '/usr/share/apertium/spa-eng.automorf.bin' | apertium-pretransfer| \
                    lt-proc $1 '/usr/share/apertium/spa-eng.autogen.bin'";

        let stages = parse_mode(text).expect("it is a mode");

        assert_eq!(
            stages.iter().map(|stage| stage.join(" ")).collect::<Vec<_>>(),
            [
                "lt-proc -z /usr/share/apertium/spa-eng.automorf.bin",
                "apertium-pretransfer -z",
                "lt-proc -z -n /usr/share/apertium/spa-eng.autogen.bin",
            ]
        );
    }

    #[test]
    fn an_empty_stage_is_no_mode() {
        assert_eq!(parse_mode("lt-proc a.bin | | lt-proc b.bin"), None);
    }
}
