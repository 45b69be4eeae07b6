//! Roots on the online side: staged, carried away, signed, brought back; and what is never taken.

use std::fs;

use rootstage::digest::Sha256;
use rootstage::tuf::root::{Signed, payload};
use serde_json::{Value, json};

use crate::make::{id, public, root, signature};
use crate::venue::{ROOTSTAGE, Room, Said, said};

const ANSWERS: &str = "as_asked = true\n[secret.keyholder]\nenv = \"PASS\"\n";

/// A room with a repository that has just been begun.
fn begun() -> Room {
    let room = Room::new();
    room.rootstage(&["repo", "init", "--dir", "tuf"]).is(
        0,
        &["repo gen-key timestamp --dir tuf", "export public-keys"],
    );
    room
}

fn repo(room: &Room, words: &str) -> Said {
    let words: Vec<_> = ["repo"].into_iter().chain(words.split(' ')).collect();
    let mut command = room.command(ROOTSTAGE);
    said(command.args(&words).args(["--dir", "tuf"]))
}

fn pem(room: &Room, i: u32) -> String {
    let name = format!("{i}.pem");
    room.write(&name, public(i).spki_pem());
    name
}

fn signed_by(signed: &Value, keys: &[u32]) -> Vec<u8> {
    let mut file = Signed::unsigned(signed.clone());
    for key in keys {
        file.put(signature(signed, *key, &id(*key)));
    }
    file.to_file()
}

/// What `commit` would do with a root alone.
fn publish(room: &Room) {
    let bytes = fs::read(room.at("tuf/staged/root.json")).unwrap();
    let version = Signed::parse(&bytes).unwrap().signed["version"]
        .as_u64()
        .unwrap();
    for name in ["root.json", &format!("{version}.root.json")] {
        fs::write(room.at("tuf/repository").join(name), &bytes).unwrap();
    }
    fs::remove_file(room.at("tuf/staged/root.json")).unwrap();
}

fn staged(room: &Room) -> Signed {
    Signed::parse(&fs::read(room.at("tuf/staged/root.json")).unwrap()).unwrap()
}

/// A repository with root 1 of the keys 1, 2, 3, of which two must sign.
fn published() -> Room {
    let room = begun();
    room.write("1.root.json", signed_by(&root(1, &[1, 2, 3], 2), &[1, 2]));
    repo(&room, "import-root 1.root.json").is(0, &["nothing but the paper"]);
    publish(&room);
    room
}

#[test]
fn a_repository_is_begun_once() {
    let room = begun();
    let draft = staged(&room).signed;
    assert_eq!((&draft["version"], &draft["keys"]), (&json!(1), &json!({})));
    assert_eq!(draft["consistent_snapshot"], true);
    room.rootstage(&["repo", "init", "--dir", "tuf"]).is(
        1,
        &[
            "holds a repository already",
            "Nothing was changed",
            "repo status",
        ],
    );
    room.rootstage(&[
        "repo",
        "init",
        "--dir",
        "plain",
        "--consistent-snapshot",
        "false",
    ])
    .is(0, &[]);
    let text = room.read("plain/staged/root.json");
    assert!(text.contains("\"consistent_snapshot\": false"), "{text}");
    repo(&room, "export root -o root.json").is(1, &["role root has no key"]);
    repo(&room, "export public-keys -o out").is(1, &["no key of an online role", "gen-key"]);
    repo(&room, "export repository -o www").is(1, &["nothing is published", "commit"]);
}

#[test]
fn the_first_root_of_a_ceremony_is_taken_as_it_came() {
    let room = begun();
    let rehearse = "rehearse --keyholders 2 --threshold 1 --unattended --dir d";
    room.rootstage(&rehearse.split(' ').collect::<Vec<_>>())
        .is(0, &[]);
    // the draft has one key that the ceremony was given, and one that it was not
    let other = pem(&room, 7);
    let words = format!(
        "stage-root --expires 30d --key targets=d/keys/targets.pem --key timestamp={other}"
    );
    repo(&room, &words).is(
        0,
        &[
            "not finished",
            "role root has no key",
            "role snapshot has no key",
        ],
    );
    for role in ["targets", "timestamp"] {
        room.write(&format!("tuf/keys/{role}.json"), "{}");
    }
    let came = fs::read(room.at("d/metadata/1.root.json")).unwrap();
    let said = repo(&room, "import-root d/metadata/1.root.json");
    let payload = payload(&Signed::parse(&came).unwrap().signed).unwrap().1;
    said.is(
        0,
        &[
            "ATTENTION: role timestamp",
            "counts for nothing",
            "paper of the ceremony",
            &payload.hex(),
            payload.words()[0],
        ],
    );
    assert!(!said.err.contains("role targets"), "{said:?}");
    assert_eq!(fs::read(room.at("tuf/staged/root.json")).unwrap(), came);
    let again = repo(&room, "import-root d/metadata/1.root.json --json");
    let document = again.is(0, &[]).json();
    assert_eq!(document["complete"], true);
    assert_eq!(document["sha256"], Sha256::of(&came).hex());
    assert_eq!(document["payload"], payload.hex());
}

