//! What the backend needs of its storage, in its own words. `storage` implements these.

pub mod inbox;
pub mod reach;

use crate::StorageError;
use async_trait::async_trait;
use kabinet_api::Conference;
use kabinet_domain::calendar::Agreed;
use kabinet_domain::{
    Channel, ConsultationId, Cursor, Delivery, DeliveryId, DeliveryState, DeviceId, MessageId, Purpose, RoomName, Sensitive,
    Signal, SpecialistId, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Whom an event in the log is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// A room that nobody planned.
    Operator,
    Everyone,
    Specialist(SpecialistId),
}

/// Who reads the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// Sees everything.
    Administrator,
    /// Sees their own rooms, and what is for everyone.
    Specialist(SpecialistId),
}

/// One line of what reporters said, with the place that the writer gave it.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: i64,
    pub source: Arc<str>,
    pub received_at: Timestamp,
    pub body: EntryBody,
}

#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly every entry is a signal")]
pub enum EntryBody {
    Signal(Signal),
    /// Nothing before this matters to the room any more, nor what was told of it up to `told_to`.
    Settled {
        room: RoomName,
        told_to: Cursor,
    },
}

/// An event to be appended or read, already in the words of the contract.
#[derive(Debug, Clone)]
pub struct LoggedEvent {
    pub cursor: Cursor,
    pub audience: Audience,
    pub received_at: Timestamp,
    /// Recognises the telling when its room is judged again.
    pub about: String,
    /// The event as every feed shows it.
    pub json: String,
}

/// What happens to a consultation together with a batch.
#[derive(Debug)]
pub enum ConsultationChange {
    Put(Box<Conference>),
    /// What was asked for at a provider for its sake is forgotten with it.
    Remove(ConsultationId),
}

/// A row beside the log, kept in the same commit as the events that caused it.
#[derive(Debug, Clone)]
pub enum Row {
    /// A new one; one that is known already stays as it is.
    Delivery(Box<Delivery>),
    DropDeliveries(Dropped),
    DeliveryStep(DeliveryStep),
    Message(Box<KeptMessage>),
    /// Something that a messenger sent, until it is handled.
    Inbox(Box<Received>),
    /// It is handled: out of the inbox.
    Handled(String),
    /// Something that came in, by its key. What was seen before ends the whole batch with [`StorageError::Repeated`].
    Seen(String),
    /// A client's page has another token.
    Page(PageToken),
    /// What a specialist chose about being reached.
    Reach(SpecialistId, Box<reach::Chosen>),
    /// A confirmed one in the place of the confirmed one that its owner had in this messenger, one that waits to be confirmed in the
    /// place of one that waits.
    Chat(Box<reach::KeptChat>),
    /// Every chat of theirs in this messenger.
    ForgetChat(Channel, reach::ChatOwner),
    /// In the place of the codes that its owner had.
    BindingCode(reach::BindingCode),
    /// Uses a code up. One that is used up or too old ends the whole batch with [`StorageError::Repeated`].
    UseBindingCode([u8; 32]),
    /// One that is wanted for as long as its consultation stands as it does. One that waits takes on what is new of it, one that an edit
    /// had dropped comes back while it is of use, and what went out or is going out stays. New ones whose time is over are not kept.
    Wanted(Box<Delivery>),
    /// A person wants one that did not reach anybody tried again.
    Resent(Resent),
    /// The one of these that has this hash.
    ForgetOneChat(Channel, reach::ChatOwner, [u8; 32]),
    /// What is older than a day goes with it.
    PressedJoin(reach::Press),
}

/// The token of a consultation's page, as far as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct PageToken {
    pub consultation: ConsultationId,
    pub generation: i64,
    pub hash: [u8; 32],
}

/// Another attempt at what failed, was dropped, or may have been sent.
#[derive(Debug, Clone, Copy)]
pub struct Resent {
    pub id: DeliveryId,
    pub expires_at: Timestamp,
}

/// Something that a messenger sent by itself, as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Equal for two deliveries of the same.
    pub key: String,
    /// Id of the messenger's connection.
    pub messenger: String,
    pub at: Timestamp,
    /// Its JSON; sealed where it is kept.
    pub body: Sensitive<String>,
}

/// Deliveries about a consultation that are not to be sent any more. What was sent or is being sent stays.
#[derive(Debug, Clone)]
pub struct Dropped {
    pub consultation: ConsultationId,
    /// Only those for this.
    pub purpose: Option<Purpose>,
    pub except: Vec<DeliveryId>,
}

/// How a delivery got on.
#[derive(Debug, Clone)]
pub struct DeliveryStep {
    pub id: DeliveryId,
    pub state: DeliveryState,
    pub code: Option<String>,
    /// When it is tried again.
    pub again_at: Option<Timestamp>,
    /// As the channel names it: its statuses come under this.
    pub sent_as: Option<String>,
    /// This was an attempt to send it.
    pub attempted: bool,
}

