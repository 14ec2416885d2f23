//! What the operator gives.

use crate::support::fakes::Fake;
use crate::support::{Computer, call, draft, refusal};
use crate::{PROVIDER, at_work, form, start};
use serde_json::json;

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
