use serde_json::{Value, json};

use super::{ListError, SignatureList};
use crate::tuf::metadata::Metadata;
use crate::tuf::testing::{IDS, PAYLOAD, Pair, SIGNATURES, golden_spec, signed_by};

fn metadata(pairs: &[&Pair]) -> Metadata {
    let file = signed_by(&golden_spec(), pairs).to_file();
    Metadata::parse(file, 1 << 20).unwrap()
}

fn value() -> Value {
    json!({
        "payload": PAYLOAD,
        "role": "root",
        "version": 1,
        "signatures": [{ "keyid": IDS[0], "sig": SIGNATURES[0] }],
    })
}

#[test]
fn a_list_is_what_the_metadata_holds() {
    let list = SignatureList::of(&metadata(&[&Pair::golden(0)])).unwrap();
    assert_eq!(
        list.to_bytes(),
        crate::canonical::line(&value()).unwrap().into_bytes()
    );
    assert_eq!(SignatureList::parse(&list.to_bytes()), Ok(list.clone()));
    let pretty = crate::canonical::pretty(&value());
    assert_eq!(SignatureList::parse(pretty.as_bytes()), Ok(list));
}

#[test]
fn placeholders_are_not_signatures() {
    assert_eq!(SignatureList::of(&metadata(&[])), Err(ListError::Empty));
    let mut signed = signed_by(&golden_spec(), &[&Pair::golden(1)]);
    signed.put(crate::tuf::root::Signature {
        keyid: IDS[0].parse().unwrap(),
        sig: String::new(),
    });
    let metadata = Metadata::parse(signed.to_file(), 1 << 20).unwrap();
    let list = SignatureList::of(&metadata).unwrap();
    assert_eq!(list.signatures.len(), 1);
    assert_eq!(list.signatures[0].keyid.hex(), IDS[1]);
}

#[test]
fn what_is_not_a_list_is_refused_by_name() {
    for (pointer, new, said) in [
        ("/payload", json!("e5"), "`payload`"),
        ("/role", json!(""), "`role`"),
        ("/role", json!("r".repeat(101)), "`role`"),
        ("/version", json!(0), "`version`"),
        ("/version", json!(1_u64 << 60), "`version`"),
        ("/signatures", json!([]), "no signature"),
        ("/signatures", json!(1), "`signatures` must be a list"),
        ("/signatures/0", json!(1), "`signatures[0]`"),
        ("/signatures/0/keyid", json!("7230"), "signatures[0].keyid"),
        ("/signatures/0/sig", json!(""), "signatures[0].sig"),
        ("/signatures/0/sig", json!("abc"), "signatures[0].sig"),
        ("/signatures/0/sig", json!("zz"), "signatures[0].sig"),
        (
            "/signatures/0/sig",
            json!("ab".repeat(2000)),
            "signatures[0].sig",
        ),
    ] {
        let mut list = value();
        *list.pointer_mut(pointer).unwrap() = new;
        let error = SignatureList::parse(list.to_string().as_bytes()).unwrap_err();
        assert!(error.to_string().contains(said), "{pointer}: {error}");
    }
    let mut twice = value();
    let first = twice["signatures"][0].clone();
    twice["signatures"].as_array_mut().unwrap().push(first);
    assert!(SignatureList::parse(twice.to_string().as_bytes()).is_err());
    for at in ["", "/signatures/0"] {
        let mut more = value();
        more.pointer_mut(at).unwrap()["x"] = json!(1);
        let error = SignatureList::parse(more.to_string().as_bytes()).unwrap_err();
        assert!(error.to_string().contains("not known"), "{error}");
    }
    assert!(SignatureList::parse(b"[]").is_err());
}
