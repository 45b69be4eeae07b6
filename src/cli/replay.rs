//! `replay`: a recorded ceremony, step by step in the terminal, or as a recording for ordinary players.

mod cast;

use clap::Args;

use self::cast::Cast;
use super::audit::Grounds;
use super::front::needs_a_terminal;
use super::{Failure, Room, notice};
use crate::tui;
use crate::tui::replay::Replay as Screen;
use crate::tui::replay::tape::Tape;
use crate::tui::replay::verdict::{Verdict, Weight};

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    #[command(flatten)]
    grounds: Grounds,
    /// The record at which it begins, by the number that stands in it: the first is 0.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "cast")]
    at: usize,
    #[command(flatten)]
    cast: Cast,
}

impl Replay {
    /// The replay of a directory, from its first record.
    pub fn of(dir: String) -> Self {
        Self {
            grounds: Grounds::of(dir),
            at: 0,
            cast: Cast::default(),
        }
    }

    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        match self.cast.output() {
            Some(output) => self.cast.write(&self.grounds, output, room),
            None => self.shown(room),
        }
    }

    fn shown(&self, room: &Room) -> Result<(), Failure> {
        let mut tape = None;
        let audited =
            self.grounds
                .audited_watched("Nothing is replayed.", &mut |line, placed, state| {
                    tape.get_or_insert_with(|| Tape::new(state.procedure.clone()))
                        .push(line, placed, state);
                })?;
        let dir = self.grounds.dir.as_path();
        let settings = room.settings(dir);
        let verdict = Verdict::of(&audited, &settings.audit);
        let Some(tape) = tape else {
            return Err(Failure::not_so(format!(
                "{}: there is no record to replay. {}",
                dir.display(),
                verdict.sentences.join(" ")
            )));
        };
        let last = tape.len() - 1;
        if self.at > last {
            return Err(Failure::call(format!(
                "--at {}: there is no such record. Nothing is replayed. Name one from 0 to {last}.",
                self.at
            )));
        }
        needs_a_terminal().map_err(|failure| {
            // the ceremony is over: nothing was to be begun
            Failure {
                words: failure
                    .words
                    .replace("Nothing was begun.", "Nothing is replayed."),
                ..failure
            }
        })?;
        let size = tui::backend::size();
        let replay = Screen::new(settings, tape, audited.chronicle, verdict, size, self.at);
        let Some(replay) = replay else {
            return Err(Failure::not_so("there is no record to replay"));
        };
        let replay = tui::replay::replay(replay)
            .map_err(|error| Failure::surroundings(format!("{error}. Nothing was changed.")))?;
        left(&replay.verdict)
    }
}

/// What is said on leaving, so that nobody goes away with a wrong picture.
fn left(verdict: &Verdict) -> Result<(), Failure> {
    let words = format!("{}\n{}", verdict.brief, verdict.sentences.join("\n"));
    match verdict.weight {
        Weight::Good => Ok(()),
        Weight::Known => {
            notice(&format!("rootstage: {words}"));
            Ok(())
        }
        Weight::Bad => Err(Failure::not_so(words)),
    }
}
