//! The real machine, with happenings put into its way.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rootstage::ceremony::assembly::MetadataFile;
use rootstage::ceremony::effect::{Effect, FileDigest, Outcome};
use rootstage::ceremony::medium::{Medium, MediumRole};
use rootstage::ceremony::plan::Mode;
use rootstage::ceremony::recording::{Mark, Reach};
use rootstage::ceremony::state::State;
use rootstage::ceremony::token::Fault;
use rootstage::digest::Sha256;
use rootstage::ports::{Media, Notice, World};
use rootstage::secret::Secrets;
use rootstage::tui::model::Model;
use rootstage::tui::recorder::Recorder;
use rootstage::tui::{Colour, GlyphSet, Settings};
use rootstage::world::ThisMachine;

/// Something that goes otherwise, once.
pub struct Happening {
    /// At which effect.
    pub at: fn(&Effect) -> bool,
    /// In which step; empty for any.
    pub step: String,
    /// What happens.
    pub what: What,
}

/// What goes otherwise.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a handful of them in a test")]
pub enum What {
    /// Nothing is done, and this is said.
    Instead(Outcome),
    /// It is done, but this is said of it.
    DoneBut(Fault),
    /// It is done, and meanwhile the medium with this serial number is pulled out.
    PulledMeanwhile(&'static str),
    /// The power goes before anything is done.
    PowerCutBefore,
    /// The power goes after it is done, before anybody hears of it.
    PowerCutAfter,
}

/// What unwinds out of the driver when the power goes.
pub struct PowerCut;

/// The list of what is still to happen, shared with the test.
pub type Happenings = Arc<Mutex<Vec<Happening>>>;

/// The world on stage.
pub struct Staged {
    /// What would really be done.
    pub machine: ThisMachine,
    /// The media.
    pub shelf: Shelf,
    /// What happens instead.
    pub happenings: Happenings,
    /// Every effect that was really performed.
    pub performed: Arc<Mutex<Vec<Effect>>>,
    /// What records the screen, where one is imagined.
    pub recorder: Recorder,
}

impl World for Staged {
    fn perform(
        &mut self,
        effect: &Effect,
        state: &State,
        secrets: Secrets<'_>,
        notice: &mut dyn FnMut(Notice),
    ) -> Outcome {
        let step = state.step().map_or("", |step| step.id.as_str());
        let what = {
            let mut list = self.happenings.lock().unwrap();
            list.iter()
                .position(|h| (h.at)(effect) && (h.step.is_empty() || h.step == step))
                .map(|at| list.remove(at).what)
        };
        let mut perform = || {
            self.performed.lock().unwrap().push(effect.clone());
            self.machine.perform(effect, state, secrets, notice)
        };
        match what {
            None => perform(),
            Some(What::Instead(outcome)) => outcome,
            Some(What::DoneBut(fault)) => {
                let _ = perform();
                Outcome::Fault(fault)
            }
            Some(What::PulledMeanwhile(serial)) => {
                let outcome = perform();
                pull(&self.shelf, serial);
                outcome
            }
            // No panic hook: a power cut prints nothing.
            Some(What::PowerCutBefore) => resume_unwind(Box::new(PowerCut)),
            Some(What::PowerCutAfter) => {
                let _ = perform();
                resume_unwind(Box::new(PowerCut))
            }
        }
    }

    fn copy(&mut self, lines: &[u8], state: &State) -> Result<(), Fault> {
        self.machine.copy(lines, state)
    }

    fn recorded(&mut self, state: &State, reach: Reach) -> Option<Mark> {
        film(&self.recorder, state);
        self.recorder.mark(state, reach)
    }
}

/// Records what people would see now.
fn film(recorder: &Recorder, state: &State) {
    let settings = Settings {
        glyphs: GlyphSet::Unicode,
        colour: Colour::Sixteen,
        clock: super::room::clock,
        strength: |_| (0, ""),
        resume: String::new(),
        audit: String::new(),
    };
    recorder.film(&mut Model::new(settings, state.clone(), (80, 24)));
}

/// A medium in memory.
#[derive(Clone, Debug, Default)]
pub struct Stick {
    /// What it says of itself.
    pub medium: Medium,
    /// Whether it is plugged in.
    pub inserted: bool,
    /// Bytes that still fit on it.
    pub free: usize,
    /// Files in its root.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The media of a room, shared with the test.
pub type Shelf = Arc<Mutex<Vec<Stick>>>;

/// A medium at this place, with this serial number, plugged in.
pub fn stick(place: &str, serial: &str) -> Stick {
    Stick {
        medium: Medium {
            place: format!("/dev/{place}"),
            model: "Acme Stick".to_owned(),
            serial: serial.to_owned(),
            size: 1 << 20,
            filesystem: "vfat".to_owned(),
            label: serial.to_uppercase(),
            uuid: format!("0000-{serial}"),
            ..Medium::default()
        },
        inserted: true,
        free: 1 << 20,
        files: BTreeMap::new(),
    }
}

/// Pulls a medium out.
pub fn pull(shelf: &Shelf, serial: &str) {
    with(shelf, serial, |stick| stick.inserted = false);
}

/// Plugs it in again.
pub fn insert(shelf: &Shelf, serial: &str) {
    with(shelf, serial, |stick| stick.inserted = true);
}

/// Does something to the medium with this serial number.
pub fn with<T>(shelf: &Shelf, serial: &str, act: impl FnOnce(&mut Stick) -> T) -> T {
    let mut shelf = shelf.lock().unwrap();
    let mut sticks = shelf.iter_mut();
    act(sticks.find(|stick| stick.medium.serial == serial).unwrap())
}

/// The media of the shelf, behind the port.
pub struct OnShelf {
    /// The media.
    pub shelf: Shelf,
    /// The medium with the copy, and the name of the copy.
    log: Option<(Medium, String)>,
}

impl OnShelf {
    /// Media of this shelf.
    pub fn new(shelf: &Shelf) -> Self {
        Self {
            shelf: Arc::clone(shelf),
            log: None,
        }
    }

