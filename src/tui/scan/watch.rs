//! A screen with a scan and nothing else.

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::typing::{Heard, Typing};
use super::{Eyes, Scan};
use crate::ports::{Blind, Interest, SCANNER_THREAD, Scanner, Sighting};
use crate::qr::Progress;
use crate::tui::keys::{Key, keys};
use crate::tui::pen::{Pen, Text};
use crate::tui::session::{Occurrence, Session};
use crate::tui::settings::Settings;
use crate::tui::theme::Role;
use crate::tui::widgets::frame;
use crate::tui::{TuiError, glyphs, terminal};

/// Between two pictures of the screen while nothing comes: hints and the time left change.
const TICK: Duration = Duration::from_millis(500);

/// How the screen was left. The terminal is as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// A file came, and somebody said that its digest is the one that the sender shows.
    Compared(Vec<u8>),
    /// Somebody left before that.
    Left(Progress),
    /// A signal ended the screen.
    Signal(i32),
}

/// Takes the terminal over until a file is there. Each call of `scanner` gives what looks for QR
/// codes; without one they are typed by a hand scanner, which may type in any case.
pub fn watch(
    settings: &Settings,
    source: &str,
    scanner: Option<&dyn Fn() -> Box<dyn Scanner>>,
) -> Result<Watched, TuiError> {
    let eyes = match scanner {
        Some(_) => Eyes::Pictures,
        None => Eyes::HandScanner,
    };
    let mut scan = Scan::new(eyes, source);
    let mut typing = Typing::default();
    let mut session = Session::open()?;
    let begun = Instant::now();
    terminal::note("Nothing was written.".to_owned(), String::new());
    session.draw(|buffer| draw(&scan, None, settings, Duration::ZERO, buffer))?;
    session.listen()?;
    if let Some(scanner) = scanner {
        start(scanner(), session.sender())?;
    }
    loop {
        let wait = typing.wait(begun.elapsed()).unwrap_or(TICK);
        let occurrence = session.next(wait.min(TICK));
        let now = begun.elapsed();
        let mut heard = typing.idle(now);
        match occurrence {
            Occurrence::Input(burst) => {
                if burst.bytes() == [0x0c] {
                    session.repaint()?;
                }
                for key in keys(burst.bytes()) {
                    heard.extend(typing.key(key, now));
                }
            }
            Occurrence::Sighting(sighting) => scan.sighting(sighting, now),
            Occurrence::ScannerEnded(blind) => scan.ended(blind),
            Occurrence::Resized => session.repaint()?,
            Occurrence::InputEnded => return Ok(Watched::Left(scan.progress())),
            Occurrence::Signal(signal) => return Ok(Watched::Signal(signal)),
            Occurrence::Report(_) | Occurrence::DriverGone | Occurrence::Tick => {}
        }
        for heard in heard {
            let key = match heard {
                Heard::Line(line) => {
                    scan.line(&line, now);
                    continue;
                }
                // no fingers: another code, whose few letters must not work as keys
                Heard::Keys(keys) if keys.len() > 1 => {
                    scan.line("", now);
                    continue;
                }
                Heard::Keys(keys) => keys.first().copied(),
            };
            match key {
                Some(Key::Char('q') | Key::Esc | Key::Ctrl('c')) => {
                    return Ok(Watched::Left(scan.progress()));
                }
                Some(Key::Enter) => {
                    if let Some((file, _)) = scan.file() {
                        return Ok(Watched::Compared(file.to_vec()));
                    }
                }
                Some(Key::Char('r')) if scan.trouble().is_some() => {
                    if let Some(scanner) = scanner {
                        scan.sighting(Sighting::default(), now);
                        start(scanner(), session.sender())?;
                    }
                }
                _ => {}
            }
        }
        session.draw(|buffer| draw(&scan, typing.advice(), settings, now, buffer))?;
    }
}

/// Lets a scanner work on a thread of its own. It ends when the screen is gone.
fn start(mut scanner: Box<dyn Scanner>, sender: Sender<Occurrence>) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name(SCANNER_THREAD.to_owned())
        .spawn(move || {
            let mut tell = |sighting| match sender.send(Occurrence::Sighting(sighting)) {
                Ok(()) => Interest::Wanted,
                Err(_) => Interest::Over,
            };
            let ended = scanner.watch(&mut tell).err().unwrap_or_else(|| Blind {
                source_name: "The pictures".to_owned(),
                reason: "there are no more".to_owned(),
            });
            // nobody listens any more once the screen was left
            let _ = sender.send(Occurrence::ScannerEnded(ended));
        })
        .map(|_| ())
}

fn draw(
    scan: &Scan,
    advice: Option<&str>,
    settings: &Settings,
    now: Duration,
    buffer: &mut Buffer,
) {
    let pen = Pen(settings.colour);
    let area = buffer.area;
    let width = usize::from(area.width);
    buffer.set_line(
        0,
        0,
        &pen.line(Role::Title, " rootstage  receiving a file by QR codes"),
        area.width,
    );
    if area.height > 1 {
        buffer.set_line(0, 1, &frame::rule(pen, "", "", width), area.width);
    }
    let advice = advice.map_or_else(Text::new, |advice| {
        pen.wrapped(Role::AlertWarn, advice, 1, width)
    });
    let above = u16::try_from(advice.len()).unwrap_or(0);
    for (row, line) in (2..area.height).zip(&advice) {
        buffer.set_line(0, row, line, area.width);
    }
    let middle = Rect {
        x: 1,
        y: 3 + above,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(5 + above),
    };
    scan.draw(pen, settings.glyphs, middle, now, buffer);
    let hints: &[(&str, &str)] = if scan.file().is_some() {
        &[
            ("Enter", "it is the same: write the file"),
            ("q", "it is not: write nothing"),
        ]
    } else if scan.trouble().is_some() {
        &[("r", "try again"), ("q", "leave; nothing is written")]
    } else {
        &[("q", "leave; nothing is written")]
    };
    let hints = hints.iter().flat_map(|(key, words)| {
        [
            pen.span(Role::Guidance, format!(" {key} ")),
            pen.span(Role::Dim, format!("{words}  ")),
        ]
    });
    if area.height > 3 {
        let line = Line::from(hints.collect::<Vec<_>>());
        buffer.set_line(0, area.height - 1, &line, area.width);
    }
    glyphs::put_into(settings.glyphs, buffer);
}
