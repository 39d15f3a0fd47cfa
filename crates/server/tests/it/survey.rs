//! The survey's pages through the router, without a browser and without a script.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use language::{Tag, UN, Words};
use model::Timestamp;
use model::id::{ChannelId, DialogueId, SurveyId};
use server::{App, Clock, Hosts, config, router};
use store::channel::{Channel, ChannelKind};
use store::dialogue::{Dialogue, DialogueState};
use store::{Texts, channel, dialogue, organisation, response, survey as surveys};
use tower::ServiceExt as _;
use uuid::Uuid;

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
const DAY: Duration = Duration::from_hours(24);
/// What the whole page may weigh, with everything it loads, as it travels.
const PAGE_BYTES_MAX: usize = 50_000;

const ANSWERS: &[(&str, &str)] = &[
    ("q.consent", "yes"),
    ("q.recovery", "healthcare"),
    ("q.recovery", "climate"),
    ("q.cooperation", "more"),
    ("q.world", "environment"),
    ("t.world", "Music in schools"),
    ("q.importance", "essential"),
    ("q.outlook", "better"),
    ("t.advice", "Listen more."),
    ("q.region", "europe"),
    ("q.age", "31-45"),
    ("q.gender", "female"),
];

#[tokio::test]
async fn a_form_without_a_script_is_stored_counted_and_acknowledged() {
    let site = Site::start().await;
    let page = site.get("/en/s/aaaaaaaa").await;

    let thanks = site.send(&page, ANSWERS).await;

    assert_eq!(thanks.status, StatusCode::SEE_OTHER, "{}", thanks.body);
    let thanks = site.get(&thanks.location).await;
    assert_eq!(thanks.status, StatusCode::OK);
    assert!(thanks.body.contains("Thank you. Your answer is counted."), "{}", thanks.body);
    let stored = site.responses().await;
    assert_eq!(stored.len(), 1);
    assert_eq!(
        stored[0].answers,
        r#"{"advice":true,"age":[2],"cooperation":1,"gender":[0],"importance":0,"outlook":0,"recovery":[0,7],"region":[2],"world":[0,-1]}"#
    );
    assert_eq!(stored[0].language, Tag::EN);
    assert_eq!(stored[0].shown.len(), 35);
    let cells = site.cells().await;
    assert_eq!((cells.len(), cells[0].counts[0]), (1, 1));
    assert_eq!((cells[0].stratum.region, cells[0].stratum.age, cells[0].stratum.gender), (3, 3, 1));
    site.stop().await;
}

#[tokio::test]
async fn what_was_typed_is_nowhere_in_plain() {
    let site = Site::start().await;
    let page = site.get("/en/s/aaaaaaaa").await;

    site.send(&page, ANSWERS).await;

    let stored = site.responses().await;
    let sealed = stored[0].text().expect("a text was typed");
    let bytes = [sealed.text.as_slice(), &sealed.key, stored[0].answers.as_bytes()].concat();
    assert!(!String::from_utf8_lossy(&bytes).contains("Listen"));
    let text = site.app.secrets.text().unseal(stored[0].id, &sealed).expect("our own key");
    assert_eq!(text, r#"{"advice":"Listen more.","world":"Music in schools"}"#);
    site.stop().await;
}

#[tokio::test]
async fn a_replayed_answer_counts_once_and_has_the_same_receipt() {
    let site = Site::start().await;
    let page = site.get("/en/s/aaaaaaaa").await;

    let first = site.send(&page, ANSWERS).await;
    let second = site.send(&page, ANSWERS).await;

    assert_eq!(second.status, StatusCode::SEE_OTHER);
    assert_eq!(first.location, second.location);
    assert_eq!(site.responses().await.len(), 1);
    assert_eq!(site.cells().await[0].counts[0], 1);
    site.stop().await;
}

#[tokio::test]
async fn opening_every_page_records_nothing() {
    let site = Site::start().await;
    for path in ["/s/aaaaaaaa", "/en/s/aaaaaaaa", "/ar/s/aaaaaaaa", "/en/s/aaaaaaaa/receipt"] {
        let page = site.get(path).await;
        assert!(page.status.is_success() || page.status.is_redirection(), "{path} {}", page.status);
    }
    let query = "/en/s/aaaaaaaa?q.consent=yes&q.outlook=better";

    assert_eq!(site.get(query).await.status, StatusCode::OK);

    assert!(site.responses().await.is_empty());
    site.stop().await;
}

#[tokio::test]
async fn an_answer_is_withdrawn_by_its_receipt_and_stays_withdrawn() {
    let site = Site::start().await;
    let page = site.get("/en/s/aaaaaaaa").await;
    let thanks = site.send(&page, ANSWERS).await.location;
    let receipt = thanks.rsplit('/').next().expect("the receipt is the last part").to_owned();
    let typed = receipt.to_lowercase().replace('-', " ");

    let found = site.post("/en/s/aaaaaaaa/receipt", &[("receipt", &typed)]).await;
    assert_eq!(found.status, StatusCode::OK);
    assert!(found.body.contains("Withdraw this answer?"));
    assert_eq!(site.cells().await[0].counts[0], 1, "looking it up changes nothing");
    let done = [("receipt", typed.as_str()), ("confirm", "yes")];
    let done = site.post("/en/s/aaaaaaaa/receipt", &done).await;
    assert!(done.body.contains("The answer is withdrawn."), "{}", done.body);

    assert!(site.responses().await.is_empty());
    assert!(site.cells().await.is_empty());
    let again = site.send(&page, ANSWERS).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("It stays withdrawn"));
    assert!(site.cells().await.is_empty());
    assert!(site.get(&thanks).await.body.contains("It stays withdrawn"));
    site.stop().await;
}

