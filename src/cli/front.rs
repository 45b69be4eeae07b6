//! The front ends: the screens with people, or answers without.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::thread::JoinHandle;

use super::camera::Source;
use super::{Failure, Room, notice, now, print, read, rehearsal};
use crate::answers::{self, Answers, Unanswered, Wanted};
use crate::ceremony::board::{Side, board};
use crate::ceremony::state::{Ending, State};
use crate::ceremony::token::Fault;
use crate::driver::{Driver, Report};
use crate::secret::Secret;
use crate::tui::{self, Leaving};

/// Said before anything is begun.
pub fn needs_a_terminal() -> Result<(), Failure> {
    tui::terminal_is_there()
        .map_err(|error| Failure::surroundings(format!("{error}. Nothing was begun.")))
}

/// Reads an answers file.
pub fn read_answers(path: &Path) -> Result<Answers, Failure> {
    let text = String::from_utf8(read(path)?)
        .map_err(|_| Failure::not_so(format!("{}: not UTF-8", path.display())))?;
    toml::from_str(&text).map_err(|error| {
        Failure::not_so(format!("{}: {error}. Nothing was started.", path.display()))
    })
}

/// Plays a rehearsal without people.
pub fn unattended_rehearsal(driver: Driver, dir: &Path) -> Result<(), Failure> {
    let answers = Answers {
        as_asked: true,
        ..Answers::default()
    };
    play(driver, answers, dir, &mut |_, holder, wanted| {
        rehearsal::secret(holder, wanted)
    })
}

/// Plays a rehearsal without people and without words, for another that follows from it.
pub fn closed_rehearsal(mut driver: Driver, dir: &Path) -> Result<State, Failure> {
    let mut answers = Answers {
        as_asked: true,
        ..Answers::default()
    };
    let secrets: answers::Secrets<'_> = &mut |_, holder, wanted| rehearsal::secret(holder, wanted);
    answers::play(&mut driver, &mut answers, secrets, now, &mut |_| ())
        .map_err(|error| unanswered(&error, dir))?;
    Ok(driver.state().clone())
}

/// Plays a ceremony from answers written beforehand.
pub fn unattended(driver: Driver, answers: Answers, dir: &Path) -> Result<(), Failure> {
    let (pins, puks) = (answers.secret.clone(), answers.puk.clone());
    // Each source is read once: a pipe has nothing to say the second time.
    let mut kept: BTreeMap<(Wanted, String), Secret> = BTreeMap::new();
    play(driver, answers, dir, &mut |key, holder, wanted| {
        let (sources, table) = match wanted {
            Wanted::Pin => (&pins, "secret"),
            Wanted::Puk => (&puks, "puk"),
        };
        let name = if sources.contains_key(&key.0) {
            &key.0
        } else {
            &holder.0
        };
        let place = (wanted, name.clone());
        if !kept.contains_key(&place) {
            let source = sources
                .get(name)
                .ok_or_else(|| format!("the answers file has no [{table}.{name}]"))?;
            kept.insert(place.clone(), source.read()?);
        }
        kept.get(&place)
            .and_then(|secret| Secret::copied_from(secret.expose_str()))
            .ok_or_else(|| "too long".to_owned())
    })
}

fn play(
    mut driver: Driver,
    mut answers: Answers,
    dir: &Path,
    secrets: answers::Secrets<'_>,
) -> Result<(), Failure> {
    let mut position = usize::MAX;
    let mut told = |state: &State| {
        if state.position != position
            && let Some(step) = state.step()
        {
            position = state.position;
            notice(&format!(
                "step {} of {}: {}",
                position + 1,
                state.procedure.steps.len(),
                step.title
            ));
        }
    };
    answers::play(&mut driver, &mut answers, secrets, now, &mut told)
        .map_err(|error| unanswered(&error, dir))?;
    if let Some(fault) = driver.log_behind() {
        notice(&crate::report::log_behind(fault));
    }
    ended(driver.state(), dir)
}

fn unanswered(error: &Unanswered, dir: &Path) -> Failure {
    let status = match error {
        Unanswered::Stop(crate::driver::Stop::Journal(_)) | Unanswered::Secret { .. } => 3,
        _ => 1,
    };
    Failure {
        status,
        words: format!("{error} (ceremony directory {})", dir.display()),
    }
}

