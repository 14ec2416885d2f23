//! One call of a method, with all that may come between: too many requests, a renamed portal, an expired token, a lost answer.

use super::address::Base;
use super::errors::{Refusal, lacking, refusal, unavailable};
use super::grant::Grant;
use super::oauth::Application;
use super::wire::{list, map, number};
use super::{PORTAL, WEBHOOK_URL};
use crate::calendars::{CalendarError, GRANT, Surroundings};
use crate::pace::Rate;
use crate::registry::ConnectionSettings;
use kabinet_domain::{Sensitive, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, LOCATION};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex as AsyncMutex;

/// What all plans but the largest allow is 2 a second and 50 at once, counted for everybody at our address together:
/// some of it is left to others.
const RATE: Rate = Rate { per_second: 2, at_once: 40 };
/// Waits before a call that did not get through is given up.
const WAITS: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// A method that has used up its time is free again when the oldest of ten one-minute parts is forgotten.
const OPERATING: chrono::Duration = chrono::Duration::minutes(1);
/// The most commands of one batch.
const BATCH: usize = 50;
/// Far above a year's calendar.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// Whether a call may be sent again when nobody knows what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// A second one leaves the same behind as one.
    Harmless,
    /// A second one would do it twice.
    Twice,
}

/// What a method answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub result: Value,
    /// Where the next page begins.
    pub next: Option<i64>,
}

/// What came back, or did not.
enum Outcome {
    Answer(Box<Value>),
    Moved(String),
    Refused(Refusal),
    /// Nothing was sent.
    NotSent(CalendarError),
    /// It was sent, and no answer came.
    Lost(CalendarError),
}

#[derive(Debug)]
pub(super) struct Client {
    surroundings: Surroundings,
    application: Option<Application>,
    state: Mutex<State>,
    /// One renewal at a time: the first one makes the others' tokens invalid.
    renewing: AsyncMutex<()>,
    /// One after the other, lest an older value is kept over a newer.
    keeping: AsyncMutex<()>,
    operating: Mutex<HashMap<String, Operating>>,
}

#[derive(Debug)]
struct State {
    base: Base,
    grant: Option<Grant>,
    /// What the keeper has yet to keep.
    unkept: ConnectionSettings,
}

/// When a method may be asked again, or would be if it had used up its time by now.
#[derive(Debug, Clone, Copy, Default)]
struct Operating {
    resets_at: Option<Timestamp>,
    blocked_until: Option<Timestamp>,
}

impl Client {
    pub(super) fn by_webhook(base: Base, surroundings: Surroundings) -> Self {
        Self::new(base, None, None, surroundings)
    }

    pub(super) fn by_grant(base: Base, grant: Grant, application: Application, surroundings: Surroundings) -> Self {
        Self::new(base, Some(grant), Some(application), surroundings)
    }

    fn new(base: Base, grant: Option<Grant>, application: Option<Application>, surroundings: Surroundings) -> Self {
        let state = Mutex::new(State { base, grant, unkept: ConnectionSettings::default() });
        let (renewing, keeping, operating) = (AsyncMutex::default(), AsyncMutex::default(), Mutex::default());
        Self { surroundings, application, state, renewing, keeping, operating }
    }

