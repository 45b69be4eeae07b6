//! `root verify`: the signatures of one file.

use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::file::{self, MAX_METADATA_BYTES, Names, RootFile, no_metadata, shown};
use super::text::{count, paragraph, signatures};
use crate::cli::{Failure, print, print_json};
use crate::safe::safe;
use crate::tuf::key::Holders;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{MetadataError, Role, Root};
use crate::tuf::signature::MAX_ROOT_BYTES;
use crate::tuf::summary::from_now;
use crate::tuf::verdicts::{Standing, standing};

/// One threshold, or one version that must follow another.
#[derive(Debug, Serialize)]
pub struct Step {
    /// The file that is judged.
    file: String,
    /// By whose keys.
    under: String,
    role: Role,
    holds: bool,
    /// What was found, as a sentence.
    words: String,
    standing: Option<Standing>,
}

/// Everything that was found of one file.
#[derive(Debug)]
pub struct Verified {
    pub name: String,
    pub kind: Role,
    pub version: u64,
    pub expires: String,
    /// None where the expiry is no time.
    pub until: Option<OffsetDateTime>,
    pub payload: String,
    pub steps: Vec<Step>,
    pub not_checked: Vec<String>,
    /// Version and file of each trusted root, the lowest version first.
    pub trusted: Vec<(u64, String)>,
}

/// What every role has.
#[derive(serde::Deserialize)]
struct Header {
    version: u64,
    expires: String,
}

impl super::Verify {
    pub fn run(&self, now: OffsetDateTime) -> Result<(), Failure> {
        let names = Names::read(self.manner.holders.as_deref())?;
        let name = shown(&self.file);
        let refused = |error: MetadataError| no_metadata(&name, &error);
        let file = file::read_as(&self.file, MAX_METADATA_BYTES)?.map_err(refused)?;
        let mut trusted = self
            .trusted
            .iter()
            .map(|path| file::root(path))
            .collect::<Result<Vec<_>, _>>()?;
        trusted.sort_by_key(|root| root.root.version);
        let kind = Role::ALL
            .into_iter()
            .find(|role| role.name() == file.kind());
        let Some(kind) = kind else {
            return Err(Failure::not_so(format!(
                "{name} has the type {}, which is none of root, targets, snapshot, timestamp. Nothing else was looked at.",
                safe(file.kind())
            )));
        };
        let verified = if kind == Role::Root {
            if file.bytes().len() > MAX_ROOT_BYTES {
                return Err(Failure::not_so(format!(
                    "{name} has {} bytes, and clients fetch roots of at most {MAX_ROOT_BYTES}. Its signatures were not looked at.",
                    file.bytes().len()
                )));
            }
            let root = file
                .to_signed()
                .and_then(|signed| Root::parse(&signed.signed))
                .map_err(refused)?;
            let holders = names.holders(trusted.iter().map(|file| &file.root).chain([&root]));
            of_root(&RootFile { name, file, root }, &trusted, &holders)
        } else {
            if trusted.is_empty() {
                return Err(Failure::call(format!(
                    "{name} is of role {kind}, and its keys stand in a root. Nothing was checked. Name the root with --trusted."
                )));
            }
            let holders = names.holders(trusted.iter().map(|file| &file.root));
            of_other_role(name, &file, kind, &trusted, &holders)?
        };
        let passed = verified.passed();
        if self.manner.json {
            print_json(&document(&verified, now));
        } else {
            print(&lines(&verified, now));
        }
        if passed {
            Ok(())
        } else {
            Err(Failure::not_so(""))
        }
    }
}

pub(super) fn of_root(new: &RootFile, trusted: &[RootFile], holders: &Holders) -> Verified {
    let mut steps = led_up_to(trusted, holders);
    let mut not_checked = Vec::new();
    match trusted {
        [] => not_checked.push(format!(
            "That this is the right root: anybody can sign a root with keys of their own. Name one that is trusted with --trusted, or compare the payload digest {} with one from another source.",
            new.file.digest().hex()
        )),
        [first, ..] => not_checked.push(right_root(first)),
    }
    match trusted.last() {
        Some(last) if last.file.digest() == new.file.digest() => {}
        Some(last) => steps.extend(follows(last, new, holders)),
        None => {}
    }
    steps.push(under(new, new, holders));
    not_checked.push(format!(
        "Whether there is a version after {}.",
        new.root.version
    ));
    not_checked.push(
        "What the root says, beyond its signatures: rootstage root diff and rootstage root show do that.".to_owned(),
    );
    Verified {
        name: new.name.clone(),
        kind: Role::Root,
        version: new.root.version,
        expires: safe(&new.root.expires_text),
        until: Some(new.root.expires),
        payload: new.file.digest().hex(),
        steps,
        not_checked,
        trusted: named(trusted),
    }
}

