//! Which handler answers where.

use super::{
    App, Refusal, conferences, door, events, health, messengers, openapi, outgoing, page, people, portal, reach, status_page,
    talk, webhooks,
};
use axum::Router;
use axum::routing::{get, post};

/// All routes under the base path.
pub fn router(app: App) -> Router {
    let webhooks = Router::new()
        .route("/webhook/jitsi", post(webhooks::jitsi))
        .route("/webhook/jitsi/{event}", post(webhooks::jitsi_named))
        .route("/webhook/kabinet", post(webhooks::own_module))
        .route("/webhook/bitrix24", post(portal::bitrix24))
        .route("/events/{subject}/{event}", post(webhooks::event_sync));
    let api = Router::new()
        .route("/events", get(events::poll))
        .route("/events/stream", get(events::stream))
        .route("/conferences", get(conferences::list).post(conferences::create))
        .route("/conferences/{id}", get(conferences::show).put(conferences::update).delete(conferences::remove))
        .route("/conferences/{id}/pressed-join", post(conferences::pressed_join))
        .route("/current-user", get(people::current_user))
        .route("/bitrix/users", get(portal::colleagues))
        .route("/specialists", post(people::add))
        .route("/specialists/{id}", axum::routing::delete(people::remove))
        .route("/devices/pair", post(people::pair))
        .route("/openapi.json", get(openapi::served));
    let all = Router::new()
        .nest("/api", api.merge(webhooks.clone()))
        // A reverse proxy may strip `/api`.
        .merge(webhooks)
        .merge(page::routes())
        .merge(door::routes())
        .merge(outgoing::routes())
        .merge(status_page::routes())
        .merge(messengers::routes())
        .merge(talk::routes())
        .merge(reach::routes())
        .route("/health", get(health::health))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(|| async { Refusal::not_found() })
        .method_not_allowed_fallback(|| async { Refusal::method() });
    let all = if app.base_path.is_empty() {
        all
    } else {
        Router::new().nest(&app.base_path.clone(), all).fallback(|| async { Refusal::not_found() })
    };
    all.with_state(app)
}
