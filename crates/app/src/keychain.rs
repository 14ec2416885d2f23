//! Secrets and the key of the local store. A keychain that is locked or absent never leads to anything being erased
//! or written in plain text: the application then remembers nothing beyond its own life.

use crate::accounts::sign_in_name;
use crate::application::{Application, Backend, Save};
use crate::attended::Attended;
use crate::outbox;
use crate::record::{Consultation, Event, Seen, Unsent};
use crate::store::{self, Loaded, Store, StoreError};
use crate::view::Message;
use chrono::{DateTime, Duration, Utc};
use kabinet_domain::Sensitive;
use kabinet_domain::ports::SecretError;
use kabinet_seal::StoreKey;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Name of the local store's key in the keychain.
const STORE_KEY: &str = "store-key";
/// Name of the device's token at a practice's backend.
pub(crate) const BACKEND_TOKEN: &str = "backend/token";

const STORE_FILE: &str = "store.sqlite";

/// Events are kept here for so long.
const REMEMBER_EVENTS: Duration = Duration::days(30);

/// The problems of which there is at most one at a time.
const TROUBLES: [&str; 3] = ["keychain_locked", "keychain_absent", "keychain_failed"];

pub(crate) async fn open(application: Arc<Application>) {
    tokio::select! {
        () = application.stop.cancelled() => {}
        opened = application.open_store() => {
            // What a backend that was faster has said is read anew, by the key of names and beside what the store had.
            if opened.is_ok() && application.line().is_some() {
                application.backend_changed.notify_one();
            }
        }
    }
    application.opened.send_replace(true);
}

/// Name of a connection's secret in the keychain.
pub(crate) fn secret_name(provider: &str, key: &str) -> String {
    format!("{provider}/{key}")
}

pub(crate) fn trouble(error: &SecretError) -> &'static str {
    match error {
        SecretError::Locked(_) => "keychain_locked",
        SecretError::Absent(_) => "keychain_absent",
        SecretError::Failed(_) => "keychain_failed",
    }
}

impl Application {
    /// Reads a secret; what is wrong with the keychain stands among the problems from then on.
    pub(crate) async fn secret(&self, name: &str) -> Result<Option<Sensitive<String>>, Message> {
        self.heard(self.parts.secrets.read(name).await)
    }

    pub(crate) async fn keep_secret(&self, name: &str, secret: &Sensitive<String>) -> Result<(), Message> {
        self.heard(self.parts.secrets.keep(name, secret).await)
    }

    pub(crate) async fn forget_secret(&self, name: &str) -> Result<(), Message> {
        self.heard(self.parts.secrets.forget(name).await)
    }

    /// What is wrong with the keychain, as far as is known.
    pub(crate) fn keychain_trouble(&self) -> Option<Message> {
        let state = self.look();
        TROUBLES.iter().find_map(|code| state.problems.get(code).cloned())
    }

