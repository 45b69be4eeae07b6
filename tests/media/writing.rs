//! Files onto a medium, and back.

use rootstage::digest::Sha256;
use rootstage::media::mount::{Access, Carriage};
use rootstage::media::write::{Novelty, Outgoing, Progress, Receipt, write};
use rootstage::media::{MediaError, Target};

use super::sticks::{Stick, bytes, files_in, run, tool};

fn put(stick: &Stick, target: &Target, files: &[(&str, &[u8])]) -> Result<Receipt, MediaError> {
    let files: Vec<Outgoing<'_>> = files
        .iter()
        .map(|(name, bytes)| Outgoing { name, bytes })
        .collect();
    write(&stick.machine, target, &files, &mut |_| {})
}

#[test]
fn what_is_written_is_read_back_from_the_unmounted_medium() {
    let Some(mut stick) = Stick::ext4(32) else {
        return;
    };
    let (large, small) = (bytes(3_000_000), bytes(10));
    let files = [
        Outgoing {
            name: "root-2.rse",
            bytes: &large,
        },
        Outgoing {
            name: "note.txt",
            bytes: &small,
        },
        Outgoing {
            name: "empty",
            bytes: b"",
        },
    ];
    let mut seen = Vec::new();
    let target = stick.target();
    let receipt = write(&stick.machine, &target, &files, &mut |progress| {
        if !matches!(progress, Progress::Handed(..)) {
            seen.push(format!("{progress:?}"));
        }
    })
    .unwrap();
    assert_eq!(receipt.carriage, Carriage::Own);
    assert_eq!(receipt.files[0].digest, Sha256::of(&large));
    assert_eq!(
        (receipt.files[1].bytes, receipt.files[1].novelty),
        (10, Novelty::New)
    );
    assert_eq!(
        seen.join(" "),
        "Flushed(\"root-2.rse\") Flushed(\"note.txt\") Flushed(\"empty\") Named(\"root-2.rse\") \
         Named(\"note.txt\") Named(\"empty\") Unmounted ReadBack(\"root-2.rse\") \
         ReadBack(\"note.txt\") ReadBack(\"empty\")"
    );
    stick.is_left_alone();
    let expected = [
        ("empty".to_owned(), Vec::new()),
        ("note.txt".to_owned(), small.clone()),
        ("root-2.rse".to_owned(), large.clone()),
    ];
    assert_eq!(stick.files(), expected);

    // once more: the same bytes are fine, others are refused, and then nothing is written at all
    let again = put(&stick, &target, &[("note.txt", &small), ("more", b"more")]).unwrap();
    assert_eq!(again.files[0].novelty, Novelty::There);
    assert_eq!(again.files[1].novelty, Novelty::New);
    for other in [b"other bytes that are more".as_slice(), b"ten bytes!", b""] {
        let error = put(&stick, &target, &[("new", b"new"), ("note.txt", other)]).unwrap_err();
        assert!(matches!(error, MediaError::NameTaken { .. }), "{error}");
    }
    assert_eq!(stick.files().len(), 4);
    stick.is_left_alone();
}

#[test]
fn names_that_mean_something_else_elsewhere_are_refused() {
    let stick = Stick::without_device();
    let nowhere = Target::Directory("/nonexistent".into());
    for name in [
        "", "a/b", "../a", ".hidden", "nul.txt", "über", "a b", "-o", "a\nb",
    ] {
        let error = put(&stick, &nowhere, &[(name, b"")]).unwrap_err();
        assert!(
            matches!(error, MediaError::NameRefused { .. }),
            "{name}: {error}"
        );
    }
    let error = put(&stick, &nowhere, &[("Root", b""), ("root", b"")]).unwrap_err();
    assert!(matches!(error, MediaError::NameRefused { .. }), "{error}");
}

#[test]
fn names_that_are_taken_by_something_else_stay() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let node = stick.node().to_owned();
    let Some(at) = stick.mount("mount", &[&node]) else {
        return;
    };
    std::fs::create_dir(at.join("directory")).unwrap();
    std::os::unix::fs::symlink("/tmp/elsewhere", at.join("link")).unwrap();
    stick.unmount();
    let target = stick.target();
    for name in ["directory", "link"] {
        let error = put(&stick, &target, &[(name, b"x")]).unwrap_err();
        assert!(matches!(error, MediaError::NameTaken { .. }), "{error}");
    }
    assert!(stick.files().is_empty());
}

#[test]
fn a_program_that_drives_exfat_is_written_through() {
    if !tool("mkfs.exfat") || !tool("mount.exfat-fuse") {
        return;
    }
    let make =
        |path: &std::path::Path| super::sticks::image(path, 16, "mkfs.exfat", &["-L", "OUT"]);
    let Some(mut stick) = Stick::of(make) else {
        return;
    };
    let node = stick.node().to_owned();
    let Some(at) = stick.mount("mount.exfat-fuse", &[&node]) else {
        return;
    };
    let target = Target::Directory(at.clone());
    let content = bytes(2_000_000);
    let receipt = put(&stick, &target, &[("Root-2.rse", &content)]).unwrap();
    assert_eq!(receipt.carriage, Carriage::AsFound);
    // one name, whatever the letters
    let error = put(&stick, &target, &[("root-2.RSE", &content)]).unwrap_err();
    assert!(
        matches!(&error, MediaError::NameTaken { there, .. } if there == "Root-2.rse"),
        "{error}"
    );
    assert_eq!(files_in(&at), [("Root-2.rse".to_owned(), content)]);
}

#[test]
fn where_it_is_mounted_already_nobody_is_pushed_aside() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let node = stick.node().to_owned();
    let Some(at) = stick.mount("mount", &[&node]) else {
        return;
    };
    let target = stick.target();
    let error = put(&stick, &target, &[("x", b"x")]).unwrap_err();
    assert!(
        matches!(&error, MediaError::Busy { at: Some(found), .. } if *found == at.display().to_string()),
        "{error}"
    );
    stick.is_left_alone();
    // but the directory itself can be named
    let receipt = put(&stick, &Target::Directory(at.clone()), &[("x", b"x")]).unwrap();
    assert_eq!(receipt.carriage, Carriage::AsFound);
    assert_eq!(files_in(&at).len(), 1);
}

#[test]
fn what_an_interrupted_run_left_mounted_is_cleared() {
    let Some(stick) = Stick::ext4(16) else { return };
    let target = stick.target();
    let left = stick.machine.run.join("rootstage-medium-0000000000000000");
    std::fs::create_dir(&left).unwrap();
    run("mount", &[stick.node(), left.to_str().unwrap()]);
    std::fs::write(left.join(".x.part"), "a part").unwrap();
    put(&stick, &target, &[("x", b"x")]).unwrap();
    stick.is_left_alone();
    // while somebody uses it, it stays
    let opened = stick.machine.open(&target, Access::Write).unwrap();
    let error = put(&stick, &target, &[("x", b"x")]).unwrap_err();
    assert!(matches!(error, MediaError::Ours { .. }), "{error}");
    drop(opened);
    stick.is_left_alone();
}
