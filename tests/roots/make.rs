//! Roots made for tests, the same bytes every time: the keys are d = SHA-256("attack-i"), and
//! signing is deterministic (RFC 6979).

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature as Ecdsa, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use rootstage::digest::Sha256;
use rootstage::tuf::key::{KeyId, PublicKey};
use rootstage::tuf::root::{Signature, Signed, payload};
use serde_json::{Value, json};

/// A key pair.
pub fn pair(i: u32) -> SigningKey {
    SigningKey::from_slice(&Sha256::of(format!("attack-{i}").as_bytes()).0).unwrap()
}

/// Its public half.
pub fn public(i: u32) -> PublicKey {
    let der = pair(i).verifying_key().to_public_key_der().unwrap();
    PublicKey::from_spki_der(der.as_bytes()).unwrap()
}

/// The id of its key object.
pub fn id(i: u32) -> String {
    public(i).key_id().hex()
}

/// A root of these keys; key 9 has the other roles. It expires in 2028, within what the policy
/// allows for a few years.
pub fn root(version: u64, keys: &[u32], threshold: u32) -> Value {
    let listed = keys.iter().chain(&[9]);
    let listed: serde_json::Map<_, _> = listed.map(|i| (id(*i), public(*i).to_tuf())).collect();
    let ids: Vec<_> = keys.iter().map(|i| id(*i)).collect();
    let online = json!({ "keyids": [id(9)], "threshold": 1 });
    json!({
        "_type": "root",
        "spec_version": "1.0.34",
        "version": version,
        "expires": "2028-06-01T00:00:00Z",
        "consistent_snapshot": true,
        "keys": listed,
        "roles": {
            "root": { "keyids": ids, "threshold": threshold },
            "targets": online, "snapshot": online, "timestamp": online,
        },
    })
}

/// The raw signature of key `i` over `signed`.
pub fn ecdsa(signed: &Value, i: u32) -> Ecdsa {
    pair(i).sign(&payload(signed).unwrap().0)
}

/// A signature as it stands in a file, under any id.
pub fn signature(signed: &Value, i: u32, id: &str) -> Signature {
    let id: KeyId = id.parse().unwrap();
    Signature::new(id, ecdsa(signed, i).to_der().as_bytes())
}

/// The file, signed by these keys under their own ids.
pub fn signed(signed: Value, by: &[u32]) -> Vec<u8> {
    let list = by.iter().map(|i| signature(&signed, *i, &id(*i))).collect();
    file(signed, list)
}

/// The file with these signatures.
pub fn file(signed: Value, signatures: Vec<Signature>) -> Vec<u8> {
    Signed { signed, signatures }.to_file()
}

/// Another spelling of key `i`, which has another id.
pub fn twin(i: u32) -> (String, Value) {
    let mut key = public(i).to_tuf();
    key["keyid_hash_algorithms"] = json!(["sha256", "sha512"]);
    (KeyId::of(&key).unwrap().hex(), key)
}
