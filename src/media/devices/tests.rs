use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;
use crate::media::superblock::Start;

/// A machine of files.
struct Fake {
    at: tempfile::TempDir,
    mounts: String,
}

const PCI: &str = "devices/pci0000:00/0000:00:14.0";

impl Fake {
    fn new() -> Self {
        let at = tempfile::tempdir().unwrap();
        for directory in ["sys/block", "proc/self", "dev/disk/by-label", "run"] {
            std::fs::create_dir_all(at.path().join(directory)).unwrap();
        }
        Self {
            at,
            mounts: String::new(),
        }
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.at.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A device of so many sectors that hangs at a place, with these files beside the usual ones.
    fn device(&self, name: &str, hangs: &str, number: &str, sectors: u64, more: &[(&str, &str)]) {
        let path = format!("sys/{hangs}/block/{name}");
        self.part(&path, number, sectors);
        for (file, text) in more {
            self.write(&format!("{path}/{file}"), text);
        }
        symlink(
            format!("../{hangs}/block/{name}"),
            self.at.path().join(format!("sys/block/{name}")),
        )
        .unwrap();
    }

    fn part(&self, path: &str, number: &str, sectors: u64) {
        self.write(&format!("{path}/size"), format!("{sectors}\n"));
        self.write(&format!("{path}/dev"), format!("{number}\n"));
        self.write(&format!("{path}/ro"), "0\n");
    }

    /// A stick in a USB port, with one partition that holds ext4.
    fn stick(&self, name: &str, port: u32, minor: u32, label: &str) {
        let usb = format!("{PCI}/usb1/1-{port}");
        self.write(&format!("sys/{usb}/idVendor"), "0781\n");
        self.write(&format!("sys/{usb}/serial"), format!("4C53000{port}\n"));
        self.write(&format!("sys/{usb}/manufacturer"), "SanDisk \n");
        self.write(&format!("sys/{usb}/product"), "Cruzer\u{1b}[2J Blade\n");
        let hangs = format!("{usb}/1-{port}:1.0/host6/target6:0:0/6:0:0:0");
        self.device(
            name,
            &hangs,
            &format!("8:{minor}"),
            2048,
            &[("diskseq", "12\n")],
        );
        let partition = format!("sys/{hangs}/block/{name}/{name}1");
        self.part(&partition, &format!("8:{}", minor + 1), 1024);
        self.write(&format!("{partition}/partition"), "1\n");
        self.write(&format!("dev/{name}"), [0; 4096]);
        self.write(&format!("dev/{name}1"), ext4(label, port));
    }

    fn mount(&mut self, number: &str, at: &str, driver: &str, source: &str) {
        use std::fmt::Write as _;
        writeln!(self.mounts, "1 1 {number} / {at} rw - {driver} {source} rw").unwrap();
    }

    fn machine(&self) -> Machine {
        self.write("proc/self/mountinfo", &self.mounts);
        let at = self.at.path();
        Machine {
            sys: at.join("sys"),
            proc: at.join("proc"),
            dev: at.join("dev"),
            run: at.join("run"),
        }
    }

    fn reasons(&self, images: Images) -> Vec<(String, Option<Reason>)> {
        let places = self.machine().places(images).unwrap();
        let name = |place: &Place| place.node.file_name().unwrap().to_str().unwrap().to_owned();
        places
            .iter()
            .map(|place| (name(place), place.reason.clone()))
            .collect()
    }

    fn reason(&self, name: &str) -> Option<Reason> {
        let reasons = self.reasons(Images::Allowed);
        let found = reasons.iter().find(|(found, _)| found == name);
        found
            .unwrap_or_else(|| panic!("{name}: {reasons:?}"))
            .1
            .clone()
    }
}

fn ext4(label: &str, id: u32) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    bytes[1024 + 56..1024 + 58].copy_from_slice(&[0x53, 0xef]);
    bytes[1024 + 96] = 0x40;
    bytes[1024 + 107] = u8::try_from(id).unwrap();
    bytes[1024 + 120..1024 + 120 + label.len()].copy_from_slice(label.as_bytes());
    bytes
}