/// How the signatures stand, a line for each root or role that judges them.
fn signatures(state: &State) -> String {
    let sides = board(state).sides;
    let line = |side: &Side| {
        format!(
            "  signatures  {} of {} needed: {}\n",
            side.signed, side.threshold, side.name
        )
    };
    sides.iter().map(line).collect()
}

/// The summary after the end.
fn ended(state: &State, dir: &Path) -> Result<(), Failure> {
    let how = match state.ending {
        Some(Ending::Closed) => "closed",
        Some(Ending::Aborted) => "ABORTED",
        None => "not finished",
    };
    let rehearsal = if state.rehearsal() { "REHEARSAL, " } else { "" };
    let mut text = format!(
        "{}{how}: {}\n{}  exceptions  {}\n",
        rehearsal,
        state.procedure.plan.title,
        signatures(state),
        state.exceptions.len()
    );
    for file in &state.written {
        let _ = writeln!(text, "  written     {}  {}", file.sha256, file.name);
    }
    let _ = writeln!(
        text,
        "  head        {}\n  words       {}\n  audit with  rootstage audit {} --expect-head {}",
        state.head.groups().join(" "),
        state.head.words().join(" "),
        dir.display(),
        state.head
    );
    print(&text);
    match state.ending {
        Some(Ending::Closed) => Ok(()),
        _ => Err(Failure::not_so("")),
    }
}

/// How things stand when a driver has served, and what the LOG medium failed with where it lacks the end.
type Served = (State, Option<Fault>);

/// The ceremony under the screens: the driver on a thread of its own, the terminal on this one. The
/// first frame shows `initial` before `open` has written anything, because a slow medium takes its
/// time and a dark screen says nothing.
pub fn screens(
    room: &Room,
    initial: State,
    open: impl FnOnce() -> Result<Driver, Failure> + Send + 'static,
    dir: &Path,
    camera: &Source,
) -> Result<(), Failure> {
    let recorder = &room.recorder;
    recorder.load(dir.to_owned(), std::env::var("TERM").ok().as_deref());
    let begun = recorder.clone();
    let mut serving: Option<JoinHandle<Result<Served, Failure>>> = None;
    let leaving = tui::ceremony(
        room.settings(dir),
        camera.scanner(&initial.procedure.plan),
        recorder,
        |mut tell| {
            let (orders, taken) = std::sync::mpsc::channel();
            serving = Some(std::thread::spawn(move || match open() {
                Ok(driver) => {
                    begun.begin(driver.state());
                    let mut behind = None;
                    let state = driver.serve(&taken, &mut |report| {
                        if let Some(fault) = report.log_behind() {
                            behind = Some(fault.clone());
                        }
                        tell(report);
                    });
                    Ok((state, behind))
                }
                Err(failure) => {
                    tell(Report::Broken(failure.words.clone()));
                    Err(failure)
                }
            }));
            orders
        },
        initial,
    )
    .map_err(|error| {
        Failure::surroundings(format!(
            "{error}. What is on record stays; go on with: rootstage resume {}",
            dir.display()
        ))
    })?;
    // What was ordered last, such as the pause, is on disk once the driver has ended.
    let served = serving.map(JoinHandle::join);
    recorder.unload();
    let (state, behind) = match served {
        Some(Ok(Ok(served))) => served,
        Some(Ok(Err(failure))) => return Err(failure),
        _ => return Err(Failure::surroundings("the driver stopped by a defect")),
    };
    let go_on = format!("go on with: rootstage resume {}", dir.display());
    if let Some(fault) = behind {
        notice(&crate::report::log_behind(&fault));
    }
    match leaving {
        Leaving::Closed | Leaving::Aborted => ended(&state, dir),
        Leaving::Paused => Err(Failure::not_so(format!(
            "the ceremony is paused and on disk; {go_on}"
        ))),
        Leaving::Signal(signal) => Err(Failure::not_so(format!(
            "ended by signal {signal}; the ceremony is on disk; {go_on}"
        ))),
        Leaving::Broken(words) => Err(Failure::surroundings(format!(
            "{words}. What is on record stays; {go_on}"
        ))),
    }
}
