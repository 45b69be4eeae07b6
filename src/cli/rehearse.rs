//! `rehearse`: a whole ceremony with software tokens, of the first root or of one that follows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::camera::Source;
use super::ceremony::Makers;
use super::front::{needs_a_terminal, screens, unattended_rehearsal};
use super::{Failure, Room, notice, now, rehearsal};
use crate::ceremony::plan::Mode;
use crate::ceremony::scripts;
use crate::ceremony::state::State;
use crate::directory;

/// The script that is rehearsed where none is named.
const FIRST_ROOT: &str = "first-root";

/// Arguments of `rehearse`.
#[derive(Debug, Args)]
pub struct Rehearse {
    /// The script to rehearse. For any but first-root, a root before is made first, in `before/` of
    /// the ceremony directory.
    #[arg(long, value_name = "NAME", default_value = FIRST_ROOT, hide_possible_values = true,
        value_parser = PossibleValuesParser::new(scripts::names()))]
    script: String,
    /// The new ceremony directory; by default one beside you, named for the time.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Number of keyholders; of the root before, where there is one.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    keyholders: u32,
    /// Signatures that a client demands; of the root before, where there is one.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=20))]
    threshold: u32,
    /// Plays every human answer by itself and prints a summary.
    #[arg(long)]
    unattended: bool,
    #[command(flatten)]
    camera: Source,
}

impl Rehearse {
    /// A rehearsal of a first root with three keyholders, of whom two must sign.
    pub fn of_first_root(dir: Option<PathBuf>) -> Self {
        Self {
            script: FIRST_ROOT.to_owned(),
            dir,
            keyholders: 3,
            threshold: 2,
            unattended: false,
            camera: Source::default(),
        }
    }

    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        if self.threshold > self.keyholders {
            return Err(Failure::call(format!(
                "--threshold {} is more than --keyholders {}. Nothing was started.",
                self.threshold, self.keyholders
            )));
        }
        rehearsal::fits(&self.script, self.keyholders, self.threshold)?;
        if !self.unattended {
            needs_a_terminal()?;
        }
        let dir = self
            .dir
            .clone()
            .unwrap_or_else(rehearsal::default_directory);
        directory::make_new(&dir)?;
        let makers = Makers::new(room, Mode::Rehearsal);
        let (plan, files) = if self.script == FIRST_ROOT {
            (
                rehearsal::plan(self.keyholders, self.threshold)?,
                Vec::new(),
            )
        } else {
            notice(
                "A rehearsal of the first root is held first, in `before`, for the root before.",
            );
            let before = rehearsal::before(&dir, self.keyholders, self.threshold, &mut |dir| {
                makers.world(dir)
            })?;
            before.plan_of(&self.script)?
        };
        let script = scripts::bytes_of(&scripts::rehearsal_of(&self.script)).unwrap_or_default();
        let procedure = directory::procedure(plan.as_bytes(), script)?;
        let state = State::new(Arc::new(procedure));
        let day = state.procedure.plan.clone();
        let place = dir.clone();
        let open = move || {
            let mut files = files;
            files.extend(rehearsal::prepare(&place, &day)?);
            let mut world = |dir: &Path| makers.world(dir);
            let (plan, clock) = (plan.as_bytes(), now as fn() -> _);
            Ok(directory::open_with(
                &place, plan, script, &files, &place, clock, &mut world,
            )?)
        };
        if self.unattended {
            unattended_rehearsal(open()?, &dir)
        } else {
            screens(room, state, open, &dir, &self.camera)
        }
    }
}
