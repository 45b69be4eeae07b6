//! Acts and steps, and how each stands.

use ratatui::text::Line;

use crate::ceremony::state::{Standing, State};
use crate::safe::safe;
use crate::tui::glyphs::POINT;
use crate::tui::pen::{Pen, Text, cut};
use crate::tui::theme::Role;

/// The outline in `width` columns, and the line at which the current step stands.
pub fn lines(pen: Pen, state: &State, width: usize) -> (Text, usize) {
    let mut text: Text = Vec::new();
    let mut here = 0;
    let mut act = None;
    for (index, step) in state.procedure.steps.iter().enumerate() {
        if act != Some(step.act) {
            act = Some(step.act);
            if !text.is_empty() {
                text.push(Line::default());
            }
            let title = state
                .procedure
                .script
                .acts
                .get(step.act)
                .map(|a| safe(&a.title))
                .unwrap_or_default();
            text.push(pen.line(
                Role::Title,
                cut(&format!(" {}  {title}", step.act + 1), width),
            ));
        }
        let standing = state.standing.get(index).copied().unwrap_or_default();
        let current = index == state.position && state.ending.is_none();
        let (mark, role) = match standing {
            _ if current => (format!("[{POINT}]"), Role::Important),
            Standing::Done => ("[x]".to_owned(), Role::Dim),
            Standing::Skipped => ("[E]".to_owned(), Role::AlertWarn),
            Standing::Running | Standing::Waiting => ("[ ]".to_owned(), Role::Text),
        };
        if current {
            here = text.len();
        }
        let mark_role = match standing {
            _ if current => Role::Guidance,
            Standing::Done => Role::Ok,
            _ => role,
        };
        let room = width.saturating_sub(6);
        for (number, part) in crate::tui::pen::wrap(&safe(&step.title), room)
            .into_iter()
            .enumerate()
        {
            let lead = if number == 0 {
                mark.clone()
            } else {
                "   ".to_owned()
            };
            text.push(Line::from(vec![
                pen.span(mark_role, format!(" {lead} ")),
                pen.span(role, part),
            ]));
        }
    }
    if state.position >= state.procedure.steps.len() {
        here = text.len();
    }
    (text, here)
}

/// The lines around the current step that fit into `rows`.
pub fn window(text: Text, here: usize, rows: usize) -> Text {
    let first = here
        .saturating_sub(rows / 2)
        .min(text.len().saturating_sub(rows));
    text.into_iter().skip(first).take(rows).collect()
}
