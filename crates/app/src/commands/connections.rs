//! Connections to providers: values to the settings, secrets to the keychain.

use super::calendar::is_calendar;
use super::refuse_field;
use crate::accounts::NotOpened;
use crate::application::{Application, Backend};
use crate::command::{ByProvider, CheckResult, CommandError, ConnectionDraft, Nothing, WebhookInfo};
use crate::keychain::secret_name;
use crate::rooms;
use crate::view::{Health, Message};
use kabinet_domain::Sensitive;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{Field, FieldKind, ProviderInfo, Rooms};
use kabinet_providers::registry::ConnectionSettings;
use std::collections::BTreeMap;
use std::sync::Arc;

const LONGEST_VALUE: usize = 4000;

impl Application {
    pub(super) async fn save_connection(self: &Arc<Self>, draft: ConnectionDraft) -> Result<CheckResult, CommandError> {
        if is_calendar(&draft.provider) {
            return self.save_calendar(draft).await;
        }
        let info = rooms::provider(&draft.provider)?;
        let token = info.capabilities.sign_in.and_then(|sign_in| draft.secrets.get(sign_in.token));
        let pasted = token.is_some_and(|token| !token.trim().is_empty());
        let note = self.keep_form(info, draft).await?;
        let mut checked = self.check(info).await?;
        if pasted && checked.message.as_ref().is_some_and(|message| message.code == "sign_in_again") {
            // Nobody was ever known by it, and most likely a part of it is missing.
            checked.message = Some(crate::message("token_not_accepted"));
            self.change(|state| {
                state.connections.entry(info.id.into()).or_default().message.clone_from(&checked.message);
            });
        }
        self.worked(note);
        Ok(checked)
    }

    /// Keeps what the form says, if a connection can be opened with it. What is still to be known comes back.
    pub(super) async fn keep_form(
        &self,
        info: &'static ProviderInfo,
        draft: ConnectionDraft,
    ) -> Result<Option<Message>, CommandError> {
        let (values, secrets) = fields(info.fields, draft)?;
        let addresses = info.fields.iter().filter(|field| field.kind == FieldKind::Address);
        for (key, address) in addresses.filter_map(|field| Some((field.key, values.get(field.key)?))) {
            if self.is_surely_a_room(address) {
                return Err(refuse_field("address_of_a_room", key));
            }
        }
        let settings = self.with_kept_secrets(info, &values, &secrets).await?;
        rooms::open(info, &settings)?;
        let token = info.capabilities.sign_in.map(|sign_in| sign_in.token);
        let replaced = token.is_some_and(|token| secrets.contains_key(token));
        self.put_form(info.id, values, secrets).await?;
        // A token of one's own takes the place of the account that was signed in to; one that is taken away leaves none.
        if replaced { self.disconnect_account(info).await } else { Ok(None) }
    }

    /// Values to the settings, secrets to the keychain; an empty secret is forgotten, and one that is not named stays.
    pub(super) async fn put_form(
        &self,
        id: &str,
        values: BTreeMap<String, String>,
        secrets: BTreeMap<String, Sensitive<String>>,
    ) -> Result<(), CommandError> {
        for (key, secret) in &secrets {
            let name = secret_name(id, key);
            if secret.reveal().is_empty() {
                self.forget_secret(&name).await?;
            } else {
                self.keep_secret(&name, secret).await?;
            }
        }
        self.change(|state| {
            // Nothing said of a connection that is not there leaves it so.
            if !values.is_empty() || !secrets.is_empty() || state.kept.connections.contains_key(id) {
                state.kept.connections.insert(id.into(), values);
            }
            let kept = &mut state.connections.entry(id.into()).or_default().secrets;
            for (key, secret) in &secrets {
                if secret.reveal().is_empty() {
                    kept.remove(key)
                } else {
                    kept.insert(key.clone())
                };
            }
        });
        Ok(self.save_kept().await?)
    }

    pub(super) async fn remove_connection(self: &Arc<Self>, by: ByProvider) -> Result<Nothing, CommandError> {
        self.end_sign_in_of(&by.provider).await;
        if is_calendar(&by.provider) {
            self.remove_calendar(&by.provider).await?;
            return Ok(Nothing {});
        }
        let info = rooms::provider(&by.provider)?;
        let mut note = self.disconnect_account(info).await?;
        if info.capabilities.sign_in.is_some_and(|sign_in| self.look().keeps_secret(info.id, sign_in.token)) {
            // It was got elsewhere, and may be in use there.
            note = Some(crate::message("unsupported_token_type"));
        }
        for field in info.fields.iter().filter(|field| field.kind == FieldKind::Secret) {
            self.forget_secret(&secret_name(info.id, field.key)).await?;
        }
        self.change(|state| {
            state.kept.connections.remove(info.id);
            state.connections.remove(info.id);
        });
        self.save_kept().await?;
        self.worked(note);
        Ok(Nothing {})
    }

    pub(super) async fn check_connection(self: &Arc<Self>, by: ByProvider) -> Result<CheckResult, CommandError> {
        if is_calendar(&by.provider) {
            return self.check_calendar(&by.provider).await;
        }
        self.check(rooms::provider(&by.provider)?).await
    }

