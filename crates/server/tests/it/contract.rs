//! The HTTP contract that is committed is the one that is served.

use std::path::Path;

use crate::site::Site;

#[tokio::test]
async fn openapi_json_is_in_step_and_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let site = Site::start().await;

    let served = site.get("/api/v1/openapi.json").send().await;

    assert!(
        committed == served.body,
        "openapi.json is behind: run `cargo run -p plenary -- contract > openapi.json`"
    );
    site.stop().await;
}

#[tokio::test]
async fn every_route_of_the_contract_is_there() {
    let site = Site::start().await;
    let contract = site.get("/api/v1/openapi.json").send().await.json();
    let paths = contract["paths"].as_object().expect("paths");
    assert!(paths.len() >= 15, "{}", paths.len());

    for path in paths.keys() {
        let path = path.replace("{id}", "x").replace("{code}", "x");
        let answer = site.get(&path).header("accept", "application/json").send().await;
        let is_known =
            answer.status != 404 || answer.json()["code"] != "not_found" || path.contains("/x");
        assert!(is_known, "{path}");
        assert!(!answer.status.is_server_error(), "{path}");
    }
    site.stop().await;
}
