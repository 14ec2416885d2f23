//! What pages say, and what is told of it.

use chrono::Duration;
use kabinet_domain::waiting::{Meeting, Told, Visits, Word, wait};
use kabinet_domain::{EventKind, Timestamp};
use proptest::prelude::*;

const INTO_ROOM: Word = Word::Leave { into_room: true };
const CLOSED: Word = Word::Leave { into_room: false };

fn start() -> Timestamp {
    "2026-12-23T12:00:00Z".parse().expect("a time")
}

fn at(seconds: i64) -> Timestamp {
    start() + Duration::seconds(seconds)
}

fn meeting() -> Meeting {
    Meeting { starts_at: start(), ends_at: at(3000), is_open: true, room_reports: true, inside: false }
}

/// The pages of one consultation as time goes by.
struct Scene {
    meeting: Meeting,
    visits: Visits,
    told: Told,
    said: Vec<String>,
    now: Timestamp,
    look: Option<Timestamp>,
}

impl Scene {
    fn new(meeting: Meeting) -> Self {
        Self { meeting, visits: Visits::default(), told: Told::default(), said: Vec::new(), now: at(-100_000), look: None }
    }

    fn look(&mut self) {
        let waiting = wait(&self.meeting, &self.visits, &self.told, self.now);
        for telling in waiting.tellings {
            self.told.page(&telling.kind, &telling.about, telling.at);
            self.said.push(match telling.kind {
                EventKind::ClientLeft { reason } => format!("left {}", reason.name()),
                kind => kind.name().trim_start_matches("client_").to_owned(),
            });
        }
        assert!(waiting.look_again_at.is_none_or(|at| at > self.now), "looking again leads on");
        self.look = waiting.look_again_at;
        assert_eq!(wait(&self.meeting, &self.visits, &self.told, self.now).tellings, [], "what is told is not told again");
    }

    /// Lets time pass, looking whenever there is a reason to.
    fn until(&mut self, now: Timestamp) {
        while let Some(look) = self.look.filter(|look| *look <= now) {
            self.now = look;
            self.look();
        }
        self.now = self.now.max(now);
        self.look();
    }

    fn say(&mut self, visit: &str, word: Word, when: i64) {
        self.until(at(when));
        self.visits.hear(visit, word, at(when));
        self.look();
    }

    fn beats(&mut self, visit: &str, from: i64, to: i64) {
        for when in (from..=to).step_by(10) {
            self.say(visit, Word::Here, when);
        }
    }

    fn check(&mut self, until: i64, said: &[&str]) {
        self.until(at(until));
        assert_eq!(self.said, said);
    }
}

#[test]
fn a_visible_page_waits_and_a_closed_one_does_not() {
    let mut scene = Scene::new(meeting());
    scene.beats("phone", -300, 0);
    scene.check(0, &["opened_link", "waiting"]);
    scene.say("phone", CLOSED, 5);
    scene.check(12, &["opened_link", "waiting"]);
    scene.check(20, &["opened_link", "waiting", "left closed"]);
    scene.beats("phone again", 60, 70);
    scene.check(80, &["opened_link", "waiting", "left closed", "opened_link", "waiting"]);
}

#[test]
fn a_reload_is_silence() {
    let mut scene = Scene::new(meeting());
    scene.beats("one", -100, 0);
    scene.say("one", CLOSED, 3);
    scene.beats("two", 6, 100);
    scene.check(100, &["opened_link", "waiting"]);
}

#[test]
fn a_sleeping_phone_is_a_lost_line_and_then_gone() {
    let mut scene = Scene::new(meeting());
    scene.beats("phone", -100, 0);
    scene.check(34, &["opened_link", "waiting"]);
    scene.check(40, &["opened_link", "waiting", "line_lost"]);
    scene.say("phone", Word::Here, 60);
    scene.check(61, &["opened_link", "waiting", "line_lost", "line_back"]);
    scene.check(149, &["opened_link", "waiting", "line_lost", "line_back", "line_lost"]);
    scene.check(151, &["opened_link", "waiting", "line_lost", "line_back", "line_lost", "left lost"]);
    // It wakes up: the same page, so the link was not opened again.
    scene.say("phone", Word::Here, 600);
    assert_eq!(scene.said.last().map(String::as_str), Some("waiting"));
    assert_eq!(scene.told.waiting_since, Some(at(600)));
}

