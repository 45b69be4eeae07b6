//! `root show`: one root.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::file::{self, Names, RootFile, shown};
use super::text::{count, findings, paragraph, signatures};
use crate::attestation::verdict::{Anchors, Expected, Outcome, Verdict, on_certificates};
use crate::attestation::{self, Found, MAX_CERTIFICATE_BYTES, Matches};
use crate::cli::{Failure, notice, print, print_json};
use crate::safe::safe;
use crate::tuf::diff::diff;
use crate::tuf::key::{Holders, PublicKey};
use crate::tuf::policy::{Finding, Level, Policy};
use crate::tuf::root::Role;
use crate::tuf::summary::outline;
use crate::tuf::verdicts::{Standing, standing};

/// Endings of the files that are looked at.
const ENDINGS: [&str; 4] = ["pem", "crt", "cer", "der"];

/// Most files that are looked at, and how deep directories may lie in one another.
const MAX_FILES: usize = 4096;
const MAX_DEPTH: usize = 8;

impl super::Show {
    pub fn run(&self, now: OffsetDateTime) -> Result<(), Failure> {
        let names = Names::read(self.manner.holders.as_deref())?;
        let file = file::root(&self.file)?;
        let holders = names.holders([&file.root]);
        let matches = match &self.attestations {
            None => None,
            Some(directory) => Some(attestation::matches(&file.root, &certificates(directory)?)),
        };
        let own = standing(
            &file.root,
            Role::Root,
            file.file.payload(),
            file.file.signatures(),
            &holders,
        );
        let mut found = diff(None, &file.root, &holders, &Policy::default(), now).findings;
        // this root is looked at by itself, not as the beginning of a chain
        found.retain(|finding| finding.rule != "root.first-version");
        if self.manner.json {
            print_json(&document(
                &file,
                &holders,
                &own,
                &found,
                matches.as_ref(),
                now,
            ));
        } else {
            print(&lines(&file, &holders, &own, &found, matches.as_ref(), now));
        }
        Ok(())
    }
}

/// Every certificate below `directory`. What is no certificate is named on stderr. Links are not
/// followed.
fn certificates(directory: &Path) -> Result<Vec<Found>, Failure> {
    let failed = |path: &Path, why: &dyn std::fmt::Display| {
        Failure::surroundings(format!(
            "--attestations: {}: {why}. Nothing was shown. Name a directory with certificates.",
            shown(path)
        ))
    };
    let mut files: Vec<PathBuf> = Vec::new();
    let mut open = vec![(directory.to_owned(), 0)];
    while let Some((path, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            return Err(failed(&path, &"directories lie too deep in one another"));
        }
        for entry in std::fs::read_dir(&path).map_err(|error| failed(&path, &error))? {
            let entry = entry.map_err(|error| failed(&path, &error))?;
            let kind = entry
                .file_type()
                .map_err(|error| failed(&entry.path(), &error))?;
            let path = entry.path();
            let ending = path.extension().and_then(std::ffi::OsStr::to_str);
            if kind.is_dir() {
                open.push((path, depth + 1));
            } else if kind.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
                files.push(path);
            }
            if files.len() > MAX_FILES || open.len() > MAX_FILES {
                return Err(failed(directory, &format!("more than {MAX_FILES} files")));
            }
        }
    }
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let place = path.strip_prefix(directory).unwrap_or(&path);
        let bytes = file::bounded(&path, MAX_CERTIFICATE_BYTES)?;
        match attestation::read(&bytes) {
            Ok(certificates) => found.extend(certificates.into_iter().map(|certificate| Found {
                place: shown(place),
                certificate,
            })),
            Err(why) => notice(&format!("{}: {why}", shown(&path))),
        }
    }
    Ok(found)
}

fn lines(
    file: &RootFile,
    holders: &Holders,
    own: &Standing,
    found: &[Finding],
    matches: Option<&Matches>,
    now: OffsetDateTime,
) -> String {
    let mut text = String::new();
    paragraph(&mut text, "", &file.name);
    for line in outline(
        &file.root,
        file.file.payload().len(),
        file.file.digest(),
        holders,
        now,
    ) {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "\nSIGNATURES UNDER ITS OWN KEYS: {}", count(own));
    signatures(&mut text, own);
    text.push_str("\nFINDINGS\n");
    if findings(&mut text, found, Level::Info) == 0 {
        text.push_str("none\n");
    }
    if let Some(matches) = matches {
        certificates_of(&mut text, file, holders, matches);
    }
    text
}

