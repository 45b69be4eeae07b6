//! What happened: past-tense facts, the only thing that is stored.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::{Answer, Ask};
use super::check::Check;
use super::effect::{Effect, FileDigest, InputFile};
use super::medium::{Medium, MediumRole, Way};
use super::plan::{KeyName, Mode, ParticipantId};
use super::recording::Mark;
use super::token::piv::Provisioning;
use super::token::{Evidence, Fault, TokenIdentity, TokenKey};
use crate::digest::Sha256;
use crate::tuf::key::KeyId;

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    content = "body",
    rename_all = "kebab-case",
    deny_unknown_fields
)]
pub enum Event {
    /// The first record.
    CeremonyOpened(Opening),
    /// The ceremony went on after an interruption.
    Resumed(Resumption),
    /// A step began.
    StepBegun {},
    /// The room was asked; the whole question.
    Asked(Ask),
    /// The room answered.
    Answered {
        /// Name of the ask.
        ask: String,
        /// Who answered, in the order of the seats.
        by: Vec<ParticipantId>,
        /// What they did.
        answer: Answer,
    },
    /// An effect is about to be performed.
    Intended(Effect),
    /// The environment was checked.
    EnvironmentChecked {
        /// Results.
        checks: Vec<Check>,
    },
    /// The clock was read.
    ClockRead {
        /// UTC, RFC 3339.
        utc: String,
    },
    /// A token introduced itself.
    TokenIdentified(TokenIdentity),
    /// A key was looked for.
    KeySought {
        /// The key, where it was found.
        key: Option<TokenKey>,
    },
    /// A key was generated.
    KeyGenerated(TokenKey),
    /// A token is one act further from the factory's state.
    TokenProvisioned {
        /// Which act.
        act: Provisioning,
        /// The token, as it introduced itself afterwards.
        identity: TokenIdentity,
        /// The encrypted copy of the management key, by full path, where one was made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        escrow: Option<FileDigest>,
    },
    /// A token brought forward what shows that the key was made inside it.
    KeyAttested(Evidence),
    /// A token was declared dead; the keyholder goes on with the spare one of the plan.
    TokenReplaced {
        /// Whose key.
        key: KeyName,
        /// The two people who decided.
        by: Vec<ParticipantId>,
    },
    /// A token signed, and the signature verifies.
    SignatureMade {
        /// The signature in lower-case hex.
        sig: String,
    },
    /// Files were read.
    FilesRead {
        /// The files, in the order of their paths.
        files: Vec<InputFile>,
    },
    /// Media were looked for.
    MediaListed {
        /// Those that may be used.
        media: Vec<Medium>,
    },
    /// A medium has its role from here on.
    MediumBound {
        /// What it is for.
        role: MediumRole,
        /// Which one.
        medium: Medium,
    },
    /// The LOG medium has every record that is on disk.
    LogAttached {},
    /// The LOG medium cannot be written to any more.
    LogLost(Fault),
    /// The ceremony goes on without a LOG medium.
    LogGivenUp {
        /// The two people who decided.
        by: Vec<ParticipantId>,
    },
    /// What leaves the ceremony was written and read back.
    Exported {
        /// By which way it leaves.
        way: Way,
        /// Every file, by full path; on a medium, by the medium's name and the file's.
        files: Vec<FileDigest>,
    },
    /// Withdrawn content was put beside the metadata.
    Archived {
        /// The file, by full path.
        file: FileDigest,
    },
    /// Metadata was written and read back.
    MetadataWritten {
        /// Every file, by full path.
        files: Vec<FileDigest>,
    },
    /// An effect failed.
    Faulted(Fault),
    /// Who is present.
    RollCalled {
        /// People in the room.
        present: Vec<ParticipantId>,
        /// People who are not.
        absent: Vec<ParticipantId>,
    },
    /// A keyholder's key is enrolled: generated, shown, and its possession proved.
    KeyEnrolled {
        /// Which key.
        key: KeyName,
        /// TUF key id.
        keyid: KeyId,
        /// SHA-256 of the `SubjectPublicKeyInfo`.
        fingerprint: Sha256,
    },
    /// The token of a key that exists already was presented, and is the one of the plan.
    KeyPresented {
        /// Which key.
        key: KeyName,
        /// Id under which published metadata lists it.
        keyid: KeyId,
        /// SHA-256 of the `SubjectPublicKeyInfo` that is listed there.
        fingerprint: Sha256,
    },
    /// The root that clients trust before this ceremony was read and compared.
    RootTrusted {
        /// Its version.
        version: u64,
        /// SHA-256 of its canonical bytes.
        payload: Sha256,
    },
    /// Content from outside was read and compared; from here on it is frozen.
    ContentImported {
        /// Role that it is for.
        role: String,
        /// SHA-256 of its canonical bytes.
        payload: Sha256,
        /// Signatures that came with it, by all copies together.
        signatures: u32,
    },
    /// Two people know of findings that would otherwise stop the ceremony, and go on.
    FindingsAccepted {
        /// Ids of the rules.
        rules: Vec<String>,
        /// Who.
        by: Vec<ParticipantId>,
        /// SHA-256 of the content.
        payload: Sha256,
    },
    /// The content was withdrawn: what was signed of it is defunct, and other content is read.
    ContentWithdrawn {
        /// The two people who decided.
        by: Vec<ParticipantId>,
        /// Why.
        reason: String,
    },
    /// The root's content is fixed.
    RootAssembled {
        /// The `signed` part.
        signed: Value,
        /// SHA-256 of its canonical bytes.
        payload: Sha256,
    },
    /// Somebody read the content and approved it.
    ContentApproved {
        /// Who.
        by: Vec<ParticipantId>,
        /// SHA-256 of the canonical bytes that were approved.
        payload: Sha256,
    },
    /// What the keyholders seal is fixed: the same for all of them.
    SealStated {
        /// The in-toto statement.
        statement: Value,
        /// SHA-256 of its canonical bytes.
        sha256: Sha256,
        /// Transcript head that it names: the node of the record before this one.
        head: Sha256,
        /// Number of records that this head covers.
        records: u64,
    },
    /// The digest of that statement was read aloud and compared.
    SealRead {
        /// Who.
        by: Vec<ParticipantId>,
        /// The digest.
        sha256: Sha256,
    },
    /// The seal was written beside the transcript, and read back.
    SealWritten {
        /// The file, by full path.
        file: FileDigest,
    },
    /// What was in doubt after an interruption has been looked at.
    DoubtSettled {},
    /// The signatures were verified again and counted.
    SignaturesCounted {
        /// For each root or role that judges the content.
        judges: Vec<Count>,
        /// Whether every threshold is reached.
        reached: bool,
    },
    /// Something went otherwise than written.
    ExceptionLogged(Exception),
    /// A step was left out.
    StepSkipped {
        /// Number of the exception that allows it.
        exception: u32,
        /// The two people who decided.
        by: Vec<ParticipantId>,
    },
    /// A step is complete.
    StepDone {},
    /// The room left the screen; the ceremony waits.
    Paused {
        /// Why: `left` by a person, or the signal that ended the program.
        reason: String,
    },
    /// The recording of the screen is covered so far.
    ScreenRecorded(Mark),
    /// The ceremony ended before its end.
    Aborted {
        /// The two people who decided.
        by: Vec<ParticipantId>,
        /// Why.
        reason: String,
    },
    /// The ceremony is complete.
    CeremonyClosed {},
}

