//! The hardened process, seen from inside a real one: it cannot open a socket that leads out.
//!
//! The test starts itself again as a child process, because hardening cannot be undone. The child
//! hardens itself, tries everything, and prints what happened, one `fact=value` a line.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

use std::collections::BTreeMap;
use std::io;
use std::net::{TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::Instant;

use rootstage::airgap::checks::{self, Surroundings};
use rootstage::airgap::harden::{Hardening, MeasureKind, Outcome, harden};
use rootstage::ceremony::check::Verdict;

/// Set for the child: `yes` or `no`, whether it hardens itself.
const CHILD: &str = "ROOTSTAGE_TEST_HARDENED_CHILD";
/// `EACCES`
const DENIED: &str = "13";
/// A user without privileges.
const NOBODY: u32 = 65534;

/// System calls that the standard library does not offer, made by a program that the hardened
/// process starts: what is forbidden to it is forbidden to everything that it starts.
const CALLS: &str = r#"
import ctypes, platform, socket
def opened(domain, kind):
    try:
        socket.socket(domain, kind).close()
        return "opened"
    except OSError as error:
        return error.errno
for name in ["INET", "INET6", "NETLINK", "PACKET", "VSOCK", "UNIX"]:
    if hasattr(socket, "AF_" + name):
        kind = socket.SOCK_RAW if name in ("NETLINK", "PACKET") else socket.SOCK_STREAM
        print(f"AF_{name}={opened(getattr(socket, 'AF_' + name), kind)}")
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return "opened" if answer >= 0 else ctypes.get_errno()
print(f"io_uring_setup={call(425, 1, 0)}")
print(f"pidfd_getfd={call(438, -1, 0, 0)}")
if platform.machine() == "x86_64":
    print(f"x32.socket={call(0x40000000 + 41, 2, 1, 0)}")
    print(f"x32.io_uring_setup={call(0x40000000 + 425, 1, 0)}")
    # the upper half of the register is not part of the domain
    print(f"high.inet={call(41, (1 << 32) + 2, 1, 0)}")
    print(f"high.unix={call(41, (1 << 32) + 1, 1, 0)}")
"#;

type Facts = BTreeMap<String, String>;

fn fact(name: &str, value: impl std::fmt::Display) {
    println!("fact {name}={value}");
}

fn answer<T>(result: io::Result<T>) -> String {
    match result {
        Ok(_) => "opened".into(),
        Err(error) => error
            .raw_os_error()
            .map_or_else(|| error.to_string(), |n| n.to_string()),
    }
}

/// What the child does.
fn child(harden_first: bool) {
    // a thread that is there before the filter is under it all the same
    let (go, wait) = mpsc::channel::<()>();
    let earlier = std::thread::spawn(move || {
        wait.recv().unwrap();
        answer(UdpSocket::bind("127.0.0.1:0"))
    });
    let hardening = if harden_first {
        timed_harden()
    } else {
        Hardening::default()
    };
    for measure in &hardening.0 {
        let outcome = match &measure.outcome {
            Outcome::Done => "done".to_owned(),
            Outcome::NotPossible(reason) => reason.clone(),
        };
        fact(&format!("{:?}", measure.kind), outcome);
    }
    go.send(()).unwrap();
    fact("udp in an earlier thread", earlier.join().unwrap());
    fact("udp", answer(UdpSocket::bind("127.0.0.1:0")));
    fact("udp6", answer(UdpSocket::bind("[::1]:0")));
    // nothing listens there: without the filter the connection is refused, not the socket
    fact("tcp", answer(TcpStream::connect("127.0.0.1:9")));
    fact("unix pair", answer(UnixStream::pair()));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let listener = UnixListener::bind(&path);
    fact("unix", answer(UnixStream::connect(&path)));
    drop(listener);
    std::fs::write(directory.path().join("file"), "").unwrap();
    let mode = directory
        .path()
        .join("file")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    fact("mode", format!("{:o}", mode & 0o777));
    for line in std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
    {
        if let Some((name @ ("Seccomp" | "NoNewPrivs" | "VmLck"), value)) = line.split_once(':') {
            fact(name, value.trim());
        }
    }
    for line in std::fs::read_to_string("/proc/self/limits")
        .unwrap()
        .lines()
    {
        if let Some(limits) = line.strip_prefix("Max core file size") {
            fact(
                "core",
                limits
                    .split_whitespace()
                    .take(2)
                    .collect::<Vec<_>>()
                    .join("/"),
            );
        }
    }
    let calls = Command::new("python3")
        .args(["-c", CALLS])
        .output()
        .unwrap();
    assert!(
        calls.status.success(),
        "{}",
        String::from_utf8_lossy(&calls.stderr)
    );
    for line in String::from_utf8(calls.stdout).unwrap().lines() {
        println!("fact {line}");
    }
    let at = Surroundings {
        root: "/".into(),
        directory: directory.path().into(),
        now: time::OffsetDateTime::now_utc(),
        built: time::OffsetDateTime::UNIX_EPOCH,
        terminal: None,
        smart_cards: Ok(()),
        hardening,
    };
    for check in checks::run(&at) {
        fact(&check.id, check.verdict.word());
    }
}

fn timed_harden() -> Hardening {
    let start = Instant::now();
    let hardening = harden();
    fact("microseconds", start.elapsed().as_micros());
    hardening
}

/// Starts this test again as a child and collects its facts.
fn facts(test: &str, harden_first: &str, user: Option<u32>) -> Facts {
    let this = std::env::current_exe().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut command = if let Some(user) = user {
        // where the build tree is, that user may not look
        let copy = directory.path().join("test");
        std::fs::copy(this, &copy).unwrap();
        std::fs::set_permissions(&copy, PermissionsExt::from_mode(0o755)).unwrap();
        open(directory.path());
        let home = directory.path().join("tmp");
        std::fs::create_dir(&home).unwrap();
        std::fs::set_permissions(&home, PermissionsExt::from_mode(0o777)).unwrap();
        let mut command = Command::new(copy);
        command
            .uid(user)
            .gid(user)
            .env("TMPDIR", &home)
            .current_dir(&home);
        command
    } else {
        Command::new(this)
    };
    let output = command
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, harden_first)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the child failed: {printed}{said}");
    let lines = printed
        .lines()
        .filter_map(|line| Some(line.split_once("fact ")?.1));
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn open(directory: &Path) {
    std::fs::set_permissions(directory, PermissionsExt::from_mode(0o755)).unwrap();
}

/// In the child: does its work and answers true.
fn is_child() -> bool {
    let Ok(harden_first) = std::env::var(CHILD) else {
        return false;
    };
    child(harden_first == "yes");
    true
}

fn assert_hardened(facts: &Facts) {
    let is = |name: &str, value: &str| {
        assert_eq!(
            facts.get(name).map(String::as_str),
            Some(value),
            "{name} in {facts:#?}"
        );
    };
    for way in ["udp", "udp6", "tcp", "udp in an earlier thread"] {
        is(way, DENIED);
    }
    for domain in ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET"] {
        is(domain, DENIED);
    }
    is("io_uring_setup", DENIED);
    is("pidfd_getfd", DENIED);
    if cfg!(target_arch = "x86_64") {
        is("x32.socket", DENIED);
        is("x32.io_uring_setup", DENIED);
        is("high.inet", DENIED);
        is("high.unix", "opened");
    }
    for way in ["unix", "unix pair", "AF_UNIX"] {
        is(way, "opened");
    }
    is("mode", "600");
    is("Seccomp", "2");
    is("NoNewPrivs", "1");
    is("core", "0/0");
    for kind in [
        MeasureKind::NoCoreFile,
        MeasureKind::NotDumpable,
        MeasureKind::PrivateFiles,
        MeasureKind::NoNewPrivileges,
        MeasureKind::NoNetwork,
    ] {
        is(&format!("{kind:?}"), "done");
    }
    let locked = facts.get("VmLck").unwrap();
    let kept = facts.get("MemoryLocked").unwrap();
    if kept == "done" {
        assert_ne!(locked, "0 kB");
    } else {
        assert!(kept.contains("KiB"), "{kept}");
        assert_eq!(
            locked, "0 kB",
            "all or nothing: a part would end in a failed allocation"
        );
    }
    // a process that is closed to others can still look at itself
    for id in [
        "binary.digest",
        "process.traced",
        "memory.core-dumps",
        "storage.root",
    ] {
        assert_ne!(
            facts.get(id).map(String::as_str),
            Some(Verdict::Unknown.word()),
            "{id}"
        );
    }
    println!(
        "hardened in {} microseconds",
        facts.get("microseconds").unwrap()
    );
}

