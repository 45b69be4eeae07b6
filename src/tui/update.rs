//! What a key, a report or the clock does to the model, and what is to be done besides.

mod codes;
mod reports;

use time::OffsetDateTime;

use super::Leaving;
use super::bindings::{Act, act};
use super::entry::{Entered, Entry, Typed};
use super::keys::{Burst, Key, keys};
use super::model::{Model, Notice, Overlay, Sent};
use crate::ceremony::ask::{Answer, Form};
use crate::ceremony::command::Command;
use crate::ceremony::state::Ending;
use crate::driver::Order;
use crate::report;

/// What is to be done besides drawing.
#[derive(Default)]
pub struct Reaction {
    /// An order for the driver.
    pub order: Option<Order>,
    /// The screen is left.
    pub leave: Option<Leaving>,
    /// Input that came before now is thrown away: it was not meant for what is on screen now.
    pub flush: bool,
    /// The whole screen is drawn anew.
    pub repaint: bool,
    /// To be written to the terminal as it is.
    pub raw: Vec<u8>,
}

impl Reaction {
    fn leave(leaving: Leaving) -> Self {
        Self {
            leave: Some(leaving),
            ..Self::default()
        }
    }

    fn order(command: Command) -> Self {
        Self {
            order: Some(Order::plain(command)),
            flush: true,
            ..Self::default()
        }
    }
}

impl Model {
    /// Keys were typed. Those behind one that sent something or left are dropped.
    pub fn input(&mut self, burst: &Burst) -> Reaction {
        self.heard(burst);
        let mut reaction = Reaction::default();
        for key in keys(burst.bytes()) {
            for key in self.typed_by_people(key) {
                let next = self.key(key);
                reaction.repaint |= next.repaint;
                reaction.raw.extend(&next.raw);
                if next.order.is_some() || next.leave.is_some() {
                    self.settle();
                    return Reaction {
                        repaint: reaction.repaint,
                        ..next
                    };
                }
            }
        }
        self.settle();
        reaction
    }

    /// The clock moved on.
    pub fn tick(&mut self, now: OffsetDateTime) {
        self.now = now;
    }

    /// The terminal has another size.
    pub fn resize(&mut self, size: (u16, u16)) -> Reaction {
        self.size = size;
        self.refit_codes();
        self.settle();
        Reaction {
            repaint: true,
            ..Reaction::default()
        }
    }

    fn key(&mut self, key: Key) -> Reaction {
        if let Some(reaction) = self.key_of_codes(key) {
            return reaction;
        }
        let typing = self.fields().is_some();
        if !typing && self.stray.ends_with(key) {
            self.say_touched();
            return Reaction::default();
        }
        if let Some(act) = act(key, typing) {
            return self.act(act);
        }
        let before = if typing { self.stray.take() } else { 0 };
        if let (Key::Char(c), Some(entry)) = (key, self.fields_mut()) {
            entry.begin_after(before);
            if entry.push(c) == Typed::Touch {
                self.say_touched();
            }
        }
        Reaction::default()
    }

    fn say_touched(&mut self) {
        self.notice = Some(Notice::Remark(
            "A token was touched by accident: what it typed was taken out, and nothing was sent. No PIN try was \
             spent. Look at what the field holds now."
                .to_owned(),
        ));
    }

    fn act(&mut self, act: Act) -> Reaction {
        if self.too_small() && !matches!(act, Act::Leave | Act::Back | Act::Redraw) {
            return Reaction::default();
        }
        match act {
            Act::Help => {
                self.help = !self.help;
                self.over_scroll = 0;
            }
            Act::Exception => self.open(Overlay::Exception),
            Act::Skip => self.open(Overlay::Skip),
            Act::Withdraw => self.open(Overlay::Withdraw),
            Act::Abort => self.open(Overlay::Abort),
            Act::Outline => self.open(Overlay::Outline),
            Act::Digests => self.open(Overlay::Digests),
            Act::Codes => return self.open_codes(),
            Act::Leave => return self.leave_or_stay(),
            Act::Back => self.back(),
            Act::Enter => return self.enter(),
            Act::Next => self.with_entry(|entry| entry.go(1)),
            Act::Previous => self.with_entry(|entry| entry.go(-1)),
            Act::Erase => self.with_entry(Entry::erase),
            Act::Clear => self.with_entry(Entry::clear),
            Act::Redraw => {
                return Reaction {
                    repaint: true,
                    ..Reaction::default()
                };
            }
            Act::Up | Act::Down | Act::PageUp | Act::PageDown | Act::Top | Act::Bottom => {
                self.scroll_by(act);
            }
            Act::NextSection | Act::PreviousSection => self.go_to_section(act),
        }
        Reaction::default()
    }

    fn go_to_section(&mut self, act: Act) {
        if self.help || self.overlay.is_some() {
            return;
        }
        let sections = super::view::sections(self);
        let mut sections = sections.iter().copied();
        let to = match act {
            Act::NextSection => sections.find(|line| *line > self.scroll),
            _ => sections.rfind(|line| *line < self.scroll),
        };
        self.scroll = to.unwrap_or(self.scroll);
        self.settle();
    }