/// A message of a thread.
#[derive(Debug, Clone)]
pub struct KeptMessage {
    pub id: MessageId,
    pub specialist: SpecialistId,
    pub consultation: ConsultationId,
    pub at: Timestamp,
    /// What carries it, for one to the client.
    pub delivery: Option<DeliveryId>,
    pub body: MessageBody,
}

/// What of a message names people or says something: sealed where it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub struct MessageBody {
    pub text: String,
    /// As [`kabinet_api::MessageJson::what`].
    pub what: String,
    pub channel: String,
}

impl std::fmt::Debug for MessageBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageBody").field("what", &self.what).finish_non_exhaustive()
    }
}

/// Everything that one commit makes durable: all of it or nothing.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    pub entries: &'a [Entry],
    pub events: &'a [LoggedEvent],
    pub change: Option<&'a ConsultationChange>,
    /// Written in this order, at this moment.
    pub rows: &'a [Row],
    pub now: Timestamp,
    /// Numbers to remember.
    pub marks: &'a [(String, i64)],
}

/// What is older than this is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    pub signals: Timestamp,
    pub events: Timestamp,
    /// Rooms that were asked for, whose consultations are gone or never came to be.
    pub makings: Timestamp,
}

/// What was forgotten, and whether there is more to forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    pub more: bool,
    /// The last cursor that is gone, if any went.
    pub up_to: Option<Cursor>,
}

/// The one place where the log grows. It has one owner, so that the order of commits is the order of cursors.
#[async_trait]
pub trait EventLog: Send + Sync + std::fmt::Debug {
    /// Keeps a batch durably, or keeps nothing.
    async fn append(&mut self, batch: Batch<'_>) -> Result<(), StorageError>;
    /// Forgets a little of what is older than these moments.
    async fn prune(&mut self, before: Before) -> Result<Pruned, StorageError>;
    /// Closes in good order.
    async fn close(self: Box<Self>) -> Result<(), StorageError>;
}

/// Where the log stands at a start.
#[derive(Debug, Clone, Default)]
pub struct Ends {
    pub last_entry: i64,
    pub last_cursor: Cursor,
    pub marks: Vec<(String, i64)>,
}

/// The log as its readers see it.
#[async_trait]
pub trait History: Send + Sync + std::fmt::Debug {
    /// Events for a reader, after one cursor and up to another, oldest first.
    async fn read(&self, reader: Reader, after: Cursor, up_to: Cursor, limit: usize) -> Result<Vec<LoggedEvent>, StorageError>;
    /// The last events for anybody, oldest first.
    async fn last(&self, limit: usize) -> Result<Vec<LoggedEvent>, StorageError>;
    async fn ends(&self) -> Result<Ends, StorageError>;
    /// What reporters said from `id` on, in the order it came, at most `limit`.
    async fn entries_from(&self, id: i64, limit: usize) -> Result<Vec<Entry>, StorageError>;
    /// Events from `cursor` on, at most `limit`.
    async fn events_from(&self, cursor: Cursor, limit: usize) -> Result<Vec<LoggedEvent>, StorageError>;
}

/// Which consultations to list.
#[derive(Debug, Clone, Copy)]
pub struct Selection {
    pub reader: Reader,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// The consultations as they are kept; they are changed through the log's owner only.
#[async_trait]
pub trait Consultations: Send + Sync + std::fmt::Debug {
    async fn find(&self, id: ConsultationId) -> Result<Option<Conference>, StorageError>;
    async fn list(&self, selection: Selection) -> Result<Vec<Conference>, StorageError>;
}

/// The tokens of clients' pages that were given anew; they are changed through the log's owner only.
#[async_trait]
pub trait PageTokens: Send + Sync + std::fmt::Debug {
    async fn all(&self) -> Result<Vec<PageToken>, StorageError>;
}

/// A room that was asked for at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Making {
    pub specialist: SpecialistId,
    /// The hash of what was asked for; a repetition must ask for the same.
    pub asked: [u8; 32],
    /// What came of it. `None` from before the request until its answer, which may have been lost.
    pub room: Option<KeptRoom>,
}

/// A room that was made, as far as it cannot be asked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRoom {
    pub provider: String,
    pub id: Sensitive<String>,
    pub link: Sensitive<String>,
    pub watch_link: Option<Sensitive<String>>,
    /// Those who could not be made co-hosts, by their places among those who were asked for.
    pub without: Vec<usize>,
}

/// Rooms that were asked for, by the consultations they are for.
#[async_trait]
pub trait Makings: Send + Sync + std::fmt::Debug {
    async fn find(&self, id: ConsultationId) -> Result<Option<Making>, StorageError>;
    /// Keeps it durably, in the place of what was known.
    async fn keep(&self, id: ConsultationId, making: &Making, now: Timestamp) -> Result<(), StorageError>;
    async fn forget(&self, id: ConsultationId) -> Result<(), StorageError>;
}

