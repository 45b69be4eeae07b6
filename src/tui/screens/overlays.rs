//! What lies over the question: forms, outline, digests, leave or stay.

use ratatui::text::Line;

use crate::ceremony::assembly;
use crate::ceremony::import;
use crate::ceremony::refusal::Refusal;
use crate::ceremony::withdraw::withdrawable;
use crate::safe::{counted, safe};
use crate::tui::model::{Model, Overlay};
use crate::tui::pen::{Pen, Text};
use crate::tui::screens::ask::join;
use crate::tui::screens::ended;
use crate::tui::theme::Role;
use crate::tui::widgets::{digest, outline};

/// The body of an overlay.
pub fn body(pen: Pen, model: &Model, overlay: Overlay, width: usize, tight: bool) -> Text {
    let width = width.min(78).saturating_sub(1);
    match overlay {
        Overlay::Exception => exception(pen, model, width, tight),
        Overlay::Skip => skip(pen, model, width, tight),
        Overlay::Abort => abort(pen, model, width, tight),
        Overlay::Withdraw => withdraw(pen, model, width, tight),
        Overlay::Outline => outline::lines(pen, &model.state, width).0,
        Overlay::Digests => digests(pen, model, width, tight),
        Overlay::Leave => leave(pen, model, width),
        // drawn by itself, in the whole frame
        Overlay::Codes => Text::new(),
    }
}

fn here(model: &Model) -> String {
    let state = &model.state;
    state.step().map_or_else(
        || "after the last step".to_owned(),
        |step| {
            format!(
                "step {} of {}, {}",
                state.position + 1,
                state.procedure.steps.len(),
                safe(&step.title)
            )
        },
    )
}

fn exception(pen: Pen, model: &Model, width: usize, tight: bool) -> Text {
    let number = model.state.exceptions.len() + 1;
    let mut parts = vec![
        vec![pen.line(Role::Title, format!(" Exception E{number}"))],
        pen.wrapped(
            Role::Text,
            &format!(
                "Something went otherwise than written, at {}. Write it so that an auditor understands it a year from \
                 now. It goes into the transcript and cannot be taken back; the question that is open stays open.",
                here(model)
            ),
            1,
            width,
        ),
    ];
    if let Some(last) = model.state.exceptions.last() {
        let before = format!("E{}: {}", last.number, safe(&last.happened));
        parts.push(pen.fact(" Logged last", &before, 12, Role::Text, width));
    }
    join(parts, tight)
}

fn skip(pen: Pen, model: &Model, width: usize, tight: bool) -> Text {
    let number = model.state.exceptions.len() + 1;
    join(
        vec![
            vec![pen.line(Role::Title, format!(" Leave a step out, by exception E{number}"))],
            pen.wrapped(Role::Text, &format!("This leaves out {}.", here(model)), 1, width),
            pen.wrapped(
                Role::Text,
                "What the step would have done is not done. Two people decide; their names and the reason go into the \
                 transcript.",
                1,
                width,
            ),
        ],
        tight,
    )
}

fn abort(pen: Pen, model: &Model, width: usize, tight: bool) -> Text {
    join(
        vec![
            vec![pen.line(Role::AlertError, " End the ceremony for good")],
            pen.wrapped(
                Role::Text,
                "An aborted ceremony cannot be resumed. Keys that were made stay on their tokens and must not be used. \
                 The record stays, with the reason and two names. To stop for a while instead: Esc, then Ctrl-C.",
                1,
                width,
            ),
            [
                pen.wrapped(Role::Dim, &format!("Transcript head before the abort, {}", counted(model.state.records, "record")), 1, width),
                digest::hex(pen, &model.state.head, 3),
            ]
            .concat(),
        ],
        tight,
    )
}

