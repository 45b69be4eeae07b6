//! `repo refresh`, as a timer calls it: what is due, what is not, and what it leaves alone.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rootstage::repo::Place;
use rootstage::tuf::root::{Role, Signed, payload};
use serde_json::Value;

use crate::crash::strace_is_here;
use crate::made::{BINARY, copy, in_days, listing, public, repo, signature, text, verified};

const ONLINE: [&str; 4] = ["--expires", "timestamp=100d", "--expires", "snapshot=200d"];
const TARGETS: [&str; 2] = ["--expires", "targets=300d"];

/// A repository whose online keys are in it: targets good for 90 days, snapshot 30, timestamp 7.
struct Kept(tempfile::TempDir);

impl Kept {
    fn new(days_of_root: i64) -> Self {
        let kept = Self(tempfile::tempdir().unwrap());
        kept.is(0, &["init"]);
        for role in ["targets", "snapshot", "timestamp"] {
            kept.is(0, &["gen-key", role, "--insecure-plaintext"]);
        }
        let place = Place::open(&kept.dir()).unwrap();
        let mut draft = place.staged_root().unwrap().unwrap();
        draft.add_key(Role::Root, &public("ada").to_tuf()).unwrap();
        draft.set_expires(in_days(days_of_root)).unwrap();
        let mut root = Signed::unsigned(draft.signed().clone());
        let (bytes, _) = payload(&root.signed).unwrap();
        root.put(signature("ada", &bytes));
        place.stage("root", &root.to_file()).unwrap();
        kept.offers("a");
        for words in [
            ["snapshot", "--expires", "30d"],
            ["timestamp", "--expires", "7d"],
        ] {
            kept.is(0, &words);
        }
        kept.is(0, &["commit"]);
        kept
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("tuf")
    }

    fn is(&self, status: i32, words: &[&str]) -> String {
        let output = repo(&self.dir(), words);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{words:?}: {}",
            text(&output)
        );
        text(&output)
    }

    fn offers(&self, name: &str) {
        let file = self.0.path().join(name);
        fs::write(&file, name).unwrap();
        self.is(
            0,
            &["add", "--from", file.to_str().unwrap(), "--expires", "90d"],
        );
    }

    fn refresh(&self, within: &str, more: &[&str]) -> Output {
        refresh(&self.dir(), within, more)
    }

    /// Exit status and document.
    fn refreshed(&self, within: &str, more: &[&str]) -> (i32, Value) {
        let output = self.refresh(within, &[more, &["--json"]].concat());
        let document = serde_json::from_slice(&output.stdout);
        let document = document.unwrap_or_else(|error| panic!("{error}: {}", text(&output)));
        (output.status.code().unwrap(), document)
    }

    fn versions(&self) -> [u64; 4] {
        versions(&self.dir())
    }

    /// Refused: nothing is another than before.
    fn is_refused(&self, more: &[&str]) -> String {
        let before = listing(&self.dir());
        let output = self.refresh("8d", more);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        assert!(output.stdout.is_empty(), "{}", text(&output));
        assert_eq!(listing(&self.dir()), before);
        text(&output)
    }
}

fn refresh(dir: &Path, within: &str, more: &[&str]) -> Output {
    let words = [&["refresh", "--within", within][..], more].concat();
    repo(dir, &words)
}

/// What clients see: root, targets, snapshot, timestamp.
fn versions(dir: &Path) -> [u64; 4] {
    let found = verified(dir);
    ["root", "targets", "snapshot", "timestamp"].map(|role| found.roles[role].0)
}

fn roles(of: &Value) -> Vec<&str> {
    let all = of.as_array().unwrap().iter();
    all.map(|entry| entry["role"].as_str().unwrap()).collect()
}

