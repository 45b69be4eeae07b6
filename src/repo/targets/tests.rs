//! Adding, removing, delegating, over small places in a directory; a client afterwards.

mod change;
mod index;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;
use time::macros::datetime;

use super::role::Sign;
use super::*;
use crate::repo::place::TARGETS;
use crate::tuf::key::PublicKey;
use crate::tuf::repository::{file, meta_file, snapshot, timestamp};
use crate::tuf::signature::Signature;
use crate::tuf::targets::{Target, Targets};
use crate::tuf::testing::{NOW, Pair, signed_by, spec};

const SOON: OffsetDateTime = datetime!(2026-12-30 00:00:00 UTC);

struct Here {
    kept: tempfile::TempDir,
    place: Place,
}

fn sign_with(pair: &Pair, signers: &Signers, payload: &[u8]) -> Vec<Signature> {
    let mine = |(_, key): &&(KeyId, PublicKey)| *key == pair.public();
    let mine = signers.keys.iter().filter(mine);
    mine.map(|(id, _)| Signature::new(*id, &pair.sign(payload)))
        .collect()
}

/// Signs with key 0, which every top-level role has, and key 1.
fn signer() -> impl FnMut(&str, &Signers, &[u8]) -> Result<Vec<Signature>, RepoError> {
    |_: &str, signers: &Signers, payload: &[u8]| {
        let pairs = [Pair::golden(0), Pair::golden(1)];
        Ok(pairs
            .iter()
            .flat_map(|pair| sign_with(pair, signers, payload))
            .collect())
    }
}

impl Here {
    fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let place = Place::create(&kept.path().join("tuf")).unwrap();
        let zero = Pair::golden(0);
        let root = signed_by(&spec(1, &[&zero, &Pair::golden(1)], 1), &[&zero]);
        place.stage("root", &root.to_file()).unwrap();
        Self { kept, place }
    }

    fn file(&self, path: &str) -> std::path::PathBuf {
        self.place.staged().join(TARGETS).join(path)
    }

    fn put(&self, path: &str, content: &[u8]) {
        let file = self.file(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    fn add(&self, additions: &[Addition]) -> Result<Added, RepoError> {
        self.add_so(additions, &manner("targets"))
    }

    fn add_so(&self, additions: &[Addition], manner: &Manner) -> Result<Added, RepoError> {
        add::with(&self.place, additions, manner, &mut signer(), &mut |_| {})
    }

    fn add_all(&self) -> Added {
        self.add(&[in_place("")]).unwrap()
    }

    /// What is refused, with nothing changed by it.
    fn refused(&self, additions: &[Addition], words: &str) {
        let before = self.state();
        let error = self.add(additions).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert_eq!(self.state(), before, "{error}");
    }

    /// Every staged file with its content.
    fn state(&self) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
        let mut state = BTreeMap::new();
        let mut waiting = vec![self.place.staged()];
        while let Some(at) = waiting.pop() {
            for entry in fs::read_dir(at).unwrap() {
                let path = entry.unwrap().path();
                match path.symlink_metadata().unwrap().file_type() {
                    kind if kind.is_dir() => waiting.push(path),
                    kind if kind.is_file() => {
                        state.insert(path.clone(), fs::read(path).unwrap());
                    }
                    _ => drop(state.insert(path, Vec::new())),
                }
            }
        }
        state
    }

    fn listed(&self, role: &str) -> Targets {
        Targets::read(&self.place.staged_role(role).unwrap().unwrap().file).unwrap()
    }

    /// Publishes what is staged, hash prefixes and all, as version `version` of the snapshot.
    fn publish(&self, version: u64) {
        let public = self.place.repository();
        let zero = Pair::golden(0);
        let mut meta = BTreeMap::new();
        for entry in fs::read_dir(self.place.staged()).unwrap() {
            let path = entry.unwrap().path();
            let Some(role) = path
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .strip_suffix(".json")
            else {
                continue;
            };
            let role_file = self.place.staged_role(role).unwrap().unwrap().file;
            let number = String::from_utf8_lossy(role_file.signed_member("version").unwrap());
            let name = format!("{number}.{role}.json");
            fs::write(public.join(name), role_file.bytes()).unwrap();
            if role == "root" {
                continue;
            }
            let number = number.parse().unwrap();
            meta.insert(format!("{role}.json"), meta_file(number, role_file.bytes()));
            for (path, target) in &Targets::read(&role_file).unwrap().targets {
                let layout = crate::tuf::client::Layout::Consistent;
                for name in layout.target(path, target).unwrap() {
                    let to = public.join(name);
                    fs::create_dir_all(to.parent().unwrap()).unwrap();
                    if self.file(path).exists() {
                        fs::copy(self.file(path), to).unwrap();
                    }
                }
            }
            fs::remove_file(self.place.staged_path(role)).unwrap();
        }
        fs::remove_dir_all(self.place.staged().join(TARGETS)).unwrap();
        fs::create_dir(self.place.staged().join(TARGETS)).unwrap();
        let none = serde_json::Map::new();
        let seal = |signed: Vec<u8>| {
            let signature = Signature::new(zero.public().key_id(), &zero.sign(&signed));
            file(&signed, &[signature])
        };
        let snapshot = seal(snapshot(version, SOON, &meta, &none).unwrap());
        fs::write(public.join(format!("{version}.snapshot.json")), &snapshot).unwrap();
        let timestamp = timestamp(version, SOON, &meta_file(version, &snapshot), &none);
        fs::write(public.join("timestamp.json"), seal(timestamp.unwrap())).unwrap();
    }

    /// What a client finds, from root 1.
    fn find(&self, path: &str) -> Option<Target> {
        use crate::repo::published::Files;
        use crate::tuf::client::{Client, Earlier, Limits};

        let files = Files {
            directory: self.place.repository(),
            instead: BTreeMap::new(),
        };
        let anchor = fs::read(files.path("1.root.json")).unwrap();
        let limits = Limits::default();
        let client = Client::refresh(&anchor, &files, NOW, limits, Earlier::default());
        let mut client = client.unwrap();
        let found = client.find(path).unwrap();
        found.map(|found| found.target.clone())
    }
}

