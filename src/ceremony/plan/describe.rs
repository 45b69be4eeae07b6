//! What a plan says, in lines for people: the same on the screen, on paper and in `plan show`.

use super::check::{cautions, stamp};
use super::{Disclosure, KeyIds, Mode, Place, Plan, PublishPlan, SealBy};
use crate::ceremony::medium::{MediumRole, Way};
use crate::ceremony::token::TokenKind;

/// Labels of lines that nobody should read past; on paper they stand in red.
pub const ALARMS: [&str; 2] = ["KNOW THIS", "TEST ROOTS"];

/// Room to write on paper.
const BLANK: &str = "________________________________";

impl Plan {
    /// Parameters that are not people: label and value.
    pub fn parameters(&self) -> Vec<(String, String)> {
        let mut lines = vec![("Place".to_owned(), self.location.clone())];
        let mut say = |label: &str, value: String| lines.push((label.to_owned(), value));
        if let Some(trusted) = &self.trusted {
            say("Trusted root", trusted.path.clone());
            if let Some(pinned) = trusted.sha256 {
                say("its SHA-256", pinned.hex());
            }
        }
        if let Some(staged) = &self.staged {
            say("To be signed", format!("{} ({})", staged.path, staged.role));
            match staged.payload {
                Some(pinned) => say("its payload", pinned.hex()),
                None => say("its payload", "pinned when it is imported".to_owned()),
            }
            for path in &staged.also {
                say("with signatures of", path.clone());
            }
            if let Some(path) = &staged.previous {
                say("compared with", path.clone());
            }
            if let Some(path) = &staged.delegated_by {
                say("delegated by", path.clone());
            }
        }
        if let Some(root) = &self.root {
            say("Root version", root.version.to_string());
            let keys = self.root_keys() as u64;
            say(
                "Signatures needed",
                format!("{} of {}", root.threshold, counted(keys, "key")),
            );
            say("Root expires (UTC)", stamp(root.expires));
            say(
                "Consistent snapshot",
                yes(root.consistent_snapshot).to_owned(),
            );
            for kept in &root.keep {
                say("Key that stays", format!("{} ({})", kept.name, kept.keyid));
            }
            for gone in &root.remove {
                let reason = gone.reason.name();
                say(
                    "Key that leaves",
                    format!("{}, {reason} ({})", gone.name, gone.keyid),
                );
            }
            if root.key_ids == KeyIds::Recompute {
                say("Key ids", "written anew where they are wrong".to_owned());
            }
            for (name, role) in &root.roles {
                let files: Vec<&str> = role.keys.iter().map(|key| key.path.as_str()).collect();
                let keys = counted(files.len() as u64, "key");
                say(
                    &format!("Online role {name}"),
                    format!("{} of {keys}: {}", role.threshold, files.join(", ")),
                );
            }
        }
        let quorum: Vec<String> = self
            .quorum
            .iter()
            .filter(|(_, number)| **number > 0)
            .map(|(duty, number)| counted(*number, duty.name()))
            .collect();
        say("Must be present", quorum.join(", "));
        let checks = &self.policy.required_checks;
        let checks = if checks.is_empty() {
            "none".to_owned()
        } else {
            checks.join(", ")
        };
        say("Checks that must pass", checks);
        lines.extend(self.of_tokens());
        lines.extend(self.of_attestations());
        lines.extend(self.of_seal());
        lines.extend(self.of_transport());
        let mut say = |label: &str, value: String| lines.push((label.to_owned(), value));
        if self.policy.no_spare_acknowledged {
            let value = "acknowledged: one lost key, and the root can never be signed again";
            say("No spare key", value.to_owned());
        }
        if self.policy.signing_continues {
            let value = "signatures that are missing at the end are added elsewhere";
            say("Signing continues", value.to_owned());
        }
        for caution in cautions(self) {
            say("KNOW THIS", caution);
        }
        lines
    }

    /// Who seals the record and what is withheld of it, where it is otherwise than usual.
    fn of_seal(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut say = |label: &str, value: &str| lines.push((label.to_owned(), value.to_owned()));
        match self.seal.by {
            SealBy::All => {}
            SealBy::Quorum => say("Sealed by", "as many keys as the root demands"),
            SealBy::Paper => say("Sealed by", "nobody: the head on paper is the only anchor"),
        }
        if self.seal.statement == Disclosure::Public && self.publish.is_open() {
            say(
                "The seal says",
                "no names, initials, serial numbers or texts",
            );
        }
        if self.publish.withhold != PublishPlan::default().withhold {
            let words = format!("withholds {}", self.publish.in_words());
            say("A published copy", &words);
        }
        lines
    }

