//! `rootstage root`: what it says of good roots, and of every attack in `tests/vectors`.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/venue.rs"]
mod venue;

#[path = "roots/attacks.rs"]
mod attacks;
#[path = "roots/files.rs"]
mod files;
#[path = "roots/make.rs"]
mod make;
