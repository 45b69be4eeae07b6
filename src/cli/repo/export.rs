//! `repo export`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::passphrases::Sources;
use super::{Where, asked, root_file, root_words};
use crate::cli::envelope::files;
use crate::cli::{Failure, notice, now, print};
use crate::digest::Sha256;
use crate::envelope::{Draft, Envelope, Kind, Payload};
use crate::repo::export::{RolePublicKeys, Upload, public_keys, repository};
use crate::repo::keys::Keyring;
use crate::repo::words::{command, counted};
use crate::repo::{Place, RepoError, root};
use crate::safe::safe;

/// The verbs of `repo export`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The root that is staged, for a ceremony: an envelope (.rse), or plain JSON (.json).
    #[command(after_help = "Example:\n  rootstage repo export root --dir tuf -o root-2.rse")]
    Root(Out),
    /// The public keys of the online roles, for the plan of a ceremony: a directory of PEM files, or an
    /// envelope (.rse).
    #[command(
        after_help = "Example:\n  rootstage repo export public-keys --dir tuf -o online-keys"
    )]
    PublicKeys(Out),
    /// What is to be hosted, verified, in a new directory.
    #[command(after_help = "Example:\n  rootstage repo export repository --dir tuf -o www")]
    Repository(Out),
}

/// Arguments of the verbs of `repo export`.
#[derive(Debug, Args)]
pub struct Out {
    #[command(flatten)]
    place: Where,
    /// The new file or directory.
    #[arg(short, long, value_name = "PATH")]
    output: PathBuf,
    #[command(flatten)]
    sources: Sources,
}

impl Verb {
    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Root(out) => out.root(),
            Self::PublicKeys(out) => out.public_keys(),
            Self::Repository(out) => out.repository(),
        }
    }
}

impl Out {
    fn root(&self) -> Result<(), Failure> {
        let form = root_file::form(&self.output)?;
        let place = Place::open(&self.place.dir)?;
        let staged = root::look(&place, now())?.ok_or_else(|| {
            RepoError::refused(
                "no root is staged.",
                format!(
                    "Stage the next one: {}",
                    command(&place, "stage-root --expires HOW-LONG")
                ),
            )
        })?;
        if !staged.missing.is_empty() {
            return Err(RepoError::refused(
                format!(
                    "the staged root is not finished: {}.",
                    staged.missing.join("; ")
                ),
                "Add keys with `repo gen-key` and `repo stage-root`.",
            )
            .into());
        }
        root_file::write(&staged, &self.output, form)?;
        let mut text = format!("Root version {}\n", staged.version);
        root_words::digest(&mut text, staged.payload);
        if let Some(signers) = &staged.signers {
            root_words::signers(&mut text, signers);
        }
        text.push_str("\nNEXT\n");
        for step in root_file::next(&place, &staged, Some(&self.output)) {
            let _ = writeln!(text, "  {step}");
        }
        print(&text);
        Ok(())
    }

    fn public_keys(&self) -> Result<(), Failure> {
        let place = Place::open(&self.place.dir)?;
        let enveloped = self
            .output
            .extension()
            .is_some_and(|ending| ending == "rse");
        if !enveloped {
            files::check_free(&self.output)?;
        }
        let mut passphrases = asked::passphrases(&self.sources)?;
        let roles = public_keys(&place, &mut Keyring::new(&place, &mut passphrases))?;
        let keys = pem_files(&roles);
        if keys.is_empty() {
            return Err(RepoError::refused(
                "there is no key of an online role yet.",
                format!("Make one: {}", command(&place, "gen-key timestamp")),
            )
            .into());
        }
        for role in roles.iter().filter(|role| role.keys.is_empty()) {
            notice(&format!(
                "Role {} has no key yet: a root needs one. Make it with: {}",
                role.role,
                command(&place, &format!("gen-key {}", role.role))
            ));
        }
        let shown = safe(&self.output.display().to_string());
        if enveloped {
            write_envelope(&self.output, keys)?;
            notice(&format!("{shown} written"));
            print(
                "In the room, `rootstage envelope open` makes PEM files of it; a plan names them as below.",
            );
            print(&plan_part(&roles, "online-keys"));
            return Ok(());
        }
        let mut payloads = keys;
        let mut sums = String::new();
        for key in &payloads {
            let _ = writeln!(sums, "{}  {}", Sha256::of(&key.bytes).hex(), key.name);
        }
        payloads.push(Payload {
            name: "SHA256SUMS".to_owned(),
            bytes: sums.into_bytes(),
        });
        files::write_directory(&self.output, &payloads)?;
        notice(&format!("{shown} written"));
        let directory = self.output.file_name().unwrap_or_default();
        print("Put the directory beside the plan of the ceremony, and this into the plan:\n");
        print(&plan_part(&roles, &directory.to_string_lossy()));
        Ok(())
    }

