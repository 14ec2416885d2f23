//! Connecting an account by signing in, over the fakes.

mod support;

use kabinet_app::Application;
use kabinet_app::view::{AppView, ConnectionView, Health, SignInState};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};
use support::desktop::Works;
use support::fakes::{Fake, Fakes, leads_to, visit};
use support::secrets::Keychain;
use support::{Computer, call, draft, refusal, shows};

const PROVIDER: &str = "telemost";
/// More than a quarter of a token's year, and less than the whole.
const DUE: i64 = 100 * 24 * 60;

/// A computer whose operator gives everything but the account, and a service that lets everybody in at once.
async fn at_work() -> (Fakes, Computer, Arc<Application>) {
    let fakes = Fakes::start().await;
    fakes.set(Fake::Yandex, json!({ "consent": "allow", "device_interval": 1 })).await;
    let mut computer = Computer::new();
    computer.operator = fakes.operator(computer.data());
    let application = start(&computer).await;
    (fakes, computer, application)
}

async fn start(computer: &Computer) -> Arc<Application> {
    computer.start("http://127.0.0.1:9").await
}

fn form(way: &str) -> Value {
    json!({ "form": { "provider": PROVIDER, "values": {}, "secrets": {} }, "way": way })
}

/// Begins, and gives the page that the browser was opened with.
async fn begin(computer: &Computer, application: &Arc<Application>) -> String {
    computer.desktop.asked().opened.clear();
    call(application, "begin_sign_in", form("browser")).await;
    computer.desktop.asked().opened.last().cloned().expect("the browser was opened")
}

async fn connect(computer: &Computer, application: &Arc<Application>) -> ConnectionView {
    let page = begin(computer, application).await;
    assert_eq!(visit(&page).await.0, 200);
    connected(application).await
}

async fn connected(application: &Application) -> ConnectionView {
    let view = shows(application, "a connected account", |view| {
        view.sign_in.is_none() && connection(view).is_some_and(|one| one.account.is_some() && one.health != Health::Unknown)
    });
    connection(&*view.await).expect("a connection").clone()
}

async fn failed(application: &Application) -> String {
    let view = shows(application, "a failed sign-in", |view| {
        view.sign_in.as_ref().is_some_and(|sign_in| sign_in.state == SignInState::Failed)
    });
    let view = view.await;
    let message = view.sign_in.as_ref().and_then(|sign_in| sign_in.message.as_ref());
    message.expect("a reason").code.clone()
}

fn connection(view: &AppView) -> Option<&ConnectionView> {
    view.connections.iter().find(|one| one.provider == PROVIDER)
}

async fn check(application: &Arc<Application>) -> (Value, Value) {
    let checked = call(application, "check_connection", json!({ "provider": PROVIDER })).await;
    (checked["health"].clone(), checked["message"]["code"].clone())
}

/// What the service has handed out, the latest last; the first was there before anybody came.
async fn grants(fakes: &Fakes) -> Vec<Value> {
    fakes.state(Fake::Yandex).await["stored"]["grants"].as_array().expect("a list")[1..].to_vec()
}

fn waiting(view: &AppView) -> bool {
    view.sign_in.as_ref().is_some_and(|sign_in| sign_in.state == SignInState::Waiting)
}

