mod content;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Change, Class, Diff, Mark, diff};
use crate::tuf::key::{Holders, KeyId};
use crate::tuf::policy::{Level, Policy, Rule};
use crate::tuf::root::{Role, Root, RootSpec, Signed};
use crate::tuf::testing::{IDS, NOW, Pair, data, role, spec};

/// 2 of 3 at the root, one other key for the online roles.
fn sound(version: u64) -> RootSpec {
    let keys = [0, 1, 2].map(Pair::golden);
    let mut spec = spec(version, &keys.each_ref(), 2);
    for name in [Role::Targets, Role::Snapshot, Role::Timestamp] {
        spec.roles.insert(name, role(&[&Pair::golden(9)], 1));
    }
    spec
}

fn holders() -> Holders {
    let names = ["Ada", "Ben", "Chidi", "Dana", "Eve"];
    let keys = (0..).map(|i| Pair::golden(i).public().fingerprint());
    keys.zip(names.map(str::to_owned)).collect()
}

fn read(value: &Value) -> Root {
    Root::parse(value).unwrap()
}

fn compared(old: Option<&Value>, new: &Value) -> Diff {
    let old = old.map(read);
    let diff = diff(
        old.as_ref(),
        &read(new),
        &holders(),
        &Policy::default(),
        NOW,
    );
    for finding in &diff.findings {
        let rule = Rule::of(finding.rule).unwrap();
        assert!(rule.levels.contains(&finding.level), "{finding:?}");
        assert!(
            finding.sentence.ends_with('.') && finding.sentence.starts_with(char::is_uppercase),
            "{}",
            finding.sentence
        );
    }
    diff
}

/// The findings of a step from [`sound`] to a version 2 that is made by `change`.
fn said(change: impl Fn(&mut Value)) -> Vec<(&'static str, Level)> {
    let mut new = sound(2).build().unwrap();
    change(&mut new);
    rules(&compared(Some(&sound(1).build().unwrap()), &new))
}

fn rules(diff: &Diff) -> Vec<(&'static str, Level)> {
    let found = diff.findings.iter();
    found
        .filter(|f| !matches!(f.rule, "root.loss-tolerance" | "role.online-key-shared"))
        .map(|f| (f.rule, f.level))
        .collect()
}

fn rows(diff: &Diff, class: Class) -> Vec<&Change> {
    let rows = diff.changes.iter();
    rows.filter(|row| row.class == class).collect()
}

#[test]
fn only_version_and_expiry() {
    let mut new = sound(2);
    new.expires += time::Duration::days(30);
    let diff = compared(Some(&sound(1).build().unwrap()), &new.build().unwrap());
    assert_eq!(rules(&diff), [("root.nothing-else", Level::Info)]);
    assert!(diff.may_be_signed());
    let changed: Vec<_> = diff
        .changes
        .iter()
        .filter(|row| row.mark != Mark::Kept)
        .map(|row| (row.what.as_str(), row.old.as_str(), row.new.as_str()))
        .collect();
    assert_eq!(
        changed,
        [
            ("version", "1", "2"),
            (
                "expires",
                "2027-11-23T00:00:00Z (in 365 days)",
                "2027-12-23T00:00:00Z (in 395 days)"
            )
        ]
    );
}

#[test]
fn a_first_root_is_all_new() {
    let diff = compared(None, &sound(1).build().unwrap());
    assert_eq!(rules(&diff), []);
    assert!(
        diff.changes
            .iter()
            .all(|row| row.mark == Mark::Added && row.old.is_empty())
    );
    assert!(diff.keys.iter().all(|key| key.mark == Mark::Added));
    let sentences: Vec<_> = diff.findings.iter().map(|f| f.sentence.as_str()).collect();
    assert_eq!(
        sentences[0],
        "Any one of the 3 root keys may be lost; whoever has any 2 of them controls the root."
    );
    let third = compared(None, &sound(3).build().unwrap());
    assert_eq!(rules(&third), [("root.first-version", Level::Caution)]);
}

