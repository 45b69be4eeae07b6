//! The records of a ceremony, indexed: any of them, and the state after it, without reading from the
//! beginning.
//!
//! A state is a fold over all records before it. Of every so many of them one is kept, and the fold
//! begins at the last one before the record that is wanted. What states weigh is bounded: where there
//! are too many, or they are too heavy, every second one is given up and the way from one to the next
//! is twice as long.

use std::sync::Arc;

use crate::ceremony::event::Event;
use crate::ceremony::evolve::evolve;
use crate::ceremony::procedure::Procedure;
use crate::ceremony::state::{Placed, State};
use crate::transcript::Record;

/// Most states that are kept.
const MOST_POINTS: usize = 128;
/// Most bytes that they may take, roughly.
const MOST_WEIGHT: usize = 256 * 1024 * 1024;
/// Records from one kept state to the next, at first.
const SPACING: usize = 64;

/// A recorded ceremony.
pub struct Tape {
    procedure: Arc<Procedure>,
    lines: Vec<u8>,
    index: Vec<Entry>,
    runs: Vec<Run>,
    exceptions: Vec<(u32, usize)>,
    points: Vec<Point>,
    spacing: usize,
    weight: usize,
    next_step: usize,
    /// Of the last run no record has had a screen of its own so far.
    unshown: bool,
}

/// What is known of a record without reading it.
struct Entry {
    /// End of its line.
    end: usize,
    /// Milliseconds since 1970.
    ms: i64,
    /// The last record at which the screen was drawn anew.
    stands: usize,
}

/// Records of one step that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first of them.
    pub first: usize,
    /// The first of them at which the screen was drawn anew; where there is none, the first.
    pub shown: usize,
    /// Index of the step; one past the last after the end.
    pub step: usize,
}

/// A state that is kept.
struct Point {
    records: usize,
    weight: usize,
    state: State,
}

impl Tape {
    /// A tape without records.
    pub fn new(procedure: Arc<Procedure>) -> Self {
        Self {
            procedure,
            lines: Vec::new(),
            index: Vec::new(),
            runs: Vec::new(),
            exceptions: Vec::new(),
            points: Vec::new(),
            spacing: SPACING,
            weight: 0,
            next_step: 0,
            unshown: false,
        }
    }

    /// Takes the next record: its line without the newline, what it says, the state after it. The
    /// chain over it was verified.
    pub fn push(&mut self, line: &[u8], placed: &Placed, after: &State) {
        let number = self.index.len();
        let step = self.next_step;
        if self.runs.last().is_none_or(|run| run.step != step) {
            self.runs.push(Run {
                first: number,
                shown: number,
                step,
            });
            self.unshown = true;
        }
        if let Event::ExceptionLogged(exception) = &placed.event {
            self.exceptions.push((exception.number, number));
        }
        let drawn = after.asking.is_some()
            || after.in_flight.is_some()
            || after.ending.is_some()
            || matches!(placed.event, Event::Answered { .. });
        let before = self.index.last().map_or(0, |entry| entry.stands);
        if drawn
            && std::mem::take(&mut self.unshown)
            && let Some(run) = self.runs.last_mut()
        {
            run.shown = number;
        }
        self.lines.extend_from_slice(line);
        self.index.push(Entry {
            end: self.lines.len(),
            ms: super::times::milliseconds(&placed.at),
            stands: if drawn { number } else { before },
        });
        self.next_step = after.position;
        if self.index.len().is_multiple_of(self.spacing) {
            self.keep(after);
        }
    }

    fn keep(&mut self, state: &State) {
        let weight = weigh(state);
        self.weight += weight;
        self.points.push(Point {
            records: self.index.len(),
            weight,
            state: state.clone(),
        });
        while self.points.len() > 1
            && (self.points.len() > MOST_POINTS || self.weight > MOST_WEIGHT)
        {
            self.spacing *= 2;
            let spacing = self.spacing;
            self.points
                .retain(|point| point.records.is_multiple_of(spacing));
            self.weight = self.points.iter().map(|point| point.weight).sum();
        }
    }

