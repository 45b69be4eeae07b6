//! `qr show`: a file, one QR code after the other.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Carried;
use crate::cli::front::needs_a_terminal;
use crate::cli::{Failure, Room, print};
use crate::tui::show::graphics::Graphics;
use crate::tui::show::{self, Ending, Look};

/// Arguments of `qr show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The envelope. Any other file is taken with a warning.
    #[arg(value_name = "ENVELOPE")]
    file: PathBuf,
    /// Frames a second, from 2 to 12; keys change it.
    #[arg(long, value_name = "FRAMES", default_value_t = 6, value_parser = clap::value_parser!(u8).range(2..=12))]
    speed: u8,
    /// Begins with the first frame standing still; the space bar goes on.
    #[arg(long)]
    paused: bool,
    /// Whole cells instead of halves, for terminals whose font spoils the codes.
    #[arg(long, conflicts_with = "dense")]
    wide: bool,
    /// Pixels instead of cells, in the way that this terminal understands.
    #[arg(long, value_enum, value_name = "HOW")]
    dense: Option<Dense>,
}

/// How a terminal takes pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Dense {
    /// DEC sixels: xterm -ti vt340, mlterm, foot, Windows Terminal.
    Sixel,
    /// The graphics protocol of kitty: kitty, Ghostty, `WezTerm`.
    Kitty,
}

impl Show {
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        let carried = Carried::read(&self.file)?;
        needs_a_terminal()?;
        let settings = room.settings(&self.file);
        let look = Look {
            colour: settings.colour,
            glyphs: settings.glyphs,
            graphics: known_graphics(),
        };
        let mut show =
            show::Show::new(carried.name.clone(), carried.bytes, look).map_err(|error| {
                Failure::not_so(format!(
                    "{}: {error}. Nothing was shown. Carry it on another medium.",
                    carried.name
                ))
            })?;
        show.at_speed(self.speed);
        if self.paused {
            show.pause();
        }
        if self.wide {
            show.in_whole_cells();
        }
        match self.dense {
            Some(Dense::Sixel) => show.in_pixels(Graphics::Sixel),
            Some(Dense::Kitty) => show.in_pixels(Graphics::Kitty),
            None => {}
        }
        if !may_have_colours() {
            show.say(show::NO_COLOURS);
        }
        let digest = show.digest();
        let ending = show::run(show).map_err(|error| {
            Failure::surroundings(format!("{error}. The file was not changed."))
        })?;
        match ending {
            Ending::Quit => {
                print(&format!(
                    "{} was shown. Its SHA-256, which the reader must show as well:\n  {}\n  {}\n",
                    carried.name,
                    digest.groups().join(" "),
                    digest.words().join(" ")
                ));
                Ok(())
            }
            Ending::Signal(signal) => Err(Failure::not_so(format!(
                "ended by signal {signal} while {} was shown; the file was not changed",
                carried.name
            ))),
        }
    }
}

/// Whether the terminal is not of a kind that has none.
fn may_have_colours() -> bool {
    std::env::var("TERM")
        .is_ok_and(|term| !term.is_empty() && term != "dumb" && !term.starts_with("vt"))
}

/// Terminals that say of themselves that they have the graphics of kitty; others are asked.
fn known_graphics() -> Option<Graphics> {
    let kitty =
        std::env::var("TERM").is_ok_and(|term| term.contains("kitty") || term.contains("ghostty"));
    kitty.then_some(Graphics::Kitty)
}
