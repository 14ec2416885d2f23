//! Connecting an account by signing in.

use super::calendar::is_calendar;
use super::{refuse, refuse_field};
use crate::application::Application;
use crate::calendar::connecting::{CalendarForm, only_origins};
use crate::command::{CommandError, Nothing, SignInAnswer, SignInRequest, SignInWay};
use crate::rooms;
use crate::signing_in::{At, Awaited, UnderWay, Whose, drawn_state, redirect};
use crate::view::SignInState;
use kabinet_providers::calendars::{GRANT, calendars};
use kabinet_providers::sign_in::Attempt;
use std::sync::Arc;

impl Application {
    pub(super) async fn begin_sign_in(self: &Arc<Self>, request: SignInRequest) -> Result<Nothing, CommandError> {
        let mut under_way = self.signing_in.lock().await;
        self.end_sign_in(&mut under_way).await;
        let begun = if is_calendar(&request.form.provider) {
            self.begin_at_calendar(request).await?
        } else {
            self.begin_at_provider(request).await?
        };
        let begun = under_way.insert(begun);
        // Where the browser could not come back by itself, or a code is to be read first, the person opens the page.
        let at_once = self.look().sign_in.as_ref().is_some_and(|view| view.way == SignInWay::Browser && view.message.is_none());
        if at_once {
            self.show_sign_in_page(begun).await?;
        }
        Ok(Nothing {})
    }

    async fn begin_at_provider(self: &Arc<Self>, request: SignInRequest) -> Result<UnderWay, CommandError> {
        let SignInRequest { mut form, way } = request;
        let info = rooms::provider(&form.provider)?;
        let offered = info.capabilities.sign_in.filter(|sign_in| match way {
            SignInWay::Browser => sign_in.browser,
            SignInWay::DeviceCode => sign_in.device_code,
        });
        let sign_in = offered.ok_or_else(|| refuse("sign_in_not_offered"))?;
        // What signing in gives takes its place.
        form.secrets.remove(sign_in.token);
        self.keep_form(info, form).await?;
        // Without a keychain what is granted would be lost, and the person should know before they go there.
        self.secret(&crate::accounts::sign_in_name(info.id)).await?;
        let service = self.sign_in_at(info).await?;
        match way {
            SignInWay::Browser => {
                let attempt = Attempt::new(self.parts.ids.as_ref());
                let redirect = redirect(self.parts.operator.sign_in_port);
                let page = service.at.authorization(&attempt, &redirect, None);
                let awaited = Awaited { redirect, whose: Whose::Account(attempt) };
                Ok(self.wait_for_browser(At::Account { info, service }, awaited, page).await)
            }
            SignInWay::DeviceCode => {
                let begun = service.at.start_device(self.now()).await.map_err(|error| {
                    tracing::info!(error = &error as &dyn std::error::Error, "there is no code to sign in with");
                    refuse(error.code())
                })?;
                Ok(self.wait_for_code(info, service, begun))
            }
        }
    }

    async fn begin_at_calendar(self: &Arc<Self>, request: SignInRequest) -> Result<UnderWay, CommandError> {
        let SignInRequest { mut form, way } = request;
        let provider = form.provider.clone();
        let info =
            calendars().iter().find(|info| info.id == provider).ok_or_else(|| refuse_field("no_such_provider", "provider"))?;
        let sign_in = info.sign_in.filter(|_| way == SignInWay::Browser).ok_or_else(|| refuse("sign_in_not_offered"))?;
        form.secrets.retain(|key, _| !sign_in.instead_of.contains(&key.as_str()));
        let (mut values, secrets) = super::connections::fields(info.fields, form)?;
        only_origins(info, &mut values)?;
        let form = CalendarForm { values, secrets };
        // An attempt that comes to nothing leaves a calendar that works as it is; there is nothing to lose of another.
        let opens = |key: &&str| self.look().keeps_secret(info.id, key);
        if ![GRANT].iter().chain(sign_in.instead_of).any(opens) {
            self.put_form(info.id, form.values.clone(), form.secrets.clone()).await?;
        }
        let state = drawn_state(self.parts.ids.as_ref());
        let page = self.calendar_sign_in_page(info.id, &form, state.reveal()).await?;
        let awaited = Awaited { redirect: redirect(self.parts.operator.sign_in_port), whose: Whose::Calendar { state } };
        Ok(self.wait_for_browser(At::Calendar { provider, form }, awaited, page).await)
    }

    pub(super) async fn open_sign_in_page(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        let under_way = self.signing_in.lock().await;
        let waiting = under_way.as_ref().filter(|_| self.waits_for_sign_in()).ok_or_else(|| refuse("no_sign_in"))?;
        self.show_sign_in_page(waiting).await.map(|()| Nothing {})
    }

    pub(super) async fn finish_sign_in(self: &Arc<Self>, answer: SignInAnswer) -> Result<Nothing, CommandError> {
        let under_way = self.signing_in.lock().await;
        let waiting = under_way.as_ref().filter(|_| self.waits_for_sign_in());
        let paste = waiting.and_then(|waiting| waiting.paste.as_ref()).ok_or_else(|| refuse("no_sign_in"))?;
        paste.take(&answer.text).map_err(|_| refuse_field("sign_in_not_pasted", "text"))?;
        Ok(Nothing {})
    }

    pub(super) async fn cancel_sign_in(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        let mut under_way = self.signing_in.lock().await;
        self.end_sign_in(&mut under_way).await;
        Ok(Nothing {})
    }

    fn waits_for_sign_in(&self) -> bool {
        self.look().sign_in.as_ref().is_some_and(|view| view.state == SignInState::Waiting)
    }
}
