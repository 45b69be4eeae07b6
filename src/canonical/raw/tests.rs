use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::{Document, Shape, TextError, member, olpc_of_text};
use crate::canonical::{CanonicalError, MAX_DEPTH, ParseError, olpc, parse};

mod spelling;

fn reference(text: &[u8], limit: usize) -> Result<Vec<u8>, TextError> {
    Ok(olpc(&parse(text, limit)?)?)
}

fn text(text: &str) -> String {
    String::from_utf8(olpc_of_text(text.as_bytes(), text.len()).unwrap()).unwrap()
}

/// Both accept with the same bytes, or both refuse; gives what was refused here.
fn agree(text: &[u8]) -> Option<TextError> {
    let ours = olpc_of_text(text, 1 << 20);
    let theirs = reference(text, 1 << 20);
    let shown = String::from_utf8_lossy(text);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{shown}: {ours:?} {theirs:?}");
    if let (Ok(ours), Ok(theirs)) = (&ours, &theirs) {
        assert_eq!(
            String::from_utf8_lossy(ours),
            String::from_utf8_lossy(theirs),
            "{shown}"
        );
    }
    ours.err()
}

#[test]
fn what_is_canonical_already_stays() {
    for same in [
        "{}",
        "[]",
        "0",
        "\"\"",
        r#"{"a":[1,-2,{"b":null}],"b":"x\\y\"z","c":true,"d":false}"#,
        "{\"\":1,\"A\":2,\"a\":3,\"aa\":4,\"\u{ff41}\":5,\"😀\":6}",
    ] {
        assert_eq!(text(same), same);
    }
}

#[test]
fn blanks_go_and_members_are_sorted_at_every_level() {
    assert_eq!(
        text(
            " { \"b\" : [ 1 , { \"z\" : { } , \"y\" : [ ] } ] ,\r\n\t\"a\": {\"d\":1,\"c\":2} } \n"
        ),
        r#"{"a":{"c":2,"d":1},"b":[1,{"y":[],"z":{}}]}"#
    );
}

