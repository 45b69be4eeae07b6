//! The verdict where no certificate was brought forward: there are the token's own words, and
//! nobody vouches for them.

use super::verdict::{Checked, Expected, Outcome, Said};

/// What stands under every such answer.
const ITS_OWN: &str = "The token says so itself; nobody else vouches for it.";

pub(super) fn checks(said: &Said, expected: &Expected) -> Vec<Checked> {
    let mut checks = vec![
        Checked::new(
            "attestation.chain",
            Outcome::NotProved,
            "The token brought no certificate of its maker forward.",
        ),
        key(said, expected),
    ];
    if said.piv.is_some() {
        let unsaid = |id| {
            let sentence = "There is no certificate that says so.";
            Checked::new(id, Outcome::NotProved, sentence)
        };
        checks.extend(["attestation.serial", "attestation.slot"].map(unsaid));
        checks.push(generated(said));
        checks.extend(policies(said, expected));
        let rest = [
            "attestation.firmware",
            "attestation.form-factor",
            "attestation.fips",
        ];
        checks.extend(rest.map(unsaid));
    } else {
        checks.push(generated(said));
        checks.push(extractable(said));
    }
    checks
}

fn key(said: &Said, expected: &Expected) -> Checked {
    const ID: &str = "attestation.key";
    let (outcome, sentence) = match (&said.key, &expected.key) {
        (None, _) => (
            Outcome::Fail,
            "The key that the token names cannot be read.",
        ),
        (Some(_), None) => (
            Outcome::NotProved,
            "There is no key to compare the token's with.",
        ),
        (Some(there), Some(wanted)) if there == wanted => (
            Outcome::Warn,
            "The token names the key of this ceremony; no certificate attests it.",
        ),
        (Some(_), Some(_)) => (
            Outcome::Fail,
            "The token names another key than that of this ceremony.",
        ),
    };
    Checked::new(ID, outcome, sentence)
}

fn generated(said: &Said) -> Checked {
    const ID: &str = "attestation.generated";
    let card = said.piv.and_then(|piv| piv.generated);
    let local = said.attributes.filter(|_| said.piv.is_none());
    match (card, local.map(|attributes| attributes.local)) {
        (Some(false), _) => Checked::new(
            ID,
            Outcome::Fail,
            "The token says that the key was put into it and not generated there.",
        ),
        (Some(true), _) | (_, Some(true)) => Checked::new(
            ID,
            Outcome::NotProved,
            format!("The key was generated where it is. {ITS_OWN}"),
        ),
        _ => Checked::new(
            ID,
            Outcome::NotProved,
            "Nothing says that the key was generated inside the token.",
        ),
    }
}

fn policies(said: &Said, expected: &Expected) -> [Checked; 2] {
    let there = said.piv.and_then(|piv| piv.policies);
    let pin = there.map(|there| there.pin.name());
    let touch = there.map(|there| there.touch.name());
    let wanted = expected.policies;
    [
        policy(
            "attestation.pin-policy",
            "PIN",
            pin,
            wanted.map(|wanted| wanted.pin.name()),
        ),
        policy(
            "attestation.touch-policy",
            "touch",
            touch,
            wanted.map(|wanted| wanted.touch.name()),
        ),
    ]
}

fn policy(id: &'static str, what: &str, there: Option<&str>, wanted: Option<&str>) -> Checked {
    match (there, wanted) {
        (Some(there), Some(wanted)) if there != wanted => Checked::new(
            id,
            Outcome::Fail,
            format!("The token says {what} {there}; {what} {wanted} is wanted."),
        ),
        (Some(there), _) => Checked::new(
            id,
            Outcome::NotProved,
            format!("The policy is {what} {there}. {ITS_OWN}"),
        ),
        (None, _) => Checked::new(
            id,
            Outcome::NotProved,
            "There is no certificate that says so.",
        ),
    }
}

/// Also beside certificates, where the token has such attributes.
pub(super) fn extractable(said: &Said) -> Checked {
    const ID: &str = "attestation.extractable";
    let (outcome, sentence) = match said.attributes {
        Some(key) if key.extractable => (
            Outcome::Fail,
            "The token says that the key can be taken out of it.".to_owned(),
        ),
        Some(key) if key.sensitive && key.never_extractable => (
            Outcome::Warn,
            format!("The key cannot leave the token and never could. {ITS_OWN}"),
        ),
        Some(key) if key.sensitive => (
            Outcome::Warn,
            format!(
                "The key cannot leave the token now; whether it ever could is not said. {ITS_OWN}"
            ),
        ),
        _ => (
            Outcome::NotProved,
            "Nothing keeps the key from being copied by whoever can open it.".to_owned(),
        ),
    };
    Checked::new(ID, outcome, sentence)
}
