//! A specialist whose calendar is at the fake portal.

use crate::support::fakes::{Fake::Bitrix24, Fakes};
use crate::support::{Computer, PATIENCE, call, settle_in, shows};
use kabinet_app::Application;
use kabinet_app::view::{AppView, CalendarEntryState, ConsultationView};
use kabinet_domain::ports::SecretStore;
use serde_json::{Value, json};
use std::sync::Arc;

pub const WEBHOOK: &str = "bitrix24/webhook_url";
/// Nobody is there: the calendar is kept in step all the same.
const NO_BACKEND: &str = "http://127.0.0.1:9";

pub struct Practice {
    pub computer: Computer,
    pub fakes: Fakes,
    pub application: Arc<Application>,
}

impl Practice {
    /// Connected by a webhook, with a calendar chosen.
    pub async fn open() -> Self {
        let practice = Self::unconnected().await;
        let said = practice.connect(&practice.fakes.at.webhook).await;
        assert_eq!(said["health"], json!("works"), "{said}");
        let calendars = call(&practice.application, "calendar_choices", json!({ "provider": "bitrix24" })).await;
        let names: Vec<_> = calendars["calendars"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect();
        assert_eq!(names, ["user/7/4", "user/7/5"]);
        practice.choose(true).await;
        practice
    }

    pub async fn unconnected() -> Self {
        Self::at(Computer::new(), Fakes::start().await).await
    }

    pub async fn at(computer: Computer, fakes: Fakes) -> Self {
        Self::at_backend(computer, fakes, NO_BACKEND).await
    }

    pub async fn at_backend(computer: Computer, fakes: Fakes, backend: &str) -> Self {
        let application = computer.start(backend).await;
        settle_in(&application).await;
        Self { computer, fakes, application }
    }

    /// As a local application, by tokens that signing in gave.
    pub async fn signed_in() -> Self {
        let mut computer = Computer::new();
        let fakes = Fakes::start().await;
        computer.operator = fakes.operator(computer.data());
        let session = fakes.edit(Bitrix24, json!({ "what": "token", "do": "add", "by": 7 })).await;
        let endpoint = format!("{}/rest/", fakes.at.bitrix24_url);
        let grant = json!({
            "access_token": session["access"], "refresh_token": session["refresh"], "client_endpoint": endpoint,
            "server_endpoint": fakes.at.server_endpoint, "member_id": "0123456789abcdef0123456789abcdef",
        });
        computer.secrets.keep("bitrix24/grant", &grant.to_string().into()).await.expect("kept");
        let practice = Self::at(computer, fakes).await;
        call(&practice.application, "check_connection", json!({ "provider": "bitrix24" })).await;
        practice.choose(true).await;
        practice
    }

    pub async fn connect(&self, webhook: &str) -> Value {
        let form = json!({ "provider": "bitrix24", "values": {}, "secrets": { "webhook_url": webhook } });
        call(&self.application, "save_connection", form).await
    }

    pub async fn choose(&self, with_names: bool) {
        let choice = json!({
            "provider": "bitrix24", "calendar": "user/7/4", "on_by_default": true, "with_names": with_names, "reminder": 15,
        });
        call(&self.application, "choose_calendar", choice).await;
    }

    pub async fn restart(&mut self) {
        self.application.shutdown().await;
        self.application = self.computer.start(NO_BACKEND).await;
        shows(&self.application, "what was kept", |view| view.calendar.is_some() && view.hero.is_some()).await;
    }

    pub async fn close(self) {
        self.application.shutdown().await;
    }

    pub async fn plan(&self, draft: Value) -> String {
        let made = call(&self.application, "create_consultation", draft).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    pub async fn change(&self, id: &str, mut draft: Value) {
        let now = self.consultation(id);
        draft["link"] = json!(now.link);
        call(&self.application, "change_consultation", json!({ "id": id, "draft": draft })).await;
    }

    pub async fn syncs(&self) {
        call(&self.application, "sync_calendar", json!({})).await;
    }

    /// Waits until the loop has brought a consultation in step.
    pub async fn settled(&self, id: &str) {
        let written = |view: &Arc<AppView>| {
            let found = all(view).into_iter().find(|one| one.id == id).and_then(|one| one.calendar);
            found.is_some_and(|entry| entry.state == CalendarEntryState::Written)
        };
        shows(&self.application, "an entry in step", written).await;
    }

    /// Waits until the backend has it.
    pub async fn sent(&self, id: &str) {
        let there = |view: &Arc<AppView>| all(view).into_iter().any(|one| one.id == id && !one.unsent);
        shows(&self.application, "a consultation at the backend", there).await;
    }

    pub fn view(&self) -> Arc<AppView> {
        Arc::new(self.application.view())
    }

    pub fn consultations(&self) -> Vec<ConsultationView> {
        all(&self.view())
    }

    pub fn consultation(&self, id: &str) -> ConsultationView {
        self.consultations().into_iter().find(|one| one.id == id).expect("a consultation")
    }

    /// When one starts, also where the list of coming days does not hold it any more.
    pub async fn starts(&self, id: &str) -> Value {
        call(&self.application, "consultation", json!({ "id": id })).await["starts_at"].clone()
    }

    pub fn status(&self, id: &str) -> String {
        format!("{:?}", self.consultation(id).status)
    }

    pub async fn secret(&self, name: &str) -> Option<String> {
        let kept = self.computer.secrets.read(name).await.expect("a keychain");
        kept.map(kabinet_domain::Sensitive::into_inner)
    }

    /// What stands in the specialist's calendars.
    pub async fn entries(&self) -> Vec<Value> {
        let state = self.fakes.state(Bitrix24).await;
        let all = state["stored"]["events"].as_array().expect("a list").clone();
        all.into_iter().filter(|one| one["owner"] == json!(7)).collect()
    }

    pub async fn entry(&self) -> Value {
        let entries = self.entries().await;
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries[0].clone()
    }

    pub async fn asked(&self, method: &str) -> usize {
        self.fakes.asked(Bitrix24, method).await
    }

    /// The portal has been asked this more than so many times.
    pub async fn is_asked(&self, method: &str, times: usize) {
        let asked = async { while self.asked(method).await <= times {} };
        tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| panic!("{method} is not asked"));
    }

    pub async fn next(&self, switch: Value) {
        self.fakes.next(Bitrix24, switch).await;
    }

    /// The specialist writes an entry in the portal.
    pub async fn add(&self, set: Value) {
        self.fakes.edit(Bitrix24, json!({ "what": "event", "do": "add", "by": 7, "set": set })).await;
    }

    pub async fn edit(&self, what: &str, entry: &Value, set: Value) {
        self.fakes.edit(Bitrix24, json!({ "what": "event", "do": what, "id": entry, "by": 7, "set": set })).await;
    }

    pub async fn edit_of(&self, what: &str, does: &str, set: Value) -> Value {
        self.fakes.edit(Bitrix24, json!({ "what": what, "do": does, "set": set })).await
    }
}

fn all(view: &AppView) -> Vec<ConsultationView> {
    view.hero.iter().chain(view.groups.iter().flat_map(|group| &group.items)).cloned().collect()
}

/// A consultation of this day, at a time of a zone.
pub fn draft_in(client: &str, time: &str, zone: &str) -> Value {
    json!({ "client": client, "date": "2026-12-23", "time": time, "minutes": 50, "provider": "jitsi", "time_zone": zone })
}

/// Seconds of the epoch, as the portal keeps them.
pub fn moment(at: &str) -> f64 {
    let at: chrono::DateTime<chrono::Utc> = at.parse().expect("a time");
    at.timestamp() as f64
}
