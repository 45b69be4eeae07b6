//! `bind-media`: every medium of the day is given its role, by two people.

use super::choose_medium::{self, WayBack};
use super::{Kind, Next, again, ask_of, two_of};
use crate::ceremony::ask::Form;
use crate::ceremony::effect::Effect;
use crate::ceremony::medium::MediumRole;
use crate::ceremony::plan::Plan;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::{LogCopy, State};

pub struct BindMedia;

impl Kind for BindMedia {
    fn name(&self) -> &'static str {
        "bind-media"
    }

    fn about(&self) -> &'static str {
        "Two people choose which medium is IN, which is OUT and which gets a copy of the transcript; left out where the plan needs none."
    }

    fn belongs(&self, plan: &Plan) -> bool {
        !plan.transport.media().is_empty()
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if let Some(fault) = &state.here.fault {
            return Next::ask(again(state, step, fault));
        }
        let roles = state.procedure.plan.transport.media();
        if let Some(role) = roles
            .into_iter()
            .find(|role| !state.media.contains_key(role))
        {
            let mut ask = ask_of(
                state,
                step,
                &choose_medium::name(role),
                &format!("Which medium is {}?", role.name()),
                Form::Confirm,
            )
            .saying(purpose(role));
            ask.seats = two_of(state, step);
            return choose_medium::next(state, &state.here, role, WayBack::None, ask);
        }
        let wants_a_log = state.media.contains_key(&MediumRole::Log);
        if wants_a_log && state.log == LogCopy::None {
            return Next::Do(Effect::AttachLog);
        }
        Next::Done
    }
}

fn purpose(role: MediumRole) -> &'static str {
    match role {
        MediumRole::In => {
            "IN is the medium that came from outside. Files are read from it, and nothing is ever written to it. \
             Compare what the screen says of it with its label, then type its word."
        }
        MediumRole::Out => {
            "OUT is the medium that leaves with the result. It should be new and empty. Compare what the screen says \
             of it with its label, then type its word."
        }
        MediumRole::Log => {
            "LOG gets a copy of the record, line by line, as soon as each line is written here. It stays inserted \
             until the end. Compare what the screen says of it with its label, then type its word."
        }
    }
}
