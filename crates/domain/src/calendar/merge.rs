//! One entry, field by field: what each side should say, given what both last agreed on.

use super::{Agreed, AttendeeId, Details, Field, Side};
use crate::Timestamp;
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// What both sides should say. Fields in `conflicts` stay as each side has them.
pub(super) struct Merged {
    pub here: Details,
    pub there: Details,
    pub conflicts: BTreeSet<Field>,
}

/// Whether an entry says something that the calendar was not known to say.
pub(super) fn changed_there(agreed: &Agreed, theirs: &Details) -> bool {
    merge(&agreed.details, theirs, Some(agreed), None).here != agreed.details
}

/// Without an agreement nobody knows who changed what, so everything counts as changed on both sides.
/// `side` is a person's word on the fields in conflict.
pub(super) fn merge(ours: &Details, theirs: &Details, agreed: Option<&Agreed>, side: Option<Side>) -> Merged {
    let mut conflicts = BTreeSet::new();
    let mut field = Choice { conflicts: &mut conflicts, side };

    /// One field of all four.
    macro_rules! choose {
        ($field:expr, $get:expr) => {{
            let get = $get;
            let base = agreed.map(|agreed| (get(&agreed.details), get(&agreed.seen)));
            field.choose($field, get(ours), get(theirs), base.as_ref())
        }};
    }
    let (title_here, title_there) = choose!(Field::Title, |of: &Details| of.title.clone());
    let (time_here, time_there) = choose!(Field::Time, time);
    let (location_here, location_there) = choose!(Field::Location, |of: &Details| of.location.clone());
    let (description_here, description_there) = choose!(Field::Description, |of: &Details| of.description.clone());
    let (reminder_here, reminder_there) = choose!(Field::Reminder, |of: &Details| of.reminder);
    let (attendees_here, attendees_there) = attendees(ours, theirs, agreed);

    let details = |title, (starts_at, ends_at, zone), location, description, attendees, reminder| Details {
        title,
        starts_at,
        ends_at,
        zone,
        location,
        description,
        attendees,
        reminder,
    };
    Merged {
        here: details(title_here, time_here, location_here, description_here, attendees_here, reminder_here),
        there: details(title_there, time_there, location_there, description_there, attendees_there, reminder_there),
        conflicts,
    }
}

fn time(of: &Details) -> (Timestamp, Timestamp, Tz) {
    (of.starts_at, of.ends_at, of.zone)
}

struct Choice<'a> {
    conflicts: &'a mut BTreeSet<Field>,
    side: Option<Side>,
}

impl Choice<'_> {
    /// What the field should be here and there. `base` is what was agreed, as said here and as seen there.
    fn choose<T: PartialEq + Clone>(&mut self, field: Field, ours: T, theirs: T, base: Option<&(T, T)>) -> (T, T) {
        let changed_here = base.is_none_or(|(agreed, _)| ours != *agreed);
        let changed_there = base.is_none_or(|(agreed, seen)| theirs != *agreed && theirs != *seen);
        match (changed_here, changed_there) {
            (false, false) => (ours, theirs),
            (true, false) => (ours.clone(), ours),
            (false, true) => (theirs.clone(), theirs),
            (true, true) if ours == theirs => (ours, theirs),
            (true, true) => match self.side {
                Some(Side::Ours) => (ours.clone(), ours),
                Some(Side::Theirs) => (theirs.clone(), theirs),
                None => {
                    self.conflicts.insert(field);
                    (ours, theirs)
                }
            },
        }
    }
}

type Attendees = BTreeSet<AttendeeId>;

/// Each side gets whom the other added and loses whom the other removed; whoever was removed by nobody stays.
fn attendees(ours: &Details, theirs: &Details, agreed: Option<&Agreed>) -> (Attendees, Attendees) {
    let nobody = Attendees::new();
    let (said, seen) = agreed.map_or((&nobody, &nobody), |agreed| (&agreed.details.attendees, &agreed.seen.attendees));
    let follow = |here: &Attendees, there: &Attendees, before: &Attendees| -> Attendees {
        let added = there.difference(before);
        let removed: BTreeSet<_> = before.difference(there).collect();
        here.iter().filter(|one| !removed.contains(one)).chain(added).cloned().collect()
    };
    (follow(&ours.attendees, &theirs.attendees, seen), follow(&theirs.attendees, &ours.attendees, said))
}
