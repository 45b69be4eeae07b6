//! `sign`: one signature over one metadata file, at a desk: the review, the guards and the transcript
//! of a ceremony, for one person.

use std::path::{Path, PathBuf};

use clap::Args;

use super::desk::Desk;
use super::{Failure, Room, read};
use crate::ceremony::import::LIMIT;
use crate::ceremony::plan::{OneSignature, one_signature};
use crate::ceremony::scripts;
use crate::ceremony::token::TokenName;
use crate::digest::Sha256;
use crate::ports::Tokens as _;
use crate::report;
use crate::token::{self, AllTokens};
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{ListedKey, Root, Signed};
use crate::tuf::targets::Targets;

/// Arguments of `sign`.
#[derive(Debug, Args)]
pub struct Sign {
    /// The metadata file to sign, such as root.json.
    file: PathBuf,
    /// The token: `yubikey:SERIAL[/SLOT]`, `pkcs11:` URI or `file:PATH`.
    #[arg(long, value_name = "TOKEN")]
    token: String,
    /// Label of the key on the token; a YubiKey, a software key and a URI with `object=` say it themselves.
    #[arg(long, value_name = "LABEL")]
    key_label: Option<String>,
    /// The root that clients trust now. Everything but a first root needs it.
    #[arg(long, value_name = "ROOT")]
    trusted: Option<PathBuf>,
    /// Name of the role, where it is a delegated one; needs --delegated-by.
    #[arg(long, value_name = "NAME", requires = "delegated_by")]
    role: Option<String>,
    /// The targets metadata that delegates to the role.
    #[arg(long, value_name = "TARGETS", requires = "role")]
    delegated_by: Option<PathBuf>,
    /// For targets: the version before, to show what changes.
    #[arg(long, value_name = "TARGETS")]
    previous: Option<PathBuf>,
    /// Your name, for the record.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Your initials, which you type at each answer: two to four letters.
    #[arg(long, value_name = "LETTERS")]
    initials: String,
    /// A second person, as "NAME=LETTERS": alone you can accept no finding that stops, use no last
    /// PIN try, and abort nothing.
    #[arg(long, value_name = "NAME=LETTERS")]
    witness: Option<String>,
    /// The new directory for the record; by default one beside you, named for the time.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Directory to which the signed file is written as well.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Answers written beforehand, for tests.
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
}

