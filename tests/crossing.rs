//! The air gap as a whole: a staged root leaves the online side, is signed by two tokens in a
//! ceremony, and its signatures come back; by QR codes in real windows, and on media that are pulled.

#![allow(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect fails there"
)]

#[path = "crossing/codes.rs"]
mod codes;
#[path = "support/display.rs"]
mod display;
#[path = "support/judges.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod judges;
#[path = "crossing/media.rs"]
mod media;
#[path = "crossing/online.rs"]
mod online;
#[path = "terminal/player.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod player;
#[path = "terminal/pty.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod pty;
#[path = "media/sticks.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod sticks;
#[path = "support/zbar.rs"]
mod zbar;
