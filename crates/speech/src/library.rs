//! What the packs of a folder can do together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use interpret::Graph;
use language::Tag;
use tracing::{info, warn};

use crate::SpeechError;
use crate::engine::apertium::{self, Apertium, Mode};
use crate::engine::bergamot::Bergamot;
use crate::engine::moonshine::Moonshine;
use crate::engine::whisper::Whisper;
use crate::engine::{Recogniser, Translator, Voice, onnx, silero};
use crate::pack::{self, Engine, Pack, Role};

/// What a pair is taken for whose pack states no quality, in percent.
const QUALITY_UNKNOWN: f64 = 50.0;

/// Why there are no captions, or not all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The library that runs the models, or it does not start.
    Runtime,
    VoiceActivity,
    Recognition,
    Translation,
    /// A pack is there, but refused: its name or folder.
    Refused(String),
}

/// Verified packs and what they can do. Engines are started from it where they are needed.
#[derive(Debug, Default)]
pub struct Library {
    packs: Vec<Pack>,
    refused: Vec<SpeechError>,
    runtime: Option<PathBuf>,
    voice: Option<silero::Model>,
    recognition: Vec<Pack>,
    translation: BTreeMap<(Tag, Tag), Pack>,
    modes: Vec<Mode>,
    graph: Graph,
}

impl Library {
    /// Reads and verifies the packs in a folder, and looks for translators that are installed.
    /// A pack that is not what it says is refused; the others work.
    pub fn open(models: &Path) -> Self {
        let listing = pack::check(models);
        let mut library =
            Self { packs: listing.packs.clone(), refused: listing.refused, ..Self::default() };
        library.start_runtime();
        for pack in listing.packs {
            if let Err(error) = library.take(pack) {
                library.refused.push(error);
            }
        }
        // The engine that knows fewer languages knows them better, and costs less.
        library.recognition.sort_by_key(|pack| pack.languages.len());
        for mode in apertium::installed() {
            library.graph.add(mode.from, mode.to, mode.quality);
            library.modes.push(mode);
        }
        for error in &library.refused {
            warn!(error = %chain(error), "a model pack is refused");
        }
        info!(
            packs = library.packs.len(),
            refused = library.refused.len(),
            pairs = library.graph.pairs().len(),
            "model packs are read"
        );
        library
    }

    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    pub fn refused(&self) -> &[SpeechError] {
        &self.refused
    }

    /// Returns the pairs that can be translated.
    pub const fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Returns the languages whose speech can be read.
    pub fn hears(&self) -> BTreeSet<Tag> {
        if self.voice.is_none() {
            return BTreeSet::new();
        }
        self.recognition.iter().flat_map(|pack| pack.languages.iter().copied()).collect()
    }

    /// Returns which captions can be made: spoken language, then the language read. Each language
    /// that can be read is captioned in itself too.
    pub fn captions(&self) -> Vec<(Tag, Tag)> {
        let hears = self.hears();
        let mut pairs: Vec<(Tag, Tag)> = hears.iter().map(|&tag| (tag, tag)).collect();
        pairs.extend(self.graph.pairs().into_iter().filter(|(from, _)| hears.contains(from)));
        pairs.sort();
        pairs
    }

    /// Returns what has to be added before everything works.
    pub fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        let parts = [
            (self.runtime.is_none(), Missing::Runtime),
            (self.voice.is_none(), Missing::VoiceActivity),
            (self.recognition.is_empty(), Missing::Recognition),
            (self.graph.pairs().is_empty(), Missing::Translation),
        ];
        missing.extend(parts.into_iter().filter(|part| part.0).map(|part| part.1));
        missing.extend(self.refused.iter().map(|error| Missing::Refused(name_of(error))));
        missing
    }

    /// Starts to listen to one track.
    pub fn voice(&self) -> Result<Voice, SpeechError> {
        self.voice.as_ref().map(silero::Model::listen).ok_or(SpeechError::NoPack)
    }

    /// Returns the pack that reads this language's speech.
    pub(crate) fn pack_for(&self, language: Tag) -> Option<&Pack> {
        let spoken = language.primary();
        self.recognition
            .iter()
            .find(|pack| pack.languages.iter().any(|tag| tag.primary() == spoken))
    }

    pub(crate) fn recogniser(&self, pack: &Pack) -> Result<Box<dyn Recogniser>, SpeechError> {
        match (pack.engine, &self.runtime) {
            (Engine::Moonshine, Some(runtime)) => Ok(Box::new(Moonshine::open(pack, runtime)?)),
            (Engine::Whisper, _) => Ok(Box::new(Whisper::open(pack)?)),
            (Engine::Onnxruntime | Engine::Silero | Engine::Bergamot | Engine::Moonshine, _) => {
                Err(SpeechError::NoPack)
            }
        }
    }

    pub(crate) fn translator(
        &self,
        from: Tag,
        to: Tag,
    ) -> Result<Box<dyn Translator>, SpeechError> {
        if let Some(pack) = self.translation.get(&(from, to)) {
            return Ok(Box::new(Bergamot::open(pack)?));
        }
        let mode = self.modes.iter().find(|mode| (mode.from, mode.to) == (from, to));
        let mode = mode.ok_or(SpeechError::NoPack)?;
        Ok(Box::new(Apertium::new(mode.clone())))
    }

    fn start_runtime(&mut self) {
        let Some(pack) = self.packs.iter().find(|pack| pack.role == Role::Runtime) else { return };
        let path = pack.folder.join(&pack.files[0].path);
        match onnx::load(&path) {
            Ok(()) => self.runtime = Some(path),
            Err(why) => self.refused.push(SpeechError::Start { pack: pack.id.clone(), why }),
        }
    }

    fn take(&mut self, pack: Pack) -> Result<(), SpeechError> {
        match pack.role {
            Role::Runtime => {}
            Role::VoiceActivity => {
                if let Some(runtime) = &self.runtime {
                    self.voice = Some(silero::Model::open(&pack, runtime)?);
                }
            }
            Role::Recognition => {
                let runs = pack.engine != Engine::Moonshine || self.runtime.is_some();
                if runs {
                    self.recognition.push(pack);
                }
            }
            Role::Translation => {
                let (from, to) = (pack.languages[0].primary(), pack.languages[1].primary());
                let quality = pack.quality.as_ref().map_or(QUALITY_UNKNOWN, |q| q.value);
                self.graph.add(from, to, quality);
                self.translation.insert((from, to), pack);
            }
        }
        Ok(())
    }
}

fn name_of(error: &SpeechError) -> String {
    match error {
        SpeechError::Checksum { pack, .. } | SpeechError::Start { pack, .. } => pack.clone(),
        SpeechError::Manifest { path, .. } | SpeechError::Access { path, .. } => {
            let folder = path.parent().and_then(Path::file_name);
            folder.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        }
        SpeechError::Engine { engine, .. } => (*engine).to_owned(),
        SpeechError::Late | SpeechError::NoPack => String::new(),
    }
}

/// Returns an error and what lies behind it, in one line.
fn chain(error: &SpeechError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
