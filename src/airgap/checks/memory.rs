//! Can what is in memory end up on a disk?

use super::{Subject, Surroundings, list};
use crate::airgap::harden::MeasureKind;
use crate::ceremony::check::Check;

/// Swap space.
pub fn swap(at: &Surroundings) -> Check {
    const FILE: &str = "/proc/swaps";
    let subject = Subject {
        id: "memory.swap",
        title: "Swap",
    };
    let text = match at.read(FILE) {
        Ok(text) => text,
        Err(error) => return subject.unknown(FILE, &error),
    };
    let names = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split_ascii_whitespace().next());
    let (compressed, disk): (Vec<String>, Vec<String>) = names
        .map(str::to_owned)
        .partition(|name| name.starts_with("/dev/zram"));
    if !disk.is_empty() {
        return subject.fail(
            format!(
                "Memory can be written to disk: swap is on at {}.",
                list(&disk)
            ),
            "Switch it off with `swapoff -a`. Treat that disk as one that may hold secrets.",
        );
    }
    if !compressed.is_empty() {
        return subject.warn(
            format!("Swap is on, compressed in memory: {}.", list(&compressed)),
            "It stays in memory unless it was given a backing disk. Switch it off with `swapoff -a`.",
        );
    }
    subject.pass("No swap: memory is never written to disk.")
}

/// Core dumps of this process.
pub fn core_dumps(at: &Surroundings) -> Check {
    const LIMITS: &str = "/proc/self/limits";
    const PATTERN: &str = "/proc/sys/kernel/core_pattern";
    const ADVICE: &str = "Run `ulimit -c 0`, start rootstage again, and look again.";
    let subject = Subject {
        id: "memory.core-dumps",
        title: "Core dumps",
    };
    let limits = match at.read(LIMITS) {
        Ok(text) => text,
        Err(error) => return subject.unknown(LIMITS, &error),
    };
    let pattern = match at.read(PATTERN) {
        Ok(text) => text,
        Err(error) => return subject.unknown(PATTERN, &error),
    };
    let limit = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"))
        .and_then(|rest| rest.split_ascii_whitespace().next());
    let closed = at.hardening.holds(MeasureKind::NotDumpable);
    // the kernel pipes a dump to a program whatever the limit says; only "not dumpable" stops that
    if let Some(program) = pattern.trim().strip_prefix('|').filter(|_| !closed) {
        let program = program.split_ascii_whitespace().next().unwrap_or_default();
        return subject.fail(
            format!("If this program crashed, its memory would be handed to {program}."),
            "Run `sysctl -w kernel.core_pattern=core` and look again.",
        );
    }
    match limit {
        Some("0") => subject.pass("If this program crashes, no image of its memory is written."),
        Some(_) if closed => subject.warn(
            "Programs that this one starts could leave an image of their memory.",
            ADVICE,
        ),
        Some(_) => subject.fail(
            "If this program crashed, an image of its memory would be written to disk.",
            ADVICE,
        ),
        None => subject.fail(
            format!("{LIMITS} does not say whether an image of memory would be written."),
            ADVICE,
        ),
    }
}
