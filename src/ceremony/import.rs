//! Metadata that comes from outside: the root that clients trust, and content to be signed.
//!
//! Everything follows from the files as they were read, which are in the transcript whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::judge::{Judge, judges};
use super::plan::StagedPlan;
use super::state::{Payload, State, TrustedRoot};
use crate::digest::Sha256;
use crate::envelope::signatures::SignatureList;
use crate::safe::safe;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{Role, Root, Signature, Signed};
use crate::tuf::targets::Targets;
use crate::tuf::trusted::Trusted;

/// The kind of step that reads content from outside.
pub const KIND: &str = "import-staged";

/// Largest metadata file that a ceremony takes, in bytes: it stands in the transcript whole.
pub const LIMIT: usize = 1 << 20;

/// The root that clients trust before this ceremony; or why the file is not it.
pub fn trusted(state: &State) -> Result<TrustedRoot, String> {
    let plan = state.procedure.plan.trusted.as_ref();
    let plan = plan.ok_or("The plan names no trusted root.")?;
    let file = input(state, &plan.path)?;
    if let Some(pinned) = plan.sha256
        && pinned != file.sha256
    {
        return Err(format!(
            "The file {} is not the one in the plan: its SHA-256 is {}, the plan says {pinned}.",
            plan.path, file.sha256
        ));
    }
    let unfit = |error: &dyn std::fmt::Display| format!("The file {}: {error}.", plan.path);
    let signed = Signed::parse(file.text.as_bytes()).map_err(|error| unfit(&error))?;
    let trusted = Trusted::first(&signed).map_err(|error| unfit(&error))?;
    Ok(TrustedRoot {
        root: trusted.get().clone(),
        payload: trusted.payload(),
        signed,
    })
}

/// A root that was assembled here.
pub fn made_here(signed: &Value, sha256: Sha256) -> Payload {
    Payload {
        role: Role::Root.name().to_owned(),
        version: version(signed),
        file: None,
        given: Vec::new(),
        given_by: BTreeSet::new(),
        signed: signed.clone(),
        bytes: crate::canonical::olpc(signed).unwrap_or_default(),
        sha256,
    }
}

/// The content from outside with the signatures of all its copies; or what is wrong with the files.
pub fn content(state: &State) -> Result<Payload, String> {
    let plan = state.procedure.plan.staged.as_ref();
    let plan = plan.ok_or("The plan names no staged metadata.")?;
    let mut payload = alone(state, plan)?;
    if plan.delegated_by.is_some() {
        delegator(state)?;
    }
    let judges = judges(state, &payload);
    if judges.is_empty() {
        return Err(format!(
            "Nothing says which keys sign the role {}: what delegates to it does not name it.",
            plan.role
        ));
    }
    if let Some(before) = previous(state)? {
        let met = |judge: &Judge| judge.tally(before.payload(), before.signatures()).met();
        if !judges.iter().all(met) {
            return Err(format!(
                "The file {}, the version before, is not signed by enough of the keys that sign this role.",
                plan.previous.as_deref().unwrap_or_default()
            ));
        }
    }
    for path in &plan.also {
        for signature in copy(state, plan, path, &payload)? {
            unite(&judges, &mut payload, &signature);
        }
    }
    Ok(payload)
}

/// Whether one of the files that the plan names is what it should be, as far as that can be known
/// while those after it in the plan are not here yet.
pub fn one(state: &State, path: &str) -> Result<(), String> {
    let plan = &state.procedure.plan;
    if plan.trusted.as_ref().is_some_and(|it| it.path == path) && state.trusted.is_none() {
        return trusted(state).map(|_| ());
    }
    let staged = plan.staged.as_ref();
    let staged = staged.ok_or_else(|| format!("The plan does not name the file {path}."))?;
    if staged.path == path {
        return alone(state, staged).map(|_| ());
    }
    if staged.also.iter().any(|also| also == path) {
        let payload = alone(state, staged)?;
        return copy(state, staged, path, &payload).map(|_| ());
    }
    if staged.delegated_by.as_deref() == Some(path) {
        return delegator(state).map(|_| ());
    }
    previous(state).map(|_| ())
}

/// The content from outside, without what its copies add to it.
fn alone(state: &State, plan: &StagedPlan) -> Result<Payload, String> {
    let file = read(state, &plan.path)?;
    let wanted = match plan.role.as_str() {
        "root" | "snapshot" | "timestamp" => plan.role.as_str(),
        _ => "targets",
    };
    if file.kind() != wanted {
        return Err(format!(
            "The file {} is metadata of the type \"{}\"; the plan says that it is for the role {}.",
            plan.path,
            safe(file.kind()),
            plan.role
        ));
    }
    if let Some(pinned) = plan.payload
        && pinned != file.digest()
    {
        return Err(other_content(&plan.path, file.digest(), "the plan", pinned));
    }
    let signed = file
        .to_signed()
        .map_err(|error| format!("The file {}: {error}.", plan.path))?;
    let payload = Payload {
        role: plan.role.clone(),
        version: version(&signed.signed),
        given: file.signatures().to_vec(),
        given_by: BTreeSet::new(),
        signed: signed.signed,
        bytes: file.payload().to_vec(),
        sha256: file.digest(),
        file: Some(Arc::new(file)),
    };
    if payload.role == Role::Root.name() {
        follows(state, plan, &payload)?;
    }
    Ok(payload)
}

