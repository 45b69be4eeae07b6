//! What the ceremony asks of the world, and what the world says.

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::medium::{Medium, Way};
use super::token::piv::{KeyPolicies, Provisioning, Takes};
use super::token::{
    Algorithm, Evidence, Fault, KeyRequest, Present, TokenIdentity, TokenKey, TokenKind, TokenName,
};
use crate::digest::Sha256;

/// A request to the world. It is on record before it is performed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Effect {
    /// Run the environment checks.
    CheckEnvironment,
    /// Read the clock.
    ReadClock,
    /// Ask a token to introduce itself.
    Identify {
        /// Which token.
        token: TokenName,
    },
    /// Look for a key on a token.
    FindKey {
        /// Which token.
        token: TokenName,
        /// Label of the key.
        label: String,
    },
    /// Generate a key on a token. Irreversible.
    Generate {
        /// Which token.
        token: TokenName,
        /// Label of the key.
        label: String,
        /// Kind of key.
        algorithm: Algorithm,
        /// How it is used, on a PIV card.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policies: Option<KeyPolicies>,
        /// What becomes of a key that is there already.
        #[serde(default, skip_serializing_if = "Present::is_kept")]
        present: Present,
    },
    /// Bring a token one act further from the factory's state to the keyholder's. Irreversible.
    Provision {
        /// Which token.
        token: TokenName,
        /// Which act.
        act: Provisioning,
    },
    /// Ask a token for what shows that a key was made inside it, and put that beside the transcript.
    Attest {
        /// Which token.
        token: TokenName,
        /// Label of the key.
        label: String,
    },
    /// Sign. Irreversible.
    Sign {
        /// Which token.
        token: TokenName,
        /// Label of the key.
        label: String,
        /// What is signed.
        message: Message,
    },
    /// Read files that the plan names.
    ReadFiles {
        /// What they hold.
        what: Contents,
        /// Paths as in the plan.
        paths: Vec<String>,
        /// By which way they come: on the IN medium a file is found by the last part of its path, and
        /// what came as QR codes is in the answer to the step's question.
        #[serde(default = "by_file", skip_serializing_if = "is_by_file")]
        from: Way,
    },
    /// Look which media are there.
    ListMedia,
    /// Make the LOG medium's copy of the transcript complete, and keep it so from here on.
    AttachLog,
    /// Write what leaves the ceremony into `out/`, and for [`Way::Medium`] onto the OUT medium as well;
    /// read it back.
    Export {
        /// By which way it leaves.
        way: Way,
        /// Names of the files and the digest of each.
        files: Vec<FileDigest>,
    },
    /// Write content that was withdrawn, with the signatures it had, beside the metadata.
    Archive {
        /// Its name in `metadata/`, and its digest.
        file: FileDigest,
    },
    /// Write the seal beside the transcript, and read it back.
    WriteSeal {
        /// Its name, and its digest.
        file: FileDigest,
    },
    /// Write the signed metadata and read it back.
    WriteMetadata {
        /// Directories besides the ceremony's own `metadata/`.
        directories: Vec<String>,
        /// Names of the files and the digest of each.
        files: Vec<FileDigest>,
    },
}

fn by_file() -> Way {
    Way::File
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_by_file(way: &Way) -> bool {
    *way == Way::File
}

impl Effect {
    /// Whether performing it twice is the same as performing it once.
    pub fn repeatable(&self) -> bool {
        !matches!(
            self,
            Self::Generate { .. } | Self::Sign { .. } | Self::Provision { .. }
        )
    }

    /// Whether a PIN or passphrase goes with it.
    pub fn takes_secret(&self) -> bool {
        match self {
            Self::Generate { .. } | Self::Sign { .. } => true,
            // A YubiKey shows the public halves of its keys to everybody.
            Self::FindKey { token, .. } => token.kind() != Some(TokenKind::YubiKey),
            Self::Provision { act, .. } => act.takes() != Takes::Nothing,
            _ => false,
        }
    }

    /// The key that [`Effect::Generate`] asks for.
    pub fn key_request(&self) -> Option<KeyRequest> {
        match self {
            Self::Generate {
                algorithm,
                policies,
                present,
                ..
            } => Some(KeyRequest {
                algorithm: *algorithm,
                policies: *policies,
                present: *present,
            }),
            _ => None,
        }
    }
}

/// What a token signs. The bytes follow from the state of the ceremony
/// ([`super::state::State::message`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Message {
    /// Proof that the token holds the key: a text that can never be taken for TUF metadata.
    Possession {
        /// SHA-256 of the text.
        sha256: Sha256,
    },
    /// The canonical bytes of the root's `signed` part.
    Payload {
        /// SHA-256 of the bytes.
        sha256: Sha256,
    },
    /// The statement of the seal, in the encoding of DSSE that can never be taken for TUF metadata.
    Seal {
        /// SHA-256 of the statement.
        sha256: Sha256,
    },
}

