//! `qr` and `media`: exit statuses, one document, and words that say what, why, what was not changed, and what next.

use serde_json::Value;

use crate::venue::{Room, Said};

/// A room with an envelope, its codes, and files that are of no use.
fn room() -> Room {
    let room = Room::new();
    let golden = include_bytes!("../data/golden/1.root.json");
    room.write("root.json", golden);
    let pack = ["envelope", "pack", "--kind", "staged-role"];
    room.rootstage(&[&pack[..], &["root.json", "-o", "root.rse"]].concat())
        .is(0, &[]);
    let sheet = ["qr", "sheet", "root.rse", "--format", "png", "-o", "codes"];
    room.rootstage(&sheet).is(0, &["codes written", "SHA-256"]);
    room.write("empty", "");
    room.write("long", vec![7; 17_000]);
    room
}

/// Calls it, and holds what it leaves behind against what was there before.
fn refused(room: &Room, call: &str, status: i32, words: &[&str]) -> Said {
    let names = || {
        let entries = std::fs::read_dir(room.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    let arguments: Vec<&str> = call.split(' ').collect();
    let said = room.rootstage(&arguments);
    said.is(status, words);
    assert_eq!(names(), before, "{call}");
    said
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of refusals, one entry each")]
fn what_cannot_be_carried_says_so_and_leaves_nothing() {
    let room = room();
    // object, fact, what was not changed, what to do next
    for (call, status, words) in [
        (
            "qr sheet empty --format pdf -o out",
            1,
            ["empty", "is empty", "Nothing was made", "Check"],
        ),
        (
            "qr sheet long --format pdf -o out",
            1,
            ["long", "17000 bytes", "Nothing was made", "Carry it on"],
        ),
        (
            "qr sheet root.rse --format pdf -o codes",
            2,
            ["codes", "not empty", "nothing was written", "Name a new"],
        ),
        (
            "qr sheet absent --format pdf -o out",
            3,
            ["absent", "No such file", "Nothing was written", "Check"],
        ),
        (
            "qr show long",
            1,
            ["long", "17000 bytes", "Nothing was made", "Carry it on"],
        ),
        (
            "qr show absent",
            3,
            ["absent", "No such file", "Nothing was written", "Check"],
        ),
        (
            "qr show root.rse",
            3,
            ["terminal", "is none", "Nothing was begun", "Run rootstage"],
        ),
        (
            "qr scan empty -o new",
            1,
            [
                "empty: passed over",
                "no QR code",
                "Nothing was written",
                "Scan again",
            ],
        ),
        (
            "qr scan - -o new",
            1,
            [
                "no QR code",
                "was read",
                "Nothing was written",
                "Scan again",
            ],
        ),
        (
            "qr scan codes -o root.rse",
            2,
            ["root.rse", "already", "nothing was scanned", "Name a new"],
        ),
        (
            "qr scan - codes -o new",
            2,
            ["-:", "by itself", "Nothing was scanned", "Name it alone"],
        ),
        (
            "qr scan absent -o new",
            3,
            [
                "absent",
                "no file of this name",
                "Nothing was written",
                "scan again",
            ],
        ),
        (
            "qr scan /dev/video99 -o new",
            3,
            [
                "/dev/video99",
                "no such camera",
                "Nothing was written",
                "scan again",
            ],
        ),
        (
            "qr scan codes -o absent/new",
            3,
            ["absent/new", "No such file", "was not written", "Check"],
        ),
        (
            "media write . root.rse",
            1,
            [
                ".",
                "no medium is mounted",
                "Nothing on it was changed",
                "media list",
            ],
        ),
        (
            "media write /dev/sdzz9 root.rse",
            3,
            [
                "/dev/sdzz9",
                "not plugged in",
                "Nothing on it was changed",
                "Plug it in",
            ],
        ),
        (
            "media write /dev/sdzz9 absent",
            3,
            ["absent", "No such file", "Nothing was written", "Check"],
        ),
        (
            "media read . root.rse -o new",
            1,
            [
                ".",
                "no medium is mounted",
                "Nothing on it was changed",
                "media list",
            ],
        ),
        (
            "media read /dev/sdzz9 root.rse -o new",
            3,
            [
                "/dev/sdzz9",
                "not plugged in",
                "Nothing on it was changed",
                "Plug it in",
            ],
        ),
    ] {
        refused(&room, call, status, &words);
    }
    // the words of the call
    for call in [
        "qr sheet root.rse -o out",
        "qr scan -o new",
        "qr show root.rse --speed 40",
        "media write /dev/sdzz9",
        "media read /dev/sdzz9 root.rse",
        "media eject /dev/sdzz9",
    ] {
        refused(&room, call, 2, &["try '--help'"]);
    }
}

#[test]
fn a_scan_that_fails_is_one_document_as_well() {
    let room = room();
    for (call, status) in [
        ("qr scan empty -o new --json", 1),
        ("qr scan - -o new --json", 1),
        ("qr scan absent -o new --json", 3),
    ] {
        let said = refused(&room, call, status, &[]);
        let document: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(document["complete"], false, "{call}");
        assert!(!said.err.is_empty(), "{call}");
    }
    let said = room.rootstage(&["qr", "scan", "codes", "-o", "back.rse", "--json"]);
    said.is(0, &["back.rse written"]);
    assert_eq!(said.json()["complete"], true);
    assert_eq!(
        std::fs::read(room.at("back.rse")).unwrap(),
        std::fs::read(room.at("root.rse")).unwrap()
    );
    let listed = room.rootstage(&["media", "list", "--all", "--json"]);
    assert!(listed.is(0, &[]).json()["media"].is_array());
}

/// The forms of `plan new` take the ways of the day, and refuse those that it has no use for.
#[test]
fn the_ways_of_the_day_are_in_the_form() {
    let room = Room::new();
    let call = "plan new --script sign-staged --in medium,qr --out qr --log -o form.toml";
    let call: Vec<&str> = call.split(' ').collect();
    room.rootstage(&call).is(0, &["form.toml written"]);
    let form = room.read("form.toml");
    for line in ["in = [\"medium\", \"qr\"]", "out = [\"qr\"]", "log = true"] {
        assert!(form.contains(&format!("\n{line}\n")), "{line}\n{form}");
    }
    for (call, words) in [
        (
            "plan new --in qr",
            ["--in", "no metadata is read", "Nothing was written"],
        ),
        (
            "plan new --script token-check --out qr",
            ["--out", "no metadata is made", "Nothing was written"],
        ),
        (
            "plan new --out qr,qr",
            ["--out", "qr twice", "Nothing was written"],
        ),
        (
            "plan new --out smoke",
            ["--out", "possible values", "medium"],
        ),
    ] {
        refused(&room, call, 2, &words);
    }
}

/// A plan for what came in an envelope is that for the file in it, under the envelope's name.
#[test]
fn a_plan_is_made_for_what_an_envelope_carries() {
    let room = Room::new();
    let call = |call: &str| room.rootstage(&call.split(' ').collect::<Vec<_>>());
    call("rehearse --script sign-staged --keyholders 1 --threshold 1 --unattended --dir d")
        .is(0, &[]);
    let trusted = "d/before/metadata/1.root.json";
    call("envelope pack --kind staged-role -o staged.rse d/staged/root.json").is(0, &[]);
    call(&format!(
        "envelope pack --kind signed-role -o trusted.rse {trusted}"
    ))
    .is(0, &[]);
    let new = "plan new --script sign-staged";
    call(&format!(
        "{new} --trusted {trusted} --staged d/staged/root.json -o of-files.toml"
    ))
    .is(0, &[]);
    call(&format!(
        "{new} --trusted trusted.rse --staged staged.rse -o of-envelopes.toml"
    ))
    .is(0, &[]);
    let unsalted = |name: &str| -> Vec<String> {
        let text = room.read(name);
        let lines = text.lines().filter(|line| !line.starts_with("salt = "));
        lines.map(str::to_owned).collect()
    };
    let expected: Vec<String> = unsalted("of-files.toml")
        .iter()
        .map(|line| {
            line.replace(trusted, "trusted.rse")
                .replace("d/staged/root.json", "staged.rse")
        })
        .collect();
    assert_eq!(unsalted("of-envelopes.toml"), expected);

    let whole = std::fs::read(room.at("staged.rse")).unwrap();
    room.write("cut.rse", &whole[..whole.len() - 9]);
    room.write("other.rse", room.read("d/staged/root.json"));
    call("envelope pack --kind transcript -o record.rse d/transcript.jsonl").is(0, &[]);
    for (file, why) in [
        ("cut.rse", "it is damaged or cut short"),
        ("other.rse", "it is no envelope"),
        ("record.rse", "it is an envelope of kind transcript"),
    ] {
        let call = format!("{new} --staged {file} -o none.toml");
        refused(&room, &call, 1, &[file, why, "Nothing was written"]);
    }
    let unpack = "Unpack it with `rootstage envelope open staged.rse -o DIR`";
    for verb in ["show", "verify"] {
        refused(
            &room,
            &format!("root {verb} staged.rse"),
            1,
            &["is an envelope", unpack],
        );
    }
}

/// What is written down when a medium is prepared has its place in the plan, as it is shown and on paper.
#[test]
fn media_have_room_for_serial_number_and_label() {
    let room = Room::new();
    let rehearse = "rehearse --keyholders 1 --threshold 1 --unattended --dir d";
    let rehearse: Vec<&str> = rehearse.split(' ').collect();
    room.rootstage(&rehearse).is(0, &[]);
    let plan = room.read("d/plan.toml");
    let carried = format!("{plan}\n[transport]\nout = [\"medium\", \"qr\"]\nlog = true\n");
    room.write("plan.toml", carried);
    let blank = "_".repeat(32);
    let shown = room.rootstage(&["plan", "show", "plan.toml"]);
    let paper = "script print first-root-rehearsal --plan plan.toml --format";
    let paper = |format| {
        let words: Vec<&str> = paper.split(' ').chain([format]).collect();
        room.rootstage(&words)
    };
    for (said, blank) in [
        (shown, blank.clone()),
        (paper("html"), blank),
        (paper("markdown"), "\\_".repeat(32)),
    ] {
        said.is(0, &["OUT medium", "LOG medium"]);
        assert!(!said.out.contains("IN medium"), "{}", said.out);
        for label in ["its serial number", "its label"] {
            // what is read aloud speaks of labels as well
            assert!(said.out.matches(label).count() >= 2, "{}", said.out);
        }
        assert!(said.out.matches(&blank).count() >= 4, "{}", said.out);
    }
    let shown = room.rootstage(&["plan", "show", "plan.toml", "--json"]);
    assert_eq!(
        shown.json()["transport"],
        serde_json::json!({ "in": ["file"], "out": ["medium", "qr"], "log": true })
    );
}
