//! One consultation as it is shown: where its client is, and what happened on the way.

use super::Known;
use crate::attended::{Attended, Place, went_in};
use crate::calendar::show as calendar;
use crate::client_side;
use crate::named;
use crate::record::{Event, Kind, Made};
use crate::state::State;
use crate::view::{BroadcastView, ConsultationView, Presence, PresencePlace, RoomView, Step, StepKind};
use chrono::{DateTime, Utc};
use kabinet_providers::messengers::messengers;

#[must_use]
pub fn consultation_view(state: &State, known: &Known<'_>, now: DateTime<Utc>) -> ConsultationView {
    let Known { consultation, attended } = known;
    let hidden = state.settings().hide_names;
    let link_hidden = hidden && !named::tells_nobody(state, consultation);
    let snoozed_until = client_side::snoozed_until(attended, state.handled.get(&consultation.id), now);
    ConsultationView {
        id: consultation.id.clone(),
        client: (!hidden).then(|| consultation.client.clone()),
        starts_at: consultation.starts_at,
        ends_at: consultation.ends_at(),
        minutes: consultation.minutes,
        time_zone: consultation.time_zone.clone(),
        provider: consultation.provider.clone(),
        link: if link_hidden { String::new() } else { consultation.link.clone() },
        link_hidden,
        room: if link_hidden { String::new() } else { consultation.room.clone() },
        note: if hidden { String::new() } else { consultation.note.clone() },
        note_hidden: hidden && !consultation.note.is_empty(),
        status: known.status(now),
        presence: presence(attended, hidden),
        steps: attended.steps.iter().filter_map(|event| step(event, hidden)).collect(),
        together_seconds: u32::try_from(attended.together(now).num_seconds()).unwrap_or(0),
        snoozed_until,
        unsent: state.unsent.contains_key(&consultation.id),
        has_login: state.connection_value(&consultation.provider, crate::LOGIN).is_some(),
        asks_outcome: known.asks_outcome(now),
        made: consultation.made.as_ref().map(|made| room_view(made, hidden)),
        calendar: calendar::entry(state, consultation, now),
        page_link: consultation.page_link.clone(),
        door: consultation.door,
        door_open: client_side::door_open(consultation, attended, now),
        contact: consultation.contact.as_ref().map(|contact| client_side::contact_view(contact, hidden)),
        reminders: consultation.reminders.clone(),
        deliveries: client_side::deliveries(state, &consultation.id),
        unread: client_side::unread(state, &consultation.id),
        can_message: client_side::can_message(state, consultation),
        late: client_side::late(consultation, attended, now),
        answer: client_side::answer(consultation, attended, now),
    }
}

/// A broadcast is told to others in words that may name whom it is about.
pub(crate) fn room_view(made: &Made, hidden: bool) -> RoomView {
    let text = |text: &String| if hidden { String::new() } else { text.clone() };
    RoomView {
        waiting_room: made.waiting_room.clone(),
        cohosts: made.cohosts.clone(),
        summary: made.summary,
        broadcast: made.broadcast.as_ref().map(|broadcast| BroadcastView {
            title: text(&broadcast.title),
            description: text(&broadcast.description),
            organisation_only: broadcast.organisation_only,
            watch_link: broadcast.watch_link.clone(),
        }),
    }
}

fn presence(attended: &Attended, hidden: bool) -> Presence {
    let foremost = attended.foremost();
    let (place, since) = match (foremost, &attended.visit) {
        (Some(client), _) if client.line_lost => (PresencePlace::LineLost, Some(client.since)),
        (Some(client), _) => {
            let place = match client.place {
                Place::Page => PresencePlace::OnPage,
                Place::Lobby => PresencePlace::Lobby,
                Place::Room => PresencePlace::Room,
            };
            (place, Some(client.since))
        }
        (None, Some(visit)) => (PresencePlace::Left, visit.ended),
        (None, None) => match attended.opened_link_at {
            Some(at) => (PresencePlace::OpenedLink, Some(at)),
            None => (PresencePlace::Nowhere, None),
        },
    };
    Presence {
        place,
        since,
        names: if hidden {
            Vec::new()
        } else {
            attended.clients.iter().filter(|client| !client.name.is_empty()).map(|client| client.name.clone()).collect()
        },
        specialist_inside: attended.specialist_inside_since.is_some(),
        line_unstable: attended.line_unstable && attended.somebody_there(),
        unproven: foremost.is_some_and(|client| client.unproven),
    }
}

fn step(event: &Event, hidden: bool) -> Option<Step> {
    let (mut reason, mut late) = (None, None);
    let kind = match &event.kind {
        Kind::ClientOpenedLink => StepKind::OpenedLink,
        Kind::ClientWaiting { lobby: false } => StepKind::OnPage,
        Kind::ClientWaiting { lobby: true } => StepKind::Lobby,
        Kind::ClientLate { minutes } => {
            late = Some(*minutes);
            StepKind::Late
        }
        Kind::ClientJoined { again: false } => StepKind::Joined,
        Kind::ClientJoined { again: true } => StepKind::JoinedAgain,
        Kind::ClientNamed => StepKind::Named,
        Kind::ClientLineLost => StepKind::LineLost,
        Kind::ClientLineBack => StepKind::LineBack,
        Kind::LineUnstable => StepKind::LineUnstable,
        Kind::ClientLeft { reason: why } if went_in(event, why) => StepKind::WentIn,
        Kind::ClientLeft { reason: why } => {
            reason = Some(why.clone());
            StepKind::Left
        }
        Kind::SessionStarted => StepKind::SessionStarted,
        Kind::SessionEnded { .. } => StepKind::SessionEnded,
        Kind::ClientAnswered { can_wait: true } => StepKind::CanWait,
        Kind::ClientAnswered { can_wait: false } => StepKind::CannotWait,
        Kind::ClientAdmitted { .. } => StepKind::Admitted,
        Kind::SpecialistAnswered { answer, minutes } => {
            late = *minutes;
            match answer.as_str() {
                "late" => StepKind::SpecialistLate,
                "cannot" => StepKind::Cannot,
                _ => StepKind::Coming,
            }
        }
        Kind::Escalated => StepKind::Escalated,
        Kind::MessageReceived { .. } => StepKind::Message,
        Kind::ConsultationChanged
        | Kind::Withdrawn { .. }
        | Kind::SourceSilent
        | Kind::SourceBack
        | Kind::CalendarChanged
        | Kind::ReachChanged
        | Kind::Delivery { .. }
        | Kind::Other => return None,
    };
    Some(Step {
        at: event.at,
        kind,
        name: (!hidden && !event.name.is_empty()).then(|| event.name.clone()),
        source: spoken_source(&event.source).to_owned(),
        reason,
        minutes: late,
        missed: event.missed,
    })
}

/// People know a messenger by its channel, whatever service is behind it.
fn spoken_source(source: &str) -> &str {
    messengers().iter().find(|messenger| messenger.id == source).map_or(source, |messenger| messenger.channel.name())
}
