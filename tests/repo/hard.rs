//! `commit` where the surroundings do not let it: two at once, directories that cannot be written, a
//! full disk. A clear word, and clients see what they saw.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::crash::strace_is_here;
use crate::made::{BINARY, Made, listing, text};

/// Targets and all that names them, staged on top of version 1.
fn staged(consistent: bool) -> Made {
    let mut made = Made::published(consistent);
    made.offer("a", b"another");
    made.offer("new/c", &vec![7; 20_000]);
    made.rest(2);
    made
}

/// In a namespace where mounts are possible, with an empty directory `$ROOM`.
fn shell(made: &Made, script: &str) -> Output {
    let room = tempfile::tempdir().unwrap();
    Command::new("unshare")
        .args(["-rm", "sh", "-c", script])
        .current_dir(made.dir())
        .env("ROOTSTAGE", BINARY)
        .env("ROOM", room.path())
        .output()
        .unwrap()
}

/// Whether something can be mounted here; where not, that is said loudly.
fn mounts(made: &Made) -> bool {
    let tried = shell(made, "mount -t tmpfs none \"$ROOM\"");
    let possible = tried.status.success();
    if !possible {
        eprintln!("SKIPPED: nothing can be mounted here: {}", text(&tried));
    }
    possible
}

#[test]
fn of_many_commits_at_once_one_publishes_and_the_others_say_why_not() {
    let made = staged(true);
    let mut running: Vec<_> = (0..6)
        .map(|_| {
            let mut command = Command::new(BINARY);
            command.args(["repo", "commit", "--dir"]).arg(made.dir());
            command.stdout(std::process::Stdio::null());
            command.stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let mut published = 0;
    for one in running.drain(..) {
        let output = one.wait_with_output().unwrap();
        match output.status.code() {
            Some(0) => published += 1,
            Some(3) => assert!(
                text(&output).contains("another command is changing"),
                "{}",
                text(&output)
            ),
            _ => panic!("{}", text(&output)),
        }
    }
    assert!(published > 0);
    assert_eq!(made.verified().roles["timestamp"].0, 2);
}

#[test]
fn while_one_is_in_the_middle_another_is_refused() {
    if !strace_is_here() {
        return;
    }
    let made = staged(false);
    let before = listing(&made.path("repository"));
    let log = made.path("log");
    let mut first = Command::new("strace")
        .args(["-qq", "-o"])
        .arg(&log)
        .args([
            "-e",
            "trace=renameat2",
            "-e",
            "inject=renameat2:signal=SIGSTOP:when=1",
        ])
        .args([BINARY, "repo", "commit", "--dir"])
        .arg(made.dir())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let stopped = || fs::read_to_string(&log).is_ok_and(|log| log.contains("stopped by SIGSTOP"));
    while !stopped() {
        assert!(begun.elapsed() < Duration::from_mins(1), "it never stopped");
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = made.repo(&["commit"]);
    assert_eq!(second.status.code(), Some(3), "{}", text(&second));
    let said = text(&second);
    assert!(said.contains("another command is changing"), "{said}");
    assert!(said.contains("Wait until it has ended"), "{said}");
    // the first one is the only child of strace
    let children = format!("/proc/{0}/task/{0}/children", first.id());
    let child = fs::read_to_string(children).unwrap();
    let woken = Command::new("kill").args(["-CONT", child.trim()]).status();
    assert!(woken.unwrap().success());
    assert!(first.wait().unwrap().success());
    assert_ne!(listing(&made.path("repository")), before);
    assert_eq!(made.verified().roles["timestamp"].0, 2);
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Somebody who may read everything and write nothing. Only root can become somebody else.
#[test]
fn whoever_may_not_write_changes_nothing() {
    const NOBODY: u32 = 65534;
    for consistent in [true, false] {
        let made = staged(consistent);
        // what is not below the directory of a test, everybody may call
        let program = tempfile::tempdir().unwrap();
        let program = program.path().join("rootstage");
        fs::copy(BINARY, &program).unwrap();
        chmod(program.parent().unwrap(), 0o755);
        let before = listing(&made.path("repository"));
        for path in ["staged", "staged/targets", "repository", "."] {
            if chown(made.path(path), Some(NOBODY), Some(NOBODY)).is_err() {
                eprintln!("SKIPPED: only root gives a directory to somebody else");
                return;
            }
        }
        for entry in fs::read_dir(made.dir()).unwrap() {
            chown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        for path in ["repository", "."] {
            chmod(&made.path(path), 0o555);
        }
        let commit = || {
            let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];
            let mut command = Command::new("setpriv");
            command.args(nobody).arg(&program);
            command.args(["repo", "commit", "--dir"]).arg(made.dir());
            command.output().unwrap()
        };
        let output = commit();
        let said = text(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("Permission denied"), "{said}");
        assert!(said.contains("writable"), "{said}");
        assert_eq!(listing(&made.path("repository")), before);
        for path in ["repository", "."] {
            chmod(&made.path(path), 0o755);
        }
        made.commits();
        made.verified();
    }
}

#[test]
fn a_file_system_that_is_read_only_is_left_as_it_is() {
    let made = staged(true);
    if !mounts(&made) {
        return;
    }
    let before = listing(made.dir());
    let script = "mount --bind . . && mount -o remount,ro,bind . && cd . && \
                  exec \"$ROOTSTAGE\" repo commit --dir \"$PWD\"";
    let output = shell(&made, script);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("Read-only file system"), "{said}");
    assert_eq!(listing(made.dir()), before);
    made.commits();
}

#[test]
fn a_full_disk_leaves_the_old_repository_and_room_helps() {
    for consistent in [true, false] {
        let made = staged(consistent);
        if !mounts(&made) {
            return;
        }
        let script = "set -u; mount -t tmpfs -o size=4m none \"$ROOM\"; cp -a . \"$ROOM/tuf\"; cd \"$ROOM/tuf\"; \
             dd if=/dev/zero of=../fill bs=4096 2>/dev/null; \
             \"$ROOTSTAGE\" repo commit --dir \"$PWD\"; echo status $?; \
             \"$ROOTSTAGE\" repo verify --dir \"$PWD\" --json | grep -c '\"verified\": true'; \
             rm ../fill; \"$ROOTSTAGE\" repo commit --dir \"$PWD\" >/dev/null; echo then $?; \
             \"$ROOTSTAGE\" repo verify --dir \"$PWD\" --layout | tail -1";
        let output = shell(&made, script);
        let said = text(&output);
        assert!(said.contains("No space left on device"), "{said}");
        assert!(said.contains("Make room on the disk"), "{said}");
        assert!(said.contains("status 3\n1\nthen 0\n"), "{said}");
        assert!(
            said.contains("VERIFIED") && !said.contains("NOT VERIFIED"),
            "{said}"
        );
    }
}
