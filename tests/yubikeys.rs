//! Stories with `YubiKeys`: whole ceremonies through the real engine and the real backend, with virtual
//! cards behind a real smart card service. After each mishap the card's own counters are compared
//! with what the people meant to spend.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/alone.rs"]
#[macro_use]
mod alone;
#[path = "support/cards.rs"]
#[allow(dead_code, reason = "it serves several test programs")]
mod cards;
#[path = "support/judges.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the judges")]
mod judges;
#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the room")]
mod room;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the world")]
mod world;
#[path = "support/yubikeys.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the drawer")]
mod yubikeys;

#[path = "yubikeys/attesting.rs"]
mod attesting;
#[path = "yubikeys/blocked.rs"]
mod blocked;
#[path = "yubikeys/desk.rs"]
mod desk;
#[path = "yubikeys/generating.rs"]
mod generating;
#[path = "yubikeys/provisioning.rs"]
mod provisioning;
#[path = "yubikeys/readers.rs"]
mod readers;
#[path = "yubikeys/rehearsed.rs"]
mod rehearsed;
#[path = "yubikeys/signing.rs"]
mod signing;

/// A program of a Debian package; `None` where it is not there.
fn installed(path: &str) -> Option<&str> {
    if std::path::Path::new(path).exists() {
        return Some(path);
    }
    let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    assert!(!required, "{path} is not there: run tests/setup");
    eprintln!("SKIPPED: {path} is not there: run tests/setup");
    None
}
