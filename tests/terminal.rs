//! The real binary in a terminal: whole ceremonies by keys, read off the screen.
//!
//! [`pty::Terminal`] is a pseudo-terminal with a screen that can be looked at; [`player::Player`]
//! reads the open question off that screen and answers it by keys, as people would. Nothing here
//! sleeps: everything waits for what stands on the screen.

#![allow(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect fails there"
)]

#[path = "support/cards.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod cards;
#[path = "terminal/codes.rs"]
mod codes;
#[path = "terminal/home.rs"]
mod home;
#[path = "support/judges.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod judges;
#[path = "terminal/leaving.rs"]
mod leaving;
#[path = "terminal/lineage.rs"]
mod lineage;
#[path = "terminal/looks.rs"]
mod looks;
#[path = "terminal/media.rs"]
mod media;
#[path = "terminal/player.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod player;
#[path = "terminal/production.rs"]
mod production;
#[path = "terminal/pty.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod pty;
#[path = "terminal/recording.rs"]
mod recording;
#[path = "terminal/redrawn.rs"]
mod redrawn;
#[path = "terminal/rehearsal.rs"]
mod rehearsal;
#[path = "terminal/room.rs"]
mod room;
#[path = "terminal/rotation.rs"]
mod rotation;
#[path = "terminal/rotation_on_tokens.rs"]
mod rotation_on_tokens;
#[path = "media/sticks.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod sticks;
#[path = "terminal/yubikey_room.rs"]
mod yubikey_room;
#[path = "terminal/yubikeys.rs"]
mod yubikeys;