fn certificates_of(text: &mut String, file: &RootFile, holders: &Holders, matches: &Matches) {
    text.push_str("\nCERTIFICATES BESIDE ITS KEYS\n");
    for (id, found) in &matches.keys {
        let public = file
            .root
            .keys
            .get(id)
            .and_then(|key| key.public.as_ref().ok());
        let holder = public.and_then(|key| holders.get(&key.fingerprint()));
        let holder = holder.map_or_else(String::new, |holder| format!(" of {}", safe(holder)));
        let none = if found.is_empty() { ": none" } else { "" };
        let _ = writeln!(text, "  key {}{holder}{none}", id.digest().short());
        for found in found {
            certificate(text, "    ", found);
            for check in verdict(found, matches).checks {
                let tell = match check.outcome {
                    Outcome::Pass => check.id == "attestation.chain",
                    Outcome::Fail | Outcome::Warn => true,
                    Outcome::NotProved => false,
                };
                if tell {
                    let words =
                        format!("{} {}: {}", check.outcome.word(), check.id, check.sentence);
                    paragraph(text, "      ", &words);
                }
            }
        }
    }
    if !matches.others.is_empty() {
        text.push_str("\nCERTIFICATES ABOUT NO KEY OF THIS ROOT\n");
        for found in &matches.others {
            certificate(text, "  ", found);
        }
    }
}

/// What the certificates in the same directory prove of one about a key.
fn verdict(about: &Found, matches: &Matches) -> Verdict {
    let directory = |found: &Found| Path::new(&found.place).parent().map(Path::to_owned);
    let own = directory(about);
    let found = matches.keys.iter().flat_map(|(_, found)| found);
    let beside = found
        .chain(&matches.others)
        .filter(|found| directory(found) == own);
    let expected = Expected {
        key: about.certificate.public_key.clone(),
        ..Expected::default()
    };
    let anchors = Anchors {
        test_roots: Vec::new(),
        intermediates: beside.map(|found| found.certificate.pem.clone()).collect(),
    };
    on_certificates(
        std::slice::from_ref(&about.certificate.pem),
        &expected,
        &anchors,
    )
}

fn certificate(text: &mut String, first: &str, found: &Found) {
    let about = &found.certificate;
    let serial = about
        .yubikey_serial
        .map_or_else(String::new, |serial| format!(", YubiKey serial {serial}"));
    paragraph(text, first, &found.place);
    paragraph(
        text,
        &format!("{first}  "),
        &format!("{}{serial}", about.subject),
    );
}

fn document(
    file: &RootFile,
    holders: &Holders,
    own: &Standing,
    found: &[Finding],
    matches: Option<&Matches>,
    now: OffsetDateTime,
) -> Value {
    let root = &file.root;
    let keys = root.keys.iter().map(|(id, key)| {
        let public = key.public.as_ref();
        let fingerprint = public.ok().map(PublicKey::fingerprint);
        json!({
            "id": id,
            "own_id": key.computed,
            "fingerprint": fingerprint,
            "kind": public.ok().map(PublicKey::kind_name),
            "holder": fingerprint.and_then(|key| holders.get(&key).map(|name| safe(name))),
            "why_unusable": public.err().map(ToString::to_string),
        })
    });
    let roles = root.roles.iter().map(|(role, keys)| {
        let keys = json!({ "threshold": keys.threshold, "keyids": keys.keyids });
        (role.name().to_owned(), keys)
    });
    let attestations = matches.map(|matches| {
        let keys = matches.keys.iter().map(|(id, found)| {
            let judged = found.iter().map(|found| {
                let mut judged = json!(found);
                judged["verdict"] = json!(verdict(found, matches));
                judged
            });
            json!({ "id": id, "certificates": judged.collect::<Vec<_>>() })
        });
        json!({ "keys": keys.collect::<Vec<_>>(), "others": matches.others })
    });
    json!({
        "file": file.name,
        "version": root.version,
        "expires": safe(&root.expires_text),
        "expired": root.expires <= now,
        "consistent_snapshot": root.consistent_snapshot,
        "spec_version": safe(&root.spec_version),
        "payload": { "sha256": file.file.digest(), "bytes": file.file.payload().len() },
        "roles": roles.collect::<serde_json::Map<_, _>>(),
        "keys": keys.collect::<Vec<_>>(),
        "unknown_members": root.unknown,
        "own": own,
        "findings": found,
        "attestations": attestations,
    })
}
