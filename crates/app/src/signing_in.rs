//! Connecting an account: one attempt at a time, from the service's page or code to tokens that are kept.
//!
//! An attempt is a task of the application's. It ends by an answer, by a refusal, by the person, by the next attempt, by its deadline,
//! or with the application; its listener ends with it. What there is to see of it is `State::sign_in`.

mod awaited;
mod listener;

pub(crate) use awaited::{Awaited, Whose, drawn_state, redirect};

use crate::accounts::{Service, give_back};
use crate::application::Application;
use crate::calendar::connecting::CalendarForm;
use crate::command::{CommandError, SignInWay};
use crate::commands::refuse;
use crate::view::{Message, SignInState, SignInView};
use awaited::Answer;
use chrono::TimeDelta;
use kabinet_domain::Sensitive;
use kabinet_domain::provider::ProviderInfo;
use kabinet_providers::sign_in::{DeviceAnswer, DeviceSignIn, RedirectError, SignInError, Tokens};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Whoever has not come back by then has given up, and the listener need not stay open.
const DEADLINE: Duration = Duration::from_secs(10 * 60);

const NO_BROWSER: &str = "sign_in_no_browser";

/// The attempt that was begun last, and what can be done about it from outside.
#[derive(Debug)]
pub(crate) struct UnderWay {
    pub provider: String,
    /// For the person's browser. It may hold the attempt's state.
    pub page: Sensitive<String>,
    /// Where what is pasted goes; not for a code that is typed in elsewhere.
    pub paste: Option<Paste>,
    cancel: CancellationToken,
    /// The port is free again.
    released: CancellationToken,
}

#[derive(Debug)]
pub(crate) struct Paste {
    awaited: Arc<Awaited>,
    answers: mpsc::Sender<Result<Answer, RedirectError>>,
}

impl Paste {
    /// # Errors
    /// When it is not what this attempt waits for; it goes on waiting.
    pub fn take(&self, text: &str) -> Result<(), RedirectError> {
        let answer = self.awaited.pasted(text)?;
        // The browser may have been quicker.
        let _ = self.answers.try_send(Ok(answer));
        Ok(())
    }
}

/// Who is to be asked for tokens.
#[derive(Debug)]
pub(crate) enum At {
    Account { info: &'static ProviderInfo, service: Service },
    Calendar { provider: String, form: CalendarForm },
}

impl At {
    fn provider(&self) -> &str {
        match self {
            Self::Account { info, .. } => info.id,
            Self::Calendar { provider, .. } => provider,
        }
    }
}

/// What is seen of an attempt, unless it was ended meanwhile.
#[derive(Debug, Clone)]
struct Shown {
    application: Arc<Application>,
    cancel: CancellationToken,
}

impl Shown {
    fn change(&self, change: impl FnOnce(&mut Option<SignInView>)) {
        self.application.change(|state| {
            // The one who ends it does so before they look, and may have begun another.
            if !self.cancel.is_cancelled() {
                change(&mut state.sign_in);
            }
        });
    }

    fn finishing(&self) {
        self.change(|shown| {
            if let Some(view) = shown {
                (view.state, view.message) = (SignInState::Finishing, None);
            }
        });
    }

