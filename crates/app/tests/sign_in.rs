//! Connecting an account by signing in, over the fakes.

mod support;

use serde_json::json;
use support::fakes::{Fake, Fakes, visit};

#[tokio::test]
async fn the_fakes_run_as_long_as_a_test() {
    let fakes = Fakes::start().await;
    assert_eq!(fakes.state(Fake::Yandex).await["stored"]["accounts"][0]["login"], json!("specialist"));
    assert_eq!(visit(&format!("{}/device", fakes.at.yandex_url)).await.0, 200);
    assert_eq!(fakes.asked(Fake::Yandex, "device.page").await, 1);
}
