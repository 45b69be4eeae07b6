//! `attest`: what certificates of a token prove of its key.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, print, print_json};
use crate::attestation::verdict::{Anchors, Expected, Outcome, Verdict, on_certificates};
use crate::attestation::{self, Certificate, MAX_CERTIFICATE_BYTES};
use crate::ceremony::token::piv::{KeyPolicies, PinPolicy, Slot, TouchPolicy};
use crate::safe::safe;
use crate::tuf::key::PublicKey;

/// The verbs of `attest`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Follows the certificates of a YubiKey to a pinned root of Yubico, and compares what they say
    /// with what is given: one line for each check.
    ///
    /// Only the roots of this program are trusted. No clock is asked: the days of validity are
    /// shown. Exit status: 0 no check fails, 1 one does, 3 a file could not be read.
    ///
    /// With --json: `fails, checks [{id, outcome, sentence}], chain [{subject, issuer, from, to,
    /// sha256}]`.
    #[command(
        after_help = "Example:\n  rootstage attest verify --key-cert 15422467/key.pem --device-cert 15422467/device.pem --serial 15422467 --slot 9c"
    )]
    Verify(Verify),
}

/// Arguments of `attest verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The certificate about the key (PEM or DER).
    #[arg(long, value_name = "FILE")]
    key_cert: PathBuf,
    /// The certificate of the device, from slot f9 (PEM or DER).
    #[arg(long, value_name = "FILE")]
    device_cert: PathBuf,
    /// More certificates that may stand between it and a root. Nothing is trusted for being in them.
    #[arg(long, value_name = "FILE")]
    intermediates: Vec<PathBuf>,
    /// Serial number that the token should have.
    #[arg(long, value_name = "NUMBER")]
    serial: Option<String>,
    /// Slot that the key should be in, such as 9c.
    #[arg(long, value_parser = slot)]
    slot: Option<Slot>,
    /// When the PIN should be wanted.
    #[arg(long, value_parser = pin_policy, requires = "touch_policy", value_name = "POLICY")]
    pin_policy: Option<PinPolicy>,
    /// When a touch should be wanted.
    #[arg(long, value_parser = touch_policy, requires = "pin_policy", value_name = "POLICY")]
    touch_policy: Option<TouchPolicy>,
    /// The public key that should be attested, in PEM.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

fn slot(text: &str) -> Result<Slot, String> {
    Slot::parse(text).ok_or_else(|| "a PIV slot is 9a, 9c, 9d, 9e, or 82 to 95".to_owned())
}

fn pin_policy(text: &str) -> Result<PinPolicy, String> {
    let mut all = PinPolicy::ALL.iter();
    all.find(|(_, name, _)| *name == text)
        .map(|(_, _, policy)| *policy)
        .ok_or_else(|| {
            format!(
                "one of {}",
                PinPolicy::ALL.map(|(_, name, _)| name).join(", ")
            )
        })
}

fn touch_policy(text: &str) -> Result<TouchPolicy, String> {
    let mut all = TouchPolicy::ALL.iter();
    all.find(|(_, name, _)| *name == text)
        .map(|(_, _, policy)| *policy)
        .ok_or_else(|| {
            format!(
                "one of {}",
                TouchPolicy::ALL.map(|(_, name, _)| name).join(", ")
            )
        })
}

impl Verb {
    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Verify(verb) => verb.run(),
        }
    }
}

impl Verify {
    fn run(&self) -> Result<(), Failure> {
        let mut brought = certificates("--key-cert", &self.key_cert)?;
        // the first of a file is the one that is meant; the others may stand above it
        brought.extend(certificates("--device-cert", &self.device_cert)?);
        let mut between = Vec::new();
        for path in &self.intermediates {
            between.extend(certificates("--intermediates", path)?);
        }
        let pem = |certificate: Certificate| certificate.pem;
        let anchors = Anchors {
            test_roots: Vec::new(),
            intermediates: between.into_iter().map(pem).collect(),
        };
        let brought: Vec<String> = brought.into_iter().map(pem).collect();
        let verdict = on_certificates(&brought, &self.expected()?, &anchors);
        let fails = verdict
            .checks
            .iter()
            .any(|check| check.outcome == Outcome::Fail);
        if self.json {
            print_json(&json!({
                "fails": fails,
                "checks": verdict.checks,
                "chain": verdict.chain,
            }));
        } else {
            print(&lines(&verdict));
        }
        if fails {
            return Err(Failure::not_so(String::new()));
        }
        Ok(())
    }

    fn expected(&self) -> Result<Expected, Failure> {
        let key = match &self.key {
            None => None,
            Some(path) => {
                let text = String::from_utf8(bounded("--key", path)?)
                    .map_err(|_| unreadable("--key", path, "it is not text"))?;
                let key = PublicKey::from_pem(&text)
                    .map_err(|error| unreadable("--key", path, &error.to_string()))?;
                Some(key)
            }
        };
        Ok(Expected {
            key,
            serial: self.serial.clone(),
            slot: self.slot,
            policies: self
                .pin_policy
                .zip(self.touch_policy)
                .map(|(pin, touch)| KeyPolicies { pin, touch }),
            firmware: None,
        })
    }
}

fn unreadable(option: &str, path: &Path, why: &str) -> Failure {
    Failure::surroundings(format!(
        "{option} {}: {why}. Nothing was judged. Check the path.",
        safe(&path.display().to_string())
    ))
}

fn bounded(option: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| {
            let most = MAX_CERTIFICATE_BYTES as u64 + 1;
            file.take(most).read_to_end(&mut bytes)
        })
        .map_err(|error| unreadable(option, path, &error.to_string()))?;
    Ok(bytes)
}

fn certificates(option: &str, path: &Path) -> Result<Vec<Certificate>, Failure> {
    attestation::read(&bounded(option, path)?)
        .map_err(|error| unreadable(option, path, &error.to_string()))
}

fn lines(verdict: &Verdict) -> String {
    let checks = verdict.checks.iter().map(|check| {
        format!(
            "{:10}  {:24}  {}",
            check.outcome.word(),
            check.id,
            check.sentence
        )
    });
    let mut lines: Vec<String> = checks.collect();
    if !verdict.chain.is_empty() {
        lines.push(String::new());
        lines.push(
            "Certificates, with their days of validity, which are not compared with today:"
                .to_owned(),
        );
        let chain = verdict.chain.iter();
        lines.extend(chain.map(|link| {
            format!(
                "  {}  {} to {}  SHA-256 {}",
                link.subject, link.from, link.to, link.sha256
            )
        }));
    }
    lines.join("\n")
}
