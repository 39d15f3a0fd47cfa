//! The fonts of printed reports: the published WOFF2 of IBM Plex Sans, unpacked to TrueType
//! without loss (Typst passes over WOFF2 in silence), and an openly licensed Chinese face.
//! Into `target/fonts`, never into the repository.

use std::path::{Path, PathBuf};

const PLEX: [(&str, &str); 2] =
    [("plex-sans", "IBMPlexSans"), ("plex-sans-arabic", "IBMPlexSansArabic")];
const WEIGHTS: [&str; 3] = ["Regular", "Medium", "SemiBold"];

/// Debian's package `fonts-droid-fallback`, Apache-2.0.
const CHINESE: &str = "/usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf";

/// Makes what is missing in `target/fonts`; says what to do where it cannot.
pub(crate) fn run() -> bool {
    let folder = crate::root().join("target/fonts");
    match prepare(&folder) {
        Ok(made) => {
            println!("fonts of printed reports: {made} made, in {}", folder.display());
            true
        }
        Err(why) => {
            eprintln!("fonts of printed reports: {why}");
            false
        }
    }
}

fn prepare(folder: &Path) -> Result<usize, String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut made = 0;
    for (package, family) in PLEX {
        for weight in WEIGHTS {
            let to = folder.join(format!("{family}-{weight}.ttf"));
            if !to.exists() {
                unpack(package, &format!("{family}-{weight}.woff2"), &to)?;
                made += 1;
            }
        }
    }
    let chinese = folder.join("DroidSansFallback.ttf");
    if !chinese.exists() {
        let font = std::fs::read(CHINESE).map_err(|_| {
            format!("{CHINESE} is missing; install it: apt-get install fonts-droid-fallback")
        })?;
        write(&chinese, &font)?;
        made += 1;
    }
    Ok(made)
}

fn unpack(package: &str, file: &str, to: &Path) -> Result<(), String> {
    let modules = crate::root().join("web/node_modules/@ibm");
    let from = modules.join(package).join("fonts/complete/woff2").join(file);
    let packed = std::fs::read(&from)
        .map_err(|error| format!("{}: {error}; first: npm ci in web/", from.display()))?;
    let font = wuff::decompress_woff2(&packed)
        .map_err(|error| format!("{} is no WOFF2: {error:?}", from.display()))?;
    write(to, &font)
}

/// Writes beside and renames, so that an interrupted run leaves no half a font.
fn write(to: &Path, bytes: &[u8]) -> Result<(), String> {
    let beside: PathBuf = to.with_extension("part");
    std::fs::write(&beside, bytes)
        .and_then(|()| std::fs::rename(&beside, to))
        .map_err(|error| format!("{}: {error}", to.display()))
}
