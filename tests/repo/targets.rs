//! `repo add`, `remove`, `delegate` as people call them, and a client after the commit.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature as Ecdsa, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use rootstage::digest::Sha256;
use rootstage::repo::Place;
use rootstage::repo::published::Files;
use rootstage::repo::targets::Stamp;
use rootstage::tuf::client::{Client, Earlier, Limits};
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::root::{Role, Signature, Signed, payload};
use rootstage::tuf::targets::Target;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

const ROOTSTAGE: &str = env!("CARGO_BIN_EXE_rootstage");

pub struct Here(tempfile::TempDir);

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn key() -> (SigningKey, PublicKey) {
    let key = SigningKey::from_slice(&Sha256::of(b"the root of a test").0).unwrap();
    let public = key.verifying_key().to_public_key_der().unwrap();
    let public = PublicKey::from_spki_der(public.as_bytes()).unwrap();
    (key, public)
}

impl Here {
    /// A place with keys in the clear and a signed root, nothing published.
    pub fn new() -> Self {
        let here = Self(tempfile::tempdir().unwrap());
        here.is(0, &["init"]);
        for role in ["targets", "snapshot", "timestamp"] {
            here.is(0, &["gen-key", role, "--insecure-plaintext"]);
        }
        let place = Place::open(&here.dir()).unwrap();
        let mut draft = place.staged_root().unwrap().unwrap();
        let (key, public) = key();
        draft.add_key(Role::Root, &public.to_tuf()).unwrap();
        let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
        draft.set_expires(now + Duration::days(365)).unwrap();
        let mut root = Signed::unsigned(draft.signed().clone());
        let (bytes, _) = payload(&root.signed).unwrap();
        let signature: Ecdsa = key.sign(&bytes);
        root.put(Signature::new(
            public.key_id(),
            signature.to_der().as_bytes(),
        ));
        place.stage("root", &root.to_file()).unwrap();
        here
    }

    pub fn dir(&self) -> PathBuf {
        self.0.path().join("tuf")
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.dir().join(path)
    }

    pub fn put(&self, path: &str, content: &[u8]) {
        let path = self.path("staged/targets").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn repo(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(ROOTSTAGE);
        let command = command
            .arg("repo")
            .args(arguments)
            .arg("--dir")
            .arg(self.dir());
        command.output().unwrap()
    }

    pub fn is(&self, status: i32, arguments: &[&str]) -> Output {
        let output = self.repo(arguments);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}: {}",
            said(&output)
        );
        output
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.is(0, &[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn commit(&self) {
        self.is(0, &["snapshot", "--expires", "30d"]);
        self.is(0, &["timestamp", "--expires", "7d"]);
        self.is(0, &["commit"]);
    }

    pub fn find(&self, path: &str) -> Option<Target> {
        let files = Files {
            directory: self.path("repository"),
            ..Files::default()
        };
        let anchor = fs::read(files.path("1.root.json")).unwrap();
        let now = OffsetDateTime::now_utc();
        let client = Client::refresh(&anchor, &files, now, Limits::default(), Earlier::default());
        let found = client.unwrap().find(path).unwrap();
        found.map(|found| found.target.clone())
    }
}

/// Bytes of every file and name of everything else below a directory.
fn state(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut state = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.symlink_metadata().unwrap().is_dir() {
                waiting.push(path);
            } else {
                state.push((path.clone(), fs::read(path).unwrap_or_default()));
            }
        }
    }
    state.sort();
    state
}

