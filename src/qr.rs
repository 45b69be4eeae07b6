//! QR codes across the air gap: a file as frames, frames as symbols, and back.
//!
//! A file of at most [`MAX_FILE`] bytes (as a rule an envelope) becomes a [`Transfer`]: a set of
//! frames, each a text that one QR code holds. Any [`Transfer::needed`] distinct frames of it give
//! the file again, whichever they are and in whichever order they come, and frames of several sizes
//! help each other. A [`Collector`] takes texts as they are read, of this transfer or not, and gives
//! the file only when its whole SHA-256 is right. `assets/qr-frames-format.md` describes the format for
//! other programs.
//!
//! * [`frame`]: one frame, as text
//! * [`symbol`]: the modules of a QR code
//! * [`sheet`]: pages of symbols, for paper and screens
//! * [`keyboard`]: what a hand scanner typed, where its keyboard layout is not the computer's, and when
//!   it was one
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing))]

mod collector;
mod erasure;
pub mod frame;
mod incoming;
pub mod keyboard;
pub mod sheet;
pub mod symbol;
mod transfer;

pub use collector::{Collector, Progress, Taken};
pub use transfer::{Transfer, TransferError};

/// Largest file that is carried by QR codes, in bytes. A root with 14 keys and 14 signatures takes
/// 3.6 kB as an envelope; what is much larger is for other media.
pub const MAX_FILE: usize = 16 << 10;

/// Most frames that a transfer may need: smaller symbols than these make no sense.
pub const MAX_NEEDED: usize = 1024;

#[cfg(test)]
mod tests;
