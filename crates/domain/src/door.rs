//! When a client is let from the page into the room.

/// Who opens the door of the client's page. Until it is open, the page does not hold the room's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Door {
    /// At the planned time, or when the specialist admits the client before.
    #[default]
    AtTime,
    /// When the specialist admits the client, and not before.
    WhenAdmitted,
    /// As soon as the page is opened.
    AtOnce,
}

impl Door {
    pub const ALL: [Self; 3] = [Self::AtTime, Self::WhenAdmitted, Self::AtOnce];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtTime => "at_time",
            Self::WhenAdmitted => "when_admitted",
            Self::AtOnce => "at_once",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|door| door.name() == name)
    }
}
