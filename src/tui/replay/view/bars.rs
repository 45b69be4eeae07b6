//! What is around the pane: which record, what the audit says, what changed, which keys.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::bindings::BINDINGS;
use super::super::target::FORMS;
use super::super::verdict::Weight;
use super::super::{Marks, Pane, Prompt, Replay, times};
use super::record::changes;
use crate::safe::safe;
use crate::tui::glyphs::{DOT, POINT};
use crate::tui::model::SMALLEST;
use crate::tui::pen::{Pen, Text, cut, padded, tail};
use crate::tui::theme::Role;
use crate::tui::widgets::frame;

/// Hints that give way in a narrow window, the first to go first. The help has them all.
const LESS: [&str; 4] = ["faster", "exception", "view", "go to"];

/// The two rows at the top.
pub fn top(pen: Pen, replay: &Replay, width: usize) -> Text {
    vec![banner(pen, replay, width), tabs(pen, replay, width)]
}

fn banner(pen: Pen, replay: &Replay, width: usize) -> Line<'static> {
    let rehearsal = replay.state().rehearsal();
    let base = if rehearsal {
        Role::Rehearsal
    } else {
        Role::Title
    };
    let word = if rehearsal {
        " REHEARSAL "
    } else {
        " PRODUCTION "
    };
    let playback = replay.playback();
    let moves = if playback.plays() {
        "playing"
    } else {
        "paused"
    };
    let right = format!(
        "{moves} {} {DOT} {} ",
        playback.speed().word(),
        playback.gaps().words()
    );
    let (at, last) = (playback.at(), playback.last());
    let when = times::shown(&replay.moment().placed.at);
    let room = width.saturating_sub(word.width() + right.width());
    // the day gives way to long numbers; the record has it
    let day = format!(" REPLAY  {at} of {last} {DOT} {when}");
    let left = if day.width() <= room {
        day
    } else {
        let time = times::of_day(&replay.moment().placed.at);
        format!(" REPLAY  {at} of {last} {DOT} {time} UTC")
    };
    Line::from(vec![
        pen.span(if rehearsal { base } else { Role::Production }, word),
        pen.span(base, padded(&cut(&left, room), room)),
        pen.span(base, right),
    ])
}

fn tabs(pen: Pen, replay: &Replay, width: usize) -> Line<'static> {
    let mut spans = Vec::new();
    for (index, pane) in Pane::ALL.into_iter().enumerate() {
        let here = pane == replay.pane && !replay.help;
        let lead = if here { POINT } else { " " };
        spans.push(pen.span(Role::Guidance, format!("{lead}{} ", index + 1)));
        let role = if here { Role::Important } else { Role::Dim };
        spans.push(pen.span(role, format!("{}  ", pane.name())));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    let role = match replay.verdict.weight {
        Weight::Good => Role::Ok,
        Weight::Known => Role::AlertWarn,
        Weight::Bad => Role::AlertError,
    };
    let room = width.saturating_sub(used + 1);
    let brief = fitted(&replay.verdict.brief, room);
    spans.push(Span::raw(" ".repeat(room.saturating_sub(brief.width()))));
    spans.push(pen.span(role, brief));
    Line::from(spans)
}

/// `text`, or as much of it as fits, with a sign that there is more.
fn fitted(text: &str, room: usize) -> String {
    if text.width() <= room {
        text.to_owned()
    } else {
        format!("{}...", cut(text, room.saturating_sub(3)))
    }
}

/// Whose record it is.
pub fn actor(replay: &Replay) -> String {
    let plan = &replay.tape.procedure().plan;
    let record = replay.tape.record(replay.at());
    let actor = record.map_or("", |record| record.actor);
    let person = plan.participants.iter().find(|person| person.id.0 == actor);
    match (actor, person) {
        ("rootstage", None) => "the program".to_owned(),
        (_, Some(person)) => safe(&person.name),
        (other, None) => safe(other),
    }
}

/// The record under the pane: which it is, and what it changed.
pub fn record(pen: Pen, replay: &Replay, area: Rect) -> Text {
    let width = usize::from(area.width);
    let at = replay.at();
    let kind = replay.tape.record(at).map_or("", |record| record.kind);
    let steps = replay.tape.procedure().steps.len();
    let step = match replay.tape.step(at) {
        step if step < steps => format!("step {} of {steps}", step + 1),
        _ => "after the last step".to_owned(),
    };
    let left = format!(
        "record {at}: {kind} {DOT} by {} {DOT} {step}",
        actor(replay)
    );
    let hits = replay.search.as_ref();
    let hits = hits.map(|search| {
        let words = fitted(&safe(search.words()), 12);
        format!("\"{words}\" {}", search.standing(at, &replay.tape))
    });
    let stands = replay.tape.stands(at);
    let right = match (replay.pane, hits) {
        (Pane::Screen, _) if replay.marks == Marks::Changed => "what changed is marked".to_owned(),
        (_, Some(hits)) => hits,
        (Pane::Screen, None) if stands != at => format!("screen of record {stands}"),
        _ => String::new(),
    };
    let left = fitted(&left, width.saturating_sub(right.width() + 8));
    let mut text = vec![frame::rule(pen, &left, &right, width)];
    let rows = usize::from(area.height).saturating_sub(1);
    if rows == 0 {
        return Text::new();
    }
    let all = changes(pen, replay, width.saturating_sub(1));
    let (list, more) = (replay.changes().len(), all.len() > rows);
    if rows == 1 {
        // one row: the first change, and that there are others
        let objection = replay.verdict.objection(at);
        let first = replay.changes().first();
        let first = first.map_or(String::new(), |change| change.sentence.clone());
        let (role, words) = match objection {
            Some(words) => (Role::AlertError, format!("The audit objects: {words}")),
            None => (Role::Text, first),
        };
        let tail = if list > 1 {
            format!("  +{}: key 3", list - 1)
        } else {
            String::new()
        };
        let room = width.saturating_sub(2);
        let tail = if tail.is_empty() && words.width() > room {
            "  key 3".to_owned()
        } else {
            tail
        };
        let words = fitted(&words, room.saturating_sub(tail.width()));
        text.push(Line::from(vec![
            pen.span(role, format!(" {words}")),
            pen.span(Role::Dim, tail),
        ]));
        return text;
    }
    let kept = if more { rows - 1 } else { rows };
    text.extend(all.into_iter().take(kept));
    if more {
        text.push(pen.line(Role::Dim, " 3 shows the whole record"));
    }
    text
}

