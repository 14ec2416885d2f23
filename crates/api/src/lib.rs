#![doc = include_str!("../README.md")]

mod client;
mod conference;
mod error;
mod event;
mod health;
mod limits;
mod page;
mod people;
mod webhook;

pub use client::{
    AnswerBody, BindingLink, BoundChat, Contact, Deliveries, DeliveryJson, DeliveryNewsJson, Door, Invitation, MessageJson,
    Messages, OutgoingBody, Practice, ReachJson,
};
pub use conference::{
    Conference, ConferenceBody, ConferenceStatus, ConferenceType, Conferences, Owner, PressedJoin, ProviderRoom, WRONG_FIELD,
};
pub use error::{ErrorBody, ErrorDetail};
pub use event::{EventJson, EventPage, WhoJson};
pub use health::{ConnectionHealth, Health, SourceHealth};
pub use limits::{
    CLIENT_KEY, DURATIONS, LONGEST_DESCRIPTION, LONGEST_EMAIL, LONGEST_TEXT, LONGEST_TITLE, LONGEST_WORD, MOST_PEOPLE,
    MOST_REMINDERS, REMINDER_MINUTES,
};
pub use page::{PageLate, PagePhase, PageSpecialist, PageState, PageVisit};
pub use people::{Colleague, CurrentUser, NewSpecialist, PairRequest, Paired, Specialist};
pub use webhook::Received;
