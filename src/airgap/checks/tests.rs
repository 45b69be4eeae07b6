//! A machine built of files, first as it should be, then with one thing wrong at a time.

use std::path::Path;

use tempfile::TempDir;
use time::macros::datetime;

use super::{Surroundings, Terminal, machine, run};
use crate::airgap::harden::{Hardening, Measure, MeasureKind, Outcome};
use crate::ceremony::check::{Check, Verdict};

const ALL: [MeasureKind; 6] = [
    MeasureKind::NoCoreFile,
    MeasureKind::NotDumpable,
    MeasureKind::MemoryLocked,
    MeasureKind::PrivateFiles,
    MeasureKind::NoNewPrivileges,
    MeasureKind::NoNetwork,
];

const ROUTES: &str =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
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
        };
        Self { files, at }
            .with("sys/class/net/lo/flags", "0x9\n")
            .with("sys/class/net/lo/operstate", "unknown\n")
            .with("sys/class/net/eth0/flags", "0x1002\n")
            .with("sys/class/net/eth0/operstate", "down\n")
            .with("sys/class/net/bonding_masters", "\n")
            .with("proc/net/route", ROUTES)
            .with("proc/net/ipv6_route", &v6("00", 0x0020_0200, "lo"))
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

fn v6(length: &str, flags: u32, name: &str) -> String {
    let zero = "0".repeat(32);
    format!("{zero} {length} {zero} 00 {zero} ffffffff 00000001 00000000 {flags:08x} {name}\n")
}

fn limits(core: &str) -> String {
    format!(
        "Limit                     Soft Limit           Hard Limit           Units     \n\
         Max core file size        {core}               {core}               bytes     \n"
    )
}

fn mounted(lines: &str) -> Machine {
    Machine::sound().with("proc/self/mountinfo", lines)
}

#[test]
fn a_sound_machine_passes_every_check() {
    let checks = run(&Machine::sound().at);
    for check in &checks {
        assert_eq!(check.verdict, Verdict::Pass, "{check:?}");
    }
    let mut ids: Vec<_> = checks.iter().map(|check| &check.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), checks.len(), "every check has a name of its own");
}

