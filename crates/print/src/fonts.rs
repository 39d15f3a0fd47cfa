//! The faces a report is set in: IBM Plex Sans for Latin, Cyrillic and Arabic, and a Chinese face.

use std::path::Path;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};

use crate::PrintError;

/// The files that have to be in the folder of fonts; `cargo xtask fonts` makes them.
pub const FONT_FILES: [&str; 7] = [
    "IBMPlexSans-Regular.ttf",
    "IBMPlexSans-Medium.ttf",
    "IBMPlexSans-SemiBold.ttf",
    "IBMPlexSansArabic-Regular.ttf",
    "IBMPlexSansArabic-Medium.ttf",
    "IBMPlexSansArabic-SemiBold.ttf",
    "DroidSansFallback.ttf",
];

/// Faces in memory.
#[derive(Clone, Debug)]
pub struct Fonts(pub(crate) Vec<Font>);

impl Fonts {
    /// Returns what the template can ask for. The names inside the files differ from weight to
    /// weight (`IBM Plex Sans SmBld`), by which Typst would take each for a family of its own.
    pub(crate) fn book(&self) -> FontBook {
        let mut book = FontBook::new();
        for font in &self.0 {
            let mut info = font.info().clone();
            let family = ["IBM Plex Sans Arabic", "IBM Plex Sans"]
                .into_iter()
                .find(|family| info.family.starts_with(family));
            if let Some(family) = family {
                family.clone_into(&mut info.family);
            }
            book.push(info);
        }
        book
    }
}

impl Fonts {
    /// Reads every face; Typst would set another in silence where one is missing.
    pub fn load(folder: &Path) -> Result<Self, PrintError> {
        let mut fonts = Vec::with_capacity(FONT_FILES.len());
        for file in FONT_FILES {
            let named = || (file.to_owned(), folder.display().to_string());
            let bytes = std::fs::read(folder.join(file)).map_err(|_| {
                let (file, folder) = named();
                PrintError::FontMissing { file, folder }
            })?;
            let font = Font::new(Bytes::new(bytes), 0).ok_or_else(|| {
                let (file, folder) = named();
                PrintError::FontDamaged { file, folder }
            })?;
            fonts.push(font);
        }
        Ok(Self(fonts))
    }
}