    fn repository(&self) -> Result<(), Failure> {
        let place = Place::locked(&self.place.dir)?;
        let upload = repository(&place, &self.output, now())?;
        for name in &upload.left_out {
            notice(&format!(
                "{name} was left out: it is no part of a repository."
            ));
        }
        notice(&format!(
            "{} written",
            safe(&self.output.display().to_string())
        ));
        print(&order(&upload));
        Ok(())
    }
}

/// `ROLE-N.pem` for every key.
fn pem_files(roles: &[RolePublicKeys]) -> Vec<Payload> {
    let of_role = |role: &RolePublicKeys| {
        let name = role.role;
        let keys = role
            .keys
            .iter()
            .enumerate()
            .map(move |(place, key)| Payload {
                name: format!("{name}-{}.pem", place + 1),
                bytes: key.spki_pem().into_bytes(),
            });
        keys.collect::<Vec<_>>()
    };
    roles.iter().flat_map(of_role).collect()
}

/// The tables of a plan that name the keys, each by path and digest.
fn plan_part(roles: &[RolePublicKeys], directory: &str) -> String {
    let mut text = String::new();
    for role in roles.iter().filter(|role| !role.keys.is_empty()) {
        let _ = writeln!(text, "[root.role.{}]", role.role);
        let _ = writeln!(text, "threshold = {}\nkeys = [", role.threshold);
        for file in pem_files(std::slice::from_ref(role)) {
            let path = serde_json::Value::String(format!("{directory}/{}", file.name));
            let _ = writeln!(
                text,
                "  {{ path = {path}, sha256 = \"{}\" }},",
                Sha256::of(&file.bytes).hex()
            );
        }
        text.push_str("]\n\n");
    }
    text
}

fn write_envelope(output: &Path, payloads: Vec<Payload>) -> Result<(), Failure> {
    let refused = |error: &dyn std::fmt::Display| {
        Failure::call(format!(
            "the envelope would be refused: {error}. Nothing was written."
        ))
    };
    let envelope = Envelope::pack(Draft {
        kind: Kind::PublicKeys,
        ceremony: None,
        created: now(),
        from: None,
        note: None,
        payloads,
    });
    let envelope = envelope.map_err(|error| refused(&error))?;
    let file = envelope.to_file().map_err(|error| refused(&error))?;
    files::write(output, &file)
}

fn order(upload: &Upload) -> String {
    let mut text = String::from(
        "Where the host cannot switch to a new directory at once, upload in this order, each step when the one \
         before it is done:\n",
    );
    let _ = writeln!(
        text,
        "  1. targets/ ({})",
        counted(upload.targets, "file", "files")
    );
    let groups = [&upload.delegated, &upload.snapshots, &upload.roots];
    for (place, names) in groups.into_iter().enumerate() {
        let names: Vec<_> = names.iter().map(|name| safe(name)).collect();
        let _ = writeln!(text, "  {}. {}", place + 2, names.join(", "));
    }
    text.push_str("  5. timestamp.json, last\n");
    text
}
