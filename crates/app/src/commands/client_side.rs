//! What a specialist does for a client: lets them in, answers, hands the link over, writes.

use super::{refuse, refuse_field, refuse_with, wishes};
use crate::application::{Application, Save};
use crate::client_side;
use crate::command::{AlertAnswer, ByDelivery, ById, ClientName, CommandError, KnownClient, Nothing, Reading, Thread, Writing};
use crate::line::{self, Line, LineError};
use crate::notices;
use crate::outbox;
use crate::record::{Answer, Consultation, Contact};
use crate::same_client;
use crate::view::AlertAnswerKind;
use chrono::Duration;
use kabinet_api::OutgoingBody;
use kabinet_domain::Channel;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use uuid::Uuid;

/// Nobody is asked to wait longer.
const LONGEST_LATE: u32 = 120;
/// Signs of one message.
const LONGEST_MESSAGE: usize = 4000;

impl Application {
    pub(super) async fn admit(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        self.admit_client(&by.id).await.map(|()| Nothing {})
    }

    /// The backend opens the door, so without it nobody can be let in.
    pub(crate) async fn admit_client(&self, id: &str) -> Result<(), CommandError> {
        let line = self.line_for(id).await?;
        line.admit(id).await.map_err(|error| refused(&error))?;
        self.worked(None);
        Ok(())
    }

    pub(super) async fn answer_alert(self: &Arc<Self>, said: AlertAnswer) -> Result<Nothing, CommandError> {
        self.answer_client(&said.id, said.answer, said.minutes).await.map(|()| Nothing {})
    }

    /// Alerts fall silent at once; the backend is told, and through it the client's page, as soon as it can be.
    pub(crate) async fn answer_client(&self, id: &str, kind: AlertAnswerKind, minutes: Option<u32>) -> Result<(), CommandError> {
        self.known_consultation(id)?;
        let now = self.now();
        let (word, until) = match (kind, minutes) {
            (AlertAnswerKind::Coming, _) => ("coming", None),
            (AlertAnswerKind::Cannot, _) => ("cannot", None),
            (AlertAnswerKind::Late, Some(minutes)) if (1..=LONGEST_LATE).contains(&minutes) => {
                ("late", Some(now + Duration::minutes(i64::from(minutes))))
            }
            (AlertAnswerKind::Late, _) => return Err(refuse_field("bad_minutes", "minutes")),
        };
        let answer = Answer { id: self.parts.ids.next().to_string(), answer: word.into(), until, at: now };
        self.change(|state| {
            let visit = state.attended(id, now).visit.map(|visit| visit.id);
            let handled = state.handled.entry(id.to_owned()).or_default();
            handled.snoozed_until = until.or(handled.snoozed_until.filter(|until| *until <= now));
            handled.coming_at = (kind == AlertAnswerKind::Coming).then_some(now);
            if let (AlertAnswerKind::Cannot, Some(visit)) = (kind, visit) {
                handled.answer(notices::cannot(&visit));
            }
            handled.to_tell = Some(answer);
        });
        self.save(&[Save::Handled(id.to_owned())]).await;
        self.outgoing.notify_one();
        Ok(())
    }

    pub(super) async fn renew_link(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        let line = self.line_for(&by.id).await?;
        let conference = line.new_link(&by.id).await.map_err(|error| refused(&error))?;
        let theirs = self.names().consultation(&conference);
        // Nothing is bound under the key that it had: whoever got the old link may have bound a chat for all of this client's.
        let key = same_client::draw(self.parts.ids.as_ref());
        let rows = self.hear(&line, |state| {
            let mut rows = outbox::accept(state, theirs);
            let known = state.consultations.get(&by.id).cloned();
            if let Some(known) = known
                && let Some(contact) = known.contact.clone().filter(|contact| contact.client_key.is_some())
            {
                let contact = Contact { client_key: Some(key), telegram_bound: false, ..contact };
                rows.extend(outbox::put_in(state, Some(known.clone()), Consultation { contact: Some(contact), ..known }));
            }
            rows
        });
        self.save(&rows).await;
        self.outgoing.notify_one();
        Ok(Nothing {})
    }

    pub(super) async fn resend(self: &Arc<Self>, by: ByDelivery) -> Result<Nothing, CommandError> {
        let delivery = Uuid::parse_str(&by.id).map_err(|_| refuse("bad_arguments"))?;
        let line = self.line().ok_or_else(|| refuse("needs_connection"))?;
        line.resend(delivery).await.map_err(|error| refused(&error))?;
        Ok(Nothing {})
    }

    pub(super) async fn thread(self: &Arc<Self>, by: ById) -> Result<Thread, CommandError> {
        let line = self.line_for(&by.id).await?;
        let messages = line.messages(&by.id).await.map_err(|error| refused(&error))?;
        // Hidden while they were fetched: nobody sees them.
        if self.hides_names() {
            return Err(refuse("names_hidden"));
        }
        Ok(Thread { items: messages.into_iter().map(line::thread_item).collect() })
    }

    /// Said by the window once they are seen: what was only fetched may never have been shown.
    pub(super) async fn read_thread(self: &Arc<Self>, reading: Reading) -> Result<Nothing, CommandError> {
        let Reading { id, messages } = reading;
        self.known_consultation(&id)?;
        self.change(|state| {
            let handled = state.handled.entry(id.clone()).or_default();
            messages.into_iter().for_each(|message| handled.has_read(message));
        });
        self.save(&[Save::Handled(id)]).await;
        Ok(Nothing {})
    }

