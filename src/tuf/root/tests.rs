use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::datetime;

use super::{MetadataError, Role, Root, Signature, Signed, payload};
use crate::canonical::{CanonicalError, ParseError, olpc};
use crate::tuf::testing::{
    IDS, PAYLOAD, Pair, SIGNATURES, data, golden_spec, role, signed_by, spec,
};

#[test]
fn golden_vector() {
    let spec = golden_spec();
    let (bytes, digest) = payload(&spec.build().unwrap()).unwrap();
    assert_eq!(bytes.len(), 1252);
    assert_eq!(digest.hex(), PAYLOAD);
    let signed = signed_by(&spec, &[&Pair::golden(0), &Pair::golden(1)]);
    for (signature, (id, sig)) in signed.signatures.iter().zip(IDS.iter().zip(SIGNATURES)) {
        assert_eq!(
            (signature.keyid.hex().as_str(), signature.sig.as_str()),
            (*id, sig)
        );
    }
    assert_eq!(Signed::parse(&signed.to_file()), Ok(signed));
}

#[test]
fn golden_files() {
    let (Some(file), Some(canon)) = (data("golden/1.root.json"), data("golden/payload.canon"))
    else {
        return;
    };
    let read = Signed::parse(&file).unwrap();
    assert_eq!(olpc(&read.signed).unwrap(), canon);
    assert_eq!(
        read,
        signed_by(&golden_spec(), &[&Pair::golden(0), &Pair::golden(1)])
    );
}

#[test]
fn a_file_reads_back_and_stays_as_it_is() {
    let signed = signed_by(&golden_spec(), &[&Pair::golden(0)]);
    let file = signed.to_file();
    assert!(file.starts_with(b"{\n  \"signatures\": [\n    {\n      \"keyid\": \"7230de22"));
    assert!(file.ends_with(b"}\n"));
    assert_eq!(Signed::parse(&file).unwrap().to_file(), file);
}

#[test]
fn a_key_of_several_roles_is_written_once() {
    let built = golden_spec().build().unwrap();
    assert_eq!(built["keys"].as_object().unwrap().len(), 2);
    assert_eq!(built["spec_version"], "1.0.34");
    assert_eq!(built["expires"], "2027-11-23T00:00:00Z");
}

#[test]
fn what_clients_would_refuse_is_not_built() {
    let keys = [Pair::golden(0), Pair::golden(1)];
    let changed = |change: &dyn Fn(&mut super::RootSpec)| {
        let mut spec = golden_spec();
        change(&mut spec);
        spec.build().unwrap_err()
    };
    assert!(matches!(
        changed(&|s| s.version = 0),
        MetadataError::Value { .. }
    ));
    assert!(matches!(
        changed(&|s| s.version = 1 << 53),
        MetadataError::Value { .. }
    ));
    assert_eq!(
        changed(&|s| drop(s.roles.remove(&Role::Snapshot))),
        MetadataError::Absent("roles.snapshot".into())
    );
    for time in [
        datetime!(2027-11-23 00:00:00.5 UTC),
        datetime!(2027-11-23 00:00:00.000000001 UTC),
        datetime!(2027-11-23 00:00:00 +01:00),
    ] {
        assert!(matches!(
            changed(&|s| s.expires = time),
            MetadataError::Expiry { .. }
        ));
    }
    let root = |change: &dyn Fn(&mut super::RoleSpec)| {
        changed(&|s| change(s.roles.get_mut(&Role::Root).unwrap()))
    };
    assert_eq!(
        root(&|r| r.threshold = 0),
        MetadataError::Threshold {
            role: Role::Root,
            threshold: 0,
            keys: 2
        }
    );
    assert_eq!(
        root(&|r| r.threshold = 3),
        MetadataError::Threshold {
            role: Role::Root,
            threshold: 3,
            keys: 2
        }
    );
    assert_eq!(root(&|r| r.keys.clear()), MetadataError::NoKeys(Role::Root));
    assert!(
        matches!(root(&|r| *r = role(&[&keys[0], &keys[1], &keys[0]], 2)), MetadataError::Twice { keyid, .. } if keyid.hex() == IDS[0])
    );
}