fn disc(label: &str, start: Start) -> Vec<u8> {
    let mut bytes = vec![0; 40 << 10];
    let at = 16 * 2048;
    bytes[at..at + 7].copy_from_slice(b"\x01CD001\x01");
    bytes[at + 40..at + 40 + label.len()].copy_from_slice(label.as_bytes());
    if start == Start::Bootable {
        bytes[at + 2048..at + 2078].copy_from_slice(b"\x00CD001\x01EL TORITO SPECIFICATION");
    }
    bytes
}

#[test]
fn a_stick_is_offered_with_everything_that_tells_it_from_others() {
    let fake = Fake::new();
    fake.stick("sdb", 3, 16, "OUT");
    let machine = fake.machine();
    let places = machine.offered(Images::Hidden).unwrap();
    let [place] = places.as_slice() else {
        panic!("{places:?}")
    };
    let medium = &place.medium;
    assert_eq!(medium.place, format!("{}/sdb1", machine.dev.display()));
    assert_eq!(medium.model, "SanDisk Cruzer\\u{1b}[2J Blade");
    assert_eq!(medium.serial, "4C530003");
    assert_eq!((medium.size, place.number), (1024 * 512, (8, 17)));
    assert_eq!(
        (medium.filesystem.as_str(), medium.label.as_str()),
        ("ext4", "OUT")
    );
    assert_eq!(medium.uuid, "00000003-0000-0000-0000-000000000000");
    assert_eq!((place.disk.as_str(), place.insertion), ("sdb", Some(12)));
    assert!(!medium.image && !medium.read_only && medium.mounted.is_none());
    assert!(
        place.medium.describe().contains("serial 4C530003"),
        "{}",
        place.medium.describe()
    );
}

#[test]
fn disks_inside_and_what_the_kernel_makes_up_are_not_offered() {
    let fake = Fake::new();
    fake.device("nvme0n1", &format!("{PCI}/nvme/nvme0"), "259:0", 2048, &[]);
    fake.write("dev/nvme0n1", ext4("HOME", 1));
    fake.device("zram0", "devices/virtual", "252:0", 0, &[]);
    let mmc = |kind| [("device/type", kind), ("device/name", "SU08G\n")];
    let host = |n| format!("devices/platform/mmc_host/mmc{n}/mmc{n}:1234");
    fake.device("mmcblk0", &host(0), "179:0", 2048, &mmc("MMC\n"));
    fake.device("mmcblk1", &host(1), "179:8", 2048, &mmc("SD\n"));
    fake.write("dev/mmcblk0", ext4("EMMC", 1));
    fake.write("dev/mmcblk1", ext4("CARD", 2));
    assert_eq!(fake.reason("nvme0n1"), Some(Reason::Internal));
    assert_eq!(fake.reason("zram0"), Some(Reason::Virtual));
    assert_eq!(fake.reason("mmcblk0"), Some(Reason::Internal));
    assert_eq!(fake.reason("mmcblk1"), None);
    let card = fake.machine().offered(Images::Hidden).unwrap().remove(0);
    assert_eq!(card.medium.model, "SU08G");
}

