//! A room with people, a machine and a ceremony directory, all in one process.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rootstage::answers::as_asked;
use rootstage::ceremony::ask::{Answer, Ask, Form, SecretKind};
use rootstage::ceremony::check::{Check, Verdict as CheckVerdict};
use rootstage::ceremony::command::{Command, ExceptionForm};
use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::plan::{Outline, Plan, rehearsal};
use rootstage::ceremony::refusal::Refusal;
use rootstage::ceremony::scripts;
use rootstage::ceremony::state::State;
use rootstage::digest::Sha256;
use rootstage::directory::{self, Audited, DirectoryError};
use rootstage::driver::{Driver, Order, Stop};
use rootstage::media::Machine;
use rootstage::ports::World;
use rootstage::secret::Secret;
use rootstage::token::AllTokens;
use rootstage::transcript::audit::Verdict;
use rootstage::tui::recorder::Recorder;
use rootstage::world::{Sticks, ThisMachine};
use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

use super::world::{Happening, Happenings, OnShelf, PowerCut, Shelf, Staged, What};
use super::yubikeys::{Drawer, Mixed};

/// The day on which every story happens.
pub fn clock() -> OffsetDateTime {
    datetime!(2026-12-01 10:00 UTC)
}

/// An online key: which one does not matter, only that it is one.
const ONLINE: [&str; 3] = ["targets", "snapshot", "timestamp"];

/// A room.
pub struct Room {
    /// Where everything is; vanishes with the room.
    pub home: Arc<TempDir>,
    /// Name of the ceremony directory in it.
    name: String,
    plan: String,
    pub script: Vec<u8>,
    driver: Option<Driver>,
    happenings: Happenings,
    /// Every effect that was really performed.
    pub performed: Arc<Mutex<Vec<Effect>>>,
    /// Passphrases that are typed otherwise, once each, by keyholder.
    pub mistyped: BTreeMap<String, String>,
    /// Bytes of a torn record that the last resumption found.
    pub cut: u64,
    /// The `YubiKeys` that are in the room.
    pub drawer: Drawer,
    /// Where `YubiKeys` are looked for.
    pub yubikeys: Found,
    /// The media in the room.
    pub shelf: Shelf,
    /// Where real media are looked for; `None`: those of the shelf.
    pub sticks: Option<Machine>,
    /// What records the screen, once it is loaded.
    pub recorder: Recorder,
}

/// Where `YubiKeys` are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// In the drawer: made up in memory.
    InDrawer,
    /// In the readers of this machine, through the backend.
    InReaders,
}

/// A directory in memory where there is one: the stories flush a great deal.
pub fn home() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// The plan of a rehearsal.
pub fn plan(keyholders: u32, threshold: u32) -> String {
    rehearsal(&Outline {
        title: "A story".to_owned(),
        location: "Room 1".to_owned(),
        keyholders,
        threshold,
        expires: datetime!(2027-11-30 12:00 UTC),
    })
}

/// The plan of the real day, on software tokens.
pub fn production_plan(keyholders: u32, threshold: u32) -> String {
    plan(keyholders, threshold)
        .replace("mode = \"rehearsal\"", "mode = \"production\"")
        .replace("\"first-root-rehearsal\"", "\"first-root\"")
}

/// The PIN of every `YubiKey`. No hexadecimal digits: a digest never has it by chance.
pub const PIN: &str = "48wz913";
/// The PUK of every `YubiKey`.
pub const PUK: &str = "7351xq64";

/// The passphrase of a keyholder.
pub fn passphrase(holder: &str) -> String {
    format!("cobalt marmalade of {holder}")
}

impl Room {
    /// Opens a rehearsal.
    pub fn open(keyholders: u32, threshold: u32) -> Self {
        Self::with_plan(&plan(keyholders, threshold))
    }

    /// Opens the ceremony of this plan, with the script that it names.
    pub fn with_plan(plan: &str) -> Self {
        let mut room = Self::prepared(plan);
        room.begin().unwrap();
        room
    }

