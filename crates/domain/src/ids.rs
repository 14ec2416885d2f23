//! Identifiers. Version 7 UUIDs: unique without coordination, and sorted by the time they were made.

use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    };
}

id!(
    /// A consultation, for its whole life: it outlives its room.
    ConsultationId
);
id!(
    /// A specialist of the practice.
    SpecialistId
);
id!(
    /// An event in the log.
    EventId
);
id!(
    /// A computer paired with the backend.
    DeviceId
);
id!(
    /// One outgoing message, named by its cause: the same cause makes the same id.
    DeliveryId
);
id!(
    /// A message of a client, or one to them.
    MessageId
);
