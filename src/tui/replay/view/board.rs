//! Who approved and signed, what was logged, what the digests are.

use ratatui::text::Line;

use crate::ceremony::board::board as of_state;
use crate::ceremony::state::State;
use crate::safe::{counted, safe};
use crate::tui::pen::{Pen, Text};
use crate::tui::theme::Role;
use crate::tui::widgets::board::{self, Naming};
use crate::tui::widgets::digest;

/// The board as it stands in this state.
pub fn lines(pen: Pen, state: &State, width: usize) -> Text {
    let whole = of_state(state);
    let mut text = board::table(pen, &whole, width);
    if state.payload.is_some() {
        text.extend(board::needed(pen, &whole, width, Naming::Whole));
    }
    let measure = width.min(100).saturating_sub(1);
    text.push(Line::default());
    let plan = &state.procedure.plan;
    let names = |ids: &std::collections::BTreeSet<_>| -> String {
        let names: Vec<String> = ids.iter().map(|id| safe(plan.name_of(id))).collect();
        names.join(", ")
    };
    let nobody = |text: String| {
        if text.is_empty() {
            "nobody".to_owned()
        } else {
            text
        }
    };
    text.extend(pen.fact(
        " In the room",
        &nobody(names(&state.present)),
        12,
        Role::Text,
        measure,
    ));
    if !state.absent.is_empty() {
        text.extend(pen.fact(
            " Absent",
            &names(&state.absent),
            12,
            Role::AlertWarn,
            measure,
        ));
    }
    text.push(Line::default());
    text.push(pen.line(
        Role::Title,
        match state.exceptions.len() {
            0 => " No exceptions so far".to_owned(),
            1 => " 1 exception so far".to_owned(),
            more => format!(" {more} exceptions so far"),
        },
    ));
    // the last ones: of a long list the page would be no page
    let hidden = state.exceptions.len().saturating_sub(20);
    if hidden > 0 {
        text.push(pen.line(
            Role::Dim,
            format!("   the first {hidden} are not shown here: e and E go from one to the next"),
        ));
    }
    for exception in state.exceptions.iter().skip(hidden) {
        let by: Vec<String> = exception
            .by
            .iter()
            .map(|id| safe(plan.name_of(id)))
            .collect();
        let label = format!(" E{}", exception.number);
        for (label, value) in [
            (
                label.as_str(),
                format!("expected: {}", safe(&exception.expected)),
            ),
            ("", format!("happened: {}", safe(&exception.happened))),
            (
                "",
                format!("decided:  {} ({})", safe(&exception.decided), by.join(", ")),
            ),
        ] {
            text.extend(pen.fact(label, &value, 5, Role::Text, measure));
        }
    }
    text.push(Line::default());
    if let Some(payload) = &state.payload {
        let title = format!(
            " Content: {} version {}",
            safe(&payload.role),
            payload.version
        );
        text.push(pen.line(Role::Title, title));
        text.extend(digest::hex(pen, &payload.sha256, 3));
    }
    text
}

/// The head of the transcript in this state.
pub fn head(pen: Pen, state: &State) -> Text {
    let title = format!(
        " Transcript head after {}",
        counted(state.records, "record")
    );
    let mut text = vec![pen.line(Role::Title, title)];
    text.extend(digest::grid(pen, &state.head));
    text
}
