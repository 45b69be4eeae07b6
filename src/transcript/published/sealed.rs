//! Verdicts on the seal of a published copy.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::judged::{Said, fail, note, pass, withheld};
use super::metadata::{self, Content};
use super::{Files, Published};
use crate::digest::Sha256;
use crate::safe::counted;
use crate::transcript::seal::{
    self, FILE, PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE, TRANSCRIPT_HEAD, pae,
};
use crate::tuf::key::PublicKey;
use crate::tuf::root::{Role, Root};

/// The seal as it lies there.
pub enum Sealed {
    /// There is none.
    Absent,
    /// It cannot be read.
    Unreadable(String),
    /// It can.
    Read {
        /// The statement, byte for byte.
        payload: Vec<u8>,
        /// What it says.
        statement: Value,
        /// The signatures.
        signatures: Vec<Vec<u8>>,
    },
}

impl Sealed {
    /// The statement, byte for byte.
    pub fn payload(&self) -> Option<&[u8]> {
        match self {
            Self::Read { payload, .. } => Some(payload),
            _ => None,
        }
    }

    /// Whether this signature is one of the seal's.
    pub fn has(&self, signature: &[u8]) -> bool {
        match self {
            Self::Read { signatures, .. } => signatures.iter().any(|there| there == signature),
            _ => false,
        }
    }

    fn subjects(&self) -> impl Iterator<Item = &Value> {
        let subjects = match self {
            Self::Read { statement, .. } => statement.get("subject").and_then(Value::as_array),
            _ => None,
        };
        subjects.into_iter().flatten()
    }

    /// The digest of a file that is sealed.
    pub fn subject(&self, name: &str) -> Option<Sha256> {
        match self {
            Self::Read { statement, .. } => seal::subject(statement, name),
            _ => None,
        }
    }

