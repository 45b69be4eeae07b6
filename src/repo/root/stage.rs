//! The next root: what is to be changed, and whether it may be signed so.

use serde_json::Value;
use time::OffsetDateTime;

use super::material::NewKey;
use super::not_a_draft;
use crate::digest::Sha256;
use crate::repo::keys::Keyring;
use crate::repo::place::not_metadata;
use crate::repo::words::command;
use crate::repo::{Place, Published, RepoError};
use crate::safe::safe;
use crate::tuf::diff::{Diff, diff};
use crate::tuf::key::{Holders, KeyId};
use crate::tuf::metadata::Metadata;
use crate::tuf::policy::{Finding, Level, Policy};
use crate::tuf::repository::{DraftError, RootDraft};
use crate::tuf::root::{Role, Root, Signed};
use crate::tuf::rotation::{self, Signers};
use crate::tuf::signature::MAX_ROOT_BYTES;

/// Rules on which the plan of a ceremony decides. Here they are said and stop nothing: whoever signs
/// meets them again.
const DECIDED_BY_PLANS: [&str; 6] = [
    "root.expiry-short",
    "root.expiry-long",
    "root.threshold-one",
    "root.threshold-low",
    "root.no-spare",
    "root.key-type",
];

/// Whether a root may still lack keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finish {
    /// Some may be added later.
    #[default]
    Later,
    /// It is to leave this machine, to be signed.
    Needed,
}

/// What is to be changed.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// When the root expires.
    pub expires: Option<OffsetDateTime>,
    /// Keys that are added.
    pub add: Vec<NewKey>,
    /// Keys that leave: a role and the beginning of an id.
    pub remove: Vec<(Role, String)>,
    /// How many keys of a role must sign.
    pub thresholds: Vec<(Role, u32)>,
    /// Whether file names carry versions and digests; as before where it is not said.
    pub consistent_snapshot: Option<bool>,
    /// Whether it may still lack keys.
    pub finish: Finish,
}

/// What was staged.
#[derive(Clone, Debug)]
pub struct StagedRoot {
    /// Its version.
    pub version: u64,
    /// SHA-256 of its payload, which everybody compares who signs it.
    pub payload: Sha256,
    /// The file.
    pub bytes: Vec<u8>,
    /// What it still lacks to be a root; nothing where it may be signed.
    pub missing: Vec<String>,
    /// What it changes against the published root; of a finished one.
    pub diff: Option<Diff>,
    /// Who must sign, and who has; of a finished one.
    pub signers: Option<Signers>,
    /// Version of the published root.
    pub published: Option<u64>,
    /// What people should know.
    pub notices: Vec<String>,
}

/// The root that is staged, as it stands; `None` where none is.
pub fn look(place: &Place, now: OffsetDateTime) -> Result<Option<StagedRoot>, RepoError> {
    let Some(staged) = place.staged_role("root")? else {
        return Ok(None);
    };
    let published = Published::read(place)?;
    let old = published.as_ref().map(|published| &published.root);
    let signed = signed_of(place, &staged.file)?;
    let draft = RootDraft::read(signed.signed).map_err(|error| not_a_draft(&error))?;
    described(place, &draft, &staged.file, old, now).map(Some)
}

