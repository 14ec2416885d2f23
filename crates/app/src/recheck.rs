//! Looks shortly before a consultation whether its room is still there: how long a service keeps one is not said by all of them.

use crate::application::Application;
use crate::record::Status;
use crate::state::State;
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Late enough for the room to matter, early enough to send the client another link.
const BEFORE: Duration = Duration::minutes(30);

/// Consultation → the start before which its room was looked at.
type Looked = BTreeMap<String, DateTime<Utc>>;

pub(crate) async fn run(application: Arc<Application>) {
    let mut looked = Looked::new();
    // Every change makes a new view, and so does every minute.
    let mut views = application.subscribe();
    loop {
        let now = application.now();
        let due = {
            let mut state = application.look();
            state.forget_rooms(now);
            due(&state, &looked, now)
        };
        // What has begun is looked at no more; moved, it has another start.
        looked.retain(|_, starts_at| *starts_at > now);
        for (id, starts_at) in due {
            looked.insert(id.clone(), starts_at);
            tokio::select! {
                () = application.stop.cancelled() => return,
                () = look(&application, &id) => {}
            }
        }
        tokio::select! {
            () = application.stop.cancelled() => return,
            changed = views.changed() => if changed.is_err() { return },
        }
    }
}

/// The made rooms that are to be looked at now: once before each start, where an account is connected that can be asked.
fn due(state: &State, looked: &Looked, now: DateTime<Utc>) -> Vec<(String, DateTime<Utc>)> {
    state
        .consultations
        .between(now, now + BEFORE)
        .filter(|one| one.status == Status::Planned && one.made.is_some() && state.is_connected(&one.provider))
        .filter(|one| looked.get(&one.id) != Some(&one.starts_at))
        // One that was made or seen as shortly before needs no second look.
        .filter(|one| state.seen_rooms.get(&one.id).is_none_or(|seen| *seen < one.starts_at - BEFORE))
        .map(|one| (one.id.clone(), one.starts_at))
        .collect()
}

/// What it finds is remembered on the way; nobody waits for an answer, so a failure is told by the connection's health alone.
async fn look(application: &Arc<Application>, id: &str) {
    let Ok(consultation) = application.known_consultation(id) else { return };
    let Ok((info, made, opened)) = application.made_room(&consultation).await else { return };
    let _ = application.read_room(&consultation, (info, opened.as_ref()), &made.id).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::tests::made;
    use crate::record::Consultation;
    use crate::state::ConnectionState;
    use crate::testing::{at, consultation, state};
    use kabinet_domain::provider::ProviderInfo;
    use rstest::rstest;

    fn with_room(time: &str) -> Consultation {
        Consultation { provider: "rooms".into(), made: Some(made()), ..consultation("a", time, 50) }
    }

    fn connected(consultations: &[Consultation]) -> State {
        let mut state = state(consultations, &[]);
        let connection = ConnectionState { signed_in: true, ..ConnectionState::default() };
        state.connections.insert("rooms".into(), connection);
        state
    }

    #[rstest]
    #[case::too_early("12:31", false)]
    #[case::half_an_hour_before("12:30", true)]
    #[case::just_before("12:00:01", true)]
    #[case::begun("12:00", false)]
    #[case::over("10:00", false)]
    fn a_room_is_looked_at_shortly_before_the_start(#[case] starts: &str, #[case] expected: bool) {
        let state = connected(&[with_room(starts)]);
        assert_eq!(!due(&state, &Looked::new(), at("12:00")).is_empty(), expected);
    }

    #[test]
    fn once_for_each_start_and_only_where_it_can_be_asked() {
        let state = connected(&[with_room("12:20")]);
        let looked = |start: &str| Looked::from([("a".to_owned(), at(start))]);
        assert!(due(&state, &looked("12:20"), at("12:00")).is_empty());
        assert_eq!(due(&state, &looked("11:20"), at("12:00")), [("a".to_owned(), at("12:20"))]);
        let never = |state: &State| due(state, &Looked::new(), at("12:00")).is_empty();
        assert!(never(&crate::testing::state(&[with_room("12:20")], &[])), "nobody is signed in");
        assert!(never(&connected(&[Consultation { status: Status::Cancelled, ..with_room("12:20") }])));
        assert!(never(&connected(&[Consultation { made: None, ..with_room("12:20") }])));
    }

    #[test]
    fn a_token_that_the_operator_gives_is_an_account_that_can_be_asked() {
        let mut providers = crate::rooms::providers().iter();
        let signed = |info: &ProviderInfo| Some((info.id, info.capabilities.sign_in?.token));
        let (provider, token) = providers.find_map(signed).expect("one to sign in to");
        let mut known = state(&[Consultation { provider: provider.into(), ..with_room("12:20") }], &[]);
        known.place.providers = crate::rooms::providers();
        assert!(!known.is_connected(provider));
        known.given.insert(provider.into(), [token.to_owned()].into());
        assert!(known.is_connected(provider) && !due(&known, &Looked::new(), at("12:00")).is_empty());
    }

    #[test]
    fn what_is_over_or_gone_is_forgotten() {
        let mut state = connected(&[with_room("12:20")]);
        for id in ["a", "removed"] {
            state.seen_rooms.insert(id.into(), at("11:00"));
            state.without_cohosts.insert(id.into(), "somebody@example.org".into());
        }
        state.forget_rooms(at("12:00"));
        assert_eq!((state.seen_rooms.len(), state.without_cohosts.len()), (1, 1));
        state.forget_rooms(at("13:10"));
        assert!(state.seen_rooms.is_empty() && state.without_cohosts.is_empty());
    }

    #[rstest]
    #[case::made_a_moment_ago("11:50", false)]
    #[case::longer_ago("11:49", true)]
    fn one_that_was_there_shortly_before_needs_no_second_look(#[case] seen: &str, #[case] expected: bool) {
        let mut state = connected(&[with_room("12:20")]);
        state.seen_rooms.insert("a".into(), at(seen));
        assert_eq!(!due(&state, &Looked::new(), at("12:00")).is_empty(), expected);
    }
}
