//! `trusted-root`: the root that clients trust now is read, checked and compared with paper.

use super::{Kind, Next, again, ask_of, by_way, positions, seats_or_anyone};
use crate::ceremony::ask::{Answer, Ask, Form};
use crate::ceremony::effect::Effect;
use crate::ceremony::event::Event;
use crate::ceremony::evolve::AGAIN;
use crate::ceremony::import;
use crate::ceremony::medium::MediumRole;
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::refusal::Refusal;
use crate::ceremony::state::State;
use crate::tuf::root::Role;

pub struct TrustedRoot;

impl Kind for TrustedRoot {
    fn name(&self) -> &'static str {
        "trusted-root"
    }

    fn about(&self) -> &'static str {
        "The root that clients trust now is read; its signatures are checked, and its digest is compared with paper."
    }

    fn medium(&self) -> Option<MediumRole> {
        Some(MediumRole::In)
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if state.trusted.is_some() {
            return Next::Done;
        }
        if let Some(fault) = &state.here.fault {
            return Next::ask(again(state, step, fault));
        }
        let Some(plan) = &state.procedure.plan.trusted else {
            return none_before(state, step);
        };
        if let Some(before) = by_way::read(state, step, &paths(state)) {
            return before;
        }
        let trusted = match import::trusted(state) {
            Ok(trusted) => trusted,
            Err(problem) => return Next::ask(not_it(state, step, problem)),
        };
        if let Some(compare) = by_way::compared(state, step, &plan.path) {
            return compare;
        }
        if state.here.answers.contains_key("compared") {
            return Next::record(Event::RootTrusted {
                version: trusted.root.version,
                payload: trusted.payload,
            });
        }
        let form = Form::Words {
            positions: positions(state, "trusted", 3),
        };
        let root = &trusted.root;
        let keys = root.role(Role::Root);
        let needed = keys.map_or_else(String::new, |keys| {
            format!("{} of {} keys", keys.threshold, keys.keyids.len())
        });
        Next::ask(
            ask_of(
                state,
                step,
                "compared",
                "Is this the root that clients trust now?",
                form,
            )
            .fact("File", plan.path.clone())
            .fact("Version", root.version.to_string())
            .fact("Expires", crate::safe::safe(&root.expires_text))
            .fact("Signatures needed", needed)
            .showing("SHA-256 of what was signed in it", trusted.payload),
        )
    }

    fn accept(
        &self,
        state: &State,
        _step: &BoundStep,
        ask: &Ask,
        answer: &Answer,
        _by: &[ParticipantId],
    ) -> Result<(), Refusal> {
        by_way::accept(state, ask, answer, &paths(state))
    }

    fn after(
        &self,
        state: &State,
        _step: &BoundStep,
        ask: &Ask,
        _answer: &Answer,
    ) -> Option<Effect> {
        by_way::after(state, ask, &paths(state))
    }

    fn skippable(&self, _state: &State, _step: &BoundStep) -> Result<(), String> {
        Err("everything that follows is judged by that root".to_owned())
    }
}

fn paths(state: &State) -> Vec<String> {
    let trusted = state.procedure.plan.trusted.iter();
    trusted.map(|trusted| trusted.path.clone()).collect()
}

/// What a plan without `[trusted]` means: a staged root has none before it only as the first of all.
fn none_before(state: &State, step: &BoundStep) -> Next {
    const NONE: &str = "none-before";
    if !state.procedure.plan.stages_a_root() {
        return super::halted(
            "The plan names no trusted root",
            vec!["Nothing was read. Abort, and correct the plan.".to_owned()],
        );
    }
    if state.here.answers.contains_key(NONE) {
        return Next::Done;
    }
    Next::ask(
        ask_of(
            state,
            step,
            NONE,
            "The plan names no root before this one",
            Form::Confirm,
        )
        .saying(
            "The content that is to be signed must then be a first root, version 1; any other is refused. \
             If clients trust a root of this repository already, abort, and name it in the plan.",
        ),
    )
}

/// The file cannot be taken; another one in its place can.
pub fn not_it(state: &State, step: &BoundStep, problem: String) -> Ask {
    Ask::new(AGAIN, "THE FILE CANNOT BE TAKEN", Form::Confirm)
        .saying(problem)
        .saying("Nothing of it was taken, and nothing was signed.")
        .saying(
            "Put the right file in its place, and enter initials to read it again. If the plan itself is \
             wrong, abort: nothing is lost by that.",
        )
        .seated(seats_or_anyone(state, step))
}
