//! Acts and steps: when each began, how long it took, what went otherwise than written.
//!
//! Times and durations are those of the whole record; marks say how things stood at the moment.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::{Marks, Replay, times};
use super::{divide, mark};
use crate::ceremony::chronicle::{Cause, StepStory, between};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::{Standing, State};
use crate::safe::safe;
use crate::tui::glyphs::POINT;
use crate::tui::pen::{Pen, Text, cut, padded};
use crate::tui::theme::Role;
use crate::tui::view::put;

/// The timeline beside a pane, around the step at hand.
pub fn beside(pen: Pen, replay: &Replay, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width).saturating_sub(2);
    let rows = usize::from(area.height);
    let shown = |state: &State, first: Option<usize>| {
        let (text, here) = narrow(pen, replay, state, width);
        let furthest = text.len().saturating_sub(rows);
        let first = first.unwrap_or_else(|| here.saturating_sub(rows / 2).min(furthest));
        (
            text.into_iter().skip(first).take(rows).collect::<Text>(),
            first,
        )
    };
    let (text, first) = shown(replay.state(), None);
    put(buffer, area, text);
    if replay.marks == Marks::Changed {
        let mut old = Buffer::empty(buffer.area);
        put(
            &mut old,
            area,
            shown(&replay.moment().before, Some(first)).0,
        );
        mark(&old, area, buffer);
    }
    divide(replay, area, buffer);
}

/// One line for each act and step.
fn narrow(pen: Pen, replay: &Replay, state: &State, width: usize) -> (Text, usize) {
    listing(replay, state, |text, line| match line {
        Entry::Act(number, title, seconds, _) => {
            let took = times::lasting(seconds);
            let room = width.saturating_sub(took.width() + 1);
            let title = cut(&format!(" {number}  {title}"), room);
            text.push(Line::from(vec![
                pen.span(Role::Title, padded(&title, room + 1)),
                pen.span(Role::Dim, took),
            ]));
        }
        Entry::Step(index, step, story) => {
            let (lead, role) = standing(pen, state, index);
            let tags = tags(story);
            let took = took(story);
            let right = if tags.is_empty() {
                took
            } else {
                format!("{tags} {took}")
            };
            let room = width.saturating_sub(right.width() + 6);
            let title = padded(&cut(&safe(&step.title), room), room + 1);
            let tag_role = if tags.is_empty() {
                Role::Dim
            } else {
                Role::AlertWarn
            };
            text.push(Line::from(vec![
                lead,
                pen.span(role, title),
                pen.span(tag_role, right),
            ]));
        }
    })
}

/// The timeline as a page, and the line at which the step at hand stands.
pub fn whole(pen: Pen, replay: &Replay, state: &State, width: usize) -> (Text, usize) {
    let heading = "began     took      budget";
    let room = width.saturating_sub(heading.width() + 4);
    let (mut text, here) = listing(replay, state, |text, line| match line {
        Entry::Act(number, title, seconds, minutes) => {
            let title = padded(&cut(&format!(" {number}  {title}"), room), room + 1);
            let began = padded("", 10);
            text.push(Line::from(vec![
                pen.span(Role::Title, title),
                pen.span(
                    Role::Dim,
                    format!("{began}{:<10}{minutes} min", times::lasting(seconds)),
                ),
            ]));
        }
        Entry::Step(index, step, story) => {
            let (lead, role) = standing(pen, state, index);
            let began = story.and_then(StepStory::began).map_or("", times::of_day);
            let over = story.is_some_and(|story| story.seconds() > i64::from(step.minutes) * 60);
            let took = took(story);
            let number = index + 1;
            let title = cut(
                &format!("{number:>2}  {}", safe(&step.title)),
                room.saturating_sub(5),
            );
            text.push(Line::from(vec![
                lead,
                pen.span(role, padded(&title, room.saturating_sub(4))),
                pen.span(Role::Dim, format!("{began:<10}")),
                pen.span(
                    if over { Role::AlertWarn } else { Role::Text },
                    format!("{took:<10}"),
                ),
                pen.span(Role::Dim, format!("{} min", step.minutes)),
            ]));
            let Some(story) = story else { return };
            below(pen, replay, index, story, width, text);
        }
    });
    let columns = format!("{}{heading}", padded(" Acts and steps", room + 1));
    text.insert(0, pen.line(Role::Dim, columns));
    (text, here + 1)
}

