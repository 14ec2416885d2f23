//! Who and what on a Jitsi server is nobody: its own occupants and its own rooms.
//!
//! Domains are configurable, so nothing is compared with a whole domain; what tells is the first label and the account's name.

use kabinet_domain::Address;

/// Accounts of the server's parts, on the domains that hold no people.
const SERVICE_USERS: [(&str, &str); 8] = [
    ("focus", FOCUS),
    ("jvb", "a video bridge"),
    ("jigasi", "a telephone line"),
    ("jibri", "a recorder"),
    ("recorder", "a recorder"),
    ("transcriber", "a transcriber"),
    ("sip-jibri", "a recorder"),
    ("sipjibri", "a recorder"),
];

/// First labels of the domains where the server's parts log in, and whether anybody else may.
/// The hidden domain's occupants are invisible to people by definition (older servers call it `recorder`).
const SERVICE_LABELS: [(&str, Others); 3] = [("auth", Others::MayBe), ("hidden", Others::Never), ("recorder", Others::Never)];

#[derive(Clone, Copy, PartialEq)]
enum Others {
    MayBe,
    Never,
}

/// First labels of the domains where nobody proves an account.
const ANONYMOUS_LABELS: [&str; 3] = ["guest", "guests", "anonymous"];

/// Jicofo's own test of the server, every ten seconds.
const HEALTH_CHECK: &str = "__jicofo-health-check";

/// Rooms where bridges, recorders and telephones report for duty.
const BREWERIES: [&str; 5] = ["jvbbrewery", "jibribrewery", "sipjibribrewery", "jigasibrewery", "transcriberbrewery"];

/// First labels of components whose rooms hold no people.
const SERVICE_COMPONENTS: [&str; 2] = ["internal-muc", "internal"];

/// Why the focus is nobody. Its coming and going tells of the room all the same.
pub(super) const FOCUS: &str = "the focus (Jicofo)";

/// The in-room name that Jicofo takes.
const FOCUS_RESOURCE: &str = "focus";

/// Why an occupant is nobody; `None` for a person.
pub(super) fn service(address: &Address, resource: Option<&str>) -> Option<&'static str> {
    let label = first_label(address.domain());
    let part = SERVICE_USERS.iter().find(|(user, _)| address.user().eq_ignore_ascii_case(user)).map(|(_, why)| *why);
    match SERVICE_LABELS.iter().find(|(name, _)| label.eq_ignore_ascii_case(name)) {
        Some((_, Others::Never)) => part.or(Some("an account of the hidden domain")),
        Some((_, Others::MayBe)) if part.is_some() => part,
        // Wherever the operator put Jicofo, it calls itself so in the room, and nobody else can.
        _ if resource == Some(FOCUS_RESOURCE) => Some(FOCUS),
        _ => None,
    }
}

/// Why a room is no consultation; `None` for people's rooms.
pub(super) fn service_room(node: &str, component: Option<&str>) -> Option<&'static str> {
    let node = node.to_ascii_lowercase();
    if node.starts_with(HEALTH_CHECK) {
        Some("a health check")
    } else if BREWERIES.contains(&node.as_str()) || component.is_some_and(|host| SERVICE_COMPONENTS.contains(&first_label(host)))
    {
        Some("a room of the server's own parts")
    } else {
        None
    }
}

/// Whether an address is an account that proved itself, as far as the address tells.
/// The doubtful is no account: a proof that is missing only weakens what is said, a wrong one makes it false.
pub(super) fn is_account(address: &Address) -> bool {
    let (user, label) = (address.user(), first_label(address.domain()));
    !user.is_empty()
        && !is_anonymous_user(user)
        && !ANONYMOUS_LABELS.contains(&label)
        && !SERVICE_LABELS.iter().any(|(name, _)| *name == label)
        && !SERVICE_USERS.iter().any(|(name, _)| *name == user)
}

/// Jitsi's anonymous names are UUIDs; plain Prosody's are 24 random lower-case letters and digits.
fn is_anonymous_user(user: &str) -> bool {
    let random =
        user.len() == 24 && user.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte));
    random || uuid::Uuid::try_parse(user).is_ok()
}

pub(super) fn first_label(domain: &str) -> &str {
    domain.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::focus("focus@auth.meet.jitsi/focus", Some("focus"), Some(FOCUS))]
    #[case::focus_of_a_renamed_domain("focus@internal.example.org/focus", Some("focus"), Some(FOCUS))]
    #[case::telephone("jigasi@auth.meet.jitsi/x", None, Some("a telephone line"))]
    #[case::recorder("recorder@hidden.meet.jitsi/G2_o7h3pVnO0", None, Some("a recorder"))]
    #[case::older_recorder("anybody@recorder.example.org/x", None, Some("an account of the hidden domain"))]
    #[case::guest("0cd3116b-9b54-4d56-a4d5-8f76eb42ab20@guest.meet.jitsi/zWYjKxHdgJrv", Some("0cd3116b"), None)]
    #[case::account("anna@meet.jitsi/x", None, None)]
    #[case::a_person_with_a_parts_name("recorder@meet.jitsi/x", None, None)]
    fn the_servers_own_are_nobody(#[case] address: &str, #[case] resource: Option<&str>, #[case] why: Option<&str>) {
        assert_eq!(service(&Address(address.into()), resource), why);
    }

    #[rstest]
    #[case("anna@meet.jitsi/x", true)]
    #[case("anna.petrova@example.org", true)]
    #[case("0cd3116b-9b54-4d56-a4d5-8f76eb42ab20@guest.meet.jitsi/z", false)]
    #[case::token("61e7b5b9-8cb1-4142-b0a7-b45f73d5dc9a@meet.jitsi/H", false)]
    #[case::plain_prosody("upcw98vxuz6j7xufs6ucvbsy@meet.jitsi/f", false)]
    #[case::guest_domain("ivan@guest.meet.jitsi/f", false)]
    #[case::part_on_a_renamed_domain("recorder@rec.example.org/f", false)]
    #[case::no_user("meet.jitsi/f", false)]
    fn accounts_are_told_from_guests(#[case] address: &str, #[case] account: bool) {
        assert_eq!(is_account(&Address(address.into())), account);
    }

    #[rstest]
    #[case("__jicofo-health-check-4711", None, Some("a health check"))]
    #[case("JvbBrewery", None, Some("a room of the server's own parts"))]
    #[case("anything", Some("internal-muc.meet.jitsi"), Some("a room of the server's own parts"))]
    #[case("konsultaciya-23dec-a1b2c3", Some("muc.meet.jitsi"), None)]
    fn rooms_of_the_server_are_known(#[case] node: &str, #[case] component: Option<&str>, #[case] why: Option<&str>) {
        assert_eq!(service_room(node, component), why);
    }
}
