//! The online side: the commands of `repo`, and the laws behind them.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "repo/crash.rs"]
mod crash;
#[path = "repo/hard.rs"]
mod hard;
#[path = "repo/keys.rs"]
mod keys;
#[path = "repo/made.rs"]
mod made;
#[path = "roots/make.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod make;
#[path = "repo/publish.rs"]
mod publish;
#[path = "repo/refresh.rs"]
mod refresh;
#[path = "repo/roots.rs"]
mod roots;
#[path = "repo/sigstore.rs"]
mod sigstore;
#[path = "repo/targets.rs"]
mod targets;
#[path = "support/venue.rs"]
mod venue;
#[path = "repo/verify.rs"]
mod verify;
