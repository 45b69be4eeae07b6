//! `token`: what is plugged in.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, notice, print, print_json};
use crate::ceremony::token::{TokenIdentity, TokenName};
use crate::ports::Tokens;
use crate::report;
use crate::safe::safe;
use crate::token::{self, AllTokens};

/// The verbs of `token`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Lists the tokens of PKCS#11 modules. Spends no PIN try.
    #[command(
        after_help = "Example:\n  rootstage token list --module /usr/lib/softhsm/libsofthsm2.so"
    )]
    List(List),
    /// Shows one token, and a key on it. Spends no PIN try.
    #[command(
        after_help = "Example:\n  rootstage token show 'pkcs11:token=root-1?module-path=/usr/lib/softhsm/libsofthsm2.so' --key root-1"
    )]
    Show(Show),
}

/// Arguments of `token list`.
#[derive(Debug, Args)]
pub struct List {
    /// A PKCS#11 module; where none is given, those at the usual places.
    #[arg(long, value_name = "FILE")]
    module: Vec<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Arguments of `token show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Name of the token: a `pkcs11:` URI or `file:PATH`.
    token: String,
    /// Label of a key on it.
    #[arg(long)]
    key: Option<String>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Verb {
    /// The list of what is at the usual places.
    pub fn everything() -> Self {
        Self::List(List {
            module: Vec::new(),
            json: false,
        })
    }

    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
        }
    }
}

impl List {
    fn run(&self) -> Result<(), Failure> {
        let modules = if self.module.is_empty() {
            token::usual_modules()
        } else {
            self.module.clone()
        };
        if modules.is_empty() && !self.json {
            notice("no PKCS#11 module at the usual places; name one with --module");
        }
        let mut failed = false;
        let mut documents = Vec::new();
        let mut text = String::new();
        for (module, found) in token::list(&modules) {
            match found {
                Ok(tokens) => {
                    for identity in tokens {
                        text.push_str(&paragraph(&identity));
                        documents.push(json!({ "module": module, "token": identity }));
                    }
                }
                Err(fault) => {
                    failed = true;
                    let words = report::fault(&fault);
                    notice(&format!("{} {}", words.happened, words.next));
                }
            }
        }
        if self.json {
            print_json(&json!({ "tokens": documents }));
        } else if text.is_empty() {
            notice("no token found");
        } else {
            print(&text);
        }
        if failed {
            Err(Failure::surroundings(""))
        } else {
            Ok(())
        }
    }
}

impl Show {
    fn run(&self) -> Result<(), Failure> {
        let name = TokenName(self.token.clone());
        crate::ceremony::token_name::check_name(&name)
            .map_err(|problem| Failure::call(format!("{problem}. No token was asked.")))?;
        // A software key that is not there yet introduces itself all the same, as it may be made.
        if let Some(path) = self.token.strip_prefix("file:")
            && !std::path::Path::new(path).is_file()
        {
            return Err(Failure::surroundings(format!(
                "{path}: there is no key file. Nothing was changed. Check the path."
            )));
        }
        let mut tokens = AllTokens::new(token::software::WORK_FACTOR);
        let fault = |fault| {
            let words = report::fault(&fault);
            Failure::surroundings(format!(
                "{} {} {}",
                words.happened, words.unchanged, words.next
            ))
        };
        let identity = tokens.identify(&name).map_err(fault)?;
        let key = match &self.key {
            None => None,
            Some(label) => Some(tokens.find_key(&name, label, None).map_err(fault)?),
        };
        if self.json {
            print_json(&json!({ "token": identity, "key": key.flatten() }));
            return Ok(());
        }
        let mut text = paragraph(&identity);
        match key {
            None => {}
            Some(None) => text.push_str("  key         not found without logging in\n"),
            Some(Some(key)) => drop(write!(
                text,
                "  key         {} ({})\n{}",
                safe(&key.label),
                key.algorithm.name(),
                key.public_pem
            )),
        }
        print(&text);
        Ok(())
    }
}

fn paragraph(identity: &TokenIdentity) -> String {
    let pin = report::pin_words(&identity.pin);
    format!(
        "{}\n  serial      {}\n  made by     {} {}\n  firmware    {}\n  PIN         {}\n",
        safe(&identity.label),
        safe(&identity.serial),
        safe(&identity.manufacturer),
        safe(&identity.model),
        safe(&identity.firmware),
        if pin.is_empty() {
            "no wrong try on record"
        } else {
            &pin
        }
    )
}
