//! The table of keys: dispatch, the hints at the bottom and the help come from it.
//!
//! None of the keys is a letter of modhex (`cbdefghijklnrtuv`), which a YubiKey types when it is
//! touched by accident: such a touch does nothing here.

use crate::tui::binding::{Binding, bind, bound};
use crate::tui::keys::Key;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Stops at this frame, or goes on.
    Pause,
    /// The frame before.
    Back,
    /// The next frame.
    Forth,
    /// More frames a second.
    Faster,
    /// Fewer frames a second.
    Slower,
    /// More in a code, fewer codes.
    Denser,
    /// Less in a code, more codes.
    Sparser,
    /// Two cells for a module, or half of one.
    Wide,
    /// Pixels instead of cells.
    Pixels,
    /// Opens or closes the help.
    Help,
    /// Closes the help.
    Close,
    /// Draws the screen anew.
    Redraw,
    /// Leaves.
    Quit,
}

/// Keys for codes that move, in pairs where they belong together, as the bottom line has them.
pub const HINTS_OF_MOVING: &[(&str, &str)] =
    &[("Space", "pause"), (", .", "step"), ("+ -", "speed")];

/// Keys for any code.
pub const HINTS: &[(&str, &str)] = &[
    ("m s", "size"),
    ("w", "wide"),
    ("x", "pixels"),
    ("?", "help"),
    ("q", "close"),
];

/// Every binding; the hints above have them in pairs.
pub const BINDINGS: &[Binding<Act>] = &[
    bind(
        &[Key::Char(' ')],
        "Space",
        Act::Pause,
        "",
        "Stop here, or go on.",
    ),
    bind(
        &[Key::Right, Key::Char('.')],
        ". Right",
        Act::Forth,
        "",
        "One frame forth.",
    ),
    bind(
        &[Key::Left, Key::Char(',')],
        ", Left",
        Act::Back,
        "",
        "One frame back.",
    ),
    bind(
        &[Key::Up, Key::Char('+'), Key::Char('=')],
        "+ Up",
        Act::Faster,
        "",
        "Faster.",
    ),
    bind(
        &[Key::Down, Key::Char('-')],
        "- Down",
        Act::Slower,
        "",
        "Slower.",
    ),
    bind(
        &[Key::Char('m'), Key::Char('M')],
        "m",
        Act::Denser,
        "",
        "More in a code: fewer codes. What was read still counts.",
    ),
    bind(
        &[Key::Char('s'), Key::Char('S')],
        "s",
        Act::Sparser,
        "",
        "Smaller codes: more of them. What was read still counts.",
    ),
    bind(
        &[Key::Char('w'), Key::Char('W')],
        "w",
        Act::Wide,
        "",
        "Whole cells instead of halves, where the font spoils the code.",
    ),
    bind(
        &[Key::Char('x'), Key::Char('X')],
        "x",
        Act::Pixels,
        "",
        "Pixels instead of cells, where the terminal can.",
    ),
    bind(
        &[Key::Char('?'), Key::F(1)],
        "? F1",
        Act::Help,
        "",
        "This help.",
    ),
    bind(&[Key::Esc], "Esc", Act::Close, "", "Close the help."),
    bind(&[Key::Ctrl('l')], "Ctrl-L", Act::Redraw, "", "Draw anew."),
    bind(
        &[Key::Char('q'), Key::Char('Q'), Key::Ctrl('c')],
        "q Ctrl-C",
        Act::Quit,
        "",
        "Leave.",
    ),
];

/// What `key` does.
pub fn act(key: Key) -> Option<Act> {
    bound(BINDINGS, key)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{BINDINGS, HINTS, HINTS_OF_MOVING, act};
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
    fn a_token_that_is_touched_does_nothing() {
        for letter in "cbdefghijklnrtuvCBDEFGHIJKLNRTUV0123456789".chars() {
            assert_eq!(act(Key::Char(letter)), None, "{letter}");
        }
        assert_eq!(act(Key::Enter), None);
    }

    #[test]
    fn the_hints_fit_and_are_true() {
        let hints = || HINTS_OF_MOVING.iter().chain(HINTS);
        let width: usize = hints().map(|(k, w)| k.len() + w.len() + 3).sum();
        assert!(width <= 80, "{width}");
        for key in hints().flat_map(|(keys, _)| keys.split(' ')) {
            let key = if key == "Space" { " " } else { key };
            let key = key.chars().next().unwrap();
            assert!(act(Key::Char(key)).is_some(), "{key}");
        }
    }
}
