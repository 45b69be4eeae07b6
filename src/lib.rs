//! rootstage.
pub mod airgap;
pub mod answers;
pub mod canonical;
pub mod ceremony;
pub mod cli;
pub mod digest;
pub mod directory;
pub mod driver;
pub mod journal;
pub mod ports;
pub mod report;
pub mod safe;
pub mod secret;
pub mod token;
pub mod transcript;
pub mod tuf;
pub mod tui;
pub mod world;

/// Name and version of this program, as the transcript records it.
pub const PROGRAM_VERSION: &str = concat!("rootstage ", env!("CARGO_PKG_VERSION"));

/// Day on which this version was released: no clock is right before it.
pub const RELEASED: &str = "2026-11-23";
