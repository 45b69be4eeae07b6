//! Whether each record is the one that the engine would have written.

use super::entered::{self, two};
use super::outcome::{judge_conclusion, judge_outcome};
use super::{
    APPROVED, ATTESTED, EXCEPTIONS, FOLLOWED, MODE, PLAN, RECORDING, Rule, SCRIPT, SEAL_COUNT,
};
use crate::ceremony::ask::Ask;
use crate::ceremony::attested;
use crate::ceremony::decide::{PROGRAM, accepted, actor_of, skippable};
use crate::ceremony::effect::{Effect, Message};
use crate::ceremony::event::{Event, Exception};
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::recording;
use crate::ceremony::sealing;
use crate::ceremony::state::{LogCopy, Placed, Standing, State};
use crate::ceremony::steps::{self, Kind, Next};
use crate::ceremony::withdraw::withdrawable;
use crate::transcript::seal;

/// A record that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// The rule that it breaks.
    pub rule: Rule,
    /// Record number, from 0.
    pub seq: u64,
    /// What is wrong.
    pub sentence: String,
}

/// What the last record leads to, besides the state.
#[derive(Clone, Default)]
pub struct Follow {
    /// The effect that the last answer sets off, and under whose name.
    due: Option<(Effect, String)>,
    /// Whether an exception was logged by the record before, so that a step may be skipped.
    excepted: Option<Exception>,
    /// Program that wrote the records last seen.
    program: String,
    /// The first other program than this one that wrote records, and its first record.
    foreign: Option<(u64, String)>,
    /// Whether another program than this one judged an attestation.
    judged_elsewhere: bool,
}

