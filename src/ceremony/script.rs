//! The script: the procedure, written beforehand; data in `ceremony-scripts/`.

pub mod check;
pub mod parse;

use super::plan::{Duty, KeyPlan, Mode, Place};
use crate::digest::Sha256;
use crate::tuf::diff::Class;

/// A script that was read without a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// SHA-256 of the file's bytes.
    pub digest: Sha256,
    /// Name by which a plan refers to it.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// What it is for.
    pub about: String,
    /// Whether it is for production or for rehearsals.
    pub mode: Mode,
    /// What a root that is made by it may change of the one before; `None` where it is not said.
    pub changes: Option<Vec<Class>>,
    /// Its parts.
    pub acts: Vec<Act>,
}

/// A part of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Id, unique in the script.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// One line of the procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Id, unique in the script.
    pub id: String,
    /// Kind, a name in [`super::steps::KINDS`].
    pub kind: String,
    /// Title for people.
    pub title: String,
    /// Who answers: one seat each.
    pub by: Vec<Answerer>,
    /// Time budget in minutes.
    pub minutes: u32,
    /// Text that a person can read out.
    pub say: String,
    /// Whether the step is done once, or for each keyholder or key.
    pub each: Each,
    /// Line of the script at which it stands, from 1.
    pub line: u32,
}

/// How often a step is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// Once.
    Once,
    /// Once for each keyholder of the plan, in its order.
    Keyholder,
    /// Once for each key that is generated in this ceremony.
    NewKey,
    /// Once for each key that exists before this ceremony.
    HeldKey,
    /// Once for each key of the plan.
    Key,
}

impl Each {
    /// The words for them in scripts.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("keyholder", Self::Keyholder),
        ("new-key", Self::NewKey),
        ("held-key", Self::HeldKey),
        ("key", Self::Key),
    ];

    /// For whom, in words that begin a title.
    pub fn words(self) -> &'static str {
        match self {
            Self::Once => "Once",
            Self::Keyholder => "Each keyholder",
            Self::NewKey => "Each new key",
            Self::HeldKey => "Each existing key",
            Self::Key => "Each key",
        }
    }

    /// Whether a step that is done so has a keyholder of its own.
    pub fn has_holder(self) -> bool {
        self != Self::Once
    }

    /// Whether it is done for this key.
    pub fn takes(self, key: &KeyPlan) -> bool {
        match self {
            Self::Once | Self::Keyholder => false,
            Self::NewKey => key.place == Place::Joins,
            Self::HeldKey => key.place != Place::Joins,
            Self::Key => true,
        }
    }
}

/// Who takes a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answerer {
    /// Anyone of this duty.
    Duty(Duty),
    /// The keyholder for whom the step is done (`holder`).
    Holder,
    /// Anyone in the room (`anyone`).
    Anyone,
}
