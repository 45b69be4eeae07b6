//! A root, or signatures over the staged one, brought back from where it was signed.

mod brought;

use time::OffsetDateTime;

use super::not_a_draft;
use super::stage::{decided_later, impossible, listed_keys};
use crate::digest::Sha256;
use crate::envelope::merge::{Input, MergeError, Part, merge};
use crate::repo::place::not_metadata;
use crate::repo::words::command;
use crate::repo::{Place, Published, RepoError};
use crate::tuf::diff::{Diff, diff};
use crate::tuf::key::{Holders, PublicKey};
use crate::tuf::metadata::Metadata;
use crate::tuf::policy::Policy;
use crate::tuf::repository::RootDraft;
use crate::tuf::root::{Role, Root, Signed};
use crate::tuf::rotation::{self, Signers};
use crate::tuf::signature::MAX_ROOT_BYTES;
use crate::tuf::trusted::Trusted;

pub use brought::part;

use brought::{counted, first_root, nobody};

/// Whether a finished root that is staged may give way to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staged {
    /// It stays.
    Stays,
    /// It was said that it is to be replaced.
    GivesWay,
}

/// What was brought.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The version of the root.
    pub version: u64,
    /// SHA-256 of its payload.
    pub payload: Sha256,
    /// SHA-256 of the file that is staged now.
    pub file: Sha256,
    /// Who has signed, and who must.
    pub signers: Signers,
    /// What it changes against the published root.
    pub diff: Diff,
    /// Version of the published root.
    pub published: Option<u64>,
    /// What people should know.
    pub notices: Vec<String>,
}

impl Imported {
    /// Whether clients that trust the published root accept it, as far as signatures go.
    pub fn complete(&self) -> bool {
        self.signers.met()
    }
}

/// Takes a root or signatures. What is complete is staged with exactly the bytes that came; what is
/// not is staged with the signatures that count, and says who is missing.
pub fn import(
    place: &Place,
    inputs: Vec<Input>,
    replace: Staged,
    now: OffsetDateTime,
) -> Result<Imported, RepoError> {
    let published = Published::read(place)?;
    let old = published.as_ref().map(|published| &published.root);
    let trusted = published
        .as_ref()
        .map(|published| trusted(place, published))
        .transpose()?;
    let was = Was::read(place, old)?;
    let mut inputs = inputs;
    let brings = inputs
        .iter()
        .any(|input| matches!(input.part, Part::Metadata(_)));
    let base = first_root(&inputs);
    let same = match (&was, &base) {
        (Some(was), Some(base)) => was.file.digest() == base.digest(),
        (Some(_), None) => true,
        (None, _) => false,
    };
    if let Some(was) = was.as_ref().filter(|_| same) {
        // what is staged comes first: its bytes stay, and its signatures
        inputs.insert(
            0,
            Input {
                name: "staged/root.json".to_owned(),
                part: Part::Metadata(Box::new(was.file.clone())),
            },
        );
    } else if !brings {
        return Err(RepoError::refused(
            "signatures were brought, and no root is staged that they could be over.",
            "Bring the root itself as well.",
        ));
    }
    let merged = merge(&inputs, trusted.as_ref()).map_err(|error| not_merged(&error))?;
    let path = place.staged_path("root");
    let merged = Metadata::parse(merged.file, MAX_ROOT_BYTES);
    let merged = merged.map_err(|error| not_metadata(&path, &error))?;
    let root = root_of(place, &merged)?;
    let expected = old.map_or(1, |old| old.version.saturating_add(1));
    if root.version != expected {
        return Err(RepoError::refused(
            format!(
                "the root that was brought has version {}, where version {expected} must come next{}.",
                root.version,
                if old.is_some() {
                    ""
                } else {
                    ", since none is published"
                }
            ),
            "Bring the root of that version.",
        ));
    }
    let mut notices = Vec::new();
    let file = counted(&merged, &inputs, old, &root, &mut notices);
    let file = Metadata::parse(file, MAX_ROOT_BYTES);
    let mut file = file.map_err(|error| not_metadata(&path, &error))?;
    // one that came complete is taken as it came
    let whole = inputs.iter().filter_map(|input| match &input.part {
        Part::Metadata(came) if signers(old, &root, came).met() => Some(came.as_ref()),
        _ => None,
    });
    let came = whole.into_iter().next_back();
    if let Some(came) = came {
        file = came.clone();
    }
    let signers = signers(old, &root, &file);
    if !same {
        other_content(place, was.as_ref(), &merged, replace)?;
        nobody(&signers)?;
        if let Some(was) = &was {
            notices.extend(lost_keys(place, &was.draft, &root));
        }
    }
    let mut step = diff(old, &root, &Holders::new(), &Policy::default(), now);
    step.findings = step.findings.into_iter().map(decided_later).collect();
    if signers.met() {
        check(trusted.as_ref(), &file)?;
    }
    place.stage("root", file.bytes())?;
    Ok(Imported {
        version: root.version,
        payload: file.digest(),
        file: Sha256::of(file.bytes()),
        signers,
        diff: step,
        published: old.map(|old| old.version),
        notices,
    })
}

