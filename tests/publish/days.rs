//! Whole days, published and audited by strangers.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::venue::{Holds, ROOTSTAGE, Room, module, said};
use super::{SALT, audit, failing, leaks, publish, rootstage, verdict};

/// What a whole audit and one of the copy say; gives the head.
fn same_head(whole: &Path, copy: &Path) -> String {
    let before = audit(whole, &[]).json();
    let head = before["head"].as_str().unwrap().to_owned();
    let after = audit(copy, &["--expect-head", &head]);
    after.is(0, &[]);
    let said = after.json();
    assert_eq!(said["head"], before["head"]);
    assert_eq!(said["records"], before["records"]);
    assert_eq!(said["published"], true);
    assert_eq!(verdict(&after, "transcript.head"), "pass");
    head
}

#[test]
fn a_rehearsal_without_people_is_published_under_the_same_head() {
    let room = tempfile::tempdir().unwrap();
    let (whole, copy) = (room.path().join("whole"), room.path().join("copy"));
    rootstage(&["rehearse", "--unattended", "--dir", whole.to_str().unwrap()]).is(0, &[]);
    publish(&whole, &copy).is(0, &["written", "asked"]);
    let head = same_head(&whole, &copy);
    let said = audit(&copy, &[]);
    for rule in [
        "transcript.chain",
        "transcript.whole",
        "script.digest",
        "keys.ids",
        "root.signatures",
        "root.threshold",
        "root.files",
        "seal.statement",
        "seal.signatures",
        "seal.count",
        "seal.file",
    ] {
        assert_eq!(verdict(&said, rule), "pass", "{rule}");
    }
    for rule in [
        "plan.digest",
        "script.followed",
        "keys.possession",
        "files.in",
    ] {
        assert_eq!(verdict(&said, rule), "note", "{rule}");
    }
    assert!(said.json()["withheld"]["kinds"]["asked"].as_u64().unwrap() > 20);
    let names: Vec<String> = std::fs::read_dir(&copy)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for never in [
        "plan.toml",
        "in",
        "out",
        "attestations",
        "session.cast",
        "tokens",
        "keys",
    ] {
        assert!(!names.iter().any(|name| name == never), "{never}");
    }
    let readme = std::fs::read_to_string(copy.join("README.txt")).unwrap();
    assert!(readme.contains(&head) && readme.contains("REHEARSAL"));
    let first = whole.join("metadata/1.root.json");
    let trusted = audit(&copy, &["--trusted-root", first.to_str().unwrap()]);
    assert_eq!(verdict(&trusted, "root.trusted"), "pass");
    let leaks = leaks::found(
        &copy,
        &[
            "Ada Keyholder",
            "Val Administrator",
            "Wim Witness",
            "root-1",
            "tokens/keyholder-2",
        ],
    );
    assert!(leaks.is_empty(), "{leaks:?}");
}

#[test]
fn a_rotation_is_published_and_its_old_side_counts_with_the_root_before() {
    let room = tempfile::tempdir().unwrap();
    let (whole, copy) = (room.path().join("whole"), room.path().join("copy"));
    let dir = whole.to_str().unwrap();
    rootstage(&[
        "rehearse",
        "--script",
        "rotate-keyholder",
        "--unattended",
        "--dir",
        dir,
    ])
    .is(0, &[]);
    publish(&whole, &copy).is(0, &["written"]);
    same_head(&whole, &copy);
    let said = audit(&copy, &[]);
    assert_eq!(verdict(&said, "root.threshold"), "note");
    let before = whole.join("before/metadata/1.root.json");
    let said = audit(&copy, &["--trusted-root", before.to_str().unwrap()]);
    said.is(0, &[]);
    for rule in [
        "root.threshold",
        "root.base",
        "root.trusted",
        "seal.signatures",
    ] {
        assert_eq!(verdict(&said, rule), "pass", "{rule}");
    }
    // another root of that version is not the one that was trusted
    let other = room.path().join("other");
    rootstage(&["rehearse", "--unattended", "--dir", other.to_str().unwrap()]).is(0, &[]);
    let other = other.join("metadata/1.root.json");
    let said = audit(&copy, &["--trusted-root", other.to_str().unwrap()]);
    said.is(1, &[]);
    for rule in ["root.threshold", "root.base", "root.trusted"] {
        assert!(failing(&said).contains(&rule.to_owned()), "{rule}");
    }
}

/// Holds the day of a plan in a rehearsal's directory, in `day`, with the passphrases of the rehearsal.
fn held(base: &Path, plan: &str) {
    let at = |name: &str| base.join(name).to_str().unwrap().to_owned();
    let mut answers = "as_asked = true\n".to_owned();
    let mut call = Command::new(ROOTSTAGE);
    for number in 1..=4 {
        let _ = writeln!(
            answers,
            "[secret.keyholder-{number}]\nenv = \"SECRET_{number}\""
        );
        call.env(
            format!("SECRET_{number}"),
            format!("rehearsal of keyholder-{number}"),
        );
    }
    std::fs::write(base.join("answers.toml"), answers).unwrap();
    let (plan, answers, day) = (at(plan), at("answers.toml"), at("day"));
    said(call.args(["run", &plan, "--dir", &day, "--answers", &answers])).is(0, &[]);
}

