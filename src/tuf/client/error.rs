//! Why a repository is refused: each reason names the file and the fact.

use time::OffsetDateTime;

use crate::tuf::delegations::SearchError;
use crate::tuf::hashes::HashError;
use crate::tuf::meta::MetaMismatch;
use crate::tuf::root::MetadataError;
use crate::tuf::trusted::NotTrusted;

/// Why a client refuses a repository, or a file of it. Nothing was changed anywhere.
///
/// File names are escaped for the eye, and are those that were asked of [`super::Fetch`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// The root with which trust was to begin is not to be trusted.
    #[error("the root that was given to begin with: {0}")]
    Anchor(#[source] NotTrusted),
    /// A file could not be fetched; whether it is there is not known.
    #[error("{file} could not be fetched: {reason}")]
    Fetch {
        /// The file.
        file: String,
        /// What the fetcher said, escaped.
        reason: String,
    },
    /// A file that must be there is not.
    #[error("{file} is not there")]
    Missing {
        /// The file.
        file: String,
    },
    /// A file is longer than clients read, and no length was listed for it.
    #[error("{file} is longer than {limit} bytes, and no more are read of it")]
    TooLong {
        /// The file.
        file: String,
        /// Most that is read, in bytes.
        limit: usize,
    },
    /// A file is listed as longer than is read here.
    #[error("{file} is listed with {listed} bytes, and at most {limit} are read of it")]
    ListedTooLong {
        /// The file.
        file: String,
        /// The length listed, in bytes.
        listed: u64,
        /// Most that is read, in bytes.
        limit: usize,
    },
    /// A file is not the one that was listed: another length or another digest.
    #[error("{file} is not the file that {by} lists: {mismatch}")]
    NotAsListed {
        /// The file.
        file: String,
        /// The file that lists it.
        by: String,
        /// In what it differs.
        mismatch: MetaMismatch,
    },
    /// A file is not metadata at all.
    #[error("{file} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: MetadataError,
    },
    /// A file is not signed by those who must sign it, or not in order.
    #[error("{file} is not to be trusted: {reason}")]
    NotTrusted {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: NotTrusted,
    },
    /// There are more roots than a client follows in one go.
    #[error(
        "roots go on beyond version {version}, and clients follow at most {limit} in one go (this began with version {first})"
    )]
    TooManyRoots {
        /// The version with which the chain began.
        first: u64,
        /// The version at which it was stopped.
        version: u64,
        /// Most roots that are followed.
        limit: usize,
    },
    /// Metadata of one time was put together with metadata of another: a file has another version
    /// than the one that is listed.
    #[error("{file} has version {got}, and {by} lists version {expected}")]
    MixedVersions {
        /// The file.
        file: String,
        /// The file that lists it.
        by: String,
        /// The version listed.
        expected: u64,
        /// The version that it has.
        got: u64,
    },
    /// A version went back: what was withdrawn would be valid again.
    #[error("{file} has version {got}, and version {before} was seen before: it went back")]
    Rollback {
        /// The file.
        file: String,
        /// The version seen before.
        before: u64,
        /// The version that it has.
        got: u64,
    },
    /// A file lists an older version of another than was listed before.
    #[error(
        "{by} lists version {got} of {file}, and version {before} was listed before: it went back"
    )]
    ListedRollback {
        /// The file that is listed.
        file: String,
        /// The file that lists it.
        by: String,
        /// The version listed before.
        before: u64,
        /// The version listed.
        got: u64,
    },
    /// A snapshot no longer lists what it listed before.
    #[error("{by} does not list {file} any more, of which it listed version {before} before")]
    Dropped {
        /// The file that is not listed any more.
        file: String,
        /// The file that listed it.
        by: String,
        /// The version listed before.
        before: u64,
    },
    /// Two different files have the same version.
    #[error("{file} has version {version} again, and says something else than it did before")]
    SameVersion {
        /// The file.
        file: String,
        /// The version of both.
        version: u64,
    },
    /// Metadata is too old: it may have been held back (a freeze).
    #[error("{file}, version {version}, expired on {expires}; the time is {now}")]
    Expired {
        /// The file.
        file: String,
        /// Its version.
        version: u64,
        /// When it expired, as written in it, escaped.
        expires: String,
        /// The time that was given.
        now: OffsetDateTime,
    },
    /// A role's metadata is not listed by the snapshot, so it cannot be fetched.
    #[error("{by} does not list {file}")]
    NotListed {
        /// The unprefixed name of the file.
        file: String,
        /// The snapshot.
        by: String,
    },
    /// A name in metadata would lead out of the repository, or is no file name everywhere.
    #[error("\"{name}\" cannot be the name of a file in a repository")]
    Name {
        /// The name, escaped.
        name: String,
    },
    /// The search for a target ended without an answer.
    #[error(transparent)]
    Search(Box<SearchError<ClientError>>),
    /// More delegated roles than are looked at.
    #[error("there are more than {limit} delegated roles, and no more are looked at")]
    TooManyRoles {
        /// Most that are looked at.
        limit: usize,
    },
}

impl ClientError {
    pub(super) fn not_as_listed(file: &str, by: &str, mismatch: impl Into<MetaMismatch>) -> Self {
        Self::NotAsListed {
            file: file.to_owned(),
            by: by.to_owned(),
            mismatch: mismatch.into(),
        }
    }

    /// Whether a digest that is listed is not that of the file.
    pub fn is_wrong_digest(&self) -> bool {
        matches!(
            self,
            Self::NotAsListed {
                mismatch: MetaMismatch::Hash(HashError::Mismatch { .. }),
                ..
            }
        )
    }
}

impl From<SearchError<ClientError>> for ClientError {
    fn from(error: SearchError<ClientError>) -> Self {
        match error {
            SearchError::Role(error) => error,
            other => Self::Search(Box::new(other)),
        }
    }
}
