//! Delegated roles: who is asked, in which order, and whose word counts.

use serde_json::{Value, json};

use super::repository::{
    Files, LATER, Maker, PAST, delegated, keys, pair, signed_targets, target, visit,
};
use crate::tuf::client::{Client, ClientError, Earlier, Limits};
use crate::tuf::delegations::SearchError;
use crate::tuf::testing::NOW;
use crate::tuf::trusted::NotTrusted;

/// A role that lists `listed` and delegates to `below`, all under key 8.
fn signed(listed: &Value, below: Option<Vec<Value>>) -> Value {
    let delegations = below.map(|roles| json!({ "keys": keys(&[pair(8)]), "roles": roles }));
    signed_targets(1, LATER, listed, delegations)
}

fn to(name: &str, paths: &[&str], stop: bool) -> Value {
    delegated(name, &[pair(8)], 1, paths, stop)
}

fn maker(top: &[Value], roles: Vec<(&str, Value)>) -> Maker {
    Maker {
        delegations: Some(json!({ "keys": keys(&[pair(8)]), "roles": top })),
        roles: roles
            .into_iter()
            .map(|(name, signed)| (name.to_owned(), signed, vec![pair(8)]))
            .collect(),
        ..Maker::default()
    }
}

fn finder(files: &Files, path: &str) -> Result<Option<String>, ClientError> {
    let found = visit(files).unwrap().find(path)?;
    Ok(found.map(|found| found.role))
}

#[test]
fn roles_are_asked_in_order_and_those_below_first() {
    let files = maker(
        &[to("a", &["x/*"], false), to("b", &["x/*", "y"], false)],
        vec![
            (
                "a",
                signed(
                    &json!({ "y": target(b"n") }),
                    Some(vec![to("c", &["x/?"], false)]),
                ),
            ),
            (
                "b",
                signed(
                    &json!({ "x/1": target(b"b"), "x/22": target(b"b"), "y": target(b"b") }),
                    None,
                ),
            ),
            ("c", signed(&json!({ "x/1": target(b"c") }), None)),
        ],
    )
    .files();
    assert_eq!(finder(&files, "x/1"), Ok(Some("c".into())));
    assert_eq!(finder(&files, "x/22"), Ok(Some("b".into())));
    // listed by `a`, but nobody asks `a` about it
    assert_eq!(finder(&files, "y"), Ok(Some("b".into())));
    assert_eq!(finder(&files, "b"), Ok(Some("targets".into())));
    assert_eq!(finder(&files, "x/1/2"), Ok(None));
    let mut client = visit(&files).unwrap();
    let names: Vec<_> = client
        .delegated()
        .unwrap()
        .into_iter()
        .map(|role| (role.by, role.name))
        .collect();
    let expected = [("targets", "a"), ("targets", "b"), ("a", "c")];
    assert_eq!(
        names,
        expected.map(|(by, name)| (by.to_owned(), name.to_owned()))
    );
}

#[test]
fn a_terminating_role_has_the_last_word() {
    let build = |stop| {
        maker(
            &[to("a", &["x/*"], stop), to("b", &["*/*"], false)],
            vec![
                (
                    "a",
                    signed(&json!({}), Some(vec![to("c", &["x/deep"], false)])),
                ),
                (
                    "b",
                    signed(
                        &json!({ "x/1": target(b"b"), "x/deep": target(b"b") }),
                        None,
                    ),
                ),
                ("c", signed(&json!({ "x/deep": target(b"c") }), None)),
            ],
        )
        .files()
    };
    assert_eq!(finder(&build(true), "x/1"), Ok(None));
    assert_eq!(finder(&build(false), "x/1"), Ok(Some("b".into())));
    // those below it are still asked
    assert_eq!(finder(&build(true), "x/deep"), Ok(Some("c".into())));
}

#[test]
fn delegations_that_turn_back_end() {
    let files = maker(
        &[to("a", &["*"], false)],
        vec![
            ("a", signed(&json!({}), Some(vec![to("b", &["*"], false)]))),
            (
                "b",
                signed(
                    &json!({}),
                    Some(vec![to("a", &["*"], false), to("b", &["*"], false)]),
                ),
            ),
        ],
    )
    .files();
    assert_eq!(finder(&files, "nothing"), Ok(None));
    assert_eq!(visit(&files).unwrap().delegated().unwrap().len(), 4);
    let limits = Limits {
        roles: 3,
        ..Limits::default()
    };
    let mut client = Client::refresh(
        &files.0["1.root.json"],
        &files,
        NOW,
        limits,
        Earlier::default(),
    )
    .unwrap();
    assert!(matches!(
        client.delegated(),
        Err(ClientError::TooManyRoles { limit: 3 })
    ));
}

