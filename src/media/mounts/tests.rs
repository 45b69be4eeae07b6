use super::*;

fn machine(files: &[(&str, &str)]) -> (tempfile::TempDir, Machine) {
    let at = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(at.path().join("proc/self")).unwrap();
    for (name, text) in files {
        std::fs::write(at.path().join("proc").join(name), text).unwrap();
    }
    let machine = Machine {
        sys: at.path().join("sys"),
        proc: at.path().join("proc"),
        dev: at.path().join("dev"),
        run: at.path().join("run"),
    };
    (at, machine)
}

#[test]
fn lines_of_the_kernel_are_read() {
    let (_at, machine) = machine(&[(
        "self/mountinfo",
        "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n\
         42 27 8:17 / /media/a\\040stick\\134 ro,nosuid shared:5 master:1 - vfat /dev/sdb1 rw\n\
         43 27 0:40 / /x rw - tmpfs none ro,size=4k\n\
         a line of garbage\n\
         44 27 no / /y rw - tmpfs none rw\n\
         45 27 0:41 / /z rw\n",
    )]);
    let mounts = machine.mounts().unwrap();
    let [root, stick, memory] = mounts.as_slice() else {
        panic!("{mounts:?}")
    };
    assert_eq!((root.number, root.read_only), ((254, 0), false));
    assert_eq!(stick.at, Path::new("/media/a stick\\"));
    assert_eq!(stick.source, Path::new("/dev/sdb1"));
    assert_eq!((stick.driver.as_str(), stick.read_only), ("vfat", true));
    assert!(memory.read_only, "the file system is, if not the mount");
    assert_eq!(
        holder(&mounts, Path::new("/media/a stick\\/live/x.squashfs")),
        Some(stick)
    );
    assert_eq!(holder(&mounts, Path::new("/media/other")), Some(root));
}

#[test]
fn what_swaps_is_known() {
    let (_at, machine) = machine(&[(
        "swaps",
        "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda2 partition 1 0 -2\n\
         /swap\\040file file 1 0 -3\n",
    )]);
    assert_eq!(
        machine.swaps(),
        [Path::new("/dev/sda2"), Path::new("/swap file")]
    );
    assert!(matches!(machine.mounts(), Err(MediaError::Listing { .. })));
}
