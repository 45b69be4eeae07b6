//! The online side: the commands of `repo`, and the laws behind them.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "repo/crash.rs"]
mod crash;
#[path = "repo/made.rs"]
mod made;
#[path = "repo/publish.rs"]
mod publish;
#[path = "repo/verify.rs"]
mod verify;