#[test]
fn without_hardening_the_sockets_open() {
    if is_child() {
        return;
    }
    let facts = facts("without_hardening_the_sockets_open", "no", None);
    assert_eq!(
        facts.get("udp").map(String::as_str),
        Some("opened"),
        "{facts:#?}"
    );
    for name in [
        "tcp",
        "AF_INET",
        "AF_NETLINK",
        "io_uring_setup",
        "udp in an earlier thread",
    ] {
        assert_ne!(
            facts.get(name).map(String::as_str),
            Some(DENIED),
            "{name} in {facts:#?}"
        );
    }
    assert_eq!(
        facts.get("process.no-network").map(String::as_str),
        Some("FAIL")
    );
}

#[test]
fn a_hardened_process_opens_no_socket_that_leads_out() {
    if is_child() {
        return;
    }
    assert_hardened(&facts(
        "a_hardened_process_opens_no_socket_that_leads_out",
        "yes",
        None,
    ));
}

#[test]
fn an_ordinary_user_is_hardened_too() {
    if is_child() {
        return;
    }
    if std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .contains("\nUid:\t0\t")
    {
        assert_hardened(&facts(
            "an_ordinary_user_is_hardened_too",
            "yes",
            Some(NOBODY),
        ));
    } else {
        // the test above ran as an ordinary user
        println!("SKIPPED: only root can become another user");
    }
}
