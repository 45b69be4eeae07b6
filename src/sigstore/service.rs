//! One service of Sigstore, as a call names it: `rekor=rekor.pub,uri=https://rekor.example.com`.

use std::str::FromStr;

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use crate::safe::safe;

/// Which kind of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Issues certificates for identities.
    Fulcio,
    /// The transparency log of signatures.
    Rekor,
    /// The log of certificates.
    Ctfe,
    /// Signs times (RFC 3161).
    Tsa,
    /// Where people sign in.
    Oidc,
}

impl Kind {
    /// Every kind, with its name in calls.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Fulcio, "fulcio"),
        (Self::Rekor, "rekor"),
        (Self::Ctfe, "ctfe"),
        (Self::Tsa, "tsa"),
        (Self::Oidc, "oidc"),
    ];
}

/// Whether a service still signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// It does.
    #[default]
    Active,
    /// It is kept for what it has signed.
    Expired,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Which kind.
    pub kind: Kind,
    /// The file with its certificates or its key; none of an identity provider.
    pub file: Option<String>,
    /// Its address, as clients call it.
    pub uri: String,
    /// From when on it counts, where the call says it: a whole second of UTC.
    pub start: Option<OffsetDateTime>,
    /// When it ended or ends.
    pub end: Option<OffsetDateTime>,
    /// Whether it still signs.
    pub status: Status,
    /// The name of a log in its checkpoints and notes (C2SP `tlog-checkpoint`), from which the id of an
    /// Ed25519 log follows.
    pub origin: Option<String>,
    /// Major version of its interface.
    pub api: u32,
}

impl FromStr for Service {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split(',');
        let (name, value) = words.next().and_then(|word| word.split_once('=')).ok_or(
            "write KIND=FILE,uri=URL, such as rekor=rekor.pub,uri=https://rekor.example.com",
        )?;
        let kind = Kind::ALL.into_iter().find(|(_, known)| *known == name);
        let (kind, _) = kind.ok_or_else(|| {
            format!(
                "{} is no kind of service; there are fulcio, rekor, ctfe, tsa and oidc",
                safe(name)
            )
        })?;
        let of_oidc = kind == Kind::Oidc;
        let mut service = Self {
            kind,
            file: (!of_oidc).then(|| value.to_owned()),
            uri: if of_oidc {
                value.to_owned()
            } else {
                String::new()
            },
            start: None,
            end: None,
            status: Status::default(),
            origin: None,
            api: 1,
        };
        for word in words {
            let (name, value) = word.split_once('=').ok_or_else(|| {
                format!(
                    "{} is no NAME=VALUE; a file or URL with a comma in it cannot be written here",
                    safe(word)
                )
            })?;
            service.set(name, value)?;
        }
        if service.file.as_deref() == Some("") {
            return Err(format!("{name}= wants a file"));
        }
        if !service.uri.starts_with("https://") && !service.uri.starts_with("http://") {
            return Err(format!(
                "{name} wants its address: uri=https://…, as clients call it"
            ));
        }
        if service
            .uri
            .chars()
            .any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(format!("{} is no URL", safe(&service.uri)));
        }
        Ok(service)
    }
}

impl Service {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let is_log = matches!(self.kind, Kind::Rekor | Kind::Ctfe);
        match name {
            "uri" | "url" if self.kind != Kind::Oidc => value.clone_into(&mut self.uri),
            "start" | "start-time" => self.start = Some(time(name, value)?),
            "end" | "end-time" => self.end = Some(time(name, value)?),
            "status" => {
                self.status = match value {
                    "active" => Status::Active,
                    "expired" => Status::Expired,
                    _ => return Err(format!("status is active or expired, not {}", safe(value))),
                }
            }
            "origin" if is_log && !value.is_empty() => self.origin = Some(value.to_owned()),
            "api" | "api-version" => {
                let version = value
                    .parse()
                    .ok()
                    .filter(|version| (1..=9).contains(version));
                self.api = version.ok_or_else(|| format!("api is 1 or 2, not {}", safe(value)))?;
            }
            _ => {
                return Err(format!(
                    "{} says nothing here; there are uri, start, end, status, api{}",
                    safe(name),
                    if is_log { ", origin" } else { "" }
                ));
            }
        }
        Ok(())
    }
}

fn time(name: &str, value: &str) -> Result<OffsetDateTime, String> {
    let time = OffsetDateTime::parse(value, &Rfc3339).ok();
    time.filter(|time| time.offset() == UtcOffset::UTC && time.nanosecond() == 0)
        .ok_or_else(|| {
            format!(
                "{name} is a time of UTC such as 2026-01-01T00:00:00Z, not {}",
                safe(value)
            )
        })
}
