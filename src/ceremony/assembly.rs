//! The content that a ceremony signs: how a root follows from the plan and the keys, what is to be
//! said of it, its signatures, its files. Everything here follows from the state alone.

mod first;
mod next;
mod shown;
mod targets;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::effect::{FileDigest, metadata_name};
use super::plan::{Mode, Plan};
use super::state::{Payload, State};
use crate::digest::Sha256;
use crate::tuf::key::PublicKey;
use crate::tuf::policy::{Level, Policy, Rule};
use crate::tuf::root::{self, Role, Root, Signature, Signed};

pub use shown::{changes, document, findings, holders, review_lines, unaccepted};

/// The rules of a ceremony over content, besides those of [`crate::tuf::policy`].
pub const RULES: &[Rule] = &[
    Rule {
        id: "script.changes",
        levels: Level::Stop..=Level::Stop,
        meaning: "The root changes something for which the script is not made.",
    },
    Rule {
        id: "root.unreadable",
        levels: Level::Stop..=Level::Stop,
        meaning: "The root from outside cannot be read as one.",
    },
    Rule {
        id: "metadata.expired",
        levels: Level::Stop..=Level::Stop,
        meaning: "Targets from outside have expired by this machine's clock.",
    },
    Rule {
        id: "metadata.expiry",
        levels: Level::Info..=Level::Info,
        meaning: "When targets from outside expire.",
    },
    Rule {
        id: "metadata.expiry-long",
        levels: Level::Caution..=Level::Caution,
        meaning: "Targets from outside expire later than the plan lets roots expire.",
    },
    Rule {
        id: "metadata.not-compared",
        levels: Level::Caution..=Level::Caution,
        meaning: "The plan names no version before, so that nothing says what changes.",
    },
    Rule {
        id: "metadata.version",
        levels: Level::Stop..=Level::Stop,
        meaning: "The version does not come after the one before.",
    },
    Rule {
        id: "targets.no-sha256",
        levels: Level::Stop..=Level::Stop,
        meaning: "A target has no SHA-256, which tough and sigstore-rs demand.",
    },
    Rule {
        id: "targets.removed",
        levels: Level::Caution..=Level::Caution,
        meaning: "Targets are removed.",
    },
    Rule {
        id: "targets.delegations",
        levels: Level::Caution..=Level::Caution,
        meaning: "Who may vouch for targets changes.",
    },
];

/// A root's content, not yet signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Assembly {
    /// The `signed` part.
    pub signed: Value,
    /// SHA-256 of its canonical bytes.
    pub payload: Sha256,
}

/// A file of signed metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataFile {
    /// Name, such as `1.root.json`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl MetadataFile {
    /// Name, digest and size.
    pub fn digest(&self) -> FileDigest {
        FileDigest {
            name: self.name.clone(),
            sha256: Sha256::of(&self.bytes),
            size: self.bytes.len() as u64,
        }
    }
}

impl Plan {
    /// Paths of the online roles' key files, each once, in the order of the roles.
    pub fn online_key_paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = Vec::new();
        let roles = self.root.iter().flat_map(|root| root.roles.values());
        for file in roles.flat_map(|role| &role.keys) {
            if !paths.contains(&file.path) {
                paths.push(file.path.clone());
            }
        }
        paths
    }
}

/// Why the content was not made, in sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// Keys are missing, or their files are not those of the plan: other files can put it right.
    Keys(Vec<String>),
    /// The plan's policy forbids it: only another plan can put it right.
    Policy(Vec<String>),
}

fn impossible(error: &dyn std::fmt::Display) -> NotMade {
    NotMade::Policy(vec![format!("root.build: {error}")])
}

/// Makes the content, or says why it must not be made.
pub fn assemble(state: &State) -> Result<Assembly, NotMade> {
    let (signed, findings) = match &state.trusted {
        None => {
            let spec = first::spec(state).map_err(NotMade::Keys)?;
            let findings = shown::findings_of_first(state, &spec);
            (spec.build(), findings)
        }
        Some(trusted) => {
            let signed = next::content(state, trusted)?;
            let new = Root::parse(&signed).map_err(|error| impossible(&error))?;
            let mut findings = shown::findings_of_next(state, &trusted.root, &new);
            findings.extend(next::beyond_the_script(state, &trusted.root, &new));
            (Ok(signed), findings)
        }
    };
    let stops: Vec<String> = findings
        .into_iter()
        .filter(|finding| finding.level == Level::Stop)
        .map(|finding| format!("{}: {}", finding.rule, finding.sentence))
        .collect();
    if !stops.is_empty() {
        return Err(NotMade::Policy(stops));
    }
    let signed = signed.map_err(|error| impossible(&error))?;
    let (_, payload) = root::payload(&signed).map_err(|error| impossible(&error))?;
    Ok(Assembly { signed, payload })
}

/// What the plan allows.
fn policy(state: &State) -> Policy {
    let plan = &state.procedure.plan;
    Policy {
        production: plan.mode == Mode::Production,
        expiry_min_days: plan.policy.expiry_min_days,
        expiry_max_days: plan.policy.expiry_max_days,
        allow_p384: plan.policy.allow_p384,
        allow_threshold_equals_keys: plan.policy.no_spare_acknowledged,
        ..Policy::default()
    }
}

