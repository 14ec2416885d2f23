//! The page as HTML: whole without a script, as far as time and link go. What it says is in `page.ftl`.

use super::{SCRIPT, STYLE};
use crate::words::Words;
use chrono::{Datelike, Offset, Timelike};
use chrono_tz::Tz;
use kabinet_api::{PagePhase, PageState};
use kabinet_domain::Timestamp;

/// How a page is shown.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    pub words: &'static Words,
    /// Of the public address, before `/w/`.
    pub path: &'a str,
    /// Its reader wants it not to be asked for anew by itself, as those may who listen to it.
    pub still: bool,
}

/// Without a script the page is asked for anew this often, in seconds.
const RELOAD: u32 = 30;

/// A consultation's page.
#[must_use]
pub fn page(state: &PageState, reading: Reading<'_>) -> String {
    let words = reading.words;
    let say = |key: &str| escaped(&words.say(key, &[]));
    let json = serde_json::to_string(state).expect("plain values");
    let mut body =
        format!("<div id=\"page\" data-state=\"{}\">\n<main>\n<h1>{}</h1>\n", escaped(&json), escaped(&state.practice));
    if !matches!(state.phase, PagePhase::Over) {
        body.push_str(&format!(
            "<p class=\"when\"><time datetime=\"{}\">{}</time></p>\n",
            state.starts_at.to_rfc3339(),
            when(state, words)
        ));
    }
    match (&state.room, state.phase) {
        (Some(room), _) => {
            let link = format!("<a href=\"{}\" rel=\"noreferrer\">{}</a>", escaped(room), say("plain-enter"));
            body.push_str(&format!("<p>{}</p>\n<p>{link}</p>\n", say("plain-open")));
        }
        (None, PagePhase::Over) => body.push_str(&format!("<p>{}</p>\n", say("plain-over"))),
        (None, PagePhase::Cancelled) => body.push_str(&format!("<p>{}</p>\n", say("plain-cancelled"))),
        (None, _) => body.push_str(&format!("<p>{}</p>\n", say("plain-waiting"))),
    }
    body.push_str(&said(state, words));
    let is_on = matches!(state.phase, PagePhase::Waiting | PagePhase::Open);
    if is_on {
        let reload = format!("<a href=\"\">{}</a>", say("plain-reload-now"));
        let language = words.language();
        // Whatever moves by itself can be stopped: <https://www.w3.org/TR/WCAG22/#timing-adjustable>.
        let hint = match (&state.room, reading.still) {
            (Some(_), _) => format!("{} {reload}", say("plain-reload-hint")),
            (None, false) => {
                let stop = format!("<a href=\"?lang={language}&amp;still=1\">{}</a>", say("plain-reload-stop"));
                format!("{} {reload}</p><p>{stop}", say("plain-reload"))
            }
            (None, true) => {
                let start = format!("<a href=\"?lang={language}\">{}</a>", say("plain-reload-start"));
                format!("{} {reload}</p><p>{start}", say("plain-still"))
            }
        };
        body.push_str(&format!("<noscript><p>{}</p><p>{hint}</p></noscript>\n", say("plain-nobody-told")));
    }
    body.push_str("</main>\n</div>\n");
    let mut head = String::new();
    if is_on && state.room.is_none() && !reading.still {
        head.push_str(&format!("<noscript><meta http-equiv=\"refresh\" content=\"{RELOAD}\"></noscript>\n"));
    }
    if !SCRIPT.plain.is_empty() {
        head.push_str(&format!(
            "<script type=\"module\" src=\"{}/w/page.js?{}\"></script>\n",
            escaped(reading.path),
            *SCRIPT.hash
        ));
    }
    document(&state.practice, &head, &body, reading)
}

/// The page of a link that leads nowhere. Why, it does not tell: the same for one that never was, one that was taken back, and somebody else's.
#[must_use]
pub fn calm(reading: Reading<'_>) -> String {
    let say = |key: &str| escaped(&reading.words.say(key, &[]));
    let body = format!(
        "<main>\n<h1>{}</h1>\n<p>{}</p>\n<p>{}</p>\n</main>\n",
        say("plain-nowhere"),
        say("plain-nowhere-why"),
        say("plain-nowhere-do")
    );
    document(&reading.words.say("plain-nowhere", &[]), "", &body, reading)
}

fn document(title: &str, head: &str, body: &str, reading: Reading<'_>) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>{STYLE}</style>\n{head}</head>\n\
         <body>\n{body}</body>\n</html>\n",
        reading.words.language(),
        escaped(title),
    )
}