#[test]
fn what_the_system_was_started_from_is_not_offered() {
    // a live system: a squashfs in a file on the stick
    let mut fake = Fake::new();
    fake.stick("sda", 1, 0, "LIVE");
    fake.stick("sdb", 2, 16, "OUT");
    fake.device(
        "loop0",
        "devices/virtual",
        "7:0",
        64,
        &[("loop/backing_file", "/somewhere/live/filesystem.squashfs\n")],
    );
    fake.mount("0:30", "/", "overlay", "overlay");
    fake.mount("8:1", "/somewhere", "vfat", "/dev/sda1");
    fake.mount("7:0", "/rofs", "squashfs", "/dev/loop0");
    assert_eq!(fake.reason("sda1"), Some(Reason::StartedFrom));
    assert_eq!(fake.reason("loop0"), Some(Reason::StartedFrom));
    assert_eq!(fake.reason("sdb1"), None);

    // a root that is encrypted
    let mut fake = Fake::new();
    fake.stick("sda", 1, 0, "");
    fake.device(
        "dm-0",
        "devices/virtual",
        "253:0",
        1000,
        &[("slaves/sda1", "")],
    );
    fake.mount("253:0", "/", "ext4", "/dev/mapper/root");
    assert_eq!(fake.reason("sda1"), Some(Reason::StartedFrom));
    assert_eq!(fake.reason("dm-0"), Some(Reason::StartedFrom));

    // each of the usual places, by number and by name
    for at in [
        "/boot",
        "/run/live/medium",
        "/lib/live/mount/medium",
        "/cdrom",
    ] {
        let mut fake = Fake::new();
        fake.stick("sda", 1, 0, "LIVE");
        fake.mount("8:0", at, "iso9660", "/dev/sda");
        assert_eq!(fake.reason("sda1"), Some(Reason::StartedFrom), "{at}");
        let mut fake = Fake::new();
        fake.stick("sda", 1, 0, "LIVE");
        fake.mount("0:77", at, "btrfs", "/dev/sda1");
        assert_eq!(fake.reason("sda1"), Some(Reason::StartedFrom), "{at}");
    }
}

#[test]
fn an_image_of_a_system_is_no_medium_even_where_nothing_is_mounted() {
    let fake = Fake::new();
    fake.stick("sda", 1, 0, "EFI");
    fake.write("dev/sda", disc("CEREMONY", Start::Bootable));
    assert_eq!(
        fake.reasons(Images::Hidden),
        [
            ("sda".to_owned(), Some(Reason::BootMedium)),
            ("sda1".to_owned(), Some(Reason::BootMedium))
        ]
    );
    fake.write("dev/sda", disc("PAPERS", Start::Plain));
    assert_eq!(fake.reason("sda"), None);
    for line in [
        "boot=live live-media=/dev/disk/by-label/PAPERS quiet",
        "root=live:CDLABEL=PAPERS",
    ] {
        fake.write("proc/cmdline", line);
        assert_eq!(fake.reason("sda"), Some(Reason::StartedFrom), "{line}");
    }
    fake.write("proc/cmdline", "root=LABEL=OTHERPAPERS quiet");
    assert_eq!(fake.reason("sda"), None);
}

#[test]
fn what_is_in_use_is_not_offered() {
    let mut fake = Fake::new();
    for (number, name) in (1..).zip(["sda", "sdb", "sdc", "sdd", "sde", "sdf"]) {
        fake.stick(name, number, number * 16, "X");
    }
    let hangs = |port| format!("{PCI}/usb1/1-{port}/1-{port}:1.0/host6/target6:0:0/6:0:0:0");
    fake.write(&format!("sys/{}/block/sda/sda1/holders/dm-0", hangs(1)), "");
    fake.write(&format!("sys/{}/block/sdb/holders/md127", hangs(2)), "");
    let swap = fake.at.path().join("dev/sdc1");
    fake.write(
        "proc/swaps",
        format!("Filename\n{} partition\n", swap.display()),
    );
    fake.write("dev/sdd1", [0; 4096]);
    std::fs::remove_file(fake.at.path().join("dev/sde1")).unwrap();
    fake.mount("8:97", "/media/f", "vfat", "/dev/sdf1");
    fake.device(
        "loop1",
        "devices/virtual",
        "7:1",
        64,
        &[("loop/backing_file", "/media/f/disk.img\n")],
    );
    assert_eq!(fake.reason("sda1"), Some(Reason::PartOf("dm-0".to_owned())));
    assert_eq!(
        fake.reason("sdb1"),
        Some(Reason::PartOf("md127".to_owned()))
    );
    assert_eq!(fake.reason("sdc1"), Some(Reason::Swap));
    assert_eq!(fake.reason("sdd1"), Some(Reason::NoFileSystem));
    assert!(matches!(fake.reason("sde1"), Some(Reason::Unreadable(_))));
    assert_eq!(
        fake.reason("sdf1"),
        Some(Reason::PartOf("loop1".to_owned()))
    );
}

