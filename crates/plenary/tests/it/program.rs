//! Subcommands that answer and end.

use std::process::{Command, Output};

use crate::server::Folder;

fn plenary(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plenary"));
    command.args(arguments).env("LANG", "en_GB.UTF-8").env_remove("LC_ALL");
    command.output().expect("the program was built for this test")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_example_of_the_configuration_is_a_good_one() {
    let example = plenary(&["config", "example"]);
    let folder = Folder::new();
    let path = folder.write("plenary.toml", &text(&example.stdout));

    let checked = plenary(&["config", "check", "--config", &path]);

    assert!(example.status.success());
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    assert!(text(&checked.stdout).contains("listen: 127.0.0.1:8080"));
}

#[test]
fn a_misspelt_key_stops_the_start_and_is_named() {
    let folder = Folder::new();
    let path = folder.write("plenary.toml", "[http]\nlisen = \"127.0.0.1:1\"\n");

    let served = plenary(&["serve", "--config", &path]);

    assert_eq!(served.status.code(), Some(2));
    assert!(text(&served.stderr).contains("lisen"), "{}", text(&served.stderr));
    assert_eq!(text(&served.stdout), "");
}

#[test]
fn an_unknown_subcommand_is_wrong_use() {
    assert_eq!(plenary(&["fly"]).status.code(), Some(2));
    assert_eq!(plenary(&["--version"]).status.code(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_told_by_serve_and_by_doctor() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = Folder::new();
    let settings = format!(
        "data = {:?}\n[http]\nlisten = \"{address}\"\ninternal_listen = \"127.0.0.1:0\"\n[media]\nport = 0\nworkers = 1\n",
        folder.path()
    );
    let path = folder.write("plenary.toml", &settings);

    let served = plenary(&["serve", "--config", &path]);
    let examined = plenary(&["doctor", "--config", &path]);

    assert_eq!(served.status.code(), Some(1));
    assert!(text(&served.stderr).contains(&address), "{}", text(&served.stderr));
    assert_eq!(examined.status.code(), Some(3), "{}", text(&examined.stdout));
    let told = text(&examined.stdout);
    assert!(told.contains(&format!("✗ {address} cannot be listened on.")), "{told}");
    assert!(told.contains("→ Stop what uses it"), "{told}");
}

#[test]
fn doctor_says_that_browsers_refuse_the_camera_on_a_plain_address() {
    let folder = Folder::new();
    let settings = format!(
        "data = {:?}\n[http]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://meet.example\"\n[media]\nport = 0\nworkers = 1\n",
        folder.path()
    );
    let path = folder.write("plenary.toml", &settings);

    let examined = plenary(&["doctor", "--config", &path]);

    assert_eq!(examined.status.code(), Some(3));
    let told = text(&examined.stdout);
    for part in
        ["✗ Browsers will refuse camera", "✓ UDP port", "✓ The clock says", "commits a second"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn a_new_link_is_minted_by_whoever_has_the_shell() {
    let folder = Folder::new();

    let first = plenary(&["link", "--data", folder.path()]);
    let second = plenary(&["link", "--data", folder.path(), "--hours", "1"]);

    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let (first, second) = (text(&first.stdout), text(&second.stdout));
    assert!(first.starts_with("http://localhost:8080/o#"), "{first}");
    assert_eq!(first.trim().rsplit('#').next().map(str::len), Some(22), "128 bits");
    assert_ne!(first, second);
    let database = std::fs::read(folder.file("plenary.db")).expect("a database");
    let secret = first.trim().rsplit('#').next().expect("a secret");
    let is_stored = database.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
    assert!(!is_stored, "the secret is stored nowhere");
}

#[test]
fn without_packs_models_says_how_to_get_them() {
    let folder = Folder::new();
    let path = folder.write("plenary.toml", &format!("[speech]\nmodels = {:?}\n", folder.path()));

    let listed = plenary(&["models", "--config", &path]);

    assert_eq!(listed.status.code(), Some(0));
    assert!(text(&listed.stdout).contains("make models"), "{}", text(&listed.stdout));
}

#[test]
fn a_document_that_is_none_is_not_printed() {
    let printed = plenary(&["print"]);

    assert_eq!(printed.status.code(), Some(1));
    assert!(printed.stdout.is_empty());
}
