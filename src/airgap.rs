//! The machine that the ceremony runs on: hardening of this process, checks of the surroundings.
//!
//! [`harden::harden`] is the first thing that `main` does; [`checks::run`] looks around, for
//! `doctor` and for the ceremony's own check of the room.

pub mod checks;
pub mod harden;
