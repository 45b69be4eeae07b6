//! What people are asked, and what they did about it.
//!
//! The screens draw an [`Ask`]; they know nothing of steps. A whole ask is in the transcript, so
//! that the words that people heard are on record with the names of those who answered.

mod accept;

use serde::{Deserialize, Serialize};

use super::effect::FileDigest;
use super::plan::ParticipantId;
use super::token::{PinState, TokenIdentity, TokenName};
use crate::digest::Sha256;
use crate::tuf::diff::Change;
use crate::tuf::policy::{Finding, Level};

pub use accept::received_file;

/// One question to the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Name within the step, such as `consent`.
    pub name: String,
    /// One line that says what is asked.
    pub title: String,
    /// Paragraphs that a person can read out.
    pub words: Vec<String>,
    /// Facts to look at, such as a serial number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// A digest to read back, drawn as a numbered grid of hex groups and PGP words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<ShownDigest>,
    /// A text that must be read to its end before the answer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// A file that the screen shows as QR codes; its bytes follow from the state
    /// ([`super::carriage::shown`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carries: Option<FileDigest>,
    /// What the answer looks like.
    pub form: Form,
    /// Who answers: one seat per person, each with initials of their own.
    pub seats: Vec<Seat>,
}

/// A labelled fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// Its value, as text.
    pub value: String,
}

/// A digest and what it is the digest of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownDigest {
    /// What was hashed.
    pub of: String,
    /// The digest.
    pub sha256: Sha256,
}

/// A text for review: what is to be said of it, what it changes, then itself, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Heading.
    pub title: String,
    /// What people should know of it, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
    /// What it changes of what is there now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Who must sign it, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signers: Vec<String>,
    /// Lines of at most 74 columns.
    pub lines: Vec<String>,
}

/// One thing that people should know of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Id of the rule.
    pub rule: String,
    /// How much it matters.
    pub level: Level,
    /// A whole sentence.
    pub sentence: String,
}

impl From<Finding> for Remark {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule.to_owned(),
            level: finding.level,
            sentence: finding.sentence,
        }
    }
}

/// A place for one person's initials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// What the person is here: `keyholder`, `witness`, `administrator`.
    pub role: String,
    /// Who may take the seat. Two seats of one ask are never taken by the same person.
    pub who: Vec<ParticipantId>,
}

/// The shape of an answer, besides the initials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Form {
    /// Initials only.
    Confirm,
    /// One of several options, typed as its key word.
    Choose {
        /// What can be chosen.
        options: Vec<Choice>,
    },
    /// An irreversible act: the phrase is typed back exactly.
    TypeBack {
        /// The phrase.
        phrase: String,
    },
    /// Words at these positions (1 to 32) of the ask's digest, typed from paper or screen.
    Words {
        /// One-based positions in the grid.
        positions: Vec<u8>,
    },
    /// The time on a watch of one's own, UTC, `HH:MM`. It is compared with the clock as it is read
    /// right after the answer.
    WatchTime {
        /// How far apart the two may be, in minutes.
        tolerance: u8,
    },
    /// A PIN or passphrase. It goes straight to the token, never into the answer.
    Secret(SecretForm),
    /// A file, read from QR codes with a camera, from pictures, or typed by a hand scanner.
    Scan {
        /// What is expected.
        what: String,
    },
    /// Nothing can be answered here: the words say why, and what can be done instead (log an
    /// exception, skip with two names, abort).
    Halted,
}

/// What is known of the secret to be typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretForm {
    /// Which kind of secret.
    pub kind: SecretKind,
    /// The token that takes it.
    pub token: TokenName,
    /// Serial number of that token.
    pub serial: String,
    /// How the PIN stands.
    pub pin: PinState,
}

/// Kinds of secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// User PIN of a hardware token.
    Pin,
    /// Passphrase of an existing software key.
    Passphrase,
    /// Passphrase of a software key to be made: typed twice, strength shown.
    NewPassphrase,
    /// The PIN that a keyholder chooses for a token: typed twice.
    NewPin,
    /// The PUK that somebody else chooses for it: typed twice.
    NewPuk,
    /// The PUK, and the PIN that the keyholder chooses anew: that one is typed twice.
    PukAndNewPin,
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The word that is typed to choose it; lower case ASCII.
    pub key: String,
    /// What it means, and what follows.
    pub meaning: String,
}

/// What people did about an ask. Holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Initials, one per seat, in the order of the seats.
    pub initials: Vec<String>,
    /// What was typed: the chosen key, the phrase, the words, or the time. Empty for
    /// [`Form::Confirm`] and [`Form::Secret`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub typed: Vec<String>,
    /// The file that was received, as base64 (RFC 4648, section 4), for [`Form::Scan`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// Whether the document was on screen to its last line.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_to_end: bool,
}

impl Ask {
    /// A question with a form and nothing else; the `with_` methods add to it.
    pub fn new(name: &str, title: impl Into<String>, form: Form) -> Self {
        Self {
            name: name.to_owned(),
            title: title.into(),
            words: Vec::new(),
            facts: Vec::new(),
            digest: None,
            document: None,
            carries: None,
            form,
            seats: Vec::new(),
        }
    }

    /// Adds a text, paragraph by paragraph; within one, line breaks are spaces.
    #[must_use]
    pub fn saying(mut self, text: impl AsRef<str>) -> Self {
        self.words.extend(super::plain::paragraphs(text.as_ref()));
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, label: &str, value: impl Into<String>) -> Self {
        self.facts.push(Fact {
            label: label.to_owned(),
            value: value.into(),
        });
        self
    }

    /// Adds the digest to read back.
    #[must_use]
    pub fn showing(mut self, of: &str, sha256: Sha256) -> Self {
        self.digest = Some(ShownDigest {
            of: of.to_owned(),
            sha256,
        });
        self
    }

    /// Adds the file to show as QR codes.
    #[must_use]
    pub fn carrying(mut self, file: FileDigest) -> Self {
        self.carries = Some(file);
        self
    }

    /// Adds the text to review.
    #[must_use]
    pub fn reviewing(mut self, document: Document) -> Self {
        self.document = Some(document);
        self
    }

    /// Adds the seats.
    #[must_use]
    pub fn seated(mut self, seats: Vec<Seat>) -> Self {
        self.seats.extend(seats);
        self
    }
}

impl SecretForm {
    /// The secret form for a token as it introduced itself.
    pub fn for_token(kind: SecretKind, token: &TokenName, identity: &TokenIdentity) -> Self {
        Self {
            kind,
            token: token.clone(),
            serial: identity.serial.clone(),
            pin: identity.pin.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
