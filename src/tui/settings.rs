//! How to draw, and how that is found out.

use time::OffsetDateTime;

pub use super::glyphs::GlyphSet;
pub use super::theme::Colour;
use crate::secret::Secret;

/// How to draw, and what the screens need from outside.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which characters the terminal can show.
    pub glyphs: GlyphSet,
    /// Whether colours are used.
    pub colour: Colour,
    /// The time now, UTC.
    pub clock: fn() -> OffsetDateTime,
    /// How strong a passphrase is: bits, and a word for it.
    pub strength: fn(&Secret) -> (u32, &'static str),
    /// The command that goes on with this ceremony, such as `rootstage resume D`.
    pub resume: String,
    /// The command that checks this ceremony, such as `rootstage audit D`.
    pub audit: String,
}

/// When colours are wanted (`--color`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourWish {
    /// Where the terminal has them and `NO_COLOR` is not set.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// Not at all.
    Never,
}

/// The environment, as far as it speaks of the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings<'a> {
    /// `NO_COLOR`.
    pub no_color: Option<&'a str>,
    /// `TERM`.
    pub term: Option<&'a str>,
    /// `LC_ALL`.
    pub lc_all: Option<&'a str>,
    /// `LC_CTYPE`.
    pub lc_ctype: Option<&'a str>,
    /// `LANG`.
    pub lang: Option<&'a str>,
}

/// The colours to use.
pub fn colour(wish: ColourWish, around: Surroundings<'_>) -> Colour {
    let mono = match wish {
        ColourWish::Always => false,
        ColourWish::Never => true,
        ColourWish::Auto => {
            around.no_color.is_some_and(|v| !v.is_empty())
                || around
                    .term
                    .is_none_or(|t| t.is_empty() || t == "dumb" || t.starts_with("vt"))
        }
    };
    if mono { Colour::Mono } else { Colour::Sixteen }
}

/// The glyphs to use: `wish` (`--glyphs`), or what terminal and locale can show.
pub fn glyphs(wish: Option<GlyphSet>, around: Surroundings<'_>) -> GlyphSet {
    if let Some(set) = wish {
        return set;
    }
    let locale = [around.lc_all, around.lc_ctype, around.lang]
        .into_iter()
        .flatten()
        .find(|v| !v.is_empty())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let utf8 = locale.contains("utf-8") || locale.contains("utf8");
    match around.term.unwrap_or_default() {
        "" | "dumb" => GlyphSet::Ascii,
        _ if !utf8 => GlyphSet::Ascii,
        "linux" => GlyphSet::Console,
        _ => GlyphSet::Unicode,
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, ColourWish, GlyphSet, Surroundings, colour, glyphs};

    const XTERM: Surroundings<'_> = Surroundings {
        no_color: None,
        term: Some("xterm-256color"),
        lc_all: None,
        lc_ctype: None,
        lang: Some("en_GB.UTF-8"),
    };

    #[test]
    fn no_color_is_honoured_where_nothing_else_is_asked_for() {
        let no_color = Surroundings {
            no_color: Some("1"),
            ..XTERM
        };
        assert_eq!(colour(ColourWish::Auto, XTERM), Colour::Sixteen);
        assert_eq!(colour(ColourWish::Auto, no_color), Colour::Mono);
        assert_eq!(colour(ColourWish::Always, no_color), Colour::Sixteen);
        assert_eq!(colour(ColourWish::Never, XTERM), Colour::Mono);
        // https://no-color.org: set and not empty
        assert_eq!(
            colour(
                ColourWish::Auto,
                Surroundings {
                    no_color: Some(""),
                    ..XTERM
                }
            ),
            Colour::Sixteen
        );
        assert_eq!(
            colour(
                ColourWish::Auto,
                Surroundings {
                    term: Some("dumb"),
                    ..XTERM
                }
            ),
            Colour::Mono
        );
    }

    #[test]
    fn glyphs_follow_terminal_and_locale() {
        assert_eq!(glyphs(None, XTERM), GlyphSet::Unicode);
        assert_eq!(
            glyphs(
                None,
                Surroundings {
                    term: Some("linux"),
                    ..XTERM
                }
            ),
            GlyphSet::Console
        );
        assert_eq!(
            glyphs(
                None,
                Surroundings {
                    term: Some("linux"),
                    lang: Some("C"),
                    ..XTERM
                }
            ),
            GlyphSet::Ascii
        );
        assert_eq!(
            glyphs(
                None,
                Surroundings {
                    lc_all: Some("C"),
                    ..XTERM
                }
            ),
            GlyphSet::Ascii
        );
        assert_eq!(
            glyphs(
                None,
                Surroundings {
                    lang: None,
                    ..XTERM
                }
            ),
            GlyphSet::Ascii
        );
        assert_eq!(
            glyphs(
                None,
                Surroundings {
                    term: Some("dumb"),
                    ..XTERM
                }
            ),
            GlyphSet::Ascii
        );
        assert_eq!(glyphs(Some(GlyphSet::Console), XTERM), GlyphSet::Console);
    }
}
