//! What is being recorded: when a frame is written, where it goes, and how it ends.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::REST;
use super::cast::{self, Happening, Header};
use super::strip::Strip;
use super::tape::{Past, Tape};
use crate::ceremony::recording::{FILE, Mark, Reach, is_over};
use crate::ceremony::state::{Standing, State};
use crate::safe::safe;

/// Most bytes that wait for a file: it is begun as soon as the ceremony is on disk.
const WAITING: usize = 4 * 1024 * 1024;

/// What stands at the end, for those who watch it.
const END: &str = "the recording ends here; what follows is in the transcript";

/// Where lines go.
enum Stage {
    /// Nowhere yet.
    Loaded(Vec<(Duration, Happening)>),
    /// To the file.
    Rolling(Tape),
    /// Nowhere any more; what is in the file is not on record yet.
    Stopped(Tape),
    /// Nowhere any more.
    Over,
}

/// A recording.
pub struct Reel {
    dir: PathBuf,
    term: Option<String>,
    stage: Stage,
    strip: Strip,
    /// Columns and rows of the first frame.
    size: Option<(u16, u16)>,
    /// When this process began to record.
    since: Instant,
    /// Seconds of the recording before that.
    base: Duration,
    /// Time of the last event: none comes before another.
    last: Duration,
    /// When a frame was last written.
    written: Option<Instant>,
    /// A frame that waits until it is time, and when it was drawn.
    held: Option<(Buffer, Instant)>,
    /// The step that was last announced.
    position: Option<usize>,
    exceptions: usize,
    trouble: Option<String>,
}

/// A file whose bytes are to be on disk.
pub struct Synced {
    file: File,
    dir: PathBuf,
}

impl Synced {
    /// Waits for the disk.
    pub fn wait(self) -> io::Result<()> {
        self.file.sync_data()?;
        File::open(self.dir)?.sync_all()
    }
}

impl Reel {
    /// Nothing recorded yet.
    pub fn new(dir: PathBuf, term: Option<&str>) -> Self {
        Self {
            dir,
            term: term.and_then(cast::harmless),
            stage: Stage::Loaded(Vec::new()),
            strip: Strip::new(),
            size: None,
            since: Instant::now(),
            base: Duration::ZERO,
            last: Duration::ZERO,
            written: None,
            held: None,
            position: None,
            exceptions: 0,
            trouble: None,
        }
    }

    /// Whether frames are wanted.
    pub fn is_rolling(&self) -> bool {
        matches!(self.stage, Stage::Loaded(_) | Stage::Rolling(_))
    }

