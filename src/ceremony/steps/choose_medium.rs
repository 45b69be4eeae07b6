//! Which medium has a role: people choose it from what there is, and it must still be there afterwards.

use super::{Next, chosen_in};
use crate::ceremony::ask::{Ask, Choice, Form};
use crate::ceremony::effect::Effect;
use crate::ceremony::event::Event;
use crate::ceremony::evolve::{AGAIN, BACK, LOOK};
use crate::ceremony::medium::{Medium, MediumRole};
use crate::ceremony::state::{Here, State};

/// Whether there is a way back from the choice, other than to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// By the word [`BACK`].
    Offered,
    /// There is none.
    None,
}

/// Name of the question for this role.
pub fn name(role: MediumRole) -> String {
    format!("medium-{}", role.name().to_ascii_lowercase())
}

/// What comes next until a medium has the role. `here` is where the answers and lists of this choice are;
/// the words and seats of `ask` are those of the question, which is given its form and its facts.
pub fn next(state: &State, here: &Here, role: MediumRole, back: WayBack, ask: Ask) -> Next {
    let Some(listed) = &here.listed else {
        return Next::Do(Effect::ListMedia);
    };
    let offers: Vec<Offer> = listed
        .iter()
        .map(|medium| Offer::of(state, role, medium))
        .collect();
    let Some(word) = chosen_in(here, &name(role)) else {
        return Next::ask(question(&offers, back, ask));
    };
    let Some(after) = &here.listed_after else {
        return Next::Do(Effect::ListMedia);
    };
    let taken = offers
        .iter()
        .find(|offer| offer.refused.is_none() && offer.medium.word() == word)
        .and_then(|offer| after.iter().find(|medium| same(offer.medium, medium)));
    match taken {
        Some(medium) => Next::record(Event::MediumBound {
            role,
            medium: medium.clone(),
        }),
        None => Next::ask(gone(role, word, ask)),
    }
}

/// Whether nothing that people compared has changed.
fn same(before: &Medium, after: &Medium) -> bool {
    before.is_same(after)
        && before.place == after.place
        && before.filesystem == after.filesystem
        && before.label == after.label
        && before.read_only == after.read_only
        && before.image == after.image
}

/// A medium, and why it cannot have the role.
struct Offer<'a> {
    medium: &'a Medium,
    refused: Option<String>,
}

impl<'a> Offer<'a> {
    fn of(state: &State, role: MediumRole, medium: &'a Medium) -> Self {
        let other = state
            .media
            .iter()
            .find(|(other, bound)| **other != role && bound.is_same(medium));
        let refused = if let Some((other, _)) = other {
            Some(format!(
                "cannot be chosen: it is the {} medium",
                other.name()
            ))
        } else if medium.filesystem.is_empty() {
            Some("cannot be chosen: no file system that this program knows".to_owned())
        } else if medium.read_only && role != MediumRole::In {
            Some("cannot be chosen: it is write-protected".to_owned())
        } else if medium.image && !state.rehearsal() {
            Some("cannot be chosen: an image file is no medium".to_owned())
        } else {
            None
        };
        Self { medium, refused }
    }
}

fn question(offers: &[Offer<'_>], back: WayBack, mut ask: Ask) -> Ask {
    let mut options: Vec<Choice> = offers
        .iter()
        .filter(|offer| offer.refused.is_none())
        .map(|offer| Choice {
            key: offer.medium.word(),
            meaning: format!("this one: {}", offer.medium.describe()),
        })
        .collect();
    if options.is_empty() {
        ask = ask.saying(
            "No medium was found that can be chosen. Insert it now, wait a moment until its light is steady, and \
             look again.",
        );
    }
    options.push(Choice {
        key: LOOK.to_owned(),
        meaning: "none of these; look again after one was inserted or exchanged".to_owned(),
    });
    if back == WayBack::Offered {
        options.push(Choice {
            key: BACK.to_owned(),
            meaning: "decide otherwise".to_owned(),
        });
    }
    for offer in offers {
        ask = ask.fact(&format!("Medium {}", offer.medium.word()), facts(offer));
    }
    ask.form = Form::Choose { options };
    ask
}

fn facts(offer: &Offer<'_>) -> String {
    let medium = offer.medium;
    let kind = match medium.filesystem.as_str() {
        "" => "unknown".to_owned(),
        kind => crate::safe::safe(kind),
    };
    let mut facts = vec![
        medium.describe(),
        format!("file system {kind}"),
        medium.size_in_words(),
    ];
    if let Some(at) = &medium.mounted {
        facts.push(format!("mounted at {}", crate::safe::safe(at)));
    }
    if medium.image {
        facts.push("AN IMAGE FILE for practice".to_owned());
    }
    facts.extend(offer.refused.clone());
    facts.join(", ")
}

fn gone(role: MediumRole, word: &str, ask: Ask) -> Ask {
    let mut again = Ask::new(
        AGAIN,
        "THE MEDIUM IS NOT AS IT WAS CHOSEN",
        Form::Choose {
            options: vec![Choice {
                key: AGAIN.to_owned(),
                meaning: "look again, and choose again".to_owned(),
            }],
        },
    )
    .saying(format!(
        "{} was chosen for {}. When the program looked once more, it was gone, or another one was in its place.",
        crate::safe::safe(word),
        role.name()
    ))
    .saying("No medium has the role, and nothing was read from one or written to one.")
    .saying("Insert the right one, leave it alone, and look again.");
    again.seats = ask.seats;
    again
}
