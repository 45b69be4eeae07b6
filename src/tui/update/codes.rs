//! QR codes at a question: those that leave, and those that come in.

use std::time::{Duration, Instant};

use super::Reaction;
use crate::ceremony::ask::Form;
use crate::ceremony::carriage;
use crate::ports::{Blind, Sighting};
use crate::tui::backend;
use crate::tui::bindings::{Act, act};
use crate::tui::keys::{Burst, Key};
use crate::tui::model::{Model, Notice, Overlay};
use crate::tui::receiving::Receiving;
use crate::tui::show::graphics::{self, Graphics};
use crate::tui::show::{Look, Show, Wish};
use crate::tui::view::codes_area;

impl Reaction {
    /// What this and then the other want.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut raw = self.raw;
        raw.extend(other.raw);
        Self {
            order: self.order.or(other.order),
            leave: self.leave.or(other.leave),
            flush: self.flush || other.flush,
            repaint: self.repaint || other.repaint,
            raw,
        }
    }
}

impl Model {
    /// Begins to wait for a file where the open question wants one. What was received for a question
    /// that is open no more is forgotten, and so is what was shown.
    pub(in crate::tui) fn wait_for_file(&mut self) {
        let form = self.state.asking.as_ref().map(|ask| &ask.form);
        let waits = matches!(form, Some(Form::Scan { .. }));
        self.receiving = waits.then(|| Receiving::new(self.eyes, self.moment));
        self.show = None;
        if self.overlay == Some(Overlay::Codes) {
            self.overlay = None;
        }
    }

    /// Whether a camera should look.
    pub fn waits_for_pictures(&self) -> bool {
        let waiting = self.receiving.as_ref();
        !self.ended() && waiting.is_some_and(|receiving| receiving.file().is_none())
    }

    /// The camera saw something.
    pub fn sighted(&mut self, sighting: Sighting) -> Reaction {
        if let Some(receiving) = &mut self.receiving {
            receiving.sighting(sighting, self.moment);
        }
        self.settle();
        Reaction::default()
    }

    /// The camera gives no more pictures.
    pub fn sees_no_more(&mut self, why: Blind) -> Reaction {
        if let Some(receiving) = &mut self.receiving {
            receiving.ended(why);
        }
        self.settle();
        Reaction::default()
    }

    /// Time went by: the next code, and keys of which it is clear by now that people pressed them.
    pub fn lapse(&mut self) -> Reaction {
        if let Some(show) = &mut self.show {
            show.tick(self.moment);
        }
        let moment = self.moment;
        let receiving = self.receiving.as_mut();
        let keys = receiving.map_or_else(Vec::new, |receiving| receiving.idle(moment));
        let mut reaction = Reaction::default();
        for key in keys {
            reaction = reaction.and(self.key(key));
        }
        reaction
    }

    /// How long from `now` until time alone changes something.
    pub fn next_moment(&self, now: Instant) -> Option<Duration> {
        let shown = self
            .show
            .as_ref()
            .filter(|_| self.overlay == Some(Overlay::Codes));
        let frame = shown
            .and_then(Show::next_deadline)
            .map(|due| due.saturating_duration_since(now));
        let typed = self.receiving.as_ref();
        let typed = typed.and_then(|receiving| receiving.waits(now));
        frame.into_iter().chain(typed).min()
    }

    /// The keys that people pressed, as far as that is clear.
    pub(super) fn typed_by_people(&mut self, key: Key) -> Vec<Key> {
        let moment = self.moment;
        match &mut self.receiving {
            Some(receiving) => receiving.key(key, moment),
            None => vec![key],
        }
    }

    /// The terminal may have answered whether it draws pixels.
    pub(super) fn heard(&mut self, burst: &Burst) {
        if let (Some(Overlay::Codes), Some(show)) = (self.overlay, &mut self.show)
            && let Some(answer) = graphics::answer(burst.bytes())
        {
            show.answered(answer);
        }
    }

    pub(super) fn open_codes(&mut self) -> Reaction {
        if self.overlay == Some(Overlay::Codes) {
            self.overlay = None;
            return Reaction::default();
        }
        let carries = self.ask().is_some_and(|ask| ask.carries.is_some());
        if !carries || self.ended() {
            self.notice = Some(Notice::Remark(
                "Nothing leaves as QR codes at this question.".to_owned(),
            ));
            return Reaction::default();
        }
        let look = Look {
            colour: self.settings.colour,
            glyphs: self.settings.glyphs,
            graphics: None,
        };
        let file = carriage::shown(&self.state);
        let show = match self.show.take() {
            Some(show) => Some(show),
            None => file.and_then(|file| Show::new(file.name, file.bytes, look).ok()),
        };
        let Some(mut show) = show else {
            self.notice = Some(Notice::Remark(
                "The file cannot be made into QR codes. Log an exception, and skip the step with two people."
                    .to_owned(),
            ));
            return Reaction::default();
        };
        let area = codes_area(self);
        show.fit((area.width, area.height), backend::cell_pixels());
        show.start(self.moment);
        let raw = show.question().to_vec();
        self.show = Some(show);
        self.help = false;
        self.notice = None;
        self.overlay = Some(Overlay::Codes);
        Reaction {
            raw,
            ..Reaction::default()
        }
    }

    /// Keys while QR codes are shown; `None` where they mean what they always do.
    pub(super) fn key_of_codes(&mut self, key: Key) -> Option<Reaction> {
        if self.overlay != Some(Overlay::Codes) || self.help || self.too_small() {
            return None;
        }
        let show = self.show.as_mut()?;
        match act(key, false) {
            Some(
                Act::Leave
                | Act::Redraw
                | Act::Codes
                | Act::Exception
                | Act::Skip
                | Act::Abort
                | Act::Outline
                | Act::Digests,
            ) => return None,
            Some(Act::Back) if show.helps() => {}
            Some(Act::Back) => {
                self.overlay = None;
                return Some(Reaction::default());
            }
            _ => {}
        }
        let mut reaction = Reaction::default();
        match show.key(key, self.moment) {
            None => {}
            Some(Wish::Quit) => self.overlay = None,
            Some(Wish::Repaint) => reaction.repaint = true,
            Some(Wish::Ask) => reaction.raw = graphics::QUESTION.to_vec(),
        }
        Some(reaction)
    }

    /// The window has another size.
    pub(super) fn refit_codes(&mut self) {
        let area = codes_area(self);
        if let Some(show) = &mut self.show {
            show.fit((area.width, area.height), backend::cell_pixels());
        }
    }

    /// How codes are drawn in pixels, where they are.
    pub fn pictured(&self) -> Option<Graphics> {
        self.show.as_ref()?.showing().graphics
    }

    /// What is written to the terminal behind the cells of a frame.
    pub fn pixels(&self) -> Vec<u8> {
        match (&self.show, self.overlay) {
            (Some(show), Some(Overlay::Codes)) if !self.help && !self.too_small() => {
                show.pixels(codes_area(self))
            }
            _ => Vec::new(),
        }
    }
}
