//! The survey's rules: what a questionnaire is, which answers to it are good, and what they count
//! as. Pure: no clock, no chance, no IO. Every door (form, JSON, later chat and SMS) passes
//! [`validate`]; what it lets through is stored as [`Answers`] and counted by [`Layout`].
//!
//! ```text
//!   template / format → Questionnaire ─┐
//!   form / JSON       → Raw ───────────┴→ validate → Answers → coded JSON, texts, slots, stratum
//! ```

mod answer;
mod cells;
pub mod demographics;
mod form;
pub mod format;
mod order;
mod questionnaire;
pub mod receipt;
pub mod template;

pub use answer::{
    Answer, Answers, BadAnswers, OTHER, Problem, ProblemKind, Raw, RawAnswer, validate,
};
pub use cells::{Codes, Layout};
pub use form::{FORM_BYTES_MAX, Form, FormError, parse_form};
pub use order::{Shown, shown_order};
pub use questionnaire::{Choice, Kind, Provenance, Question, Questionnaire, Role, Wording};
