//! What was brought: files and envelopes, and which of their signatures count.

use std::collections::BTreeSet;

use crate::envelope::merge::{Input, Part};
use crate::envelope::signatures::SignatureList;
use crate::envelope::{Envelope, MAGIC};
use crate::repo::RepoError;
use crate::safe::safe;
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{Role, Root};
use crate::tuf::rotation::Signers;
use crate::tuf::signature::Signature;

/// What a file brings, plain or in an envelope; `name` is how messages call it.
pub fn part(name: &str, bytes: Vec<u8>) -> Result<Input, RepoError> {
    let shown = safe(name);
    let refused = |why: String| {
        RepoError::refused(
            format!("{shown}: {why}."),
            "Name a root, or an envelope with a root or with signatures.",
        )
    };
    let part = if bytes.starts_with(&MAGIC) {
        let envelope = Envelope::parse(&bytes).map_err(|error| refused(error.to_string()))?;
        Part::of_envelope(&envelope).map_err(|error| refused(error.to_string()))?
    } else if bytes.starts_with(b"age-encryption.org/") {
        return Err(refused(
            "it is encrypted; open it first with `rootstage envelope open`".to_owned(),
        ));
    } else {
        match SignatureList::parse(&bytes) {
            Ok(list) => Part::Signatures(list),
            Err(_) => Part::of_file(bytes).map_err(|error| refused(error.to_string()))?,
        }
    };
    let role = match &part {
        Part::Metadata(file) => file.kind(),
        Part::Signatures(list) => &list.role,
    };
    if role != Role::Root.name() {
        return Err(refused(format!("it is of role {}, not a root", safe(role))));
    }
    Ok(Input {
        name: name.to_owned(),
        part,
    })
}

/// The first metadata file among them.
pub(super) fn first_root(inputs: &[Input]) -> Option<&Metadata> {
    inputs.iter().find_map(|input| match &input.part {
        Part::Metadata(file) => Some(file.as_ref()),
        Part::Signatures(_) => None,
    })
}

/// The merged file with the signatures that count, and without those that were brought and count
/// for nothing. A key that both roots have under different ids signs once and stands under each.
pub(super) fn counted(
    merged: &Metadata,
    inputs: &[Input],
    old: Option<&Root>,
    root: &Root,
    notices: &mut Vec<String>,
) -> Vec<u8> {
    let base = first_root(inputs).unwrap_or(merged);
    let of = |root: &Root| -> Vec<(KeyId, PublicKey)> {
        root.role_keys(Role::Root)
            .map(|(id, key)| (id, key.clone()))
            .collect()
    };
    let mut keys = of(root);
    keys.extend(old.map(of).unwrap_or_default());
    let mut good = Vec::new();
    let mut strangers = BTreeSet::new();
    for signature in merged.signatures() {
        let key = keys.iter().find(|(id, _)| *id == signature.keyid);
        let bytes = signature.bytes().unwrap_or_default();
        match key.filter(|(_, key)| key.verify(merged.payload(), &bytes).is_ok()) {
            None => {
                strangers.insert(signature.keyid);
            }
            Some((_, key)) => {
                let also = keys
                    .iter()
                    .filter(|(_, other)| other.fingerprint() == key.fingerprint());
                for (id, _) in also {
                    let sig = signature.sig.clone();
                    good.push(Signature { keyid: *id, sig });
                }
            }
        }
    }
    let brought = |id: &&KeyId| !base.signatures().iter().any(|known| known.keyid == **id);
    for id in strangers.iter().filter(brought) {
        notices.push(format!(
            "The signature under key id {id} is of nobody who signs this root, or is not valid: it was left out."
        ));
    }
    base.countersigned(&good)
}

/// Refuses a root that nobody has signed who could: it came from somewhere else.
pub(super) fn nobody(signers: &Signers) -> Result<(), RepoError> {
    let side = signers.old.unwrap_or(signers.new);
    if side.signed > 0 {
        return Ok(());
    }
    let whose = if signers.old.is_some() {
        "of the root that is published"
    } else {
        "that it names itself"
    };
    Err(RepoError::refused(
        format!("the root that was brought is signed by none of the root keys {whose}."),
        "Bring a root that belongs to this repository. One that is yet to be signed is made with `repo stage-root`.",
    ))
}
