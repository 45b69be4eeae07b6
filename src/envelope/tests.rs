use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;

use super::contents::{self, ContentsError};
use super::limits::{MAX_CONTENT, MAX_FILE};
use super::signatures::{FILE_NAME, SignatureList};
use super::{Draft, Envelope, EnvelopeError, Kind, MAGIC, ManifestError, Payload, VERSION};
use crate::digest::Sha256;
use crate::tuf::metadata::Metadata;
use crate::tuf::testing::{Pair, golden_spec, signed_by};

const CREATED: OffsetDateTime = datetime!(2026-11-23 09:00:00 UTC);

fn payload(name: &str, bytes: &[u8]) -> Payload {
    Payload {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
    }
}

fn draft(kind: Kind, payloads: Vec<Payload>) -> Draft {
    Draft {
        kind,
        ceremony: None,
        created: CREATED,
        from: None,
        note: None,
        payloads,
    }
}

fn small() -> Envelope {
    let mut draft = draft(
        Kind::PublicKeys,
        vec![payload("b.pem", b"bb"), payload("a.pem", b"\0\xff")],
    );
    draft.from = Some("Alice".to_owned());
    draft.note = Some("Zo\u{eb}".to_owned());
    draft.ceremony = Some("00112233445566778899aabbccddeeff".to_owned());
    Envelope::pack(draft).unwrap()
}

/// A file around any content, with digests that are right.
fn around(content: &[u8], length: u32, stream: &[u8]) -> Vec<u8> {
    let mut file = MAGIC.to_vec();
    file.push(VERSION);
    file.extend(length.to_be_bytes());
    file.extend(Sha256::of(content).0);
    file.extend(stream);
    let end = Sha256::of(&file);
    file.extend(end.0);
    file
}

fn honest(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    around(content, length, &compress_to_vec(content, 6))
}

/// The content of [`small`], written by hand.
fn content() -> Vec<u8> {
    let line = small().manifest().line().unwrap();
    [line.as_bytes(), b"\n\0\xffbb"].concat()
}

#[test]
fn what_is_packed_is_what_is_opened() {
    let envelope = small();
    let file = envelope.to_file().unwrap();
    let again = Envelope::parse(&file).unwrap();
    assert_eq!(again, envelope);
    assert_eq!(again.payloads()[0], payload("a.pem", b"\0\xff"));
    assert_eq!(again.manifest().note.as_deref(), Some("Zo\u{eb}"));
    assert_eq!(again.digest(), Sha256::of(&content()));
    // what another program compresses differently is the same envelope
    assert_eq!(Envelope::parse(&honest(&content())).unwrap(), envelope);
}

#[test]
fn the_same_content_gives_the_same_bytes_in_any_order() {
    let mut turned = small();
    let other = Envelope::pack(Draft {
        kind: Kind::PublicKeys,
        ceremony: turned.manifest.ceremony.take(),
        created: CREATED + time::Duration::milliseconds(700),
        from: turned.manifest.from.take(),
        note: turned.manifest.note.take(),
        payloads: turned.payloads,
    })
    .unwrap();
    assert_eq!(other.to_file().unwrap(), small().to_file().unwrap());
    // the golden vector of assets/envelope-format.md
    let written = include_str!("../../assets/envelope-format.md");
    let hex: String = written
        .split("```hex\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let file = data_encoding::HEXLOWER.encode(&example().to_file().unwrap());
    assert_eq!(file, hex, "the example of the specification");
    assert!(written.contains(&example().digest().hex()));
    assert!(written.contains(&example().manifest().line().unwrap()));
}

/// The example of `assets/envelope-format.md`.
fn example() -> Envelope {
    let mut draft = draft(Kind::Transcript, vec![payload("hello.txt", b"hello\n")]);
    draft.note = Some("worked example".to_owned());
    Envelope::pack(draft).unwrap()
}

#[test]
fn one_signature_fits_one_qr_code() {
    let file = signed_by(&golden_spec(), &[&Pair::golden(0)]).to_file();
    let list = SignatureList::of(&Metadata::parse(file, 1 << 20).unwrap()).unwrap();
    let mut draft = draft(Kind::Signatures, vec![payload(FILE_NAME, &list.to_bytes())]);
    draft.ceremony = Some("00112233445566778899aabbccddeeff".to_owned());
    draft.from = Some("Alice Example, site A".to_owned());
    let bytes = Envelope::pack(draft).unwrap().to_file().unwrap();
    assert!(bytes.len() <= 600, "{} bytes", bytes.len());
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let file = small().to_file().unwrap();
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            assert!(Envelope::parse(&damaged).is_err(), "byte {at} bit {bit}");
        }
        assert!(Envelope::parse(&file[..at]).is_err(), "cut at {at}");
    }
    let mut longer = file;
    longer.push(0);
    assert!(matches!(
        Envelope::parse(&longer),
        Err(EnvelopeError::Damaged { .. })
    ));
}

