use proptest::prelude::*;

use super::{Finding, Metadata};
use crate::canonical::{CanonicalError, olpc};
use crate::tuf::key::KeyId;
use crate::tuf::root::{MetadataError, Signature, Signed};
use crate::tuf::signature::MAX_ROOT_BYTES;
use crate::tuf::testing::{IDS, Pair, SIGNATURES, data, golden_spec, signed_by};

fn read(text: &str) -> Metadata {
    Metadata::parse(text.as_bytes().to_vec(), text.len()).unwrap()
}

fn refused(text: &str) -> MetadataError {
    Metadata::parse(text.as_bytes().to_vec(), 10_000).unwrap_err()
}

fn signature(at: usize) -> Signature {
    Signature {
        keyid: IDS[at].parse().unwrap(),
        sig: SIGNATURES[at].to_owned(),
    }
}

fn other() -> Signature {
    Signature::new("ab".repeat(32).parse().unwrap(), b"\x01\x02")
}

fn with(text: &str, more: &[Signature]) -> String {
    let file = read(text).countersigned(more);
    // what was appended can be read, and nothing that is signed has changed
    let again = Metadata::parse(file.clone(), file.len()).unwrap();
    assert_eq!(again.payload(), read(text).payload());
    for signature in more {
        assert!(again.signatures().contains(signature));
    }
    String::from_utf8(file).unwrap()
}

#[test]
fn a_file_is_read_by_its_places() {
    let text = r#" { "signatures" : [ {"sig":"","keyid":"7230de227f6fd4105c923990f826842d8768a3332dfb82ed1e0f7eb95dc90edc", "x":1.5} ],
  "signed": {"version": 7, "\u005ftype": "timestamp", "meta": {"b": 1, "a": [ ]}} }"#;
    let file = read(text);
    assert_eq!(file.kind(), "timestamp");
    assert_eq!(
        file.signed_text(),
        r#"{"version": 7, "\u005ftype": "timestamp", "meta": {"b": 1, "a": [ ]}}"#
    );
    assert_eq!(
        file.payload(),
        br#"{"_type":"timestamp","meta":{"a":[],"b":1},"version":7}"#
    );
    assert_eq!(file.digest(), crate::digest::Sha256::of(file.payload()));
    assert_eq!(file.signed_member("version"), Some(&b"7"[..]));
    assert_eq!(file.signed_member("expires"), None);
    assert_eq!(file.bytes(), text.as_bytes());
    let signed = file.to_signed().unwrap();
    assert_eq!(signed, Signed::parse(text.as_bytes()).unwrap());
    assert_eq!(olpc(&signed.signed).unwrap(), file.payload());
    let keyid: KeyId = IDS[0].parse().unwrap();
    assert_eq!(
        file.findings(),
        [
            Finding::EmptySignature { keyid },
            Finding::UnknownMembers {
                keyid,
                names: vec!["x".to_owned()]
            }
        ]
    );
    assert_eq!(
        file.findings()[0].to_string(),
        format!("the signature under key id {keyid} is empty and counts for nobody")
    );
    assert!(file.findings()[1].to_string().ends_with("does not know: x"));
}

