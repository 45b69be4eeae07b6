use serde_json::{Value, json};
use time::macros::datetime;

use super::{Kind, Manifest, is_ceremony_id, whole_second};
use crate::canonical::line;
use crate::envelope::ManifestError;

fn good() -> Value {
    json!({
        "ceremony": "0123456789abcdef0123456789abcdef",
        "created": "2026-11-23T09:00:00Z",
        "from": "Alice, site A",
        "kind": "transcript",
        "note": "for the auditor",
        "payloads": [
            { "name": "plan.toml", "sha256": "00".repeat(32), "size": 3 },
            { "name": "transcript.jsonl", "sha256": "11".repeat(32), "size": 4 },
        ],
    })
}

fn parsed(value: &Value) -> Result<Manifest, ManifestError> {
    Manifest::parse(line(value).unwrap().as_bytes())
}

#[test]
fn a_manifest_reads_as_it_was_written() {
    let manifest = parsed(&good()).unwrap();
    assert_eq!(manifest.kind, Kind::Transcript);
    assert_eq!(manifest.created, datetime!(2026-11-23 09:00:00 UTC));
    assert_eq!(manifest.payloads[1].name, "transcript.jsonl");
    assert_eq!(manifest.line().unwrap(), line(&good()).unwrap());
    let mut bare = good();
    for name in ["ceremony", "from", "note"] {
        bare.as_object_mut().unwrap().remove(name);
    }
    let manifest = parsed(&bare).unwrap();
    assert_eq!(
        (manifest.ceremony, manifest.from, manifest.note),
        (None, None, None)
    );
}

#[test]
fn every_deviation_is_refused_by_name() {
    for (pointer, value, said) in [
        ("/kind", json!("other"), "its kind is `other`"),
        ("/kind", json!(1), "`kind` must be text"),
        ("/created", json!("2026-11-23T09:00:00+00:00"), "`created`"),
        ("/created", json!("2026-11-23T09:00:00.5Z"), "`created`"),
        ("/created", json!("2026-11-31T09:00:00Z"), "`created`"),
        ("/created", json!(null), "`created`"),
        ("/ceremony", json!("ABCDEF"), "`ceremony` must be 32"),
        ("/from", json!(""), "`from` is not a line"),
        ("/note", json!("a\nb"), "`note` is not a line"),
        ("/payloads", json!([]), "lists 0 payloads"),
        ("/payloads", json!({}), "`payloads` must be a list"),
        ("/payloads/0", json!(7), "`payloads[0]` must be an object"),
        ("/payloads/0/name", json!("a/b"), "slash"),
        ("/payloads/0/name", json!("zz"), "order of their names"),
        (
            "/payloads/0/name",
            json!("TRANSCRIPT.jsonl"),
            "the same where case does not matter",
        ),
        (
            "/payloads/0/name",
            json!("transcript.jsonl"),
            "the same where case does not matter",
        ),
        ("/payloads/0/size", json!(-1), "payloads[0].size"),
        ("/payloads/0/size", json!(1_u64 << 40), "payloads[0].size"),
        ("/payloads/0/sha256", json!("AA".repeat(32)), "sha256"),
    ] {
        let mut manifest = good();
        *manifest.pointer_mut(pointer).unwrap() = value;
        let error = parsed(&manifest).unwrap_err().to_string();
        assert!(error.contains(said), "{pointer}: {error}");
    }
    let mut more = good();
    more["x-more"] = json!(1);
    assert_eq!(
        parsed(&more),
        Err(ManifestError::Unknown("x-more".to_owned()))
    );
    let mut more = good();
    more["payloads"][1]["mode"] = json!(1);
    assert_eq!(
        parsed(&more),
        Err(ManifestError::Unknown("payloads[1].mode".to_owned()))
    );
    for name in ["kind", "created", "payloads"] {
        let mut less = good();
        less.as_object_mut().unwrap().remove(name);
        assert!(parsed(&less).is_err(), "{name}");
    }
    assert!(Manifest::parse(b"[]").is_err());
    assert!(Manifest::parse(b"{").is_err());
}

#[test]
fn one_manifest_has_one_spelling() {
    let canonical = line(&good()).unwrap();
    for other in [
        format!("{canonical} "),
        canonical.replacen(':', ": ", 1),
        canonical.replace("Alice", "\\u0041lice"),
        crate::canonical::pretty(&good()),
    ] {
        assert_eq!(
            Manifest::parse(other.as_bytes()),
            Err(ManifestError::NotCanonical),
            "{other}"
        );
    }
    // two members of one name
    let twice = canonical.replacen('{', "{\"kind\":\"signatures\",", 1);
    assert!(matches!(
        Manifest::parse(twice.as_bytes()),
        Err(ManifestError::Json(_))
    ));
}

#[test]
fn single_kinds_have_one_payload_and_signatures_a_fixed_name() {
    for kind in Kind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
        let mut manifest = good();
        manifest["kind"] = json!(kind.name());
        assert_eq!(parsed(&manifest).is_err(), kind.is_single(), "{kind}");
    }
    let mut manifest = good();
    manifest["kind"] = json!("signatures");
    manifest["payloads"].as_array_mut().unwrap().pop();
    assert!(matches!(
        parsed(&manifest),
        Err(ManifestError::PayloadName { .. })
    ));
}

#[test]
fn small_things() {
    assert!(!is_ceremony_id("0123456789abcdef0123456789abcdeF"));
    assert_eq!(
        whole_second(datetime!(2026-11-23 09:00:00.9 +1)),
        datetime!(2026-11-23 08:00:00 UTC)
    );
}