#[tokio::test]
async fn a_receipt_that_nobody_has_is_told_and_counted_as_a_guess() {
    let site = Site::start().await;

    let unknown = site.post("/en/s/aaaaaaaa/receipt", &[("receipt", "06BN 000J 6KFA VFQF")]).await;

    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.body.contains("There is no answer with this receipt."));
    site.stop().await;
}

#[tokio::test]
async fn four_picks_of_three_come_back_with_what_was_chosen_in_the_readers_language() {
    let site = Site::start().await;
    let page = site.get("/fr/s/aaaaaaaa").await;
    let four = [
        ("q.consent", "yes"),
        ("q.trends", "climate"),
        ("q.trends", "health"),
        ("q.trends", "nuclear"),
        ("q.trends", "crime"),
        ("t.advice", "Écoutez"),
    ];

    let back = site.send(&page, &four).await;

    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(back.body.contains("1 chose n’est pas encore juste."), "{}", back.body);
    assert!(back.body.contains("4 choix ici ; 3 au maximum."));
    assert!(back.body.contains(r##"href="#q-trends""##));
    assert_eq!(back.body.matches(" checked").count(), 5);
    assert!(back.body.contains(">Écoutez</textarea>"));
    assert!(site.responses().await.is_empty());
    let fixed = site.send(&back, &four[..5][..4]).await;
    assert_eq!(fixed.status, StatusCode::SEE_OTHER, "the page that came back can be sent");
    site.stop().await;
}

#[tokio::test]
async fn bad_input_is_told_at_its_question_and_nothing_is_stored() {
    let site = Site::start().await;
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("q.outlook", "better")], "Tick the box if you agree."),
        (&[("q.consent", "yes")], "No question is answered yet."),
        (&[("q.consent", "yes"), ("q.outlook", "paradise")], "cannot be chosen here"),
        (&[("q.consent", "yes"), ("q.party", "a")], "a question that is not asked here"),
        (&[("q.consent", "yes"), ("t.advice", "a\0b")], "invisible control characters"),
        (&[("q.consent", "yes"), ("t.advice", "a\u{202e}b")], "invisible control characters"),
    ];
    for (fields, told) in cases {
        let page = site.get("/en/s/aaaaaaaa").await;
        let back = site.send(&page, fields).await;
        assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(back.body.contains(told), "{told}: {}", back.body);
    }
    let long = "é".repeat(141);
    let page = site.get("/en/s/aaaaaaaa").await;
    let back = site.send(&page, &[("q.consent", "yes"), ("t.advice", &long)]).await;
    assert!(back.body.contains("The text is longer than 140 characters."));

    assert!(site.responses().await.is_empty());
    site.stop().await;
}