/// A file and its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Name or path.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// Size in bytes.
    pub size: u64,
}

/// Whether `written` is each of `files`, once in the ceremony's own directory and once in each of
/// `directories`.
pub fn all_written(directories: &[String], files: &[FileDigest], written: &[FileDigest]) -> bool {
    let places = directories.len() + 1;
    written.len() == files.len() * places
        && files.iter().all(|file| {
            let same = |there: &&FileDigest| {
                there.sha256 == file.sha256
                    && there.size == file.size
                    && there.name.rsplit('/').next() == Some(file.name.as_str())
            };
            written.iter().filter(same).count() == places
        })
}

/// Whether `written` is each of `files`, once in `out/` and, for [`Way::Medium`], once on the medium.
pub fn all_exported(way: Way, files: &[FileDigest], written: &[FileDigest]) -> bool {
    let medium = ["medium".to_owned()];
    let directories = match way {
        Way::Medium => medium.as_slice(),
        Way::File | Way::Qr => &[],
    };
    all_written(directories, files, written)
}

/// What a file holds that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contents {
    /// A public key.
    PublicKeys,
    /// Certificates in PEM.
    Certificates,
    /// TUF metadata; its exact bytes are kept in `in/`.
    Metadata,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputFile {
    /// Path as in the plan.
    pub path: String,
    /// SHA-256 of the file's bytes.
    pub sha256: Sha256,
    /// The file's text.
    pub text: String,
    /// The envelope out of which it was taken, where it came in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<FromEnvelope>,
}

/// An envelope that came in; it is kept in `in/` byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromEnvelope {
    /// Name of the copy in `in/`, and the digest of its bytes.
    pub file: FileDigest,
    /// Digest of its content, as `rootstage envelope inspect` shows it.
    pub content: Sha256,
    /// Its kind.
    pub kind: String,
    /// Name of the payload that was taken.
    pub payload: String,
    /// Who says that they packed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The remark in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl InputFile {
    /// Name of the copy in `in/`.
    pub fn kept_as(&self) -> String {
        kept_as(self.sha256, &metadata_name(&self.path))
    }
}

/// Name of a copy in `in/`: two files of one name from two places do not meet.
pub fn kept_as(sha256: Sha256, name: &str) -> String {
    format!("{}-{name}", sha256.hex().get(..12).unwrap_or_default())
}

/// Name of a metadata file by the last part of its path in the plan. What came in an envelope is written
/// out of it: no file that is none is called one.
pub fn metadata_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.strip_suffix(ENVELOPE) {
        Some(stem) => format!("{stem}.json"),
        None => name.to_owned(),
    }
}

/// Name of an envelope that came in for this path.
pub fn envelope_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = if name.ends_with(ENVELOPE) {
        ""
    } else {
        ENVELOPE
    };
    format!("{name}{ending}")
}

/// How the names of envelopes end.
const ENVELOPE: &str = ".rse";

/// What the world said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The environment checks.
    Environment(Vec<Check>),
    /// UTC now, RFC 3339 with milliseconds.
    Clock(String),
    /// The token introduced itself.
    Identified(TokenIdentity),
    /// The key that was looked for, if it is there.
    Found(Option<TokenKey>),
    /// The key that was generated.
    Generated(TokenKey),
    /// The signature, DER or 64 bytes.
    Signature(Vec<u8>),
    /// The token is one act further.
    Provisioned {
        /// The token, as it introduces itself now.
        identity: TokenIdentity,
        /// The encrypted copy of the management key, by full path, where one was made.
        escrow: Option<FileDigest>,
    },
    /// What the token brings forward for its key.
    Attested(Evidence),
    /// The files.
    Files(Vec<InputFile>),
    /// Everything was written and read back: full paths.
    Written(Vec<FileDigest>),
    /// The media that are there and may be used.
    Media(Vec<Medium>),
    /// The LOG medium's copy is complete up to what is on disk.
    LogAttached,
    /// It failed.
    Fault(Fault),
}