/// The time of the last record: the core has no clock of its own.
fn now(state: &State) -> OffsetDateTime {
    OffsetDateTime::parse(&state.at, &Rfc3339).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// The public key of an online role, from its file.
fn online_key(state: &State, path: &str, pinned: Option<Sha256>) -> Result<PublicKey, String> {
    let file = state
        .inputs
        .get(path)
        .ok_or_else(|| format!("root.key-file: the key file {path} was not read."))?;
    if let Some(pinned) = pinned
        && pinned != file.sha256
    {
        return Err(format!(
            "root.key-file: the key file {path} is not the one in the plan: its SHA-256 is {}, the plan says {pinned}.",
            file.sha256
        ));
    }
    let key = PublicKey::from_pem(&file.text).map_err(|error| {
        format!("root.key-file: the key file {path} holds no usable public key: {error}.")
    })?;
    // what others published with RSA is verified; new roots do not begin with it
    if key.algorithm().is_none() {
        return Err(format!(
            "root.key-file: the key file {path} holds an {} key: a root written here names P-256, P-384 and Ed25519 keys only.",
            key.kind_name()
        ));
    }
    Ok(key)
}

/// The signatures made here, in the order of the plan's keys. One signature stands under every id
/// under which one of the judges lists its key.
pub fn signatures_made(state: &State) -> Vec<Signature> {
    let mut made: Vec<Signature> = Vec::new();
    for (_, key) in state.procedure.plan.keys() {
        let bytes = state
            .signatures
            .get(&key.name)
            .and_then(|sig| data_encoding::HEXLOWER.decode(sig.as_bytes()).ok());
        let fingerprint = state
            .keys
            .get(&key.name)
            .and_then(|held| held.enrolled.map(|(_, fingerprint)| fingerprint));
        let (Some(bytes), Some(fingerprint)) = (bytes, fingerprint) else {
            continue;
        };
        for id in state.judges.iter().flat_map(|judge| judge.ids(fingerprint)) {
            if !made.iter().any(|other| other.keyid == id) {
                made.push(Signature::new(id, &bytes));
            }
        }
    }
    made
}

/// All signatures: those that came with the content, and those made here.
pub fn signatures(state: &State) -> Vec<Signature> {
    let Some(payload) = &state.payload else {
        return Vec::new();
    };
    united(payload, signatures_made(state))
}

fn united(payload: &Payload, made: Vec<Signature>) -> Vec<Signature> {
    let mut all = Signed::unsigned(Value::Null);
    for signature in payload.given.iter().cloned().chain(made) {
        all.put(signature);
    }
    all.signatures
}

/// The root with all its signatures; `None` where the content is no root, or is not there yet.
pub fn signed_root(state: &State) -> Option<Signed> {
    let payload = state.payload.as_ref()?;
    (payload.role == Role::Root.name()).then(|| Signed {
        signed: payload.signed.clone(),
        signatures: signatures(state),
    })
}

/// A file of this content with these signatures: as it came apart from its list of signatures, or
/// as roots are written here.
fn file_of(payload: &Payload, signatures: Vec<Signature>) -> Vec<u8> {
    match &payload.file {
        Some(file) => file.countersigned(&signatures),
        None => Signed {
            signed: payload.signed.clone(),
            signatures,
        }
        .to_file(),
    }
}

/// The files to be written. A root that every client accepts is there under its versioned name as
/// well; one that still needs signatures is not.
pub fn metadata_files(state: &State) -> Vec<MetadataFile> {
    let Some(payload) = &state.payload else {
        return Vec::new();
    };
    let staged = state.procedure.plan.staged.as_ref();
    let name = staged.map_or_else(
        || "root.json".to_owned(),
        |staged| metadata_name(&staged.path),
    );
    let mut names = vec![name];
    let versioned = format!("{}.root.json", payload.version);
    if payload.role == Role::Root.name() && state.threshold_reached && !names.contains(&versioned) {
        names.push(versioned);
    }
    let bytes = file_of(payload, signatures(state));
    names
        .into_iter()
        .map(|name| MetadataFile {
            name,
            bytes: bytes.clone(),
        })
        .collect()
}

/// The files of content that was withdrawn, in `metadata/`, oldest first.
pub fn defunct_files(state: &State) -> Vec<MetadataFile> {
    let files = state.defunct.iter().zip(1..).map(|(defunct, attempt)| {
        let signatures = united(&defunct.payload, defunct.signatures.clone());
        MetadataFile {
            name: defunct_name(attempt, &defunct.payload.role),
            bytes: file_of(&defunct.payload, signatures),
        }
    });
    files.collect()
}

/// The name of the file, in `metadata/`, of content for this role that was withdrawn; attempts count
/// from 1.
pub fn defunct_name(attempt: usize, role: &str) -> String {
    format!("defunct-{attempt}.{}.json", file_name(role))
}

/// The name of a role where it is part of a file's name: a delegated role may be called anything.
fn file_name(role: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    role.chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect()
}
