//! The replay: a recorded ceremony, step by step, with the screen that people saw.
//!
//! ```text
//!  REHEARSAL  REPLAY  record 41 of 312   2026-11-23 14:20:31 UTC     paused 1x
//!  1 Screen  2 Timeline  3 Record  4 Board                         audit passed
//!  the screen of the moment, drawn by the code that drew it on the day
//! ── 41 answered · by Ada Keyholder · step 7 of 26 ───────────── hit 3 of 17 ──
//!  what the record changed, in words
//!  ? help  Space play  Right record  Down step  Enter changed  / search  q quit
//! ```
//!
//! [`tape`] has the records and gives the state after any of them; [`playback`] says where the replay
//! stands and when it goes on; [`moment`] is the screen of a record, [`mod@changes`] are its words;
//! [`Replay`] brings keys to them, [`view`] draws. Nothing here reads a file or changes one: whoever
//! calls has audited the ceremony and wound its records onto the tape.

pub mod bindings;
pub mod changes;
mod keys;
pub mod moment;
pub mod playback;
pub mod search;
pub mod tape;
pub mod target;
mod times;
pub mod verdict;
pub mod view;

use std::time::{Duration, Instant};

use self::changes::{Change, changes};
use self::moment::Moment;
use self::playback::Playback;
use self::search::Search;
use self::tape::Tape;
use self::verdict::Verdict;
use super::session::{Occurrence, Session};
use super::settings::Settings;
use super::{TuiError, backend};
use crate::ceremony::chronicle::Chronicle;
use crate::ceremony::state::State;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// The screen that people saw.
    Screen,
    /// Acts and steps.
    Timeline,
    /// The record.
    Record,
    /// Signatures, exceptions, digests.
    Board,
}

impl Pane {
    /// Every one, in the order of their keys.
    pub const ALL: [Self; 4] = [Self::Screen, Self::Timeline, Self::Record, Self::Board];

    /// As it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Screen => "Screen",
            Self::Timeline => "Timeline",
            Self::Record => "Record",
            Self::Board => "Board",
        }
    }
}

/// A question at the foot of the frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Where to go.
    GoTo(String),
    /// What to search for.
    Search(String),
}

/// Whether what a record changed is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// It is drawn as it was.
    None,
    /// What differs from the record before is marked.
    Changed,
}

/// What came of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// The frame is to be drawn.
    Draw,
    /// The frame is to be drawn in full.
    Repaint,
    /// The replay is to be left.
    Quit,
}

/// Everything that a frame of the replay shows.
pub struct Replay {
    /// How to draw.
    pub settings: Settings,
    /// The records.
    pub tape: Tape,
    /// The story of the ceremony, as far as the chain holds.
    pub chronicle: Chronicle,
    /// What the audit says of it.
    pub verdict: Verdict,
    /// Columns and rows.
    pub size: (u16, u16),
    /// What is looked at.
    pub pane: Pane,
    /// Whether what the record changed is marked.
    pub marks: Marks,
    /// The help lies over everything.
    pub help: bool,
    /// The question at the foot.
    pub prompt: Option<Prompt>,
    /// Something to say at the foot.
    pub remark: String,
    /// The search.
    pub search: Option<Search>,
    /// Lines by which the pane is scrolled.
    pub scroll: usize,
    /// Where it stands.
    playback: Playback,
    /// The record at which it stands.
    moment: Moment,
    changes: Vec<Change>,
    /// The search goes to its first hit once that is known.
    seeks: bool,
}

impl Replay {
    /// A replay at rest at record `at`. `None` where there is no record.
    pub fn new(
        settings: Settings,
        tape: Tape,
        chronicle: Chronicle,
        verdict: Verdict,
        size: (u16, u16),
        at: usize,
    ) -> Option<Self> {
        let last = tape.len().checked_sub(1)?;
        let at = at.min(last);
        let moment = Moment::at(&tape, at, None)?;
        let mut replay = Self {
            settings,
            tape,
            chronicle,
            verdict,
            size,
            pane: Pane::Screen,
            marks: Marks::None,
            help: false,
            prompt: None,
            remark: String::new(),
            search: None,
            scroll: 0,
            playback: Playback::new(at, last),
            moment,
            changes: Vec::new(),
            seeks: false,
        };
        replay.reword();
        Some(replay)
    }