#[test]
fn a_heartbeat_that_was_overtaken_opens_nothing_again() {
    let mut scene = Scene::new(meeting());
    scene.beats("phone", -30, 0);
    scene.say("phone", CLOSED, 5);
    scene.visits.hear("phone", Word::Here, at(5) + Duration::milliseconds(300));
    scene.check(20, &["opened_link", "waiting", "left closed"]);
}

#[test]
fn visits_that_are_made_up_do_not_fill_the_log() {
    let mut scene = Scene::new(meeting());
    for visit in 0..500 {
        scene.say(&format!("made-up-{visit}"), Word::Here, -300 + visit);
        scene.say(&format!("made-up-{visit}"), CLOSED, -300 + visit);
    }
    // A made-up visit in every second is one person who waits, and leaves when there are no more of them.
    let told = |scene: &Scene, what: &str| scene.said.iter().filter(|said| *said == what).count();
    scene.until(at(299));
    assert!(told(&scene, "opened_link") <= 100);
    assert_eq!((told(&scene, "waiting"), told(&scene, "left closed")), (1, 1));
    scene.beats("real", 300, 400);
    assert_eq!((told(&scene, "waiting"), told(&scene, "left closed")), (2, 1), "who waits is told all the same");
}

#[test]
fn a_page_left_open_overnight_alerts_nobody_until_its_time() {
    let mut scene = Scene::new(meeting());
    scene.beats("laptop", -40_000, -3_700);
    scene.check(-3_700, &["opened_link"]);
    scene.beats("laptop", -3_690, -3_590);
    scene.check(-3_590, &["opened_link", "waiting"]);
    assert_eq!(scene.told.waiting_since, Some(at(-3_600)));
    scene.beats("laptop", -3_580, 3_000 + 1_800);
    scene.check(3_000 + 1_801, &["opened_link", "waiting", "left ended"]);
    scene.beats("laptop", 5_000, 9_000);
    scene.check(9_100, &["opened_link", "waiting", "left ended"]);
}

#[test]
fn nobody_waits_for_what_is_cancelled() {
    let mut scene = Scene::new(Meeting { is_open: false, ..meeting() });
    scene.beats("phone", -100, 0);
    scene.check(10, &["opened_link"]);
}

#[test]
fn going_in_is_told_at_once_and_by_the_room_itself_where_it_reports() {
    let mut scene = Scene::new(meeting());
    scene.beats("phone", -30, 0);
    scene.beats("laptop", -25, 0);
    scene.say("phone", INTO_ROOM, 4);
    scene.check(4, &["opened_link", "waiting", "left moved"]);
    // The laptop still shows the page; the person is in the room.
    scene.beats("laptop", 5, 500);
    scene.check(500, &["opened_link", "waiting", "left moved"]);
}

#[test]
fn where_the_room_reports_nothing_going_in_is_being_there() {
    let mut scene = Scene::new(Meeting { room_reports: false, ..meeting() });
    scene.beats("phone", -30, 0);
    scene.say("phone", INTO_ROOM, 4);
    scene.check(4, &["opened_link", "waiting", "left moved", "joined"]);
    scene.beats("phone", 100, 110);
    scene.check(110, &["opened_link", "waiting", "left moved", "joined", "left unknown", "waiting"]);
    scene.say("phone", INTO_ROOM, 114);
    scene.check(3_000, &["opened_link", "waiting", "left moved", "joined", "left unknown", "waiting", "left moved", "joined"]);
    scene.check(
        5_000,
        &["opened_link", "waiting", "left moved", "joined", "left unknown", "waiting", "left moved", "joined", "left ended"],
    );
}

