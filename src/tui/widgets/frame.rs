//! What is on every screen: banner, step, progress, digests, key hints.
//!
//! ```text
//!  REHEARSAL  First root for Example          14:32 UTC  12/95 min  air gap: ok
//!  Step 7 of 22 · Alice Adams: generate the key                            Keys
//! ━━━━━━━━━━━━━━━━━━━━━━━━━─────────────────── next: Alice Adams: prove it ──
//! ```

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::ceremony::withdraw::withdrawable;
use crate::safe::{counted, safe};
use crate::tui::bindings::BINDINGS;
use crate::tui::model::{AirGap, Model};
use crate::tui::pen::{Pen, Text, cut, padded};
use crate::tui::theme::Role;

/// The three lines at the top.
pub fn header(pen: Pen, model: &Model) -> Text {
    let width = usize::from(model.size.0);
    vec![
        banner(pen, model, width),
        step(pen, model, width),
        progress(pen, model, width),
    ]
}

fn banner(pen: Pen, model: &Model, width: usize) -> Line<'static> {
    let plan = &model.state.procedure.plan;
    let rehearsal = model.state.rehearsal();
    let base = if rehearsal {
        Role::Rehearsal
    } else {
        Role::Title
    };
    let (gap, gap_role) = match model.air_gap() {
        AirGap::Ok => ("air gap: ok", if rehearsal { base } else { Role::Ok }),
        AirGap::Doubtful => (
            "air gap: CHECK",
            if rehearsal { base } else { Role::AlertWarn },
        ),
        AirGap::Failed => (
            "air gap: FAILED",
            if rehearsal { base } else { Role::AlertError },
        ),
        AirGap::NotChecked => ("air gap: unknown", if rehearsal { base } else { Role::Dim }),
    };
    let clock = format!(
        "{:02}:{:02} UTC  {}/{} min  ",
        model.now.hour(),
        model.now.minute(),
        model.elapsed(),
        model.state.procedure.minutes()
    );
    let word = if rehearsal {
        " REHEARSAL "
    } else {
        " PRODUCTION "
    };
    let right = clock.width() + gap.width() + 1;
    let room = width.saturating_sub(right + word.width() + 2);
    let title = padded(&cut(&safe(&plan.title), room), room + 1);
    Line::from(vec![
        pen.span(if rehearsal { base } else { Role::Production }, word),
        pen.span(base, format!(" {title}")),
        pen.span(if rehearsal { base } else { Role::Dim }, clock),
        pen.span(gap_role, gap),
        pen.span(base, " "),
    ])
}

fn step(pen: Pen, model: &Model, width: usize) -> Line<'static> {
    let state = &model.state;
    let of = state.procedure.steps.len();
    let Some(step) = state.step() else {
        return pen.line(Role::Title, format!(" All {of} steps"));
    };
    let act = state
        .procedure
        .script
        .acts
        .get(step.act)
        .map(|a| safe(&a.title))
        .unwrap_or_default();
    let number = format!(" Step {} of {of} · ", state.position + 1);
    let room = width.saturating_sub(number.width() + 1);
    let title = cut(&safe(&step.title), room);
    let room = room.saturating_sub(title.width() + 2);
    let act = if act.width() <= room {
        act
    } else {
        String::new()
    };
    let blanks = room.saturating_sub(act.width()) + 2;
    Line::from(vec![
        pen.span(Role::Dim, number),
        pen.span(Role::Title, title),
        pen.span(Role::Dim, format!("{:blanks$}{act}", "")),
    ])
}

fn progress(pen: Pen, model: &Model, width: usize) -> Line<'static> {
    let state = &model.state;
    let next = state
        .procedure
        .steps
        .get(state.position + 1)
        .map_or_else(|| "the end".to_owned(), |s| safe(&s.title));
    let next = if model.state.step().is_none() || model.ended() {
        String::new()
    } else {
        format!(" next: {} ", cut(&next, width.saturating_sub(24)))
    };
    let of = state.procedure.steps.len().max(1);
    let done = (state.position.min(of) * width) / of;
    let rule = width.saturating_sub(next.width() + 2);
    let heavy = done.min(rule);
    Line::from(vec![
        pen.span(Role::Guidance, "━".repeat(heavy)),
        pen.span(Role::Dim, "─".repeat(rule.saturating_sub(heavy))),
        pen.span(Role::Dim, next),
        pen.span(Role::Dim, "──"),
    ])
}

