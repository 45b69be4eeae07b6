//! What a device is made of in the end: encryption, arrays and image files are undone.

use std::collections::{BTreeMap, BTreeSet};

use super::super::mounts::{self, MountPoint, Number};
use super::block::Block;

/// What the running system was started from is mounted at one of these: the root, and where live
/// systems keep their medium (Debian, Ubuntu, Fedora, Arch).
const BOOT: [&str; 8] = [
    "/",
    "/boot",
    "/boot/efi",
    "/cdrom",
    "/lib/live/mount/medium",
    "/run/archiso/bootmnt",
    "/run/initramfs/live",
    "/run/live/medium",
];
/// Deepest pile of devices that is undone.
const DEPTH: u32 = 8;

/// Devices by what they are made of.
pub(super) struct Origins<'a> {
    by_number: BTreeMap<Number, &'a Block>,
    by_name: BTreeMap<&'a str, &'a Block>,
    blocks: &'a [Block],
    mounts: &'a [MountPoint],
}

impl<'a> Origins<'a> {
    pub fn new(blocks: &'a [Block], mounts: &'a [MountPoint]) -> Self {
        let parts = || {
            blocks
                .iter()
                .flat_map(|block| block.parts().map(move |part| (part, block)))
        };
        Self {
            by_number: parts().map(|(part, block)| (part.number, block)).collect(),
            by_name: parts()
                .map(|(part, block)| (part.name.as_str(), block))
                .collect(),
            blocks,
            mounts,
        }
    }

    /// Names of the devices that the running system was started from.
    pub fn boot_disks(&self) -> BTreeSet<&'a str> {
        let mut disks = BTreeSet::new();
        for mount in self.mounts {
            // the root of a live system is in a squashfs
            if mount.driver == "squashfs" || BOOT.iter().any(|at| mount.at.as_os_str() == *at) {
                self.of_mount(mount, DEPTH, &mut disks);
            }
        }
        disks
    }

    /// The loop device whose image file lies on this device.
    pub fn image_on(&self, disk: &str) -> Option<&'a str> {
        self.blocks.iter().find_map(|block| {
            let mount = mounts::holder(self.mounts, block.backing.as_deref()?)?;
            let mut disks = BTreeSet::new();
            self.of_mount(mount, DEPTH, &mut disks);
            (block.disk.name != disk && disks.contains(disk)).then_some(block.disk.name.as_str())
        })
    }

    fn of_mount(&self, mount: &MountPoint, depth: u32, disks: &mut BTreeSet<&'a str>) {
        let by_source = || {
            let name = mount.source.strip_prefix("/dev").ok()?.to_str()?;
            self.by_name.get(name)
        };
        if let Some(block) = self.by_number.get(&mount.number).or_else(by_source) {
            self.of_block(block, depth, disks);
        }
    }

    fn of_block(&self, block: &'a Block, depth: u32, disks: &mut BTreeSet<&'a str>) {
        disks.insert(&block.disk.name);
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        for name in &block.slaves {
            if let Some(below) = self.by_name.get(name.as_str()) {
                self.of_block(below, depth, disks);
            }
        }
        let holder = block
            .backing
            .as_deref()
            .and_then(|file| mounts::holder(self.mounts, file));
        if let Some(mount) = holder {
            self.of_mount(mount, depth, disks);
        }
    }
}
