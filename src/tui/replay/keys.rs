//! What keys do to a replay.

use std::time::Duration;

use super::bindings::{Act, act};
use super::changes::Place;
use super::search::Search;
use super::target::Target;
use super::{Came, Marks, Pane, Prompt, Replay, view};
use crate::safe::safe;
use crate::tui::keys::{Burst, Key, keys};

/// Longest text of a question at the foot, in characters.
const LONGEST: usize = 200;

/// Which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Later.
    On,
    /// Earlier.
    Back,
}

impl Replay {
    /// Keys were typed at `now`.
    pub fn input(&mut self, burst: &Burst, now: Duration) -> Came {
        let mut came = Came::Draw;
        for key in keys(burst.bytes()) {
            match self.key(key, now) {
                Came::Draw => {}
                Came::Repaint => came = Came::Repaint,
                Came::Quit => return Came::Quit,
            }
        }
        came
    }

    /// A key was pressed.
    pub fn key(&mut self, key: Key, now: Duration) -> Came {
        if self.prompt.is_some() && self.typed(key, now) {
            return Came::Draw;
        }
        match act(key) {
            Some(Act::Quit) => return Came::Quit,
            Some(Act::Redraw) => return Came::Repaint,
            Some(Act::Help) => {
                self.help = !self.help;
                self.scroll = 0;
            }
            Some(Act::Back) => {
                self.help = false;
                self.marks = Marks::None;
                self.remark.clear();
            }
            Some(act) if self.help => self.act_in_help(act),
            Some(act) => self.act(act, now),
            None => {}
        }
        Came::Draw
    }

    /// Types into the question at the foot; whether the key was taken there.
    fn typed(&mut self, key: Key, now: Duration) -> bool {
        let Some(Prompt::GoTo(text) | Prompt::Search(text)) = &mut self.prompt else {
            return false;
        };
        match key {
            Key::Char(c) if text.chars().count() < LONGEST => text.push(c),
            Key::Backspace => drop(text.pop()),
            Key::Ctrl('u') => text.clear(),
            Key::Esc => self.prompt = None,
            Key::Enter => match self.prompt.take() {
                Some(Prompt::GoTo(text)) if !text.trim().is_empty() => self.go_where(&text, now),
                Some(Prompt::Search(text)) if !text.trim().is_empty() => {
                    self.search_for(&text, now);
                }
                _ => {}
            },
            Key::Ctrl('c' | 'l') => return false,
            _ => {}
        }
        true
    }

    fn go_where(&mut self, typed: &str, now: Duration) {
        let found = Target::parse(typed).and_then(|target| target.find(&self.tape, self.at()));
        match found {
            Ok(record) => self.go(record, now),
            Err(why) => self.remark = safe(&why),
        }
    }

    fn search_for(&mut self, words: &str, now: Duration) {
        self.playback.rest();
        let mut search = Search::new(words.trim(), self.tape.procedure());
        search.advance(&self.tape, super::search::SLICE);
        self.search = Some(search);
        self.seeks = true;
        self.seek(now);
    }

    fn act_in_help(&mut self, act: Act) {
        match act {
            Act::PageUp | Act::Backward | Act::PreviousStep => self.page(-1),
            Act::PageDown | Act::Forward | Act::NextStep => self.page(1),
            _ => self.help = false,
        }
    }

    fn act(&mut self, act: Act, now: Duration) {
        self.remark.clear();
        let at = self.at();
        match act {
            Act::Play => self.playback.toggle(now),
            Act::Forward => self.rest_at(at + 1, now),
            Act::Backward => self.rest_at(at.saturating_sub(1), now),
            Act::NextStep => self.on_to("step", self.next_run(|_, _| true), now),
            Act::PreviousStep => self.rest_at(self.run_before(at), now),
            Act::NextAct => self.on_to("act", self.next_run(|here, there| here != there), now),
            Act::PreviousAct => self.rest_at(self.act_before(at), now),
            Act::First => self.rest_at(0, now),
            Act::Last => self.rest_at(self.playback.last(), now),
            Act::Faster => self.playback.accelerate(1, now),
            Act::Slower => self.playback.accelerate(-1, now),
            Act::Gaps => self.playback.change_gaps(now),
            Act::GoTo => self.ask(Prompt::GoTo(String::new())),
            Act::Search => self.ask(Prompt::Search(String::new())),
            Act::NextHit => self.hit(Search::after, now),
            Act::PreviousHit => self.hit(Search::before, now),
            Act::NextException => self.exception(Way::On, now),
            Act::PreviousException => self.exception(Way::Back, now),
            Act::NextObjection => self.objection(now),
            Act::Changed => self.show_changed(),
            Act::NextPane => self.turn(1),
            Act::PreviousPane => self.turn(-1),
            Act::Screen => self.look_at(Pane::Screen),
            Act::Timeline => self.look_at(Pane::Timeline),
            Act::Record => self.look_at(Pane::Record),
            Act::Board => self.look_at(Pane::Board),
            Act::PageUp => self.page(-1),
            Act::PageDown => self.page(1),
            Act::Help | Act::Back | Act::Redraw | Act::Quit => {}
        }
    }

