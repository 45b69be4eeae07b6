//! A front end without people: every question is answered as it asks to be answered, or from an
//! answers file. The engine is the same as under the screens; there is no other path.

mod received;

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;
use time::OffsetDateTime;

use crate::ceremony::ask::{Answer, Ask, Form, SecretKind};
use crate::ceremony::command::{Command, ExceptionForm};
use crate::ceremony::evolve::AGAIN;
use crate::ceremony::plan::{KeyName, ParticipantId, Plan};
use crate::ceremony::state::State;
use crate::ceremony::steps;
use crate::ceremony::token::Fault;
use crate::driver::{Driver, Order, Stop};
use crate::safe::safe;
use crate::secret::Secret;

/// Answers written beforehand.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Whether what is not listed is answered as the question asks to be answered. Without it such
    /// a question ends the run.
    #[serde(default)]
    pub as_asked: bool,
    /// Where each keyholder's PIN or passphrase comes from, by participant id; for a second key, by
    /// its name (`ada.old`).
    #[serde(default)]
    pub secret: BTreeMap<String, SecretSource>,
    /// Where the PUK of each keyholder's token comes from, by the same names: the one that is set, and
    /// the one that unblocks.
    #[serde(default)]
    pub puk: BTreeMap<String, SecretSource>,
    /// Answers to single questions; each is used once, in this order.
    #[serde(default)]
    pub answer: Vec<Listed>,
}

/// Where a secret comes from: never the file itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSource {
    /// Name of an environment variable.
    pub env: Option<String>,
    /// Number of an open file descriptor, read to its end or to the first newline.
    pub fd: Option<u32>,
}

/// An answer to one question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Step id.
    pub step: String,
    /// Name of the ask.
    pub ask: String,
    /// Initials; where absent, those of the first people who may answer.
    pub initials: Option<Vec<String>>,
    /// What is typed; where absent, what the question asks for.
    pub typed: Option<Vec<String>>,
    /// Path of what is received, for a question that takes a file out of QR codes: an envelope, a
    /// text with a frame on each line, a picture, or a folder of pictures.
    pub received: Option<String>,
    /// Skip the step instead, with this exception.
    pub skip: Option<ListedException>,
}

/// An exception in an answers file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedException {
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub happened: String,
    /// What was decided.
    pub decided: String,
    /// Initials of two people.
    pub initials: Vec<String>,
}

/// Why a run without people stopped.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// Only people can say what to do.
    #[error(
        "step {step} needs people: {title}. {words} What is on record stays; `rootstage resume` goes on with it."
    )]
    NeedsPeople {
        /// Step id.
        step: String,
        /// Title of the ask.
        title: String,
        /// Its words.
        words: String,
    },
    /// No answer is listed.
    #[error(
        "the answers file has no answer for step {step}, ask {ask} ({title}). What is on record stays; \
         `rootstage resume` goes on with it."
    )]
    NotListed {
        /// Step id.
        step: String,
        /// Name of the ask.
        ask: String,
        /// Title of the ask.
        title: String,
    },
    /// A secret could not be had.
    #[error("the secret of {holder} could not be read: {reason}. Nothing was asked of the token.")]
    Secret {
        /// Whose.
        holder: String,
        /// Why.
        reason: String,
    },
    /// What was to be received could not be had.
    #[error(
        "what {path} holds cannot be received: {reason}. What is on record stays; `rootstage resume` goes on with it."
    )]
    Received {
        /// Path in the answers file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Refused, or the transcript could not be written.
    #[error(transparent)]
    Stop(#[from] Stop),
}

/// Which secret of a token is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// Its PIN or passphrase, old or new.
    Pin,
    /// Its PUK, old or new.
    Puk,
}

/// Where the secrets of a run come from, by the key and its holder.
pub type Secrets<'a> =
    &'a mut dyn FnMut(&KeyName, &ParticipantId, Wanted) -> Result<Secret, String>;