/// Payload and transcript head, by their first digits.
pub fn digests(pen: Pen, model: &Model) -> Line<'static> {
    let state = &model.state;
    let payload = match &state.payload {
        Some(payload) => vec![
            pen.span(Role::Dim, " Payload "),
            pen.span(Role::Important, payload.sha256.short()),
        ],
        None => vec![pen.span(Role::Dim, " No payload yet")],
    };
    let mut spans = payload;
    spans.push(pen.span(Role::Dim, "   Transcript "));
    if state.records == 0 {
        spans.push(pen.span(Role::Dim, "not begun"));
    } else {
        spans.push(pen.span(Role::Important, state.head.short()));
        spans.push(pen.span(
            Role::Dim,
            format!(" · {}", counted(state.records, "record")),
        ));
    }
    match state.defunct.len() {
        0 => {}
        1 => spans.push(pen.span(Role::AlertWarn, "   1 attempt withdrawn")),
        n => spans.push(pen.span(Role::AlertWarn, format!("   {n} attempts withdrawn"))),
    }
    match state.exceptions.len() {
        0 => {}
        1 => spans.push(pen.span(Role::AlertWarn, "   1 exception")),
        n => spans.push(pen.span(Role::AlertWarn, format!("   {n} exceptions"))),
    }
    Line::from(spans)
}

/// Hints from the binding table.
pub fn hints(pen: Pen, model: &Model) -> Line<'static> {
    let back = model.help || model.overlay.is_some();
    let mut spans: Vec<Span<'static>> = vec![Span::raw(" ")];
    if back {
        spans.push(pen.span(Role::Guidance, "Esc"));
        spans.push(pen.span(Role::Dim, " back  "));
    }
    let withdraws = withdrawable(&model.state).is_ok();
    let carries = model.ask().is_some_and(|ask| ask.carries.is_some());
    let useless = |hint: &str| {
        (model.ended() && matches!(hint, "exception" | "skip" | "withdraw" | "abort" | "leave"))
            || (back && matches!(hint, "digests" | "skip"))
            || (hint == "withdraw" && !withdraws)
            || (hint == "QR codes" && !carries)
    };
    let shown = BINDINGS.iter().filter(|b| !b.hint.is_empty());
    let mut shown: Vec<(&str, &str)> = shown
        .filter(|b| !useless(b.hint))
        .map(|b| (b.label.split(' ').next().unwrap_or(b.label), b.hint))
        .collect();
    let room = usize::from(model.size.0).saturating_sub(spans.iter().map(Span::width).sum());
    // what only shows something gives way to what does something; the help has them all
    for less in ["outline", "digests", "skip"] {
        let needed: usize = shown
            .iter()
            .map(|(key, hint)| key.width() + hint.width() + 3)
            .sum();
        if needed > room + 2 {
            shown.retain(|(_, hint)| *hint != less);
        }
    }
    for (key, hint) in shown {
        spans.push(pen.span(Role::Guidance, key));
        spans.push(pen.span(Role::Dim, format!(" {hint}  ")));
    }
    Line::from(spans)
}

/// A rule with words at its left and right.
pub fn rule(pen: Pen, left: &str, right: &str, width: usize) -> Line<'static> {
    let left = if left.is_empty() {
        String::new()
    } else {
        format!(" {left} ")
    };
    let right = if right.is_empty() {
        String::new()
    } else {
        format!(" {right} ")
    };
    let middle = width.saturating_sub(left.width() + right.width() + 4);
    Line::from(vec![
        pen.span(Role::Dim, "──"),
        pen.span(Role::Guidance, left),
        pen.span(Role::Dim, "─".repeat(middle)),
        pen.span(Role::Dim, right),
        pen.span(Role::Dim, "──"),
    ])
}
