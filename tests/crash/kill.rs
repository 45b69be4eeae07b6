//! `kill -9` at every system call that changes a file.
//!
//! strace kills the program on entry to a call, before it is carried out; so the state on disk is
//! the one after the call before it. A call that opens a new file needs no kill of its own: what it
//! leaves is what the next write finds. (Numbering them would not hold either: the environment
//! checks open as many files in `/proc` as there are programs.)

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{BINARY, audits_clean, home, rootstage, strace_is_here, whole_lines};

/// The calls that change files; `write` counts where it is not to the screen.
const CALLS: [&str; 10] = [
    "write",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "linkat",
    "unlink",
    "ftruncate",
    "mkdir",
];

/// How many kills there are in one run of the tests; `ROOTSTAGE_EVERY_CRASH` lifts the limit.
const MOST: usize = 700;

/// The `number`th (from 1) call of this name.
#[derive(Clone, Debug)]
struct Place {
    call: String,
    number: usize,
}

const REHEARSAL: [&str; 6] = [
    "rehearse",
    "--keyholders",
    "3",
    "--threshold",
    "2",
    "--unattended",
];

/// Every place of an undisturbed rehearsal, in order.
fn places() -> Vec<Place> {
    let home = home();
    let log = home.path().join("strace.log");
    let dir = home.path().join("ceremony");
    let output = Command::new("strace")
        .args([
            "-f",
            "-qq",
            "-e",
            &format!("trace={}", CALLS.join(",")),
            "-o",
        ])
        .arg(&log)
        .arg(BINARY)
        .args(REHEARSAL)
        .arg("--dir")
        .arg(&dir)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    audits_clean(&dir, "undisturbed");
    let mut counts = BTreeMap::<String, usize>::new();
    let mut places = Vec::new();
    for line in fs::read_to_string(log).unwrap().lines() {
        let Some((call, arguments)) = line
            .split_once(' ')
            .and_then(|(_, rest)| rest.trim().split_once('('))
        else {
            continue;
        };
        let count = counts.entry(call.to_owned()).or_default();
        *count += 1;
        if call != "write" || !(arguments.starts_with("1,") || arguments.starts_with("2,")) {
            places.push(Place {
                call: call.to_owned(),
                number: *count,
            });
        }
    }
    places
}

/// Evenly many of them, the rare calls among them always.
fn sampled(places: Vec<Place>) -> Vec<Place> {
    let all = places.len();
    if all <= MOST || std::env::var_os("ROOTSTAGE_EVERY_CRASH").is_some() {
        eprintln!("killed at each of {all} places");
        return places;
    }
    let frequent = |place: &Place| matches!(place.call.as_str(), "write" | "fdatasync");
    let rare = places.iter().filter(|place| !frequent(place)).count();
    let step = (all - rare).div_ceil(MOST - rare);
    // The two alternate; an odd step takes as many of each.
    let step = step + 1 - step % 2;
    let mut seen = 0;
    let chosen: Vec<_> = places
        .into_iter()
        .filter(|place| {
            seen += usize::from(frequent(place));
            !frequent(place) || seen % step == 1
        })
        .collect();
    eprintln!(
        "killed at {} of {all} places: all {rare} of the rare calls, every {step}th write and flush of a record",
        chosen.len()
    );
    chosen
}

#[test]
fn killed_at_any_call_it_goes_on_to_a_clean_audit() {
    if !strace_is_here() {
        return;
    }
    let places = sampled(places());
    let next = AtomicUsize::new(0);
    let (torn, never, ended) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(place) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let home = home();
                    let dir = home.path().join("ceremony");
                    let told = kill(&dir, place);
                    let how = comes_back(&dir, place, told);
                    match how {
                        Back::WentOn => torn.fetch_add(1, Ordering::Relaxed),
                        Back::NeverOpened => never.fetch_add(1, Ordering::Relaxed),
                        Back::HadEnded => ended.fetch_add(1, Ordering::Relaxed),
                    };
                }
            });
        }
    });
    let (torn, never, ended) = (torn.into_inner(), never.into_inner(), ended.into_inner());
    eprintln!("{torn} went on, {never} had not begun, {ended} had ended");
    assert!(torn > never && torn + never + ended == places.len());
}