    pub(super) async fn write_to_client(self: &Arc<Self>, writing: Writing) -> Result<Nothing, CommandError> {
        let text = writing.text.trim();
        if text.is_empty() {
            return Err(refuse_field("message_empty", "text"));
        }
        if text.chars().count() > LONGEST_MESSAGE {
            return Err(refuse_field("message_too_long", "text"));
        }
        let body = OutgoingBody { id: Uuid::nil(), purpose: "message".into(), channel: None, text: text.to_owned() };
        self.hand_over(&writing.id, body).await?;
        Ok(Nothing {})
    }

    /// Has something sent. Tried again after a lost answer it is the same thing, and is sent once.
    /// So is what two windows, or a window and the tray, ask for at the same time.
    pub(super) async fn hand_over(&self, id: &str, body: OutgoingBody) -> Result<(), CommandError> {
        let mut hasher = DefaultHasher::new();
        (id, &body.purpose, &body.channel, &body.text).hash(&mut hasher);
        let what = hasher.finish();
        let attempt = *self.look().attempted.entry(what).or_insert_with(|| self.parts.ids.next());
        let line = self.line_for(id).await?;
        let answer = line.write(id, &OutgoingBody { id: attempt, ..body }).await;
        if !matches!(answer, Err(LineError::Unreachable(_) | LineError::Busy { .. } | LineError::Unexpected(_))) {
            let mut state = self.look();
            // Another press may have begun another attempt since.
            if state.attempted.get(&what) == Some(&attempt) {
                state.attempted.remove(&what);
            }
        }
        answer.map(drop).map_err(|error| refused(&error))
    }

    /// A suggestion for the next form: nothing that is hidden.
    pub(super) async fn known_client(self: &Arc<Self>, name: ClientName) -> Result<KnownClient, CommandError> {
        let state = self.look();
        if name.client.trim().is_empty() || state.settings().hide_names {
            return Ok(KnownClient { client_side: None });
        }
        let of_client = same_client::of_name(&state, &name.client);
        let contacts = of_client.iter().filter_map(|one| one.contact.as_ref());
        // What was typed for one of two must not send the other's link there.
        if same_client::are_two(contacts.clone()) {
            return Ok(KnownClient { client_side: None });
        }
        let last = of_client.iter().find(|one| one.contact.is_some()).or_else(|| of_client.first());
        let mut known = last.map(|last| wishes::known(last));
        // Who has let the bot write to them, is written to there.
        let has_bot =
            state.practice.as_ref().is_some_and(|practice| practice.channels.iter().any(|one| one == Channel::Telegram.name()));
        if has_bot
            && contacts.clone().any(|contact| contact.telegram_bound)
            && let Some(contact) = known.as_mut().and_then(|known| known.contact.as_mut())
        {
            contact.channel = client_side::channel(Channel::Telegram.name());
        }
        Ok(KnownClient { client_side: known })
    }

    /// The line to a backend that knows this consultation, also one that was made or changed a moment ago.
    pub(super) async fn line_for(&self, id: &str) -> Result<Line, CommandError> {
        self.known_consultation(id)?;
        let line = self.line().ok_or_else(|| refuse("needs_connection"))?;
        self.send_one(&line, id).await.map_err(|error| refused(&error))?;
        Ok(line)
    }

    /// Tells what was said to waiting clients; `false` when something is still to be told and another attempt may help.
    pub(crate) async fn tell_answers(&self, line: &Line) -> bool {
        let now = self.now();
        let waiting: Vec<(String, Answer)> = {
            let state = self.look();
            state.handled.iter().filter_map(|(id, handled)| Some((id.clone(), handled.to_tell.clone()?))).collect()
        };
        for (id, answer) in waiting {
            if answer.matters(now)
                && let Err(error) = self.tell_answer(line, &id, &answer).await
                && matches!(error, LineError::Unreachable(_) | LineError::Busy { .. } | LineError::Refused)
            {
                tracing::info!(error = &error as &dyn std::error::Error, "an answer is told later");
                return false;
            }
            self.change(|state| {
                if let Some(handled) = state.handled.get_mut(&id)
                    && handled.to_tell.as_ref() == Some(&answer)
                {
                    handled.to_tell = None;
                }
            });
            self.save(&[Save::Handled(id)]).await;
        }
        true
    }

    async fn tell_answer(&self, line: &Line, id: &str, answer: &Answer) -> Result<(), LineError> {
        self.send_one(line, id).await?;
        let body = kabinet_api::AnswerBody {
            answer: answer.answer.clone(),
            minutes: answer.minutes(self.now()),
            id: Uuid::parse_str(&answer.id).ok(),
        };
        let told = line.answer(id, &body).await;
        if let Err(error) = &told {
            tracing::info!(error = error as &dyn std::error::Error, "the backend does not take an answer");
        }
        told
    }
}

/// Why something that only the backend can do was not done.
pub(super) fn refused(error: &LineError) -> CommandError {
    tracing::info!(error = error as &dyn std::error::Error, "the backend did not do what was asked");
    match error {
        LineError::Unreachable(_) => refuse("needs_connection"),
        LineError::NotFound => refuse("unknown_there"),
        LineError::Rejected { code, field } => match code.as_str() {
            code if client_side::REASONS.contains(&code) => refuse_with(&format!("delivery_{code}"), &[], field.as_deref()),
            _ => refuse_with("refused_there", &[], field.as_deref()),
        },
        _ => error.message().into(),
    }
}
