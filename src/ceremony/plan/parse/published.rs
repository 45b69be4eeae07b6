//! What a plan says of metadata that exists before the ceremony.

use super::{PATH, TITLE, digest, plain_path};
use crate::ceremony::plan::{KeyPlan, Mode, Participant, Place, StagedPlan, TrustedPlan};
use crate::ceremony::toml_reader::{Found, Reading, Section};

/// A part of the plan that may be there.
pub(super) enum Part<T> {
    /// It is not there.
    Absent,
    /// It is there, and could not be read.
    Unreadable,
    /// It was read.
    Read(T),
}

impl<T> Part<T> {
    fn there(read: Option<T>) -> Self {
        read.map_or(Self::Unreadable, Self::Read)
    }

    /// Whether it is there, read or not.
    pub(super) fn is_there(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// What was read.
    pub(super) fn into_read(self) -> Option<T> {
        match self {
            Self::Read(read) => Some(read),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

/// `[trusted]`.
pub(super) fn trusted(
    reading: &Reading<'_>,
    section: Option<Section<'_, '_>>,
    mode: Option<Mode>,
) -> Part<TrustedPlan> {
    let Some(section) = section else {
        return Part::Absent;
    };
    let path = path(reading, &section);
    let given = section.optional_text("sha256");
    let sha256 = given.as_ref().and_then(|hex| digest(reading, hex));
    if given.is_none() && mode == Some(Mode::Production) {
        section.add(format!(
            "`{}` is missing: a production plan says which root is trusted by the SHA-256 of its file.",
            section.key("sha256")
        ));
    }
    section.finish();
    Part::there(path.map(|path| TrustedPlan { path, sha256 }))
}

/// `[staged]`.
pub(super) fn staged(reading: &Reading<'_>, section: Option<Section<'_, '_>>) -> Part<StagedPlan> {
    let Some(section) = section else {
        return Part::Absent;
    };
    let path = path(reading, &section);
    let role = section.line_of_text("role", TITLE);
    let payload = section
        .optional_text("payload")
        .and_then(|hex| digest(reading, &hex));
    let mut also = Vec::new();
    for copy in section.optional_texts("also").unwrap_or_default() {
        let copy = section.one_line(copy, PATH);
        also.extend(
            copy.and_then(|copy| plain_path(reading, copy))
                .map(|p| p.value),
        );
    }
    let file = |name| {
        section
            .optional_text(name)
            .and_then(|text| section.one_line(text, PATH))
            .and_then(|path| plain_path(reading, path))
            .map(|path| path.value)
    };
    let (delegated_by, previous) = (file("delegated_by"), file("previous"));
    let role = role.map(|role| role.value);
    let top = ["root", "targets", "snapshot", "timestamp"];
    if let Some(role) = &role
        && top.contains(&role.as_str()) == delegated_by.is_some()
    {
        section.add(if delegated_by.is_some() {
            format!("`{role}` is a top-level role: nothing delegates it.")
        } else {
            format!(
                "`{role}` is no top-level role of TUF (root, targets, snapshot, timestamp). A delegated \
                 role needs `delegated_by`, the metadata that names its keys."
            )
        });
    }
    section.finish();
    let read = path.zip(role).map(|(path, role)| StagedPlan {
        path,
        role,
        payload,
        also,
        delegated_by,
        previous,
    });
    Part::there(read)
}

fn path(reading: &Reading<'_>, section: &Section<'_, '_>) -> Option<String> {
    let path = section.line_of_text("path", PATH)?;
    plain_path(reading, path).map(|path| path.value)
}

/// What must hold between the parts of the plan.
pub(super) fn judge(
    reading: &Reading<'_>,
    top: &Section<'_, '_>,
    trusted: bool,
    staged: &Part<StagedPlan>,
    makes: bool,
    people: &[Found<Participant>],
) {
    if makes && staged.is_there() {
        top.add(
            "The plan has `[root]` and `[staged]`: a ceremony either makes a root or signs one that \
             comes from outside.",
        );
    }
    // tokens that are only provisioned, for keys of another day
    let mut keys = people.iter().flat_map(|person| &person.value.keys);
    let no_metadata = !makes && !staged.is_there() && !trusted;
    let some = keys.clone().next().is_some();
    // whose entries cannot be read may be such tokens
    if no_metadata && keys.all(KeyPlan::is_provisioned) && (some || !reading.clean()) {
        return;
    }
    if no_metadata {
        top.add(
            "The plan has no `[root]` to make, no `[staged]` file to sign and no `[trusted]` root whose \
             keys could be tried. Without them every keyholder's token must be a YubiKey, on which a \
             key is made.",
        );
    }
    if let Part::Read(staged) = staged
        && staged.role != "root"
        && !trusted
    {
        top.add(format!(
            "The role `{}` is judged by the root that names its keys: the plan needs `[trusted]`.",
            staged.role
        ));
    }
    for person in people {
        for key in &person.value.keys {
            let at = |sentence: String| reading.add(person.line, person.key.clone(), sentence);
            match key.place {
                Place::Joins if !makes => at(format!(
                    "The key of `{}` has no `keyid`: this plan makes no root, so that every key must \
                     exist already.",
                    key.name
                )),
                Place::Stays(_) | Place::Leaves(_) if !trusted && !staged.is_there() => {
                    at(format!(
                        "The key of `{}` has a `keyid`, but the plan has no `[trusted]` root that lists it.",
                        key.name
                    ));
                }
                _ => {}
            }
        }
    }
}