#[tokio::test]
async fn ten_megabytes_are_refused_with_a_page_in_the_readers_language() {
    let site = Site::start().await;
    let page = site.get("/es/s/aaaaaaaa").await;
    let long = "a".repeat(10 << 20);

    let back = site.send(&page, &[("q.consent", "yes"), ("t.advice", &long)]).await;

    assert_eq!(back.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(back.body.contains("lang=\"es\""), "{}", back.body);
    assert!(site.responses().await.is_empty());
    site.stop().await;
}

#[tokio::test]
async fn a_closed_survey_takes_nothing_and_says_so() {
    let site = Site::start().await;
    let page = site.get("/en/s/aaaaaaaa").await;
    let mut tx = site.app.store.write(START).await.unwrap();
    assert!(surveys::close(&mut tx, site.survey).await.unwrap());
    tx.commit().await.unwrap();

    // What is known of the survey may be a second old: the writer knows better.
    let at_once = site.send(&page, ANSWERS).await;
    site.clock.advance(Duration::from_secs(2));
    let later = site.send(&page, ANSWERS).await;

    for answer in [at_once, later, site.get("/en/s/aaaaaaaa").await] {
        assert!(answer.body.contains("This survey is closed."), "{}", answer.body);
    }
    assert!(site.responses().await.is_empty());
    site.stop().await;
}

#[tokio::test]
async fn a_page_of_another_survey_is_refused() {
    let site = Site::start().await;
    let page = site.get("/en/s/bbbbbbbb").await;
    let mut fields = page.ticket();
    fields.extend(ANSWERS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));

    let back = site.post_form("/en/s/aaaaaaaa", &fields).await;

    assert_eq!(back.status, StatusCode::BAD_REQUEST);
    assert!(back.body.contains("This page belongs to another survey."));
    assert!(site.responses().await.is_empty());
    site.stop().await;
}

