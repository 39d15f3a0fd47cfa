//! The machine interpreter: a participant in each meeting that has people in it.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use language::Tag;
use speech::Library;

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
}

/// The machine interpreters of this server, and the packs they work with.
#[derive(Clone, Debug)]
pub struct Interpreters {
    library: Arc<Library>,
}

impl Interpreters {
    /// Reads the packs in the folder `models`.
    pub(crate) fn open(models: &Path) -> Self {
        Self { library: Arc::new(Library::open(models)) }
    }

    /// Returns which captions can be made: spoken language, then the language read.
    pub(crate) fn pairs(&self) -> Vec<(Tag, Tag)> {
        self.library.captions()
    }

    /// Sends every interpreter home; the server is stopping.
    pub(crate) fn stop(self) {}
}
