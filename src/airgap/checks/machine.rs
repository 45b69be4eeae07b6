//! The machine itself: its clock, its disks, and the program that runs on it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

use super::{Subject, Surroundings};
use crate::ceremony::check::Check;

/// A binary older than this is not expected in a ceremony: rather the clock is wrong. In years.
const PLAUSIBLE_YEARS: i64 = 20;

/// The machine's clock, as far as it can be judged alone: people compare it with a watch later.
pub fn clock(at: &Surroundings) -> Check {
    const ADVICE: &str =
        "Set the clock with `date -u -s 'YYYY-MM-DD HH:MM:SS'`, watched by two people.";
    let subject = Subject {
        id: "time.clock",
        title: "Clock",
    };
    let (now, built) = (minutes(at.now), minutes(at.built));
    if at.now < at.built {
        return subject.fail(
            format!("The clock says {now}, which is before this program was built ({built})."),
            ADVICE,
        );
    }
    if at.now - at.built > time::Duration::days(PLAUSIBLE_YEARS * 365) {
        return subject.fail(
            format!(
                "The clock says {now}, more than {PLAUSIBLE_YEARS} years after this program \
                 was built ({built})."
            ),
            ADVICE,
        );
    }
    subject.pass(format!("The clock says {now}, which is possible."))
}

fn minutes(time: OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC)
        .format(format_description!(
            "[year]-[month]-[day] [hour]:[minute] UTC"
        ))
        .unwrap_or_else(|_| "a time that cannot be written".into())
}

/// Free space below which a ceremony may not get to its end, in MiB.
const LEAST_MIB: u64 = 16;
/// Free space that is enough for a ceremony with recordings and reports, in MiB.
const ENOUGH_MIB: u64 = 128;

/// Free space for the ceremony directory.
pub fn free_space(at: &Surroundings) -> Check {
    // the directory is made later: its nearest parent that exists is on the same file system
    let exists = at.directory.ancestors().find(|path| path.exists());
    let place = exists
        .filter(|path| !path.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let free = rustix::fs::statvfs(place)
        .map(|fs| fs.f_bavail.saturating_mul(fs.f_frsize))
        .map_err(io::Error::from);
    space(place, free)
}

pub(super) fn space(place: &Path, free: io::Result<u64>) -> Check {
    let subject = Subject {
        id: "storage.space",
        title: "Free space",
    };
    let place = place.display().to_string().escape_default().to_string();
    let mib = match free {
        Ok(bytes) => bytes >> 20,
        Err(error) => return subject.unknown(&place, &error),
    };
    let found = format!("{mib} MiB are free at {place}.");
    let advice = "Make space, or use another directory (`--dir`), before anything is signed.";
    match mib {
        ENOUGH_MIB.. => subject.pass(found),
        LEAST_MIB.. => subject.warn(found, advice),
        _ => subject.fail(found, advice),
    }
}

/// Where the root file system keeps what is written: in memory, nowhere, or on a disk.
pub fn root_file_system(at: &Surroundings) -> Check {
    const FILE: &str = "/proc/self/mountinfo";
    const ADVICE: &str = "Boot the live medium made for ceremonies, or treat this machine's disk as \
        one that holds the ceremony.";
    let subject = Subject {
        id: "storage.root",
        title: "Root file system",
    };
    let text = match at.read(FILE) {
        Ok(text) => text,
        Err(error) => return subject.unknown(FILE, &error),
    };
    let mounts: Vec<Mount> = text.lines().filter_map(Mount::read).collect();
    // of several mounts at one place the last one is what programs see
    let Some(root) = mounts.iter().rfind(|mount| mount.point == "/") else {
        return subject.warn(
            format!("{FILE} does not say what the root file system is."),
            ADVICE,
        );
    };
    match root.kind.as_str() {
        "tmpfs" | "ramfs" | "rootfs" => subject
            .pass("The system runs in memory: what is written to it is gone after power-off."),
        "squashfs" | "erofs" | "iso9660" => {
            subject.pass(format!("The system is read-only ({}).", root.kind))
        }
        "overlay" => match upper(root, &mounts) {
            Some("tmpfs" | "ramfs") => subject
                .pass("The system runs from a read-only medium, with changes kept in memory only."),
            Some(kind) => subject.warn(
                format!("Changes to the system are written to a disk ({kind})."),
                ADVICE,
            ),
            None => subject.warn(
                "The system runs in layers (overlay), and where changes are kept cannot be seen.",
                ADVICE,
            ),
        },
        kind => subject.warn(
            format!(
                "The system runs from a disk ({}) that keeps what is written.",
                kind.escape_default()
            ),
            ADVICE,
        ),
    }
}

/// Kind of the file system that holds the upper layer of an overlay; `None` where it is not mounted
/// anywhere in sight.
fn upper<'a>(overlay: &Mount, mounts: &'a [Mount]) -> Option<&'a str> {
    let layer = overlay
        .options
        .split(',')
        .find_map(|option| option.strip_prefix("upperdir="))?;
    let layer = Path::new(layer);
    // live media move the layers away before they switch to the overlay: only a mount of its own
    // tells, never the overlay's "/" itself
    let holders = mounts
        .iter()
        .filter(|m| m.point != "/" && layer.starts_with(&m.point));
    holders
        .max_by_key(|mount| mount.point.len())
        .map(|mount| mount.kind.as_str())
}

/// A line of `mountinfo`: `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`.
struct Mount {
    point: String,
    kind: String,
    options: String,
}

impl Mount {
    fn read(line: &str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut after = after.split(' ');
        Some(Self {
            // spaces are written as \040; such mount points are never matched, and need not be
            point: before.split(' ').nth(4)?.to_owned(),
            kind: after.next()?.to_owned(),
            options: after.nth(1)?.to_owned(),
        })
    }
}

/// The digest of the program that runs, for people to compare with the published one.
pub fn binary(at: &Surroundings) -> Check {
    const FILE: &str = "/proc/self/exe";
    let subject = Subject {
        id: "binary.digest",
        title: "This program",
    };
    match File::open(at.path(FILE)).and_then(digest) {
        Ok(digest) => subject.check(
            crate::ceremony::check::Verdict::Pass,
            format!("SHA-256 of this program: {digest}."),
            "Compare it with the digest that was published for this release.",
        ),
        Err(error) => subject.unknown(FILE, &error),
    }
}

fn digest(mut file: File) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 128 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(data_encoding::HEXLOWER.encode(&hasher.finalize())),
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}
