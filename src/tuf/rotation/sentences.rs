//! The signers in sentences.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Need, Part, Signers};

pub(super) fn all(signers: &Signers) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(old) = signers.old {
        said.push(side(
            signers,
            old,
            "under the root that clients trust now",
            |part| &part.old_ids,
        ));
    }
    let own = if signers.old.is_some() {
        "under the new root itself"
    } else {
        "under the root itself"
    };
    said.push(side(signers, signers.new, own, |part| &part.new_ids));
    if signers.old.is_some() {
        said.extend(signers.keys.iter().filter_map(two_entries));
        said.extend(two_tokens(signers));
    }
    said
}

/// "2 of 3 signatures under …: Ada (signed), Ben (signed). Still needed: 1 of Chidi, Dana."
fn side(
    signers: &Signers,
    need: Need,
    under: &str,
    ids: impl Fn(&Part) -> &Vec<crate::tuf::key::KeyId>,
) -> String {
    let of_side = || signers.keys.iter().filter(|part| !ids(part).is_empty());
    let stands = |part: &&Part| {
        part.signed
            && ids(part)
                .iter()
                .any(|id| !part.missing_entries.contains(id))
    };
    let mut text = format!("{} of {} signatures {under}", need.signed, need.threshold);
    let signed: Vec<_> = of_side()
        .filter(stands)
        .map(|part| format!("{} (signed)", name(part)))
        .collect();
    let missing: Vec<_> = of_side().filter(|part| !stands(part)).map(name).collect();
    if !signed.is_empty() {
        text.push_str(": ");
        text.push_str(&signed.join(", "));
    }
    text.push('.');
    if need.threshold == 0 {
        text.push_str(" A threshold of 0 is never met.");
    } else if need.missing() == 0 {
        text.push_str(" That is enough.");
    } else if usize::try_from(need.missing()).is_ok_and(|needed| needed <= missing.len()) {
        let _ = write!(
            text,
            " Still needed: {} of {}.",
            need.missing(),
            missing.join(", ")
        );
    } else {
        let _ = write!(
            text,
            " Still needed: {}, and only {} of its keys are left: this can never be enough.",
            need.missing(),
            missing.len()
        );
    }
    text
}

fn name(part: &Part) -> String {
    part.holder
        .clone()
        .unwrap_or_else(|| format!("the key {}", part.key.short()))
}

/// One key under different ids.
fn two_entries(part: &Part) -> Option<String> {
    let ids = super::entries(part);
    if ids.len() < 2 {
        return None;
    }
    let hex = |ids: &[crate::tuf::key::KeyId]| {
        let ids: Vec<_> = ids.iter().map(|id| id.digest().short()).collect();
        ids.join(" and ")
    };
    let mut text = format!(
        "The one signature of {} has to stand in the file under {} ids: {}.",
        name(part),
        ids.len(),
        hex(&ids)
    );
    if !part.missing_entries.is_empty() {
        let _ = write!(
            text,
            " It is there, and is missing under {}: the same signature is to be added under that id.",
            hex(&part.missing_entries)
        );
    }
    Some(text)
}

/// One person whose old key leaves and whose new key comes.
fn two_tokens(signers: &Signers) -> Vec<String> {
    let mut held = BTreeMap::<&str, (usize, usize)>::new();
    for part in &signers.keys {
        if let Some(holder) = &part.holder {
            let (leaves, comes) = held.entry(holder).or_default();
            *leaves += usize::from(part.new_ids.is_empty());
            *comes += usize::from(part.old_ids.is_empty());
        }
    }
    held.into_iter()
        .filter(|(_, (leaves, comes))| *leaves > 0 && *comes > 0)
        .map(|(holder, _)| {
            format!("{holder} has an old key that leaves and a new one that comes: each signs for its own side, so both tokens are needed where both sides count on {holder}.")
        })
        .collect()
}
