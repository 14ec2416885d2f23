//! A configured portal as a calendar.

use super::address::Base;
use super::client::{Client, Command, Repeat};
use super::entries::{Place, Saying, event, fields, rest};
use super::errors::lacking;
use super::grant::Grant;
use super::oauth::Application;
use super::wire::{flag, id, id_of, list, some, text};
use super::{WEBHOOK_URL, people};
use crate::calendars::{Calendar, CalendarError, CalendarId, CalendarProvider, GRANT, Person, Surroundings};
use crate::registry::{ConnectionError, ConnectionSettings};
use async_trait::async_trait;
use chrono::Duration;
use chrono_tz::Tz;
use kabinet_domain::calendar::{CalendarEvent, Details, EntryId, Invitation};
use kabinet_domain::{ConsultationId, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use tokio::sync::OnceCell;

/// How far around its planned time an entry whose answer was lost is looked for.
const LOST_WITHIN: Duration = Duration::days(7);
/// How far around today a refused entry is looked for among all others.
const LISTED_WITHIN: Duration = Duration::days(2 * 365);

/// A grant, where there is one, else a webhook.
pub(crate) fn open(
    settings: &ConnectionSettings,
    surroundings: &Surroundings,
) -> Result<Box<dyn CalendarProvider>, ConnectionError> {
    let client = if let Some(kept) = settings.get(GRANT) {
        let unusable = |cause: Box<dyn std::error::Error + Send + Sync>| ConnectionError::Unusable { key: GRANT, cause };
        let grant = Grant::read(kept).map_err(|cause| unusable(Box::new(cause)))?;
        let base = Base::endpoint(grant.client_endpoint.reveal()).map_err(|cause| unusable(Box::new(cause)))?;
        Client::by_grant(base, grant, Application::of(settings)?, surroundings.clone())
    } else {
        let typed = settings.get(WEBHOOK_URL).ok_or(ConnectionError::Missing { key: WEBHOOK_URL })?;
        let base =
            Base::webhook(typed).map_err(|cause| ConnectionError::Unusable { key: WEBHOOK_URL, cause: Box::new(cause) })?;
        Client::by_webhook(base, surroundings.clone())
    };
    Ok(Box::new(Portal { client, me: OnceCell::new() }))
}

#[derive(Debug)]
struct Portal {
    client: Client,
    /// Asked once: whose calendars they are does not change.
    me: OnceCell<Person>,
}

impl Portal {
    async fn me(&self) -> Result<&Person, CalendarError> {
        self.me.get_or_try_init(|| people::current(&self.client)).await
    }

    async fn zone(&self) -> Result<Tz, CalendarError> {
        Ok(self.me().await?.zone.unwrap_or(Tz::UTC))
    }

    /// An entry as the portal writes it; `None` when it is gone.
    async fn raw(&self, entry: &EntryId) -> Result<Option<Value>, CalendarError> {
        let params = json!({"id": entry_number(entry)?});
        match self.client.call("calendar.event.getbyid", params, Repeat::Harmless).await {
            Ok(answer) => Ok(there(&answer.result).cloned()),
            Err(error @ CalendarError::Refused { .. }) => match self.listed().await {
                Some(listed) if !listed.contains(&entry.0) => Ok(None),
                _ => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// Many entries in few requests. Those of which nothing is known are left out: a consultation is cancelled when its entry is gone.
    async fn raw_many(&self, entries: &[EntryId]) -> Result<Vec<(EntryId, Option<Value>)>, CalendarError> {
        let commands = entries.iter().map(|entry| {
            let id = entry_number(entry)?.to_string();
            Ok(Command { method: "calendar.event.getbyid", params: vec![("id", id)] })
        });
        let answers = self.client.batch(&commands.collect::<Result<Vec<_>, CalendarError>>()?).await?;
        let refused = answers.iter().any(|answer| matches!(answer, Err(CalendarError::Refused { .. })));
        let listed = if refused { self.listed().await } else { None };
        let told = entries.iter().zip(answers).filter_map(|(entry, answer)| match answer {
            Ok(raw) => match there(&raw) {
                Some(there) => Some((entry.clone(), Some(there.clone()))),
                None => is_gone(&raw).then(|| (entry.clone(), None)),
            },
            Err(CalendarError::Refused { .. }) => {
                let gone = listed.as_ref().is_some_and(|listed| !listed.contains(&entry.0));
                gone.then(|| (entry.clone(), None))
            }
            Err(_) => None,
        });
        Ok(told.collect())
    }

    /// The ids of all that stands in the account's own calendars, copies with those of their originals.
    ///
    /// Some portals refuse what is gone, with the same empty code as everything else. It is gone only if it is not listed either;
    /// else it may just be that we were shut out. `None` when even that cannot be told.
    async fn listed(&self) -> Option<HashSet<String>> {
        let owner = &self.me().await.ok()?.id.0;
        let now = self.client.now();
        let day = |moment: Timestamp| moment.format("%Y-%m-%d").to_string();
        let params = json!({"type": "user", "ownerId": owner, "from": day(now - LISTED_WITHIN), "to": day(now + LISTED_WITHIN)});
        let answer = self.client.call("calendar.event.get", params, Repeat::Harmless).await.ok()?;
        let mut listed = HashSet::new();
        for entry in rows(&answer.result).ok()? {
            // Of a list that cannot be read nobody knows what it leaves out.
            let own = id_of(entry, "ID")?;
            if !flag(entry, "DELETED") {
                listed.insert(own);
                listed.extend(id_of(entry, "PARENT_ID"));
            }
        }
        Some(listed)
    }

    async fn read(
        &self,
        place: &Place,
        sections: Vec<u64>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CalendarEvent>, CalendarError> {
        let zone = self.zone().await?;
        // Days are of the portal's zone, so one more on each side.
        let day = |moment: Timestamp| moment.format("%Y-%m-%d").to_string();
        let mut params = place.fields();
        params.insert("from".to_owned(), day(from - Duration::days(1)).into());
        params.insert("to".to_owned(), day(until + Duration::days(1)).into());
        if !sections.is_empty() {
            params.insert("section".to_owned(), sections.into());
        }
        let answer = self.client.call("calendar.event.get", params.into(), Repeat::Harmless).await?;
        // One that cannot be read is left out; whoever misses it looks for it alone.
        let events = rows(&answer.result)?.into_iter().filter_map(|entry| event(entry, zone));
        Ok(events.filter(|event| event.details.ends_at > from && event.details.starts_at < until).collect())
    }

    /// Reads back what was written. When that fails, what was sent has to do until the next reading.
    async fn read_back(
        &self,
        entry: &EntryId,
        consultation: ConsultationId,
        details: &Details,
    ) -> Result<CalendarEvent, CalendarError> {
        let zone = self.zone().await?;
        let read = match self.raw(entry).await {
            Ok(Some(raw)) => event(&raw, zone),
            Ok(None) => return Err(CalendarError::NoSuchEntry),
            Err(_) => None,
        };
        Ok(read.unwrap_or_else(|| CalendarEvent {
            id: entry.clone(),
            details: details.clone(),
            marked: Some(consultation),
            deleted: false,
            plannable: true,
            invitation: Invitation::default(),
            version: String::new(),
        }))
    }

    async fn write(&self, entry: &EntryId, fields: &Map<String, Value>) -> Result<EntryId, CalendarError> {
        let mut params = fields.clone();
        params.insert("id".to_owned(), entry_number(entry)?.into());
        let answer = self.client.call("calendar.event.update", params.into(), Repeat::Harmless).await?;
        written_id(&answer.result)
    }

    /// Where the portal made another time of the one that was sent, it is said with its offset, which leaves no choice.
    async fn insist(
        &self,
        written: CalendarEvent,
        consultation: ConsultationId,
        details: &Details,
        mut fields: Map<String, Value>,
        exact: Map<String, Value>,
    ) -> Result<CalendarEvent, CalendarError> {
        let as_sent =
            |event: &CalendarEvent| (event.details.starts_at, event.details.ends_at) == (details.starts_at, details.ends_at);
        if as_sent(&written) {
            return Ok(written);
        }
        for key in ["from", "to"] {
            fields.insert(key.to_owned(), exact.get(key).cloned().unwrap_or_default());
        }
        let entry = self.write(&written.id, &fields).await?;
        let again = self.read_back(&entry, consultation, details).await?;
        if as_sent(&again) { Ok(again) } else { Err(CalendarError::OtherTime) }
    }
}

#[async_trait]
impl CalendarProvider for Portal {
    async fn who_am_i(&self) -> Result<Person, CalendarError> {
        people::current(&self.client).await
    }

    async fn colleagues(&self, name: &str) -> Result<Vec<Person>, CalendarError> {
        people::colleagues(&self.client, name).await
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, CalendarError> {
        let me = self.me().await?.id.0.clone();
        let params = json!({"type": "user", "ownerId": me});
        let answer = self.client.call("calendar.section.get", params, Repeat::Harmless).await?;
        Ok(list(Some(&answer.result)).into_iter().filter_map(|section| calendar(section, &me)).collect())
    }

    async fn events(
        &self,
        calendar: &CalendarId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CalendarEvent>, CalendarError> {
        let place = Place::parse(calendar)?;
        self.read(&place, vec![place.section], from, until).await
    }

    async fn look(&self, entries: &[EntryId]) -> Result<Vec<(EntryId, Option<CalendarEvent>)>, CalendarError> {
        let me = self.me().await?.id.0.clone();
        let mut read = self.raw_many(entries).await?;
        // Everybody who is invited has a copy with an id of its own; what counts is the organiser's.
        let organisers: Vec<_> = read.iter().map(|(_, raw)| raw.as_ref().and_then(|raw| organisers_of(raw, &me))).collect();
        let asked: Vec<EntryId> = organisers.iter().flatten().cloned().collect();
        let originals: HashMap<EntryId, Option<Value>> = self.raw_many(&asked).await?.into_iter().collect();
        for ((_, raw), organisers) in read.iter_mut().zip(organisers) {
            if let Some(original) = organisers.and_then(|entry| originals.get(&entry)) {
                raw.clone_from(original);
            }
        }
        let zone = self.zone().await?;
        let told = read.into_iter().filter_map(|(entry, raw)| match raw {
            None => Some((entry, None)),
            Some(raw) => event(&raw, zone).map(|event| (entry, Some(event))),
        });
        Ok(told.collect())
    }

    async fn find_marked(
        &self,
        calendar: &CalendarId,
        consultation: ConsultationId,
        details: &Details,
    ) -> Result<Option<CalendarEvent>, CalendarError> {
        // In all sections: the portal may have chosen another, or a person moved it.
        let place = Place::parse(calendar)?;
        let (from, until) = (details.starts_at - LOST_WITHIN, details.ends_at + LOST_WITHIN);
        let events = self.read(&place, Vec::new(), from, until).await?;
        Ok(events.into_iter().find(|event| event.marked == Some(consultation) && event.stands()))
    }

    async fn add(
        &self,
        calendar: &CalendarId,
        consultation: ConsultationId,
        details: &Details,
    ) -> Result<CalendarEvent, CalendarError> {
        let place = Place::parse(calendar)?;
        let me = self.me().await?.id.0.clone();
        let mut params = fields(details, consultation, &me, Saying::InZone)?;
        let exact = fields(details, consultation, &me, Saying::WithOffset)?;
        params.extend(place.fields());
        // Whom a specialist sees is nobody's business; that they are busy is.
        for (key, value) in [("section", json!(place.section)), ("accessibility", "busy".into()), ("private_event", "Y".into())] {
            params.insert(key.to_owned(), value);
        }
        // An earlier answer may have been lost, here or on another computer.
        if let Some(there) = self.find_marked(calendar, consultation, details).await? {
            return Ok(there);
        }
        let entry = match self.client.call("calendar.event.add", params.clone().into(), Repeat::Twice).await {
            Ok(answer) => written_id(&answer.result)?,
            Err(CalendarError::MaybeDone) => {
                let found = self.find_marked(calendar, consultation, details).await;
                return found.ok().flatten().ok_or(CalendarError::MaybeDone);
            }
            Err(error) => return Err(error),
        };
        let written = self.read_back(&entry, consultation, details).await?;
        match self.insist(written, consultation, details, params, exact).await {
            Err(CalendarError::OtherTime) => {
                // An entry at a wrong time is worse than none.
                self.delete(&entry).await?;
                Err(CalendarError::OtherTime)
            }
            other => other,
        }
    }

    async fn update(
        &self,
        consultation: ConsultationId,
        over: &CalendarEvent,
        details: &Details,
    ) -> Result<CalendarEvent, CalendarError> {
        let me = self.me().await?.id.0.clone();
        let zone = self.zone().await?;
        let raw = self.raw(&over.id).await?.ok_or(CalendarError::NoSuchEntry)?;
        let now = event(&raw, zone).ok_or(CalendarError::ChangedMeanwhile)?;
        if !now.plannable {
            return Err(CalendarError::Series);
        }
        // Somebody may have invited others since it was read; they would be lost.
        if now.details != over.details {
            return Err(CalendarError::ChangedMeanwhile);
        }
        let place = Place::of(&raw).ok_or_else(|| lacking("owner"))?;
        let mut params = fields(details, consultation, &me, Saying::InZone)?;
        let exact = fields(details, consultation, &me, Saying::WithOffset)?;
        params.extend(place.fields());
        params.insert("section".to_owned(), place.section.into());
        rest(&raw, &me, details, &mut params);
        let entry = self.write(&over.id, &params).await?;
        let written = self.read_back(&entry, consultation, details).await?;
        self.insist(written, consultation, details, params, exact).await
    }

    async fn delete(&self, entry: &EntryId) -> Result<(), CalendarError> {
        let params = json!({"id": entry_number(entry)?});
        match self.client.call("calendar.event.delete", params, Repeat::Harmless).await {
            Ok(answer) if answer.result != Value::Bool(false) => Ok(()),
            // It says neither why nor in which language, so it is looked whether there was anything to delete.
            Ok(_) | Err(CalendarError::Refused { .. }) => match self.raw(entry).await? {
                None => Ok(()),
                Some(_) => Err(CalendarError::NotAllowed),
            },
            Err(error) => Err(error),
        }
    }
}

/// An entry that is there. What is none need not be gone: see [`is_gone`].
fn there(answer: &Value) -> Option<&Value> {
    let entry = single(answer);
    entry.as_object().filter(|fields| !fields.is_empty())?;
    (!flag(entry, "DELETED")).then_some(entry)
}

/// What is gone is `null` or says so itself. Everything else that is no entry says nothing.
fn is_gone(answer: &Value) -> bool {
    answer.is_null() || flag(single(answer), "DELETED")
}

/// A list of one is given by some builds.
fn single(answer: &Value) -> &Value {
    answer.as_array().and_then(|list| list.first()).unwrap_or(answer)
}

/// The rows of a list, which is not taken for empty when it is none at all.
fn rows(answer: &Value) -> Result<Vec<&Value>, CalendarError> {
    if answer.is_array() || answer.is_object() { Ok(list(Some(answer))) } else { Err(lacking("list")) }
}

/// The organiser's entry, of which this is another person's copy.
fn organisers_of(raw: &Value, me: &str) -> Option<EntryId> {
    let is_anothers = text(raw, "CAL_TYPE") == "user" && id_of(raw, "OWNER_ID").is_some_and(|owner| owner != me);
    let parent = id_of(raw, "PARENT_ID").filter(|parent| Some(parent) != id_of(raw, "ID").as_ref())?;
    is_anothers.then_some(EntryId(parent))
}

fn calendar(section: &Value, me: &str) -> Option<Calendar> {
    let kind = text(section, "CAL_TYPE");
    let place = Place {
        kind: if kind.is_empty() { "user" } else { kind }.to_owned(),
        owner: some(section, "OWNER_ID").and_then(id).unwrap_or_else(|| me.to_owned()).parse().ok()?,
        section: section.get("ID").and_then(id)?.parse().ok()?,
    };
    let rights = some(section, "PERM");
    Some(Calendar {
        id: place.id(),
        name: text(section, "NAME").into(),
        colour: text(section, "COLOR").to_owned(),
        writable: rights.is_none_or(|rights| flag(rights, "edit") || flag(rights, "add")),
    })
}

fn entry_number(entry: &EntryId) -> Result<u64, CalendarError> {
    entry.0.parse().map_err(|_| CalendarError::NoSuchEntry)
}

/// A number, or for a series that was split an object with it.
fn written_id(result: &Value) -> Result<EntryId, CalendarError> {
    id(result).or_else(|| result.get("id").and_then(id)).map(EntryId).ok_or_else(|| lacking("id"))
}
