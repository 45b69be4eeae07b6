//! `token provision`: one YubiKey, brought from the factory's state to its keyholder's at a desk: the
//! guards and the transcript of a ceremony, for one person or two.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::checked;
use crate::ceremony::plan::{Mode, OneToken, Plan, one_token};
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::scripts;
use crate::ceremony::state::State;
use crate::ceremony::token::TokenKind;
use crate::cli::ceremony::{Makers, problems_of_plan};
use crate::cli::front::{needs_a_terminal, read_answers, screens, unattended};
use crate::cli::{Failure, Room, now, plan, rehearsal, sign};
use crate::directory;

/// What the plan is called in messages.
const PLAN: &str = "the plan made from this call";

/// Arguments of `token provision`.
#[derive(Debug, Args)]
pub struct Provision {
    /// The token: `yubikey:SERIAL`.
    token: String,
    /// Name of the person who holds it, for the record.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Initials of that person, typed at each answer: two to four letters.
    #[arg(long, value_name = "LETTERS")]
    initials: String,
    /// A second person, as "NAME=LETTERS", who chooses the PUK and keeps it.
    #[arg(long, value_name = "NAME=LETTERS")]
    witness: Option<String>,
    /// An age recipient who gets an encrypted copy of the management key; may be given more than once.
    #[arg(long, value_name = "RECIPIENT")]
    escrow: Vec<String>,
    /// The new directory for the record; by default one beside you, named for the time.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Answers written beforehand, for tests.
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
}

impl Provision {
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        let text = one_token(&self.call()?);
        let answers = self.answers.as_deref().map(read_answers).transpose()?;
        if answers.is_none() {
            needs_a_terminal()?;
        }
        let parsed = Plan::parse(text.as_bytes()).map_err(|p| problems_of_plan(&p, PLAN))?;
        let script_bytes = scripts::one_token();
        let script = Script::parse(script_bytes)
            .map_err(|problems| Failure::not_so(problems.in_file("one-token")))?;
        let dir = self
            .dir
            .clone()
            .unwrap_or_else(|| rehearsal::directory_named("provisioning"));
        let makers = Makers::new(room, Mode::Production);
        let state = State::new(Arc::new(Procedure::new(script.clone(), parsed)));
        let place = dir.clone();
        let open = move || {
            let base = Path::new("/");
            plan::checked(text.as_bytes(), Some(&script), base)
                .map_err(|problems| problems_of_plan(&problems, PLAN))?;
            directory::make_new(&place)?;
            let mut world = |dir: &Path| makers.world(dir);
            let text = text.as_bytes();
            Ok(directory::open(
                &place,
                text,
                script_bytes,
                base,
                now,
                &mut world,
            )?)
        };
        match answers {
            Some(answers) => unattended(open()?, answers, &dir),
            None => screens(room, state, open, &dir),
        }
    }

    fn call(&self) -> Result<OneToken, Failure> {
        let token = checked(&self.token)?;
        if token.kind() != Some(TokenKind::YubiKey) {
            return Err(Failure::call(format!(
                "{token} is brought into service with its maker's own tools; only YubiKeys are provisioned \
                 here. No token was asked."
            )));
        }
        Ok(OneToken {
            token,
            keyholder: (self.name.clone(), self.initials.clone()),
            witness: sign::second_person(self.witness.as_deref())?,
            escrow: self.escrow.clone(),
        })
    }
}
