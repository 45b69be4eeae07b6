//! Styles by meaning. Only the 16 ANSI names; body text is the terminal's own colour. What a style
//! says is also said by a word or a glyph: no meaning is in colour alone.

use ratatui::style::{Color, Modifier, Style};

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The 16 ANSI colours.
    Sixteen,
    /// None: bold and reverse only.
    Mono,
}

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Body text.
    Text,
    /// Labels, rules and what is only for orientation.
    Dim,
    /// Titles.
    Title,
    /// Where to look and what to press.
    Guidance,
    /// What must not be overlooked.
    Important,
    /// It did not work, or will do harm.
    AlertError,
    /// Worth a look.
    AlertWarn,
    /// As it should be.
    Ok,
    /// The rehearsal banner.
    Rehearsal,
    /// The production banner.
    Production,
    /// The cursor and the current line.
    Selected,
    /// What was typed.
    Typed,
    /// The token must be touched now.
    Touch,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 13] = [
        Self::Text,
        Self::Dim,
        Self::Title,
        Self::Guidance,
        Self::Important,
        Self::AlertError,
        Self::AlertWarn,
        Self::Ok,
        Self::Rehearsal,
        Self::Production,
        Self::Selected,
        Self::Typed,
        Self::Touch,
    ];

    /// The style of the role.
    pub fn style(self, colour: Colour) -> Style {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reversed = plain.add_modifier(Modifier::REVERSED);
        match colour {
            Colour::Mono => match self {
                Self::Text | Self::Dim | Self::Ok => plain,
                Self::Rehearsal | Self::Touch => bold.add_modifier(Modifier::REVERSED),
                Self::Selected => reversed,
                _ => bold,
            },
            Colour::Sixteen => match self {
                Self::Text => plain,
                Self::Dim => plain.fg(Color::DarkGray),
                Self::Title | Self::Important | Self::Typed => bold,
                Self::Guidance => plain.fg(Color::Cyan),
                Self::AlertError => bold.fg(Color::Red),
                Self::AlertWarn => plain.fg(Color::Yellow),
                Self::Ok => plain.fg(Color::Green),
                // reversed, this is black on yellow whatever the terminal's own background is
                Self::Rehearsal | Self::Touch => reversed
                    .add_modifier(Modifier::BOLD)
                    .fg(Color::Yellow)
                    .bg(Color::Black),
                Self::Production => bold.fg(Color::Magenta),
                Self::Selected => reversed,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier};

    use super::{Colour, Role};

    #[test]
    fn mono_has_no_colour() {
        for role in Role::ALL {
            let style = role.style(Colour::Mono);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }

    #[test]
    fn only_ansi_names() {
        for role in Role::ALL {
            let style = role.style(Colour::Sixteen);
            for colour in [style.fg, style.bg].into_iter().flatten() {
                assert!(
                    !matches!(colour, Color::Rgb(..) | Color::Indexed(_)),
                    "{role:?}"
                );
            }
        }
    }

    #[test]
    fn what_must_be_seen_across_a_room_is_reversed_in_both() {
        for (colour, role) in [
            (Colour::Sixteen, Role::Rehearsal),
            (Colour::Mono, Role::Rehearsal),
            (Colour::Sixteen, Role::Touch),
            (Colour::Mono, Role::Touch),
        ] {
            let style = role.style(colour);
            assert!(style.add_modifier.contains(Modifier::REVERSED), "{role:?}");
        }
    }
}