#[test]
fn readers_without_a_card_and_disks_without_a_table() {
    let fake = Fake::new();
    let usb = |port| format!("{PCI}/usb1/1-{port}/1-{port}:1.0/host6");
    fake.device("sdb", &usb(1), "8:16", 0, &[]);
    fake.device("sdc", &usb(2), "8:32", 99, &[("ro", "1\n")]);
    fake.write("dev/sdb", "");
    fake.write("dev/sdc", ext4("WHOLE", 7));
    assert_eq!(fake.reason("sdb"), Some(Reason::Empty));
    let place = fake.machine().offered(Images::Hidden).unwrap().remove(0);
    assert_eq!(place.medium.label, "WHOLE");
    assert!(place.medium.read_only);
}

#[test]
fn image_files_stand_for_media_only_where_that_is_asked_for() {
    let fake = Fake::new();
    let backing = [("loop/backing_file", "/tmp/out\u{202e}.img\n")];
    fake.device("loop3", "devices/virtual", "7:3", 64, &backing);
    fake.device("loop4", "devices/virtual", "7:4", 0, &[]);
    fake.write("dev/loop3", ext4("OUT", 1));
    assert_eq!(
        fake.reasons(Images::Hidden),
        [("loop3".to_owned(), Some(Reason::Image))]
    );
    let place = fake.machine().offered(Images::Allowed).unwrap().remove(0);
    assert!(place.medium.image);
    assert_eq!(place.medium.model, "image file /tmp/out\\u{202e}.img");
}

#[test]
fn who_may_not_look_is_told_by_the_links_of_the_system() {
    let mut fake = Fake::new();
    fake.stick("sdb", 3, 16, "OUT");
    std::fs::remove_file(fake.at.path().join("dev/sdb1")).unwrap();
    fake.mount("8:17", "/media/me/OUT", "vfat", "/dev/sdb1");
    let link = fake.at.path().join("dev/disk/by-label/MY\\x20OUT");
    symlink("../../sdb1", link).unwrap();
    let place = fake.machine().offered(Images::Hidden).unwrap().remove(0);
    assert_eq!(place.medium.label, "MY OUT");
    assert_eq!(place.medium.filesystem, "vfat");
    assert_eq!(place.medium.mounted.as_deref(), Some("/media/me/OUT"));
    assert_eq!(place.kind, None);
}

#[test]
fn a_medium_is_found_wherever_it_is_and_another_is_not_taken_for_it() {
    let fake = Fake::new();
    fake.stick("sdb", 3, 16, "OUT");
    let machine = fake.machine();
    let chosen = machine.offered(Images::Hidden).unwrap().remove(0).medium;
    assert_eq!(machine.find(&chosen).unwrap().medium, chosen);

    // the same label, another file system
    fake.write("dev/sdb1", ext4("OUT", 99));
    let error = machine.find(&chosen).unwrap_err();
    let words = error.to_string();
    assert!(matches!(error, MediaError::OtherMedium { .. }), "{words}");
    assert!(
        words.contains("00000003-") && words.contains("00000063-"),
        "{words}"
    );

    // in another port, under another name
    let elsewhere = Fake::new();
    elsewhere.stick("sdq", 3, 32, "OUT");
    let found = elsewhere.machine().find(&chosen).unwrap();
    assert_eq!(found.disk, "sdq");

    let nothing = Fake::new();
    assert!(matches!(
        nothing.machine().find(&chosen),
        Err(MediaError::Absent { .. })
    ));
    let mut started = Fake::new();
    started.stick("sdb", 3, 16, "OUT");
    started.mount("8:17", "/", "ext4", "/dev/sdb1");
    assert!(matches!(
        started.machine().find(&chosen),
        Err(MediaError::NotOffered { .. })
    ));
}

#[test]
fn a_system_without_its_lists_is_an_error() {
    let machine = Machine {
        sys: Path::new("/nonexistent").to_owned(),
        ..Fake::new().machine()
    };
    assert!(matches!(
        machine.places(Images::Hidden),
        Err(MediaError::Listing { .. })
    ));
}
