//! The verdict on what a token brings forward for its key: named checks, each with its answer.
//!
//! Where no certificate vouches for a token, the verdict says so: what a token says of itself is
//! never passed off as proof. Where the chain of certificates does not hold, nothing that they say is
//! proved either; what contradicts them still fails.

use serde::{Deserialize, Serialize};

use super::chain::{self, Broken, Link};
use super::original::Original;
use super::{own_words, piv, roots};
use crate::ceremony::token::piv::{KeyPolicies, PivKey, Slot};
use crate::ceremony::token::{Evidence, KeyAttributes};
use crate::tuf::key::PublicKey;

/// A check, by its id, and what it says where it holds.
pub struct CheckRule {
    /// Id, such as `attestation.chain`.
    pub id: &'static str,
    /// What is so where it holds.
    pub sentence: &'static str,
    /// Whether a plan that demands the check is content with a warning.
    pub warned: Warned,
}

/// What a warning means where a plan demands the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warned {
    /// The sentence is true, with a reservation.
    Holds,
    /// The sentence is not true, which a plan that demands it does not accept.
    Refused,
}

/// Every check, in the order in which they are shown.
pub const CHECKS: &[CheckRule] = &[
    CheckRule {
        id: "attestation.chain",
        sentence: "The certificates lead to a pinned root of the maker.",
        warned: Warned::Holds,
    },
    CheckRule {
        id: "attestation.key",
        sentence: "The attested key is the key of this ceremony.",
        warned: Warned::Holds,
    },
    CheckRule {
        id: "attestation.serial",
        sentence: "The attested serial number is that of the token in hand.",
        warned: Warned::Holds,
    },
    CheckRule {
        id: "attestation.slot",
        sentence: "The attestation names the slot of the key.",
        warned: Warned::Holds,
    },
    CheckRule {
        id: "attestation.generated",
        sentence: "The key was generated inside the token.",
        warned: Warned::Holds,
    },
    CheckRule {
        id: "attestation.pin-policy",
        sentence: "The PIN is wanted as often as the plan says.",
        warned: Warned::Holds,
    },
    CheckRule {
        id: "attestation.touch-policy",
        sentence: "A touch is wanted as often as the plan says.",
        warned: Warned::Holds,
    },
    CheckRule {
        id: "attestation.firmware",
        sentence: "The firmware is the one that the token names, and no advisory is known for it.",
        warned: Warned::Refused,
    },
    CheckRule {
        id: "attestation.form-factor",
        sentence: "The form factor is a known one.",
        warned: Warned::Refused,
    },
    CheckRule {
        id: "attestation.fips",
        sentence: "The token is FIPS certified.",
        warned: Warned::Holds,
    },
    CheckRule {
        id: "attestation.extractable",
        sentence: "The token says that the key cannot leave it.",
        warned: Warned::Holds,
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

impl Outcome {
    /// The word for it at the beginning of a line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Warn => "WARN",
            Self::NotProved => "NOT PROVED",
        }
    }
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
    /// Firmware that the token itself names, `major.minor.patch`.
    pub firmware: Option<String>,
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
    /// The certificates from the key's to a trusted root; empty where there is no such chain.
    pub chain: Vec<Link>,
}

impl Verdict {
    /// The answer to the check of this id.
    pub fn of(&self, id: &str) -> Option<&Checked> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// Those of `required` that do not hold: whatever is neither a pass nor a warning with which a
    /// demand is content ([`CheckRule::warned`]).
    pub fn unmet<'a>(&self, required: &'a [String]) -> Vec<&'a str> {
        let content = |id: &str| {
            let mut rules = CHECKS.iter();
            rules.any(|rule| rule.id == id && rule.warned == Warned::Holds)
        };
        let holds = |id: &str| {
            self.of(id).is_some_and(|check| match check.outcome {
                Outcome::Pass => true,
                Outcome::Warn => content(id),
                Outcome::Fail | Outcome::NotProved => false,
            })
        };
        required
            .iter()
            .map(String::as_str)
            .filter(|id| !holds(id))
            .collect()
    }
}

