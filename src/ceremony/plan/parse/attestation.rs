//! `[policy.attestation]`: what must be proved of keys on hardware tokens.

use super::{PATH, plain_path};
use crate::attestation::verdict::CHECKS;
use crate::ceremony::plan::{AttestationPolicy, Mode, Participant};
use crate::ceremony::suggest::{did_you_mean, nearest};
use crate::ceremony::token::TokenKind;
use crate::ceremony::toml_reader::{Found, Reading, Section};

/// What must be proved of a key on a `YubiKey` in production, where the plan does not say.
const OF_YUBIKEYS: [&str; 7] = [
    "attestation.chain",
    "attestation.key",
    "attestation.serial",
    "attestation.slot",
    "attestation.generated",
    "attestation.pin-policy",
    "attestation.touch-policy",
];

/// The same for a key on another token, whose maker vouches for nothing.
const OF_OTHERS: [&str; 1] = ["attestation.key"];

/// Reads the section, or gives what holds without one.
pub(super) fn read(
    reading: &Reading<'_>,
    section: Option<Section<'_, '_>>,
    mode: Option<Mode>,
    people: &[Found<Participant>],
) -> AttestationPolicy {
    let mut policy = AttestationPolicy::default();
    if mode != Some(Mode::Rehearsal) {
        let mut keys = people.iter().flat_map(|person| &person.value.keys);
        let of_yubikeys = keys.any(|key| {
            let spare = key.spare.iter().map(|spare| &spare.token);
            let mut tokens = std::iter::once(&key.token).chain(spare);
            tokens.any(|token| token.kind() == Some(TokenKind::YubiKey))
        });
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        if of_yubikeys {
            policy.required = owned(&OF_YUBIKEYS);
        } else {
            policy.required = owned(&OF_OTHERS);
        }
        policy.required_of_others = owned(&OF_OTHERS);
    }
    let Some(section) = section else {
        return policy;
    };
    if let Some(ids) = section.optional_texts("required") {
        policy.required = known(reading, ids);
        policy.required_of_others.clone_from(&policy.required);
    }
    policy.intermediates = paths(reading, &section, "intermediates");
    policy.test_roots = paths(reading, &section, "test_roots");
    if mode == Some(Mode::Production) && section.has("test_roots") {
        section.add(
            "`policy.attestation.test_roots` names roots that vouch for made-up tokens, and this is a \
             production plan. Take the line out; it is for rehearsals only.",
        );
    }
    section.finish();
    policy
}

/// Ids of checks that this binary answers.
fn known(reading: &Reading<'_>, ids: Vec<Found<String>>) -> Vec<String> {
    let known = || CHECKS.iter().map(|check| check.id);
    let mut required: Vec<String> = Vec::new();
    for id in ids {
        if known().any(|known| known == id.value) {
            if !required.contains(&id.value) {
                required.push(id.value);
            }
            continue;
        }
        let whole = format!("attestation.{}", id.value);
        let hint = known()
            .find(|known| *known == whole)
            .or_else(|| nearest(&id.value, known()))
            .map_or_else(
                || "CEREMONY.md lists them, such as `attestation.chain`.".to_owned(),
                did_you_mean,
            );
        let sentence = format!(
            "{:?} is not the id of a check of attestations. {hint}",
            id.value
        );
        reading.add(id.line, id.key, sentence);
    }
    required
}

fn paths(reading: &Reading<'_>, section: &Section<'_, '_>, name: &'static str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for path in section.optional_texts(name).unwrap_or_default() {
        let path = section.one_line(path, PATH);
        let Some(path) = path.and_then(|path| plain_path(reading, path)) else {
            continue;
        };
        if paths.contains(&path.value) {
            let sentence = format!("`{}` is named twice.", path.value);
            reading.add(path.line, path.key, sentence);
        } else {
            paths.push(path.value);
        }
    }
    paths
}
