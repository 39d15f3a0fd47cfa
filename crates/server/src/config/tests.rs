use super::*;

fn load_text(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let env = env.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    load(text, &env, |path| Ok(format!("content of {path}\n")))
}

#[test]
fn the_example_is_the_default() {
    let example = load_text(EXAMPLE, &[]).expect("the example is valid");

    assert_eq!(example, load_text("", &[]).expect("the default is valid"));
}

#[test]
fn the_environment_wins_over_the_file() {
    let config = load_text(
        "[http]\nlisten = \"127.0.0.1:1\"",
        &[
            ("PLENARY_HTTP__LISTEN", "127.0.0.1:9000"),
            ("PLENARY_MEDIA__ADVERTISE", "192.0.2.1, 192.0.2.2"),
        ],
    )
    .expect("both are valid");

    assert_eq!(config.http.listen.port(), 9000);
    assert_eq!(config.media.advertise.len(), 2);
}

#[test]
fn an_unknown_key_is_refused_in_the_file_and_in_the_environment() {
    assert!(load_text("[http]\nlisten_to = \"\"", &[]).is_err());
    assert!(load_text("", &[("PLENARY_HTTP__LISTEN_TO", "x")]).is_err());
    assert!(load_text("", &[("PLENARY_HTPP__LISTEN", "x")]).is_err());
}

#[test]
fn a_rule_names_its_key() {
    let error = load_text("[survey]\ncell_min = 1", &[]).expect_err("too small");

    assert_eq!(error.to_string(), "`survey.cell_min`: must be at least 3");
}

#[test]
fn a_secret_may_come_from_a_file() {
    let error = load_text("", &[("PLENARY_STORE__URL_FILE", "/run/secret")]).expect_err("no URL");
    assert_eq!(error.to_string(), "`store.url`: must begin with `sqlite:` or `postgres://`");

    let env = BTreeMap::from([("PLENARY_STORE__URL_FILE".to_owned(), "x".to_owned())]);
    let config = load("", &env, |_| Ok("postgres://u:p@h/n\n".to_owned())).expect("a URL");
    assert_eq!(config.store.url, "postgres://u:p@h/n");
}

#[test]
fn a_password_is_never_shown() {
    let config =
        load_text("[store]\nurl = \"postgres://ana:geheim@db/plenary\"", &[]).expect("valid");

    assert!(!format!("{config:?}").contains("geheim"));
    assert!(format!("{config:?}").contains("ana:…@db"));
}

#[test]
fn lan_listens_on_every_interface() {
    let config = load_text("[http]\nlan = true", &[]).expect("valid");

    assert_eq!(config.http.tls, Tls::SelfSigned);
    assert!(config.http.listen.ip().is_unspecified());
}