#[test]
fn keys_come_and_go() {
    let mut new = sound(2);
    new.roles.insert(
        Role::Root,
        role(&[&Pair::golden(1), &Pair::golden(2), &Pair::golden(3)], 2),
    );
    let diff = compared(Some(&sound(1).build().unwrap()), &new.build().unwrap());
    let marks: Vec<_> = rows(&diff, Class::RootKeys)
        .iter()
        .map(|row| (row.what.as_str(), row.mark))
        .collect();
    assert_eq!(
        marks,
        [
            ("root key of Ben (ecdsa-p256)", Mark::Kept),
            ("root key of Chidi (ecdsa-p256)", Mark::Kept),
            ("root key of Dana (ecdsa-p256)", Mark::Added),
            ("root key of Ada (ecdsa-p256)", Mark::Removed),
        ]
    );
    assert_eq!(rules(&diff), [("root.old-keys-needed", Level::Info)]);

    // two of three leave: the one that stays is too few for the old side
    new.roles.insert(
        Role::Root,
        role(&[&Pair::golden(2), &Pair::golden(3), &Pair::golden(4)], 2),
    );
    let diff = compared(Some(&sound(1).build().unwrap()), &new.build().unwrap());
    assert_eq!(rules(&diff), [("root.old-keys-needed", Level::Caution)]);
    assert_eq!(
        diff.findings[0].sentence,
        "Only 1 of the root keys that clients trust now stays, and this root must be signed by 2 of those: at least 1 of the keys that leave (Ada, Ben) must sign it one last time. Destroy none of them before version 2 is complete and published."
    );
}

/// Another spelling of the same key, under its own right id.
fn respelt(root: &mut Value, id: &str, member: (&str, Value)) -> String {
    let mut key = root["keys"][id].clone();
    key[member.0] = member.1;
    let new = KeyId::of(&key).unwrap().hex();
    root["keys"].as_object_mut().unwrap().remove(id);
    root["keys"][&new] = key;
    for role in ["root", "targets", "snapshot", "timestamp"] {
        for listed in root["roles"][role]["keyids"].as_array_mut().unwrap() {
            if listed == id {
                *listed = json!(new);
            }
        }
    }
    new
}

#[test]
fn the_same_key_under_a_new_id_is_changed() {
    let mut new = sound(2).build().unwrap();
    let id = respelt(
        &mut new,
        IDS[0],
        ("keyid_hash_algorithms", json!(["sha256", "sha512"])),
    );
    let diff = compared(Some(&sound(1).build().unwrap()), &new);
    let row = rows(&diff, Class::RootKeys)[0];
    assert_eq!(row.mark, Mark::Changed);
    assert!(row.new.ends_with("(same key, new id)"), "{row:?}");
    assert_eq!(diff.keys[0].old_ids[0].hex(), IDS[0]);
    assert_eq!(diff.keys[0].new_ids[0].hex(), id);
    assert!(
        diff.changes
            .iter()
            .all(|row| !matches!(row.mark, Mark::Removed))
    );
    assert_eq!(
        rules(&diff),
        [
            ("root.key-new-id", Level::Caution),
            ("root.unknown-member", Level::Info)
        ]
    );
    // ... and under both ids at once it would count twice
    let old = sound(2).build().unwrap();
    new["keys"][IDS[0]] = old["keys"][IDS[0]].clone();
    new["roles"]["root"]["keyids"][1] = json!(IDS[0]);
    let found = rules(&compared(Some(&sound(1).build().unwrap()), &new));
    assert!(found.contains(&("root.same-key-twice", Level::Stop)));
}

#[test]
fn wrong_ids() {
    let wrong = |version| {
        let mut root = sound(version).build().unwrap();
        root["keys"][IDS[0]]["x-owner"] = json!("@ada");
        root
    };
    let found = rules(&compared(Some(&sound(1).build().unwrap()), &wrong(2)));
    assert_eq!(
        found,
        [
            ("root.key-id", Level::Stop),
            ("root.unknown-member", Level::Caution)
        ]
    );
    let found = rules(&compared(Some(&wrong(1)), &sound(2).build().unwrap()));
    assert_eq!(found, [("root.key-id-corrected", Level::Info)]);
}

