//! By a code; and what becomes of an account once it is connected.

use crate::support::fakes::{Fake, visit};
use crate::support::secrets::Keychain;
use crate::support::{PATIENCE, call, refusal};
use crate::{
    DUE, PROVIDER, at_work, begin, check, connect, connected, connection, failed, form, grants, on_disk, start, waiting,
};
use kabinet_app::view::Health;
use serde_json::{Value, json};

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
async fn who_thinks_better_of_it_while_it_is_finished_is_not_connected() {
    let (fakes, computer, application) = at_work().await;
    for (slow, command) in [("info", "cancel_sign_in"), ("token.authorization_code", "remove_connection")] {
        let (page, before) = (begin(&computer, &application).await, fakes.asked(Fake::Yandex, slow).await);
        fakes.next(Fake::Yandex, json!({ "method": slow, "do": "delay:4" })).await;
        visit(&page).await;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while fakes.asked(Fake::Yandex, slow).await == before {
            assert!(tokio::time::Instant::now() < deadline, "{slow}: nobody asked");
        }
        call(&application, command, json!({ "provider": PROVIDER })).await;
        while grants(&fakes).await.last().is_none_or(|grant| grant["dead"] != json!(true)) {
            assert!(tokio::time::Instant::now() < deadline, "{slow}: what was granted is not given back");
        }
        let view = application.view();
        assert!(view.sign_in.is_none() && connection(&view).is_none(), "{slow}");
    }
    application.shutdown().await;
    let application = start(&computer).await;
    assert_eq!(check(&application).await.1, json!("not_signed_in"));
    application.shutdown().await;
}

#[tokio::test]
async fn an_attempt_with_another_application_leaves_the_account_as_it_was() {
    let (fakes, computer, application) = at_work().await;
    connect(&computer, &application).await;
    let mut other = form("browser");
    other["form"]["values"] = json!({ "client_id": "another" });
    other["form"]["secrets"] = json!({ "client_secret": "wrong" });
    call(&application, "begin_sign_in", other).await;
    call(&application, "cancel_sign_in", json!({})).await;
    computer.put_forward(&application, DUE);
    assert_eq!(check(&application).await, (json!("works"), Value::Null));
    assert_eq!(fakes.asked(Fake::Yandex, "token.refresh_token").await, 1);
    call(&application, "remove_connection", json!({ "provider": PROVIDER })).await;
    assert!(application.view().problems.is_empty());
    assert_eq!(grants(&fakes).await.last().expect("a grant")["dead"], json!(true));
    application.shutdown().await;
}

#[tokio::test]
async fn whoever_asked_for_new_tokens_may_go_away() {
    let (fakes, computer, application) = at_work().await;
    connect(&computer, &application).await;
    computer.put_forward(&application, DUE);
    fakes.next(Fake::Yandex, json!({ "method": "token.refresh_token", "do": "delay:4" })).await;
    let asking = application.clone();
    let asking = tokio::spawn(async move { check(&asking).await });
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while fakes.asked(Fake::Yandex, "token.refresh_token").await == 0 {
        assert!(tokio::time::Instant::now() < deadline, "nobody asked for new tokens");
    }
    asking.abort();
    assert!(asking.await.is_err_and(|gone| gone.is_cancelled()));
    application.shutdown().await;

    let application = start(&computer).await;
    assert_eq!(check(&application).await, (json!("works"), Value::Null));
    assert_eq!(fakes.asked(Fake::Yandex, "token.refresh_token").await, 1);
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
async fn an_account_is_connected_though_the_pasted_token_cannot_be_forgotten() {
    let (fakes, computer, application) = at_work().await;
    let draft = json!({ "provider": PROVIDER, "values": {}, "secrets": { "access_token": fakes.at.token } });
    call(&application, "save_connection", draft).await;
    let page = begin(&computer, &application).await;
    computer.secrets.put_into(Keychain::Greedy);
    visit(&page).await;
    assert_eq!(connected(&application).await.account.expect("an account").login, "specialist");
    assert!(application.view().problems.iter().any(|problem| problem.code == "keychain_failed"));
    assert_eq!(grants(&fakes).await.last().expect("a grant")["dead"], json!(false));
    computer.secrets.put_into(Keychain::Open);
    assert_eq!(check(&application).await.0, json!("works"));
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
    assert!(connection(&application.view()).expect("a connection").connected);
    connect(&computer, &application).await;
    assert_eq!(paste(&fakes.at.token).await["health"], json!("works"));
    let view = application.view();
    let pasted = connection(&view).expect("a connection");
    assert!(pasted.account.is_none() && pasted.secrets_kept == ["access_token"]);
    assert_eq!(grants(&fakes).await[0]["dead"], json!(true));
    assert_eq!(
        paste("y0_nobodys").await,
        json!({ "health": "broken", "message": { "code": "token_not_accepted", "facts": {} } })
    );

    connect(&computer, &application).await;
    assert_eq!(paste("").await["message"]["code"], json!("not_signed_in"));
    assert!(connection(&application.view()).is_none());
    application.shutdown().await;
}
