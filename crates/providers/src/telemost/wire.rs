//! The words of the API that several requests share.

use super::error::TelemostError;
use kabinet_domain::draft::{BroadcastState, is_email};
use kabinet_domain::provider::WaitingRoom;
use kabinet_domain::{BroadcastChange, BroadcastDraft, Sensitive, Viewers};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Limits that other clients keep; the documentation has none.
const LONGEST_TITLE: usize = 1024;
const LONGEST_DESCRIPTION: usize = 2048;

#[derive(Serialize)]
pub(super) struct Cohost<'a> {
    pub email: &'a str,
}

/// Every address once, whatever its capitals.
pub(super) fn cohosts(emails: &[Sensitive<String>]) -> Result<Vec<Cohost<'_>>, TelemostError> {
    let mut listed: Vec<Cohost<'_>> = Vec::new();
    for email in emails {
        let email = email.reveal().trim();
        if !is_email(email) {
            return Err(TelemostError::Invalid { field: "cohosts" });
        }
        if !listed.iter().any(|known| known.email.to_lowercase() == email.to_lowercase()) {
            listed.push(Cohost { email });
        }
    }
    Ok(listed)
}

/// Who waits, of a conference; who may see, of a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Level {
    Public,
    Organization,
    Admins,
    #[serde(other)]
    Unknown,
}

impl From<WaitingRoom> for Level {
    fn from(level: WaitingRoom) -> Self {
        match level {
            WaitingRoom::Everyone => Self::Admins,
            WaitingRoom::Outsiders => Self::Organization,
            WaitingRoom::Nobody => Self::Public,
        }
    }
}

impl From<Viewers> for Level {
    fn from(viewers: Viewers) -> Self {
        match viewers {
            Viewers::Everyone => Self::Public,
            Viewers::Organisation => Self::Organization,
        }
    }
}

impl Level {
    pub(super) fn waiting_room(self) -> Option<WaitingRoom> {
        match self {
            Self::Admins => Some(WaitingRoom::Everyone),
            Self::Organization => Some(WaitingRoom::Outsiders),
            Self::Public => Some(WaitingRoom::Nobody),
            Self::Unknown => None,
        }
    }

    fn viewers(self) -> Option<Viewers> {
        match self {
            Self::Public => Some(Viewers::Everyone),
            Self::Organization => Some(Viewers::Organisation),
            Self::Admins | Self::Unknown => None,
        }
    }
}

/// A broadcast, as it is asked for.
#[derive(Serialize)]
pub(super) struct Stream<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_level: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

impl<'a> Stream<'a> {
    pub(super) fn of_draft(draft: &'a BroadcastDraft) -> Result<Self, TelemostError> {
        Self::checked(Some(draft.viewers), Some(&draft.title), Some(&draft.description))
    }

    /// `None` when nothing is to be different.
    pub(super) fn of_change(change: &'a BroadcastChange) -> Result<Option<Self>, TelemostError> {
        let stream = Self::checked(change.viewers, change.title.as_ref(), change.description.as_ref())?;
        Ok((change != &BroadcastChange::default()).then_some(stream))
    }

    fn checked(
        viewers: Option<Viewers>,
        title: Option<&'a Sensitive<String>>,
        description: Option<&'a Sensitive<String>>,
    ) -> Result<Self, TelemostError> {
        let within = |text: Option<&'a Sensitive<String>>, longest, field| match text.map(|text| text.reveal().as_str()) {
            Some(text) if text.chars().count() > longest => Err(TelemostError::Invalid { field }),
            text => Ok(text),
        };
        Ok(Self {
            access_level: viewers.map(Level::from),
            title: within(title, LONGEST_TITLE, "title")?,
            description: within(description, LONGEST_DESCRIPTION, "description")?,
        })
    }
}

/// A broadcast, as the server has it.
#[derive(Deserialize)]
pub(super) struct StreamAnswer {
    #[serde(default, deserialize_with = "lenient")]
    watch_url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    access_level: Option<Level>,
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    description: Option<String>,
}

impl StreamAnswer {
    pub(super) fn watch_link(self) -> Option<Sensitive<String>> {
        self.watch_url.filter(|link| crate::pasted::is_link(link)).map(Sensitive::new)
    }

    pub(super) fn state(mut self) -> BroadcastState {
        BroadcastState {
            title: self.title.take().map(Sensitive::new),
            description: self.description.take().map(Sensitive::new),
            viewers: self.access_level.and_then(Level::viewers),
            watch_link: self.watch_link(),
        }
    }
}

/// What is absent, null or of another kind than we know is not said: only id and link are promised.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_once() {
        let emails: Vec<Sensitive<String>> = ["a@b.example", " A@B.example ", "c@d.example"].map(Sensitive::from).into();
        let listed = cohosts(&emails).map(|listed| listed.iter().map(|one| one.email).collect::<Vec<_>>()).expect("addresses");
        assert_eq!(listed, ["a@b.example", "c@d.example"]);
    }

    #[test]
    fn texts_that_are_too_long_are_not_sent() {
        let draft = BroadcastDraft { title: "я".repeat(1025).into(), ..BroadcastDraft::default() };
        assert!(matches!(Stream::of_draft(&draft), Err(TelemostError::Invalid { field: "title" })));
        let draft = BroadcastDraft { title: "я".repeat(1024).into(), description: "я".repeat(2048).into(), ..draft };
        assert!(Stream::of_draft(&draft).is_ok());
    }
}
