//! `export`: the result leaves by every way that the plan names.

use super::{Kind, Next, again, ask_of, halted, positions};
use crate::ceremony::ask::{Ask, Form};
use crate::ceremony::assembly::MetadataFile;
use crate::ceremony::carriage;
use crate::ceremony::effect::{Effect, FileDigest};
use crate::ceremony::medium::{MediumRole, Way};
use crate::ceremony::plan::Plan;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::qr;
use crate::safe::safe;

pub struct Export;

impl Kind for Export {
    fn name(&self) -> &'static str {
        "export"
    }

    fn about(&self) -> &'static str {
        "The result leaves by the ways that the plan names: as envelopes in out/, on the OUT medium, as QR codes that the other side reads and compares."
    }

    fn belongs(&self, plan: &Plan) -> bool {
        !plan.transport.outgoing.is_empty() && !plan.signs_nothing()
    }

    fn medium(&self) -> Option<MediumRole> {
        Some(MediumRole::Out)
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if let Some(fault) = &state.here.fault {
            return Next::ask(again(state, step, fault));
        }
        let mut too_long = None;
        for way in &state.procedure.plan.transport.outgoing {
            if state.here.answers.contains_key(name(*way)) {
                continue;
            }
            let files = carriage::files(state, *way);
            if files.is_empty() {
                return halted(
                    "There is nothing to export",
                    vec![
                        "The content has no signature yet, or its signatures were not counted. Nothing was written."
                            .to_owned(),
                    ],
                );
            }
            // what cannot be shown keeps nothing else from leaving
            let long = files.iter().find(|file| !carriage::fits_qr(file));
            if let (Way::Qr, Some(file)) = (*way, long) {
                too_long = Some(file.clone());
                continue;
            }
            let digests: Vec<FileDigest> = files.iter().map(MetadataFile::digest).collect();
            let Some(written) = state.exported.get(way) else {
                return Next::Do(Effect::Export {
                    way: *way,
                    files: digests,
                });
            };
            return Next::ask(exported(state, step, *way, &digests, written));
        }
        match too_long {
            Some(file) => halted("TOO LONG FOR QR CODES", too_long_for_qr(&file)),
            None => Next::Done,
        }
    }
}

/// The ask of a way.
fn name(way: Way) -> &'static str {
    match way {
        Way::File => "exported-file",
        Way::Medium => "exported-medium",
        Way::Qr => "shown-qr",
    }
}

fn exported(
    state: &State,
    step: &BoundStep,
    way: Way,
    files: &[FileDigest],
    written: &[FileDigest],
) -> Ask {
    if let (Way::Qr, Some(file)) = (way, files.first()) {
        return shown(state, step, file);
    }
    let title = match way {
        Way::Medium => "What leaves is on the OUT medium, and was read back",
        Way::File | Way::Qr => "What leaves is in out/, and was read back",
    };
    let mut ask = ask_of(state, step, name(way), title, Form::Confirm);
    for file in written {
        ask = ask.fact(
            "Written",
            format!("{} ({} bytes)", safe(&file.name), file.size),
        );
    }
    match files.first() {
        Some(file) => ask.showing(&format!("SHA-256 of {}", file.name), file.sha256),
        None => ask,
    }
}

fn shown(state: &State, step: &BoundStep, file: &FileDigest) -> Ask {
    let form = Form::Words {
        positions: positions(state, name(Way::Qr), 3),
    };
    let title = format!("{} leaves as QR codes", safe(&file.name));
    ask_of(state, step, name(Way::Qr), &title, form)
        .saying(
            "Show the QR codes, and let the other side read them. Then the other side reads the words of its \
             screen aloud, and we compare every one with those below. Type the numbered ones as they are read.",
        )
        .saying("If a word differs, the other side throws away what it read, and reads again.")
        .fact("File", format!("{} ({} bytes)", safe(&file.name), file.size))
        .showing("SHA-256 of the file", file.sha256)
        .carrying(file.clone())
}

fn too_long_for_qr(file: &MetadataFile) -> Vec<String> {
    vec![
        format!(
            "{} has {} bytes; QR codes carry at most {}. It was not shown.",
            safe(&file.name),
            file.bytes.len(),
            qr::MAX_FILE
        ),
        "The signed metadata is in the ceremony directory, whole. Two people may skip this step, and carry it \
         by another way; log which."
            .to_owned(),
    ]
}
