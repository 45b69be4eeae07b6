//! Who approved and signed, what was logged, what the digests are.

use ratatui::text::Line;

use crate::ceremony::board::board as of_state;
use crate::ceremony::state::State;
use crate::safe::{counted, safe};
use crate::tui::pen::{Pen, Text};
use crate::tui::theme::Role;
use crate::tui::widgets::board::{self, Naming};
use crate::tui::widgets::digest;

/// Lines that one of an exception's three texts has on the board, which is to be seen whole.
const LONGEST: usize = 4;

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
            more => format!(" {} so far", counted(more, "exception")),
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
            let mut lines = pen.fact(label, &value, 5, Role::Text, measure);
            if lines.len() > LONGEST {
                lines.truncate(LONGEST);
                lines.push(pen.line(Role::Dim, "     and more: its record has all of it (e)"));
            }
            text.extend(lines);
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

#[cfg(test)]
mod tests {
    use super::{LONGEST, lines};
    use crate::ceremony::event::Exception;
    use crate::ceremony::plan::ParticipantId;
    use crate::ceremony::state::State;
    use crate::tui::pen::Pen;
    use crate::tui::replay::tape::tests::procedure;
    use crate::tui::theme::Colour;

    #[test]
    fn a_long_exception_leaves_room_for_what_comes_after_it() {
        let mut state = State::new(procedure());
        let exception = Exception {
            number: 1,
            expected: "a word ".repeat(300),
            happened: "another".to_owned(),
            decided: "to go on".to_owned(),
            by: vec![ParticipantId("witness".to_owned())],
        };
        state.exceptions.push(exception.into());
        let text: Vec<String> = lines(Pen(Colour::Mono), &state, 80)
            .iter()
            .map(ToString::to_string)
            .collect();
        let from = text
            .iter()
            .position(|line| line.starts_with(" E1"))
            .unwrap();
        assert!(text[from + LONGEST].contains("its record has all of it"));
        assert!(text[from + LONGEST + 1].contains("happened: another"));
        assert!(text[from + LONGEST + 2].contains("decided:  to go on (Wim Witness)"));
    }
}
