//! The recording of the screen, as the record knows it: marks that say how far it is covered.
//!
//! A mark says that the first bytes of the recording hash to a digest, so that an audit can tell whether
//! they were altered since. There is one before each act, and a last one before the record is closed: what
//! keyholders seal, and the head on paper, cover the whole of it.

use serde::{Deserialize, Serialize};

use super::sealing;
use super::state::{Standing, State};
use crate::digest::Sha256;

/// Name of the recording in the ceremony directory.
pub const FILE: &str = "session.cast";

/// Longest recording, in bytes: half a gigabyte, which is a day of pictures that never rest.
pub const LONGEST: u64 = 512 * 1024 * 1024;

/// The first bytes of the recording, by their digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// How many bytes, from the first.
    pub bytes: u64,
    /// SHA-256 of them.
    pub sha256: Sha256,
    /// Whether nothing follows them.
    pub ended: bool,
}

/// How far a mark reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Up to here; the recording goes on.
    SoFar,
    /// To its end.
    ToTheEnd,
}

/// Whether the recording is at its end, because it ended on record or because the record is being closed.
pub fn is_over(state: &State) -> bool {
    let last = closing(state);
    let begun =
        last.is_some_and(|at| state.position > at || standing(state, at) != Standing::Waiting);
    state.recording.is_some_and(|mark| mark.ended)
        || state.seal.is_some()
        || state.ending.is_some()
        || begun
}

/// The mark that belongs before what comes next, if one does: between two acts, and before the first step
/// that closes the record.
pub fn due(state: &State) -> Option<Reach> {
    let at = state.position;
    let between = state.asking.is_none()
        && state.in_flight.is_none()
        && standing(state, at) == Standing::Waiting;
    if !between || is_over(state) {
        return None;
    }
    if closing(state) == Some(at) {
        return Some(Reach::ToTheEnd);
    }
    let act = |at: usize| state.procedure.steps.get(at).map(|step| step.act);
    let before = act(at.checked_sub(1)?)?;
    (act(at) != Some(before)).then_some(Reach::SoFar)
}

/// Why a mark cannot be put on record in this state; `Ok` where it can.
pub fn fits(state: &State, mark: &Mark) -> Result<(), &'static str> {
    if state.in_flight.is_some() {
        return Err("something is being done");
    }
    if is_over(state) {
        return Err("the recording is at its end already");
    }
    let last = state.recording.map_or(0, |last| last.bytes);
    if mark.bytes <= last {
        return Err("nothing was recorded since the mark before");
    }
    Ok(())
}

/// Index of the first step that closes the record: the seal, or the head on paper, or what the script has
/// instead.
fn closing(state: &State) -> Option<usize> {
    let steps = &state.procedure.steps;
    [sealing::KIND, "head", "close"]
        .iter()
        .find_map(|kind| steps.iter().position(|step| step.kind == **kind))
}

fn standing(state: &State, at: usize) -> Standing {
    state.standing.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
