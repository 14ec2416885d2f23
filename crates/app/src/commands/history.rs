//! Looking through the history, writing it to a file, and having something of it again.

use super::refuse;
use crate::application::Application;
use crate::command::{
    ById, CommandError, ConsultationDraft, ExportFormat, ExportRequest, Exported, Nothing, SearchRequest, SearchResult,
};
use crate::export;
use crate::history::{self, Wanted};
use crate::present;
use crate::record::Consultation;
use crate::rooms;
use kabinet_domain::{RoomTemplate, Sensitive};
use std::sync::Arc;

/// More rows than a window can show are not asked for at once.
const MOST_ROWS: u32 = 500;

impl Application {
    pub(super) async fn search(self: &Arc<Self>, request: SearchRequest) -> Result<SearchResult, CommandError> {
        let wanted = Wanted::read(&request.sought)?;
        Ok(history::found(&self.look(), &wanted, request.offset, request.limit.min(MOST_ROWS), self.now()))
    }

    pub(super) async fn export(self: &Arc<Self>, request: ExportRequest) -> Result<Exported, CommandError> {
        let wanted = Wanted::read(&request.sought)?;
        let (words, now) = (self.words(), self.now());
        let (name, bytes, count, without_names) = {
            let state = self.look();
            let all: Vec<&Consultation> = wanted.among(&state, now).map(|(_, consultation)| consultation).collect();
            let of = all.iter().copied();
            let (ending, bytes) = match request.format {
                ExportFormat::Csv => ("csv", export::table(&state, of, &words, now)),
                ExportFormat::Calendar => ("ics", export::calendar(&state, of, &words, now)),
            };
            (format!("kabinet-{}.{ending}", present::local_day(&state, now)), bytes, all.len(), state.settings().hide_names)
        };
        let path = self.parts.desktop.save_file(&name, &Sensitive::new(bytes)).await?;
        let file = path.file_name().map_or(name, |name| name.to_string_lossy().into_owned());
        self.look().exported = Some(path);
        Ok(Exported { file, count: u32::try_from(count).unwrap_or(u32::MAX), without_names })
    }

    /// The last file that was written, which the window cannot choose: it would be a way to open anything.
    pub(super) async fn show_exported(self: &Arc<Self>, _: Nothing) -> Result<Nothing, CommandError> {
        let file = self.look().exported.clone().ok_or_else(|| refuse("nothing_exported"))?;
        self.parts.desktop.show_file(&file).await?;
        Ok(Nothing {})
    }

    pub(super) async fn repeat(self: &Arc<Self>, by: ById) -> Result<ConsultationDraft, CommandError> {
        if self.hides_names() {
            return Err(refuse("names_hidden"));
        }
        let consultation = self.known_consultation(&by.id)?;
        let made_here = self.made_here(&consultation).await;
        Ok(history::repeated(&consultation, !made_here, self.now()))
    }

    /// Whether the room was made by Kabinet, so that another can be. Else its link was pasted, and it may be the only one there is.
    async fn made_here(self: &Arc<Self>, consultation: &Consultation) -> bool {
        if consultation.made.is_some() {
            return true;
        }
        if !rooms::provider(&consultation.provider).is_ok_and(|provider| provider.capabilities.makes_rooms()) {
            return false;
        }
        let Ok(opened) = self.open_provider(&consultation.provider).await else { return false };
        let templates = {
            let state = self.look();
            let settings = state.settings();
            [rooms::template(&settings.room_template, settings.code_length).unwrap_or_default(), RoomTemplate::default()]
        };
        let here = opened.client_link(&consultation.room).is_ok_and(|link| link == consultation.link);
        here && templates.iter().any(|template| template.made(&consultation.room))
    }
}
