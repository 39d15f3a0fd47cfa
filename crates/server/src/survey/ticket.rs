//! The ticket of a page: the id of the one response it may send, and our seal on it. It makes
//! sending twice count once, and a page of our own distinguishable from any other.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use model::id::{ResponseId, SurveyId};
use survey::receipt::Receipt;
use uuid::Uuid;

use crate::Secrets;
use crate::clock::new_uuid;

/// How far ahead a ticket may be: another node's clock.
const AHEAD_MAX: Duration = Duration::from_mins(1);

/// Bytes of the MAC that travel: 128 bits, half of what there are.
const SEAL_BYTES: usize = 16;

const SEAL: &str = "response";
const RECEIPT: &str = "receipt";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) id: ResponseId,
    pub(crate) version: u32,
}

/// Why a ticket is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadTicket {
    /// Not there, or not whole.
    Missing,
    /// Not ours, of another survey, or from the future.
    Foreign,
    /// Ours, but too old.
    Expired,
}

impl Ticket {
    /// Returns a ticket for one response; its id holds the moment.
    pub(crate) fn mint(version: u32, now: Timestamp) -> Self {
        Self { id: ResponseId::from_uuid(new_uuid(now)), version }
    }

    /// Returns the seal that goes with it into the page. It names the key it was made with.
    pub(crate) fn seal(&self, secrets: &Secrets, survey: SurveyId) -> String {
        let mac = secrets.mac(SEAL, &self.parts(survey).each_ref().map(Vec::as_slice));
        format!("{}.{}", secrets.mac_key_id(), URL_SAFE_NO_PAD.encode(&mac[..SEAL_BYTES]))
    }

    /// Returns the ticket that a form brings back. A page is taken for `life`: nothing younger may
    /// be sealed away, or a replay could count again.
    pub(crate) fn read(
        fields: &BTreeMap<String, String>,
        survey: SurveyId,
        secrets: &Secrets,
        life: Duration,
        now: Timestamp,
    ) -> Result<Self, BadTicket> {
        let field = |name| {
            let text = fields.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
            text.ok_or(BadTicket::Missing)
        };
        let (id, version, seal) = (field("id")?, field("version")?, field("seal")?);
        let id = Uuid::try_parse(id).map_err(|_| BadTicket::Foreign)?;
        let version = version.parse().map_err(|_| BadTicket::Foreign)?;
        let (key, mac) = seal.split_once('.').ok_or(BadTicket::Foreign)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| BadTicket::Foreign)?;
        let ticket = Self { id: ResponseId::from_uuid(id), version };
        let parts = ticket.parts(survey);
        let is_ours = key.parse() == Ok(secrets.mac_key_id())
            && mac.len() == SEAL_BYTES
            && secrets.is_mac(SEAL, &parts.each_ref().map(Vec::as_slice), &mac);
        let minted = ticket.minted_at();
        if !is_ours || minted > now + AHEAD_MAX {
            return Err(BadTicket::Foreign);
        }
        if now.since(minted) > life {
            return Err(BadTicket::Expired);
        }
        Ok(ticket)
    }

    /// Returns the moment at which the page was made.
    fn minted_at(&self) -> Timestamp {
        let millis = i64::try_from(self.id.uuid().as_u128() >> 80).unwrap_or(0);
        Timestamp::from_micros(millis.saturating_mul(1_000))
    }

    fn parts(&self, survey: SurveyId) -> [Vec<u8>; 3] {
        [
            survey.uuid().as_bytes().to_vec(),
            self.version.to_be_bytes().to_vec(),
            self.id.uuid().as_bytes().to_vec(),
        ]
    }
}

/// Returns the receipt of a response.
pub(crate) fn receipt(secrets: &Secrets, id: ResponseId) -> Receipt {
    let mac = secrets.mac(RECEIPT, &[id.uuid().as_bytes()]);
    let mac = u32::from_be_bytes([mac[0], mac[1], mac[2], mac[3]]);
    Receipt::new(id.uuid().as_u128(), mac)
}

/// Returns whether a receipt is the one of a response.
pub(crate) fn is_receipt(secrets: &Secrets, id: ResponseId, receipt: Receipt) -> bool {
    secrets.is_mac(RECEIPT, &[id.uuid().as_bytes()], &receipt.mac.to_be_bytes())
}