#[test]
fn names_sort_as_they_are_meant_not_as_they_are_written() {
    // ! < " < # < A < B < \ < ]: in the canonical form two of them begin with a backslash
    assert_eq!(
        text(r##"{"]":1,"\\":2,"#":3,"\"":4,"!":5,"\u0041":6,"B":7}"##),
        r##"{"!":5,"\"":4,"#":3,"A":6,"B":7,"\\":2,"]":1}"##
    );
}

#[test]
fn escapes_are_undone_but_for_two() {
    assert_eq!(
        text(r#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\uDE00\u0000\u2028\u007f"]"#),
        "[\"\\\"\\\\/\u{8}\u{c}\n\r\té😀\0\u{2028}\u{7f}\"]"
    );
}

#[test]
fn two_members_of_one_name_are_refused() {
    for twice in [
        r#"{"a":1,"a":1}"#,
        r#"[{"x":{"a":1,"b":2,"\u0061":3}}]"#,
        r#"{"b":1,"a":2,"c":3,"a":4}"#,
        r#"{"x":{},"x":[]}"#,
        r#"{"":1,"":2}"#,
    ] {
        let said = agree(twice.as_bytes()).unwrap().to_string();
        assert!(said.contains("two members are named \""), "{said}");
        assert!(said.contains("at line 1 column "), "{said}");
    }
}

#[test]
fn numbers_that_are_not_whole_are_refused_by_path() {
    let refused = |text: &str| match agree(text.as_bytes()) {
        Some(TextError::Canonical(CanonicalError::NotInteger { path, got })) => (path, got),
        other => panic!("{text}: {other:?}"),
    };
    let at = |path: &str, got: &str| (path.to_owned(), got.to_owned());
    assert_eq!(
        refused(r#"{"keys":{"ab":{"w":[],"x":[1,{"a":{},"weight":1.5}]}}}"#),
        at("keys.ab.x[1].weight", "1.5")
    );
    assert_eq!(refused(r#"[[],[{"a":1},-0]]"#), at("[1][1]", "-0"));
    for got in [
        "1.0",
        "1e3",
        "1E-2",
        "-0",
        "-0.0",
        "18446744073709551616",
        "-9223372036854775809",
    ] {
        assert_eq!(refused(got), at("the value", got));
    }
    assert_eq!(refused(&"9".repeat(300)).1.chars().count(), 41);
    for whole in [
        "0",
        "7",
        "-1",
        "999999999999999999",
        "9999999999999999999",
        "18446744073709551615",
        "-9223372036854775808",
    ] {
        assert_eq!(text(whole), whole);
        assert_eq!(agree(whole.as_bytes()), None);
    }
}

#[test]
fn what_is_not_json_is_refused() {
    #[rustfmt::skip]
    let not_json = [
        "", " ", "{", "[", "{} x", "{}{}", "nul", "nulll", "tru", "fals", "\u{feff}{}", "{\"a\":1,}",
        "[1,]", "[,1]", "{,}", "{\"a\"}", "{\"a\" 1}", "{\"a\":}", "{a:1}", "{1:1}", "[1 2]", "[1}",
        "{\"a\":1]", "01", "-01", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "1e999", "NaN",
        "Infinity", "0x1", "1_0", "\"", "\"a", "\"\n\"", "\"\t\"", "\"\u{1f}\"", "'a'", "\u{a0}1",
        "\u{b}1", "]", "}", ":", ",",
        r#""\"#, r#""\""#, r#""\x""#, r#""\u12""#, r#""\u12g4""#, r#""\ud800""#, r#""\ud800\u0041""#,
        r#""\udc00""#, r#""\ud800\ud800""#, r#""\ud800x""#, r#""\ud800\n""#, r#""\ud83d\ude0""#,
    ];
    for text in not_json {
        assert!(agree(text.as_bytes()).is_some(), "{text}");
    }
    for bytes in [
        &b"\"\xff\""[..],
        b"\xff",
        b"{\"\xc3\":1}",
        b"\"\xed\xa0\x80\"",
        b"[1]\0",
    ] {
        assert!(agree(bytes).is_some());
    }
    assert_eq!(
        olpc_of_text(b"{}   ", 4),
        Err(ParseError::TooLong { limit: 4, got: 5 }.into())
    );
    let said = olpc_of_text(b"{\n \"a\": 1,\n \"b\" 2}", 100).unwrap_err();
    assert_eq!(
        said.to_string(),
        "not readable as JSON: expected `:` at line 3 column 6"
    );
    let said = olpc_of_text(b"{\"a\":\n\"\xff\"}", 100).unwrap_err();
    assert_eq!(
        said.to_string(),
        "not readable as JSON: invalid unicode code point at line 2 column 2"
    );
}

#[test]
fn nesting_is_bounded_and_overflows_nothing() {
    let nested = |open: &str, close: &str, levels: usize| {
        format!("{}1{}", open.repeat(levels), close.repeat(levels)).into_bytes()
    };
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"b\":0,\"a\":", "}]")] {
        let levels = MAX_DEPTH / open.matches(['[', '{']).count();
        assert_eq!(agree(&nested(open, close, levels)), None);
        let said = agree(&nested(open, close, levels + 1)).unwrap().to_string();
        assert!(said.contains("recursion limit exceeded"), "{said}");
        assert!(agree(&nested(open, close, 50_000)).is_some());
    }
}

#[test]
fn the_members_at_the_top_are_known_by_their_places() {
    let text = br#" {"signed" : {"b":1, "a": [ ]} , "x\u0041": 1.5,"signatures":[ ],"y":-0 }"#;
    let document = Document::read(text, 100).unwrap();
    assert_eq!(document.shape(), Shape::Object);
    let canonical = |member: &super::Member| {
        let range = member.canonical.clone()?;
        Ok(String::from_utf8_lossy(&document.canonical()[range]).into_owned())
    };
    let seen: Vec<_> = document
        .members()
        .iter()
        .map(|member| {
            let text = std::str::from_utf8(&text[member.text.clone()]).unwrap();
            (member.name.as_str(), text, canonical(member))
        })
        .collect();
    let not = |path: &str, got: &str| {
        Err(CanonicalError::NotInteger {
            path: path.to_owned(),
            got: got.to_owned(),
        })
    };
    assert_eq!(
        seen,
        [
            (
                "signed",
                r#"{"b":1, "a": [ ]}"#,
                Ok(r#"{"a":[],"b":1}"#.to_owned())
            ),
            ("xA", "1.5", not("xA", "1.5")),
            ("signatures", "[ ]", Ok("[]".to_owned())),
            ("y", "-0", not("y", "-0")),
        ]
    );
    assert_eq!(Document::read(b"[{}]", 10).unwrap().shape(), Shape::Other);
}

#[test]
fn only_so_many_members_at_the_top_are_remembered() {
    let mut many = String::from("{");
    for at in (0..20).rev() {
        write!(many, "\"{at:02}\":{at},").unwrap();
    }
    many.push_str("\"x\":2.5}");
    let document = Document::read(many.as_bytes(), 1_000).unwrap();
    assert_eq!(document.members().len(), Document::MEMBERS);
    for member in document.members() {
        let range = member.canonical.clone().unwrap();
        assert_eq!(
            document.canonical()[range],
            many.as_bytes()[member.text.clone()]
        );
    }
    // what stands behind them is refused all the same
    assert!(olpc_of_text(many.as_bytes(), 1_000).is_err());
}

#[test]
fn one_member_of_a_canonical_object_is_found() {
    let value = json!({"_type": "targets", "a\"\n": {"version": 1}, "b": [{"version": 2}, "]\\", "}\""], "version": 3});
    let canonical = olpc(&value).unwrap();
    let found = |name: &str| {
        let range = member(&canonical, name)?;
        Some(String::from_utf8(canonical[range].to_vec()).unwrap())
    };
    assert_eq!(found("_type").as_deref(), Some("\"targets\""));
    assert_eq!(found("version").as_deref(), Some("3"));
    assert_eq!(
        found("b").as_deref(),
        Some(r#"[{"version":2},"]\\","}\""]"#)
    );
    assert_eq!(found("c"), None);
    for broken in [
        "",
        "{",
        "{}",
        "[]",
        "{\"a",
        "{\"a\":",
        "{\"a\":1",
        "{\"b\":\"",
        "{\"a\\",
    ] {
        assert_eq!(member(broken.as_bytes(), "a"), None, "{broken}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_spelling_has_the_canonical_form_of_its_value(value in spelling::value(), choices in prop::collection::vec(any::<u8>(), 1..200)) {
        let text = spelling::written(&value, &choices);
        prop_assert_eq!(&parse(text.as_bytes(), usize::MAX).unwrap(), &value);
        let canonical = olpc(&value).unwrap();
        prop_assert_eq!(olpc_of_text(text.as_bytes(), usize::MAX).unwrap(), canonical.clone());
        let document = Document::read(text.as_bytes(), usize::MAX).unwrap();
        for found in document.members() {
            let value = &value[&found.name];
            prop_assert_eq!(&parse(&text.as_bytes()[found.text.clone()], usize::MAX).unwrap(), value);
            prop_assert_eq!(&document.canonical()[found.canonical.clone().unwrap()], olpc(value).unwrap());
        }
        if let Some(members) = value.as_object() {
            for (name, value) in members.iter().filter(|(name, _)| !name.contains(['"', '\\'])) {
                prop_assert_eq!(&canonical[member(&canonical, name).unwrap()], olpc(value).unwrap());
            }
        }
    }

    #[test]
    fn any_bytes_are_accepted_by_both_or_by_neither(bytes in prop::collection::vec(any::<u8>(), 0..60), json in "[\\[\\]{}:,\"ab\\\\u0d8c1e. \n-]{0,24}", value in spelling::value(), at: prop::sample::Index, byte: u8) {
        agree(&bytes);
        agree(json.as_bytes());
        let mut damaged = value.to_string().into_bytes();
        let at = at.index(damaged.len());
        damaged[at] = byte;
        agree(&damaged);
        agree(&damaged[..at]);
        let _ = member(&damaged, "a");
    }
}