#[test]
fn nobody_waits_on_the_page_who_is_in_the_room() {
    let mut scene = Scene::new(meeting());
    scene.beats("phone", -30, 0);
    scene.meeting.inside = true;
    scene.told.room_has_them();
    scene.beats("phone", 10, 100);
    scene.check(100, &["opened_link", "waiting"]);
    scene.meeting.inside = false;
    scene.say("phone", Word::Here, 110);
    scene.check(110, &["opened_link", "waiting", "waiting"]);
}

#[test]
fn whoever_was_told_as_waiting_has_time_to_be_heard_after_a_restart() {
    let mut scene = Scene::new(meeting());
    scene.beats("phone", -30, 0);
    let restarted = |scene: &mut Scene| scene.visits = scene.told.visits(scene.now);
    scene.until(at(5));
    restarted(&mut scene);
    scene.beats("phone", 20, 40);
    scene.check(40, &["opened_link", "waiting"]);
    restarted(&mut scene);
    scene.check(200, &["opened_link", "waiting", "line_lost", "left lost"]);
}

fn word() -> impl Strategy<Value = Word> {
    prop_oneof![8 => Just(Word::Here), 1 => Just(CLOSED), 1 => Just(INTO_ROOM)]
}

/// Who says what, and how many seconds after what was said before.
fn story() -> impl Strategy<Value = Vec<(usize, Word, i64)>> {
    prop::collection::vec((0..3usize, word(), prop_oneof![4 => 0..15i64, 1 => 15..200i64]), 1..60)
}

fn names(visit: usize) -> &'static str {
    ["phone", "laptop", "tablet"][visit]
}

type Said = (usize, Word, i64);

/// The same words in order, and twice in any order.
fn retold() -> impl Strategy<Value = (Vec<Said>, Vec<Said>)> {
    story().prop_flat_map(|story| {
        let mut when = -600;
        let mut timed = |(visit, word, after)| {
            when += after;
            (visit, word, when)
        };
        let words: Vec<Said> = story.into_iter().map(&mut timed).collect();
        let twice = [words.clone(), words.clone()].concat();
        (Just(words), Just(twice).prop_shuffle())
    })
}

fn heard(words: &[Said]) -> Visits {
    let mut visits = Visits::default();
    for (visit, word, when) in words {
        visits.hear(names(*visit), *word, at(*when));
    }
    visits
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter((words, shuffled) in retold()) {
        prop_assert_eq!(heard(&shuffled), heard(&words));
    }

    #[test]
    fn a_person_waits_once_and_leaves_before_waiting_again(story in story(), room_reports in any::<bool>(), begins in -4_500..4_500i64) {
        let mut scene = Scene::new(Meeting { room_reports, ..meeting() });
        let mut when = begins;
        for (visit, word, after) in story {
            when += after;
            scene.say(names(visit), word, when);
        }
        scene.until(at(20_000));
        let mut there = None;
        for said in &scene.said {
            match said.as_str() {
                "waiting" | "joined" => {
                    prop_assert_eq!(there, None, "{:?}", scene.said);
                    there = Some(said.as_str());
                }
                "line_lost" | "line_back" => prop_assert_eq!(there, Some("waiting"), "{:?}", scene.said),
                left if left.starts_with("left") => {
                    prop_assert!(there.is_some(), "{:?}", scene.said);
                    there = None;
                }
                _ => {}
            }
        }
        prop_assert_eq!(there, None, "in the end everybody has gone: {:?}", scene.said);
    }

    #[test]
    fn a_second_device_tells_nothing_more(from in 0..200i64, lasts in 0..300i64) {
        let alone = |second: bool| {
            let mut scene = Scene::new(meeting());
            for when in (-300..=300).step_by(10) {
                scene.say("phone", Word::Here, when);
                if second && when >= from && when <= (from + lasts).min(290) {
                    scene.say("laptop", Word::Here, when);
                }
            }
            scene.until(at(1_000));
            scene.said
        };
        prop_assert_eq!(alone(true), alone(false));
    }
}
