//! Whose a message is.

use super::*;
use crate::ports::EventLog;
use crate::ports::reach::KeptChat;
use crate::storage::{Rows, Sqlite};
use async_trait::async_trait;
use kabinet_domain::SystemIds;
use std::sync::Arc;

#[derive(Debug)]
struct Planned(Vec<Conference>);

#[async_trait]
impl Consultations for Planned {
    async fn find(&self, _: ConsultationId) -> Result<Option<Conference>, StorageError> {
        Ok(None)
    }

    async fn list(&self, _: Selection) -> Result<Vec<Conference>, StorageError> {
        Ok(self.0.clone())
    }
}

fn planned(phone: &str) -> Planned {
    let conference = serde_json::json!({
        "id": "0198f100-0000-7000-8000-000000000007", "version": 1, "name": "", "start_date": "2026-12-23", "start_time": "15:00",
        "duration": 50, "timezone": "UTC", "starts_at": "2026-12-23T15:00:00Z", "status": "planned",
        "owner": {"id": "0198f100-0000-7000-8000-000000000001", "name": ""}, "contact": {"channel": "whatsapp", "phone": phone},
        "created_at": "2026-12-01T00:00:00Z", "updated_at": "2026-12-01T00:00:00Z"
    });
    Planned(vec![serde_json::from_value(conference).expect("a consultation")])
}

fn said(chat: &str, phone: Option<&str>) -> Said<'static> {
    let at = "2026-12-23T12:00:00Z".parse().expect("a time");
    let phone = phone.map(Sensitive::from);
    Said { key: "key", at, channel: Channel::WhatsApp, chat: chat.into(), phone, text: "Опоздаю".into(), kind: "text" }
}

#[tokio::test]
async fn a_chat_that_is_no_phone_is_known_once_it_was_learned() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = Vault::open(folder.path(), None, Arc::new(SystemIds)).expect("a key");
    let inbox = Sqlite::open(folder.path(), Rows::default()).await.expect("a database").with_private(vault.rows());
    let now = "2026-12-23T12:00:00Z".parse().expect("a time");
    let consultations = planned("+7 900 123-45-68");
    let filed = async |said| {
        let filed = file(&inbox, &consultations, &vault, said, "green-api", now).await.expect("read");
        match filed {
            Filed::Kept(append) => Some(append.events.len() + append.rows.len()),
            Filed::Stranger | Filed::OfSpecialist => None,
        }
    };
    assert_eq!(filed(said("79001234568@c.us", Some("79001234568"))).await, Some(2));
    assert_eq!(filed(said("79001234569@c.us", Some("79001234569"))).await, None);
    // Its digits happen to be a client's number, and are none.
    assert_eq!(filed(said("79001234568@lid", None)).await, None);
    let lid = "120650379300963@lid";
    assert_eq!(filed(said(lid, None)).await, None);
    let phone = phone_hash(&vault, "79001234568").expect("a phone");
    inbox.keep_alias(Channel::WhatsApp, chat_hash(&vault, Channel::WhatsApp, lid), phone, now).await.expect("kept");
    assert_eq!(filed(said(lid, None)).await, Some(2));
    let before = now + chrono::Duration::days(1);
    inbox.forget(crate::ports::inbox::Forgotten { seen: before, messages: before }).await.expect("forgotten");
    assert_eq!(filed(said(lid, None)).await, None);
}

#[tokio::test]
async fn what_a_client_writes_in_a_chat_that_another_consultation_bound_finds_its_thread() {
    let folder = tempfile::tempdir().expect("a folder");
    let vault = Vault::open(folder.path(), None, Arc::new(SystemIds)).expect("a key");
    let storage = Sqlite::open(folder.path(), Rows::default()).await.expect("a database").with_private(vault.rows());
    let mut consultations = planned("79001234568");
    let contact = consultations.0[0].contact.as_mut().expect("a contact");
    contact.client_key = Some("0198f1c0-a-client".to_owned());
    let now = "2026-12-23T12:00:00Z".parse().expect("a time");
    let owner = clients_of(&vault, &consultations.0[0]).last().expect("a client");
    let chat = KeptChat {
        channel: Channel::Telegram,
        owner,
        hash: chat_hash(&vault, Channel::Telegram, "900"),
        chat: "900".into(),
        name: "".into(),
        confirmed: true,
        blocked: false,
    };
    let mut log = storage.log().await.expect("the log");
    let rows = [Row::Chat(Box::new(chat))];
    log.append(crate::ports::Batch { rows: &rows, now, ..crate::ports::Batch::default() }).await.expect("kept");
    let said = |chat: &str| Said { channel: Channel::Telegram, ..said(chat, None) };
    for (chat, is_theirs) in [("900", true), ("901", false)] {
        let filed = file(&storage, &consultations, &vault, said(chat), "telegram", now).await.expect("read");
        assert_eq!(matches!(filed, Filed::Kept(_)), is_theirs, "{chat}");
    }
}

#[test]
fn nothing_that_is_told_or_shown_holds_words() {
    let conference = planned("79001234568").0.remove(0);
    let append = append(&conference, &said("79001234568@c.us", Some("79001234568")), "green-api");
    let shown = format!("{append:?}");
    assert!(!shown.contains("Опоздаю") && !shown.contains("79001234568"), "{shown}");
}