    /// Calls a method.
    pub(super) async fn call(&self, method: &str, params: Value, repeat: Repeat) -> Result<Answer, CalendarError> {
        self.keep().await;
        let (mut waits, mut moved, mut renewed) = (0, false, false);
        loop {
            self.may_ask(method)?;
            let (base, token) = {
                let state = self.state();
                (state.base.clone(), state.grant.as_ref().map(|grant| grant.access_token.clone()))
            };
            self.surroundings.pace.turn(&base.place(), RATE).await;
            let error = match self.ask(&base, method, &params, token.as_ref()).await {
                Outcome::Answer(body) => return self.answered(method, *body),
                Outcome::Moved(location) => {
                    if moved {
                        return Err(CalendarError::LeadsElsewhere);
                    }
                    moved = true;
                    self.follow(&base, &location).await?;
                    continue;
                }
                Outcome::Refused(Refusal::Expired) => {
                    let Some(token) = token.filter(|_| !renewed) else { return Err(CalendarError::SignInAgain) };
                    renewed = true;
                    self.renew(&token).await?;
                    continue;
                }
                Outcome::Refused(Refusal::TooFast) => {
                    self.surroundings.pace.overflowed(&base.place(), RATE);
                    CalendarError::Busy { until: None }
                }
                Outcome::Refused(Refusal::TooLong) => return Err(self.block(method)),
                Outcome::Refused(Refusal::Final(error)) => return Err(error),
                Outcome::NotSent(error) => error,
                Outcome::Refused(Refusal::Stumbled(error)) | Outcome::Lost(error) => {
                    if repeat == Repeat::Twice {
                        return Err(CalendarError::MaybeDone);
                    }
                    error
                }
            };
            if waits == WAITS {
                return Err(error);
            }
            self.surroundings.pace.pause(self.wait(waits)).await;
            waits += 1;
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.surroundings.pace.now()
    }

    /// Many reads as few requests. Each command has its own answer, in the order given.
    pub(super) async fn batch(&self, commands: &[Command]) -> Result<Vec<Result<Value, CalendarError>>, CalendarError> {
        let mut answers = Vec::with_capacity(commands.len());
        for part in commands.chunks(BATCH) {
            let named: serde_json::Map<String, Value> =
                part.iter().enumerate().map(|(index, command)| (format!("c{index}"), command.written().into())).collect();
            let answer = self.call("batch", json!({"halt": 0, "cmd": named}), Repeat::Harmless).await?;
            let results = map(answer.result.get("result"));
            let errors = map(answer.result.get("result_error"));
            for (index, command) in part.iter().enumerate() {
                let key = format!("c{index}");
                let error = errors.and_then(|errors| errors.get(&key));
                // A `null` result is one; a key that is not there at all says nothing, and must not be taken for it.
                let result = results.and_then(|results| results.get(&key));
                answers.push(match (error, result) {
                    (Some(error), _) => Err(self.inner_error(command, error)),
                    (None, Some(result)) => Ok(result.clone()),
                    (None, None) => Err(lacking("result")),
                });
            }
        }
        Ok(answers)
    }

    /// Every page of a list, to the end.
    pub(super) async fn pages(&self, method: &str, mut params: Value) -> Result<Vec<Value>, CalendarError> {
        let (mut rows, mut start) = (Vec::new(), 0);
        loop {
            params["start"] = start.into();
            let answer = self.call(method, params.clone(), Repeat::Harmless).await?;
            rows.extend(list(Some(&answer.result)).into_iter().cloned());
            match answer.next {
                // A page that leads back would be read for ever.
                Some(next) if next > start => start = next,
                _ => return Ok(rows),
            }
        }
    }

    async fn ask(&self, base: &Base, method: &str, params: &Value, token: Option<&Sensitive<String>>) -> Outcome {
        let mut body = params.clone();
        // In the body rather than in the query, which ends up in logs.
        if let (Some(token), Some(fields)) = (token, body.as_object_mut()) {
            fields.insert("auth".to_owned(), token.reveal().as_str().into());
        }
        let request = self.surroundings.http.post(base.method(method)).header(ACCEPT, "application/json").json(&body);
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let not_sent = error.is_connect() || error.is_builder();
                let error = CalendarError::Unreachable(Box::new(error.without_url()));
                return if not_sent { Outcome::NotSent(error) } else { Outcome::Lost(error) };
            }
        };
        let status = answer.status();
        if status.is_redirection() {
            let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
            return Outcome::Moved(location.unwrap_or_default().to_owned());
        }
        let mut read = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(piece)) if read.len() + piece.len() <= MAX_ANSWER => read.extend_from_slice(&piece),
                Ok(Some(_)) => return Outcome::Refused(Refusal::Final(lacking("end"))),
                Ok(None) => break,
                Err(error) => return Outcome::Lost(CalendarError::Unreachable(Box::new(error.without_url()))),
            }
        }
        understood(status, &read)
    }

    fn answered(&self, method: &str, body: Value) -> Result<Answer, CalendarError> {
        if let Some(resets_at) = body.pointer("/time/operating_reset_at").and_then(number) {
            let resets_at = chrono::DateTime::from_timestamp(resets_at, 0);
            self.operating().insert(method.to_owned(), Operating { resets_at, blocked_until: None });
        }
        let next = body.get("next").and_then(number);
        match body {
            Value::Object(mut fields) => {
                let result = fields.remove("result").ok_or_else(|| lacking("result"))?;
                Ok(Answer { result, next })
            }
            _ => Err(lacking("result")),
        }
    }

    fn inner_error(&self, command: &Command, error: &Value) -> CalendarError {
        match refusal(StatusCode::BAD_REQUEST, error) {
            Refusal::Expired => CalendarError::SignInAgain,
            Refusal::TooFast => CalendarError::Busy { until: None },
            Refusal::TooLong => self.block(command.method),
            Refusal::Stumbled(error) | Refusal::Final(error) => error,
        }
    }

    /// A method that has used up its time is not asked before it may be: each try would only be refused.
    fn may_ask(&self, method: &str) -> Result<(), CalendarError> {
        let until = self.operating().get(method).and_then(|operating| operating.blocked_until);
        match until.filter(|until| *until > self.surroundings.pace.now()) {
            Some(until) => Err(CalendarError::Busy { until: Some(until) }),
            None => Ok(()),
        }
    }

    fn block(&self, method: &str) -> CalendarError {
        let now = self.surroundings.pace.now();
        let mut operating = self.operating();
        let operating = operating.entry(method.to_owned()).or_default();
        let until = operating.resets_at.filter(|resets_at| *resets_at > now).unwrap_or(now + OPERATING);
        operating.blocked_until = Some(until);
        CalendarError::Busy { until: Some(until) }
    }

    /// The portal has another name now: it is asked there from now on, and the name is handed on to be kept.
    async fn follow(&self, old: &Base, location: &str) -> Result<(), CalendarError> {
        let base = old.moved(location).ok_or(CalendarError::LeadsElsewhere)?;
        {
            let mut state = self.state();
            state.base = base.clone();
            let mut changed = vec![(PORTAL, base.origin())];
            match &mut state.grant {
                Some(grant) => {
                    grant.client_endpoint = base.written();
                    changed.push((GRANT, grant.written()));
                }
                None => changed = vec![(WEBHOOK_URL, base.written())],
            }
            state.unkept.0.extend(changed.into_iter().map(|(key, value)| (key.to_owned(), value)));
        }
        self.keep().await;
        Ok(())
    }

    /// Renews the tokens, unless somebody else just did.
    async fn renew(&self, expired: &Sensitive<String>) -> Result<(), CalendarError> {
        let _one_at_a_time = self.renewing.lock().await;
        let Some(old) = self.state().grant.clone() else { return Err(CalendarError::SignInAgain) };
        if old.access_token != *expired {
            return Ok(());
        }
        let application = self.application.as_ref().ok_or(CalendarError::SignInAgain)?;
        let keeper = &self.surroundings.keeper;
        let _seen_through = keeper.begin_renewal().await.map_err(|_| CalendarError::ChangedMeanwhile)?;
        let new = application.renew(&self.surroundings.http, &old).await?;
        let base = Base::endpoint(new.client_endpoint.reveal()).map_err(|_| CalendarError::LeadsElsewhere)?;
        {
            let mut state = self.state();
            // The new pair is good even where the portal's new name is not believed: the old pair is not valid any more.
            let believed = state.base.is_kin(&base);
            let mut new = new;
            if believed {
                state.base = base;
            } else {
                new.client_endpoint = old.client_endpoint;
            }
            state.unkept.0.insert(GRANT.to_owned(), new.written());
            state.grant = Some(new);
        }
        self.keep().await;
        Ok(())
    }

    /// Hands on what changed. What could not be kept is offered again at the next call.
    async fn keep(&self) {
        let _one_after_the_other = self.keeping.lock().await;
        let changed = self.state().unkept.clone();
        if changed.0.is_empty() || self.surroundings.keeper.keep(&changed).await.is_err() {
            return;
        }
        self.state().unkept.0.retain(|key, value| changed.0.get(key) != Some(value));
    }

    /// Doubled each time, and up to half as long again, so that many do not come back together.
    fn wait(&self, waits: u32) -> Duration {
        let wait = FIRST_WAIT * 2u32.pow(waits);
        let mut random = [0; 1];
        self.surroundings.ids.fill(&mut random);
        wait + wait * u32::from(random[0]) / 512
    }

    // Both are whole after every statement, so a panic elsewhere has broken none.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn operating(&self) -> MutexGuard<'_, HashMap<String, Operating>> {
        self.operating.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn understood(status: StatusCode, read: &[u8]) -> Outcome {
    match serde_json::from_slice::<Value>(read) {
        Ok(body) if body.get("error").is_some() || !status.is_success() => Outcome::Refused(refusal(status, &body)),
        Ok(body) => Outcome::Answer(Box::new(body)),
        Err(_) if status.is_server_error() => Outcome::Refused(Refusal::Stumbled(unavailable(status))),
        // A page for people: another server, or a portal's login.
        Err(_) => Outcome::Refused(Refusal::Final(CalendarError::NotThere)),
    }
}

/// One command of a batch.
#[derive(Debug, Clone)]
pub(super) struct Command {
    pub method: &'static str,
    pub params: Vec<(&'static str, String)>,
}

impl Command {
    /// As a query: the portal takes it apart again, so values are encoded once.
    fn written(&self) -> String {
        let pairs = self.params.iter().map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        format!("{}?{}", self.method, pairs.collect::<Vec<_>>().join("&"))
    }
}