#[test]
fn go_tufs_key_ids_and_unknown_members_stay() {
    let room = begun();
    let mut key = public(1).to_tuf();
    key["keyid_hash_algorithms"] = json!(["sha256", "sha512"]);
    key["x-owner"] = json!("Ada");
    let own = rootstage::tuf::key::KeyId::of(&key).unwrap().hex();
    room.write("key.json", key.to_string());
    let online = pem(&room, 9);
    let words = format!(
        "stage-root --expires 365d --root-key key.json --root-key {} --key targets={online} --key snapshot={online} --key timestamp={online}",
        pem(&room, 2)
    );
    repo(&room, &words).is(
        0,
        &[
            "CAUTION",
            "any one of 2 keys",
            "root.threshold-one",
            "for the plan of the",
        ],
    );
    let draft = staged(&room);
    assert_eq!(draft.signed["keys"][&own]["x-owner"], "Ada");
    // somebody else's members
    let mut text = serde_json::from_str::<Value>(&room.read("tuf/staged/root.json")).unwrap();
    text["signed"]["x-note"] = json!("kept");
    room.write("tuf/staged/root.json", text.to_string());
    repo(&room, "stage-root --expires 300d --threshold root=2").is(0, &[]);
    let draft = staged(&room).signed;
    assert_eq!(
        (&draft["x-note"], &draft["keys"][&own]["x-owner"]),
        (&json!("kept"), &json!("Ada"))
    );
    assert_eq!(draft["roles"]["root"]["threshold"], 2);
    // the same key under its other id is the same key
    repo(
        &room,
        &format!("stage-root --expires 300d --root-key {}", pem(&room, 1)),
    )
    .is(0, &["has the key of 1.pem already", &own]);
}

#[test]
fn the_expiry_is_what_was_said_and_keys_do_not_change_it() {
    let room = published();
    repo(&room, "stage-root").is(2, &["--expires"]);
    repo(&room, "stage-root --expires 365").is(2, &["write a date"]);
    repo(&room, "stage-root --expires 2028-06-01").is(0, &["version: 1 -> 2"]);
    let key = pem(&room, 4);
    repo(
        &room,
        &format!("stage-root --expires 2028-06-01 --key timestamp={key}"),
    )
    .is(0, &["+ timestamp key"]);
    let signed = staged(&room).signed;
    assert_eq!(
        (&signed["expires"], &signed["version"]),
        (&json!("2028-06-01T00:00:00Z"), &json!(2))
    );
    let before = room.read("tuf/staged/root.json");
    for (words, status, said) in [
        ("--expires 2020-01-01", 1, "no client would accept it"),
        (
            "--expires 2028-06-01 --threshold root=0",
            1,
            "threshold cannot be 0",
        ),
        (
            "--expires 2028-06-01 --threshold root=4",
            1,
            "threshold cannot be 4",
        ),
        (
            "--expires 2028-06-01 --threshold targets=2",
            1,
            "threshold cannot be 2",
        ),
        ("--expires 2028-06-01 --threshold root", 2, "root=2"),
        (
            "--expires 2028-06-01 --threshold mirror=1",
            2,
            "the roles are",
        ),
        (
            "--expires 2028-06-01 --remove root=ffff",
            2,
            "has no key whose id begins with ffff",
        ),
        (
            "--expires 2028-06-01 --root-key absent.pem",
            3,
            "absent.pem is not there",
        ),
    ] {
        repo(&room, &format!("stage-root {words}")).is(status, &[said, "Nothing was changed"]);
        assert_eq!(room.read("tuf/staged/root.json"), before, "{words}");
    }
    // two leave of three: the threshold of two stands in the way
    let words = format!(
        "stage-root --expires 2028-06-01 --remove root={} --remove root={}",
        id(1),
        id(2)
    );
    repo(&room, &words).is(1, &["1 keys and a threshold of 2", "--threshold"]);
    let last = format!(
        "stage-root --expires 2028-06-01 --remove snapshot={}",
        id(9)
    );
    repo(&room, &last).is(1, &["role snapshot has no key"]);
    assert_eq!(room.read("tuf/staged/root.json"), before);
}

