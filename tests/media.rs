//! Media as they are: real file systems in image files, mounted by the kernel or by programs, pulled,
//! filled, swapped and write-protected in the middle.
//!
//! Loop devices and mounting need root; where the kernel does not allow them, a test says SKIPPED.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "media/commands.rs"]
mod commands;
#[path = "media/faults.rs"]
mod faults;
#[path = "media/formats.rs"]
mod formats;
#[path = "media/logs.rs"]
mod logs;
#[path = "media/reading.rs"]
mod reading;
#[path = "media/sticks.rs"]
mod sticks;
#[path = "media/writing.rs"]
mod writing;
