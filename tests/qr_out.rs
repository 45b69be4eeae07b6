//! QR codes on their way out: what is shown in terminals and written on pages is read by a reader
//! that we did not write, and the file comes back byte for byte.

#![allow(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect fails there"
)]

#[path = "support/display.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod display;
#[path = "qr_out/files.rs"]
mod files;
#[path = "support/zbar.rs"]
mod judge;
#[path = "terminal/pty.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod pty;
#[path = "qr_out/refused.rs"]
mod refused;
#[path = "qr_out/screen.rs"]
mod screen;
#[path = "qr_out/sheets.rs"]
mod sheets;
#[path = "qr_out/window.rs"]
mod window;
