//! Sites that sign apart from each other.

use rootstage::tuf::root::Signed;

use crate::roots::{CREATED, pair, read_root, root, signed};
use crate::venue::Room;

#[test]
fn three_sites_and_the_old_root() {
    let room = Room::new();
    let (a, b, c) = (pair(0), pair(1), pair(2));
    let first = root(1, &[&a, &b], 2);
    room.write("1.root.json", signed(&first, &[&a, &b]));
    let next = root(2, &[&b, &c], 2);
    room.write("root.json", next.to_file());
    for (name, pair) in [("a", &a), ("b", &b), ("c", &c)] {
        room.write("signed.json", signed(&next, &[pair]));
        let envelope = format!("{name}.rse");
        room.rootstage(&[
            "envelope",
            "pack",
            "--kind",
            "signed-role",
            "signed.json",
            "-o",
            &envelope,
            "--ceremony",
            "00112233445566778899aabbccddeeff",
            "--created",
            CREATED,
        ])
        .is(0, &[]);
    }
    let two = room.rootstage(&[
        "envelope",
        "merge",
        "root.json",
        "b.rse",
        "c.rse",
        "-o",
        "two.rse",
        "--trusted",
        "1.root.json",
        "--created",
        CREATED,
    ]);
    two.is(
        0,
        &[
            "under the keys it names itself: 2 of 2 needed, complete",
            "under the trusted root, version 1: 1 of 2 needed; 1 more of",
            &a.id(),
        ],
    );
    // an envelope that is not complete is to be signed further
    let seen = room
        .rootstage(&["envelope", "inspect", "two.rse", "--json"])
        .json();
    assert_eq!(seen["kind"], "staged-role");
    assert_eq!(seen["ceremony"], "00112233445566778899aabbccddeeff");
    let all = room.rootstage(&[
        "envelope",
        "merge",
        "two.rse",
        "a.rse",
        "-o",
        "all.rse",
        "--trusted",
        "1.root.json",
        "--json",
    ]);
    let said = all.is(0, &[]).json();
    assert_eq!(said["complete"], true);
    assert_eq!(said["standings"][1]["under"], "trusted");
    assert_eq!(said["signatures"].as_array().unwrap().len(), 3);
    let seen = room
        .rootstage(&["envelope", "inspect", "all.rse", "--json"])
        .json();
    assert_eq!(seen["kind"], "signed-role");
    room.rootstage(&["envelope", "open", "all.rse", "-o", "all"])
        .is(0, &[]);
    assert_eq!(
        read_root(&room, "all/root.json"),
        Signed::parse(&signed(&next, &[&b, &c, &a])).unwrap()
    );
}

#[test]
fn another_payload_is_refused_with_both_hashes_and_nothing_is_written() {
    let room = Room::new();
    let (a, b) = (pair(0), pair(1));
    let one = root(2, &[&a, &b], 2);
    let other = root(2, &[&a, &b], 1);
    room.write("one.json", signed(&one, &[&a]));
    room.write("other.json", signed(&other, &[&b]));
    room.rootstage(&[
        "envelope",
        "pack",
        "--kind",
        "signatures",
        "other.json",
        "-o",
        "other.rse",
    ])
    .is(0, &[]);
    let hashes = [&one, &other].map(|root| {
        let (_, digest) = rootstage::tuf::root::payload(&root.signed).unwrap();
        (digest.groups().join(" "), digest.words()[..4].join(" "))
    });
    for second in ["other.json", "other.rse"] {
        for output in ["x.json", "x.rse"] {
            let said = room.rootstage(&["envelope", "merge", "one.json", second, "-o", output]);
            said.is(1, &["one.json", second, "Nothing was written"]);
            for (groups, words) in &hashes {
                said.is(1, &[groups, words]);
            }
            assert!(!room.at(output).exists());
        }
    }
}

#[test]
fn placeholders_and_strangers() {
    let room = Room::new();
    let (a, b, stranger) = (pair(0), pair(1), pair(9));
    let mut staged = root(1, &[&a, &b], 2);
    for pair in [&a, &b] {
        staged.put(rootstage::tuf::root::Signature {
            keyid: pair.public().key_id(),
            sig: String::new(),
        });
    }
    room.write("root.json", staged.to_file());
    let bare = root(1, &[&a, &b], 2);
    room.write("a.json", signed(&bare, &[&a, &stranger]));
    room.rootstage(&["envelope", "merge", "root.json", "a.json", "-o", "out.json"])
        .is(
            0,
            &[
                "takes the place of an empty placeholder",
                "a placeholder without a signature",
                "not a key of this role; kept, and not counted",
                "1 of 2 needed; 1 more of",
            ],
        );
}