/// Under a step: exceptions, failures, interruptions.
fn below(
    pen: Pen,
    replay: &Replay,
    index: usize,
    story: &StepStory,
    width: usize,
    text: &mut Text,
) {
    let width = width.saturating_sub(1);
    // the last state of the record knows every exception; it is the playing state that must not
    let logged = story.exceptions.iter().filter_map(|number| {
        let found = replay
            .tape
            .exceptions()
            .iter()
            .find(|(known, _)| known == number);
        found.map(|(number, record)| (*number, *record))
    });
    for (number, record) in logged.take(9) {
        let at = replay
            .tape
            .record(record)
            .map(|r| times::of_day(r.at).to_owned());
        let words = format!("E{number} at {}, record {record}", at.unwrap_or_default());
        text.extend(pen.wrapped(Role::AlertWarn, &words, 9, width));
    }
    if story.exceptions.len() > 9 {
        let words = format!("and {} exceptions more", story.exceptions.len() - 9);
        text.extend(pen.wrapped(Role::AlertWarn, &words, 9, width));
    }
    match story.faults.len() {
        0 => {}
        1 => text.extend(pen.wrapped(Role::AlertWarn, "1 failure", 9, width)),
        more => text.extend(pen.wrapped(Role::AlertWarn, &format!("{more} failures"), 9, width)),
    }
    let halts = replay
        .chronicle
        .halts
        .iter()
        .filter(|halt| halt.step == index);
    let all = halts.clone().count();
    for halt in halts.take(9) {
        let why = match &halt.cause {
            Cause::Left(reason) if reason == "left" => "the room left".to_owned(),
            Cause::Left(reason) => format!("ended by {}", safe(reason)),
            Cause::Interrupted => "interrupted".to_owned(),
        };
        let for_long = times::lasting(between(&halt.from, &halt.to).unwrap_or(0));
        let words = format!("{why} at {}, for {for_long}", times::of_day(&halt.from));
        text.extend(pen.wrapped(Role::AlertWarn, &words, 9, width));
    }
    if all > 9 {
        text.extend(pen.wrapped(
            Role::AlertWarn,
            &format!("and {} interruptions more", all - 9),
            9,
            width,
        ));
    }
}

enum Entry<'a> {
    /// Number, title, seconds that its steps took, budget in minutes.
    Act(usize, String, i64, u32),
    /// Index, step, story.
    Step(usize, &'a BoundStep, Option<&'a StepStory>),
}

fn listing(replay: &Replay, state: &State, draw: impl Fn(&mut Text, Entry<'_>)) -> (Text, usize) {
    let procedure = replay.tape.procedure();
    let story = |index: usize| replay.chronicle.steps.get(index);
    let mut text = Text::new();
    let mut here = 0;
    let mut act = None;
    for (index, step) in procedure.steps.iter().enumerate() {
        if act != Some(step.act) {
            act = Some(step.act);
            let title = procedure
                .script
                .acts
                .get(step.act)
                .map(|act| safe(&act.title));
            let of_act = procedure
                .steps
                .iter()
                .enumerate()
                .filter(|(_, other)| other.act == step.act);
            let (seconds, minutes) = of_act.fold((0, 0), |(seconds, minutes), (index, step)| {
                (
                    seconds + story(index).map_or(0, StepStory::seconds),
                    minutes + step.minutes,
                )
            });
            draw(
                &mut text,
                Entry::Act(step.act + 1, title.unwrap_or_default(), seconds, minutes),
            );
        }
        if index == state.position {
            here = text.len();
        }
        draw(&mut text, Entry::Step(index, step, story(index)));
    }
    if state.position >= procedure.steps.len() {
        here = text.len();
    }
    (text, here)
}

fn standing(pen: Pen, state: &State, index: usize) -> (Span<'static>, Role) {
    let standing = state.standing.get(index).copied().unwrap_or_default();
    let current = index == state.position && state.ending.is_none();
    let (mark, mark_role, role) = match standing {
        _ if current => (format!("[{POINT}]"), Role::Guidance, Role::Important),
        Standing::Done => ("[x]".to_owned(), Role::Ok, Role::Text),
        Standing::Skipped => ("[E]".to_owned(), Role::AlertWarn, Role::AlertWarn),
        Standing::Running | Standing::Waiting => ("[ ]".to_owned(), Role::Dim, Role::Dim),
    };
    (pen.span(mark_role, format!(" {mark} ")), role)
}

/// How long a step took; of one that was never ended, that it was begun.
fn took(story: Option<&StepStory>) -> String {
    match story {
        Some(story) if story.began().is_some() && story.ended().is_none() => "open".to_owned(),
        Some(story) if story.began().is_some() => times::lasting(story.seconds()),
        _ => String::new(),
    }
}

/// `E1 E2`, `!` for failures.
fn tags(story: Option<&StepStory>) -> String {
    let Some(story) = story else {
        return String::new();
    };
    let mut tags = match story.exceptions.as_slice() {
        [] => String::new(),
        [one] => format!("E{one}"),
        [first, .., last] => format!("E{first}..E{last}"),
    };
    if !story.faults.is_empty() {
        tags.push('!');
    }
    tags
}
