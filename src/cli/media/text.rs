//! Media and files on them, in words and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::digest::Sha256;
use crate::media::Place;

/// One place, in a few lines.
pub fn place(place: &Place) -> String {
    let medium = &place.medium;
    let mut text = format!("{}\n", medium.name());
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "  {name:<12}{value}");
        }
    };
    line("device", &medium.model);
    line("serial", &medium.serial);
    line("size", &medium.size_in_words());
    line(
        "holds",
        place
            .kind
            .map_or(medium.filesystem.as_str(), |kind| kind.name()),
    );
    line("identifier", &medium.uuid);
    if medium.read_only {
        line("writing", "not possible: the device refuses it");
    }
    if let Some(at) = &medium.mounted {
        line("mounted at", at);
    }
    if let Some(reason) = &place.reason {
        line("not offered", &reason.to_string());
    }
    text
}

/// The same as JSON.
pub fn document(place: &Place) -> Value {
    json!({
        "medium": place.medium,
        "kind": place.kind.map(crate::media::superblock::Kind::name),
        "offered": place.reason.is_none(),
        "reason": place.reason.as_ref().map(ToString::to_string),
    })
}

/// Files with size and digest, a line each.
pub fn lines(files: &[(String, u64, Sha256)]) -> String {
    files.iter().fold(String::new(), |mut text, file| {
        let (name, bytes, digest) = file;
        let _ = writeln!(text, "{name}  {bytes} bytes\n  sha256 {digest}");
        text
    })
}

/// The same as JSON.
pub fn files(files: &[(String, u64, Sha256)]) -> Vec<Value> {
    files
        .iter()
        .map(|(name, bytes, digest)| json!({ "name": name, "bytes": bytes, "sha256": digest }))
        .collect()
}
