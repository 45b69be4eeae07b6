//! The targets that Sigstore's clients look for, from the certificates and keys of its services.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::place::{TARGETS, not_metadata, read_within};
use super::targets::Addition;
use super::{Place, Published, RepoError};
use crate::safe::safe;
use crate::sigstore::material::{MAX_BYTES, Material};
use crate::sigstore::service::{Kind, Service};
use crate::sigstore::signing_config::SigningConfig;
use crate::sigstore::trusted_root::TrustedRoot;
use crate::sigstore::{DocumentError, Instance, legacy, signing_config, trusted_root};
use crate::tuf::hashes::Hashes;
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
    let named = named(specs)?;
    let offered = Offered::read(place)?;
    let refused = |name: &str| {
        let path = place.staged().join(TARGETS).join(name);
        move |error: DocumentError| not_metadata(&path, &error)
    };
    let before = offered.document(trusted_root::NAME)?;
    let trusted = TrustedRoot::read(before.as_deref()).map_err(refused(trusted_root::NAME))?;
    let before = offered.document(signing_config::NAME)?;
    let signing = SigningConfig::read(before.as_deref()).map_err(refused(signing_config::NAME))?;

    let mut offer = Offer::default();
    let services = looked_at(named, &trusted, &signing, now, &mut offer.notices)?;
    offer.documents(&services, trusted, signing, operator, now);
    offer.files(&services, &offered)?;
    Ok(offer)
}

/// Services with their files. Every wrong word of the call is said at once.
fn named(specs: &[String]) -> Result<Vec<(Service, Vec<u8>)>, RepoError> {
    let mut named = Vec::new();
    let mut wrong = Vec::new();
    for spec in specs {
        match spec.parse::<Service>() {
            Ok(service) => named.push(service),
            Err(why) => wrong.push(format!("--sigstore {}: {why}.", safe(spec))),
        }
    }
    if !wrong.is_empty() {
        return Err(RepoError::call(
            wrong.join(" "),
            "Write a service as rekor=rekor.pub,uri=https://rekor.example.com; more is in rootstage repo add --help.",
        ));
    }
    let read = |service: Service| {
        let bytes = match &service.file {
            None => Vec::new(),
            Some(file) => {
                let path = Path::new(file);
                // a pipe that nobody writes to would be waited for
                if !path.is_file() && path.exists() {
                    return Err(RepoError::file(path, "it is no file"));
                }
                let missing = || RepoError::file(path, "there is no such file");
                read_within(path, MAX_BYTES)?.ok_or_else(missing)?
            }
        };
        Ok((service, bytes))
    };
    named.into_iter().map(read).collect()
}

/// The services with their material, each of which must be good.
fn looked_at(
    named: Vec<(Service, Vec<u8>)>,
    trusted: &TrustedRoot,
    signing: &SigningConfig,
    now: OffsetDateTime,
    notices: &mut Vec<String>,
) -> Result<Vec<Instance>, RepoError> {
    let mut services: Vec<Instance> = Vec::new();
    let mut stops = Vec::new();
    for (service, bytes) in named {
        let name = safe(service.file.as_deref().unwrap_or(&service.uri));
        let material = match Material::read(&service, &bytes) {
            Ok(material) => material,
            Err(why) => {
                stops.push(format!("{name} {why}."));
                continue;
            }
        };
        if services
            .iter()
            .any(|other| other.is_same(&service, &material))
        {
            stops.push(format!(
                "{name} is named twice in this call for the same use."
            ));
            continue;
        }
        let known = match service.kind {
            Kind::Oidc => signing.known(&service),
            _ => trusted.known(&service, &material),
        };
        match Instance::look(service, material, known, now) {
            Ok((instance, cautions)) => {
                notices.extend(cautions.iter().map(|why| format!("{name} {why}.")));
                services.push(instance);
            }
            Err(findings) => {
                stops.extend(findings.stops.iter().map(|why| format!("{name} {why}.")));
            }
        }
    }
    if stops.is_empty() {
        return Ok(services);
    }
    Err(RepoError::refused(
        stops.join(" "),
        "Name the right files, or say of the services what is so.",
    ))
}

impl Offer {
    fn documents(
        &mut self,
        services: &[Instance],
        mut trusted: TrustedRoot,
        mut signing: SigningConfig,
        operator: Option<&str>,
        now: OffsetDateTime,
    ) {
        let first = services.first().map(|first| host(&first.service.uri));
        let operator = match (operator, signing.operator()) {
            (Some(said), _) => said.to_owned(),
            (None, Some(known)) => known.to_owned(),
            (None, None) => {
                let host = first.unwrap_or_default().to_owned();
                self.notices.push(format!(
                    "{} says that {} runs the services; --operator NAME says another one.",
                    signing_config::NAME,
                    safe(&host)
                ));
                host
            }
        };
        for instance in services {
            trusted.put(instance);
            signing.put(instance, &operator);
        }
        self.notices.extend(signing.gaps(now));
        for (name, bytes) in [
            (trusted_root::NAME, trusted.to_file()),
            (signing_config::NAME, signing.to_file()),
        ] {
            let made = Addition::Made(name.to_owned(), bytes);
            self.additions.push(made);
        }
    }

    /// The files of older clients.
    fn files(&mut self, services: &[Instance], offered: &Offered<'_>) -> Result<(), RepoError> {
        let (files, notices) = legacy::files(services, &offered.digests());
        self.notices.extend(notices);
        let before = |path: &str| {
            let target = offered.targets.get(path)?;
            Some(target.custom.as_deref().map(str::to_owned))
        };
        for (path, said) in legacy::forgotten(&files, before) {
            // it is listed, or nothing would be said of it
            let Some(bytes) = offered.document(path)? else {
                continue;
            };
            self.notices.push(format!(
                "{path} was offered without a word of its use, and cosign before 2.5.1 would not look at it any more: it is said to be \
                 active as well. Remove it if it is not: repo remove {path}"
            ));
            self.file(
                path.to_owned(),
                bytes,
                legacy::custom(before(path).flatten().as_deref(), said),
            );
        }
        for file in files {
            let before = before(&file.path).flatten();
            self.file(
                file.path,
                file.bytes,
                legacy::custom(before.as_deref(), file.said),
            );
        }
        Ok(())
    }

    fn file(&mut self, path: String, bytes: Vec<u8>, custom: Map<String, Value>) {
        self.custom.insert(path.clone(), custom);
        self.additions.push(Addition::Made(path, bytes));
    }
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

    fn digests(&self) -> BTreeMap<String, Hashes> {
        let listed = self.targets.iter();
        listed
            .map(|(path, target)| (path.clone(), target.hashes.clone()))
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
