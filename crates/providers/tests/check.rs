//! The check of a server's address, against servers of every kind on this computer.

use kabinet_domain::ports::PortError;
use kabinet_providers::http::{HttpSettings, Reach, client};
use kabinet_providers::jitsi::check::{CheckError, check};
use kabinet_providers::jitsi::links::BaseUrl;
use rstest::rstest;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const CONFIG: &str = "var config = {}; config.hosts = {}; config.hosts.muc = 'muc.' + subdomain + 'meet.jitsi';";
const START_PAGE: &str = "<!doctype html><title>Welcome</title>";

/// What a server answers to its two questions: a status and a body each.
type Answers = [(u16, &'static str); 2];

const JITSI: Answers = [(200, CONFIG), (200, "It works! Now point your BOSH client to this URL.")];

async fn answer(mut line: impl AsyncRead + AsyncWrite + Unpin, answers: Answers) {
    let mut request = Vec::new();
    // What is not HTTP, such as the beginning of TLS, has no such end and is answered at once, as web servers do.
    while (request.is_empty() || request.starts_with(b"G")) && !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut piece = [0; 1024];
        match line.read(&mut piece).await {
            Ok(count @ 1..) => request.extend_from_slice(&piece[..count]),
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request);
    let (status, body) = if !request.starts_with("GET ") {
        (400, "")
    } else if request.starts_with("GET /config.js ") {
        answers[0]
    } else if request.starts_with("GET /http-bind ") {
        answers[1]
    } else {
        (404, "")
    };
    let reply = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    // The other side may have hung up; the test looks at what it made of it.
    let _ = line.write_all(reply.as_bytes()).await;
    let _ = line.shutdown().await;
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

async fn serve(answers: Answers) -> BaseUrl {
    let (listener, port) = listen().await;
    tokio::spawn(async move {
        while let Ok((line, _)) = listener.accept().await {
            tokio::spawn(answer(line, answers));
        }
    });
    BaseUrl::parse(&format!("http://127.0.0.1:{port}/clinic")).expect("an address")
}

/// A server with a certificate of its own making; also gives the certificate.
async fn serve_encrypted() -> (BaseUrl, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
    let acceptor = TlsAcceptor::from(Arc::new(config.expect("a usable certificate")));
    let (listener, port) = listen().await;
    tokio::spawn(async move {
        while let Ok((line, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(line) = acceptor.accept(line).await {
                    answer(line, JITSI).await;
                }
            });
        }
    });
    (BaseUrl::parse(&format!("https://localhost:{port}")).expect("an address"), made.cert.pem())
}

fn loopback() -> reqwest::Client {
    client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }).expect("a client")
}

#[tokio::test]
async fn a_jitsi_server_passes() {
    check(&loopback(), &serve(JITSI).await).await.expect("it works");
}

#[rstest]
#[case::any_web_server([(200, START_PAGE), (200, START_PAGE)], "not_jitsi")]
#[case::nothing_there([(404, ""), (404, "")], "not_jitsi")]
#[case::behind_a_login([(401, ""), (401, "")], "not_jitsi")]
#[case::prosody_is_down([(200, CONFIG), (502, "")], "rooms_down")]
#[case::web_is_down([(503, ""), (503, "")], "rooms_down")]
#[tokio::test]
async fn what_is_wrong_is_told_apart(#[case] answers: Answers, #[case] code: &str) {
    let error = check(&loopback(), &serve(answers).await).await.expect_err("something is wrong");
    assert_eq!(error.code(), code, "{error:?}");
}

#[tokio::test]
async fn nobody_at_home_is_unreachable() {
    let (listener, port) = listen().await;
    drop(listener);
    let base = BaseUrl::parse(&format!("http://127.0.0.1:{port}")).expect("an address");
    let error = check(&loopback(), &base).await.expect_err("nobody is there");
    assert!(matches!(error, CheckError::Unreachable(_)), "{error:?}");
    assert!(matches!(PortError::from(error), PortError::Unavailable(_)));
}

#[tokio::test]
async fn an_unknown_certificate_is_named_and_an_extra_authority_makes_it_known() {
    let (base, certificate) = serve_encrypted().await;
    let strict = client(&HttpSettings::default()).expect("a client");
    let error = check(&strict, &base).await.expect_err("nobody vouches for it");
    assert!(matches!(error, CheckError::Tls(_)), "{error:?}");

    let settings = HttpSettings { extra_authorities: certificate.into_bytes(), ..HttpSettings::default() };
    check(&client(&settings).expect("a client"), &base).await.expect("it is vouched for now");
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_is_told_from_one_that_is_away() {
    let base = serve(JITSI).await;
    let encrypted = BaseUrl::parse(&base.as_str().replace("http:", "https:")).expect("an address");
    let error = check(&client(&HttpSettings::default()).expect("a client"), &encrypted).await.expect_err("no TLS there");
    assert!(matches!(error, CheckError::Tls(_)), "{error:?}");
}
