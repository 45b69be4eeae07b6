//! Hardening of this process: what it can no longer do, and what can no longer be done to it.
//!
//! [`harden`] runs before anything else and before any thread starts. It never fails as a whole:
//! each [`Measure`] says whether it holds, and the checks and the transcript repeat that. It reads
//! no file and takes some tens of microseconds, because the first screen waits for it.

use std::collections::BTreeMap;

use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::mm::MlockAllFlags;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use seccompiler::{
    SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

/// What was tried on this process, in the order in which it was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardening(pub Vec<Measure>);

/// One measure and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Which measure.
    pub kind: MeasureKind,
    /// Whether it holds.
    pub outcome: Outcome,
}

/// The measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasureKind {
    /// `RLIMIT_CORE` is 0: no core file, here or in programs that this one starts.
    NoCoreFile,
    /// `PR_SET_DUMPABLE` is off: no core dump of any kind (one that the kernel pipes to a program
    /// ignores the limit), and no other program of the same user reads this memory.
    NotDumpable,
    /// `mlockall`: no page of this process is ever written to swap.
    MemoryLocked,
    /// `umask 077`: files are for this user alone, unless a mode is given.
    PrivateFiles,
    /// `PR_SET_NO_NEW_PRIVS`: nothing that this process starts gains privileges.
    NoNewPrivileges,
    /// A seccomp filter: no socket but between programs of this machine (`AF_UNIX`).
    NoNetwork,
}

/// What became of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds for the life of this process.
    Done,
    /// It does not hold; the reason, in words for people.
    NotPossible(String),
}

impl Hardening {
    /// What became of one measure; `None` where it was not tried.
    pub fn outcome(&self, kind: MeasureKind) -> Option<&Outcome> {
        self.0
            .iter()
            .find(|measure| measure.kind == kind)
            .map(|measure| &measure.outcome)
    }

    /// Whether a measure holds.
    pub fn holds(&self, kind: MeasureKind) -> bool {
        self.outcome(kind) == Some(&Outcome::Done)
    }
}

/// Applies every measure that the system allows. Call it first, and once.
pub fn harden() -> Hardening {
    let core = no_core_file();
    let dumpable = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let locked = lock_memory();
    rustix::process::umask(Mode::from_raw_mode(0o077));
    // the filter needs "no new privileges" and sets it
    let (privileges, network) = match forbid_network() {
        Ok(()) => (Outcome::Done, Outcome::Done),
        Err(seccompiler::Error::Seccomp(error)) => (Outcome::Done, not_possible(&error)),
        Err(seccompiler::Error::ThreadSync(thread)) => {
            let reason = format!("thread {thread} already has a filter of its own");
            (Outcome::Done, Outcome::NotPossible(reason))
        }
        Err(error) => (not_possible(&error), not_possible(&error)),
    };
    let measure = |kind, outcome| Measure { kind, outcome };
    Hardening(vec![
        measure(MeasureKind::NoCoreFile, outcome(core)),
        measure(MeasureKind::NotDumpable, outcome(dumpable)),
        measure(MeasureKind::MemoryLocked, locked),
        measure(MeasureKind::PrivateFiles, Outcome::Done),
        measure(MeasureKind::NoNewPrivileges, privileges),
        measure(MeasureKind::NoNetwork, network),
    ])
}

fn outcome(result: Result<(), Errno>) -> Outcome {
    result.map_or_else(|error| not_possible(&error), |()| Outcome::Done)
}

fn not_possible(error: &dyn std::error::Error) -> Outcome {
    Outcome::NotPossible(error.to_string())
}

fn no_core_file() -> Result<(), Errno> {
    rustix::process::setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )
}

/// Memory that must still be there for the asking once all memory is locked, in bytes. What counts
/// against the limit is what is reserved, not what is touched: the passphrase function takes 256 MiB
/// at once, stacks and heaps of threads are reserved far beyond their use.
const ENOUGH: usize = 512 << 20;

/// Locks what is mapped now and what will be, each page once it is touched, so that memory in use
/// does not grow by locking.
///
/// Under a small limit nothing is locked at all: the lock would be granted now, and the first
/// allocation beyond the limit would end the ceremony.
fn lock_memory() -> Outcome {
    let limit = rustix::process::getrlimit(Resource::Memlock).maximum;
    // a privileged process may have no limit, others their own highest; where neither is granted,
    // the limit stays as it is, and what follows finds out what it is worth
    let _ = [None, limit].into_iter().find(|&maximum| {
        let most = Rlimit {
            current: maximum,
            maximum,
        };
        rustix::process::setrlimit(Resource::Memlock, most).is_ok()
    });
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    let locked = rustix::mm::mlockall(flags);
    let mut probe = Vec::<u8>::new();
    let room = std::hint::black_box(&mut probe).try_reserve_exact(ENOUGH);
    if locked.is_ok() && room.is_ok() {
        return Outcome::Done;
    }
    match (locked.and_then(|()| rustix::mm::munlockall()), limit) {
        (Err(error), None) => not_possible(&error),
        (_, Some(limit)) => Outcome::NotPossible(format!(
            "this user may lock only {} KiB of memory (`ulimit -l`), too little to be safe",
            limit >> 10
        )),
        (Ok(()), None) => {
            Outcome::NotPossible("this machine has too little memory to lock it".to_owned())
        }
    }
}

/// `AF_UNIX`: sockets between programs of one machine, the way to the card reader's daemon.
const AF_UNIX: u64 = 1;
/// `EACCES`: what a forbidden call answers.
const EACCES: u32 = 13;
/// `io_uring_setup`, `io_uring_enter`, `io_uring_register`: a ring opens sockets in the kernel,
/// past any filter.
const IO_URING: [i64; 3] = [425, 426, 427];
/// `pidfd_getfd`: takes an open socket out of another process.
const PIDFD_GETFD: i64 = 438;
/// Set in the number of a call that is made the x32 way on x86-64; the filter sees it as the same
/// architecture. Calls made the 32-bit way (`int 0x80`, with its `socketcall`) are of another
/// architecture, and the filter ends a process that makes one.
const X32: i64 = 0x4000_0000;

/// Installs the filter in every thread of this process.
fn forbid_network() -> Result<(), seccompiler::Error> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    // numbers of `socket` and `socketpair`, and the bits that call the same by another number
    let (sockets, ways): ([i64; 2], &[i64]) = match architecture {
        TargetArch::x86_64 => ([41, 53], &[0, X32]),
        TargetArch::aarch64 | TargetArch::riscv64 => ([198, 199], &[0]),
    };
    let mut rules = BTreeMap::new();
    for way in ways {
        for call in sockets {
            // the kernel takes the domain as an int: the upper half of the register means nothing
            let not_unix =
                SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, AF_UNIX)?;
            rules.insert(way | call, vec![SeccompRule::new(vec![not_unix])?]);
        }
        for call in IO_URING.into_iter().chain([PIDFD_GETFD]) {
            rules.insert(way | call, Vec::new());
        }
    }
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(EACCES),
        architecture,
    )?;
    let program: seccompiler::BpfProgram = filter.try_into()?;
    seccompiler::apply_filter_all_threads(&program)
}
