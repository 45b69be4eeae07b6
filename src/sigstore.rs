//! What clients of Sigstore look for in a repository: `trusted_root.json`, `signing_config.v0.2.json`,
//! and the files with `custom.sigstore` that cosign before 2.5.1 reads.
//!
//! Sources: sigstore/protobuf-specs (`sigstore_trustroot.proto`), what `cosign trusted-root create` and
//! `cosign signing-config create` write for the same material, and what the clients refuse
//! (a log without an id, a chain in another order, a key of an unknown kind).
//!
//! * [`service`]: one service, as a call names it
//! * [`material`]: public keys and chains of certificates, looked at
//! * [`trusted_root`], [`signing_config`]: the two documents, merged into those that are there
//! * [`legacy`]: names and words of single files
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing))]

pub mod legacy;
pub mod material;
pub mod service;
pub mod signing_config;
pub mod trusted_root;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use self::material::{Chain, LogKey, Purpose};
use self::service::{Kind, Service};

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
}

/// What a service is recognised by.
#[derive(Clone, Debug)]
pub enum Material {
    /// A certificate authority or a timestamp authority.
    Chain(Chain),
    /// A log.
    Key(LogKey),
    /// An identity provider, of which clients need the address alone.
    Nothing,
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

impl Instance {
    /// Looks at the material of a service, `file`, at the time `now`.
    pub fn look(
        service: Service,
        file: &[u8],
        now: OffsetDateTime,
    ) -> Result<(Self, Findings), Findings> {
        let mut findings = Findings::default();
        let stop = |why: String| Findings {
            stops: vec![why],
            cautions: Vec::new(),
        };
        let (material, natural) = match service.kind {
            Kind::Fulcio | Kind::Tsa => {
                let chain = Chain::read(file).map_err(stop)?;
                let purpose = if service.kind == Kind::Tsa {
                    Purpose::Timestamps
                } else {
                    Purpose::Certificates
                };
                let ended = service.end.is_some() || service.status == Status::Expired;
                chain.examine(purpose, now, ended, &mut findings);
                let natural = chain.begins(purpose);
                (Material::Chain(chain), natural)
            }
            Kind::Rekor | Kind::Ctfe => {
                let key = LogKey::read(file).map_err(stop)?;
                (Material::Key(key), None)
            }
            Kind::Oidc => (Material::Nothing, None),
        };
        let start = match (service.start, natural) {
            (Some(start), _) | (None, Some(start)) => start,
            (None, None) => {
                if service.kind != Kind::Oidc {
                    findings.cautions.push(
                        "has no start=: it is taken from now on, and what the service signed before does not verify; name the time \
                         at which it began"
                            .to_owned(),
                    );
                }
                now.replace_nanosecond(0).unwrap_or(now)
            }
        };
        if service.end.is_some_and(|end| end <= start) {
            findings
                .stops
                .push("ends before it begins; look at start= and end=".to_owned());
        }
        if service.status == Status::Expired && service.end.is_none() && service.kind != Kind::Oidc
        {
            findings.cautions.push(
                "is expired and has no end=: clients that read trusted_root.json go on accepting what it signs; name the time \
                 at which it ended"
                    .to_owned(),
            );
        }
        if !findings.stops.is_empty() {
            return Err(findings);
        }
        let instance = Self {
            service,
            material,
            start,
        };
        Ok((instance, findings))
    }

    /// `validFor` of the documents.
    fn valid_for(&self) -> Value {
        let text = |time: OffsetDateTime| time.format(&Rfc3339).unwrap_or_default();
        let mut range = Map::new();
        range.insert("start".to_owned(), json!(text(self.start)));
        if let Some(end) = self.service.end {
            range.insert("end".to_owned(), json!(text(end)));
        }
        Value::Object(range)
    }
}

/// A document that is there already and is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not a JSON object.
    #[error("it is no JSON object")]
    NotAnObject,
    /// Of another kind or version.
    #[error("its `mediaType` is {got}, expected {expected}")]
    MediaType {
        /// What it must be.
        expected: &'static str,
        /// What it is, safe to show.
        got: String,
    },
    /// A member of another form.
    #[error("`{0}` is no list of objects")]
    NoList(&'static str),
}

/// The object of a document, with this media type; a new one where there is none.
fn opened(
    before: Option<&[u8]>,
    media_type: &'static str,
) -> Result<Map<String, Value>, DocumentError> {
    let Some(bytes) = before else {
        return Ok(Map::from_iter([(
            "mediaType".to_owned(),
            json!(media_type),
        )]));
    };
    let document = crate::canonical::parse(bytes, bytes.len()).ok();
    let Some(Value::Object(members)) = document else {
        return Err(DocumentError::NotAnObject);
    };
    let got = members.get("mediaType").and_then(Value::as_str);
    if got != Some(media_type) {
        return Err(DocumentError::MediaType {
            expected: media_type,
            got: crate::safe::safe(got.unwrap_or("absent")),
        });
    }
    Ok(members)
}

/// The list of this name, an empty one where there is none.
fn list<'m>(
    members: &'m mut Map<String, Value>,
    name: &'static str,
) -> Result<&'m mut Vec<Value>, DocumentError> {
    let list = members.entry(name).or_insert_with(|| json!([]));
    let list = list.as_array_mut().ok_or(DocumentError::NoList(name))?;
    if list.iter().all(Value::is_object) {
        Ok(list)
    } else {
        Err(DocumentError::NoList(name))
    }
}

/// Puts an entry in the place of the one that `same` finds, with members that are not known here kept;
/// else behind the others.
fn put(list: &mut Vec<Value>, entry: Value, same: impl Fn(&Value) -> bool) {
    match list.iter_mut().find(|other| same(other)) {
        None => list.push(entry),
        Some(before) => match (before.as_object_mut(), entry) {
            (Some(before), Value::Object(entry)) => before.extend(entry),
            (_, entry) => *before = entry,
        },
    }
}

#[cfg(test)]
mod tests;
