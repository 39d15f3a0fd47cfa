//! The configuration as it is written: every key optional, unknown ones refused.

use serde::Deserialize;

/// The documented example: the defaults, each with its reason. A test holds the two equal.
pub const EXAMPLE: &str = include_str!("example.toml");

/// Keys whose value is a list; in the environment its items are separated by commas.
pub(super) const LISTS: [&str; 2] = ["http.hosts", "media.advertise"];

/// Keys that may be given as the name of a file that holds them, with `_file` at the end.
pub(super) const SECRETS: [&str; 1] = ["store.url"];

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Written {
    pub(super) data: String,
    pub(super) organisation: String,
    pub(super) log: String,
    pub(super) http: Http,
    pub(super) store: Store,
    pub(super) media: Media,
    pub(super) speech: Speech,
    pub(super) report: Report,
    pub(super) survey: Survey,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            data: "data".to_owned(),
            organisation: "Plenary".to_owned(),
            log: "info".to_owned(),
            http: Http::default(),
            store: Store::default(),
            media: Media::default(),
            speech: Speech::default(),
            report: Report::default(),
            survey: Survey::default(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Http {
    pub(super) listen: String,
    pub(super) internal_listen: String,
    pub(super) public_url: String,
    pub(super) hosts: Vec<String>,
    pub(super) lan: bool,
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            internal_listen: "127.0.0.1:8081".to_owned(),
            public_url: String::new(),
            hosts: Vec::new(),
            lan: false,
            certificate: String::new(),
            key: String::new(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Store {
    pub(super) url: String,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Media {
    pub(super) workers: u16,
    pub(super) port: u16,
    pub(super) listen: String,
    pub(super) advertise: Vec<String>,
}

impl Default for Media {
    fn default() -> Self {
        Self { workers: 0, port: 7882, listen: "0.0.0.0".to_owned(), advertise: Vec::new() }
    }
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Speech {
    pub(super) models: String,
}

impl Default for Speech {
    fn default() -> Self {
        Self { models: "models".to_owned() }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Report {
    pub(super) fonts: String,
    pub(super) program: String,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Survey {
    pub(super) page_days: u32,
    pub(super) cell_min: u32,
}

impl Default for Survey {
    fn default() -> Self {
        Self { page_days: 14, cell_min: 10 }
    }
}
