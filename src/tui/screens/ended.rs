//! The last screen: how it ended, the transcript head for the paper, files, and what comes after.
//! It is left only by typing a word, and shows the head on an abort as well.

use crate::ceremony::board::board;
use crate::ceremony::state::{Ending, State};
use crate::safe::{counted, safe};
use crate::tui::model::Model;
use crate::tui::pen::{Pen, Text};
use crate::tui::screens::ask::join;
use crate::tui::theme::Role;
use crate::tui::widgets::digest;

/// The body.
pub fn body(pen: Pen, model: &Model, width: usize, tight: bool) -> Text {
    let width = width.min(78).saturating_sub(1);
    let state = &model.state;
    let mut parts = vec![result(pen, model, width), head(pen, state, width)];
    if !state.written.is_empty() {
        let mut files = vec![pen.line(Role::Dim, " Files written and read back")];
        for file in &state.written {
            files.push(pen.line(
                Role::Text,
                format!("   {}  {} bytes", file.sha256.short(), file.size),
            ));
            files.extend(pen.wrapped(Role::Text, &safe(&file.name), 5, width));
        }
        parts.push(files);
    }
    let mut after = vec![];
    if let Some(words) = &model.log_behind {
        after.extend(pen.wrapped(Role::AlertWarn, &safe(words), 1, width));
    }
    if model.broken.is_some() {
        let words = format!(
            "Everything up to record {} is on disk; nothing after it was done. Make room or replace the medium, then \
             go on.",
            state.records
        );
        after.extend(pen.wrapped(Role::Text, &words, 1, width));
    }
    if state.ending != Some(Ending::Closed) && state.ending != Some(Ending::Aborted) {
        after.extend(pen.fact(
            " Go on with",
            &safe(&model.settings.resume),
            12,
            Role::Guidance,
            width,
        ));
    }
    after.extend(pen.fact(
        " Audit with",
        &safe(&model.settings.audit),
        12,
        Role::Guidance,
        width,
    ));
    parts.push(after);
    join(parts, tight)
}

fn result(pen: Pen, model: &Model, width: usize) -> Text {
    let state = &model.state;
    let rehearsal = if state.rehearsal() && model.broken.is_none() {
        "This was a rehearsal: nothing made here may be used."
    } else {
        ""
    };
    let (role, title, words) = match (&model.broken, state.ending) {
        (Some(why), _) => (
            Role::AlertError,
            "The transcript cannot be written. The ceremony stops here.",
            safe(why),
        ),
        (None, Some(Ending::Aborted)) => (
            Role::AlertWarn,
            "The ceremony was aborted.",
            "It ended before its end, by decision of two people. Its record is kept and is never deleted.".to_owned(),
        ),
        (None, _) => (
            Role::Ok,
            "The ceremony is complete.",
            {
                let sides = board(state).sides;
                let sides = sides.iter().map(|side| {
                    let (signed, threshold) = (side.signed, side.threshold);
                    let open = if side.missing() > 0 { ", STILL MISSING" } else { "" };
                    let name = safe(&side.name);
                    format!("Signatures for {name}: {signed} of {threshold} needed{open}. ")
                });
                sides.collect::<String>() + &format!("Exceptions: {}.", state.exceptions.len())
            },
        ),
    };
    let mut text = pen.wrapped(role, title, 1, width);
    text.extend(pen.wrapped(Role::Text, &words, 1, width));
    // a small window shows the words themselves only further down
    if model.log_behind.is_some() {
        let words =
            "The LOG medium lacks the last records: what to do stands at the end of this page.";
        text.extend(pen.wrapped(Role::AlertWarn, words, 1, width));
    }
    if !rehearsal.is_empty() {
        text.extend(pen.wrapped(Role::Important, rehearsal, 1, width));
    }
    text
}

/// The transcript head, to be written on paper.
pub fn head(pen: Pen, state: &State, width: usize) -> Text {
    let mut text = pen.wrapped(
        Role::Important,
        &format!(
            "Transcript head after {}. Write this on paper:",
            counted(state.records, "record")
        ),
        1,
        width,
    );
    text.extend(digest::grid(pen, &state.head));
    text
}