impl Sign {
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        let desk = Desk {
            script: ("one-signature", scripts::one_signature()),
            answers: self.answers.as_deref(),
            dir: self.dir.clone().unwrap_or_else(default_directory),
        };
        desk.hold(room, || super::plan::salted(&one_signature(&self.call()?)))
    }

    /// Everything that the plan of this signature says.
    fn call(&self) -> Result<OneSignature, Failure> {
        let staged = metadata(&self.file)?;
        let trusted = match &self.trusted {
            None => None,
            Some(path) => Some((path, read(path)?)),
        };
        let token = TokenName(self.absolute_token()?);
        let label = match &self.key_label {
            Some(label) => label.clone(),
            None => token::label_of(&token).ok_or_else(|| {
                Failure::call(format!(
                    "{} does not say which key on it signs: give --key-label. Nothing was signed.",
                    self.token
                ))
            })?,
        };
        let mut tokens = AllTokens::new(token::software::WORK_FACTOR);
        let found = tokens.find_key(&token, &label, None).map_err(|fault| {
            let words = report::fault(&fault);
            Failure::surroundings(format!("{} {}", words.happened, words.next))
        })?;
        let found = found.ok_or_else(|| {
            Failure::surroundings(format!(
                "there is no key named {label} on {}, or the token hides it. Nothing was signed.",
                self.token
            ))
        })?;
        let public = PublicKey::from_pem(&found.public_pem)
            .map_err(|error| Failure::surroundings(format!("{}: {error}", self.token)))?;
        let role = self
            .role
            .clone()
            .unwrap_or_else(|| staged.kind().to_owned());
        let keyid = self.listed(&public, &staged, trusted.as_ref().map(|(_, bytes)| bytes))?;
        Ok(OneSignature {
            staged: absolute(&self.file)?,
            role,
            payload: staged.digest(),
            trusted: match trusted {
                None => None,
                Some((path, bytes)) => Some((absolute(path)?, Sha256::of(&bytes))),
            },
            delegated_by: self.delegated_by.as_deref().map(absolute).transpose()?,
            previous: self.previous.as_deref().map(absolute).transpose()?,
            token,
            label,
            keyid,
            keyholder: (self.name.clone(), self.initials.clone()),
            witness: second_person(self.witness.as_deref())?,
            output: self.output.as_deref().map(absolute).transpose()?,
        })
    }

    /// The token's name with an absolute path, where it is a file.
    fn absolute_token(&self) -> Result<String, Failure> {
        match self.token.strip_prefix("file:") {
            Some(path) => Ok(format!("file:{}", absolute(Path::new(path))?)),
            None => Ok(self.token.clone()),
        }
    }

    /// The id under which published metadata lists this key.
    fn listed(
        &self,
        key: &PublicKey,
        staged: &Metadata,
        trusted: Option<&Vec<u8>>,
    ) -> Result<KeyId, Failure> {
        let fingerprint = key.fingerprint();
        let find = |keys: &std::collections::BTreeMap<KeyId, ListedKey>| {
            let same = |listed: &ListedKey| {
                let public = listed.public.as_ref();
                public.is_ok_and(|public| public.fingerprint() == fingerprint)
            };
            keys.iter()
                .find(|(_, listed)| same(listed))
                .map(|(id, _)| *id)
        };
        let root_of = |signed: Signed| Root::parse(&signed.signed).ok();
        let in_trusted = trusted
            .and_then(|bytes| Signed::parse(bytes).ok())
            .and_then(root_of)
            .and_then(|root| find(&root.keys));
        let in_staged = || {
            let root = (staged.kind() == "root").then(|| staged.to_signed().ok());
            find(&root.flatten().and_then(root_of)?.keys)
        };
        let in_delegator = || {
            let file = metadata(self.delegated_by.as_deref()?).ok()?;
            let targets = Targets::read(&file).ok()?;
            find(&targets.delegations?.keys)
        };
        in_trusted
            .or_else(in_delegator)
            .or_else(in_staged)
            .ok_or_else(|| {
                Failure::not_so(format!(
                    "the key {} on {} is listed neither in the trusted root nor in the file, so that its \
                     signature would count for nothing. Nothing was signed.",
                    key.fingerprint().short(),
                    self.token
                ))
            })
    }
}

/// Name and initials of a second person, as they stand in a call.
pub(super) fn second_person(text: Option<&str>) -> Result<Option<(String, String)>, Failure> {
    match text.map(|text| text.rsplit_once('=')) {
        None => Ok(None),
        Some(Some((name, initials))) => Ok(Some((name.to_owned(), initials.to_owned()))),
        Some(None) => Err(Failure::call(
            "--witness wants a name and initials: --witness \"Wim Witness=WW\". Nothing was started.",
        )),
    }
}

fn metadata(path: &Path) -> Result<Metadata, Failure> {
    Metadata::parse(read(path)?, LIMIT).map_err(|error| {
        Failure::not_so(format!("{}: {error}. Nothing was signed.", path.display()))
    })
}

fn absolute(path: &Path) -> Result<String, Failure> {
    let whole = std::fs::canonicalize(path)
        .map_err(|error| Failure::surroundings(format!("{}: {error}", path.display())))?;
    whole.into_os_string().into_string().map_err(|_| {
        Failure::call(format!(
            "{}: a path in a plan is UTF-8. Nothing was started.",
            path.display()
        ))
    })
}

/// A directory beside the caller, named for the time.
fn default_directory() -> PathBuf {
    super::rehearsal::directory_named("signature")
}
