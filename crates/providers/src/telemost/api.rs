//! The requests.

use super::error::{TelemostError, Unreadable, leaves_open};
use super::wire::{Cohost, Level, Stream, StreamAnswer, cohosts, lenient};
use crate::http::manners::{Answer, CallError, Manners, ask};
use crate::http::{Status, below};
use crate::pasted::is_link;
use crate::yandex;
use kabinet_domain::draft::Without;
use kabinet_domain::provider::WaitingRoom;
use kabinet_domain::{MadeRoom, RoomChange, RoomDraft, RoomState, Sensitive};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, Request};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use url::Url;

/// Co-hosts in one request.
const COHOSTS_AT_ONCE: usize = 30;
/// Co-hosts on a page: the documented default, so that a page is full or the last also where the wish is not heard.
const PAGE: usize = 50;
/// More pages than anybody has co-hosts for; an answer that never ends must.
const MOST_PAGES: usize = 40;
/// A number that no conference has.
const NOBODYS: &str = "00000000000000";

/// An address inside a query's value, where a comma parts it from the next.
const IN_LIST: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'@');

/// Telemost, for one account.
#[derive(Debug, Clone)]
pub struct Telemost {
    api: Url,
    /// `None` where nobody has signed in.
    authorization: Option<HeaderValue>,
    http: Client,
    manners: Manners,
}

impl Telemost {
    #[must_use]
    pub fn new(api: Url, token: Option<&Sensitive<String>>, http: Client, manners: Manners) -> Self {
        Self { api, authorization: token.and_then(yandex::authorization), http, manners }
    }

    /// Makes a conference, or a broadcast.
    ///
    /// # Errors
    /// See [`TelemostError`]. Never sent twice.
    pub async fn create(&self, draft: &RoomDraft) -> Result<MadeRoom, TelemostError> {
        #[derive(Serialize)]
        struct Draft<'a> {
            waiting_room_level: Level,
            #[serde(skip_serializing_if = "Option::is_none")]
            live_stream: Option<Stream<'a>>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            cohosts: &'a [Cohost<'a>],
            is_auto_summarization_enabled: bool,
        }
        #[derive(Deserialize)]
        struct Made {
            id: String,
            join_url: String,
            #[serde(default, deserialize_with = "lenient")]
            live_stream: Option<StreamAnswer>,
        }
        let cohosts = cohosts(&draft.cohosts)?;
        let (first, rest) = cohosts.split_at(cohosts.len().min(COHOSTS_AT_ONCE));
        let draft = Draft {
            waiting_room_level: draft.waiting_room.unwrap_or(WaitingRoom::Everyone).into(),
            live_stream: draft.broadcast.as_ref().map(Stream::of_draft).transpose()?,
            cohosts: first,
            is_auto_summarization_enabled: draft.summary,
        };
        let request = with_body(self.request(Method::POST, &["conferences"])?, &draft)?;
        let answer = match ask(&self.http, request, &self.manners).await {
            Ok(answer) => answer,
            Err(error @ CallError::NotSent(_)) => return Err(TelemostError::Unavailable(Box::new(error))),
            Err(error @ (CallError::Lost(_) | CallError::TooLong)) => {
                return Err(TelemostError::MayHaveBeenMade(Box::new(error)));
            }
        };
        if !answer.status.is_success() {
            return Err(match TelemostError::of(&answer) {
                TelemostError::Unavailable(cause) if leaves_open(answer.status) => TelemostError::MayHaveBeenMade(cause),
                // There is no conference yet that could be missing.
                TelemostError::NotFound => TelemostError::Unexpected(Box::new(Status(answer.status))),
                error => error,
            });
        }
        let made = serde_json::from_slice::<Made>(&answer.body.0).ok().filter(|made| is_link(&made.join_url));
        let made = made.ok_or_else(|| TelemostError::MayHaveBeenMade(Box::new(Unreadable)))?;
        let without = self.add_the_rest(&made.id, rest).await;
        Ok(MadeRoom {
            id: made.id.into(),
            link: made.join_url.into(),
            watch_link: made.live_stream.and_then(StreamAnswer::watch_link),
            without,
        })
    }

