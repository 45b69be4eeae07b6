//! What is mounted where (`proc(5)`, `/proc/self/mountinfo`), and what swaps.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::Machine;
use super::error::MediaError;

/// Most bytes of a list of the kernel.
const MAX_LIST: u64 = 4 << 20;

/// Major and minor number of a block device.
pub type Number = (u32, u32);

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountPoint {
    /// Device number of the file system; major 0 where there is no device behind it.
    pub number: Number,
    /// Where it is.
    pub at: PathBuf,
    /// Whether it can be written to through this mount.
    pub read_only: bool,
    /// Driver, such as `ext4`.
    pub driver: String,
    /// What is mounted, such as `/dev/sda1`.
    pub source: PathBuf,
}

impl Machine {
    /// Everything that is mounted, in the order of the kernel.
    pub fn mounts(&self) -> Result<Vec<MountPoint>, MediaError> {
        let path = self.proc.join("self/mountinfo");
        let text = list(&path)?;
        Ok(text
            .split(|byte| *byte == b'\n')
            .filter_map(mount_point)
            .collect())
    }

    /// Devices and files that memory is swapped to.
    pub(super) fn swaps(&self) -> Vec<PathBuf> {
        // a kernel without swap has no such list
        let text = list(&self.proc.join("swaps")).unwrap_or_default();
        text.split(|byte| *byte == b'\n')
            .skip(1)
            .filter_map(|line| line.split(u8::is_ascii_whitespace).next())
            .filter(|field| !field.is_empty())
            .map(unescaped)
            .collect()
    }
}

/// The mount under which `path` lies.
pub(super) fn holder<'a>(mounts: &'a [MountPoint], path: &Path) -> Option<&'a MountPoint> {
    mounts
        .iter()
        .filter(|mount| path.starts_with(&mount.at))
        // of two at one place the later one hides the earlier
        .max_by_key(|mount| mount.at.components().count())
}

fn list(path: &Path) -> Result<Vec<u8>, MediaError> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_LIST).read_to_end(&mut bytes))
        .map_err(|error| MediaError::Listing {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
    Ok(bytes)
}

fn mount_point(line: &[u8]) -> Option<MountPoint> {
    let mut fields = line.split(|byte| *byte == b' ');
    let number = std::str::from_utf8(fields.nth(2)?).ok().and_then(number)?;
    let at = unescaped(fields.nth(1)?);
    let options = fields.next()?;
    // a varying number of optional fields, and then a hyphen
    fields.find(|field| *field == b"-")?;
    let driver = String::from_utf8_lossy(fields.next()?).into_owned();
    let source = unescaped(fields.next()?);
    let of_device = fields.next().unwrap_or_default();
    let read_only = [options, of_device]
        .iter()
        .any(|list| list.split(|byte| *byte == b',').any(|word| word == b"ro"));
    Some(MountPoint {
        number,
        at,
        read_only,
        driver,
        source,
    })
}

/// `8:1`, as the kernel writes device numbers.
pub(super) fn number(text: &str) -> Option<Number> {
    let (major, minor) = text.trim().split_once(':')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Blanks, tabs, newlines and backslashes are written as three octal digits.
fn unescaped(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let octal = (*first == b'\\')
            .then(|| after.get(..3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        if let (Some(byte), Some(after)) = (octal, after.get(3..)) {
            bytes.push(byte);
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests;
