//! Bytes and lines.

use rootstage::directory::mode_of_first_line;
use rootstage::transcript::Chain;

use crate::Desk;

/// A bit of its own for each place, so that high bits, low bits and case are all flipped somewhere.
fn flipped(byte: u8, place: usize) -> u8 {
    byte ^ (1 << (place % 8))
}

/// Another printable character, of the same kind where that could go unnoticed: a digit for a
/// digit, a letter for a letter.
fn replaced(byte: u8) -> u8 {
    match byte {
        b'9' => b'0',
        b'f' => b'a',
        b'~' => b'!',
        b'!'..=b'}' => byte + 1,
        _ => b'x',
    }
}

#[test]
fn every_byte_of_a_transcript_counts() {
    let desk = Desk::new(2, 2);
    let mut before = Chain::new(desk.procedure.plan.mode);
    let mut start = 0;
    let mut tried = 0;
    for (number, line) in desk.lines().into_iter().enumerate() {
        let text = line.strip_suffix(b"\n").unwrap();
        for place in 0..text.len() {
            for other in [flipped(text[place], place), replaced(text[place])] {
                assert_ne!(other, text[place]);
                tried += 1;
                let mut tampered = text.to_vec();
                tampered[place] = other;
                // A newline in the middle makes two lines: those are audited from the start.
                if other == b'\n' {
                    let mut whole = desk.bytes.clone();
                    whole[start + place] = other;
                    assert!(
                        !desk.failing(&whole, None).is_empty(),
                        "line {number}, byte {place}"
                    );
                    continue;
                }
                // Up to here nothing was touched, so that the chain is what it was; an audit reads no record
                // behind a line at which it breaks.
                let line = std::str::from_utf8(&tampered).ok();
                let mut chain = match number {
                    0 => Chain::new(
                        line.and_then(mode_of_first_line)
                            .unwrap_or(desk.procedure.plan.mode),
                    ),
                    _ => before.clone(),
                };
                let holds = line.is_some_and(|line| {
                    let read = chain.verify(line);
                    read.is_ok_and(|record| record.event().is_ok())
                });
                assert!(!holds, "line {number}, byte {place}");
            }
        }
        // The newline itself.
        for other in [flipped(b'\n', start), b' ', b'\r', b'}'] {
            let mut whole = desk.bytes.clone();
            whole[start + text.len()] = other;
            assert!(
                !desk.failing(&whole, None).is_empty(),
                "newline of line {number}"
            );
        }
        before.verify(std::str::from_utf8(text).unwrap()).unwrap();
        start += line.len();
    }
    assert!(tried > 150_000, "{tried}");
}

/// The shortcut of the test above, checked against whole audits.
#[test]
fn whole_audits_of_flipped_bytes_fail() {
    let desk = Desk::new(2, 2);
    let mut whole = desk.bytes.clone();
    for place in (0..whole.len()).step_by(499) {
        let byte = whole[place];
        whole[place] = flipped(byte, place);
        let failing = desk.failing(&whole, None);
        assert!(
            failing.contains(&"transcript.chain") || failing.contains(&"transcript.whole"),
            "{place}"
        );
        whole[place] = byte;
    }
}

#[test]
fn lines_removed_swapped_or_repeated_are_found() {
    let desk = Desk::new(2, 2);
    let lines = desk.lines();
    for at in 0..lines.len() {
        let mut removed = lines.clone();
        removed.remove(at);
        let mut repeated = lines.clone();
        repeated.insert(at, lines[at]);
        assert!(
            !desk.failing(&repeated.concat(), None).is_empty(),
            "line {at} twice"
        );
        assert!(
            !desk.failing(&removed.concat(), None).is_empty(),
            "line {at} gone"
        );
        if at > 0 {
            let mut swapped = lines.clone();
            swapped.swap(at - 1, at);
            assert!(
                !desk.failing(&swapped.concat(), None).is_empty(),
                "line {at} swapped"
            );
        }
    }
}

#[test]
fn line_ends_are_part_of_it() {
    let desk = Desk::new(2, 2);
    let (text, lines) = (&desk.bytes, desk.lines());
    let crlf: Vec<u8> = text
        .iter()
        .flat_map(|b| {
            if *b == b'\n' {
                vec![b'\r', b'\n']
            } else {
                vec![*b]
            }
        })
        .collect();
    let mut blank = lines.clone();
    blank.insert(lines.len() / 2, b"\n");
    for (what, bytes) in [
        ("no last newline", text[..text.len() - 1].to_vec()),
        ("carriage returns", crlf),
        ("a blank line", blank.concat()),
        ("a blank line at the end", [text, &b"\n"[..]].concat()),
        ("a word at the end", [text, &b"word"[..]].concat()),
        ("a zero at the end", [text, &b"\0"[..]].concat()),
        ("a byte order mark", [b"\xef\xbb\xbf", &text[..]].concat()),
        ("nothing", Vec::new()),
        ("the same again", [&text[..], text].concat()),
    ] {
        assert!(!desk.failing(&bytes, None).is_empty(), "{what}");
    }
}
