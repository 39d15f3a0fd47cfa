//! What whoever has the shell can do beside a running server: mint a link, count again.

use std::collections::BTreeMap;
use std::time::Duration;

use store::link::Capability;
use store::response::StoredResponse;
use store::{Store, StoreError, channel, survey as surveys};
use survey::{Answers, Codes, Layout, Questionnaire};

use model::Timestamp;
use model::cell::Stratum;
use model::id::{ChannelId, SurveyId};

use crate::survey::kind_code;
use crate::{Clock, Config, dialogue, link};

/// Dialogues looked through: all there can be.
const DIALOGUES_MAX: u32 = 100_000;

/// Why the work could not be done.
#[derive(Debug, thiserror::Error)]
pub enum MaintainError {
    #[error("the data folder cannot be made")]
    Data(#[source] std::io::Error),
    #[error("the store failed")]
    Store(#[source] StoreError),
    #[error("version {version} of {survey} cannot be read")]
    Version {
        survey: SurveyId,
        version: u32,
        #[source]
        source: survey::format::FormatError,
    },
}

impl From<StoreError> for MaintainError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Opens the store, on a host where no server has run yet too.
async fn open(config: &Config, now: Timestamp) -> Result<Store, MaintainError> {
    std::fs::create_dir_all(&config.data).map_err(MaintainError::Data)?;
    Ok(Store::open(&config.store.url, now).await?)
}

/// Mints an organiser's link, good for `hours`, or until it is revoked.
pub async fn new_organiser_link(
    config: &Config,
    hours: Option<u32>,
) -> Result<String, MaintainError> {
    let now = Clock::system().now();
    let store = open(config, now).await?;
    let mut tx = store.write(now).await?;
    let organisation = match store::organisation::first(&mut tx).await? {
        Some(found) => found.id,
        None => dialogue::organisation(&mut tx, &config.organisation).await?,
    };
    let expires = hours.map(|hours| now + Duration::from_secs(u64::from(hours) * 3_600));
    let secret = link::mint(&mut tx, Capability::Organiser, organisation, None, expires).await?;
    tx.commit().await?;
    store.close().await;
    Ok(format!("{}/o#{secret}", config.public_url()))
}

/// Returns the key and the secret that sign `LiveKit`'s access tokens: for server SDKs.
pub async fn media_keys(config: &Config) -> Result<(String, String), MaintainError> {
    let clock = Clock::system();
    let store = open(config, clock.now()).await?;
    let secrets = crate::Secrets::open(&store, &config.keys_folder(), &clock).await?;
    let keys = secrets.rtc();
    let pair = (keys.key.clone(), keys.secret.clone());
    store.close().await;
    Ok(pair)
}

/// Rebuilds the cells of every survey from its rows; returns a line for each.
pub async fn recount(config: &Config) -> Result<Vec<String>, MaintainError> {
    let now = Clock::system().now();
    let store = open(config, now).await?;
    let mut lines = Vec::new();
    let mut tx = store.read().await?;
    let Some(organisation) = store::organisation::first(&mut tx).await? else {
        return Ok(lines);
    };
    let all = store::dialogue::of_organisation(&mut tx, organisation.id, DIALOGUES_MAX).await?;
    let mut ids = Vec::new();
    for dialogue in all {
        ids.extend(surveys::of_dialogue(&mut tx, dialogue.id).await?.into_iter().map(|s| s.id));
    }
    drop(tx);
    for id in ids {
        let mut tx = store.write(now).await?;
        let counting = Counting::of(&mut tx, id).await?;
        let done = store::response::recount(&mut tx, id, |row| counting.slots_of(row)).await?;
        tx.commit().await?;
        lines.push(format!(
            "{id}: {} responses in {} cells, {} without a version; {}",
            done.responses,
            done.cells,
            done.uncounted,
            if done.differed {
                "the cells were wrong and are right"
            } else {
                "the cells were right"
            },
        ));
    }
    store.close().await;
    Ok(lines)
}

/// What is needed to say where a response of one survey counts.
struct Counting {
    survey: SurveyId,
    version_by_number: BTreeMap<u32, (Questionnaire, Layout)>,
    kind_by_channel: BTreeMap<ChannelId, u8>,
}

impl Counting {
    async fn of(tx: &mut store::ReadTx, id: SurveyId) -> Result<Self, MaintainError> {
        let mut version_by_number = BTreeMap::new();
        for version in surveys::versions(tx, id).await? {
            let questionnaire =
                survey::format::parse(&version.questionnaire).map_err(|source| {
                    MaintainError::Version { survey: id, version: version.number, source }
                })?;
            let layout = Layout::of(&questionnaire);
            version_by_number.insert(version.number, (questionnaire, layout));
        }
        let channels = channel::of_survey(tx, id).await?;
        let kind_by_channel =
            channels.into_iter().map(|channel| (channel.id, kind_code(channel.kind))).collect();
        Ok(Self { survey: id, version_by_number, kind_by_channel })
    }

    fn slots_of(&self, row: &StoredResponse) -> Option<(Stratum, Vec<u16>)> {
        let (questionnaire, layout) = self.version_by_number.get(&row.version)?;
        let answers = Answers::read(questionnaire, &row.answers, None).ok()?;
        let codes = Codes::of(questionnaire, &answers);
        let stratum = Stratum {
            survey: self.survey,
            version: row.version,
            hour: row.received_at.hour(),
            channel: self.kind_by_channel.get(&row.channel_id).copied().unwrap_or(0),
            region: codes.region,
            age: codes.age,
            gender: codes.gender,
            trust: 0,
        };
        Some((stratum, layout.slots(questionnaire, &answers)))
    }
}
