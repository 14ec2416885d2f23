//! The tray as it should look now: a pure function of state and time. It never holds a name.

use crate::client_side;
use crate::desktop::{MenuAction, MenuEntry, TrayView};
use crate::present::{Known, at_the_door, from_today, hero, local_day, tray_state};
use crate::record::Consultation;
use crate::state::State;
use crate::view::TrayState;
use crate::words::Words;
use chrono::{DateTime, Utc};
use kabinet_domain::RoomTemplate;

/// The code in a room's name is as good as a key: so much of it tells rooms apart.
const CODE_SHOWN: usize = 6;

const QUIET_FOR: [u32; 3] = [30, 60, 120];

#[must_use]
pub fn tray_view(state: &State, words: &Words, now: DateTime<Utc>) -> TrayView {
    let known = from_today(state, now);
    let tray = Tray { state, words, now };
    let next = hero(state, &known, now);
    let icon = tray_state(state, &known, now);
    TrayView { state: icon, title: tray.title(icon, &known, next), menu: tray.menu(icon, &known, next) }
}

struct Tray<'a> {
    state: &'a State,
    words: &'a Words,
    now: DateTime<Utc>,
}

impl Tray<'_> {
    fn title(&self, icon: TrayState, known: &[Known<'_>], next: Option<&Known<'_>>) -> String {
        let start = |one: &Known<'_>| self.time(one.consultation.starts_at);
        match icon {
            TrayState::NotConnected => match self.state.feed.last_contact {
                Some(last) => self.words.say("tray-not-connected-since", &[("time", &self.moment(last))]),
                None => self.words.say("tray-not-connected", &[]),
            },
            TrayState::ClientThere => {
                let there = known.iter().find(|one| at_the_door(one)).map(start).unwrap_or_default();
                self.words.say("tray-client-there", &[("time", &there)])
            }
            TrayState::InSession => self.words.say("tray-in-session", &[]),
            TrayState::Soon | TrayState::Idle => match next {
                Some(next) => self.words.say("tray-next", &[("time", &start(next))]),
                None => self.words.say("tray-nothing", &[]),
            },
        }
    }

    fn menu(&self, icon: TrayState, known: &[Known<'_>], next: Option<&Known<'_>>) -> Vec<MenuEntry> {
        let mut menu = vec![MenuEntry::Label(self.title(icon, known, next))];
        if let Some(next) = next {
            let (id, label) = (next.consultation.id.clone(), self.label(next));
            let named = |word| self.words.say(word, &[("consultation", &label)]);
            menu.extend(self.admit(next, || named("menu-admit")));
            menu.push(self.item(MenuAction::Join { consultation: id.clone() }, named("menu-join")));
            menu.push(self.item(MenuAction::CopyLink { consultation: id }, self.words.say("menu-copy-link", &[])));
        }
        let rest = self.rest_of_today(known, next);
        if !rest.is_empty() {
            menu.push(MenuEntry::Separator);
            menu.extend(rest);
        }
        menu.push(MenuEntry::Separator);
        menu.push(self.item(MenuAction::NewRoom, self.words.say("menu-new-room", &[])));
        menu.push(self.do_not_disturb());
        let hidden = self.state.settings().hide_names;
        menu.push(MenuEntry::Item {
            action: MenuAction::HideNames(!hidden),
            label: self.words.say("menu-hide-names", &[]),
            enabled: true,
            checked: Some(hidden),
        });
        menu.push(MenuEntry::Separator);
        menu.push(self.item(MenuAction::Open, self.words.say("menu-open", &[])));
        if icon == TrayState::NotConnected {
            menu.push(self.item(MenuAction::Connections, self.words.say("menu-connections", &[])));
        }
        menu.push(self.item(MenuAction::Settings, self.words.say("menu-settings", &[])));
        menu.push(self.item(MenuAction::Quit, self.words.say("menu-quit", &[])));
        menu
    }

    fn rest_of_today(&self, known: &[Known<'_>], next: Option<&Known<'_>>) -> Vec<MenuEntry> {
        let today = local_day(self.state, self.now);
        let ahead = |one: &&Known<'_>| {
            let listed = next.is_some_and(|next| next.consultation.id == one.consultation.id);
            !listed && (one.occupied() || one.open(self.now)) && local_day(self.state, one.consultation.starts_at) <= today
        };
        let submenu = |one: &Known<'_>| {
            let consultation = one.consultation.id.clone();
            let join = MenuAction::Join { consultation: consultation.clone() };
            let copy = MenuAction::CopyLink { consultation: consultation.clone() };
            let open = MenuAction::OpenConsultation { consultation };
            let always = [(join, "menu-join-this"), (copy, "menu-copy-link"), (open, "menu-details")];
            let mut entries = Vec::from_iter(self.admit(one, || self.words.say("menu-admit-this", &[])));
            entries.extend(always.map(|(action, word)| self.item(action, self.words.say(word, &[]))));
            MenuEntry::Submenu { label: self.label(one), entries }
        };
        known.iter().filter(ahead).map(submenu).collect()
    }

    /// The first thing to do for whoever waits before a closed door.
    fn admit(&self, known: &Known<'_>, label: impl FnOnce() -> String) -> Option<MenuEntry> {
        let Known { consultation, attended } = known;
        let action = || MenuAction::Admit { consultation: consultation.id.clone() };
        client_side::waits_to_be_let_in(consultation, attended, self.now).then(|| self.item(action(), label()))
    }

    fn do_not_disturb(&self) -> MenuEntry {
        let mut entries: Vec<MenuEntry> = Vec::new();
        let until = self.state.kept.do_not_disturb_until.filter(|until| *until > self.now);
        if let Some(until) = until {
            let label = self.words.say("menu-disturb-again", &[("time", &self.moment(until))]);
            entries.push(self.item(MenuAction::DoNotDisturb { minutes: None }, label));
            entries.push(MenuEntry::Separator);
        }
        entries.extend(QUIET_FOR.map(|minutes| {
            let label = self.words.say("menu-quiet-for", &[("minutes", &minutes.to_string())]);
            self.item(MenuAction::DoNotDisturb { minutes: Some(minutes) }, label)
        }));
        let label = match until {
            Some(until) => self.words.say("menu-quiet-until", &[("time", &self.moment(until))]),
            None => self.words.say("menu-quiet", &[]),
        };
        MenuEntry::Submenu { label, entries }
    }

    /// `15:30 · k7q2mx`: enough to tell consultations apart, nothing to read over a shoulder.
    fn label(&self, known: &Known<'_>) -> String {
        let time = self.time(known.consultation.starts_at);
        let code = short_code(self.state, known.consultation);
        if code.is_empty() { time } else { format!("{time} · {code}") }
    }

    fn item(&self, action: MenuAction, label: String) -> MenuEntry {
        MenuEntry::Item { action, label, enabled: true, checked: None }
    }

    fn time(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.state.place.zone).format("%H:%M").to_string()
    }

    /// A time of today as such, any other with its day.
    fn moment(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.state.place.zone);
        let today = local_day(self.state, at) == local_day(self.state, self.now);
        local.format(if today { "%H:%M" } else { "%d.%m %H:%M" }).to_string()
    }
}

/// The beginning of the random code in the name of a room that was made here; nothing of any other name, which may be a client's.
fn short_code(state: &State, consultation: &Consultation) -> String {
    let name = consultation.room.rsplit(['/', ']']).next().unwrap_or_default();
    let settings = state.settings();
    let length = usize::try_from(settings.code_length).unwrap_or_default();
    let templates = [RoomTemplate::parse(&settings.room_template, length).ok(), Some(RoomTemplate::default())];
    let code = templates.iter().flatten().find_map(|template| template.read_back(name)).map(|parts| parts.code);
    // A word in the code's place has no digits; few codes have none.
    let random = code.filter(|code| code.bytes().any(|byte| byte.is_ascii_digit())).unwrap_or_default();
    random.chars().take(CODE_SHOWN).collect()
}

#[cfg(test)]
mod tests;
