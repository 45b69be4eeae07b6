use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Checked, Tally, Verdict, check};
use crate::tuf::key::{KeyId, SignatureError};
use crate::tuf::root::{Role, Root, Signature, Signed, payload};
use crate::tuf::testing::{Pair, golden_spec, signed_by};

fn tally(signed: &Signed) -> Tally {
    let root = Root::parse(&signed.signed).unwrap();
    let (bytes, _) = payload(&signed.signed).unwrap();
    check(
        &root.keys,
        root.role(Role::Root).unwrap(),
        &bytes,
        &signed.signatures,
    )
}

fn keys() -> [Pair; 2] {
    [Pair::golden(0), Pair::golden(1)]
}

#[test]
fn enough_different_keys_meet_it() {
    let [a, b] = keys();
    let one = tally(&signed_by(&golden_spec(), &[&b]));
    assert_eq!(
        (one.count(), one.threshold(), one.missing(), one.met()),
        (1, 2, 1, false)
    );
    let two = tally(&signed_by(&golden_spec(), &[&b, &a]));
    assert_eq!((two.count(), two.missing(), two.met()), (2, 0, true));
    assert_eq!(
        two.verdicts()[0],
        (
            b.public().key_id(),
            Verdict::Counted {
                key: b.public().fingerprint()
            }
        )
    );
}

/// Three of the four clients in use accept this root; its second key id is the first key again,
/// spelt as go-tuf spells it.
#[test]
fn one_key_under_two_ids_counts_once() {
    let [a, _] = keys();
    let mut built = golden_spec().build().unwrap();
    let mut again = a.public().to_tuf();
    again["keyid_hash_algorithms"] = json!(["sha256", "sha512"]);
    let second = KeyId::of(&again).unwrap();
    built["keys"][second.hex()] = again;
    built["roles"]["root"]["keyids"][1] = Value::from(second.hex());
    let (bytes, _) = payload(&built).unwrap();
    let mut signed = Signed::unsigned(built);
    signed.put(Signature::new(a.public().key_id(), &a.sign(&bytes)));
    signed.put(Signature::new(second, &a.sign(&bytes)));
    let tally = tally(&signed);
    assert_eq!((tally.count(), tally.met()), (1, false));
    assert_eq!(
        tally.verdicts()[1],
        (
            second,
            Verdict::SameKeyAgain {
                key: a.public().fingerprint()
            }
        )
    );
}

#[test]
fn the_same_signature_twice_counts_once() {
    let [a, _] = keys();
    let mut signed = signed_by(&golden_spec(), &[&a]);
    signed.signatures.push(signed.signatures[0].clone());
    assert_eq!((tally(&signed).count(), tally(&signed).met()), (1, false));
}

#[test]
fn what_does_not_count_is_named() {
    let [a, b] = keys();
    let mut signed = signed_by(&golden_spec(), &[&a, &b, &Pair::ed25519()]);
    assert!(tally(&signed).met(), "a signature too many does no harm");
    assert_eq!(tally(&signed).verdicts()[2].1, Verdict::UnknownKey);
    signed.signatures[0].sig = String::new();
    signed.signatures[1].sig = "xy".into();
    assert_eq!(tally(&signed).verdicts()[0].1, Verdict::Empty);
    assert_eq!(
        tally(&signed).verdicts()[1].1,
        Verdict::Invalid(SignatureError::NotHex)
    );
    // the right signature under the wrong id
    let (of_a, of_b) = (
        signed_by(&golden_spec(), &[&a]),
        signed_by(&golden_spec(), &[&b]),
    );
    signed.signatures[1].sig.clone_from(&of_a.signatures[0].sig);
    assert_eq!(
        tally(&signed).verdicts()[1].1,
        Verdict::Invalid(SignatureError::Mismatch)
    );
    signed.signatures[1].sig = of_b.signatures[0].sig.to_uppercase();
    assert!(matches!(
        tally(&signed).verdicts()[1].1,
        Verdict::Counted { .. }
    ));
}

#[test]
fn a_key_of_another_role_does_not_count() {
    let [a, b] = keys();
    let mut built = golden_spec().build().unwrap();
    built["roles"]["root"] = json!({"keyids": [b.public().key_id().hex()], "threshold": 1});
    let (bytes, _) = payload(&built).unwrap();
    let mut signed = Signed::unsigned(built);
    signed.put(Signature::new(a.public().key_id(), &a.sign(&bytes)));
    assert_eq!(tally(&signed).verdicts()[0].1, Verdict::UnknownKey);
}

