//! The commands of the online side, as people call them.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "repo/keys.rs"]
mod keys;
#[path = "support/venue.rs"]
mod venue;
