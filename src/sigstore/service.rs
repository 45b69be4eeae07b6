//! One service of Sigstore, as a call names it: `rekor=rekor.pub,uri=https://rekor.example.com`.

use std::str::FromStr;

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use crate::safe::safe;

/// Longest address or name, in bytes.
const MAX_WORD: usize = 2048;

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

    /// Highest major version of its interface that clients know.
    fn newest(self) -> u32 {
        if self == Self::Rekor { 2 } else { 1 }
    }

    /// The words that may be said of it.
    fn words(self) -> &'static str {
        match self {
            Self::Rekor => "uri, start, end, status, api and origin",
            Self::Ctfe => "uri, start, end, status and origin",
            Self::Fulcio | Self::Tsa => "uri, start, end, status and api",
            Self::Oidc => "start, end, status and api",
        }
    }
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
    /// When it ended or ends, where the call says it.
    pub end: Option<OffsetDateTime>,
    /// Whether it still signs.
    pub status: Status,
    /// The name of a log in its checkpoints and notes (C2SP `tlog-checkpoint`).
    pub origin: Option<String>,
    /// Major version of its interface. A log with an origin has version 2 unless the call says otherwise.
    pub api: u32,
}

/// The reasons are ends of sentences that begin with the words of the call, one for each that is wrong.
impl FromStr for Service {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split(',');
        let first = words.next().unwrap_or_default();
        let (name, value) = first.split_once('=').ok_or(
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
            api: 0,
        };
        let mut wrong = Vec::new();
        let mut seen = Vec::new();
        for word in words {
            match word.split_once('=') {
                None => wrong.push(format!(
                    "{} is no NAME=VALUE (a file or URL with a comma in it cannot be written here)",
                    safe(word)
                )),
                Some((name, value)) => {
                    let name = short(name);
                    if seen.contains(&name) {
                        wrong.push(format!("{} is said twice", safe(name)));
                    }
                    seen.push(name);
                    wrong.extend(service.set(name, value).err());
                }
            }
        }
        if service.file.as_deref() == Some("") {
            wrong.push(format!("{name}= wants a file"));
        }
        if !wrong.iter().any(|why| why.starts_with("uri")) {
            wrong.extend(address(name, &service.uri).err());
        }
        if service.api == 0 {
            service.api = if service.origin.is_some() {
                kind.newest()
            } else {
                1
            };
        }
        if wrong.is_empty() {
            Ok(service)
        } else {
            Err(wrong.join("; "))
        }
    }
}

impl Service {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let kind = self.kind;
        match name {
            "uri" if kind != Kind::Oidc => value.clone_into(&mut self.uri),
            "start" => self.start = Some(time(name, value)?),
            "end" => self.end = Some(time(name, value)?),
            "status" => {
                self.status = match value {
                    "active" => Status::Active,
                    "expired" => Status::Expired,
                    _ => return Err(format!("status is active or expired, not {}", safe(value))),
                }
            }
            "origin" if matches!(kind, Kind::Rekor | Kind::Ctfe) => {
                // C2SP signed-note, "Format"
                let is_name = !value.is_empty()
                    && value.len() <= MAX_WORD
                    && !value.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+');
                if !is_name {
                    return Err(format!(
                        "origin is a name without spaces and without +, not {}",
                        safe(value)
                    ));
                }
                self.origin = Some(value.to_owned());
            }
            "api" if kind != Kind::Ctfe => {
                let newest = kind.newest();
                let version = value.parse().ok();
                let version = version.filter(|version| (1..=newest).contains(version));
                self.api = version.ok_or_else(|| {
                    let known = if newest == 2 { "1 or 2" } else { "1" };
                    format!("api is {known}, not {}", safe(value))
                })?;
            }
            _ => {
                return Err(format!(
                    "{} is not known here; there are {}",
                    safe(name),
                    kind.words()
                ));
            }
        }
        Ok(())
    }
}

/// The word of this program for one of cosign, so that its calls can be copied.
fn short(name: &str) -> &str {
    match name {
        "url" => "uri",
        "start-time" => "start",
        "end-time" => "end",
        "api-version" => "api",
        other => other,
    }
}

fn address(name: &str, uri: &str) -> Result<(), String> {
    let rest = uri
        .strip_prefix("https://")
        .or_else(|| uri.strip_prefix("http://"));
    let Some(rest) = rest else {
        return Err(if name == "oidc" {
            "oidc= wants an address: oidc=https://…".to_owned()
        } else {
            format!("{name} wants its address: uri=https://…, as clients call it")
        });
    };
    let is_url = uri.len() <= MAX_WORD
        && !rest.starts_with(['/', '?', '#'])
        && !rest.is_empty()
        && uri.chars().all(|c| c.is_ascii_graphic());
    if is_url {
        Ok(())
    } else {
        Err(format!("{} is no URL", safe(uri)))
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
