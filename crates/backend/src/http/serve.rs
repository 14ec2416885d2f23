//! The server's loop. By hand rather than `axum::serve`, for small buffers on idle feeds, a time limit on request heads,
//! and an end that lets followers go before it closes.

use super::auth::Connected;
use super::{App, Refusal, routes};
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// hyper's own least: larger requests are read in pieces.
const BUFFER: usize = 8192;

/// Who has sent no whole head by then is not serious. A connection that is kept for the next request is closed after it, too, so it is
/// well beyond the ten seconds between a page's heartbeats: one that meets the end of its connection is lost.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);

/// After followers were let go, requests under way have so long.
const LAST_CALL: Duration = Duration::from_secs(5);

/// Takes connections until told to stop, then lets them end.
pub async fn serve(listener: TcpListener, app: App, stop: CancellationToken) {
    let router = routes::router(app.clone());
    let connections = TaskTracker::new();
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            // Without tokio's limit of 128 at a turn: after a cut thousands stand in the system's queue, which is short,
            // and for whoever does not fit in it a second is lost.
            accepted = tokio::task::unconstrained(listener.accept()) => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, as a rule: those who are connected go on, and new ones may come in a while.
                    tracing::warn!(error = &error as &dyn std::error::Error, "cannot take a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true);
        connections.spawn(connection(stream, peer, router.clone(), connections.clone(), stop.clone()));
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(app.drain + LAST_CALL, connections.wait()).await.is_err() {
        tracing::warn!(left = connections.len(), "some connections did not end in time");
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: axum::Router, requests: TaskTracker, stop: CancellationToken) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(Connected(peer));
        let only_reads = request.method().is_safe();
        let answer = router.clone().oneshot(request);
        // Boxed, since hyper keeps a place for it as long as the connection lives: most of a request's size for an idle feed.
        if only_reads { Box::pin(answer) as Answering } else { Box::pin(seen_through(requests.spawn(answer))) }
    });
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .max_buf_size(BUFFER)
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_PATIENCE)
            .serve_connection(TokioIo::new(stream), service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients go away in the middle all the time.
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended early");
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// What changes something goes on to its end though whoever asked hangs up: half of it may be worse than nothing.
async fn seen_through(doing: JoinHandle<Result<Response, Infallible>>) -> Result<Response, Infallible> {
    doing.await.unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a request ended badly");
        Ok(Refusal::internal().into_response())
    })
}
