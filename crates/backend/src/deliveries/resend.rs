//! Whether another attempt is of use.

use super::reminders;
use super::report::Report;
use crate::planning;
use crate::ports::KeptDelivery;
use chrono::Duration;
use kabinet_api::Conference;
use kabinet_domain::{DeliveryState, Purpose, Timestamp};

/// What somebody wrote is sent within so long or not at all.
const MESSAGE: Duration = Duration::hours(24);

/// Until when what is sent now is of use; the code of why it is not.
///
/// # Errors
/// `no_consultation`, `not_planned` or `over`.
pub fn of_use(purpose: Purpose, conference: Option<&Conference>, now: Timestamp) -> Result<Timestamp, &'static str> {
    let conference = conference.ok_or("no_consultation")?;
    let planned = || if planning::is_planned(conference.status) { Ok(()) } else { Err("not_planned") };
    let before = |end: Timestamp| if now < end { Ok(end) } else { Err("over") };
    match purpose {
        Purpose::Reminder => planned().and_then(|()| before(conference.starts_at)),
        Purpose::Link => planned().and_then(|()| before(planning::ends_at(conference))),
        Purpose::Message | Purpose::Alert | Purpose::Report | Purpose::Reply => Ok(now + MESSAGE),
    }
}

/// Until when another attempt is of use.
///
/// # Errors
/// As [`of_use`], and `not_resendable` for what is on its way or has arrived.
pub fn again(kept: &KeptDelivery, conference: Option<&Conference>, now: Timestamp) -> Result<Timestamp, &'static str> {
    if !matches!(kept.state, DeliveryState::Failed | DeliveryState::Unsure | DeliveryState::Dropped) {
        return Err("not_resendable");
    }
    let delivery = &kept.delivery;
    match delivery.purpose {
        Purpose::Reminder if conference.is_some_and(|it| !reminders::still_wanted(it, delivery.id)) => Err("over"),
        Purpose::Reminder | Purpose::Link | Purpose::Message => of_use(delivery.purpose, conference, now),
        Purpose::Report => {
            let news = Report::read(delivery.text.reveal()).is_some_and(|report| now - report.at < MESSAGE);
            if news { Ok(now + MESSAGE) } else { Err("over") }
        }
        Purpose::Alert | Purpose::Reply => {
            if now < delivery.expires_at {
                Ok(delivery.expires_at)
            } else {
                Err("over")
            }
        }
    }
}