/// The verdict on `evidence`.
pub fn verdict(evidence: &Evidence, expected: &Expected, anchors: &Anchors) -> Verdict {
    let said = Said {
        key: PublicKey::from_pem(&evidence.key.public_pem).ok(),
        piv: evidence.key.piv,
        attributes: Some(evidence.key.attributes),
    };
    if evidence.certificates.is_empty() {
        return Verdict {
            checks: own_words::checks(&said, expected),
            chain: Vec::new(),
        };
    }
    of_certificates(&evidence.certificates, &said, expected, anchors)
}

/// The verdict on certificates alone, with nothing that a token says besides: first the one about
/// the key, then the one that signed it, in PEM. What has nothing to be compared with is
/// [`Outcome::NotProved`].
pub fn on_certificates(certificates: &[String], expected: &Expected, anchors: &Anchors) -> Verdict {
    of_certificates(certificates, &Said::default(), expected, anchors)
}

/// What the token itself says of the key.
#[derive(Default)]
pub(super) struct Said {
    /// The key, where it can be read.
    pub key: Option<PublicKey>,
    /// What a PIV card says.
    pub piv: Option<PivKey>,
    /// What any token says of the private half.
    pub attributes: Option<KeyAttributes>,
}

/// The certificates from the key's to a root, or why there are none.
pub(super) struct Followed<'a> {
    /// The certificate about the key, where it can be read.
    pub leaf: Option<&'a Original>,
    /// The chain.
    pub chain: Result<Vec<&'a Original>, Unproved>,
}

/// Why there is no chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unproved {
    /// What was brought forward cannot be read.
    #[error("what the token brought forward is no certificate: {0}")]
    Unreadable(String),
    /// Too many certificates for any token.
    #[error(
        "more than {} certificates were brought forward",
        super::MAX_CERTIFICATES
    )]
    TooMany,
    /// They do not lead to a root.
    #[error(transparent)]
    Broken(#[from] Broken),
}

fn of_certificates(
    certificates: &[String],
    said: &Said,
    expected: &Expected,
    anchors: &Anchors,
) -> Verdict {
    let brought = certificates
        .iter()
        .map(|pem| super::parsed(pem.as_bytes()))
        .collect::<Result<Vec<_>, _>>()
        .map(|read| read.into_iter().flatten().collect::<Vec<_>>())
        .map_err(|error| Unproved::Unreadable(error.to_string()))
        .and_then(|read| {
            if read.len() > super::MAX_CERTIFICATES {
                return Err(Unproved::TooMany);
            }
            Ok(read)
        });
    let trusted = with(&anchors.test_roots, roots::pinned());
    let mut between = with(&anchors.intermediates, roots::intermediates());
    let leaf = match &brought {
        Ok(brought) => {
            between.splice(0..0, brought.iter().skip(1).cloned());
            brought.first()
        }
        Err(_) => None,
    };
    let chain = match (&brought, leaf) {
        (Err(why), _) => Err(why.clone()),
        (_, None) => Err(Unproved::Unreadable("there is none".to_owned())),
        (Ok(_), Some(leaf)) => chain::build(leaf, &between, &trusted).map_err(Unproved::Broken),
    };
    let links = chain.iter().flatten().copied().map(chain::link).collect();
    let followed = Followed { leaf, chain };
    Verdict {
        checks: piv::checks(&followed, said, expected),
        chain: links,
    }
}

/// Certificates of files, then others. What cannot be read adds nothing that could be trusted.
fn with(files: &[String], others: Vec<Original>) -> Vec<Original> {
    let mut all = others;
    for file in files {
        all.extend(super::parsed(file.as_bytes()).unwrap_or_default());
    }
    all
}

impl Checked {
    pub(super) fn new(id: &'static str, outcome: Outcome, sentence: impl Into<String>) -> Self {
        Self {
            id,
            outcome,
            sentence: sentence.into(),
        }
    }
}

#[cfg(test)]
mod tests;
