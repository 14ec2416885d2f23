//! Connecting a calendar, by a secret in the form or by signing in, and choosing where consultations are written.

use super::connection::{calendar, cannot_open, secrets};
use crate::application::Application;
use crate::command::{CalendarChoice, CheckResult, CommandError, ConnectionDraft};
use crate::commands::{form_fields, refuse_field};
use crate::keychain::secret_name;
use crate::state::ChosenCalendar;
use crate::view::Health;
use kabinet_domain::Sensitive;
use kabinet_domain::provider::FieldKind;
use kabinet_providers::calendars::{self, CalendarInfo, GRANT, SignInAnswer};
use kabinet_providers::registry::{ConnectionError, ConnectionSettings};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use url::Url;

/// One calendar of the connected account.
pub(crate) use kabinet_providers::calendars::Calendar as There;

/// What a form says that signing in was begun with: of a calendar that is connected it is kept together with the grant.
#[derive(Debug)]
pub(crate) struct CalendarForm {
    pub values: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, Sensitive<String>>,
}

impl Application {
    /// Keeps what the form says of a calendar, and asks it, where that opens it. What only serves for signing in is kept for then.
    pub(crate) async fn save_calendar(self: &Arc<Self>, draft: ConnectionDraft) -> Result<CheckResult, CommandError> {
        let application = self.clone();
        self.answered_soon(async move { application.keep_calendar(draft).await }).await
    }

    async fn keep_calendar(self: &Arc<Self>, draft: ConnectionDraft) -> Result<CheckResult, CommandError> {
        let info = calendar(&draft.provider)?;
        let (mut values, mut secret) = form_fields(info.fields, draft)?;
        only_origins(info, &mut values)?;
        let instead = info.sign_in.map_or(&[] as &[&str], |sign_in| sign_in.instead_of);
        let takes_the_grants_place = instead.iter().any(|key| secret.get(*key).is_some_and(|typed| !typed.reveal().is_empty()));
        let mut settings = self.calendar_settings(info).await?;
        if takes_the_grants_place {
            secret.insert(GRANT.to_owned(), Sensitive::default());
        }
        settings.0.extend(values.iter().map(|(key, value)| (key.clone(), value.clone().into())));
        settings.0.extend(secret.clone());
        let opens = match calendars::open(info.id, &settings, &self.surroundings(info, &settings)?) {
            Ok(_) => true,
            // Nothing opens it yet, but there is what signing in takes.
            Err(ConnectionError::Missing { key }) if instead.contains(&key) && !values.is_empty() => false,
            Err(error) => return Err(cannot_open(info, &error)),
        };
        let turn = self.calendar.stop_comparing().await;
        self.close_calendar().await;
        self.keep_calendar_secrets(info, secret).await?;
        self.change(|state| {
            state.kept.connections.insert(info.id.into(), values);
            state.calendar.people_read_at = None;
        });
        drop(turn);
        self.save_kept().await?;
        if !opens {
            return Ok(CheckResult { health: Health::Unknown, message: None });
        }
        let checked = self.ask_calendar(info).await;
        self.calendar.wanted.notify_one();
        checked
    }

    pub(crate) async fn check_calendar(self: &Arc<Self>, provider: &str) -> Result<CheckResult, CommandError> {
        let (application, info) = (self.clone(), calendar(provider)?);
        self.answered_soon(async move { application.ask_calendar(info).await }).await
    }

    /// Forgets the connection and its secrets; consultations and entries stay as they are.
    pub(crate) async fn remove_calendar(self: &Arc<Self>, provider: &str) -> Result<(), CommandError> {
        let info = calendar(provider)?;
        let _turn = self.calendar.stop_comparing().await;
        self.close_calendar().await;
        for key in secrets(info) {
            self.forget_secret(&secret_name(info.id, key)).await?;
        }
        self.change(|state| {
            state.kept.connections.remove(info.id);
            state.kept.accounts.remove(info.id);
            state.connections.remove(info.id);
        });
        self.leave_calendar().await;
        self.save_kept().await?;
        Ok(())
    }

    /// The page on which a person lets us in; `state` comes back with the answer.
    pub(crate) async fn calendar_sign_in_page(
        &self,
        provider: &str,
        form: &CalendarForm,
        state: &str,
    ) -> Result<Sensitive<String>, CommandError> {
        let info = calendar(provider)?;
        let settings = self.settings_of_form(info, form).await?;
        calendars::begin_sign_in(info.id, &settings, state).map_err(|error| cannot_open(info, &error))
    }

    /// As the connection would be with this form.
    async fn settings_of_form(&self, info: &CalendarInfo, form: &CalendarForm) -> Result<ConnectionSettings, CommandError> {
        let mut settings = self.calendar_settings(info).await?;
        let given = self.parts.operator.of(info.id);
        for field in info.fields {
            let typed = match field.kind {
                FieldKind::Secret if !form.secrets.contains_key(field.key) => continue,
                FieldKind::Secret => form.secrets.get(field.key).cloned(),
                FieldKind::Text | FieldKind::Address | FieldKind::Switch => {
                    form.values.get(field.key).cloned().map(Sensitive::new)
                }
            };
            let typed = typed.filter(|typed| !typed.reveal().is_empty());
            match typed.or_else(|| given.0.get(field.key).cloned()) {
                Some(value) => drop(settings.0.insert(field.key.to_owned(), value)),
                None => drop(settings.0.remove(field.key)),
            }
        }
        Ok(settings)
    }