#[tokio::test]
async fn an_account_is_connected_in_the_browser_and_its_tokens_are_in_the_keychain_alone() {
    let log = Log::default();
    let _heard = tracing::subscriber::set_default(log.clone().subscriber());
    let (fakes, computer, application) = at_work().await;
    let page = begin(&computer, &application).await;
    assert!(page.starts_with(&format!("{}/authorize?", fakes.at.yandex_url)), "{page}");
    let view = application.view();
    let shown = view.sign_in.as_ref().expect("a sign-in");
    assert!(waiting(&view) && shown.may_paste && shown.message.is_none() && shown.ends_at.is_some());
    assert!(connection(&view).is_none());

    let (status, said) = visit(&page).await;
    assert!(status == 200 && said.contains("You can close this tab and go back to Kabinet."), "{said}");
    let connected = connected(&application).await;
    let account = connected.account.clone().expect("an account");
    assert_eq!((account.name.as_str(), account.login.as_str()), ("Анна", "specialist"));
    assert_eq!((connected.health, connected.secrets_kept), (Health::Works, vec!["access_token".to_owned()]));
    assert!(connected.abilities.iter().any(|ability| ability.key == "rooms" && ability.allowed));
    assert!(connected.last_success.is_some());
    let granted = grants(&fakes).await;
    assert_eq!(granted.len(), 1);
    assert!(granted[0]["device"].as_str().is_some_and(|id| (6..=50).contains(&id.len())));
    application.shutdown().await;

    // The account outlives the application, and so do its tokens.
    let application = start(&computer).await;
    shows(&application, "the same account", |view| {
        connection(view).is_some_and(|one| one.account.as_ref() == Some(&account) && one.secrets_kept == ["access_token"])
    })
    .await;
    assert_eq!(check(&application).await, (json!("works"), Value::Null));
    assert_eq!(grants(&fakes).await.len(), 1);
    let seen = serde_json::to_string(&application.view()).expect("JSON");
    application.shutdown().await;

    let log = log.text();
    for secret in [&granted[0]["access"], &granted[0]["refresh"]].map(|secret| secret.as_str().expect("a token")) {
        assert!(!on_disk(&computer.data().join("app"), secret) && !log.contains(secret) && !seen.contains(secret));
    }
    let state = page.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state");
    assert!(!log.contains(state) && !seen.contains(state) && !log.contains("specialist") && !log.is_empty());
    assert!(!on_disk(&computer.data().join("app"), &fakes.at.client_secret));
}

#[tokio::test]
async fn only_the_right_request_ends_the_wait() {
    let (_fakes, computer, application) = at_work().await;
    let page = begin(&computer, &application).await;
    let back = leads_to(&page).await;
    let (address, query) = back.split_once('?').expect("a query");
    let origin = address.trim_end_matches("/signed-in");
    for wrong in [
        format!("{origin}/favicon.ico"),
        address.to_owned(),
        format!("{address}/?{query}"),
        format!("{address}?code=1234567&state=forged"),
        format!("{address}?error=access_denied&state=forged"),
        back.replace("127.0.0.1", "localhost"),
    ] {
        assert_eq!(visit(&wrong).await.0, 404, "{wrong}");
    }
    let http = reqwest_client();
    let posted = http.post(&back).body("x".repeat(100)).send().await.expect("an answer");
    assert_eq!(posted.status(), 404);
    assert!(waiting(&application.view()));

    let page = http.get(&back).send().await.expect("an answer");
    let said = |name: &str| page.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!((said("cache-control"), said("referrer-policy")), ("no-store".into(), "no-referrer".into()));
    assert!(said("content-security-policy").starts_with("default-src 'none'"));
    connected(&application).await;
    application.shutdown().await;
}

#[tokio::test]
async fn the_way_back_is_open_only_while_somebody_signs_in() {
    let (_fakes, computer, application) = at_work().await;
    let port = computer.operator.sign_in_port;
    let is_free = || std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    assert!(is_free());
    let first = begin(&computer, &application).await;
    assert!(!is_free());
    // The next attempt takes the first one's place, and its port.
    let second = begin(&computer, &application).await;
    assert!(application.view().sign_in.expect("a sign-in").message.is_none());
    assert_eq!(visit(&first).await.0, 404);
    assert!(waiting(&application.view()));
    call(&application, "cancel_sign_in", json!({})).await;
    assert!(application.view().sign_in.is_none() && is_free());
    assert!(leads_to(&second).await.contains("/signed-in?"));
    assert_eq!(refusal(&application, "open_sign_in_page", json!({})).await.0, "no_sign_in");
    assert_eq!(refusal(&application, "finish_sign_in", json!({ "text": "1" })).await.0, "no_sign_in");

    begin(&computer, &application).await;
    application.shutdown().await;
    assert!(is_free());
}

