//! The writer: canonical form (see [`crate::canonical::olpc`]) without a tree of values.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde_json::Value;
use time::OffsetDateTime;

use super::TargetsDraft;
use crate::canonical::{TextError, olpc, olpc_of_text};
use crate::tuf::hashes::Hashes;
use crate::tuf::repository::expires_text;
use crate::tuf::root::{MetadataError, SPEC_VERSION};
use crate::tuf::targets::Target;

/// One member of the signed portion.
enum Member<'a> {
    Text(&'a str),
    Number(u64),
    /// JSON text as read.
    Raw(&'a str),
    Value(&'a Value),
    Targets(&'a BTreeMap<String, Target>),
}

pub(super) fn signed(
    draft: &TargetsDraft,
    version: u64,
    expires: OffsetDateTime,
) -> Result<Vec<u8>, MetadataError> {
    let expires = expires_text(expires)?;
    let mut members: BTreeMap<&str, Member<'_>> = draft
        .extra
        .iter()
        .map(|(name, text)| (name.as_str(), Member::Raw(text)))
        .collect();
    members.insert("_type", Member::Text("targets"));
    members.insert("expires", Member::Text(&expires));
    members.insert("spec_version", Member::Text(SPEC_VERSION));
    members.insert("version", Member::Number(version));
    members.insert("targets", Member::Targets(&draft.targets));
    if let Some(delegations) = &draft.delegations {
        members.insert("delegations", Member::Value(delegations));
    }
    // a path, a digest and a length take about this much
    let mut out = Vec::with_capacity(1_024 + draft.targets.len() * 150);
    let mut before = b'{';
    for (name, member) in members {
        out.push(before);
        before = b',';
        string(&mut out, name);
        out.push(b':');
        match member {
            Member::Text(text) => string(&mut out, text),
            Member::Number(value) => number(&mut out, value),
            Member::Raw(text) => raw(&mut out, text)?,
            Member::Value(value) => out.extend_from_slice(&olpc(value)?),
            Member::Targets(targets) => list(&mut out, targets)?,
        }
    }
    out.push(b'}');
    Ok(out)
}

fn list(out: &mut Vec<u8>, targets: &BTreeMap<String, Target>) -> Result<(), MetadataError> {
    out.push(b'{');
    // a map of text is sorted by bytes of UTF-8, which is the order of codepoints
    for (place, (path, target)) in targets.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        string(out, path);
        out.push(b':');
        if target.extra.is_empty() {
            out.push(b'{');
            if let Some(custom) = &target.custom {
                out.extend_from_slice(b"\"custom\":");
                raw(out, custom)?;
                out.push(b',');
            }
            out.extend_from_slice(b"\"hashes\":");
            hashes(out, &target.hashes);
            out.extend_from_slice(b",\"length\":");
            number(out, target.length);
        } else {
            with_more(out, target)?;
        }
        out.push(b'}');
    }
    out.push(b'}');
    Ok(())
}

/// A target with members that are not known, which come between the others. Leaves it open.
fn with_more(out: &mut Vec<u8>, target: &Target) -> Result<(), MetadataError> {
    let mut members: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    let mut put = |name, write: &mut dyn FnMut(&mut Vec<u8>) -> Result<(), MetadataError>| {
        let mut text = Vec::new();
        write(&mut text)?;
        members.insert(name, text);
        Ok::<_, MetadataError>(())
    };
    for (name, text) in &target.extra {
        put(name, &mut |out| raw(out, text))?;
    }
    if let Some(custom) = &target.custom {
        put("custom", &mut |out| raw(out, custom))?;
    }
    put("hashes", &mut |out| {
        hashes(out, &target.hashes);
        Ok(())
    })?;
    put("length", &mut |out| {
        number(out, target.length);
        Ok(())
    })?;
    let mut before = b'{';
    for (name, text) in members {
        out.push(before);
        before = b',';
        string(out, name);
        out.push(b':');
        out.extend_from_slice(&text);
    }
    Ok(())
}

fn hashes(out: &mut Vec<u8>, hashes: &Hashes) {
    let Hashes {
        sha256,
        sha512,
        other,
    } = hashes;
    if !other.is_empty() {
        let known = sha256
            .iter()
            .map(|digest| ("sha256", digest.hex()))
            .chain(sha512.iter().map(|digest| ("sha512", digest.hex())));
        let mut all: BTreeMap<&str, String> = known.collect();
        all.extend(other.iter().map(|(name, hex)| (name.as_str(), hex.clone())));
        let mut before = b'{';
        for (name, hex) in all {
            out.push(before);
            before = b',';
            string(out, name);
            out.push(b':');
            string(out, &hex);
        }
        out.push(b'}');
        return;
    }
    out.push(b'{');
    if let Some(digest) = sha256 {
        let mut hex = [0; 64];
        HEXLOWER.encode_mut(&digest.0, &mut hex);
        out.extend_from_slice(b"\"sha256\":\"");
        out.extend_from_slice(&hex);
        out.push(b'"');
    }
    if let Some(digest) = sha512 {
        if sha256.is_some() {
            out.push(b',');
        }
        out.extend_from_slice(b"\"sha512\":\"");
        out.extend_from_slice(digest.hex().as_bytes());
        out.push(b'"');
    }
    out.push(b'}');
}

/// JSON text as it was read, in its canonical form.
fn raw(out: &mut Vec<u8>, text: &str) -> Result<(), MetadataError> {
    let canonical = olpc_of_text(text.as_bytes(), text.len()).map_err(|error| match error {
        TextError::Json(error) => MetadataError::from(error),
        TextError::Canonical(error) => MetadataError::from(error),
    })?;
    out.extend_from_slice(&canonical);
    Ok(())
}

fn number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(number.to_string().as_bytes());
}

/// Only `"` and `\` are escaped (TUF specification, section 4.1).
fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for part in text
        .as_bytes()
        .split_inclusive(|c| matches!(c, b'"' | b'\\'))
    {
        match part.split_last() {
            Some((last @ (b'"' | b'\\'), plain)) => {
                out.extend_from_slice(plain);
                out.push(b'\\');
                out.push(*last);
            }
            _ => out.extend_from_slice(part),
        }
    }
    out.push(b'"');
}
