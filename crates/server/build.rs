//! Lists what is embedded: our style sheets and scripts, the published cuts of IBM Plex Sans, and
//! the web app where it is built (`make web`).

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The cuts we serve, as published: package, file's suffix, Unicode range.
const CUTS: [(&str, &str, &str, &str); 3] = [
    (
        "plex-sans",
        "IBMPlexSans",
        "Latin1",
        "U+0000,U+000D,U+0020-007E,U+00A0-00A3,U+00A4-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2013-2014,U+2018-201A,U+201C-201E,U+2020-2022,U+2026,U+2030,U+2039-203A,U+2044,U+20AC,U+2122,U+2212,U+FB01-FB02",
    ),
    (
        "plex-sans",
        "IBMPlexSans",
        "Latin2",
        "U+0100-0130,U+0132-0151,U+0154-017F,U+018F,U+0192,U+01A0-01A1,U+01AF-01B0,U+01FA-01FF,U+0218-021B,U+0237,U+0259,U+1E80-1E85,U+1E9E,U+20A1,U+20A4,U+20A6,U+20A8-20AA,U+20AD-20AE,U+20B1-20B2,U+20B4-20B5,U+20B8-20BA,U+20BD,U+20BF",
    ),
    (
        "plex-sans",
        "IBMPlexSans",
        "Cyrillic",
        "U+0400-045F,U+0462-0463,U+046A-046B,U+0472-0475,U+0490-04C2,U+04CF-04D9,U+04DC-04E9,U+04EE-04F9,U+2116",
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
    for (package, stem, cut, range) in CUTS {
        for (weight, number) in WEIGHTS {
            let file = format!("{stem}-{weight}-{cut}.woff2");
            let folder = format!("node_modules/@ibm/{package}/fonts/split/woff2");
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