    /// The steps of the day.
    pub fn procedure(&self) -> &Arc<Procedure> {
        &self.procedure
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The line of a record, without its newline.
    pub fn line(&self, number: usize) -> &[u8] {
        let begin = match number.checked_sub(1) {
            Some(before) => self.index.get(before).map_or(0, |entry| entry.end),
            None => 0,
        };
        let end = self.index.get(number).map_or(begin, |entry| entry.end);
        self.lines.get(begin..end).unwrap_or_default()
    }

    /// The record of this number.
    pub fn record(&self, number: usize) -> Option<Record<'_>> {
        let line = std::str::from_utf8(self.line(number)).ok()?;
        Record::parse(line).ok()
    }

    /// What it says, in its place.
    pub fn placed(&self, number: usize) -> Option<Placed> {
        let record = self.record(number)?;
        Some(Placed {
            seq: record.seq,
            at: record.at.to_owned(),
            node: record.node_digest()?,
            event: record.event().ok()?,
        })
    }

    /// When it was made, in milliseconds since 1970.
    pub fn time(&self, number: usize) -> i64 {
        self.index.get(number).map_or(0, |entry| entry.ms)
    }

    /// The last record at or before this one at which people had another screen before them: a question,
    /// its answer, an act under way, the end. What is recorded in between is recorded within one breath.
    pub fn stands(&self, number: usize) -> usize {
        self.index.get(number).map_or(0, |entry| entry.stands)
    }

    /// The state after so many records. `near` is a state that is known already, with its number of
    /// records.
    pub fn state(&self, records: usize, near: Option<&State>) -> State {
        let records = records.min(self.len());
        let before = self
            .points
            .partition_point(|point| point.records <= records);
        let point = before.checked_sub(1).and_then(|at| self.points.get(at));
        let kept = point.map_or(0, |point| point.records);
        let near = near.filter(|state| {
            usize::try_from(state.records).is_ok_and(|at| at <= records && at >= kept)
        });
        let mut state = match (near, point) {
            (Some(near), _) => near.clone(),
            (None, Some(point)) => point.state.clone(),
            (None, None) => State::new(Arc::clone(&self.procedure)),
        };
        let first = usize::try_from(state.records).unwrap_or(records);
        for number in first..records {
            // what was verified when it came is still a record
            if let Some(placed) = self.placed(number) {
                evolve(&mut state, &placed);
            }
        }
        state
    }

    /// Runs of records of one step, in order.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The run to which a record belongs.
    pub fn run(&self, number: usize) -> usize {
        self.runs
            .partition_point(|run| run.first <= number)
            .saturating_sub(1)
    }

    /// Index of the step in which a record was made.
    pub fn step(&self, number: usize) -> usize {
        self.runs.get(self.run(number)).map_or(0, |run| run.step)
    }

    /// Exceptions: number of each, and the record by which it was logged.
    pub fn exceptions(&self) -> &[(u32, usize)] {
        &self.exceptions
    }

    /// Records from one kept state to the next.
    pub fn spacing(&self) -> usize {
        self.spacing
    }
}

/// What a state takes in memory beside what all states share, roughly.
fn weigh(state: &State) -> usize {
    // the states share the texts
    let exceptions = 16 * state.exceptions.len();
    let inputs: usize = state
        .inputs
        .values()
        .map(|file| 200 + file.text.len())
        .sum();
    // the content is there as bytes and as a tree of values, which takes several times as much
    let payload = |bytes: usize| 6 * bytes;
    let content = state.payload.as_ref().map_or(0, |p| payload(p.bytes.len()));
    let defunct: usize = state
        .defunct
        .iter()
        .map(|defunct| payload(defunct.payload.bytes.len()))
        .sum();
    let trusted = state.trusted.as_ref().map_or(0, |_| 64);
    let keys = state.keys.len() * 4096;
    let small = state.checks.len() * 400 + state.standing.len() + state.written.len() * 200;
    16 * 1024 + exceptions + inputs + content + defunct + trusted + keys + small
}

#[cfg(test)]
pub(super) mod tests;
