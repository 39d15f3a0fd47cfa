//! A real PostgreSQL for the tests: the one of `PLENARY_TEST_POSTGRES`, or a temporary cluster
//! that ends with this process.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, raw_sql};

/// How long a cluster may take to come up on a busy machine.
const START_LIMIT: Duration = Duration::from_mins(1);

/// Starts a cluster, and stops and removes it when standard input ends: whichever way the test
/// process ends, its end of the pipe closes.
const SCRIPT: &str = r#"
set -e
bin="$1"; home="$2"; cd "$home"
"$bin/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >initdb.log 2>&1
"$bin/postgres" -D data -k "$home" -h '' -p 5432 -c max_connections=300 \
  -c shared_buffers=32MB -c fsync=on >postgres.log 2>&1 </dev/null &
pid=$!
cat >/dev/null || true
kill -INT $pid || true
wait $pid || true
rm -rf "$home"
"#;

struct Cluster {
    url: String,
    /// Held, because the cluster ends when its standard input does.
    _script: Option<Child>,
}

/// A database that is empty, and goes when this does.
pub(crate) struct Database {
    pub(crate) url: String,
    name: String,
}

/// Makes a database.
pub(crate) async fn database() -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("plenary_test_{}_{number}", std::process::id());
    execute(&cluster().url, &format!("CREATE DATABASE {name}")).await;
    let mut url = cluster().url.clone();
    let (start, query) = url.split_once('?').map_or((&*url, ""), |(start, query)| (start, query));
    let server = start.rsplit_once('/').expect("an address names a database").0;
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    url = format!("{server}/{name}{query}");
    Database { url, name }
}

impl Database {
    /// Removes the database; connections to it are ended.
    pub(crate) async fn remove(self) {
        execute(&cluster().url, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

/// Runs statements on the database at `url`.
pub(crate) async fn execute(url: &str, text: &str) {
    let mut conn = PgConnection::connect(url).await.expect("PostgreSQL answers");
    raw_sql(AssertSqlSafe(text)).execute(&mut conn).await.expect("the statement runs");
    conn.close().await.expect("the connection closes");
}

/// Returns one number from the database at `url`.
pub(crate) async fn number(url: &str, text: &str) -> i64 {
    let mut conn = PgConnection::connect(url).await.expect("PostgreSQL answers");
    let found = sqlx::query_scalar(AssertSqlSafe(text))
        .fetch_one(&mut conn)
        .await
        .expect("the statement returns a number");
    conn.close().await.expect("the connection closes");
    found
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| match std::env::var("PLENARY_TEST_POSTGRES") {
        Ok(url) => Cluster { url, _script: None },
        Err(_) => start(),
    })
}

fn start() -> Cluster {
    let bin = programs().expect(
        "PostgreSQL is needed: `apt-get install postgresql`, or a superuser's database in \
         PLENARY_TEST_POSTGRES",
    );
    // PostgreSQL refuses to run as root; Debian's package brings a user for it.
    let as_user: &[&str] = if is_root() { &["runuser", "-u", "postgres", "--"] } else { &[] };
    let home = make_home(as_user);
    let mut words = as_user.to_vec();
    let home_text = home.to_str().expect("the path is text");
    let bin_text = bin.to_str().expect("the path is text");
    words.extend(["sh", "-c", SCRIPT, "sh", bin_text, home_text]);
    let script = Command::new(words[0])
        .args(&words[1..])
        .stdin(Stdio::piped())
        .spawn()
        .expect("a shell runs");
    wait_for(&home);
    let url = format!("postgres://postgres@localhost/postgres?host={home_text}&port=5432");
    Cluster { url, _script: Some(script) }
}

fn make_home(as_user: &[&str]) -> PathBuf {
    let mut words = as_user.to_vec();
    words.extend(["mktemp", "-d", "/tmp/plenary-postgres-XXXXXX"]);
    let made = Command::new(words[0]).args(&words[1..]).output().expect("mktemp runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    PathBuf::from(String::from_utf8(made.stdout).expect("a path is text").trim())
}

fn wait_for(home: &Path) {
    let end = Instant::now() + START_LIMIT;
    while std::os::unix::net::UnixStream::connect(home.join(".s.PGSQL.5432")).is_err()
        || !log_of(home).contains("ready to accept connections")
    {
        assert!(Instant::now() < end, "PostgreSQL does not start:\n{}", log_of(home));
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn log_of(home: &Path) -> String {
    let mut all = String::new();
    for name in ["initdb.log", "postgres.log"] {
        let text = std::fs::read_to_string(home.join(name)).unwrap_or_default();
        write!(all, "{text}").expect("a String takes any text");
    }
    all
}

fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop()
}

fn is_root() -> bool {
    let who = Command::new("id").arg("-u").output().expect("id runs");
    who.stdout == b"0\n"
}