    fn heard<T>(&self, answer: Result<T, SecretError>) -> Result<T, Message> {
        let code = answer.as_ref().err().map(trouble);
        self.change(|state| {
            for known in TROUBLES.iter().filter(|known| Some(**known) != code) {
                state.problems.remove(known);
            }
            if let Some(code) = code {
                state.problems.insert(code, crate::message(code));
            }
        });
        answer.map_err(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "the keychain refused");
            crate::message(trouble(&error))
        })
    }

    /// Opens the local store with the keychain's key, unless it is open, and learns which secrets are kept.
    pub(crate) async fn open_store(&self) -> Result<(), Message> {
        let mut slot = self.store.lock().await;
        if slot.is_none() {
            let key = self.store_key().await?;
            let path = self.parts.data_dir.join(STORE_FILE);
            let (store, loaded) = self.open_or_set_aside(&path, key).await?;
            *slot = Some(store);
            drop(slot);
            self.leave_temporary_backend().await;
            let unsaved = self.change(|state| take_in(state, loaded, self.parts.clock.now()));
            self.save(&unsaved).await;
            self.outgoing.notify_one();
        } else {
            drop(slot);
        }
        self.look_for_secrets().await
    }

    /// What was made while the keychain was silent is nowhere but here: it is sent again, to the backend that keeps things.
    async fn leave_temporary_backend(&self) {
        let Backend::Embedded(switch) = &self.parts.backend else { return };
        if self.look().kept.shared_backend.is_some() || !switch.keychain_answers().await {
            return;
        }
        self.change(|state| {
            state.following += 1;
            state.cursor = None;
            for consultation in state.consultations.values().cloned().collect::<Vec<_>>() {
                state.unsent.insert(consultation.id.clone(), Unsent { base: None, refused: false });
                state.consultations.insert(Consultation { version: None, page_link: None, ..consultation });
            }
        });
        self.backend_changed.notify_one();
    }

    async fn store_key(&self) -> Result<StoreKey, Message> {
        if let Some(kept) = self.secret(STORE_KEY).await?
            && let Some(key) = StoreKey::read(&kept)
        {
            return Ok(key);
        }
        let (key, kept) = StoreKey::make(self.parts.ids.as_ref());
        self.keep_secret(STORE_KEY, &kept).await?;
        Ok(key)
    }

    async fn open_or_set_aside(&self, path: &Path, key: StoreKey) -> Result<(Store, Loaded), Message> {
        let ids = self.parts.ids.clone();
        let problem = match Store::open(path, key.clone(), ids.clone()).await {
            Ok(opened) => return Ok(opened),
            Err(StoreError::Newer) => "store_newer",
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the local store cannot be opened");
                "store_unreadable"
            }
        };
        let failed = |error: StoreError| {
            tracing::error!(error = &error as &dyn std::error::Error, "there is no local store");
            self.trouble("store_failed", Some(crate::message("store_failed")));
            crate::message("store_failed")
        };
        let mark = self.now().format("%Y%m%d-%H%M%S").to_string();
        let aside = store::set_aside(path, &mark).map_err(failed)?;
        let file = aside.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.trouble(problem, Some(Message { code: problem.into(), facts: [("file".to_owned(), file)].into() }));
        Store::open(path, key, ids).await.map_err(failed)
    }

    /// Which of the connections' secrets the keychain has.
    pub(crate) async fn look_for_secrets(&self) -> Result<(), Message> {
        self.look_for_names_key().await?;
        let fields: Vec<(&str, &str)> = crate::rooms::providers()
            .iter()
            .flat_map(|provider| provider.fields.iter().map(move |field| (provider, field)))
            .filter(|(_, field)| field.kind == kabinet_domain::provider::FieldKind::Secret)
            .map(|(provider, field)| (provider.id, field.key))
            .collect();
        for (provider, key) in fields {
            let kept = self.secret(&secret_name(provider, key)).await?.is_some();
            self.change(|state| {
                let secrets = &mut state.connections.entry(provider.into()).or_default().secrets;
                if kept { secrets.insert(key.into()) } else { secrets.remove(key) }
            });
        }
        for info in crate::rooms::providers().iter().filter(|info| info.capabilities.sign_in.is_some()) {
            let kept = self.secret(&sign_in_name(info.id)).await?.is_some();
            self.change(|state| state.connections.entry(info.id.into()).or_default().signed_in = kept);
        }
        self.look_for_calendar_secrets().await
    }
}

