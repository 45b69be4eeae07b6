//! The one table of key bindings: dispatch, footer hints and help come from it.

use super::binding::{Binding, bind, bound};
use super::keys::Key;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Opens or closes the help.
    Help,
    /// Opens the exception form.
    Exception,
    /// Opens the form that skips a step by an exception.
    Skip,
    /// Opens the outline.
    Outline,
    /// Shows the digests in full.
    Digests,
    /// Opens the form that withdraws the content.
    Withdraw,
    /// Shows the file of the question as QR codes.
    Codes,
    /// Opens the abort form.
    Abort,
    /// Asks whether to leave.
    Leave,
    /// Draws the screen anew.
    Redraw,
    /// Goes back.
    Back,
    /// Next field; on the last, complete field, answers.
    Enter,
    /// Next field.
    Next,
    /// Previous field.
    Previous,
    /// Takes the last character away.
    Erase,
    /// Empties the field.
    Clear,
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the beginning of the text.
    Top,
    /// To the end of the text.
    Bottom,
    /// To the next section of the text.
    NextSection,
    /// To the section before.
    PreviousSection,
}

/// Every binding.
pub const BINDINGS: &[Binding<Act>] = &[
    bind(
        &[Key::F(1), Key::Ctrl('g')],
        "F1 or Ctrl-G",
        Act::Help,
        "help",
        "This help. Outside a text field ? opens it too.",
    ),
    bind(
        &[Key::F(2), Key::Ctrl('e')],
        "F2 or Ctrl-E",
        Act::Exception,
        "exception",
        "Log an exception: expected, happened, decided.",
    ),
    bind(
        &[Key::F(3), Key::Ctrl('k')],
        "F3 or Ctrl-K",
        Act::Skip,
        "skip",
        "Leave this step out: an exception and two people.",
    ),
    bind(
        &[Key::F(4), Key::Ctrl('o')],
        "F4 or Ctrl-O",
        Act::Outline,
        "outline",
        "Every act and step, and how each stands.",
    ),
    bind(
        &[Key::F(5), Key::Ctrl('d')],
        "F5 or Ctrl-D",
        Act::Digests,
        "digests",
        "Payload and transcript head in full, to read aloud.",
    ),
    bind(
        &[Key::F(6), Key::Ctrl('w')],
        "F6 or Ctrl-W",
        Act::Withdraw,
        "withdraw",
        "Take other content than the one that is here: two people.",
    ),
    bind(
        &[Key::F(7), Key::Ctrl('t')],
        "F7 or Ctrl-T",
        Act::Codes,
        "QR codes",
        "Show what leaves as QR codes. Esc comes back.",
    ),
    bind(
        &[Key::F(8), Key::Ctrl('x')],
        "F8 or Ctrl-X",
        Act::Abort,
        "abort",
        "End for good: two people, a reason, a typed phrase.",
    ),
    bind(
        &[Key::Ctrl('c')],
        "Ctrl-C",
        Act::Leave,
        "leave",
        "Leave: the ceremony waits on disk. Asks first.",
    ),
    bind(
        &[Key::Esc],
        "Esc",
        Act::Back,
        "",
        "Back. Nothing that was typed in the question is lost.",
    ),
    bind(
        &[Key::Enter],
        "Enter",
        Act::Enter,
        "",
        "Next field; answers only when every field is filled.",
    ),
    bind(&[Key::Tab], "Tab", Act::Next, "", "Next field."),
    bind(
        &[Key::BackTab],
        "Shift-Tab",
        Act::Previous,
        "",
        "Previous field.",
    ),
    bind(
        &[Key::Backspace, Key::Delete],
        "Backspace",
        Act::Erase,
        "",
        "Take the last character away.",
    ),
    bind(
        &[Key::Ctrl('u')],
        "Ctrl-U",
        Act::Clear,
        "",
        "Empty the field; a PIN or passphrase is wiped.",
    ),
    bind(
        &[Key::Up],
        "Up",
        Act::Up,
        "",
        "Scroll the text up by a line.",
    ),
    bind(
        &[Key::Down],
        "Down",
        Act::Down,
        "",
        "Scroll the text down by a line.",
    ),
    bind(
        &[Key::PageUp, Key::Ctrl('b')],
        "PgUp or Ctrl-B",
        Act::PageUp,
        "",
        "Scroll the text up by a page.",
    ),
    bind(
        &[Key::PageDown, Key::Ctrl('f')],
        "PgDn or Ctrl-F",
        Act::PageDown,
        "",
        "Scroll the text down by a page.",
    ),
    bind(
        &[Key::Home],
        "Home",
        Act::Top,
        "",
        "To the beginning of the text.",
    ),
    bind(
        &[Key::End],
        "End",
        Act::Bottom,
        "",
        "To the end of the text.",
    ),
    bind(
        &[Key::Ctrl('n')],
        "Ctrl-N",
        Act::NextSection,
        "",
        "To the next section of a text with headings.",
    ),
    bind(
        &[Key::Ctrl('p')],
        "Ctrl-P",
        Act::PreviousSection,
        "",
        "To the section before.",
    ),
    bind(
        &[Key::Ctrl('l')],
        "Ctrl-L",
        Act::Redraw,
        "",
        "Draw the screen anew.",
    ),
];

/// What `key` does. A text field takes characters, so `?` is help only where none has focus.
pub fn act(key: Key, in_text_field: bool) -> Option<Act> {
    if key == Key::Char('?') && !in_text_field {
        return Some(Act::Help);
    }
    bound(BINDINGS, key)
}

/// The first key of an act, as people write it.
pub fn label(act: Act) -> &'static str {
    BINDINGS
        .iter()
        .find(|b| b.act == act)
        .map_or("", |b| b.label.split(' ').next().unwrap_or(b.label))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Act, BINDINGS, act};
    use crate::tui::keys::Key;

    #[test]
    fn no_key_has_two_meanings() {
        let all: Vec<Key> = BINDINGS
            .iter()
            .flat_map(|b| b.keys.iter().copied())
            .collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    }

    #[test]
    fn a_question_mark_can_be_typed() {
        assert_eq!(act(Key::Char('?'), true), None);
        assert_eq!(act(Key::Char('?'), false), Some(Act::Help));
        assert_eq!(act(Key::F(1), true), Some(Act::Help));
    }
}
