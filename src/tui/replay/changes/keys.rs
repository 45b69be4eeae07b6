//! Changes of keys and signatures.

use super::{Changes, Place};
use crate::ceremony::board::board;
use crate::ceremony::plan::KeyName;
use crate::ceremony::sealing;
use crate::report;
use crate::safe::{counted, safe};

impl Changes<'_> {
    pub(super) fn keys(&mut self) {
        self.provisioned();
        self.held();
        self.signatures();
        self.seal();
    }

    fn holder(&self, key: &KeyName) -> String {
        let plan = &self.after.procedure.plan;
        let holder = plan.key(key).map(|(person, key)| person.name_with(key));
        safe(&holder.unwrap_or_else(|| key.0.clone()))
    }

    fn provisioned(&mut self) {
        for (key, acts) in &self.after.provisioned {
            let before = self.before.provisioned.get(key).map_or(0, Vec::len);
            for act in acts.iter().skip(before) {
                let holder = self.holder(key);
                let done = report::provisioning(act)
                    .replace("is being", "was")
                    .replace("are being", "were");
                self.say(
                    Place::Record,
                    format!("The token of {holder} is one act further: {done}."),
                );
            }
        }
    }

    fn held(&mut self) {
        for (key, held) in &self.after.keys {
            let holder = self.holder(key);
            let before = self.before.keys.get(key);
            if before.is_none_or(|before| before.public_pem != held.public_pem) {
                let how = if held.generated.is_some() {
                    "was generated on"
                } else {
                    "is in hand, on"
                };
                self.say(
                    Place::Board,
                    format!(
                        "The key of {holder} {how} token {}.",
                        safe(&held.token.serial)
                    ),
                );
            }
            if held.possession.is_some() && before.is_none_or(|before| before.possession.is_none())
            {
                self.say(
                    Place::Record,
                    format!("{holder}'s token proved by a signature that it holds the key."),
                );
            }
            if let Some(evidence) = &held.evidence
                && before.is_none_or(|before| before.evidence.is_none())
            {
                let number = evidence.certificates.len();
                self.say(
                    Place::Record,
                    format!("{holder}'s token brought forward {number} certificates for its key."),
                );
            }
            if let Some((id, _)) = &held.enrolled
                && before.is_none_or(|before| before.enrolled != held.enrolled)
            {
                self.say(
                    Place::Board,
                    format!("The key of {holder} counts from here on, under id {id}."),
                );
            }
        }
        for key in self.before.keys.keys() {
            if !self.after.keys.contains_key(key) {
                let holder = self.holder(key);
                self.say(
                    Place::Board,
                    format!("The key of {holder} is in hand no more."),
                );
            }
        }
    }

    fn signatures(&mut self) {
        for key in self.after.signatures.keys() {
            if self.before.signatures.contains_key(key) {
                continue;
            }
            let holder = self.holder(key);
            let sides: Vec<String> = board(self.after)
                .sides
                .iter()
                .map(|side| {
                    format!(
                        "{} of {} for {}",
                        side.signed,
                        side.threshold,
                        safe(&side.name)
                    )
                })
                .collect();
            let counts = super::listed(&sides);
            self.say(
                Place::Board,
                format!("{holder}'s token signed the content: signature {counts}."),
            );
        }
        if self.after.counted && !self.before.counted {
            self.say(
                Place::Board,
                if self.after.threshold_reached {
                    "The signatures were counted: every threshold is reached."
                } else {
                    "The signatures were counted: NOT every threshold is reached."
                },
            );
        }
    }

    fn seal(&mut self) {
        let Some(seal) = &self.after.seal else { return };
        let before = self.before.seal.as_ref();
        if before.is_none_or(|before| before.sha256 != seal.sha256) {
            self.say(
                Place::Board,
                format!(
                    "What the keyholders seal is fixed: SHA-256 {}, over the first {}.",
                    seal.sha256.short(),
                    counted(seal.records, "record")
                ),
            );
        }
        if seal.read && before.is_none_or(|before| !before.read) {
            self.say(
                Place::Board,
                "The digest of what is sealed was read aloud and compared.",
            );
        }
        for key in seal.signatures.keys() {
            if before.is_none_or(|before| !before.signatures.contains_key(key)) {
                let (holder, wanted) = (self.holder(key), sealing::wanted(self.after));
                let number = seal.signatures.len();
                self.say(
                    Place::Board,
                    format!(
                        "{holder}'s token sealed the record: {number} of {wanted} that are wanted."
                    ),
                );
            }
        }
        if let Some(file) = &seal.written
            && before.is_none_or(|before| before.written.is_none())
        {
            self.say(
                Place::Board,
                format!("The seal was written: {}.", safe(&file.name)),
            );
        }
    }
}
