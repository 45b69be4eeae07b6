//! The verdict on the certificates of a `YubiKey`, check by check.

use x509_cert::der::Encode as _;

use super::advisories::{Weight, against};
use super::chain;
use super::original::Original;
use super::own_words;
use super::verdict::{Checked, Expected, Followed, Outcome, Said};
use super::yubico::{self, FORMS, Field};
use crate::ceremony::token::piv::{PinPolicy, TouchPolicy};
use crate::safe::safe;
use crate::tuf::key::PublicKey;

/// What is added where an answer rests on certificates for which nobody vouches.
const BASELESS: &str = "Nothing vouches for the certificate that says so.";

/// Said where the certificate does not.
const SILENT: &str = "The certificate about the key does not say.";

/// Said where it does, in a way that is no known one.
const GARBLED: &str = "What the certificate about the key says of this cannot be read.";

pub(super) fn checks(followed: &Followed<'_>, said: &Said, expected: &Expected) -> Vec<Checked> {
    let device = followed
        .chain
        .as_ref()
        .ok()
        .and_then(|chain| chain.get(1).copied());
    let leaf = Leaf {
        attested: followed.leaf.and_then(attested),
        words: followed.leaf.map(yubico::Said::of),
        subject: followed.leaf.map(|leaf| chain::link(leaf).subject),
        device,
        said,
        expected,
    };
    let mut checks = vec![trusted(followed)];
    checks.extend([
        leaf.key(),
        leaf.serial(),
        leaf.slot(),
        leaf.generated(),
        leaf.pin_policy(),
        leaf.touch_policy(),
        leaf.firmware(),
        leaf.form_factor(),
        leaf.fips(),
    ]);
    if followed.chain.is_err() {
        for check in checks.iter_mut().skip(1) {
            if matches!(check.outcome, Outcome::Pass | Outcome::Warn) {
                check.outcome = Outcome::NotProved;
                check.sentence = format!("{} {BASELESS}", check.sentence);
            }
        }
    }
    // the attributes of a PIV card are not its own words, but made of what it says elsewhere
    if said.piv.is_none() && said.attributes.is_some() {
        checks.push(own_words::extractable(said));
    }
    checks
}

fn attested(leaf: &Original) -> Option<PublicKey> {
    let key = leaf.body().subject_public_key_info();
    PublicKey::from_spki_der(&key.to_der().ok()?).ok()
}

fn trusted(followed: &Followed<'_>) -> Checked {
    const ID: &str = "attestation.chain";
    match &followed.chain {
        Ok(chain) => {
            let root = chain.last().map(|root| chain::link(root).subject);
            let steps = chain.len().saturating_sub(1);
            Checked::new(
                ID,
                Outcome::Pass,
                format!(
                    "{steps} signatures lead from the key's certificate to the trusted root {}.",
                    root.unwrap_or_default()
                ),
            )
        }
        Err(why) => {
            let why = why.to_string();
            let mut letters = why.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            let sentence: String = first.into_iter().chain(letters).collect();
            Checked::new(ID, Outcome::Fail, format!("{sentence}."))
        }
    }
}

/// The certificate about the key, and everything to compare it with.
struct Leaf<'a> {
    attested: Option<PublicKey>,
    words: Option<yubico::Said>,
    subject: Option<String>,
    /// The certificate that signed it, where the chain holds.
    device: Option<&'a Original>,
    said: &'a Said,
    expected: &'a Expected,
}

