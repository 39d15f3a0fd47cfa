//! What on this host would stop a meeting, and what to do about it.

mod disk;

use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::time::{Duration, SystemTime};

use language::{Tag, Value, Words, number};
use speech::{Library, Missing};

use crate::Config;
use crate::config::Tls;
use crate::serve::local_addresses;

/// A clock before this (1 January 2026) is not set: this program is younger.
const BUILT_SECONDS: u64 = 1_767_225_600;

/// Files of ours that are newer than the clock by more than this show that it was set back.
const CLOCK_SLACK: Duration = Duration::from_mins(2);

/// What a socket's buffer must hold: a burst of key frames of a full room.
const SOCKET_BUFFER_BYTES: u64 = 4 << 20;

/// Below this, a record of some days fills the disk.
const DISK_BYTES_MIN: u64 = 1 << 30;

/// Commits per second below which answers are acknowledged late.
const FSYNCS_PER_SECOND_MIN: f64 = 50.0;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Good,
    /// Meetings work, but not as they should.
    Weak,
    /// Meetings do not work.
    Ill,
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Finding {
    pub health: Health,
    /// In `messages/*/doctor.json`; with `_act` behind it where there is something to do.
    key: &'static str,
    arguments: Vec<(&'static str, Value)>,
}

impl Finding {
    fn new(health: Health, key: &'static str, arguments: &[(&'static str, Value)]) -> Self {
        Self { health, key, arguments: arguments.to_vec() }
    }

    /// Returns whether meetings do not work because of this.
    pub fn stops_a_meeting(&self) -> bool {
        self.health == Health::Ill
    }

    /// Returns what was found, and in a second line what to do.
    pub fn text(&self, language: Tag) -> String {
        let words = Words::of(language);
        let sign = match self.health {
            Health::Good => "✓",
            Health::Weak => "!",
            Health::Ill => "✗",
        };
        let found = words.text(&format!("doctor.{}", self.key), &self.arguments);
        let act = format!("doctor.{}_act", self.key);
        if self.health == Health::Good || !words.has(&act) {
            return format!("{sign} {found}");
        }
        format!("{sign} {found}\n    → {}", words.text(&act, &self.arguments))
    }
}

/// Looks at everything that a meeting needs of this host.
pub fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![http(config.http.listen)];
    findings.extend(udp(config));
    findings.push(addresses(config));
    findings.push(secure_context(config));
    findings.push(clock(&config.data));
    findings.push(socket_buffers());
    findings.extend(disk(&config.data));
    findings.push(models(&config.speech.models));
    findings
}

fn text(value: impl std::fmt::Display) -> Value {
    Value::from(value.to_string())
}

fn http(listen: SocketAddr) -> Finding {
    let address = [("address", text(listen))];
    match TcpListener::bind(listen) {
        Ok(_) => Finding::new(Health::Good, "http", &address),
        Err(_) => Finding::new(Health::Ill, "http_taken", &address),
    }
}

fn udp(config: &Config) -> Vec<Finding> {
    let workers = u16::try_from(config.media.workers).unwrap_or(u16::MAX);
    let mut findings = Vec::new();
    for worker in 0..workers {
        let port = match config.media.port {
            0 => 0,
            first => first.saturating_add(worker),
        };
        let socket = UdpSocket::bind(SocketAddr::new(config.media.listen, port));
        findings.push(match socket.and_then(|socket| echo(&socket)) {
            Ok(()) => Finding::new(Health::Good, "udp", &[("port", text(port))]),
            Err(_) => Finding::new(Health::Ill, "udp_taken", &[("port", text(port))]),
        });
    }
    findings
}

/// Sends a datagram to the socket's own port on loopback and waits for it.
fn echo(socket: &UdpSocket) -> std::io::Result<()> {
    let mut to = socket.local_addr()?;
    if to.ip().is_unspecified() {
        to.set_ip(if to.is_ipv4() {
            IpAddr::from([127, 0, 0, 1])
        } else {
            IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])
        });
    }
    socket.set_read_timeout(Some(Duration::from_secs(1)))?;
    socket.send_to(b"plenary", to)?;
    socket.recv_from(&mut [0; 16]).map(drop)
}

