//! The last events in memory, sorted by reader, and who waits.
//!
//! One ring over all bounds the memory; within it every reader has a lane, so that neither reading nor waking costs anything
//! for the events of others.

use super::{Frame, PAGE, Page};
use crate::ports::{Audience, Reader};
use kabinet_domain::{Cursor, SpecialistId};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::task::Waker;

/// Where a follower waits in its lane.
#[derive(Debug, Default)]
pub(super) struct Slot(Option<usize>);

#[derive(Debug, Default)]
struct Lane {
    frames: VecDeque<Arc<Frame>>,
    /// The last frame that fell out of memory: whoever is not beyond it must ask storage.
    evicted_to: Cursor,
    waiting: Vec<Option<Waker>>,
    free: Vec<usize>,
    /// How many hold a slot; an empty lane without any can go.
    slots: usize,
}

#[derive(Debug)]
pub(super) struct Recent {
    end: Cursor,
    /// The end of the log when memory began.
    base: Cursor,
    capacity: usize,
    /// In the order of the log: whose frame falls out next.
    order: VecDeque<Audience>,
    /// All of them, for the administrator.
    everything: Lane,
    everyone: Lane,
    specialists: HashMap<SpecialistId, Lane>,
}

impl Lane {
    fn from_base(base: Cursor) -> Self {
        Self { evicted_to: base, ..Self::default() }
    }

    fn after(&self, cursor: Cursor) -> impl Iterator<Item = &Arc<Frame>> {
        let start = self.frames.partition_point(|frame| frame.cursor <= cursor);
        self.frames.iter().skip(start)
    }

    fn evict(&mut self) {
        if let Some(frame) = self.frames.pop_front() {
            self.evicted_to = frame.cursor;
        }
    }

    fn take_waiting(&mut self, into: &mut Vec<Waker>) {
        into.extend(self.waiting.iter_mut().filter_map(Option::take));
    }

    fn wait(&mut self, slot: &mut Slot, waker: &Waker) {
        let index = *slot.0.get_or_insert_with(|| {
            self.slots += 1;
            self.free.pop().unwrap_or_else(|| {
                self.waiting.push(None);
                self.waiting.len() - 1
            })
        });
        match &mut self.waiting[index] {
            Some(known) if known.will_wake(waker) => {}
            place => *place = Some(waker.clone()),
        }
    }

    fn leave(&mut self, index: usize) {
        self.waiting[index] = None;
        self.free.push(index);
        self.slots -= 1;
    }
}

impl Recent {
    pub(super) fn new(events: Vec<super::LoggedEvent>, end: Cursor, capacity: usize) -> Self {
        // With nothing older in the log, memory goes back to its beginning.
        let base =
            if events.len() < capacity { Cursor(0) } else { events.first().map_or(end, |event| Cursor(event.cursor.0 - 1)) };
        let mut recent = Self {
            end: base,
            base,
            capacity,
            order: VecDeque::new(),
            everything: Lane::from_base(base),
            everyone: Lane::from_base(base),
            specialists: HashMap::new(),
        };
        recent.publish(events.into_iter().map(|event| (event.audience, Arc::new(Frame::from(event)))).collect());
        recent.end = end;
        recent
    }

    pub(super) fn end(&self) -> Cursor {
        self.end
    }

    /// Adds frames, and says whom to wake.
    pub(super) fn publish(&mut self, frames: Vec<(Audience, Arc<Frame>)>) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for (audience, frame) in frames {
            self.end = frame.cursor;
            match audience {
                Audience::Operator => {}
                Audience::Everyone => {
                    self.everyone.frames.push_back(Arc::clone(&frame));
                    for lane in self.specialists.values_mut() {
                        lane.take_waiting(&mut wakers);
                    }
                }
                Audience::Specialist(id) => {
                    let base = self.base;
                    let lane = self.specialists.entry(id).or_insert_with(|| Lane::from_base(base));
                    lane.frames.push_back(Arc::clone(&frame));
                    lane.take_waiting(&mut wakers);
                }
            }
            self.everything.frames.push_back(frame);
            self.order.push_back(audience);
            if self.order.len() > self.capacity {
                self.evict();
            }
        }
        self.everything.take_waiting(&mut wakers);
        wakers
    }

    fn evict(&mut self) {
        self.everything.evict();
        match self.order.pop_front() {
            Some(Audience::Everyone) => self.everyone.evict(),
            Some(Audience::Specialist(id)) => {
                if let Some(lane) = self.specialists.get_mut(&id) {
                    lane.evict();
                }
            }
            Some(Audience::Operator) | None => {}
        }
    }

    /// What a reader has not seen; `None` when memory does not go back so far.
    pub(super) fn read(&self, reader: Reader, after: Cursor) -> Option<Page> {
        let frames: Vec<Arc<Frame>> = match reader {
            Reader::Administrator => {
                if after < self.everything.evicted_to {
                    return None;
                }
                self.everything.after(after).take(PAGE).cloned().collect()
            }
            Reader::Specialist(id) => {
                let lane = self.specialists.get(&id);
                if after < self.everyone.evicted_to || after < lane.map_or(self.base, |lane| lane.evicted_to) {
                    return None;
                }
                let mut own = lane.into_iter().flat_map(|lane| lane.after(after)).peekable();
                let mut common = self.everyone.after(after).peekable();
                let merged = std::iter::from_fn(|| match (own.peek(), common.peek()) {
                    (Some(one), Some(other)) if other.cursor < one.cursor => common.next(),
                    (Some(_), _) => own.next(),
                    (None, _) => common.next(),
                });
                merged.take(PAGE).cloned().collect()
            }
        };
        let cursor = if frames.len() == PAGE { frames.last().map_or(self.end, |frame| frame.cursor) } else { self.end };
        Some(Page { frames, cursor })
    }

    pub(super) fn wait(&mut self, reader: Reader, slot: &mut Slot, waker: &Waker) {
        let base = self.base;
        match reader {
            Reader::Administrator => self.everything.wait(slot, waker),
            Reader::Specialist(id) => {
                self.specialists.entry(id).or_insert_with(|| Lane::from_base(base)).wait(slot, waker);
            }
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "the slot is given back")]
    pub(super) fn leave(&mut self, reader: Reader, slot: Slot) {
        let Some(index) = slot.0 else { return };
        match reader {
            Reader::Administrator => self.everything.leave(index),
            Reader::Specialist(id) => {
                let Some(lane) = self.specialists.get_mut(&id) else { return };
                lane.leave(index);
                // A lane that has forgotten something must stay: a new one would claim to know everything since the base.
                if lane.slots == 0 && lane.frames.is_empty() && lane.evicted_to == self.base {
                    self.specialists.remove(&id);
                }
            }
        }
    }
}
