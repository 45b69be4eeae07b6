//! The strings that are withheld in one ceremony, and what each of them is.

use std::collections::BTreeMap;

use crate::ceremony::effect::{Effect, Message};
use crate::ceremony::event::Event;
use crate::ceremony::medium::Medium;
use crate::ceremony::plan::{Disclosure, KeyPlan, Plan, Withheld};
use crate::ceremony::token::{TokenIdentity, TokenName};
use crate::digest::Sha256;

/// What kind of string it is: that decides how it is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A whole name.
    Name,
    /// A part of one: sought in ids and in records, where it is no ordinary word.
    Part,
    /// Two to four letters.
    Initials,
    /// Of a token or medium.
    Serial,
    /// Where it was held.
    Location,
    /// A digest over text that could be guessed: hex digits.
    Digest,
}

/// A string that is not to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    /// The string.
    pub text: String,
    /// What it is, without saying it: `the name of keyholder-1`.
    pub of: String,
    /// Its kind.
    pub class: Class,
}

/// Every string that this plan withholds, each once. `events` are all that are on record.
pub fn needles<'a>(plan: &Plan, events: impl Iterator<Item = &'a Event>) -> Vec<Needle> {
    let mut found = Strings {
        plan,
        found: BTreeMap::new(),
    };
    if plan.publish.is_open() {
        return Vec::new();
    }
    found.people();
    found.tokens();
    if plan.publish.withholds(Withheld::Location) {
        found.add(Class::Location, &plan.location, "the place");
        // a town is in a title without its street
        for part in Plan::parts_of_name(&plan.location) {
            found.add(Class::Part, &part, "a part of the place");
        }
    }
    if plan.publish.salt.is_none() {
        found.digest(plan.digest, "the digest of the plan, which has no salt");
    }
    for event in events {
        found.event(event);
    }
    found.found.into_values().collect()
}

struct Strings<'p> {
    plan: &'p Plan,
    found: BTreeMap<(Class, String), Needle>,
}

impl Strings<'_> {
    fn add(&mut self, class: Class, text: &str, of: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.found
            .entry((class, text.to_owned()))
            .or_insert_with(|| Needle {
                text: text.to_owned(),
                of: of.to_owned(),
                class,
            });
    }

    fn digest(&mut self, digest: Sha256, of: &str) {
        self.add(Class::Digest, &digest.hex(), of);
    }

    fn name(&mut self, name: &str, of: &str) {
        self.add(Class::Name, name, of);
        for part in Plan::words_of_name(name) {
            self.add(Class::Part, &part, &format!("a part of {of}"));
        }
    }

    fn people(&mut self) {
        if !self.plan.publish.withholds(Withheld::Names) {
            return;
        }
        let plan = self.plan;
        for person in &plan.participants {
            self.name(&person.name, &format!("the name of {}", person.id));
            let of = format!("the initials of {}", person.id);
            self.add(Class::Initials, &person.initials, &of);
        }
        if let Some(root) = &plan.root {
            for kept in &root.keep {
                self.name(&kept.name, "the holder of a key that stays");
            }
            for gone in &root.remove {
                self.name(&gone.name, "the holder of a key that leaves");
            }
        }
    }

    fn withholds_tokens(&self) -> bool {
        self.plan.publish.withholds(Withheld::Serials)
    }

    fn serial(&mut self, text: &str, of: &str) {
        self.add(Class::Serial, text, of);
        // a number is written with zeros before it, and without
        if text.bytes().all(|b| b.is_ascii_digit()) {
            self.add(Class::Serial, text.trim_start_matches('0'), of);
        }
    }

    fn tokens(&mut self) {
        if !self.withholds_tokens() {
            return;
        }
        let plan = self.plan;
        for (person, key) in plan.keys() {
            self.key(key, &person.id.0);
        }
    }

    fn key(&mut self, key: &KeyPlan, holder: &str) {
        let spare = key.spare.iter();
        let spare = spare.map(|spare| (&spare.token, &spare.serial));
        for (token, serial) in std::iter::once((&key.token, &key.serial)).chain(spare) {
            self.token(token, &format!("the token of {holder}"));
            if let Some(serial) = serial {
                self.serial(serial, &format!("the serial number of {holder}'s token"));
            }
        }
        self.serial(&key.label, &format!("the label of {holder}'s key"));
    }

    /// A token's name, and what is in it.
    fn token(&mut self, token: &TokenName, of: &str) {
        self.serial(&token.0, of);
        let Some((scheme, rest)) = token.0.split_once(':') else {
            return;
        };
        self.serial(rest, of);
        match scheme {
            "pkcs11" => {
                for part in rest.split([';', '?', '&']) {
                    let Some((name, value)) = part.split_once('=') else {
                        continue;
                    };
                    // which token it is, not which module speaks with it
                    if ["token", "serial", "object", "id", "slot-description"].contains(&name) {
                        self.serial(value, of);
                        self.serial(&percent_decoded(value), of);
                    }
                }
            }
            "yubikey" => self.serial(rest.split('/').next().unwrap_or_default(), of),
            _ => self.serial(rest.rsplit('/').next().unwrap_or_default(), of),
        }
    }

    fn identity(&mut self, identity: &TokenIdentity) {
        self.serial(&identity.serial, "the serial number of a token");
        self.serial(&identity.label, "the label of a token");
        for serial in &identity.beside {
            self.serial(serial, "the serial number of a token");
        }
    }

    fn medium(&mut self, medium: &Medium) {
        self.serial(&medium.serial, "the serial number of a medium");
        self.serial(&medium.uuid, "the identifier of a medium");
        self.serial(&medium.label, "the label of a medium");
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::SealStated { sha256, .. }
                if self.plan.seal.statement == Disclosure::Full
                    && self.plan.publish.disclosure() == Disclosure::Public =>
            {
                self.digest(*sha256, "the digest of a statement that has names");
            }
            Event::FilesRead { files } => {
                for envelope in files.iter().filter_map(|file| file.envelope.as_ref()) {
                    self.digest(envelope.content, "the digest of an envelope that came in");
                    self.digest(
                        envelope.file.sha256,
                        "the digest of an envelope that came in",
                    );
                }
            }
            _ if !self.withholds_tokens() => {}
            Event::TokenIdentified(identity) | Event::TokenProvisioned { identity, .. } => {
                self.identity(identity);
            }
            Event::KeySought { key: Some(key) } | Event::KeyGenerated(key) => {
                self.serial(&key.label, "the label of a key");
            }
            Event::KeyAttested(evidence) => {
                self.serial(&evidence.key.label, "the label of a key");
                for certificate in &evidence.certificates {
                    let line = certificate.lines().find(|line| !line.starts_with('-'));
                    self.serial(line.unwrap_or_default(), "a certificate of a token");
                    let digest = Sha256::of(certificate.as_bytes());
                    self.digest(digest, "the digest of a token's certificate");
                }
            }
            Event::MediaListed { media } => media.iter().for_each(|medium| self.medium(medium)),
            Event::MediumBound { medium, .. } => self.medium(medium),
            Event::Intended(Effect::Sign {
                message: Message::Possession { sha256 },
                ..
            }) => self.digest(*sha256, "the digest of a proof that has a serial number"),
            _ => {}
        }
    }
}

/// A value of a URI (RFC 3986, section 2.1); what is no such code stays as it is.
pub(super) fn percent_decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|hex| data_encoding::HEXLOWER_PERMISSIVE.decode(hex).ok());
        if let Some([byte]) = code.as_deref() {
            bytes.push(*byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
