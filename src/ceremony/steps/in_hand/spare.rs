//! A dead token makes way for the spare one of the plan.

use super::super::{AGAIN, Next, chosen, is_on_record, two_people};
use crate::ceremony::ask::{Ask, Choice, Form};
use crate::ceremony::event::{Event, Exception};
use crate::ceremony::evolve::BACK;
use crate::ceremony::plan::{KeyPlan, Participant, Spare};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

/// The word by which people choose it.
const SPARE: &str = "spare";
/// The question whether the token is dead.
const DEAD: &str = "dead";

/// The spare for the key of this step, where there is one and it can still take over: a root that is
/// put together lists the key of the first token, and so does the statement of a seal.
fn available<'a>(
    state: &'a State,
    step: &BoundStep,
) -> Option<(&'a Participant, &'a KeyPlan, &'a Spare)> {
    let (holder, key) = state.procedure.key_plan(step)?;
    let spare = key.spare.as_ref()?;
    let free = state.payload.is_none() && state.seal.is_none();
    free.then_some((holder, key, spare))
}

/// The choice to take the spare, where there is one.
pub fn choice(state: &State, step: &BoundStep) -> Option<Choice> {
    let (_, _, spare) = available(state, step)?;
    Some(Choice {
        key: SPARE.to_owned(),
        meaning: format!(
            "declare this token dead, and begin again with {}; two people confirm it first",
            crate::report::token_inside(&spare.token)
        ),
    })
}

/// What comes first where people have chosen to take the spare: two of them type that the token is
/// dead, that goes into the exception log, and the spare takes its place.
pub fn declared(state: &State, step: &BoundStep) -> Option<Next> {
    if chosen(state, AGAIN) != Some(SPARE) {
        return None;
    }
    let (holder, key, spare) = available(state, step)?;
    let Some(given) = state.here.answers.get(DEAD) else {
        return Some(Next::ask(dead(state, step, holder, key, spare)));
    };
    let exception = Exception {
        number: 0,
        expected: format!(
            "{} works for {}.",
            crate::report::token_words(&key.token),
            holder.name_with(key)
        ),
        happened: format!(
            "Two people declared it dead, with the words DEAD {}.",
            serial(key)
        ),
        decided: format!(
            "The spare of the plan, {}, takes its place; every step of this key begins again.",
            crate::report::token_inside(&spare.token)
        ),
        by: given.by.clone(),
    };
    Some(Next::record(match is_on_record(state, &exception) {
        Ok(()) => Event::TokenReplaced {
            key: key.name.clone(),
            by: given.by.clone(),
        },
        Err(exception) => Event::ExceptionLogged(*exception),
    }))
}

fn dead(
    state: &State,
    step: &BoundStep,
    holder: &Participant,
    key: &KeyPlan,
    spare: &Spare,
) -> Ask {
    let who = holder.name_with(key);
    let dead = crate::report::token_inside(&key.token);
    let made = match state.keys.get(&key.name) {
        Some(_) => "The key that was made on it today is in no root, and will be in none.",
        None => "No key of today is on it.",
    };
    Ask::new(
        DEAD,
        format!("{who}: is this token DEAD?"),
        Form::Choose {
            options: vec![
                Choice {
                    key: format!("DEAD {}", serial(key)),
                    meaning: "it is put aside, and the spare takes its place".to_owned(),
                },
                Choice {
                    key: BACK.to_owned(),
                    meaning: "it may not be dead; look at it again".to_owned(),
                },
            ],
        },
    )
    .saying(format!(
        "If two people type the first line, {dead} is out of this ceremony, for good. {made} Nothing was \
         signed with it that counts."
    ))
    .saying(format!(
        "Every step of {who} begins again with {}: break its seal only now, and show its serial number to the \
         witness. This goes into the exception log by itself.",
        crate::report::token_inside(&spare.token)
    ))
    .fact("Dead token", key.token.to_string())
    .fact("Spare token", spare.token.to_string())
    .seated(two_people(state, step))
}

/// What names the token in the words that are typed: its serial number; where the plan has none, the
/// name of the key.
fn serial(key: &KeyPlan) -> &str {
    key.serial.as_deref().unwrap_or(&key.name.0)
}