#[test]
fn files_are_offered_changed_and_taken_back() {
    let here = Here::new();
    here.put("a", b"one");
    here.put("dir/b", b"two");
    let added = here.json(&[
        "add",
        "--expires",
        "90d",
        "--hash",
        "both",
        "--custom",
        r#"{"k": "v"}"#,
    ]);
    assert_eq!((&added["new"], &added["version"]), (&2.into(), &1.into()));
    assert_eq!(
        (&added["bytes_hashed"], &added["complete"]),
        (&6.into(), &true.into())
    );
    here.commit();
    let found = here.find("dir/b").unwrap();
    assert_eq!(found.hashes.known_hex().len(), 2);
    assert_eq!(found.custom.as_deref(), Some(r#"{"k":"v"}"#));

    // one path again, and one from elsewhere; one bump for both
    here.put("a", b"other");
    let build = here.0.path().join("build");
    fs::create_dir(&build).unwrap();
    fs::write(build.join("c"), b"three").unwrap();
    let output = here.is(0, &["add", "a", "--expires", "90d"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("0 new, 1 changed, 0 as before; 5 B hashed"),
        "{text}"
    );
    assert!(text.contains("Next: rootstage repo snapshot"), "{text}");
    assert!(output.stderr.is_empty(), "no progress on a pipe");
    let build = build.to_str().unwrap();
    let added = here.json(&[
        "add",
        "--from",
        build,
        "--into",
        "in/to/",
        "--expires",
        "90d",
    ]);
    assert_eq!((&added["new"], &added["version"]), (&1.into(), &2.into()));
    here.commit();
    assert_eq!(here.find("a").unwrap().length, 5);
    assert_eq!(here.find("in/to/c").unwrap().length, 5);
    assert!(here.find("dir/b").is_some(), "what was not named stays");

    // published and unchanged: listed as before, and not staged again
    let added = here.json(&[
        "add",
        "--from",
        build,
        "--into",
        "in/to",
        "--hash",
        "sha256",
        "--expires",
        "90d",
    ]);
    assert_eq!(added["same"], 1);
    assert!(!here.path("staged/targets/in/to/c").exists());
    let removed = here.json(&["remove", "dir", "a", "--expires", "90d"]);
    assert_eq!(removed["removed"], serde_json::json!(["a", "dir/b"]));
    here.commit();
    assert_eq!((here.find("a"), here.find("dir/b")), (None, None));
    assert!(here.find("in/to/c").is_some());
    here.is(0, &["verify"]);
}

#[test]
fn a_delegated_role_is_signed_and_found_by_clients_and_taken_back() {
    let here = Here::new();
    here.put("a", b"one");
    here.is(0, &["add", "--expires", "90d"]);
    here.is(
        1,
        &["delegate", "builds", "--path", "b/*", "--expires", "90d"],
    );
    here.is(0, &["gen-key", "builds", "--insecure-plaintext"]);
    let made = here.json(&["delegate", "builds", "--path", "b/*", "--expires", "90d"]);
    assert_eq!(made["keyids"].as_array().unwrap().len(), 1);
    assert!(
        made["notices"][0]
            .as_str()
            .unwrap()
            .contains("no metadata yet")
    );
    here.put("b/x", b"built");
    let added = here.json(&["add", "b/x", "--role", "builds", "--expires", "30d"]);
    assert_eq!(
        (&added["role"], &added["complete"]),
        (&"builds".into(), &true.into())
    );
    here.commit();
    assert_eq!(here.find("b/x").unwrap().length, 5);
    here.json(&["delegate", "builds", "--remove", "--expires", "90d"]);
    here.commit();
    assert_eq!(here.find("b/x"), None);
    assert!(here.find("a").is_some());
    let output = here.is(1, &["delegate", "builds", "--remove", "--expires", "90d"]);
    assert!(
        said(&output).contains("nothing is delegated to builds"),
        "{}",
        said(&output)
    );
}

#[test]
fn wrong_calls_change_nothing() {
    let here = Here::new();
    here.put("a", b"one");
    here.is(0, &["add", "--expires", "90d"]);
    here.put("not-yet", b"two");
    symlink("a", here.path("staged/targets/link")).unwrap();
    let before = state(&here.dir());
    for (status, arguments, words) in [
        (1, &["add", "absent", "--expires", "90d"][..], "there is no"),
        (
            1,
            &["add", "../keys/targets.json", "--expires", "90d"],
            "cannot be listed",
        ),
        (1, &["add", "--expires", "90d"], "symbolic link"),
        (
            2,
            &["add", "a", "--expires", "2020-01-01"],
            "not in the future",
        ),
        (
            2,
            &["add", "a", "--expires", "90d", "--custom", "[]"],
            "no object",
        ),
        (
            2,
            &["add", "a", "--expires", "90d", "--custom", "{}"],
            "empty",
        ),
        (
            2,
            &["add", "a", "--expires", "90d", "--custom", r#"{"n": 0.5}"#],
            "whole number",
        ),
        (
            1,
            &["add", "a", "--role", "nobody", "--expires", "90d"],
            "nothing is delegated",
        ),
        (
            2,
            &["add", "a", "--role", "root", "--expires", "90d"],
            "lists no targets",
        ),
        (
            1,
            &["add", "--from", "/absent", "--expires", "90d"],
            "there is no",
        ),
        (
            1,
            &["add", "--from", "/dev/null", "--expires", "90d"],
            "neither a file",
        ),
        (1, &["remove", "absent", "--expires", "90d"], "lists no"),
        (
            2,
            &["remove", "a", "--expires", "2020-01-01"],
            "not in the future",
        ),
    ] {
        let output = here.is(status, arguments);
        assert!(
            said(&output).contains(words),
            "{arguments:?}: {}",
            said(&output)
        );
        assert_eq!(state(&here.dir()), before, "{arguments:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let here = Here::new();
    here.put("a", b"one");
    here.put("secret", b"two");
    let secret = here.path("staged/targets/secret");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    let output = if fs::File::open(&secret).is_ok() {
        // root reads everything: as somebody else, to whom the place belongs
        let given = Command::new("chown")
            .args(["-R", "65534"])
            .arg(here.0.path())
            .status();
        let own = ["--reuid=65534", "--clear-groups", ROOTSTAGE, "repo", "add"];
        let mut command = Command::new("setpriv");
        command
            .args(own)
            .args(["--expires", "90d", "--dir"])
            .arg(here.dir());
        match command.output() {
            Ok(output)
                if given.is_ok_and(|given| given.success()) && output.status.code() == Some(3) =>
            {
                output
            }
            other => {
                eprintln!(
                    "SKIPPED: nothing can be unreadable for root, and setpriv did not work: {other:?}"
                );
                return;
            }
        }
    } else {
        here.repo(&["add", "--expires", "90d"])
    };
    assert_eq!(output.status.code(), Some(3));
    let words = said(&output);
    assert!(words.contains("secret: Permission denied"), "{words}");
    assert!(words.contains("Nothing was changed"), "{words}");
    assert!(!here.path("staged/targets.json").exists());
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let here = Here::new();
    here.put("a", b"one");
    here.is(0, &["add", "--expires", "90d"]);
    let large = here.0.path().join("large");
    fs::write(&large, vec![1; 4_000_000]).unwrap();
    // a file system of its own, for the staged directory alone, in a private mount namespace
    let small = here.0.path().join("small");
    fs::create_dir(&small).unwrap();
    let script = "set -e; mount -t tmpfs -o size=1m none \"$2\" || exit 77; cp -a \"$3/.\" \"$2\"; mount --bind \"$2\" \"$3\"; \
                  set +e; \"$0\" repo add --from \"$4\" --expires 90d --dir \"$1\"; status=$?; \
                  find \"$3\" -type f | sort >&2; exit $status";
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", script, ROOTSTAGE])
        .args([here.dir(), small, here.path("staged"), large])
        .output();
    let output = match output {
        Ok(output)
            if output.status.code() != Some(77) && !said(&output).contains("unshare failed") =>
        {
            output
        }
        other => {
            eprintln!("SKIPPED: no small file system can be mounted here: {other:?}");
            return;
        }
    };
    let words = said(&output);
    assert_eq!(output.status.code(), Some(3), "{words}");
    assert!(words.contains("No space left on device"), "{words}");
    assert!(words.contains("Nothing was changed"), "{words}");
    assert!(
        words.contains("staged/targets/a\n") && !words.contains("large\n"),
        "{words}"
    );
    assert!(!words.contains(".incoming/"), "{words}");
}

/// How often a commit opens a file of this name, as strace sees it; none where strace is
/// missing.
fn opened(here: &Here, name: &str) -> Option<usize> {
    let log = here.0.path().join("log");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=open,openat", "-o"]);
    strace
        .arg(&log)
        .args([ROOTSTAGE, "repo", "commit", "--dir"]);
    let output = strace.arg(here.dir()).output();
    let Ok(output) = output else {
        let must = ["ROOTSTAGE_REQUIRE_JUDGES", "CI"].map(std::env::var_os);
        assert!(must.iter().all(Option::is_none), "strace is missing");
        eprintln!("SKIPPED: strace is not there");
        return None;
    };
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let log = fs::read_to_string(log).unwrap();
    Some(log.lines().filter(|line| line.contains(name)).count())
}

/// What becomes of an index; none where it is taken away.
type Damage = fn(Vec<u8>) -> Option<Vec<u8>>;

/// A place with targets and all metadata staged, which the index of `add` knows.
fn indexed() -> Here {
    let here = Here::new();
    for (path, content) in [("a", "one"), ("dir/watched", "two")] {
        here.put(path, content.as_bytes());
        let path = here.path("staged/targets").join(path);
        let settled = |path: &Path| {
            let found = fs::metadata(path).unwrap();
            Stamp::of(&found).is_settled(std::time::SystemTime::now())
        };
        while !settled(&path) {
            std::thread::yield_now();
        }
    }
    here.is(0, &["add", "--expires", "90d"]);
    here.is(0, &["snapshot", "--expires", "30d"]);
    here.is(0, &["timestamp", "--expires", "7d"]);
    here
}

#[test]
fn a_commit_reads_what_the_index_does_not_know() {
    let here = indexed();
    assert!(matches!(opened(&here, "watched"), None | Some(0)));
    here.is(0, &["verify"]);

    // no index, that of another start of the machine, a damaged one
    let damages: [Damage; 3] = [
        |_| None,
        |mut index| {
            let at = index.iter().position(|byte| *byte == b'\n').unwrap() + 1;
            index[at] = if index[at] == b'0' { b'1' } else { b'0' };
            Some(index)
        },
        |index| Some(index[..index.len() - 1].to_vec()),
    ];
    for damage in damages {
        let here = indexed();
        let index = here.path("staged/.hashed");
        match damage(fs::read(&index).unwrap()) {
            Some(other) => fs::write(&index, other).unwrap(),
            None => fs::remove_file(&index).unwrap(),
        }
        assert!(matches!(opened(&here, "watched"), None | Some(1..)));
        here.is(0, &["verify"]);
    }
}

#[test]
fn a_file_that_was_changed_after_it_was_added_is_not_published() {
    let changes: [fn(&Path); 2] = [
        // as long as before, and its time set back
        |path| {
            let file = fs::File::options().write(true).open(path).unwrap();
            let before = file.metadata().unwrap().modified().unwrap();
            std::io::Write::write_all(&mut &file, b"TWO").unwrap();
            file.set_modified(before).unwrap();
        },
        // another file in its place, with the same time
        |path| {
            let before = fs::metadata(path).unwrap().modified().unwrap();
            let other = path.with_file_name("other");
            fs::write(&other, b"TWO").unwrap();
            let file = fs::File::options().write(true).open(&other).unwrap();
            file.set_modified(before).unwrap();
            fs::rename(&other, path).unwrap();
        },
    ];
    for change in changes {
        let here = indexed();
        let path = here.path("staged/targets/dir/watched");
        change(&path);
        let before = state(&here.path("repository"));
        let output = here.is(1, &["commit"]);
        let text = said(&output);
        assert!(
            text.contains("dir/watched (its SHA-256 is another"),
            "{text}"
        );
        assert_eq!(state(&here.path("repository")), before);
        fs::write(&path, b"two").unwrap();
        here.is(0, &["commit"]);
        here.is(0, &["verify"]);
    }
}
