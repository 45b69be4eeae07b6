//! By which way the files of a step come in, and what came: one mechanism for every step that reads
//! metadata from outside.

use super::{Next, chosen, positions};
use crate::ceremony::ask::{self, Answer, Ask, Choice, Form};
use crate::ceremony::effect::{Contents, Effect, InputFile};
use crate::ceremony::evolve::BACK;
use crate::ceremony::incoming;
use crate::ceremony::medium::Way;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::refusal::Refusal;
use crate::ceremony::state::State;
use crate::digest::Sha256;
use crate::safe::safe;

/// The ask for the way, where the plan allows several.
const WAY: &str = "way";
/// The ask that takes a file out of QR codes.
pub const SCAN: &str = "scan";
/// The ask that compares what came in with what was sent.
const RECEIVED: &str = "received";
/// The ask in which some of the sender's words are typed.
const READ_BACK: &str = "read-back";

/// What is still to be done before `paths` are read; `None` where they are. By QR codes they come one
/// after the other, by other ways all at once.
pub fn read(state: &State, step: &BoundStep, paths: &[String]) -> Option<Next> {
    let Some(way) = way(state) else {
        return Some(Next::ask(which_way(state, step, paths)));
    };
    if way == Way::Qr {
        let path = next_path(state, paths)?;
        return Some(Next::ask(scan(state, step, paths, path)));
    }
    (!state.here.files_read).then(|| Next::Do(reading(paths.to_vec(), way)))
}

/// The effect that a received file sets off.
pub fn after(state: &State, ask: &Ask, paths: &[String]) -> Option<Effect> {
    let path = next_path(state, paths).filter(|_| ask.name == SCAN)?;
    Some(reading(vec![path.clone()], Way::Qr))
}

/// Whether the file that was received is the one that is due.
pub fn accept(state: &State, ask: &Ask, answer: &Answer, paths: &[String]) -> Result<(), Refusal> {
    let (Form::Scan { .. }, Some(path)) = (&ask.form, next_path(state, paths)) else {
        return Ok(());
    };
    let bytes = answer.received.as_deref().and_then(ask::received_file);
    let bytes = bytes.ok_or(Refusal::NothingReceived)?;
    incoming::fits(state, path, &bytes).map_err(|reason| Refusal::WrongFile {
        path: path.clone(),
        reason,
    })
}

/// The questions whether what came is what was sent: first the choice to take it or to read it again,
/// then some of its words. `None` where it came as files always did, or both were answered.
pub fn compared(state: &State, step: &BoundStep, path: &str) -> Option<Next> {
    let file = state.inputs.get(path)?;
    let sha256 = whole(file);
    let of = "SHA-256 of what was received";
    let answered = |ask: &str| state.here.answers.contains_key(ask);
    if way(state) == Some(Way::File) && file.envelope.is_none() {
        return None;
    }
    if !answered(RECEIVED) {
        let ask = received(state, step, path, file);
        return Some(Next::ask(ask.showing(of, sha256)));
    }
    if answered(READ_BACK) {
        return None;
    }
    let form = Form::Words {
        positions: positions(state, READ_BACK, 3),
    };
    let title = "The sender's words, typed back";
    let ask = own(state, step, READ_BACK, title, form).saying(
        "Let the sender read the numbered words once more, and type them as they are read.",
    );
    Some(Next::ask(ask.showing(of, sha256)))
}

fn received(state: &State, step: &BoundStep, path: &str, file: &InputFile) -> Ask {
    let options = vec![
        Choice {
            key: "same".to_owned(),
            meaning: "every word is the same at both sides".to_owned(),
        },
        Choice {
            key: BACK.to_owned(),
            meaning: "a word differs, or it is not what was announced: read it again".to_owned(),
        },
    ];
    let form = Form::Choose { options };
    let mut ask = own(state, step, RECEIVED, "Is this what was sent?", form)
        .saying(
            "Whoever sent it reads the words aloud, from the screen that shows it or from paper, and we \
             compare every one of them with those below.",
        )
        .fact("For", safe(path));
    ask = describe(ask, file);
    for other in state.here.read.iter().filter(|other| *other != path) {
        if let Some(other) = state.inputs.get(other) {
            let short = whole(other).short();
            ask = ask.fact("Besides", format!("{}, {short}", safe(&other.path)));
        }
    }
    ask
}

