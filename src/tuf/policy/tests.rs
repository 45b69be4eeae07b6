use serde_json::{Value, json};
use time::Duration;

use super::{Finding, Level, Policy, findings, published};
use crate::tuf::key::KeyId;
use crate::tuf::root::{Role, Root, RootSpec};
use crate::tuf::testing::{IDS, NOW, Pair, golden_spec, role};

/// 2 of 3 at the root, other keys elsewhere: nothing to say.
fn sound() -> RootSpec {
    let [a, b, c, d] = [0, 1, 2, 3].map(Pair::golden);
    let mut spec = golden_spec();
    spec.roles = Role::ALL.map(|name| (name, role(&[&d], 1))).into();
    spec.roles.insert(Role::Root, role(&[&a, &b, &c], 2));
    spec
}

fn said(change: impl Fn(&mut RootSpec, &mut Policy)) -> Vec<(&'static str, Level)> {
    let (mut spec, mut policy) = (sound(), Policy::default());
    change(&mut spec, &mut policy);
    let found = findings(&spec, &policy, NOW);
    for Finding { sentence, .. } in &found {
        assert!(
            sentence.ends_with('.') && sentence.starts_with(char::is_uppercase),
            "{sentence}"
        );
    }
    found
        .into_iter()
        .map(|finding| (finding.rule, finding.level))
        .collect()
}

fn root(spec: &mut RootSpec) -> &mut crate::tuf::root::RoleSpec {
    spec.roles.get_mut(&Role::Root).unwrap()
}

#[test]
fn a_sound_root_needs_no_word() {
    assert_eq!(said(|_, _| {}), []);
}

#[test]
fn thresholds() {
    assert_eq!(
        said(|s, _| root(s).threshold = 1),
        [("root.threshold-one", Level::Stop)]
    );
    assert_eq!(
        said(|s, p| {
            root(s).threshold = 1;
            p.production = false;
        }),
        [("root.threshold-one", Level::Caution)]
    );
    assert_eq!(
        said(|_, p| p.min_root_threshold = 3),
        [("root.threshold-low", Level::Stop)]
    );
    assert_eq!(
        said(|s, _| root(s).threshold = 3),
        [("root.no-spare", Level::Stop)]
    );
    assert_eq!(
        said(|s, p| {
            root(s).threshold = 3;
            p.allow_threshold_equals_keys = true;
        }),
        [("root.no-spare", Level::Caution)]
    );
    assert_eq!(
        said(|s, _| root(s).threshold = 4),
        [("root.threshold-above-keys", Level::Stop)]
    );
    assert_eq!(
        said(|s, _| root(s).threshold = 0),
        [("root.threshold-zero", Level::Stop)]
    );
    assert_eq!(
        said(|s, _| root(s).keys.clear()),
        [("role.no-keys", Level::Stop)]
    );
    let targets = |s: &mut RootSpec, threshold| {
        s.roles.get_mut(&Role::Targets).unwrap().threshold = threshold;
    };
    assert_eq!(
        said(|s, _| targets(s, 2)),
        [("role.threshold-above-keys", Level::Stop)]
    );
    assert_eq!(
        said(|s, _| targets(s, 0)),
        [("role.threshold-zero", Level::Stop)]
    );
    assert_eq!(
        said(|s, _| drop(s.roles.remove(&Role::Snapshot))),
        [("role.no-keys", Level::Stop)]
    );
}

#[test]
fn expiry() {
    let rule = |expires| said(move |s, _| s.expires = expires);
    assert_eq!(rule(NOW), [("root.expired", Level::Stop)]);
    assert_eq!(
        rule(NOW + Duration::SECOND),
        [("root.expiry-short", Level::Stop)]
    );
    assert_eq!(
        rule(NOW + Duration::days(90) - Duration::SECOND),
        [("root.expiry-short", Level::Stop)]
    );
    assert_eq!(rule(NOW + Duration::days(90)), []);
    assert_eq!(rule(NOW + Duration::days(1100)), []);
    assert_eq!(
        rule(NOW + Duration::days(1101)),
        [("root.expiry-long", Level::Stop)]
    );
    let mut short = sound();
    short.expires = NOW + Duration::days(1);
    assert_eq!(
        findings(&short, &Policy::default(), NOW)[0].sentence,
        "The root expires on 2026-11-24, in 1 day; the plan asks for at least 90."
    );
}

#[test]
fn the_same_key_twice() {
    // three entries, two keys: what is left is 2 of 2
    let [a, b] = [0, 1].map(Pair::golden);
    let found = said(|s, _| *root(s) = role(&[&a, &b, &a], 2));
    assert_eq!(
        found,
        [
            ("root.same-key-twice", Level::Stop),
            ("root.no-spare", Level::Stop)
        ]
    );
}

#[test]
fn keys_that_roles_share() {
    let a = Pair::golden(0);
    let shared = |name| said(|s, _| drop(s.roles.insert(name, role(&[&a], 1))));
    assert_eq!(
        shared(Role::Timestamp),
        [("role.key-shared", Level::Caution)]
    );
    assert_eq!(
        shared(Role::Snapshot),
        [("role.key-shared", Level::Caution)]
    );
    assert_eq!(shared(Role::Targets), [("role.key-shared", Level::Info)]);
}

#[test]
fn key_types() {
    let p384 = Pair::p384();
    let with = |s: &mut RootSpec| root(s).keys.push(p384.entry("Ann\u{202e}"));
    assert_eq!(said(|s, _| with(s)), [("root.key-type", Level::Stop)]);
    assert_eq!(
        said(|s, p| {
            with(s);
            p.allow_p384 = true;
        }),
        [("root.key-type", Level::Caution)]
    );
    let mut spec = sound();
    with(&mut spec);
    let sentence = &findings(&spec, &Policy::default(), NOW)[0].sentence;
    assert!(
        sentence.contains("tuf-js")
            && sentence.contains("tough")
            && sentence.contains("Ann\\u{202e}"),
        "{sentence}"
    );
}

#[test]
fn a_published_root() {
    let rules = |built: &Value| -> Vec<_> {
        published(&Root::parse(built).unwrap())
            .into_iter()
            .map(|f| f.rule)
            .collect()
    };
    let mut built = golden_spec().build().unwrap();
    assert_eq!(rules(&built), [] as [&str; 0]);
    let mut again = built["keys"][IDS[0]].clone();
    again["keyid_hash_algorithms"] = json!(["sha256", "sha512"]);
    let second = KeyId::of(&again).unwrap().hex();
    built["keys"][&second] = again;
    built["roles"]["root"]["keyids"][1] = Value::from(second.clone());
    assert_eq!(
        rules(&built),
        ["root.same-key-twice", "root.threshold-above-keys"]
    );
    built["keys"][&second]["x-owner"] = json!("@ann");
    assert_eq!(
        rules(&built),
        [
            "root.key-id",
            "root.same-key-twice",
            "root.threshold-above-keys"
        ]
    );
    built["keys"][&second]["keytype"] = json!("rsa");
    assert_eq!(
        rules(&built),
        [
            "root.key-id",
            "root.key-unusable",
            "root.threshold-above-keys"
        ]
    );
}

#[test]
fn a_plan_may_leave_everything_to_the_defaults() {
    assert_eq!(
        serde_json::from_str::<Policy>("{}").unwrap(),
        Policy::default()
    );
    assert!(serde_json::from_str::<Policy>(r#"{"expiry_min":1}"#).is_err());
}
