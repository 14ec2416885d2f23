//! What a person chooses.

use super::consultations::{LONGEST, SHORTEST};
use super::refuse_field;
use super::since::pick;
use crate::application::Application;
use crate::command::{CommandError, DoNotDisturb, FirstRun, Nothing, SettingsChange, Switch};
use crate::rooms;
use crate::view::Settings;
use crate::words::Words;
use chrono::Duration;
use kabinet_domain::provider::FieldKind;
use kabinet_domain::sensitive::clean_name;
use std::sync::Arc;

/// A reminder the day before is the earliest.
const EARLIEST_REMINDER: u32 = 24 * 60;
const MOST_REMINDERS: usize = 8;
const LONGEST_MARGIN: u32 = 600;
const LONGEST_QUIET: u32 = 24 * 60;

impl Application {
    pub(super) async fn finish_first_run(self: &Arc<Self>, answers: FirstRun) -> Result<Nothing, CommandError> {
        let address = answers.jitsi_address.map(|address| address.trim().to_owned()).filter(|address| !address.is_empty());
        if let Some(address) = address {
            self.begin_with(address).await?;
        }
        self.change(|state| {
            state.kept.first_run_done = true;
            let settings = &mut state.kept.settings;
            settings.language = answers.language.unwrap_or(settings.language);
            if let Some(name) = answers.name {
                settings.specialist_name = clean_name(&name);
            }
        });
        self.choose_words();
        self.save_kept().await?;
        Ok(Nothing {})
    }

    /// The first connection: of the provider that stands first, with nothing but its address.
    async fn begin_with(&self, address: String) -> Result<(), CommandError> {
        let first = rooms::providers().iter().find_map(|info| {
            let field = info.fields.iter().find(|field| field.kind == FieldKind::Address)?;
            Some((info, field.key))
        });
        let Some((info, key)) = first else { return Ok(()) };
        if rooms::names_a_room(&address) {
            return Err(refuse_field("address_of_a_room", "jitsi_address"));
        }
        rooms::open(info, &[(key, address.as_str())].into_iter().collect())
            .map_err(|_| refuse_field("bad_address", "jitsi_address"))?;
        self.change(|state| {
            state.kept.connections.entry(info.id.into()).or_default().insert(key.into(), address);
        });
        Ok(())
    }

    pub(super) async fn save_settings(self: &Arc<Self>, change: SettingsChange) -> Result<Nothing, CommandError> {
        let wanted = sound(change.settings)?;
        self.change(|state| {
            let known = &mut state.kept.settings;
            *known = change.base.map_or(wanted.clone(), |base| laid_over(&wanted, &base, known));
        });
        self.choose_words();
        self.save_kept().await?;
        Ok(Nothing {})
    }

    pub(super) async fn set_autostart(self: &Arc<Self>, switch: Switch) -> Result<Nothing, CommandError> {
        let desktop = &self.parts.desktop;
        desktop.set_autostart(switch.on).await?;
        // The switch shows what the system says, not what was asked for.
        let real = desktop.autostart().await.unwrap_or(false);
        self.change(|state| state.autostart = real);
        Ok(Nothing {})
    }

    pub(super) async fn set_hide_names(self: &Arc<Self>, switch: Switch) -> Result<Nothing, CommandError> {
        self.hide_names(switch.on).await.map(|()| Nothing {})
    }

    pub(super) async fn do_not_disturb(self: &Arc<Self>, quiet: DoNotDisturb) -> Result<Nothing, CommandError> {
        self.be_quiet(quiet.minutes, quiet.everything).await.map(|()| Nothing {})
    }

    pub(super) fn hides_names(&self) -> bool {
        self.look().settings().hide_names
    }

    pub(crate) async fn hide_names(&self, on: bool) -> Result<(), CommandError> {
        self.change(|state| state.kept.settings.hide_names = on);
        self.save_kept().await?;
        self.worked(None);
        Ok(())
    }

    pub(crate) async fn be_quiet(&self, minutes: Option<u32>, everything: bool) -> Result<(), CommandError> {
        if minutes.is_some_and(|minutes| !(1..=LONGEST_QUIET).contains(&minutes)) {
            return Err(refuse_field("bad_minutes", "minutes"));
        }
        let until = minutes.map(|minutes| self.now() + Duration::minutes(i64::from(minutes)));
        self.change(|state| {
            let kept = &mut state.kept;
            kept.do_not_disturb_until = until;
            kept.do_not_disturb_everything = everything && until.is_some();
            kept.do_not_disturb_untold = true;
        });
        self.outgoing.notify_one();
        self.save_kept().await?;
        self.worked(None);
        Ok(())
    }

    fn choose_words(&self) {
        let words = {
            let state = self.look();
            Words::new(state.settings().language, &state.place.system_language)
        };
        self.speak(words);
        self.changed.notify_one();
    }
}

/// The window may know of less than the tray has changed since: above all, names that are hidden stay so.
fn laid_over(wanted: &Settings, base: &Settings, known: &Settings) -> Settings {
    macro_rules! each {
        ($($field:ident),*) => { Settings { $($field: pick(&base.$field, &wanted.$field, || known.$field.clone())),* } };
    }
    each!(
        language,
        theme,
        specialist_name,
        notifications,
        sound,
        privacy,
        hide_names,
        reminders,
        warn_before_end,
        autostart,
        room_template,
        code_length,
        default_minutes,
        token_margin_minutes
    )
}

fn sound(mut settings: Settings) -> Result<Settings, CommandError> {
    rooms::template(&settings.room_template, settings.code_length)?;
    if !(SHORTEST..=LONGEST).contains(&settings.default_minutes) {
        return Err(refuse_field("bad_length", "default_minutes"));
    }
    if settings.token_margin_minutes > LONGEST_MARGIN {
        return Err(refuse_field("bad_minutes", "token_margin_minutes"));
    }
    let bad = |minutes: &u32| !(1..=EARLIEST_REMINDER).contains(minutes);
    if settings.reminders.iter().any(bad) || settings.reminders.len() > MOST_REMINDERS {
        return Err(refuse_field("bad_minutes", "reminders"));
    }
    settings.reminders.sort_unstable_by(|one, other| other.cmp(one));
    settings.reminders.dedup();
    settings.specialist_name = clean_name(&settings.specialist_name);
    Ok(settings)
}