#[test]
fn a_root_that_did_not_change_keeps_its_signatures() {
    let room = published();
    repo(&room, "stage-root --expires 2028-06-01 -o 2.json")
        .is(0, &["2.json written", "--trusted 1.root.json"]);
    let staged_root = staged(&room);
    room.write("one.json", signed_by(&staged_root.signed, &[1]));
    repo(&room, "import-root one.json").is(0, &["not complete", "Still needed: 1 of"]);
    let before = room.read("tuf/staged/root.json");
    repo(&room, "stage-root --expires 2028-06-01").is(0, &["(signed)"]);
    assert_eq!(room.read("tuf/staged/root.json"), before);
    repo(&room, "stage-root --expires 2028-06-02").is(0, &["it counts no more"]);
    assert!(staged(&room).signatures.is_empty());
    // what is there is not written over
    repo(&room, "stage-root --expires 2028-06-01 -o 2.json").is(2, &["left as it is"]);
    repo(&room, "stage-root --expires 2028-06-01 -o 2.txt").is(2, &[".rse", ".json"]);
    repo(&room, "export root -o again.rse").is(0, &["again.rse written", "staged/root.json"]);
    let seen = room
        .rootstage(&["envelope", "inspect", "again.rse", "--json"])
        .json();
    assert_eq!(
        (&seen["kind"], &seen["payloads"][0]["name"]),
        (&json!("staged-role"), &json!("root.json"))
    );
}

#[test]
fn signatures_come_together_and_those_of_strangers_do_not() {
    let room = published();
    repo(&room, "stage-root --expires 2028-06-01").is(0, &[]);
    let signed = staged(&room).signed;
    room.write("ada.json", signed_by(&signed, &[1, 8]));
    room.write("ben.json", signed_by(&signed, &[2]));
    for name in ["ada", "ben"] {
        let (from, to) = (format!("{name}.json"), format!("{name}.rse"));
        room.rootstage(&["envelope", "pack", "--kind", "signatures", &from, "-o", &to])
            .is(0, &[]);
    }
    let said = repo(&room, "import-root ada.rse --json");
    let document = said.is(0, &["of nobody who signs", &id(8)]).json();
    assert_eq!(document["complete"], false);
    assert_eq!(
        document["signers"]["old"],
        json!({"threshold": 2, "signed": 1})
    );
    assert_eq!(staged(&room).signatures.len(), 1);
    // strangers alone, and a signature over something else
    room.write("stranger.json", signed_by(&signed, &[8]));
    repo(&room, "import-root stranger.json").is(0, &["not complete"]);
    assert_eq!(staged(&room).signatures.len(), 1);
    let mut wrong = Signed::unsigned(signed.clone());
    wrong.put(signature(&root(7, &[1], 1), 2, &id(2)));
    room.write("wrong.json", wrong.to_file());
    repo(&room, "import-root wrong.json").is(0, &["is not valid", "not complete"]);
    repo(&room, "import-root ben.rse").is(0, &["That is enough", "repo commit --dir tuf"]);
    publish(&room);
    let (one, two) = ("tuf/repository/1.root.json", "tuf/repository/2.root.json");
    room.rootstage(&["root", "verify", two, "--trusted", one])
        .is(0, &[]);
}

