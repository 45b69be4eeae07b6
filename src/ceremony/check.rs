//! A check of the surroundings, as it is shown to people and stands in the transcript.

use serde::{Deserialize, Serialize};

/// The ids of all checks, in the order in which they are made. A plan that requires one that is not
/// here asks for something that this binary never answers.
pub const IDS: [&str; 21] = [
    "network.interfaces",
    "network.routes",
    "network.radio",
    "memory.swap",
    "memory.core-dumps",
    "process.no-network",
    "process.not-dumpable",
    "process.no-core-file",
    "process.memory-locked",
    "process.no-new-privileges",
    "process.private-files",
    "process.traced",
    "programs.tokens",
    "smartcard.service",
    "time.clock",
    "storage.root",
    "storage.space",
    "binary.digest",
    "terminal.size",
    "terminal.type",
    "terminal.characters",
];

/// One look at the machine: what was looked at, what was found, what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The name that never changes, for transcripts and scripts: `network.interfaces`.
    pub id: String,
    /// What is checked, in a few words.
    pub title: String,
    /// Whether it is as it should be.
    pub verdict: Verdict,
    /// The fact, in a sentence.
    pub found: String,
    /// What to do next; empty where nothing is to be done.
    pub advice: String,
}

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Pass,
    /// It could not be looked at.
    Unknown,
    /// Not as it should be; the ceremony can go on where people accept it.
    Warn,
    /// The ceremony should not go on.
    Fail,
}

impl Verdict {
    /// The word in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Unknown => "UNKNOWN",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
        }
    }

    /// The worst of several; [`Verdict::Pass`] of none.
    pub fn worst(checks: &[Check]) -> Self {
        checks
            .iter()
            .map(|check| check.verdict)
            .max()
            .unwrap_or(Self::Pass)
    }
}

#[cfg(test)]
mod tests {
    use super::{Check, Verdict};

    fn check(verdict: Verdict) -> Check {
        Check {
            id: "network.routes".into(),
            title: "Routes".into(),
            verdict,
            found: "No route.".into(),
            advice: String::new(),
        }
    }

    #[test]
    fn the_worst_verdict_counts() {
        let checks = [
            check(Verdict::Unknown),
            check(Verdict::Fail),
            check(Verdict::Warn),
        ];
        assert_eq!(Verdict::worst(&checks), Verdict::Fail);
        assert_eq!(Verdict::worst(&checks[..1]), Verdict::Unknown);
        assert_eq!(Verdict::worst(&[]), Verdict::Pass);
    }

    #[test]
    fn a_record_with_an_unknown_field_is_refused() {
        let written = serde_json::to_string(&check(Verdict::Pass)).unwrap();
        assert_eq!(
            serde_json::from_str::<Check>(&written).unwrap(),
            check(Verdict::Pass)
        );
        let more = written.replace("\"id\"", "\"mood\":\"calm\",\"id\"");
        assert!(serde_json::from_str::<Check>(&more).is_err());
    }
}
