//! The places that files can be carried on, by the kernel's own list: `/sys/block`.
//!
//! The formats are those of the kernel's `Documentation/ABI/stable/sysfs-block`: sizes are in units of
//! 512 bytes whatever the device uses, a partition is a directory with a file `partition`, `holders`
//! and `slaves` link devices that are made of one another.

mod block;
mod origin;
mod reason;

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use rustix::fs::OFlags;

use super::Machine;
use super::error::MediaError;
use super::mounts::{MountPoint, Number};
use super::superblock::{self, FileSystem, Kind};
use crate::ceremony::medium::Medium;
use crate::safe::safe;

pub use reason::Reason;

use block::{Block, Part};
use origin::Origins;

/// Whether image files that the kernel shows as devices (loop devices) stand for media: in rehearsals
/// and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Images {
    /// They do.
    Allowed,
    /// They are nothing to carry files on.
    Hidden,
}

/// A place for files: a partition, or a whole device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is, in texts that are safe to show.
    pub medium: Medium,
    /// Its device node.
    pub node: PathBuf,
    /// Its device number.
    pub number: Number,
    /// The kernel's name of the whole device, such as `sdb`.
    pub disk: String,
    /// How often the kernel has seen a device come, when this one came; another number is another
    /// insertion. `None` before Linux 5.15.
    pub insertion: Option<u64>,
    /// Its file system, where it is one of those that are known.
    pub kind: Option<Kind>,
    /// Where it is mounted.
    pub mounts: Vec<MountPoint>,
    /// Why it is not offered; `None` where it is.
    pub reason: Option<Reason>,
}

impl Machine {
    /// Every place there is, those that are offered and those that are not.
    pub fn places(&self, images: Images) -> Result<Vec<Place>, MediaError> {
        let mounts = self.mounts()?;
        let blocks = block::all(self)?;
        let origins = Origins::new(&blocks, &mounts);
        let boot = origins.boot_disks();
        let words = std::fs::read_to_string(self.proc.join("cmdline")).unwrap_or_default();
        let swaps = self.swaps();
        let mut places = Vec::new();
        for block in &blocks {
            let looks: Vec<(&Part, Look)> = block
                .parts()
                .map(|part| (part, self.look(&part.name)))
                .collect();
            let of_disk = reason::of_disk(&reason::Asked {
                block,
                images,
                boot: &boot,
                loops: &origins,
                cmdline: &words,
                found: looks
                    .iter()
                    .filter_map(|(_, look)| look.found.as_ref())
                    .collect(),
            });
            for (part, look) in looks {
                // a disk with partitions is a place itself only where it is an image of a disc
                if part.is_disk && !block.partitions.is_empty() && look.found.is_none() {
                    continue;
                }
                let node = self.dev.join(&part.name);
                let here: Vec<MountPoint> = mounts
                    .iter()
                    .filter(|mount| mount.number == part.number || mount.source == node)
                    .cloned()
                    .collect();
                let reason = of_disk
                    .clone()
                    .or_else(|| reason::of_part(part, &look, &here, &swaps, &node));
                places.push(place(self, block, part, look, here, reason));
            }
        }
        Ok(places)
    }

    /// The places that are offered.
    pub fn offered(&self, images: Images) -> Result<Vec<Place>, MediaError> {
        let mut places = self.places(images)?;
        places.retain(|place| place.reason.is_none());
        Ok(places)
    }

    /// The medium that was chosen, wherever it is now. Where something else is at its place, or it is
    /// not there at all, nothing is taken instead.
    pub fn find(&self, chosen: &Medium) -> Result<Place, MediaError> {
        let images = if chosen.image {
            Images::Allowed
        } else {
            Images::Hidden
        };
        let places = self.places(images)?;
        let same = |place: &&Place| chosen.is_same(&place.medium);
        let at_its_place = |place: &&Place| place.medium.place == chosen.place;
        let found = places
            .iter()
            .filter(same)
            .find(at_its_place)
            .or_else(|| places.iter().find(same));
        match (found, places.iter().find(at_its_place)) {
            (Some(place), _) => match &place.reason {
                None => Ok(place.clone()),
                Some(reason) => Err(MediaError::NotOffered {
                    device: place.medium.name(),
                    reason: reason.to_string(),
                }),
            },
            (None, Some(other)) if other.medium.size > 0 => Err(MediaError::OtherMedium {
                expected: chosen.describe(),
                found: other.medium.describe(),
            }),
            _ => Err(MediaError::Absent {
                device: chosen.name(),
            }),
        }
    }

    fn look(&self, kernel_name: &str) -> Look {
        // without waiting for a drive without a disc
        let opened = std::fs::OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(self.dev.join(kernel_name));
        match opened {
            Ok(file) => Look {
                found: superblock::file_system(&file),
                refused: None,
            },
            Err(error) => Look {
                found: None,
                refused: Some(error.to_string()),
            },
        }
    }
}

/// What a look at the first bytes gave.
struct Look {
    found: Option<FileSystem>,
    /// What the operating system said instead.
    refused: Option<String>,
}

fn place(
    machine: &Machine,
    block: &Block,
    part: &Part,
    look: Look,
    mounts: Vec<MountPoint>,
    reason: Option<Reason>,
) -> Place {
    let node = machine.dev.join(&part.name);
    let driver = match (&look.found, mounts.first()) {
        (Some(found), _) => found.kind.drivers()[0].to_owned(),
        (None, Some(mount)) => safe(&mount.driver),
        (None, None) => String::new(),
    };
    let kind = look.found.as_ref().map(|found| found.kind);
    let (label, uuid) = look
        .found
        .map(|found| (found.label, found.id))
        .unwrap_or_default();
    // a program of its own may know what the bytes do not tell this user
    let label = label.or_else(|| block::linked(machine, "by-label", &part.name));
    let uuid = uuid.or_else(|| block::linked(machine, "by-uuid", &part.name));
    Place {
        medium: Medium {
            place: safe(&node.display().to_string()),
            model: match &block.backing {
                Some(file) => safe(&format!("image file {}", file.display())),
                None => block.model.clone(),
            },
            serial: block.serial.clone(),
            size: part.bytes,
            filesystem: driver,
            label: label.unwrap_or_default(),
            uuid: uuid.unwrap_or_default(),
            mounted: mounts
                .first()
                .map(|mount| safe(&mount.at.display().to_string())),
            read_only: part.read_only,
            image: block.backing.is_some(),
        },
        node,
        number: part.number,
        disk: block.disk.name.clone(),
        insertion: block.insertion,
        kind,
        mounts,
        reason,
    }
}

#[cfg(test)]
mod tests;
