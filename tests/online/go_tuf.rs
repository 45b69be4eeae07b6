//! The tool that people use today, `tuf` of go-tuf v0.7, and the steps of the published tutorial "bring your own
//! Sigstore TUF root": after each of them we take over and finish, and after each of ours that tool does.

use std::path::Path;

use crate::clients::Field;
use crate::online::{Client, alone, go, words};
use crate::place::Place;

const PASSPHRASE: &str = "correct horse battery staple";

/// The clients that must accept: those that fetch any target.
const CLIENTS: [Client; 4] = Client::ANY_TARGET;

/// A step of the tutorial: its name, and what is done.
type Step = (&'static str, fn(&Place));

/// The tutorial's steps, in its order. The root key lives in one directory (`root`), everything else in the other
/// (`tuf`); a root goes from one to the other as a file.
const STEPS: [Step; 14] = [
    ("init", |place| {
        for directory in ["root", "tuf"] {
            std::fs::create_dir(place.at(directory)).unwrap();
            tuf(place, directory, &["init"]);
        }
    }),
    ("gen-key root", |place| {
        tuf(place, "root", &["gen-key", "root"]);
    }),
    ("staged/root.json goes online", |place| {
        carry(place, "root", "tuf");
    }),
    ("gen-key targets", |place| {
        tuf(place, "tuf", &["gen-key", "targets"]);
    }),
    ("gen-key snapshot", |place| {
        tuf(place, "tuf", &["gen-key", "snapshot"]);
    }),
    ("gen-key timestamp", |place| {
        tuf(place, "tuf", &["gen-key", "timestamp"]);
    }),
    ("staged/root.json comes back", |place| {
        carry(place, "tuf", "root");
    }),
    ("sign root.json", |place| {
        tuf(place, "root", &["sign", "root.json"]);
    }),
    ("staged/root.json goes online again", |place| {
        carry(place, "root", "tuf");
    }),
    ("add rekor.pub, fulcio.crt.pem, ctfe.pub", |place| {
        for (file, usage) in TARGETS {
            put(place, file);
            let custom = format!(r#"{{"sigstore":{{"usage":"{usage}","status":"Active"}}}}"#);
            tuf(place, "tuf", &["add", "--custom", &custom, file]);
        }
    }),
    ("snapshot", |place| tuf(place, "tuf", &["snapshot"])),
    ("timestamp", |place| tuf(place, "tuf", &["timestamp"])),
    ("commit", |place| tuf(place, "tuf", &["commit"])),
    ("serve", |place| {
        // cosign, python-tuf and go-tuf take it; tough does not: its targets have no SHA-256
        let clients = [Client::PythonTuf, Client::TufJs, Client::GoTuf];
        let mut field = Field::new(&clients, &place.at("tuf/repository"));
        field.accepts(place, "rekor.pub", "as the tutorial leaves it");
    }),
];

const TARGETS: [(&str, &str); 3] = [
    ("rekor.pub", "Rekor"),
    ("fulcio.crt.pem", "Fulcio"),
    ("ctfe.pub", "CTFE"),
];

fn tuf(place: &Place, directory: &str, call: &[&str]) {
    if let Err(said) = tries(place, directory, call) {
        panic!("tuf {call:?} in {directory}: {said}");
    }
}

fn tries(place: &Place, directory: &str, call: &[&str]) -> Result<String, String> {
    let mut command = alone(go("go-tuf").unwrap());
    command.arg("-d").arg(place.at(directory)).args(call);
    for (name, value) in passphrases() {
        command.env(name, value);
    }
    let output = command.output().unwrap();
    if output.status.success() {
        Ok(words(&output))
    } else {
        Err(words(&output))
    }
}

fn passphrases() -> Vec<(String, String)> {
    let roles = ["ROOT", "TARGETS", "SNAPSHOT", "TIMESTAMP"];
    roles
        .iter()
        .flat_map(|role| {
            [
                format!("TUF_{role}_PASSPHRASE"),
                format!("TUF_NEW_{role}_PASSPHRASE"),
            ]
        })
        .map(|name| (name, PASSPHRASE.to_owned()))
        .collect()
}

fn carry(place: &Place, from: &str, to: &str) {
    let file = |directory: &str| place.at(directory).join("staged/root.json");
    std::fs::copy(file(from), file(to)).unwrap();
}

/// A file of the tests, below `staged/targets`.
fn put(place: &Place, name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/online")
        .join(name);
    std::fs::create_dir_all(place.at("tuf/staged/targets")).unwrap();
    std::fs::copy(file, place.at("tuf/staged/targets").join(name)).unwrap();
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// What a place holds, in a place of its own; its programs are given the passphrases.
fn copy(of: &Place) -> Place {
    let mut place = Place::new();
    place.variables = passphrases();
    for directory in ["root", "tuf"] {
        if of.at(directory).is_dir() {
            copied(&of.at(directory), &place.at(directory));
        }
    }
    place
}

fn roles_with_keys(place: &Place) -> Vec<String> {
    let staged = std::fs::read(place.at("tuf/staged/root.json"));
    let root = staged.or_else(|_| std::fs::read(place.at("tuf/repository/root.json")));
    let root: serde_json::Value = serde_json::from_slice(&root.unwrap()).unwrap();
    let Some(roles) = root["signed"]["roles"].as_object() else {
        return Vec::new();
    };
    roles
        .iter()
        .filter(|(_, role)| role["keyids"].as_array().is_some_and(|ids| !ids.is_empty()))
        .map(|(name, _)| name.clone())
        .collect()
}

/// Goes on from a directory of go-tuf, to a published repository.
fn we_finish(place: &Place, step: &str) {
    // the root with the root key's word is in the other directory after these
    if ["gen-key root", "sign root.json"].contains(&step) {
        carry(place, "root", "tuf");
    }
    let there = roles_with_keys(place);
    for role in ["targets", "snapshot", "timestamp"] {
        if !there.iter().any(|name| name == role) {
            place.repo(&format!("gen-key {role}"));
        }
    }
    if there.iter().any(|name| name == "root") {
        std::fs::copy(
            place.at("root/keys/root.json"),
            place.at("tuf/keys/root.json"),
        )
        .unwrap();
        // go-tuf has made this root for a day: making a timestamp key sets the expiry of the root
        place.repo("stage-root --expires 365d");
        place.repo("sign root");
    } else {
        place.root(&["ada"], &[], 1, &["ada"], "");
    }
    for (file, _) in TARGETS {
        put(place, file);
    }
    place.repo("add --expires 90d");
    place.upkeep();
    place.repo("commit");
    place.repo("verify --layout");
}

#[test]
fn after_each_step_of_the_tutorial_we_take_over() {
    if go("go-tuf").is_none() {
        return;
    }
    let place = Place::new();
    let mut states = Vec::new();
    for (name, step) in STEPS {
        step(&place);
        states.push((name, copy(&place)));
    }
    std::thread::scope(|scope| {
        for (name, place) in &states {
            scope.spawn(move || {
                let committed = ["commit", "serve"].contains(name);
                let mut field = Field::new(&CLIENTS, &place.at("tuf/repository"));
                we_finish(place, name);
                assert_eq!(place.roots().len(), if committed { 2 } else { 1 }, "{name}");
                field.accepts(place, "rekor.pub", &format!("taken over after {name}"));
            });
        }
    });
}

/// Our own steps, and what go-tuf does after each to finish.
type Ours = (&'static str, fn(&Place), &'static [&'static [&'static str]]);

const OURS: [Ours; 6] = [
    (
        "init and gen-key",
        |place| {
            place.repo("init");
            for role in ["targets", "snapshot", "timestamp"] {
                place.repo(&format!("gen-key {role}"));
            }
        },
        // a root of ours has people's keys, which that tool never holds: it makes one of its own
        &[
            &["gen-key", "root"],
            &["add"],
            &["snapshot"],
            &["timestamp"],
            &["commit"],
        ],
    ),
    (
        "stage-root and import-root",
        |place| place.root(&["ada", "ben"], &[], 2, &["ada", "ben"], ""),
        &[&["add"], &["snapshot"], &["timestamp"], &["commit"]],
    ),
    (
        "add",
        |place| {
            place.repo("add --hash both --expires 90d");
        },
        &[&["snapshot"], &["timestamp"], &["commit"]],
    ),
    (
        "snapshot",
        |place| {
            place.repo("snapshot --expires 30d");
        },
        &[&["timestamp"], &["commit"]],
    ),
    (
        "timestamp",
        |place| {
            place.repo("timestamp --expires 7d");
        },
        &[&["commit"]],
    ),
    (
        "commit",
        |place| {
            place.repo("commit");
            put(place, "ctfe.pub");
        },
        &[
            &["add", "ctfe.pub"],
            &["snapshot"],
            &["timestamp"],
            &["commit"],
        ],
    ),
];

#[test]
fn after_each_step_of_ours_go_tuf_goes_on() {
    if go("go-tuf").is_none() {
        return;
    }
    let mut place = Place::new();
    place.variables = passphrases();
    let mut states = Vec::new();
    for (name, step, calls) in OURS {
        step(&place);
        if name != "commit" {
            for file in ["rekor.pub", "fulcio.crt.pem"] {
                put(&place, file);
            }
        }
        states.push((name, copy(&place), calls));
    }
    std::thread::scope(|scope| {
        for (name, place, calls) in &states {
            scope.spawn(move || {
                for call in *calls {
                    if let Err(said) = tries(place, "tuf", call) {
                        panic!("after {name}: tuf {call:?}: {said}");
                    }
                }
                // what that tool has listed, of targets or of metadata, has no SHA-256, which tough wants
                let listed = calls.iter().any(|call| call[0] != "commit");
                let mut clients = CLIENTS.to_vec();
                clients.retain(|client| !listed || *client != Client::Tough);
                let mut field = Field::new(&clients, &place.at("tuf/repository"));
                field.accepts(
                    place,
                    "rekor.pub",
                    &format!("finished by go-tuf after {name}"),
                );
            });
        }
    });
}