#[tokio::test]
async fn a_denial_is_told_on_both_sides_and_can_be_tried_again() {
    let (fakes, computer, application) = at_work().await;
    fakes.set(Fake::Yandex, json!({ "consent": "deny" })).await;
    let page = begin(&computer, &application).await;
    let (_, said) = visit(&page).await;
    assert!(said.contains("Access was not given."), "{said}");
    assert_eq!(failed(&application).await, "access_denied");
    assert!(connection(&application.view()).is_none());
    fakes.set(Fake::Yandex, json!({ "consent": "allow" })).await;
    // The code is refused after all; so is the person's second try with it.
    fakes.next(Fake::Yandex, json!({ "method": "token", "do": "refuse:bad_verification_code" })).await;
    visit(&begin(&computer, &application).await).await;
    assert_eq!(failed(&application).await, "bad_verification_code");
    connect(&computer, &application).await;
    application.shutdown().await;
}

#[tokio::test]
async fn where_the_port_is_taken_the_address_is_pasted() {
    let (_fakes, computer, application) = at_work().await;
    let port = computer.operator.sign_in_port;
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).expect("the port");
    call(&application, "begin_sign_in", form("browser")).await;
    let view = application.view();
    let shown = view.sign_in.as_ref().expect("a sign-in");
    let message = shown.message.as_ref().expect("a note");
    assert_eq!((message.code.as_str(), message.facts["address"].as_str()), ("sign_in_port_taken", &*format!("127.0.0.1:{port}")));
    assert!(waiting(&view) && shown.may_paste && computer.desktop.asked().opened.is_empty());
    call(&application, "open_sign_in_page", json!({})).await;
    let page = computer.desktop.asked().opened.last().cloned().expect("opened");
    let back = leads_to(&page).await;
    for wrong in ["1234567", "", &back.replace("state=", "state=x"), "http://127.0.0.1/elsewhere"] {
        let refused = refusal(&application, "finish_sign_in", json!({ "text": wrong })).await;
        assert_eq!(refused, ("sign_in_not_pasted".into(), Some("text".into())));
    }
    call(&application, "finish_sign_in", json!({ "text": format!(" {back}\n") })).await;
    assert_eq!(connected(&application).await.health, Health::Works);
    application.shutdown().await;
}

#[tokio::test]
async fn a_browser_that_does_not_open_can_be_tried_again() {
    let (_fakes, computer, application) = at_work().await;
    computer.desktop.asked().works = Works { browser: false, ..Works::default() };
    assert_eq!(refusal(&application, "begin_sign_in", form("browser")).await.0, "sign_in_no_browser");
    let view = application.view();
    assert!(waiting(&view) && view.sign_in.expect("a sign-in").message.is_some());
    computer.desktop.asked().works = Works::default();
    call(&application, "open_sign_in_page", json!({})).await;
    assert!(application.view().sign_in.expect("a sign-in").message.is_none());
    let page = computer.desktop.asked().opened.last().cloned().expect("opened");
    visit(&page).await;
    connected(&application).await;
    application.shutdown().await;
}

