//! A dialogue from the organiser's first request to its public page.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::site::Site;

const NEW: &str = r#"{
    "slug": "rivers",
    "title": {"ar": "الأنهار", "zh": "河流", "en": "Rivers", "fr": "Fleuves", "ru": "Реки", "es": "Ríos"},
    "description": {"en": "Two\nparagraphs"},
    "languages": ["ar", "zh", "en", "fr", "ru", "es"],
    "opens_at": "2026-09-01T00:00:00Z",
    "closes_at": "2026-12-01T00:00:00Z"
}"#;

#[tokio::test]
async fn a_dialogue_in_six_languages_has_a_page_in_each() {
    let site = Site::start().await;
    let cookie = site.organiser().await;

    let made = site.post("/api/v1/dialogues").cookie(&cookie).json(NEW).send().await;

    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(made.json()["url"], "http://localhost:8080/d/rivers");
    for (language, title) in [("ar", "الأنهار"), ("zh", "河流"), ("ru", "Реки")] {
        let page = site.get(&format!("/{language}/d/rivers")).send().await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(&format!("<h1>{title}</h1>")), "{language}");
        assert!(!page.body.contains("class=\"demonstration\""));
    }
    let to = site.get("/d/rivers").header("accept-language", "de, fr;q=0.9").send().await;
    assert_eq!((to.status, to.header("location")), (StatusCode::SEE_OTHER, "/fr/d/rivers"));
    assert_eq!(site.get("/de/d/rivers").send().await.status, StatusCode::NOT_FOUND);
    site.stop().await;
}

#[tokio::test]
async fn a_survey_and_a_meeting_are_added_and_shown() {
    let site = Site::start().await;
    let cookie = site.organiser().await;
    let made = site.post("/api/v1/dialogues").cookie(&cookie).json(NEW).send().await;
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let at = |what: &str| format!("/api/v1/dialogues/{id}{what}");

    let survey = site.post(&at("/surveys")).cookie(&cookie).json(r#"{"template":"un75"}"#).send();
    let survey = survey.await;
    let meeting = json!({"title": {"en": "A night with the flood wardens"},
        "starts_at": "2026-09-25T15:00:00Z", "minutes": 90, "is_recorded": true});
    let meeting =
        site.post(&at("/meetings")).cookie(&cookie).json(&meeting.to_string()).send().await;

    assert_eq!(survey.status, StatusCode::CREATED, "{}", survey.body);
    assert_eq!((&survey.json()["version"], &survey.json()["state"]), (&json!(1), &json!("open")));
    assert_eq!(meeting.status, StatusCode::CREATED, "{}", meeting.body);
    let whole = site.get(&at("")).cookie(&cookie).send().await.json();
    assert_eq!(whole["surveys"][0]["code"], survey.json()["code"]);
    assert_eq!(whole["meetings"][0]["url"], meeting.json()["url"]);
    assert_eq!(whole["counts"], json!({"responses": 0, "meetings": 1, "editions": 0}));
    let page = site.get("/en/d/rivers").send().await.body;
    assert!(page.contains("A night with the flood wardens"));
    assert!(page.contains("25 September 2026"), "the day is written out");
    let code = survey.json()["code"].as_str().expect("a code").to_owned();
    assert!(page.contains(&format!("href=\"/en/s/{code}\"")));
    let id = survey.json()["id"].as_str().expect("an id").to_owned();
    let closed = site.post(&format!("/api/v1/surveys/{id}/close")).cookie(&cookie).send().await;
    assert_eq!(closed.json()["state"], "closed");
    // Counts may be two seconds old.
    site.clock.advance(Duration::from_secs(3));
    let page = site.get("/en/d/rivers").send().await.body;
    assert!(!page.contains(&format!("/en/s/{code}")));
    site.stop().await;
}

#[tokio::test]
async fn a_draft_is_seen_by_its_organiser_alone() {
    let site = Site::start().await;
    let cookie = site.organiser().await;
    let made = site.post("/api/v1/dialogues").cookie(&cookie).json(NEW).send().await;
    let path = format!("/api/v1/dialogues/{}", made.json()["id"].as_str().expect("an id"));

    let ask = site.post(&path).method(Method::PATCH).cookie(&cookie).json(r#"{"state":"draft"}"#);
    let changed = ask.send().await;

    assert_eq!(changed.json()["state"], "draft");
    assert_eq!(changed.json()["title"]["fr"], "Fleuves", "what is left out stays");
    assert_eq!(site.get("/en/d/rivers").send().await.status, StatusCode::NOT_FOUND);
    assert!(!site.get("/en").send().await.body.contains("Rivers"));
    assert_eq!(site.get(&path).cookie(&cookie).send().await.status, StatusCode::OK);
    assert_eq!(site.get(&path).send().await.status, StatusCode::UNAUTHORIZED);
    site.stop().await;
}

#[tokio::test]
async fn what_cannot_be_a_dialogue_is_refused() {
    let site = Site::start().await;
    let cookie = site.organiser().await;
    site.post("/api/v1/dialogues").cookie(&cookie).json(NEW).send().await;

    let taken = site.post("/api/v1/dialogues").cookie(&cookie).json(NEW).send().await;
    assert_eq!((taken.status, taken.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    for body in [
        json!({"slug": "Rivers", "title": {"en": "x"}, "languages": ["en"]}),
        json!({"slug": "../etc", "title": {"en": "x"}, "languages": ["en"]}),
        json!({"slug": "a", "title": {}, "languages": ["en"]}),
        json!({"slug": "a", "title": {"en": "\u{202e}evil"}, "languages": ["en"]}),
        json!({"slug": "a", "title": {"en": "a\u{0}b"}, "languages": ["en"]}),
        json!({"slug": "a", "title": {"en": "x".repeat(201)}, "languages": ["en"]}),
        json!({"slug": "a", "title": {"en": "x"}, "languages": []}),
        json!({"slug": "a", "title": {"en": "x"}, "languages": ["no such language!"]}),
        json!({"slug": "a", "title": {"en": "x"}, "languages": ["en"], "owner": "me"}),
        json!({"slug": "a", "title": {"en": "x"}, "languages": ["en"],
            "opens_at": "2026-12-01T00:00:00Z", "closes_at": "2026-09-01T00:00:00Z"}),
    ] {
        let body = body.to_string();
        let answer = site.post("/api/v1/dialogues").cookie(&cookie).json(&body).send().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body:.80}");
        assert_eq!(answer.code(), "invalid");
    }
    site.stop().await;
}

#[tokio::test]
async fn what_an_organiser_writes_is_never_markup() {
    let site = Site::start().await;
    let cookie = site.organiser().await;
    let body = json!({"slug": "x", "title": {"en": "<script>alert(1)</script>"},
        "languages": ["en"]});

    site.post("/api/v1/dialogues").cookie(&cookie).json(&body.to_string()).send().await;

    let page = site.get("/en/d/x").send().await.body;
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.contains("<script>"));
    site.stop().await;
}
