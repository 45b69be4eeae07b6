//! `token attest`: what a token shows for its key, and what is to be made of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{checked, label, words_of};
use crate::attestation::verdict::{Anchors, Expected, Outcome, Verdict, verdict};
use crate::ceremony::token::piv::KeyPolicies;
use crate::ceremony::token::{Evidence, TokenKind, TokenName};
use crate::ceremony::token_name::{ParsedName, parse};
use crate::cli::{Failure, notice, print, print_json, read};
use crate::ports::Tokens as _;
use crate::safe::safe;
use crate::token::{self, AllTokens};
use crate::tuf::key::PublicKey;

/// Arguments of `token attest`.
#[derive(Debug, Args)]
pub struct Attest {
    /// Name of the token: `yubikey:SERIAL[/SLOT]` or a `pkcs11:` URI.
    token: String,
    /// Label of the key on it; a slot and a URI with `object=` say it themselves.
    #[arg(long, value_name = "LABEL")]
    key: Option<String>,
    /// Writes the certificates into this directory, under plain names and never over a file.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Certificates of the maker that may stand between the token's and a pinned root, in PEM.
    #[arg(long, value_name = "FILE")]
    intermediates: Vec<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Attest {
    pub fn run(&self) -> Result<(), Failure> {
        let name = checked(&self.token)?;
        let label = label(&name, self.key.as_deref())?;
        let intermediates = self
            .intermediates
            .iter()
            .map(|path| read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
            .collect::<Result<Vec<_>, _>>()?;
        let mut tokens = AllTokens::new(token::software::WORK_FACTOR);
        let identity = tokens.identify(&name).map_err(|fault| words_of(&fault))?;
        let evidence = tokens
            .attest(&name, &label)
            .map_err(|fault| words_of(&fault))?;
        let anchors = Anchors {
            test_roots: Vec::new(),
            intermediates,
        };
        let firmware = (identity.kind == TokenKind::YubiKey).then_some(identity.firmware);
        let expected = Expected {
            firmware,
            ..expected(&name, &evidence)
        };
        let verdict = verdict(&evidence, &expected, &anchors);
        let written = match &self.output {
            None => Vec::new(),
            Some(dir) => write(dir, &stem(&name), &evidence.certificates)?,
        };
        if self.json {
            print_json(&json!({
                "token": name,
                "evidence": evidence,
                "verdict": verdict,
                "written": written,
            }));
        } else {
            print(&lines(&verdict));
            for path in &written {
                notice(&format!("{} written", path.display()));
            }
        }
        if holds(&verdict) {
            Ok(())
        } else {
            Err(Failure::not_so(""))
        }
    }
}

/// What the call itself says of the key. There is no plan, so that the key is the one that the token
/// shows, and it should be used as a root key is.
fn expected(name: &TokenName, evidence: &Evidence) -> Expected {
    let (serial, slot) = match parse(name) {
        Ok(ParsedName::YubiKey(parsed)) => (Some(parsed.serial.to_string()), Some(parsed.slot)),
        _ => (None, None),
    };
    Expected {
        key: PublicKey::from_pem(&evidence.key.public_pem).ok(),
        serial,
        slot,
        policies: Some(KeyPolicies::STRICT),
        firmware: None,
    }
}

/// Whether everything holds that a root key needs. FIPS is a property, not a requirement.
fn holds(verdict: &Verdict) -> bool {
    verdict
        .checks
        .iter()
        .filter(|check| check.id != "attestation.fips")
        .all(|check| matches!(check.outcome, Outcome::Pass | Outcome::Warn))
}

fn lines(verdict: &Verdict) -> String {
    let mut text = String::new();
    for check in &verdict.checks {
        let _ = writeln!(
            text,
            "{:10} {:26} {}",
            check.outcome.word(),
            check.id,
            safe(&check.sentence)
        );
    }
    text
}

/// The beginning of the names of files: letters and digits of the token's name.
fn stem(name: &TokenName) -> String {
    match parse(name) {
        Ok(ParsedName::YubiKey(parsed)) => format!("{}-{}", parsed.serial, parsed.slot),
        _ => "token".to_owned(),
    }
}

/// Writes them: first the one about the key, then the device's own, then any others.
fn write(dir: &Path, stem: &str, certificates: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let paths: Vec<PathBuf> = (0..certificates.len())
        .map(|number| match number {
            0 => format!("{stem}-key.pem"),
            1 => format!("{stem}-device.pem"),
            more => format!("{stem}-issuer-{}.pem", more - 1),
        })
        .map(|file| dir.join(file))
        .collect();
    // all or none: nobody should take yesterday's certificate for today's
    if let Some(taken) = paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(Failure::call(format!(
            "{}: there is a file of this name. It was left as it is, nothing was written. Name another directory.",
            taken.display()
        )));
    }
    std::fs::create_dir_all(dir)
        .map_err(|error| Failure::surroundings(format!("{}: {error}", dir.display())))?;
    for (path, text) in paths.iter().zip(certificates) {
        crate::journal::write_whole(path, text.as_bytes()).map_err(|error| {
            Failure::surroundings(format!("{}: {error}. It was not written.", path.display()))
        })?;
    }
    if paths.is_empty() {
        notice("the token brought no certificate forward, so that none was written");
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::verdict::Checked;

    fn of(outcomes: &[(&'static str, Outcome)]) -> Verdict {
        let checked = |(id, outcome): &(&'static str, Outcome)| Checked {
            id,
            outcome: *outcome,
            sentence: "So it is.".to_owned(),
        };
        Verdict {
            checks: outcomes.iter().map(checked).collect(),
            chain: Vec::new(),
        }
    }

    #[test]
    fn everything_but_fips_must_hold() {
        let chain = "attestation.chain";
        let fips = "attestation.fips";
        assert!(holds(&of(&[
            (chain, Outcome::Pass),
            (fips, Outcome::NotProved)
        ])));
        assert!(holds(&of(&[(chain, Outcome::Warn)])));
        assert!(!holds(&of(&[(chain, Outcome::NotProved)])));
        assert!(!holds(&of(&[
            (chain, Outcome::Fail),
            (fips, Outcome::Pass)
        ])));
        let text = lines(&of(&[(chain, Outcome::NotProved)]));
        assert_eq!(text, "NOT PROVED attestation.chain          So it is.\n");
    }

    #[test]
    fn certificates_are_written_under_plain_names_and_over_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("new");
        let name = TokenName("yubikey:15422467/9c".to_owned());
        let certificates = ["a", "b", "c"].map(str::to_owned);
        let written = write(&at, &stem(&name), &certificates).unwrap();
        let names: Vec<_> = written
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(
            names,
            [
                "15422467-9c-key.pem",
                "15422467-9c-device.pem",
                "15422467-9c-issuer-1.pem"
            ]
        );
        std::fs::remove_file(at.join("15422467-9c-key.pem")).unwrap();
        let again = write(&at, &stem(&name), &certificates).unwrap_err();
        assert_eq!(again.status, 2);
        assert!(!at.join("15422467-9c-key.pem").exists(), "all or none");
        assert_eq!(
            std::fs::read(at.join("15422467-9c-device.pem")).unwrap(),
            b"b"
        );
    }
}
