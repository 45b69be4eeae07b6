//! Delegations: whoever is asked is one of the roles, and nobody after the one that stops.
//! The path that is asked about stands in the first line, the delegations after it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::canonical::parse;
use rootstage::tuf::delegations::{After, Delegations};

fuzz_target!(|bytes: &[u8]| {
    let Some(at) = bytes.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (path, rest) = bytes.split_at(at);
    let (Ok(path), Ok(value)) = (std::str::from_utf8(path), parse(rest, 1 << 20)) else {
        return;
    };
    let Ok(delegations) = Delegations::read(&value, "delegations", &mut Vec::new()) else {
        return;
    };
    let asked: Vec<_> = delegations.asked_about(path).collect();
    assert!(asked.iter().all(|role| role.paths.contain(path)));
    let before_the_last = asked.len().saturating_sub(1);
    let mut before = asked.iter().take(before_the_last);
    assert!(before.all(|role| role.after == After::GoOn));
});