    /// The files in `metadata/` that are sealed; `None` without a seal.
    pub fn metadata(&self) -> Option<BTreeMap<String, Sha256>> {
        self.payload()?;
        let file = |subject: &Value| {
            let name = text(subject, "/name")?.strip_prefix("metadata/")?;
            Some((
                name.to_owned(),
                text(subject, "/digest/sha256")?.parse().ok()?,
            ))
        };
        Some(self.subjects().filter_map(file).collect())
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// Reads the envelope.
pub fn read(files: &Files) -> Sealed {
    let Some(bytes) = &files.seal else {
        return Sealed::Absent;
    };
    match envelope(bytes) {
        Some(sealed) => sealed,
        None => Sealed::Unreadable(format!("{FILE} is no seal")),
    }
}

fn envelope(bytes: &[u8]) -> Option<Sealed> {
    let decoded = |value: &Value| {
        let text = value.as_str()?.as_bytes();
        data_encoding::BASE64.decode(text).ok()
    };
    let envelope: Value = serde_json::from_slice(bytes).ok()?;
    if text(&envelope, "/payloadType")? != PAYLOAD_TYPE {
        return None;
    }
    let payload = decoded(envelope.get("payload")?)?;
    let signed = envelope.get("signatures")?.as_array()?;
    let mut ids = Vec::new();
    let mut signatures = Vec::new();
    for signature in signed {
        ids.push(text(signature, "/keyid")?.to_owned());
        signatures.push(decoded(signature.get("sig")?)?);
    }
    // one record has one form: a byte that means nothing is one that was changed
    let again: Vec<crate::transcript::seal::Signed> = ids
        .into_iter()
        .zip(&signatures)
        .map(|(keyid, sig)| crate::transcript::seal::Signed {
            keyid,
            sig: sig.clone(),
        })
        .collect();
    (crate::transcript::seal::envelope(&payload, &again) == bytes).then_some(())?;
    Some(Sealed::Read {
        statement: serde_json::from_slice(&payload).ok()?,
        payload,
        signatures,
    })
}

/// Why there is none, where there is none.
fn absent(copy: &Published, sealed: &Sealed) -> Option<Said> {
    match sealed {
        Sealed::Unreadable(reason) => Some(fail(reason.clone())),
        Sealed::Read { .. } => None,
        Sealed::Absent if copy.told.sealed.is_some() => Some(fail(format!("{FILE} is missing"))),
        Sealed::Absent if copy.has("seal-written") => {
            Some(withheld("the seal, which says what is withheld"))
        }
        Sealed::Absent => Some(note(
            "by its records nobody has sealed; the head on paper is the only seal: give --expect-head",
        )),
    }
}

/// What a seal covers comes before it: the engine writes none of these records afterwards. Here nobody follows
/// the script, and what a forger adds behind the seal must not pass for what was sealed.
const BEFORE: [&str; 11] = [
    "root-trusted",
    "root-assembled",
    "content-imported",
    "content-withdrawn",
    "archived",
    "findings-accepted",
    "content-approved",
    "signatures-counted",
    "metadata-written",
    "exported",
    "seal-stated",
];

/// The first record behind the statement of the seal that belongs before it.
fn late(copy: &Published) -> Option<(usize, &str)> {
    let stated = |(_, kind): &(Sha256, String)| kind == "seal-stated";
    let at = copy.records.iter().position(stated)?;
    let mut behind = copy.records.iter().enumerate().skip(at + 1);
    let (seq, (_, kind)) = behind.find(|(_, (_, kind))| BEFORE.contains(&kind.as_str()))?;
    Some((seq, kind))
}

/// It names the head of these very records, and nothing that they contradict.
pub fn statement(copy: &Published, sealed: &Sealed) -> Said {
    if let Some((seq, kind)) = late(copy) {
        return fail(format!(
            "record {seq} is {kind}, which nobody does once it is stated what is sealed: the seal does not cover it"
        ));
    }
    if let Some(said) = absent(copy, sealed) {
        return said;
    }
    let Sealed::Read {
        payload, statement, ..
    } = sealed
    else {
        return fail("it cannot be read");
    };
    if text(statement, "/_type") != Some(STATEMENT_TYPE)
        || text(statement, "/predicateType") != Some(PREDICATE_TYPE)
    {
        return fail("it is a statement of another kind");
    }
    if let Some(stated) = &copy.told.stated
        && stated != payload
    {
        return fail("it is not the statement on record");
    }
    let head: Option<Sha256> =
        text(statement, "/predicate/head/hex").and_then(|hex| hex.parse().ok());
    let records = statement
        .pointer("/predicate/head/records")
        .and_then(Value::as_u64);
    let (Some(head), Some(records)) = (head, records) else {
        return fail("it names no head");
    };
    let mut subjects = sealed.subjects();
    let pointer = format!("/digest/{TRANSCRIPT_HEAD}");
    if !subjects.any(|subject| text(subject, &pointer) == Some(head.hex().as_str())) {
        return fail("its subject is another head than its predicate's");
    }
    let at = usize::try_from(records)
        .ok()
        .and_then(|records| records.checked_sub(1));
    let node = at
        .and_then(|at| copy.records.get(at))
        .map(|(node, _)| *node);
    if node != Some(head) {
        return fail(format!(
            "it names {head} as the head of the first {records} records, which it is not"
        ));
    }
    if let Some(opening) = &copy.told.opening
        && text(statement, "/predicate/ceremony") != Some(opening.ceremony.as_str())
    {
        return fail("it is the seal of another ceremony");
    }
    pass(format!(
        "it names the head of the first {} and {head}; {} after it, for which the head on paper answers",
        counted(records, "record"),
        counted(copy.length().saturating_sub(records), "record")
    ))
}

/// Keys of the role root: of the root, and of the roots that are trusted.
fn root_keys(files: &Files, content: &Content) -> Vec<PublicKey> {
    let chain = metadata::chain(files).unwrap_or_default();
    let of = |root: &Root| -> Vec<PublicKey> {
        root.role_keys(Role::Root)
            .map(|(_, key)| key.clone())
            .collect()
    };
    let mut keys: Vec<PublicKey> = chain.iter().flat_map(|root| of(root.get())).collect();
    if let Content::Root(found) = content {
        keys.extend(of(&found.root));
    }
    keys
}

/// Keys that the auditor has from elsewhere than the seal.
fn keys(files: &Files, content: &Content) -> Vec<PublicKey> {
    let mut keys = root_keys(files, content);
    if let Content::Root(found) = content {
        // online keys may be held in a ceremony as well
        let all = found
            .root
            .keys
            .values()
            .filter_map(|listed| listed.public.as_ref().ok());
        keys.extend(all.cloned());
    }
    keys
}

/// Each signature with the key that made it, as far as that is known.
fn signers(sealed: &Sealed, known: &[PublicKey]) -> Vec<Option<Sha256>> {
    let Sealed::Read {
        payload,
        signatures,
        ..
    } = sealed
    else {
        return Vec::new();
    };
    let message = pae(payload);
    let signer = |signature: &Vec<u8>| {
        let mut keys = known.iter();
        let key = keys.find(|key| key.verify(&message, signature).is_ok())?;
        Some(key.fingerprint())
    };
    signatures.iter().map(signer).collect()
}

/// Keys that the statement itself brings along, as far as the chain has their fingerprints.
fn on_record(copy: &Published, sealed: &Sealed) -> Vec<PublicKey> {
    let Sealed::Read { statement, .. } = sealed else {
        return Vec::new();
    };
    let keys = statement
        .pointer("/predicate/keys")
        .and_then(Value::as_array);
    let keys = keys.into_iter().flatten();
    let public = |key: &Value| PublicKey::from_pem(text(key, "/public")?).ok();
    keys.filter_map(public)
        .filter(|key| copy.told.keys.contains(&key.fingerprint()))
        .collect()
}

pub fn signatures(copy: &Published, files: &Files, content: &Content, sealed: &Sealed) -> Said {
    if let Some(said) = absent(copy, sealed) {
        return said;
    }
    let trusted = keys(files, content);
    let all = [trusted.clone(), on_record(copy, sealed)].concat();
    let (by_root, by_all) = (signers(sealed, &trusted), signers(sealed, &all));
    if by_all.is_empty() {
        return fail("nobody has signed");
    }
    if let Some(wrong) = by_all.iter().position(Option::is_none) {
        return fail(format!(
            "signature {} verifies under no key of the root, and under none on record",
            wrong + 1
        ));
    }
    let listed = by_root.iter().flatten().collect::<BTreeSet<_>>().len();
    let sentence = format!(
        "{}; the root has {listed} of the keys",
        match by_all.len() {
            1 => "1 signature verifies".to_owned(),
            more => format!("{more} signatures verify"),
        }
    );
    if listed == 0 {
        note(format!(
            "{sentence}: nothing but the record says whose they are. Give --trusted-root"
        ))
    } else {
        pass(sentence)
    }
}

pub fn count(copy: &Published, files: &Files, content: &Content, sealed: &Sealed) -> Said {
    if let Some(said) = absent(copy, sealed) {
        return said;
    }
    let distinct = |keys: &[PublicKey]| -> BTreeSet<Sha256> {
        signers(sealed, keys).into_iter().flatten().collect()
    };
    // a key of another role is held by machines: it seals for no keyholder
    let of_root = root_keys(files, content);
    let different = distinct(&of_root).len();
    let all = distinct(&[of_root, on_record(copy, sealed)].concat());
    let threshold = match content {
        Content::Root(found) => found.root.role(Role::Root).map(|role| role.threshold),
        _ => None,
    };
    let Some(threshold) = threshold else {
        return note(format!(
            "{} sealed; how many the plan wants is withheld",
            counted(different, "key")
        ));
    };
    let sentence = format!(
        "{} of the root sealed, which demands {threshold}; how many the plan wants is withheld",
        counted(different, "key")
    );
    let continues = copy
        .told
        .counts
        .as_ref()
        .is_some_and(|(_, reached)| !reached);
    let enough = |keys: usize| usize::try_from(threshold).is_ok_and(|needed| keys >= needed);
    if enough(different) {
        pass(sentence)
    } else if copy.has("root-trusted") && files.trusted.is_empty() && enough(all.len()) {
        note(format!(
            "{sentence}. The others are not in it: where they are in the root before, they count as well. Give that \
             with --trusted-root"
        ))
    } else if continues {
        note(sentence)
    } else {
        fail(sentence)
    }
}

/// The file is the one that was written.
pub fn file(copy: &Published, files: &Files) -> Said {
    match (&files.seal, &copy.told.sealed) {
        (None, Some(_)) => fail(format!("{FILE} is missing")),
        (None, None) if copy.has("seal-written") => {
            withheld("the seal, which says what is withheld")
        }
        (None, None) => note("by its records nobody has sealed"),
        (Some(bytes), Some(written))
            if Sha256::of(bytes) == written.sha256 && bytes.len() as u64 == written.size =>
        {
            pass(format!("{FILE}, by its digest on record"))
        }
        (Some(_), Some(_)) => fail(format!("{FILE} is not the seal on record")),
        (Some(_), None) if copy.has("seal-written") => withheld("the record of what was written"),
        (Some(_), None) => fail(format!(
            "{FILE} is there, and by its records nobody has sealed"
        )),
    }
}
