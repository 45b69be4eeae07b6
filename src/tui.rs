//! The terminal user interface.
//!
//! It draws [`Ask`](crate::ceremony::ask::Ask)s and sends
//! [`Order`]s; it knows no steps, no tokens, no files. Start at
//! [`ceremony`] or [`home`]; a recorded ceremony is shown by [`mod@replay`].
//!
//! ```text
//!  REHEARSAL  First root for Example Corp       14:32 UTC  12/95 min  air gap: ok
//!  Step 7 of 22 · Alice Adams: generate the key                              Keys
//! ━━━━━━━━━━━━━━━━━━━━━━━━━─────────────── next: Alice Adams: prove possession ──
//!  what is asked: words, facts, a digest, a text to review                  scrolls
//! ── Answer ──────────────────────────────────────── lines 1–13 of 20, PgDn … ──
//!  fields                                                              never hidden
//! ── Signatures 1/2   [x] Alice Adams  ▸[ ] Bob Brown   [ ] Carol Clark ─────────
//!  Payload 3f2a 91bc   Transcript 8d1e 77a0 · 42 records
//!  F1 help  F2 exception  F3 skip  F4 outline  F5 digests  F8 abort  Ctrl-C leave
//! ```
//!
//! [`model`] is what is on screen, [`update`] what keys and reports do to it, [`view`] draws it;
//! all three are pure. [`session`] has the terminal, the threads and the one channel. A frame is
//! drawn only when something happened: at rest the program takes no processor time but once a
//! minute, when the clock changes, or once a second while those of a touch are counted.

pub mod backend;
pub mod binding;
pub mod bindings;
pub mod camera;
pub mod entry;
pub mod glyphs;
pub mod keys;
pub mod model;
pub mod pen;
pub mod receiving;
pub mod recorder;
pub mod replay;
pub mod scan;
pub mod screens;
pub mod session;
pub mod settings;
pub mod show;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod widgets;

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use self::camera::Camera;
use self::model::Model;
use self::recorder::Recorder;
use self::screens::home::Home;
use self::session::{Occurrence, Session};
pub use self::settings::{Colour, ColourWish, GlyphSet, Settings, Surroundings};
use self::show::graphics::{Graphics, WIPE_KITTY};
use self::update::Reaction;
use crate::ceremony::command::Command;
use crate::ceremony::state::State;
use crate::driver::{Order, Report};
use crate::ports::Scanner;

/// How the ceremony screen was left. The terminal is as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The ceremony is complete.
    Closed,
    /// It was aborted.
    Aborted,
    /// It waits on disk. The order to pause was sent; join the driver to know that it is on record.
    Paused,
    /// A signal ended the screen. The order to pause was sent.
    Signal(i32),
    /// The transcript cannot be written, or the driver stopped.
    Broken(String),
}

/// What was chosen on the home screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HomeChoice {
    /// Start the ceremony of a plan.
    Start {
        /// Path of the plan.
        plan: String,
        /// Directory to be made.
        dir: String,
    },
    /// Go on with a ceremony.
    Resume {
        /// Its directory.
        dir: String,
    },
    /// Audit a ceremony.
    Audit {
        /// Its directory.
        dir: String,
    },
    /// Replay a ceremony.
    Replay {
        /// Its directory.
        dir: String,
    },
    /// Rehearse.
    Rehearse {
        /// Directory to be made.
        dir: String,
    },
    /// List tokens.
    Tokens,
    /// Check the environment.
    Environment,
    /// Quit.
    Quit,
}

/// The terminal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// Standard input or output is no terminal, or went away.
    #[error("the terminal cannot be used: {0}. Run rootstage in a terminal, not through a pipe")]
    Terminal(#[from] std::io::Error),
}

/// Whether there is a terminal to take over, before anything is begun that needs one.
pub fn terminal_is_there() -> Result<(), TuiError> {
    use std::io::IsTerminal as _;
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        Ok(())
    } else {
        Err(std::io::Error::new(
            std::io::ErrorKind::NotFound,
            "standard input or output is none",
        )
        .into())
    }
}

