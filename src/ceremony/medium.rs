//! The ways by which files cross the air gap, and the media that carry them.

use serde::{Deserialize, Serialize};

use crate::safe::safe;

/// A way across the air gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// A file in a directory of this machine, as the plan names it; a medium may be mounted there.
    File,
    /// A medium that is bound to its role at the start of the day.
    Medium,
    /// QR codes: shown on the screen, or read with a camera or a hand scanner.
    Qr,
}

impl Way {
    /// The words for them in plans.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("file", Self::File),
        ("medium", Self::Medium),
        ("qr", Self::Qr),
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Medium => "medium",
            Self::Qr => "qr",
        }
    }
}

/// What a medium is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediumRole {
    /// Files come in on it; it is never written to.
    In,
    /// Files go out on it.
    Out,
    /// It gets a copy of the transcript, record by record.
    Log,
}

impl MediumRole {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::In, Self::Out, Self::Log];

    /// The word for it, as people say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::In => "IN",
            Self::Out => "OUT",
            Self::Log => "LOG",
        }
    }
}

/// A medium, as the kernel and its file system describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Medium {
    /// Where it is: a partition (`/dev/sdb1`), or a whole device that holds a file system.
    pub place: String,
    /// Maker and model, as the device says.
    pub model: String,
    /// Serial number of the device; empty where it says none.
    pub serial: String,
    /// Size of the place in bytes.
    pub size: u64,
    /// Kind of file system: `vfat`, `exfat`, `ext4`, …; empty where none was recognised.
    pub filesystem: String,
    /// Label of the file system; empty where it has none.
    pub label: String,
    /// Identifier of the file system (UUID, or the volume serial number of FAT and exFAT); empty where
    /// it has none.
    pub uuid: String,
    /// Where it is mounted now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mounted: Option<String>,
    /// Whether the device refuses to be written to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// Whether it is an image file that stands for a medium: in rehearsals only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub image: bool,
}

impl Medium {
    /// The word by which people choose it: the last part of its place, such as `sdb1`.
    pub fn word(&self) -> String {
        let last = self.place.rsplit('/').next().unwrap_or_default();
        last.to_ascii_lowercase()
    }

    /// Where it is, and its label.
    pub fn name(&self) -> String {
        match self.label.as_str() {
            "" => safe(&self.place),
            label => format!("{} \"{}\"", safe(&self.place), safe(label)),
        }
    }

    /// What it is, in one line, with what tells it from others.
    pub fn describe(&self) -> String {
        let or = |text: &str, none: &str| match text {
            "" => none.to_owned(),
            text => safe(text),
        };
        format!(
            "{}, {}, serial {}, identifier {}",
            self.name(),
            or(&self.model, "maker unknown"),
            or(&self.serial, "none"),
            or(&self.uuid, "none"),
        )
    }

    /// Its size as people know it from what it is sold as, and in bytes.
    pub fn size_in_words(&self) -> String {
        let (unit, name) = match self.size {
            1_000_000_000.. => (1_000_000_000, "GB"),
            1_000_000.. => (1_000_000, "MB"),
            _ => return format!("{} bytes", self.size),
        };
        let tenths = self.size / (unit / 10);
        format!(
            "{}.{} {name} ({} bytes)",
            tenths / 10,
            tenths % 10,
            self.size
        )
    }

    /// Whether this is the same medium, wherever it is plugged in: a label alone says nothing.
    pub fn is_same(&self, other: &Self) -> bool {
        self.serial == other.serial && self.uuid == other.uuid && self.size == other.size
    }
}

#[cfg(test)]
mod tests {
    use super::Medium;

    #[test]
    fn sizes_are_what_is_printed_on_sticks() {
        for (size, words) in [
            (512, "512 bytes"),
            (33_554_432, "33.5 MB (33554432 bytes)"),
            (15_931_539_456, "15.9 GB (15931539456 bytes)"),
        ] {
            let medium = Medium {
                size,
                ..Medium::default()
            };
            assert_eq!(medium.size_in_words(), words);
        }
    }
}
