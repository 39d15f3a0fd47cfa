//! What the log holds at its usual level: nobody's name, address, answer or token.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::site::Site;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Paper {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_holds_no_name_address_answer_or_secret() {
    // With one subscriber alone, a call that another test's thread makes first would be cached as
    // "nobody listens"; a second one, for all threads, prevents that.
    let sink = tracing_subscriber::fmt().with_writer(std::io::sink).finish();
    let _ = tracing::subscriber::set_global_default(sink);
    let paper = Paper::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_writer(paper.clone())
        .finish();
    let held = tracing::subscriber::set_default(subscriber);
    let site = Site::start().await;
    let links = site.app.demonstrate().await.expect("a demonstration");
    let secret = site.secret().await;
    let code = links.delegate.rsplit('/').next().expect("a code").split('#').next();
    let code = code.expect("a code").to_owned();

    let body = json!({"name": "Zaphod Beeblebrox", "speaks": "fr", "reads": "ar"}).to_string();
    let ask = site.post(&format!("/api/v1/meetings/{code}/enter")).json(&body);
    let entered = ask.header("x-forwarded-for", "198.51.100.77").send().await.json();
    let token = entered["token"].as_str().expect("a token").to_owned();
    site.get(&format!("/rtc/v1/validate?access_token={token}")).send().await;
    site.get("/en/s/zzzzzzzz?secret=Trillian").send().await;
    site.get("/en/d/Slartibartfast").send().await;
    let body = format!("{{\"secret\":\"{secret}\"}}");
    site.post("/api/v1/links/exchange").json(&body).send().await;
    site.post("/api/v1/links/exchange").json("{\"secret\":\"Marvin-the-android\"}").send().await;
    site.stop().await;

    drop(held);
    let log = String::from_utf8(paper.0.lock().expect("not poisoned").clone()).expect("UTF-8");
    assert!(log.contains("the demonstration is made"), "something was logged: {log}");
    assert!(log.contains("/{language}/d/{slug}"), "routes are logged by their template: {log}");
    for word in [
        "Zaphod",
        "198.51.100",
        "Trillian",
        "Slartibartfast",
        "Marvin",
        &token,
        &secret,
        "GU_",
        "Listen to the people",
        "drinking water",
    ] {
        assert!(!log.contains(word), "{word} is in the log:\n{log}");
    }
}
