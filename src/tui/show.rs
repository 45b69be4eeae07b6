//! A file shown as QR codes, one after the other.
//!
//! ```text
//!  ▄▄▄▄▄▄▄ ▄ ▄▄ ▄▄▄▄▄▄▄    root-2.rse
//!  █ ▄▄▄ █ ▄▀▀█ █ ▄▄▄ █    1774 bytes, transfer 78e1 b145
//!  █ ███ █ █▀▄▄ █ ███ █    Frame 7 of 44; any 11 are enough
//!  █▄▄▄▄▄█ █ ▄▀ █▄▄▄▄▄█    6 frames a second
//!  ▄▄▄ ▄▄▄▄█ ▀▄▄▄  ▄▄ ▄    Version 12: 65 x 65 modules
//!  …                       SHA-256 …
//!  Space pause  , . step  + - speed  m s size  w wide  x pixels  ? help  q close
//! ```
//!
//! [`Show`] is the part that other screens can use: it knows of no file, no terminal and no clock
//! but what it is told. [`run`] gives it a whole terminal.

pub mod bindings;
mod fit;
pub mod graphics;
mod panel;
mod state;

use std::time::{Duration, Instant};

use super::backend;
use super::keys::keys;
use super::session::{Occurrence, Session};
use super::{TuiError, terminal};
pub use state::{FASTEST, Look, Show, Showing, Wish};

/// How the screen was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By a key.
    Quit,
    /// By a signal; 1 (SIGHUP) where the terminal went away.
    Signal(i32),
}

/// Said where the terminal is of a kind that has no colours.
pub const NO_COLOURS: &str = "If this terminal has no colours, codes black on white are lost.";

/// How long is slept where nothing is to be shown.
const IDLE: Duration = Duration::from_hours(1);

/// Takes the terminal over and shows, until somebody quits.
pub fn run(mut show: Show) -> Result<Ending, TuiError> {
    let mut session = Session::open()?;
    resize(&mut show);
    draw(&mut session, &show)?;
    show.start(Instant::now());
    session.listen()?;
    backend::write_all(show.question())?;
    loop {
        let wait = show
            .next_deadline()
            .map_or(IDLE, |at| at.saturating_duration_since(Instant::now()));
        let occurrence = session.next(wait);
        if !terminal::is_taken() {
            return Ok(Ending::Signal(signal_hook::consts::SIGABRT));
        }
        let now = Instant::now();
        match occurrence {
            Occurrence::Input(burst) => {
                if let Some(answer) = graphics::answer(burst.bytes()) {
                    show.answered(answer);
                    session.repaint()?;
                }
                for key in keys(burst.bytes()) {
                    match show.key(key, now) {
                        None => {}
                        Some(Wish::Quit) => {
                            super::wipe(show.showing().graphics)?;
                            return Ok(Ending::Quit);
                        }
                        Some(Wish::Repaint) => {
                            super::wipe(show.showing().graphics)?;
                            session.repaint()?;
                        }
                        Some(Wish::Ask) => backend::write_all(graphics::QUESTION)?,
                    }
                }
            }
            Occurrence::Resized => {
                resize(&mut show);
                super::wipe(show.showing().graphics)?;
                session.repaint()?;
                backend::write_all(show.question())?;
            }
            Occurrence::InputEnded => return Ok(Ending::Signal(signal_hook::consts::SIGHUP)),
            Occurrence::Signal(signal) => return Ok(Ending::Signal(signal)),
            Occurrence::Tick
            | Occurrence::Report(_)
            | Occurrence::Sighting(_)
            | Occurrence::ScannerEnded(_)
            | Occurrence::DriverGone => {}
        }
        show.tick(now);
        draw(&mut session, &show)?;
    }
}

fn resize(show: &mut Show) {
    let (columns, rows) = backend::size();
    show.fit((columns, rows), backend::cell_pixels());
}

fn draw(session: &mut Session, show: &Show) -> std::io::Result<()> {
    let (columns, rows) = backend::size();
    let area = ratatui::layout::Rect::new(0, 0, columns, rows);
    session.draw_before(show.pixels(area), |buffer| show.draw(buffer.area, buffer))
}
