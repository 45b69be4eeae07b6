//! Taking targets off the list, and saying who else may vouch for which paths.

use time::OffsetDateTime;

use super::role::{Making, Sign, signers};
use super::{Delegated, DelegationChange, Removed, Which};
use crate::repo::place::TARGETS;
use crate::repo::words::{command, quoted};
use crate::repo::{Place, Published, RepoError};
use crate::safe::safe;

pub(super) fn remove(
    place: &Place,
    role: &str,
    which: &Which,
    expires: OffsetDateTime,
    sign: &mut Sign<'_>,
) -> Result<Removed, RepoError> {
    let published = Published::read(place)?;
    let mut making = Making::of(place, published.as_ref(), role)?;
    let listed = making.draft.targets();
    let paths: Vec<String> = match which {
        Which::All => listed.keys().cloned().collect(),
        Which::Paths(named) => {
            let mut paths = Vec::new();
            for name in named {
                let below = format!("{}/", name.trim_end_matches('/'));
                let from = paths.len();
                if listed.contains_key(name) {
                    paths.push(name.clone());
                }
                let inside = listed.range(below.clone()..).map(|(path, _)| path);
                paths.extend(inside.take_while(|path| path.starts_with(&below)).cloned());
                if paths.len() == from {
                    return Err(RepoError::refused(
                        format!(
                            "role {} lists no {} and nothing below it.",
                            safe(role),
                            quoted(name)
                        ),
                        "Name paths as the metadata has them.",
                    ));
                }
            }
            paths.sort_unstable();
            paths.dedup();
            paths
        }
    };
    for path in &paths {
        making.draft.unlist(path);
    }
    let sealed = making.seal(place, expires, sign)?;
    sealed.stage(place)?;
    let targets = place.staged().join(TARGETS);
    let staged = paths.iter();
    let staged = staged.filter(|path| targets.join(path).symlink_metadata().is_ok());
    let mut notices = sealed.notices;
    let still = staged.count();
    if still > 0 {
        notices.push(format!(
            "{still} of these files still stand below staged/targets: `repo add` without a path lists them again. Delete those that are not wanted."
        ));
    }
    Ok(Removed {
        version: sealed.version,
        paths,
        signed: sealed.signed,
        threshold: sealed.threshold,
        notices,
    })
}

pub(super) fn delegate(
    place: &Place,
    by: &str,
    change: &DelegationChange,
    expires: OffsetDateTime,
    sign: &mut Sign<'_>,
) -> Result<Delegated, RepoError> {
    let published = Published::read(place)?;
    let published = published.as_ref();
    let mut making = Making::of(place, published, by)?;
    let (name, changed) = match change {
        DelegationChange::Set(to) => (&to.name, making.draft.delegate(to)),
        DelegationChange::Remove(name) => (name, making.draft.undelegate(name)),
    };
    changed.map_err(|error| {
        RepoError::refused(
            format!("{error}."),
            "Look at what is delegated: rootstage repo status",
        )
    })?;
    if name == by {
        return Err(RepoError::refused(
            format!("role {} cannot delegate to itself.", quoted(by)),
            "Choose another name.",
        ));
    }
    let sealed = making.seal(place, expires, sign)?;
    sealed.stage(place)?;
    let mut delegated = Delegated {
        version: sealed.version,
        keyids: Vec::new(),
        signed: sealed.signed,
        threshold: sealed.threshold,
        notices: sealed.notices,
    };
    if matches!(change, DelegationChange::Set(_)) {
        let signers = signers(place, published, name)?;
        delegated.keyids = signers.keys.iter().map(|(id, _)| *id).collect();
        let staged = place.staged_role(name)?.map(|staged| staged.file);
        let file = match (staged, published) {
            (Some(file), _) => Some(file),
            (None, Some(published)) => published.role(name)?,
            (None, None) => None,
        };
        let add = command(
            place,
            &format!("add --role {} --expires HOW-LONG PATH…", quoted(name)),
        );
        match file {
            None => delegated.notices.push(format!(
                "Role {} has no metadata yet, and clients that ask for one of its paths fail until it has. Next: {add}",
                safe(name)
            )),
            Some(file) if !signers.met(file.payload(), file.signatures()) => {
                delegated.notices.push(format!(
                    "The metadata of role {} is not signed by enough of these keys: clients would refuse it. Where they are, run: {}",
                    safe(name),
                    command(place, &format!("sign {}", quoted(name)))
                ));
            }
            Some(_) => {}
        }
    }
    Ok(delegated)
}
