//! The canonical form from the text: the same bytes as by way of a value, and refused alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::canonical::raw::{self, Document};
use rootstage::canonical::{olpc, olpc_of_text, parse};

fuzz_target!(|bytes: &[u8]| {
    let value = parse(bytes, 1 << 20);
    let expected = value.as_ref().ok().and_then(|value| olpc(value).ok());
    assert_eq!(olpc_of_text(bytes, 1 << 20).ok(), expected);
    let document = Document::read(bytes, 1 << 20);
    if document.is_ok() != value.is_ok() {
        // a number that no float holds has no value; read by its places it is only not whole
        let why = value.expect_err("a document is at least as tolerant").to_string();
        assert!(why.contains("number out of range"), "{why}");
        return;
    }
    let (Ok(document), Ok(value)) = (document, value) else {
        return;
    };
    for member in document.members() {
        let text = parse(&bytes[member.text.clone()], 1 << 20).expect("a value");
        assert_eq!(text, value[&member.name]);
        if let Ok(range) = &member.canonical {
            assert_eq!(
                document.canonical()[range.clone()],
                olpc(&text).expect("whole")
            );
        }
        if expected.is_some() && !member.name.contains(['"', '\\']) {
            let found = raw::member(document.canonical(), &member.name);
            assert_eq!(found, member.canonical.clone().ok());
        }
    }
    if let (Some(canonical), Some(text)) = (expected, value.as_str()) {
        assert_eq!(raw::text(&canonical).as_deref(), Some(text));
    }
});
