//! The lobby and the way into a meeting.

use axum::http::StatusCode;
use model::media::RoomName;
use serde_json::json;

use crate::site::Site;

/// Returns the code of the demonstration's next meeting.
async fn code(site: &Site) -> String {
    let links = site.app.demonstrate().await.expect("a demonstration");
    let code = links.delegate.rsplit('/').next().expect("a code");
    code.split('#').next().expect("a code").to_owned()
}

#[tokio::test]
async fn the_lobby_says_what_one_has_to_know_before() {
    let site = Site::start().await;
    let code = code(&site).await;

    let typed = code.to_uppercase();
    let lobby = site.get(&format!("/api/v1/meetings/{typed}/lobby")).send().await;

    assert_eq!(lobby.status, StatusCode::OK, "{}", lobby.body);
    let lobby = lobby.json();
    assert_eq!(lobby["title"]["en"], "Who decides when the water rises?");
    assert_eq!(lobby["organisation"]["name"], "River Cities Forum");
    assert_eq!((&lobby["is_recorded"], &lobby["present"]), (&json!(true), &json!(0)));
    assert_eq!(lobby["is_demonstration"], true);
    assert_eq!(lobby["captions"]["available"], json!([]), "no pack is here");
    assert_eq!(lobby["languages"], json!(["ar", "zh", "en", "fr", "ru", "es"]));
    site.stop().await;
}

#[tokio::test]
async fn one_name_lets_in_and_the_same_browser_is_the_same_guest() {
    let site = Site::start().await;
    let path = format!("/api/v1/meetings/{}/enter", code(&site).await);
    let body = json!({"name": " Nadia Haddad ", "speaks": "fr", "reads": "ar",
        "consent": {"record": true}})
    .to_string();

    let first = site.post(&path).json(&body).send().await;
    let again = site.post(&path).cookie(&first.cookie()).json(&body).send().await;
    let other = site.post(&path).json(&body).send().await;

    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert!(first.header("set-cookie").contains("HttpOnly"));
    let (first, again, other) = (first.json(), again.json(), other.json());
    assert_eq!(first["identity"], again["identity"]);
    assert_ne!(first["identity"], other["identity"]);
    assert_eq!(first["url"], "ws://localhost:8080");
    let token = first["token"].as_str().expect("a token");
    let room = RoomName(first["room"].as_str().expect("a room").to_owned());
    assert!(room.meeting().is_some());
    let token = site.app.secrets.rtc().verify(token, Some(&room), site.clock.now());
    let token = token.expect("it lets in");
    assert_eq!(token.name, "Nadia Haddad");
    assert_eq!(token.attributes["plenary.speak"], "fr");
    assert_eq!(token.attributes["plenary.read"], "ar");
    assert_eq!(token.attributes["plenary.record"], "true");
    site.stop().await;
}

#[tokio::test]
async fn who_enters_from_elsewhere_or_without_a_name_stays_outside() {
    let site = Site::start().await;
    let path = format!("/api/v1/meetings/{}/enter", code(&site).await);
    let enter = |name: &str| {
        site.post(&path).json(&json!({"name": name, "speaks": "fr", "reads": "ar"}).to_string())
    };

    let foreign = enter("Ana").header("origin", "https://evil.example").send().await;
    assert_eq!(foreign.code(), "foreign_origin");
    for name in ["", "  ", "a\u{0}", "\u{202e}anA", &"x".repeat(81)] {
        let answer = enter(name).send().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
    }
    let unknown = site.post("/api/v1/meetings/00000000/enter");
    let body = json!({"name": "Ana", "speaks": "fr", "reads": "ar"}).to_string();
    assert_eq!(unknown.json(&body).send().await.status, StatusCode::NOT_FOUND);
    site.stop().await;
}

#[tokio::test]
async fn the_record_is_shown_to_the_organiser_and_published_when_approved() {
    let site = Site::start().await;
    code(&site).await;
    let cookie = site.organiser().await;
    let list = site.get("/api/v1/dialogues").cookie(&cookie).send().await.json();
    let dialogue = list[0]["id"].as_str().expect("an id").to_owned();
    let whole = site.get(&format!("/api/v1/dialogues/{dialogue}")).cookie(&cookie).send().await;
    let past = whole.json()["meetings"][0].clone();
    let path = format!("/api/v1/meetings/{}/record", past["id"].as_str().expect("an id"));

    let record = site.get(&path).cookie(&cookie).send().await.json();
    let approve = site.post(&format!("{path}/approve")).cookie(&cookie);
    let refused = approve.json(r#"{"approved":false}"#).send().await.json();

    assert_eq!(past["people"], 38);
    assert_eq!(record["is_approved"], true);
    assert_eq!(record["captions"].as_array().map(Vec::len), Some(48), "8 sentences in 6 languages");
    assert_eq!(record["captions"][0]["author"], "machine");
    assert!(!record.to_string().contains("GU_"), "who spoke is nobody's business here");
    assert_eq!(refused["is_record_approved"], false);
    assert_eq!(site.get(&path).send().await.status, StatusCode::UNAUTHORIZED);
    site.stop().await;
}
