//! The list of signatures with the places of what stands in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::value::RawValue;

use crate::canonical::ParseError;
use crate::safe::safe;
use crate::tuf::key::KeyId;
use crate::tuf::root::MetadataError;
use crate::tuf::signature::Signature;

/// One entry of the list, by its places in the file, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// From brace to brace.
    pub whole: Range<usize>,
    /// The value of `keyid`, with its quotes.
    pub keyid: Range<usize>,
    /// The value of `sig`, with its quotes.
    pub sig: Range<usize>,
    /// Names of the members besides these two.
    pub unknown: Vec<String>,
}

/// Reads the list that stands at `list` in a file which is known to be JSON.
pub(super) fn read(
    file: &[u8],
    list: Range<usize>,
) -> Result<(Vec<Entry>, Vec<Signature>), MetadataError> {
    let unreadable = |error: serde_json::Error| ParseError::Json(safe(&error.to_string()));
    let start = list.start;
    let text = std::str::from_utf8(file.get(list).unwrap_or_default()).unwrap_or_default();
    let place = |part: &str| {
        let at = start + (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        at..at + part.len()
    };
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(unreadable)?;
    let (mut entries, mut signatures) = (Vec::new(), Vec::new());
    let mut seen: BTreeSet<KeyId> = BTreeSet::new();
    for (at, item) in items.into_iter().enumerate() {
        let not_text =
            |name: &str| MetadataError::shape(&format!("signatures[{at}].{name}"), "text");
        let members: BTreeMap<String, &RawValue> =
            serde_json::from_str(item.get()).map_err(|_| not_text("keyid"))?;
        let member = |name: &str| {
            let value = members.get(name).ok_or_else(|| not_text(name))?.get();
            let text: String = serde_json::from_str(value).map_err(|_| not_text(name))?;
            Ok::<_, MetadataError>((place(value), text))
        };
        let (keyid_place, keyid) = member("keyid")?;
        let (sig_place, sig) = member("sig")?;
        let keyid = keyid.parse().map_err(|reason| MetadataError::KeyId {
            at: format!("signatures[{at}]"),
            reason,
        })?;
        if !seen.insert(keyid) {
            return Err(MetadataError::Twice {
                what: "signatures".to_owned(),
                keyid,
            });
        }
        let known = |name: &&String| !["keyid", "sig"].contains(&name.as_str());
        entries.push(Entry {
            whole: place(item.get()),
            keyid: keyid_place,
            sig: sig_place,
            unknown: members.keys().filter(known).cloned().collect(),
        });
        signatures.push(Signature { keyid, sig });
    }
    Ok((entries, signatures))
}
