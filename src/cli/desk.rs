//! A ceremony at a desk: its plan is made from one call, its script is one of this program, and the
//! engine, the guards and the transcript are those of every other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::camera::Source;
use super::ceremony::{Makers, problems_of_plan};
use super::front::{needs_a_terminal, read_answers, screens, unattended};
use super::{Failure, Room, now, plan};
use crate::ceremony::plan::{Mode, Plan};
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::state::State;
use crate::directory;

/// What the plan is called in messages.
const PLAN: &str = "the plan made from this call";

/// What is held at a desk.
pub struct Desk<'a> {
    /// Name of the script, and its bytes.
    pub script: (&'static str, &'static [u8]),
    /// Answers written beforehand; without them it is played on screens.
    pub answers: Option<&'a Path>,
    /// The new directory for the record.
    pub dir: PathBuf,
}

impl Desk<'_> {
    /// Holds it, by the plan that `plan` makes: first it is seen that somebody can answer.
    pub fn hold(
        self,
        room: &Room,
        plan: impl FnOnce() -> Result<String, Failure>,
    ) -> Result<(), Failure> {
        let answers = self.answers.map(read_answers).transpose()?;
        if answers.is_none() {
            needs_a_terminal()?;
        }
        let text = plan()?;
        let parsed = Plan::parse(text.as_bytes()).map_err(|p| problems_of_plan(&p, PLAN))?;
        let (name, script_bytes) = self.script;
        let script = Script::parse(script_bytes)
            .map_err(|problems| Failure::not_so(problems.in_file(name)))?;
        let makers = Makers::new(room, Mode::Production);
        let state = State::new(Arc::new(Procedure::new(script.clone(), parsed)));
        let dir = self.dir;
        let place = dir.clone();
        let open = move || {
            let base = Path::new("/");
            plan::checked(text.as_bytes(), Some(&script), base)
                .map_err(|problems| problems_of_plan(&problems, PLAN))?;
            directory::make_new(&place)?;
            let mut world = |dir: &Path| makers.world(dir);
            let text = text.as_bytes();
            Ok(directory::open(
                &place,
                text,
                script_bytes,
                base,
                now,
                &mut world,
            )?)
        };
        match answers {
            Some(answers) => unattended(open()?, answers, &dir),
            None => screens(room, state, open, &dir, &Source::default()),
        }
    }
}
