//! Out and back, exit statuses, and what is never left behind.

use std::collections::BTreeSet;

use rootstage::tuf::root::Signed;
use rootstage::tuf::trusted::Trusted;

use crate::roots::{CREATED, pair, read_root, root, signed};
use crate::venue::Room;

/// Everything in the room, hidden files too.
fn names(room: &Room) -> BTreeSet<String> {
    std::fs::read_dir(room.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_root_goes_out_is_signed_and_comes_back() {
    let room = Room::new();
    let (a, b) = (pair(0), pair(1));
    let staged = root(1, &[&a, &b], 2);
    room.write("root.json", staged.to_file());
    let packed = room.rootstage(&[
        "envelope",
        "pack",
        "--kind",
        "staged-role",
        "root.json",
        "-o",
        "out.rse",
        "--from",
        "the online side",
        "--note",
        "for the first ceremony",
    ]);
    packed.is(0, &["out.rse written", "the online side", "staged-role"]);
    let seen = room.rootstage(&["envelope", "inspect", "out.rse", "--json"]);
    let seen = seen.is(0, &[]).json();
    assert_eq!(seen["kind"], "staged-role");
    assert_eq!(seen["note"], "for the first ceremony");
    assert_eq!(seen["payloads"][0]["name"], "root.json");
    assert_eq!(seen["encrypted"], "no");
    // both sides read the same words
    for word in seen["words"].as_str().unwrap().split(' ').take(8) {
        assert!(packed.out.contains(word), "{word}");
    }
    room.rootstage(&["envelope", "open", "out.rse", "-o", "room"])
        .is(0, &["room written"]);
    assert_eq!(room.read("room/root.json").into_bytes(), staged.to_file());

    // in the room; only the signatures go back, each in one envelope
    for (name, pair) in [("a", &a), ("b", &b)] {
        room.write("signed.json", signed(&staged, &[pair]));
        let back = format!("{name}.rse");
        room.rootstage(&[
            "envelope",
            "pack",
            "--kind",
            "signatures",
            "signed.json",
            "-o",
            &back,
        ])
        .is(0, &["signatures.json"]);
        assert!(std::fs::metadata(room.at(&back)).unwrap().len() <= 600);
    }
    room.rootstage(&[
        "envelope",
        "merge",
        "root.json",
        "a.rse",
        "b.rse",
        "-o",
        "final.json",
    ])
    .is(0, &["2 of 2 needed, complete"]);
    let merged = read_root(&room, "final.json");
    assert_eq!(merged, Signed::parse(&signed(&staged, &[&a, &b])).unwrap());
    Trusted::first(&merged).unwrap();
}

#[test]
fn the_same_call_gives_the_same_bytes_and_never_another_file() {
    let room = Room::new();
    room.write("t.jsonl", "{}\n");
    let pack = |note: &str, output: &str| {
        room.rootstage(&[
            "envelope",
            "pack",
            "--kind",
            "transcript",
            "t.jsonl",
            "-o",
            output,
            "--created",
            CREATED,
            "--note",
            note,
        ])
    };
    pack("one", "t.rse").is(0, &[]);
    let first = std::fs::read(room.at("t.rse")).unwrap();
    pack("one", "t.rse").is(0, &["t.rse written"]);
    pack("two", "t.rse").is(2, &["left as it is", "Choose another name"]);
    assert_eq!(std::fs::read(room.at("t.rse")).unwrap(), first);
    pack("one", "t2.rse").is(0, &[]);
    assert_eq!(std::fs::read(room.at("t2.rse")).unwrap(), first);
}

#[test]
fn a_directory_is_made_whole_or_not_at_all() {
    let room = Room::new();
    room.write("a.pem", pair(0).public().spki_pem());
    room.write("b.pem", pair(1).public().spki_pem());
    let open = |output: &str| room.rootstage(&["envelope", "open", "k.rse", "-o", output]);
    room.rootstage(&[
        "envelope",
        "pack",
        "--kind",
        "public-keys",
        "b.pem",
        "a.pem",
        "-o",
        "k.rse",
    ])
    .is(0, &["a.pem", "b.pem"]);
    std::fs::create_dir(room.at("empty")).unwrap();
    std::fs::create_dir(room.at("full")).unwrap();
    room.write("full/mine", "mine");
    open("empty").is(0, &["empty written"]);
    open("new/").is(0, &["written"]);
    for made in ["empty", "new"] {
        assert_eq!(room.read(&format!("{made}/b.pem")), room.read("b.pem"));
        assert_eq!(std::fs::read_dir(room.at(made)).unwrap().count(), 2);
    }
    let before = names(&room);
    open("full").is(2, &["full is not empty", "nothing was written"]);
    open("empty").is(2, &["not empty"]);
    open("a.pem").is(2, &["something else"]);
    open("absent/new").is(3, &["absent/new"]);
    open("..").is(2, &["nothing was written"]);
    open("/").is(2, &[]);
    assert_eq!(room.read("full/mine"), "mine");
    assert_eq!(names(&room), before);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of calls")]
fn every_refusal_has_its_status_and_leaves_nothing() {
    let room = Room::new();
    let (a, b) = (pair(0), pair(1));
    let staged = root(1, &[&a, &b], 2);
    room.write("root.json", staged.to_file());
    room.write("signed.json", signed(&staged, &[&a]));
    room.write(
        "private.pem",
        "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n",
    );
    room.write("a b.json", staged.to_file());
    room.write("text", "text");
    room.write("TEXT", "text");
    room.rootstage(&[
        "envelope",
        "pack",
        "--kind",
        "signed-role",
        "signed.json",
        "-o",
        "good.rse",
    ])
    .is(0, &[]);
    let mut damaged = std::fs::read(room.at("good.rse")).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    room.write("damaged.rse", &damaged);
    room.write("short.rse", &damaged[..50]);
    damaged[7] = 9;
    room.write("later.rse", &damaged);
    let before = names(&room);
    for (call, status, words) in [
        (
            "pack --kind staged-role text -o x.rse",
            1,
            "not TUF metadata",
        ),
        (
            "pack --kind signed-role root.json -o x.rse",
            1,
            "holds no signature",
        ),
        (
            "pack --kind signatures root.json -o x.rse",
            1,
            "not a list of signatures",
        ),
        (
            "pack --kind public-keys root.json -o x.rse",
            1,
            "not a public key",
        ),
        (
            "pack --kind transcript private.pem -o x.rse",
            1,
            "private key",
        ),
        ("pack --kind transcript absent -o x.rse", 3, "absent"),
        ("pack --kind transcript . -o x.rse", 2, "this name"),
        ("pack --kind transcript keys -o x.rse", 3, "keys"),
        (
            "pack --kind transcript text -o absent/x.rse",
            3,
            "absent/x.rse",
        ),
        (
            "pack --kind transcript text TEXT -o x.rse",
            2,
            "case does not matter",
        ),
        (
            "pack --kind staged-role root.json signed.json -o x.rse",
            2,
            "exactly one",
        ),
        (
            "pack --kind other text -o x.rse",
            2,
            "the kinds are staged-role",
        ),
        ("pack --kind transcript text -o x.json", 2, "ends in .rse"),
        (
            "pack --kind transcript text -o x.rse --ceremony 12",
            2,
            "32 lower-case",
        ),
        (
            "pack --kind transcript text -o x.rse --created yesterday",
            2,
            "2026-11-23T09:00:00Z",
        ),
        (
            "pack --kind transcript text -o x.rse -r age1nonsense",
            2,
            "not an age recipient",
        ),
        ("pack --kind transcript text", 2, "--output"),
        ("inspect absent.rse", 3, "absent.rse"),
        ("inspect text", 1, "not an envelope"),
        ("inspect damaged.rse", 1, "damaged or cut short"),
        ("inspect short.rse", 1, "cut short"),
        ("inspect later.rse", 1, "version 9"),
        ("open damaged.rse -o x", 1, "Nothing of it was accepted"),
        ("merge text -o x.json", 1, "not TUF metadata"),
        ("merge root.json damaged.rse -o x.json", 1, "damaged"),
        ("merge root.json -o x.toml", 2, ".json"),
        ("merge root.json -o x.json -r age1x", 2, "never encrypted"),
        ("merge root.json -o signed.json", 2, "left as it is"),
        (
            "merge root.json -o x.json --trusted root.json",
            1,
            "signed by 0 of the 2",
        ),
        (
            "merge root.json -o x.json --trusted text",
            1,
            "--trusted text",
        ),
        ("merge root.json -o absent/x.json", 3, "absent/x.json"),
    ] {
        let words_of_call: Vec<&str> = std::iter::once("envelope").chain(call.split(' ')).collect();
        let said = room.rootstage(&words_of_call);
        said.is(status, &[words]);
        assert_eq!(said.out, "", "{call}");
        assert_eq!(names(&room), before, "{call}");
    }
    room.rootstage(&[
        "envelope",
        "pack",
        "--kind",
        "staged-role",
        "a b.json",
        "-o",
        "x.rse",
    ])
    .is(2, &["not plain", "Nothing was written"]);
    room.rootstage(&[
        "envelope",
        "pack",
        "--kind",
        "transcript",
        "text",
        "-o",
        "x.rse",
        "--note",
        "a\u{1b}[2J",
    ])
    .is(2, &["`note`"]);
    assert_eq!(names(&room), before);
}
