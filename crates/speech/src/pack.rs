//! Model packs: a folder `<id>/` with a `pack.toml` that names its files, their checksums, where
//! they come from and under which licence. A pack whose files differ from its manifest is refused;
//! the others go on working.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use aws_lc_rs::digest;
use language::Tag;
use serde::Deserialize;

use crate::SpeechError;

/// The name of the manifest in a pack's folder.
const MANIFEST: &str = "pack.toml";

/// A manifest is a page of text. More is a mistake or an attack.
const MANIFEST_BYTES_MAX: u64 = 64 * 1024;

/// Ours have three files; a voice pack may have dozens.
const FILES_MAX: usize = 256;

/// No server runs more packs than there are languages with models.
const PACKS_MAX: usize = 512;

/// Licence of a pack whose origin states none.
pub const UNSTATED: &str = "unstated";

/// What a pack is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The library that runs other packs' models.
    Runtime,
    VoiceActivity,
    Recognition,
    Translation,
}

/// Which of our engines reads a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    Onnxruntime,
    Silero,
    Moonshine,
    Whisper,
    Bergamot,
}

impl Engine {
    /// Returns the role that this engine can play.
    const fn role(self) -> Role {
        match self {
            Self::Onnxruntime => Role::Runtime,
            Self::Silero => Role::VoiceActivity,
            Self::Moonshine | Self::Whisper => Role::Recognition,
            Self::Bergamot => Role::Translation,
        }
    }
}

/// A manifest that makes sense. The files are not looked at yet: see [`Pack::verify`].
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    pub id: String,
    pub role: Role,
    pub engine: Engine,
    /// Recognition: what can be heard. Translation: from, then to.
    pub languages: Vec<Tag>,
    pub files: Vec<File>,
    /// SPDX, or [`UNSTATED`].
    pub licence: String,
    pub attribution: String,
    /// Where the files come from.
    pub source: String,
    /// Whole numbers that the engine needs.
    pub params: BTreeMap<String, u32>,
    pub quality: Option<Quality>,
    /// The folder that holds the files.
    pub folder: PathBuf,
}

/// A file of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub path: String,
    pub size: u64,
    pub sha256: String,
}

/// How good a pack was found to be, in percent of its metric.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    pub metric: String,
    pub value: f64,
}

/// The manifest as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    role: Role,
    engine: Engine,
    languages: Vec<String>,
    licence: String,
    #[serde(default)]
    attribution: String,
    source: String,
    #[serde(default)]
    files: Vec<File>,
    #[serde(default)]
    params: BTreeMap<String, u32>,
    quality: Option<Quality>,
}

/// What a folder of packs holds.
#[derive(Debug, Default)]
pub struct Listing {
    pub packs: Vec<Pack>,
    /// Packs that are refused, each with the reason.
    pub refused: Vec<SpeechError>,
}

/// Reads a manifest's text; `folder` is where its files are.
pub fn parse(text: &str, folder: &Path) -> Result<Pack, SpeechError> {
    let refuse = |why: String| SpeechError::Manifest { path: folder.join(MANIFEST), why };
    let written: Written = toml::from_str(text).map_err(|e| refuse(e.message().to_owned()))?;
    if !is_name(&written.id) {
        return Err(refuse("the id may hold lower-case letters, digits and hyphens only".into()));
    }
    if written.engine.role() != written.role {
        return Err(refuse("the engine cannot play this role".into()));
    }
    if written.files.is_empty() || written.files.len() > FILES_MAX {
        return Err(refuse(format!("it must name between one and {FILES_MAX} files")));
    }
    if let Some(file) = written.files.iter().find(|file| !is_inside(&file.path)) {
        return Err(refuse(format!("{:?} is not a path inside the pack", file.path)));
    }
    if let Some(file) = written.files.iter().find(|file| !is_sha256(&file.sha256)) {
        return Err(refuse(format!("{:?} has no SHA-256 in 64 hexadecimal digits", file.path)));
    }
    if written.licence.trim().is_empty() {
        return Err(refuse(format!("it must state a licence, or \"{UNSTATED}\"")));
    }
    let languages = written
        .languages
        .iter()
        .map(|text| text.parse().map_err(|_| refuse(format!("{text:?} is no language tag"))))
        .collect::<Result<Vec<Tag>, _>>()?;
    let is_complete = match written.role {
        Role::Runtime | Role::VoiceActivity => true,
        Role::Recognition => !languages.is_empty(),
        Role::Translation => languages.len() == 2 && languages[0] != languages[1],
    };
    if !is_complete {
        return Err(refuse("its languages do not suit its role".into()));
    }
    Ok(Pack {
        id: written.id,
        role: written.role,
        engine: written.engine,
        languages,
        files: written.files,
        licence: written.licence,
        attribution: written.attribution,
        source: written.source,
        params: written.params,
        quality: written.quality,
        folder: folder.to_owned(),
    })
}

