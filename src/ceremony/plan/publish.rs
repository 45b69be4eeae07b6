//! What is withheld when the record is published.

use std::collections::BTreeSet;

use super::Disclosure;

/// `[publish]` of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishPlan {
    /// What is withheld.
    pub withhold: BTreeSet<Withheld>,
    /// Random hex digits, so that nobody can guess the plan from its SHA-256.
    pub salt: Option<String>,
}

impl Default for PublishPlan {
    fn default() -> Self {
        Self {
            withhold: BTreeSet::from(Withheld::DEFAULT),
            salt: None,
        }
    }
}

/// What a published copy does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Withheld {
    /// Names and initials of people.
    Names,
    /// What tells one token or medium from another: serial numbers, names, labels, certificates.
    Serials,
    /// Where it was held.
    Location,
}

impl Withheld {
    /// The words for them in plans.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("names", Self::Names),
        ("serials", Self::Serials),
        ("location", Self::Location),
    ];

    /// What is withheld where the plan does not say.
    pub const DEFAULT: [Self; 2] = [Self::Names, Self::Serials];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Serials => "serials",
            Self::Location => "location",
        }
    }

    /// What it is, for a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Names => "names and initials of people",
            Self::Serials => "serial numbers, names, labels and certificates of tokens and media",
            Self::Location => "the place",
        }
    }
}

impl PublishPlan {
    /// Whether this is withheld.
    pub fn withholds(&self, what: Withheld) -> bool {
        self.withhold.contains(&what)
    }

    /// Whether everything may be published.
    pub fn is_open(&self) -> bool {
        self.withhold.is_empty()
    }

    /// How much the statement of the seal may say for it to be published.
    pub fn disclosure(&self) -> Disclosure {
        if self.is_open() {
            Disclosure::Full
        } else {
            Disclosure::Public
        }
    }

    /// The words of the plan, or `nothing`.
    pub fn in_words(&self) -> String {
        let words: Vec<&str> = self.withhold.iter().map(|what| what.word()).collect();
        if words.is_empty() {
            "nothing".to_owned()
        } else {
            words.join(", ")
        }
    }
}

/// The text of a plan with `salt`, 32 random hex digits, at its end.
pub fn salted(plan: &str, salt: &str) -> String {
    format!(
        "{}\n\n# What a published copy of the record does not say: names and initials of people, serial numbers and\n\
         # labels of tokens. The salt is random: it keeps anybody from guessing this plan by its SHA-256, which\n\
         # is published. Leave it as it is, and keep the plan to yourselves.\n\
         [publish]\nwithhold = [\"names\", \"serials\"]\nsalt = \"{salt}\"\n",
        plan.trim_end()
    )
}