#[test]
fn what_does_not_come_next_is_refused() {
    let room = published();
    repo(&room, "stage-root --expires 2028-06-02").is(0, &[]);
    let before = room.read("tuf/staged/root.json");
    let mine = Sha256::parse(
        repo(&room, "export root -o x.json")
            .is(0, &[])
            .out
            .split_whitespace()
            .find(|word| word.len() == 64)
            .unwrap(),
    )
    .unwrap();
    let next =
        |version: u64, keys: &[u32], signers: &[u32]| signed_by(&root(version, keys, 2), signers);
    let other = next(2, &[1, 2, 3], &[1, 2]);
    let theirs = payload(&Signed::parse(&other).unwrap().signed).unwrap().1;
    let mut damaged = other.clone();
    damaged.truncate(other.len() / 2);
    for (name, bytes, words) in [
        (
            "other",
            other.clone(),
            vec![mine.hex(), theirs.hex(), "--replace".to_owned()],
        ),
        (
            "third",
            next(3, &[1, 2, 3], &[1, 2]),
            vec!["version 3, where version 2 must come next".to_owned()],
        ),
        (
            "first",
            next(1, &[1, 2, 3], &[1, 2]),
            vec!["version 1, where version 2".to_owned()],
        ),
        ("damaged", damaged, vec!["not TUF metadata".to_owned()]),
        ("empty", Vec::new(), vec!["not TUF metadata".to_owned()]),
        (
            "targets",
            br#"{"signed":{"_type":"targets","version":1},"signatures":[]}"#.to_vec(),
            vec!["role targets".to_owned()],
        ),
        (
            "age",
            b"age-encryption.org/v1\n".to_vec(),
            vec!["envelope open".to_owned()],
        ),
    ] {
        let file = format!("{name}.json");
        room.write(&file, bytes);
        let words: Vec<_> = words
            .iter()
            .map(String::as_str)
            .chain(["Nothing was changed"])
            .collect();
        repo(&room, &format!("import-root {file}")).is(1, &words);
        assert_eq!(room.read("tuf/staged/root.json"), before, "{name}");
    }
    // signed by others altogether, and by the new keys alone
    room.write("foreign.json", next(2, &[5, 6], &[5, 6]));
    repo(&room, "import-root foreign.json --replace").is(1, &["signed by none of the root keys"]);
    // two files over two contents
    room.write("same.json", signed_by(&staged(&room).signed, &[1]));
    repo(&room, "import-root same.json other.json")
        .is(1, &["not over the same payload", "Nothing was changed"]);
    assert_eq!(room.read("tuf/staged/root.json"), before);
    repo(&room, "import-root other.json --replace").is(0, &["repo commit"]);
    assert_eq!(fs::read(room.at("tuf/staged/root.json")).unwrap(), other);
    // signed by the new keys and one of the old ones
    room.write("half.json", next(2, &[1, 5, 6], &[1, 5]));
    let said = repo(&room, "import-root half.json --replace --json");
    assert_eq!(said.is(0, &["not complete"]).json()["complete"], false);
    repo(&room, "import-root absent.json").is(3, &["absent.json"]);
}

#[test]
fn keys_are_read_as_people_bring_them() {
    let room = published();
    room.write(
        "label.pub",
        format!("label: root-4\n{}", public(4).spki_pem()),
    );
    room.write(
        "list.json",
        json!([public(5).to_tuf(), public(6).to_tuf()]).to_string(),
    );
    let keys = ["7.pem", "8.pem"];
    pem(&room, 7);
    pem(&room, 8);
    room.rootstage(&[
        "envelope",
        "pack",
        "--kind",
        "public-keys",
        keys[0],
        keys[1],
        "-o",
        "keys.rse",
    ])
    .is(0, &[]);
    let words = "stage-root --expires 2028-06-01 --root-key label.pub --root-key list.json --root-key keys.rse";
    repo(&room, words).is(0, &["2 of 8"]);
    assert_eq!(
        staged(&room).signed["roles"]["root"]["keyids"]
            .as_array()
            .unwrap()
            .len(),
        8
    );
    let before = room.read("tuf/staged/root.json");
    // keys of online roles, private keys, anything else
    repo(&room, "export public-keys -o online.rse").is(0, &["online.rse written"]);
    room.write(
        "private.pem",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n",
    );
    let mut private = public(4).to_tuf();
    private["keyval"]["private"] = json!("00ff");
    room.write("private.json", private.to_string());
    room.write("word.txt", "hello");
    for (file, words) in [
        ("online.rse", "never is a root key"),
        ("private.pem", "a private key"),
        ("private.json", "a private key"),
        ("word.txt", "no public key"),
        ("1.root.json", "a key that cannot be used"),
    ] {
        let words = [words, "Nothing was changed"];
        repo(
            &room,
            &format!("stage-root --expires 2028-06-01 --root-key {file}"),
        )
        .is(1, &words);
        assert_eq!(room.read("tuf/staged/root.json"), before, "{file}");
    }
}

