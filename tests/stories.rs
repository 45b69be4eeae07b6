//! Stories: whole ceremonies in one process, with real software tokens and scripted mishaps. Each
//! ends with what the audit says of it.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/forger.rs"]
mod forger;
#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the room")]
mod room;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the world")]
mod world;
#[path = "support/yubikeys.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the drawer")]
mod yubikeys;

#[path = "stories/attestation.rs"]
mod attestation;
#[path = "stories/disk.rs"]
mod disk;
#[path = "stories/export.rs"]
mod export;
#[path = "stories/hostile_media.rs"]
mod hostile_media;
#[path = "stories/laws.rs"]
mod laws;
#[path = "stories/media.rs"]
mod media;
#[path = "stories/people.rs"]
mod people;
#[path = "stories/policy.rs"]
mod policy;
#[path = "stories/power.rs"]
mod power;
#[path = "stories/prefixes.rs"]
mod prefixes;
#[path = "stories/provisioning_day.rs"]
mod provisioning_day;
#[path = "stories/rotation.rs"]
mod rotation;
#[path = "stories/seal.rs"]
mod seal;
#[path = "stories/tokens.rs"]
mod tokens;
#[path = "stories/yubikeys.rs"]
mod yubikey_stories;