/// A second power cut, while the first is being put right: a torn line is there to be cut.
#[test]
fn killed_while_it_comes_back_it_comes_back_again() {
    if !strace_is_here() {
        return;
    }
    let mut seen = 0;
    for call in ["ftruncate", "write", "fdatasync"] {
        for number in 1..=4 {
            let home = home();
            let dir = home.path().join("ceremony");
            kill(
                &dir,
                &Place {
                    call: "fdatasync".to_owned(),
                    number: 40,
                },
            );
            let before = whole_lines(&dir);
            let torn = [&before[..], b"{\"actor\":\"keyhol"].concat();
            fs::write(dir.join("transcript.jsonl"), torn).unwrap();
            let output = Command::new("strace")
                .args([
                    "-f",
                    "-qq",
                    "-o",
                    "/dev/null",
                    "-e",
                    &format!("trace={call}"),
                ])
                .args(["-e", &format!("inject={call}:signal=SIGKILL:when={number}")])
                .args([BINARY, "resume", "--unattended"])
                .arg(&dir)
                .output()
                .unwrap();
            // The torn line is cut once.
            if output.status.signal() != Some(9) {
                assert_eq!(
                    (call, output.status.code()),
                    ("ftruncate", Some(0)),
                    "{output:?}"
                );
                continue;
            }
            seen += 1;
            assert!(whole_lines(&dir).starts_with(&before), "{call} {number}");
            let output = rootstage(&["resume", "--unattended"], &dir);
            assert_eq!(output.status.code(), Some(0), "{call} {number}: {output:?}");
            audits_clean(&dir, call);
        }
    }
    assert_eq!(seen, 9);
}

/// Runs a rehearsal until it is killed there; gives the number of the last step that it told of.
fn kill(dir: &Path, place: &Place) -> usize {
    let Place { call, number } = place;
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args([
            "-e",
            &format!("trace={call}"),
            "-e",
            &format!("inject={call}:signal=SIGKILL:when={number}"),
        ])
        .arg(BINARY)
        .args(REHEARSAL)
        .arg("--dir")
        .arg(dir)
        .output()
        .unwrap();
    assert_eq!(output.status.signal(), Some(9), "{place:?}: {output:?}");
    let told = String::from_utf8_lossy(&output.stderr);
    let last = told
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("step ")?.split(' ').next()?.parse().ok());
    last.unwrap_or(0)
}

/// How a killed ceremony came back.
enum Back {
    WentOn,
    NeverOpened,
    HadEnded,
}

fn comes_back(dir: &Path, place: &Place, told: usize) -> Back {
    let before = whole_lines(dir);
    let text = String::from_utf8_lossy(&before).into_owned();
    let begun = text.matches("\"kind\":\"step-begun\"").count();
    assert!(
        begun >= told,
        "{place:?}: step {told} was on the screen, {begun} are on record"
    );
    let output = rootstage(&["resume", "--unattended"], dir);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if text.contains("\"kind\":\"ceremony-closed\"") {
        assert_eq!(output.status.code(), Some(1), "{place:?}: {said}");
        assert!(said.contains("has ended"), "{place:?}: {said}");
        audits_clean(dir, &format!("{place:?}"));
        return Back::HadEnded;
    }
    if before.is_empty() {
        let words = if dir.exists() {
            "before its first record"
        } else {
            "plan.toml"
        };
        assert!(said.contains(words), "{place:?}: {said}");
        let status = if dir.exists() { 1 } else { 3 };
        assert_eq!(output.status.code(), Some(status), "{place:?}: {said}");
        return Back::NeverOpened;
    }
    assert_eq!(output.status.code(), Some(0), "{place:?}: {said}");
    assert!(
        whole_lines(dir).starts_with(&before),
        "{place:?}: what was on record stays"
    );
    audits_clean(dir, &format!("{place:?}"));
    Back::WentOn
}
