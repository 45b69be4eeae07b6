//! Why an envelope is refused. Each sentence names the fact; who prints it names the file.

use crate::canonical::{CanonicalError, ParseError};
use crate::digest::Sha256;

/// Why bytes are not an envelope, or a draft cannot become one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The file is longer than any envelope.
    #[error("it has {got} bytes, and an envelope has at most {limit}")]
    FileTooLong {
        /// Most bytes of a file.
        limit: usize,
        /// How many there are.
        got: usize,
    },
    /// It does not begin as an envelope does.
    #[error("it is not an envelope: its first bytes are not those of one")]
    NotAnEnvelope,
    /// Another version of the format.
    #[error(
        "it is an envelope of format version {got}; this program reads version {}",
        super::VERSION
    )]
    Version {
        /// The version in the file.
        got: u8,
    },
    /// Fewer bytes than the smallest envelope.
    #[error("it is cut short: it has {got} bytes")]
    TooShort {
        /// How many there are.
        got: usize,
    },
    /// The digest at the end is not that of what stands before it.
    #[error(
        "it is damaged or cut short: the digest at its end is {written}, what stands before it has {got}"
    )]
    Damaged {
        /// The last 32 bytes of the file.
        written: Sha256,
        /// The digest of all others.
        got: Sha256,
    },
    /// More content than any envelope has.
    #[error("its content has {got} bytes, and at most {limit} are unpacked")]
    ContentTooLong {
        /// Most bytes of content.
        limit: usize,
        /// How many there are, or how many the file says there are.
        got: u64,
    },
    /// A decompression bomb, or a wrong length.
    #[error(
        "it unpacks to more than the {declared} bytes that it declares (a decompression bomb?); unpacking was stopped there"
    )]
    UnpacksToMore {
        /// Length in the header, in bytes.
        declared: usize,
    },
    /// Less content than the file says.
    #[error("it unpacks to {got} bytes, where it declares {declared}")]
    UnpacksToLess {
        /// Length in the header, in bytes.
        declared: usize,
        /// How many there were.
        got: usize,
    },
    /// Not a DEFLATE stream, or not one from end to end.
    #[error("its compressed part is not one whole DEFLATE stream")]
    Stream,
    /// The content is not the one that the header names.
    #[error("its content has digest {got}, where its header says {written}")]
    ContentDigest {
        /// Digest in the header.
        written: Sha256,
        /// Digest of the content.
        got: Sha256,
    },
    /// No line end where the manifest must end.
    #[error(
        "it has no manifest: no line end within the first {} bytes of its content",
        super::limits::MAX_MANIFEST
    )]
    NoManifest,
    /// The manifest is refused.
    #[error("its manifest is refused: {0}")]
    Manifest(#[from] ManifestError),
    /// The payloads are not as long as the manifest says.
    #[error("its payloads have {got} bytes together, where its manifest lists {listed}")]
    PayloadBytes {
        /// Sum of the sizes in the manifest.
        listed: u64,
        /// Bytes behind the manifest.
        got: usize,
    },
    /// A payload is not the one that the manifest lists.
    #[error("payload {name} has digest {got}, where the manifest lists {listed}")]
    PayloadDigest {
        /// Name of the payload.
        name: String,
        /// Digest in the manifest.
        listed: Sha256,
        /// Digest of the bytes.
        got: Sha256,
    },
}

/// Why a manifest is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It cannot be read.
    #[error(transparent)]
    Json(#[from] ParseError),
    /// It has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// It is another spelling of what it says; there is one only, so that a digest names it.
    #[error("it is not in canonical form")]
    NotCanonical,
    /// A member is absent or of the wrong form.
    #[error("`{member}` must be {expected}")]
    Member {
        /// Which member.
        member: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A member that this version does not know.
    #[error("it has a member `{0}`, which this version of the format does not know")]
    Unknown(String),
    /// A kind that this version does not know.
    #[error("its kind is `{0}`, which this version of the format does not know")]
    Kind(String),
    /// Too many payloads, or too few for the kind.
    #[error("it lists {got} payloads; an envelope of kind {kind} has {expected}")]
    Count {
        /// Name of the kind.
        kind: &'static str,
        /// How many there may be.
        expected: &'static str,
        /// How many there are.
        got: usize,
    },
    /// The one payload of a kind has another name.
    #[error("its payload is named {got}; in an envelope of kind {kind} it is {expected}")]
    PayloadName {
        /// Name of the kind.
        kind: &'static str,
        /// The name that it must have.
        expected: &'static str,
        /// The name that it has.
        got: String,
    },
    /// A name that is not plain.
    #[error("the name \"{name}\" is not plain: {reason}")]
    Name {
        /// The name, shortened and escaped.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two names that are one file where case does not matter.
    #[error("the names {first} and {second} are the same where case does not matter")]
    SameName {
        /// One name.
        first: String,
        /// The other.
        second: String,
    },
    /// The payloads are not in the order of their names.
    #[error("its payloads are not in the order of their names: {second} stands after {first}")]
    Order {
        /// The name that stands first.
        first: String,
        /// The name that stands after it.
        second: String,
    },
    /// `from` or `note` is no line for people.
    #[error("`{member}` is not a line of at most {limit} bytes: {reason}")]
    Line {
        /// Which member.
        member: &'static str,
        /// Most bytes.
        limit: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Longer than any manifest.
    #[error("it has {got} bytes, and a manifest has at most {limit}")]
    TooLong {
        /// Most bytes.
        limit: usize,
        /// How many there are.
        got: usize,
    },
}
