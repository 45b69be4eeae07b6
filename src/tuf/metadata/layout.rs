//! New signatures in the layout that the file has already.

use std::ops::Range;

use serde_json::Value;

use super::list::Entry;
use crate::tuf::signature::Signature;

/// Blanks that are taken over from the top of a file for each level: more is nobody's layout.
const WIDEST: usize = 16;

/// What stands between the texts of a signature, and between two signatures.
struct Layout {
    /// Between two entries, with the comma.
    between: String,
    /// Behind the brace that opens an entry.
    open: String,
    /// Between a name and its value, with the colon.
    colon: String,
    /// Between two members, with the comma.
    comma: String,
    /// Before the brace that closes an entry.
    close: String,
    first: First,
}

/// Which member of an entry comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    KeyId,
    Sig,
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The change that appends signatures to the list that stands at `list` in `text`.
pub(super) fn appended(
    text: &str,
    list: &Range<usize>,
    entries: &[Entry],
    added: &[&Signature],
) -> (Range<usize>, String) {
    let Some(model) = entries.last() else {
        return begun(text, list, added);
    };
    let layout = Layout::of_list(text, list, entries, model);
    let mut new = String::new();
    for signature in added {
        new.push_str(&layout.between);
        layout.write(&mut new, signature);
    }
    (model.whole.end..model.whole.end, new)
}

/// The change that makes a list of an empty one: indented where the file is, one level being what
/// its first member is indented by.
fn begun(text: &str, list: &Range<usize>, added: &[&Signature]) -> (Range<usize>, String) {
    let top = leading_blank(text.trim_start().get(1..).unwrap_or_default());
    let colon = before_value(text, list.start);
    let level = |levels: usize| {
        let (before, indent) = top.rsplit_once('\n')?;
        let newline = if before.ends_with('\r') { "\r\n" } else { "\n" };
        let indent = Some(indent).filter(|indent| indent.len() <= WIDEST);
        Some(format!(
            "{newline}{}",
            indent.unwrap_or_default().repeat(levels)
        ))
    };
    let blank = if colon.ends_with(' ') { " " } else { "" };
    let after_comma = |levels| format!(",{}", level(levels).unwrap_or(blank.to_owned()));
    let blank = |levels| level(levels).unwrap_or_default();
    let layout = Layout {
        between: after_comma(2),
        open: blank(3),
        colon: colon.to_owned(),
        comma: after_comma(3),
        close: blank(2),
        first: First::KeyId,
    };
    let mut new = String::from("[");
    for (at, signature) in added.iter().enumerate() {
        new.push_str(if at > 0 { &layout.between } else { "" });
        if at == 0 {
            new.push_str(&blank(2));
        }
        layout.write(&mut new, signature);
    }
    new.push_str(&blank(1));
    new.push(']');
    (list.clone(), new)
}

impl Layout {
    /// As the model, the last entry, stands in the list.
    fn of_list(text: &str, list: &Range<usize>, entries: &[Entry], model: &Entry) -> Self {
        let slice = |range: Range<usize>| text.get(range).unwrap_or_default();
        let whole = slice(model.whole.clone());
        let inner = whole.get(1..whole.len() - 1).unwrap_or_default();
        let (first, head) = if model.keyid.start < model.sig.start {
            (First::KeyId, &model.keyid)
        } else {
            (First::Sig, &model.sig)
        };
        // another member follows, so there is a comma and then the quote of a name
        let behind = slice(head.end..model.whole.end);
        let comma = behind.split('"').next().unwrap_or_default();
        let before = entries.len().checked_sub(2).and_then(|at| entries.get(at));
        let lead = slice(list.start + 1..model.whole.start);
        let between = match before {
            Some(before) => slice(before.whole.end..model.whole.start).to_owned(),
            None if lead.contains('\n') => format!(",{lead}"),
            None if comma.contains('\n') => ",".to_owned(),
            None => comma.to_owned(),
        };
        Self {
            between,
            open: leading_blank(inner).to_owned(),
            colon: before_value(text, head.start).to_owned(),
            comma: comma.to_owned(),
            close: inner
                .get(inner.trim_end().len()..)
                .unwrap_or_default()
                .to_owned(),
            first,
        }
    }

    fn write(&self, out: &mut String, signature: &Signature) {
        let keyid = ("\"keyid\"", quoted(&signature.keyid.hex()));
        let sig = ("\"sig\"", quoted(&signature.sig));
        let members = match self.first {
            First::KeyId => [keyid, sig],
            First::Sig => [sig, keyid],
        };
        out.push('{');
        let mut before = &self.open;
        for (name, value) in members {
            for part in [before, name, &self.colon, &value] {
                out.push_str(part);
            }
            before = &self.comma;
        }
        out.push_str(&self.close);
        out.push('}');
    }
}

fn leading_blank(text: &str) -> &str {
    let len = text.len() - text.trim_start().len();
    text.get(..len).unwrap_or_default()
}

/// What stands between the name of a member and its value, which begins at `value`.
fn before_value(text: &str, value: usize) -> &str {
    let before = text.get(..value).unwrap_or_default();
    let quote = before.rfind('"').map_or(0, |quote| quote + 1);
    before.get(quote..).unwrap_or_default()
}
