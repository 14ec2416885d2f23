//! What can be connected and what is, as it is shown.

use crate::state::{State, is_given_whole};
use crate::view::{Ability, AccountView, ConnectionView, FieldKind, FieldView, ProviderKind, ProviderView, SignInOffer};
use kabinet_domain::provider;

pub(super) fn connections(state: &State) -> Vec<ConnectionView> {
    let of_provider = |provider: &provider::ProviderInfo| {
        let values = state.kept.connections.get(provider.id).cloned().unwrap_or_default();
        let known = state.connections.get(provider.id).cloned().unwrap_or_default();
        let account = state.kept.accounts.get(provider.id);
        let there = !values.is_empty() || !known.secrets.is_empty() || known.signed_in || account.is_some();
        if !there && !is_given_whole(state, provider) {
            return None;
        }
        Some(ConnectionView {
            provider: provider.id.into(),
            connected: state.is_connected(provider.id),
            values,
            secrets_kept: known.secrets.into_iter().collect(),
            health: known.health,
            message: known.message,
            last_success: known.last_success,
            account: account
                .filter(|account| !account.name.is_empty() || !account.login.is_empty())
                .map(|account| AccountView { name: account.name.clone(), login: account.login.clone() }),
            abilities: known.abilities.into_iter().map(|(key, allowed)| Ability { key: key.into(), allowed }).collect(),
        })
    };
    state.place.providers.iter().filter_map(of_provider).collect()
}

/// One field of the form of a provider's connection, or of a calendar's.
pub(crate) fn field_view(state: &State, connection: &str, field: &provider::Field) -> FieldView {
    FieldView {
        key: field.key.into(),
        kind: match field.kind {
            provider::FieldKind::Text => FieldKind::Text,
            provider::FieldKind::Address => FieldKind::Address,
            provider::FieldKind::Secret => FieldKind::Secret,
            provider::FieldKind::Switch => FieldKind::Switch,
        },
        required: field.required,
        placeholder: field.placeholder.into(),
        given: state.is_given(connection, field.key),
    }
}

pub(super) fn provider_view(state: &State, info: &provider::ProviderInfo) -> ProviderView {
    let capabilities = &info.capabilities;
    ProviderView {
        id: info.id.into(),
        name: info.name.into(),
        icon: info.icon.into(),
        fields: info.fields.iter().map(|field| field_view(state, info.id, field)).collect(),
        kind: ProviderKind::Rooms,
        makes_rooms: capabilities.makes_rooms(),
        by_request: capabilities.rooms == provider::Rooms::ByRequest,
        waiting_room: capabilities.waiting_room.iter().map(|level| level.as_str().to_owned()).collect(),
        cohosts: capabilities.cohosts,
        broadcasts: capabilities.broadcasts,
        summary: capabilities.summary,
        changes_rooms: capabilities.changes_rooms,
        sign_in: capabilities.sign_in.map(|sign_in| SignInOffer {
            browser: sign_in.browser,
            device_code: sign_in.device_code,
            fields: vec![sign_in.client_id.into(), sign_in.client_secret.into()],
            instead: if sign_in.token_may_be_pasted { vec![sign_in.token.into()] } else { Vec::new() },
            redirect: state.sign_in_redirect.clone(),
        }),
    }
}
