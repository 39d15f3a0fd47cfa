//! ONNX Runtime, loaded at run time from its pack.

use std::path::Path;
use std::sync::OnceLock;

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;

use crate::SpeechError;

/// A library is loaded once per process and never unloaded: the first pack that is opened wins.
static ENVIRONMENT: OnceLock<Result<Environment, String>> = OnceLock::new();

/// Loads the runtime from the file `library`, unless one is loaded.
pub(crate) fn load(library: &Path) -> Result<(), String> {
    environment(library).map(|_| ())
}

/// Opens a model. One thread per session: many streams share the cores, not one stream all of them.
pub(crate) fn open(pack: &str, library: &Path, model: &Path) -> Result<Session, SpeechError> {
    let start = |why: String| SpeechError::Start { pack: pack.to_owned(), why };
    let environment = environment(library).map_err(start)?;
    let session = Session::builder(environment)
        .map_err(|e| start(e.to_string()))?
        .with_optimization_level(GraphOptimizationLevel::Level3)
        .map_err(|e| start(e.to_string()))?
        .with_intra_threads(1)
        .map_err(|e| start(e.to_string()))?
        .commit_from_file(model)
        .map_err(|e| start(e.to_string()))?;
    Ok(session)
}

fn environment(library: &Path) -> Result<&'static Environment, String> {
    let loaded = ENVIRONMENT.get_or_init(|| {
        ort::init_from(library).map_err(|e| e.to_string())?.build().map_err(|e| e.to_string())
    });
    loaded.as_ref().map_err(Clone::clone)
}