    /// A room in which nothing has begun.
    pub fn prepared(plan: &str) -> Self {
        let home = home();
        for sub in ["tokens", "keys"] {
            std::fs::create_dir(home.path().join(sub)).unwrap();
        }
        for (number, name) in (1u8..).zip(ONLINE) {
            let path = home.path().join(format!("keys/{name}.pem"));
            std::fs::write(path, online_key(number)).unwrap();
        }
        let script = if plan.contains("mode = \"production\"") {
            "first-root"
        } else {
            "first-root-rehearsal"
        };
        Self {
            home: Arc::new(home),
            name: "ceremony".to_owned(),
            plan: plan.to_owned(),
            script: scripts::bytes_of(script).unwrap().to_vec(),
            driver: None,
            happenings: Happenings::default(),
            performed: Arc::default(),
            mistyped: BTreeMap::new(),
            cut: 0,
            drawer: Drawer::default(),
            yubikeys: Found::InDrawer,
            shelf: Shelf::default(),
            sticks: None,
            recorder: Recorder::default(),
        }
    }

    /// Another ceremony in the same place, with the same tokens.
    pub fn later(&self, name: &str, plan: &str, script: &[u8]) -> Self {
        let mut room = Self::later_prepared(&self.home, name, plan, script);
        room.begin().unwrap();
        room
    }

    /// The same, not yet begun.
    pub fn later_prepared(home: &Arc<TempDir>, name: &str, plan: &str, script: &[u8]) -> Self {
        Self {
            home: Arc::clone(home),
            name: name.to_owned(),
            plan: plan.to_owned(),
            script: script.to_vec(),
            driver: None,
            happenings: Happenings::default(),
            performed: Arc::default(),
            mistyped: BTreeMap::new(),
            cut: 0,
            drawer: Drawer::default(),
            yubikeys: Found::InDrawer,
            shelf: Shelf::default(),
            sticks: None,
            recorder: Recorder::default(),
        }
    }

    /// Begins the ceremony.
    pub fn begin(&mut self) -> Result<(), DirectoryError> {
        let mut world = self.world();
        let driver = directory::open(
            &self.dir(),
            self.plan.as_bytes(),
            &self.script,
            self.home.path(),
            clock,
            &mut |_| world.take().unwrap(),
        )?;
        self.driver = Some(driver);
        Ok(())
    }

    /// The ceremony directory.
    pub fn dir(&self) -> PathBuf {
        self.home.path().join(&self.name)
    }