/// SHA-256 of the file as it came: of the envelope, where it was in one.
fn whole(file: &InputFile) -> Sha256 {
    let envelope = file.envelope.as_ref();
    envelope.map_or(file.sha256, |envelope| envelope.file.sha256)
}

fn describe(ask: Ask, file: &InputFile) -> Ask {
    let Some(envelope) = &file.envelope else {
        return ask.fact("What came", format!("a file of {} bytes", file.text.len()));
    };
    let said = |text: &Option<String>| text.as_deref().map(safe);
    let ask = ask
        .fact(
            "What came",
            format!(
                "an envelope of kind {}, {} bytes",
                safe(&envelope.kind),
                envelope.file.size
            ),
        )
        .fact("In it", safe(&envelope.payload))
        .fact("Digest of its content", envelope.content.short());
    let ask = match said(&envelope.from) {
        Some(from) => ask.fact("Packed by", from),
        None => ask.fact("Packed by", "it does not say"),
    };
    match said(&envelope.note) {
        Some(note) => ask.fact("Note", note),
        None => ask,
    }
}

/// An ask with words of its own alone: those of the step are read at its last question, and would drive
/// what is to be compared here from a small screen.
fn own(state: &State, step: &BoundStep, name: &str, title: &str, form: Form) -> Ask {
    Ask::new(name, title, form).seated(state.procedure.seats(step))
}

fn reading(paths: Vec<String>, from: Way) -> Effect {
    Effect::ReadFiles {
        what: Contents::Metadata,
        paths,
        from,
    }
}

/// The way: the one that the plan allows, or that was chosen here.
fn way(state: &State) -> Option<Way> {
    let ways = &state.procedure.plan.transport.incoming;
    match ways.as_slice() {
        [] => Some(Way::File),
        [only] => Some(*only),
        several => {
            let word = chosen(state, WAY)?;
            several.iter().copied().find(|way| way.name() == word)
        }
    }
}

fn next_path<'a>(state: &State, paths: &'a [String]) -> Option<&'a String> {
    paths.iter().find(|path| !state.here.read.contains(*path))
}

fn which_way(state: &State, step: &BoundStep, paths: &[String]) -> Ask {
    let ways = &state.procedure.plan.transport.incoming;
    let options = ways.iter().map(|way| Choice {
        key: way.name().to_owned(),
        meaning: match way {
            Way::File => "a file in a directory of this machine, as the plan names it",
            Way::Medium => "the IN medium that was bound to that role today",
            Way::Qr => "QR codes, read with a camera or a hand scanner",
        }
        .to_owned(),
    });
    let form = Form::Choose {
        options: options.collect(),
    };
    let mut ask = own(state, step, WAY, "By which way does it come?", form);
    for path in paths {
        ask = ask.fact("File", safe(path));
    }
    ask
}

fn scan(state: &State, step: &BoundStep, paths: &[String], path: &str) -> Ask {
    let form = Form::Scan {
        what: safe(path.rsplit('/').next().unwrap_or(path)),
    };
    let title = format!("Read the QR codes of {}", safe(path));
    let mut ask = own(state, step, SCAN, &title, form).saying(
        "Show the QR codes to the camera, or read them with a hand scanner; in any order, and any that was \
         missed comes round again. Nothing is taken before the file is whole.",
    );
    if let [_, _, ..] = paths {
        let number = state.here.read.len() + 1;
        ask = ask.fact("File", format!("{number} of {}", paths.len()));
    }
    ask
}