fn in_place(path: &str) -> Addition {
    Addition::InPlace(path.to_owned())
}

fn from(path: &Path, to: &str) -> Addition {
    Addition::From(path.to_owned(), to.to_owned())
}

fn manner(role: &str) -> Manner {
    Manner {
        role: role.to_owned(),
        expires: SOON,
        digests: Digests::Sha256,
        custom: BTreeMap::new(),
        custom_for_all: None,
    }
}

fn counts(added: &Added) -> (usize, usize, usize) {
    (added.new, added.changed, added.same)
}

#[test]
fn all_files_are_listed_with_their_digests() {
    let here = Here::new();
    here.put("a", b"one");
    here.put("dir/sub/b", b"");
    here.put("dir/large", &vec![7; 700_000]);
    let mut seen = Vec::new();
    let added = add::with(
        &here.place,
        &[in_place("")],
        &manner("targets"),
        &mut signer(),
        &mut |progress| seen.push(progress),
    )
    .unwrap();
    assert_eq!((counts(&added), added.bytes), ((3, 0, 0), 700_003));
    assert_eq!((added.version, added.signed, added.threshold), (1, 1, 1));
    assert!(added.notices[0].contains("1 of the files are empty"));
    let last = seen.last().unwrap();
    assert_eq!((last.files, last.of, last.bytes), (3, 3, 700_003));
    let listed = here.listed("targets");
    for (path, target) in &listed.targets {
        let bytes = fs::read(here.file(path)).unwrap();
        assert_eq!(target.length, bytes.len() as u64);
        target.hashes.check(&bytes).unwrap();
    }
    // no more than one bump while it is staged; what changed is said
    here.put("a", b"two");
    let added = here.add(&[in_place("a"), in_place("a")]).unwrap();
    assert_eq!((added.version, counts(&added)), (1, (0, 1, 0)));
    assert_eq!(counts(&here.add_all()), (0, 0, 3));
}

