//! `commit`, stopped at every system call that changes a file, and every one of them refused: what
//! clients see is the old repository or the new one, and the next commit completes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::made::{BINARY, Made, copy, in_days, listing, repo, text, verified};

/// The calls that change files; `write` counts where it is not to the screen.
const CALLS: [&str; 18] = [
    "write",
    "copy_file_range",
    "ftruncate",
    "fsync",
    "syncfs",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "chmod",
    "fchmod",
    "sendfile",
];

/// The `number`th (from 1) call of this name.
#[derive(Clone, Debug)]
struct Call {
    name: String,
    number: usize,
}

pub fn strace_is_here() -> bool {
    let here = Command::new("strace").arg("-V").output().is_ok();
    let must = ["ROOTSTAGE_REQUIRE_JUDGES", "CI"].map(std::env::var_os);
    assert!(
        here || must.iter().all(Option::is_none),
        "strace is missing"
    );
    if !here {
        eprintln!("SKIPPED: strace is not there");
    }
    here
}

fn commit(dir: &Path, log: &Path, inject: &[String]) -> Output {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(log);
    strace.args(inject);
    strace.args([BINARY, "repo", "commit", "--dir"]).arg(dir);
    strace.output().unwrap()
}

/// The calls of an undisturbed commit, in order.
fn calls(of: &Path) -> Vec<Call> {
    let place = tempfile::tempdir().unwrap();
    let (dir, log) = (place.path().join("tuf"), place.path().join("log"));
    copy(of, &dir);
    let output = commit(
        &dir,
        &log,
        &["-e".into(), format!("trace={}", CALLS.join(","))],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let mut counts = BTreeMap::<String, usize>::new();
    let mut calls = Vec::new();
    for line in fs::read_to_string(log).unwrap().lines() {
        let Some((name, arguments)) = line
            .split_once(' ')
            .and_then(|(_, rest)| rest.trim().split_once('('))
        else {
            continue;
        };
        let count = counts.entry(name.to_owned()).or_default();
        *count += 1;
        if name != "write" || !(arguments.starts_with("1,") || arguments.starts_with("2,")) {
            calls.push(Call {
                name: name.to_owned(),
                number: *count,
            });
        }
    }
    calls
}

/// What is staged on top of a published version 1.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Story {
    First,
    Timestamp,
    Targets,
    Root,
    Layout,
}

fn made(story: Story, consistent: bool) -> Made {
    if story == Story::First {
        let mut made = Made::new(consistent);
        made.root(1, &["ada", "ben"]);
        made.offer("a", b"one");
        made.offer("dir/b", b"two");
        made.rest(1);
        return made;
    }
    let mut made = Made::published(consistent);
    if story == Story::Timestamp {
        made.stage_timestamp(2, in_days(7));
        return made;
    }
    made.offer("a", b"one, changed");
    made.offer("new/c", b"three");
    made.targets.remove("dir/b");
    if story != Story::Targets {
        made.who.consistent = consistent != (story == Story::Layout);
        made.who.root = vec!["ben", "chi"];
        made.root(2, &["ada", "ben", "chi"]);
    }
    made.rest(2);
    made
}

/// Version of root and timestamp that clients see, after everything was verified; none before the
/// first publication.
fn seen(dir: &Path) -> Option<(u64, u64)> {
    let repository = dir.join("repository");
    let roots = listing(&repository);
    if !roots.keys().any(|name| name.ends_with(".root.json")) {
        return None;
    }
    let found = verified(dir);
    Some((found.roles["root"].0, found.roles["timestamp"].0))
}

fn goes_through(dir: &Path, new: Option<(u64, u64)>, what: &str) {
    let output = repo(dir, &["commit"]);
    assert_eq!(output.status.code(), Some(0), "{what}: {}", text(&output));
    assert_eq!(seen(dir), new, "{what}");
    let output = repo(dir, &["verify", "--layout"]);
    assert_eq!(output.status.code(), Some(0), "{what}: {}", text(&output));
    assert_eq!(listing(&dir.join("staged")), BTreeMap::new(), "{what}");
    assert!(!dir.join(".repository.next").exists(), "{what}");
}