    /// How files cross the air gap, where it is otherwise than by files alone.
    fn of_transport(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut say = |label: &str, value: String| lines.push((label.to_owned(), value));
        let transport = &self.transport;
        let ways = |ways: &[Way], medium: &str| {
            let words = ways.iter().map(|way| match way {
                Way::File => "as files in a directory",
                Way::Medium => medium,
                Way::Qr => "as QR codes",
            });
            words.collect::<Vec<_>>().join(", ")
        };
        if transport.incoming != [Way::File] {
            say(
                "Files come in",
                ways(&transport.incoming, "on the IN medium"),
            );
        }
        if !transport.outgoing.is_empty() {
            say(
                "Results leave",
                ways(&transport.outgoing, "on the OUT medium"),
            );
        }
        // serial number and label are written down when the medium is prepared, and compared in the room
        for role in transport.media() {
            let purpose = match role {
                MediumRole::In => "files come in on it; only read",
                MediumRole::Out => "the result leaves on it; empty before",
                MediumRole::Log => "gets a copy of the record; stays inserted",
            };
            say(&format!("{} medium", role.name()), purpose.to_owned());
            say("its serial number", BLANK.to_owned());
            say("its label", BLANK.to_owned());
        }
        lines
    }

    /// What is particular to single tokens.
    fn of_tokens(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut say = |label: &str, value: String| lines.push((label.to_owned(), value));
        for (person, key) in self.keys() {
            let who = person.name_with(key);
            if let Some(policies) = key.policies {
                let value = format!(
                    "{who}: PIN {}, touch {}",
                    policies.pin.name(),
                    policies.touch.name()
                );
                say("YubiKey key", value);
            }
            if let Some(spare) = &key.spare {
                // the name of a YubiKey has it already
                let named = spare.token.kind() == Some(TokenKind::YubiKey);
                let serial = spare.serial.as_ref().filter(|_| !named);
                let serial = serial.map_or(String::new(), |serial| format!(", serial {serial}"));
                say("Spare token", format!("{who}: {}{serial}", spare.token));
            }
        }
        if self.keys().any(|(_, key)| key.is_provisioned()) {
            let policy = &self.policy.provisioning;
            say(
                "Tries of PIN and PUK",
                format!("{} and {}", policy.pin_tries, policy.puk_tries),
            );
            let copies = policy.escrow.join(", ");
            say(
                "Management keys",
                if copies.is_empty() {
                    "on the tokens, behind the PIN; no copies".to_owned()
                } else {
                    format!("on the tokens, behind the PIN; copies for {copies}")
                },
            );
        }
        lines
    }

    /// What keys on hardware tokens must show.
    fn of_attestations(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut say = |label: &str, value: String| lines.push((label.to_owned(), value));
        let policy = &self.policy.attestation;
        let tokens = || self.keys().flat_map(|(_, key)| key.tokens());
        let names = |ids: &[String]| match ids {
            [] => "none; what they show is written down all the same".to_owned(),
            ids => ids.join(", "),
        };
        let has = |kind| tokens().any(|token| token.kind() == Some(kind));
        if has(TokenKind::YubiKey) {
            say("YubiKeys must prove", names(&policy.required));
        }
        if has(TokenKind::Pkcs11) {
            say("Keys on other tokens", names(&policy.required_of_others));
        }
        for path in &policy.intermediates {
            say("Certificates between", path.clone());
        }
        if self.mode == Mode::Rehearsal {
            for path in &policy.test_roots {
                let value =
                    format!("{path} vouches for made-up tokens, and is trusted in this rehearsal");
                say("TEST ROOTS", value);
            }
        }
        lines
    }

    /// How many keys the root that is made here has.
    pub fn root_keys(&self) -> usize {
        let here = self.keys();
        let here = here.filter(|(_, key)| !matches!(key.place, Place::Leaves(_)));
        here.count() + self.root.as_ref().map_or(0, |root| root.keep.len())
    }
}

/// A number of things, the word for one of them in the singular.
fn counted(number: impl Into<u64>, one: &str) -> String {
    let number = number.into();
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
