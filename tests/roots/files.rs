//! Files as people name them, names of keyholders, JSON, and the other roles.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::make::{id, public, root, signed};
use crate::venue::Room;

/// The published history; says so where it is not there.
fn history() -> Option<Vec<PathBuf>> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [
        std::env::var_os("ROOTSTAGE_DATA").map(PathBuf::from),
        Some(manifest.join("../shared/data")),
        Some(manifest.join("../../shared/data")),
    ];
    let place = places
        .into_iter()
        .flatten()
        .map(|place| place.join("sigstore/root-history"))
        .find(|place| place.is_dir());
    let Some(place) = place else {
        eprintln!("SKIPPED: no sigstore/root-history in ROOTSTAGE_DATA nor in ../shared/data");
        return None;
    };
    let versions = (1..).map(|version| place.join(format!("{version}.root.json")));
    Some(versions.take_while(|path| path.is_file()).collect())
}

fn words(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_published_history_holds() {
    let Some(files) = history() else { return };
    let room = Room::new();
    let mut call = vec!["root", "chain"];
    // the order does not matter
    call.extend(files.iter().rev().map(|path| words(path)));
    let checks = 2 * files.len() - 1;
    room.rootstage(&call)
        .is(0, &[&format!("All {checks} checks hold")]);
    call.push("--json");
    let document = room.rootstage(&call).json();
    assert_eq!(document["holds"], true);
    assert_eq!(document["links"][0]["own"]["signed"], 5);
    assert_eq!(document["links"][2]["own"]["signed"], 3);
    // without one of them it does not
    let gap: Vec<_> = ["root", "chain"]
        .into_iter()
        .chain(files.iter().map(|path| words(path)))
        .filter(|path| !path.ends_with("/3.root.json"))
        .collect();
    room.rootstage(&gap)
        .is(1, &["Version 3 is not among the files"]);

    // from the first to the last, and from the first alone
    let last = files.last().unwrap();
    let mut call = vec!["root", "verify", words(last)];
    for path in &files[..files.len() - 1] {
        call.extend(["--trusted", words(path)]);
    }
    room.rootstage(&call).is(0, &["VERIFIED", "NOT CHECKED"]);
    room.rootstage(&["root", "verify", words(last), "--trusted", words(&files[0])])
        .is(1, &["does not follow version 1", "NOT VERIFIED"]);
    // and backwards
    room.rootstage(&["root", "verify", words(&files[0]), "--trusted", words(last)])
        .is(1, &["NOT VERIFIED"]);
}

#[test]
fn certificates_are_named_beside_keys() {
    let Some(files) = history() else { return };
    let directory = files[0].ancestors().nth(2).unwrap().join("attestations");
    if !directory.is_dir() {
        eprintln!("SKIPPED: no sigstore/attestations");
        return;
    }
    let room = Room::new();
    let call = [
        "root",
        "show",
        words(&files[0]),
        "--attestations",
        words(&directory),
    ];
    room.rootstage(&call).is(
        0,
        &[
            "CERTIFICATES ABOUT NO KEY OF THIS ROOT",
            "2021-05-03_13078782/key_cert.pem",
        ],
    );
    let certificate = std::fs::read(directory.join("2021-05-03_13078782/key_cert.pem")).unwrap();
    let [attested] = rootstage::attestation::read(&certificate)
        .unwrap()
        .try_into()
        .unwrap();
    let key = attested.public_key.unwrap();
    let mut made = root(1, &[0, 1], 2);
    made["keys"][key.key_id().hex()] = key.to_tuf();
    made["roles"]["root"]["keyids"][1] = json!(key.key_id().hex());
    room.write("root.json", signed(made, &[0]));
    let call = [
        "root",
        "show",
        "root.json",
        "--attestations",
        words(&directory),
    ];
    let said = room.rootstage(&call);
    said.is(
        0,
        &[
            "YubiKey serial 13078782",
            "PASS attestation.chain",
            "Yubico PIV Root CA Serial 263751",
            "YSA-2024-03",
        ],
    );
    let document = room.rootstage(&[&call[..], &["--json"]].concat()).json();
    let matched = document["attestations"]["keys"].as_array().unwrap();
    let matched: usize = matched
        .iter()
        .map(|key| key["certificates"].as_array().unwrap().len())
        .sum();
    assert_eq!(matched, 1);
    let judged = document["attestations"]["keys"].as_array().unwrap().iter();
    let judged: Vec<_> = judged
        .flat_map(|key| key["certificates"].as_array().unwrap())
        .collect();
    let chain = &judged[0]["verdict"]["checks"][0];
    assert_eq!(chain["id"], "attestation.chain");
    assert_eq!(chain["outcome"], "pass");
    // without the device certificate beside it, nobody vouches
    std::fs::create_dir(room.at("alone")).unwrap();
    room.write("alone/key_cert.pem", &certificate);
    room.rootstage(&["root", "show", "root.json", "--attestations", "alone"])
        .is(
            0,
            &["FAIL attestation.chain", "whom this program does not know"],
        );
    room.rootstage(&["root", "show", "root.json", "--attestations", "nowhere"])
        .is(3, &["nowhere"]);
}

#[test]
fn files_that_are_none() {
    let room = Room::new();
    room.write("text.json", "hello");
    room.write("empty.json", "");
    std::fs::create_dir(room.at("folder")).unwrap();
    for (name, status, word) in [
        ("absent.json", 3, "No such file"),
        ("folder", 3, "is a directory"),
        ("/dev/null", 3, "is a device"),
        ("/dev/zero", 3, "is a device"),
        ("text.json", 1, "not readable as JSON"),
        ("empty.json", 1, "not readable as JSON"),
    ] {
        room.rootstage(&["root", "show", name]).is(status, &[word]);
        room.rootstage(&["root", "verify", name])
            .is(status, &[word]);
        room.rootstage(&["root", "diff", name, name])
            .is(status, &[word]);
        room.rootstage(&["root", "chain", name]).is(status, &[word]);
    }
    room.shell("mkfifo pipe && \"$ROOTSTAGE\" root show pipe")
        .is(3, &["is a pipe"]);
}

#[test]
fn people_are_named() {
    let room = Room::new();
    // a root that can be signed today, whenever that is
    let in_a_year = time::OffsetDateTime::now_utc().year() + 1;
    let mut new = root(2, &[1, 2, 3], 2);
    new["expires"] = json!(format!("{in_a_year}-12-01T00:00:00Z"));
    room.write("old.json", signed(root(1, &[0, 1, 2], 2), &[0, 1]));
    room.write("new.json", signed(new, &[0, 1, 2]));
    let by_key = public(3).fingerprint().hex();
    room.write(
        "holders.toml",
        format!("\"{}\" = \"Ada\"\n\"{by_key}\" = \"Dana\"\n", id(0)),
    );
    room.write(
        "holders.json",
        json!({ id(0): "Ada", by_key: "Dana", id(7): "Nobody" }).to_string(),
    );
    for holders in ["holders.toml", "holders.json"] {
        let said = room.rootstage(&["root", "diff", "old.json", "new.json", "--holders", holders]);
        said.is(
            0,
            &[
                "- root key of Ada (ecdsa-p256)",
                "+ root key of Dana (ecdsa-p256)",
                "Nothing was found for which this root must not be signed.",
            ],
        );
        assert_eq!(said.err.contains("Nobody"), holders == "holders.json");
    }
    room.rootstage(&[
        "root",
        "verify",
        "new.json",
        "--trusted",
        "old.json",
        "--holders",
        "holders.toml",
    ])
    .is(0, &["Ada: valid", "VERIFIED"]);
    for (text, word) in [
        ("\"12\" = \"Ada\"", "64 hex digits"),
        ("Ada", "holders.toml"),
        ("{\"a\": 1}", "holders.toml"),
    ] {
        room.write("holders.toml", text);
        room.rootstage(&["root", "show", "old.json", "--holders", "holders.toml"])
            .is(2, &["--holders", word]);
    }
}

#[test]
fn other_roles_are_checked_under_a_root() {
    let room = Room::new();
    room.write("root.json", signed(root(1, &[0, 1, 2], 2), &[0, 1]));
    for role in ["targets", "snapshot", "timestamp"] {
        let content = json!({
            "_type": role, "spec_version": "1.0.34", "version": 7,
            "expires": "2020-01-01T00:00:00Z", "targets": {}, "meta": {},
        });
        room.write("good.json", signed(content.clone(), &[9]));
        room.write("bad.json", signed(content, &[0, 1]));
        room.rootstage(&["root", "verify", "good.json"])
            .is(2, &["--trusted"]);
        // an expiry is shown, and does not count
        room.rootstage(&["root", "verify", "good.json", "--trusted", "root.json"])
            .is(0, &["EXPIRED", "VERIFIED", "NOT CHECKED"]);
        room.rootstage(&["root", "verify", "bad.json", "--trusted", "root.json"])
            .is(1, &["not a key of this role in this root", "NOT VERIFIED"]);
    }
    room.write("odd.json", signed(json!({"_type": "mirrors"}), &[0]));
    room.rootstage(&["root", "verify", "odd.json", "--trusted", "root.json"])
        .is(1, &["has the type mirrors"]);
    room.write("bare.json", signed(json!({"_type": "targets"}), &[9]));
    room.rootstage(&["root", "verify", "bare.json", "--trusted", "root.json"])
        .is(1, &["no version or no expiry"]);
    // a root that is trusted already
    let same = ["root", "verify", "root.json", "--trusted", "root.json"];
    room.rootstage(&same).is(0, &["VERIFIED"]);
}