impl Follow {
    /// What is wrong with `placed`, coming after `state`.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per kind of event, nothing else"
    )]
    pub fn judge(
        &mut self,
        state: &State,
        actor: &str,
        step: &str,
        placed: &Placed,
    ) -> Vec<Deviation> {
        let mut seen = Vec::new();
        let mut say = |rule: Rule, sentence: String| {
            seen.push(Deviation {
                rule,
                seq: placed.seq,
                sentence,
            });
        };
        let expected_step = state.step().map_or("", |step| step.id.as_str());
        if step != expected_step {
            say(
                FOLLOWED,
                format!("it names step \"{step}\", the ceremony was at \"{expected_step}\""),
            );
        }
        if (placed.seq == 0) != matches!(placed.event, Event::CeremonyOpened(_)) {
            say(
                FOLLOWED,
                "a ceremony is opened once, by its first record".to_owned(),
            );
        }
        if state.ending.is_some() {
            say(
                FOLLOWED,
                "it comes after the end of the ceremony".to_owned(),
            );
        }
        if matches!(placed.event, Event::KeyAttested(_)) {
            self.judged_elsewhere |= self.program != crate::PROGRAM_VERSION;
        }
        let due = self.due.take();
        let excepted = self.excepted.take();
        let set_off = due.as_ref().filter(
            |(effect, _)| matches!(&placed.event, Event::Intended(intended) if intended == effect),
        );
        let set_off_by = set_off.map(|(_, actor)| actor.as_str());
        entered::by_its_actor(state, actor, &placed.event, set_off_by, &mut say);
        let current = state
            .step()
            .and_then(|step| steps::kind(&step.kind).map(|kind| (kind, step)));
        match (&placed.event, current) {
            (Event::CeremonyOpened(opening), _) => {
                let procedure = &state.procedure;
                if opening.script != procedure.script.digest {
                    say(
                        SCRIPT,
                        format!(
                            "the record names script {}, script.toml is {}",
                            opening.script, procedure.script.digest
                        ),
                    );
                }
                if opening.plan != procedure.plan.digest {
                    say(
                        PLAN,
                        format!(
                            "the record names plan {}, plan.toml is {}",
                            opening.plan, procedure.plan.digest
                        ),
                    );
                }
                if opening.mode != procedure.plan.mode || opening.mode != procedure.script.mode {
                    say(MODE, "record, plan and script do not agree".to_owned());
                }
                entered::opened(opening, &mut say);
                self.written_by(placed.seq, &opening.program);
            }
            (Event::Resumed(resumption), _) => self.written_by(placed.seq, &resumption.program),
            (Event::Paused { .. }, _) => self.due = due,
            (Event::ScreenRecorded(mark), _) => {
                self.due = due;
                if actor != PROGRAM {
                    say(
                        RECORDING,
                        format!("{actor} is named for a mark, which is the program's own"),
                    );
                }
                if let Err(because) = recording::fits(state, mark) {
                    say(RECORDING, format!("a mark has no place here: {because}"));
                }
            }
            (Event::LogLost(_), _) => {
                if state.log != LogCopy::Kept {
                    say(FOLLOWED, "no LOG medium was being written to".to_owned());
                }
            }
            (Event::ExceptionLogged(exception), _) => {
                entered::logged(state, exception, &mut say);
                // One by which somebody comes late lets nobody skip: those two were not both there.
                let there = |id: &ParticipantId| !state.absent.contains(id);
                self.excepted = exception.by.iter().all(there).then(|| exception.clone());
            }
            (Event::ContentWithdrawn { by, reason }, _) => {
                if let Err(refusal) = withdrawable(state) {
                    say(FOLLOWED, refusal.to_string());
                }
                entered::decided(state, by, reason, "withdrawing content", &mut say);
            }
            (Event::Aborted { by, reason }, _) => {
                entered::decided(state, by, reason, "an abort", &mut say);
            }
            (event, Some((kind, step))) => {
                self.judge_in_step(
                    state,
                    kind,
                    step,
                    event,
                    due.as_ref().map(|(effect, _)| effect),
                    excepted.as_ref(),
                    &mut say,
                );
            }
            (_, None) => say(
                FOLLOWED,
                "there is no step in which it could happen".to_owned(),
            ),
        }
        seen
    }

    #[expect(
        clippy::too_many_arguments,
        clippy::too_many_lines,
        reason = "one call, with everything that one record is judged by"
    )]
    fn judge_in_step(
        &mut self,
        state: &State,
        kind: &'static dyn Kind,
        step: &BoundStep,
        event: &Event,
        due: Option<&Effect>,
        excepted: Option<&Exception>,
        say: &mut dyn FnMut(Rule, String),
    ) {
        let elsewhere;
        let state = match event {
            Event::SealStated { statement, .. } if self.judged_elsewhere => {
                elsewhere = with_verdicts_of(state, statement);
                &elsewhere
            }
            _ => state,
        };
        let idle = state.asking.is_none() && state.in_flight.is_none();
        let begun = state.standing.get(state.position) == Some(&Standing::Running);
        let next = || steps::next(kind, state, step);
        match event {
            Event::StepBegun {} => {
                if begun || !idle {
                    say(FOLLOWED, "the step had begun already".to_owned());
                }
            }
            Event::Asked(ask) => {
                let asked = matches!(next(), Next::Ask(expected) if self.same_ask(&expected, ask));
                if !(asked && idle && begun) {
                    say(
                        FOLLOWED,
                        format!(
                            "the question \"{}\" is not the one that belongs here",
                            ask.title
                        ),
                    );
                }
            }
            Event::Answered {
                ask: name,
                by,
                answer,
            } => {
                let Some(ask) = state.asking.as_ref().filter(|ask| ask.name == *name) else {
                    say(
                        FOLLOWED,
                        format!("\"{name}\" is answered, which was not asked"),
                    );
                    return;
                };
                match accepted(state, kind, step, ask, answer) {
                    Ok(people) if people == *by => {
                        let effect = steps::after(kind, state, step, ask, answer);
                        self.due = effect.map(|effect| (effect, actor_of(by)));
                    }
                    Ok(_) => say(
                        FOLLOWED,
                        "the initials are not those of the people named".to_owned(),
                    ),
                    Err(refusal) => say(FOLLOWED, format!("the answer is none: {refusal}")),
                }
            }
            Event::Intended(effect) => {
                let wanted = due == Some(effect)
                    || (due.is_none()
                        && begun
                        && matches!(next(), Next::Do(expected) if expected == *effect));
                if !(wanted && idle) {
                    say(FOLLOWED, "nothing led to this act".to_owned());
                }
                if matches!(
                    effect,
                    Effect::Sign {
                        message: Message::Payload { .. },
                        ..
                    }
                ) && step
                    .holder
                    .as_ref()
                    .is_none_or(|holder| !state.approved.contains(holder))
                {
                    say(
                        APPROVED,
                        format!("{} signs without having approved", step.id),
                    );
                }
            }
            Event::StepSkipped { exception, by } => {
                let fits =
                    excepted.is_some_and(|logged| logged.number == *exception && logged.by == *by);
                if !fits || !two(by) {
                    say(
                        EXCEPTIONS,
                        format!(
                            "step {} was skipped without an exception of two people",
                            step.id
                        ),
                    );
                }
                if let Err(refusal) = skippable(state, kind, step) {
                    let rule = match step.kind.as_str() {
                        sealing::KIND => SEAL_COUNT,
                        attested::KIND => ATTESTED,
                        _ => EXCEPTIONS,
                    };
                    say(rule, refusal.to_string());
                }
            }
            Event::StepDone {} => {
                if !(begun && idle && next() == Next::Done) {
                    say(FOLLOWED, format!("step {} was not complete", step.id));
                }
            }
            Event::Faulted(_) => {
                if state.in_flight.is_none() {
                    say(FOLLOWED, "a failure of nothing".to_owned());
                }
            }
            outcome if state.in_flight.is_some() => judge_outcome(state, step, outcome, say),
            concluded => {
                // What a rule of its own finds wrong with it is not said twice.
                let mut named = false;
                judge_conclusion(state, concluded, &mut |rule, sentence| {
                    named = true;
                    say(rule, sentence);
                });
                let led = || matches!(next(), Next::Record(expected) if *expected == *concluded);
                if !begun || !(named || led()) {
                    say(FOLLOWED, "nothing led to this conclusion".to_owned());
                }
            }
        }
    }

    /// Whether the words of a verdict on an attestation may be those of another program.
    pub fn judged_elsewhere(&self) -> bool {
        self.judged_elsewhere
    }

    /// Another program than this one that wrote records, if any, and its first record.
    pub fn foreign(&self) -> Option<(u64, &str)> {
        let (seq, program) = self.foreign.as_ref()?;
        Some((*seq, program))
    }

    fn written_by(&mut self, seq: u64, program: &str) {
        program.clone_into(&mut self.program);
        if program != crate::PROGRAM_VERSION && self.foreign.is_none() {
            self.foreign = Some((seq, program.to_owned()));
        }
    }

    /// Words may differ between versions of the program; what is asked, of whom, may not.
    fn same_ask(&self, expected: &Ask, recorded: &Ask) -> bool {
        if self.program == crate::PROGRAM_VERSION {
            return expected == recorded;
        }
        expected.name == recorded.name
            && expected.form == recorded.form
            && expected.seats == recorded.seats
            && expected.digest == recorded.digest
    }
}

/// The state with the verdicts on attestations as the statement of a seal has them: another program wrote them, in
/// words of its own.
fn with_verdicts_of(state: &State, statement: &serde_json::Value) -> State {
    let mut with = state.clone();
    let verdicts = with.attested.iter_mut();
    for (name, digest) in verdicts.filter(|(name, _)| name.ends_with(attested::VERDICT)) {
        if let Some(sealed) = seal::subject(statement, &format!("attestations/{name}")) {
            *digest = sealed;
        }
    }
    with
}
