//! Plans of rehearsals with software tokens, for ceremonies after the first: the root before is that
//! of another rehearsal, which stands in `before/` beside the plan.

use std::fmt::Write as _;

use serde_json::json;
use time::OffsetDateTime;

use super::{Comments, Outline, head, online, policy};
use crate::ceremony::plan::Mode;
use crate::ceremony::plan::check::stamp;
use crate::digest::Sha256;
use crate::tuf::key::KeyId;
use crate::tuf::root::{self, MetadataError, Signed};

/// First names of the keyholders of a rehearsal: the letters that begin them differ, so that no
/// two people have the same initials.
const NAMES: [&str; 20] = [
    "Ada", "Bruno", "Chidi", "Dana", "Edith", "Farid", "Greta", "Hana", "Ivo", "Jun", "Kofi",
    "Lena", "Mara", "Nils", "Olga", "Pavel", "Quinn", "Rosa", "Sami", "Tove",
];

/// Where the rehearsal stands that made the root before, relative to the plan.
const BEFORE: &str = "before";
/// The root before, relative to the plan.
const TRUSTED: &str = "before/metadata/1.root.json";
/// What is to be signed where it comes from outside, relative to the plan.
const STAGED: &str = "staged/root.json";

/// What a rehearsal of a ceremony after the first begins with.
#[derive(Clone, Debug)]
pub struct Practice<'a> {
    /// Name of the production script that is rehearsed.
    pub script: &'a str,
    /// Title, place, and the number of keyholders, the threshold and the expiry: keyholders and
    /// threshold are those of the root before, the expiry is that of the new one.
    pub outline: &'a Outline,
    /// Ids of the keys in the root before, in the order of its keyholders.
    pub keys: &'a [KeyId],
    /// SHA-256 of the file of the root before.
    pub trusted: Sha256,
    /// SHA-256 of the payload of the staged root, for a ceremony that signs one.
    pub staged: Option<Sha256>,
}

/// Why a ceremony cannot be rehearsed with so many keyholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A key is to leave without signing, and the others are fewer than the threshold.
    #[error(
        "without the key that leaves, {left} keys are left, and {threshold} signatures are needed: take one keyholder more"
    )]
    NoSpare {
        /// Keys that are left.
        left: u32,
        /// Signatures that are needed.
        threshold: u32,
    },
    /// One more than there are names for.
    #[error("one keyholder more joins, and a rehearsal has at most {most}: take one fewer")]
    TooMany {
        /// Most keyholders.
        most: usize,
    },
    /// With one keyholder there is no other threshold.
    #[error("one keyholder cannot have another number of signatures than one: take two or more")]
    OneOnly,
    /// It is about tokens that a rehearsal by itself has not.
    #[error(
        "software keys have nothing to be provisioned. Take YubiKeys that may be erased, and the plan of `rootstage plan new --script provision-token --rehearsal`"
    )]
    OnYubiKeys,
}

