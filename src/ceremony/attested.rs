//! What a ceremony makes of an attestation: from what it knows of a key to what is expected of the
//! certificates, and from there to the verdict and the files beside the transcript. The step that
//! asks for it, the world that writes the files, and the audit all come here.

use serde_json::json;

use super::assembly::MetadataFile;
use super::plan::{AttestationPolicy, KeyName, KeyPlan, Mode, Plan};
use super::state::{HeldKey, State};
use super::token::{Evidence, TokenKind};
use super::token_name::{ParsedName, parse};
use crate::attestation::verdict::{Anchors, Expected, Verdict, verdict};
use crate::canonical::olpc;
use crate::tuf::key::PublicKey;

/// The kind of step that asks for attestations.
pub const KIND: &str = "attest-key";

/// Name of the file with the verdict, beside the certificates.
pub const VERDICT: &str = "verdict.json";

/// Name of the file with the public key, beside the certificates.
pub const PUBLIC_KEY: &str = "public.pem";

/// Files of certificates that the plan names: what is trusted in a rehearsal, and what is not.
pub fn paths(plan: &Plan) -> impl Iterator<Item = &String> {
    let policy = &plan.policy.attestation;
    policy.intermediates.iter().chain(test_roots(plan, policy))
}

/// A production ceremony has none, whatever the plan says.
fn test_roots<'a>(plan: &Plan, policy: &'a AttestationPolicy) -> &'a [String] {
    match plan.mode {
        Mode::Production => &[],
        Mode::Rehearsal => &policy.test_roots,
    }
}

/// Ids of the checks without which this key is not used.
pub fn required<'a>(plan: &'a Plan, key: &KeyPlan) -> &'a [String] {
    match key.token.kind() {
        Some(TokenKind::YubiKey) => &plan.policy.attestation.required,
        _ => &plan.policy.attestation.required_of_others,
    }
}

/// The verdict on `evidence` for the key of this name; `None` where no such key is in hand.
pub fn judged(state: &State, name: &KeyName, evidence: &Evidence) -> Option<Verdict> {
    let plan = &state.procedure.plan;
    let (_, key) = plan.key(name)?;
    let held = state.keys.get(name)?;
    let texts = |paths: &[String]| {
        let files = paths.iter().filter_map(|path| state.inputs.get(path));
        files.map(|file| file.text.clone()).collect()
    };
    let policy = &plan.policy.attestation;
    let anchors = Anchors {
        test_roots: texts(test_roots(plan, policy)),
        intermediates: texts(&policy.intermediates),
    };
    Some(verdict(evidence, &expected(key, held), &anchors))
}

/// The verdict on what is on record for the key of this name.
pub fn on_record(state: &State, name: &KeyName) -> Option<Verdict> {
    let evidence = state.keys.get(name)?.evidence.as_ref()?;
    judged(state, name, evidence)
}

fn expected(key: &KeyPlan, held: &HeldKey) -> Expected {
    Expected {
        key: PublicKey::from_pem(&held.public_pem).ok(),
        serial: Some(held.token.serial.clone()),
        slot: match parse(&key.token) {
            Ok(ParsedName::YubiKey(name)) => Some(name.slot),
            _ => None,
        },
        policies: key.policies,
        firmware: (held.token.kind == TokenKind::YubiKey).then(|| held.token.firmware.clone()),
    }
}

/// The files that are kept of `evidence`: the certificates, the public key, and the verdict in canonical JSON. Names
/// are paths in the directory of attestations: a directory for each token, by its serial number.
pub fn files(state: &State, name: &KeyName, evidence: &Evidence) -> Vec<MetadataFile> {
    let Some(held) = state.keys.get(name) else {
        return Vec::new();
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let token: String = held
        .token
        .serial
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let certificates = evidence.certificates.iter().enumerate();
    let mut files: Vec<MetadataFile> = certificates
        .map(|(number, pem)| MetadataFile {
            name: match number {
                0 => format!("{token}/key.pem"),
                1 => format!("{token}/device.pem"),
                _ => format!("{token}/issuer-{number}.pem"),
            },
            bytes: pem.clone().into_bytes(),
        })
        .collect();
    files.push(MetadataFile {
        name: format!("{token}/{PUBLIC_KEY}"),
        bytes: held.public_pem.clone().into_bytes(),
    });
    if let Some(verdict) = judged(state, name, evidence) {
        let document = json!({
            "key": name,
            "program": crate::PROGRAM_VERSION,
            "verdict": verdict,
        });
        files.push(MetadataFile {
            name: format!("{token}/{VERDICT}"),
            bytes: olpc(&document).unwrap_or_default(),
        });
    }
    files
}