    /// The number of the record at which it stands.
    pub fn at(&self) -> usize {
        self.playback.at()
    }

    /// The state after that record.
    pub fn state(&self) -> &State {
        &self.moment.after
    }

    /// The record, with the states around it.
    pub fn moment(&self) -> &Moment {
        &self.moment
    }

    /// What the record changed.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Where it stands, and how it moves.
    pub fn playback(&self) -> &Playback {
        &self.playback
    }

    /// Goes to a record; past the last, to that.
    pub fn go(&mut self, to: usize, now: Duration) {
        self.playback.go(to, now);
        self.arrive();
    }

    /// Time went on.
    pub fn tick(&mut self, now: Duration) {
        let tape = &self.tape;
        if self.playback.advance(now, |number| tape.time(number)) {
            self.arrive();
        }
        if let Some(search) = &mut self.search {
            search.advance(&self.tape, search::SLICE);
        }
        self.seek(now);
    }

    /// How long until something changes by itself; `None` where nothing does.
    pub fn wait(&self, now: Duration) -> Option<Duration> {
        let searching = self
            .search
            .as_ref()
            .is_some_and(|search| !search.is_done(&self.tape));
        if searching {
            return Some(Duration::ZERO);
        }
        self.playback.wait(now, |number| self.tape.time(number))
    }

    /// Another size.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.scroll = 0;
    }

    /// Brings the moment to where the playback stands.
    fn arrive(&mut self) {
        let at = self.playback.at();
        if self.moment.placed.seq == at as u64 {
            return;
        }
        let near = &self.moment.after;
        if let Some(moment) = Moment::at(&self.tape, at, Some(near)) {
            self.moment = moment;
        }
        self.scroll = 0;
        self.marks = Marks::None;
        self.remark.clear();
        self.reword();
    }

    fn reword(&mut self) {
        let Moment {
            before,
            after,
            placed,
        } = &self.moment;
        self.changes = changes(before, after, &placed.event);
    }

    /// Goes to the first hit after where it stands, once it is known.
    fn seek(&mut self, now: Duration) {
        let Some(search) = self.search.as_ref().filter(|_| self.seeks) else {
            return;
        };
        let at = self.at();
        let ahead = search.hits().last().is_some_and(|hit| *hit >= at);
        if !ahead && !search.is_done(&self.tape) {
            return;
        }
        // the record at hand may be the first hit itself
        let hit = match at.checked_sub(1) {
            Some(before) => search.after(before),
            None => search.hits().first().copied(),
        };
        let words = search.words().to_owned();
        self.seeks = false;
        match hit {
            Some(hit) => self.go(hit, now),
            None => self.remark = format!("\"{words}\" is in no record."),
        }
    }
}

/// Takes the terminal over for a replay, until it is left. Gives the replay back.
pub fn replay(mut replay: Replay) -> Result<Replay, TuiError> {
    let mut session = Session::open()?;
    let begun = Instant::now();
    replay.size = backend::size();
    session.draw(|buffer| view::draw(&replay, buffer))?;
    session.listen()?;
    loop {
        // at rest nothing happens but by keys
        let wait = replay.wait(begun.elapsed());
        let occurrence = session.next(wait.unwrap_or(Duration::from_hours(1)));
        let now = begun.elapsed();
        match occurrence {
            Occurrence::Input(burst) => match replay.input(&burst, now) {
                Came::Quit => return Ok(replay),
                Came::Repaint => session.repaint()?,
                Came::Draw => {}
            },
            Occurrence::Resized => {
                replay.resize(backend::size());
                session.repaint()?;
            }
            Occurrence::InputEnded | Occurrence::Signal(_) => return Ok(replay),
            Occurrence::Tick
            | Occurrence::Report(_)
            | Occurrence::DriverGone
            | Occurrence::Sighting(_)
            | Occurrence::ScannerEnded(_) => {}
        }
        replay.tick(now);
        session.draw(|buffer| view::draw(&replay, buffer))?;
    }
}
