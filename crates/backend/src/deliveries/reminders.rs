//! Reminders: which ones a consultation wants, as rows that its every change brings up to date.

use super::id_of;
use crate::planning::is_planned;
use crate::ports::{ConsultationChange, Dropped, Row};
use chrono::Duration;
use kabinet_api::Conference;
use kabinet_domain::{Channel, ConsultationId, Delivery, DeliveryId, Purpose, SpecialistId, Timestamp};

/// The rows of a change. What is wanted no longer is dropped, what was dropped and is wanted again comes back.
pub fn of_change(change: &ConsultationChange) -> Vec<Row> {
    match change {
        ConsultationChange::Remove(id) => vec![dropped(*id, Purpose::Reminder, vec![]), dropped(*id, Purpose::Link, vec![])],
        ConsultationChange::Put(conference) => {
            let wanted = of(conference);
            let consultation = ConsultationId(conference.id);
            let except = wanted.iter().map(|reminder| reminder.id).collect();
            let mut rows = vec![dropped(consultation, Purpose::Reminder, except)];
            if !is_planned(conference.status) {
                rows.push(dropped(consultation, Purpose::Link, vec![]));
            }
            rows.extend(wanted.into_iter().map(|delivery| Row::Wanted(Box::new(delivery))));
            rows
        }
    }
}

/// The id by which a reminder is sent once, whatever is edited, by however many devices.
#[must_use]
pub fn id(consultation: ConsultationId, starts_at: Timestamp, minutes: u32) -> DeliveryId {
    id_of(&format!("reminder/{consultation}/{}/{minutes}", starts_at.timestamp()))
}

/// Whether this is still one of the reminders that the consultation wants.
#[must_use]
pub fn still_wanted(conference: &Conference, delivery: DeliveryId) -> bool {
    of(conference).iter().any(|wanted| wanted.id == delivery)
}

/// Each is of use until the next one's time, the last one until the start: whoever was down for a day reminds once.
fn of(conference: &Conference) -> Vec<Delivery> {
    let channel = conference.contact.as_ref().and_then(|contact| Channel::from_name(&contact.channel));
    let Some(channel) = channel.filter(|channel| channel.sends_by_itself() && is_planned(conference.status)) else {
        return Vec::new();
    };
    let mut minutes = conference.reminders.clone();
    minutes.sort_unstable();
    minutes.dedup();
    let consultation = ConsultationId(conference.id);
    let mut expires_at = conference.starts_at;
    let mut reminders = Vec::with_capacity(minutes.len());
    for minutes in minutes {
        let due_at = conference.starts_at - Duration::minutes(minutes.into());
        reminders.push(Delivery {
            id: id(consultation, conference.starts_at, minutes),
            specialist: SpecialistId(conference.owner.id),
            consultation: Some(consultation),
            channel,
            purpose: Purpose::Reminder,
            to: "".into(),
            text: "".into(),
            buttons: Vec::new(),
            due_at,
            expires_at,
        });
        expires_at = due_at;
    }
    reminders
}

fn dropped(consultation: ConsultationId, purpose: Purpose, except: Vec<DeliveryId>) -> Row {
    Row::DropDeliveries(Dropped { consultation, purpose: Some(purpose), except })
}

#[cfg(test)]
mod tests;
