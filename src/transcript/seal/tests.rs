use serde_json::json;

use super::*;

/// The example of the DSSE specification, `protocol.md`: the encoding of "hello world".
#[test]
fn what_is_signed_is_the_encoding_of_dsse() {
    let encoded = pae(b"hello world");
    assert_eq!(
        String::from_utf8(encoded).unwrap(),
        "DSSEv1 28 application/vnd.in-toto+json 11 hello world"
    );
    assert_eq!(pae(b""), b"DSSEv1 28 application/vnd.in-toto+json 0 ");
}

#[test]
fn what_is_signed_is_never_metadata() {
    for payload in [&b"{}"[..], b"", b"{\"signed\":{}}"] {
        assert_ne!(pae(payload).first(), Some(&b'{'));
        assert!(serde_json::from_slice::<Value>(&pae(payload)).is_err());
    }
}

/// Lengths are of bytes, not of characters.
#[test]
fn a_payload_is_measured_in_bytes() {
    let payload = payload(&json!({ "name": "Zoë" })).unwrap();
    let encoded = pae(&payload);
    let front = format!("DSSEv1 28 {PAYLOAD_TYPE} {} ", payload.len());
    assert!(encoded.starts_with(front.as_bytes()));
    assert_eq!(payload.len(), 15);
}

#[test]
fn an_envelope_is_one_line_of_canonical_json() {
    let signatures = [
        Signed {
            keyid: "b".to_owned(),
            sig: vec![0xff; 3],
        },
        Signed {
            keyid: "a".to_owned(),
            sig: vec![0; 2],
        },
    ];
    let file = String::from_utf8(envelope(b"{}", &signatures)).unwrap();
    assert_eq!(
        file,
        "{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":\
         [{\"keyid\":\"b\",\"sig\":\"////\"},{\"keyid\":\"a\",\"sig\":\"AAA=\"}]}\n"
    );
}