impl Leaf<'_> {
    fn word<T: Copy>(&self, pick: impl Fn(&yubico::Said) -> Field<T>) -> Field<T> {
        self.words.as_ref().map_or(Field::Absent, pick)
    }

    fn key(&self) -> Checked {
        const ID: &str = "attestation.key";
        let Some(attested) = &self.attested else {
            let sentence =
                "The attested key cannot be read, or is of a kind that signs no root here.";
            return Checked::new(ID, Outcome::Fail, sentence);
        };
        if self.said.key.as_ref().is_some_and(|key| key != attested) {
            let sentence = "The certificate is about another key than the one on the token.";
            return Checked::new(ID, Outcome::Fail, sentence);
        }
        match &self.expected.key {
            None => Checked::new(
                ID,
                Outcome::NotProved,
                format!(
                    "The attested key has the SHA-256 {}; no key was given to compare it with.",
                    attested.fingerprint()
                ),
            ),
            Some(wanted) if wanted == attested => Checked::new(
                ID,
                Outcome::Pass,
                format!(
                    "The attested key is the one of this ceremony, SHA-256 {}.",
                    attested.fingerprint()
                ),
            ),
            Some(wanted) => Checked::new(
                ID,
                Outcome::Fail,
                format!(
                    "The attested key has the SHA-256 {}, the one that is asked about {}.",
                    attested.fingerprint(),
                    wanted.fingerprint()
                ),
            ),
        }
    }

    fn serial(&self) -> Checked {
        const ID: &str = "attestation.serial";
        let serial = match self.word(|said| said.serial) {
            Field::Absent => return Checked::new(ID, Outcome::NotProved, SILENT),
            Field::Malformed => return Checked::new(ID, Outcome::Fail, GARBLED),
            Field::Is(serial) => serial.to_string(),
        };
        match &self.expected.serial {
            None => Checked::new(
                ID,
                Outcome::NotProved,
                format!(
                    "The attested serial number is {serial}; none was given to compare it with."
                ),
            ),
            Some(wanted) if *wanted == serial => {
                Checked::new(ID, Outcome::Pass, format!("The serial number is {serial}."))
            }
            Some(wanted) => Checked::new(
                ID,
                Outcome::Fail,
                format!(
                    "The attested serial number is {serial}, that of the token in hand {}.",
                    safe(wanted)
                ),
            ),
        }
    }

    fn slot(&self) -> Checked {
        const ID: &str = "attestation.slot";
        let slot = match self.word(|said| said.slot) {
            Field::Absent | Field::Malformed => {
                let subject = self.subject.as_deref().unwrap_or("nobody");
                let sentence = format!(
                    "The certificate is about {subject}, which is no attestation of a PIV key."
                );
                return Checked::new(ID, Outcome::Fail, sentence);
            }
            Field::Is(slot) => slot,
        };
        match self.expected.slot {
            None => Checked::new(
                ID,
                Outcome::NotProved,
                format!("The attested slot is {slot}; none was given to compare it with."),
            ),
            Some(wanted) if wanted == slot => {
                Checked::new(ID, Outcome::Pass, format!("The key is in slot {slot}."))
            }
            Some(wanted) => Checked::new(
                ID,
                Outcome::Fail,
                format!("The attested key is in slot {slot}, and slot {wanted} was asked for."),
            ),
        }
    }

    fn generated(&self) -> Checked {
        const ID: &str = "attestation.generated";
        if self.said.piv.and_then(|piv| piv.generated) == Some(false) {
            let sentence = "The token says that the key was put into it and not generated there, and a \
                            token attests only what it generated: one of the two is not true.";
            return Checked::new(ID, Outcome::Fail, sentence);
        }
        let another = |key: &Option<PublicKey>| key.is_some() && *key != self.attested;
        if another(&self.said.key) || another(&self.expected.key) {
            let sentence = "The certificate is about another key, and so says nothing of this one.";
            return Checked::new(ID, Outcome::Fail, sentence);
        }
        match self.word(|said| said.slot) {
            Field::Is(_) => Checked::new(
                ID,
                Outcome::Pass,
                "Its maker builds the token so that it attests only keys that it generated itself.",
            ),
            Field::Absent | Field::Malformed => Checked::new(
                ID,
                Outcome::Fail,
                "The certificate is no attestation of a PIV key, so it says nothing of how the key came \
                 to be.",
            ),
        }
    }

    fn pin_policy(&self) -> Checked {
        let there = self.word(|said| said.policy);
        let name = |byte| PinPolicy::of(byte).map(PinPolicy::name);
        let token = self.said.piv.and_then(|piv| piv.policies);
        policy(
            "attestation.pin-policy",
            "PIN",
            match there {
                Field::Is([pin, _]) => name(pin).map_or(Field::Malformed, Field::Is),
                Field::Absent => Field::Absent,
                Field::Malformed => Field::Malformed,
            },
            self.expected.policies.map(|wanted| wanted.pin.name()),
            token.map(|token| token.pin.name()),
        )
    }

    fn touch_policy(&self) -> Checked {
        let there = self.word(|said| said.policy);
        let name = |byte| TouchPolicy::of(byte).map(TouchPolicy::name);
        let token = self.said.piv.and_then(|piv| piv.policies);
        policy(
            "attestation.touch-policy",
            "touch",
            match there {
                Field::Is([_, touch]) => name(touch).map_or(Field::Malformed, Field::Is),
                Field::Absent => Field::Absent,
                Field::Malformed => Field::Malformed,
            },
            self.expected.policies.map(|wanted| wanted.touch.name()),
            token.map(|token| token.touch.name()),
        )
    }

    fn firmware(&self) -> Checked {
        const ID: &str = "attestation.firmware";
        let firmware = match self.word(|said| said.firmware) {
            Field::Absent => return Checked::new(ID, Outcome::NotProved, SILENT),
            Field::Malformed => return Checked::new(ID, Outcome::Fail, GARBLED),
            Field::Is(firmware) => firmware,
        };
        let [major, minor, patch] = firmware;
        let attested = format!("{major}.{minor}.{patch}");
        if let Some(named) = self.expected.firmware.as_ref()
            && *named != attested
        {
            let sentence = format!(
                "The certificate says firmware {attested}, the token says {}: one of the two is not true, as \
                 the firmware of such a token never changes.",
                safe(named)
            );
            return Checked::new(ID, Outcome::Fail, sentence);
        }
        let first = format!("Firmware {attested}");
        let known = against(firmware, self.attested.as_ref().map(PublicKey::kind));
        if known.is_empty() {
            let sentence = format!(
                "{first}: this program knows of no advisory that concerns such a key, as of {}.",
                crate::RELEASED
            );
            return Checked::new(ID, Outcome::Pass, sentence);
        }
        let broken = known.iter().any(|(weight, _)| *weight == Weight::Broken);
        let words: Vec<String> = known.into_iter().map(|(_, words)| words).collect();
        Checked::new(
            ID,
            if broken { Outcome::Fail } else { Outcome::Warn },
            format!("{first}. {}", words.join(" ")),
        )
    }

    fn form_factor(&self) -> Checked {
        const ID: &str = "attestation.form-factor";
        match self.word(yubico::Said::form_number) {
            Field::Absent => Checked::new(ID, Outcome::NotProved, SILENT),
            Field::Malformed => Checked::new(ID, Outcome::Warn, GARBLED),
            Field::Is(number) => match FORMS.iter().find(|(known, _)| *known == number) {
                Some((_, name)) => Checked::new(ID, Outcome::Pass, format!("It is a {name}.")),
                None => Checked::new(
                    ID,
                    Outcome::Warn,
                    format!(
                        "Its form factor has the number {number}, which this program does not know. Look at \
                         the token."
                    ),
                ),
            },
        }
    }

    fn fips(&self) -> Checked {
        const ID: &str = "attestation.fips";
        let form = self
            .words
            .as_ref()
            .is_some_and(yubico::Said::form_says_fips);
        if form || self.device.is_some_and(yubico::device_says_fips) {
            Checked::new(ID, Outcome::Pass, "The certificates say FIPS.")
        } else {
            Checked::new(ID, Outcome::NotProved, "The certificates do not say FIPS.")
        }
    }
}

/// `there` is attested, `wanted` is the plan's, `token` is what the token says in its metadata.
fn policy(
    id: &'static str,
    what: &str,
    there: Field<&'static str>,
    wanted: Option<&str>,
    token: Option<&str>,
) -> Checked {
    let there = match there {
        Field::Absent => return Checked::new(id, Outcome::NotProved, SILENT),
        Field::Malformed => return Checked::new(id, Outcome::Fail, GARBLED),
        Field::Is(there) => there,
    };
    if let Some(token) = token.filter(|token| *token != there) {
        let sentence = format!(
            "The certificate says {what} {there}, the token says {what} {token}: one of the two is not true."
        );
        return Checked::new(id, Outcome::Fail, sentence);
    }
    match wanted {
        None => Checked::new(
            id,
            Outcome::NotProved,
            format!("The attested policy is {what} {there}; none was given to compare it with."),
        ),
        Some(wanted) if wanted == there => {
            Checked::new(id, Outcome::Pass, format!("The policy is {what} {there}."))
        }
        Some(wanted) => Checked::new(
            id,
            Outcome::Fail,
            format!("The attested policy is {what} {there}; {what} {wanted} is wanted."),
        ),
    }
}
