//! JSON as go-tuf lays it out in key files: `json.MarshalIndent(…, "", "\t")` of Go, with a newline at
//! the end.

use zeroize::Zeroizing;

/// Deepest indentation, in tabs: key files need six, and a hostile one gets no more.
const DEEPEST: usize = 16;

/// These pieces of one JSON text, laid out anew. Only white space changes.
pub(super) fn indented(pieces: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    // enough for any file of ours, so that it does not grow and leave a copy behind
    let mut text = Zeroizing::new(Vec::with_capacity(length * 2 + 4_096));
    let (mut depth, mut fresh, mut in_text, mut escaped) = (0_usize, false, false, false);
    for byte in pieces.iter().copied().flatten().copied() {
        if in_text {
            text.push(byte);
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        if byte.is_ascii_whitespace() {
            continue;
        }
        let closes = matches!(byte, b'}' | b']');
        if closes {
            depth = depth.saturating_sub(1);
        }
        // what is empty stays on one line
        if fresh != closes {
            line(&mut text, depth);
        }
        fresh = matches!(byte, b'{' | b'[');
        text.push(byte);
        match byte {
            b'{' | b'[' => depth += 1,
            b',' => line(&mut text, depth),
            b':' => text.push(b' '),
            b'"' => in_text = true,
            _ => {}
        }
    }
    text.push(b'\n');
    text
}

fn line(text: &mut Vec<u8>, depth: usize) {
    text.push(b'\n');
    text.extend(std::iter::repeat_n(b'\t', depth.min(DEEPEST)));
}

#[cfg(test)]
mod tests {
    use super::indented;

    #[test]
    fn as_go_lays_it_out() {
        let compact = br#"{"a":[],"b":{},"c":[{"d":"}\\\",[","e":[1,true]}]}"#;
        let text = "{\n\t\"a\": [],\n\t\"b\": {},\n\t\"c\": [\n\t\t{\n\t\t\t\"d\": \"}\\\\\\\",[\",\n\t\t\t\"e\": [\n\t\t\t\t1,\n\t\t\t\ttrue\n\t\t\t]\n\t\t}\n\t]\n}\n";
        let laid_out = indented(&[compact]);
        assert_eq!(std::str::from_utf8(&laid_out).unwrap(), text);
        assert_eq!(*indented(&[&laid_out]), *laid_out);
        // brackets without end do not make a file without end
        assert!(indented(&[&[b'['; 10_000]]).len() < 200_000);
    }

    #[test]
    fn files_of_go_tuf_stay_as_they_are() {
        let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/go-tuf");
        for entry in std::fs::read_dir(samples).unwrap() {
            let file = std::fs::read(entry.unwrap().path()).unwrap();
            assert_eq!(*indented(&[&file]), file);
        }
    }
}
