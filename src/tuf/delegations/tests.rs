use serde_json::{Value, json};

use super::pattern::matches;
use super::{After, Delegations, Paths};
use crate::digest::Sha256;
use crate::tuf::testing::Pair;

#[test]
fn wildcards_do_not_cross_slashes() {
    for (pattern, path, fits) in [
        ("*", "a", true),
        ("*", "", true),
        ("*", "a/b", false),
        ("*/*", "a/b", true),
        ("*/*", "a/b/c", false),
        ("a/*.tgz", "a/b.tgz", true),
        ("a/*.tgz", "a/b.tgz.x", false),
        ("a/*.tgz", "a/.tgz", true),
        ("foo-version-?.tgz", "foo-version-2.tgz", true),
        ("foo-version-?.tgz", "foo-version-22.tgz", false),
        ("?", "/", false),
        ("?", "é", true),
        ("a*b*c", "aXbYbZc", true),
        ("a*b*c", "aXbYbZ", false),
        ("**", "abc", true),
        ("", "", true),
        ("", "a", false),
        ("a", "A", false),
        ("[abc]", "b", true),
        ("[a-c]x", "bx", true),
        ("[!a-c]", "b", false),
        ("[!a-c]", "d", true),
        ("[]]", "]", true),
        ("[]a-]", "-", true),
        ("[abc", "[abc", true),
        ("[", "[", true),
        ("*[", "x[", true),
        ("*[0-9]", "x12", true),
        ("[a/b]", "a", false),
    ] {
        assert_eq!(matches(pattern, path), fits, "{pattern} {path}");
    }
    // no pattern takes long
    let stars = "a*".repeat(2_000);
    assert!(!matches(
        &stars,
        &"a".repeat(4_000).replace("aaaa", "aaab")[..1_999]
    ));
}

#[test]
fn prefixes_are_those_of_the_digest_of_the_path() {
    let digest = Sha256::of(b"a/b").hex();
    let contain = |prefix: &str| Paths::HashPrefixes(vec![prefix.to_owned()]).contain("a/b");
    assert!(contain(&digest) && contain(&digest[..3]) && contain(""));
    assert!(!contain(&Sha256::of(b"a/c").hex()[..8]));
}

fn sample() -> Value {
    let key = Pair::golden(0).public();
    let id = key.key_id().hex();
    json!({
        "keys": { &id: key.to_tuf() },
        "roles": [
            { "name": "a", "keyids": [id], "threshold": 1, "terminating": true, "paths": ["x/*"] },
            { "name": "b", "keyids": [id], "threshold": 2, "terminating": false, "path_hash_prefixes": ["0", "ab"] },
        ],
    })
}

fn read(value: &Value) -> Result<(Delegations, Vec<String>), String> {
    let mut unknown = Vec::new();
    Delegations::read(value, "delegations", &mut unknown)
        .map(|read| (read, unknown))
        .map_err(|error| error.to_string())
}

#[test]
fn delegations_are_read_with_all_they_say() {
    let mut value = sample();
    value["x-a"] = json!(1);
    value["roles"][1]["x-b"] = json!({});
    let (read, unknown) = read(&value).unwrap();
    let names: Vec<_> = read.roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(read.role("a").unwrap().after, After::Stop);
    assert_eq!(read.role("b").unwrap().keys.threshold, 2);
    assert_eq!(read.role("c"), None);
    assert_eq!(unknown, ["delegations.x-a", "delegations.roles[1].x-b"]);
    let asked: Vec<_> = read.asked_about("x/1").map(|role| &role.name).collect();
    assert_eq!(asked, ["a"]);
}

#[test]
fn what_are_not_delegations_is_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut value = sample();
        change(&mut value);
        read(&value).unwrap_err()
    };
    let at = "delegations.roles[0]";
    assert_eq!(
        refused(&|d| *d = json!([])),
        "`delegations` must be an object"
    );
    assert_eq!(
        refused(&|d| drop(d.as_object_mut().unwrap().remove("keys"))),
        "`delegations.keys` is absent"
    );
    assert_eq!(
        refused(&|d| d["roles"] = json!({})),
        "`delegations.roles` must be a list"
    );
    for name in ["root", "targets", "snapshot", "timestamp", ""] {
        assert!(
            refused(&|d| d["roles"][0]["name"] = name.into())
                .ends_with("expected a name that is none of a top-level role")
        );
    }
    assert_eq!(
        refused(&|d| d["roles"][1]["name"] = "a".into()),
        "`delegations.roles[1].name` is a, expected a name that no other role has"
    );
    assert_eq!(
        refused(&|d| d["roles"][0]["terminating"] = 1.into()),
        format!("`{at}.terminating` must be true or false")
    );
    assert_eq!(
        refused(&|d| d["roles"][0]["threshold"] = 0.into()),
        format!("`{at}.threshold` must be a whole number from 1")
    );
    assert_eq!(
        refused(&|d| d["roles"][0]["path_hash_prefixes"] = json!([])),
        format!("`{at}` must be with either `paths` or `path_hash_prefixes`")
    );
    assert_eq!(
        refused(&|d| d["roles"][0]["paths"] = json!([1])),
        format!("`{at}.paths` must be a list of text, none of it long")
    );
    assert!(
        refused(&|d| d["roles"][1]["path_hash_prefixes"] = json!(["AB\u{202e}"]))
            .contains("is AB\\u{202e}, expected")
    );
    assert!(refused(&|d| d["roles"][0]["keyids"][0] = json!("x")).contains("key id"));
    assert_eq!(
        refused(&|d| d["succinct_roles"] = json!({})),
        "`delegations.roles` must be absent where `succinct_roles` is there"
    );
}
