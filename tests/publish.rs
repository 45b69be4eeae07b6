//! Published copies: made from whole ceremonies, audited, tampered with, and looked through for what is withheld
//! by a search that knows nothing of the program's own.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/judges.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the judges")]
mod judges;
#[path = "publish/leaks.rs"]
mod leaks;
#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the room")]
mod room;
#[path = "support/venue.rs"]
mod venue;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the world")]
mod world;
#[path = "support/yubikeys.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the drawer")]
mod yubikeys;

#[path = "publish/calls.rs"]
mod calls;
#[path = "publish/days.rs"]
mod days;
#[path = "publish/generated.rs"]
mod generated;
#[path = "publish/people.rs"]
mod people;
#[path = "publish/strangers.rs"]
mod strangers;
#[path = "publish/tampered.rs"]
mod tampered;

use std::path::Path;
use std::process::Command;

use venue::{ROOTSTAGE, Said, said};

/// A salt as plans have it.
const SALT: &str = "70870b5b93d97bc836407780bb803800";

fn rootstage(arguments: &[&str]) -> Said {
    said(Command::new(ROOTSTAGE).args(arguments))
}

fn publish(from: &Path, to: &Path) -> Said {
    rootstage(&[
        "report",
        "--public",
        from.to_str().unwrap(),
        "-o",
        to.to_str().unwrap(),
    ])
}

fn audit(dir: &Path, more: &[&str]) -> Said {
    rootstage(&[&["audit", dir.to_str().unwrap(), "--json"], more].concat())
}

/// The verdict on a rule.
fn verdict(said: &Said, rule: &str) -> String {
    let rules = said.json()["rules"].clone();
    let mut rules = rules.as_array().unwrap().iter();
    let found = rules.find(|found| found["id"] == rule);
    found.unwrap()["verdict"].as_str().unwrap().to_owned()
}

/// Rules that fail.
fn failing(said: &Said) -> Vec<String> {
    let rules = said.json()["rules"].clone();
    let rules = rules.as_array().unwrap().iter();
    let failed = rules.filter(|found| found["verdict"] == "fail");
    failed
        .map(|found| found["id"].as_str().unwrap().to_owned())
        .collect()
}