/// What is typed with an answer: a secret, and a new PIN where that one is a PUK.
#[derive(Default)]
struct Typed {
    secret: Option<Secret>,
    new_pin: Option<Secret>,
}

/// Plays the ceremony to its end.
pub fn play(
    driver: &mut Driver,
    answers: &mut Answers,
    secrets: Secrets<'_>,
    clock: fn() -> OffsetDateTime,
    step_done: &mut dyn FnMut(&State),
) -> Result<(), Unanswered> {
    while driver.state().ending.is_none() {
        let (command, typed) = reply(driver.state(), answers, secrets, clock)?;
        let tried = typed.secret.is_some();
        let order = Order {
            command,
            secret: typed.secret,
            new_pin: typed.new_pin,
        };
        driver.submit(order, &mut |_| ())?;
        step_done(driver.state());
        if tried {
            refused_secret(driver.state())?;
        }
    }
    Ok(())
}

/// A PIN that was refused is never sent a second time: each try may be one of the token's last.
fn refused_secret(state: &State) -> Result<(), Unanswered> {
    let (Some(fault), Some(step)) = (&state.here.fault, state.step()) else {
        return Ok(());
    };
    if !matches!(
        fault,
        Fault::PinWrong { .. }
            | Fault::PinLength { .. }
            | Fault::PinLocked { .. }
            | Fault::PukWrong { .. }
            | Fault::PukLocked { .. }
            | Fault::NewSecretRefused { .. }
    ) {
        return Ok(());
    }
    let words = crate::report::fault(fault);
    Err(Unanswered::NeedsPeople {
        step: step.id.clone(),
        title: words.happened.trim_end_matches('.').to_owned(),
        words: words.next,
    })
}

fn reply(
    state: &State,
    answers: &mut Answers,
    secrets: Secrets<'_>,
    clock: fn() -> OffsetDateTime,
) -> Result<(Command, Typed), Unanswered> {
    let Some(ask) = &state.asking else {
        return Ok((Command::Continue, Typed::default()));
    };
    let step = state.step().map_or("", |step| step.id.as_str());
    let listed = answers
        .answer
        .iter()
        .position(|listed| listed.step == step && listed.ask == ask.name)
        .map(|at| answers.answer.remove(at));
    if let Some(exception) = listed.as_ref().and_then(|listed| listed.skip.clone()) {
        return Ok((
            Command::Skip(ExceptionForm {
                expected: exception.expected,
                happened: exception.happened,
                decided: exception.decided,
                initials: exception.initials,
            }),
            Typed::default(),
        ));
    }
    if listed.is_none() {
        if ask.name == AGAIN || ask.form == Form::Halted {
            return Err(Unanswered::NeedsPeople {
                step: step.to_owned(),
                title: ask.title.trim_end_matches('.').to_owned(),
                words: ask.words.join(" "),
            });
        }
        // What would stop a ceremony is never accepted because nobody said otherwise.
        let scan = matches!(ask.form, Form::Scan { .. });
        if !answers.as_asked || scan || steps::accepts_a_stop(ask) {
            return Err(Unanswered::NotListed {
                step: step.to_owned(),
                ask: ask.name.clone(),
                title: ask.title.clone(),
            });
        }
    }
    let received = listed.as_ref().and_then(|listed| listed.received.as_ref());
    let received = received
        .map(|path| match received::read(path) {
            Ok(file) => Ok(Answer::carry(&file)),
            Err(reason) => Err(Unanswered::Received {
                path: safe(path),
                reason,
            }),
        })
        .transpose()?;
    let (initials, typed) = listed.map_or((None, None), |l| (l.initials, l.typed));
    let usual = as_asked(ask, &state.procedure.plan, clock());
    let answer = Answer {
        initials: initials.unwrap_or(usual.initials),
        typed: typed.unwrap_or(usual.typed),
        received,
        read_to_end: usual.read_to_end,
    };
    let key = state.step().and_then(|step| state.procedure.key_plan(step));
    let typed = match (&ask.form, key) {
        (Form::Secret(form), Some((person, key))) => {
            let mut of = |wanted| {
                let holder = &person.id;
                secrets(&key.name, holder, wanted).map_err(|reason| Unanswered::Secret {
                    holder: holder.0.clone(),
                    reason,
                })
            };
            match form.kind {
                SecretKind::NewPuk => Typed {
                    secret: Some(of(Wanted::Puk)?),
                    new_pin: None,
                },
                SecretKind::PukAndNewPin => Typed {
                    secret: Some(of(Wanted::Puk)?),
                    new_pin: Some(of(Wanted::Pin)?),
                },
                SecretKind::Pin
                | SecretKind::NewPin
                | SecretKind::Passphrase
                | SecretKind::NewPassphrase => Typed {
                    secret: Some(of(Wanted::Pin)?),
                    new_pin: None,
                },
            }
        }
        _ => Typed::default(),
    };
    Ok((Command::Answer(answer), typed))
}

