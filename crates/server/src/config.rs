//! The configuration, in two types: as written in `plenary.toml` and the environment, and checked.
//! Reading is pure: text and a map in, a value out.

mod written;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

pub use written::EXAMPLE;
use written::Written;

/// What every key in the environment begins with; `__` stands for the dot: `PLENARY_HTTP__LISTEN`.
const PREFIX: &str = "PLENARY_";

/// Most media workers: one per core of the largest host we have measured.
const WORKERS_MAX: u16 = 64;

/// Checked and resolved: the only form that the rest of the program sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Holds the database (`SQLite`), the blobs and the keys.
    pub data: PathBuf,
    pub http: Http,
    pub store: Store,
    pub media: Media,
    pub speech: Speech,
    pub report: Report,
    pub survey: Survey,
    pub organisation: String,
    pub log: String,
}

impl Config {
    /// Returns what links begin with, without a slash at the end.
    pub fn public_url(&self) -> &str {
        self.http.public_url.as_deref().unwrap_or("http://localhost:8080")
    }

    /// Returns the folder of the keys that wrap free text: outside the database.
    pub fn keys_folder(&self) -> PathBuf {
        self.data.join("keys")
    }

    /// Returns where our own participants find the rooms.
    pub fn internal_url(&self) -> String {
        format!("http://{}", self.http.internal_listen)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Http {
    pub listen: SocketAddr,
    /// Where our own participants and `/metrics` are served, without TLS.
    pub internal_listen: SocketAddr,
    /// What links begin with, without a slash at the end. `None`: made from the listener.
    pub public_url: Option<String>,
    /// Further names this server may be called by.
    pub hosts: Vec<String>,
    pub tls: Tls,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    Off,
    /// `--lan`: made at start, for every address of this host.
    SelfSigned,
    Files {
        certificate: PathBuf,
        key: PathBuf,
    },
}

#[derive(Clone, PartialEq, Eq)]
pub struct Store {
    /// `sqlite:<path>` or `postgres://…`.
    pub url: String,
}

/// A database's URL may hold a password.
impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("url", &hide_password(&self.url)).finish()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    pub workers: usize,
    /// First UDP port; worker i takes this plus i. 0: any.
    pub port: u16,
    pub listen: IpAddr,
    /// Addresses told to clients. Empty: every local one.
    pub advertise: Vec<IpAddr>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    /// Where model packs lie.
    pub models: PathBuf,
}

/// How paper is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Where the fonts of the PDF lie. `None`: `fonts` beside the program's folder.
    pub fonts: Option<PathBuf>,
    /// The program that is run as `<program> print`. `None`: this one.
    pub program: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// How long a page that was opened may be sent back.
    pub page_life: Duration,
    /// Smallest cell that is published.
    pub cell_min: u32,
}

