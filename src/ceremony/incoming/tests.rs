use time::macros::datetime;

use super::{Signatures, file};
use crate::envelope::{Draft, Envelope, Kind, Payload};

fn envelope(kind: Kind, name: &str) -> Vec<u8> {
    let draft = Draft {
        kind,
        ceremony: None,
        created: datetime!(2026-12-01 10:00 UTC),
        from: None,
        note: None,
        payloads: vec![Payload {
            name: name.to_owned(),
            bytes: b"{}".to_vec(),
        }],
    };
    Envelope::pack(draft).unwrap().to_file().unwrap()
}

#[test]
fn signatures_are_taken_where_the_file_is_here_already() {
    let list = envelope(Kind::Signatures, "signatures.json");
    assert_eq!(
        file("root.json", &list, Signatures::Taken).unwrap().text,
        "{}"
    );
    assert!(file("root.json", &list, Signatures::Refused).is_err());
    for kind in [Kind::StagedRole, Kind::SignedRole] {
        let whole = envelope(kind, "root.json");
        assert_eq!(
            file("root.json", &whole, Signatures::Refused).unwrap().text,
            "{}"
        );
    }
}

#[test]
fn what_is_no_metadata_is_named() {
    for (bytes, words) in [
        (envelope(Kind::Attestations, "a.pem"), "kind attestations"),
        (b"age-encryption.org/v1".to_vec(), "encrypted"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----".to_vec(), "encrypted"),
        (vec![0xff, 0xfe], "neither an envelope nor a text"),
    ] {
        let error = file("root.json", &bytes, Signatures::Taken).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    let mut damaged = envelope(Kind::StagedRole, "root.json");
    damaged.pop();
    assert!(file("root.json", &damaged, Signatures::Taken).is_err());
}

#[test]
fn only_envelopes_are_called_so() {
    let whole = envelope(Kind::StagedRole, "root.json");
    for (path, metadata, came) in [
        ("in/root-2.rse", "root-2.json", "root-2.rse"),
        ("staged/root.json", "root.json", "root.json.rse"),
    ] {
        let file = file(path, &whole, Signatures::Refused).unwrap();
        assert!(file.kept_as().ends_with(&format!("-{metadata}")));
        let kept = file.envelope.unwrap().file.name;
        assert!(kept.ends_with(&format!("-{came}")), "{kept}");
    }
}
