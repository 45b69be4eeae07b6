//! Version, expiry, settings, members, keys without a role.

use serde_json::json;

use super::{compared, rows, rules, said, sound};
use crate::tuf::diff::{Class, Mark};
use crate::tuf::policy::Level;
use crate::tuf::testing::{IDS, NOW, Pair};

#[test]
fn version_and_expiry() {
    for version in [1, 3, 9] {
        assert_eq!(
            said(|new| new["version"] = json!(version))[0],
            ("root.version-step", Level::Stop)
        );
    }
    let expires = |text: &str| {
        let found = said(|new| new["expires"] = json!(text));
        found
            .into_iter()
            .map(|(rule, _)| rule)
            .filter(|rule| *rule != "root.nothing-else")
            .collect::<Vec<_>>()
    };
    assert_eq!(
        expires("2026-11-22T00:00:00Z"),
        ["root.expired", "root.expiry-earlier"]
    );
    assert_eq!(
        expires("2026-12-22T00:00:00Z"),
        ["root.expiry-short", "root.expiry-earlier"]
    );
    assert_eq!(
        expires("2036-01-01T00:00:00Z"),
        ["root.expiry-implausible", "root.expiry-long"]
    );
    for text in [
        "2027-11-23T00:00:00.5Z",
        "2027-11-23T00:00:00+00:00",
        "2027-11-23t00:00:00Z",
    ] {
        assert_eq!(expires(text), ["root.expiry-form"], "{text}");
    }
    let mut old = sound(1);
    old.expires = NOW;
    let found = rules(&compared(
        Some(&old.build().unwrap()),
        &sound(2).build().unwrap(),
    ));
    assert_eq!(
        found,
        [
            ("root.old-expired", Level::Info),
            ("root.nothing-else", Level::Info)
        ]
    );
}

#[test]
fn settings_and_members() {
    assert_eq!(
        said(|new| new["consistent_snapshot"] = json!(false)),
        [("root.consistent-snapshot", Level::Caution)]
    );
    assert_eq!(
        said(|new| new["spec_version"] = json!("1.1\u{202e}")),
        [
            ("root.spec-version", Level::Caution),
            ("root.text-unsafe", Level::Caution)
        ]
    );
    assert_eq!(
        said(|new| new["x-note"] = json!({"weight": 9_007_199_254_740_993_u64, "more": {}})),
        [
            ("root.big-integer", Level::Stop),
            ("root.unknown-member", Level::Caution),
            ("root.empty-object", Level::Caution)
        ]
    );
    assert_eq!(
        said(|new| new["x-note"] = json!("\u{1b}[2J")),
        [
            ("root.unknown-member", Level::Caution),
            ("root.text-unsafe", Level::Caution)
        ]
    );
    let with = |version, note: &str| {
        let mut root = sound(version).build().unwrap();
        root["x-note"] = json!(note);
        root["roles"]["root"]["x-by"] = json!(1);
        root
    };
    let diff = compared(Some(&with(1, "a")), &with(2, "b"));
    let found: Vec<_> = rows(&diff, Class::Other)
        .iter()
        .map(|row| (row.what.as_str(), row.mark, row.new.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("member roles.root.x-by", Mark::Kept, "1"),
            ("member x-note", Mark::Changed, "\"b\"")
        ]
    );
    let long = |end: &str| "z".repeat(100) + end;
    let diff = compared(Some(&with(1, &long("a"))), &with(2, &long("b")));
    assert_eq!(rows(&diff, Class::Other)[1].mark, Mark::Changed);
    let gone = compared(Some(&with(1, "a")), &sound(2).build().unwrap());
    assert!(
        rows(&gone, Class::Other)
            .iter()
            .all(|row| row.mark == Mark::Removed)
    );
}

#[test]
fn keys_without_a_role_and_roles_without_a_key() {
    let spare = Pair::golden(7).public();
    assert_eq!(
        said(|new| new["keys"][spare.key_id().hex()] = spare.to_tuf()),
        [("root.key-unused", Level::Info)]
    );
    assert_eq!(
        said(|new| new["roles"]["targets"]["keyids"][0] = json!("0".repeat(64))),
        [
            ("role.threshold-above-keys", Level::Stop),
            ("role.key-unlisted", Level::Caution),
            ("role.keys-changed", Level::Info)
        ]
    );
    assert_eq!(
        said(|new| new["keys"][IDS[1]]["keytype"] = json!("quantum")),
        [
            ("root.no-spare", Level::Stop),
            ("root.key-id", Level::Stop),
            ("root.key-unusable", Level::Caution),
            ("root.old-keys-needed", Level::Info)
        ]
    );
}
