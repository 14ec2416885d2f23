//! From facts to a page.

use crate::ports::{KeptDelivery, Tally};
use crate::words::Words;
use kabinet_api::{ConnectionHealth, Health, SourceHealth};
use kabinet_domain::{Channel, DeliveryState, Purpose, Timestamp};
use std::fmt::Write;

/// What is shown.
#[derive(Debug)]
pub struct Facts {
    pub health: Health,
    pub tallies: Vec<Tally>,
    pub oldest_due: Option<Timestamp>,
    pub failures: Vec<KeptDelivery>,
    /// What became of the button that was pressed: the end of a phrase's key.
    pub said: Option<&'static str>,
    pub now: Timestamp,
}

/// How something is, as a mark beside it. The words say it too.
#[derive(Clone, Copy)]
enum Mark {
    Good,
    Bad,
    Unknown,
}

/// The whole page.
#[must_use]
pub fn status(words: &Words, facts: &Facts) -> String {
    let mut main = String::new();
    let said = facts.said.map(|said| words.say(&format!("status-{said}"), &[]));
    if let Some(said) = said {
        let _ = write!(main, "<p class=\"said\" role=\"status\">{}</p>", Text(&said));
    }
    summary(words, facts, &mut main);
    main.push_str("<div class=\"two\">");
    connections(words, &facts.health.connections, &mut main);
    sources(words, &facts.health.sources, &mut main);
    main.push_str("</div>");
    deliveries(words, facts, &mut main);
    failures(words, facts, &mut main);
    whole(words, &main)
}

/// A page that says one thing.
#[must_use]
pub fn note(words: &Words, key: &str) -> String {
    let back = if key == "status-refused" {
        format!("<p><a href=\"../status\">{}</a></p>", Text(&words.say("status-back", &[])))
    } else {
        String::new()
    };
    whole_in(words, &format!("<section><p>{}</p>{back}</section>", Text(&words.say(key, &[]))), key == "status-refused")
}

fn whole(words: &Words, main: &str) -> String {
    whole_in(words, main, false)
}

/// A page one level below finds the style one level above.
fn whole_in(words: &Words, main: &str, below: bool) -> String {
    let style = if below { "style.css" } else { "status/style.css" };
    let title = words.say("status-title", &[]);
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"{style}\"></head><body><main><h1>{title}</h1>{main}</main></body></html>",
        words.language(),
        title = Text(&title),
    )
}

fn summary(words: &Words, facts: &Facts, out: &mut String) {
    let health = &facts.health;
    let (mark, key) = match (health.writable, health.status.as_str()) {
        (false, _) => (Mark::Bad, "status-not-writable"),
        (true, "ok") => (Mark::Good, "status-good"),
        (true, _) => (Mark::Bad, "status-degraded"),
    };
    let age = age(words, health.uptime_seconds);
    let (followers, queue) = (health.followers.to_string(), health.queue.to_string());
    let unplanned = health.unplanned_rooms.to_string();
    let _ = write!(out, "<section><p class=\"summary\">{}{}</p><ul>", dot(mark), Text(&words.say(key, &[])));
    for line in [
        words.say("status-running", &[("age", &age), ("version", &health.version)]),
        words.say("status-followers", &[("count", &followers)]),
        words.say("status-queue", &[("count", &queue)]),
        words.say("status-unplanned", &[("count", &unplanned)]),
    ] {
        let _ = write!(out, "<li>{}</li>", Text(&line));
    }
    out.push_str("</ul></section>");
}

fn connections(words: &Words, connections: &[ConnectionHealth], out: &mut String) {
    let _ = write!(out, "<section><h2>{}</h2>", Text(&words.say("status-connections", &[])));
    if connections.is_empty() {
        let _ = write!(out, "<p class=\"quiet\">{}</p></section>", Text(&words.say("status-no-connections", &[])));
        return;
    }
    out.push_str("<ul class=\"marked\">");
    for connection in connections {
        let mark = match connection.state.as_str() {
            "ok" => Mark::Good,
            "failing" => Mark::Bad,
            _ => Mark::Unknown,
        };
        item(mark, &connection.connection, &standing(words, connection), out);
    }
    out.push_str("</ul></section>");
}

/// How a connection is, why, and since when that is known.
fn standing(words: &Words, connection: &ConnectionHealth) -> String {
    let state = words.say("status-connection-state", &[("state", &connection.state)]);
    let since = |key| connection.age_seconds.map(|seconds| words.say(key, &[("age", &age(words, seconds))]));
    let details = match connection.state.as_str() {
        "ok" => [None, since("status-checked")],
        // Says by itself what goes on; when it worked last is no matter for so short a while.
        "applying" => [None, None],
        _ => [connection.code.as_ref().map(|code| reason(words, Some(code))), since("status-last-worked")],
    };
    std::iter::once(state).chain(details.into_iter().flatten()).collect::<Vec<_>>().join(" · ")
}

