//! The kinds of step. One line in [`KINDS`] adds one; script parser, engine, paper script and
//! documentation iterate the list.

mod in_hand;

mod assemble_root;
mod attest_key;
mod bind_media;
pub mod by_way;
mod choose_medium;
mod clock;
mod close;
mod environment;
mod exchange;
mod export;
mod findings;
mod generate_key;
mod head;
mod import_staged;
mod log_copy;
mod plan_digest;
mod present_token;
mod prove_possession;
mod provision_token;
mod review;
mod roll_call;
mod seal;
mod show_key;
mod sign;
mod signing;
mod statement;
mod trusted_root;
mod verify_result;
mod write_out;

use super::ask::{Answer, Ask, Choice, Form, Seat};
use super::effect::Effect;
use super::event::{Event, Exception};
use super::evolve::AGAIN;
use super::medium::MediumRole;
use super::plan::{Duty, KeyPlan, ParticipantId, Plan};
use super::procedure::BoundStep;
use super::refusal::Refusal;
use super::script::Each;
use super::state::{Here, State};
use super::token::{Fault, Retry};
use crate::digest::Sha256;

/// Every kind of step.
pub static KINDS: &[&dyn Kind] = &[
    &statement::Statement,
    &roll_call::RollCall,
    &plan_digest::PlanDigest,
    &environment::Environment,
    &clock::Clock,
    &bind_media::BindMedia,
    &trusted_root::TrustedRoot,
    &import_staged::ImportStaged,
    &present_token::PresentToken,
    &provision_token::ProvisionToken,
    &generate_key::GenerateKey,
    &show_key::ShowKey,
    &attest_key::AttestKey,
    &prove_possession::ProvePossession,
    &assemble_root::AssembleRoot,
    &findings::Findings,
    &review::Review,
    &sign::Sign,
    &verify_result::VerifyResult,
    &write_out::WriteOut,
    &export::Export,
    &seal::Seal,
    &head::Head,
    &close::Close,
];

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}

/// Name of the question which medium has this role.
pub fn medium_question(role: MediumRole) -> String {
    choose_medium::name(role)
}

/// Whether an answer to this ask lets a ceremony go on that a rule would stop.
pub fn accepts_a_stop(ask: &Ask) -> bool {
    findings::is_acceptance(ask)
}

/// What a step wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask the room.
    Ask(Box<Ask>),
    /// Perform an effect that needs nobody.
    Do(Effect),
    /// Put a conclusion on record.
    Record(Box<Event>),
    /// Nothing: the step is complete.
    Done,
}

impl Next {
    fn ask(ask: Ask) -> Self {
        Self::Ask(Box::new(ask))
    }

    fn record(event: Event) -> Self {
        Self::Record(Box::new(event))
    }
}

/// A kind of step. It holds no token, no file, no terminal: it says what to ask and what to do.
pub trait Kind: Sync {
    /// Name in scripts.
    fn name(&self) -> &'static str;

    /// One sentence for the documentation.
    fn about(&self) -> &'static str;

    /// How often steps of this kind may be done.
    fn each(&self) -> Repetition {
        Repetition::Fixed(Each::Once)
    }

    /// Whether the step is done for a key at all: where it is not, the day has no such step.
    fn concerns(&self, key: &KeyPlan) -> bool {
        let _ = key;
        true
    }

    /// Whether a day with this plan has the step at all.
    fn belongs(&self, plan: &Plan) -> bool {
        let _ = plan;
        true
    }

    /// The role of the medium that it works with, where one has it: should that fail, people may give its
    /// role to another.
    fn medium(&self) -> Option<MediumRole> {
        None
    }

    /// What the step wants next, from the state alone.
    fn next(&self, state: &State, step: &BoundStep) -> Next;

    /// Whether an answer that the ask itself accepts is right for this step.
    fn accept(
        &self,
        state: &State,
        step: &BoundStep,
        ask: &Ask,
        answer: &Answer,
        by: &[ParticipantId],
    ) -> Result<(), Refusal> {
        let _ = (state, step, ask, answer, by);
        Ok(())
    }

    /// The effect that an accepted answer sets off, such as the signature after a PIN.
    fn after(&self, state: &State, step: &BoundStep, ask: &Ask, answer: &Answer) -> Option<Effect> {
        let _ = (state, step, ask, answer);
        None
    }

    /// Whether two people may skip it; otherwise the reason why not.
    fn skippable(&self, state: &State, step: &BoundStep) -> Result<(), String> {
        let _ = (state, step);
        Ok(())
    }
}

/// How often steps of a kind may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// Always so.
    Fixed(Each),
    /// For each key: every one, those that are generated, or those that exist, as the script says.
    OfKey,
    /// As the script says.
    Free,
}

/// What comes first: lets a step leave with `?` for whatever has to be done before its own work.
fn first(wants: impl FnOnce() -> Result<Next, Next>) -> Next {
    wants().unwrap_or_else(|before| before)
}

/// The usual ask of a step: its text, its seats.
fn ask_of(state: &State, step: &BoundStep, name: &str, title: &str, form: Form) -> Ask {
    Ask::new(name, title, form)
        .saying(step.say.trim())
        .seated(state.procedure.seats(step))
}

/// What `step` wants next: what is under way with its token comes before its own work.
pub fn next(kind: &dyn Kind, state: &State, step: &BoundStep) -> Next {
    log_copy::comes_first(state, step)
        .or_else(|| exchange::wanted(state, step))
        .or_else(|| in_hand::spare::declared(state, step))
        .or_else(|| in_hand::unblock::settled(state, step))
        .or_else(|| seal::file_due(state, step))
        .unwrap_or_else(|| kind.next(state, step))
}

