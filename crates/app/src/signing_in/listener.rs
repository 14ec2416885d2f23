//! Where the browser comes back to: a listener on this computer alone, open while somebody signs in and not a moment longer.

use super::awaited::{Answer, Awaited};
use crate::application::Application;
use crate::words::Words;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use kabinet_providers::sign_in::RedirectError;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How long a browser may take to read the last page.
const LAST_PAGE: Duration = Duration::from_secs(1);

const STYLE: &str =
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:20vh auto 0;padding:0 1.5rem}h1{font-size:1.4rem}";
/// Of [`STYLE`] and nothing else: no script, no picture, nothing from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'sha256-toPCLgYUnolcfG8OvWvAIUBr+gv96rFuHsQP1rgKFQ8='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What every request is answered with.
#[derive(Debug, Clone)]
struct Door {
    application: Arc<Application>,
    awaited: Arc<Awaited>,
    answers: mpsc::Sender<Result<Answer, RedirectError>>,
}

pub(super) async fn open(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Serves until it is told to close; the answer that is awaited goes into `answers`.
pub(super) async fn serve(
    listener: TcpListener,
    application: Arc<Application>,
    awaited: Arc<Awaited>,
    answers: mpsc::Sender<Result<Answer, RedirectError>>,
    closing: CancellationToken,
) {
    let router = Router::new().fallback(answer).with_state(Door { application, awaited, answers });
    let serving = axum::serve(listener, router).with_graceful_shutdown(closing.clone().cancelled_owned());
    let patience = async {
        closing.cancelled().await;
        tokio::time::sleep(LAST_PAGE).await;
    };
    tokio::select! {
        served = serving.into_future() => {
            if let Err(error) = served {
                tracing::warn!(%error, "the browser's way back broke down");
            }
        }
        () = patience => {}
    }
}

async fn answer(State(door): State<Door>, method: Method, headers: HeaderMap, uri: Uri) -> Response {
    let words = door.application.words();
    // A page elsewhere may have a name that leads here; it is not the address that the service was given.
    let host = format!("127.0.0.1:{}", door.awaited.redirect.port());
    let called_so = headers.get(header::HOST).is_some_and(|said| said.as_bytes() == host.as_bytes());
    if method != Method::GET || !called_so {
        return nothing_here(&words);
    }
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    match door.awaited.arrived(target) {
        Err(RedirectError::OtherPage | RedirectError::OtherAttempt) => nothing_here(&words),
        arrived => {
            let page = match &arrived {
                Ok(_) => {
                    page(StatusCode::OK, &words, &words.say("sign-in-page-done", &[]), &words.say("sign-in-page-close", &[]))
                }
                Err(error) => {
                    let why = words.tell(&crate::message(error.code()));
                    page(StatusCode::OK, &words, &words.say("sign-in-page-refused", &[]), &why)
                }
            };
            // The first counts; a page that is loaded again gets the same words.
            let _ = door.answers.try_send(arrived);
            page
        }
    }
}

fn nothing_here(words: &Words) -> Response {
    page(StatusCode::NOT_FOUND, words, &words.say("sign-in-page-nothing", &[]), &words.say("sign-in-page-close", &[]))
}

fn page(status: StatusCode, words: &Words, title: &str, text: &str) -> Response {
    let (language, title, text) = (words.language(), escaped(title), escaped(text));
    let name = escaped(&words.say("app-name", &[]));
    let page = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{name}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // A browser that keeps its connection would hold the listener open.
        (header::CONNECTION, "close"),
    ];
    (status, headers, page).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_policy_allows_the_pages_own_style_and_nothing_else() {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        assert!(POLICY.contains(&format!("style-src 'sha256-{hash}';")), "{hash}");
        assert!(POLICY.starts_with("default-src 'none';") && !POLICY.contains("unsafe"));
    }

    #[test]
    fn words_stay_words() {
        assert_eq!(escaped("<b> & \"c\""), "&lt;b&gt; &amp; &quot;c&quot;");
    }
}
