//! What the backend is asked about the client's side: the door, answers, messages, and how the specialist is reached.

use super::{Line, LineError, read};
use crate::command::{Invitation, ThreadItem};
use crate::record::{Chat, Practice, Reach};
use crate::{client_side, message};
use kabinet_api::{AnswerBody, BindingLink, Conference, DeliveryJson, MessageJson, Messages, OutgoingBody, ReachJson};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

impl Line {
    /// Lets the client in from the page.
    pub(crate) async fn admit(&self, id: &str) -> Result<(), LineError> {
        self.send(self.request(Method::POST, &of(id, "admit")).json(&json!({}))).await.map(drop)
    }

    pub(crate) async fn answer(&self, id: &str, body: &AnswerBody) -> Result<(), LineError> {
        self.send(self.request(Method::POST, &of(id, "answer")).json(body)).await.map(drop)
    }

    /// The old link leads nowhere from then on.
    pub(crate) async fn new_link(&self, id: &str) -> Result<Conference, LineError> {
        read(self.send(self.request(Method::POST, &of(id, "new-link")).json(&json!({}))).await?).await
    }

    pub(crate) async fn invitation(&self, id: &str) -> Result<Invitation, LineError> {
        let answer = self.send(self.request(Method::GET, &of(id, "invitation"))).await?;
        let kabinet_api::Invitation { subject, text, link } = read(answer).await?;
        Ok(Invitation { subject, text, link })
    }

    /// Answers when it is kept to be sent; how far it gets is told by events.
    pub(crate) async fn write(&self, id: &str, body: &OutgoingBody) -> Result<DeliveryJson, LineError> {
        read(self.send(self.request(Method::POST, &of(id, "messages")).json(body)).await?).await
    }

    pub(crate) async fn messages(&self, id: &str) -> Result<Vec<MessageJson>, LineError> {
        Ok(read::<Messages>(self.send(self.request(Method::GET, &of(id, "messages"))).await?).await?.messages)
    }

    pub(crate) async fn resend(&self, delivery: Uuid) -> Result<DeliveryJson, LineError> {
        read(self.send(self.request(Method::POST, &format!("api/deliveries/{delivery}/resend")).json(&json!({}))).await?).await
    }

    pub(crate) async fn reach(&self) -> Result<ReachJson, LineError> {
        read(self.send(self.request(Method::GET, "api/reach")).await?).await
    }

    pub(crate) async fn put_reach(&self, reach: &ReachJson) -> Result<(), LineError> {
        self.send(self.request(Method::PUT, "api/reach").json(reach)).await.map(drop)
    }

    /// A link that binds the chat of whoever presses it.
    pub(crate) async fn bind_telegram(&self) -> Result<BindingLink, LineError> {
        read(self.send(self.request(Method::POST, "api/reach/telegram").json(&json!({}))).await?).await
    }

    /// The chat that waits is the specialist's own.
    pub(crate) async fn confirm_telegram(&self) -> Result<(), LineError> {
        self.send(self.request(Method::POST, "api/reach/telegram/confirm").json(&json!({}))).await.map(drop)
    }

    /// It is somebody else's; a confirmed one stays.
    pub(crate) async fn refuse_telegram(&self) -> Result<(), LineError> {
        self.send(self.request(Method::DELETE, "api/reach/telegram/confirm")).await.map(drop)
    }

    pub(crate) async fn unbind_telegram(&self) -> Result<(), LineError> {
        self.send(self.request(Method::DELETE, "api/reach/telegram")).await.map(drop)
    }
}

fn of(consultation: &str, what: &str) -> String {
    format!("api/conferences/{consultation}/{what}")
}

pub(crate) fn practice(practice: kabinet_api::Practice) -> Practice {
    let kabinet_api::Practice { name, names_stay_here, pages, channels, telegram_bot } = practice;
    Practice { name, names_stay_here, pages, channels, telegram_bot }
}

pub(crate) fn reach(reach: &ReachJson) -> Reach {
    let chat = |chat: &kabinet_api::BoundChat| Chat { name: chat.name.clone(), confirmed: chat.confirmed, blocked: chat.blocked };
    Reach {
        telegram: reach.telegram.as_ref().map(chat),
        telegram_next: reach.telegram_next.as_ref().map(chat),
        after_seconds: reach.after_seconds,
        quiet_from: reach.quiet_from.clone(),
        quiet_to: reach.quiet_to.clone(),
        quiet_even_clients: reach.quiet_even_clients,
        time_zone: reach.timezone.clone(),
    }
}

/// What may be changed of it: whose chat is bound is not told by whoever writes.
pub(crate) fn reach_body(reach: ReachJson) -> ReachJson {
    ReachJson { telegram: None, telegram_next: None, ..reach }
}

pub(crate) fn thread_item(item: MessageJson) -> ThreadItem {
    ThreadItem {
        id: item.id.to_string(),
        at: item.at,
        from_client: item.from == "client",
        text: item.text,
        what: item.what,
        channel: client_side::channel(&item.channel),
        state: item.state.as_deref().and_then(client_side::delivery_state),
        message: item.code.map(|code| message(&format!("delivery_{code}"))),
    }
}
