//! Keys of online roles: made, listed in the staged root, and signing, by the commands.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rootstage::repo::keys::{Keyring, Passphrases};
use rootstage::repo::{Place, RepoError};
use rootstage::secret::Secret;
use rootstage::tuf::metadata::Metadata;
use rootstage::tuf::repository::{self, RootDraft};
use rootstage::tuf::root::{Role, Signed};
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::venue::{PIN, ROOTSTAGE, Room, Said, module, said};

const PASSPHRASE: &str = "correct horse battery staple";

fn begun() -> Room {
    let room = Room::new();
    room.rootstage(&["repo", "init", "--dir", "tuf"]).is(0, &[]);
    room
}

/// `repo WORDS --dir tuf`, with these variables.
fn repo(room: &Room, words: &[&str], variables: &[(&str, &str)]) -> Said {
    let mut command = room.command(ROOTSTAGE);
    command.arg("repo").args(words).args(["--dir", "tuf"]);
    said(command.envs(variables.iter().copied()))
}

fn in_the_clear(room: &Room, role: &str) -> Said {
    repo(room, &["gen-key", role, "--insecure-plaintext"], &[])
}

fn staged(room: &Room, role: &str) -> Signed {
    let bytes = fs::read(room.at(&format!("tuf/staged/{role}.json"))).unwrap();
    Signed::parse(&bytes).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn later() -> OffsetDateTime {
    let later = OffsetDateTime::now_utc() + Duration::days(30);
    later.replace_nanosecond(0).unwrap()
}

/// Somebody who knows nothing, for files in the clear.
struct Nobody;

impl Passphrases for Nobody {
    fn open(&mut self, role: &str, what: &str) -> Result<Secret, RepoError> {
        Err(RepoError::refused(format!("{role}, {what}"), ""))
    }

    fn choose(&mut self, _role: &str, _what: &str) -> Result<Option<Secret>, RepoError> {
        Ok(None)
    }

    fn notice(&mut self, _words: &str) {}
}

/// A repository with a staged root 1 that lists a root key of go-tuf, which is in `keys/`, and a key in
/// the clear for every online role.
fn with_root_key() -> Room {
    let room = begun();
    for role in ["targets", "snapshot", "timestamp"] {
        in_the_clear(&room, role).is(0, &[]);
    }
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/go-tuf/ed25519-clear.json");
    let key = room.write("tuf/keys/root.json", fs::read(sample).unwrap());
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    let place = Place::open(&room.at("tuf")).unwrap();
    let mut draft = place.staged_root().unwrap().unwrap();
    let objects = Keyring::new(&place, &mut Nobody)
        .key_objects("root")
        .unwrap();
    draft.add_key(Role::Root, &objects[0]).unwrap();
    stage(&place, draft);
    room
}

fn stage(place: &Place, mut draft: RootDraft) {
    draft.set_expires(later()).unwrap();
    let file = Signed::unsigned(draft.signed().clone()).to_file();
    place.stage("root", &file).unwrap();
}

/// Stages a snapshot without signatures.
fn unsigned_snapshot(room: &Room) {
    let meta = [("targets.json".to_owned(), repository::meta_file(1, b"x"))].into();
    let signed = repository::snapshot(1, later(), &meta, &Map::new()).unwrap();
    room.write("tuf/staged/snapshot.json", repository::file(&signed, &[]));
}

#[test]
fn a_key_is_made_and_listed_and_the_expiry_of_the_root_stays() {
    let room = begun();
    let expires = staged(&room, "root").signed["expires"].clone();
    let set = [("TUF_NEW_TARGETS_PASSPHRASE", PASSPHRASE)];
    let made = repo(&room, &["gen-key", "targets", "--json"], &set);
    made.is(0, &[]);
    let made = made.json();
    assert_eq!(
        (&made["kind"], &made["encrypted"], &made["root_version"]),
        (&json!("ecdsa-p256"), &json!(true), &json!(1))
    );
    let draft = staged(&room, "root").signed;
    assert_eq!(draft["expires"], expires);
    assert_eq!(
        draft["roles"]["targets"],
        json!({"keyids": [made["keyid"]], "threshold": 1})
    );
    let object = &draft["keys"][made["keyid"].as_str().unwrap()];
    assert_eq!(object["keyid_hash_algorithms"], json!(["sha256", "sha512"]));
    assert_eq!(mode(&room.at("tuf/keys/targets.json")), 0o600);
    assert_eq!(mode(&room.at("tuf/keys")), 0o700);
    assert!(!room.read("tuf/keys/targets.json").contains("PRIVATE"));

    // another one needs the passphrase of the file; what was chosen for new files is not it
    repo(
        &room,
        &["gen-key", "targets"],
        &[("TUF_TARGETS_PASSPHRASE", "another passphrase")],
    )
    .is(
        1,
        &[
            "passphrase is wrong",
            "targets.json",
            "TUF_TARGETS_PASSPHRASE",
        ],
    );
    let set = [("TUF_TARGETS_PASSPHRASE", PASSPHRASE)];
    let words = [
        "gen-key",
        "targets",
        "--algorithm",
        "ed25519",
        "--insecure-plaintext",
    ];
    repo(&room, &words, &set).is(0, &["ed25519", "stays so"]);
    assert!(
        room.read("tuf/keys/targets.json")
            .contains("\"encrypted\": true")
    );
    let ids = &staged(&room, "root").signed["roles"]["targets"]["keyids"];
    assert_eq!(ids.as_array().unwrap().len(), 2);
}

#[test]
fn passphrases_come_from_where_the_call_says() {
    let room = begun();
    let shell = |script: &str| room.shell(&format!("set -e; cd tuf; {script}"));
    shell(&format!(
        "$ROOTSTAGE repo gen-key timestamp --passphrase-fd 3 3<<<'{PASSPHRASE}'"
    ))
    .is(0, &["key of role timestamp"]);
    shell(&format!(
        "X='{PASSPHRASE}' $ROOTSTAGE repo gen-key timestamp --passphrase-env X"
    ))
    .is(0, &["key of role timestamp"]);
    // for the delegated role there is a variable, too; nothing lists its key yet
    shell(&format!(
        "TUF_MY_BUILDS_2_PASSPHRASE='{PASSPHRASE}' $ROOTSTAGE repo gen-key my-builds.2"
    ))
    .is(0, &["repo delegate my-builds.2"]);
    let short = shell("TUF_SNAPSHOT_PASSPHRASE=short $ROOTSTAGE repo gen-key snapshot");
    short.is(1, &["role snapshot", "fewer than", "No key was made"]);
    // without a terminal nobody can be asked
    let nobody = shell("setsid -w $ROOTSTAGE repo gen-key snapshot </dev/null");
    nobody.is(
        3,
        &[
            "role snapshot",
            "TUF_SNAPSHOT_PASSPHRASE",
            "--passphrase-fd",
        ],
    );
    assert!(!room.at("tuf/keys/snapshot.json").exists());
    let roles = &staged(&room, "root").signed["roles"];
    assert_eq!(roles["timestamp"]["keyids"].as_array().unwrap().len(), 2);
    assert_eq!(roles.as_object().unwrap().len(), 1);
}

#[test]
fn what_is_not_made_here_is_refused() {
    let room = begun();
    for (words, status, said) in [
        (&["gen-key", "root"][..], 1, "ceremony"),
        (
            &["gen-key", "targets", "--algorithm", "rsa"],
            2,
            "no kind of key",
        ),
        (
            &["gen-key", "targets", "--algorithm", "ecdsa-p384"],
            2,
            "refuse keys of kind ecdsa-p384",
        ),
        (&["gen-key", "../x"], 2, "no name of a role"),
        (
            &["gen-key", "targets", "--token", "usb:x", "--label", "k"],
            2,
            "begins with yubikey:",
        ),
    ] {
        repo(&room, words, &[]).is(status, &[said]);
    }
    assert_eq!(fs::read_dir(room.at("tuf/keys")).unwrap().count(), 0);
    assert_eq!(staged(&room, "root").signed["keys"], json!({}));
}

#[test]
fn a_file_in_the_clear_is_encrypted_when_a_key_with_a_passphrase_comes() {
    let room = begun();
    in_the_clear(&room, "targets").is(0, &["whoever reads it has the key"]);
    let text = room.read("tuf/keys/targets.json");
    assert!(
        text.starts_with(
            "{\n\t\"encrypted\": false,\n\t\"data\": [\n\t\t{\n\t\t\t\"keytype\": \"ecdsa\","
        ),
        "{text}"
    );
    repo(
        &room,
        &["gen-key", "targets"],
        &[("TUF_TARGETS_PASSPHRASE", PASSPHRASE)],
    )
    .is(0, &[]);
    let text = room.read("tuf/keys/targets.json");
    assert!(
        text.contains("\"encrypted\": true") && !text.contains("PRIVATE"),
        "{text}"
    );
}

#[test]
fn a_root_is_signed_with_the_root_key_of_a_go_tuf_directory() {
    let room = with_root_key();
    let signed = repo(&room, &["sign", "root", "--json"], &[]);
    signed.is(0, &["belong offline"]);
    assert_eq!(
        signed.json()["counted"],
        json!([{"under": "its own keys", "signed": 1, "threshold": 1}])
    );
    let once = fs::read(room.at("tuf/staged/root.json")).unwrap();
    repo(&room, &["sign", "root"], &[]).is(0, &["1 of 1 needed"]);
    assert_eq!(fs::read(room.at("tuf/staged/root.json")).unwrap(), once);

    // the next root, after this one was published: both sides count
    for name in ["root.json", "1.root.json"] {
        fs::write(room.at("tuf/repository").join(name), &once).unwrap();
    }
    fs::remove_file(room.at("tuf/staged/root.json")).unwrap();
    repo(&room, &["sign", "root"], &[]).is(1, &["no metadata of role root is staged"]);
    in_the_clear(&room, "targets").is(0, &["Root version 2"]);
    let place = Place::open(&room.at("tuf")).unwrap();
    stage(&place, place.staged_root().unwrap().unwrap());
    let signed = repo(&room, &["sign", "root", "--json"], &[]).json();
    assert_eq!(
        signed["counted"],
        json!([
            {"under": "keys of root version 1", "signed": 1, "threshold": 1},
            {"under": "its own keys", "signed": 1, "threshold": 1},
        ])
    );
    // a key that comes later changes what is signed
    in_the_clear(&room, "snapshot").is(0, &["1 signatures", "were dropped"]);
    assert!(staged(&room, "root").signatures.is_empty());

    fs::remove_file(room.at("tuf/keys/root.json")).unwrap();
    let none = repo(&room, &["sign", "root"], &[]);
    none.is(
        1,
        &[
            "has no key of role root",
            "Nothing was signed",
            "import-root",
        ],
    );
}

#[test]
fn signatures_are_added_and_none_is_dropped() {
    let room = with_root_key();
    unsigned_snapshot(&room);
    let before = fs::read(room.at("tuf/staged/snapshot.json")).unwrap();
    let before = Metadata::parse(before, 10_000).unwrap();
    let other = rootstage::tuf::signature::Signature {
        keyid: "ab".repeat(32).parse().unwrap(),
        sig: "00".to_owned(),
    };
    room.write(
        "tuf/staged/snapshot.json",
        before.countersigned(std::slice::from_ref(&other)),
    );
    let key = room.at("tuf/keys/snapshot.json");
    fs::set_permissions(key, fs::Permissions::from_mode(0o644)).unwrap();
    repo(&room, &["sign", "snapshot"], &[]).is(0, &["1 of 1 needed", "chmod 600"]);
    let after = staged(&room, "snapshot");
    assert_eq!(after.signatures.len(), 2);
    assert_eq!(after.signatures[0], other);
    repo(&room, &["sign", "builds"], &[]).is(1, &["no metadata of role builds is staged"]);
    fs::copy(
        room.at("tuf/staged/snapshot.json"),
        room.at("tuf/staged/builds.json"),
    )
    .unwrap();
    repo(&room, &["sign", "builds"], &[]).is(1, &["no role delegates to builds"]);
}

#[test]
fn keys_on_tokens_sign_beside_keys_in_files() {
    let Some(module) = module() else { return };
    let room = begun();
    room.token("online", &module);
    let token = format!("pkcs11:token=online?module-path={}", module.display());
    let words = [
        "gen-key",
        "snapshot",
        "--token",
        &token,
        "--label",
        "snapshot-1",
        "--json",
    ];
    let pin = [("TUF_SNAPSHOT_PASSPHRASE", PIN)];
    let made = repo(&room, &words, &pin).json();
    let again = repo(&room, &words, &pin).json();
    assert_eq!(made["keyid"], again["keyid"]);
    assert_eq!(made["encrypted"], Value::Null);
    let draft = staged(&room, "root").signed;
    let object = &draft["keys"][made["keyid"].as_str().unwrap()];
    // go-tuf cannot sign with it, so that it has no member for go-tuf
    assert!(object.get("keyid_hash_algorithms").is_none());
    let known: Value = serde_json::from_str(&room.read("tuf/keys/snapshot.tokens.json")).unwrap();
    assert_eq!(known["tokens"][0]["label"], "snapshot-1");
    assert_eq!(known["tokens"].as_array().unwrap().len(), 1);

    unsigned_snapshot(&room);
    let wrong = [("TUF_SNAPSHOT_PASSPHRASE", "11111111")];
    let refused = repo(&room, &["sign", "snapshot"], &wrong);
    assert_ne!(refused.status, 0, "{refused:?}");
    assert!(staged(&room, "snapshot").signatures.is_empty());
    repo(&room, &["sign", "snapshot"], &pin).is(0, &["1 of 1 needed"]);

    // the token is away: alone it is an error, and beside a key in a file a notice
    unsigned_snapshot(&room);
    let empty = room.at("none");
    fs::create_dir(&empty).unwrap();
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\n",
        empty.display()
    );
    let none: PathBuf = room.write("none.conf", text);
    let away = [("SOFTHSM2_CONF", none.to_str().unwrap())];
    repo(&room, &["sign", "snapshot"], &away).is(3, &["Nothing was signed"]);
    in_the_clear(&room, "snapshot").is(0, &[]);
    repo(&room, &["sign", "snapshot"], &away).is(0, &["without one token", "1 of 1 needed"]);
    repo(&room, &["sign", "snapshot"], &pin).is(0, &["2 of 1 needed"]);
}

#[test]
fn a_software_token_is_remembered_by_its_whole_path() {
    let room = begun();
    let words = [
        "gen-key",
        "timestamp",
        "--token",
        "file:online.age",
        "--label",
        "t",
    ];
    repo(&room, &words, &[("TUF_NEW_TIMESTAMP_PASSPHRASE", "short")]).is(1, &["fewer than"]);
    assert!(!room.at("online.age").exists());
    repo(
        &room,
        &words,
        &[("TUF_NEW_TIMESTAMP_PASSPHRASE", PASSPHRASE)],
    )
    .is(0, &[]);
    let known = room.read("tuf/keys/timestamp.tokens.json");
    let path = room.path().canonicalize().unwrap().join("online.age");
    assert!(known.contains(path.to_str().unwrap()), "{known}");
}