#[test]
fn each_thing_wrong_is_found() {
    let sound = Machine::sound;
    let route = |line: &str| sound().with("proc/net/route", &format!("{ROUTES}{line}\n"));
    let terminal =
        |change: fn(&mut Terminal)| sound().but(|at| change(at.terminal.as_mut().unwrap()));
    let cases: Vec<(&str, Verdict, &str, Machine)> = vec![
        (
            "network.interfaces",
            Verdict::Fail,
            "eth0",
            sound()
                .with("sys/class/net/eth0/flags", "0x1003\n")
                .with("sys/class/net/eth0/operstate", "up\n"),
        ),
        (
            "network.interfaces",
            Verdict::Fail,
            "tun0",
            sound()
                .with("sys/class/net/tun0/flags", "0x10d1\n")
                .with("sys/class/net/tun0/operstate", "unknown\n"),
        ),
        (
            "network.interfaces",
            Verdict::Warn,
            "eth0",
            sound().with("sys/class/net/eth0/flags", "0x1003\n"),
        ),
        (
            "network.interfaces",
            Verdict::Unknown,
            "flags",
            sound().without("sys/class/net/eth0/flags"),
        ),
        (
            "network.routes",
            Verdict::Fail,
            "eth0",
            route("eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0"),
        ),
        (
            "network.routes",
            Verdict::Warn,
            "eth0",
            route("eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"),
        ),
        (
            "network.routes",
            Verdict::Fail,
            "wlan0",
            sound().with("proc/net/ipv6_route", &v6("00", 3, "wlan0")),
        ),
        (
            "network.routes",
            Verdict::Warn,
            "wlan0",
            sound().with("proc/net/ipv6_route", &v6("40", 1, "wlan0")),
        ),
        (
            "network.routes",
            Verdict::Pass,
            "No route",
            sound().without("proc/net/ipv6_route"),
        ),
        (
            "network.radio",
            Verdict::Fail,
            "wlan (phy0)",
            sound()
                .with("sys/class/rfkill/rfkill0/name", "phy0\n")
                .with("sys/class/rfkill/rfkill0/type", "wlan\n")
                .with("sys/class/rfkill/rfkill0/soft", "0\n"),
        ),
        (
            "network.radio",
            Verdict::Warn,
            "bluetooth (hci0)",
            sound()
                .with("sys/class/rfkill/rfkill1/name", "hci0\n")
                .with("sys/class/rfkill/rfkill1/type", "bluetooth\n")
                .with("sys/class/rfkill/rfkill1/hard", "1\n")
                .with("sys/class/bluetooth/hci0/address", "\n"),
        ),
        (
            "network.radio",
            Verdict::Fail,
            "phy1",
            sound().with("sys/class/ieee80211/phy1/index", "1\n"),
        ),
        (
            "memory.swap",
            Verdict::Fail,
            "/dev/sda2",
            sound().with(
                "proc/swaps",
                &format!("{SWAPS}/dev/sda2 partition 1000 0 -2\n"),
            ),
        ),
        (
            "memory.swap",
            Verdict::Warn,
            "/dev/zram0",
            sound().with(
                "proc/swaps",
                &format!("{SWAPS}/dev/zram0 partition 1000 0 100\n"),
            ),
        ),
        (
            "memory.core-dumps",
            Verdict::Warn,
            "Programs",
            sound().with("proc/self/limits", &limits("unlimited")),
        ),
        (
            "memory.core-dumps",
            Verdict::Fail,
            "disk",
            sound()
                .with("proc/self/limits", &limits("unlimited"))
                .but(|at| at.hardening = Hardening::default()),
        ),
        (
            "memory.core-dumps",
            Verdict::Fail,
            "/usr/lib/crash",
            sound()
                .with("proc/sys/kernel/core_pattern", "|/usr/lib/crash %P\n")
                .but(|at| at.hardening = Hardening::default()),
        ),
        (
            "process.no-network",
            Verdict::Fail,
            "the kernel is too old",
            sound().but(|at| {
                at.hardening.0.last_mut().unwrap().outcome =
                    Outcome::NotPossible("the kernel is too old".into());
            }),
        ),
        (
            "process.memory-locked",
            Verdict::Warn,
            "not tried",
            sound().but(|at| at.hardening = Hardening::default()),
        ),
        (
            "process.traced",
            Verdict::Fail,
            "4711",
            sound().with("proc/self/status", "TracerPid:\t4711\n"),
        ),
        (
            "programs.tokens",
            Verdict::Warn,
            "scdaemon (process 77)",
            sound().with("proc/77/comm", "scdaemon\n"),
        ),
        (
            "time.clock",
            Verdict::Fail,
            "before",
            sound().but(|at| at.now = datetime!(1970-01-01 00:03 UTC)),
        ),
        (
            "time.clock",
            Verdict::Fail,
            "2077",
            sound().but(|at| at.now = datetime!(2077-01-01 00:03 UTC)),
        ),
        (
            "storage.root",
            Verdict::Warn,
            "ext4",
            mounted("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"),
        ),
        (
            "storage.root",
            Verdict::Pass,
            "read-only",
            mounted("22 1 7:0 / / ro - squashfs /dev/loop0 ro\n"),
        ),
        (
            "storage.root",
            Verdict::Warn,
            "cannot be seen",
            mounted("22 1 0:9 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/cow/rw\n"),
        ),
        (
            "storage.root",
            Verdict::Pass,
            "in memory only",
            mounted(
                "22 1 0:9 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/cow/rw,workdir=/cow/w\n\
             23 22 0:8 / /cow rw shared:1 - tmpfs tmpfs rw\n",
            ),
        ),
        (
            "storage.root",
            Verdict::Warn,
            "ext4",
            mounted(
                "22 1 0:9 / / rw - overlay overlay rw,upperdir=/cow/rw\n\
             23 22 8:3 / /cow rw - ext4 /dev/sdb3 rw\n",
            ),
        ),
        (
            "terminal.size",
            Verdict::Fail,
            "79 columns",
            terminal(|t| t.columns = 79),
        ),
        (
            "terminal.size",
            Verdict::Fail,
            "23 rows",
            terminal(|t| t.rows = 23),
        ),
        (
            "terminal.size",
            Verdict::Warn,
            "not a terminal",
            sound().but(|at| at.terminal = None),
        ),
        (
            "terminal.type",
            Verdict::Fail,
            "TERM",
            terminal(|t| t.term = "dumb".into()),
        ),
        (
            "terminal.characters",
            Verdict::Warn,
            "`C`",
            terminal(|t| t.locale = "C".into()),
        ),
        (
            "terminal.characters",
            Verdict::Warn,
            "No character set",
            terminal(|t| t.locale.clear()),
        ),
    ];
    for (id, verdict, says, machine) in cases {
        let check = machine.check(id);
        assert_eq!(check.verdict, verdict, "{check:?}");
        assert!(check.found.contains(says), "{says:?} is not in {check:?}");
        assert_eq!(
            check.advice.is_empty(),
            verdict == Verdict::Pass,
            "{check:?}"
        );
    }
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
    let verdict = |mib: u64| machine::space(Path::new("/d"), Ok(mib << 20)).verdict;
    assert_eq!(verdict(15), Verdict::Fail);
    assert_eq!(verdict(16), Verdict::Warn);
    assert_eq!(verdict(128), Verdict::Pass);
    let denied = machine::space(
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