/// The root that is staged and is the next one.
struct Was {
    file: Metadata,
    draft: RootDraft,
    /// Whether it is a whole root, signed or not.
    finished: bool,
}

impl Was {
    fn read(place: &Place, old: Option<&Root>) -> Result<Option<Self>, RepoError> {
        let Some(staged) = place.staged_role("root")? else {
            return Ok(None);
        };
        let signed = staged.file.to_signed();
        let signed = signed
            .map_err(|error| not_metadata(&staged.path, &error))?
            .signed;
        let draft = RootDraft::read(signed).map_err(|error| not_a_draft(&error))?;
        // one that was published already is no obstacle
        if old.is_some_and(|old| draft.version() <= old.version) {
            return Ok(None);
        }
        Ok(Some(Self {
            finished: draft.missing().is_empty()
                && impossible(&draft, old).is_empty()
                && Root::parse(draft.signed()).is_ok(),
            file: staged.file,
            draft,
        }))
    }
}

fn root_of(place: &Place, file: &Metadata) -> Result<Root, RepoError> {
    let path = place.staged_path("root");
    let signed = file
        .to_signed()
        .and_then(|signed| Root::parse(&signed.signed));
    signed.map_err(|error| not_metadata(&path, &error))
}

fn signers(old: Option<&Root>, root: &Root, file: &Metadata) -> Signers {
    rotation::signers(
        old,
        root,
        file.payload(),
        file.signatures(),
        &Holders::new(),
    )
}

/// The published root as something that may be followed.
fn trusted(place: &Place, published: &Published) -> Result<Trusted<Root>, RepoError> {
    let path = place.repository().join("root.json");
    let (_, file) = published
        .roots
        .last_key_value()
        .ok_or_else(|| not_metadata(&path, &"there is no root"))?;
    let signed = file
        .to_signed()
        .map_err(|error| not_metadata(&path, &error))?;
    Trusted::first(&signed).map_err(|error| not_metadata(&path, &error))
}

/// The last word: the rules by which clients go from one root to the next.
fn check(trusted: Option<&Trusted<Root>>, file: &Metadata) -> Result<(), RepoError> {
    let refused = |error: &dyn std::fmt::Display| {
        RepoError::refused(
            format!("clients would not accept this root: {error}."),
            "Ask whoever signed it.",
        )
    };
    let signed: Signed = file.to_signed().map_err(|error| refused(&error))?;
    let outcome = match trusted {
        None => Trusted::first(&signed),
        Some(trusted) => trusted.next(&signed),
    };
    outcome.map(|_| ()).map_err(|error| refused(&error))
}

/// Refuses another content in place of a finished root.
fn other_content(
    place: &Place,
    was: Option<&Was>,
    merged: &Metadata,
    replace: Staged,
) -> Result<(), RepoError> {
    let Some(was) = was.filter(|was| was.finished && replace == Staged::Stays) else {
        return Ok(());
    };
    Err(RepoError::refused(
        format!(
            "another root of this version is staged. SHA-256 of its payload: {}; of the one that was brought: {}.",
            was.file.digest(),
            merged.digest()
        ),
        format!(
            "Find out which of them was agreed on. To take the one that was brought: {}",
            command(place, "import-root FILE --replace")
        ),
    ))
}

/// Keys of online roles that the draft has, with their private halves here, and the new root has not.
fn lost_keys(place: &Place, draft: &RootDraft, root: &Root) -> Vec<String> {
    let mut lost = Vec::new();
    for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
        let here = ["json", "tokens.json"]
            .iter()
            .any(|ending| place.keys().join(format!("{role}.{ending}")).exists());
        if !here {
            continue;
        }
        for (id, object) in listed_keys(draft, role) {
            let key = PublicKey::from_tuf(&object).ok();
            let listed = key.is_some_and(|key| {
                root.role_keys(role)
                    .any(|(_, other)| other.fingerprint() == key.fingerprint())
            });
            if !listed {
                lost.push(format!(
                    "ATTENTION: role {role} has the key {id} in `keys/`, and this root does not list it: what that key signs counts for nothing."
                ));
            }
        }
    }
    lost
}

fn not_merged(error: &MergeError) -> RepoError {
    let next = match error {
        MergeError::OtherPayload { .. } => {
            "Find out which of them was agreed on, before anything is signed again."
        }
        _ => "Look at the files, and bring them again.",
    };
    RepoError::refused(format!("{error}."), next)
}
