//! The demonstration: full of life, marked everywhere, gone by one button.

use axum::http::{Method, StatusCode};
use language::Tag;
use model::id::EditionId;
use store::edition::{self, EditionFile};
use uuid::Uuid;

use crate::site::Site;

#[tokio::test]
async fn the_demonstration_is_full_of_life_and_marked() {
    let site = Site::start().await;

    site.app.demonstrate().await.expect("a demonstration");

    let cookie = site.organiser().await;
    let list = site.get("/api/v1/dialogues").cookie(&cookie).send().await.json();
    assert_eq!(list[0]["counts"]["responses"], 2_000);
    assert_eq!(list[0]["counts"]["meetings"], 2);
    assert_eq!(list[0]["is_demonstration"], true);
    for path in ["/en", "/en/d/the-future-we-want", "/en/d/the-future-we-want/results"] {
        let page = site.get(path).send().await.body;
        assert!(page.contains("class=\"demonstration\""), "{path}");
        assert!(page.contains("River Cities Forum"), "{path}");
    }
    let page = site.get("/en/d/the-future-we-want").send().await.body;
    assert!(page.contains("2,000"), "who answered so far");
    assert!(page.contains("38 people"), "who was at the past meeting");
    assert!(page.contains("<circle"), "the assembly");
    site.stop().await;
}

#[tokio::test]
async fn the_page_and_the_survey_say_the_same_length() {
    let site = Site::start().await;
    let links = site.app.demonstrate().await.expect("a demonstration");
    let code = links.citizen.rsplit('/').next().expect("a code");

    let page = site.get("/en/d/the-future-we-want").send().await.body;
    let survey = site.get(&format!("/en/s/{code}")).send().await.body;

    let minutes = survey::template::un75().minutes();
    assert!(page.contains(&format!("About {minutes} minutes.")), "{page}");
    assert!(survey.contains(&format!("questions, about {minutes} minutes")), "{survey}");
    site.stop().await;
}

#[tokio::test]
async fn a_second_start_finds_the_demonstration_and_prints_new_links() {
    let site = Site::start().await;
    let first = site.app.demonstrate().await.expect("a demonstration");

    let second = site.app.demonstrate().await.expect("the same demonstration");

    assert_eq!(first.citizen, second.citizen);
    assert_ne!(first.organiser, second.organiser);
    let cookie = site.organiser().await;
    let list = site.get("/api/v1/dialogues").cookie(&cookie).send().await.json();
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!(list[0]["counts"]["responses"], 2_000);
    site.stop().await;
}

#[tokio::test]
async fn one_button_removes_all_of_it_and_nothing_else() {
    let site = Site::start().await;
    let links = site.app.demonstrate().await.expect("a demonstration");
    let code = links.citizen.rsplit('/').next().expect("a code").to_owned();
    let cookie = site.organiser().await;
    let own = r#"{"slug":"own","title":{"en":"Our own"},"languages":["en"]}"#;
    site.post("/api/v1/dialogues").cookie(&cookie).json(own).send().await;

    let ask = site.post("/api/v1/demonstration").method(Method::DELETE);
    let removed = ask.cookie(&cookie).send().await;

    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.body);
    let list = site.get("/api/v1/dialogues").cookie(&cookie).send().await.json();
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!(list[0]["slug"], "own");
    for path in ["/en/d/the-future-we-want".to_owned(), format!("/en/s/{code}")] {
        assert_eq!(site.get(&path).send().await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = site.get("/en/d/own").send().await.body;
    assert!(page.contains("City of Tests") && !page.contains("River Cities Forum"));
    site.stop().await;
}

#[tokio::test]
async fn what_another_edition_shares_with_it_stays_readable() {
    let site = Site::start().await;
    site.app.demonstrate().await.expect("a demonstration");
    let cookie = site.organiser().await;
    let own = r#"{"slug":"own","title":{"en":"Our own"},"languages":["en"]}"#;
    site.post("/api/v1/dialogues").cookie(&cookie).json(own).send().await;
    let shared = site.app.blobs.put(b"margins".to_vec()).await.expect("kept");
    let shown = site.app.blobs.put(b"shown".to_vec()).await.expect("kept");
    let mut tx = site.app.store.write(site.clock.now()).await.expect("a transaction");
    for (slug, blobs) in [("own", vec![&shared]), ("the-future-we-want", vec![&shared, &shown])] {
        let found = store::dialogue::find_by_slug(&mut tx, slug).await.expect("read");
        let id = EditionId::from_uuid(Uuid::now_v7());
        let dialogue = found.expect("it is there").id;
        edition::insert(&mut tx, id, dialogue, &[Tag::EN], 1).await.expect("it is new");
        let files: Vec<EditionFile> = blobs.iter().map(|blob| file(blob)).collect();
        edition::publish(&mut tx, id, "00", &files).await.expect("it changes");
    }
    tx.commit().await.expect("kept");

    let ask = site.post("/api/v1/demonstration").method(Method::DELETE);
    let removed = ask.cookie(&cookie).send().await;

    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.body);
    let left = site.app.blobs.get(&shared).await.expect("read");
    assert_eq!(left.as_deref(), Some(&b"margins"[..]));
    assert_eq!(site.app.blobs.get(&shown).await.expect("read"), None);
    site.stop().await;
}

fn file(blob: &str) -> EditionFile {
    EditionFile {
        name: format!("data/{blob}.csv"),
        media_type: "text/csv".to_owned(),
        blob: blob.to_owned(),
        bytes: 7,
    }
}

#[tokio::test]
async fn only_an_organiser_removes_it() {
    let site = Site::start().await;
    site.app.demonstrate().await.expect("a demonstration");

    let asked = site.post("/api/v1/demonstration").method(Method::DELETE).send().await;

    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.get("/en/d/the-future-we-want").send().await.status, StatusCode::OK);
    site.stop().await;
}
