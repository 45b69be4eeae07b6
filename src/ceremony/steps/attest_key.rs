//! `attest-key`: what shows that a key was made inside its token, judged check by check.

use super::in_hand::{describe, in_hand, keyholder, spare};
use super::{Kind, Next, Repetition, again, ask_of, first, trusted_root};
use crate::attestation;
use crate::attestation::verdict::{Checked, Outcome, Verdict};
use crate::ceremony::ask::{Ask, Choice, Form};
use crate::ceremony::attested;
use crate::ceremony::effect::{Contents, Effect};
use crate::ceremony::evolve::AGAIN;
use crate::ceremony::medium::Way;
use crate::ceremony::plan::{KeyPlan, Participant};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::{HeldKey, State};
use crate::ceremony::token::TokenKind;

/// The question whether everybody has seen the verdict.
const SEEN: &str = "attested";

pub struct AttestKey;

impl Kind for AttestKey {
    fn name(&self) -> &'static str {
        attested::KIND
    }

    fn about(&self) -> &'static str {
        "The token shows certificates of its maker for the key; they are followed to a pinned root and compared with the plan."
    }

    fn each(&self) -> Repetition {
        Repetition::OfKey
    }

    fn concerns(&self, key: &KeyPlan) -> bool {
        let hardware = |token: &crate::ceremony::token::TokenName| {
            matches!(token.kind(), Some(TokenKind::YubiKey | TokenKind::Pkcs11))
        };
        let spare = key.spare.as_ref();
        hardware(&key.token) || spare.is_some_and(|spare| hardware(&spare.token))
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        first(|| {
            let (holder, key) = keyholder(state, step)?;
            if state.here.answers.contains_key(SEEN) {
                return Ok(Next::Done);
            }
            let Some(held) = state.keys.get(&key.name) else {
                return Ok(super::halted(
                    format!("{} has no key in hand", holder.name_with(key)),
                    vec![
                        "The token was not presented, so that nothing can be shown of its key. Nothing was \
                         done. Log an exception and skip this step."
                            .to_owned(),
                    ],
                ));
            };
            if let Some(fault) = &state.here.fault {
                return Err(Next::ask(again(state, step, fault)));
            }
            read_certificates(state, step)?;
            let required = attested::required(&state.procedure.plan, key);
            let on_record = attested::on_record(state, &key.name);
            // what did not hold is asked for once more before it is shown again
            let settled =
                |verdict: &Verdict| state.here.attested || verdict.unmet(required).is_empty();
            let Some(verdict) = on_record.filter(settled) else {
                in_hand(state, step)?;
                return Ok(Next::Do(Effect::Attest {
                    token: key.token.clone(),
                    label: key.label.clone(),
                }));
            };
            Ok(shown(state, step, (holder, key, held), &verdict))
        })
    }

    fn skippable(&self, state: &State, step: &BoundStep) -> Result<(), String> {
        let Some((_, key)) = state.procedure.key_plan(step) else {
            return Ok(());
        };
        // without a key in hand there is nothing of which anything could be shown
        let required = attested::required(&state.procedure.plan, key);
        if required.is_empty() || !state.keys.contains_key(&key.name) {
            return Ok(());
        }
        Err(format!(
            "the plan demands of this key that these checks hold: {}",
            required.join(", ")
        ))
    }
}

/// The files of certificates that the plan names are read once, before the first token is asked.
fn read_certificates(state: &State, step: &BoundStep) -> Result<(), Next> {
    let plan = &state.procedure.plan;
    let unfit = |path: &&String| -> Option<String> {
        let file = state.inputs.get(*path)?;
        let error = attestation::read(file.text.as_bytes()).err()?;
        Some(format!("The file {path} cannot be used: {error}."))
    };
    let unread = |path: &&String| !state.inputs.contains_key(*path);
    let bad = attested::paths(plan).find_map(|path| unfit(&path));
    if let Some(problem) = &bad
        && state.here.files_read
    {
        let ask = trusted_root::not_it(state, step, problem.clone());
        return Err(Next::ask(ask));
    }
    let wanted: Vec<String> = attested::paths(plan)
        .filter(|path| bad.is_some() || unread(path))
        .cloned()
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    Err(Next::Do(Effect::ReadFiles {
        what: Contents::Certificates,
        paths: wanted,
        from: Way::File,
    }))
}

fn shown(
    state: &State,
    step: &BoundStep,
    (holder, key, held): (&Participant, &KeyPlan, &HeldKey),
    verdict: &Verdict,
) -> Next {
    let who = holder.name_with(key);
    let unmet = verdict.unmet(attested::required(&state.procedure.plan, key));
    let ask = if unmet.is_empty() {
        ask_of(
            state,
            step,
            SEEN,
            &format!("What vouches for the key of {who}"),
            Form::Confirm,
        )
    } else {
        refused(state, step, &who, &unmet, verdict)
    };
    let notable = |check: &&Checked| match check.outcome {
        Outcome::Warn => true,
        Outcome::Fail => !unmet.contains(&check.id),
        Outcome::Pass | Outcome::NotProved => false,
    };
    let ask = verdict
        .checks
        .iter()
        .filter(notable)
        .fold(ask, |ask, check| {
            ask.saying(match check.outcome {
                Outcome::Fail => format!(
                    "NOT OK, though the plan does not demand it ({}): {}",
                    check.id, check.sentence
                ),
                _ => format!("Know this: {}", check.sentence),
            })
        });
    let ask = ask.fact("Token", describe(&held.token));
    // what is to be looked at comes first
    let mut checks: Vec<_> = verdict.checks.iter().collect();
    checks.sort_by_key(|check| match check.outcome {
        Outcome::Fail => 0,
        Outcome::Warn => 1,
        Outcome::NotProved => 2,
        Outcome::Pass => 3,
    });
    Next::ask(checks.into_iter().fold(ask, |ask, check| {
        let label = check.id.rsplit('.').next().unwrap_or(check.id);
        let word = match check.outcome {
            Outcome::Pass => "ok",
            Outcome::Fail => "NOT OK",
            Outcome::Warn => "LOOK",
            Outcome::NotProved => "not proved",
        };
        ask.fact(label, format!("{word}: {}", check.sentence))
    }))
}

/// The plan demands what does not hold: the spare token takes over, or nothing does.
fn refused(state: &State, step: &BoundStep, who: &str, unmet: &[&str], verdict: &Verdict) -> Ask {
    let title = format!("DO NOT USE THIS TOKEN: the key of {who} is not vouched for");
    let ask = match spare::choice(state, step) {
        None => Ask::new("halted", title, Form::Halted),
        Some(spare) => {
            let again = Choice {
                key: AGAIN.to_owned(),
                meaning: "let the token show its certificates once more".to_owned(),
            };
            let options = vec![again, spare];
            Ask::new(AGAIN, title, Form::Choose { options })
                .seated(super::seats_or_anyone(state, step))
        }
    };
    let ask = unmet.iter().fold(ask, |ask, id| {
        let found = verdict
            .of(id)
            .map_or("This kind of token does not answer that check.", |check| {
                check.sentence.as_str()
            });
        ask.saying(format!("The plan demands {id}. {found}"))
    });
    ask.saying("Nothing was signed with this key, and what the token brought forward is on record.")
        .saying(
            "Take the token out and keep it apart, in a bag with a label. Go on with the spare token of the \
             plan, if there is one; otherwise abort, and find out where the token comes from.",
        )
}

#[cfg(test)]
mod tests;
