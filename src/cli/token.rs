//! `token`: what is plugged in, what it shows for its key, and how it is brought into service.

mod attest;
mod list;
mod text;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, print, print_json};
use crate::ceremony::token::{Fault, TokenKind, TokenName};
use crate::ceremony::token_name::{ParsedName, parse};
use crate::ports::Tokens as _;
use crate::report;
use crate::token::{self, AllTokens};

/// The verbs of `token`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Lists the YubiKeys and the tokens of PKCS#11 modules. Spends no PIN try.
    #[command(
        after_help = "Examples:\n  rootstage token list\n  rootstage token list --module /usr/lib/softhsm/libsofthsm2.so"
    )]
    List(list::List),
    /// Shows one token, and a key on it. Spends no PIN try.
    #[command(
        after_help = "Examples:\n  rootstage token show yubikey:18158855\n  rootstage token show 'pkcs11:token=root-1?module-path=/usr/lib/softhsm/libsofthsm2.so' --key root-1"
    )]
    Show(Show),
    /// Asks a token to show that its key was made inside it, and judges what it shows. Spends no PIN try.
    #[command(after_help = "Example:\n  rootstage token attest yubikey:18158855 -o attestations")]
    Attest(attest::Attest),
}

/// Arguments of `token show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Name of the token: `yubikey:SERIAL[/SLOT]`, a `pkcs11:` URI or `file:PATH`.
    token: String,
    /// Label of a key on it; of a YubiKey the key in the slot is shown.
    #[arg(long)]
    key: Option<String>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Verb {
    /// The list of what is at the usual places.
    pub fn everything() -> Self {
        Self::List(list::List::default())
    }

    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
            Self::Attest(attest) => attest.run(),
        }
    }
}

impl Show {
    fn run(&self) -> Result<(), Failure> {
        let name = checked(&self.token)?;
        // A software key that is not there yet introduces itself all the same, as it may be made.
        if let Some(path) = self.token.strip_prefix("file:")
            && !std::path::Path::new(path).is_file()
        {
            return Err(Failure::surroundings(format!(
                "{path}: there is no key file. Nothing was changed. Check the path."
            )));
        }
        let mut tokens = AllTokens::new(token::software::WORK_FACTOR);
        let identity = tokens.identify(&name).map_err(|fault| words_of(&fault))?;
        let slot = (name.kind() == Some(TokenKind::YubiKey)).then(|| label(&name, None));
        let wanted = match slot {
            Some(slot) => Some(slot?),
            None => self.key.clone(),
        };
        let key = match &wanted {
            None => None,
            Some(label) => Some(
                tokens
                    .find_key(&name, label, None)
                    .map_err(|fault| words_of(&fault))?,
            ),
        };
        if self.json {
            print_json(&json!({ "token": identity, "key": key.flatten() }));
            return Ok(());
        }
        let mut text = text::token(&identity);
        match key {
            None => {}
            Some(None) if name.kind() == Some(TokenKind::YubiKey) => {
                text.push_str("  key         none in this slot\n");
            }
            Some(None) => text.push_str("  key         not found without logging in\n"),
            Some(Some(key)) => {
                text.push_str(&text::key(&key));
                text.push_str(&key.public_pem);
            }
        }
        print(&text);
        Ok(())
    }
}

/// A token's name that can be understood.
fn checked(name: &str) -> Result<TokenName, Failure> {
    let name = TokenName(name.to_owned());
    crate::ceremony::token_name::check_name(&name)
        .map_err(|problem| Failure::call(format!("{problem}. No token was asked.")))?;
    Ok(name)
}

/// The label of the key that is meant: a slot is one.
fn label(name: &TokenName, given: Option<&str>) -> Result<String, Failure> {
    if let (Ok(ParsedName::YubiKey(parsed)), None) = (parse(name), given) {
        return Ok(parsed.slot.to_string());
    }
    given
        .map(str::to_owned)
        .or_else(|| token::label_of(name))
        .ok_or_else(|| {
            Failure::call(format!(
                "{name} does not say which key on it is meant: give --key. No token was asked."
            ))
        })
}

fn words_of(fault: &Fault) -> Failure {
    let words = report::fault(fault);
    Failure::surroundings(format!(
        "{} {} {}",
        words.happened, words.unchanged, words.next
    ))
}
