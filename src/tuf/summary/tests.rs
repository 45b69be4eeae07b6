use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

use super::{WIDTH, review_lines};
use crate::canonical::olpc;
use crate::tuf::testing::{IDS, NOW, Pair, golden_spec, spec};

fn lines() -> Vec<String> {
    let holders = [(
        Pair::golden(0).public().fingerprint(),
        "Zoë \u{202e}evil".to_owned(),
    )]
    .into();
    review_lines(&golden_spec().build().unwrap(), &holders, NOW).unwrap()
}

#[test]
fn everything_is_there_in_lines_that_fit() {
    let lines = lines();
    assert!(lines.iter().all(|line| line.width() <= WIDTH), "{lines:#?}");
    let text = lines.join("\n");
    for part in [
        "TUF root             version 1",
        "expires              2027-11-23T00:00:00Z (in 365 days)",
        "consistent snapshot  yes",
        "TUF specification    1.0.34",
        "ROOT: 2 of 2",
        "TIMESTAMP: 1 of 1",
        "  Zoë \\u{202e}evil (ecdsa-p256)",
        "  no holder named (ecdsa-p256)",
        "    id  7230 de22 7f6f d410 5c92 3990 f826 842d\n    id  8768 a333 2dfb 82ed 1e0f 7eb9 5dc9 0edc",
        "WHAT IS SIGNED: 1252 bytes",
        "  e5c0 56fe 304d 6779 9cd8 d975 4591 32cf\n  d6df 3a0a 242c e388 630a b1d0 fbf3 c8a5",
    ] {
        assert!(text.contains(part), "{part}\n--\n{text}");
    }
}

#[test]
fn the_payload_can_be_read_back_from_the_lines() {
    let lines = lines();
    let start = lines.iter().rposition(String::is_empty).unwrap() + 1;
    let shown = lines[start..].concat();
    assert_eq!(
        shown.replace("\\n", "\n").into_bytes(),
        olpc(&golden_spec().build().unwrap()).unwrap()
    );
}

#[test]
fn what_is_odd_is_said() {
    let mut built = spec(3, &[&Pair::golden(0), &Pair::golden(1)], 2)
        .build()
        .unwrap();
    built["keys"][IDS[0]]["x-a"] = json!("\u{1b}[2J漢字".repeat(40));
    built["roles"]["targets"]["keyids"][0] = json!("0".repeat(64));
    built["expires"] = json!("2026-11-22T12:00:00Z");
    let lines = review_lines(&built, &[].into(), NOW).unwrap();
    assert!(
        lines
            .iter()
            .all(|line| line.width() <= WIDTH && !line.contains('\u{1b}'))
    );
    let text = lines.join("\n");
    for part in [
        "THIS IS NOT ITS ID",
        "NOT LISTED IN THIS ROOT",
        "(expired less than a day ago)",
        "0edc.x-\n  a\n",
        "\\u{1b}[2J漢字",
    ] {
        assert!(text.contains(part), "{part}\n--\n{text}");
    }
    assert!(review_lines(&json!({}), &[].into(), NOW).is_err());
}
