//! A machine built of files, first as it should be, then with one thing wrong at a time.

use std::path::Path;

mod host;
mod network;
mod process;

use tempfile::TempDir;
use time::macros::datetime;

use super::machine::space;
use super::{Surroundings, Terminal, run};
use crate::airgap::harden::{Hardening, Measure, MeasureKind, Outcome};
use crate::ceremony::check::{Check, IDS, Verdict};

/// Every measure.
const ALL: [MeasureKind; 6] = [
    MeasureKind::NoCoreFile,
    MeasureKind::NotDumpable,
    MeasureKind::MemoryLocked,
    MeasureKind::PrivateFiles,
    MeasureKind::NoNewPrivileges,
    MeasureKind::NoNetwork,
];

/// The head of `/proc/net/route`.
const ROUTES: &str =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
/// The head of `/proc/swaps`.
const SWAPS: &str = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

/// A live medium in a laptop whose network is off.
struct Machine {
    files: TempDir,
    at: Surroundings,
}

impl Machine {
    fn sound() -> Self {
        let files = tempfile::tempdir().unwrap();
        let root = files.path().to_owned();
        let done = |kind| Measure {
            kind,
            outcome: Outcome::Done,
        };
        let at = Surroundings {
            directory: root.join("not/yet/there"),
            root,
            now: datetime!(2026-11-23 06:14 UTC),
            built: datetime!(2026-11-01 00:00 UTC),
            terminal: Some(Terminal {
                columns: 80,
                rows: 24,
                term: "linux".into(),
                locale: "C.UTF-8".into(),
            }),
            hardening: Hardening(ALL.map(done).into()),
            smart_cards: Ok(()),
        };
        Self { files, at }
            .with("sys/class/net/lo/flags", "0x9\n")
            .with("sys/class/net/lo/operstate", "unknown\n")
            .with("sys/class/net/eth0/flags", "0x1002\n")
            .with("sys/class/net/eth0/operstate", "down\n")
            .with("sys/class/net/bonding_masters", "\n")
            .with("proc/net/route", ROUTES)
            .with("proc/net/ipv6_route", &network::v6("00", 0x0020_0200, "lo"))
            .with("proc/swaps", SWAPS)
            .with("proc/self/limits", &limits("0"))
            .with("proc/sys/kernel/core_pattern", "core\n")
            .with("proc/self/status", "Name:\trootstage\nTracerPid:\t0\n")
            .with("proc/self/mountinfo", "22 1 0:20 / / rw - tmpfs tmpfs rw\n")
            .with("proc/self/exe", "abc")
            .with("proc/1/comm", "systemd\n")
    }

    fn with(self, path: &str, text: &str) -> Self {
        let path = self.files.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn without(self, path: &str) -> Self {
        let path = self.files.path().join(path);
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(path)
        } else {
            std::fs::remove_file(path)
        };
        removed.unwrap();
        self
    }

    fn but(mut self, change: impl FnOnce(&mut Surroundings)) -> Self {
        change(&mut self.at);
        self
    }

    fn check(&self, id: &str) -> Check {
        run(&self.at)
            .into_iter()
            .find(|check| check.id == id)
            .unwrap()
    }
}

fn limits(core: &str) -> String {
    format!(
        "Limit                     Soft Limit           Hard Limit           Units     \n\
         Max core file size        {core}               {core}               bytes     \n"
    )
}

#[test]
fn a_sound_machine_passes_every_check() {
    let checks = run(&Machine::sound().at);
    for check in &checks {
        assert_eq!(check.verdict, Verdict::Pass, "{check:?}");
    }
    let ids: Vec<_> = checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids, IDS, "plans name checks by these ids");
}

/// Asserts what one check says of a machine.
fn says(machine: &Machine, id: &str, verdict: Verdict, found: &str) {
    let check = machine.check(id);
    assert_eq!(check.verdict, verdict, "{check:?}");
    assert!(check.found.contains(found), "{found:?} is not in {check:?}");
    let nothing_to_do = verdict == Verdict::Pass;
    assert_eq!(check.advice.is_empty(), nothing_to_do, "{check:?}");
}

#[test]
fn what_cannot_be_looked_at_never_passes() {
    for (id, path) in [
        ("network.interfaces", "sys/class/net"),
        ("network.routes", "proc/net/route"),
        ("network.radio", "sys/class"),
        ("memory.swap", "proc/swaps"),
        ("memory.core-dumps", "proc/self/limits"),
        ("memory.core-dumps", "proc/sys/kernel/core_pattern"),
        ("process.traced", "proc/self/status"),
        ("programs.tokens", "proc"),
        ("storage.root", "proc/self/mountinfo"),
        ("binary.digest", "proc/self/exe"),
    ] {
        let check = Machine::sound().without(path).check(id);
        assert_eq!(check.verdict, Verdict::Unknown, "{check:?}");
    }
}

#[test]
fn the_binary_is_named_by_its_digest() {
    let check = Machine::sound().check("binary.digest");
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(check.found.contains(abc), "{check:?}");
}

#[test]
fn little_space_is_said_before_it_is_too_little() {
    let verdict = |mib: u64| space(Path::new("/d"), Ok(mib << 20)).verdict;
    assert_eq!(verdict(15), Verdict::Fail);
    assert_eq!(verdict(16), Verdict::Warn);
    assert_eq!(verdict(128), Verdict::Pass);
    let denied = space(
        Path::new("/d"),
        Err(std::io::ErrorKind::PermissionDenied.into()),
    );
    assert_eq!(denied.verdict, Verdict::Unknown);
}

#[test]
fn this_machine_can_be_looked_at() {
    let at = Surroundings {
        root: "/".into(),
        ..Machine::sound().at
    };
    let checks = run(&at);
    let swap = checks
        .iter()
        .find(|check| check.id == "memory.swap")
        .unwrap();
    assert_ne!(swap.verdict, Verdict::Unknown, "{swap:?}");
}
