//! What a token types when it is touched by accident: a one-time password, and Enter.
//!
//! A YubiKey is a keyboard as well. It types 44 characters, all of them of the sixteen that stand at
//! the same place on most keyboards ("modhex"), upper case where the lock is on; some are set up for
//! a public id of another length, so that there are 32 to 64. No person types so many of these in a row.

use super::field::{Content, Field};
use crate::tui::keys::Key;

/// The sixteen characters.
const MODHEX: &str = "cbdefghijklnrtuv";
/// Fewest that are taken for a token's when Enter follows.
pub const SHORTEST: usize = 32;
/// The usual number, at which no Enter is waited for.
pub const USUAL: usize = 44;
/// Most that may follow the usual number before the Enter.
const REST: usize = 20;

/// Whether it is one of the sixteen.
pub fn is_modhex(c: char) -> bool {
    MODHEX.contains(c.to_ascii_lowercase())
}

/// Whether this line, which ended with Enter, ends with what a token types.
pub fn ends_line(line: &str) -> bool {
    line.chars().rev().take_while(|c| is_modhex(*c)).count() >= SHORTEST
}

/// The characters of the sixteen that were typed in a row.
#[derive(Default)]
pub(super) struct Run {
    /// How many, since the last were taken out.
    typed: usize,
    /// How many of them are in the field, which may have been full.
    kept: usize,
    /// The field held something else before them.
    behind: bool,
    /// Some were taken out; the rest and the Enter may be still to come.
    out: bool,
    /// What was taken out of a text.
    taken: String,
}

impl Run {
    /// So many were typed before the field had focus.
    pub(super) fn after(typed: usize) -> Self {
        Self {
            typed,
            ..Self::default()
        }
    }

    /// A character was typed into the field. Whether a token did it: it is taken out then.
    pub(super) fn typed(&mut self, c: char, field: &mut Field) -> bool {
        let empty = field.is_empty();
        let kept = field.push(c);
        if !is_modhex(c) {
            *self = Self::default();
            return false;
        }
        self.behind |= self.typed == 0 && !self.out && !empty;
        self.typed += 1;
        self.kept += usize::from(kept);
        if self.typed < USUAL {
            return false;
        }
        *self = Self {
            out: true,
            behind: self.behind,
            taken: take_out(field, self.kept),
            ..Self::default()
        };
        true
    }

    /// The last character was erased.
    pub(super) fn erased(&mut self) {
        self.typed = self.typed.saturating_sub(1);
        self.kept = self.kept.saturating_sub(1);
        self.out = false;
    }

    /// Enter. Whether it is a token's; what that typed is taken out then.
    pub(super) fn entered(&mut self, field: &mut Field) -> bool {
        let run = std::mem::take(self);
        if run.typed < SHORTEST && (!run.out || run.typed > REST) {
            return false;
        }
        let last = take_out(field, run.kept);
        // Behind a person's text the first of the run may be the person's: all before the usual 44,
        // and the odd one of fewer, because a token types an even number.
        let (begin, own) = if run.out {
            (run.taken, run.typed)
        } else {
            (last, run.typed % 2)
        };
        if run.behind {
            begin.chars().take(own).for_each(|c| {
                field.push(c);
            });
        }
        true
    }
}

/// Takes the last characters out. A secret is wiped as a whole: nobody could see what is left of it.
fn take_out(field: &mut Field, count: usize) -> String {
    if let Content::Secret(secret) = &mut field.content {
        secret.clear();
        return String::new();
    }
    let left = field.chars().saturating_sub(count);
    let taken = field.text().chars().skip(left).collect();
    (0..count).for_each(|_| field.pop());
    taken
}

/// What is typed where no field has focus.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stray(usize);

impl Stray {
    /// A key was pressed. Whether it is the Enter that ends an accidental touch, and must do nothing.
    pub fn ends_with(&mut self, key: Key) -> bool {
        let before = std::mem::take(&mut self.0);
        match key {
            Key::Char(c) if is_modhex(c) => {
                self.0 = before + 1;
                false
            }
            Key::Enter => before >= SHORTEST,
            _ => false,
        }
    }

    /// How many were typed, for the field that has focus now.
    pub fn take(&mut self) -> usize {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_line_tells() {
        let otp = "cccccccfhcbelrhifitjtrveenbtnjbvuvhtgnjrkubn";
        assert!(ends_line(otp) && ends_line(&format!("123{}", otp.to_uppercase())));
        assert!(ends_line(&otp[..32]) && !ends_line(&otp[..31]));
        assert!(!ends_line(&format!("{otp}x")) && !ends_line(""));
        assert!(!ends_line("correct horse battery staple bedding curtain"));
    }

    #[test]
    fn only_the_enter_right_behind_is_the_tokens() {
        let mut stray = Stray::default();
        for _ in 0..40 {
            assert!(!stray.ends_with(Key::Char('c')));
        }
        assert!(stray.ends_with(Key::Enter) && !stray.ends_with(Key::Enter));
        for _ in 0..40 {
            stray.ends_with(Key::Char('c'));
        }
        assert!(!stray.ends_with(Key::Down) && !stray.ends_with(Key::Enter));
    }
}