#[test]
fn what_is_not_a_metadata_file_is_refused_by_name() {
    let shape = |text: &str, expected: &str| {
        assert!(
            matches!(refused(text), MetadataError::Shape { what, .. } if what == expected),
            "{text}"
        );
    };
    shape("[]", "the file");
    shape("7", "the file");
    shape(r#"{"signed":[],"signatures":[]}"#, "signed");
    shape(r#"{"signed":{},"signatures":{}}"#, "signatures");
    shape(r#"{"signed":{},"signatures":[],"z":1}"#, "z");
    let many: String = ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"]
        .map(|name| format!("\"{name}\":0,"))
        .concat();
    shape(&format!("{{{many}\"signed\":{{}}}}"), "m0");
    shape(r#"{"signed":{},"signatures":[7]}"#, "signatures[0].keyid");
    shape(
        r#"{"signed":{},"signatures":[{"keyid":1}]}"#,
        "signatures[0].keyid",
    );
    let id = IDS[0];
    shape(
        &format!(r#"{{"signed":{{}},"signatures":[{{"keyid":"{id}","sig":null}}]}}"#),
        "signatures[0].sig",
    );
    assert!(matches!(
        refused(r#"{"signed":{},"signatures":[{"keyid":"AA","sig":""}]}"#),
        MetadataError::KeyId { .. }
    ));
    let entry = format!(r#"{{"keyid":"{id}","sig":""}}"#);
    assert!(matches!(
        refused(&format!(r#"{{"signed":{{}},"signatures":[{entry},{entry}]}}"#)),
        MetadataError::Twice { keyid, .. } if keyid.hex() == id
    ));
    assert_eq!(
        refused(r#"{"signed":{},"signatures":[]}"#),
        MetadataError::Absent("_type".into())
    );
    assert_eq!(
        refused(r#"{"signed":{"_type":7},"signatures":[]}"#),
        MetadataError::Absent("_type".into())
    );
    assert!(matches!(
        refused(r#"{"signatures":[],"signed":{"_type":"x","a":[{"b":1.5}]}}"#),
        MetadataError::Canonical(CanonicalError::NotInteger { path, .. }) if path == "a[0].b"
    ));
    assert!(matches!(
        Metadata::parse(b"{}".to_vec(), 1),
        Err(MetadataError::Json(_))
    ));
}

#[test]
fn the_layout_of_the_list_goes_on() {
    let two = [signature(0), signature(1)];
    let one = &two[1..];
    let ([i, j], [s, t]) = (IDS, SIGNATURES);
    let signed = r#""signed":{"_type":"x"}"#;
    // compact
    assert_eq!(
        with(
            &format!(r#"{{"signatures":[{{"keyid":"{i}","sig":"{s}"}}],{signed}}}"#),
            one
        ),
        format!(
            r#"{{"signatures":[{{"keyid":"{i}","sig":"{s}"}},{{"keyid":"{j}","sig":"{t}"}}],{signed}}}"#
        )
    );
    // on one line, as json.dumps of Python writes, and the other member first
    assert_eq!(
        with(
            &format!(r#"{{"signatures": [{{"sig": "{s}", "keyid": "{i}"}}], {signed}}}"#),
            one
        ),
        format!(
            r#"{{"signatures": [{{"sig": "{s}", "keyid": "{i}"}}, {{"sig": "{t}", "keyid": "{j}"}}], {signed}}}"#
        )
    );
    // indented, with a member that nobody knows
    assert_eq!(
        with(
            &format!(
                "{{\n \"signatures\": [\n  {{\n   \"keyid\": \"{i}\",\n   \"sig\": \"{s}\",\n   \"x\": [\n   ]\n  }}\n ],\n {signed}\n}}\n"
            ),
            one
        ),
        format!(
            "{{\n \"signatures\": [\n  {{\n   \"keyid\": \"{i}\",\n   \"sig\": \"{s}\",\n   \"x\": [\n   ]\n  }},\n  {{\n   \"keyid\": \"{j}\",\n   \"sig\": \"{t}\"\n  }}\n ],\n {signed}\n}}\n"
        )
    );
    // one entry on each line
    assert_eq!(
        with(
            &format!(
                "{{{signed},\"signatures\":[\n\t{{\"keyid\" :\"{i}\" , \"sig\" :\"{s}\"}}\n]}}"
            ),
            one
        ),
        format!(
            "{{{signed},\"signatures\":[\n\t{{\"keyid\" :\"{i}\" , \"sig\" :\"{s}\"}},\n\t{{\"keyid\" :\"{j}\" , \"sig\" :\"{t}\"}}\n]}}"
        )
    );
    // nothing to go by but the rest of the file
    assert_eq!(
        with(&format!(r#"{{"signatures":[],{signed}}}"#), &two),
        format!(
            r#"{{"signatures":[{{"keyid":"{i}","sig":"{s}"}},{{"keyid":"{j}","sig":"{t}"}}],{signed}}}"#
        )
    );
    assert_eq!(
        with(&format!(r#"{{{signed}, "signatures": [ ]}}"#), &two),
        format!(
            r#"{{{signed}, "signatures": [{{"keyid": "{i}", "sig": "{s}"}}, {{"keyid": "{j}", "sig": "{t}"}}]}}"#
        )
    );
    assert_eq!(
        with(
            &format!("{{\r\n\t\"signatures\": [],\r\n\t{signed}\r\n}}"),
            one
        ),
        format!(
            "{{\r\n\t\"signatures\": [\r\n\t\t{{\r\n\t\t\t\"keyid\": \"{j}\",\r\n\t\t\t\"sig\": \"{t}\"\r\n\t\t}}\r\n\t],\r\n\t{signed}\r\n}}"
        )
    );
    // blanks of nobody's layout do not multiply
    let wide = format!("{{\n{}\"signatures\":[],{signed}}}", " ".repeat(5_000));
    assert!(with(&wide, &two).len() < wide.len() + 1_000);
}

#[test]
fn the_files_we_write_are_continued_as_we_write_them() {
    let (a, b) = (Pair::golden(0), Pair::golden(1));
    let [none, one, both] =
        [&[][..], &[&a][..], &[&a, &b][..]].map(|pairs| signed_by(&golden_spec(), pairs).to_file());
    let continued = |file: &[u8], more: &[Signature]| {
        Metadata::parse(file.to_vec(), MAX_ROOT_BYTES)
            .unwrap()
            .countersigned(more)
    };
    assert_eq!(continued(&one, &[signature(1)]), both);
    assert_eq!(continued(&none, &[signature(0)]), one);
    assert_eq!(continued(&none, &[signature(0), signature(1)]), both);
}

#[test]
fn under_a_known_key_id_only_the_signature_changes() {
    let (i, j, t) = (IDS[0], IDS[1], SIGNATURES[1]);
    let file = format!(
        r#"{{"signatures":[ {{"x" : {{"y":1.50}}, "sig" : "" ,"keyid":"{j}"}} ,{{"keyid":"{i}","sig":"\u0061b"}}],"signed":{{"_type":"x"}}}}"#
    );
    assert_eq!(
        with(&file, &[signature(1)]),
        file.replace(r#""sig" : """#, &format!(r#""sig" : "{t}""#))
    );
    // the same signature in another spelling stays as it is
    let same = Signature {
        keyid: i.parse().unwrap(),
        sig: "ab".to_owned(),
    };
    assert_eq!(with(&file, std::slice::from_ref(&same)), file);
    // the last one of a key id counts
    let mut earlier = signature(1);
    earlier.sig = "00".to_owned();
    assert_eq!(
        read(&file).countersigned(&[earlier, same, signature(1)]),
        with(&file, &[signature(1)]).into_bytes()
    );
}

/// Ten roots as Sigstore published them, indented in three ways.
#[test]
fn the_published_history_of_sigstore_stays_byte_for_byte() {
    for version in 1..=10 {
        let Some(bytes) = data(&format!("sigstore/root-history/{version}.root.json")) else {
            return;
        };
        let file = Metadata::parse(bytes.clone(), MAX_ROOT_BYTES).unwrap();
        assert_eq!(file.kind(), "root");
        assert_eq!(
            file.payload(),
            olpc(&Signed::parse(&bytes).unwrap().signed).unwrap(),
            "version {version}"
        );
        assert!(file.countersigned(&[]) == bytes, "version {version}");
        assert!(
            file.countersigned(file.signatures()) == bytes,
            "version {version}"
        );
        let longer = file.countersigned(&[other()]);
        let again = Metadata::parse(longer.clone(), MAX_ROOT_BYTES).unwrap();
        assert_eq!(again.payload(), file.payload());
        assert_eq!(again.signatures().last(), Some(&other()));
        assert_eq!(again.signed_text(), file.signed_text());
        // the same bytes but for one piece within the list, which looks like the one before it
        let at = file.entries.last().unwrap().whole.end;
        let added = longer.len() - bytes.len();
        assert!(longer[..at] == bytes[..at] && longer[at + added..] == bytes[at..]);
        let piece = std::str::from_utf8(&longer[at..at + added]).unwrap();
        let before = &file.entries[file.entries.len() - 2..];
        let model = std::str::from_utf8(&bytes[before[0].whole.end..before[1].whole.end]).unwrap();
        let last = file.signatures().last().unwrap();
        assert_eq!(
            piece,
            model
                .replace(&last.keyid.hex(), &other().keyid.hex())
                .replace(
                    &format!("\"{}\"", last.sig),
                    &format!("\"{}\"", other().sig)
                ),
            "version {version}"
        );
    }
}

proptest! {
    #[test]
    fn no_change_of_a_file_upsets_it(at: prop::sample::Index, byte: u8, empty: bool) {
        let pairs = [&Pair::golden(0)];
        let mut file = signed_by(&golden_spec(), if empty { &[] } else { &pairs }).to_file();
        let at = at.index(file.len());
        file[at] = byte;
        if let Ok(read) = Metadata::parse(file.clone(), MAX_ROOT_BYTES) {
            prop_assert_eq!(read.countersigned(&[]), file);
            let more = read.countersigned(&[other(), signature(1)]);
            let again = Metadata::parse(more, MAX_ROOT_BYTES).unwrap();
            prop_assert_eq!(again.payload(), read.payload());
            prop_assert_eq!(again.signatures().len(), read.signatures().len() + 2);
        }
    }
}