/// What becomes of the keys and the numbers of the root before.
struct Course {
    /// Somebody who held no key joins.
    joins: bool,
    /// What becomes of the last key of the root before.
    last: Last,
    /// Signatures that the new root demands.
    threshold: u32,
    /// Online roles that get another key.
    online: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// It stays.
    Stays,
    /// It signs once more and leaves.
    Leaves,
    /// It leaves without signing, for this reason; its holder gets another.
    Replaced(&'static str),
}

fn course(script: &str, outline: &Outline) -> Result<Course, Unfit> {
    let (keyholders, threshold) = (outline.keyholders, outline.threshold);
    let mut course = Course {
        joins: false,
        last: Last::Stays,
        threshold,
        online: &[],
    };
    match script {
        "rotate-keyholder" => {
            course.joins = true;
            course.last = Last::Leaves;
        }
        "add-keyholder" => course.joins = true,
        "replace-lost-key" => course.last = Last::Replaced("lost"),
        "emergency-revocation" => {
            course.last = Last::Replaced("stolen");
            course.online = &["timestamp"];
        }
        "change-threshold" if threshold < keyholders => course.threshold = threshold + 1,
        "change-threshold" if threshold > 1 => course.threshold = threshold - 1,
        "change-threshold" => return Err(Unfit::OneOnly),
        "rotate-online-keys" => course.online = &["snapshot", "timestamp"],
        "provision-token" => return Err(Unfit::OnYubiKeys),
        _ => {}
    }
    let left = keyholders.saturating_sub(1);
    if matches!(course.last, Last::Replaced(_)) && left < threshold {
        return Err(Unfit::NoSpare { left, threshold });
    }
    let most = NAMES.len();
    if course.joins && usize::try_from(keyholders).is_ok_and(|keyholders| keyholders >= most) {
        return Err(Unfit::TooMany { most });
    }
    Ok(course)
}

/// Whether this script can be rehearsed with so many keyholders and this threshold.
///
/// # Errors
/// What would have to be different.
pub fn fits(script: &str, outline: &Outline) -> Result<(), Unfit> {
    course(script, outline).map(|_| ())
}

/// The plan of such a rehearsal.
///
/// # Errors
/// What would have to be different.
pub fn practice(practice: &Practice<'_>) -> Result<String, Unfit> {
    let outline = practice.outline;
    let course = course(practice.script, outline)?;
    let mut text = head(Mode::Rehearsal, practice.script, outline);
    let _ = write!(
        text,
        "# The root before was made for this rehearsal by another, which stands in `{BEFORE}`. The\n\
         # passphrases of its tokens are `rehearsal of` and the id of the keyholder.\n\
         [trusted]\npath = \"{TRUSTED}\"\nsha256 = \"{}\"\n\n",
        practice.trusted.hex()
    );
    if let Some(payload) = practice.staged {
        let _ = write!(
            text,
            "# What is to be signed: the same root with a later date. The digest is that of its content.\n\
             [staged]\npath = \"{STAGED}\"\nrole = \"root\"\npayload = \"{}\"\n\n",
            payload.hex()
        );
    }
    text.push_str(&others());
    let mut removed = String::new();
    for (number, keyid) in (1..).zip(practice.keys) {
        let keyid = keyid.hex();
        let last = number == outline.keyholders;
        match course.last {
            Last::Replaced(reason) if last => {
                text.push_str(&keyholder(number, "tokens", ""));
                removed = format!(
                    "remove = [{{ keyid = \"{keyid}\", name = \"{} Keyholder\", reason = \"{reason}\" }}]\n",
                    first_name(number)
                );
            }
            course => {
                let leaves = if last && course == Last::Leaves {
                    "leaves = true\n"
                } else {
                    ""
                };
                let more = format!("keyid = \"{keyid}\"\n{leaves}");
                text.push_str(&keyholder(number, &format!("{BEFORE}/tokens"), &more));
            }
        }
    }
    if course.joins {
        text.push_str(&keyholder(outline.keyholders + 1, "tokens", ""));
    }
    let makes = practice.staged.is_none() && practice.script != "token-check";
    if makes {
        let _ = write!(
            text,
            "[root]\nversion = 2\nthreshold = {}\nexpires = \"{}\"\nconsistent_snapshot = true\n{removed}\n",
            course.threshold,
            stamp(outline.expires)
        );
        course
            .online
            .iter()
            .for_each(|role| text.push_str(&online(role)));
    }
    let leaves = u32::from(course.last == Last::Leaves);
    let after = Outline {
        keyholders: outline.keyholders + u32::from(course.joins) - leaves,
        threshold: course.threshold,
        ..outline.clone()
    };
    text.push_str(&policy(Mode::Rehearsal, &after, Comments::No));
    Ok(text)
}

/// A root like this one, of the next version, with another expiry and no signature, as another
/// machine would stage it; and the SHA-256 of its payload.
///
/// # Errors
/// Where `file` is no root.
pub fn staged_root(
    file: &[u8],
    expires: OffsetDateTime,
) -> Result<(Vec<u8>, Sha256), MetadataError> {
    let mut signed = Signed::parse(file)?.signed;
    let version = root::Root::parse(&signed)?.version;
    if let Some(members) = signed.as_object_mut() {
        members.insert("version".to_owned(), json!(version.saturating_add(1)));
        members.insert("expires".to_owned(), json!(stamp(expires)));
    }
    let (_, payload) = root::payload(&signed)?;
    Ok((Signed::unsigned(signed).to_file(), payload))
}

/// The people of a rehearsal who hold no key.
pub(super) fn others() -> String {
    let people = [
        ("administrator", "Val Administrator", "VA"),
        ("witness", "Wim Witness", "WW"),
    ];
    let mut text = String::new();
    for (id, name, initials) in people {
        let _ = write!(
            text,
            "[[participant]]\nid = \"{id}\"\nname = \"{name}\"\ninitials = \"{initials}\"\nduty = \
             \"{id}\"\n\n"
        );
    }
    text
}

/// A keyholder of a rehearsal, with a software token in the directory `tokens`, and `more` lines.
pub(super) fn keyholder(number: u32, tokens: &str, more: &str) -> String {
    let first = first_name(number);
    let letter = first.get(..1).unwrap_or_default();
    format!(
        "[[participant]]\nid = \"keyholder-{number}\"\nname = \"{first} Keyholder\"\ninitials = \
         \"{letter}K\"\nduty = \"keyholder\"\ntoken = \"file:{tokens}/keyholder-{number}.age\"\n\
         algorithm = \"ecdsa-p256\"\nkey_label = \"root-{number}\"\n{more}\n"
    )
}

/// The first name of the keyholder of this number, from 1.
fn first_name(number: u32) -> &'static str {
    let at = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    NAMES.get(at).copied().unwrap_or_default()
}
