use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CanonicalError, MAX_SAFE_INTEGER, ParseError, line, olpc, parse, pretty};

fn olpc_text(value: &Value) -> String {
    String::from_utf8(olpc(value).unwrap()).unwrap()
}

#[test]
fn olpc_escapes_two_characters_only() {
    let value = json!({"b": "q\" b\\ n\n t\t z\u{1}\u{7f} /é\u{2028}<&>", "a": [], "B": {}, "é": null});
    assert_eq!(
        olpc_text(&value),
        "{\"B\":{},\"a\":[],\"b\":\"q\\\" b\\\\ n\n t\t z\u{1}\u{7f} /é\u{2028}<&>\",\"é\":null}"
    );
}

#[test]
fn olpc_escapes_member_names_too() {
    assert_eq!(olpc_text(&json!({"a\"\\\n": 1})), "{\"a\\\"\\\\\n\":1}");
}

#[test]
fn member_names_sort_by_codepoint_for_tuf_and_by_utf16_for_records() {
    let value = json!({"\u{ff41}": 1, "\u{1f600}": 2, "a": 3, "": 4, "aa": 5});
    assert_eq!(olpc_text(&value), "{\"\":4,\"a\":3,\"aa\":5,\"\u{ff41}\":1,\"\u{1f600}\":2}");
    assert_eq!(line(&value).unwrap(), "{\"\":4,\"a\":3,\"aa\":5,\"\u{1f600}\":2,\"\u{ff41}\":1}");
}

#[test]
fn integers_are_exact_at_both_ends() {
    let value = json!([0, -1, u64::MAX, i64::MIN, true, false, null]);
    assert_eq!(olpc_text(&value), "[0,-1,18446744073709551615,-9223372036854775808,true,false,null]");
}

#[test]
fn what_is_not_a_whole_number_is_refused_by_path() {
    let value = parse(br#"{"keys":{"ab":{"x":[1,{"weight":1.5}]}}}"#, 100).unwrap();
    let refused = CanonicalError::NotInteger { path: "keys.ab.x[1].weight".into(), got: "1.5".into() };
    assert_eq!(olpc(&value), Err(refused.clone()));
    assert_eq!(line(&value), Err(refused));
    for text in ["1.0", "1e3", "-0", "18446744073709551616", "-9223372036854775809"] {
        let value = parse(text.as_bytes(), 100).unwrap();
        assert!(matches!(olpc(&value), Err(CanonicalError::NotInteger { path, .. }) if path == "the value"), "{text}");
    }
}

#[test]
fn records_hold_only_integers_that_every_reader_keeps() {
    assert_eq!(line(&json!(MAX_SAFE_INTEGER)).unwrap(), "9007199254740991");
    assert_eq!(line(&json!(-9_007_199_254_740_991_i64)).unwrap(), "-9007199254740991");
    assert!(matches!(line(&json!([1, 9_007_199_254_740_992_u64])), Err(CanonicalError::TooLarge { path, .. }) if path == "[1]"));
    assert!(matches!(line(&json!({"a": i64::MIN})), Err(CanonicalError::TooLarge { path, .. }) if path == "a"));
}

#[test]
fn a_record_is_one_line() {
    assert_eq!(
        line(&json!({"t": "\u{8}\t\n\u{c}\r\u{0}\u{1f}\"\\/\u{7f}\u{2028}é"})).unwrap(),
        "{\"t\":\"\\b\\t\\n\\f\\r\\u0000\\u001f\\\"\\\\/\u{7f}\u{2028}é\"}"
    );
}

#[test]
fn files_are_indented_and_end_with_a_newline() {
    assert_eq!(
        pretty(&json!({"signed": {"b": [1, {"c": 1.5}], "a": {}, "d": []}, "signatures": []})),
        "{\n  \"signatures\": [],\n  \"signed\": {\n    \"a\": {},\n    \"b\": [\n      1,\n      {\n        \"c\": 1.5\n      }\n    ],\n    \"d\": []\n  }\n}\n"
    );
    assert_eq!(pretty(&json!("x")), "\"x\"\n");
}

#[test]
fn nesting_overflows_nothing() {
    let mut deep = json!(1);
    for _ in 0..5_000 {
        deep = Value::Object([("a".to_owned(), Value::Array(vec![deep]))].into_iter().collect());
    }
    assert_eq!(olpc(&deep).unwrap().len(), 5_000 * 8 + 1);
    assert_eq!(line(&deep).unwrap().len(), 5_000 * 8 + 1);
    // serde_json drops a value by recursion; none from outside is this deep
    std::mem::forget(deep);
    let text = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    assert!(matches!(parse(&text, 300_000), Err(ParseError::Json(said)) if said.contains("recursion")));
    let deepest = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    assert!(parse(&deepest(super::MAX_DEPTH), 300).is_ok());
    assert!(parse(&deepest(super::MAX_DEPTH + 1), 300).is_err());
}

#[test]
fn two_members_of_one_name_are_refused_at_any_depth() {
    for text in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"b":2,"\u0061":3}}]"#] {
        let said = parse(text.as_bytes(), 100).unwrap_err().to_string();
        assert!(said.contains("two members are named \"a\" at line 1"), "{said}");
    }
}

#[test]
fn what_is_not_one_document_is_refused() {
    for text in ["", "{} x", "{}{}", "nul", "\u{feff}{}", r#""\ud800""#, "{\"a\":1,}", "01", "NaN"] {
        assert!(matches!(parse(text.as_bytes(), 100), Err(ParseError::Json(_))), "{text}");
    }
    assert!(parse(b"\"\xff\"", 100).is_err());
    assert_eq!(parse(b"{}   ", 4), Err(ParseError::TooLong { limit: 4, got: 5 }));
    assert_eq!(parse(b" {} \n", 100), Ok(json!({})));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn records_and_files_read_back_as_written(value in any_value()) {
        let text = line(&value).unwrap();
        prop_assert!(!text.contains('\n'));
        prop_assert_eq!(&parse(text.as_bytes(), usize::MAX).unwrap(), &value);
        prop_assert_eq!(&parse(pretty(&value).as_bytes(), usize::MAX).unwrap(), &value);
        // two spaces and sorted names is also what serde_json writes
        prop_assert_eq!(pretty(&value), serde_json::to_string_pretty(&value).unwrap() + "\n");
        prop_assert!(olpc(&value).is_ok());
    }

    #[test]
    fn no_bytes_upset_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes, 1_000);
    }
}