    /// The conference is there whatever becomes of these.
    async fn add_the_rest(&self, id: &str, rest: &[Cohost<'_>]) -> Option<Without> {
        for (number, some) in rest.chunks(COHOSTS_AT_ONCE).enumerate() {
            if let Err(error) = self.put_cohosts(Method::PATCH, id, some).await {
                let left = &rest[number * COHOSTS_AT_ONCE..];
                return Some(Without { cohosts: left.iter().map(|cohost| cohost.email.into()).collect(), error: error.into() });
            }
        }
        None
    }

    /// The conference as it is now, with all its co-hosts.
    ///
    /// # Errors
    /// See [`TelemostError`].
    pub async fn read(&self, id: &str) -> Result<RoomState, TelemostError> {
        #[derive(Deserialize)]
        struct Conference {
            join_url: String,
            #[serde(default, deserialize_with = "lenient")]
            waiting_room_level: Option<Level>,
            #[serde(default, deserialize_with = "lenient")]
            live_stream: Option<StreamAnswer>,
            #[serde(default, deserialize_with = "lenient")]
            is_auto_summarization_enabled: Option<bool>,
        }
        let answer = self.send(self.request(Method::GET, &["conferences", checked(id)?])?).await?;
        let conference = serde_json::from_slice::<Conference>(&answer.body.0).ok().filter(|found| is_link(&found.join_url));
        let conference = conference.ok_or_else(unreadable)?;
        Ok(RoomState {
            link: conference.join_url.into(),
            waiting_room: conference.waiting_room_level.and_then(Level::waiting_room),
            cohosts: self.cohosts(id).await?,
            broadcast: conference.live_stream.map(StreamAnswer::state),
            summary: conference.is_auto_summarization_enabled,
        })
    }

    /// Whether the account may use the API, asked by a conference that nobody has.
    ///
    /// # Errors
    /// See [`TelemostError`].
    pub async fn probe(&self) -> Result<(), TelemostError> {
        match self.send(self.request(Method::GET, &["conferences", NOBODYS])?).await {
            Ok(_) | Err(TelemostError::NotFound | TelemostError::Forbidden) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Changes what is said and leaves the rest. The conference comes first and its co-hosts after it, so after an error the state is
    /// to be read again: the first part may be done.
    ///
    /// # Errors
    /// See [`TelemostError`].
    pub async fn change(&self, id: &str, change: &RoomChange) -> Result<(), TelemostError> {
        #[derive(Serialize)]
        struct Change<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            waiting_room_level: Option<Level>,
            #[serde(skip_serializing_if = "Option::is_none")]
            live_stream: Option<Stream<'a>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            is_auto_summarization_enabled: Option<bool>,
        }
        let wanted = change.cohosts.as_deref();
        wanted.map(cohosts).transpose()?;
        let change = Change {
            waiting_room_level: change.waiting_room.map(Level::from),
            live_stream: change.broadcast.as_ref().map(Stream::of_change).transpose()?.flatten(),
            is_auto_summarization_enabled: change.summary,
        };
        if change.waiting_room_level.is_some() || change.live_stream.is_some() || change.is_auto_summarization_enabled.is_some() {
            // What the answer holds is described in two ways; whoever needs the state reads it.
            self.send(with_body(self.request(Method::PATCH, &["conferences", checked(id)?])?, &change)?).await?;
        }
        match wanted {
            Some(wanted) => self.replace_cohosts(id, wanted).await,
            None => Ok(()),
        }
    }

    /// All co-hosts, page after page.
    ///
    /// # Errors
    /// See [`TelemostError`].
    pub async fn cohosts(&self, id: &str) -> Result<Vec<Sensitive<String>>, TelemostError> {
        #[derive(Deserialize)]
        struct Page {
            cohosts: Vec<Listed>,
        }
        #[derive(Deserialize)]
        struct Listed {
            #[serde(default, deserialize_with = "lenient")]
            email: Option<String>,
        }
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for page in 0..MOST_PAGES {
            let mut request = self.request(Method::GET, &["conferences", checked(id)?, "cohosts"])?;
            request.url_mut().set_query(Some(&format!("offset={}&limit={PAGE}", page * PAGE)));
            let answer = self.send(request).await?;
            let listed = serde_json::from_slice::<Page>(&answer.body.0).map_err(|_| unreadable())?.cohosts;
            let full = listed.len() >= PAGE;
            let known = found.len();
            found.extend(listed.into_iter().filter_map(|one| one.email).filter(|email| seen.insert(email.to_lowercase())));
            // A server that knows nothing of pages gives the same one for ever.
            if !full || found.len() == known {
                break;
            }
        }
        Ok(found.into_iter().map(Sensitive::new).collect())
    }

    /// Makes these the co-hosts, and nobody else. More than one request can hold are compared with those there are: the new ones are
    /// added before the others are removed, so that a broken line in between takes nobody away who was wanted.
    ///
    /// # Errors
    /// See [`TelemostError`].
    pub async fn replace_cohosts(&self, id: &str, wanted: &[Sensitive<String>]) -> Result<(), TelemostError> {
        let listed = cohosts(wanted)?;
        if listed.len() <= COHOSTS_AT_ONCE {
            return self.put_cohosts(Method::PUT, id, &listed).await;
        }
        let lower =
            |emails: &[Sensitive<String>]| emails.iter().map(|email| email.reveal().to_lowercase()).collect::<HashSet<_>>();
        let there = self.cohosts(id).await?;
        let (known, kept) = (lower(&there), lower(wanted));
        let missing = |email: &&Sensitive<String>, from: &HashSet<String>| !from.contains(&email.reveal().to_lowercase());
        let new: Vec<_> = wanted.iter().filter(|email| missing(email, &known)).cloned().collect();
        let gone: Vec<_> = there.iter().filter(|email| missing(email, &kept)).cloned().collect();
        self.add_cohosts(id, &new).await?;
        self.remove_cohosts(id, &gone).await
    }

    /// Adds co-hosts to those there are.
    ///
    /// # Errors
    /// See [`TelemostError`].
    pub async fn add_cohosts(&self, id: &str, emails: &[Sensitive<String>]) -> Result<(), TelemostError> {
        for some in cohosts(emails)?.chunks(COHOSTS_AT_ONCE) {
            self.put_cohosts(Method::PATCH, id, some).await?;
        }
        Ok(())
    }

    /// Removes co-hosts; who made the conference stays.
    ///
    /// # Errors
    /// See [`TelemostError`].
    pub async fn remove_cohosts(&self, id: &str, emails: &[Sensitive<String>]) -> Result<(), TelemostError> {
        for some in cohosts(emails)?.chunks(COHOSTS_AT_ONCE) {
            let listed: Vec<_> = some.iter().map(|cohost| utf8_percent_encode(cohost.email, IN_LIST).to_string()).collect();
            let mut request = self.request(Method::DELETE, &["conferences", checked(id)?, "cohosts"])?;
            request.url_mut().set_query(Some(&format!("cohost_emails={}", listed.join(","))));
            self.send(request).await?;
        }
        Ok(())
    }

    async fn put_cohosts(&self, method: Method, id: &str, cohosts: &[Cohost<'_>]) -> Result<(), TelemostError> {
        #[derive(Serialize)]
        struct Cohosts<'a> {
            cohosts: &'a [Cohost<'a>],
        }
        let request = self.request(method, &["conferences", checked(id)?, "cohosts"])?;
        self.send(with_body(request, &Cohosts { cohosts })?).await.map(drop)
    }

    fn request(&self, method: Method, steps: &[&str]) -> Result<Request, TelemostError> {
        let mut request = Request::new(method, below(&self.api, steps));
        let authorization = self.authorization.clone().ok_or(TelemostError::Unauthorized)?;
        request.headers_mut().insert(AUTHORIZATION, authorization);
        Ok(request)
    }

    /// A request that leaves the same behind however often it is sent.
    async fn send(&self, request: Request) -> Result<Answer, TelemostError> {
        let answer = ask(&self.http, request, &self.manners).await.map_err(|error| match error {
            CallError::TooLong => TelemostError::Unexpected(Box::new(error)),
            CallError::NotSent(_) | CallError::Lost(_) => TelemostError::Unavailable(Box::new(error)),
        })?;
        if answer.status.is_success() { Ok(answer) } else { Err(TelemostError::of(&answer)) }
    }
}

fn with_body(mut request: Request, body: &impl Serialize) -> Result<Request, TelemostError> {
    let body = serde_json::to_vec(body).map_err(|error| TelemostError::Unexpected(Box::new(error)))?;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *request.body_mut() = Some(body.into());
    Ok(request)
}

/// An id as it stands in an address. What is none would be another page of the API.
fn checked(id: &str) -> Result<&str, TelemostError> {
    let sound =
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if sound { Ok(id) } else { Err(TelemostError::Invalid { field: "room" }) }
}

/// The cause would quote what it found.
fn unreadable() -> TelemostError {
    TelemostError::Unexpected(Box::new(Unreadable))
}