/// Takes the terminal over for a ceremony that stands like `initial`.
///
/// The first frame is drawn before `start` is called; `start` begins the driver on a thread of its
/// own, gives it the sink for its reports, and returns where it takes orders. When this returns,
/// the sender of orders is dropped: the driver finishes what it has and ends.
///
/// `scanner` looks for QR codes while a question waits for a file. `recorder` is given what is shown.
pub fn ceremony(
    settings: Settings,
    scanner: Option<Box<dyn Scanner>>,
    recorder: &Recorder,
    start: impl FnOnce(Box<dyn FnMut(Report) + Send>) -> Sender<Order>,
    initial: State,
) -> Result<Leaving, TuiError> {
    let mut session = Session::open()?;
    let mut model = Model::new(settings, initial, backend::size());
    if scanner.is_some() {
        model.eyes = scan::Eyes::Pictures;
    }
    session.draw(|buffer| view::draw(&model, buffer))?;
    recorder.film(&mut model);
    note_progress(&model);
    session.listen()?;
    let mut camera = scanner.map(Camera::new);
    let mut line = DriverLine(session.sender());
    let orders = start(Box::new(move |report| line.send(report)));
    let mut before = None;
    loop {
        if let Some(camera) = &mut camera {
            camera.look(model.waits_for_pictures(), &session.sender());
        }
        let until = until_next_change(&model);
        let until = recorder
            .due(Instant::now())
            .map_or(until, |due| due.min(until));
        let occurrence = session.next(until);
        if !terminal::is_taken() {
            return Ok(Leaving::Broken(
                "the program stopped by a defect".to_owned(),
            ));
        }
        model.moment = Instant::now();
        recorder.catch_up(model.moment);
        model.tick((model.settings.clock)());
        let lapsed = model.lapse();
        let asks = matches!(&occurrence, Occurrence::Report(Report::State(_)));
        let reaction = match occurrence {
            Occurrence::Input(burst) => model.input(&burst),
            Occurrence::Report(report) => model.report(report),
            Occurrence::Resized => model.resize(backend::size()),
            Occurrence::Tick => Reaction::default(),
            Occurrence::Sighting(sighting) => model.sighted(sighting),
            Occurrence::ScannerEnded(why) => model.sees_no_more(why),
            Occurrence::DriverGone if model.ended() => Reaction::default(),
            Occurrence::DriverGone => model.report(Report::Broken(
                "The part that writes the transcript stopped.".to_owned(),
            )),
            Occurrence::InputEnded => return Ok(paused_by(&orders, signal_hook::consts::SIGHUP)),
            Occurrence::Signal(signal) => return Ok(paused_by(&orders, signal)),
        };
        let reaction = lapsed.and(reaction);
        // at a new question: there it stands until that is answered
        if asks && let Some(words) = recorder.trouble() {
            model.remark(words);
        }
        note_progress(&model);
        if let Some(order) = reaction.order {
            let gone = orders.send(order).is_err();
            if gone && reaction.leave.is_none() {
                model.report(Report::Broken(
                    "The part that writes the transcript stopped.".to_owned(),
                ));
            }
        }
        if let Some(leaving) = reaction.leave {
            wipe(before)?;
            return Ok(leaving);
        }
        if reaction.flush {
            session.flush();
        }
        let pixels = model.pixels();
        let pictured = model.pictured().filter(|_| !pixels.is_empty());
        if pictured != before {
            // what is drawn in pixels does not go away with the cells
            wipe(before)?;
        }
        if reaction.repaint || pictured != before {
            session.repaint()?;
        }
        before = pictured;
        if !reaction.raw.is_empty() {
            backend::write_all(&reaction.raw)?;
        }
        session.draw_before(pixels, |buffer| view::draw(&model, buffer))?;
        recorder.film(&mut model);
    }
}

/// Takes a picture away that stays when cells are drawn anew.
fn wipe(pictured: Option<Graphics>) -> std::io::Result<()> {
    match pictured {
        Some(Graphics::Kitty) => backend::write_all(WIPE_KITTY),
        Some(Graphics::Sixel) | None => Ok(()),
    }
}

/// The home screen. `notice` is something to say, such as why the last choice did not work.
pub fn home(settings: Settings, notice: String) -> Result<HomeChoice, TuiError> {
    let mut session = Session::open()?;
    let mut home = Home::new(settings, backend::size(), notice);
    session.draw(|buffer| home.draw(buffer))?;
    session.listen()?;
    loop {
        match session.next(until_next_minute(&home.settings)) {
            Occurrence::Input(burst) => {
                if burst.bytes().contains(&0x0c) {
                    session.repaint()?;
                }
                if let Some(choice) = home.input(&burst) {
                    return Ok(choice);
                }
            }
            Occurrence::Resized => {
                home.size = backend::size();
                session.repaint()?;
            }
            Occurrence::InputEnded | Occurrence::Signal(_) => return Ok(HomeChoice::Quit),
            Occurrence::Report(_)
            | Occurrence::DriverGone
            | Occurrence::Sighting(_)
            | Occurrence::ScannerEnded(_)
            | Occurrence::Tick => {}
        }
        home.now = (home.settings.clock)();
        session.draw(|buffer| home.draw(buffer))?;
    }
}

/// The driver's end of the channel. Dropping it says that the driver has ended.
struct DriverLine(Sender<Occurrence>);

impl DriverLine {
    fn send(&mut self, report: Report) {
        // nobody listens any more once the screen was left
        let _ = self.0.send(Occurrence::Report(report));
    }
}

impl Drop for DriverLine {
    fn drop(&mut self) {
        let _ = self.0.send(Occurrence::DriverGone);
    }
}

fn paused_by(orders: &Sender<Order>, signal: i32) -> Leaving {
    let name = match signal {
        signal_hook::consts::SIGHUP => "SIGHUP: the terminal went away".to_owned(),
        signal_hook::consts::SIGTERM => "SIGTERM".to_owned(),
        signal_hook::consts::SIGINT => "SIGINT".to_owned(),
        other => format!("signal {other}"),
    };
    // a driver that has ended has nothing left to pause
    let _ = orders.send(Order::plain(Command::Pause { reason: name }));
    Leaving::Signal(signal)
}

fn note_progress(model: &Model) {
    let progress = format!(
        "The transcript is on disk up to record {}, head {}.",
        model.state.records,
        model.state.head.short()
    );
    terminal::note(progress, model.settings.resume.clone());
}

/// Until the next second, where seconds are counted; else until the next minute.
fn until_next_change(model: &Model) -> Duration {
    let now = (model.settings.clock)();
    let second = model.touch.as_ref().and_then(|t| t.next_change(now));
    let until = second.map_or_else(
        || until_next_minute(&model.settings),
        |until| until + Duration::from_millis(5),
    );
    model
        .next_moment(Instant::now())
        .map_or(until, |moment| moment.min(until))
}

fn until_next_minute(settings: &Settings) -> Duration {
    let now = (settings.clock)();
    Duration::from_millis(u64::from(60 - now.second().min(59)) * 1000 + 5)
        .saturating_sub(Duration::from_millis(u64::from(now.millisecond())))
}
