//! Makes an edition of a report: one read of the record, then a page and a PDF in each language,
//! the data pack, and the manifest whose hash is the edition's.

use std::collections::BTreeMap;
use std::sync::Arc;

use language::{Tag, UN};
use model::id::EditionId;
use report::chapter::compose;
use report::document::{self, Document};
use report::{Record, Results, manifest, pack, page};
use serde::{Deserialize, Serialize};
use store::edition::{self, Edition, EditionFile, EditionState};
use store::job::Job;
use store::{StoreError, WriteTx};

use super::JobError;
use crate::report::{printer, record};
use crate::{App, blob};

/// The queue of these jobs.
pub(crate) const QUEUE: &str = "report";

/// What such a job is about.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Payload {
    pub(crate) edition: EditionId,
}

impl Payload {
    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).expect("an id is JSON")
    }
}

/// Makes the edition that the job's payload names.
pub(crate) async fn run(app: &App, job: &Job) -> Result<(), JobError> {
    let payload: Payload = serde_json::from_str(&job.payload)
        .map_err(|error| JobError::Never(format!("the payload makes no sense: {error}")))?;
    let began = app.clock.now();
    let mut tx = app.store.read().await?;
    let Some(edition) = edition::find(&mut tx, payload.edition).await? else { return Ok(()) };
    if edition.state == EditionState::Published {
        return Ok(());
    }
    let record = record::read(app, &mut tx, &edition).await?;
    drop(tx);
    let Some(record) = record else { return Ok(()) };
    let record = Arc::new(record);
    let mut files = Vec::new();
    progress(app, &edition, 0).await?;
    let mut done = 0;
    // Two at once: a small server has two cores, and each printing process fills one.
    for pair in record.languages.chunks(2) {
        match pair {
            [first, second] => {
                let (first, second) =
                    (language(app, &record, *first), language(app, &record, *second));
                let (first, second) = tokio::try_join!(first, second)?;
                files.extend(first.into_iter().chain(second));
                done += 2;
            }
            rest => {
                for tag in rest {
                    files.extend(language(app, &record, *tag).await?);
                    done += 1;
                }
            }
        }
        progress(app, &edition, done).await?;
    }
    for (name, media_type, bytes) in data(&record).await? {
        files.push(keep(app, &name, media_type, bytes).await?);
    }
    publish(app, &edition, files).await?;
    let took_ms = app.clock.now().since(began).as_millis();
    tracing::info!(edition = %edition.id, number = edition.number, took_ms, "report is ready");
    Ok(())
}

/// Notes on the edition that it will not be made.
pub(crate) async fn give_up(tx: &mut WriteTx, job: &Job, why: &str) -> Result<(), StoreError> {
    if let Ok(payload) = serde_json::from_str::<Payload>(&job.payload) {
        edition::fail(tx, payload.edition, why).await?;
    }
    Ok(())
}

/// Returns the languages a report of these can be made in: the six whose words are complete.
pub(crate) fn languages(wanted: &[Tag]) -> Vec<Tag> {
    let known: Vec<Tag> = UN.into_iter().filter(|tag| wanted.contains(tag)).collect();
    if known.is_empty() { vec![Tag::EN] } else { known }
}

async fn progress(app: &App, edition: &Edition, done: u32) -> Result<(), JobError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    edition::progress(&mut tx, edition.id, done, edition.total).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes page and PDF in one language.
async fn language(app: &App, record: &Arc<Record>, tag: Tag) -> Result<[EditionFile; 2], JobError> {
    let (html, json) = aside(Arc::clone(record), move |results| {
        let document = compose(results, tag);
        (whole_page(&document), document::to_json(&document))
    })
    .await?;
    let pdf = printer::print(&app.config.report, json.into_bytes()).await?;
    Ok([
        keep(app, &format!("{tag}.html"), "text/html; charset=utf-8", html.into_bytes()).await?,
        keep(app, &format!("{tag}.pdf"), "application/pdf", pdf).await?,
    ])
}

/// The contents and the article: what stands between the frame's header and footer.
fn whole_page(document: &Document) -> String {
    let page = maud::html! {
        div.report-main { (page::contents(document)) (page::article(document)) }
    };
    page.into_string()
}

/// Makes the data pack. Its numbers are the same in every language.
async fn data(record: &Arc<Record>) -> Result<Vec<(String, &'static str, Vec<u8>)>, JobError> {
    aside(Arc::clone(record), |results| {
        let document = compose(results, Tag::EN);
        pack::files(results, &document)
            .into_iter()
            .map(|file| (format!("data/{}", file.name), file.media_type, file.bytes))
            .collect()
    })
    .await
}

/// Weighs and composes away from the threads that serve requests.
async fn aside<T: Send + 'static>(
    record: Arc<Record>,
    work: impl FnOnce(&Results<'_>) -> T + Send + 'static,
) -> Result<T, JobError> {
    let work = tokio::task::spawn_blocking(move || work(&Results::of(&record)));
    work.await.map_err(|_| JobError::Never("composing the report ended by a panic".to_owned()))
}

async fn keep(
    app: &App,
    name: &str,
    media_type: &str,
    bytes: Vec<u8>,
) -> Result<EditionFile, JobError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let blob = app.blobs.put(bytes).await.map_err(|error| again(&error))?;
    Ok(EditionFile { name: name.to_owned(), media_type: media_type.to_owned(), blob, bytes: size })
}

fn again(error: &blob::BlobError) -> JobError {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    JobError::Again(format!("{error}{}", source.unwrap_or_default()))
}

/// Writes the manifest and publishes: from here on nothing of the edition changes.
async fn publish(
    app: &App,
    edition: &Edition,
    mut files: Vec<EditionFile>,
) -> Result<(), JobError> {
    let entries: Vec<(String, u64, String)> =
        files.iter().map(|file| (file.name.clone(), file.bytes, file.blob.clone())).collect();
    let manifest =
        keep(app, "data/manifest.json", "application/json", manifest::write(&entries)).await?;
    let hash = manifest.blob.clone();
    files.push(manifest);
    let by_name: BTreeMap<String, EditionFile> =
        files.into_iter().map(|file| (file.name.clone(), file)).collect();
    let files: Vec<EditionFile> = by_name.into_values().collect();
    let mut tx = app.store.write(app.clock.now()).await?;
    edition::publish(&mut tx, edition.id, &hash, &files).await?;
    tx.commit().await?;
    Ok(())
}