/// The effect that an accepted answer sets off.
pub fn after(
    kind: &dyn Kind,
    state: &State,
    step: &BoundStep,
    ask: &Ask,
    answer: &Answer,
) -> Option<Effect> {
    if state.log_is_out() {
        return None;
    }
    in_hand::unblock::after(state, step, ask).or_else(|| kind.after(state, step, ask, answer))
}

/// Whether an answer that the ask itself accepts is right here.
pub fn accept(
    kind: &dyn Kind,
    state: &State,
    step: &BoundStep,
    ask: &Ask,
    answer: &Answer,
    by: &[ParticipantId],
) -> Result<(), Refusal> {
    if state.log_is_out() {
        return Ok(());
    }
    kind.accept(state, step, ask, answer, by)
}

/// The ask after something failed: what happened, and then the step's work starts again. Where the
/// plan has a spare token, and trying again is in vain or was so twice, that can be chosen; where a medium
/// failed, another medium.
fn again(state: &State, step: &BoundStep, fault: &Fault) -> Ask {
    let words = crate::report::fault(fault);
    let in_vain = fault.retry() == Retry::Useless || state.here.faults >= 2;
    let spare = in_hand::spare::choice(state, step).filter(|_| in_vain);
    let other = exchange::choice(state, step, fault).or(spare);
    let offered = other.is_some();
    let form = other.map_or(Form::Confirm, |other| Form::Choose {
        options: vec![
            Choice {
                key: AGAIN.to_owned(),
                meaning: "try again now".to_owned(),
            },
            other,
        ],
    });
    let mut ask = Ask::new(AGAIN, words.happened, form);
    if let Fault::TokenAbsent { present, .. } = fault
        && let Some(whose) = in_hand::inserted_instead(&state.procedure.plan, present)
    {
        ask = ask.saying(whose);
    }
    ask = ask.saying(words.unchanged).saying(words.next);
    if !offered {
        ask =
            ask.saying("Initials mean: try again now. Anything else goes into the exception log.");
    }
    ask.seated(seats_or_anyone(state, step))
}

/// The word that was typed at this ask in this step.
fn chosen<'a>(state: &'a State, ask: &str) -> Option<&'a str> {
    chosen_in(&state.here, ask)
}

/// The word that was typed at this ask.
fn chosen_in<'a>(here: &'a Here, ask: &str) -> Option<&'a str> {
    let given = here.answers.get(ask)?;
    given.answer.typed.first().map(String::as_str)
}

fn seats_or_anyone(state: &State, step: &BoundStep) -> Vec<Seat> {
    let seats = state.procedure.seats(step);
    if seats.is_empty() {
        state.procedure.any_seats(1)
    } else {
        seats
    }
}

/// The step's keyholder, and anyone else as the second person.
fn two_seats(state: &State, step: &BoundStep) -> Vec<Seat> {
    let holder: Vec<ParticipantId> = step.holder.iter().cloned().collect();
    let mut seats = vec![Seat {
        role: Duty::Keyholder.name().to_owned(),
        who: holder.clone(),
    }];
    seats.extend(state.procedure.any_seats(1).into_iter().map(|mut seat| {
        seat.who.retain(|id| !holder.contains(id));
        seat
    }));
    seats
}

/// The step's keyholder and a second person; at a desk there is nobody else.
fn two_people(state: &State, step: &BoundStep) -> Vec<Seat> {
    if state.procedure.plan.participants.len() == 1 {
        seats_or_anyone(state, step)
    } else {
        two_seats(state, step)
    }
}

/// The people of the step where they are two, and a second one where there is one; at a desk there is
/// nobody else.
fn two_of(state: &State, step: &BoundStep) -> Vec<Seat> {
    let mut seats = seats_or_anyone(state, step);
    if seats.len() < 2 && state.procedure.plan.participants.len() > 1 {
        seats.extend(state.procedure.any_seats(1));
    }
    seats
}

/// Whether the last exception is this one but for its number, which is its place in the log; otherwise the
/// exception as it is to be logged.
fn is_on_record(state: &State, exception: &Exception) -> Result<(), Box<Exception>> {
    let last = state.exceptions.last();
    let numbered = |number| Exception {
        number,
        ..exception.clone()
    };
    match last {
        Some(last) if **last == numbered(last.number) => Ok(()),
        _ => Err(Box::new(numbered(last.map_or(1, |last| last.number + 1)))),
    }
}

/// An ask that cannot be answered.
fn halted(title: impl Into<String>, words: Vec<String>) -> Next {
    let mut ask = Ask::new("halted", title, Form::Halted);
    ask.words = words;
    Next::ask(ask)
}

/// Positions of the read-back words: they follow from the transcript head, so that nobody knows
/// them before the question is on the screen, and a replay finds the same ones.
fn positions(state: &State, name: &str, count: usize) -> Vec<u8> {
    let draw = Sha256::of_parts(&[b"read-back", name.as_bytes(), &state.head.0]);
    let mut chosen: Vec<u8> = Vec::with_capacity(count);
    for byte in draw.0 {
        let position = byte % 32 + 1;
        if !chosen.contains(&position) {
            chosen.push(position);
        }
        if chosen.len() == count {
            break;
        }
    }
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests;
