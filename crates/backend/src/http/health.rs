//! For operators and their monitors: no names, no rooms.

use super::App;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kabinet_api::{ErrorBody, Health};
use std::fmt::Write;

#[utoipa::path(get, path = "/health", tag = "operators",
    responses((status = 200, body = Health)))]
pub async fn health(State(app): State<App>) -> Response {
    axum::Json(look(&app).await).into_response()
}

#[utoipa::path(get, path = "/health/ready", tag = "operators",
    responses((status = 200, body = Ready), (status = 503, body = ErrorBody, description = "It does not take reports now")))]
pub async fn ready(State(app): State<App>) -> Response {
    if app.draining.is_cancelled() || !app.status.writable() {
        return super::Refusal::later("not_ready", "the log does not take reports now").into_response();
    }
    (StatusCode::OK, axum::Json(Ready { ready: true })).into_response()
}

#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Ready {
    ready: bool,
}

#[utoipa::path(get, path = "/metrics", tag = "operators",
    responses((status = 200, content_type = "text/plain", body = String, description = "Prometheus text format")))]
pub async fn metrics(State(app): State<App>) -> Response {
    let health = look(&app).await;
    let counts = app.status.counts();
    let messages = app.clients.messengers.counts();
    let mut text = String::new();
    for (name, kind, help, value) in [
        ("kabinet_signals_total", "counter", "Signals that were kept.", counts.signals),
        ("kabinet_events_total", "counter", "Events that were told.", counts.events),
        ("kabinet_ignored_total", "counter", "Webhooks that meant nothing.", counts.ignored),
        ("kabinet_refused_total", "counter", "Wrong secrets, tokens and codes.", counts.refused),
        ("kabinet_rooms_made_total", "counter", "Rooms that a provider made.", counts.rooms_made),
        ("kabinet_rooms_refused_total", "counter", "Rooms that a provider did not make.", counts.rooms_refused),
        ("kabinet_rooms_unsure_total", "counter", "Rooms of which nobody knows whether they were made.", counts.rooms_unsure),
        ("kabinet_calendar_rounds_total", "counter", "Comparisons with the calendar.", counts.calendar_rounds),
        ("kabinet_calendar_failures_total", "counter", "Comparisons that did not come to their end.", counts.calendar_failures),
        ("kabinet_calendar_conflicts", "gauge", "Conferences that were changed here and there.", counts.calendar_conflicts),
        ("kabinet_messengers_received_total", "counter", "What messengers sent by themselves, each once.", messages.received),
        ("kabinet_messengers_handled_total", "counter", "Of that, what was handled.", messages.handled),
        ("kabinet_messages_of_strangers_total", "counter", "Messages of people who are nobody's clients.", messages.strangers),
        ("kabinet_log_cursor", "gauge", "The last position in the log.", health.cursor),
        ("kabinet_queue", "gauge", "Reports that wait to be written.", health.queue),
        ("kabinet_followers", "gauge", "Followers of the feed.", health.followers),
        ("kabinet_unplanned_rooms", "gauge", "Rooms in use that nobody planned.", health.unplanned_rooms),
        ("kabinet_writable", "gauge", "1 while the log can be written.", u64::from(health.writable)),
        ("kabinet_uptime_seconds", "gauge", "Seconds since the start.", health.uptime_seconds),
    ] {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    }
    text.push_str(
        "# HELP kabinet_source_age_seconds Seconds since a source's last report.\n# TYPE kabinet_source_age_seconds gauge\n",
    );
    for source in &health.sources {
        let name: String = source.source.chars().filter(|c| !matches!(c, '"' | '\\') && !c.is_control()).collect();
        let _ = writeln!(text, "kabinet_source_age_seconds{{source=\"{name}\"}} {}", source.age_seconds);
    }
    text.push_str("# HELP kabinet_connection_up 1 while a connection works, or only applies new settings.\n# TYPE kabinet_connection_up gauge\n");
    for connection in &health.connections {
        let up = u8::from(matches!(connection.state.as_str(), "ok" | "applying"));
        let _ = writeln!(text, "kabinet_connection_up{{connection=\"{}\"}} {up}", connection.connection);
    }
    text.push_str(
        "# HELP kabinet_connection_age_seconds Seconds since a connection last worked.\n# TYPE kabinet_connection_age_seconds gauge\n",
    );
    for connection in &health.connections {
        if let Some(age) = connection.age_seconds {
            let _ = writeln!(text, "kabinet_connection_age_seconds{{connection=\"{}\"}} {age}", connection.connection);
        }
    }
    write_deliveries(&app, &mut text).await;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// Without them, where the database does not answer: the rest is wanted all the more.
async fn write_deliveries(app: &App, text: &mut String) {
    let (outbox, now) = (app.deliveries.outbox(), app.now());
    let (tallies, oldest) = match (outbox.tallies().await, outbox.oldest_due(now).await) {
        (Ok(tallies), Ok(oldest)) => (tallies, oldest),
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot count deliveries");
            return;
        }
    };
    text.push_str("# HELP kabinet_deliveries Messages by how far they got.\n# TYPE kabinet_deliveries gauge\n");
    for tally in tallies {
        let (channel, purpose, state) = (tally.channel.name(), tally.purpose.name(), tally.state.name());
        let _ =
            writeln!(text, "kabinet_deliveries{{channel=\"{channel}\",purpose=\"{purpose}\",state=\"{state}\"}} {}", tally.count);
    }
    let age = oldest.map_or(0, |due| (now - due).num_seconds().max(0));
    let _ = writeln!(
        text,
        "# HELP kabinet_delivery_oldest_seconds Since the oldest message that was not sent yet is due.\n\
         # TYPE kabinet_delivery_oldest_seconds gauge\nkabinet_delivery_oldest_seconds {age}"
    );
    text.push_str("# HELP kabinet_delivery_attempts_total Attempts to send, by what came of them.\n# TYPE kabinet_delivery_attempts_total counter\n");
    for ((channel, result), count) in app.deliveries.attempts() {
        let channel = channel.name();
        let _ = writeln!(text, "kabinet_delivery_attempts_total{{channel=\"{channel}\",result=\"{result}\"}} {count}");
    }
}

pub(super) async fn look(app: &App) -> Health {
    let inspection = app.writer.inspect().await;
    let counts = app.status.counts();
    // A writer that does not answer a monitor does not answer senders either.
    let writable = app.status.writable() && inspection.is_some();
    let inspection = inspection.unwrap_or_default();
    let mut connections = app.connections.health(app.now());
    connections.extend(app.clients.messengers.health(app.now()));
    let degraded = !writable
        || connections.iter().any(|connection| connection.state == "failing")
        || inspection.sources.iter().any(|source| source.silent);
    Health {
        status: if degraded { "degraded" } else { "ok" }.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_seconds: u64::try_from((app.now() - app.started_at).num_seconds()).unwrap_or(0),
        writable,
        cursor: app.feed.end().0,
        queue: counts.queue,
        followers: app.feed.followers(),
        unplanned_rooms: inspection.unplanned_rooms as u64,
        sources: inspection.sources,
        connections,
    }
}
