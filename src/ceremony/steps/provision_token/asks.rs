//! The questions of provisioning.

use super::super::in_hand::pin::keyholder_seat;
use super::super::in_hand::{describe, spare, unblock};
use super::super::{AGAIN, ask_of, two_people};
use super::card::{Card, Part, words};
use crate::ceremony::ask::{Ask, Choice, Form, Seat, SecretForm, SecretKind};
use crate::ceremony::evolve::BACK;
use crate::ceremony::plan::{KeyPlan, Participant};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::ceremony::token::TokenIdentity;
use crate::ceremony::token::piv::Provisioning;

/// What is to become of a token that is not as the factory made it.
pub const STATE: &str = "state";
/// The token is used as it is.
pub const KEEP: &str = "keep";
/// What is missing is done.
pub const GO_ON: &str = "go-on";
/// Everything on it is erased: the choice, and the question that follows it.
pub const RESET: &str = "reset";
/// Consent to the acts that are missing.
pub const CONSENT: &str = "consent";
/// The last look.
pub const PROVISIONED: &str = "provisioned";
/// An act whose answer was lost was done.
pub const DONE: &str = "done";

fn choice(key: &str, meaning: &str) -> Choice {
    Choice {
        key: key.to_owned(),
        meaning: meaning.to_owned(),
    }
}

fn who(state: &State, step: &BoundStep) -> String {
    state
        .procedure
        .key_plan(step)
        .map_or_else(String::new, |(holder, key)| holder.name_with(key))
}

fn with_facts(ask: Ask, card: &Card<'_>) -> Ask {
    let ask = ask.fact("Token", describe(card.identity));
    card.facts()
        .into_iter()
        .fold(ask, |ask, (label, value)| ask.fact(label, value))
}

/// The choice to erase everything.
pub fn reset_choice() -> Choice {
    choice(
        RESET,
        "erase every key, PIN and PUK in its PIV application, and begin with what the factory set",
    )
}

/// Says how a token stands that is not as the factory made it, and asks what to do with it.
pub fn state(state: &State, step: &BoundStep, card: &Card<'_>) -> Ask {
    let who = who(state, step);
    let (title, sentence, first) = if card.is_finished() {
        (
            format!("The token of {who} was provisioned before"),
            "Its PIN, its PUK and its management key are none of the factory's. Who set them, the token does \
             not tell.",
            choice(
                KEEP,
                "the keyholder knows the PIN, somebody else keeps the PUK; use it as it is",
            ),
        )
    } else if !card.tells() && card.may_be_fresh() {
        (
            format!("The firmware of {who}'s token does not tell how it stands"),
            "Firmware before 5.3 does not say whether PIN, PUK and management key are still the factory's. \
             Only people know.",
            choice(
                GO_ON,
                "it came from the factory, or was reset by us, and nobody changed anything since",
            ),
        )
    } else if card.may_be_fresh() {
        (
            format!("The token of {who} holds something already"),
            "Its PIN, PUK and management key are the factory's, but a slot is in use. Somebody made or put \
             something there.",
            choice(GO_ON, "leave what is there, and go on with what is missing"),
        )
    } else {
        (
            format!("The token of {who} is HALF-PROVISIONED"),
            "Some of what the factory set was changed, and some was not. Somebody began to provision it, and \
             not in this ceremony.",
            choice(
                GO_ON,
                "we know who began, and have the secrets that were set; do what is missing",
            ),
        )
    };
    let mut options = vec![first];
    if !card.tells() && card.may_be_fresh() {
        options.push(choice(
            KEEP,
            "it was provisioned before; the keyholder knows the PIN, somebody else keeps the PUK",
        ));
    }
    options.push(reset_choice());
    let mut ask = Ask::new(STATE, title, Form::Choose { options })
        .saying(sentence)
        .saying("Nothing was changed on it in this ceremony.");
    if card.tries_are_missing() && card.tells() {
        ask = ask.saying(format!(
            "The plan wants {}; as long as the PIN or the management key are not the factory's, only a reset \
             lets that be set.",
            wanted_tries(state)
        ));
    }
    with_facts(ask, card).seated(two_people(state, step))
}

