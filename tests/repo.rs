//! The commands of the online side, as people call them.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "roots/make.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod make;
#[path = "repo/roots.rs"]
mod roots;
#[path = "support/venue.rs"]
mod venue;