#[test]
fn both_digests_and_words_are_listed() {
    let here = Here::new();
    here.put("a", b"one");
    here.put("b", b"two");
    let mut so = manner("targets");
    so.digests = Digests::Both;
    so.custom_for_all = json!({"for": "all"}).as_object().cloned();
    let own = json!({"own": 1}).as_object().cloned().unwrap();
    so.custom.insert("b".to_owned(), own);
    here.add_so(&[in_place("")], &so).unwrap();
    let listed = here.listed("targets").targets;
    assert_eq!(listed["a"].custom.as_deref(), Some(r#"{"for":"all"}"#));
    assert_eq!(listed["b"].custom.as_deref(), Some(r#"{"own":1}"#));
    assert_eq!(listed["a"].hashes.known_hex().len(), 2);
    listed["a"].hashes.check(b"one").unwrap();
    // what was said stays where nothing new is said
    here.put("a", b"other");
    here.add(&[in_place("a")]).unwrap();
    let listed = here.listed("targets").targets;
    assert_eq!(listed["a"].custom.as_deref(), Some(r#"{"for":"all"}"#));
    so.custom_for_all = Some(serde_json::Map::new());
    let error = here.add_so(&[in_place("")], &so).unwrap_err();
    assert!(error.to_string().contains("tough"), "{error}");
    so.custom_for_all = None;
    so.digests = Digests::Sha512;
    let added = here.add_so(&[in_place("a")], &so).unwrap();
    assert!(added.notices.iter().any(|words| words.contains("tough")));
}

#[test]
fn files_from_elsewhere_are_copied_whole() {
    let here = Here::new();
    let elsewhere = here.kept.path().join("build");
    fs::create_dir_all(elsewhere.join("x")).unwrap();
    fs::write(elsewhere.join("x/small"), b"small").unwrap();
    let large: Vec<u8> = (0_u32..300_000).flat_map(u32::to_le_bytes).collect();
    fs::write(elsewhere.join("large"), &large).unwrap();
    let made = Addition::Made("made/it".to_owned(), b"made".to_vec());
    let added = here.add(&[from(&elsewhere, "into"), made.clone()]).unwrap();
    assert_eq!((counts(&added), added.bytes), ((3, 0, 0), 1_200_009));
    assert_eq!(fs::read(here.file("into/large")).unwrap(), large);
    assert_eq!(fs::read(here.file("into/x/small")).unwrap(), b"small");
    assert_eq!(fs::read(here.file("made/it")).unwrap(), b"made");
    assert!(!here.place.staged().join(INCOMING).exists());
    // a copy is a file of its own
    fs::write(elsewhere.join("x/small"), b"other").unwrap();
    assert_eq!(fs::read(here.file("into/x/small")).unwrap(), b"small");
    here.publish(1);
    // what is published as it is does not come again; what changed does
    let added = here.add(&[from(&elsewhere, "into"), made]).unwrap();
    assert_eq!((added.version, counts(&added)), (2, (0, 1, 2)));
    assert!(here.file("into/x/small").exists());
    assert!(!here.file("into/large").exists() && !here.file("made/it").exists());
    here.publish(2);
    assert_eq!(here.find("into/x/small").unwrap().length, 5);
    // one file under a name of its own
    let one = elsewhere.join("large");
    here.add(&[from(&one, "renamed")]).unwrap();
    assert_eq!(fs::read(here.file("renamed")).unwrap(), large);
}

#[test]
fn what_cannot_be_offered_is_refused_before_anything_is_hashed() {
    use std::os::unix::ffi::OsStrExt as _;

    let here = Here::new();
    here.put("good", b"x");
    here.refused(&[in_place("absent")], "there is no");
    for wrong in ["../keys", "/etc/passwd", "a\\b", "a\nb", "./good"] {
        here.refused(&[in_place(wrong)], "cannot be listed");
    }
    let elsewhere = here.kept.path().join("file");
    fs::write(&elsewhere, b"y").unwrap();
    here.refused(&[from(&elsewhere, "../x")], "cannot be listed");
    here.refused(&[from(&elsewhere, "good/x")], "is no directory");
    here.refused(
        &[from(&elsewhere, "good"), in_place("good")],
        "would both be good",
    );
    let made = |path: &str| Addition::Made(path.to_owned(), Vec::new());
    here.refused(&[made("a"), made("a")], "would both be a");
    here.refused(&[made("a//b")], "cannot be listed");

    // a file that is longer than it says, as one that is being written to
    let growing = Path::new("/proc/self/status");
    here.refused(&[from(growing, "status")], "changed while it was read");

    symlink("good", here.file("link")).unwrap();
    here.refused(&[in_place("")], "is a symbolic link");
    here.refused(&[from(&here.file("link"), "l")], "is a symbolic link");
    fs::remove_file(here.file("link")).unwrap();
    let outside = here.kept.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("x"), b"x").unwrap();
    symlink(&outside, here.file("dir")).unwrap();
    here.refused(&[in_place("dir/x")], "is a symbolic link");
    fs::remove_file(here.file("dir")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(here.file("socket")).unwrap();
    here.refused(&[in_place("")], "neither a file nor a directory");
    drop(socket);
    fs::remove_file(here.file("socket")).unwrap();
    let odd = here.file("").join(std::ffi::OsStr::from_bytes(b"\xff"));
    fs::write(&odd, b"x").unwrap();
    here.refused(&[in_place("")], "is not UTF-8");
    fs::remove_file(&odd).unwrap();
    here.put("e\u{301}", b"x");
    here.refused(&[in_place("")], "normal form C");
}

#[test]
fn without_a_key_or_enough_of_them_it_is_said() {
    let here = Here::new();
    here.put("a", b"one");
    let before = here.state();
    let mut none = |_: &str, _: &Signers, _: &[u8]| Ok(Vec::new());
    let add = |sign: &mut Sign<'_>| {
        add::with(
            &here.place,
            &[in_place("")],
            &manner("targets"),
            sign,
            &mut |_| {},
        )
    };
    let error = add(&mut none).unwrap_err();
    assert!(
        error.to_string().contains("holds none of the keys"),
        "{error}"
    );
    assert_eq!(here.state(), before);

    let (zero, one) = (Pair::golden(0), Pair::golden(1));
    let mut spec = spec(1, &[&zero, &one], 1);
    let two = crate::tuf::testing::role(&[&zero, &one], 2);
    spec.roles.insert(crate::tuf::root::Role::Targets, two);
    here.place
        .stage("root", &signed_by(&spec, &[&zero]).to_file())
        .unwrap();
    let mut first = |_: &str, signers: &Signers, payload: &[u8]| {
        Ok(sign_with(&Pair::golden(0), signers, payload))
    };
    let added = add(&mut first).unwrap();
    assert_eq!((added.signed, added.threshold), (1, 2));
    assert!(added.notices[0].contains("signed by 1 of the 2 keys needed"));
    // the other one, over the very same: the first stays
    let mut second = |_: &str, signers: &Signers, payload: &[u8]| {
        Ok(sign_with(&Pair::golden(1), signers, payload))
    };
    assert_eq!(add(&mut second).unwrap().signed, 2);
}