/// The answer that an ask wants: the first people who may take its seats, the first choice, the
/// phrase, the words, the time.
pub fn as_asked(ask: &Ask, plan: &Plan, now: OffsetDateTime) -> Answer {
    Answer {
        initials: initials_for(ask, plan),
        typed: typed_for(ask, now),
        received: None,
        read_to_end: ask.document.is_some(),
    }
}

fn initials_for(ask: &Ask, plan: &Plan) -> Vec<String> {
    let mut taken: Vec<&ParticipantId> = Vec::new();
    ask.seats
        .iter()
        .map(|seat| {
            let free = seat.who.iter().find(|id| !taken.contains(id));
            taken.extend(free);
            free.and_then(|id| plan.participant(id))
                .map_or_else(String::new, |person| person.initials.clone())
        })
        .collect()
}

fn typed_for(ask: &Ask, now: OffsetDateTime) -> Vec<String> {
    match &ask.form {
        Form::Confirm | Form::Secret(_) | Form::Scan { .. } | Form::Halted => Vec::new(),
        Form::Choose { options } => options.iter().take(1).map(|o| o.key.clone()).collect(),
        Form::TypeBack { phrase } => vec![phrase.clone()],
        Form::Words { positions } => {
            let words = ask.digest.as_ref().map(|digest| digest.sha256.words());
            positions
                .iter()
                .map(|position| {
                    words
                        .and_then(|words| {
                            words.get(usize::from(*position).saturating_sub(1)).copied()
                        })
                        .unwrap_or_default()
                        .to_owned()
                })
                .collect()
        }
        Form::WatchTime { .. } => vec![format!("{:02}:{:02}", now.hour(), now.minute())],
    }
}

impl SecretSource {
    /// Reads the secret.
    pub fn read(&self) -> Result<Secret, String> {
        match (&self.env, self.fd) {
            (Some(name), None) => {
                let mut text = std::env::var(name).map_err(|_| {
                    format!("the environment variable {name} is not set or not UTF-8")
                })?;
                let secret = Secret::copied_from(&text);
                zeroize::Zeroize::zeroize(&mut text);
                secret.ok_or_else(|| format!("the environment variable {name} is too long"))
            }
            (None, Some(fd)) => {
                let path = format!("/proc/self/fd/{fd}");
                let mut text =
                    zeroize::Zeroizing::new(Vec::with_capacity(crate::secret::CAPACITY * 2));
                std::fs::File::open(&path)
                    .and_then(|file| {
                        file.take(crate::secret::CAPACITY as u64 + 1)
                            .read_to_end(&mut text)
                    })
                    .map_err(|error| format!("file descriptor {fd}: {error}"))?;
                let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
                std::str::from_utf8(line)
                    .ok()
                    .and_then(Secret::copied_from)
                    .ok_or_else(|| format!("file descriptor {fd}: too long, or not UTF-8"))
            }
            _ => Err("the answers file must give either `env` or `fd`".to_owned()),
        }
    }
}
