//! `import-staged`: content from outside is read, compared, and from then on frozen.

use super::trusted_root::not_it;
use super::{Kind, Next, again, ask_of, by_way, positions};
use crate::ceremony::ask::{Answer, Ask, Form};
use crate::ceremony::assembly::{self, MetadataFile};
use crate::ceremony::effect::Effect;
use crate::ceremony::event::Event;
use crate::ceremony::import;
use crate::ceremony::medium::MediumRole;
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::refusal::Refusal;
use crate::ceremony::state::State;

pub struct ImportStaged;

impl Kind for ImportStaged {
    fn name(&self) -> &'static str {
        import::KIND
    }

    fn about(&self) -> &'static str {
        "Metadata from outside is read with the signatures that other sites made; its digest is compared, and it is frozen."
    }

    fn medium(&self) -> Option<MediumRole> {
        Some(MediumRole::In)
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if state.payload.is_some() {
            return Next::Done;
        }
        if let Some(fault) = &state.here.fault {
            return Next::ask(again(state, step, fault));
        }
        if state.defunct.iter().any(|defunct| !defunct.archived) {
            return match assembly::defunct_files(state)
                .last()
                .map(MetadataFile::digest)
            {
                Some(file) => Next::Do(Effect::Archive { file }),
                None => Next::Done,
            };
        }
        let Some(plan) = &state.procedure.plan.staged else {
            return super::halted(
                "The plan names nothing to sign",
                vec!["Nothing was read. Abort, and correct the plan.".to_owned()],
            );
        };
        if let Some(before) = by_way::read(state, step, &paths(state)) {
            return before;
        }
        let payload = match import::content(state) {
            Ok(payload) => payload,
            Err(problem) => return Next::ask(not_it(state, step, problem)),
        };
        if let Some(compare) = by_way::compared(state, step, &plan.path) {
            return compare;
        }
        if state.here.answers.contains_key("imported") {
            return Next::record(Event::ContentImported {
                role: payload.role,
                payload: payload.sha256,
                signatures: u32::try_from(payload.given.len()).unwrap_or(u32::MAX),
            });
        }
        let form = Form::Words {
            positions: positions(state, "imported", 3),
        };
        let mut ask = ask_of(
            state,
            step,
            "imported",
            "Is this what is to be signed?",
            form,
        )
        .fact("File", plan.path.clone())
        .fact("Role", crate::safe::safe(&payload.role))
        .fact("Version", payload.version.to_string())
        .fact(
            "Signatures in it",
            match plan.also.len() {
                0 => payload.given.len().to_string(),
                copies => format!("{}, from {} files", payload.given.len(), copies + 1),
            },
        );
        if plan.payload.is_some() {
            ask = ask.fact("Digest", "the one that the plan pins");
        }
        Next::ask(ask.showing("SHA-256 of what will be signed", payload.sha256))
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
        Err("without it there is nothing to sign".to_owned())
    }
}

fn paths(state: &State) -> Vec<String> {
    let staged = state.procedure.plan.staged.as_ref();
    staged.map_or_else(Vec::new, |staged| staged.paths().cloned().collect())
}