fn wanted_tries(state: &State) -> String {
    let policy = &state.procedure.plan.policy.provisioning;
    format!(
        "{} tries of the PIN and {} of the PUK",
        policy.pin_tries, policy.puk_tries
    )
}

/// Asks two people whether everything on the token may go.
pub fn reset(state: &State, step: &BoundStep, card: &Card<'_>) -> Ask {
    let serial = &card.identity.serial;
    let ask = Ask::new(
        RESET,
        format!("ERASE everything on the token with serial {serial}?"),
        Form::Choose {
            options: vec![
                choice(
                    &format!("RESET {serial}"),
                    "every key in its PIV application is erased; nobody can bring one back",
                ),
                choice(BACK, "erase nothing; look at the token again"),
            ],
        },
    )
    .saying(
        "A reset erases every key and certificate in the PIV application of this token, and sets PIN, PUK and \
         management key to what the factory sets. A key that signs for any root would be lost for good.",
    )
    .saying(
        "If two people type the first line, it is done at once. If anybody here does not know what is on the \
         token, take another one.",
    );
    with_facts(ask, card).seated(two_people(state, step))
}

/// Consent to what is missing, typed back.
pub fn consent(state: &State, step: &BoundStep, card: &Card<'_>, missing: &[Provisioning]) -> Ask {
    let acts: Vec<String> = missing
        .iter()
        .map(|act| match act {
            Provisioning::Tries { .. } => wanted_tries(state),
            Provisioning::Pin => "a new PIN, which the keyholder chooses".to_owned(),
            Provisioning::Puk => "a new PUK, which another person chooses and keeps".to_owned(),
            Provisioning::ManagementKey { escrow } if escrow.is_empty() => {
                "a random management key, kept on the token behind the PIN; no copy".to_owned()
            }
            Provisioning::ManagementKey { escrow } => format!(
                "a random management key, kept on the token behind the PIN; an encrypted copy for {}",
                escrow.join(", ")
            ),
            act => words(act).to_owned(),
        })
        .collect();
    let begun = card.is_begun();
    let title = if begun {
        format!("Go on provisioning the token of {}", who(state, step))
    } else {
        format!("Provision the token of {}", who(state, step))
    };
    let mut ask = ask_of(
        state,
        step,
        CONSENT,
        &title,
        Form::TypeBack {
            phrase: format!("PROVISION {}", card.identity.serial),
        },
    );
    if begun {
        ask = ask.saying(
            "The token was begun in this ceremony. What it needs still stands below; what was done is not \
             done again.",
        );
    }
    ask = ask.saying(format!("In this order it gets: {}.", acts.join("; ")));
    with_facts(ask, card)
}

fn secret(
    state: &State,
    name: &str,
    title: String,
    kind: SecretKind,
    key: &KeyPlan,
    identity: &TokenIdentity,
) -> Ask {
    let ask = Ask::new(
        name,
        title,
        Form::Secret(SecretForm::for_token(kind, &key.token, identity)),
    );
    match &state.here.fault {
        Some(fault) => {
            let words = crate::report::fault(fault);
            ask.saying(words.happened)
                .saying(words.unchanged)
                .saying(words.next)
        }
        None => ask,
    }
}

/// The keyholder alone chooses the PIN.
pub fn new_pin(
    state: &State,
    step: &BoundStep,
    holder: &Participant,
    key: &KeyPlan,
    identity: &TokenIdentity,
) -> Ask {
    secret(
        state,
        "new-pin",
        format!("{}: choose the PIN of your token", holder.name),
        SecretKind::NewPin,
        key,
        identity,
    )
    .saying(format!(
        "Only {} types, twice, and nobody else looks: 6 to 8 digits or letters. It replaces the factory's PIN \
         at once, and is not recorded. Whoever forgets it needs the PUK.",
        holder.name
    ))
    .fact("Token", describe(identity))
    .seated(vec![keyholder_seat(step)])
}