#[tokio::test]
async fn an_account_is_connected_by_a_code() {
    let (fakes, computer, application) = at_work().await;
    let begin = async || {
        call(&application, "begin_sign_in", form("device_code")).await;
        let view = application.view();
        let shown = view.sign_in.as_ref().expect("a sign-in");
        assert!(waiting(&view) && !shown.may_paste && shown.ends_at.is_some());
        assert_eq!(shown.page.as_deref(), Some(&*format!("{}/device", fakes.at.yandex_url)));
        shown.user_code.clone().expect("a code")
    };
    let decide = async |code: String, decision: &str| {
        fakes.edit(Fake::Yandex, json!({ "what": "device", "do": decision, "user_code": code })).await;
    };
    let code = begin().await;
    assert!(computer.desktop.asked().opened.is_empty());
    call(&application, "open_sign_in_page", json!({})).await;
    assert_eq!(computer.desktop.asked().opened.len(), 1);
    assert_eq!(refusal(&application, "finish_sign_in", json!({ "text": code })).await.0, "no_sign_in");
    decide(code, "deny").await;
    assert_eq!(failed(&application).await, "access_denied");

    begin().await;
    computer.put_forward(&application, 6);
    assert_eq!(failed(&application).await, "expired_code");

    let code = begin().await;
    // A bad moment of the service ends nothing.
    fakes.next(Fake::Yandex, json!({ "method": "token.device_code", "do": "status:503" })).await;
    decide(code, "allow").await;
    assert_eq!(connected(&application).await.account.expect("an account").login, "specialist");

    fakes.next(Fake::Yandex, json!({ "method": "device.code", "do": "refuse:invalid_client" })).await;
    assert_eq!(refusal(&application, "begin_sign_in", form("device_code")).await.0, "invalid_client");
    assert!(application.view().sign_in.is_none());
    application.shutdown().await;
}

#[tokio::test]
async fn an_account_that_may_not_make_rooms_is_connected_and_says_so() {
    let (_fakes, computer, application) = at_work().await;
    let page = begin(&computer, &application).await;
    visit(&format!("{page}&login=personal")).await;
    let connected = connected(&application).await;
    assert_eq!((connected.health, connected.message.expect("why").code), (Health::Check, "account_restricted".into()));
    assert_eq!(connected.account.expect("an account").login, "personal");
    assert!(connected.abilities.iter().any(|ability| ability.key == "rooms" && !ability.allowed));
    application.shutdown().await;
}

#[tokio::test]
async fn tokens_are_renewed_when_they_are_due_and_the_new_ones_kept_before_use() {
    let (fakes, computer, application) = at_work().await;
    connect(&computer, &application).await;
    computer.put_forward(&application, DUE);
    // Two at once renew once.
    let (one, other) = tokio::join!(check(&application), check(&application));
    assert_eq!((one, other), ((json!("works"), Value::Null), (json!("works"), Value::Null)));
    assert_eq!(fakes.asked(Fake::Yandex, "token.refresh_token").await, 1);

    // A service that is away leaves the old ones in use.
    computer.put_forward(&application, DUE);
    fakes.next(Fake::Yandex, json!({ "method": "token.refresh_token", "do": "status:503" })).await;
    assert_eq!(check(&application).await.0, json!("works"));
    // New ones that the keychain does not take wait for it; the old cannot be renewed again.
    computer.secrets.put_into(Keychain::Full);
    assert_eq!(refusal(&application, "check_connection", json!({ "provider": PROVIDER })).await.0, "keychain_failed");
    assert_eq!(refusal(&application, "check_connection", json!({ "provider": PROVIDER })).await.0, "keychain_failed");
    computer.secrets.put_into(Keychain::Open);
    assert_eq!(check(&application).await.0, json!("works"));
    assert_eq!(fakes.asked(Fake::Yandex, "token.refresh_token").await, 3);
    application.shutdown().await;

    let application = start(&computer).await;
    assert_eq!(check(&application).await, (json!("works"), Value::Null));
    assert_eq!(fakes.asked(Fake::Yandex, "token.refresh_token").await, 3);
    application.shutdown().await;
}

#[tokio::test]
async fn a_withdrawn_account_is_said_once_and_can_be_connected_again() {
    let (fakes, computer, application) = at_work().await;
    let before = connect(&computer, &application).await;
    fakes.edit(Fake::Yandex, json!({ "what": "account", "do": "sign_out", "login": "specialist" })).await;
    assert_eq!(check(&application).await, (json!("broken"), json!("sign_in_again")));
    assert_eq!(fakes.asked(Fake::Yandex, "token.refresh_token").await, 0);
    let view = application.view();
    let broken = connection(&view).expect("a connection");
    assert_eq!((broken.health, broken.last_success, &broken.account), (Health::Broken, before.last_success, &before.account));

    computer.put_forward(&application, DUE);
    assert_eq!(check(&application).await, (json!("broken"), json!("sign_in_again")));
    assert_eq!(fakes.asked(Fake::Yandex, "token.refresh_token").await, 1);
    assert_eq!(connect(&computer, &application).await.health, Health::Works);
    application.shutdown().await;
}