/// Stages the next root: the staged one, changed; else the one after the published root; else a new
/// draft. What may never be signed is refused, and nothing is changed then.
pub fn stage(
    place: &Place,
    keyring: &mut Keyring<'_>,
    wishes: &Wishes,
    now: OffsetDateTime,
) -> Result<StagedRoot, RepoError> {
    let published = Published::read(place)?;
    let old = published.as_ref().map(|published| &published.root);
    let mut notices = Vec::new();
    let staged = place.staged_role("root")?.map(|staged| staged.file);
    let mut draft = begun(place, staged.as_ref(), old, &mut notices, now)?;
    change(&mut draft, old, wishes, &mut notices)?;
    own_keys(&mut draft, keyring, &mut notices)?;
    let impossible = match wishes.finish {
        Finish::Later => impossible(&draft, old),
        Finish::Needed => draft.missing(),
    };
    if !impossible.is_empty() {
        return Err(RepoError::refused(
            format!("the root cannot be staged so: {}.", impossible.join("; ")),
            "Add keys with --root-key or --key, or change the threshold with --threshold.",
        ));
    }
    let fresh = Signed::unsigned(draft.signed().clone()).to_file();
    let path = place.staged_path("root");
    let fresh = Metadata::parse(fresh, MAX_ROOT_BYTES);
    let fresh = fresh.map_err(|error| not_metadata(&path, &error))?;
    // what did not change keeps its bytes, signatures and all
    let same = staged
        .clone()
        .filter(|staged| staged.payload() == fresh.payload());
    let dropped = staged
        .as_ref()
        .map_or(0, |staged| staged.signatures().len());
    if same.is_none() && dropped > 0 {
        notices.push(format!(
            "The root that was staged had {dropped} {}, over another content: {} no more, and everybody has to sign this one.",
            if dropped == 1 { "signature" } else { "signatures" },
            if dropped == 1 { "it counts" } else { "they count" },
        ));
    }
    let mut made = described(place, &draft, same.as_ref().unwrap_or(&fresh), old, now)?;
    let stops = made.diff.as_ref().map_or_else(Vec::new, stops);
    if !stops.is_empty() {
        return Err(RepoError::refused(
            format!("the root may not be signed so. {}", stops.join(" ")),
            "Change what is said, and stage it again.",
        ));
    }
    place.stage("root", &made.bytes)?;
    if keyring.has_keys(Role::Root.name()) {
        notices.push(format!(
            "`keys/` holds root keys, as go-tuf keeps them; root keys belong offline. Where that is meant so, they sign with: {}",
            command(place, "sign root")
        ));
    }
    made.notices = notices;
    Ok(made)
}

fn stops(diff: &Diff) -> Vec<String> {
    let found = diff.findings.iter();
    let found = found.filter(|found| found.level == Level::Stop);
    found.map(|found| found.sentence.clone()).collect()
}

/// Where the next root begins.
fn begun(
    place: &Place,
    staged: Option<&Metadata>,
    old: Option<&Root>,
    notices: &mut Vec<String>,
    now: OffsetDateTime,
) -> Result<RootDraft, RepoError> {
    let draft_error = |error: DraftError| not_a_draft(&error);
    let next = old.map(|old| old.version.saturating_add(1));
    if let Some(staged) = staged {
        let signed = signed_of(place, staged)?.signed;
        let draft = RootDraft::read(signed).map_err(draft_error)?;
        let version = draft.version();
        match next {
            Some(next) if version > next => {
                return Err(RepoError::refused(
                    format!("the staged root has version {version}, where version {next} must come next."),
                    "Take staged/root.json away, and stage the next root anew.",
                ));
            }
            Some(next) if version < next => notices.push(format!(
                "The root that was staged, version {version}, is not newer than the published one: it is left aside, and version {next} begins from that."
            )),
            _ => return Ok(draft),
        }
    }
    match old {
        Some(old) => RootDraft::after(old).map_err(draft_error),
        None => RootDraft::new(true, now).map_err(draft_error),
    }
}

fn change(
    draft: &mut RootDraft,
    old: Option<&Root>,
    wishes: &Wishes,
    notices: &mut Vec<String>,
) -> Result<(), RepoError> {
    let refused = |error: DraftError| not_a_draft(&error);
    for (role, prefix) in &wishes.remove {
        match found(draft, old, *role, prefix)? {
            Some(keyid) => draft.remove_key(*role, keyid).map_err(refused)?,
            None => notices.push(format!(
                "Role {role} has lost the key {} already.",
                safe(prefix)
            )),
        }
    }
    for new in &wishes.add {
        match draft.add_key(new.role, &new.object) {
            Ok(_) => {}
            Err(DraftError::There { role, keyid }) => notices.push(format!(
                "Role {role} has the key of {} already, under key id {keyid}: one key counts once.",
                new.file
            )),
            Err(error) => return Err(refused(error)),
        }
    }
    for (role, threshold) in &wishes.thresholds {
        draft.set_threshold(*role, *threshold).map_err(refused)?;
    }
    if let Some(expires) = wishes.expires {
        draft.set_expires(expires).map_err(refused)?;
    }
    if let Some(consistent) = wishes.consistent_snapshot {
        draft.set_consistent_snapshot(consistent).map_err(refused)?;
    }
    Ok(())
}