#[tokio::test]
async fn a_ticket_that_is_forged_or_missing_is_refused() {
    let site = Site::start().await;
    let mut forged = site.get("/en/s/aaaaaaaa").await.ticket();
    for (name, value) in &mut forged {
        if name == "id" {
            *value = Uuid::from_u128(0x0197_5000_1234_7000_8000_0000_0000_0001).to_string();
        }
    }
    forged.push(("q.consent".to_owned(), "yes".to_owned()));
    forged.push(("q.outlook".to_owned(), "better".to_owned()));

    assert_eq!(site.post_form("/en/s/aaaaaaaa", &forged).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(site.post("/en/s/aaaaaaaa", ANSWERS).await.status, StatusCode::BAD_REQUEST);

    assert!(site.responses().await.is_empty());
    site.stop().await;
}

#[tokio::test]
async fn a_page_without_its_ticket_says_so_in_each_language() {
    let site = Site::start().await;
    let whole = site.get("/en/s/aaaaaaaa").await.ticket();
    let mut said = BTreeSet::new();
    for tag in UN {
        let back = site.post(&format!("/{tag}/s/aaaaaaaa"), ANSWERS).await;
        let title = Words::of(tag).text("survey.cut_title", &[]);

        assert_eq!(back.status, StatusCode::BAD_REQUEST, "{tag}");
        assert!(back.body.contains(&title), "{tag}: {title}");
        said.insert(title);
    }
    for name in ["id", "version", "seal"] {
        let mut empty = whole.clone();
        for (field, value) in &mut empty {
            if field == name {
                value.clear();
            }
        }
        let back = site.post_form("/en/s/aaaaaaaa", &empty).await;
        assert!(back.body.contains("This page did not arrive whole."), "{name}");
    }

    assert_eq!(said.len(), 6, "each in its own words");
    assert!(site.responses().await.is_empty());
    site.stop().await;
}

#[tokio::test]
async fn a_page_older_than_fourteen_days_comes_back_fresh_with_what_was_chosen() {
    let site = Site::start().await;
    let page = site.get("/en/s/aaaaaaaa").await;
    site.clock.advance(15 * DAY);

    let back = site.send(&page, ANSWERS).await;

    assert_eq!(back.status, StatusCode::CONFLICT);
    assert!(back.body.contains("After 14 days a page is not taken any more."), "{}", back.body);
    assert!(back.body.contains("Listen more."));
    assert!(site.responses().await.is_empty());
    assert_eq!(site.send(&back, ANSWERS).await.status, StatusCode::SEE_OTHER);
    site.stop().await;
}

#[tokio::test]
async fn a_page_from_the_future_is_refused() {
    let site = Site::start().await;
    let page = site.get("/en/s/aaaaaaaa").await;
    let mut past = site.app.clone();
    past.clock = Clock::manual(START - DAY);
    let past = Site { router: router(past, Hosts::default()), ..site };

    let back = past.send(&page, ANSWERS).await;

    assert_eq!(back.status, StatusCode::BAD_REQUEST);
    assert!(past.responses().await.is_empty());
    past.stop().await;
}

#[tokio::test]
async fn an_answer_given_to_an_older_version_is_counted_in_its_own() {
    let site = Site::start().await;
    let page = site.get("/en/s/aaaaaaaa").await;
    let mut tx = site.app.store.write(START).await.unwrap();
    let newer = survey::template::UN75.replace("\"outlook\"", "\"outlook-2045\"");
    surveys::add_version(&mut tx, site.survey, &newer).await.unwrap();
    tx.commit().await.unwrap();
    site.clock.advance(Duration::from_secs(2));

    let thanks = site.send(&page, ANSWERS).await;

    assert_eq!(thanks.status, StatusCode::SEE_OTHER, "{}", thanks.body);
    assert_eq!(site.responses().await[0].version, 1);
    let receipt = thanks.location.rsplit('/').next().expect("the receipt").to_owned();
    let done = [("receipt", receipt.as_str()), ("confirm", "yes")];
    let done = site.post("/en/s/aaaaaaaa/receipt", &done).await;
    assert!(done.body.contains("The answer is withdrawn."), "{}", done.body);
    assert!(site.cells().await.is_empty(), "taken back from where it was counted");
    site.stop().await;
}

#[tokio::test]
async fn a_full_queue_is_told_before_anything_is_read() {
    let site = Site::start().await;
    let mut places = Vec::new();
    while let Ok(place) = site.app.answers.reserve() {
        places.push(place);
    }

    let refused = site.post("/en/s/aaaaaaaa", ANSWERS).await;

    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["retry-after"], "1");
    drop(places);
    let page = site.get("/en/s/aaaaaaaa").await;
    assert_eq!(site.send(&page, ANSWERS).await.status, StatusCode::SEE_OTHER);
    site.stop().await;
}

#[tokio::test]
async fn an_unknown_code_and_an_unknown_language_are_not_there() {
    let site = Site::start().await;

    assert_eq!(site.get("/en/s/cccccccc").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/en/s/..%2f..%2fetc").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/xx/s/aaaaaaaa").await.location, "/s/aaaaaaaa");
    assert_eq!(site.get("/s/aaaaaaaa").await.location, "/en/s/aaaaaaaa");
    site.stop().await;
}

#[tokio::test]
async fn the_page_is_there_in_six_languages_the_arabic_one_from_right_to_left() {
    let site = Site::start().await;
    for (tag, title) in [
        ("ar", "العالم الذي نريده"),
        ("zh", "我们想要的世界"),
        ("en", "The world we want"),
        ("fr", "Le monde que nous voulons"),
        ("ru", "Мир, которого мы хотим"),
        ("es", "El mundo que queremos"),
    ] {
        let page = site.get(&format!("/{tag}/s/aaaaaaaa")).await;
        let direction = if tag == "ar" { "rtl" } else { "ltr" };
        assert!(page.body.contains(&format!("<html lang=\"{tag}\" dir=\"{direction}\">")));
        assert!(page.body.contains(title), "{tag}");
        assert!(!page.body.contains(">survey."), "a word is missing in {tag}");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    }
    site.stop().await;
}

#[tokio::test]
async fn the_page_with_all_it_loads_is_at_most_fifty_kilobytes_and_from_this_host() {
    let site = Site::start().await;
    let mut heaviest = 0;
    for tag in UN {
        let path = format!("/{tag}/s/aaaaaaaa");
        let page = site.get(&path).await;
        let mut weight = site.weight(&path).await;
        for url in linked(&page.body) {
            assert!(url.starts_with("/assets/"), "{url} is not ours");
            weight += site.weight(&url).await;
        }
        heaviest = heaviest.max(weight);
    }
    println!("the heaviest page weighs {heaviest} bytes gzip");
    assert!(heaviest <= PAGE_BYTES_MAX, "{heaviest}");
    site.stop().await;
}