#[tokio::test]
async fn what_was_granted_is_taken_back_when_a_person_disconnects() {
    let (fakes, computer, application) = at_work().await;
    let remove = async || call(&application, "remove_connection", json!({ "provider": PROVIDER })).await;
    let note = || application.view().problems.first().map(|problem| problem.code.clone());
    connect(&computer, &application).await;
    remove().await;
    assert!(connection(&application.view()).is_none() && note().is_none());
    assert_eq!(grants(&fakes).await[0]["dead"], json!(true));
    assert!(!on_disk(&computer.data().join("app"), "\"specialist\""));

    connect(&computer, &application).await;
    fakes.next(Fake::Yandex, json!({ "method": "revoke", "do": "status:500" })).await;
    remove().await;
    assert!(connection(&application.view()).is_none());
    assert_eq!(note().as_deref(), Some("sign_in_not_revoked"));

    connect(&computer, &application).await;
    fakes.next(Fake::Yandex, json!({ "method": "revoke", "do": "refuse:unsupported_token_type" })).await;
    remove().await;
    assert_eq!(note().as_deref(), Some("unsupported_token_type"));

    // While the keychain is locked nothing is taken back, and nothing forgotten.
    connect(&computer, &application).await;
    computer.secrets.put_into(Keychain::Locked);
    assert_eq!(refusal(&application, "remove_connection", json!({ "provider": PROVIDER })).await.0, "keychain_locked");
    computer.secrets.put_into(Keychain::Open);
    assert_eq!(check(&application).await.0, json!("works"));
    application.shutdown().await;
}

#[tokio::test]
async fn a_keychain_that_refuses_keeps_nothing_and_what_was_granted_is_given_back() {
    let (fakes, computer, application) = at_work().await;
    shows(&application, "the keychain's answer", |view| !view.providers.is_empty()).await;
    computer.secrets.put_into(Keychain::Locked);
    assert_eq!(refusal(&application, "begin_sign_in", form("browser")).await.0, "keychain_locked");
    assert!(application.view().sign_in.is_none() && computer.desktop.asked().opened.is_empty());
    for (state, code) in [(Keychain::Locked, "keychain_locked"), (Keychain::Full, "keychain_failed")] {
        computer.secrets.put_into(Keychain::Open);
        let page = begin(&computer, &application).await;
        computer.secrets.put_into(state);
        visit(&page).await;
        assert_eq!(failed(&application).await, code);
        assert!(connection(&application.view()).is_none());
        assert_eq!(grants(&fakes).await.last().expect("a grant")["dead"], json!(true));
    }
    application.shutdown().await;
}

#[tokio::test]
async fn a_pasted_token_and_an_account_take_each_others_place() {
    let (fakes, computer, application) = at_work().await;
    let paste = async |token: &str| {
        let draft = json!({ "provider": PROVIDER, "values": {}, "secrets": { "access_token": token } });
        call(&application, "save_connection", draft).await
    };
    assert_eq!(paste(&fakes.at.token).await["health"], json!("works"));
    assert_eq!(connection(&application.view()).expect("a connection").secrets_kept, ["access_token"]);
    connect(&computer, &application).await;
    assert_eq!(paste(&fakes.at.token).await["health"], json!("works"));
    let view = application.view();
    let pasted = connection(&view).expect("a connection");
    assert!(pasted.account.is_none() && pasted.secrets_kept == ["access_token"]);
    assert_eq!(grants(&fakes).await[0]["dead"], json!(true));
    assert_eq!(paste("y0_nobodys").await, json!({ "health": "broken", "message": { "code": "sign_in_again", "facts": {} } }));

    connect(&computer, &application).await;
    assert_eq!(paste("").await["message"]["code"], json!("not_signed_in"));
    assert!(connection(&application.view()).is_none());
    application.shutdown().await;
}