/// Sigstore once published such a root. `published` in the policy says so before one is signed.
#[test]
fn a_key_under_a_wrong_id_counts_as_what_it_is() {
    let [a, _] = keys();
    let wrong = "00".repeat(32);
    let mut built = golden_spec().build().unwrap();
    built["keys"][&wrong] = a.public().to_tuf();
    built["roles"]["root"] = json!({"keyids": [wrong, a.public().key_id().hex()], "threshold": 2});
    let (bytes, _) = payload(&built).unwrap();
    let mut signed = Signed::unsigned(built);
    signed.put(Signature::new(wrong.parse().unwrap(), &a.sign(&bytes)));
    assert_eq!(tally(&signed).count(), 1);
    signed.put(Signature::new(a.public().key_id(), &a.sign(&bytes)));
    assert_eq!((tally(&signed).count(), tally(&signed).met()), (1, false));
    assert_eq!(Root::parse(&signed.signed).unwrap().wrong_ids().len(), 1);
}

fn rsa_root(key: Value) -> (KeyId, Signed) {
    let id = KeyId::of(&key).unwrap();
    let mut built = golden_spec().build().unwrap();
    built["keys"][id.hex()] = key;
    built["roles"]["root"] = json!({"keyids": [id.hex()], "threshold": 1});
    (id, Signed::unsigned(built))
}

#[test]
fn a_key_that_cannot_be_checked_does_not_count() {
    let key = json!({"keytype": "rsa", "scheme": "rsassa-pss-sha256", "keyval": {"public": "?"}});
    let (id, mut signed) = rsa_root(key);
    signed.put(Signature::new(id, b"?"));
    assert!(matches!(
        tally(&signed).verdicts()[0].1,
        Verdict::UnusableKey(_)
    ));
    assert!(!tally(&signed).met());
}

#[test]
fn an_rsa_key_counts() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../tests/data/rsa/pss.json")).unwrap();
    let vector = &vectors["signatures"][0];
    let key = json!({"keytype": "rsa", "scheme": "rsassa-pss-sha256", "keyval": {"public": vector["public"]}});
    let (id, signed) = rsa_root(key);
    let root = Root::parse(&signed.signed).unwrap();
    let signature = Signature {
        keyid: id,
        sig: vector["sig"].as_str().unwrap().to_owned(),
    };
    let message = vectors["message"].as_str().unwrap().as_bytes();
    let role = root.role(Role::Root).unwrap();
    assert!(check(&root.keys, role, message, std::slice::from_ref(&signature)).met());
    assert!(!check(&root.keys, role, b"another", &[signature]).met());
}

#[test]
fn both_sides_count_one_verification() {
    let [a, b] = keys();
    let signed = signed_by(&golden_spec(), &[&a, &b]);
    let root = Root::parse(&signed.signed).unwrap();
    let (bytes, _) = payload(&signed.signed).unwrap();
    let role = root.role(Role::Root).unwrap();
    let mut checked = Checked::new(&bytes, &signed.signatures);
    let first = checked.tally(&root.keys, role);
    assert!(first.met());
    assert_eq!(checked.found.len(), 2);
    assert_eq!(checked.tally(&root.keys, role), first);
    assert_eq!(checked.found.len(), 2);
    // what one side does not list is not counted there because the other side has verified it
    let mut narrower = role.clone();
    narrower.keyids.pop();
    assert_eq!(checked.tally(&root.keys, &narrower).count(), 1);
    // another key under the same id is verified anew
    let mut other = root.keys.clone();
    let (id_a, id_b) = (a.public().key_id(), b.public().key_id());
    let key_b = other[&id_b].clone();
    other.insert(id_a, key_b);
    assert_eq!(
        checked.tally(&other, role).verdicts()[0].1,
        Verdict::Invalid(SignatureError::Mismatch)
    );
    assert_eq!(checked.found.len(), 3);
}

#[test]
fn a_threshold_of_zero_is_never_met() {
    let root = Root::parse(&golden_spec().build().unwrap()).unwrap();
    let mut role = root.role(Role::Root).unwrap().clone();
    role.threshold = 0;
    assert!(!check(&root.keys, &role, b"", &[]).met());
    role.threshold = u32::MAX;
    assert!(!check(&root.keys, &role, b"", &[]).met());
}

proptest! {
    #[test]
    fn every_flipped_bit_of_payload_or_signature_loses_the_threshold(at: prop::sample::Index, bit in 0..8_u32, in_payload: bool) {
        let signed = signed_by(&golden_spec(), &[&Pair::golden(0), &Pair::golden(1)]);
        let root = Root::parse(&signed.signed).unwrap();
        let (mut bytes, _) = payload(&signed.signed).unwrap();
        let mut signatures = signed.signatures;
        if in_payload {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        } else {
            let mut sig = signatures[0].bytes().unwrap();
            let at = at.index(sig.len());
            sig[at] ^= 1 << bit;
            signatures[0] = Signature::new(signatures[0].keyid, &sig);
        }
        let tally = check(&root.keys, root.role(Role::Root).unwrap(), &bytes, &signatures);
        prop_assert_eq!((tally.count(), tally.met()), (usize::from(!in_payload), false));
    }
}
