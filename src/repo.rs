//! The online side: a directory `keys/ staged/ repository/`, as the go-tuf command line lays it out.
//!
//! What is to be published is made and signed in `staged/`; [`publish`] brings it into `repository/`
//! in one step that cannot be half done, after a whole client has visited the result from every root
//! that was ever published. Nothing here opens a network connection: `repository/` is what any static
//! host serves.
//!
//! * [`place`]: the directory, its lock, what is staged
//! * [`published`]: what clients see, as a [`crate::tuf::client::Fetch`]
//! * [`keys`]: the keys of online roles, in files as go-tuf writes them or on tokens
//! * [`signing`], [`staging`]: what is staged gets signatures, and keys
//! * [`root`]: the root: begun here, signed elsewhere, brought back
//! * [`targets`]: what is offered, and who else may say so
//! * [`upkeep`]: snapshot and timestamp, and what expires; [`refresh`]: renewed for a timer
//! * [`sigstore`]: the targets that Sigstore's clients look for
//! * [`publish`], [`verify`]: from `staged/` to clients
//! * [`export`]: what leaves this machine
//! * [`status`]: what is there, and what to do next
//! * [`words`]: commands in messages, to be typed as they stand

pub mod error;
pub mod export;
pub mod keys;
pub mod place;
pub mod publish;
pub mod published;
pub mod refresh;
pub mod root;
pub mod signing;
pub mod sigstore;
pub mod staging;
pub mod status;
pub mod targets;
pub mod upkeep;
pub mod verify;
pub mod words;

pub use error::{RepoError, Status};
pub use place::{Place, Staged};
pub use published::Published;