fn everywhere(story: Story, consistent: bool) {
    if !strace_is_here() {
        return;
    }
    let made = made(story, consistent);
    let old = seen(made.dir());
    let new = match story {
        Story::First => Some((1, 1)),
        Story::Timestamp | Story::Targets => Some((1, 2)),
        Story::Root | Story::Layout => Some((2, 2)),
    };
    let calls = calls(made.dir());
    assert!(calls.len() > 5, "{calls:?}");
    let next = AtomicUsize::new(0);
    let (before, after) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for how in ["signal=SIGKILL", "error=ENOSPC", "error=EROFS"] {
                        let place = tempfile::tempdir().unwrap();
                        let dir = place.path().join("tuf");
                        copy(made.dir(), &dir);
                        let Call { name, number } = call;
                        let inject = [
                            "-e".into(),
                            format!("trace={name}"),
                            "-e".into(),
                            format!("inject={name}:{how}:when={number}"),
                        ];
                        let output = commit(&dir, &place.path().join("log"), &inject);
                        let what = format!(
                            "{story:?}, consistent {consistent}, {call:?}, {how}: {}",
                            text(&output)
                        );
                        let now = seen(&dir);
                        assert!(now == old || now == new, "{what}: {now:?}");
                        let count = if now == old { &before } else { &after };
                        count.fetch_add(1, Ordering::Relaxed);
                        if how.starts_with("signal") {
                            assert_eq!(output.status.signal(), Some(9), "{what}");
                        } else if output.status.code() == Some(0) {
                            // tidying up, or what can be done otherwise
                            assert_eq!(now, new, "{what}");
                        } else {
                            assert_eq!(output.status.code(), Some(3), "{what}");
                            assert_eq!(now, old, "{what}");
                            let said = String::from_utf8_lossy(&output.stderr).into_owned();
                            let whole = said.contains("What clients see is as it was")
                                || said.contains("Nothing was changed");
                            assert!(whole, "{what}");
                        }
                        goes_through(&dir, new, &what);
                    }
                }
            });
        }
    });
    let (before, after) = (before.into_inner(), after.into_inner());
    eprintln!(
        "{story:?}, consistent {consistent}: {before} times the old repository, {after} times the new one"
    );
    assert!(before > 0 && after > 0);
}

#[test]
fn the_first_publication_is_whole() {
    for consistent in [true, false] {
        everywhere(Story::First, consistent);
    }
}

#[test]
fn a_timestamp_is_whole() {
    for consistent in [true, false] {
        everywhere(Story::Timestamp, consistent);
    }
}

#[test]
fn new_targets_are_whole() {
    for consistent in [true, false] {
        everywhere(Story::Targets, consistent);
    }
}

#[test]
fn a_new_root_is_whole() {
    for consistent in [true, false] {
        everywhere(Story::Root, consistent);
    }
}

#[test]
fn another_layout_is_whole() {
    for consistent in [true, false] {
        everywhere(Story::Layout, consistent);
    }
}

#[test]
fn a_file_system_that_cannot_exchange_is_left_as_it_is() {
    if !strace_is_here() {
        return;
    }
    let made = made(Story::Targets, false);
    let before = listing(made.dir());
    for error in ["EINVAL", "ENOSYS", "EBUSY"] {
        let inject = [
            "-e".into(),
            "trace=renameat2".into(),
            "-e".into(),
            format!("inject=renameat2:error={error}"),
        ];
        let log = tempfile::NamedTempFile::new().unwrap();
        let output = commit(made.dir(), log.path(), &inject);
        assert_eq!(output.status.code(), Some(3), "{}", text(&output));
        let said = text(&output);
        let words = ["cannot exchange two directories", "is a mount point"];
        assert!(words.iter().any(|words| said.contains(words)), "{said}");
        assert_eq!(listing(made.dir()), before);
    }
    made.commits();
}