/// The specialist's word about being late, as far as it can be said without a script.
fn said(state: &PageState, words: &Words) -> String {
    let Some(specialist) = &state.specialist else { return String::new() };
    let text = match (specialist.answer.as_str(), specialist.until) {
        ("coming", _) => words.say("plain-specialist-coming", &[]),
        ("late", Some(until)) => {
            // Whoever comes by the planned time is not late.
            let key = if until <= state.starts_at { "plain-specialist-by-then" } else { "plain-specialist-late" };
            words.say(key, &[("time", &clock(until, zone(state)))])
        }
        ("cannot", _) => words.say("plain-specialist-cannot", &[]),
        _ => return String::new(),
    };
    format!("<p>{}</p>\n", escaped(&text))
}

/// Day and time by the practice's clock, and that it is the practice's.
fn when(state: &PageState, words: &Words) -> String {
    let zone = zone(state);
    let local = state.starts_at.with_timezone(&zone);
    let weekday = words.say(&format!("plain-weekday-{}", local.weekday().number_from_monday()), &[]);
    let month = words.say(&format!("plain-month-{}", local.month()), &[]);
    let (day, time) = (local.day().to_string(), clock(state.starts_at, zone));
    let minutes = local.offset().fix().local_minus_utc() / 60;
    let offset = format!("{}{:02}:{:02}", if minutes < 0 { '−' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60);
    let when = words.say("plain-when", &[("weekday", &weekday), ("day", &day), ("month", &month), ("time", &time)]);
    let zone = if zone == Tz::UTC { "UTC".to_owned() } else { format!("{}, UTC{offset}", zone.name()) };
    let whose = words.say("plain-zone", &[("zone", &zone)]);
    format!("{} <small>{}</small>", escaped(&when), escaped(&whose))
}

fn clock(at: Timestamp, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

fn zone(state: &PageState) -> Tz {
    state.time_zone.parse().unwrap_or(Tz::UTC)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;
    use kabinet_api::PageSpecialist;

    fn state(phase: PagePhase, room: Option<&str>) -> PageState {
        PageState {
            revision: "r".into(),
            now: "2026-12-23T11:00:00Z".parse().expect("a time"),
            practice: "<Практика> & \"К\"".into(),
            starts_at: "2026-12-23T12:00:00Z".parse().expect("a time"),
            ends_at: "2026-12-23T12:50:00Z".parse().expect("a time"),
            time_zone: "Europe/Moscow".into(),
            phase,
            specialist_told: true,
            waiting_since: None,
            specialist: None,
            late: None,
            room: room.map(str::to_owned),
            remind_by_telegram: None,
        }
    }

    fn reading(language: &str) -> Reading<'static> {
        Reading { words: words(language), path: "", still: false }
    }

    #[test]
    fn the_page_says_time_and_zone_in_both_languages() {
        let html = |language: &str| page(&state(PagePhase::Waiting, None), reading(language));
        assert!(html("ru").contains("среда, 23 декабря, 15:00"), "{}", html("ru"));
        assert!(html("en").contains("Wednesday, 23 December, 15:00"), "{}", html("en"));
        assert!(html("ru").contains("Europe/Moscow, UTC+03:00"));
        assert!(html("ru").contains("&lt;Практика&gt; &amp; &quot;К&quot;") && !html("ru").contains("<Практика>"));
        assert!(html("en").contains("http-equiv=\"refresh\""));
    }

    #[test]
    fn who_is_disturbed_by_it_stops_the_page_from_reloading_by_itself() {
        let html = |still| page(&state(PagePhase::Waiting, None), Reading { still, ..reading("en") });
        assert!(html(false).contains("http-equiv=\"refresh\"") && html(false).contains("href=\"?lang=en&amp;still=1\""));
        assert!(!html(true).contains("http-equiv") && html(true).contains("href=\"?lang=en\""));
    }

    #[test]
    fn whoever_comes_by_the_planned_time_is_not_called_late() {
        let said = |until: &str| {
            let specialist = PageSpecialist { answer: "late".into(), until: Some(until.parse().expect("a time")), client: None };
            let state = PageState { specialist: Some(specialist), ..state(PagePhase::Waiting, None) };
            page(&state, reading("en"))
        };
        assert!(said("2026-12-23T12:00:00Z").contains("Your specialist will be here at 15:00."));
        assert!(said("2026-12-23T12:05:00Z").contains("running late and will be here at 15:05."));
    }

    #[test]
    fn a_link_is_there_when_the_door_is_open_and_nothing_to_reload_once_it_is_over() {
        let reading = reading("en");
        let open = page(&state(PagePhase::Open, Some("https://meet.example.org/a?b=1&c=\"")), reading);
        assert!(open.contains("href=\"https://meet.example.org/a?b=1&amp;c=&quot;\""), "{open}");
        let over = page(&state(PagePhase::Over, None), reading);
        assert!(!over.contains("refresh") && !over.contains("href=\"https"), "{over}");
        assert!(!calm(reading).contains("Практика"));
    }
}