/// The last row: a question, something to say, or the keys.
pub fn foot(pen: Pen, replay: &Replay, width: usize) -> Line<'static> {
    if let Some(prompt) = &replay.prompt {
        let (label, text, forms) = match prompt {
            Prompt::GoTo(text) => ("Go to", text, FORMS),
            Prompt::Search(text) => (
                "Search",
                text,
                "names, words, ids; Enter searches, Esc does not",
            ),
        };
        let forms = if width < 100 && matches!(prompt, Prompt::GoTo(_)) {
            "42 s7 a2 e1 14:20 2026-11-23"
        } else {
            forms
        };
        let room = width.saturating_sub(label.width() + forms.width() + 8);
        let shown = tail(&safe(text), room);
        let blanks = room.saturating_sub(shown.width());
        return Line::from(vec![
            pen.span(Role::Guidance, format!(" {label} [")),
            pen.span(Role::Typed, shown),
            pen.span(Role::Selected, " "),
            Span::raw(" ".repeat(blanks)),
            pen.span(Role::Guidance, "]"),
            pen.span(Role::Dim, format!("  {forms}")),
        ]);
    }
    if !replay.remark.is_empty() {
        return pen.line(
            Role::AlertWarn,
            fitted(&format!(" {}", replay.remark), width),
        );
    }
    let mut shown: Vec<(&str, &str)> = BINDINGS
        .iter()
        .filter(|binding| !binding.hint.is_empty())
        .map(|b| (b.label.split(' ').next().unwrap_or(b.label), b.hint))
        .collect();
    let plays = replay.playback().plays();
    for less in LESS {
        let needed: usize = shown
            .iter()
            .map(|(key, hint)| key.width() + hint.width() + 3)
            .sum();
        if needed > width {
            shown.retain(|(_, hint)| *hint != less);
        }
    }
    let mut spans = vec![Span::raw(" ")];
    for (key, hint) in shown {
        let hint = if hint == "play" && plays {
            "pause"
        } else {
            hint
        };
        spans.push(pen.span(Role::Guidance, key));
        spans.push(pen.span(Role::Dim, format!(" {hint}  ")));
    }
    Line::from(spans)
}

/// The help: every key, then what the audit says and what is seen.
pub fn help(pen: Pen, replay: &Replay, width: usize) -> Text {
    let measure = width.min(100).saturating_sub(1);
    let mut text = vec![pen.line(Role::Title, " What the audit says")];
    if replay.verdict.sentences.is_empty() {
        let words = "Every rule that was checked holds: what is replayed here is what the record says, and the files \
                     beside it are those of the record.";
        text.extend(pen.wrapped(Role::Text, words, 3, measure));
    }
    for sentence in &replay.verdict.sentences {
        text.extend(pen.wrapped(Role::Text, sentence, 3, measure));
    }
    text.push(Line::default());
    text.push(pen.line(Role::Title, " Keys"));
    for binding in BINDINGS {
        text.push(Line::from(vec![
            pen.span(Role::Guidance, format!("   {:<10}", binding.label)),
            pen.span(Role::Text, binding.help),
        ]));
    }
    text.push(Line::default());
    text.push(pen.line(Role::Title, " What is seen"));
    for paragraph in [
        "The screen is drawn from the record by the code that drew it on the day; its size is that of this window. Fields \
         hold what was answered. PINs and passphrases are nowhere on record. Keys pressed in vain, refusals and the \
         moment of a touch are not on record either.",
        "Records that were made within one breath, such as the end of a step and the beginning of the next, had no screen \
         of their own: the one that stood is shown, and the row under it says of which record it is.",
    ] {
        text.extend(pen.wrapped(Role::Text, paragraph, 3, measure));
    }
    text
}

/// The window is too small.
pub fn small(pen: Pen, replay: &Replay) -> Text {
    let (columns, rows) = replay.size;
    let width = usize::from(columns);
    let mut text = Text::new();
    if replay.state().rehearsal() {
        text.push(pen.line(Role::Rehearsal, padded(" REHEARSAL", width)));
    }
    if replay.verdict.weight == Weight::Bad {
        text.extend(pen.wrapped(Role::AlertError, &replay.verdict.brief, 1, width));
    }
    let words = format!(
        "This window is too small. It has {columns} x {rows}. Needed: {} x {}. Make it larger, or leave with q.",
        SMALLEST.0, SMALLEST.1
    );
    text.extend(pen.wrapped(Role::Text, &words, 1, width));
    text
}
