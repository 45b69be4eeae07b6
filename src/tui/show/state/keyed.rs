//! What keys do to it, and what the terminal answers.

use std::time::Instant;

use super::{Show, Wish};
use crate::tui::keys::Key;
use crate::tui::show::bindings::{Act, act};
use crate::tui::show::fit::Drawing;
use crate::tui::show::graphics::Graphics;
use crate::tui::widgets::symbol::Cells;

/// Which way the density goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Towards {
    Denser,
    Sparser,
}

impl Show {
    /// A key was pressed.
    pub fn key(&mut self, key: Key, now: Instant) -> Option<Wish> {
        self.notice.clear();
        match act(key)? {
            Act::Quit => return Some(Wish::Quit),
            Act::Redraw => return Some(Wish::Repaint),
            Act::Help => self.help = !self.help,
            Act::Close => self.help = false,
            Act::Pause => {
                self.paused = !self.paused;
                self.start(now);
            }
            Act::Forth => {
                self.pause();
                self.step(1);
            }
            Act::Back => {
                self.pause();
                self.step(-1);
            }
            Act::Faster => self.set_speed(self.speed + 1, now),
            Act::Slower => self.set_speed(self.speed - 1, now),
            Act::Denser => return self.redivide(Towards::Denser),
            Act::Sparser => return self.redivide(Towards::Sparser),
            Act::Wide => {
                self.window.drawing = match self.window.drawing {
                    Drawing::Cells(Cells::Half) => Drawing::Cells(Cells::Whole),
                    _ => Drawing::Cells(Cells::Half),
                };
                self.divide();
                return Some(Wish::Repaint);
            }
            Act::Pixels => return Some(self.toggle_pixels()),
        }
        None
    }

    /// The terminal has said how it takes pixels.
    pub fn answered(&mut self, graphics: Option<Graphics>) {
        if !std::mem::take(&mut self.awaited) {
            self.look.graphics = self.look.graphics.or(graphics);
            return;
        }
        self.notice.clear();
        match graphics {
            Some(graphics) if self.window.cell.is_some() => {
                self.in_pixels(graphics);
                self.divide();
            }
            Some(_) => {
                "This terminal draws pixels, but does not say how many it has."
                    .clone_into(&mut self.notice);
            }
            None => "This terminal says that it draws no pixels.".clone_into(&mut self.notice),
        }
    }

    fn toggle_pixels(&mut self) -> Wish {
        if self.window.drawing == Drawing::Pixels {
            self.window.drawing = Drawing::Cells(Cells::Half);
            self.divide();
            return Wish::Repaint;
        }
        self.awaited = true;
        let Some(graphics) = self.look.graphics else {
            "Asking the terminal whether it draws pixels.".clone_into(&mut self.notice);
            return Wish::Ask;
        };
        self.answered(Some(graphics));
        Wish::Repaint
    }

    fn set_speed(&mut self, speed: u8, now: Instant) {
        self.at_speed(speed);
        self.start(now);
    }

    fn redivide(&mut self, towards: Towards) -> Option<Wish> {
        let most = self.window.largest()?;
        let now = self.division.as_ref()?;
        let (other, otherwise) = match towards {
            Towards::Denser => (
                now.denser(&self.file, most),
                "No larger code fits into this window, or it would save no frame.",
            ),
            Towards::Sparser => (now.sparser(&self.file), "Smaller codes cannot carry it."),
        };
        let Some(other) = other else {
            otherwise.clone_into(&mut self.notice);
            return None;
        };
        self.wanted = Some(other.version);
        self.take(Some(other));
        Some(Wish::Repaint)
    }
}