/// As many seal as the root that is signed demands, also where it came from elsewhere and demands more than before.
#[test]
fn a_quorum_is_that_of_the_root_that_is_signed() {
    let room = tempfile::tempdir().unwrap();
    let (base, copy) = (room.path().join("base"), room.path().join("copy"));
    let first = ["rehearse", "--script", "sign-staged", "--unattended"];
    rootstage(&[&first[..], &["--dir", base.to_str().unwrap()]].concat()).is(0, &[]);
    let staged = std::fs::read(base.join("staged/root.json")).unwrap();
    let mut staged: serde_json::Value = serde_json::from_slice(&staged).unwrap();
    staged["signed"]["roles"]["root"]["threshold"] = 3.into();
    staged["signatures"] = serde_json::json!([]);
    std::fs::write(base.join("staged/more.json"), staged.to_string()).unwrap();
    let plan = std::fs::read_to_string(base.join("plan.toml")).unwrap();
    let plan: String = plan
        .replace("staged/root.json", "staged/more.json")
        .replace(
            "no_spare_acknowledged = false",
            "no_spare_acknowledged = true",
        )
        .replace("[policy]\n", "[seal]\nby = \"quorum\"\n\n[policy]\n")
        .lines()
        .filter(|line| !line.starts_with("payload = "))
        .fold(String::new(), |plan, line| plan + line + "\n");
    std::fs::write(base.join("quorum.toml"), plan).unwrap();
    held(&base, "quorum.toml");
    let day = base.join("day");
    rootstage(&["audit", day.to_str().unwrap()]).is(0, &["3 of 3 wanted"]);
    publish(&day, &copy).is(0, &["written"]);
    assert_eq!(verdict(&audit(&copy, &[]), "seal.count"), "pass");
}

/// A key that leaves may be one of the few that seal: only the root before says that it may.
#[test]
fn where_a_quorum_seals_keys_that_leave_count_with_the_root_before() {
    let room = tempfile::tempdir().unwrap();
    let (base, copy) = (room.path().join("base"), room.path().join("copy"));
    let at = |name: &str| base.join(name).to_str().unwrap().to_owned();
    let first = ["rehearse", "--script", "rotate-keyholder", "--unattended"];
    rootstage(&[&first[..], &["--dir", base.to_str().unwrap()]].concat()).is(0, &[]);
    // the first keyholder leaves in place of the third
    let plan = std::fs::read_to_string(base.join("plan.toml")).unwrap();
    let plan = plan
        .replace("leaves = true\n", "")
        .replace(
            "key_label = \"root-1\"\n",
            "key_label = \"root-1\"\nleaves = true\n",
        )
        .replace("tokens/keyholder-4.age", "tokens/another.age")
        .replace("[root]\n", "[seal]\nby = \"quorum\"\n\n[root]\n");
    std::fs::write(base.join("quorum.toml"), plan).unwrap();
    held(&base, "quorum.toml");
    let day = at("day");

    publish(Path::new(&day), &copy).is(0, &["written"]);
    let alone = audit(&copy, &[]);
    alone.is(
        0,
        &["1 key of the root sealed", "Give that with --trusted-root"],
    );
    assert_eq!(verdict(&alone, "seal.count"), "note");
    let with = audit(
        &copy,
        &["--trusted-root", &at("before/metadata/1.root.json")],
    );
    assert_eq!(verdict(&with, "seal.count"), "pass");
    // with a root before that does not have it
    let other = audit(
        &copy,
        &["--trusted-root", &format!("{day}/metadata/2.root.json")],
    );
    assert_eq!(verdict(&other, "seal.count"), "fail");
}

#[test]
fn a_production_day_on_hardware_is_published_without_its_serial_numbers() {
    let Some(module) = module() else { return };
    let room = Room::new();
    room.plan("production", &module, &[Holds::Hsm("ecdsa-p256"); 2], "[]");
    let plan = room.read("plan.toml");
    let plan = plan.replace("key_label = \"root-", "key_label = \"the key of row ");
    room.write(
        "plan.toml",
        format!("{plan}[publish]\nwithhold = [\"names\", \"serials\"]\nsalt = \"{SALT}\"\n"),
    );
    room.answers(2);
    room.played();
    let (whole, copy) = (room.at("ceremony"), room.at("copy"));
    publish(&whole, &copy).is(0, &["written"]);
    same_head(&whole, &copy);
    let serials: Vec<String> = plan
        .lines()
        .filter_map(|line| line.strip_prefix("serial = \""))
        .map(|rest| rest.trim_end_matches('"').to_owned())
        .collect();
    assert_eq!(serials.len(), 2);
    let mut withheld: Vec<&str> = serials.iter().map(String::as_str).collect();
    withheld.extend([
        "Keyholder A",
        "Keyholder B",
        "the key of row 1",
        "root-2",
        SALT,
    ]);
    let leaks = leaks::found(&copy, &withheld);
    assert!(leaks.is_empty(), "{leaks:?}");
}

#[test]
fn who_withholds_nothing_publishes_every_body() {
    let room = super::room::plan(2, 2);
    let mut room = super::room::Room::with_plan(&format!("{room}\n[publish]\nwithhold = []\n"));
    room.to_the_end();
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(0, &["bodies withheld: none"]);
    let lines = std::fs::read(copy.join("transcript.jsonl")).unwrap();
    assert!(lines == std::fs::read(room.transcript()).unwrap());
    let said = audit(&copy, &[]);
    said.is(0, &[]);
    assert_eq!(said.json()["withheld"]["records"], 0);
    assert!(!leaks::found(&copy, &["Ada Keyholder"]).is_empty());
}
