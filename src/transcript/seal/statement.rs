//! What the statement says, as it follows from the state of the ceremony.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::ceremony::assembly;
use crate::ceremony::carriage;
use crate::ceremony::event::Exception;
use crate::ceremony::plan::{Disclosure, Duty, Participant};
use crate::ceremony::state::State;
use crate::digest::Sha256;

/// `_type` of the statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// `predicateType`: what the predicate means, and in which version.
pub const PREDICATE_TYPE: &str = "https://github.com/rootstage/rootstage/seal/v1";

/// Name under which the transcript's digest set has the head of the chain. A SHA-256 of the file cannot
/// be known before the file ends.
pub const TRANSCRIPT_HEAD: &str = "rootstageTranscriptHead";

/// The statement at this very record; `None` before the ceremony is open.
pub fn statement(state: &State) -> Option<Value> {
    let mut subjects = subjects(state);
    subjects.push(json!({
        "digest": { (TRANSCRIPT_HEAD): state.head.hex() },
        "name": "transcript.jsonl",
    }));
    Some(json!({
        "_type": STATEMENT_TYPE,
        "predicate": predicate(state)?,
        "predicateType": PREDICATE_TYPE,
        "subject": subjects,
    }))
}

fn is_full(state: &State) -> bool {
    state.procedure.plan.seal.statement == Disclosure::Full
}

/// Every file that is on record, by its path in the ceremony directory, in the order of the paths.
fn subjects(state: &State) -> Vec<Value> {
    let procedure = &state.procedure;
    let mut files: BTreeMap<String, Sha256> = BTreeMap::new();
    files.insert("script.toml".to_owned(), procedure.script.digest);
    if is_full(state) {
        files.insert("plan.toml".to_owned(), procedure.plan.digest);
        // their paths have serial numbers
        for (path, digest) in &state.attested {
            files.insert(format!("attestations/{path}"), *digest);
        }
    }
    let metadata = if state.written.is_empty() {
        Vec::new()
    } else {
        assembly::metadata_files(state)
    };
    for file in assembly::defunct_files(state).iter().chain(&metadata) {
        files.insert(format!("metadata/{}", file.name), Sha256::of(&file.bytes));
    }
    for way in state.exported.keys() {
        for file in carriage::files(state, *way) {
            files.insert(format!("out/{}", file.name), Sha256::of(&file.bytes));
        }
    }
    let subject = |(name, digest): (String, Sha256)| json!({ "digest": { "sha256": digest.hex() }, "name": name });
    files.into_iter().map(subject).collect()
}

fn predicate(state: &State) -> Option<Value> {
    let opening = state.opening.as_ref()?;
    let plan = &state.procedure.plan;
    let full = is_full(state);
    let exceptions: Vec<Value> = state
        .exceptions
        .iter()
        .map(|exception| entry(exception, full))
        .collect();
    let mut predicate = json!({
        "ceremony": opening.ceremony,
        "disclosure": plan.seal.statement.name(),
        "exceptions": { "entries": exceptions, "number": state.exceptions.len() },
        "formats": { "seal": 1, "transcript": opening.rules },
        "head": { "hex": state.head.hex(), "records": state.records },
        "keys": keys(state),
        "mode": opening.mode,
        "participants": participants(state, full),
        "programs": state.programs,
        "script": { "name": state.procedure.script.name, "sha256": opening.script.hex() },
    });
    let members = predicate.as_object_mut()?;
    if full {
        // Without names and serials a plan has little that cannot be guessed: its digest is in the first
        // record, which the head covers.
        members.insert("plan".to_owned(), json!({ "sha256": opening.plan.hex() }));
    }
    if let Some(payload) = &state.payload {
        let about = json!({
            "role": payload.role,
            "sha256": payload.sha256.hex(),
            "version": payload.version,
        });
        members.insert("payload".to_owned(), about);
    }
    Some(predicate)
}

fn entry(exception: &Exception, full: bool) -> Value {
    if full {
        json!({
            "by": exception.by,
            "decided": exception.decided,
            "expected": exception.expected,
            "happened": exception.happened,
            "number": exception.number,
        })
    } else {
        json!({ "by": exception.by, "number": exception.number })
    }
}

fn participants(state: &State, full: bool) -> Value {
    let plan = &state.procedure.plan;
    let mut duties = Map::new();
    for duty in Duty::ALL {
        let person = |person: &Participant| {
            let mut about = json!({
                "id": person.id,
                "present": state.present.contains(&person.id),
            });
            if let Some(members) = about.as_object_mut().filter(|_| full) {
                members.insert("initials".to_owned(), json!(person.initials));
                members.insert("name".to_owned(), json!(person.name));
            }
            about
        };
        let people: Vec<Value> = plan.of_duty(duty).map(person).collect();
        if !people.is_empty() {
            duties.insert(duty.name().to_owned(), Value::Array(people));
        }
    }
    Value::Object(duties)
}

/// The keys in hand, which may seal.
fn keys(state: &State) -> Vec<Value> {
    let keys = state.procedure.plan.keys().filter_map(|(person, key)| {
        let public = state.held_key(&key.name)?;
        Some(json!({
            "holder": person.id,
            "keyid": state.held_key_id(&key.name)?.hex(),
            "name": key.name,
            "public": public.spki_pem(),
            "spki": public.fingerprint().hex(),
        }))
    });
    keys.collect()
}
