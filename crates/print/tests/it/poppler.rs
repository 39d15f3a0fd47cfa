//! Poppler's command line tools: another program's view of our PDF.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A PDF in a folder of its own, removed at the end.
pub(crate) struct Sheet(PathBuf);

impl Sheet {
    pub(crate) fn new(name: &str, pdf: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("plenary-{}-{name}.pdf", std::process::id()));
        std::fs::write(&path, pdf).expect("the temporary folder is writable");
        Self(path)
    }

    /// Returns the text between header and footer, in the order in which it was set.
    pub(crate) fn text(&self) -> String {
        // A4 in points at 72 dpi; header and footer stand outside 66 to 780.
        let crop = ["-raw", "-nopgbrk", "-x", "0", "-y", "60", "-W", "596", "-H", "714"];
        let out = run("pdftotext", &crop, &self.0, &["-"]);
        String::from_utf8(out.stdout).expect("pdftotext writes UTF-8")
    }

    /// Returns all text, header and footer too.
    pub(crate) fn whole_text(&self) -> String {
        let out = run("pdftotext", &["-raw", "-nopgbrk"], &self.0, &["-"]);
        String::from_utf8(out.stdout).expect("pdftotext writes UTF-8")
    }

    pub(crate) fn fonts(&self) -> String {
        String::from_utf8(run("pdffonts", &[], &self.0, &[]).stdout).expect("names of fonts")
    }

    pub(crate) fn information(&self) -> String {
        String::from_utf8(run("pdfinfo", &[], &self.0, &[]).stdout).expect("metadata")
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        // Left behind, it is a small file in the temporary folder.
        drop(std::fs::remove_file(&self.0));
    }
}

fn run(tool: &str, before: &[&str], pdf: &Path, after: &[&str]) -> Output {
    let out = Command::new(tool).args(before).arg(pdf).args(after).output();
    let out = out.unwrap_or_else(|_| panic!("{tool} is missing: apt-get install poppler-utils"));
    assert!(out.status.success(), "{tool}: {}", String::from_utf8_lossy(&out.stderr));
    out
}
