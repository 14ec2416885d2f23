//! Connections to providers: values to the settings, secrets to the keychain.

use super::calendar::is_calendar;
use super::refuse_field;
use crate::application::{Application, Backend};
use crate::command::{ByProvider, CheckResult, CommandError, ConnectionDraft, Nothing, WebhookInfo};
use crate::keychain::secret_name;
use crate::rooms;
use crate::view::{Health, Message};
use kabinet_domain::Sensitive;
use kabinet_domain::ports::PortError;
use kabinet_domain::provider::{FieldKind, ProviderInfo};
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
        let (values, secrets) = fields(info, draft)?;
        let addresses = info.fields.iter().filter(|field| field.kind == FieldKind::Address);
        for (key, address) in addresses.filter_map(|field| Some((field.key, values.get(field.key)?))) {
            if self.is_surely_a_room(address) {
                return Err(refuse_field("address_of_a_room", key));
            }
        }
        let settings = self.with_kept_secrets(info, &values, &secrets).await?;
        rooms::open(info, &settings)?;
        for (key, secret) in &secrets {
            let name = secret_name(info.id, key);
            if secret.reveal().is_empty() {
                self.forget_secret(&name).await?;
            } else {
                self.keep_secret(&name, secret).await?;
            }
        }
        self.change(|state| {
            state.kept.connections.insert(info.id.into(), values);
            let kept = &mut state.connections.entry(info.id.into()).or_default().secrets;
            for (key, secret) in &secrets {
                if secret.reveal().is_empty() {
                    kept.remove(key)
                } else {
                    kept.insert(key.clone())
                };
            }
        });
        self.save_kept().await?;
        self.check(info).await
    }

    pub(super) async fn remove_connection(self: &Arc<Self>, by: ByProvider) -> Result<Nothing, CommandError> {
        if is_calendar(&by.provider) {
            self.remove_calendar(&by.provider).await?;
            return Ok(Nothing {});
        }
        let info = rooms::provider(&by.provider)?;
        for field in info.fields.iter().filter(|field| field.kind == FieldKind::Secret) {
            self.forget_secret(&secret_name(info.id, field.key)).await?;
        }
        self.change(|state| {
            state.kept.connections.remove(info.id);
            state.connections.remove(info.id);
        });
        self.save_kept().await?;
        Ok(Nothing {})
    }

    pub(super) async fn check_connection(self: &Arc<Self>, by: ByProvider) -> Result<CheckResult, CommandError> {
        if is_calendar(&by.provider) {
            return self.check_calendar(&by.provider).await;
        }
        self.check(rooms::provider(&by.provider)?).await
    }

    async fn check(&self, info: &ProviderInfo) -> Result<CheckResult, CommandError> {
        let opened = self.open_provider(info.id).await?;
        let (health, message): (Health, Option<Message>) = match opened.check().await {
            Ok(()) => (Health::Works, None),
            Err(error) => {
                tracing::info!(error = &error as &dyn std::error::Error, "a connection does not work");
                // What may pass by itself, or is no fault, wants a look; the rest is broken.
                let passing = matches!(error, PortError::Unavailable(_) | PortError::RateLimited { .. } | PortError::Restricted);
                (if passing { Health::Check } else { Health::Broken }, Some(rooms::check_message(info, &error)))
            }
        };
        let now = self.now();
        self.change(|state| {
            let connection = state.connections.entry(info.id.into()).or_default();
            connection.health = health;
            connection.message.clone_from(&message);
            if health == Health::Works {
                connection.last_success = Some(now);
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

    async fn with_kept_secrets(
        &self,
        info: &ProviderInfo,
        values: &BTreeMap<String, String>,
        secrets: &BTreeMap<String, Sensitive<String>>,
    ) -> Result<ConnectionSettings, CommandError> {
        let mut settings: ConnectionSettings = values.clone().into_iter().collect();
        settings.0.extend(secrets.clone());
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

/// The fields that the provider has, and no others; secrets apart from values.
#[expect(clippy::type_complexity, reason = "two maps of a form's fields")]
fn fields(
    info: &ProviderInfo,
    draft: ConnectionDraft,
) -> Result<(BTreeMap<String, String>, BTreeMap<String, Sensitive<String>>), CommandError> {
    let kind_of = |key: &str| info.fields.iter().find(|field| field.key == key).map(|field| field.kind);
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