#[test]
fn what_is_due_is_renewed_and_published() {
    let kept = Kept::new(365);
    let before = listing(&kept.dir());
    let (status, said) = kept.refreshed("3d", &ONLINE);
    assert_eq!((status, &said["published"]), (0, &Value::Bool(false)));
    let output = kept.refresh("3d", &ONLINE);
    assert!(
        text(&output).contains("Nothing is due."),
        "{}",
        text(&output)
    );
    assert_eq!(listing(&kept.dir()), before);
    // the timestamp alone
    let (status, said) = kept.refreshed("8d", &ONLINE);
    assert_eq!(
        (status, roles(&said["renewed"])),
        (0, vec!["timestamp"]),
        "{said}"
    );
    assert_eq!(said["renewed"][0]["version"], 2);
    assert_eq!(said["published"], true);
    assert_eq!(said["due_not_renewed"], serde_json::json!([]));
    assert_eq!(kept.versions(), [1, 1, 1, 2]);
    // the snapshot, and the timestamp that names it
    let output = kept.refresh("31d", &ONLINE);
    assert_eq!(output.status.code(), Some(0));
    let words = "Renewed and published: snapshot version 2";
    assert!(text(&output).contains(words), "{}", text(&output));
    assert_eq!(kept.versions(), [1, 1, 2, 3]);
    assert_eq!(listing(&kept.dir().join("staged")).len(), 0);
}

#[test]
fn targets_are_renewed_only_where_the_call_says_so() {
    let kept = Kept::new(365);
    let (status, said) = kept.refreshed("91d", &ONLINE);
    assert_eq!(status, 1, "{said}");
    assert_eq!(roles(&said["due_not_renewed"]), ["targets"]);
    let why = said["due_not_renewed"][0]["why"].as_str().unwrap();
    assert!(why.contains("No --expires is given for targets"), "{why}");
    // the others were
    assert_eq!(kept.versions(), [1, 1, 2, 2]);
    let (status, said) = kept.refreshed("91d", &[&ONLINE[..], &TARGETS].concat());
    assert_eq!(status, 0, "{said}");
    assert_eq!(
        roles(&said["renewed"]),
        ["targets", "snapshot", "timestamp"]
    );
    assert_eq!(kept.versions(), [1, 2, 3, 3]);
    assert_eq!(verified(&kept.dir()).targets, 1);
    // a new version that nothing would name, a root by a timer
    for wrong in [&TARGETS[..], &["--expires", "root=1y"]] {
        let output = kept.refresh("91d", wrong);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    }
    assert_eq!(kept.versions(), [1, 2, 3, 3]);
}