fn addresses(config: &Config) -> Finding {
    let told = if config.media.advertise.is_empty() {
        local_addresses()
    } else {
        config.media.advertise.clone()
    };
    if told.is_empty() {
        return Finding::new(Health::Weak, "address_none", &[]);
    }
    let list: Vec<String> = told.iter().map(IpAddr::to_string).collect();
    Finding::new(Health::Good, "address", &[("addresses", text(list.join(", ")))])
}

fn secure_context(config: &Config) -> Finding {
    let url = config.http.public_url.as_deref().unwrap_or_default();
    let is_local = url.starts_with("http://localhost") || url.starts_with("http://127.");
    let is_secure = url.starts_with("https://") || is_local || config.http.tls != Tls::Off;
    let only_here = url.is_empty() && config.http.listen.ip().is_loopback();
    if is_secure {
        Finding::new(Health::Good, "secure", &[])
    } else if only_here {
        Finding::new(Health::Weak, "secure_here", &[])
    } else {
        Finding::new(Health::Ill, "secure_not", &[])
    }
}

fn clock(data: &Path) -> Finding {
    let now = SystemTime::now();
    let is_set = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .is_ok_and(|since| since.as_secs() >= BUILT_SECONDS);
    let newest = std::fs::read_dir(data).ok().into_iter().flatten().flatten();
    let newest = newest.filter_map(|entry| entry.metadata().ok()?.modified().ok()).max();
    let went_back = newest
        .and_then(|time| time.duration_since(now).ok())
        .is_some_and(|ahead| ahead > CLOCK_SLACK);
    let shown = [("time", text(jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC")))];
    if is_set && !went_back {
        Finding::new(Health::Good, "clock", &shown)
    } else {
        Finding::new(Health::Ill, "clock_wrong", &shown)
    }
}

fn socket_buffers() -> Finding {
    let read = |name| {
        let text = std::fs::read_to_string(format!("/proc/sys/net/core/{name}")).ok()?;
        text.trim().parse::<u64>().ok()
    };
    let (Some(receive), Some(send)) = (read("rmem_max"), read("wmem_max")) else {
        return Finding::new(Health::Weak, "buffers_unknown", &[]);
    };
    let smallest = receive.min(send);
    let kib = [("kib", text(smallest / 1024))];
    let health = if smallest >= SOCKET_BUFFER_BYTES { Health::Good } else { Health::Weak };
    let key = if health == Health::Good { "buffers" } else { "buffers_small" };
    Finding::new(health, key, &kib)
}

fn disk(data: &Path) -> Vec<Finding> {
    let Ok(()) = std::fs::create_dir_all(data) else {
        return vec![Finding::new(Health::Ill, "disk_none", &[("path", text(data.display()))])];
    };
    let mut findings = Vec::new();
    if let Ok(free) = disk::free_bytes(data) {
        let gib = number::decimal(Tag::EN, disk::gibibytes(free), 1);
        let is_enough = free >= DISK_BYTES_MIN;
        let health = if is_enough { Health::Good } else { Health::Weak };
        let key = if is_enough { "disk" } else { "disk_small" };
        findings.push(Finding::new(health, key, &[("gib", text(gib))]));
    }
    findings.push(match disk::fsyncs_per_second(data) {
        Ok(rate) => {
            let is_fast = rate >= FSYNCS_PER_SECOND_MIN;
            let key = if is_fast { "fsync" } else { "fsync_slow" };
            let health = if is_fast { Health::Good } else { Health::Weak };
            Finding::new(health, key, &[("rate", text(format!("{rate:.0}")))])
        }
        Err(_) => Finding::new(Health::Ill, "disk_none", &[("path", text(data.display()))]),
    });
    findings
}

fn models(folder: &Path) -> Finding {
    let library = Library::open(folder);
    let path = ("path", text(folder.display()));
    let missing = library.missing();
    if library.packs().is_empty() {
        return Finding::new(Health::Weak, "models_none", &[path]);
    }
    if missing.iter().any(|part| matches!(part, Missing::Refused(_))) {
        return Finding::new(Health::Weak, "models_refused", &[path]);
    }
    if missing.is_empty() {
        Finding::new(Health::Good, "models", &[("pairs", text(library.captions().len()))])
    } else {
        Finding::new(Health::Weak, "models_part", &[path])
    }
}
