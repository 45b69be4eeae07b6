//! The seal, checked by programs that we did not write: cosign, and openssl with the very commands of
//! CEREMONY.md (those that need no cosign are run by `tests/docs.rs` as well).
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/judges.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the judges")]
mod judges;
#[path = "support/venue.rs"]
mod venue;

use std::path::Path;

use judges::cosign;
use venue::{Holds, Room, Said, said};

const PREDICATE: &str = rootstage::transcript::seal::PREDICATE_TYPE;

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The commands of the document's section about the seal, in fences of this language.
fn commands(language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(home().join("CEREMONY.md")).unwrap();
    let section = text
        .split("\n### ")
        .find(|section| section.starts_with("Checking the seal without rootstage"))
        .unwrap();
    let fence = format!("```{language}\n");
    section
        .split(&fence)
        .skip(1)
        .map(|block| block.split("\n```").next().unwrap().to_owned())
        .collect()
}

/// A rehearsal with keys of these kinds, played to its end in `ceremony/`.
fn held(kinds: &[&'static str], seal: &str) -> Room {
    let room = Room::new();
    let holds: Vec<Holds> = kinds.iter().map(|kind| Holds::File(kind)).collect();
    room.plan("rehearsal", Path::new("/"), &holds, "[]");
    let plan = room
        .read("plan.toml")
        .replace("[policy]\n", "[policy]\nallow_p384 = true\n");
    room.write("plan.toml", format!("{plan}{seal}"));
    room.answers(kinds.len());
    room.played();
    room
}

fn shell(room: &Room, command: &str) -> Said {
    said(room.command("bash").args(["-c", command]))
}

/// The commands for openssl; those that verify, at the end, say so once for each key.
fn by_openssl(room: &Room) -> Vec<Said> {
    let commands = commands("sh").join("\n");
    let _ = std::fs::remove_dir_all(room.at("check"));
    commands
        .replace("\\\n", " ")
        .lines()
        .map(|line| shell(room, line))
        .collect()
}

fn accepted(said: &[Said]) -> bool {
    said.iter().all(|said| said.status == 0)
}

#[test]
fn openssl_confirms_a_seal_by_the_commands_of_the_document() {
    let room = held(&["ecdsa-p256"; 3], "");
    let checked = by_openssl(&room);
    assert!(accepted(&checked), "{checked:?}");
    let verified = checked
        .iter()
        .map(|said| said.out.matches("Verified OK").count());
    assert_eq!(verified.sum::<usize>(), 3);
}

#[test]
fn openssl_refuses_what_was_changed() {
    let room = held(
        &["ecdsa-p256"; 2],
        "\n[seal]\nstatement = \"full\"\n[publish]\nwithhold = []\n",
    );
    let seal = room.read("ceremony/seal.dsse.json");
    // another payload under the same signatures
    let envelope: serde_json::Value = serde_json::from_str(&seal).unwrap();
    let payload = envelope["payload"].as_str().unwrap();
    let statement = data_encoding::BASE64.decode(payload.as_bytes()).unwrap();
    let statement = String::from_utf8(statement).unwrap();
    let other = statement.replacen("\"number\":0", "\"number\":1", 1);
    assert_ne!(statement, other);
    let other = data_encoding::BASE64.encode(other.as_bytes());
    room.write("ceremony/seal.dsse.json", seal.replace(payload, &other));
    assert!(!accepted(&by_openssl(&room)));
    room.write("ceremony/seal.dsse.json", &seal);
    assert!(accepted(&by_openssl(&room)));
    // a file, and the record
    for (name, from, to) in [
        ("metadata/root.json", "\"version\": 1", "\"version\": 2"),
        ("plan.toml", "Room 1", "Room 2"),
        ("script.toml", "Welcome", "welcome"),
    ] {
        let path = format!("ceremony/{name}");
        let good = room.read(&path);
        let bad = good.replacen(from, to, 1);
        assert_ne!(good, bad, "{name}");
        room.write(&path, bad);
        assert!(!accepted(&by_openssl(&room)), "{name}");
        room.write(&path, good);
    }
    let good = room.read("ceremony/transcript.jsonl");
    let fewer: String = good.split_inclusive('\n').skip(1).collect();
    room.write("ceremony/transcript.jsonl", fewer);
    assert!(!accepted(&by_openssl(&room)));
}

/// Each key's public half, as the statement has it.
fn keys(room: &Room) -> Vec<String> {
    let seal = room.read("ceremony/seal.dsse.json");
    let envelope: serde_json::Value = serde_json::from_str(&seal).unwrap();
    let payload = envelope["payload"].as_str().unwrap().as_bytes();
    let payload = data_encoding::BASE64.decode(payload).unwrap();
    let statement: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    std::fs::create_dir_all(room.at("check")).unwrap();
    room.write("check/statement.json", &payload);
    let mut encoded =
        format!("DSSEv1 28 application/vnd.in-toto+json {} ", payload.len()).into_bytes();
    encoded.extend(&payload);
    room.write("check/encoded", encoded);
    let signatures = envelope["signatures"].as_array().unwrap().iter();
    let keys = statement["predicate"]["keys"].as_array().unwrap();
    let ids = signatures.map(|signed| {
        let id = signed["keyid"].as_str().unwrap();
        let key = keys.iter().find(|key| key["keyid"] == id).unwrap();
        room.write(&format!("check/{id}.pem"), key["public"].as_str().unwrap());
        let sig = signed["sig"].as_str().unwrap().as_bytes();
        room.write(
            &format!("check/{id}.sig"),
            data_encoding::BASE64.decode(sig).unwrap(),
        );
        id.to_owned()
    });
    ids.collect()
}

#[test]
fn openssl_confirms_every_kind_of_key() {
    let room = held(&["ecdsa-p256", "ed25519", "ecdsa-p384"], "");
    let keys = keys(&room);
    let verify = [
        "openssl dgst -sha256 -verify check/KEYID.pem -signature check/KEYID.sig check/encoded",
        "openssl pkeyutl -verify -pubin -inkey check/KEYID.pem -rawin -in check/encoded -sigfile check/KEYID.sig",
        "openssl dgst -sha384 -verify check/KEYID.pem -signature check/KEYID.sig check/encoded",
    ];
    assert_eq!(keys.len(), 3);
    for (id, command) in keys.iter().zip(verify) {
        let said = shell(&room, &command.replace("KEYID", id));
        assert_eq!(said.status, 0, "{command}: {said:?}");
    }
}

#[test]
fn cosign_confirms_each_key_and_each_file() {
    let Some(cosign) = cosign() else { return };
    let room = held(
        &["ecdsa-p256", "ed25519"],
        "\n[seal]\nstatement = \"public\"\n",
    );
    let command = commands("bash").concat().replace("\\\n", " ");
    let cosign = command.replacen("cosign", &cosign.display().to_string(), 1);
    assert!(cosign.contains(PREDICATE));
    let keys = keys(&room);
    let check = |key: &str, file: &str| {
        let command = cosign
            .replace("KEYID", key)
            .replace("ceremony/metadata/root.json", file);
        shell(&room, &command)
    };
    for key in &keys {
        for file in ["metadata/root.json", "metadata/1.root.json", "script.toml"] {
            let said = check(key, &format!("ceremony/{file}"));
            assert_eq!(said.status, 0, "{said:?}");
            assert!(said.err.contains("Verified OK"), "{said:?}");
        }
        // a file that is in no public statement, and one that nobody sealed
        for file in ["ceremony/plan.toml", "ceremony/transcript.jsonl"] {
            assert_ne!(check(key, file).status, 0, "{file}");
        }
    }
    // a stranger's key
    let stranger = held(&["ecdsa-p256"; 2], "");
    let id = self::keys(&stranger).remove(0);
    room.write(
        &format!("check/{id}.pem"),
        stranger.read(&format!("check/{id}.pem")),
    );
    assert_ne!(check(&id, "ceremony/metadata/root.json").status, 0);
    // one signature changed: that key fails, the other one holds
    let seal = room.read("ceremony/seal.dsse.json");
    let mut envelope: serde_json::Value = serde_json::from_str(&seal).unwrap();
    envelope["signatures"][0]["sig"] = envelope["signatures"][1]["sig"].clone();
    room.write("ceremony/seal.dsse.json", envelope.to_string());
    assert_ne!(check(&keys[0], "ceremony/metadata/root.json").status, 0);
    assert_eq!(check(&keys[1], "ceremony/metadata/root.json").status, 0);
}