    /// Asks the provider, which puts the connection's health right.
    pub(crate) async fn check(self: &Arc<Self>, info: &'static ProviderInfo) -> Result<CheckResult, CommandError> {
        let settings = match self.settings_in_force(info).await {
            Ok(settings) => settings,
            Err(NotOpened::Account { health, message }) => return Ok(CheckResult { health, message: Some(message) }),
            Err(NotOpened::Settings(error)) => return Err(error),
        };
        // Without anything to show at the door nobody is asked.
        let shut = info.capabilities.sign_in.is_some_and(|sign_in| !settings.0.contains_key(sign_in.token));
        let by_request = info.capabilities.rooms == Rooms::ByRequest;
        let (health, message, may_make_rooms) = if shut {
            (Health::Check, Some(crate::message("not_signed_in")), None)
        } else {
            match self.open_with(info, &settings)?.check().await {
                Ok(()) => (Health::Works, None, by_request.then_some(true)),
                Err(error) => {
                    tracing::info!(error = &error as &dyn std::error::Error, "a connection does not work");
                    // What may pass by itself, or is no fault, wants a look; the rest is broken.
                    let restricted = matches!(error, PortError::Restricted);
                    let passing = restricted || matches!(error, PortError::Unavailable(_) | PortError::RateLimited { .. });
                    let health = if passing { Health::Check } else { Health::Broken };
                    (health, Some(rooms::check_message(info, &error)), restricted.then_some(false))
                }
            }
        };
        let now = self.now();
        self.change(|state| {
            let connection = state.connections.entry(info.id.into()).or_default();
            (connection.health, connection.message) = (health, message.clone());
            // When it last worked, and what the account may do, stays known.
            if health == Health::Works {
                connection.last_success = Some(now);
            }
            if let Some(allowed) = may_make_rooms {
                connection.abilities.insert("rooms", allowed);
            }
        });
        Ok(CheckResult { health, message })
    }

    pub(crate) async fn check_one(self: &Arc<Self>, provider: &str) -> Result<Option<Message>, CommandError> {
        if is_calendar(provider) {
            return Ok(self.check_calendar(provider).await?.message);
        }
        Ok(self.check(rooms::provider(provider)?).await?.message)
    }

    /// As the connection would be with this form.
    async fn with_kept_secrets(
        &self,
        info: &ProviderInfo,
        values: &BTreeMap<String, String>,
        secrets: &BTreeMap<String, Sensitive<String>>,
    ) -> Result<ConnectionSettings, CommandError> {
        let mut settings = self.parts.operator.of(info.id);
        settings.0.extend(values.iter().map(|(key, value)| (key.clone(), Sensitive::new(value.clone()))));
        settings.0.extend(
            secrets.iter().filter(|(_, secret)| !secret.reveal().is_empty()).map(|(key, secret)| (key.clone(), secret.clone())),
        );
        for field in info.fields.iter().filter(|field| field.kind == FieldKind::Secret && !secrets.contains_key(field.key)) {
            if let Some(secret) = self.secret(&secret_name(info.id, field.key)).await? {
                settings.0.insert(field.key.into(), secret);
            }
        }
        Ok(settings)
    }

    pub(super) async fn webhook_info(self: &Arc<Self>, _: Nothing) -> Result<WebhookInfo, CommandError> {
        let address = match (self.line(), &self.parts.backend) {
            (Some(line), _) => line.url().clone(),
            (None, Backend::Embedded(switch)) => switch.start_embedded().await?.url,
            (None, Backend::At(address)) => address.url.clone(),
        };
        let address = address.as_str().trim_end_matches('/').to_owned();
        let url = format!("{address}/api/webhook/kabinet");
        let snippet = format!(
            "-- In the section of the rooms' component, as in: Component \"muc.meet.jitsi\" \"muc\"\nmodules_enabled = {{ \"kabinet\" }}\n\
             -- Without it the backend takes reports from its own computer only.\n-- kabinet_secret = \"whsec_...\"\nkabinet_url = \"{address}\"\n"
        );
        Ok(WebhookInfo { url, snippet })
    }
}

/// The fields that the form has, and no others; secrets apart from values.
#[expect(clippy::type_complexity, reason = "two maps of a form's fields")]
pub(crate) fn fields(
    fields: &[Field],
    draft: ConnectionDraft,
) -> Result<(BTreeMap<String, String>, BTreeMap<String, Sensitive<String>>), CommandError> {
    let kind_of = |key: &str| fields.iter().find(|field| field.key == key).map(|field| field.kind);
    let (mut values, mut secrets) = (BTreeMap::new(), BTreeMap::new());
    for (key, value) in draft.values.into_iter().chain(draft.secrets) {
        let value = value.trim();
        if value.len() > LONGEST_VALUE || value.chars().any(char::is_control) {
            return Err(super::refuse_with("connection_field_bad", &[("field", &key)], Some(&key)));
        }
        match kind_of(&key) {
            Some(FieldKind::Secret) => drop(secrets.insert(key, Sensitive::new(value.to_owned()))),
            Some(FieldKind::Text | FieldKind::Address | FieldKind::Switch) if value.is_empty() => {}
            Some(FieldKind::Text | FieldKind::Address | FieldKind::Switch) => drop(values.insert(key, value.to_owned())),
            None => return Err(refuse_field("unknown_field", &key)),
        }
    }
    Ok((values, secrets))
}
