//! The world is at work: what is waited for, for whom, and what to leave alone. Nothing moves.

use ratatui::text::Line;

use crate::ceremony::effect::Effect;
use crate::ceremony::state::State;
use crate::report::{self, Doing};
use crate::safe::safe;
use crate::tui::pen::{Pen, Text, wrap};
use crate::tui::theme::Role;

/// The body, in the middle of `rows`.
pub fn body(pen: Pen, effect: &Effect, state: &State, width: usize, rows: usize) -> Text {
    let holder = holder(state);
    let record =
        "That this was begun is on record. There is no time limit; keys typed now are dropped.";
    waiting(pen, &report::effect(effect), holder, record, width, rows)
}

/// The name of the person whose token is at work.
pub fn holder(state: &State) -> Option<String> {
    state
        .step()
        .and_then(|step| step.holder.as_ref())
        .map(|id| safe(state.procedure.plan.name_of(id)))
}

/// The body while the ceremony is being opened.
pub fn opening(pen: Pen, width: usize, rows: usize) -> Text {
    waiting(
        pen,
        &report::opening(),
        None,
        "Nobody has to do anything; keys typed now are dropped.",
        width,
        rows,
    )
}

fn waiting(
    pen: Pen,
    doing: &Doing,
    holder: Option<String>,
    record: &str,
    width: usize,
    rows: usize,
) -> Text {
    let column = width.min(66);
    let left = width.saturating_sub(column) / 2;
    let mut lines: Vec<(Role, String)> = vec![
        (Role::Title, spaced(&doing.title)),
        (Role::Text, String::new()),
    ];
    if let Some(name) = holder {
        lines.push((Role::Text, format!("For {name}.")));
        lines.push((Role::Text, String::new()));
    }
    lines.extend(
        wrap(&doing.doing, column)
            .into_iter()
            .map(|l| (Role::Text, l)),
    );
    lines.push((Role::Text, String::new()));
    lines.extend(
        wrap(&doing.meanwhile, column)
            .into_iter()
            .map(|l| (Role::Important, l)),
    );
    lines.push((Role::Text, String::new()));
    lines.extend(wrap(record, column).into_iter().map(|l| (Role::Dim, l)));
    let above = rows.saturating_sub(lines.len() + 2) / 2;
    let mut text: Text = vec![Line::default(); above];
    text.push(pen.line(
        Role::Guidance,
        format!("{:left$}{}", "", "━".repeat(column)),
    ));
    text.extend(
        lines
            .into_iter()
            .map(|(role, line)| pen.line(role, format!("{:left$}{line}", ""))),
    );
    text.push(pen.line(
        Role::Guidance,
        format!("{:left$}{}", "", "━".repeat(column)),
    ));
    text
}

fn spaced(title: &str) -> String {
    title.to_uppercase()
}
