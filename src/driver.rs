//! The only loop: decide, record, evolve, flush, perform, observe.
//!
//! Records are flushed to disk before an effect is performed and before anybody sees what they led
//! to; those in between share a flush.

use crate::ceremony::ask::{Form, SecretKind};
use crate::ceremony::command::Command;
use crate::ceremony::decide::{Decision, decide};
use crate::ceremony::effect::Effect;
use crate::ceremony::evolve::evolve;
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::recording::{self, Reach};
use crate::ceremony::refusal::Refusal;
use crate::ceremony::state::{LogCopy, State};
use crate::ceremony::token::Fault;
use crate::journal::{Journal, JournalError};
use crate::ports::{Notice, World};
use crate::secret::{Secret, Secrets};

/// What a front end sends to the driver.
pub struct Order {
    /// The command.
    pub command: Command,
    /// The PIN or passphrase that goes with an answer to a secret ask. Wiped when the effect is done.
    pub secret: Option<Secret>,
    /// A new PIN that goes with a PUK.
    pub new_pin: Option<Secret>,
}

impl Order {
    /// A command with which no secret goes.
    pub fn plain(command: Command) -> Self {
        Self {
            command,
            secret: None,
            new_pin: None,
        }
    }
}

/// What is being done while a command is carried out.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// An effect is about to be performed.
    Begins(&'a Effect),
    /// Something that people should know while it is.
    Notice(&'a Notice),
}

/// What the driver tells a front end.
#[derive(Clone, Debug)]
pub enum Report {
    /// Everything up to here is on disk; this is how things stand. Sent whenever the ceremony waits
    /// for people, has ended, or has moved on.
    State(Box<State>),
    /// An effect is being performed and may take its time (a touch, a key generation).
    Working(Effect),
    /// Something that people should know meanwhile.
    Notice(Notice),
    /// The last command was refused; nothing changed.
    Refused(Refusal),
    /// The transcript could not be written; the ceremony cannot go on in this process. Words of the
    /// failure, with the path.
    Broken(String),
}

impl Report {
    /// What the copy on the LOG medium failed with, where this says that it lacks the end.
    pub fn log_behind(&self) -> Option<&Fault> {
        match self {
            Self::Notice(Notice::LogBehind(fault)) => Some(fault),
            _ => None,
        }
    }
}

/// Why a command had no result.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// It was refused; nothing changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The transcript could not be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A ceremony in progress.
pub struct Driver {
    state: State,
    /// The state that is on disk, where `state` is ahead of it.
    flushed: Option<Box<State>>,
    journal: Journal,
    world: Box<dyn World>,
    /// What the copy on the LOG medium failed with, until it is on record.
    lost: Option<Fault>,
}

impl Driver {
    /// A driver over an open journal whose records gave `state`.
    pub fn new(state: State, journal: Journal, world: Box<dyn World>) -> Self {
        Self {
            state,
            flushed: None,
            journal,
            world,
            lost: None,
        }
    }

    /// What the copy on the LOG medium failed with when there was nothing more to be recorded: it lacks the
    /// end of the transcript.
    pub fn log_behind(&self) -> Option<&Fault> {
        self.lost.as_ref().filter(|_| self.state.ending.is_some())
    }

    /// How things stand.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Carries out a command and everything that follows from it without a person, until the room
    /// is asked or the ceremony has ended. `progress` hears of each effect before it is performed.
    pub fn submit(
        &mut self,
        order: Order,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Stop> {
        let Order {
            command,
            secret,
            new_pin,
        } = order;
        let missing = |secret: &Option<Secret>| secret.as_ref().is_none_or(Secret::is_empty);
        if let (Command::Answer(_), Some(ask)) = (&command, &self.state.asking)
            && let Form::Secret(form) = &ask.form
            && (missing(&secret) || form.kind == SecretKind::PukAndNewPin && missing(&new_pin))
        {
            let holder = self.state.step().and_then(|step| step.holder.clone());
            return Err(Refusal::SecretMissing {
                holder: holder.unwrap_or_else(|| ParticipantId(String::new())),
            }
            .into());
        }
        let pausing = matches!(command, Command::Pause { .. });
        let went = self.go_on(command, [secret, new_pin], progress);
        // what was decided before a refusal counts
        self.flush()?;
        // a copy that failed in that very flush is asked about now, unless nobody is there to answer
        while !pausing && self.note_loss()? {
            self.until_asked(progress)?;
            self.flush()?;
        }
        if let Some(fault) = self.log_behind() {
            progress(Progress::Notice(&Notice::LogBehind(fault.clone())));
        }
        went
    }

    fn go_on(
        &mut self,
        command: Command,
        typed: [Option<Secret>; 2],
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Stop> {
        let pausing = matches!(command, Command::Pause { .. });
        let covers = match &command {
            Command::Pause { .. } => Some(Reach::SoFar),
            Command::Abort { .. } => Some(Reach::ToTheEnd),
            _ => None,
        };
        let decision = decide(&self.state, command)?;
        if let Some(reach) = covers {
            self.cover_recording(reach)?;
        }
        let [secret, new_pin] = &typed;
        let secrets = Secrets {
            secret: secret.as_ref(),
            new_pin: new_pin.as_ref(),
        };
        self.carry_out(decision, secrets, progress)?;
        drop(typed);
        self.note_loss()?;
        if pausing {
            return Ok(());
        }
        self.until_asked(progress)
    }

    /// Goes on until the room is asked, or the end.
    fn until_asked(&mut self, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), Stop> {
        while self.state.asking.is_none() && self.state.ending.is_none() {
            if let Some(reach) = recording::due(&self.state) {
                self.cover_recording(reach)?;
            }
            let decision = decide(&self.state, Command::Continue)?;
            self.carry_out(decision, Secrets::default(), progress)?;
            self.note_loss()?;
        }
        Ok(())
    }

    /// Puts on record how far the recording of the screen goes. What cannot be covered is not: nobody waits
    /// for a recording.
    fn cover_recording(&mut self, reach: Reach) -> Result<(), Stop> {
        if recording::is_over(&self.state) {
            return Ok(());
        }
        let Some(mark) = self.world.recorded(&self.state, reach) else {
            return Ok(());
        };
        match decide(&self.state, Command::CoverRecording(mark)) {
            Ok(decision) => self.record(decision.events),
            Err(_) => Ok(()),
        }
    }

    /// Records that the copy on the LOG medium failed, once what was under way is finished. Gives whether
    /// there was something to record.
    fn note_loss(&mut self) -> Result<bool, Stop> {
        if self.state.ending.is_some() || self.state.log != LogCopy::Kept {
            return Ok(false);
        }
        let Some(fault) = self.lost.take() else {
            return Ok(false);
        };
        let decision = decide(&self.state, Command::LoseLog(fault))?;
        self.record(decision.events)?;
        Ok(true)
    }

    fn carry_out(
        &mut self,
        decision: Decision,
        secrets: Secrets<'_>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Stop> {
        self.record(decision.events)?;
        if let Some(effect) = decision.effect {
            self.flush()?;
            progress(Progress::Begins(&effect));
            let mut notice = |notice: Notice| progress(Progress::Notice(&notice));
            let outcome = self
                .world
                .perform(&effect, &self.state, secrets, &mut notice);
            let decision = decide(&self.state, Command::Observe(outcome))?;
            self.record(decision.events)?;
        }
        Ok(())
    }

    fn record(&mut self, events: Vec<(String, crate::ceremony::event::Event)>) -> Result<(), Stop> {
        if events.is_empty() {
            return Ok(());
        }
        let step = self
            .state
            .step()
            .map_or_else(String::new, |step| step.id.clone());
        self.flushed
            .get_or_insert_with(|| Box::new(self.state.clone()));
        let staged = self.journal.stage(&step, events);
        for placed in self.or_back(staged)? {
            evolve(&mut self.state, &placed);
        }
        Ok(())
    }

    /// Puts on disk what was recorded, and then on the LOG medium where there is one.
    fn flush(&mut self) -> Result<(), Stop> {
        let committed = self.journal.commit();
        let lines = self.or_back(committed)?;
        self.flushed = None;
        if !lines.is_empty()
            && let Err(fault) = self.world.copy(lines.as_bytes(), &self.state)
        {
            self.lost = Some(fault);
        }
        Ok(())
    }

    /// Where the journal failed, the ceremony stands as it does on disk.
    fn or_back<T>(&mut self, result: Result<T, JournalError>) -> Result<T, Stop> {
        if result.is_err()
            && let Some(flushed) = self.flushed.take()
        {
            self.state = *flushed;
        }
        Ok(result?)
    }

    /// Serves a front end until it hangs up or the transcript breaks; gives how things stand then.
    pub fn serve(
        mut self,
        orders: &std::sync::mpsc::Receiver<Order>,
        tell: &mut dyn FnMut(Report),
    ) -> State {
        tell(Report::State(Box::new(self.state.clone())));
        while let Ok(order) = orders.recv() {
            let result = {
                let mut progress = |progress: Progress<'_>| {
                    tell(match progress {
                        Progress::Begins(effect) => Report::Working(effect.clone()),
                        Progress::Notice(notice) => Report::Notice(notice.clone()),
                    });
                };
                self.submit(order, &mut progress)
            };
            match result {
                Ok(()) => tell(Report::State(Box::new(self.state.clone()))),
                Err(Stop::Refused(refusal)) => tell(Report::Refused(refusal)),
                Err(Stop::Journal(error)) => {
                    tell(Report::Broken(error.to_string()));
                    break;
                }
            }
        }
        self.state
    }
}