    /// A step by hand is a rest: the next is made by hand as well.
    fn rest_at(&mut self, to: usize, now: Duration) {
        self.playback.rest();
        self.go(to, now);
    }

    fn ask(&mut self, prompt: Prompt) {
        self.playback.rest();
        self.prompt = Some(prompt);
    }

    fn on_to(&mut self, what: &str, found: Option<usize>, now: Duration) {
        match found {
            Some(record) => self.rest_at(record, now),
            None => self.remark = format!("This is the last {what} that was reached."),
        }
    }

    /// First record of the next run of which `is_next` says so, by the acts of here and there.
    fn next_run(&self, is_next: impl Fn(usize, usize) -> bool) -> Option<usize> {
        let runs = self.tape.runs();
        let here = self.tape.run(self.at());
        let act = self.act_of(runs.get(here)?.step);
        let after = runs.iter().skip(here + 1);
        let mut after = after.filter(|run| is_next(act, self.act_of(run.step)));
        after.next().map(|run| run.shown)
    }

    /// The screen with which the step of a record began; from there on, that of the step before.
    fn run_before(&self, at: usize) -> usize {
        let run = self.tape.run(at);
        let shown = |run: usize| self.tape.runs().get(run).map_or(0, |run| run.shown);
        if run == 0 && shown(0) >= at {
            0
        } else if shown(run) < at {
            shown(run)
        } else {
            shown(run.saturating_sub(1))
        }
    }

    /// The same for acts.
    fn act_before(&self, at: usize) -> usize {
        let runs = self.tape.runs();
        let begins = |index: usize, step: usize| {
            let before = index.checked_sub(1).and_then(|before| runs.get(before));
            before.is_none_or(|before| self.act_of(before.step) != self.act_of(step))
        };
        let acts = runs.iter().enumerate();
        let acts = acts.filter(|(index, run)| begins(*index, run.step));
        let mut before = acts.map(|(_, run)| run.shown).filter(|shown| *shown < at);
        before.next_back().unwrap_or(0)
    }

    fn act_of(&self, step: usize) -> usize {
        let steps = &self.tape.procedure().steps;
        steps.get(step).or(steps.last()).map_or(0, |step| step.act)
    }

    fn hit(&mut self, way: fn(&Search, usize) -> Option<usize>, now: Duration) {
        let Some(search) = &self.search else {
            "Nothing was searched for: / asks for words.".clone_into(&mut self.remark);
            return;
        };
        match way(search, self.at()) {
            Some(hit) => self.rest_at(hit, now),
            None => self.remark = format!("\"{}\" is in no record.", safe(search.words())),
        }
    }

    fn exception(&mut self, way: Way, now: Duration) {
        let at = self.at();
        let mut all = self.tape.exceptions().iter().map(|(_, record)| *record);
        let (found, which) = match way {
            Way::On => (all.find(|record| *record > at), "after"),
            Way::Back => (all.rfind(|record| *record < at), "before"),
        };
        match found {
            Some(record) => self.rest_at(record, now),
            None if self.tape.exceptions().is_empty() => {
                "No exception was logged.".clone_into(&mut self.remark);
            }
            None => self.remark = format!("No exception was logged {which} this record."),
        }
    }

    fn objection(&mut self, now: Duration) {
        let at = self.at();
        let all = &self.verdict.objections;
        let next = all.iter().find(|(record, _)| *record > at).or(all.first());
        match next {
            Some((record, _)) => self.rest_at(*record, now),
            None => "The audit objects to no record.".clone_into(&mut self.remark),
        }
    }

    /// To where the first change is to be seen, with everything marked that differs there.
    fn show_changed(&mut self) {
        let place = self
            .changes
            .first()
            .map_or(Place::Record, |change| change.place);
        self.playback.rest();
        self.marks = Marks::Changed;
        self.scroll = 0;
        self.pane = match place {
            Place::Screen => Pane::Screen,
            // beside the screen of a wide window stands the timeline
            Place::Timeline if view::is_wide(self.size) => Pane::Screen,
            Place::Timeline => Pane::Timeline,
            Place::Board => Pane::Board,
            Place::Record => Pane::Record,
        };
        view::bring_changes_into_sight(self);
    }

    fn look_at(&mut self, pane: Pane) {
        self.pane = pane;
        self.scroll = 0;
    }

    fn turn(&mut self, by: isize) {
        let all = Pane::ALL;
        let at = all.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let to = (at + all.len()).saturating_add_signed(by) % all.len();
        self.look_at(all.get(to).copied().unwrap_or(self.pane));
    }

    fn page(&mut self, by: isize) {
        let (lines, rows) = view::measure(self);
        let page = isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1);
        let furthest = lines.saturating_sub(rows);
        self.scroll = self.scroll.saturating_add_signed(by * page).min(furthest);
    }
}
