//! What clients of Sigstore look for in a repository: `trusted_root.json`, `signing_config.v0.2.json`,
//! and the files with `custom.sigstore` that cosign before 2.5.1 reads.
//!
//! Sources: sigstore/protobuf-specs (`sigstore_trustroot.proto`), what `cosign trusted-root create` and
//! `cosign signing-config create` write for the same material, and what the clients refuse
//! (a log without an id, a chain in another order, a key of an unknown kind).
//!
//! * [`service`]: one service, as a call names it
//! * [`material`]: public keys and chains of certificates, looked at
//! * [`trusted_root`], [`signing_config`]: the two documents, changed where they are there already
//! * [`legacy`]: names and words of single files
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing))]

mod document;
pub mod legacy;
pub mod material;
pub mod service;
pub mod signing_config;
pub mod trusted_root;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use self::material::{Chain, Material, Purpose, Standing};
use self::service::{Kind, Service};

pub use document::DocumentError;
pub use service::Status;

/// A service whose material was looked at.
#[derive(Clone, Debug)]
pub struct Instance {
    /// What the call says of it.
    pub service: Service,
    /// What it is recognised by.
    pub material: Material,
    /// From when on what it vouches for counts.
    pub start: OffsetDateTime,
    /// When it ended or ends.
    pub end: Option<OffsetDateTime>,
}

/// What was found of a service: what must not be, and what people should know; ends of sentences that
/// begin with its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// With these it is not offered.
    pub stops: Vec<String>,
    /// These are said.
    pub cautions: Vec<String>,
}

/// When a service began and ended, as a document that is offered already says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its first moment.
    pub start: OffsetDateTime,
    /// Its last one, where it has ended.
    pub end: Option<OffsetDateTime>,
}

impl Instance {
    /// Looks at a service and its material at the time `now`. What the call does not say of its time is
    /// taken from what is `known` of it.
    pub fn look(
        service: Service,
        material: Material,
        known: Option<Known>,
        now: OffsetDateTime,
    ) -> Result<(Self, Vec<String>), Findings> {
        let mut findings = Findings::default();
        let ended = service.end.is_some() || service.status == Status::Expired;
        let standing = if ended {
            Standing::HasSigned
        } else {
            Standing::Signs
        };
        let mut natural = None;
        if let Some((chain, purpose)) = material.chain(service.kind) {
            chain.examine(purpose, standing, now, &mut findings);
            natural = chain.begins(purpose);
        }
        log(&service, &material, &mut findings);
        let said = service.start.or(known.map(|known| known.start)).or(natural);
        let start = said.unwrap_or_else(|| now.replace_nanosecond(0).unwrap_or(now));
        if said.is_none() && service.kind != Kind::Oidc {
            findings.cautions.push(format!(
                "has no start=: it is taken from now on ({}), and what the service signed before does not verify; name the \
                 time at which it began",
                text(start)
            ));
        }
        let before = known.and_then(|known| known.end);
        let end = match service.status {
            Status::Expired => service.end.or(before),
            Status::Active => service.end,
        };
        ending(&service, before, end, now, &mut findings);
        if end.is_some_and(|end| end <= start) {
            findings.stops.push(format!(
                "ends before it begins, at {}; look at start= and end=",
                text(start)
            ));
        }
        if !findings.stops.is_empty() {
            return Err(findings);
        }
        let instance = Self {
            service,
            material,
            start,
            end,
        };
        Ok((instance, findings.cautions))
    }

    /// Whether it is about the same log, authority or address.
    pub fn is_same(&self, service: &Service, material: &Material) -> bool {
        let same = match (&self.material, material) {
            (Material::Key(one), Material::Key(other)) => one.spki == other.spki,
            (Material::Chain(one), Material::Chain(other)) => one.ders().eq(other.ders()),
            (Material::Nothing, Material::Nothing) => self.service.uri == service.uri,
            _ => false,
        };
        same && self.service.kind == service.kind && self.service.origin == service.origin
    }

    /// `validFor` of the documents.
    fn valid_for(&self) -> Value {
        let mut range = Map::new();
        range.insert("start".to_owned(), json!(text(self.start)));
        if let Some(end) = self.end {
            range.insert("end".to_owned(), json!(text(end)));
        }
        Value::Object(range)
    }
}

impl Material {
    /// The chain, and what it is for.
    fn chain(&self, kind: Kind) -> Option<(&Chain, Purpose)> {
        match (self, kind) {
            (Self::Chain(chain), Kind::Tsa) => Some((chain, Purpose::Timestamps)),
            (Self::Chain(chain), _) => Some((chain, Purpose::Certificates)),
            _ => None,
        }
    }
}

/// Whether clients will find the log by the id that it gets.
fn log(service: &Service, material: &Material, findings: &mut Findings) {
    let Material::Key(key) = material else { return };
    match (service.kind, &service.origin) {
        (Kind::Rekor, None) if service.api >= 2 && key.needs_origin() => findings.stops.push(
            "is the key of a log of version 2, whose id clients compute over its name; write origin=NAME, the first line of \
             its /checkpoint"
                .to_owned(),
        ),
        (Kind::Rekor, Some(_)) if service.api < 2 => findings.cautions.push(
            "has an origin, which logs of version 2 have, and api=1; clients would sign with it as with a log of version 1"
                .to_owned(),
        ),
        (Kind::Ctfe, Some(_)) => findings.cautions.push(
            "has an origin, which is not used: certificates name their log by its key alone (RFC 6962, static-ct-api)"
                .to_owned(),
        ),
        _ => {}
    }
}

/// Whether what is said of the end fits together; `before` is what was known.
fn ending(
    service: &Service,
    before: Option<OffsetDateTime>,
    end: Option<OffsetDateTime>,
    now: OffsetDateTime,
    findings: &mut Findings,
) {
    if service.kind == Kind::Oidc {
        return;
    }
    match (service.status, before, end) {
        (Status::Expired, _, None) => findings.cautions.push(
            "is expired and has no end=: clients that read trusted_root.json go on accepting what it signs; name the time at \
             which it ended"
                .to_owned(),
        ),
        (Status::Active, Some(before), None) => findings.cautions.push(format!(
            "had ended at {}, and is accepted without an end from now on; write end= or status=expired if that is not meant",
            text(before)
        )),
        (Status::Active, _, Some(end)) if end <= now => findings.cautions.push(
            "has ended and is not said to be expired; write status=expired, so that nobody signs with it".to_owned(),
        ),
        _ => {}
    }
}

/// A time as the documents write it.
fn text(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
