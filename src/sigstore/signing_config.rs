//! `signing_config.v0.2.json`: which services clients sign with.

use serde_json::{Map, Value, json};

use super::service::{Kind, Status};
use super::{DocumentError, Instance, list, opened, put};
use crate::canonical::pretty;

/// Its name among the targets.
pub const NAME: &str = "signing_config.v0.2.json";
const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
/// Every list that clients expect to be there.
const LISTS: [&str; 4] = ["caUrls", "oidcUrls", "rekorTlogUrls", "tsaUrls"];

/// The document with these services, in the place of those with the same address and version; services
/// that are expired are left out. Of several logs those with the higher version come first, as clients
/// choose them.
pub fn merged(
    before: Option<&[u8]>,
    services: &[Instance],
    operator: &str,
) -> Result<Vec<u8>, DocumentError> {
    let mut document = opened(before, MEDIA_TYPE)?;
    for name in LISTS {
        list(&mut document, name)?;
    }
    for name in ["rekorTlogConfig", "tsaConfig"] {
        document
            .entry(name)
            .or_insert_with(|| json!({ "selector": "ANY" }));
    }
    for instance in services {
        let service = &instance.service;
        let name = match service.kind {
            Kind::Fulcio => "caUrls",
            Kind::Oidc => "oidcUrls",
            Kind::Rekor => "rekorTlogUrls",
            Kind::Tsa => "tsaUrls",
            Kind::Ctfe => continue,
        };
        let list = list(&mut document, name)?;
        let same = |other: &Value| {
            other.get("url") == Some(&json!(service.uri))
                && other.get("majorApiVersion") == Some(&json!(service.api))
        };
        if service.status == Status::Expired {
            list.retain(|other| !same(other));
            continue;
        }
        let entry = json!({
            "url": service.uri,
            "majorApiVersion": service.api,
            "validFor": instance.valid_for(),
            "operator": operator,
        });
        put(list, entry, same);
        list.sort_by_key(|entry| {
            let version = entry.get("majorApiVersion").and_then(Value::as_u64);
            std::cmp::Reverse(version)
        });
    }
    Ok(pretty(&Value::Object(document)).into_bytes())
}

/// What is missing for signing, as sentences.
pub fn gaps(document: &[u8]) -> Vec<String> {
    let document: Map<String, Value> = serde_json::from_slice(document).unwrap_or_default();
    let empty = |name: &str| {
        let list = document.get(name).and_then(Value::as_array);
        list.is_none_or(Vec::is_empty)
    };
    let mut gaps = Vec::new();
    if empty("caUrls") {
        gaps.push(
            "No certificate authority is offered for signing (--sigstore fulcio=…).".to_owned(),
        );
    }
    if empty("oidcUrls") {
        gaps.push("No identity provider is offered for signing (--sigstore oidc=URL): people have to bring identity tokens of their own.".to_owned());
    }
    if empty("rekorTlogUrls") && empty("tsaUrls") {
        gaps.push("Neither a transparency log nor a timestamp authority is offered for signing (--sigstore rekor=…, tsa=…).".to_owned());
    }
    gaps
}