/// The signatures of a copy: those of a whole file, or of a list without the file.
fn copy(
    state: &State,
    plan: &StagedPlan,
    path: &str,
    payload: &Payload,
) -> Result<Vec<Signature>, String> {
    let text = &input(state, path)?.text;
    let (over, signatures) = match Metadata::parse(text.clone().into_bytes(), LIMIT) {
        Ok(file) => (file.digest(), file.signatures().to_vec()),
        Err(error) => {
            let list = SignatureList::parse(text.as_bytes());
            let list = list.map_err(|_| format!("The file {path}: {error}."))?;
            if list.payload == payload.sha256 {
                labelled(path, &list, payload)?;
            }
            (list.payload, list.signatures)
        }
    };
    if over == payload.sha256 {
        Ok(signatures)
    } else {
        Err(other_content(path, over, &plan.path, payload.sha256))
    }
}

/// A list of signatures says of what type and version the metadata is: it must be so.
fn labelled(path: &str, list: &SignatureList, payload: &Payload) -> Result<(), String> {
    let kind = payload.file.as_ref().map_or("root", |file| file.kind());
    if list.role == kind && list.version == payload.version {
        return Ok(());
    }
    Err(format!(
        "The file {path} says that its signatures are over {} version {}; what they are over is {} version {}.",
        safe(&list.role),
        list.version,
        safe(kind),
        payload.version
    ))
}

/// The metadata that delegates to the staged role: top-level targets that the trusted root vouches
/// for. A role to which a delegated role delegates is not signed here.
pub fn delegator(state: &State) -> Result<Trusted<Targets>, String> {
    let staged = state.procedure.plan.staged.as_ref();
    let path = staged.and_then(|staged| staged.delegated_by.as_ref());
    let path = path.ok_or("The plan names nothing that delegates to the role.")?;
    let trusted = state.trusted.as_ref();
    let trusted = trusted.ok_or("There is no trusted root that vouches for the delegation.")?;
    let file = read(state, path)?;
    Trusted::first(&trusted.signed)
        .and_then(|root| root.delegate::<Targets>(&file))
        .map_err(|error| format!("The file {path}: {error}."))
}

/// The version before the staged metadata, where the plan names one: of the same type. Whether it is
/// signed by enough of the keys that sign now, [`content`] checks.
pub fn previous(state: &State) -> Result<Option<Metadata>, String> {
    let staged = state.procedure.plan.staged.as_ref();
    let Some(path) = staged.and_then(|staged| staged.previous.as_ref()) else {
        return Ok(None);
    };
    let file = read(state, path)?;
    if file.kind() == "targets" {
        Ok(Some(file))
    } else {
        Err(format!(
            "The file {path} is metadata of the type \"{}\"; what comes before targets is targets.",
            safe(file.kind())
        ))
    }
}

/// A staged root comes right after the trusted one.
fn follows(state: &State, plan: &StagedPlan, payload: &Payload) -> Result<(), String> {
    let root = Root::parse(&payload.signed);
    let root = root.map_err(|error| format!("The file {}: {error}.", plan.path))?;
    let (expected, after) = match &state.trusted {
        Some(trusted) => (
            trusted.root.version.saturating_add(1),
            format!("version {}, which clients trust now", trusted.root.version),
        ),
        None => (1, "no root that clients trust now".to_owned()),
    };
    if root.version == expected {
        return Ok(());
    }
    Err(format!(
        "The file {} is root version {}. After {after}, comes version {expected}, and no client accepts \
         another.",
        plan.path, root.version
    ))
}

/// Takes a signature from a copy. Of two under one key id, the one that verifies is kept; a
/// placeholder with nothing in it makes way for any.
fn unite(judges: &[Judge], payload: &mut Payload, signature: &Signature) {
    let verifies = |signature: &Signature| {
        judges.iter().any(|judge| {
            let tally = judge.tally(&payload.bytes, std::slice::from_ref(signature));
            tally.count() > 0
        })
    };
    let there = payload
        .given
        .iter()
        .position(|given| given.keyid == signature.keyid);
    match there.and_then(|at| payload.given.get(at)) {
        None => payload.given.push(signature.clone()),
        Some(given) if given.sig.is_empty() || (!verifies(given) && verifies(signature)) => {
            if let Some(given) = there.and_then(|at| payload.given.get_mut(at)) {
                *given = signature.clone();
            }
        }
        Some(_) => {}
    }
}

fn other_content(path: &str, got: Sha256, against: &str, expected: Sha256) -> String {
    format!(
        "The file {path} holds other content: SHA-256 of what would be signed is {got}, in {against} it is \
         {expected}. Signatures over one are none over the other."
    )
}

fn version(signed: &Value) -> u64 {
    signed
        .get("version")
        .and_then(Value::as_u64)
        .unwrap_or_default()
}

fn read(state: &State, path: &str) -> Result<Metadata, String> {
    let file = input(state, path)?;
    Metadata::parse(file.text.clone().into_bytes(), LIMIT)
        .map_err(|error| format!("The file {path}: {error}."))
}

fn input<'a>(state: &'a State, path: &str) -> Result<&'a super::effect::InputFile, String> {
    let file = state.inputs.get(path);
    file.ok_or_else(|| format!("The file {path} was not read."))
}