#[tokio::test]
async fn the_live_results_follow_the_answers_and_the_json_has_the_same_numbers() {
    let site = Site::start().await;
    let before = site.get("/en/d/rivers/results").await;
    assert!(before.body.contains("Too few answers to show."), "{}", before.body);
    for n in 0..20 {
        let page = site.get("/en/s/aaaaaaaa").await;
        let outlook = if n % 4 == 0 { "worse" } else { "better" };
        let fields = [
            ("q.consent", "yes"),
            ("q.outlook", outlook),
            ("q.region", "europe"),
            ("q.age", "31-45"),
        ];
        assert_eq!(site.send(&page, &fields).await.status, StatusCode::SEE_OTHER);
    }
    site.clock.advance(Duration::from_secs(5));

    let page = site.get("/en/d/rivers/results").await;
    let json = site.get(&format!("/api/v1/surveys/{}/results", site.survey)).await;

    assert!(page.body.contains("20 answers"), "{}", page.body);
    assert!(page.body.contains("75% say: Better off."), "{}", page.body);
    assert!(page.body.contains("Open link: no margin of error."));
    assert!(page.body.contains("Base: 20 people who answered this question."));
    let json: serde_json::Value = serde_json::from_str(&json.body).expect("JSON");
    assert_eq!(json["answers"], 20);
    assert_eq!(json["invitation"], "open_link");
    let questions = json["questions"].as_array().expect("questions");
    let outlook = questions.iter().find(|question| question["id"] == "outlook").expect("asked");
    assert_eq!(outlook["choices"][0]["count"], 15);
    assert_eq!(outlook["choices"][0]["weighted"], 0.75);
    assert!(!json.to_string().contains("margin"));
    site.stop().await;
}

#[tokio::test]
async fn results_of_nine_people_are_not_shown() {
    let site = Site::start().await;
    for _ in 0..9 {
        let page = site.get("/en/s/aaaaaaaa").await;
        site.send(&page, ANSWERS).await;
    }
    site.clock.advance(Duration::from_secs(5));

    let page = site.get("/en/d/rivers/results").await;
    let json = site.get(&format!("/api/v1/surveys/{}/results", site.survey)).await;

    assert!(page.body.contains("Results appear from 10 answers on"));
    assert!(json.body.contains("\"answers\":0"), "{}", json.body);
    site.stop().await;
}

/// Returns what a page loads.
fn linked(html: &str) -> Vec<String> {
    let mut urls = Vec::new();
    for tag in html.split('<').filter(|tag| tag.starts_with("link ") || tag.starts_with("script "))
    {
        if tag.contains("alternate") {
            continue;
        }
        let url = tag.split("href=\"").nth(1).or_else(|| tag.split("src=\"").nth(1));
        urls.extend(url.and_then(|url| url.split('"').next()).map(str::to_owned));
    }
    assert!(urls.len() >= 4, "{urls:?}");
    urls
}

/// A server with a dialogue and two surveys, in a folder that goes with it.
struct Site {
    app: App,
    clock: Clock,
    router: Router,
    survey: SurveyId,
    folder: std::path::PathBuf,
}

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    location: String,
    path: String,
    body: String,
}

impl Answer {
    /// Returns the hidden fields of the page's form.
    fn ticket(&self) -> Vec<(String, String)> {
        let fields = self.body.split("<input type=\"hidden\" name=\"").skip(1);
        let field = |text: &str| {
            let (name, rest) = text.split_once("\" value=\"")?;
            let (value, _) = rest.split_once('"')?;
            Some((name.to_owned(), value.to_owned()))
        };
        fields.filter_map(field).collect()
    }
}