#[test]
fn a_root_is_read_with_all_it_says() {
    let spec = golden_spec();
    let mut built = spec.build().unwrap();
    built["x-period"] = json!(18_446_744_073_709_551_615_u64);
    built["roles"]["mirrors"] = json!({});
    built["keys"][IDS[0]]["keyval"]["x\u{202e}"] = json!("?");
    let root = Root::parse(&built).unwrap();
    assert_eq!(
        (root.version, root.consistent_snapshot, root.expires),
        (1, true, spec.expires)
    );
    assert_eq!(
        root.unknown,
        [
            "x-period".to_owned(),
            format!("keys.{}.keyval.x\\u{{202e}}", IDS[0]),
            "roles.mirrors".to_owned()
        ]
    );
    assert_eq!(root.role(Role::Root).unwrap().threshold, 2);
    assert_eq!(
        root.role_keys(Role::Root)
            .map(|(id, _)| id.hex())
            .collect::<Vec<_>>(),
        IDS
    );
    // the member that was added changes the id that the key must have
    assert_eq!(root.wrong_ids().len(), 1);
    assert_eq!(root.wrong_ids()[0].0.hex(), IDS[0]);
}

#[test]
fn unknown_members_and_large_integers_survive() {
    let mut signed = signed_by(&golden_spec(), &[]);
    signed.signed["x-n"] = json!([u64::MAX, i64::MIN, {"é\n": null}]);
    let read = Signed::parse(&signed.to_file()).unwrap();
    assert_eq!(read, signed);
    assert!(
        String::from_utf8(olpc(&read.signed).unwrap())
            .unwrap()
            .contains("[18446744073709551615,-9223372036854775808,{\"é\n\":null}]")
    );
}

#[test]
fn a_number_that_would_be_rounded_is_refused_by_name() {
    let file = String::from_utf8(signed_by(&golden_spec(), &[]).to_file()).unwrap();
    let file = file.replace(
        "\"version\": 1",
        "\"version\": 1, \"x-n\": {\"big\": 18446744073709551616}",
    );
    assert!(matches!(
        Signed::parse(file.as_bytes()),
        Err(MetadataError::Canonical(CanonicalError::NotInteger { path, .. })) if path == "x-n.big"
    ));
}

#[test]
fn what_is_not_a_root_is_refused() {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut built = golden_spec().build().unwrap();
        change(&mut built);
        Root::parse(&built).unwrap_err().to_string()
    };
    assert_eq!(
        changed(&|r| r["_type"] = json!("targets")),
        "`_type` is targets, expected root"
    );
    assert_eq!(
        changed(&|r| r["spec_version"] = json!("2.0")),
        "`spec_version` is 2.0, expected 1.0 or a later 1.x"
    );
    assert_eq!(
        changed(&|r| r["version"] = json!(0)),
        "`version` must be a whole number from 1"
    );
    assert_eq!(
        changed(&|r| r["version"] = json!(-1)),
        "`version` must be a whole number from 1"
    );
    assert!(changed(&|r| r["expires"] = json!("tomorrow")).starts_with("`expires` is tomorrow"));
    assert_eq!(
        changed(&|r| r["consistent_snapshot"] = json!("yes")),
        "`consistent_snapshot` must be true or false"
    );
    assert_eq!(
        changed(&|r| drop(r.as_object_mut().unwrap().remove("keys"))),
        "`keys` is absent"
    );
    assert_eq!(
        changed(&|r| r["keys"]["abc"] = json!({})),
        "`keys` has a key id that is not one: a SHA-256 digest has 64 hex digits, here are 3"
    );
    assert_eq!(
        changed(&|r| r["keys"][IDS[0]]["x"] = json!(1.5)),
        format!(
            "it has no canonical form: keys.{}.x is 1.5, which is not a whole number of 64 bits",
            IDS[0]
        )
    );
    assert_eq!(
        changed(&|r| r["roles"]["root"]["threshold"] = json!(0)),
        "`roles.root.threshold` must be a whole number from 1"
    );
    assert_eq!(
        changed(&|r| r["roles"]["root"]["keyids"][1] = json!(IDS[0])),
        format!("role root names key {} twice", IDS[0])
    );
    assert_eq!(
        changed(&|r| drop(r["roles"].as_object_mut().unwrap().remove("timestamp"))),
        "`roles.timestamp` is absent"
    );
    assert_eq!(changed(&|r| *r = json!(7)), "`signed` must be an object");
}