fn sources(words: &Words, sources: &[SourceHealth], out: &mut String) {
    let _ = write!(out, "<section><h2>{}</h2>", Text(&words.say("status-sources", &[])));
    if sources.is_empty() {
        let _ = write!(out, "<p class=\"quiet\">{}</p></section>", Text(&words.say("status-no-sources", &[])));
        return;
    }
    out.push_str("<ul class=\"marked\">");
    for source in sources {
        let (mark, key) = if source.silent { (Mark::Bad, "status-source-silent") } else { (Mark::Good, "status-source-heard") };
        item(mark, &source.source, &words.say(key, &[("age", &age(words, source.age_seconds))]), out);
    }
    out.push_str("</ul></section>");
}

fn item(mark: Mark, name: &str, details: &str, out: &mut String) {
    let _ =
        write!(out, "<li>{}<span><b>{}</b> <span class=\"quiet\">{}</span></span></li>", dot(mark), Text(name), Text(details));
}

fn deliveries(words: &Words, facts: &Facts, out: &mut String) {
    let _ = write!(out, "<section><h2>{}</h2>", Text(&words.say("status-deliveries", &[])));
    if facts.tallies.is_empty() {
        let _ = write!(out, "<p class=\"quiet\">{}</p></section>", Text(&words.say("status-no-deliveries", &[])));
        return;
    }
    let oldest = facts.oldest_due.map_or_else(
        || words.say("status-none-due", &[]),
        |due| words.say("status-oldest", &[("age", &age(words, seconds(due, facts.now)))]),
    );
    let _ = write!(out, "<p>{}</p>", Text(&oldest));
    table(words, "status-deliveries", out);
    for key in ["status-channel", "status-purpose"] {
        let _ = write!(out, "<th scope=\"col\">{}</th>", Text(&words.say(key, &[])));
    }
    for state in DeliveryState::ALL {
        let _ = write!(
            out,
            "<th scope=\"col\" class=\"number\">{}</th>",
            Text(&words.say("status-state-name", &[("state", state.name())]))
        );
    }
    out.push_str("</tr></thead><tbody>");
    let mut rows: Vec<(Channel, Purpose)> = facts.tallies.iter().map(|tally| (tally.channel, tally.purpose)).collect();
    rows.dedup();
    for (channel, purpose) in rows {
        let _ =
            write!(out, "<tr><td>{}</td><td>{}</td>", Text(&channel_name(words, channel)), Text(&purpose_name(words, purpose)));
        for state in DeliveryState::ALL {
            let this = |tally: &&Tally| (tally.channel, tally.purpose, tally.state) == (channel, purpose, state);
            let count = facts.tallies.iter().find(this).map_or(0, |tally| tally.count);
            let class = match (state, count) {
                (_, 0) => "number quiet",
                (DeliveryState::Failed | DeliveryState::Unsure, _) => "number bad",
                _ => "number",
            };
            let _ = write!(out, "<td class=\"{class}\">{count}</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div></section>");
}

fn failures(words: &Words, facts: &Facts, out: &mut String) {
    let _ = write!(out, "<section><h2>{}</h2>", Text(&words.say("status-failures", &[])));
    if facts.failures.is_empty() {
        let _ = write!(out, "<p class=\"quiet\">{}</p></section>", Text(&words.say("status-no-failures", &[])));
        return;
    }
    table(words, "status-failures", out);
    for key in ["status-when", "status-channel", "status-purpose", "status-why"] {
        let _ = write!(out, "<th scope=\"col\">{}</th>", Text(&words.say(key, &[])));
    }
    let _ = write!(out, "<th scope=\"col\" class=\"number\">{}</th>", Text(&words.say("status-attempts", &[])));
    let resend = words.say("status-resend", &[]);
    let _ = write!(out, "<th scope=\"col\"><span class=\"hidden\">{}</span></th></tr></thead><tbody>", Text(&resend));
    for kept in &facts.failures {
        let delivery = &kept.delivery;
        let age = words.say("status-ago", &[("age", &age(words, seconds(kept.updated_at, facts.now)))]);
        let _ = write!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td><td>\
             <form method=\"post\" action=\"status/resend\"><input type=\"hidden\" name=\"id\" value=\"{}\"><button>{}</button></form></td></tr>",
            Text(&age),
            Text(&channel_name(words, delivery.channel)),
            Text(&purpose_name(words, delivery.purpose)),
            Text(&reason(words, kept.code.as_deref())),
            kept.attempts,
            delivery.id,
            Text(&resend),
        );
    }
    out.push_str("</tbody></table></div></section>");
}

/// Begins a table that may be wider than a phone: then it is moved by touch or by keyboard.
fn table(words: &Words, name: &str, out: &mut String) {
    let name = words.say(name, &[]);
    let _ = write!(out, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{}\"><table><thead><tr>", Text(&name));
}

fn channel_name(words: &Words, channel: Channel) -> String {
    words.say("status-channel-name", &[("channel", channel.name())])
}

fn purpose_name(words: &Words, purpose: Purpose) -> String {
    words.say("status-purpose-name", &[("purpose", purpose.name())])
}

fn reason(words: &Words, code: Option<&str>) -> String {
    words.say("status-reason", &[("code", code.unwrap_or("none"))])
}

fn dot(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "<i class=\"dot good\"></i>",
        Mark::Bad => "<i class=\"dot bad\"></i>",
        Mark::Unknown => "<i class=\"dot\"></i>",
    }
}

