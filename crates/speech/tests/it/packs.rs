//! Packs that are there, missing, or not what they say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use language::Tag;
use speech::pack::{self, Role};
use speech::{Library, Missing, SpeechError};

use crate::models;

#[test]
fn the_packs_that_we_fetch_are_what_their_manifests_say() {
    let listing = pack::check(&models());

    assert!(listing.refused.is_empty(), "{:?}", listing.refused);
    let library = Library::open(&models());
    assert_eq!(library.missing(), []);
    assert!(library.captions().contains(&(Tag::EN, Tag::PT)));
    assert!(library.captions().contains(&(Tag::EN, Tag::EN)));
}

#[test]
fn the_manifests_in_the_repository_are_packs_with_a_licence() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packs");
    let manifests: Vec<PathBuf> =
        fs::read_dir(folder).expect("it is there").map(|e| e.expect("readable").path()).collect();

    for manifest in &manifests {
        let text = fs::read_to_string(manifest).expect("readable");
        let pack = pack::parse(&text, Path::new("")).expect("it is a manifest");
        assert!(!pack.licence.is_empty());
        assert_eq!(Some(pack.id.as_str()), manifest.file_stem().and_then(|stem| stem.to_str()));
    }
    assert!(manifests.len() >= 5);
}

#[test]
fn a_pack_with_a_wrong_checksum_is_refused_and_the_rest_works() {
    let folder = Folder::of_links("wrong-checksum");
    let model = folder.0.join("bergamot-en-pt/vocab.spm");
    let mut bytes = fs::read(&model).expect("it is there");
    bytes[1_000] ^= 1;
    fs::remove_file(&model).expect("it is a link");
    fs::write(&model, bytes).expect("it can be written");

    let library = Library::open(&folder.0);

    assert_eq!(library.missing(), [Missing::Refused("bergamot-en-pt".into())]);
    let error = library.refused()[0].to_string();
    assert!(error.starts_with("pack bergamot-en-pt: vocab.spm has a wrong checksum"), "{error}");
    assert!(!goes_straight(&library, Tag::EN, Tag::PT));
    assert!(goes_straight(&library, Tag::PT, Tag::EN));
    assert!(library.hears().contains(&Tag::EN));
}

#[test]
fn taking_a_pack_away_takes_its_captions_away() {
    let folder = Folder::of_links("taken-away");

    fs::remove_dir_all(folder.0.join("bergamot-en-pt")).expect("it is there");
    let without_translation = Library::open(&folder.0);
    fs::remove_dir_all(folder.0.join("moonshine-tiny-en")).expect("it is there");
    let without_recognition = Library::open(&folder.0);

    assert!(!goes_straight(&without_translation, Tag::EN, Tag::PT));
    assert!(without_translation.captions().contains(&(Tag::EN, Tag::EN)));
    let readers = pack::list(&folder.0).packs;
    let hears =
        readers.iter().any(|p| p.role == Role::Recognition && p.languages.contains(&Tag::EN));
    assert_eq!(without_recognition.captions().iter().any(|pair| pair.0 == Tag::EN), hears);
}

#[test]
fn a_folder_without_packs_says_what_is_missing() {
    let library = Library::open(Path::new("/nonexistent/models"));

    assert_eq!(library.captions(), []);
    let missing = library.missing();
    assert!(missing.contains(&Missing::Runtime));
    assert!(missing.contains(&Missing::VoiceActivity));
    assert!(missing.contains(&Missing::Recognition));
}

#[test]
fn only_a_pack_that_is_whole_is_imported() {
    let target = Folder::new("imported");
    let good = models().join("silero-vad");
    let bad = Folder::new("cut-short");
    fs::copy(good.join("pack.toml"), bad.0.join("pack.toml")).expect("it can be copied");
    fs::write(bad.0.join("silero_vad.onnx"), b"short").expect("it can be written");

    let refused = pack::import(&bad.0, &target.0);
    let nothing = pack::list(&target.0);
    let imported = pack::import(&good, &target.0).expect("it is whole");
    let again = pack::import(&good, &target.0);

    assert!(matches!(refused, Err(SpeechError::Checksum { what: "size", .. })), "{refused:?}");
    assert!(nothing.packs.is_empty() && nothing.refused.is_empty());
    assert_eq!(imported.folder, target.0.join("silero-vad"));
    assert!(again.is_ok());
    assert_eq!(pack::check(&target.0).packs.len(), 1);
}

#[test]
fn a_manifest_may_not_reach_outside_its_folder() {
    let manifest = fs::read_to_string(models().join("silero-vad/pack.toml")).expect("readable");
    for path in ["../x", "/etc/passwd", "a/../../b", ".", ""] {
        let text = manifest.replace("silero_vad.onnx", path);

        let result = pack::parse(&text, Path::new("packs/x"));

        assert!(matches!(result, Err(SpeechError::Manifest { .. })), "{path:?}: {result:?}");
    }
}

/// Returns whether there is a translator for just this pair. Where Apertium is installed, there may
/// be a way round.
fn goes_straight(library: &Library, from: Tag, to: Tag) -> bool {
    library.graph().route(from, to).is_some_and(|route| route.legs == [(from, to)])
}

/// A folder of the test's own, removed at its end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("plenary-speech-{name}-{}", process::id()));
        fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }

    /// The packs, each file a link to the real one.
    pub(crate) fn of_links(name: &str) -> Self {
        let folder = Self::new(name);
        for pack in pack::list(&models()).packs {
            let place = folder.0.join(&pack.id);
            fs::create_dir_all(&place).expect("it can be made");
            let files = pack.files.iter().map(|file| file.path.as_str()).chain(["pack.toml"]);
            for file in files {
                let original = fs::canonicalize(pack.folder.join(file)).expect("it is there");
                std::os::unix::fs::symlink(original, place.join(file)).expect("it can be linked");
            }
        }
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
