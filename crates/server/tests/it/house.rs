//! What every request passes: host, origin, links, headers, errors.

use std::time::Duration;

use axum::http::{Method, StatusCode};

use crate::site::Site;

#[tokio::test]
async fn a_request_for_another_host_is_refused() {
    let site = Site::start().await;

    for host in ["evil.example", "evil.example:8080", "localhost.evil.example", "192.0.2.1"] {
        let answer = site.get("/livez").header("host", host).send().await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert_eq!(answer.code(), "wrong_host");
    }

    for host in ["localhost:8080", "127.0.0.1:9", "[::1]:8080", "MEET.example", "127.0.0.7"] {
        let answer = site.get("/livez").header("host", host).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{host}");
    }
    site.stop().await;
}

#[tokio::test]
async fn a_write_from_a_foreign_page_changes_nothing() {
    let site = Site::start().await;
    let cookie = site.organiser().await;
    let body = r#"{"slug":"rivers","title":{"en":"Rivers"},"languages":["en"]}"#;
    let before = site.database();

    for origin in ["https://evil.example", "null", "http://localhost:9999", ""] {
        let ask = site.post("/api/v1/dialogues").cookie(&cookie).json(body);
        let answer = ask.header("origin", origin).send().await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
        assert_eq!(answer.code(), "foreign_origin");
    }

    assert!(site.database() == before, "the database changed");
    site.stop().await;
}

