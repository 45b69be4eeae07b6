//! The one table of a replay's keys: dispatch, footer hints and help come from it.

use crate::tui::binding::{Binding, bind, bound};
use crate::tui::keys::Key;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Opens or closes the help.
    Help,
    /// Plays, or rests.
    Play,
    /// One record on.
    Forward,
    /// One record back.
    Backward,
    /// To the next step.
    NextStep,
    /// To the beginning of this step, or of the one before.
    PreviousStep,
    /// To the next act.
    NextAct,
    /// To the beginning of this act, or of the one before.
    PreviousAct,
    /// To the first record.
    First,
    /// To the last record.
    Last,
    /// Faster.
    Faster,
    /// Slower.
    Slower,
    /// The next way to deal with gaps.
    Gaps,
    /// Asks where to go.
    GoTo,
    /// Asks what to search for.
    Search,
    /// To the next record in which it was found.
    NextHit,
    /// To the one before.
    PreviousHit,
    /// To the next exception.
    NextException,
    /// To the exception before.
    PreviousException,
    /// To the next record to which the audit objects.
    NextObjection,
    /// To what the record changed.
    Changed,
    /// The next pane.
    NextPane,
    /// The pane before.
    PreviousPane,
    /// The screen of the moment.
    Screen,
    /// Acts and steps.
    Timeline,
    /// The record.
    Record,
    /// Signatures, exceptions, digests.
    Board,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// Goes back.
    Back,
    /// Draws the screen anew.
    Redraw,
    /// Leaves.
    Quit,
}

/// Every binding.
#[rustfmt::skip]
pub const BINDINGS: &[Binding<Act>] = &[
    bind(&[Key::Char('?'), Key::F(1), Key::Ctrl('g')], "? F1", Act::Help, "help", "This help."),
    bind(&[Key::Char(' ')], "Space", Act::Play, "play", "Play, or pause. At the end it begins anew."),
    bind(&[Key::Right, Key::Char('l')], "Right", Act::Forward, "record", "One record on."),
    bind(&[Key::Left, Key::Char('h')], "Left", Act::Backward, "", "One record back."),
    bind(&[Key::Down, Key::Char('j')], "Down", Act::NextStep, "step", "To the next step."),
    bind(&[Key::Up, Key::Char('k')], "Up", Act::PreviousStep, "", "To the beginning of this step, then of the one before."),
    bind(&[Key::Char(']')], "]", Act::NextAct, "", "To the next act."),
    bind(&[Key::Char('[')], "[", Act::PreviousAct, "", "To the beginning of this act, then of the one before."),
    bind(&[Key::Home, Key::Char('0')], "Home", Act::First, "", "To the first record."),
    bind(&[Key::End, Key::Char('$')], "End", Act::Last, "", "To the last record."),
    bind(&[Key::Enter], "Enter", Act::Changed, "changed", "To what this record changed, marked where it stands."),
    bind(&[Key::Char('g'), Key::Char(':')], "g", Act::GoTo, "go to", "Go to a record, step (s7), act (a2), exception (e1), time (14:20)."),
    bind(&[Key::Char('/'), Key::Ctrl('f')], "/", Act::Search, "search", "Search in what records say, names and step titles included."),
    bind(&[Key::Char('n')], "n", Act::NextHit, "", "To the next hit."),
    bind(&[Key::Char('N'), Key::Char('p')], "N p", Act::PreviousHit, "", "To the hit before."),
    bind(&[Key::Char('e')], "e", Act::NextException, "exception", "To the next exception."),
    bind(&[Key::Char('E')], "E", Act::PreviousException, "", "To the exception before."),
    bind(&[Key::Char('!')], "!", Act::NextObjection, "", "To the next record to which the audit objects."),
    bind(&[Key::Char('+'), Key::Char('='), Key::Char('f')], "+", Act::Faster, "faster", "Faster: 1x, 2x, 10x, 60x, max (100 records a second)."),
    bind(&[Key::Char('-'), Key::Char('s')], "-", Act::Slower, "", "Slower."),
    bind(&[Key::Char('i')], "i", Act::Gaps, "", "Gaps without records: cut to 2 s, to 10 s, or as they were."),
    bind(&[Key::Tab], "Tab", Act::NextPane, "view", "The next view."),
    bind(&[Key::BackTab], "Shift-Tab", Act::PreviousPane, "", "The view before."),
    bind(&[Key::Char('1')], "1", Act::Screen, "", "The screen that people saw."),
    bind(&[Key::Char('2')], "2", Act::Timeline, "", "Acts and steps: when, how long, exceptions."),
    bind(&[Key::Char('3')], "3", Act::Record, "", "The record: what it changed, and all that it says."),
    bind(&[Key::Char('4')], "4", Act::Board, "", "Who approved and signed, exceptions, digests."),
    bind(&[Key::PageUp, Key::Char('b')], "PgUp", Act::PageUp, "", "A page up in the view."),
    bind(&[Key::PageDown], "PgDn", Act::PageDown, "", "A page down in the view."),
    bind(&[Key::Esc], "Esc", Act::Back, "", "Close the help or the question; take the marks away."),
    bind(&[Key::Ctrl('l')], "Ctrl-L", Act::Redraw, "", "Draw the screen anew."),
    bind(&[Key::Char('q'), Key::Ctrl('c')], "q", Act::Quit, "quit", "Leave. Nothing of the ceremony is ever changed here."),
];

/// What `key` does.
pub fn act(key: Key) -> Option<Act> {
    bound(BINDINGS, key)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{BINDINGS, act};
    use crate::tui::keys::Key;

    #[test]
    fn no_key_has_two_meanings_and_no_act_two_lines() {
        let keys: Vec<Key> = BINDINGS
            .iter()
            .flat_map(|b| b.keys.iter().copied())
            .collect();
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
        let acts: HashSet<_> = BINDINGS.iter().map(|b| b.act).collect();
        assert_eq!(acts.len(), BINDINGS.len());
        assert_eq!(act(Key::Char('Z')), None);
    }
}
