//! The virtual `YubiKey`, judged by programs that we did not write: Yubico's own, `OpenSC`, and the
//! Rust crate of the same name.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]
#![allow(dead_code, reason = "the support modules serve several test programs")]

#[path = "support/cards.rs"]
mod cards;

#[path = "cards/room.rs"]
mod room;
