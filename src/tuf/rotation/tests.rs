use serde_json::json;

use super::{Need, Signers, signers};
use crate::tuf::key::{Holders, KeyId};
use crate::tuf::root::{Root, Signature, Signed, payload};
use crate::tuf::testing::{IDS, Pair, data, spec};

fn keys(of: &[u32]) -> Vec<Pair> {
    of.iter().map(|i| Pair::golden(*i)).collect()
}

fn root(version: u64, of: &[u32], threshold: u32) -> serde_json::Value {
    let keys = keys(of);
    spec(version, &keys.iter().collect::<Vec<_>>(), threshold)
        .build()
        .unwrap()
}

fn holders() -> Holders {
    let names = ["Ada", "Ben", "Chidi", "Dana", "Ada"];
    let keys = (0..).map(|i| Pair::golden(i).public().fingerprint());
    keys.zip(names.map(str::to_owned)).collect()
}

fn standing(
    old: Option<&serde_json::Value>,
    new: &serde_json::Value,
    signed: &[(KeyId, u32)],
) -> Signers {
    let (bytes, _) = payload(new).unwrap();
    let signatures: Vec<_> = signed
        .iter()
        .map(|(id, pair)| Signature::new(*id, &Pair::golden(*pair).sign(&bytes)))
        .collect();
    let old = old.map(|old| Root::parse(old).unwrap());
    signers(
        old.as_ref(),
        &Root::parse(new).unwrap(),
        &bytes,
        &signatures,
        &holders(),
    )
}

fn own(pair: u32) -> (KeyId, u32) {
    (Pair::golden(pair).public().key_id(), pair)
}

#[test]
fn both_sides_are_counted() {
    let (old, new) = (root(1, &[0, 1, 2], 2), root(2, &[1, 2, 3], 2));
    let none = standing(Some(&old), &new, &[]);
    assert!(!none.met());
    assert_eq!(
        none.sentences(),
        [
            "0 of 2 signatures under the root that clients trust now. Still needed: 2 of Ben, Chidi, Ada.",
            "0 of 2 signatures under the new root itself. Still needed: 2 of Ben, Chidi, Dana.",
        ]
    );
    // enough for the old side only
    let part = standing(Some(&old), &new, &[own(0), own(1)]);
    assert_eq!(
        part.old,
        Some(Need {
            threshold: 2,
            signed: 2
        })
    );
    assert_eq!(
        part.new,
        Need {
            threshold: 2,
            signed: 1
        }
    );
    assert!(!part.met());
    assert_eq!(
        part.sentences()[1],
        "1 of 2 signatures under the new root itself: Ben (signed). Still needed: 1 of Chidi, Dana."
    );
    // enough for the new side only
    assert!(!standing(Some(&old), &new, &[own(2), own(3)]).met());
    let all = standing(Some(&old), &new, &[own(0), own(1), own(3)]);
    assert!(all.met());
    assert!(all.sentences()[0].ends_with("Ben (signed), Ada (signed). That is enough."));
    // somebody else's signature counts nowhere
    let stranger = standing(Some(&old), &new, &[(own(1).0, 3), own(9)]);
    assert_eq!((stranger.old.unwrap().signed, stranger.new.signed), (0, 0));
}

#[test]
fn a_first_root() {
    let first = standing(None, &root(1, &[0, 1], 2), &[own(0)]);
    assert_eq!(first.old, None);
    assert_eq!(
        first.sentences(),
        ["1 of 2 signatures under the root itself: Ada (signed). Still needed: 1 of Ben."]
    );
    assert!(standing(None, &root(1, &[0, 1], 2), &[own(0), own(1)]).met());
}

/// The key of the golden vector under the id that old go-tuf gives it.
fn with_old_spelling(mut built: serde_json::Value) -> (serde_json::Value, KeyId) {
    let mut key = built["keys"][IDS[0]].clone();
    key["keyid_hash_algorithms"] = json!(["sha256", "sha512"]);
    let id = KeyId::of(&key).unwrap();
    built["keys"].as_object_mut().unwrap().remove(IDS[0]);
    built["keys"][id.hex()] = key;
    for role in ["root", "targets", "snapshot", "timestamp"] {
        for listed in built["roles"][role]["keyids"].as_array_mut().unwrap() {
            if *listed == IDS[0] {
                *listed = json!(id.hex());
            }
        }
    }
    (built, id)
}

#[test]
fn one_key_under_two_ids_needs_two_entries() {
    let (old, old_id) = with_old_spelling(root(1, &[0, 1], 1));
    let new = root(2, &[0, 1], 1);
    let (new_id, _) = own(0);
    let one = standing(Some(&old), &new, &[(old_id, 0)]);
    let ada = Pair::golden(0).public().fingerprint();
    assert_eq!(one.entries(ada), [old_id, new_id]);
    assert_eq!(one.keys.len(), 2, "one part for one key");
    assert_eq!(one.keys[0].missing_entries, [new_id]);
    assert!(!one.met(), "the new side does not see it");
    let sentences = one.sentences();
    assert!(
        sentences[1].starts_with(
            "0 of 1 signatures under the new root itself. Still needed: 1 of Ada, Ben."
        ),
        "{sentences:#?}"
    );
    assert!(
        sentences[2].contains("under 2 ids") && sentences[2].contains("is missing under 7230 de22"),
        "{sentences:#?}"
    );
    assert!(standing(Some(&old), &new, &[(old_id, 0), (new_id, 0)]).met());
}

#[test]
fn one_key_under_two_ids_counts_once() {
    let mut new = root(1, &[0, 1], 2);
    let mut key = new["keys"][IDS[0]].clone();
    key["keyid_hash_algorithms"] = json!(["sha256"]);
    let twin = KeyId::of(&key).unwrap();
    new["keys"][twin.hex()] = key;
    new["roles"]["root"]["keyids"][1] = json!(twin.hex());
    let both = standing(None, &new, &[own(0), (twin, 0)]);
    assert_eq!(both.new.signed, 1);
    assert!(!both.met());
    assert!(both.sentences()[0].ends_with("this can never be enough."));
}

#[test]
fn a_person_with_an_old_and_a_new_token() {
    let (old, new) = (root(1, &[0, 1], 2), root(2, &[1, 4], 2));
    let said = standing(Some(&old), &new, &[]).sentences();
    assert!(
        said.last()
            .unwrap()
            .starts_with("Ada has an old key that leaves and a new one"),
        "{said:#?}"
    );
    let unmet = root(1, &[0], 1);
    let mut zero = unmet.clone();
    zero["roles"]["root"]["threshold"] = json!(1);
    assert!(!standing(None, &zero, &[]).met());
}

#[test]
fn the_published_history_is_complete_on_both_sides() {
    let mut old: Option<Root> = None;
    for version in 1..=10 {
        let Some(file) = data(&format!("sigstore/root-history/{version}.root.json")) else {
            return;
        };
        let signed = Signed::parse(&file).unwrap();
        let (bytes, _) = payload(&signed.signed).unwrap();
        let new = Root::parse(&signed.signed).unwrap();
        let standing = signers(old.as_ref(), &new, &bytes, &signed.signatures, &[].into());
        assert!(standing.met(), "{version}: {standing:#?}");
        let most = match version {
            1 | 2 => 5,
            3 => 3,
            _ => 0,
        };
        assert!(standing.new.signed >= most.max(3), "{version}");
        old = Some(new);
    }
}
