//! Envelopes as people call the commands: across the gap and back, between sites, encrypted, and
//! read by programs that are not ours.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "envelopes/crossing.rs"]
mod crossing;
#[path = "envelopes/encryption.rs"]
mod encryption;
#[path = "envelopes/merging.rs"]
mod merging;
#[path = "envelopes/reader.rs"]
mod reader;
#[path = "envelopes/roots.rs"]
mod roots;
#[path = "support/venue.rs"]
mod venue;