#[tokio::test]
async fn what_the_operator_gives_need_not_be_typed_in_and_what_is_typed_goes_before_it() {
    let (fakes, computer, application) = at_work().await;
    let view = application.view();
    let provider = view.providers.iter().find(|one| one.id == PROVIDER).expect("the provider");
    let given: Vec<_> = provider.fields.iter().filter(|field| field.given).map(|field| field.key.as_str()).collect();
    assert_eq!(given, ["client_id", "client_secret"]);
    let offer = provider.sign_in.as_ref().expect("an offer");
    assert!(offer.browser && offer.device_code && offer.fields == given && offer.instead == ["access_token"]);
    assert_eq!(offer.redirect, format!("http://127.0.0.1:{}/signed-in", computer.operator.sign_in_port));
    let mut own = form("device_code");
    own["form"]["values"]["client_id"] = json!("somebody-else");
    assert_eq!(refusal(&application, "begin_sign_in", own).await.0, "invalid_client");
    assert_eq!(fakes.asked(Fake::Yandex, "device.code").await, 1);
    application.shutdown().await;

    // Nobody gives an id: the field is named.
    let mut bare = Computer::new();
    std::fs::write(bare.data().join("operator.toml"), "[connections.telemost]\nclient_ident = \"hush\"\n").expect("written");
    bare.operator = kabinet_app::Operator::read(&bare.data().join("operator.toml"));
    let application = start(&bare).await;
    let missing = refusal(&application, "begin_sign_in", form("browser")).await;
    assert_eq!(missing, ("connection_field_missing".into(), Some("client_id".into())));
    let view = application.view();
    let problem = view.problems.iter().find(|problem| problem.code == "operator_not_understood").expect("a problem");
    assert_eq!(problem.facts["keys"], "connections.telemost.client_ident");
    let nowhere = json!({ "form": { "provider": "jitsi", "values": {}, "secrets": {} }, "way": "browser" });
    assert_eq!(refusal(&application, "begin_sign_in", nowhere).await.0, "sign_in_not_offered");
    application.shutdown().await;
}

#[tokio::test]
async fn a_connection_that_only_the_operator_configured_is_there() {
    let mut computer = Computer::new();
    let file = computer.data().join("operator.toml");
    let settings =
        "[connections.jitsi]\nbase_url = \"https://meet.practice.example\"\n[connections.telemost]\nclient_id = \"x\"\n";
    std::fs::write(&file, settings).expect("written");
    computer.operator = kabinet_app::Operator::read(&file);
    let application = start(&computer).await;
    let view = application.view();
    // An application's id alone connects nobody.
    assert_eq!(view.connections.iter().map(|one| one.provider.as_str()).collect::<Vec<_>>(), ["jitsi"]);
    assert!(view.connections[0].values.is_empty());
    let link = call(&application, "create_consultation", draft("Ivan", "12:30")).await["link"].clone();
    assert!(link.as_str().is_some_and(|link| link.starts_with("https://meet.practice.example/")), "{link}");
    let own = json!({ "provider": "jitsi", "values": { "base_url": "http://127.0.0.1:9" }, "secrets": {} });
    call(&application, "save_connection", own).await;
    let link = call(&application, "create_consultation", draft("Olga", "13:30")).await["link"].clone();
    assert!(link.as_str().is_some_and(|link| link.starts_with("http://127.0.0.1:9/")), "{link}");
    application.shutdown().await;
}

fn reqwest_client() -> reqwest::Client {
    use kabinet_providers::http::{HttpSettings, Reach, client};
    client(&HttpSettings { reach: Reach::Loopback, ..HttpSettings::default() }).expect("a client")
}

/// Whether some file of the folder holds the text.
fn on_disk(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).any(|path| {
        if path.is_dir() {
            return on_disk(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

/// Everything that is logged on this thread, down to the smallest.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn subscriber(self) -> impl tracing::Subscriber + Send + Sync {
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || self.clone()).finish()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panics here")).into_owned()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics here").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