/// Puts what was kept under what is known already, and says what is known and not kept.
fn take_in(state: &mut crate::state::State, loaded: Loaded, now: DateTime<Utc>) -> Vec<Save> {
    let mut unsaved: Vec<Save> = state.consultations.keys().cloned().map(Save::Consultation).collect();
    unsaved.extend(state.unsent.keys().cloned().map(Save::Unsent));
    unsaved.extend(state.handled.keys().cloned().map(Save::Handled));
    unsaved.extend(state.calendar.rows.keys().cloned().map(Save::Calendar));
    unsaved.extend(state.events.values().flatten().cloned().map(Box::new).map(Save::Event));
    let mut unsent: BTreeMap<String, Unsent> = loaded.unsent.into_iter().collect();
    unsent.retain(|id, _| !state.unsent.contains_key(id));
    for consultation in loaded.consultations {
        let heard = state.consultations.get(&consultation.id).cloned();
        let typed = unsent.remove(&consultation.id).map(|unsent| Unsent { refused: false, ..unsent });
        if heard.is_none() || typed.is_some() {
            let id = consultation.id.clone();
            state.consultations.insert(consultation);
            state.unsent.extend(typed.map(|unsent| (id, unsent)));
            // The backend was faster than the keychain.
            unsaved.extend(heard.map(|theirs| outbox::take(state, theirs)).into_iter().flatten());
        }
    }
    for (id, row) in loaded.calendar {
        state.calendar.rows.entry(id).or_insert(row);
    }
    for (id, handled) in loaded.handled {
        let known = state.handled.entry(id).or_default();
        known.pressed_join_at = known.pressed_join_at.max(handled.pressed_join_at);
        known.snoozed_until = known.snoozed_until.max(handled.snoozed_until);
        known.coming_at = known.coming_at.max(handled.coming_at);
        known.shown = known.shown.take().or(handled.shown);
        known.to_tell = known.to_tell.take().or(handled.to_tell);
        known.rang.extend(handled.rang);
        handled.read.into_iter().for_each(|message| known.has_read(message));
        known.seen = known.seen.or(handled.seen);
        for alert in handled.answered {
            known.answer(alert);
        }
    }
    // What a consultation's events say together is lost if half of them go.
    let mut latest: BTreeMap<Option<String>, DateTime<Utc>> = BTreeMap::new();
    for event in &loaded.events {
        let latest = latest.entry(event.consultation.clone()).or_insert(event.received_at);
        *latest = event.received_at.max(*latest);
    }
    let mut forgotten: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in loaded.events {
        let age_of = event.consultation.as_ref().and_then(|_| latest.get(&event.consultation)).copied();
        if age_of.unwrap_or(event.received_at) + REMEMBER_EVENTS >= now {
            state.learn(event);
            continue;
        }
        unsaved.push(Save::ForgetEvent(event.id.clone()));
        if let Some(consultation) = &event.consultation {
            forgotten.entry(consultation.clone()).or_default().push(event);
        }
    }
    for (id, events) in forgotten.into_iter().filter(|(id, _)| state.consultations.contains_key(id)) {
        let attended = Attended::from_events(&events);
        let together = u32::try_from(attended.together(now).num_seconds()).unwrap_or(0);
        if attended.came || together > 0 {
            state.handled.entry(id.clone()).or_default().seen = Some(Seen { came: attended.came, together });
            unsaved.push(Save::Handled(id));
        }
    }
    for (known, row) in [(state.practice.is_some(), Save::Practice), (state.reach.is_some(), Save::Reach)] {
        if known {
            unsaved.push(row);
        }
    }
    state.practice = state.practice.take().or(loaded.practice);
    state.reach = state.reach.take().or(loaded.reach);
    if state.cursor.is_some() {
        unsaved.push(Save::Cursor);
    }
    state.cursor = state.cursor.or(loaded.cursor);
    unsaved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, consultation, event, joined, left, started, state};

    #[test]
    fn what_is_known_of_who_came_outlives_the_events() {
        let events =
            vec![joined(1, "10:00", "Ivan"), started(2, "10:01"), left(3, "10:49", "Ivan"), event(4, "10:50", ended(), "")];
        let loaded =
            || Loaded { consultations: vec![consultation("c1", "10:00", 50)], events: events.clone(), ..Loaded::default() };
        let mut fresh = state(&[], &[]);
        take_in(&mut fresh, loaded(), at("12:00") + Duration::days(29));
        let mut old = state(&[], &[]);
        let unsaved = take_in(&mut old, loaded(), at("12:00") + Duration::days(31));
        assert_eq!((fresh.events.len(), old.events.len()), (1, 0));
        assert_eq!(unsaved.iter().filter(|row| matches!(row, Save::ForgetEvent(_))).count(), 4);
        assert!(unsaved.iter().any(|row| matches!(row, Save::Handled(id) if id == "c1")));
        let now = at("12:00") + Duration::days(31);
        for known in [&fresh, &old] {
            let attended = known.attended("c1", now);
            assert!(attended.came);
            assert_eq!(attended.together(now), Duration::minutes(48));
        }
    }

    #[test]
    fn what_was_typed_before_the_keychain_opened_is_laid_over_what_was_heard_meanwhile() {
        let at_version = |version: &str, time: &str, note: &str| Consultation {
            version: Some(version.into()),
            note: note.into(),
            ..consultation("c1", time, 50)
        };
        let (before, theirs) = (at_version("2", "10:00", ""), at_version("3", "10:00", "brings papers"));
        let mut state = state(std::slice::from_ref(&theirs), &[]);
        let loaded = Loaded {
            consultations: vec![at_version("2", "11:00", "")],
            unsent: vec![("c1".into(), Unsent { base: Some(before), refused: false })],
            ..Loaded::default()
        };
        take_in(&mut state, loaded, at("09:00"));
        assert_eq!(state.consultations["c1"], at_version("3", "11:00", "brings papers"));
        assert_eq!(state.unsent["c1"].base.as_ref(), Some(&theirs));
    }

    fn ended() -> crate::record::Kind {
        crate::record::Kind::SessionEnded { together: 48 * 60 }
    }
}
