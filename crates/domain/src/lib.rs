#![doc = include_str!("../README.md")]

pub mod attendance;
pub mod calendar;
pub mod clock;
pub mod consultation;
pub mod cursor;
pub mod draft;
pub mod event;
pub mod ids;
pub mod occupant;
pub mod ports;
pub mod provider;
pub mod room;
pub mod sensitive;
pub mod signal;

pub use clock::{Clock, Ids, SystemClock, SystemIds, Timestamp};
pub use consultation::{Consultation, ConsultationStatus, Slot};
pub use cursor::Cursor;
pub use draft::{BroadcastChange, BroadcastDraft, MadeRoom, MakeRoomError, RoomChange, RoomDraft, RoomState, Viewers};
pub use event::{Event, EventKind, LeaveReason, Place, Proof, Side, Telling, Who};
pub use ids::{ConsultationId, DeviceId, EventId, SpecialistId};
pub use occupant::{Address, Occupant, StayKey, TokenUser};
pub use room::{RoomLink, RoomName, RoomTemplate};
pub use sensitive::Sensitive;
pub use signal::{Fact, Signal, SignalPlace, Witness};