/// What was agreed with the practice's calendar.
#[async_trait]
pub trait Agreements: Send + Sync + std::fmt::Debug {
    async fn all(&self) -> Result<Vec<Agreed>, StorageError>;
    /// In the place of what was agreed about the same consultation before, and of what was intended.
    async fn keep(&self, agreed: &Agreed) -> Result<(), StorageError>;
    /// What will be agreed once the calendar has done it, where it was not seen to be.
    async fn intended(&self) -> Result<Vec<Agreed>, StorageError>;
    /// Beside what was agreed; where nothing was, there is nothing to be intended beside.
    async fn intend(&self, agreed: &Agreed) -> Result<(), StorageError>;
    /// What was intended too.
    async fn forget(&self, id: ConsultationId) -> Result<(), StorageError>;
}

/// A specialist as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: SpecialistId,
    pub name: Sensitive<String>,
    pub email: Option<Sensitive<String>>,
    pub token_ids: Vec<String>,
    pub account: Option<Sensitive<String>>,
    pub created_at: Timestamp,
}

/// A paired computer. Of its token only the hash is known.
#[derive(Debug, Clone)]
pub struct Device {
    pub id: DeviceId,
    pub specialist: SpecialistId,
    pub name: Sensitive<String>,
    pub token_hash: [u8; 32],
    pub created_at: Timestamp,
}

/// Everybody, at one moment.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// Rises with every change, by whatever process.
    pub version: i64,
    pub people: Vec<Person>,
    pub devices: Vec<Device>,
}

/// Specialists, their devices and pairing codes.
#[async_trait]
pub trait Specialists: Send + Sync + std::fmt::Debug {
    /// Rises by one with every change of a specialist or a device.
    async fn version(&self) -> Result<i64, StorageError>;
    async fn roster(&self) -> Result<Roster, StorageError>;
    /// Keeps a new specialist, or what is new of a known one; the version with it.
    async fn keep(&self, person: &Person) -> Result<i64, StorageError>;
    /// `false` when there was none. Devices and codes go too, rooms that were asked for, and the consultations that were not over by then.
    async fn remove(&self, id: SpecialistId, now: Timestamp) -> Result<bool, StorageError>;
    async fn keep_device(&self, device: &Device) -> Result<(), StorageError>;
    async fn keep_code(&self, code_hash: [u8; 32], specialist: SpecialistId, expires_at: Timestamp) -> Result<(), StorageError>;
    /// Uses a code up: the device is kept, and its specialist told and the version with it, or `None` when no such code is valid.
    async fn redeem(
        &self,
        code_hash: [u8; 32],
        device: NewDevice,
        now: Timestamp,
    ) -> Result<Option<(SpecialistId, i64)>, StorageError>;
}

/// A device that is about to be paired.
#[derive(Debug, Clone)]
pub struct NewDevice {
    pub id: Uuid,
    pub name: Sensitive<String>,
    pub token_hash: [u8; 32],
}

/// A delivery as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDelivery {
    pub delivery: Delivery,
    pub state: DeliveryState,
    /// Why not, or why not yet.
    pub code: Option<String>,
    pub attempts: u32,
    /// As the channel names it.
    pub sent_as: Option<String>,
    pub created_at: Timestamp,
    /// Of one that is being sent: since when.
    pub updated_at: Timestamp,
}

/// So many deliveries of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub channel: Channel,
    pub purpose: Purpose,
    pub state: DeliveryState,
    pub count: u64,
}

/// For how long a delivery belongs to whom.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// The process; another one leaves its deliveries alone until `until`.
    pub owner: Uuid,
    pub now: Timestamp,
    pub until: Timestamp,
}

/// What goes out, as its sender and those who look after it see it. Steps are kept through the log's owner.
#[async_trait]
pub trait Outbox: Send + Sync + std::fmt::Debug {
    /// Takes the next one whose time has come, for one process alone: it is being sent from now on.
    /// What waits for another attempt keeps what was written to the same person later behind it.
    async fn lease(&self, channel: Channel, lease: Lease) -> Result<Option<KeptDelivery>, StorageError>;
    /// Takes over one whose sender has not come back: nobody knows whether it went out. Its `updated_at` is when that began.
    async fn abandoned(&self, channel: Channel, lease: Lease) -> Result<Option<KeptDelivery>, StorageError>;
    /// When the next one's time comes, or the time of somebody else's sending ends.
    async fn next_due(&self, channel: Channel, now: Timestamp) -> Result<Option<Timestamp>, StorageError>;
    async fn find(&self, id: DeliveryId) -> Result<Option<KeptDelivery>, StorageError>;
    /// By the channel's own id.
    async fn find_sent(&self, channel: Channel, sent_as: &str) -> Result<Option<KeptDelivery>, StorageError>;
    /// Oldest first.
    async fn of_consultation(&self, id: ConsultationId) -> Result<Vec<KeptDelivery>, StorageError>;
    /// The last ones, latest first; of one state or of all.
    async fn last(&self, state: Option<DeliveryState>, limit: usize) -> Result<Vec<KeptDelivery>, StorageError>;
    async fn tallies(&self) -> Result<Vec<Tally>, StorageError>;
    /// Since when the oldest of those is due that were not sent yet.
    async fn oldest_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StorageError>;
    /// Which of its tokens a consultation's page has; `None` when it never had another than the first.
    async fn page_generation(&self, id: ConsultationId) -> Result<Option<i64>, StorageError>;
}