    fn end(&self, outcome: Result<(), Message>) {
        self.change(|shown| match outcome {
            Ok(()) => *shown = None,
            Err(message) => {
                if let Some(view) = shown {
                    view.state = SignInState::Failed;
                    view.message = Some(message);
                    (view.user_code, view.ends_at, view.may_paste) = (None, None, false);
                }
            }
        });
    }
}

impl Application {
    /// Begins to wait for the browser, on the page of `at`. Where the way back is taken by another program, pasting remains.
    pub(crate) async fn wait_for_browser(self: &Arc<Self>, at: At, awaited: Awaited, page: Sensitive<String>) -> UnderWay {
        let awaited = Arc::new(awaited);
        let listener = listener::open(awaited.redirect.port()).await.inspect_err(|error| {
            tracing::warn!(%error, "the browser cannot be led back to this computer");
        });
        let taken = listener.is_err().then(|| Message {
            code: "sign_in_port_taken".into(),
            facts: [("address".to_owned(), format!("127.0.0.1:{}", awaited.redirect.port()))].into(),
        });
        let (answers, arrived) = mpsc::channel(1);
        let paste = Paste { awaited: awaited.clone(), answers: answers.clone() };
        let (cancel, released) = (self.stop.child_token(), CancellationToken::new());
        let view = SignInView {
            provider: at.provider().to_owned(),
            way: SignInWay::Browser,
            state: SignInState::Waiting,
            user_code: None,
            page: None,
            ends_at: Some(self.now() + TimeDelta::from_std(DEADLINE).unwrap_or_default()),
            may_paste: true,
            message: taken,
        };
        self.change(|state| state.sign_in = Some(view));
        let under_way = UnderWay {
            provider: at.provider().to_owned(),
            page,
            paste: Some(paste),
            cancel: cancel.clone(),
            released: released.clone(),
        };
        let shown = Shown { application: self.clone(), cancel };
        let door = BrowserDoor { listener: listener.ok(), answers, arrived, released };
        self.tasks.spawn(Box::pin(see_browser_through(shown, at, awaited, door)));
        under_way
    }

    /// Begins to ask whether a code was typed in.
    pub(crate) fn wait_for_code(
        self: &Arc<Self>,
        info: &'static ProviderInfo,
        service: Service,
        begun: DeviceSignIn,
    ) -> UnderWay {
        let (cancel, released) = (self.stop.child_token(), CancellationToken::new());
        // There is no port to wait for.
        released.cancel();
        let view = SignInView {
            provider: info.id.into(),
            way: SignInWay::DeviceCode,
            state: SignInState::Waiting,
            user_code: Some(begun.user_code.reveal().clone()),
            page: Some(begun.page.clone()),
            ends_at: Some(begun.ends_at),
            may_paste: false,
            message: None,
        };
        self.change(|state| state.sign_in = Some(view));
        let page = Sensitive::new(begun.page.clone());
        let under_way = UnderWay { provider: info.id.into(), page, paste: None, cancel: cancel.clone(), released };
        let shown = Shown { application: self.clone(), cancel };
        self.tasks.spawn(Box::pin(see_code_through(shown, info, service, begun)));
        under_way
    }

    /// Ends what is under way, and forgets what came of the last one.
    pub(crate) async fn end_sign_in(&self, under_way: &mut Option<UnderWay>) {
        if let Some(last) = under_way.take() {
            last.cancel.cancel();
            last.released.cancelled().await;
        }
        self.change(|state| state.sign_in = None);
    }

    /// The same, when it is about this provider.
    pub(crate) async fn end_sign_in_of(&self, provider: &str) {
        let mut under_way = self.signing_in.lock().await;
        if under_way.as_ref().is_some_and(|one| one.provider == provider) {
            self.end_sign_in(&mut under_way).await;
        }
    }

