//! How a payload stands under the keys of one root, and who is still missing.

use serde_json::Value;

use super::shortened;
use crate::tuf::key::KeyId;
use crate::tuf::root::{Role, RoleKeys, Root, Signature};
use crate::tuf::threshold::{Tally, Verdict, check};

/// Whose keys are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those that the root being signed names itself.
    Itself,
    /// Those of the root trusted before.
    Trusted,
}

/// A root that says who may sign a role.
pub(super) struct Judge<'a> {
    side: Side,
    root: &'a Root,
    keys: &'a RoleKeys,
}

/// How the payload stands under one root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which root.
    pub side: Side,
    /// Its version.
    pub root_version: u64,
    /// What was found of each signature.
    pub tally: Tally,
    /// Keys of the role that have not signed validly. So many of them are needed still as the
    /// tally says.
    pub missing: Vec<Wanted>,
    /// Who holds which of the role's keys, where the root says so.
    pub holders: Vec<Wanted>,
}

/// A key of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its id in the root.
    pub keyid: KeyId,
    /// Its holder as the root names them, shortened and escaped (`x-tuf-on-ci-keyowner`).
    pub holder: Option<String>,
}

impl<'a> Judge<'a> {
    /// `None` where the root has no such role.
    pub fn new(side: Side, root: &'a Root, role: Role) -> Option<Self> {
        Some(Self {
            side,
            root,
            keys: root.role(role)?,
        })
    }

    /// What this root's keys say of one signature.
    pub fn verdict(&self, payload: &[u8], signature: &Signature) -> Option<Verdict> {
        let one = std::slice::from_ref(signature);
        let tally = check(&self.root.keys, self.keys, payload, one);
        tally.verdicts().first().map(|(_, verdict)| verdict.clone())
    }

    /// What they say of all.
    pub fn standing(&self, payload: &[u8], signatures: &[Signature]) -> Standing {
        let tally = check(&self.root.keys, self.keys, payload, signatures);
        let has_signed = |id: &KeyId| {
            let key = self.root.keys.get(id);
            key.and_then(|key| key.public.as_ref().ok())
                .is_some_and(|key| tally.counted().contains(&key.fingerprint()))
        };
        let wanted = |id: &KeyId| Wanted {
            keyid: *id,
            holder: self.holder(id),
        };
        let ids = &self.keys.keyids;
        Standing {
            side: self.side,
            root_version: self.root.version,
            missing: ids
                .iter()
                .filter(|id| !has_signed(id))
                .map(wanted)
                .collect(),
            holders: ids.iter().map(wanted).collect(),
            tally,
        }
    }

    fn holder(&self, id: &KeyId) -> Option<String> {
        let raw = &self.root.keys.get(id)?.raw;
        let holder = raw.get("x-tuf-on-ci-keyowner").and_then(Value::as_str)?;
        Some(shortened(holder))
    }
}