/// The key of a role whose id begins so; `None` where it has left since the published root.
fn found(
    draft: &RootDraft,
    old: Option<&Root>,
    role: Role,
    prefix: &str,
) -> Result<Option<KeyId>, RepoError> {
    let begins = |id: &KeyId| !prefix.is_empty() && id.hex().starts_with(prefix);
    let ids = draft.listed(role);
    let matching: Vec<_> = ids.iter().filter(|id| begins(id)).collect();
    match matching.as_slice() {
        [one] => return Ok(Some(**one)),
        [] => {}
        more => {
            return Err(RepoError::call(
                format!(
                    "{} keys of role {role} have an id that begins with {}.",
                    more.len(),
                    safe(prefix)
                ),
                "Write more of it.",
            ));
        }
    }
    let before = old.and_then(|old| old.role(role));
    if before.is_some_and(|keys| keys.keyids.iter().any(begins)) {
        return Ok(None);
    }
    let ids: Vec<_> = ids.iter().map(KeyId::hex).collect();
    Err(RepoError::call(
        format!(
            "role {role} has no key whose id begins with {}; it has {}.",
            safe(prefix),
            if ids.is_empty() {
                "none".to_owned()
            } else {
                ids.join(", ")
            }
        ),
        "Name one of these.",
    ))
}

/// Keys of online roles in `keys/`, where the root has none of the role: a command may have ended
/// between the key and the root. (Opening them may take a passphrase, so nothing else opens them.)
fn own_keys(
    draft: &mut RootDraft,
    keyring: &mut Keyring<'_>,
    notices: &mut Vec<String>,
) -> Result<(), RepoError> {
    for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
        if !draft.listed(role).is_empty() || !keyring.has_keys(role.name()) {
            continue;
        }
        for object in keyring.key_objects(role.name())? {
            match draft.add_key(role, &object) {
                Ok(keyid) => notices.push(format!(
                    "Role {role} gets the key {keyid}, which is in `keys/` and was not in the root."
                )),
                Err(DraftError::There { .. }) => {}
                Err(error) => return Err(not_a_draft(&error)),
            }
        }
    }
    Ok(())
}

/// What is missing and cannot be filled in later: only the roles of a first root may still be without
/// keys.
pub(super) fn impossible(draft: &RootDraft, old: Option<&Root>) -> Vec<String> {
    let roles = Role::ALL.into_iter();
    let wrong = roles.filter(|role| old.is_some() || !draft.listed(*role).is_empty());
    wrong.filter_map(|role| draft.missing_of(role)).collect()
}

/// A staged root with everything that is to be said of it.
fn described(
    place: &Place,
    draft: &RootDraft,
    file: &Metadata,
    old: Option<&Root>,
    now: OffsetDateTime,
) -> Result<StagedRoot, RepoError> {
    let missing = draft.missing();
    let (mut found, mut who) = (None, None);
    if missing.is_empty() {
        let path = place.staged_path("root");
        let root = Root::parse(draft.signed()).map_err(|error| not_metadata(&path, &error))?;
        let holders = Holders::new();
        let mut step = diff(old, &root, &holders, &Policy::default(), now);
        step.findings = step.findings.into_iter().map(decided_later).collect();
        step.findings
            .sort_by_key(|finding| std::cmp::Reverse(finding.level));
        found = Some(step);
        who = Some(rotation::signers(
            old,
            &root,
            file.payload(),
            file.signatures(),
            &holders,
        ));
    }
    Ok(StagedRoot {
        version: draft.version(),
        payload: file.digest(),
        bytes: file.bytes().to_vec(),
        missing,
        diff: found,
        signers: who,
        published: old.map(|old| old.version),
        notices: Vec::new(),
    })
}

/// Level and words of what a plan decides.
pub(super) fn decided_later(mut finding: Finding) -> Finding {
    if finding.level == Level::Stop && DECIDED_BY_PLANS.contains(&finding.rule) {
        finding.level = Level::Caution;
        finding.sentence.push_str(" That is for the plan of the ceremony to decide: where it does not allow this, nobody signs there.");
    }
    finding
}

fn signed_of(place: &Place, file: &Metadata) -> Result<Signed, RepoError> {
    let path = place.staged_path("root");
    file.to_signed()
        .map_err(|error| not_metadata(&path, &error))
}

/// The public keys that a root in the making has, by role: what a ceremony's plan needs.
pub fn listed_keys(draft: &RootDraft, role: Role) -> Vec<(KeyId, Value)> {
    let keys = draft.signed().get("keys");
    let of = |id: KeyId| Some((id, keys?.get(id.hex())?.clone()));
    draft.listed(role).into_iter().filter_map(of).collect()
}