/// Another person than the keyholder chooses the PUK, and keeps it.
pub fn new_puk(
    state: &State,
    step: &BoundStep,
    holder: &Participant,
    key: &KeyPlan,
    identity: &TokenIdentity,
) -> Ask {
    let people = &state.procedure.plan.participants;
    let alone = people.len() == 1;
    let seat = if alone {
        keyholder_seat(step)
    } else {
        Seat {
            role: "keeper of the PUK".to_owned(),
            who: people
                .iter()
                .map(|person| person.id.clone())
                .filter(|id| *id != holder.id)
                .collect(),
        }
    };
    let ask = secret(
        state,
        "new-puk",
        format!("Choose the PUK of {}'s token", holder.name),
        SecretKind::NewPuk,
        key,
        identity,
    );
    let ask = if alone {
        ask.saying(
            "You are alone here, so that you choose the PUK as well: keep it apart from PIN and token.",
        )
    } else {
        ask.saying(format!(
            "The PUK replaces a PIN that is blocked. Somebody else than {} types it, twice, and keeps it: 6 to \
             8 digits or letters. {} does not look, so that neither of the two can take the token over alone.",
            holder.name, holder.name
        ))
    };
    ask.saying("It replaces the factory's PUK at once, and is not recorded.")
        .fact("Token", describe(identity))
        .fact("PUK", unblock::tries(identity))
        .seated(vec![seat])
}

/// The last look at the token.
pub fn provisioned(state: &State, step: &BoundStep, card: &Card<'_>) -> Ask {
    let ask = Ask::new(
        PROVISIONED,
        format!("The token of {} is provisioned", who(state, step)),
        Form::Confirm,
    )
    .saying(if card.tells() {
        "The token says that its PIN, its PUK and its management key are none of the factory's."
    } else {
        "Its PIN, its PUK and its management key were set in this ceremony. The firmware does not tell how they \
         stand, so that this rests on what the token answered while they were set."
    })
    .saying(
        "Whoever chose the PUK writes it down now, seals it, and keeps it apart from the token and from its \
         keyholder.",
    );
    with_facts(ask, card).seated(super::super::seats_or_anyone(state, step))
}

/// The name of the question whether an act was done: the answer to one says nothing of another.
pub fn doubt_name(act: &Provisioning) -> &'static str {
    match act {
        Provisioning::Reset => "doubt-reset",
        Provisioning::Tries { .. } => "doubt-tries",
        Provisioning::Pin => "doubt-pin",
        Provisioning::Puk => "doubt-puk",
        Provisioning::ManagementKey { .. } => "doubt-management-key",
        Provisioning::Unblock => "doubt-unblock",
    }
}

/// Says that the card does not do what it says that it did.
pub fn in_vain(state: &State, step: &BoundStep, card: &Card<'_>, act: &Provisioning) -> Ask {
    let mut options = vec![choice(
        AGAIN,
        "look at the token again; nothing is asked of it",
    )];
    options.extend(spare::choice(state, step));
    let ask = Ask::new(
        AGAIN,
        "THE TOKEN DOES NOT DO WHAT IT SAYS",
        Form::Choose { options },
    )
    .saying(format!(
        "The token with serial {} said that it was done: {}. It still says that what the factory set holds.",
        card.identity.serial,
        words(act)
    ))
    .saying("Nothing more was asked of it. Do not use this token: take the spare, or abort (F8).");
    with_facts(ask, card).seated(two_people(state, step))
}

/// Asks how an act stands whose answer was lost, where the card does not tell.
pub fn doubt(state: &State, step: &BoundStep, card: &Card<'_>, act: &Provisioning) -> Ask {
    let part = match act {
        Provisioning::Pin => Part::Pin.name(),
        Provisioning::Puk => Part::Puk.name(),
        Provisioning::ManagementKey { .. } => Part::Management.name(),
        _ => "token",
    };
    let ask = Ask::new(
        doubt_name(act),
        format!("WAS IT DONE? {}", words(act)),
        Form::Choose {
            options: vec![
                choice(
                    "again",
                    "as far as we know it was not done; try it with what the factory set",
                ),
                choice(DONE, "it was done: the token had answered, or we have tried it"),
            ],
        },
    )
    .saying(format!(
        "The token with serial {} was asked for this, and its answer never arrived: {}. Its firmware does not \
         tell how its {part} stands, so that the program cannot know.",
        card.identity.serial,
        words(act)
    ))
    .saying(
        "Trying again is safe as a rule: where it was done already, what the factory set is refused, and that \
         costs one try of the PIN or of the PUK.",
    );
    with_facts(ask, card).seated(two_people(state, step))
}
