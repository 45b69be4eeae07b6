//! The targets that Sigstore's clients look for, from the certificates and keys of its services.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::place::{TARGETS, not_metadata, read_within};
use super::targets::Addition;
use super::{Place, Published, RepoError};
use crate::digest::Sha256;
use crate::safe::safe;
use crate::sigstore::material::MAX_BYTES;
use crate::sigstore::service::Service;
use crate::sigstore::{DocumentError, Instance, legacy, signing_config, trusted_root};
use crate::tuf::targets::{Target, Targets};

/// Longest document that is read, in bytes.
const MAX_DOCUMENT: usize = 4_000_000;

/// What is to be added for services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Files that were made.
    pub additions: Vec<Addition>,
    /// `custom` by path.
    pub custom: BTreeMap<String, Map<String, Value>>,
    /// What people should know; whole sentences, safe to show.
    pub notices: Vec<String>,
}

/// Looks at the material of the services, and makes of it, and of what is offered already,
/// `trusted_root.json`, `signing_config.v0.2.json` and the files of older clients.
pub fn additions(
    place: &Place,
    specs: &[String],
    operator: Option<&str>,
    now: OffsetDateTime,
) -> Result<Offer, RepoError> {
    let mut offer = Offer::default();
    let mut services = Vec::new();
    let mut stops = Vec::new();
    for spec in specs {
        let service: Service = spec.parse().map_err(|why| {
            RepoError::call(
                format!("--sigstore {}: {why}.", safe(spec)),
                "See rootstage repo add --help.",
            )
        })?;
        let bytes = match &service.file {
            None => Vec::new(),
            Some(file) => read_within(Path::new(file), MAX_BYTES)?
                .ok_or_else(|| RepoError::file(Path::new(file), "there is no such file"))?,
        };
        let name = safe(service.file.as_deref().unwrap_or(&service.uri));
        match Instance::look(service, &bytes, now) {
            Ok((instance, findings)) => {
                let said = findings.cautions.iter();
                offer
                    .notices
                    .extend(said.map(|why| format!("{name} {why}.")));
                services.push(instance);
            }
            Err(findings) => stops.extend(findings.stops.iter().map(|why| format!("{name} {why}"))),
        }
    }
    if !stops.is_empty() {
        return Err(RepoError::refused(
            format!("{}.", stops.join("; ")),
            "Name the right files, or say what is so.",
        ));
    }
    let offered = Offered::read(place)?;
    let refused = |name: &str| {
        let path = place.staged().join(TARGETS).join(name);
        move |error: DocumentError| not_metadata(&path, &error)
    };
    let trusted = offered.document(trusted_root::NAME)?;
    let trusted =
        trusted_root::merged(trusted.as_deref(), &services).map_err(refused(trusted_root::NAME))?;
    let signing = offered.document(signing_config::NAME)?;
    let host = services
        .first()
        .map_or("", |first| host(&first.service.uri));
    let signing = signing_config::merged(signing.as_deref(), &services, operator.unwrap_or(host))
        .map_err(refused(signing_config::NAME))?;
    offer.notices.extend(signing_config::gaps(&signing));
    for (name, bytes) in [
        (trusted_root::NAME, trusted),
        (signing_config::NAME, signing),
    ] {
        offer.additions.push(Addition::Made(name.to_owned(), bytes));
    }
    let (files, notices) = legacy::files(&services, &offered.digests());
    offer.notices.extend(notices);
    for file in files {
        offer.custom.insert(file.path.clone(), file.custom);
        offer.additions.push(Addition::Made(file.path, file.bytes));
    }
    Ok(offer)
}

/// The host of a URL: who runs the services, where the call does not say it.
fn host(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let end = rest.find(['/', ':', '?']).unwrap_or(rest.len());
    rest.get(..end).unwrap_or(rest)
}

/// What is offered now: staged, else published.
struct Offered<'p> {
    place: &'p Place,
    published: Option<Published>,
    targets: BTreeMap<String, Target>,
}

impl<'p> Offered<'p> {
    fn read(place: &'p Place) -> Result<Self, RepoError> {
        let published = Published::read(place)?;
        let file = match (place.staged_role("targets")?, &published) {
            (Some(staged), _) => Some(staged.file),
            (None, Some(published)) => published.role("targets")?,
            (None, None) => None,
        };
        let targets = match file {
            None => BTreeMap::new(),
            Some(file) => {
                Targets::read(&file)
                    .map_err(|error| not_metadata(&place.staged_path("targets"), &error))?
                    .targets
            }
        };
        Ok(Self {
            place,
            published,
            targets,
        })
    }

    fn digests(&self) -> BTreeMap<String, Option<Sha256>> {
        let listed = self.targets.iter();
        listed
            .map(|(path, target)| (path.clone(), target.hashes.sha256))
            .collect()
    }

    /// The content of a target, which has to be the one that is listed.
    fn document(&self, name: &str) -> Result<Option<Vec<u8>>, RepoError> {
        let Some(target) = self.targets.get(name) else {
            return Ok(None);
        };
        let mut places = vec![self.place.staged().join(TARGETS).join(name)];
        if let Some(published) = &self.published {
            let names = published.layout.target(name, target).unwrap_or_default();
            places.extend(names.iter().map(|name| published.directory().join(name)));
        }
        for path in &places {
            if let Some(bytes) = read_within(path, MAX_DOCUMENT)?
                && target.hashes.check(&bytes).is_ok()
            {
                return Ok(Some(bytes));
            }
        }
        Err(RepoError::refused(
            format!("{name} is listed, and no file here is the one that is listed."),
            format!(
                "Bring it back below staged/{TARGETS}, or take it off the list: repo remove {name}"
            ),
        ))
    }
}