/// What is wrong with the configuration, with the key's name.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration cannot be read")]
    Syntax(#[source] toml::de::Error),
    #[error("`{key}`: {why}")]
    Key { key: &'static str, why: String },
    #[error("`{path}` (named by `{key}`) cannot be read")]
    File {
        key: String,
        path: String,
        #[source]
        source: std::io::Error,
    },
}

/// Reads the configuration from the file's text and the environment, which wins.
///
/// Keys of the environment that end in `_FILE` (of the file, in `_file`) name a file that holds
/// the value; `read` reads it.
pub fn load(
    text: &str,
    env: &BTreeMap<String, String>,
    read: impl Fn(&str) -> std::io::Result<String>,
) -> Result<Config, ConfigError> {
    let mut table: toml::Table = text.parse().map_err(ConfigError::Syntax)?;
    for (name, value) in env {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        insert(&mut table, &path.to_lowercase(), value);
    }
    read_files(&mut table, &read)?;
    let written: Written = table.try_into().map_err(ConfigError::Syntax)?;
    check(written)
}

/// Puts one key of the environment where it belongs. Lists are written with commas.
fn insert(table: &mut toml::Table, path: &str, value: &str) {
    let (section, key) = match path.split_once("__") {
        Some((section, key)) => (Some(section), key),
        None => (None, path),
    };
    let table = match section {
        None => table,
        Some(section) => {
            let entry = table
                .entry(section.to_owned())
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            let toml::Value::Table(inner) = entry else { return };
            inner
        }
    };
    let value = if written::LISTS.contains(&path.replace("__", ".").as_str()) {
        let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
        toml::Value::Array(items.map(|item| toml::Value::String(item.to_owned())).collect())
    } else if let Ok(number) = value.parse::<i64>() {
        toml::Value::Integer(number)
    } else if let Ok(choice) = value.parse::<bool>() {
        toml::Value::Boolean(choice)
    } else {
        toml::Value::String(value.to_owned())
    };
    table.insert(key.to_owned(), value);
}

/// Replaces `store.url_file = "path"` by `store.url = "its content"`.
fn read_files(
    table: &mut toml::Table,
    read: &impl Fn(&str) -> std::io::Result<String>,
) -> Result<(), ConfigError> {
    for (section, inner) in table.iter_mut() {
        let toml::Value::Table(inner) = inner else { continue };
        for key in written::SECRETS.iter().filter_map(|name| name.strip_prefix(section.as_str())) {
            let key = key.trim_start_matches('.');
            let file_key = format!("{key}_file");
            let Some(toml::Value::String(path)) = inner.remove(&file_key) else { continue };
            let content = read(&path).map_err(|source| ConfigError::File {
                key: format!("{section}.{file_key}"),
                path,
                source,
            })?;
            inner.insert(key.to_owned(), toml::Value::String(content.trim_end().to_owned()));
        }
    }
    Ok(())
}

fn check(written: Written) -> Result<Config, ConfigError> {
    let wrong = |key, why: &str| ConfigError::Key { key, why: why.to_owned() };
    let http = check_http(&written.http)?;
    let media = &written.media;
    let workers = match media.workers {
        0 => usize::from(
            std::thread::available_parallelism()
                .map_or(1, |n| u16::try_from(n.get()).unwrap_or(WORKERS_MAX).min(WORKERS_MAX)),
        ),
        1..=WORKERS_MAX => usize::from(media.workers),
        _ => return Err(wrong("media.workers", "must be at most 64")),
    };
    if media.port != 0 && media.port.checked_add(media.workers).is_none() {
        return Err(wrong("media.port", "leaves no room for one port per worker"));
    }
    let advertise = media.advertise.iter().map(|text| text.parse::<IpAddr>());
    let advertise = advertise
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| wrong("media.advertise", "must be IP addresses"))?;
    if written.survey.page_days == 0 || written.survey.page_days > 90 {
        return Err(wrong("survey.page_days", "must be from 1 to 90"));
    }
    if written.survey.cell_min < 3 {
        return Err(wrong("survey.cell_min", "must be at least 3"));
    }
    if written.organisation.trim().is_empty() {
        return Err(wrong("organisation", "must not be empty"));
    }
    let data = PathBuf::from(&written.data);
    let url = match written.store.url.as_str() {
        "" => format!("sqlite:{}", data.join("plenary.db").display()),
        url if url.starts_with("sqlite:") || url.starts_with("postgres") => url.to_owned(),
        _ => return Err(wrong("store.url", "must begin with `sqlite:` or `postgres://`")),
    };
    let path = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
    let report =
        Report { fonts: path(&written.report.fonts), program: path(&written.report.program) };
    let listen =
        media.listen.parse().map_err(|_| wrong("media.listen", "must be an IP address"))?;
    Ok(Config {
        data,
        http,
        store: Store { url },
        media: Media { workers, port: media.port, listen, advertise },
        speech: Speech { models: PathBuf::from(&written.speech.models) },
        report,
        survey: Survey {
            page_life: Duration::from_secs(u64::from(written.survey.page_days) * 86_400),
            cell_min: written.survey.cell_min,
        },
        organisation: written.organisation,
        log: written.log,
    })
}

fn check_http(written: &written::Http) -> Result<Http, ConfigError> {
    let wrong = |key, why: &str| ConfigError::Key { key, why: why.to_owned() };
    let mut listen: SocketAddr = written
        .listen
        .parse()
        .map_err(|_| wrong("http.listen", "must be an address and a port"))?;
    let internal_listen: SocketAddr = written
        .internal_listen
        .parse()
        .map_err(|_| wrong("http.internal_listen", "must be an address and a port"))?;
    if !internal_listen.ip().is_loopback() {
        return Err(wrong("http.internal_listen", "must be a loopback address"));
    }
    let public_url = match written.public_url.trim_end_matches('/') {
        "" => None,
        url if url.starts_with("http://") || url.starts_with("https://") => Some(url.to_owned()),
        _ => return Err(wrong("http.public_url", "must begin with `http://` or `https://`")),
    };
    let tls = match (written.lan, written.certificate.as_str(), written.key.as_str()) {
        (false, "", "") => Tls::Off,
        (true, "", "") => {
            listen.set_ip(Ipv4Addr::UNSPECIFIED.into());
            Tls::SelfSigned
        }
        (_, "", _) | (_, _, "") => {
            return Err(wrong("http.certificate", "needs `http.key`, and the other way round"));
        }
        (_, certificate, key) => Tls::Files { certificate: certificate.into(), key: key.into() },
    };
    let hosts = written.hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
    Ok(Http { listen, internal_listen, public_url, hosts, tls })
}

/// Returns a database's URL with its password hidden.
fn hide_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = user.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:…@{host}")
}

#[cfg(test)]
mod tests;