    /// Why it ended, once.
    pub fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }

    /// Begins the file, or goes on with it; does nothing where that was done.
    pub fn begin(&mut self, state: &State) {
        let Stage::Loaded(waiting) = &mut self.stage else {
            return;
        };
        let waiting = std::mem::take(waiting);
        self.exceptions = state.exceptions.len();
        if is_over(state) {
            self.stage = Stage::Over;
            return;
        }
        let path = self.dir.join(FILE);
        match self.open(&path, state) {
            Ok(tape) => self.stage = Stage::Rolling(tape),
            Err(why) => return self.stop(&why),
        }
        for (at, happening) in waiting {
            self.put(at, &happening);
        }
    }

    fn open(&mut self, path: &Path, state: &State) -> Result<Tape, String> {
        let there = std::fs::symlink_metadata(path).is_ok();
        if state.resumptions > 0 && there {
            let (mut tape, past) = Tape::go_on(path, state.recording.as_ref())?;
            self.go_on(&mut tape, past, state)
                .map_err(|error| error.to_string())?;
            return Ok(tape);
        }
        if state.recording.is_some() {
            return Err("it is not there any more".to_owned());
        }
        let mut tape = Tape::begin(path).map_err(|error| error.to_string())?;
        let begun = OffsetDateTime::parse(&state.at, &Rfc3339);
        let header = cast::header(&Header {
            size: self.size.unwrap_or((80, 24)),
            timestamp: begun.map_or(0, OffsetDateTime::unix_timestamp),
            title: cast::title(state),
            term: self.term.clone(),
        });
        tape.write(&header).map_err(|error| error.to_string())?;
        Ok(tape)
    }

    /// The time in between is one second: players would show it as hours of the same screen.
    fn go_on(&mut self, tape: &mut Tape, past: Past, state: &State) -> io::Result<()> {
        self.base = past.at + Duration::from_secs(1);
        let mut put = |happening: &Happening| tape.write(&cast::line(self.base, happening));
        if let Some((width, height)) = self.size
            && (width, height) != past.size
        {
            put(&Happening::Resize(width, height))?;
        }
        put(&Happening::Marker(format!("resumed at {}", state.at)))
    }

    /// Announces the step in which the ceremony stands, and what was logged in it.
    pub fn scene(&mut self, state: &State, now: Instant) {
        let begun = state.standing.get(state.position) == Some(&Standing::Running);
        if begun && self.position != Some(state.position) {
            self.position = Some(state.position);
            if let Some(words) = cast::step(state) {
                self.release();
                self.happens(now, &Happening::Marker(words));
            }
        }
        if state.exceptions.len() > self.exceptions {
            self.exceptions = state.exceptions.len();
            if let Some(last) = state.exceptions.last() {
                let words = format!("exception E{}: {}", last.number, safe(&last.happened));
                self.release();
                self.happens(now, &Happening::Marker(words));
            }
        }
    }

    /// Writes a frame, or holds it back until it is time.
    pub fn frame(&mut self, frame: Buffer, now: Instant) {
        let soon = self
            .written
            .is_some_and(|last| now.saturating_duration_since(last) < REST);
        // the time at which it was drawn first is over: what it shows now counts
        self.held = Some((frame, now));
        if !soon {
            self.release();
        }
    }

    /// How long until a frame is to be written.
    pub fn due(&self, now: Instant) -> Option<Duration> {
        self.held.as_ref()?;
        let last = self.written?;
        Some(REST.saturating_sub(now.saturating_duration_since(last)))
    }

    /// Writes a frame that was held back, if it is time.
    pub fn catch_up(&mut self, now: Instant) {
        if self.due(now) == Some(Duration::ZERO) {
            self.release();
        }
    }

    fn release(&mut self) {
        let Some((frame, at)) = self.held.take() else {
            return;
        };
        let size = (frame.area.width, frame.area.height);
        let resized = self.strip.size().is_some_and(|before| before != size);
        let text = self.strip.next(frame);
        self.size.get_or_insert(size);
        if resized {
            self.happens(at, &Happening::Resize(size.0, size.1));
        }
        if !text.is_empty() {
            self.written = Some(at);
            self.happens(at, &Happening::Output(text));
        }
    }

    fn happens(&mut self, at: Instant, happening: &Happening) {
        self.last = at.saturating_duration_since(self.since).max(self.last);
        self.put(self.last, happening);
    }

    fn put(&mut self, at: Duration, happening: &Happening) {
        match &mut self.stage {
            Stage::Loaded(waiting) => {
                let size = |(_, happening): &(Duration, Happening)| match happening {
                    Happening::Output(text) => text.len(),
                    _ => 0,
                };
                if waiting.iter().map(size).sum::<usize>() < WAITING {
                    waiting.push((at, happening.clone()));
                }
            }
            Stage::Rolling(tape) => {
                if let Err(error) = tape.write(&cast::line(self.base + at, happening)) {
                    self.stop(&error.to_string());
                }
            }
            Stage::Stopped(_) | Stage::Over => {}
        }
    }

    /// Ends the recording here, for this reason.
    pub fn stop(&mut self, why: &str) {
        self.held = None;
        self.trouble = Some(format!(
            "The screen is not recorded from here on: {}: {}. The ceremony goes on without; everything that \
             counts is in the transcript.",
            safe(&self.dir.join(FILE).display().to_string()),
            safe(why)
        ));
        self.stage = match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Rolling(tape) => Stage::Stopped(tape),
            _ => Stage::Over,
        };
    }

    /// The mark up to here, and what is to be waited for before it is on record.
    pub fn mark(&mut self, reach: Reach) -> Option<(Mark, Synced)> {
        self.release();
        if reach == Reach::ToTheEnd {
            self.happens(Instant::now(), &Happening::Marker(END.to_owned()));
        }
        let ends = reach == Reach::ToTheEnd || matches!(self.stage, Stage::Stopped(_));
        let (Stage::Rolling(tape) | Stage::Stopped(tape)) = &self.stage else {
            return None;
        };
        let (bytes, sha256) = tape.so_far();
        let handle = tape.handle();
        if ends {
            self.stage = Stage::Over;
        }
        let mark = Mark {
            bytes,
            sha256,
            ended: ends,
        };
        match handle {
            Ok(file) => {
                let dir = self.dir.clone();
                Some((mark, Synced { file, dir }))
            }
            Err(error) => {
                self.stop(&error.to_string());
                None
            }
        }
    }
}
