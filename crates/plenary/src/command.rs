//! The subcommands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use server::config::{self, Config, ConfigError};
use server::{Server, doctor};
use tracing_subscriber::EnvFilter;

use crate::terminal::say;
use crate::{Place, WRONG_USE};

/// `doctor` found something that would stop a meeting.
const ILL: u8 = 3;

/// A pack of more languages is said to have so many: a terminal's line holds about this many.
const LANGUAGES_SHOWN_MAX: usize = 12;

/// Why a subcommand did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("the configuration is wrong")]
    Config(#[source] ConfigError),
    #[error("{path} cannot be read")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("no thread can be started")]
    Runtime(#[source] std::io::Error),
    #[error("the server cannot start")]
    Start(#[source] server::StartError),
    #[error("the document cannot be set")]
    Print(#[source] print::PrintError),
    #[error("the pack cannot be taken over")]
    Pack(#[source] speech::SpeechError),
    #[error("the work could not be done")]
    Maintain(#[source] server::MaintainError),
}

impl CommandError {
    pub(crate) fn code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(WRONG_USE),
            Self::File { .. }
            | Self::Runtime(_)
            | Self::Start(_)
            | Self::Print(_)
            | Self::Pack(_)
            | Self::Maintain(_) => ExitCode::FAILURE,
        }
    }
}

pub(crate) fn serve(
    place: &Place,
    listen: Option<String>,
    demo: bool,
    lan: bool,
) -> Result<ExitCode, CommandError> {
    let mut more = BTreeMap::new();
    if let Some(listen) = listen {
        more.insert("PLENARY_HTTP__LISTEN".to_owned(), listen);
    }
    if lan {
        more.insert("PLENARY_HTTP__LAN".to_owned(), "true".to_owned());
    }
    let config = load(place, more)?;
    start_log(&config.log);
    let runtime = runtime()?;
    runtime.block_on(async {
        let server = Server::start(config, demo).await.map_err(CommandError::Start)?;
        say(&format!("listening on {}", server.public_url()));
        if let Some(links) = server.links() {
            say(&block(links));
        }
        until_told().await;
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// The three links of the demonstration, for whoever looks at the terminal.
fn block(links: &server::DemonstrationLinks) -> String {
    format!(
        "\n  Plenary is ready. The links are good for 24 hours.\n\n  \
         organiser  {}\n  citizen    {}\n  delegate   {}\n\n  \
         Everything in it is invented; the organiser can remove it with one button.\n  \
         Ctrl-C stops.\n",
        links.organiser, links.citizen, links.delegate
    )
}

/// Returns when the terminal or the system asks to stop.
async fn until_told() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

pub(crate) fn print(fonts: Option<PathBuf>) -> Result<ExitCode, CommandError> {
    print::limit().map_err(CommandError::Print)?;
    let fonts = fonts.unwrap_or_else(|| fonts_beside(std::env::current_exe().ok().as_deref()));
    print::run(std::io::stdin().lock(), std::io::stdout().lock(), &fonts)
        .map_err(CommandError::Print)?;
    Ok(ExitCode::SUCCESS)
}

/// `fonts` beside the folder that a program lies in.
fn fonts_beside(program: Option<&Path>) -> PathBuf {
    let folder = program.and_then(Path::parent).and_then(Path::parent).unwrap_or(Path::new("."));
    folder.join("fonts")
}

pub(crate) fn models(place: &Place, import: Option<&Path>) -> Result<ExitCode, CommandError> {
    let config = load(place, BTreeMap::new())?;
    let folder = &config.speech.models;
    if let Some(from) = import {
        let pack = speech::pack::import(from, folder).map_err(CommandError::Pack)?;
        say(&format!("took over {}", pack.id));
    }
    let listing = speech::pack::check(folder);
    say(&format!("{} packs in {}", listing.packs.len(), folder.display()));
    for pack in &listing.packs {
        say(&format!(
            "  {:28} {:12} {:9.1} MB  licence: {}",
            pack.id,
            languages_of(&pack.languages),
            f64::from(u32::try_from(pack.size() / 1_000).unwrap_or(u32::MAX)) / 1_000.0,
            pack.licence
        ));
    }
    for error in &listing.refused {
        say(&format!("  refused: {error}"));
    }
    if listing.packs.is_empty() {
        say("Meetings work without captions. `make models` fetches packs.");
    }
    Ok(if listing.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returns the languages of a pack, or how many there are where a line cannot hold them.
fn languages_of(tags: &[language::Tag]) -> String {
    if tags.len() > LANGUAGES_SHOWN_MAX {
        return format!("{} languages", tags.len());
    }
    tags.iter().map(language::Tag::as_str).collect::<Vec<_>>().join(" ")
}

pub(crate) fn example() {
    say(config::EXAMPLE.trim_end());
}

pub(crate) fn check(place: &Place) -> Result<ExitCode, CommandError> {
    say(&format!("{:#?}", load(place, BTreeMap::new())?));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn doctor(place: &Place) -> Result<ExitCode, CommandError> {
    let config = load(place, BTreeMap::new())?;
    let findings = doctor::examine(&config);
    for finding in &findings {
        say(&finding.text(language_of_terminal()));
    }
    let is_ill = findings.iter().any(doctor::Finding::stops_a_meeting);
    Ok(if is_ill { ExitCode::from(ILL) } else { ExitCode::SUCCESS })
}

/// The language that the terminal is set to, where it is one of ours.
fn language_of_terminal() -> language::Tag {
    let set = std::env::var("LC_ALL").or_else(|_| std::env::var("LANG")).unwrap_or_default();
    let tag = set.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    language::negotiate(&tag, &language::UN)
}

pub(crate) fn link(place: &Place, hours: Option<u32>) -> Result<ExitCode, CommandError> {
    let config = load(place, BTreeMap::new())?;
    let link = runtime()?
        .block_on(server::new_organiser_link(&config, hours))
        .map_err(CommandError::Maintain)?;
    say(&link);
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn keys(place: &Place) -> Result<ExitCode, CommandError> {
    let config = load(place, BTreeMap::new())?;
    let (key, secret) =
        runtime()?.block_on(server::media_keys(&config)).map_err(CommandError::Maintain)?;
    say(&format!("key {key}\nsecret {secret}"));
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn contract() {
    say(server::openapi().trim_end());
}

pub(crate) fn recount(place: &Place) -> Result<ExitCode, CommandError> {
    let config = load(place, BTreeMap::new())?;
    let counted = runtime()?.block_on(server::recount(&config)).map_err(CommandError::Maintain)?;
    for line in counted {
        say(&line);
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the configuration: the file, the environment, and what the command line says.
fn load(place: &Place, more: BTreeMap<String, String>) -> Result<Config, CommandError> {
    let text = match &place.config {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path)
            .map_err(|source| CommandError::File { path: path.display().to_string(), source })?,
    };
    let mut env: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| !name.starts_with("PLENARY_TEST_"))
        .collect();
    env.extend(more);
    if let Some(data) = &place.data {
        env.insert("PLENARY_DATA".to_owned(), data.display().to_string());
    }
    let mut config = config::load(&text, &env, |path| std::fs::read_to_string(path))
        .map_err(CommandError::Config)?;
    // Once, while this program still lies where it was started, and from the root: what prints
    // runs elsewhere.
    let program = config.report.program.clone().or_else(|| std::env::current_exe().ok());
    let fonts = config.report.fonts.take().unwrap_or_else(|| fonts_beside(program.as_deref()));
    config.report.fonts = Some(std::path::absolute(&fonts).unwrap_or(fonts));
    Ok(config)
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CommandError::Runtime)
}

/// The log goes to standard error: standard output is for links and machines.
fn start_log(level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_of_many_languages_says_how_many() {
        let twelve = [language::UN, language::UN].concat();

        assert_eq!(languages_of(&language::UN), "ar zh en fr ru es");
        assert!(languages_of(&twelve).starts_with("ar zh en"));
        assert_eq!(languages_of(&[language::Tag::EN; 13]), "13 languages");
    }
}
