//! One block device, as `/sys/block` tells of it.

use std::path::{Path, PathBuf};

use super::super::mounts::{self, Number};
use super::{Machine, MediaError};
use crate::safe::safe;

/// Bytes of the unit in which the kernel gives sizes.
const SECTOR: u64 = 512;
/// Most letters of a name that a device gives itself.
const LETTERS: usize = 64;
/// Most devices and partitions that are looked at.
const MOST: usize = 1024;

/// A whole device or a partition.
#[derive(Debug)]
pub(super) struct Part {
    /// The kernel's name, as under `/dev`.
    pub name: String,
    /// Device number.
    pub number: Number,
    /// Size in bytes.
    pub bytes: u64,
    /// Whether it refuses to be written to.
    pub read_only: bool,
    /// Whether it is the whole device.
    pub is_disk: bool,
    /// What is made of it: `dm-0`, `md127`.
    pub holders: Vec<String>,
}

/// How a device is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// A USB port, or a slot for cards.
    External,
    /// The inside of the machine.
    Internal,
    /// None: the kernel makes it up.
    Virtual,
}

/// A whole device.
#[derive(Debug)]
pub(super) struct Block {
    pub disk: Part,
    pub partitions: Vec<Part>,
    pub link: Link,
    /// Maker and model, safe to show.
    pub model: String,
    /// Serial number, safe to show.
    pub serial: String,
    /// What it is made of.
    pub slaves: Vec<String>,
    /// The image file behind a loop device.
    pub backing: Option<PathBuf>,
    pub insertion: Option<u64>,
}

impl Block {
    /// The whole device, then its partitions.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.disk).chain(&self.partitions)
    }
}

/// Every device, by name. Loop devices without a file and RAM disks of no size are none.
pub(super) fn all(machine: &Machine) -> Result<Vec<Block>, MediaError> {
    let list = machine.sys.join("block");
    let entries = std::fs::read_dir(&list).map_err(|error| MediaError::Listing {
        path: list.display().to_string(),
        reason: error.to_string(),
    })?;
    let mut names: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .take(MOST)
        .collect();
    names.sort();
    Ok(names.iter().filter_map(|path| block(path)).collect())
}

fn block(entry: &Path) -> Option<Block> {
    // where the device hangs is in the path behind the link
    let path = std::fs::canonicalize(entry).ok()?;
    let disk = part(&path, true)?;
    let backing = text(&path.join("loop/backing_file")).map(PathBuf::from);
    if disk.name.starts_with("loop") && backing.is_none() {
        return None;
    }
    let mut partitions: Vec<Part> = children(&path)
        .filter(|child| child.join("partition").exists())
        .filter_map(|child| part(&child, false))
        .collect();
    partitions.sort_by_key(|part| (part.name.len(), part.name.clone()));
    let usb = usb_device(&path);
    let device = path.join("device");
    let said = |name: &str| text(&device.join(name));
    let vendor = said("vendor").filter(|vendor| !vendor.starts_with("0x"));
    let model = [vendor, said("model").or_else(|| said("name"))];
    let of_usb = |name: &str| usb.and_then(|usb| text(&usb.join(name)));
    let model: Vec<String> = if of_usb("product").is_some() {
        [of_usb("manufacturer"), of_usb("product")]
    } else {
        model
    }
    .into_iter()
    .flatten()
    .collect();
    Some(Block {
        link: link(&path, usb.is_some()),
        model: short(&model.join(" ")),
        serial: short(
            &of_usb("serial")
                .or_else(|| said("serial"))
                .unwrap_or_default(),
        ),
        slaves: names_in(&path.join("slaves")),
        insertion: text(&path.join("diskseq")).and_then(|number| number.parse().ok()),
        backing,
        disk,
        partitions,
    })
}

fn part(path: &Path, is_disk: bool) -> Option<Part> {
    // a slash in the name of a device is an exclamation mark here
    let name = path.file_name()?.to_str()?.replace('!', "/");
    let sectors: u64 = text(&path.join("size"))?.parse().ok()?;
    Some(Part {
        name,
        number: mounts::number(&text(&path.join("dev"))?)?,
        bytes: sectors.saturating_mul(SECTOR),
        read_only: text(&path.join("ro")).is_some_and(|text| text != "0"),
        is_disk,
        holders: names_in(&path.join("holders")),
    })
}

/// The directory of the USB device that the path leads through: the nearest that names its maker.
fn usb_device(path: &Path) -> Option<&Path> {
    path.ancestors().find(|at| at.join("idVendor").exists())
}

fn link(path: &Path, usb: bool) -> Link {
    let goes_through = |start: &str| {
        path.components().any(|part| {
            part.as_os_str()
                .to_str()
                .and_then(|part| part.strip_prefix(start))
                .is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
        })
    };
    // a card can be taken out (`SD`); the same controller drives memory that is soldered in (`MMC`)
    let is_card = || text(&path.join("device/type")).is_some_and(|kind| kind == "SD");
    if usb || goes_through("usb") || goes_through("mmc") && is_card() {
        Link::External
    } else if path.components().any(|part| part.as_os_str() == "virtual") {
        Link::Virtual
    } else {
        Link::Internal
    }
}

/// The name under which `/dev/disk` links to a device.
pub(super) fn linked(machine: &Machine, list: &str, kernel_name: &str) -> Option<String> {
    let directory = machine.dev.join("disk").join(list);
    let link = children(&directory).find(|link| {
        std::fs::read_link(link)
            .is_ok_and(|to| to.file_name().is_some_and(|name| name == kernel_name))
    })?;
    Some(short(&unescaped(link.file_name()?.to_str()?)))
}

/// Blanks and others are written as `\x20` there.
fn unescaped(name: &str) -> String {
    let mut parts = name.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, part.get(2..)) {
            (Some(byte), Some(rest)) => {
                bytes.push(byte);
                bytes.extend_from_slice(rest.as_bytes());
            }
            _ => bytes.extend_from_slice(part.as_bytes()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn children(directory: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .take(MOST)
}

fn names_in(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = children(directory)
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

/// The text of a small file, without what surrounds it; `None` where it says nothing.
fn text(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    (!text.is_empty()).then(|| text.to_owned())
}

/// A text that a device gives itself, safe to show.
fn short(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    safe(&words.join(" ").chars().take(LETTERS).collect::<String>())
}
