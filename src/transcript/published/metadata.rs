//! Verdicts on the metadata of a published copy: it is public, so that its signatures can be checked whole.

use super::judged::{Said, fail, no_content, note, pass, withheld};
use super::sealed::Sealed;
use super::{Files, Published};
use crate::ceremony::import::LIMIT;
use crate::digest::Sha256;
use crate::safe::{counted, safe};
use crate::transcript::seal::pae;
use crate::tuf::key::PublicKey;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{Role, Root, Signed};
use crate::tuf::threshold::check;
use crate::tuf::trusted::Trusted;

/// What was signed.
pub enum Content {
    /// By its records, nothing.
    Nothing,
    /// It cannot be said which of the files it is.
    Unknown(&'static str),
    /// It is not there, or not what the record says.
    Wrong(String),
    /// A root.
    Root(Box<Found>),
    /// Metadata of another role.
    Other(Metadata),
}

/// A root in `metadata/`.
pub struct Found {
    /// The file.
    pub signed: Signed,
    /// What it says.
    pub root: Root,
    /// SHA-256 of its canonical bytes.
    pub payload: Sha256,
    /// These bytes.
    pub bytes: Vec<u8>,
}

/// The file that the record speaks of.
pub fn content(copy: &Published, files: &Files) -> Content {
    if !copy.has("root-assembled") && !copy.has("content-imported") {
        return Content::Nothing;
    }
    let Some(payload) = copy.told.payload else {
        return Content::Unknown("the record of what was signed");
    };
    if files.metadata.is_empty() {
        return Content::Wrong("there is no metadata".to_owned());
    }
    let standing = files
        .metadata
        .iter()
        .filter(|(name, _)| !name.starts_with("defunct-"));
    for (_, bytes) in standing {
        let Ok(read) = Metadata::parse(bytes.clone(), LIMIT) else {
            continue;
        };
        if read.digest() != payload {
            continue;
        }
        if read.kind() != Role::Root.name() {
            return Content::Other(read);
        }
        let found = Signed::parse(bytes)
            .and_then(|signed| Root::parse(&signed.signed).map(|root| (signed, root)));
        return match found {
            Err(error) => Content::Wrong(error.to_string()),
            Ok((signed, root)) => Content::Root(Box::new(Found {
                bytes: read.payload().to_vec(),
                signed,
                root,
                payload,
            })),
        };
    }
    Content::Wrong(format!(
        "no file in metadata/ has the content that was signed, SHA-256 {payload}"
    ))
}

/// The auditor's own roots, oldest first, each followed by the next.
pub fn chain(files: &Files) -> Result<Vec<Trusted<Root>>, String> {
    let mut chain: Vec<Trusted<Root>> = Vec::new();
    for (path, bytes) in &files.trusted {
        let next = Signed::parse(bytes)
            .map_err(|error| error.to_string())
            .and_then(|signed| {
                match chain.last() {
                    None => Trusted::first(&signed),
                    Some(before) => before.next(&signed),
                }
                .map_err(|error| error.to_string())
            });
        match next {
            Ok(next) => chain.push(next),
            Err(reason) => return Err(format!("{}: {reason}", safe(path))),
        }
    }
    Ok(chain)
}

pub fn base(copy: &Published, files: &Files) -> Said {
    if !copy.has("root-trusted") {
        return note(
            "by its records no root was trusted before this one; the plan, which says so, is withheld",
        );
    }
    let Some((version, payload)) = copy.told.trusted else {
        return withheld("the record of the root that was trusted before");
    };
    match chain(files) {
        Err(reason) => fail(reason),
        Ok(chain) if chain.iter().any(|root| root.payload() == payload) => pass(format!(
            "version {version}, SHA-256 {payload}, which the auditor trusts"
        )),
        Ok(chain) if chain.iter().any(|root| root.get().version == version) => fail(format!(
            "another root of version {version} was trusted than the auditor trusts"
        )),
        Ok(_) => note(format!(
            "version {version}, SHA-256 {payload}, on record; give it with --trusted-root"
        )),
    }
}

pub fn key_ids(copy: &Published, content: &Content) -> Said {
    if let Some(said) = no_content(content) {
        return said;
    }
    let Content::Root(found) = content else {
        return note("the content is no root");
    };
    match found.root.wrong_ids().len() {
        0 => pass("every key id is the hash of its key"),
        wrong if copy.told.assembled => {
            fail(format!("{wrong} key ids are not the hash of their key"))
        }
        // in content from outside it is a finding, which two people accepted
        wrong => note(format!("{wrong} key ids are not the hash of their key")),
    }
}

pub fn payload(copy: &Published, content: &Content) -> Said {
    no_content(content).unwrap_or_else(|| {
        note(format!(
            "SHA-256 {}, as on record; that plan and keys lead to it is withheld",
            copy.told.payload.map_or_else(String::new, |sha| sha.hex())
        ))
    })
}

/// What is on record as signatures verifies: over the content and in its file, or over the seal.
pub fn signatures(copy: &Published, content: &Content, sealed: &Sealed) -> Said {
    if let Some(said) = no_content(content) {
        return said;
    }
    let Content::Root(found) = content else {
        return note("the content is no root: give the root that names its keys to a client");
    };
    let keys: Vec<&PublicKey> = found
        .root
        .keys
        .values()
        .filter_map(|listed| listed.public.as_ref().ok())
        .collect();
    let sealing = copy.told.stated.as_deref().or(sealed.payload());
    let mut verified = 0;
    for (seq, sig) in &copy.told.signatures {
        let Ok(bytes) = data_encoding::HEXLOWER.decode(sig.as_bytes()) else {
            return fail(format!("record {seq}: the signature is not in hex"));
        };
        let over = |message: &[u8]| keys.iter().any(|key| key.verify(message, &bytes).is_ok());
        if over(&found.bytes) {
            let in_file = found
                .signed
                .signatures
                .iter()
                .any(|there| there.sig == *sig);
            if !in_file {
                return fail(format!("the signature of record {seq} is not in the file"));
            }
        } else if !sealing.is_some_and(|payload| over(&pae(payload)) || sealed.has(&bytes)) {
            // one of a key that leaves is by the root before; one over content that was withdrawn fits no file
            let elsewhere = copy.has("root-trusted")
                && found
                    .signed
                    .signatures
                    .iter()
                    .any(|there| there.sig == *sig);
            if elsewhere
                || copy.has("content-withdrawn")
                || sealing.is_none() && copy.has("seal-stated")
            {
                continue;
            }
            return fail(format!("the signature of record {seq} does not verify"));
        }
        verified += 1;
    }
    let others = copy
        .kinds
        .get("signature-made")
        .map_or(0, |kind| kind.withheld);
    let others = match others {
        0 => String::new(),
        1 => "; 1 more is withheld".to_owned(),
        more => format!("; {more} more are withheld"),
    };
    let sentence = match verified {
        0 => format!("no signature on record can be verified here{others}"),
        1 => format!("1 signature on record verifies{others}"),
        more => format!("{more} signatures on record verify{others}"),
    };
    if verified == 0 {
        note(sentence)
    } else {
        pass(sentence)
    }
}

pub fn threshold(copy: &Published, files: &Files, content: &Content) -> Said {
    if let Some(said) = no_content(content) {
        return said;
    }
    let continues = copy
        .told
        .counts
        .as_ref()
        .is_some_and(|(_, reached)| !reached);
    let chain = match chain(files) {
        Ok(chain) => chain,
        Err(reason) => return fail(reason),
    };
    let found = match content {
        Content::Root(found) => found,
        Content::Other(read) => return of_role(read, &chain),
        _ => return note("the content is no root"),
    };
    let own = match Trusted::first(&found.signed) {
        Ok(own) => own,
        Err(reason) if continues => {
            return note(format!(
                "{reason}; by the record, signing continues elsewhere"
            ));
        }
        Err(reason) => return fail(reason.to_string()),
    };
    let own = format!(
        "{} signed, and it demands {}",
        counted(own.tally().count(), "key"),
        own.tally().threshold()
    );
    let first = !copy.has("root-trusted");
    let before = chain
        .iter()
        .find(|root| root.get().version.saturating_add(1) == found.root.version);
    match before {
        None if first => pass(own),
        None => note(format!(
            "{own}; whether as many keys of the root before have signed is not decided: give it with --trusted-root"
        )),
        Some(before) => match before.next(&found.signed) {
            Ok(_) => pass(format!(
                "{own}, and enough of those of version {}",
                before.get().version
            )),
            Err(reason) => fail(reason.to_string()),
        },
    }
}

/// Metadata of another role, under the keys that the auditor's root gives it.
fn of_role(read: &Metadata, chain: &[Trusted<Root>]) -> Said {
    let Some(root) = chain.last() else {
        return note(
            "the content is no root: give the root that names its keys with --trusted-root",
        );
    };
    let role = Role::ALL
        .into_iter()
        .find(|role| role.name() == read.kind());
    let Some(keys) = role.and_then(|role| root.get().role(role)) else {
        return note("the content is of a role that no root names");
    };
    let tally = check(&root.get().keys, keys, read.payload(), read.signatures());
    let sentence = format!(
        "{} signed, and {} are needed",
        counted(tally.count(), "key"),
        tally.threshold()
    );
    if tally.met() {
        pass(sentence)
    } else {
        note(format!(
            "only {sentence}; it may be a delegated role, or signing continues elsewhere"
        ))
    }
}

pub fn trusted(copy: &Published, files: &Files, content: &Content) -> Said {
    let chain = match chain(files) {
        Ok(chain) => chain,
        Err(reason) => return fail(reason),
    };
    let Some(last) = chain.last() else {
        return note("not compared: give --trusted-root with a root that you trust");
    };
    if let Some(said) = no_content(content) {
        return said;
    }
    let Content::Root(found) = content else {
        // what judges it is the root that was trusted before
        return base(copy, files);
    };
    if found.payload == last.payload() {
        return pass("it is the root that the auditor trusts");
    }
    match last.next(&found.signed) {
        Ok(_) => pass(format!(
            "it follows version {} that the auditor trusts",
            last.get().version
        )),
        Err(reason) => fail(format!(
            "it does not follow version {}: {reason}",
            last.get().version
        )),
    }
}