impl Site {
    async fn start() -> Self {
        let folder =
            std::env::temp_dir().join(format!("plenary-survey-{:032x}", rand::random::<u128>()));
        let clock = Clock::manual(START);
        let text = format!(
            "data = {:?}\n[media]\nlisten = \"127.0.0.1\"\nport = 0\n[http]\nlisten = \"127.0.0.1:0\"\n",
            folder.display().to_string()
        );
        let config =
            config::load(&text, &BTreeMap::new(), |path: &str| std::fs::read_to_string(path))
                .expect("a good configuration");
        let app = App::start(config, clock.clone()).await.expect("the server starts");
        let survey = furnish(&app).await;
        let router = router(app.clone(), Hosts::default());
        Self { app, clock, router, survey, folder }
    }

    async fn stop(self) {
        self.app.stop().await;
        std::fs::remove_dir_all(&self.folder).expect("the folder is ours");
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("accept", "text/html");
        self.ask(path, request.body(Body::empty()).expect("a request")).await
    }

    /// Sends a page's form back with these fields.
    async fn send(&self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let mut all = page.ticket();
        assert_eq!(all.len(), 3, "{}", page.body);
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post_form(&page.path, &all).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.post_form(path, &fields.collect::<Vec<_>>()).await
    }

    async fn post_form(&self, path: &str, fields: &[(String, String)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header("accept", "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(path, request.body(Body::from(body)).expect("a request")).await
    }

    async fn ask(&self, path: &str, mut request: Request<Body>) -> Answer {
        request.headers_mut().insert(header::HOST, "localhost".parse().expect("a name"));
        request.headers_mut().insert(header::ACCEPT_LANGUAGE, "en".parse().expect("a language"));
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let location = parts.headers.get(header::LOCATION);
        Answer {
            status: parts.status,
            location: location.map_or("", |to| to.to_str().expect("ASCII")).to_owned(),
            headers: parts.headers,
            path: path.split('?').next().unwrap_or(path).to_owned(),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Returns how many bytes travel for a path to a browser that takes gzip.
    async fn weight(&self, path: &str) -> usize {
        let request = Request::get(path)
            .header(header::HOST, "localhost")
            .header(header::ACCEPT_ENCODING, "gzip")
            .body(Body::empty());
        let response = self.router.clone().oneshot(request.expect("a request")).await;
        let response = response.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.into_body().collect().await.expect("a body").to_bytes().len()
    }

    async fn responses(&self) -> Vec<response::StoredResponse> {
        let mut tx = self.app.store.read().await.expect("a transaction");
        response::responses_after(&mut tx, self.survey, None, 100).await.expect("the store works")
    }

    async fn cells(&self) -> Vec<model::cell::Cell> {
        let mut tx = self.app.store.read().await.expect("a transaction");
        response::cells_of(&mut tx, self.survey).await.expect("the store works")
    }
}

/// Adds an open dialogue, `rivers`, with the survey `aaaaaaaa` and another one, `bbbbbbbb`.
async fn furnish(app: &App) -> SurveyId {
    let mut tx = app.store.write(START).await.expect("a transaction");
    let organisation =
        organisation::first(&mut tx).await.expect("the store works").expect("made at start");
    let id = DialogueId::from_uuid(Uuid::from_u128(1));
    let dialogue = Dialogue {
        id,
        organisation_id: organisation.id,
        slug: "rivers".to_owned(),
        title: Texts::from([(Tag::EN, "Rivers")]),
        description: Texts::from([(Tag::EN, "")]),
        languages: UN.to_vec(),
        opens_at: None,
        closes_at: None,
        state: DialogueState::Open,
        is_demonstration: false,
        created_at: START,
    };
    dialogue::insert(&mut tx, &dialogue).await.expect("the store works");
    for (n, code) in [(1, "aaaaaaaa"), (2, "bbbbbbbb")] {
        let survey = SurveyId::from_uuid(Uuid::from_u128(n));
        surveys::insert(&mut tx, survey, id, survey::template::UN75)
            .await
            .expect("the store works");
        let channel = Channel {
            id: ChannelId::from_uuid(Uuid::from_u128(n)),
            survey_id: survey,
            code: code.to_owned(),
            kind: ChannelKind::Web,
            partner: None,
            campaign: None,
            created_at: START,
        };
        channel::insert(&mut tx, &channel).await.expect("the store works");
    }
    tx.commit().await.expect("a commit");
    SurveyId::from_uuid(Uuid::from_u128(1))
}
