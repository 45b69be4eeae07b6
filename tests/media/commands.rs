//! The commands, as people call them.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use serde_json::Value;

use super::sticks::Stick;

/// A user without privileges.
const NOBODY: u32 = 65534;

struct Said {
    status: i32,
    out: String,
    err: String,
}

fn rootstage(stick: &Stick, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rootstage"));
    said(command.args(arguments).current_dir(stick.directory.path()))
}

fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn listed_written_and_read() {
    let Some(stick) = Stick::ext4(16) else { return };
    let node = stick.node();
    let list = rootstage(&stick, &["media", "list", "--images", "--json"]);
    let found: Value = serde_json::from_str(&list.out).unwrap();
    let media = found["media"].as_array().unwrap();
    let ours = media
        .iter()
        .find(|one| one["medium"]["place"] == node)
        .unwrap();
    assert_eq!(ours["medium"]["label"], "OUT");
    assert_eq!(
        (&ours["offered"], &ours["kind"]),
        (&true.into(), &"ext4".into())
    );
    // an image is nothing to carry files on, unless it is asked for
    let list = rootstage(&stick, &["media", "list", "--json"]);
    assert!(!list.out.contains(node), "{}", list.out);
    let list = rootstage(&stick, &["media", "list", "--all"]);
    assert!(
        list.out.contains(node) && list.out.contains("rehearsals only"),
        "{}",
        list.out
    );

    std::fs::write(stick.directory.path().join("root-2.rse"), "an envelope").unwrap();
    let refused = rootstage(&stick, &["media", "write", node, "root-2.rse"]);
    assert_eq!(refused.status, 1, "{}", refused.err);
    let written = rootstage(&stick, &["media", "write", node, "root-2.rse", "--images"]);
    assert_eq!(written.status, 0, "{}", written.err);
    assert!(written.err.contains("safe to remove"), "{}", written.err);
    assert!(written.out.contains("11 bytes"), "{}", written.out);
    let call = ["media", "write", node, "root-2.rse", "--images", "--json"];
    let again: Value = serde_json::from_str(&rootstage(&stick, &call).out).unwrap();
    assert_eq!(again["remounted"], true);

    let call = [
        "media",
        "read",
        node,
        "root-2.rse",
        "-o",
        "received",
        "--images",
    ];
    let taken = rootstage(&stick, &call);
    assert_eq!(taken.status, 0, "{}", taken.err);
    let received = stick.directory.path().join("received/root-2.rse");
    let as_json = rootstage(&stick, &[&call[..], &["--json"]].concat());
    let taken: Value = serde_json::from_str(&as_json.out).unwrap();
    assert_eq!(taken["files"][0]["bytes"], 11);
    assert_eq!(std::fs::read_to_string(&received).unwrap(), "an envelope");
    // a file of that name that is another one stays
    std::fs::write(&received, "another").unwrap();
    assert_eq!(rootstage(&stick, &call).status, 3);
    assert_eq!(std::fs::read_to_string(&received).unwrap(), "another");

    std::fs::write(stick.directory.path().join("root-2.rse"), "changed").unwrap();
    let taken = rootstage(&stick, &["media", "write", node, "root-2.rse", "--images"]);
    assert_eq!(taken.status, 1, "{}", taken.err);
    assert!(
        taken.err.contains("Nothing on it was changed."),
        "{}",
        taken.err
    );
    let call = ["media", "read", node, "other", "-o", "received", "--images"];
    let absent = rootstage(&stick, &call);
    assert_eq!(absent.status, 3);
    assert!(absent.err.contains("root-2.rse"), "{}", absent.err);
}

#[test]
fn what_is_not_offered_is_refused_with_its_reason() {
    let stick = Stick::without_device();
    let (file, here) = ("file", stick.directory.path().to_str().unwrap());
    std::fs::write(stick.directory.path().join(file), "x").unwrap();
    let absent = rootstage(&stick, &["media", "write", "/dev/sdzz9", file]);
    assert_eq!(absent.status, 3, "{}", absent.err);
    assert!(absent.err.contains("not plugged in"), "{}", absent.err);
    for (place, reason) in [("/", ""), (here, "no medium is mounted")] {
        let refused = rootstage(&stick, &["media", "write", place, file]);
        assert_eq!(refused.status, 1, "{place}: {}", refused.err);
        assert!(refused.err.contains(reason), "{place}: {}", refused.err);
    }
    let unread = rootstage(&stick, &["media", "write", "/dev/sdzz9", "absent"]);
    assert_eq!(unread.status, 3, "{}", unread.err);
    assert!(!stick.directory.path().join("received").exists());
}

#[test]
fn who_may_not_mount_uses_what_is_mounted() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let node = stick.node().to_owned();
    let at = stick.mount("mount", &[&node]).unwrap();
    let everybody = std::fs::Permissions::from_mode(0o777);
    for directory in [stick.directory.path(), &at] {
        std::fs::set_permissions(directory, everybody.clone()).unwrap();
    }
    let program = stick.directory.path().join("rootstage");
    std::fs::copy(env!("CARGO_BIN_EXE_rootstage"), &program).unwrap();
    let nobody = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        let command = command.args(arguments).args(["--images"]);
        said(
            command
                .current_dir(stick.directory.path())
                .uid(NOBODY)
                .gid(NOBODY),
        )
    };
    std::fs::write(stick.directory.path().join("root-2.rse"), "an envelope").unwrap();
    let written = nobody(&["media", "write", &node, "root-2.rse"]);
    assert_eq!(written.status, 0, "{}", written.err);
    assert!(
        written.err.contains("the mount that was there before"),
        "{}",
        written.err
    );
    assert!(!written.err.contains("safe to remove"), "{}", written.err);
    let taken = nobody(&["media", "read", &node, "root-2.rse", "-o", "received"]);
    assert_eq!(taken.status, 0, "{}", taken.err);
    stick.unmount();
    // and where it is not mounted, it is told what to do
    let refused = {
        let mut command = Command::new(&program);
        let command = command.args(["media", "write", &node, "root-2.rse", "--images"]);
        said(
            command
                .current_dir(stick.directory.path())
                .uid(NOBODY)
                .gid(NOBODY),
        )
    };
    assert_ne!(refused.status, 0);
    assert!(refused.err.contains("Permission denied"), "{}", refused.err);
}
