//! What formatting programs make is recognised, and `blkid` is the judge.

use std::path::Path;

use rootstage::media::superblock::{Start, file_system};

use super::sticks::{image, run, tool};

/// What `blkid` says of an image.
fn judged(path: &Path, name: &str) -> Option<String> {
    let arguments = ["-p", "-o", "value", "-s", name, path.to_str().unwrap()];
    let said = run("blkid", &arguments);
    let said = said.trim();
    (!said.is_empty()).then(|| said.to_owned())
}

fn agree(path: &Path, kind: &str) {
    let file = std::fs::File::open(path).unwrap();
    let found = file_system(&file).unwrap_or_else(|| panic!("{kind}"));
    assert_eq!(found.kind.name(), kind);
    assert_eq!(found.label, judged(path, "LABEL"), "{kind}");
    assert_eq!(found.id, judged(path, "UUID"), "{kind}");
    assert_eq!(found.start, Start::Plain);
    let driver = judged(path, "TYPE").unwrap();
    assert!(found.kind.drivers().contains(&driver.as_str()), "{driver}");
}

#[test]
fn every_format_is_read_as_others_read_it() {
    let formats: [(&str, u64, &str, &[&str]); 13] = [
        ("FAT12", 4, "mkfs.vfat", &["-F", "12", "-n", "OUT 12"]),
        ("FAT16", 32, "mkfs.vfat", &["-F", "16", "-n", "OUT-16"]),
        (
            "FAT32",
            64,
            "mkfs.vfat",
            &["-F", "32", "-n", "OUT_32", "-i", "00C0FFEE"],
        ),
        ("FAT32", 64, "mkfs.vfat", &["-F", "32"]),
        (
            "FAT16",
            32,
            "mkfs.vfat",
            &["-F", "16", "-S", "2048", "-n", "WIDE"],
        ),
        (
            "FAT32",
            300,
            "mkfs.vfat",
            &["-F", "32", "-S", "4096", "-s", "1", "-n", "WIDER"],
        ),
        ("exFAT", 64, "mkfs.exfat", &["-L", "Ausgang ü"]),
        ("exFAT", 64, "mkfs.exfat", &["-c", "128K"]),
        ("ext2", 16, "mkfs.ext2", &["-q", "-L", "sixteen-letters!"]),
        ("ext3", 16, "mkfs.ext3", &["-q", "-L", "three"]),
        ("ext4", 16, "mkfs.ext4", &["-q", "-L", "four"]),
        ("ext4", 16, "mkfs.ext4", &["-q", "-b", "4096"]),
        (
            "ext4",
            64,
            "mkfs.ext4",
            &["-q", "-O", "^has_journal", "-L", "plain"],
        ),
    ];
    if !tool("blkid") {
        return;
    }
    for (kind, mib, program, arguments) in formats {
        if !tool(program) {
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image");
        image(&path, mib, program, arguments);
        agree(&path, kind);
    }
}

#[test]
fn a_label_that_was_changed_later_is_the_label() {
    if !tool("mkfs.vfat") || !tool("mlabel") || !tool("mcopy") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image");
    for bits in ["12", "16", "32"] {
        let mib = if bits == "12" { 4 } else { 64 };
        image(&path, mib, "mkfs.vfat", &["-F", bits]);
        let image = path.to_str().unwrap();
        std::fs::write(directory.path().join("file"), "content").unwrap();
        let file = directory.path().join("file");
        run(
            "mcopy",
            &["-i", image, file.to_str().unwrap(), "::a long name.txt"],
        );
        run("mlabel", &["-i", image, "::LATER"]);
        agree(&path, &format!("FAT{bits}"));
        let found = file_system(&std::fs::File::open(&path).unwrap()).unwrap();
        assert_eq!(found.label.as_deref(), Some("LATER"));
    }
}

#[test]
fn a_disc_and_a_disc_that_starts_machines() {
    if !tool("xorriso") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::create_dir(at("tree")).unwrap();
    std::fs::write(at("tree/boot.img"), [0; 2048]).unwrap();
    let (tree, plain, boot) = (at("tree"), at("plain.iso"), at("boot.iso"));
    let mkisofs = |out: &Path, more: &[&str]| {
        let mut all = vec!["-as", "mkisofs", "-quiet", "-V", "CEREMONY", "-o"];
        all.push(out.to_str().unwrap());
        all.extend(more);
        all.push(tree.to_str().unwrap());
        run("xorriso", &all);
    };
    mkisofs(&plain, &[]);
    agree(&plain, "ISO 9660");
    mkisofs(&boot, &["-b", "boot.img", "-no-emul-boot"]);
    let found = file_system(&std::fs::File::open(&boot).unwrap()).unwrap();
    assert_eq!(found.label.as_deref(), Some("CEREMONY"));
    assert_eq!(found.start, Start::Bootable);
}

#[test]
fn a_cut_image_is_read_without_harm() {
    if !tool("mkfs.vfat") || !tool("mkfs.exfat") {
        return;
    }
    for (program, arguments) in [("mkfs.vfat", ["-n", "CUT"]), ("mkfs.exfat", ["-L", "CUT"])] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image");
        image(&path, 64, program, &arguments);
        for len in [0, 100, 511, 512, 513, 4096, 70000] {
            let cut = directory.path().join("cut");
            std::fs::copy(&path, &cut).unwrap();
            let file = std::fs::OpenOptions::new().write(true).open(&cut).unwrap();
            file.set_len(len).unwrap();
            let found = file_system(&std::fs::File::open(&cut).unwrap());
            assert_eq!(found.is_some(), len >= 512, "{program} {len}");
        }
    }
}