/// Reads every manifest in a folder of packs, without looking at the files they name. A folder
/// that does not exist holds nothing.
pub fn list(models: &Path) -> Listing {
    let mut listing = Listing::default();
    let Ok(entries) = fs::read_dir(models) else { return listing };
    let mut folders: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join(MANIFEST).is_file())
        .take(PACKS_MAX)
        .collect();
    folders.sort();
    for folder in folders {
        match read(&folder) {
            Ok(pack) => listing.packs.push(pack),
            Err(error) => listing.refused.push(error),
        }
    }
    listing
}

/// Like [`list`], and checks every file of every pack against its checksum.
pub fn check(models: &Path) -> Listing {
    let mut listing = list(models);
    let refused = &mut listing.refused;
    listing.packs.retain(|pack| pack.verify().map_err(|error| refused.push(error)).is_ok());
    listing
}

/// Checks the pack in `from` and copies it into the folder of packs; one of the same id is replaced.
/// Nothing is copied unless every file is the one that the manifest describes.
pub fn import(from: &Path, models: &Path) -> Result<Pack, SpeechError> {
    let pack = read(from)?;
    pack.verify()?;
    let target = models.join(&pack.id);
    let fresh = models.join(format!(".{}.import", pack.id));
    let access = |path: &Path| {
        let path = path.to_owned();
        move |source| SpeechError::Access { path, source }
    };
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(access(&fresh))?;
    }
    let paths = pack.files.iter().map(|file| file.path.as_str()).chain([MANIFEST]);
    for path in paths {
        let place = fresh.join(path);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(access(parent))?;
        }
        fs::copy(from.join(path), &place).map_err(access(&place))?;
    }
    if target.exists() {
        fs::remove_dir_all(&target).map_err(access(&target))?;
    }
    fs::rename(&fresh, &target).map_err(access(&target))?;
    read(&target)
}

fn read(folder: &Path) -> Result<Pack, SpeechError> {
    let path = folder.join(MANIFEST);
    let access = |source| SpeechError::Access { path: path.clone(), source };
    let mut text = String::new();
    fs::File::open(&path)
        .map_err(access)?
        .take(MANIFEST_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(access)?;
    parse(&text, folder)
}

impl Pack {
    /// Reads every file and compares size and checksum with the manifest.
    pub fn verify(&self) -> Result<(), SpeechError> {
        self.files.iter().try_for_each(|file| self.verify_file(file))
    }

    /// Returns where a file of the pack is.
    pub fn file(&self, path: &str) -> Result<PathBuf, SpeechError> {
        if !self.files.iter().any(|file| file.path == path) {
            let why = format!("its manifest does not name {path}");
            return Err(SpeechError::Start { pack: self.id.clone(), why });
        }
        Ok(self.folder.join(path))
    }

    /// Returns a number from the manifest's `[params]`.
    pub fn param(&self, name: &str) -> Result<u32, SpeechError> {
        self.params.get(name).copied().ok_or_else(|| SpeechError::Start {
            pack: self.id.clone(),
            why: format!("its manifest lacks the parameter {name}"),
        })
    }

    /// Returns what the pack takes on disk, in bytes.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).fold(0, u64::saturating_add)
    }

    fn verify_file(&self, file: &File) -> Result<(), SpeechError> {
        let path = self.folder.join(&file.path);
        let access = |source| SpeechError::Access { path: path.clone(), source };
        let wrong = |what, expected: String, found: String| SpeechError::Checksum {
            pack: self.id.clone(),
            file: file.path.clone(),
            what,
            expected,
            found,
        };
        let mut reader = fs::File::open(&path).map_err(access)?;
        let size = reader.metadata().map_err(access)?.len();
        if size != file.size {
            return Err(wrong("size", file.size.to_string(), size.to_string()));
        }
        let mut context = digest::Context::new(&digest::SHA256);
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let read = reader.read(&mut buffer).map_err(access)?;
            if read == 0 {
                break;
            }
            context.update(&buffer[..read]);
        }
        let found = hex(context.finish().as_ref());
        if found != file.sha256 {
            return Err(wrong("checksum", file.sha256.clone(), found));
        }
        Ok(())
    }
}

fn is_name(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_inside(path: &str) -> bool {
    (1..=255).contains(&path.len())
        && !path.contains('\0')
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}
