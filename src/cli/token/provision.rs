//! `token provision`: one YubiKey, brought from the factory's state to its keyholder's at a desk: the
//! guards and the transcript of a ceremony, for one person or two.

use std::path::PathBuf;

use clap::Args;

use super::checked;
use crate::ceremony::plan::{OneToken, one_token};
use crate::ceremony::scripts;
use crate::ceremony::token::TokenKind;
use crate::cli::desk::Desk;
use crate::cli::{Failure, Room, rehearsal, sign};

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
        // no token is asked for it
        let call = self.call()?;
        let desk = Desk {
            script: ("one-token", scripts::one_token()),
            answers: self.answers.as_deref(),
            dir: self
                .dir
                .clone()
                .unwrap_or_else(|| rehearsal::directory_named("provisioning")),
        };
        desk.hold(room, || crate::cli::plan::salted(&one_token(&call)))
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