fn of_other_role(
    name: String,
    file: &Metadata,
    role: Role,
    trusted: &[RootFile],
    holders: &Holders,
) -> Result<Verified, Failure> {
    let header: Header = serde_json::from_str(file.signed_text()).map_err(|error| {
        Failure::not_so(format!(
            "{name} has no version or no expiry as TUF wants them: {}. Its signatures were not looked at.",
            safe(&error.to_string())
        ))
    })?;
    let mut steps = led_up_to(trusted, holders);
    let mut not_checked: Vec<_> = trusted.first().map(right_root).into_iter().collect();
    if let Some(root) = trusted.last() {
        let standing = standing(&root.root, role, file.payload(), file.signatures(), holders);
        steps.push(Step {
            words: words(
                &format!("{name} version {}", header.version),
                &standing,
                &format!("role {role} of root version {}", root.root.version),
            ),
            file: name.clone(),
            under: root.name.clone(),
            role,
            holds: standing.met,
            standing: Some(standing),
        });
    }
    not_checked.push(
        match role {
            Role::Targets => {
                "The files that it lists, and what keys it delegates to: rootstage repo verify does that."
            }
            _ => "The files that it names, and that it agrees with the rest of the repository: rootstage repo verify does that.",
        }
        .to_owned(),
    );
    not_checked.push(format!(
        "Whether there is a version after {}.",
        header.version
    ));
    Ok(Verified {
        kind: role,
        version: header.version,
        until: OffsetDateTime::parse(&header.expires, &Rfc3339).ok(),
        expires: safe(&header.expires),
        payload: file.digest().hex(),
        steps,
        not_checked,
        trusted: named(trusted),
        name,
    })
}

fn named(roots: &[RootFile]) -> Vec<(u64, String)> {
    let roots = roots.iter();
    roots
        .map(|file| (file.root.version, file.name.clone()))
        .collect()
}

fn right_root(first: &RootFile) -> String {
    format!(
        "That {} is the right root to trust: compare its payload digest {} with one from another source.",
        first.name,
        first.file.digest().hex()
    )
}

/// From the first trusted root to the last.
fn led_up_to(trusted: &[RootFile], holders: &Holders) -> Vec<Step> {
    let mut steps = Vec::new();
    for pair in trusted.windows(2) {
        if let [old, new] = pair {
            if old.file.digest() == new.file.digest() {
                continue;
            }
            steps.extend(follows(old, new, holders));
            steps.push(under(new, new, holders));
        }
    }
    steps
}

/// The version, and the signatures under the root before.
fn follows(old: &RootFile, new: &RootFile, holders: &Holders) -> Vec<Step> {
    let mut steps = vec![under(old, new, holders)];
    if old.root.version.checked_add(1) != Some(new.root.version) {
        steps.push(Step {
            file: new.name.clone(),
            under: old.name.clone(),
            role: Role::Root,
            holds: false,
            words: format!(
                "Root version {} does not follow version {}: clients go on in steps of one.",
                new.root.version, old.root.version
            ),
            standing: None,
        });
    }
    steps
}

fn under(judge: &RootFile, new: &RootFile, holders: &Holders) -> Step {
    let standing = standing(
        &judge.root,
        Role::Root,
        new.file.payload(),
        new.file.signatures(),
        holders,
    );
    let by = if std::ptr::eq(judge, new) {
        "its own keys".to_owned()
    } else {
        format!("the keys of version {}", judge.root.version)
    };
    Step {
        words: words(
            &format!("Root version {}", new.root.version),
            &standing,
            &by,
        ),
        file: new.name.clone(),
        under: judge.name.clone(),
        role: Role::Root,
        holds: standing.met,
        standing: Some(standing),
    }
}

fn words(name: &str, standing: &Standing, by: &str) -> String {
    format!("{name} under {by}: {}.", count(standing))
}

impl Verified {
    pub fn passed(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(|step| step.holds)
    }

    fn expiry(&self, now: OffsetDateTime) -> String {
        match self.until {
            None => format!("{} (NOT A TIME)", self.expires),
            Some(until) if until <= now => {
                let ago = from_now(until, now).replacen("expired", "EXPIRED", 1);
                format!("{} ({ago})", self.expires)
            }
            Some(until) => format!("{} ({})", self.expires, from_now(until, now)),
        }
    }
}

pub fn lines(verified: &Verified, now: OffsetDateTime) -> String {
    let mut text = String::new();
    paragraph(
        &mut text,
        "",
        &format!(
            "{} version {}, {}",
            verified.kind, verified.version, verified.name
        ),
    );
    paragraph(
        &mut text,
        "  payload  ",
        &format!("SHA-256 {}", verified.payload),
    );
    paragraph(&mut text, "  expires  ", &verified.expiry(now));
    for (version, name) in &verified.trusted {
        paragraph(
            &mut text,
            "  trusted  ",
            &format!("root version {version}, {name}"),
        );
    }
    text.push('\n');
    for step in &verified.steps {
        let first = if step.holds { "PASS  " } else { "FAIL  " };
        paragraph(&mut text, first, &step.words);
        if let Some(standing) = &step.standing {
            signatures(&mut text, standing);
        }
    }
    text.push_str("\nNOT CHECKED\n");
    for sentence in &verified.not_checked {
        paragraph(&mut text, "  ", sentence);
    }
    text.push('\n');
    paragraph(
        &mut text,
        "",
        if verified.passed() {
            "VERIFIED: every threshold is met."
        } else {
            "NOT VERIFIED. Do not publish this file."
        },
    );
    text
}

fn document(verified: &Verified, now: OffsetDateTime) -> Value {
    json!({
        "file": verified.name,
        "kind": verified.kind,
        "version": verified.version,
        "expires": verified.expires,
        "expired": verified.until.is_none_or(|until| until <= now),
        "payload": verified.payload,
        "verified": verified.passed(),
        "steps": verified.steps,
        "not_checked": verified.not_checked,
    })
}
