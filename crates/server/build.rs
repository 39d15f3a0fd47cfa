//! Lists what is embedded: our style sheets and scripts, the published cuts of IBM Plex Sans, and
//! the web app where it is built (`make web`).

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The cuts we serve, as published: name, Unicode range.
const CUTS: [(&str, &str); 5] = [
    (
        "Latin1",
        "U+0000,U+000D,U+0020-007E,U+00A0-00A3,U+00A4-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2013-2014,U+2018-201A,U+201C-201E,U+2020-2022,U+2026,U+2030,U+2039-203A,U+2044,U+2074,U+20AC,U+2122,U+2212,U+FB01-FB02",
    ),
    (
        "Latin2",
        "U+0100-024F,U+0259,U+1E00-1EFF,U+20A0-20AB,U+20AD-20CF,U+2C60-2C7F,U+A720-A7FF,U+FB01-FB02",
    ),
    ("Latin3", "U+0102-0103,U+1EA0-1EF9,U+20AB"),
    (
        "Cyrillic",
        "U+0400-045F,U+0472-0473,U+0490-049D,U+04A0-04A5,U+04AA-04AB,U+04AE-04B3,U+04B6-04BB,U+04C0-04C2,U+04CF-04D9,U+04DC-04DF,U+04E2-04E9,U+04EE-04F5,U+04F8-04F9",
    ),
    (
        "Pi",
        "U+0E3F,U+2032-2033,U+2070,U+2075-2079,U+2080-2081,U+2083,U+2085-2089,U+2113,U+2116,U+2126,U+212E,U+2150-2151,U+2153-215E,U+2190-2199,U+21A9-21AA,U+21B0-21B3,U+21B6-21B7,U+21BA-21BB,U+21C4,U+21C6,U+2202,U+2206,U+220F,U+2211,U+221A,U+221E,U+222B,U+2248,U+2260,U+2264-2265,U+25CA,U+2713,U+274C,U+2B0E-2B11,U+EBE1-EBE7,U+ECE0,U+EFCC",
    ),
];

/// The weights in use: text, labels, headings.
const WEIGHTS: [(&str, u16); 3] = [("Regular", 400), ("Medium", 500), ("SemiBold", 600)];

struct File {
    name: String,
    url: String,
    path: PathBuf,
}

fn main() {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    let assets = here.join("assets");
    let web = here.join("../../web");
    println!("cargo::rerun-if-changed={}", assets.display());
    let mut own = Vec::new();
    let mut names = Vec::new();
    walk(&assets, &assets, &mut names);
    let fonts = fonts(&web, &mut own);
    let sheet = out.join("fonts.css");
    fs::write(&sheet, fonts).expect("OUT_DIR can be written");
    own.push(hashed("fonts.css".to_owned(), sheet));
    // Charts look the same on a page and in a report: their sheet lies where they are drawn.
    for (name, sheet) in [("chart.css", "chart/chart.css"), ("report.css", "page/report.css")] {
        let sheet = here.join("../report/src").join(sheet);
        println!("cargo::rerun-if-changed={}", sheet.display());
        own.push(hashed(name.to_owned(), sheet));
    }
    // The charts' own sheet lies with them.
    let chart = here.join("../report/src/chart/chart.css");
    println!("cargo::rerun-if-changed={}", chart.display());
    own.push(hashed("chart.css".to_owned(), chart));
    own.extend(names.into_iter().map(|(name, path)| hashed(name, path)));
    let dist = web.join("dist");
    // Made where it is missing: cargo runs this again on each build for a path that is not there.
    if web.is_dir() {
        fs::create_dir_all(&dist).expect("web/ can be written");
        println!("cargo::rerun-if-changed={}", dist.display());
    }
    let mut app = Vec::new();
    walk(&dist, &dist, &mut app);
    let app = app.into_iter().map(|(name, path)| File { url: format!("/{name}"), name, path });
    let mut code = table("OWN", own);
    code.push_str(&table("APP", app.collect()));
    fs::write(out.join("assets.rs"), code).expect("OUT_DIR can be written");
}

/// Lists the files under `folder` by their path in it.
fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(root, &path, files);
        } else if let Ok(name) = path.strip_prefix(root) {
            let name = name.to_string_lossy().replace('\\', "/");
            println!("cargo::rerun-if-changed={}", path.display());
            files.push((name, path));
        }
    }
}

fn hashed(name: String, path: PathBuf) -> File {
    let mut hasher = DefaultHasher::new();
    fs::read(&path).expect("listed a moment ago").hash(&mut hasher);
    let (stem, extension) = name.rsplit_once('.').expect("an asset has an extension");
    let url = format!("/assets/{stem}-{:016x}.{extension}", hasher.finish());
    File { name, url, path }
}

/// Returns the style sheet that names the fonts which the web packages brought; none, none.
fn fonts(web: &Path, files: &mut Vec<File>) -> String {
    let mut css = String::from("/* IBM Plex Sans (SIL OFL 1.1), the cuts as published. */\n");
    let mut faces = Vec::new();
    for (cut, range) in CUTS {
        for (weight, number) in WEIGHTS {
            let file = format!("IBMPlexSans-{weight}-{cut}.woff2");
            let folder = "node_modules/@ibm/plex-sans/fonts/split/woff2";
            faces.push((web.join(folder).join(&file), file, "IBM Plex Sans", number, Some(range)));
        }
    }
    for (weight, number) in WEIGHTS {
        let file = format!("IBMPlexSansArabic-{weight}.woff2");
        let folder = "node_modules/@ibm/plex-sans-arabic/fonts/complete/woff2";
        faces.push((web.join(folder).join(&file), file, "IBM Plex Sans Arabic", number, None));
    }
    for (path, file, family, weight, range) in faces {
        if !path.is_file() {
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        let file = hashed(format!("fonts/{file}"), path);
        // Arabic letters alone: its Latin must not replace the Latin face.
        let range = range.unwrap_or("U+0600-06FF,U+0750-077F,U+08A0-08FF,U+FB50-FDFF,U+FE70-FEFF");
        writeln!(
            css,
            "@font-face{{font-family:\"{family}\";font-weight:{weight};font-style:normal;\
             font-display:swap;src:url({})format(\"woff2\");unicode-range:{range}}}",
            file.url
        )
        .expect("a string");
        files.push(file);
    }
    css
}

fn table(name: &str, mut files: Vec<File>) -> String {
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut code = format!("const {name}: &[Asset] = &[\n");
    for File { name, url, path } in files {
        let path = path.to_string_lossy();
        writeln!(
            code,
            "    Asset {{ name: {name:?}, url: {url:?}, bytes: include_bytes!({path:?}) }},"
        )
        .expect("a string");
    }
    code.push_str("];\n");
    code
}