    /// The transcript.
    pub fn transcript(&self) -> PathBuf {
        self.dir().join("transcript.jsonl")
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "the room keeps it while there is power"
    )]
    fn world(&self) -> Option<Box<dyn World>> {
        Some(Box::new(Staged {
            machine: ThisMachine {
                dir: self.dir(),
                tokens: match self.yubikeys {
                    Found::InDrawer => Box::new(Mixed {
                        all: AllTokens::new(1),
                        drawer: Arc::clone(&self.drawer),
                    }),
                    Found::InReaders => Box::new(AllTokens::new(1)),
                },
                media: match &self.sticks {
                    None => Box::new(OnShelf::new(&self.shelf)),
                    Some(machine) => Box::new(Sticks::of(machine.clone())),
                },
                checks: Box::new(|| vec![check("network.interfaces", CheckVerdict::Pass)]),
                clock,
            },
            shelf: Arc::clone(&self.shelf),
            happenings: Arc::clone(&self.happenings),
            performed: Arc::clone(&self.performed),
            recorder: self.recorder.clone(),
        }))
    }

    /// Lets something happen at the next such effect in this step (empty: in any).
    pub fn happens(&mut self, step: &str, at: fn(&Effect) -> bool, what: What) {
        self.happenings.lock().unwrap().push(Happening {
            at,
            step: step.to_owned(),
            what,
        });
    }

    /// How things stand.
    pub fn state(&self) -> &State {
        self.driver.as_ref().expect("the program runs").state()
    }

    /// Whether the copy on the LOG medium lacks the end.
    pub fn log_behind(&self) -> bool {
        let driver = self.driver.as_ref().expect("the program runs");
        driver.log_behind().is_some()
    }

    /// The open question.
    pub fn ask(&self) -> &Ask {
        self.state().asking.as_ref().expect("a question is open")
    }

    /// Step and name of the open question.
    pub fn at(&self) -> (String, String) {
        let step = self.state().step().map_or("", |step| &step.id);
        (step.to_owned(), self.ask().name.clone())
    }

    /// All words of the open question.
    pub fn words(&self) -> String {
        let ask = self.ask();
        format!("{}\n{}", ask.title, ask.words.join("\n"))
    }

    /// The answer that the open question wants.
    pub fn usual(&self) -> Answer {
        as_asked(self.ask(), &self.state().procedure.plan, clock())
    }

    /// Sends a command. `Ok(false)`: the power went.
    pub fn submit(&mut self, command: Command, secret: Option<Secret>) -> Result<bool, Stop> {
        self.submit_with(command, secret, None)
    }

    fn submit_with(
        &mut self,
        command: Command,
        secret: Option<Secret>,
        new_pin: Option<Secret>,
    ) -> Result<bool, Stop> {
        let driver = self.driver.as_mut().expect("the program runs");
        let order = Order {
            command,
            secret,
            new_pin,
        };
        match catch_unwind(AssertUnwindSafe(|| driver.submit(order, &mut |_| ()))) {
            Ok(result) => result.map(|()| true),
            Err(cause) if cause.is::<PowerCut>() => {
                self.power_cut();
                Ok(false)
            }
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Answers the open question. `Ok(false)`: the power went.
    pub fn answer(&mut self, answer: Answer) -> Result<bool, Stop> {
        let (mut secret, mut new_pin) = (None, None);
        if let (Form::Secret(form), Some(step)) = (&self.ask().form, self.state().step()) {
            let holder = step.holder.as_ref().unwrap().0.clone();
            let (right, of) = match form.kind {
                SecretKind::NewPassphrase | SecretKind::Passphrase => (passphrase(&holder), holder),
                SecretKind::Pin | SecretKind::NewPin => (PIN.to_owned(), holder),
                SecretKind::NewPuk | SecretKind::PukAndNewPin => {
                    (PUK.to_owned(), format!("puk of {holder}"))
                }
            };
            let typed = match form.kind {
                SecretKind::NewPassphrase => right,
                SecretKind::PukAndNewPin => {
                    new_pin = Secret::copied_from(PIN);
                    self.mistyped.remove(&of).unwrap_or(right)
                }
                _ => self.mistyped.remove(&of).unwrap_or(right),
            };
            secret = Secret::copied_from(&typed);
        }
        self.submit_with(Command::Answer(answer), secret, new_pin)
    }

    /// Answers the open question as it wants to be answered.
    pub fn go_on(&mut self) -> bool {
        let usual = self.usual();
        self.answer(usual)
            .unwrap_or_else(|stop| panic!("{:?}: {stop}", self.at()))
    }

    /// Types something else than the question wants.
    pub fn types(&mut self, typed: &[&str]) -> Result<bool, Stop> {
        let mut answer = self.usual();
        answer.typed = typed.iter().map(|&text| text.to_owned()).collect();
        self.answer(answer)
    }

    /// Answers everything until this question is open, the power goes, or the end.
    pub fn until(&mut self, step: &str, ask: &str) -> &mut Self {
        let before = self.state().records;
        while self.state().ending.is_none() && self.at() != (step.to_owned(), ask.to_owned()) {
            assert!(
                self.state().records < before + 5000,
                "round and round at {:?}",
                self.at()
            );
            assert_ne!(self.ask().form, Form::Halted, "{}", self.words());
            if !self.go_on() {
                return self;
            }
        }
        assert!(
            self.state().ending.is_none(),
            "{step} {ask} was never asked"
        );
        self
    }

    /// Answers everything until the power goes.
    pub fn until_dark(&mut self) {
        while self.go_on() {}
    }

    /// Answers everything to the end.
    #[expect(clippy::wrong_self_convention, reason = "a story reads so")]
    pub fn to_the_end(&mut self) -> &mut Self {
        let before = self.state().records;
        while self.state().ending.is_none() {
            assert!(
                self.state().records < before + 5000,
                "round and round at {:?}",
                self.at()
            );
            assert_ne!(self.ask().form, Form::Halted, "{}", self.words());
            assert!(self.go_on(), "the power went");
        }
        self
    }

    /// The power goes.
    pub fn power_cut(&mut self) {
        self.driver = None;
    }

    /// Starts the program again.
    pub fn resume(&mut self) -> Result<(), DirectoryError> {
        self.driver = None;
        let mut world = self.world();
        let (driver, cut) = directory::resume(&self.dir(), clock, &mut |_| world.take().unwrap())?;
        self.driver = Some(driver);
        self.cut = cut;
        Ok(())
    }

    /// Fills in the exception form.
    pub fn exception(initials: &[&str]) -> ExceptionForm {
        ExceptionForm {
            expected: "as written".to_owned(),
            happened: "otherwise".to_owned(),
            decided: "to go on".to_owned(),
            initials: initials.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    /// Skips the step with these people; the refusal where it is not allowed.
    pub fn skip(&mut self, initials: &[&str]) -> Result<(), Refusal> {
        match self.submit(Command::Skip(Self::exception(initials)), None) {
            Ok(_) => Ok(()),
            Err(Stop::Refused(refusal)) => Err(refusal),
            Err(stop) => panic!("{stop}"),
        }
    }

    /// Audits the directory.
    pub fn audit(&self) -> Audited {
        directory::audit(&self.dir(), None, Vec::new()).unwrap()
    }

    /// Audits, and compares with the paper.
    pub fn audit_with_head(&self, head: Sha256) -> Audited {
        directory::audit(&self.dir(), Some(head), Vec::new()).unwrap()
    }

    /// Audits a ceremony that came to its end: every rule passes.
    pub fn audits_clean(&self) {
        let audited = self.audit();
        let nothing = audited.auditor.state().attested.is_empty();
        let unrecorded = audited.auditor.marks().is_empty();
        let steps = &audited.auditor.state().procedure.steps;
        let unsealed = !steps.iter().any(|step| step.kind == "seal");
        for finding in &audited.findings {
            let expected = match finding.rule.id {
                id if unsealed && id.starts_with("seal.") => Verdict::Note,
                "transcript.head" | "root.trusted" => Verdict::Note,
                "recording.file" if unrecorded => Verdict::Note,
                "attestation.evidence" | "attestation.verdict" if nothing => Verdict::Note,
                _ => Verdict::Pass,
            };
            assert_eq!(
                finding.verdict, expected,
                "{}: {}",
                finding.rule.id, finding.sentence
            );
        }
        // What the audit derived is what the program believed.
        if let Some(driver) = &self.driver {
            assert_eq!(audited.auditor.state(), driver.state());
        }
    }

    /// How often an effect was really performed.
    pub fn times(&self, of: fn(&Effect) -> bool) -> usize {
        self.performed
            .lock()
            .unwrap()
            .iter()
            .filter(|effect| of(effect))
            .count()
    }

    /// Participants, keys and everything else that was planned.
    pub fn planned(&self) -> &Plan {
        &self.state().procedure.plan
    }
}

/// Ids of the rules that fail.
pub fn failing(audited: &Audited) -> Vec<&'static str> {
    let failing = audited
        .findings
        .iter()
        .filter(|f| f.verdict == Verdict::Fail);
    failing.map(|finding| finding.rule.id).collect()
}

/// A check of the machine.
pub fn check(id: &str, verdict: CheckVerdict) -> Check {
    Check {
        id: id.to_owned(),
        title: "Network interfaces".to_owned(),
        verdict,
        found: "as staged".to_owned(),
        advice: "pull the cable".to_owned(),
    }
}

/// A public key, the same for the same number.
pub fn online_key(number: u8) -> String {
    use p256::pkcs8::EncodePublicKey as _;
    let secret = p256::SecretKey::from_slice(&[number; 32]).unwrap();
    secret
        .public_key()
        .to_public_key_pem(p256::pkcs8::LineEnding::LF)
        .unwrap()
}

/// Copies a directory with everything in it.
pub fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every file in a directory, with its bytes.
pub fn each_file(dir: &Path, each: &mut dyn FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, each);
        } else {
            each(&path, &std::fs::read(&path).unwrap());
        }
    }
}