#[tokio::test]
async fn opening_a_link_does_nothing_and_exchanging_it_sets_a_careful_cookie() {
    let site = Site::start().await;
    let secret = site.secret().await;

    let opened = site.get("/o").send().await;
    let body = format!("{{\"secret\":\"{secret}\"}}");
    let exchanged = site.post("/api/v1/links/exchange").json(&body).send().await;

    assert_eq!(opened.header("set-cookie"), "");
    assert_eq!(exchanged.json()["capability"], "organiser");
    assert_eq!(exchanged.json()["organisation"]["name"], "City of Tests");
    let cookie = exchanged.header("set-cookie");
    for part in ["plenary_organiser=LK_", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains(&secret));
    let list = site.get("/api/v1/dialogues").cookie(&exchanged.cookie()).send().await;
    assert_eq!((list.status, list.body.as_str()), (StatusCode::OK, "[]"));
    site.stop().await;
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_takes_its_cookies_with_it() {
    let site = Site::start().await;
    let secret = site.secret().await;
    let cookie = site.organiser().await;

    site.clock.advance(Duration::from_secs(3_601));

    let body = format!("{{\"secret\":\"{secret}\"}}");
    let exchanged = site.post("/api/v1/links/exchange").json(&body).send().await;
    assert_eq!(exchanged.status, StatusCode::FORBIDDEN);
    assert_eq!(exchanged.code(), "link_invalid");
    let list = site.get("/api/v1/dialogues").cookie(&cookie).send().await;
    assert_eq!(list.status, StatusCode::UNAUTHORIZED);
    assert_eq!(list.code(), "sign_in_needed");
    site.stop().await;
}

#[tokio::test]
async fn a_secret_that_nobody_made_and_a_cookie_that_was_changed_open_nothing() {
    let site = Site::start().await;
    let cookie = site.organiser().await;

    for secret in ["", "AAAAAAAAAAAAAAAAAAAAAA", "not base 64 at all!", &"A".repeat(10_000)] {
        let body = format!("{{\"secret\":\"{secret}\"}}");
        let answer = site.post("/api/v1/links/exchange").json(&body).send().await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{secret:.30}");
    }
    let last = if cookie.ends_with('A') { 'B' } else { 'A' };
    let changed = format!("{}{last}", &cookie[..cookie.len() - 1]);
    let other = cookie.replace("LK_0", "LK_1");
    for cookie in [changed.as_str(), &other, "plenary_organiser=LK_1.1.x", "plenary_organiser="] {
        let answer = site.get("/api/v1/dialogues").cookie(cookie).send().await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{cookie}");
    }
    site.stop().await;
}

#[tokio::test]
async fn a_browser_forgets_what_it_may_do_when_told() {
    let site = Site::start().await;
    let cookie = site.organiser().await;

    let me = site.get("/api/v1/me").cookie(&cookie).send().await;
    let left = site.post("/api/v1/links/leave").cookie(&cookie).send().await;

    assert_eq!(me.json()["organiser"]["capability"], "organiser");
    assert_eq!(left.status, StatusCode::NO_CONTENT);
    let ended: Vec<_> = left.headers.get_all("set-cookie").iter().collect();
    assert_eq!(ended.len(), 2);
    assert!(ended.iter().all(|cookie| cookie.to_str().expect("ASCII").contains("Max-Age=0")));
    site.stop().await;
}

#[tokio::test]
async fn whoever_guesses_codes_has_to_wait() {
    let site = Site::start().await;

    let mut last = site.get("/api/v1/meetings/aaaaaaaa/lobby").send().await;
    for _ in 0..60 {
        last = site.get("/api/v1/meetings/bbbbbbbb/lobby").send().await;
    }

    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(last.code(), "too_many_guesses");
    assert_eq!(last.header("retry-after"), "600");
    assert_eq!(site.get("/livez").send().await.status, StatusCode::OK, "the rest goes on");
    site.stop().await;
}

#[tokio::test]
async fn every_answer_carries_the_headers_of_safety() {
    let site = Site::start().await;
    site.app.demonstrate().await.expect("a demonstration");

    for path in [
        "/en",
        "/ar/d/the-future-we-want",
        "/en/d/the-future-we-want/results",
        "/nothing",
        "/livez",
        "/api/v1/me",
        "/o",
        "/m/aaaaaaaa",
    ] {
        let answer = site.get(path).header("accept", "text/html").send().await;
        let csp = answer.header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe-inline") && !csp.contains("'unsafe-eval'"), "{path}: {csp}");
        let is_app = path == "/o" || path.starts_with("/m/");
        assert_eq!(csp.contains("wasm-unsafe-eval"), is_app, "{path}");
        let socket = "connect-src 'self' ws://localhost:8080 wss://localhost:8080;";
        assert_eq!(csp.contains(socket), is_app, "{path}: {csp}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        let is_private = path.starts_with("/api/");
        assert_eq!(answer.header("cache-control") == "no-store", is_private || path == "/nothing");
    }
    site.stop().await;
}

#[tokio::test]
async fn no_page_names_another_host_or_has_a_style_or_script_of_its_own() {
    let site = Site::start().await;
    let links = site.app.demonstrate().await.expect("a demonstration");
    let code = links.citizen.rsplit('/').next().expect("a code").to_owned();

    for language in ["ar", "zh", "en", "fr", "ru", "es"] {
        for path in [
            format!("/{language}"),
            format!("/{language}/d/the-future-we-want"),
            format!("/{language}/d/the-future-we-want/results"),
            format!("/{language}/s/{code}"),
            format!("/{language}/s/{code}/receipt"),
            format!("/{language}/nothing"),
        ] {
            let page = site.get(&path).header("accept", "text/html").send().await;
            for attribute in ["src=\"", "href=\"", "action=\""] {
                for rest in page.body.split(attribute).skip(1) {
                    let to = rest.split('"').next().unwrap_or_default();
                    let is_own = to.starts_with('#')
                        || (to.starts_with('/') && !to.starts_with("//"))
                        || to.starts_with("http://localhost:8080/");
                    assert!(is_own, "{path}: {attribute}{to}");
                }
            }
            assert!(!page.body.contains(" style=\"") && !page.body.contains("<style"), "{path}");
            assert!(!page.body.contains("<script>"), "{path}");
            let direction = if language == "ar" { "dir=\"rtl\"" } else { "dir=\"ltr\"" };
            assert!(page.body.contains(direction), "{path}");
        }
    }
    site.stop().await;
}

#[tokio::test]
async fn a_stylesheet_is_kept_for_a_year_and_is_ours() {
    let site = Site::start().await;
    let page = site.get("/en").send().await.body;
    let sheets = page.split("rel=\"stylesheet\" href=\"").skip(1);
    let sheets: Vec<&str> = sheets.filter_map(|rest| rest.split('"').next()).collect();
    assert!(sheets.len() >= 3, "{sheets:?}");

    for sheet in sheets {
        let answer = site.get(sheet).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{sheet}");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(!answer.body.contains("http"), "{sheet} names another host");
    }
    site.stop().await;
}

#[tokio::test]
async fn an_error_is_a_page_for_a_browser_in_its_language_and_a_problem_for_a_program() {
    let site = Site::start().await;

    let ask = site.get("/x/y").header("accept", "text/html").header("accept-language", "ar");
    let page = ask.send().await;
    let problem = site.get("/x/y").send().await;

    assert_eq!((page.status, problem.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert!(page.body.contains("لا يوجد شيء في هذا العنوان."), "{}", page.body);
    assert!(page.body.contains("المرجع "), "a reference to tell the organiser");
    assert_eq!(problem.code(), "not_found");
    assert_eq!(problem.json()["reference"].as_str().map(str::len), Some(4));
    site.stop().await;
}

#[tokio::test]
async fn bad_bodies_are_refused_by_their_code() {
    let site = Site::start().await;
    let cookie = site.organiser().await;
    let to = |body: &str| site.post("/api/v1/dialogues").cookie(&cookie).json(body);
    let title = "x".repeat(300 * 1024);
    let large = format!(r#"{{"slug":"a","title":{{"en":"{title}"}},"languages":["en"]}}"#);
    let deep = "[".repeat(100_000);

    for (body, status, code) in [
        ("{", StatusCode::BAD_REQUEST, "invalid"),
        ("\0\0", StatusCode::BAD_REQUEST, "invalid"),
        (deep.as_str(), StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        ("{}", StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        (large.as_str(), StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
    ] {
        let answer = to(body).send().await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{body:.20}");
    }
    let answer = to("{}").header("content-type", "text/plain").send().await;
    assert_eq!(answer.code(), "wrong_content_type");
    let answer = site.get("/api/v1/links/exchange").send().await;
    assert_eq!(answer.code(), "method_not_allowed");
    site.stop().await;
}

#[tokio::test]
async fn a_get_never_changes_anything() {
    let site = Site::start().await;
    let links = site.app.demonstrate().await.expect("a demonstration");
    let survey = links.citizen.rsplit('/').next().expect("a code").to_owned();
    let meeting = links.delegate.rsplit('/').next().expect("a code");
    let meeting = meeting.split('#').next().expect("a code").to_owned();
    let cookie = site.organiser().await;
    let list = site.get("/api/v1/dialogues").cookie(&cookie).send().await.json();
    let id = list[0]["id"].as_str().expect("the demonstration").to_owned();
    let before = site.database();

    for path in [
        "/".to_owned(),
        "/en".to_owned(),
        "/o".to_owned(),
        format!("/m/{meeting}"),
        format!("/s/{survey}"),
        format!("/en/s/{survey}"),
        format!("/en/s/{survey}/receipt"),
        "/d/the-future-we-want".to_owned(),
        "/fr/d/the-future-we-want".to_owned(),
        "/fr/d/the-future-we-want/results".to_owned(),
        "/api/v1/me".to_owned(),
        "/api/v1/dialogues".to_owned(),
        format!("/api/v1/dialogues/{id}"),
        format!("/api/v1/meetings/{meeting}/lobby"),
        format!("/api/v1/meetings/{meeting}/enter"),
        format!("/api/v1/dialogues/{id}/surveys"),
        "/api/v1/links/exchange".to_owned(),
        "/api/v1/demonstration".to_owned(),
        "/readyz".to_owned(),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let answer = site.get(&path).method(method).cookie(&cookie).send().await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
            assert_eq!(answer.header("set-cookie"), "", "{path}");
        }
    }

    assert!(site.database() == before, "the database changed");
    site.stop().await;
}

#[tokio::test]
async fn an_unknown_id_and_one_of_another_kind_are_not_there() {
    let site = Site::start().await;
    let cookie = site.organiser().await;

    for id in ["DG_01975000000070008000000000000075", "SV_01975000000070008000000000000075", "x"] {
        for path in [
            format!("/api/v1/dialogues/{id}"),
            format!("/api/v1/meetings/{id}/record"),
            format!("/api/v1/surveys/{id}/results"),
        ] {
            let answer = site.get(&path).cookie(&cookie).send().await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.code(), "not_found");
        }
        let path = format!("/api/v1/surveys/{id}/close");
        let answer = site.post(&path).cookie(&cookie).send().await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    site.stop().await;
}
