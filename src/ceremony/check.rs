//! Results of environment checks, as they stand in the transcript.
use serde::{Deserialize, Serialize};
/// One result. (stub until merged)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Id, such as `network.interfaces`.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Verdict.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do.
    pub advice: String,
}
/// Verdict of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Pass,
    /// Worth a look.
    Warn,
    /// Not as it should be.
    Fail,
    /// Could not be found out.
    Unknown,
}
