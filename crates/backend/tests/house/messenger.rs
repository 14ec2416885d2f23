//! A messenger that keeps what it is given, and has bad days when it is told to.

use async_trait::async_trait;
use kabinet_domain::{Channel, Sensitive, Timestamp};
use kabinet_providers::messengers::{Messenger, Outgoing, SendError, Sent};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// What happens to the next message.
#[derive(Debug, Clone)]
pub enum Day {
    Refused(SendError),
    /// It goes out, and its answer is lost.
    AnswerLost,
    /// It goes out, and its answer never comes.
    NoAnswer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub to: String,
    pub text: String,
}

#[derive(Debug)]
pub struct FakeMessenger {
    channel: Channel,
    /// Can tell afterwards what it was given.
    remembers: bool,
    days: Mutex<VecDeque<Day>>,
    written: watch::Sender<Vec<Written>>,
}

impl FakeMessenger {
    pub fn new(channel: Channel) -> Arc<Self> {
        Self::with(channel, true)
    }

    pub fn forgetful(channel: Channel) -> Arc<Self> {
        Self::with(channel, false)
    }

    fn with(channel: Channel, remembers: bool) -> Arc<Self> {
        Arc::new(Self { channel, remembers, days: Mutex::default(), written: watch::Sender::default() })
    }

    pub fn will(&self, day: Day) {
        self.days.lock().expect("days").push_back(day);
    }

    pub fn written(&self) -> Vec<Written> {
        self.written.borrow().clone()
    }

    /// Waits until so many have gone out.
    pub async fn wrote(&self, count: usize) -> Vec<Written> {
        let mut written = self.written.subscribe();
        let enough = written.wait_for(|written| written.len() >= count);
        tokio::time::timeout(std::time::Duration::from_secs(30), enough).await.expect("in time").expect("it lives").clone()
    }
}

#[async_trait]
impl Messenger for FakeMessenger {
    fn channel(&self) -> Channel {
        self.channel
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        let day = self.days.lock().expect("days").pop_front();
        if let Some(Day::Refused(error)) = day {
            return Err(error);
        }
        let written = Written { to: message.to.reveal().clone(), text: message.text.reveal().clone() };
        self.written.send_modify(|all| all.push(written));
        let id = self.written.borrow().len().to_string();
        match day {
            Some(Day::AnswerLost) => Err(SendError::Unsure),
            Some(Day::NoAnswer) => std::future::pending().await,
            _ => Ok(Sent { id, chat: None }),
        }
    }

    async fn was_sent(&self, message: &Outgoing, _: Timestamp) -> Option<Sent> {
        let written = self.written();
        let same = |one: &Written| one.to == *message.to.reveal() && one.text == *message.text.reveal();
        let found = written.iter().position(same).filter(|_| self.remembers)?;
        Some(Sent { id: (found + 1).to_string(), chat: None })
    }

    async fn replace(&self, _: &Sensitive<String>, _: &str, _: &Outgoing) -> Result<(), SendError> {
        Ok(())
    }

    async fn acknowledge(&self, _: &str, _: &str) -> Result<(), SendError> {
        Ok(())
    }

    async fn check(&self) -> Result<Option<String>, SendError> {
        Ok(None)
    }
}
