//! Every rule by which a root is judged, in one table.

use std::ops::RangeInclusive;

use super::Level;

/// A rule that a [`super::Finding`] names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The id, which reports and audits keep.
    pub id: &'static str,
    /// The levels at which it can be found.
    pub levels: RangeInclusive<Level>,
    /// What it means when it is found.
    pub meaning: &'static str,
}

const fn rule(id: &'static str, lowest: Level, highest: Level, meaning: &'static str) -> Rule {
    Rule {
        id,
        levels: lowest..=highest,
        meaning,
    }
}

use Level::{Caution, Info, Stop};

/// All rules, by what they are about.
pub const RULES: &[Rule] = &[
    // the step from the root before
    rule(
        "root.version-step",
        Stop,
        Stop,
        "The version is not that of the old root plus one, so no client goes from one to the other.",
    ),
    rule(
        "root.first-version",
        Caution,
        Caution,
        "The first root of a chain of trust does not have version 1.",
    ),
    rule(
        "root.nothing-else",
        Info,
        Info,
        "Besides version and expiry nothing changes.",
    ),
    rule(
        "root.old-expired",
        Info,
        Info,
        "The old root has expired; clients go on from it all the same.",
    ),
    rule(
        "root.old-keys-needed",
        Info,
        Caution,
        "Root keys leave; a caution where they still have to sign this root for the old side.",
    ),
    rule(
        "root.key-new-id",
        Caution,
        Caution,
        "A key is the same as before and stands under another id; one of the root needs two entries in `signatures`.",
    ),
    rule(
        "root.key-id-corrected",
        Info,
        Info,
        "The old root has a key under a wrong id, the new one does not.",
    ),
    rule(
        "root.threshold-lowered",
        Caution,
        Caution,
        "Fewer keys than before can sign the root.",
    ),
    rule(
        "root.threshold-raised",
        Info,
        Info,
        "More keys than before must sign the root.",
    ),
    rule(
        "role.threshold-lowered",
        Caution,
        Caution,
        "Fewer keys than before can sign a role besides the root.",
    ),
    rule(
        "role.threshold-raised",
        Info,
        Info,
        "More keys than before must sign a role besides the root.",
    ),
    rule(
        "role.keys-changed",
        Info,
        Info,
        "A role besides the root gets or loses keys.",
    ),
    rule(
        "root.consistent-snapshot",
        Caution,
        Caution,
        "The names under which clients ask for files change.",
    ),
    // expiry
    rule(
        "root.expired",
        Stop,
        Stop,
        "The root has expired by the clock of this machine.",
    ),
    rule(
        "root.expiry-short",
        Stop,
        Stop,
        "The root expires sooner than the policy asks for.",
    ),
    rule(
        "root.expiry-long",
        Stop,
        Stop,
        "The root expires later than the policy allows.",
    ),
    rule(
        "root.expiry-implausible",
        Stop,
        Stop,
        "The root expires ten calendar years away or more.",
    ),
    rule(
        "root.expiry-earlier",
        Caution,
        Caution,
        "The new root expires before the old one.",
    ),
    rule(
        "root.expiry-form",
        Stop,
        Stop,
        "The expiry has a fraction or an offset, which python-tuf and go-tuf reject.",
    ),
    // thresholds and people
    rule(
        "root.threshold-zero",
        Stop,
        Stop,
        "The root needs no signature.",
    ),
    rule(
        "role.threshold-zero",
        Stop,
        Stop,
        "A role besides the root needs no signature.",
    ),
    rule(
        "root.threshold-above-keys",
        Stop,
        Stop,
        "The root needs more signatures than it has usable keys.",
    ),
    rule(
        "role.threshold-above-keys",
        Stop,
        Stop,
        "A role besides the root needs more signatures than it has usable keys.",
    ),
    rule(
        "root.threshold-one",
        Caution,
        Stop,
        "Any one key replaces every key there is.",
    ),
    rule(
        "root.threshold-low",
        Caution,
        Stop,
        "The root needs fewer signatures than the policy asks for.",
    ),
    rule(
        "root.no-spare",
        Caution,
        Stop,
        "The root needs all of its keys, so none may ever be lost.",
    ),
    rule(
        "root.loss-tolerance",
        Info,
        Info,
        "How many keys may be lost, and how many control the root.",
    ),
    rule(
        "root.keys-of-one-person",
        Caution,
        Stop,
        "A person holds several root keys; a stop where they are enough by themselves.",
    ),
    // keys
    rule("role.no-keys", Stop, Stop, "A role has no keys at all."),
    rule(
        "root.same-key-twice",
        Stop,
        Stop,
        "A role has one public key several times; clients count it several times.",
    ),
    rule(
        "root.key-id",
        Stop,
        Stop,
        "A key is listed under an id that is not its own; strict clients reject the root.",
    ),
    rule(
        "root.key-type",
        Caution,
        Stop,
        "A key is of a kind that some clients do not verify.",
    ),
    rule(
        "root.key-unusable",
        Caution,
        Caution,
        "A key cannot be read here, so its signatures do not count here.",
    ),
    rule(
        "root.key-unused",
        Info,
        Info,
        "A key is listed and used by no role.",
    ),
    rule(
        "role.key-unlisted",
        Caution,
        Caution,
        "A role names a key that the root does not list.",
    ),
    rule(
        "role.key-shared",
        Info,
        Caution,
        "A role besides the root uses a key of the root.",
    ),
    rule(
        "role.online-key-shared",
        Info,
        Info,
        "Snapshot and timestamp share a key.",
    ),
    // what else stands in the file
    rule(
        "root.spec-version",
        Caution,
        Caution,
        "The root names a version of the TUF specification that no client was tried with.",
    ),
    rule(
        "root.unknown-member",
        Info,
        Caution,
        "The root has a member that this version does not know; a caution where it is new.",
    ),
    rule(
        "root.big-integer",
        Stop,
        Stop,
        "A number is beyond 2^53; tuf-js and go-tuf reject it.",
    ),
    rule(
        "root.empty-object",
        Caution,
        Caution,
        "An empty object, which tough and go-tuf have stumbled over.",
    ),
    rule(
        "root.text-unsafe",
        Caution,
        Caution,
        "Text or a name has control, bidirectional or invisible characters; it is shown escaped.",
    ),
];

impl Rule {
    /// The rule of that id.
    pub fn of(id: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.id == id)
    }
}

#[cfg(test)]
mod tests;
