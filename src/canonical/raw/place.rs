//! Where something stands, for messages.

/// `line 3 column 14` of the byte at `at`, both from 1; columns are bytes.
pub(super) fn line_and_column(text: &[u8], at: usize) -> String {
    let before = text.get(..at.min(text.len())).unwrap_or_default();
    let line = before.split(|byte| *byte == b'\n').count();
    let start = before.iter().rposition(|byte| *byte == b'\n');
    let column = before.len() - start.map_or(0, |newline| newline + 1) + 1;
    format!("line {line} column {column}")
}
