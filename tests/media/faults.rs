//! Media that go away, fill up, are swapped or write-protected in the middle: the error is the right
//! one, nothing counts as written, and under each name there is the whole file or nothing.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rootstage::media::mount::Access;
use rootstage::media::read::read;
use rootstage::media::write::{Outgoing, Progress, Receipt, write};
use rootstage::media::{MediaError, Target};

use super::sticks::{Stick, bytes, files_in, image, pull, run, tool};

const NAMES: [&str; 2] = ["one.rse", "two.rse"];

/// Writes two files, and lets `fault` happen when `when` is told.
fn write_with(
    stick: &Stick,
    target: &Target,
    content: &[u8],
    when: fn(&Progress<'_>) -> bool,
    fault: impl Fn(),
) -> Result<Receipt, MediaError> {
    let files = NAMES.map(|name| Outgoing {
        name,
        bytes: content,
    });
    let happened = Cell::new(false);
    let result = write(&stick.machine, target, &files, &mut |progress| {
        if when(&progress) && !happened.replace(true) {
            fault();
        }
    });
    assert!(happened.get(), "the moment never came: {result:?}");
    result
}

/// The moments at which a medium can be pulled, in their order.
const MOMENTS: [fn(&Progress<'_>) -> bool; 5] = [
    |progress| matches!(progress, Progress::Handed("one.rse", _)),
    |progress| matches!(progress, Progress::Flushed("one.rse")),
    |progress| matches!(progress, Progress::Handed("two.rse", _)),
    |progress| matches!(progress, Progress::Flushed("two.rse")),
    |progress| matches!(progress, Progress::Named("one.rse")),
];

/// Nothing but whole files.
fn is_whole(found: &[(String, Vec<u8>)], content: &[u8]) {
    for (name, bytes) in found {
        let is_part =
            name.starts_with('.') && Path::new(name).extension().is_some_and(|e| e == "part");
        assert!(is_part || NAMES.contains(&name.as_str()), "{name}");
        assert!(is_part || bytes == content, "{name} is half-written");
    }
}

fn mounted_in(directory: &Path) -> PathBuf {
    std::fs::read_dir(directory)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path()
}

#[test]
fn a_medium_that_is_pulled_while_it_is_written() {
    for (moment, when) in MOMENTS.into_iter().enumerate() {
        let Some(mut stick) = Stick::ext4(32) else {
            return;
        };
        let content = bytes(2_500_000);
        let target = stick.target();
        let error = write_with(&stick, &target, &content, when, || {
            pull(&mounted_in(&stick.machine.run));
        })
        .unwrap_err();
        assert!(
            matches!(error, MediaError::Gone { .. }),
            "moment {moment}: {error}"
        );
        assert!(
            error
                .unchanged()
                .contains("No file on it counts as written")
        );
        stick.is_left_alone();
        // plugged in again: the journal is played back, what is there is whole, and it goes on
        let node = stick.node().to_owned();
        stick.mount("mount", &[&node]).unwrap();
        stick.unmount();
        is_whole(&stick.files(), &content);
        let receipt = write_with(&stick, &target, &content, |_| true, || {}).unwrap();
        assert_eq!(receipt.files.len(), 2);
        assert_eq!(
            stick.files().len(),
            2,
            "no part is left: {:?}",
            stick.files().len()
        );
    }
}

/// A program that drives a file system; ended in any case.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Mounts with a program that stays in the foreground; `None` where FUSE is not allowed.
fn daemon(program: &str, arguments: &[&str], at: &Path) -> Option<Daemon> {
    let child = Command::new(program)
        .args(arguments)
        .arg(at)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut daemon = Daemon(child);
    loop {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        if mounts.contains(at.to_str().unwrap()) {
            return Some(daemon);
        }
        if daemon.0.try_wait().unwrap().is_some() {
            eprintln!("SKIPPED: this machine does not allow {program}");
            return None;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_fat_whose_driver_dies_while_it_is_written() {
    if !tool("mkfs.vfat") || !tool("fusefat") || !tool("mcopy") {
        return;
    }
    for (moment, when) in MOMENTS.into_iter().enumerate() {
        let stick = Stick::without_device();
        image(&stick.image(), 64, "mkfs.vfat", &["-F", "16", "-n", "OUT"]);
        let at = stick.directory.path().join("fat");
        std::fs::create_dir(&at).unwrap();
        let arguments = ["-f", "-o", "rw+", stick.image().to_str().unwrap()].map(str::to_owned);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let Some(daemon) = daemon("fusefat", &arguments, &at) else {
            return;
        };
        let content = bytes(300_000);
        let daemon = std::cell::RefCell::new(daemon);
        let target = Target::Directory(at.clone());
        let result = write_with(&stick, &target, &content, when, || {
            let mut daemon = daemon.borrow_mut();
            daemon.0.kill().unwrap();
            daemon.0.wait().unwrap();
        });
        run("umount", &["-l", at.to_str().unwrap()]);
        let error = result.unwrap_err();
        assert!(
            matches!(error, MediaError::Gone { .. }),
            "moment {moment}: {error}"
        );
        // an independent reader: whole, or not there
        for name in NAMES {
            let copy = stick.directory.path().join("copy");
            let _ = std::fs::remove_file(&copy);
            let got = Command::new("mcopy")
                .args(["-n", "-i", stick.image().to_str().unwrap()])
                .arg(format!("::{name}"))
                .arg(&copy)
                .output()
                .unwrap();
            if got.status.success() {
                assert!(
                    std::fs::read(&copy).unwrap() == content,
                    "{name} is half-written"
                );
            }
        }
    }
}

#[test]
fn a_medium_that_is_full() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let target = stick.target();
    let content = bytes(12_000_000);
    let files = NAMES.map(|name| Outgoing {
        name,
        bytes: &content,
    });
    let error = write(&stick.machine, &target, &files, &mut |_| {}).unwrap_err();
    let MediaError::Full { needed, free, .. } = error else {
        panic!("{error}")
    };
    assert!(needed > 24_000_000 && free < 16_000_000, "{needed} {free}");
    assert!(stick.files().is_empty());

    // somebody else fills it in the middle
    let content = bytes(4_000_000);
    let error = write_with(
        &stick,
        &target,
        &content,
        |progress| matches!(progress, Progress::Flushed("one.rse")),
        || {
            let other = mounted_in(&stick.machine.run).join("filler");
            let _ = Command::new("dd")
                .args(["if=/dev/zero", "bs=64k", &format!("of={}", other.display())])
                .output()
                .unwrap();
        },
    )
    .unwrap_err();
    assert!(matches!(error, MediaError::Full { .. }), "{error}");
    let left: Vec<String> = stick.files().into_iter().map(|(name, _)| name).collect();
    assert_eq!(left, ["filler"], "every part was taken away");
}

#[test]
fn a_small_memory_that_is_full() {
    let mut stick = Stick::without_device();
    let arguments = ["-t", "tmpfs", "-o", "size=1m", "none"];
    let Some(at) = stick.mount("mount", &arguments) else {
        return;
    };
    let target = Target::Directory(at.clone());
    let large = bytes(600_000);
    let files = NAMES.map(|name| Outgoing {
        name,
        bytes: &large,
    });
    let error = write(&stick.machine, &target, &files, &mut |_| {}).unwrap_err();
    assert!(matches!(error, MediaError::Full { .. }), "{error}");
    assert!(files_in(&at).is_empty());
    let small = bytes(300_000);
    let fill = || std::fs::write(at.join("filler"), vec![0; 600_000]).unwrap();
    let when = |progress: &Progress<'_>| matches!(progress, Progress::Flushed("one.rse"));
    let error = write_with(&stick, &target, &small, when, fill).unwrap_err();
    assert!(matches!(error, MediaError::Full { .. }), "{error}");
    assert_eq!(files_in(&at).len(), 1);
    std::fs::remove_file(at.join("filler")).unwrap();
    write_with(&stick, &target, &small, when, || {}).unwrap();
    assert_eq!(files_in(&at).len(), 2);
}

#[test]
fn a_medium_that_can_only_be_read() {
    // the switch on the stick
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let node = stick.node().to_owned();
    stick.unplug().plug(&["-r"], &stick.image());
    assert!(stick.medium().read_only);
    let one = [Outgoing {
        name: "one.rse",
        bytes: b"x",
    }];
    let error = write(&stick.machine, &stick.target(), &one, &mut |_| {}).unwrap_err();
    assert!(matches!(error, MediaError::ReadOnly { .. }), "{error}");
    stick.is_left_alone();
    // a mount for reading only
    let Some(at) = stick.mount("mount", &["-o", "ro", &node]) else {
        return;
    };
    let target = Target::Directory(at);
    let error = write(&stick.machine, &target, &one, &mut |_| {}).unwrap_err();
    assert!(matches!(error, MediaError::ReadOnly { .. }), "{error}");
}

#[test]
fn a_medium_that_turns_read_only_in_the_middle() {
    let Some(stick) = Stick::ext4(16) else { return };
    let content = bytes(100_000);
    let when = |progress: &Progress<'_>| matches!(progress, Progress::Flushed("one.rse"));
    let error = write_with(&stick, &stick.target(), &content, when, || {
        let at = mounted_in(&stick.machine.run);
        run("mount", &["-o", "remount,ro", at.to_str().unwrap()]);
    })
    .unwrap_err();
    assert!(matches!(error, MediaError::ReadOnly { .. }), "{error}");
}

#[test]
fn another_medium_of_the_same_label_is_not_taken() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let target = stick.target();
    stick.swap(|path| image(path, 16, "mkfs.ext4", &["-q", "-L", "OUT"]));
    let one = [Outgoing {
        name: "one.rse",
        bytes: b"x",
    }];
    let error = write(&stick.machine, &target, &one, &mut |_| {}).unwrap_err();
    let Target::Medium(chosen) = &target else {
        unreachable!()
    };
    let now = stick.medium();
    assert!(matches!(error, MediaError::OtherMedium { .. }), "{error}");
    let words = error.to_string();
    assert!(
        words.contains(&chosen.uuid) && words.contains(&now.uuid),
        "{words}"
    );
    assert_eq!(words.matches("\"OUT\"").count(), 2, "{words}");
    let error = read(&stick.machine, &target, &["x"], 1).unwrap_err();
    assert!(matches!(error, MediaError::OtherMedium { .. }), "{error}");
    assert!(stick.files().is_empty());
}

#[test]
fn another_medium_when_it_is_read_back() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let target = stick.target();
    let when = |progress: &Progress<'_>| matches!(progress, Progress::Unmounted);
    let error = write_with(&stick, &target, b"content", when, || {
        stick.swap(|path| image(path, 16, "mkfs.ext4", &["-q", "-L", "OUT"]));
    })
    .unwrap_err();
    assert!(matches!(error, MediaError::OtherMedium { .. }), "{error}");
    assert!(stick.files().is_empty());
}

#[test]
fn a_medium_that_forgets_what_was_written() {
    let Some(stick) = Stick::ext4(16) else { return };
    let content = bytes(200_000);
    let when = |progress: &Progress<'_>| matches!(progress, Progress::Unmounted);
    // bytes that turn under the file system, as in a bad flash cell
    let error = write_with(&stick, &stick.target(), &content, when, || {
        let mut all = std::fs::read(stick.image()).unwrap();
        let needle = &content[100_000..100_064];
        let found: Vec<usize> = (0..all.len() - 64)
            .step_by(4)
            .filter(|at| all[*at..*at + 64] == *needle)
            .collect();
        assert!(!found.is_empty());
        for at in found {
            all[at] ^= 0x40;
        }
        std::fs::write(stick.image(), all).unwrap();
    })
    .unwrap_err();
    assert!(matches!(error, MediaError::Differs { .. }), "{error}");
    stick.is_left_alone();
}

#[test]
fn a_medium_that_is_gone_before_it_is_used() {
    let Some(stick) = Stick::ext4(16) else { return };
    let target = stick.target();
    let _pulled = stick.unplug();
    let error = read(&stick.machine, &target, &["x"], 1).unwrap_err();
    assert!(matches!(error, MediaError::Absent { .. }), "{error}");
}

#[test]
fn a_medium_that_ends_early_while_it_is_read() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let node = stick.node().to_owned();
    let Some(at) = stick.mount("mount", &[&node]) else {
        return;
    };
    let content = bytes(6_000_000);
    std::fs::write(at.join("large"), &content).unwrap();
    stick.unmount();
    let target = stick.target();
    // while it is open the device only seems to be there: what is read is right, or an error
    let opened = stick.machine.open(&target, Access::Read).unwrap();
    drop(opened);
    let kept = std::fs::read(stick.image()).unwrap();
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(stick.image())
        .unwrap();
    // all that ext4 needs to be mounted, and a part of the file
    let cut = kept
        .windows(64)
        .position(|window| *window == content[3_000_000..3_000_064])
        .unwrap();
    file.set_len(cut as u64 & !0xfff).unwrap();
    match read(&stick.machine, &target, &["large"], 10_000_000) {
        Err(MediaError::Gone { .. } | MediaError::NotMountable { .. }) => {}
        other => panic!("{other:?}"),
    }
    stick.is_left_alone();
}