    fn of<T>(
        &mut self,
        role: MediumRole,
        medium: &Medium,
        act: impl FnOnce(&mut Stick) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut sticks = self.shelf.lock().unwrap();
        let there = |stick: &&mut Stick| stick.inserted && medium.is_same(&stick.medium);
        if let Some(stick) = sticks.iter_mut().find(there) {
            return act(stick);
        }
        let present = sticks.iter().filter(|stick| stick.inserted);
        Err(Fault::MediumAbsent {
            role: role.name().to_owned(),
            medium: medium.describe(),
            present: present.map(|stick| stick.medium.describe()).collect(),
        })
    }
}

impl Stick {
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.len() > self.free {
            return Err(Fault::MediumFull {
                medium: self.medium.describe(),
                needed: bytes.len() as u64,
                free: self.free as u64,
            });
        }
        self.free -= bytes.len();
        let file = self.files.entry(name.to_owned()).or_default();
        file.extend_from_slice(bytes);
        Ok(())
    }
}

impl Media for OnShelf {
    fn list(&mut self, mode: Mode) -> Result<Vec<Medium>, Fault> {
        let sticks = self.shelf.lock().unwrap();
        let offered = sticks
            .iter()
            .filter(|stick| stick.inserted && (mode == Mode::Rehearsal || !stick.medium.image));
        Ok(offered.map(|stick| stick.medium.clone()).collect())
    }

    fn read(
        &mut self,
        medium: &Medium,
        names: &[String],
        _limit: u64,
    ) -> Result<Vec<Vec<u8>>, Fault> {
        self.of(MediumRole::In, medium, |stick| {
            let read = |name: &String| {
                stick
                    .files
                    .get(name)
                    .cloned()
                    .ok_or_else(|| Fault::NotOnMedium {
                        medium: stick.medium.describe(),
                        name: name.clone(),
                        there: stick.files.keys().cloned().collect(),
                    })
            };
            names.iter().map(read).collect()
        })
    }

    fn write(
        &mut self,
        role: MediumRole,
        medium: &Medium,
        files: &[MetadataFile],
    ) -> Result<Vec<FileDigest>, Fault> {
        self.of(role, medium, |stick| {
            if stick.medium.read_only {
                return Err(Fault::MediumUnfit {
                    medium: stick.medium.describe(),
                    reason: "the device itself refuses to be written to".to_owned(),
                });
            }
            for file in files {
                if stick.files.get(&file.name) != Some(&file.bytes) {
                    stick.add(&file.name, &file.bytes)?;
                }
            }
            let digest = |file: &MetadataFile| FileDigest {
                name: format!(
                    "{} medium {}/{}",
                    role.name(),
                    stick.medium.word(),
                    file.name
                ),
                sha256: Sha256::of(&file.bytes),
                size: file.bytes.len() as u64,
            };
            Ok(files.iter().map(digest).collect())
        })
    }

    fn attach(&mut self, medium: &Medium, ceremony: &str, transcript: &Path) -> Result<(), Fault> {
        let whole = std::fs::read(transcript).unwrap();
        let name = format!("{ceremony}.transcript.jsonl");
        self.log = None;
        self.of(MediumRole::Log, medium, |stick| {
            for beside in ["plan.toml", "script.toml"] {
                let bytes = std::fs::read(transcript.with_file_name(beside)).unwrap();
                let name = format!("{ceremony}.{beside}");
                if !stick.files.contains_key(&name) {
                    stick.add(&name, &bytes)?;
                }
            }
            let there = stick.files.entry(name.clone()).or_default();
            let kept = there
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            there.truncate(kept);
            if !whole.starts_with(there) {
                return Err(Fault::MediumUnfit {
                    medium: stick.medium.describe(),
                    reason: "the log of something else is on it".to_owned(),
                });
            }
            stick.add(&name, whole.get(kept..).unwrap())
        })?;
        self.log = Some((medium.clone(), name));
        Ok(())
    }

    fn append(&mut self, lines: &[u8]) -> Result<(), Fault> {
        let Some((medium, name)) = self.log.take() else {
            return Ok(());
        };
        self.of(MediumRole::Log, &medium, |stick| stick.add(&name, lines))?;
        self.log = Some((medium, name));
        Ok(())
    }

    fn detach(&mut self) -> Result<(), Fault> {
        self.log = None;
        Ok(())
    }
}
