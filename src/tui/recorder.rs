//! The recording of the screen: `session.cast`, an asciicast of version 2, which ordinary players show.
//!
//! No secret can be in it. It is drawn a second time for the recording, from the same model, in which a field
//! that takes a PIN or passphrase is replaced by one that holds nothing ([`Entry::veiled`]): neither what is
//! typed nor how much or when is seen. Keys are not recorded at all. Pictures that bypass the cells (sixel,
//! kitty) are not either.
//!
//! Frames are at least [`REST`] apart, and one that shows nothing new takes no byte. The ceremony never waits
//! for it: what cannot be written is said once, and the recording ends there.
//!
//! [`Entry::veiled`]: super::entry::Entry::veiled

pub mod cast;
pub mod redrawn;
mod reel;
pub mod strip;
mod tape;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::reel::Reel;
use super::model::Model;
use super::view;
use crate::ceremony::recording::{Mark, Reach};
use crate::ceremony::state::State;

/// Least time between two frames: 30 in a second.
pub const REST: Duration = Duration::from_millis(33);

/// The recording of one ceremony, or of none. Its clones are the same one: the screen gives it frames, the
/// driver asks it for marks.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Option<Reel>>>);

impl Recorder {
    /// Records from now on, for the ceremony in `dir`; nothing is written before [`Recorder::begin`]. `term`
    /// is the value of `TERM`.
    pub fn load(&self, dir: PathBuf, term: Option<&str>) {
        *self.reel() = Some(Reel::new(dir, term));
    }

    /// Records nothing more.
    pub fn unload(&self) {
        *self.reel() = None;
    }

    /// The ceremony is on disk and stands like `state`: begins the file, or goes on with the one that is there.
    pub fn begin(&self, state: &State) {
        if let Some(reel) = &mut *self.reel() {
            reel.begin(state);
        }
    }

    /// Records what the model shows, without what is secret in it.
    pub fn film(&self, model: &mut Model) {
        let mut reel = self.reel();
        let Some(reel) = reel.as_mut().filter(|reel| reel.is_rolling()) else {
            return;
        };
        reel.scene(&model.state, model.moment);
        reel.frame(picture(model), model.moment);
    }

    /// How long until a frame that was held back is to be written.
    pub fn due(&self, now: Instant) -> Option<Duration> {
        self.reel().as_ref().and_then(|reel| reel.due(now))
    }

    /// Writes a frame that was held back, if it is time.
    pub fn catch_up(&self, now: Instant) {
        if let Some(reel) = &mut *self.reel() {
            reel.catch_up(now);
        }
    }

    /// Why the recording ended before its time, once; words for people.
    pub fn trouble(&self) -> Option<String> {
        self.reel().as_mut().and_then(Reel::trouble)
    }

    /// Puts the recording on disk and gives the mark for the record; `None` where there is nothing to cover.
    pub fn mark(&self, state: &State, reach: Reach) -> Option<Mark> {
        let (mark, synced) = {
            let mut reel = self.reel();
            let reel = reel.as_mut()?;
            reel.begin(state);
            reel.mark(reach)?
        };
        // the screen is not kept waiting meanwhile
        match synced.wait() {
            Ok(()) => Some(mark),
            Err(error) => {
                if let Some(reel) = &mut *self.reel() {
                    reel.stop(&error.to_string());
                }
                None
            }
        }
    }

    fn reel(&self) -> MutexGuard<'_, Option<Reel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the model shows, as it may be kept.
fn picture(model: &mut Model) -> Buffer {
    let (width, height) = model.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let veiled = model.entry.veiled();
    let real = veiled.map(|veiled| std::mem::replace(&mut model.entry, veiled));
    view::draw(model, &mut buffer);
    if let Some(real) = real {
        model.entry = real;
    }
    buffer
}

#[cfg(test)]
mod tests;
