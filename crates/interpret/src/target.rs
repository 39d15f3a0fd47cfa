//! One sentence in one wanted language: when its translation is asked for.

use crate::agreement::words;

/// A translation of a growing sentence is asked for again after this many more likely words:
/// fewer would only make it flicker.
const WORDS_STEP: usize = 3;

/// What has been asked for and shown in one language.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    /// Of the last caption.
    pub revision: u32,
    /// A translation is being made.
    pub is_waiting: bool,
    /// What was given to the engine last.
    asked: String,
}

impl Target {
    /// Returns whether `likely` is worth a translation of its own while the sentence goes on.
    pub(crate) fn wants(&self, likely: &str) -> bool {
        !self.is_waiting && words(likely).len() >= words(&self.asked).len() + WORDS_STEP
    }

    /// Returns whether `text`, after which there is a pause, differs from what was asked last.
    pub(crate) fn wants_whole(&self, text: &str) -> bool {
        !self.is_waiting && self.asked != text
    }

    pub(crate) fn ask(&mut self, text: &str) {
        text.clone_into(&mut self.asked);
        self.is_waiting = true;
    }

    /// Counts the next caption and returns its revision.
    pub(crate) fn revise(&mut self) -> u32 {
        self.revision += 1;
        self.revision
    }
}