fn withdraw(pen: Pen, model: &Model, width: usize, tight: bool) -> Text {
    let title = " Withdraw the content, and take other content instead";
    let say = |words: &str| pen.wrapped(Role::Text, words, 1, width);
    let state = &model.state;
    let payload = match (withdrawable(state), &state.payload) {
        (Ok(()), Some(payload)) => payload,
        (possible, _) => {
            let because = match possible {
                Err(Refusal::OutOfPlace { because, .. }) => because,
                _ => "there is no content yet".to_owned(),
            };
            let why = format!("The content cannot be withdrawn: {because}.");
            return join(
                vec![
                    vec![pen.line(Role::Title, title)],
                    pen.wrapped(Role::Important, &safe(&why), 1, width),
                    say("Nothing was changed. Esc goes back to the question."),
                ],
                tight,
            );
        }
    };
    let attempt = state.defunct.len() + 1;
    let back = state
        .procedure
        .steps
        .iter()
        .position(|step| step.kind == import::KIND);
    let back = back.map_or_else(String::new, |back| {
        let title = state
            .procedure
            .steps
            .get(back)
            .map(|step| safe(&step.title));
        format!("step {}, {}", back + 1, title.unwrap_or_default())
    });
    let mut lost = pen.fact(
        " Content",
        &format!(
            "{}, version {}, payload {}",
            safe(&payload.role),
            payload.version,
            payload.sha256.short()
        ),
        12,
        Role::Important,
        width,
    );
    let signed = format!(
        "{} made here, {} that came with it",
        state.signatures.len(),
        payload.given.len()
    );
    lost.extend(pen.fact(" Signatures", &signed, 12, Role::Text, width));
    let kept = assembly::defunct_name(attempt, &payload.role);
    let kept = format!("as metadata/{kept}, with the signatures that were made here");
    lost.extend(pen.fact(" Kept", &kept, 12, Role::Text, width));
    lost.extend(pen.fact(" Goes back", &format!("to {back}"), 12, Role::Text, width));
    join(
        vec![
            vec![pen.line(Role::AlertError, title)],
            say(
                "For content that turns out to be the wrong one. Its approvals and signatures count for nothing \
                 from then on; no client is to be given them. It is never deleted. Put the right file in its place \
                 before you go on.",
            ),
            lost,
        ],
        tight,
    )
}

fn digests(pen: Pen, model: &Model, width: usize, tight: bool) -> Text {
    let state = &model.state;
    let payload = match &state.payload {
        Some(payload) => {
            let mut text = pen.wrapped(Role::Important, "Payload: what is signed", 1, width);
            text.extend(digest::grid(pen, &payload.sha256));
            text
        }
        None => pen.wrapped(
            Role::Dim,
            "There is no payload yet: the root's content is not fixed.",
            1,
            width,
        ),
    };
    let mut head = ended::head(pen, state, width);
    if let Some(first) = head.first_mut() {
        *first = pen.line(
            Role::Important,
            format!(
                " Transcript head after {}",
                counted(state.records, "record")
            ),
        );
    }
    join(vec![payload, head], tight)
}

fn leave(pen: Pen, model: &Model, width: usize) -> Text {
    let mut text: Text = vec![pen.line(Role::Title, " Leave, or stay?"), Line::default()];
    text.extend(pen.wrapped(
        Role::Text,
        &format!(
            "The ceremony is paused and on disk: {}, up to {}. Leaving ends nothing. What was typed and not \
             answered is forgotten.",
            counted(model.state.records, "record"),
            here(model)
        ),
        1,
        width,
    ));
    if model.working.is_some() {
        text.push(Line::default());
        text.extend(pen.wrapped(
            Role::AlertWarn,
            "A token or medium is at work just now. If you leave, resuming will first find out how that ended.",
            1,
            width,
        ));
    }
    text.push(Line::default());
    for (key, meaning) in [("Ctrl-C", "again: leave"), ("Esc", "stay")] {
        text.push(Line::from(vec![
            pen.span(Role::Guidance, format!("   {key:<8}")),
            pen.span(Role::Text, meaning),
        ]));
    }
    text.push(Line::default());
    text.extend(pen.fact(
        " Go on later with",
        &safe(&model.settings.resume),
        17,
        Role::Important,
        width,
    ));
    text
}
