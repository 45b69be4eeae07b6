//! The verdict on what a token brings forward for its key: named checks, each with its answer.

use serde::{Deserialize, Serialize};

use crate::ceremony::token::Evidence;
use crate::ceremony::token::piv::{KeyPolicies, Slot};
use crate::tuf::key::PublicKey;

/// A check, by its id, and what it says where it holds.
pub struct CheckRule {
    /// Id, such as `attestation.chain`.
    pub id: &'static str,
    /// What is so where it holds.
    pub sentence: &'static str,
}

/// Every check, in the order in which they are shown.
pub const CHECKS: &[CheckRule] = &[
    CheckRule {
        id: "attestation.chain",
        sentence: "The certificates lead to a pinned root of the maker.",
    },
    CheckRule {
        id: "attestation.key",
        sentence: "The attested key is the key of this ceremony.",
    },
    CheckRule {
        id: "attestation.serial",
        sentence: "The attested serial number is that of the token in hand.",
    },
    CheckRule {
        id: "attestation.slot",
        sentence: "The attestation names the slot of the key.",
    },
    CheckRule {
        id: "attestation.generated",
        sentence: "The key was generated inside the token.",
    },
    CheckRule {
        id: "attestation.pin-policy",
        sentence: "The PIN is wanted as often as the plan says.",
    },
    CheckRule {
        id: "attestation.touch-policy",
        sentence: "A touch is wanted as often as the plan says.",
    },
    CheckRule {
        id: "attestation.firmware",
        sentence: "No advisory is known for the firmware.",
    },
    CheckRule {
        id: "attestation.form-factor",
        sentence: "The form factor is a known one.",
    },
    CheckRule {
        id: "attestation.fips",
        sentence: "The token is FIPS certified.",
    },
    CheckRule {
        id: "attestation.extractable",
        sentence: "The token says that the key cannot leave it.",
    },
];

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It holds with a reservation that people should know.
    Warn,
    /// Nothing that was brought forward proves it.
    NotProved,
}

/// One check and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Id of the check.
    pub id: &'static str,
    /// How it came out.
    pub outcome: Outcome,
    /// What was found, in a whole sentence.
    pub sentence: String,
}

/// What the ceremony, or the caller, knows of the key by other means.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The key itself.
    pub key: Option<PublicKey>,
    /// Serial number of the token.
    pub serial: Option<String>,
    /// Slot of the key.
    pub slot: Option<Slot>,
    /// How it should be used.
    pub policies: Option<KeyPolicies>,
}

/// Roots that are trusted, and certificates that may stand between.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    /// Roots that are trusted besides the pinned ones of this binary, in PEM: in tests and
    /// rehearsals only.
    pub test_roots: Vec<String>,
    /// Untrusted certificates in PEM that may stand between the token's and a root.
    pub intermediates: Vec<String>,
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Every check that applies to the kind of token, in the order of [`CHECKS`].
    pub checks: Vec<Checked>,
}

impl Verdict {
    /// The answer to the check of this id.
    pub fn of(&self, id: &str) -> Option<&Checked> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// Those of `required` that do not hold: whatever is neither a pass nor a warning.
    pub fn unmet<'a>(&self, required: &'a [String]) -> Vec<&'a str> {
        let holds = |id: &str| {
            self.of(id)
                .is_some_and(|check| matches!(check.outcome, Outcome::Pass | Outcome::Warn))
        };
        required
            .iter()
            .map(String::as_str)
            .filter(|id| !holds(id))
            .collect()
    }
}

/// The verdict on `evidence`.
pub fn verdict(_evidence: &Evidence, _expected: &Expected, _anchors: &Anchors) -> Verdict {
    Verdict { checks: Vec::new() }
}