#[test]
fn no_more_than_32_delegated_roles_are_asked() {
    let names: Vec<String> = (0..40).map(|at| format!("r{at}")).collect();
    let build = |holder: usize, count: usize| {
        let roles = names[..count].iter().enumerate().map(|(at, name)| {
            let listed = if at == holder {
                json!({ "t": target(b"t") })
            } else {
                json!({})
            };
            (name.as_str(), signed(&listed, None))
        });
        let top: Vec<_> = names[..count]
            .iter()
            .map(|name| to(name, &["*"], false))
            .collect();
        maker(&top, roles.collect()).files()
    };
    assert_eq!(finder(&build(31, 40), "t"), Ok(Some("r31".into())));
    assert_eq!(
        finder(&build(32, 40), "t"),
        Err(ClientError::Search(Box::new(SearchError::TooMany {
            path: "t".into()
        })))
    );
    assert_eq!(finder(&build(99, 32), "t"), Ok(None));
}

#[test]
fn a_delegated_role_is_held_to_what_its_parent_says() {
    let build = |change: &dyn Fn(&mut Maker)| {
        let mut maker = maker(
            &[to("a", &["*"], false)],
            vec![("a", signed(&json!({ "t": target(b"t") }), None))],
        );
        change(&mut maker);
        finder(&maker.files(), "t")
    };
    assert_eq!(build(&|_| ()), Ok(Some("a".into())));
    assert!(matches!(
        build(&|maker| maker.roles[0].2 = vec![pair(9)]),
        Err(ClientError::NotTrusted { reason: NotTrusted::RoleThreshold { role, .. }, .. }) if role == "a"
    ));
    assert!(matches!(
        build(&|maker| maker.roles[0].1["expires"] = PAST.into()),
        Err(ClientError::Expired { file, .. }) if file == "1.a.json"
    ));
    assert!(matches!(
        build(&|maker| maker.roles[0].1["_type"] = "snapshot".into()),
        Err(ClientError::NotTrusted {
            reason: NotTrusted::Type { .. },
            ..
        })
    ));
    assert!(matches!(
        build(&|maker| maker.roles[0].1["targets"]["t"]["length"] = (-1).into()),
        Err(ClientError::NotTrusted {
            reason: NotTrusted::Content { .. },
            ..
        })
    ));
    assert!(matches!(
        build(&|maker| maker.roles.clear()),
        Err(ClientError::NotListed { file, .. }) if file == "a.json"
    ));
    assert!(matches!(
        build(&|maker| maker.alter_snapshot = |s| s["meta"]["a.json"]["length"] = 5.into()),
        Err(ClientError::NotAsListed { .. })
    ));
    // two of two keys are needed, and one key under two ids is one key
    let doubled = |maker: &mut Maker| {
        let mut other = pair(8).public().to_tuf();
        other["x-note"] = "again".into();
        let id = crate::tuf::key::KeyId::of(&other).unwrap().hex();
        let delegations = maker.delegations.as_mut().unwrap();
        delegations["keys"][&id] = other;
        delegations["roles"][0]["threshold"] = 2.into();
        delegations["roles"][0]["keyids"]
            .as_array_mut()
            .unwrap()
            .push(id.into());
    };
    assert!(matches!(
        build(&doubled),
        Err(ClientError::NotTrusted { reason: NotTrusted::RoleThreshold { tally, .. }, .. }) if tally.count() == 1
    ));
}

#[test]
fn two_parents_vouch_each_with_their_own_keys() {
    // `b` delegates to `c` under key 9, which has not signed it
    let mut maker = maker(
        &[to("a", &["1"], false), to("b", &["2"], false)],
        vec![
            ("a", signed(&json!({}), Some(vec![to("c", &["*"], false)]))),
            (
                "c",
                signed(&json!({ "1": target(b"t"), "2": target(b"t") }), None),
            ),
        ],
    );
    let below = json!({ "keys": keys(&[pair(9)]), "roles": [delegated("c", &[pair(9)], 1, &["*"], false)] });
    let b = signed_targets(1, LATER, &json!({}), Some(below));
    maker.roles.push(("b".into(), b, vec![pair(8)]));
    let files = maker.files();
    let mut client = visit(&files).unwrap();
    assert_eq!(client.find("1").unwrap().unwrap().role, "c");
    assert!(matches!(
        client.find("2"),
        Err(ClientError::NotTrusted { .. })
    ));
}

#[test]
fn succinct_roles_are_named() {
    let mut maker = maker(&[], vec![]);
    let delegations = maker.delegations.as_mut().unwrap().as_object_mut().unwrap();
    delegations.remove("roles");
    delegations.insert("succinct_roles".into(), json!({ "bit_length": 8 }));
    let files = maker.files();
    assert!(matches!(
        finder(&files, "t"),
        Err(ClientError::Search(error)) if matches!(*error, SearchError::Succinct { .. })
    ));
    assert_eq!(finder(&files, "b"), Ok(Some("targets".into())));
}