#[test]
fn thresholds_and_people() {
    assert_eq!(
        said(|new| new["roles"]["root"]["threshold"] = json!(1)),
        [
            ("root.threshold-one", Level::Stop),
            ("root.threshold-lowered", Level::Caution)
        ]
    );
    assert_eq!(
        said(|new| new["roles"]["root"]["threshold"] = json!(3)),
        [
            ("root.no-spare", Level::Stop),
            ("root.threshold-raised", Level::Info)
        ]
    );
    assert_eq!(
        said(|new| new["roles"]["root"]["threshold"] = json!(4)),
        [
            ("root.threshold-above-keys", Level::Stop),
            ("root.threshold-raised", Level::Info)
        ]
    );
    assert_eq!(
        said(|new| new["roles"]["timestamp"]["threshold"] = json!(2)),
        [
            ("role.threshold-above-keys", Level::Stop),
            ("role.threshold-raised", Level::Info)
        ]
    );
    // back to one
    let mut old = sound(1);
    let two = role(&[&Pair::golden(8), &Pair::golden(9)], 2);
    old.roles.insert(Role::Targets, two);
    let found = rules(&compared(
        Some(&old.build().unwrap()),
        &sound(2).build().unwrap(),
    ));
    assert_eq!(
        found,
        [
            ("role.threshold-lowered", Level::Caution),
            ("role.keys-changed", Level::Info)
        ]
    );

    let all_of = |names: [&str; 3]| {
        let keys = (0..).map(|i| Pair::golden(i).public().fingerprint());
        let holders: Holders = keys.zip(names.map(str::to_owned)).collect();
        let diff = diff(
            None,
            &read(&sound(1).build().unwrap()),
            &holders,
            &Policy::default(),
            NOW,
        );
        (rules(&diff), diff.findings[0].sentence.clone())
    };
    let (found, sentence) = all_of(["Ada", "Ada", "Ben"]);
    assert_eq!(found, [("root.keys-of-one-person", Level::Stop)]);
    assert_eq!(
        sentence,
        "Ada holds 2 root keys, and 2 are needed: one person controls the root. Without Ada the root can never be signed."
    );
    let (found, sentence) = all_of(["Ada", "Ben\u{202e}", "Chidi"]);
    assert_eq!(found, [("root.text-unsafe", Level::Caution)]);
    assert!(sentence.contains("Ben\\u{202e}"), "{sentence}");
}

/// Every pair of neighbours in the published history, which nobody made for this test.
#[test]
fn the_published_history() {
    let versions: Vec<_> = (1..=10)
        .map_while(|v| data(&format!("sigstore/root-history/{v}.root.json")))
        .map(|file| Root::parse(&Signed::parse(&file).unwrap().signed).unwrap())
        .collect();
    let mut seen = BTreeSet::new();
    for pair in versions.windows(2) {
        let diff = diff(
            Some(&pair[0]),
            &pair[1],
            &[].into(),
            &Policy::default(),
            pair[1].expires - time::Duration::days(100),
        );
        seen.extend(diff.findings.iter().map(|f| (pair[1].version, f.rule)));
        if pair[1].version == 5 {
            // hexadecimal points became PEM: the same keys under new ids, one key left
            let marks: Vec<_> = rows(&diff, Class::RootKeys)
                .iter()
                .map(|r| r.mark)
                .collect();
            assert_eq!(marks.iter().filter(|m| **m == Mark::Changed).count(), 5);
            assert_eq!(marks.len(), 5);
        }
    }
    if versions.is_empty() {
        return;
    }
    for (version, rule) in [
        (2, "root.expiry-form"),
        (5, "root.key-new-id"),
        (5, "root.consistent-snapshot"),
        (10, "role.keys-changed"),
    ] {
        assert!(
            seen.contains(&(version, rule)),
            "{version} {rule}: {seen:#?}"
        );
    }
}
