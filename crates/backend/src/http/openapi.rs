//! The document of the interface, generated from the handlers and the types.

use super::{
    App, conferences, door, events, health, messengers, outgoing, page, people, portal, reach, status_page, talk, webhooks,
};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::Server;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(title = "Kabinet event backend", description = "Who is in which room, told once and truthfully."),
    paths(
        webhooks::jitsi, webhooks::jitsi_named, webhooks::event_sync, webhooks::own_module, portal::bitrix24,
        messengers::green_api, messengers::telegram, talk::messages,
        events::poll, events::stream,
        conferences::list, conferences::create, conferences::show, conferences::update, conferences::remove, conferences::pressed_join,
        page::show, page::state, page::here, page::leave, page::late, page::answer, door::admit, door::new_link,
        reach::answer, reach::show, reach::choose, reach::link, reach::confirm, reach::refuse, reach::unbind,
        outgoing::invitation, outgoing::send, outgoing::of_conference, outgoing::list, outgoing::resend,
        people::current_user, portal::colleagues, people::add, people::remove, people::pair,
        health::health, health::ready, health::metrics, status_page::status, served,
    ),
    components(schemas(kabinet_api::EventJson, webhooks::WebhookEvent, webhooks::SyncSubject, webhooks::SyncEvent)),
    modifiers(&Securities),
)]
struct Document;

struct Securities;

impl Modify for Securities {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = |description: &str| {
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build())
        };
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", bearer("A device's or the administrator's token."));
        let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic);
        let basic = basic.description(Some("The administrator's token as the password; the name does not matter."));
        components.add_security_scheme("operator", SecurityScheme::Http(basic.build()));
        components.add_security_scheme(
            "webhook",
            bearer("The webhook secret; also as `?key=`, or as a Standard Webhooks signature. Not asked for on loopback while none is configured."),
        );
    }
}

/// The whole document, for tools.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[utoipa::path(get, path = "/api/openapi.json", tag = "operators",
    responses((status = 200, body = serde_json::Value, description = "This document")))]
pub async fn served(State(app): State<App>) -> Response {
    let mut document = document();
    if !app.base_path.is_empty() {
        document.servers = Some(vec![Server::new(&app.base_path)]);
    }
    axum::Json(document).into_response()
}