#[test]
fn what_is_not_a_signed_file_is_refused() {
    let said = |text: &str| Signed::parse(text.as_bytes()).unwrap_err();
    let entry = format!(r#"{{"keyid":"{}","sig":""}}"#, IDS[0]);
    assert!(
        matches!(said(&format!(r#"{{"signed":{{}},"signatures":[{entry},{entry}]}}"#)), MetadataError::Twice { keyid, .. } if keyid.hex() == IDS[0])
    );
    assert!(
        matches!(said(r#"{"signed":{"a":1,"a":2},"signatures":[]}"#), MetadataError::Json(ParseError::Json(said)) if said.contains("\"a\""))
    );
    assert_eq!(
        said(r#"{"signed":{}}"#),
        MetadataError::Absent("signatures".into())
    );
    assert_eq!(
        said(r#"{"signatures":[]}"#),
        MetadataError::Absent("signed".into())
    );
    assert!(matches!(
        said(r#"{"signed":[],"signatures":[]}"#),
        MetadataError::Shape { .. }
    ));
    assert!(
        matches!(said(r#"{"signed":{},"signatures":[],"more":1}"#), MetadataError::Shape { what, .. } if what == "more")
    );
    assert!(matches!(
        said(r#"{"signed":{},"signatures":[{"keyid":"AB","sig":""}]}"#),
        MetadataError::KeyId { .. }
    ));
    assert!(
        matches!(said(r#"{"signed":{},"signatures":[7]}"#), MetadataError::Shape { what, .. } if what == "signatures[0].keyid")
    );
    assert!(matches!(
        said(&" ".repeat(512_001)),
        MetadataError::Json(ParseError::TooLong {
            limit: 512_000,
            got: 512_001
        })
    ));
}

#[test]
fn a_second_signature_of_one_key_replaces_the_first() {
    let mut signed = signed_by(&golden_spec(), &[&Pair::golden(0)]);
    let keyid = signed.signatures[0].keyid;
    signed.put(Signature::new(keyid, b"other"));
    assert_eq!(
        signed.signatures,
        [Signature {
            keyid,
            sig: "6f74686572".into()
        }]
    );
}

#[test]
fn every_kind_of_key_can_be_in_a_root() {
    let spec = spec(7, &[&Pair::golden(0), &Pair::p384(), &Pair::ed25519()], 2);
    let root = Root::parse(&spec.build().unwrap()).unwrap();
    assert!(root.keys.values().all(|key| key.public.is_ok()));
    assert!(root.wrong_ids().is_empty() && root.unknown.is_empty());
}

proptest! {
    #[test]
    fn no_bytes_upset_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Signed::parse(&bytes);
    }

    #[test]
    fn no_change_of_a_file_upsets_the_reader(at: prop::sample::Index, byte: u8) {
        let mut file = signed_by(&golden_spec(), &[&Pair::golden(0)]).to_file();
        let at = at.index(file.len());
        file[at] = byte;
        if let Ok(signed) = Signed::parse(&file) {
            let _ = Root::parse(&signed.signed);
        }
    }
}
