//! Following a practice's backend instead of the one inside, and back.

use super::{refuse, refuse_field};
use crate::application::{Application, Backend, Save};
use crate::command::{CommandError, Nothing, Pairing};
use crate::feed::taken;
use crate::keychain::BACKEND_TOKEN;
use crate::line::{self, BackendAddress};
use crate::record::{Consultation, Unsent};
use crate::view::Message;
use std::sync::Arc;
use url::Url;

impl Application {
    pub(super) async fn pair(self: &Arc<Self>, pairing: Pairing) -> Result<Nothing, CommandError> {
        let (url, code) = understood(&pairing)?;
        // Without a keychain the token would be lost, and a code works once.
        self.secret(BACKEND_TOKEN).await?;
        let device = format!("Kabinet ({})", std::env::consts::OS);
        let paired = line::pair(&url, &code, &device).await?;
        self.keep_secret(BACKEND_TOKEN, &paired.token.into()).await?;
        self.follow_another(Some(url.to_string())).await?;
        if let Backend::Embedded(switch) = &self.parts.backend {
            switch.stop_embedded().await;
        }
        Ok(Nothing {})
    }

    pub(super) async fn unpair(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        if self.look().kept.shared_backend.is_none() {
            return Ok(Nothing {});
        }
        self.forget_secret(BACKEND_TOKEN).await?;
        self.follow_another(None).await?;
        Ok(Nothing {})
    }

    pub(super) async fn retry_keychain(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        self.open_store().await?;
        self.backend_changed.notify_one();
        Ok(Nothing {})
    }

    /// What still lies ahead is taken along: its clients have their links already.
    async fn follow_another(&self, shared: Option<String>) -> Result<(), Message> {
        self.set_line(None);
        let now = self.now();
        // All at once: whoever finds the other backend must find nothing that only the one before knew.
        let rows = self.change(|state| {
            state.kept.shared_backend = shared;
            state.kept.do_not_disturb_untold |= state.kept.do_not_disturb_until.is_some_and(|until| until > now);
            state.following += 1;
            state.unread.clear();
            state.reach_unread = false;
            state.specialist_id = None;
            (state.practice, state.reach, state.binding_until) = (None, None, None);
            let mut rows = taken::forget_events(state);
            let ahead: Vec<String> =
                state.consultations.values().filter(|one| one.ends_at() > now).map(|one| one.id.clone()).collect();
            rows.extend([Save::Practice, Save::Reach]);
            for id in ahead {
                if let Some(consultation) = state.consultations.get(&id).cloned() {
                    state.consultations.insert(Consultation { version: None, page_link: None, ..consultation });
                }
                state.unsent.insert(id.clone(), Unsent { base: None, refused: false });
                rows.extend([Save::Consultation(id.clone()), Save::Unsent(id)]);
            }
            rows
        });
        // Before the settings: whoever is stopped in between begins with the backend from before, which takes what it has already.
        self.save(&rows).await;
        self.backend_changed.notify_one();
        self.save_kept().await
    }
}

fn understood(pairing: &Pairing) -> Result<(Url, String), CommandError> {
    let typed = pairing.link_or_code.trim();
    if typed.starts_with("kabinet:") {
        let link = Url::parse(typed).map_err(|_| refuse_field("pairing_link_bad", "link_or_code"))?;
        let part = |wanted: &str| link.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        let (Some(url), Some(code)) = (part("url"), part("code")) else {
            return Err(refuse_field("pairing_link_bad", "link_or_code"));
        };
        let url = BackendAddress::read_url(&url).ok_or_else(|| refuse_field("pairing_link_bad", "link_or_code"))?;
        return Ok((url, code));
    }
    if typed.is_empty() {
        return Err(refuse_field("pairing_code_wrong", "link_or_code"));
    }
    let address = pairing.address.as_deref().map(str::trim).filter(|address| !address.is_empty());
    let address = address.ok_or_else(|| refuse_field("pairing_no_address", "address"))?;
    let url = BackendAddress::read_url(address).ok_or_else(|| refuse_field("bad_address", "address"))?;
    Ok((url, typed.to_owned()))
}

impl Application {
    /// Who the backend takes us for: what a token says of its holder must be known there.
    pub(crate) async fn specialist_id(&self) -> String {
        let known = self.look().specialist_id.clone();
        if let Some(id) = known {
            return id;
        }
        let Some(line) = self.line() else { return String::new() };
        // A person waits for the room to open: without the id it does too.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(1), self.ask_practice(&line)).await;
        self.look().specialist_id.clone().unwrap_or_default()
    }

    /// # Errors
    /// When nobody is there to ask.
    pub(crate) async fn backend_answers(&self) -> Result<std::time::Duration, CommandError> {
        let line = self.line().ok_or_else(|| refuse("backend_unreachable"))?;
        let asked = tokio::time::Instant::now();
        line.current_user().await.map_err(|error| error.message())?;
        Ok(asked.elapsed())
    }
}