    /// Takes what the browser brought back, or the code that was copied, and keeps the grant, unless the person thought better of it.
    pub(crate) async fn finish_calendar_sign_in(
        self: &Arc<Self>,
        provider: &str,
        form: CalendarForm,
        (state, query): (&str, &str),
        thought_better: &CancellationToken,
    ) -> Result<(), CommandError> {
        let info = calendar(provider)?;
        let settings = self.settings_of_form(info, &form).await?;
        let surroundings = self.surroundings(info, &settings)?;
        let answer = SignInAnswer { query, state };
        let given: ConnectionSettings = calendars::finish_sign_in(info.id, &settings, &surroundings, &answer).await?;
        let is_secret = |key: &str| secrets(info).any(|secret| secret == key);
        let (mut secret, plain): (BTreeMap<_, _>, BTreeMap<_, _>) = given.0.into_iter().partition(|(key, _)| is_secret(key));
        // One of both opens it.
        let instead = info.sign_in.map_or(&[] as &[&str], |sign_in| sign_in.instead_of);
        secret.extend(form.secrets);
        secret.extend(instead.iter().map(|key| ((*key).to_owned(), Sensitive::default())));
        let turn = self.calendar.stop_comparing().await;
        // A portal takes nothing back; what nobody keeps ends by itself.
        if thought_better.is_cancelled() {
            return Ok(());
        }
        self.close_calendar().await;
        self.keep_calendar_secrets(info, secret).await?;
        self.change(|state| {
            let kept = state.kept.connections.entry(info.id.into()).or_default();
            *kept = form.values;
            kept.extend(plain.into_iter().map(|(key, value)| (key, value.into_inner())));
            state.calendar.people_read_at = None;
        });
        drop(turn);
        self.save_kept().await?;
        // Signed in it is; whether it does what is wanted is told in Connections.
        let _ = self.ask_calendar(info).await;
        self.calendar.wanted.notify_one();
        Ok(())
    }

    pub(crate) async fn calendars_there(self: &Arc<Self>, provider: &str) -> Result<Vec<There>, CommandError> {
        Ok(self.open_calendar(provider).await?.calendar.calendars().await?)
    }

    /// From now on consultations are written to this one.
    pub(crate) async fn write_to_calendar(self: &Arc<Self>, choice: CalendarChoice, there: There) -> Result<(), CommandError> {
        let opened = self.open_calendar(&choice.provider).await?;
        let account = self.calendar_account(&opened).await?;
        let before = self.look().kept.calendar.clone();
        if before.is_some_and(|before| !before.account.is_empty() && before.account != account) {
            self.leave_calendar().await;
        }
        self.change(|state| {
            state.kept.calendar = Some(ChosenCalendar {
                provider: choice.provider,
                calendar: there.id.0,
                name: there.name.into_inner(),
                on_by_default: choice.on_by_default,
                with_names: choice.with_names,
                reminder: choice.reminder,
                account,
            });
            state.calendar.message = None;
        });
        self.save_kept().await?;
        self.calendar.wanted.notify_one();
        Ok(())
    }
}

/// Of an address only where it leads, never a page there: what belongs into another field may open the calendar, and the settings
/// are kept as plain text.
pub(crate) fn only_origins(info: &CalendarInfo, values: &mut BTreeMap<String, String>) -> Result<(), CommandError> {
    for key in info.fields.iter().filter(|field| field.kind == FieldKind::Address).map(|field| field.key) {
        let Some(typed) = values.get_mut(key) else { continue };
        if typed.to_lowercase().contains("/rest/") {
            return Err(refuse_field("webhook_as_address", key));
        }
        let with_scheme = if typed.contains("://") { typed.clone() } else { format!("https://{typed}") };
        let url = Url::parse(&with_scheme).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let origin = url.ok_or_else(|| refuse_field("bad_address", key))?.origin().unicode_serialization();
        *typed = match origin.strip_prefix("https://").filter(|_| !typed.contains("://")) {
            Some(host) => host.to_owned(),
            None => origin,
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(typed: &str) -> Result<String, CommandError> {
        let info = calendars::calendars()
            .iter()
            .find(|info| info.fields.iter().any(|field| field.kind == FieldKind::Address))
            .expect("one with an address");
        let key = info.fields.iter().find(|field| field.kind == FieldKind::Address).expect("an address").key;
        let mut values = BTreeMap::from([(key.to_owned(), typed.to_owned())]);
        only_origins(info, &mut values)?;
        Ok(values.remove(key).expect("an address"))
    }

    #[test]
    fn of_an_address_only_where_it_leads_is_kept() {
        let check = |typed: &str, expected: &str| assert_eq!(kept(typed).expect("an address"), expected);
        check("portal.example.org", "portal.example.org");
        check("portal.example.org/company/personal/user/7/?secret=1#2", "portal.example.org");
        check("https://anna:secret@Portal.example.org:8443/calendar/", "https://portal.example.org:8443");
        check("портал.example.org/x", "портал.example.org");
        for (typed, code) in [
            ("https://portal.example.org/rest/7/examplesecret0000/", "webhook_as_address"),
            ("portal.example.org/REST/7/examplesecret0000", "webhook_as_address"),
            ("ftp://portal.example.org/", "bad_address"),
            ("https://", "bad_address"),
        ] {
            let refused = kept(typed).expect_err("a refusal");
            assert_eq!(refused.message.code, code, "{typed}");
            assert!(refused.field.is_some() && !format!("{refused:?}").contains("examplesecret"));
        }
    }
}
