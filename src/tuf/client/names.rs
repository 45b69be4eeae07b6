//! The names of a repository's files (TUF specification, sections 5.3.3, 5.5.1, 5.6.1 and 6.2).

use super::ClientError;
use crate::safe::safe;
use crate::tuf::targets::Target;

/// Longest name that is asked of a fetcher, in bytes.
pub const MAX_NAME_BYTES: usize = 4_096;

/// Whether file names carry versions and digests: `consistent_snapshot` of the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `2.snapshot.json`, `targets/dir/DIGEST.name`.
    Consistent,
    /// `snapshot.json`, `targets/dir/name`.
    Plain,
}

impl Layout {
    /// The layout that a root asks for.
    pub fn of(root: &crate::tuf::root::Root) -> Self {
        if root.consistent_snapshot {
            Self::Consistent
        } else {
            Self::Plain
        }
    }

    /// The name under which version `version` of the metadata file `listed` is fetched, which a
    /// snapshot or timestamp lists without a prefix.
    pub(super) fn metadata(self, listed: &str, version: u64) -> Result<String, ClientError> {
        let name = match self {
            Self::Consistent => format!("{version}.{listed}"),
            Self::Plain => listed.to_owned(),
        };
        checked(name)
    }

    /// The names under which a target may be fetched, each of which must be there: one for each
    /// known digest, or its path alone. They begin with `targets/`.
    pub fn target(self, path: &str, target: &Target) -> Result<Vec<String>, ClientError> {
        let path = checked(path.to_owned())?;
        let names = match self {
            Self::Plain => vec![format!("targets/{path}")],
            Self::Consistent => {
                let (directory, name) = match path.rsplit_once('/') {
                    Some((directory, name)) => (format!("{directory}/"), name),
                    None => (String::new(), path.as_str()),
                };
                let digests = target.hashes.known_hex();
                digests
                    .iter()
                    .map(|digest| format!("targets/{directory}{digest}.{name}"))
                    .collect()
            }
        };
        Ok(names)
    }
}

/// The name, where it stays inside the repository. Whoever fetches by URL still has to encode it.
fn checked(name: String) -> Result<String, ClientError> {
    if is_inside(&name) {
        Ok(name)
    } else {
        let shown: String = name.chars().take(MAX_NAME_BYTES).collect();
        Err(ClientError::Name { name: safe(&shown) })
    }
}

/// Whether a name stays inside the repository: parts between single slashes, none of them `.` or
/// `..`, no backslash, no control character, at most [`MAX_NAME_BYTES`].
pub fn is_inside(name: &str) -> bool {
    let is_part = |part: &str| !matches!(part, "" | "." | "..");
    name.len() <= MAX_NAME_BYTES
        && name.split('/').all(is_part)
        && !name.chars().any(|c| c == '\\' || c.is_control())
}
