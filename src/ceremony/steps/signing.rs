//! A keyholder's token signs something of weight: what `sign` and `seal` have in common.

use super::in_hand::{ask_secret, describe, in_hand, secret_kind};
use super::{Next, ask_of, seats_or_anyone, two_seats};
use crate::ceremony::ask::{Ask, Choice, Form};
use crate::ceremony::effect::{Effect, Message};
use crate::ceremony::event::Event;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::digest::Sha256;

/// What the token is to sign, in the words for people.
pub struct Weighty<'a> {
    /// What it is called where its signature is in doubt: `root.json`.
    pub name: &'a str,
    /// Title of the question that cannot be taken back.
    pub title: String,
    /// The word that is typed back, before the beginning of the digest.
    pub word: &'static str,
    /// What the digest is of, in the read-back grid.
    pub digest_of: &'static str,
    /// The digest that people compare.
    pub sha256: Sha256,
    /// What else they see before they type it back.
    pub facts: Vec<(&'static str, String)>,
}

const CONSENT: &str = "consent";
const DOUBT: &str = "doubt";

/// What comes next until the token is asked: what is in doubt, the token, the consent, the PIN.
pub fn signing(state: &State, step: &BoundStep, it: &Weighty<'_>) -> Result<Next, Next> {
    let shown = Some((it.digest_of, it.sha256));
    if state.in_doubt.is_some() {
        return Ok(if doubt_settled(state) {
            Next::record(Event::DoubtSettled {})
        } else {
            Next::ask(doubt(state, step, it.name, shown))
        });
    }
    let identity = in_hand(state, step)?;
    // Irreversible, so typed back: the phrase carries the digest of what is signed.
    if !state.here.answers.contains_key(CONSENT) {
        let phrase = format!("{} {}", it.word, it.sha256.short());
        let form = Form::TypeBack { phrase };
        let mut ask = ask_of(state, step, CONSENT, &it.title, form);
        ask = ask.fact("Token", describe(identity));
        for (label, value) in &it.facts {
            ask = ask.fact(label, value.clone());
        }
        return Ok(Next::ask(ask.showing(it.digest_of, it.sha256)));
    }
    let ask = ask_secret(
        state,
        step,
        identity,
        secret_kind(identity),
        "The token signs as soon as it accepts. The signature is verified before it counts.",
    );
    Ok(Next::ask(if matches!(ask.form, Form::Secret(_)) {
        ask.showing(it.digest_of, it.sha256)
    } else {
        ask
    }))
}

/// The signature that the answer to a question for the PIN sets off.
pub fn set_off(state: &State, step: &BoundStep, ask: &Ask, message: Message) -> Option<Effect> {
    if !matches!(ask.form, Form::Secret(_)) {
        return None;
    }
    let (_, key) = state.procedure.key_plan(step)?;
    Some(Effect::Sign {
        token: key.token.clone(),
        label: key.label.clone(),
        message,
    })
}

/// Asks what to do about a signature whose answer was lost; `shown` is the digest of what was to be
/// signed, and what it is of.
pub fn doubt(state: &State, step: &BoundStep, what: &str, shown: Option<(&str, Sha256)>) -> Ask {
    let holder = step
        .holder
        .as_ref()
        .map_or("", |id| state.procedure.plan.name_of(id));
    let (title, what_happened) = match &state.here.fault {
        Some(fault) => {
            let words = crate::report::fault(fault);
            (
                "A SIGNATURE FAILED on the token",
                format!(
                    "The token of {holder} was asked to sign {what}. {} No signature is on record.",
                    words.happened
                ),
            )
        }
        None => (
            "A SIGNATURE WAS IN FLIGHT when the program was interrupted",
            format!(
                "The token of {holder} was asked to sign {what}, and its answer never arrived. No signature is on \
                 record. The token may or may not have signed."
            ),
        ),
    };
    let ask = Ask::new(
        DOUBT,
        title,
        Form::Choose {
            options: vec![Choice {
                key: "sign-again".to_owned(),
                meaning: "ask the token once more; the PIN will be asked".to_owned(),
            }],
        },
    )
    .saying(what_happened)
    .saying(
        "Signing again is safe: it is the same content, and a second signature by the same key counts \
         once. The program does not do it without being told.",
    );
    let ask = match shown {
        Some((of, sha256)) => ask.showing(of, sha256),
        None => ask,
    };
    // at a desk there is nobody else: the keyholder alone may ask their own token once more
    let alone = state.procedure.plan.participants.len() == 1;
    ask.seated(if alone {
        seats_or_anyone(state, step)
    } else {
        two_seats(state, step)
    })
}

/// Whether the people have answered [`doubt`].
pub fn doubt_settled(state: &State) -> bool {
    state.here.answers.contains_key(DOUBT)
}
