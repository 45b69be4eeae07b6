//! A recording of a ceremony that nobody recorded: drawn anew from the state after each record.
//!
//! It shows every question, and how it was answered; what was typed on the way, and where people had scrolled
//! to, is not in the record.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::cast::{self, Happening, Header};
use super::picture;
use super::strip::Strip;
use crate::ceremony::event::Event;
use crate::ceremony::recording::LONGEST;
use crate::ceremony::state::{Placed, State};
use crate::safe::safe;
use crate::tui::model::{Model, Notice};
use crate::tui::settings::Settings;

/// Shortest time for which a question stands.
const QUESTION: Duration = Duration::from_secs(1);
/// Shortest time for which an answer stands.
const ANSWER: Duration = Duration::from_millis(500);
/// Shortest time for which anything else does.
const OTHER: Duration = Duration::from_millis(100);

/// A recording in the making: records go in, one after the other.
pub struct Redrawn {
    settings: Settings,
    size: (u16, u16),
    /// Longest time for which nothing changes.
    idle: Duration,
    strip: Strip,
    text: String,
    at: Duration,
    /// When the last frame was so, and how long it has to stand.
    shown: Option<(OffsetDateTime, Duration)>,
    /// What begins with the next frame.
    markers: Vec<String>,
    /// The open question, as it was drawn.
    question: Option<Model>,
    full: bool,
}

impl Redrawn {
    /// Nothing drawn yet. Nothing stands still for longer than `idle`.
    pub fn new(settings: Settings, size: (u16, u16), idle: Duration) -> Self {
        Self {
            settings,
            size,
            idle,
            strip: Strip::new(),
            text: String::new(),
            at: Duration::ZERO,
            shown: None,
            markers: Vec::new(),
            question: None,
            full: false,
        }
    }

    /// Takes the next record; `state` is the state after it.
    pub fn record(&mut self, state: &State, placed: &Placed) {
        if self.full {
            return;
        }
        let now = OffsetDateTime::parse(&placed.at, &Rfc3339);
        let now = now.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        if self.text.is_empty() {
            self.text.push_str(&cast::header(&Header {
                size: self.size,
                timestamp: now.unix_timestamp(),
                title: format!("{}, drawn from its transcript", cast::title(state)),
                term: None,
            }));
        }
        match &placed.event {
            Event::StepBegun {} => self.markers.extend(cast::step(state)),
            Event::Resumed(_) => self.markers.push(format!("resumed at {}", placed.at)),
            Event::Paused { reason } => self.markers.push(format!("paused: {}", safe(reason))),
            Event::Asked(_) => self.question(state, now),
            Event::Answered { answer, .. } => {
                if let Some(mut model) = self.question.take() {
                    model.entry.fill(answer);
                    self.frame(&mut model, now, ANSWER);
                }
            }
            Event::Intended(effect) => {
                let mut model = self.model(state, now);
                model.working = Some(effect.clone());
                self.frame(&mut model, now, OTHER);
            }
            Event::ExceptionLogged(exception) => {
                let happened = safe(&exception.happened);
                self.markers
                    .push(format!("exception E{}: {happened}", exception.number));
                let mut model = self.model(state, now);
                model.notice = Some(Notice::Remark(format!(
                    "Exception E{} is on record.",
                    exception.number
                )));
                self.frame(&mut model, now, ANSWER);
            }
            Event::CeremonyOpened(_) | Event::CeremonyClosed {} | Event::Aborted { .. } => {
                let mut model = self.model(state, now);
                self.frame(&mut model, now, QUESTION);
            }
            _ => {}
        }
    }

    /// The recording. `last` is said at its end.
    pub fn finish(mut self, last: Option<&str>) -> String {
        self.markers.extend(last.map(str::to_owned));
        self.at += self.shown.map_or(OTHER, |(_, least)| least);
        self.announce();
        self.text
    }

    /// Whether it is as long as a recording may be: it ends there.
    pub fn is_full(&self) -> bool {
        self.full
    }

    fn question(&mut self, state: &State, now: OffsetDateTime) {
        let mut model = self.model(state, now);
        self.frame(&mut model, now, QUESTION);
        self.question = Some(model);
    }

    fn model(&self, state: &State, now: OffsetDateTime) -> Model {
        let mut model = Model::new(self.settings.clone(), state.clone(), self.size);
        model.now = now;
        model
    }

    fn frame(&mut self, model: &mut Model, now: OffsetDateTime, least: Duration) {
        let text = self.strip.next(picture(model));
        if let Some((before, least)) = self.shown {
            let gap = Duration::try_from(now - before).unwrap_or_default();
            self.at += gap.max(least).min(self.idle);
        }
        self.shown = Some((now, least));
        self.announce();
        if !text.is_empty() {
            self.put(&Happening::Output(text));
        }
    }

    fn announce(&mut self) {
        for words in std::mem::take(&mut self.markers) {
            self.put(&Happening::Marker(words));
        }
    }

    fn put(&mut self, happening: &Happening) {
        let line = cast::line(self.at, happening);
        self.full |= (self.text.len() + line.len()) as u64 > LONGEST;
        if !self.full {
            self.text.push_str(&line);
        }
    }
}
