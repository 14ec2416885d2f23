//! Rooms that a provider made when asked: what they are like there and here, and changing them.

use super::refuse;
use crate::application::Application;
use crate::command::{
    BroadcastWishes, ById, CommandError, Nothing, RoomChanging, RoomComparison, RoomWishes, SideChoice, WhichSide,
};
use crate::made;
use crate::present::room_view;
use crate::record::{Consultation, Made};
use kabinet_domain::{RoomState, Sensitive};
use std::sync::Arc;

impl Application {
    /// The link of those who only watch, apart from the link of those who take part.
    pub(super) async fn copy_watch_link(self: &Arc<Self>, by: ById) -> Result<Nothing, CommandError> {
        let broadcast = self.known_consultation(&by.id)?.made.and_then(|made| made.broadcast);
        let link = broadcast.and_then(|broadcast| broadcast.watch_link).ok_or_else(|| refuse("no_watch_link"))?;
        self.parts.desktop.copy(&Sensitive::new(link)).await?;
        self.trouble("no_clipboard", None);
        self.worked(None);
        Ok(Nothing {})
    }

    pub(super) async fn compare_room(self: &Arc<Self>, by: ById) -> Result<RoomComparison, CommandError> {
        let consultation = self.known_consultation(&by.id)?;
        let (info, made, opened) = self.made_room(&consultation).await?;
        let state = self.read_room(&consultation, (info, opened.as_ref()), &made.id).await?;
        Ok(compared(&consultation, &made, Some(&state), self.hides_names()))
    }

    /// Asks for what differs from what the provider says, not from what is thought here: somebody may have changed it there.
    pub(super) async fn change_room(self: &Arc<Self>, changing: RoomChanging) -> Result<RoomComparison, CommandError> {
        let consultation = self.known_consultation(&changing.id)?;
        let (info, ours, opened) = self.made_room(&consultation).await?;
        self.sees_texts(&changing.wishes)?;
        // Before anything is asked: what cannot be wished is refused at its field.
        made::wished(info, &ours, &changing.wishes)?;
        let there = (info, opened.as_ref());
        let state = self.read_room(&consultation, there, &ours.id).await?;
        let theirs = made::as_said(&ours, &state);
        let wanted = made::wished(info, &theirs, &changing.wishes)?;
        self.change_there(&consultation, there, (&theirs, &wanted)).await?;
        // It was changed, whether or not it can be read again.
        let state = self.read_room(&consultation, there, &ours.id).await.ok();
        let made = state.as_ref().map_or_else(|| wanted.clone(), |state| made::as_said(&wanted, state));
        self.keep_made(&consultation.id, made.clone(), None).await;
        Ok(compared(&consultation, &made, state.as_ref(), self.hides_names()))
    }

    /// A form that was not shown a broadcast's texts cannot give them back.
    pub(super) fn sees_texts(&self, wishes: &RoomWishes) -> Result<(), CommandError> {
        let without = |texts: &BroadcastWishes| texts.title.trim().is_empty() && texts.description.trim().is_empty();
        if self.hides_names() && wishes.broadcast.as_ref().is_some_and(without) {
            return Err(refuse("names_hidden"));
        }
        Ok(())
    }

    pub(super) async fn take_room(self: &Arc<Self>, choice: SideChoice) -> Result<RoomComparison, CommandError> {
        let consultation = self.known_consultation(&choice.id)?;
        let (info, ours, opened) = self.made_room(&consultation).await?;
        let there = (info, opened.as_ref());
        let state = self.read_room(&consultation, there, &ours.id).await?;
        let theirs = made::as_said(&ours, &state);
        match choice.side {
            WhichSide::Ours => {
                if theirs.broadcast.is_some() != ours.broadcast.is_some() {
                    return Err(refuse("room_not_offered"));
                }
                self.change_there(&consultation, there, (&theirs, &ours)).await?;
                let state = self.read_room(&consultation, there, &ours.id).await.ok();
                Ok(compared(&consultation, &ours, state.as_ref(), self.hides_names()))
            }
            WhichSide::Theirs => {
                let link = state.link.reveal().clone();
                self.keep_made(&consultation.id, theirs.clone(), Some(link.clone())).await;
                Ok(compared(&Consultation { link, ..consultation }, &theirs, Some(&state), self.hides_names()))
            }
        }
    }
}

/// Without an answer the provider is taken to say the same.
fn compared(consultation: &Consultation, ours: &Made, said: Option<&RoomState>, hidden: bool) -> RoomComparison {
    let (theirs, their_link) = match said {
        Some(state) => (made::as_said(ours, state), state.link.reveal().clone()),
        None => (ours.clone(), consultation.link.clone()),
    };
    let differs = made::differing((ours, &consultation.link), (&theirs, &their_link));
    RoomComparison {
        ours: room_view(ours, hidden),
        theirs: room_view(&theirs, hidden),
        differs: differs.into_iter().map(str::to_owned).collect(),
    }
}