#[test]
fn public_keys_go_into_the_plan_of_a_ceremony() {
    let room = begun();
    let words = "stage-root --expires 30d --key targets=1.pem --key targets=2.pem --key snapshot=3.pem --key timestamp=4.pem";
    for key in 1..=4 {
        pem(&room, key);
    }
    repo(&room, words).is(0, &[]);
    let said = repo(&room, "export public-keys -o online-keys");
    said.is(
        0,
        &[
            "[root.role.targets]",
            "online-keys/targets-2.pem",
            "online-keys written",
        ],
    );
    let sums = room.read("online-keys/SHA256SUMS");
    assert_eq!(sums.lines().count(), 4);
    let check = said_in(&room, "cd online-keys && sha256sum -c SHA256SUMS");
    check.is(0, &["timestamp-1.pem: OK"]);
    // the part that is printed takes the place of the roles in a plan that was played once
    let rehearse = "rehearse --keyholders 2 --threshold 1 --unattended --dir d";
    room.rootstage(&rehearse.split(' ').collect::<Vec<_>>())
        .is(0, &[]);
    let plan = room.read("d/plan.toml");
    let (head, rest) = plan.split_once("# Public keys of the roles").unwrap();
    let policy = &rest[rest.find("[policy]").unwrap()..];
    let part = &said.out[said.out.find("[root.role.").unwrap()..];
    room.write("plan.toml", format!("{head}{part}{policy}"));
    room.rootstage(&["plan", "check", "plan.toml"]).is(0, &[]);
    // one byte of a key
    room.write("online-keys/targets-1.pem", public(9).spki_pem());
    room.rootstage(&["plan", "check", "plan.toml"])
        .is(1, &["targets-1.pem"]);
    repo(&room, "export public-keys -o online-keys").is(2, &["not empty"]);
    repo(&room, "export public-keys -o keys.rse").is(0, &["[root.role.timestamp]"]);
    room.rootstage(&["envelope", "inspect", "keys.rse"])
        .is(0, &["public-keys", "snapshot-1.pem"]);
}

fn said_in(room: &Room, script: &str) -> Said {
    room.shell(script)
}

/// Root keys on software tokens, two rotations: one key comes, another leaves.
#[test]
fn two_rotations_with_tokens() {
    let room = begun();
    room.write("answers.toml", ANSWERS);
    for (dir, threshold) in [("d", "2"), ("more", "1")] {
        let rehearse =
            format!("rehearse --keyholders 2 --threshold {threshold} --unattended --dir {dir}");
        room.rootstage(&rehearse.split(' ').collect::<Vec<_>>())
            .is(0, &[]);
    }
    repo(&room, "import-root d/metadata/1.root.json").is(0, &[]);
    publish(&room);
    let sign = |version: u64, token: &str, number: u32| {
        let dir = format!("desk-{version}-{number}-{}", token.replace('/', "-"));
        let words = format!(
            "sign root-{version}/root.json --token file:{token}/tokens/keyholder-{number}.age --name Ada --initials AK --dir {dir} --answers answers.toml --trusted tuf/repository/{}.root.json",
            version - 1
        );
        let words: Vec<_> = words.split(' ').collect();
        let secret = format!("rehearsal of keyholder-{number}");
        said(room.command(ROOTSTAGE).args(&words).env("PASS", secret)).is(0, &[]);
        format!("{dir}/metadata/root.json")
    };
    // a third key comes
    repo(&room, "stage-root --expires 365d --root-key more/tokens/keyholder-1.age.pub --key timestamp=more/keys/timestamp.pem -o root-2.rse")
        .is(0, &["root-2.rse written", "plan new --script sign-staged --trusted 1.root.json", "of 3"]);
    room.rootstage(&["envelope", "open", "root-2.rse", "-o", "root-2"])
        .is(0, &[]);
    let (ada, ben) = (sign(2, "d", 1), sign(2, "d", 2));
    repo(&room, &format!("import-root {ada}")).is(0, &["not complete"]);
    repo(&room, &format!("import-root {ben}")).is(0, &["That is enough"]);
    publish(&room);
    // the first leaves; its signature is not needed any more
    let first = Signed::parse(&fs::read(room.at("d/metadata/1.root.json")).unwrap()).unwrap();
    let leaves = first.signed["roles"]["root"]["keyids"][0].as_str().unwrap()[..12].to_owned();
    repo(
        &room,
        &format!("stage-root --expires 400d --remove root={leaves} --root-key more/tokens/keyholder-2.age.pub -o root-3.rse"),
    )
    .is(0, &["those that stay"]);
    room.rootstage(&["envelope", "open", "root-3.rse", "-o", "root-3"])
        .is(0, &[]);
    let files = [sign(3, "d", 2), sign(3, "more", 1)];
    let both = repo(&room, &format!("import-root {} {}", files[0], files[1]));
    both.is(0, &["2 of 2 signatures under the new root itself"]);
    publish(&room);
    let roots = ["1", "2", "3"].map(|version| format!("tuf/repository/{version}.root.json"));
    room.rootstage(&["root", "chain", &roots[0], &roots[1], &roots[2]])
        .is(0, &[]);
    let third: Signed = Signed::parse(&fs::read(room.at(&roots[2])).unwrap()).unwrap();
    assert!(
        !third.signed["roles"]["root"]["keyids"]
            .to_string()
            .contains(&leaves)
    );
}
