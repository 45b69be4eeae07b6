//! TUF metadata: the root that a ceremony builds, shows, signs and checks, and the roles below it.
//!
//! Sources: the TUF specification 1.0.34 (section numbers in the modules), and what the clients in
//! use accept, which is narrower. Written: P-256, P-384 and Ed25519 keys. Read besides: the older
//! spellings of them that have been published, and RSA keys, whose signatures are verified and
//! counted but never made here.
//!
//! * [`key`]: public keys, and the ids under which metadata names them
//! * [`signature`]: signatures as they stand in a file
//! * [`metadata`]: a file byte for byte, the payload that is signed
//! * [`root`]: building a root, reading one, the payload that is signed
//! * [`targets`], [`snapshot`], [`timestamp`]: reading the other roles; [`delegations`]: those below
//! * [`fields`], [`listed`], [`meta`], [`hashes`]: what several roles have in common
//! * [`threshold`]: the one check that says whether enough keys have signed
//! * [`trusted`]: metadata that has passed it
//! * [`client`]: a whole repository, verified as clients do it
//! * [`repository`]: the next version of each role, for the online side
//! * [`policy`]: what is allowed but unwise, in sentences
//! * [`summary`]: a root as lines for review
//! * [`rotation`]: who must still sign a root, under the keys of the old one and its own
//! * [`verdicts`]: the threshold check with a name and a sentence for each signature
//! * [`history`]: a whole chain of roots
//! * [`diff`]: what a root changes against the one before it, and what is to be said of that
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing))]

pub mod client;
pub mod delegations;
pub mod diff;
pub mod fields;
pub mod hashes;
pub mod history;
pub mod key;
pub mod listed;
pub mod meta;
pub mod metadata;
pub mod policy;
pub mod repository;
pub mod root;
pub mod rotation;
pub mod signature;
pub mod snapshot;
pub mod summary;
pub mod targets;
pub mod threshold;
pub mod timestamp;
pub mod trusted;
pub mod verdicts;

#[cfg(test)]
pub(crate) mod testing;