    /// Opens the page of what waits.
    pub(crate) async fn show_sign_in_page(&self, under_way: &UnderWay) -> Result<(), CommandError> {
        let opened = self.parts.desktop.open_address(&under_way.page).await.map_err(|error| match error.code {
            // Its words are about a link that can be copied.
            "no_browser" => refuse(NO_BROWSER),
            _ => error.into(),
        });
        self.change(|state| {
            let Some(view) = &mut state.sign_in else { return };
            match &opened {
                Err(error) => view.message = Some(error.message.clone()),
                // What else is told of the attempt, the page does not mend.
                Ok(()) => view.message = view.message.take().filter(|message| message.code != NO_BROWSER),
            }
        });
        opened
    }
}

struct BrowserDoor {
    listener: Option<TcpListener>,
    answers: mpsc::Sender<Result<Answer, RedirectError>>,
    arrived: mpsc::Receiver<Result<Answer, RedirectError>>,
    released: CancellationToken,
}

async fn see_browser_through(shown: Shown, at: At, awaited: Arc<Awaited>, door: BrowserDoor) {
    let BrowserDoor { listener, answers, mut arrived, released } = door;
    let closing = CancellationToken::new();
    let serving = async {
        let _free_then = released.drop_guard();
        if let Some(listener) = listener {
            listener::serve(listener, shown.application.clone(), awaited.clone(), answers, closing.clone()).await;
        }
    };
    let waiting = async {
        let answer = tokio::select! {
            () = shown.cancel.cancelled() => None,
            () = tokio::time::sleep(DEADLINE) => Some(Err(crate::message("sign_in_too_late"))),
            answer = arrived.recv() => answer.map(|answer| answer.map_err(|error| crate::message(error.code()))),
        };
        if matches!(answer, Some(Ok(_))) {
            shown.finishing();
        }
        closing.cancel();
        answer
    };
    let (answer, ()) = tokio::join!(waiting, serving);
    match answer {
        None => {}
        Some(Err(message)) => shown.end(Err(message)),
        Some(Ok(answer)) => {
            let stopped = shown.application.stop.clone();
            tokio::select! {
                () = stopped.cancelled() => {}
                outcome = finish(&shown, at, &awaited, answer) => shown.end(outcome),
            }
        }
    }
}

async fn finish(shown: &Shown, at: At, awaited: &Awaited, answer: Answer) -> Result<(), Message> {
    match (at, &awaited.whose, answer) {
        (At::Account { info, service }, Whose::Account(attempt), Answer::Code(code)) => {
            let tokens = service.at.exchange(&code, attempt, shown.application.now()).await.map_err(told)?;
            granted(shown, info, &service, tokens).await
        }
        (At::Calendar { provider, form }, Whose::Calendar { state }, Answer::Query(query)) => {
            let application = &shown.application;
            let said = (state.reveal().as_str(), query.reveal().as_str());
            let finished = application.finish_calendar_sign_in(&provider, form, said, &shown.cancel).await;
            finished.map_err(|error| error.message)
        }
        _ => Err(crate::message("sign_in_again")),
    }
}

/// What was granted is kept and tried, unless the person has thought better of it.
async fn granted(shown: &Shown, info: &'static ProviderInfo, service: &Service, tokens: Tokens) -> Result<(), Message> {
    if shown.cancel.is_cancelled() {
        give_back(service.at.as_ref(), &tokens).await;
        return Ok(());
    }
    shown.application.connect_account(info, service, tokens, &shown.cancel).await?;
    if shown.cancel.is_cancelled() {
        return Ok(());
    }
    // What the account may do is no part of whether it is connected; the connection says it.
    if let Err(error) = shown.application.check(info).await {
        tracing::info!(code = error.message.code, "the account that was connected could not be tried");
    }
    Ok(())
}

async fn see_code_through(shown: Shown, info: &'static ProviderInfo, service: Service, begun: DeviceSignIn) {
    let application = shown.application.clone();
    let deadline = tokio::time::sleep(DEADLINE);
    tokio::pin!(deadline);
    let mut pause = begun.pause;
    loop {
        tokio::select! {
            () = shown.cancel.cancelled() => return,
            () = &mut deadline => return shown.end(Err(crate::message("expired_code"))),
            () = tokio::time::sleep(pause) => {}
        }
        let answer = tokio::select! {
            () = application.stop.cancelled() => return,
            answer = service.at.poll_device(&begun, application.now()) => answer,
        };
        match answer {
            Ok(DeviceAnswer::Waiting { pause: asked }) => pause = asked,
            Ok(DeviceAnswer::Granted(tokens)) => {
                shown.finishing();
                return tokio::select! {
                    () = application.stop.cancelled() => {}
                    outcome = granted(&shown, info, &service, tokens) => shown.end(outcome),
                };
            }
            Err(SignInError::RateLimited { retry_after }) => {
                pause = begun.pause.max(Duration::from_secs(retry_after.unwrap_or_default())).min(DEADLINE);
            }
            Err(error) if error.passes() => {
                tracing::info!(error = &error as &dyn std::error::Error, "whether the code was typed in is asked again");
            }
            Err(error) => return shown.end(Err(told(error))),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn told(error: SignInError) -> Message {
    tracing::info!(error = &error as &dyn std::error::Error, "signing in did not work");
    crate::message(error.code())
}
