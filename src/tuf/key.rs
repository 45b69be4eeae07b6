//! Keys. (stub until merged)
use serde::{Deserialize, Serialize};
/// TUF key id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub String);
