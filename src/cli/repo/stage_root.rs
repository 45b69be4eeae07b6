//! `repo stage-root`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Args};
use serde_json::json;
use time::OffsetDateTime;

use super::passphrases::Sources;
use super::when::{When, role_of};
use super::{Where, asked, root_file, root_words};
use crate::cli::{Failure, notice, now, print, print_json};
use crate::repo::Place;
use crate::repo::keys::Keyring;
use crate::repo::root::{self, Finish, StagedRoot, Wishes, read_keys};
use crate::safe::safe;
use crate::tuf::root::Role;

/// Arguments of `repo stage-root`.
#[derive(Debug, Args)]
pub struct StageRoot {
    #[command(flatten)]
    place: Where,
    /// When the root expires: a date, a time of UTC, or how long from now (365d).
    #[arg(long, value_name = "WHEN")]
    expires: When,
    /// A root key that is added: PEM, a TUF key object, or an envelope of kind public-keys.
    #[arg(long, value_name = "FILE")]
    root_key: Vec<PathBuf>,
    /// A key that is added to a role: targets=FILE.
    #[arg(long, value_name = "ROLE=FILE")]
    key: Vec<String>,
    /// A key that leaves a role: root=KEYID; the beginning of the id is enough.
    #[arg(long, value_name = "ROLE=KEYID")]
    remove: Vec<String>,
    /// How many keys of a role must sign: root=3.
    #[arg(long, value_name = "ROLE=N")]
    threshold: Vec<String>,
    /// Whether file names are to carry versions and digests; as before where it is not given.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    consistent_snapshot: Option<bool>,
    /// Write it as well to this new file, to be carried away: an envelope (.rse), or plain JSON (.json).
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl StageRoot {
    pub fn run(&self) -> Result<(), Failure> {
        let form = self.output.as_deref().map(root_file::form).transpose()?;
        let now = now();
        let wishes = self.wishes(now)?;
        let place = Place::locked(&self.place.dir)?;
        let mut passphrases = asked::passphrases(&self.sources)?;
        let mut keyring = Keyring::new(&place, &mut passphrases);
        let staged = root::stage(&place, &mut keyring, &wishes, now)?;
        for words in &staged.notices {
            notice(words);
        }
        if let (Some(output), Some(form)) = (&self.output, form) {
            root_file::write(&staged, output, form)?;
        }
        self.say(&place, &staged);
        Ok(())
    }

    fn wishes(&self, now: OffsetDateTime) -> Result<Wishes, Failure> {
        let mut add = Vec::new();
        for path in &self.root_key {
            add.extend(read_keys(path, Role::Root)?);
        }
        for given in &self.key {
            let (role, file) = of_role("--key", given, "timestamp=FILE")?;
            add.extend(read_keys(Path::new(file), role)?);
        }
        let mut remove = Vec::new();
        for given in &self.remove {
            let (role, keyid) = of_role("--remove", given, "root=KEYID")?;
            remove.push((role, keyid.to_owned()));
        }
        let mut thresholds = Vec::new();
        for given in &self.threshold {
            let (role, number) = of_role("--threshold", given, "root=2")?;
            let number = number
                .parse()
                .map_err(|_| wrong("--threshold", given, "write a whole number, such as root=2"))?;
            thresholds.push((role, number));
        }
        Ok(Wishes {
            expires: Some(self.expires.from(now)),
            add,
            remove,
            thresholds,
            consistent_snapshot: self.consistent_snapshot,
            finish: if self.output.is_some() {
                Finish::Needed
            } else {
                Finish::Later
            },
        })
    }

    fn say(&self, place: &Place, staged: &StagedRoot) {
        let path = place.staged_path("root");
        let next = if staged.missing.is_empty() {
            root_file::next(place, staged, self.output.as_deref())
        } else {
            Vec::new()
        };
        if self.json {
            let mut document = root_words::document(
                staged.payload,
                staged.diff.as_ref(),
                staged.signers.as_ref(),
            );
            document["file"] = json!(path);
            document["version"] = json!(staged.version);
            document["missing"] = json!(staged.missing);
            document["output"] = json!(self.output);
            document["notices"] = json!(staged.notices);
            document["next"] = json!(next);
            print_json(&document);
            return;
        }
        let mut text = format!(
            "Staged root version {} in {}.\n",
            staged.version,
            path.display()
        );
        if !staged.missing.is_empty() {
            let _ = writeln!(
                text,
                "It is not finished: {}. Add keys with `repo gen-key` and `repo stage-root`.",
                staged.missing.join("; ")
            );
            print(&text);
            return;
        }
        if let Some(diff) = &staged.diff {
            root_words::step(&mut text, diff);
        }
        root_words::digest(&mut text, staged.payload);
        if let Some(signers) = &staged.signers {
            root_words::signers(&mut text, signers);
        }
        text.push_str("\nNEXT\n");
        for step in &next {
            let _ = writeln!(text, "  {step}");
        }
        print(&text);
    }
}

fn of_role<'t>(option: &str, given: &'t str, form: &str) -> Result<(Role, &'t str), Failure> {
    let words = |why: &str| wrong(option, given, why);
    let (role, rest) = given
        .split_once('=')
        .ok_or_else(|| words(&format!("write it as {form}")))?;
    let role = role_of(role).map_err(|why| words(&why))?;
    if rest.is_empty() {
        return Err(words(&format!("write it as {form}")));
    }
    Ok((role, rest))
}

fn wrong(option: &str, given: &str, why: &str) -> Failure {
    Failure::call(format!(
        "{option} {}: {why}. Nothing was changed.",
        safe(given)
    ))
}