impl Event {
    /// The people whose own act it is, the first of whom it is recorded under; empty where it is the
    /// program's.
    pub fn people(&self) -> &[ParticipantId] {
        match self {
            Self::Answered { by, .. }
            | Self::StepSkipped { by, .. }
            | Self::TokenReplaced { by, .. }
            | Self::LogGivenUp { by }
            | Self::ContentWithdrawn { by, .. }
            | Self::Aborted { by, .. } => by,
            Self::ExceptionLogged(exception) => &exception.by,
            _ => &[],
        }
    }
}

/// How many signatures count for one judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Which keys judge: `root 4 (trusted now)`.
    pub judge: String,
    /// Distinct keys whose signatures count.
    pub counted: u32,
    /// Signatures needed.
    pub threshold: u32,
}

/// Content of the first record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Random name of this ceremony: 32 hex digits.
    pub ceremony: String,
    /// Production or rehearsal.
    pub mode: Mode,
    /// SHA-256 of `script.toml`.
    pub script: Sha256,
    /// SHA-256 of `plan.toml`.
    pub plan: Sha256,
    /// Name and version of the program.
    pub program: String,
    /// Version of the rules by which the transcript was made.
    pub rules: u32,
    /// Day on which this version of the program was released, `YYYY-MM-DD`: the clock cannot be
    /// right before it.
    pub released: String,
    /// Directory to which relative paths of the plan refer.
    pub plan_directory: String,
}

/// What is known when a ceremony goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resumption {
    /// Name and version of the program that goes on.
    pub program: String,
    /// Bytes of a torn last line that were cut away.
    pub cut_bytes: u64,
}

/// An entry of the exception log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Number: 1 for E1.
    pub number: u32,
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub happened: String,
    /// What was decided.
    pub decided: String,
    /// Who decided.
    pub by: Vec<ParticipantId>,
}
