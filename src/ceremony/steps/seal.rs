//! `seal`: a keyholder's token signs a statement over the whole record.

use super::in_hand::keyholder;
use super::signing::{Weighty, set_off, signing};
use super::{Kind, Next, Repetition, again, ask_of, first, halted, positions};
use crate::ceremony::ask::{Answer, Ask, Form};
use crate::ceremony::effect::{Effect, Message};
use crate::ceremony::event::Event;
use crate::ceremony::plan::{Plan, SealBy};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::script::Each;
use crate::ceremony::sealing::{self, Hindrance, Sealing};
use crate::ceremony::state::State;
use crate::ceremony::token::piv::LONGEST_ED25519_MESSAGE;
use crate::digest::Sha256;
use crate::transcript::seal;

pub struct Seal;

/// The question by which the statement is compared.
const STATEMENT: &str = "statement";
/// The statement that a key seals nothing.
const ABSENT: &str = "not-in-hand";
/// The statement that a token cannot sign so much.
const TOO_LONG: &str = "too-long";
/// What the digest is of, in the read-back grid.
const DIGEST_OF: &str = "SHA-256 of the statement";

impl Kind for Seal {
    fn name(&self) -> &'static str {
        sealing::KIND
    }

    fn about(&self) -> &'static str {
        "The keyholder's token signs a statement over the record so far and every file, as the plan wants: all of them, a quorum, or none."
    }

    fn each(&self) -> Repetition {
        Repetition::Fixed(Each::Key)
    }

    fn belongs(&self, plan: &Plan) -> bool {
        plan.seal.by != SealBy::Paper
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        first(|| {
            let (holder, key) = keyholder(state, step)?;
            let who = holder.name_with(key);
            if sealing::hindrance(state, step) == Some(Hindrance::NotInHand) {
                return Ok(absent(state, &who));
            }
            let Some(sealing) = &state.seal else {
                return Ok(stated(state));
            };
            if sealing.signatures.contains_key(&key.name) {
                return Ok(Next::Done);
            }
            if let Some(Hindrance::TooLong(length)) = sealing::hindrance(state, step) {
                return Ok(too_long(state, &who, length));
            }
            if sealing::enough(state) {
                return Ok(Next::Done);
            }
            if !sealing.read {
                return Ok(read(state, step, sealing));
            }
            signing(
                state,
                step,
                &Weighty {
                    name: "the statement of the seal",
                    title: format!("{who}: seal the record"),
                    word: "SEAL",
                    digest_of: DIGEST_OF,
                    sha256: sealing.sha256,
                    facts: vec![(
                        "Sealed so far",
                        format!(
                            "{} of {} wanted",
                            sealing.signatures.len(),
                            sealing::wanted(state)
                        ),
                    )],
                },
            )
        })
    }

    fn after(
        &self,
        state: &State,
        step: &BoundStep,
        ask: &Ask,
        _answer: &Answer,
    ) -> Option<Effect> {
        let sha256 = state.seal.as_ref()?.sha256;
        set_off(state, step, ask, Message::Seal { sha256 })
    }
}

/// Says that this token cannot sign so long a statement.
fn too_long(state: &State, who: &str, length: usize) -> Next {
    if state.here.answers.contains_key(TOO_LONG) {
        return Next::Done;
    }
    Next::ask(
        Ask::new(
            TOO_LONG,
            format!("The token of {who} cannot seal this record"),
            Form::Confirm,
        )
        .saying(format!(
            "An Ed25519 key signs the statement whole. It has {length} bytes, and a YubiKey takes at most \
             {LONGEST_ED25519_MESSAGE}. Nothing was asked of the token. The others seal the record without it, and the \
             head is written on paper."
        ))
        .seated(state.procedure.any_seats(1)),
    )
}

/// Says that this key seals nothing. Why it is not in hand is in the record of the step that was left out.
fn absent(state: &State, who: &str) -> Next {
    if state.here.answers.contains_key(ABSENT) {
        return Next::Done;
    }
    Next::ask(
        Ask::new(
            ABSENT,
            format!("{who} has no key in hand, and seals nothing"),
            Form::Confirm,
        )
        .saying(
            "The token was not presented in this ceremony. The others seal the record without it.",
        )
        .seated(state.procedure.any_seats(1)),
    )
}

/// Fixes what is sealed: the same for every keyholder.
fn stated(state: &State) -> Next {
    let statement = seal::statement(state);
    let digest = statement.as_ref().and_then(seal::digest);
    match statement.zip(digest) {
        Some((statement, sha256)) => Next::record(Event::SealStated {
            statement,
            sha256,
            head: state.head,
            records: state.records,
        }),
        None => halted(
            "There is nothing to seal",
            vec!["The ceremony is not open. Nothing was sealed.".to_owned()],
        ),
    }
}

/// Shows the statement in words, and has its digest read aloud, before the first signature.
fn read(state: &State, step: &BoundStep, sealing: &Sealing) -> Next {
    if let Some(given) = state.here.answers.get(STATEMENT) {
        return Next::record(Event::SealRead {
            by: given.by.clone(),
            sha256: sealing.sha256,
        });
    }
    let form = Form::Words {
        positions: positions(state, STATEMENT, 3),
    };
    let mut ask = ask_of(
        state,
        step,
        STATEMENT,
        "What will be sealed: read the digest aloud, then type words of it",
        form,
    )
    .saying(
        "The statement says: this is the head of the record, these are the files, these people took part, these \
         exceptions were logged. Every keyholder seals the same one.",
    )
    .fact("Records sealed", sealing.records.to_string())
    .fact("Their head", sealing.head.groups().join(" "));
    for (name, digest) in files(sealing) {
        ask = ask.fact("File", format!("{name}: {digest}"));
    }
    ask = ask.fact(
        "Exceptions",
        match state.exceptions.len() {
            0 => "none".to_owned(),
            number => format!("{number}, with their texts as logged"),
        },
    );
    let (wanted, keys) = (sealing::wanted(state), state.procedure.plan.keys().count());
    ask = ask.fact("Seals wanted", format!("{wanted} of {keys} keys"));
    Next::ask(ask.showing(DIGEST_OF, sealing.sha256))
}

/// Names and digests of the files in a statement.
fn files(sealing: &Sealing) -> Vec<(String, String)> {
    let statement: serde_json::Value = serde_json::from_slice(&sealing.payload).unwrap_or_default();
    let subjects = statement
        .get("subject")
        .and_then(serde_json::Value::as_array);
    let one = |subject: &serde_json::Value| {
        let name = subject.get("name")?.as_str()?;
        let digest: Sha256 = subject
            .get("digest")?
            .get("sha256")?
            .as_str()?
            .parse()
            .ok()?;
        Some((crate::safe::safe(name), digest.groups().join(" ")))
    };
    subjects.into_iter().flatten().filter_map(one).collect()
}

/// What comes first once nobody is still to seal: the file is written.
pub fn file_due(state: &State, step: &BoundStep) -> Option<Next> {
    let sealing = state.seal.as_ref()?;
    if sealing.written.is_some() || state.in_doubt.is_some() || !sealing::complete(state) {
        return None;
    }
    let file = sealing::file(state)?;
    Some(match &state.here.fault {
        Some(fault) => Next::ask(again(state, step, fault)),
        None => Next::Do(Effect::WriteSeal {
            file: file.digest(),
        }),
    })
}