    fn scroll_by(&mut self, act: Act) {
        let page = super::view::measure(self).1.saturating_sub(1).max(1);
        let scroll = self.scroll_mut();
        *scroll = match act {
            Act::Up => scroll.saturating_sub(1),
            Act::Down => scroll.saturating_add(1),
            Act::PageUp => scroll.saturating_sub(page),
            Act::PageDown => scroll.saturating_add(page),
            Act::Top => 0,
            _ => usize::MAX,
        };
        self.settle();
    }

    fn with_entry(&mut self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.fields_mut() {
            change(entry);
        }
    }

    fn open(&mut self, overlay: Overlay) {
        self.help = false;
        self.over_scroll = 0;
        if self.ended() && overlay.is_form() {
            return;
        }
        self.notice = None;
        self.overlay = if self.overlay == Some(overlay) && !overlay.is_form() {
            None
        } else {
            Some(overlay)
        };
    }

    fn back(&mut self) {
        if self.help {
            self.help = false;
        } else if self.overlay.take().is_some() {
            self.notice = None;
        } else {
            // a PIN that was begun does not stay in memory while people think again
            self.entry.clear_secrets();
        }
        self.over_scroll = 0;
    }

    fn leave_or_stay(&mut self) -> Reaction {
        self.help = false;
        if self.ended() {
            self.overlay = None;
            self.notice = Some(Notice::Remark(
                "The ceremony has ended. Copy the head to paper, then type DONE.".to_owned(),
            ));
            return Reaction::default();
        }
        if self.overlay == Some(Overlay::Leave) {
            self.entry.clear_secrets();
            let pause = Command::Pause {
                reason: "left".to_owned(),
            };
            return Reaction {
                leave: Some(Leaving::Paused),
                ..Reaction::order(pause)
            };
        }
        self.overlay = Some(Overlay::Leave);
        Reaction::default()
    }

    fn enter(&mut self) -> Reaction {
        let Some(entry) = self.fields_mut() else {
            return Reaction::default();
        };
        let last = entry.focus + 1 >= entry.fields.len();
        match entry.enter() {
            Entered::Complete => {}
            Entered::Touch => {
                self.say_touched();
                return Reaction::default();
            }
            Entered::NotYet => {
                if last && entry.focused().is_some_and(|f| !f.is_empty()) {
                    entry.go_to_missing();
                }
                return Reaction::default();
            }
        }
        match self.overlay {
            Some(overlay) => self.send_form(overlay),
            None if self.ended() => Reaction::leave(self.ending()),
            None => self.send_answer(),
        }
    }

    fn send_form(&mut self, overlay: Overlay) -> Reaction {
        let Some(entry) = self.fields() else {
            return Reaction::default();
        };
        let command = match overlay {
            Overlay::Exception => Command::LogException(entry.as_exception()),
            Overlay::Skip => Command::Skip(entry.as_exception()),
            Overlay::Abort => Command::Abort {
                initials: entry.initials(),
                reason: entry.text(0),
            },
            Overlay::Withdraw => Command::Withdraw {
                initials: entry.initials(),
                reason: entry.text(0),
            },
            Overlay::Outline | Overlay::Digests | Overlay::Leave | Overlay::Codes => {
                return Reaction::default();
            }
        };
        if self.sent.is_some() || self.working.is_some() {
            self.notice = Some(Notice::Remark(
                "Something is being done just now. Nothing was sent; press Enter again when it is finished.".to_owned(),
            ));
            return Reaction::default();
        }
        self.notice = None;
        self.sent = Some(Sent::Form(overlay));
        Reaction::order(command)
    }

    fn send_answer(&mut self) -> Reaction {
        let Some(ask) = self.ask() else {
            return Reaction::default();
        };
        if ask.document.is_some() && !self.read_to_end {
            self.notice = Some(Notice::Refused(report::refusal(
                &crate::ceremony::refusal::Refusal::NotReadToEnd {
                    title: ask.title.clone(),
                },
            )));
            return Reaction::default();
        }
        let received = match (&ask.form, &self.receiving) {
            (Form::Scan { .. }, Some(receiving)) => receiving.file().map(Answer::carry),
            _ => None,
        };
        if matches!(ask.form, Form::Scan { .. }) && received.is_none() {
            self.notice = Some(Notice::Refused(report::refusal(
                &crate::ceremony::refusal::Refusal::NothingReceived,
            )));
            return Reaction::default();
        }
        let takes_secret = matches!(ask.form, Form::Secret(_));
        let shows_document = ask.document.is_some();
        let answer = Answer {
            received,
            ..self.entry.answer(shows_document && self.read_to_end)
        };
        let (secret, new_pin) = if takes_secret {
            self.entry.take_secrets()
        } else {
            (None, None)
        };
        self.notice = None;
        self.sent = Some(Sent::Answer);
        Reaction {
            order: Some(Order {
                command: Command::Answer(answer),
                secret,
                new_pin,
            }),
            flush: true,
            ..Reaction::default()
        }
    }

    fn ending(&self) -> Leaving {
        match (&self.broken, self.state.ending) {
            (Some(words), _) => Leaving::Broken(words.clone()),
            (None, Some(Ending::Aborted)) => Leaving::Aborted,
            (None, _) => Leaving::Closed,
        }
    }
}
