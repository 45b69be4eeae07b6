//! What this process has given up, and who else could reach the tokens or this memory.

use super::{Subject, Surroundings, list};
use crate::airgap::harden::{MeasureKind, Outcome};
use crate::ceremony::check::Check;

/// One check for each measure of hardening.
pub fn hardening(at: &Surroundings) -> Vec<Check> {
    [
        (MeasureKind::NoNetwork, Grave::Yes),
        (MeasureKind::NotDumpable, Grave::Yes),
        (MeasureKind::NoCoreFile, Grave::Yes),
        (MeasureKind::MemoryLocked, Grave::No),
        (MeasureKind::NoNewPrivileges, Grave::No),
        (MeasureKind::PrivateFiles, Grave::No),
    ]
    .map(|(kind, grave)| measure(at, kind, grave))
    .into()
}

/// Whether a ceremony should stop where a measure does not hold.
#[derive(Clone, Copy)]
enum Grave {
    Yes,
    No,
}

fn measure(at: &Surroundings, kind: MeasureKind, grave: Grave) -> Check {
    let (id, title, holds, lacks) = words(kind);
    let subject = Subject { id, title };
    let reason = match at.hardening.outcome(kind) {
        Some(Outcome::Done) => return subject.pass(holds),
        Some(Outcome::NotPossible(reason)) => reason.as_str(),
        None => "it was not tried",
    };
    let found = format!("{lacks} ({reason}).");
    match grave {
        Grave::Yes => subject.fail(
            found,
            "Boot the live medium made for ceremonies, and look again.",
        ),
        Grave::No => subject.warn(
            found,
            "Start rootstage as root on the live medium, or go on where your procedure allows it.",
        ),
    }
}

/// Id, title, the sentence where it holds, the sentence where it does not (without its full stop).
fn words(kind: MeasureKind) -> (&'static str, &'static str, &'static str, &'static str) {
    match kind {
        MeasureKind::NoNetwork => (
            "process.no-network",
            "This program and networks",
            "This program cannot open a network connection; the kernel refuses.",
            "Nothing keeps this program from opening a network connection",
        ),
        MeasureKind::NotDumpable => (
            "process.not-dumpable",
            "This program's memory and other programs",
            "Other programs of this user cannot read this program's memory.",
            "Other programs of this user could read this program's memory",
        ),
        MeasureKind::NoCoreFile => (
            "process.no-core-file",
            "This program and crashes",
            "This program leaves no core file.",
            "This program could leave a core file",
        ),
        MeasureKind::MemoryLocked => (
            "process.memory-locked",
            "This program's memory and disks",
            "This program's memory is locked: it is never swapped out.",
            "This program's memory could be swapped out",
        ),
        MeasureKind::NoNewPrivileges => (
            "process.no-new-privileges",
            "Programs started by this one",
            "Nothing that this program starts gains privileges.",
            "Programs started by this one could gain privileges",
        ),
        MeasureKind::PrivateFiles => (
            "process.private-files",
            "Files of this program",
            "Files are readable by this user alone.",
            "Files could be readable by other users",
        ),
    }
}

/// Whether a debugger is attached to this process.
pub fn traced(at: &Surroundings) -> Check {
    const FILE: &str = "/proc/self/status";
    let subject = Subject {
        id: "process.traced",
        title: "Debuggers",
    };
    let text = match at.read(FILE) {
        Ok(text) => text,
        Err(error) => return subject.unknown(FILE, &error),
    };
    match text
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"))
        .map(str::trim)
    {
        Some("0") => subject.pass("No other program is watching this one."),
        Some(tracer) => subject.fail(
            format!(
                "Another program (process {tracer}) is attached to this one and sees its memory."
            ),
            "End it, start rootstage again, and note in the record what it was.",
        ),
        None => subject.warn(
            format!("{FILE} does not say whether another program is attached to this one."),
            "Make sure that no debugger runs.",
        ),
    }
}

/// Programs known to hold tokens for themselves, as the kernel shortens their names (15 bytes).
const HOLDERS: [&str; 10] = [
    "gpg-agent",
    "scdaemon",
    "ykman",
    "ykman-gui",
    "yubikey-agent",
    "yubioath-deskto",
    "authenticator",
    "pivy-agent",
    "opensc-notify",
    "p11-kit-server",
];

/// Other programs that could hold a token while the ceremony needs it.
pub fn token_programs(at: &Surroundings) -> Check {
    const DIRECTORY: &str = "/proc";
    let subject = Subject {
        id: "programs.tokens",
        title: "Programs that hold tokens",
    };
    let names = match at.names(DIRECTORY) {
        Ok(names) => names,
        Err(error) => return subject.unknown(DIRECTORY, &error),
    };
    let mut holders = Vec::new();
    for process in names
        .iter()
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
    {
        // processes come and go: one that is gone holds nothing
        let Ok(name) = at.read(&format!("{DIRECTORY}/{process}/comm")) else {
            continue;
        };
        let name = name.trim();
        if HOLDERS.contains(&name) {
            holders.push(format!("{name} (process {process})"));
        }
    }
    if holders.is_empty() {
        return subject.pass("No other program known to hold tokens is running.");
    }
    subject.warn(
        format!("These programs may keep a token for themselves: {}.", list(&holders)),
        "End them (`gpgconf --kill all` for gpg-agent and scdaemon), or tokens may seem to be missing.",
    )
}

/// The process of a pcscd that writes down what is sent to cards.
fn service_that_logs(at: &Surroundings) -> Option<String> {
    let processes = at.names("/proc").unwrap_or_default();
    processes.into_iter().find(|process| {
        let read = |file: &str| {
            at.read(&format!("/proc/{process}/{file}"))
                .unwrap_or_default()
        };
        // an option of one letter may stand among others: `-fa`
        let logs = |argument: &str| {
            argument == "--apdu"
                || (argument.starts_with('-')
                    && !argument.starts_with("--")
                    && argument.contains('a'))
        };
        process.bytes().all(|byte| byte.is_ascii_digit())
            && read("comm").trim() == "pcscd"
            && read("cmdline").split('\0').skip(1).any(logs)
    })
}

/// Whether the service answers through which `YubiKeys` are reached. A ceremony without them needs no
/// such service, so that its absence is something to look at and no more; one that writes PINs down is more.
pub fn smart_cards(at: &Surroundings) -> Check {
    let subject = Subject {
        id: "smartcard.service",
        title: "Service for smart cards",
    };
    if let Some(process) = service_that_logs(at) {
        return subject.fail(
            format!(
                "The service for smart cards (pcscd, process {process}) was started with `--apdu`: it writes \
                 every command into its log, PINs included."
            ),
            "End it, delete that log, start pcscd without `--apdu` and `-a`, and look again.",
        );
    }
    match &at.smart_cards {
        Ok(()) => subject.pass("The service for smart cards answers."),
        Err(reason) => subject.warn(
            format!(
                "Smart cards cannot be reached: {}.",
                reason.trim_end_matches('.')
            ),
            "Only YubiKeys need it: see that the service `pcscd` runs, and look again.",
        ),
    }
}