#[test]
fn what_is_wrong_is_named() {
    let content = content();
    let stream = compress_to_vec(&content, 6);
    let length = u32::try_from(content.len()).unwrap();
    let refused = |file: &[u8]| Envelope::parse(file).unwrap_err();
    assert_eq!(refused(b""), EnvelopeError::NotAnEnvelope);
    assert_eq!(refused(b"{\"signed\":{}}"), EnvelopeError::NotAnEnvelope);
    assert_eq!(refused(&MAGIC), EnvelopeError::TooShort { got: 7 });
    let mut later = honest(&content);
    later[7] = 2;
    assert_eq!(refused(&later), EnvelopeError::Version { got: 2 });
    // right digests around wrong insides: somebody made these on purpose
    assert_eq!(
        refused(&around(&content, length - 1, &stream)),
        EnvelopeError::UnpacksToMore {
            declared: content.len() - 1
        }
    );
    assert_eq!(
        refused(&around(&content, length + 1, &stream)),
        EnvelopeError::UnpacksToLess {
            declared: content.len() + 1,
            got: content.len()
        }
    );
    for stream in [
        [stream.as_slice(), b"\0"].concat(),
        stream[..stream.len() - 1].to_vec(),
        Vec::new(),
        b"\x07".to_vec(),
    ] {
        assert_eq!(
            refused(&around(&content, length, &stream)),
            EnvelopeError::Stream
        );
    }
    assert!(matches!(
        refused(&around(b"something else", length, &stream)),
        EnvelopeError::ContentDigest { .. }
    ));
    assert_eq!(refused(&honest(b"{}")), EnvelopeError::NoManifest);
    assert_eq!(
        refused(&honest(&[vec![b' '; 70_000].as_slice(), b"\n"].concat())),
        EnvelopeError::NoManifest
    );
    assert!(matches!(
        refused(&honest(b"{}\n")),
        EnvelopeError::Manifest(ManifestError::Member { .. })
    ));
    let end = content.len();
    assert_eq!(
        refused(&honest(&content[..end - 1])),
        EnvelopeError::PayloadBytes { listed: 4, got: 3 }
    );
    let mut other = content;
    other[end - 1] ^= 1;
    let error = refused(&honest(&other));
    assert!(matches!(&error, EnvelopeError::PayloadDigest { name, .. } if name == "b.pem"));
    for error in [error, EnvelopeError::NoManifest] {
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn bombs_are_stopped() {
    // a thousand times its size, with a header that lies
    let zeros = vec![0; 8 << 20];
    let stream = compress_to_vec(&zeros, 9);
    assert!(stream.len() < 10_000);
    assert_eq!(
        Envelope::parse(&around(&zeros, 1000, &stream)),
        Err(EnvelopeError::UnpacksToMore { declared: 1000 })
    );
    assert_eq!(
        Envelope::parse(&around(&zeros, u32::MAX, &stream)),
        Err(EnvelopeError::ContentTooLong {
            limit: MAX_CONTENT,
            got: u64::from(u32::MAX)
        })
    );
    let long = vec![0; MAX_FILE + 1];
    assert_eq!(
        Envelope::parse(&long),
        Err(EnvelopeError::FileTooLong {
            limit: MAX_FILE,
            got: MAX_FILE + 1
        })
    );
    let error = Envelope::pack(draft(
        Kind::Transcript,
        vec![payload("t", &vec![0; MAX_CONTENT])],
    ));
    assert!(matches!(error, Err(EnvelopeError::ContentTooLong { .. })));
}

#[test]
fn a_draft_outside_the_rules_is_not_packed() {
    for payloads in [
        vec![],
        vec![payload("a", b""), payload("A", b"")],
        vec![payload("a/b", b"")],
        (0..257).map(|i| payload(&format!("f{i}"), b"")).collect(),
    ] {
        assert!(Envelope::pack(draft(Kind::Transcript, payloads)).is_err());
    }
    let many = (0..256).map(|i| payload(&format!("f{i}"), b"")).collect();
    let file = Envelope::pack(draft(Kind::Transcript, many))
        .unwrap()
        .to_file();
    assert_eq!(
        Envelope::parse(&file.unwrap()).unwrap().payloads().len(),
        256
    );
    let mut late = draft(Kind::Transcript, vec![payload("a", b"")]);
    late.created = datetime!(-0001-01-01 00:00:00 UTC);
    assert!(Envelope::pack(late).is_err());
}

#[test]
fn contents_are_what_their_kind_says() {
    let root = signed_by(&golden_spec(), &[&Pair::golden(0)]).to_file();
    let unsigned = signed_by(&golden_spec(), &[]).to_file();
    let list = SignatureList::of(&Metadata::parse(root.clone(), 1 << 20).unwrap()).unwrap();
    let pem = Pair::golden(0).public().spki_pem();
    let check = |kind, bytes: &[u8]| contents::check(kind, &payload("x", bytes));
    assert_eq!(check(Kind::StagedRole, &root), Ok(()));
    assert_eq!(check(Kind::StagedRole, &unsigned), Ok(()));
    assert_eq!(check(Kind::SignedRole, &root), Ok(()));
    assert_eq!(
        check(Kind::SignedRole, &unsigned),
        Err(ContentsError::Unsigned)
    );
    assert_eq!(check(Kind::Signatures, &list.to_bytes()), Ok(()));
    assert_eq!(check(Kind::PublicKeys, pem.as_bytes()), Ok(()));
    assert_eq!(check(Kind::Transcript, b"anything"), Ok(()));
    assert!(check(Kind::StagedRole, b"{}").is_err());
    assert!(check(Kind::Signatures, &root).is_err());
    assert!(check(Kind::PublicKeys, &root).is_err());
    assert_eq!(
        check(Kind::PublicKeys, b"\xff"),
        Err(ContentsError::NotText)
    );
    let long = [root.as_slice(), &vec![b' '; 512_000]].concat();
    assert!(matches!(
        check(Kind::StagedRole, &long),
        Err(ContentsError::RootTooLong { .. })
    ));
    for private in [
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\n",
        "# c\nAGE-SECRET-KEY-1QQ",
    ] {
        assert_eq!(
            check(Kind::Attestations, private.as_bytes()),
            Err(ContentsError::PrivateKey)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_content_comes_back_byte_for_byte(
        parts in prop::collection::btree_map(
            "[a-z0-9_@=,+]{1,20}(\\.[a-z]{1,4})?",
            prop::collection::vec(any::<u8>(), 0..300),
            1..8,
        ),
        note in prop::option::of("[ -~]{1,100}"),
        second in 0_i64..4_000_000_000,
    ) {
        let payloads: Vec<Payload> = parts
            .iter()
            .filter(|(name, _)| super::limits::check_name(name).is_ok())
            .map(|(name, bytes)| payload(name, bytes))
            .collect();
        prop_assume!(!payloads.is_empty());
        let mut draft = draft(Kind::Attestations, payloads);
        draft.note = note;
        draft.created = OffsetDateTime::from_unix_timestamp(second).unwrap();
        let envelope = Envelope::pack(draft).unwrap();
        let file = envelope.to_file().unwrap();
        let again = Envelope::parse(&file).unwrap();
        for payload in again.payloads() {
            prop_assert_eq!(&parts[&payload.name], &payload.bytes);
        }
        prop_assert_eq!(&again, &envelope);
        prop_assert_eq!(again.to_file().unwrap(), file);
    }

    #[test]
    fn any_damage_is_refused(at in any::<prop::sample::Index>(), xor in 1_u8.., cut in any::<prop::sample::Index>()) {
        let mut file = small().to_file().unwrap();
        let cut = cut.index(file.len());
        prop_assert!(Envelope::parse(&file[..cut]).is_err());
        let at = at.index(file.len());
        file[at] ^= xor;
        prop_assert!(Envelope::parse(&file).is_err());
    }

    #[test]
    fn no_content_makes_a_panic(content in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Envelope::parse(&content);
        let _ = Envelope::parse(&honest(&content));
    }
}
