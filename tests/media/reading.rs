//! Files from a medium.

use rootstage::media::mount::Carriage;
use rootstage::media::read::{names, read};
use rootstage::media::{MediaError, Target};

use super::sticks::{Stick, bytes, run, tool};

const LIMIT: u64 = 1 << 20;

#[test]
fn plain_files_are_read_and_nothing_else_is_followed() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let node = stick.node().to_owned();
    let Some(at) = stick.mount("mount", &[&node]) else {
        return;
    };
    let content = bytes(200_000);
    std::fs::write(at.join("root-2.rse"), &content).unwrap();
    std::fs::write(at.join("Root-2.rse"), "another").unwrap();
    std::fs::write(at.join("empty"), "").unwrap();
    std::fs::write(at.join("odd\n\u{202e}name"), "odd").unwrap();
    std::fs::write(at.join("l".repeat(255)), "long").unwrap();
    std::fs::create_dir(at.join("directory")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", at.join("outside")).unwrap();
    std::os::unix::fs::symlink("root-2.rse", at.join("inside")).unwrap();
    run("mkfifo", &[at.join("pipe").to_str().unwrap()]);
    run("mknod", &[at.join("zero").to_str().unwrap(), "c", "1", "5"]);
    stick.unmount();

    let target = stick.target();
    let one = |name: &str| read(&stick.machine, &target, &[name], LIMIT);
    let (taken, carriage) = read(&stick.machine, &target, &["root-2.rse", "empty"], LIMIT).unwrap();
    assert_eq!(carriage, Carriage::Own);
    assert_eq!(
        (taken[0].name.as_str(), &taken[0].bytes),
        ("root-2.rse", &content)
    );
    assert!(taken[1].bytes.is_empty());
    assert_eq!(one("odd\n\u{202e}name").unwrap().0[0].bytes, b"odd");
    assert_eq!(one(&"l".repeat(255)).unwrap().0[0].bytes, b"long");
    for name in ["directory", "outside", "inside", "pipe", "zero"] {
        let error = one(name).unwrap_err();
        assert!(
            matches!(error, MediaError::NotAFile { .. }),
            "{name}: {error}"
        );
    }
    for name in [
        "../etc/passwd",
        "/etc/passwd",
        "directory/../empty",
        "ROOT-2.rse",
        "..",
        ".",
    ] {
        let error = one(name).unwrap_err();
        assert!(
            matches!(error, MediaError::FileAbsent { .. }),
            "{name}: {error}"
        );
    }
    let words = one("root-1.rse").unwrap_err().to_string();
    assert!(
        words.contains("directory/") && words.contains("odd\\n\\u{202e}name"),
        "{words}"
    );
    assert!(!words.contains(&"l".repeat(101)), "{words}");

    assert_eq!(
        read(&stick.machine, &target, &["root-2.rse"], 199_999).unwrap_err(),
        MediaError::TooLarge {
            device: stick.medium().place + " \"OUT\"",
            name: "root-2.rse".to_owned(),
            bytes: 200_000,
            limit: 199_999
        }
    );
    // the limit is for all of them together
    assert!(
        read(
            &stick.machine,
            &target,
            &["root-2.rse", "Root-2.rse"],
            200_006
        )
        .is_err()
    );
    assert!(
        read(
            &stick.machine,
            &target,
            &["root-2.rse", "Root-2.rse"],
            200_007
        )
        .is_ok()
    );
    assert_eq!(names(&stick.machine, &target).unwrap().len(), 11);
    stick.is_left_alone();
}

#[test]
fn reading_changes_no_byte_of_the_medium() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let node = stick.node().to_owned();
    let Some(at) = stick.mount("mount", &[&node]) else {
        return;
    };
    std::fs::write(at.join("file"), "content").unwrap();
    // left with a journal that would be played back
    super::sticks::pull(&at);
    stick.unmount();
    let before = std::fs::read(stick.image()).unwrap();
    let _ = read(&stick.machine, &stick.target(), &["file"], LIMIT);
    assert!(before == std::fs::read(stick.image()).unwrap());
}

#[test]
fn where_letters_are_one_a_name_may_be_written_in_either() {
    if !tool("mkfs.exfat") || !tool("mount.exfat-fuse") {
        return;
    }
    let make = |path: &std::path::Path| super::sticks::image(path, 16, "mkfs.exfat", &["-L", "IN"]);
    let Some(mut stick) = Stick::of(make) else {
        return;
    };
    let node = stick.node().to_owned();
    let Some(at) = stick.mount("mount.exfat-fuse", &[&node]) else {
        return;
    };
    std::fs::write(at.join("Root-2.RSE"), "content").unwrap();
    let (taken, carriage) = read(
        &stick.machine,
        &Target::Directory(at.clone()),
        &["root-2.rse"],
        LIMIT,
    )
    .unwrap();
    assert_eq!(carriage, Carriage::AsFound);
    assert_eq!(taken[0].name, "Root-2.RSE");
    // a program has it: the device alone is no way in
    assert!(matches!(
        read(&stick.machine, &stick.target(), &["Root-2.RSE"], LIMIT),
        Err(MediaError::Busy { .. }) | Ok((_, Carriage::AsFound))
    ));
}

#[test]
fn a_directory_at_which_nothing_is_mounted_is_no_medium() {
    let stick = Stick::without_device();
    let here = Target::Directory(stick.directory.path().to_owned());
    assert!(matches!(
        read(&stick.machine, &here, &["x"], LIMIT),
        Err(MediaError::NotOffered { .. })
    ));
    let nowhere = Target::Directory(stick.directory.path().join("nowhere"));
    assert!(matches!(
        read(&stick.machine, &nowhere, &["x"], LIMIT),
        Err(MediaError::NotMountable { .. })
    ));
}
