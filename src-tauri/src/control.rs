//! The local socket by which a second process reaches the running instance: one JSON line asks, one answers.

use interprocess::local_socket::tokio::{Listener, Stream, prelude::*};
use interprocess::local_socket::{ListenerOptions, Name};
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio_util::sync::CancellationToken;

/// What a person typed: without words for "show yourself".
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    pub words: Vec<String>,
}

/// What the second process prints, and the status it ends with.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Reply {
    pub status: u8,
    pub text: String,
}

const LONGEST_REQUEST: u64 = 256 * 1024;
/// A list of everything that somebody planned in years.
const LONGEST_REPLY: u64 = 64 * 1024 * 1024;
/// Opening a room may ask the network for something first.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks the running instance. `NotFound` or `ConnectionRefused`: there is none.
pub async fn ask(socket: &Path, request: &Request) -> io::Result<Reply> {
    let stream = Stream::connect(name(socket)?).await?;
    tokio::time::timeout(PATIENCE, async {
        send(&stream, request).await?;
        receive(&stream, LONGEST_REPLY).await
    })
    .await?
}

/// Nobody listens there.
#[must_use]
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

/// Takes the socket, for this person only. What a killed instance left behind is removed.
pub fn listen(socket: &Path) -> io::Result<Listener> {
    let options = || io::Result::Ok(private(ListenerOptions::new().name(name(socket)?)));
    match options()?.create_tokio() {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            std::fs::remove_file(socket)?;
            options()?.create_tokio()
        }
        taken => taken,
    }
}

/// Answers until `stop`; those being answered then are answered still.
pub async fn serve<A, F>(listener: Listener, answer: A, stop: CancellationToken)
where
    A: Fn(Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Reply> + Send,
{
    let mut answering = tokio::task::JoinSet::new();
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = answering.join_next() => continue,
            stream = listener.accept() => stream,
        };
        match stream {
            Ok(stream) => {
                let answer = answer.clone();
                answering.spawn(async move {
                    let answered = async {
                        let reply = answer(receive(&stream, LONGEST_REQUEST).await?);
                        send(&stream, &reply.await).await
                    };
                    if let Err(error) = answered.await {
                        tracing::debug!(%error, "a caller went away");
                    }
                });
            }
            Err(error) => tracing::warn!(%error, "a caller could not be heard"),
        }
    }
    while answering.join_next().await.is_some() {}
}

async fn send(mut stream: &Stream, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    stream.write_all(&line).await
}

async fn receive<T: for<'de> Deserialize<'de>>(stream: &Stream, longest: u64) -> io::Result<T> {
    let mut line = String::new();
    BufReader::new(stream.take(longest)).read_line(&mut line).await?;
    Ok(serde_json::from_str(&line)?)
}

#[cfg(unix)]
fn name(socket: &Path) -> io::Result<Name<'_>> {
    use interprocess::local_socket::{GenericFilePath, ToFsName};
    socket.to_fs_name::<GenericFilePath>()
}

/// Pipes have no folders: the path becomes a name.
#[cfg(not(unix))]
fn name(socket: &Path) -> io::Result<Name<'_>> {
    use interprocess::local_socket::{GenericNamespaced, ToNsName};
    socket.to_string_lossy().replace(['\\', '/', ':'], "-").to_ns_name::<GenericNamespaced>()
}

#[cfg(unix)]
fn private(options: ListenerOptions<'_>) -> ListenerOptions<'_> {
    use interprocess::os::unix::local_socket::ListenerOptionsExt;
    options.mode(0o600)
}

/// A pipe belongs to whoever made it.
#[cfg(not(unix))]
fn private(options: ListenerOptions<'_>) -> ListenerOptions<'_> {
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(word: &str) -> Request {
        Request { words: vec![word.to_owned()] }
    }

    #[tokio::test]
    async fn a_question_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("control");
        assert!(is_absent(&ask(&socket, &request("list")).await.unwrap_err()));

        let listener = listen(&socket).unwrap();
        let stop = CancellationToken::new();
        let echo = |request: Request| async move { Reply { status: 4, text: request.words.concat() } };
        let served = tokio::spawn(serve(listener, echo, stop.clone()));
        let reply = ask(&socket, &request("приём\n")).await.unwrap();
        assert_eq!((reply.status, reply.text.as_str()), (4, "приём\n"));

        stop.cancel();
        served.await.unwrap();
        assert!(is_absent(&ask(&socket, &request("list")).await.unwrap_err()));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_socket_is_private_and_a_dead_one_is_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("control");
        drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        let _listener = listen(&socket).unwrap();
        assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