fn seconds(since: Timestamp, now: Timestamp) -> u64 {
    u64::try_from((now - since).num_seconds()).unwrap_or(0)
}

/// Roughly, as a person would say it.
fn age(words: &Words, seconds: u64) -> String {
    let (key, count) = match seconds {
        0..120 => ("status-seconds", seconds),
        120..7_200 => ("status-minutes", seconds / 60),
        7_200..172_800 => ("status-hours", seconds / 3_600),
        _ => ("status-days", seconds / 86_400),
    };
    words.say(key, &[("count", &count.to_string())])
}

/// Text as HTML shows it.
struct Text<'a>(&'a str);

impl std::fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn ages_are_said_roughly() {
        let english = words("en");
        for (seconds, said) in
            [(5, "5 s"), (119, "119 s"), (120, "2 min"), (7_199, "119 min"), (7_200, "2 h"), (200_000, "2 days")]
        {
            assert_eq!(age(english, seconds), said);
        }
        assert_eq!(age(words("ru"), 86_400 * 21), "21 день");
    }

    #[test]
    fn how_a_connection_is_reads_as_a_person_would_say_it() {
        let said = |language, state: &str, code: Option<&str>, age_seconds| {
            let (connection, state, code) = ("green-api".into(), state.into(), code.map(str::to_owned));
            standing(words(language), &ConnectionHealth { connection, state, code, last_success_at: None, age_seconds })
        };
        assert_eq!(said("ru", "ok", None, Some(17)), "работает · проверено 17 с назад");
        assert_eq!(said("en", "ok", None, Some(17)), "works · checked 17 s ago");
        assert_eq!(
            said("ru", "failing", Some("unreachable"), Some(180)),
            "не работает · мессенджер не отвечает · в последний раз отвечало 3 мин назад"
        );
        assert_eq!(said("en", "failing", Some("unreachable"), None), "does not work · the messenger does not answer");
        for seconds in [None, Some(17)] {
            assert_eq!(
                said("ru", "applying", Some("applying_settings"), seconds),
                "применяет новые настройки, это до пяти минут"
            );
            assert_eq!(
                said("en", "applying", Some("applying_settings"), seconds),
                "is applying new settings, which takes up to five minutes"
            );
        }
        assert_eq!(said("en", "unknown", None, None), "not asked yet");
    }

    #[test]
    fn settings_that_are_being_applied_are_no_alarm() {
        let page = |state: &str| {
            let mut page = String::new();
            let (connection, state) = ("green-api".into(), state.into());
            let one = ConnectionHealth { connection, state, code: None, last_success_at: None, age_seconds: None };
            connections(words("en"), &[one], &mut page);
            page
        };
        assert!(page("failing").contains(dot(Mark::Bad)));
        assert!(page("applying").contains(dot(Mark::Unknown)) && !page("applying").contains("bad"));
    }

    #[test]
    fn whatever_is_wrong_with_a_connection_is_said_in_words() {
        let connections =
            ["applying_settings", "webhook_set", "second_listener", "not_authorised", "not_signed_in", "unreachable"];
        let accounts = [
            "sign_in_again",
            "account_restricted",
            "plan_too_small",
            "provider_forbids",
            "provider_busy",
            "provider_rejects",
            "provider_unavailable",
            "provider_unexpected",
            "room_may_have_been_made",
        ];
        for (language, code) in
            ["ru", "en"].into_iter().flat_map(|language| connections.iter().chain(&accounts).map(move |code| (language, code)))
        {
            assert_ne!(reason(words(language), Some(code)), *code, "{language}");
        }
    }

    #[test]
    fn what_others_call_themselves_is_text() {
        assert_eq!(Text("<a href='x'>&\"").to_string(), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    }
}
