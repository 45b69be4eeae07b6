//! The root that a ceremony makes: its content from the plan and the keys, its findings, its tally,
//! its files. Everything here follows from the state alone.

use std::collections::BTreeMap;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::effect::FileDigest;
use super::plan::{Duty, Mode, Plan};
use super::state::{Payload, State};
use crate::digest::Sha256;
use crate::tuf::key::PublicKey;
use crate::tuf::policy::{self, Finding, Level, Policy};
use crate::tuf::root::{self, KeyEntry, Role, RoleSpec, Root, RootSpec, Signature, Signed};
use crate::tuf::threshold::Tally;
use crate::tuf::{summary, trusted};

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
        for file in self.root.roles.values().flat_map(|role| &role.keys) {
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

/// Makes the content, or says why it must not be made.
pub fn assemble(state: &State) -> Result<Assembly, NotMade> {
    let spec = spec(state).map_err(NotMade::Keys)?;
    let stops: Vec<String> = findings_of(state, &spec)
        .into_iter()
        .filter(|finding| finding.level == Level::Stop)
        .map(|finding| format!("{}: {}", finding.rule, finding.sentence))
        .collect();
    if !stops.is_empty() {
        return Err(NotMade::Policy(stops));
    }
    let impossible =
        |error: &dyn std::fmt::Display| NotMade::Policy(vec![format!("root.build: {error}")]);
    let signed = spec.build().map_err(|error| impossible(&error))?;
    let (_, payload) = root::payload(&signed).map_err(|error| impossible(&error))?;
    Ok(Assembly { signed, payload })
}

/// What reviewers should know of the root that the plan asks for.
pub fn findings(state: &State) -> Vec<Finding> {
    spec(state).map_or_else(|_| Vec::new(), |spec| findings_of(state, &spec))
}

fn findings_of(state: &State, spec: &RootSpec) -> Vec<Finding> {
    let plan = &state.procedure.plan;
    let policy = Policy {
        production: plan.mode == Mode::Production,
        expiry_min_days: plan.policy.expiry_min_days,
        expiry_max_days: plan.policy.expiry_max_days,
        allow_p384: plan.policy.allow_p384,
        allow_threshold_equals_keys: plan.policy.no_spare_acknowledged,
        ..Policy::default()
    };
    policy::findings(spec, &policy, now(state))
}

/// The time of the last record: the core has no clock of its own.
fn now(state: &State) -> OffsetDateTime {
    OffsetDateTime::parse(&state.at, &Rfc3339).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn spec(state: &State) -> Result<RootSpec, Vec<String>> {
    let plan = &state.procedure.plan;
    let mut problems = Vec::new();
    let mut roles = BTreeMap::new();
    let mut root_keys = Vec::new();
    for holder in plan.of_duty(Duty::Keyholder) {
        let key = state
            .keys
            .get(&holder.id)
            .filter(|held| held.enrolled.is_some())
            .and_then(|held| PublicKey::from_pem(&held.key.public_pem).ok());
        match key {
            Some(key) => root_keys.push(KeyEntry {
                key,
                note: holder.name.clone(),
            }),
            None => problems.push(format!("{} has no enrolled key.", holder.name)),
        }
    }
    roles.insert(
        Role::Root,
        RoleSpec {
            keys: root_keys,
            threshold: plan.root.threshold,
        },
    );
    for (role, name) in [
        (Role::Targets, "targets"),
        (Role::Snapshot, "snapshot"),
        (Role::Timestamp, "timestamp"),
    ] {
        let Some(wanted) = plan.root.roles.get(name) else {
            problems.push(format!("The plan names no keys for the role {name}."));
            continue;
        };
        let mut keys = Vec::new();
        for file in &wanted.keys {
            match online_key(state, &file.path, file.sha256) {
                Ok(key) => keys.push(KeyEntry {
                    key,
                    note: format!("{name}, {}", file.path),
                }),
                Err(problem) => problems.push(problem),
            }
        }
        roles.insert(
            role,
            RoleSpec {
                keys,
                threshold: wanted.threshold,
            },
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(RootSpec {
        version: plan.root.version,
        expires: plan.root.expires,
        consistent_snapshot: plan.root.consistent_snapshot,
        roles,
    })
}

fn online_key(state: &State, path: &str, pinned: Option<Sha256>) -> Result<PublicKey, String> {
    let file = state
        .online_keys
        .iter()
        .find(|file| file.path == path)
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

/// The content for human eyes.
pub fn review_lines(state: &State, payload: &Payload) -> Vec<String> {
    let mut holders: BTreeMap<Sha256, String> = BTreeMap::new();
    if let Ok(spec) = spec(state) {
        for entry in spec.roles.into_values().flat_map(|role| role.keys) {
            holders
                .entry(entry.key.fingerprint())
                .and_modify(|note| {
                    note.push_str("; ");
                    note.push_str(&entry.note);
                })
                .or_insert(entry.note);
        }
    }
    summary::review_lines(&payload.signed, &holders, now(state))
        .unwrap_or_else(|error| vec![format!("The content cannot be shown: {error}")])
}

/// The root with the signatures made so far, in the order of the plan's keyholders.
pub fn signed_root(state: &State) -> Option<Signed> {
    let payload = state.payload.as_ref()?;
    let mut signed = Signed::unsigned(payload.signed.clone());
    for holder in state.procedure.plan.of_duty(Duty::Keyholder) {
        let made = state
            .signatures
            .get(&holder.id)
            .and_then(|sig| data_encoding::HEXLOWER.decode(sig.as_bytes()).ok());
        let keyid = state
            .keys
            .get(&holder.id)
            .and_then(|held| held.enrolled.as_ref())
            .map(|(keyid, _)| *keyid);
        if let (Some(bytes), Some(keyid)) = (made, keyid) {
            signed.put(Signature::new(keyid, &bytes));
        }
    }
    Some(signed)
}

/// How the signatures stand against the root's own threshold.
pub fn tally(state: &State) -> Result<Tally, String> {
    let signed = signed_root(state).ok_or("There is no content yet.")?;
    let judge = Root::parse(&signed.signed).map_err(|error| error.to_string())?;
    trusted::tally(&judge, &signed).map_err(|error| error.to_string())
}

/// The files to be written: the root under its plain and its versioned name.
pub fn metadata_files(state: &State) -> Vec<MetadataFile> {
    let Some(signed) = signed_root(state) else {
        return Vec::new();
    };
    let bytes = signed.to_file();
    let version = state.procedure.plan.root.version;
    ["root.json".to_owned(), format!("{version}.root.json")]
        .into_iter()
        .map(|name| MetadataFile {
            name,
            bytes: bytes.clone(),
        })
        .collect()
}
