#![doc = include_str!("../README.md")]

pub mod attendance;
pub mod calendar;
pub mod clock;
pub mod consultation;
pub mod cursor;
pub mod delivery;
pub mod door;
pub mod draft;
pub mod escalation;
pub mod event;
pub mod given;
pub mod ids;
pub mod occupant;
pub mod phone;
pub mod ports;
pub mod provider;
pub mod reach;
pub mod room;
pub mod sensitive;
pub mod signal;
pub mod waiting;

pub use clock::{Clock, Ids, SystemClock, SystemIds, Timestamp};
pub use consultation::{Consultation, ConsultationStatus, Slot};
pub use cursor::Cursor;
pub use delivery::{Channel, Delivery, DeliveryNews, DeliveryState, Purpose};
pub use door::Door;
pub use draft::{BroadcastChange, BroadcastDraft, MadeRoom, MakeRoomError, RoomChange, RoomDraft, RoomState, Viewers};
pub use event::{Event, EventKind, LeaveReason, Place, Proof, Side, SpecialistAnswer, Telling, Who};
pub use ids::{ConsultationId, DeliveryId, DeviceId, EventId, MessageId, SpecialistId};
pub use occupant::{Address, Occupant, StayKey, TokenUser};
pub use room::{RoomLink, RoomName, RoomTemplate};
pub use sensitive::Sensitive;
pub use signal::{Fact, Signal, SignalPlace, Witness};
