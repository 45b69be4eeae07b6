//! Delegated roles and targets.

use std::collections::BTreeMap;
use std::rc::Rc;

use time::OffsetDateTime;

use super::load::{Loading, SNAPSHOT, distrusted};
use super::names::Layout;
use super::{Client, ClientError, Limits, Trust};
use crate::safe::safe;
use crate::tuf::delegations::{Found, find};
use crate::tuf::meta;
use crate::tuf::root::Role;
use crate::tuf::targets::{Target, Targets};
use crate::tuf::trusted::Trusted;

/// One delegated role, verified.
#[derive(Clone, Debug)]
pub struct Delegate {
    /// The role that delegates to it; not escaped.
    pub by: String,
    /// Its name; not escaped.
    pub name: String,
    /// Its metadata.
    pub targets: Rc<Trusted<Targets>>,
}

impl Client<'_> {
    /// Looks for a target, from the top-level role on (section 5.6.7). `None`: none of the roles
    /// that are asked lists it.
    pub fn find(&mut self, path: &str) -> Result<Option<Found>, ClientError> {
        let roles = Roles::of(self.fetch, self.now, self.limits, self.layout, &self.trust);
        let loaded = &mut self.loaded;
        let found = find(path, &self.trust.targets, |by, parent, role| {
            roles.load(loaded, by, parent, role)
        });
        Ok(found?)
    }

    /// Fetches a target that was found, and checks its length and its digests (section 5.7). Where
    /// the repository keeps a copy for each digest, that of the first known digest is fetched.
    pub fn download(&self, path: &str, target: &Target) -> Result<Vec<u8>, ClientError> {
        let loading = Loading::new(self.fetch, self.now, self.limits);
        let names = self.layout.target(path, target)?;
        let by = "the metadata";
        // without a known digest there is no name, and nothing to check it by either
        let Some(name) = names.first() else {
            let Err(error) = target.hashes.check(&[]) else {
                return Err(ClientError::Missing { file: safe(path) });
            };
            return Err(ClientError::not_as_listed(&safe(path), by, error));
        };
        let limit = Loading::within(name, Some(target.length), self.limits.target)?;
        let bytes = loading.fetch_listed(name, by, Some(target.length), limit)?;
        meta::check(Some(target.length), Some(&target.hashes), &bytes)
            .map_err(|mismatch| ClientError::not_as_listed(&safe(name), by, mismatch))?;
        Ok(bytes)
    }

    /// Every delegated role that can be reached, each for each role that delegates to it, those
    /// nearer to the top first. Delegations that turn back on themselves end where they do.
    pub fn delegated(&mut self) -> Result<Vec<Delegate>, ClientError> {
        let roles = Roles::of(self.fetch, self.now, self.limits, self.layout, &self.trust);
        let top = (
            Role::Targets.name().to_owned(),
            Rc::clone(&self.trust.targets),
        );
        let mut visited: Vec<Delegate> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let mut left = std::collections::VecDeque::from([top]);
        while let Some((by, metadata)) = left.pop_front() {
            let listed = metadata.get().delegations.as_ref();
            for role in listed
                .map(|listed| listed.roles.as_slice())
                .unwrap_or_default()
            {
                if !seen.insert((by.clone(), role.name.clone())) {
                    continue;
                }
                if visited.len() >= self.limits.roles {
                    return Err(ClientError::TooManyRoles {
                        limit: self.limits.roles,
                    });
                }
                let targets = roles.load(&mut self.loaded, &by, &metadata, &role.name)?;
                left.push_back((role.name.clone(), Rc::clone(&targets)));
                visited.push(Delegate {
                    by: by.clone(),
                    name: role.name.clone(),
                    targets,
                });
            }
        }
        Ok(visited)
    }
}

/// What is needed to load a delegated role.
struct Roles<'c, 'f> {
    loading: Loading<'f>,
    layout: Layout,
    trust: &'c Trust,
}

impl<'c, 'f> Roles<'c, 'f> {
    fn of(
        fetch: &'f dyn super::Fetch,
        now: OffsetDateTime,
        limits: Limits,
        layout: Layout,
        trust: &'c Trust,
    ) -> Self {
        Self {
            loading: Loading::new(fetch, now, limits),
            layout,
            trust,
        }
    }

    /// The metadata of `role` under the keys that `parent`, the metadata of `by`, gives it. Of one
    /// role there is one file, but each role that delegates to it vouches for it by other keys.
    fn load(
        &self,
        loaded: &mut BTreeMap<(String, String), Rc<Trusted<Targets>>>,
        by: &str,
        parent: &Trusted<Targets>,
        role: &str,
    ) -> Result<Rc<Trusted<Targets>>, ClientError> {
        let key = (by.to_owned(), role.to_owned());
        if let Some(targets) = loaded.get(&key) {
            return Ok(Rc::clone(targets));
        }
        let snapshot = self.trust.snapshot.get();
        let snapshot_file = self.layout.metadata(SNAPSHOT, snapshot.header.version)?;
        let (file, meta, metadata) = self.loading.role(
            self.layout,
            snapshot,
            &snapshot_file,
            &format!("{role}.json"),
        )?;
        let targets = parent
            .delegate(role, &metadata)
            .map_err(|reason| distrusted(&file, reason))?;
        self.loading
            .as_listed(&file, &snapshot_file, meta, &targets)?;
        let targets = Rc::new(targets);
        loaded.insert(key, Rc::clone(&targets));
        Ok(targets)
    }
}
