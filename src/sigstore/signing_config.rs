//! `signing_config.v0.2.json`: which services clients sign with.

use std::cmp::Reverse;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::document::{Document, DocumentError, known, put};
use super::service::{Kind, Service, Status};
use super::{Instance, Known};

/// Its name among the targets.
pub const NAME: &str = "signing_config.v0.2.json";
const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.signingconfig.v0.2+json";
/// Every list that clients expect to be there.
const LISTS: [&str; 4] = ["caUrls", "oidcUrls", "rekorTlogUrls", "tsaUrls"];

/// The document. What is not known here stays as it is.
#[derive(Clone, Debug)]
pub struct SigningConfig(Document);

impl SigningConfig {
    /// Reads the one that is offered already, or begins one.
    pub fn read(before: Option<&[u8]>) -> Result<Self, DocumentError> {
        let mut document = Document::read(before, MEDIA_TYPE, &LISTS)?;
        for name in ["rekorTlogConfig", "tsaConfig"] {
            document.or_insert(name, json!({ "selector": "ANY" }));
        }
        Ok(Self(document))
    }

    /// What it says of the time of the service with the same address and version.
    pub fn known(&self, service: &Service) -> Option<Known> {
        let entries = self.0.list(list_of(service.kind)?);
        let entry = entries.iter().find(|entry| is(entry, service))?;
        known(entry.get("validFor")?)
    }

    /// Who runs the services, where it says the same of all of them.
    pub fn operator(&self) -> Option<&str> {
        let entries = LISTS.iter().flat_map(|name| self.0.list(name));
        let mut operators = entries.map(|entry| entry.get("operator").and_then(Value::as_str));
        let first = operators.next()??;
        operators.all(|other| other == Some(first)).then_some(first)
    }

    /// Puts a service in the place of the one with the same address and version; one that is expired is
    /// taken out. The highest version comes first, and of one version the newest (protobuf-specs).
    pub fn put(&mut self, instance: &Instance, operator: &str) {
        let service = &instance.service;
        let valid_for = match (service.start, self.known(service)) {
            // what is accepted and what is signed with may begin at different times
            (None, Some(known)) => Instance {
                start: known.start,
                ..instance.clone()
            }
            .valid_for(),
            _ => instance.valid_for(),
        };
        let Some(list) = list_of(service.kind).and_then(|name| self.0.list_mut(name)) else {
            return;
        };
        if service.status == Status::Expired {
            list.retain(|other| !is(other, service));
            return;
        }
        let entry = json!({
            "url": service.uri,
            "majorApiVersion": service.api,
            "validFor": valid_for,
            "operator": operator,
        });
        put(list, entry, |other| is(other, service));
        list.sort_by_key(|entry| {
            let version = entry.get("majorApiVersion").and_then(Value::as_u64);
            let start = entry.get("validFor").and_then(known);
            Reverse((version, start.map(|known| known.start)))
        });
    }

    /// What clients will miss at this time, as sentences.
    pub fn gaps(&self, now: OffsetDateTime) -> Vec<String> {
        let none = |name: &str| {
            let mut entries = self.0.list(name).iter();
            !entries.any(|entry| {
                let known = entry.get("validFor").and_then(known);
                known.is_some_and(|known| {
                    known.start <= now && known.end.is_none_or(|end| end > now)
                })
            })
        };
        let mut gaps = Vec::new();
        let mut gap = |words: &str| gaps.push(words.to_owned());
        if none("caUrls") {
            gap(
                "No certificate authority is offered for signing now (--sigstore fulcio=…): nobody can sign, and sigstore-python \
                 refuses the whole signing configuration.",
            );
        }
        if none("rekorTlogUrls") {
            gap(
                "No transparency log is offered for signing now (--sigstore rekor=…): sigstore-python refuses the whole signing \
                 configuration.",
            );
        }
        if none("oidcUrls") {
            gap(
                "No identity provider is offered (--sigstore oidc=URL): people have to bring identity tokens of their own.",
            );
        }
        let has_newer = self
            .0
            .list("rekorTlogUrls")
            .iter()
            .any(|entry| entry.get("majorApiVersion").and_then(Value::as_u64) >= Some(2));
        if has_newer && none("tsaUrls") {
            gap(
                "A log of version 2 is offered and no timestamp authority (--sigstore tsa=…): such a log signs no times, so what \
                 is signed does not verify once its certificate has expired.",
            );
        }
        gaps
    }

    /// The file.
    pub fn to_file(&self) -> Vec<u8> {
        self.0.to_file()
    }
}

fn list_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Fulcio => Some("caUrls"),
        Kind::Oidc => Some("oidcUrls"),
        Kind::Rekor => Some("rekorTlogUrls"),
        Kind::Tsa => Some("tsaUrls"),
        Kind::Ctfe => None,
    }
}

/// Whether an entry is about this service.
fn is(entry: &Value, service: &Service) -> bool {
    entry.get("url").and_then(Value::as_str) == Some(&service.uri)
        && entry.get("majorApiVersion").and_then(Value::as_u64) == Some(u64::from(service.api))
}