#[test]
fn a_root_that_expires_soon_wants_a_ceremony_and_the_rest_goes_on() {
    let kept = Kept::new(5);
    let (status, said) = kept.refreshed("8d", &ONLINE);
    assert_eq!(status, 1, "{said}");
    assert_eq!(roles(&said["due_not_renewed"]), ["root"]);
    assert_eq!(roles(&said["renewed"]), ["timestamp"]);
    assert_eq!(kept.versions(), [1, 1, 1, 2]);
    let output = kept.refresh("8d", &ONLINE);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output);
    for words in [
        "a ceremony is needed",
        "rootstage repo stage-root --expires",
    ] {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn without_its_keys_nothing_is_half_renewed() {
    let kept = Kept::new(365);
    let key = kept.dir().join("keys/timestamp.json");
    let away = kept.0.path().join("away.json");
    fs::rename(&key, &away).unwrap();
    let (status, said) = kept.refreshed("31d", &ONLINE);
    assert_eq!(status, 1, "{said}");
    assert_eq!(said["published"], false);
    assert_eq!(kept.versions(), [1, 1, 1, 1]);
    assert_eq!(listing(&kept.dir().join("staged")).len(), 0);
    fs::rename(&away, &key).unwrap();
    assert_eq!(kept.refreshed("31d", &ONLINE).0, 0);
    assert_eq!(kept.versions(), [1, 1, 2, 2]);
}

#[test]
fn a_root_that_waits_for_its_ceremony_does_not_stop_it() {
    let kept = Kept::new(365);
    kept.is(0, &["stage-root", "--expires", "300d"]);
    let staged = || fs::read(kept.dir().join("staged/root.json")).unwrap();
    let root = staged();
    let (status, said) = kept.refreshed("8d", &ONLINE);
    assert_eq!(
        (status, roles(&said["renewed"])),
        (0, vec!["timestamp"]),
        "{said}"
    );
    assert_eq!(staged(), root);
    assert_eq!(kept.versions(), [1, 1, 1, 2]);
    // one that gives a role one more key: what both sign is good under either root
    kept.is(0, &["gen-key", "timestamp", "--insecure-plaintext"]);
    let root = staged();
    assert_eq!(
        kept.refreshed("101d", &ONLINE).0,
        1,
        "targets are due by then"
    );
    assert_eq!(staged(), root);
    assert_eq!(kept.versions(), [1, 1, 2, 3]);
    // one that takes the old key away
    let read: Value = serde_json::from_slice(&root).unwrap();
    let old = read["signed"]["roles"]["timestamp"]["keyids"][0]
        .as_str()
        .unwrap();
    kept.is(
        0,
        &[
            "stage-root",
            "--remove",
            &format!("timestamp={old}"),
            "--expires",
            "300d",
        ],
    );
    let said = kept.is_refused(&ONLINE);
    assert!(said.contains("takes keys from online roles"), "{said}");
    assert!(said.contains("rootstage repo commit"), "{said}");
}

#[test]
fn what_somebody_staged_is_not_published_by_the_way() {
    let kept = Kept::new(365);
    kept.offers("b");
    for more in [&ONLINE[..], &[&ONLINE[..], &TARGETS].concat()] {
        let said = kept.is_refused(more);
        assert!(
            said.contains("staged/targets.json is not published"),
            "{said}"
        );
        assert!(said.contains("rootstage repo commit"), "{said}");
    }
    kept.is(0, &["snapshot", "--expires", "30d"]);
    kept.is(0, &["timestamp", "--expires", "6d"]);
    kept.is(0, &["commit"]);
    assert_eq!(kept.refreshed("8d", &ONLINE).0, 0);
    assert_eq!(kept.versions(), [1, 2, 2, 3]);
    // nothing is published yet
    let empty = tempfile::tempdir().unwrap();
    let dir = empty.path().join("tuf");
    assert!(repo(&dir, &["init"]).status.success());
    let output = refresh(&dir, "8d", &ONLINE);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("repo status"), "{}", text(&output));
}

#[test]
fn one_that_was_killed_goes_on_when_it_is_run_again() {
    if !strace_is_here() {
        return;
    }
    let kept = Kept::new(365);
    let all = [&ONLINE[..], &TARGETS].concat();
    let (mut killed, mut between) = (0, 0);
    for name in ["rename", "renameat", "renameat2", "fsync"] {
        for number in 1.. {
            let place = tempfile::tempdir().unwrap();
            let dir = place.path().join("tuf");
            copy(&kept.dir(), &dir);
            let output = Command::new("strace")
                .args([
                    "-f",
                    "-qq",
                    "-o",
                    "/dev/null",
                    "-e",
                    &format!("trace={name}"),
                ])
                .args(["-e", &format!("inject={name}:signal=SIGKILL:when={number}")])
                .args([BINARY, "repo", "refresh", "--within", "91d", "--dir"])
                .arg(&dir)
                .args(&all)
                .output()
                .unwrap();
            let what = format!("{name} {number}: {}", text(&output));
            if output.status.signal() != Some(9) {
                assert_eq!(output.status.code(), Some(0), "{what}");
                assert_eq!(versions(&dir), [1, 2, 2, 2], "{what}");
                break;
            }
            killed += 1;
            let seen = versions(&dir);
            assert!(
                seen == [1, 1, 1, 1] || seen == [1, 2, 2, 2],
                "{what}: {seen:?}"
            );
            if seen == [1, 1, 1, 1] && dir.join("staged/targets.json").exists() {
                between += 1;
            }
            let output = refresh(&dir, "91d", &all);
            assert_eq!(output.status.code(), Some(0), "{what}{}", text(&output));
            assert_eq!(versions(&dir), [1, 2, 2, 2], "{what}");
        }
    }
    eprintln!("killed {killed} times, of which {between} with targets renewed and not published");
    assert!(between > 2);
}
