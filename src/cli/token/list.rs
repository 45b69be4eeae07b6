//! `token list`: everything that is plugged in.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::text;
use crate::ceremony::token::{Fault, TokenIdentity, TokenName};
use crate::cli::{Failure, notice, print, print_json};
use crate::ports::Tokens as _;
use crate::report;
use crate::safe::safe;
use crate::token::yubikey::{self, YubiKeys};
use crate::token::{self};

/// Arguments of `token list`.
#[derive(Debug, Default, Args)]
pub struct List {
    /// Lists the tokens of this PKCS#11 module and nothing else; where none is given, the YubiKeys
    /// and the tokens of the modules at the usual places.
    #[arg(long, value_name = "FILE")]
    module: Vec<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Default)]
struct Found {
    text: String,
    documents: Vec<Value>,
    remarks: Vec<String>,
}

impl List {
    pub fn run(&self) -> Result<(), Failure> {
        let mut found = Found::default();
        let mut failed = false;
        if self.module.is_empty() {
            // first the modules: one for smart cards must have let go of a card before it is opened
            let modules = token::usual_modules();
            if modules.is_empty() {
                found.remark(
                    "no PKCS#11 module at the usual places; name one with --module".to_owned(),
                );
            }
            found.modules(&modules);
            let mut cards = Found::default();
            cards.yubikeys(yubikey::list());
            // shown first: a module for smart cards shows the same devices once more, and says less
            found = cards.followed_by(found);
        } else {
            failed = found.modules(&self.module);
        }
        for remark in &found.remarks {
            notice(remark);
        }
        if self.json {
            print_json(&json!({ "tokens": found.documents, "remarks": found.remarks }));
        } else if found.text.is_empty() {
            notice("no token found");
        } else {
            print(&found.text);
        }
        if failed {
            Err(Failure::surroundings(""))
        } else {
            Ok(())
        }
    }
}

impl Found {
    fn followed_by(mut self, other: Self) -> Self {
        self.text += &other.text;
        self.documents.extend(other.documents);
        self.remarks.extend(other.remarks);
        self
    }

    fn remark(&mut self, words: String) {
        self.remarks.push(words);
    }

    fn fault(&mut self, fault: &Fault) {
        let words = report::fault(fault);
        self.remark(format!("{} {}", words.happened, words.next));
    }

    /// Whether one of them could not be asked. That decides only of modules that somebody named: one
    /// that lies at a usual place may have no device to serve.
    fn modules(&mut self, modules: &[PathBuf]) -> bool {
        let mut failed = false;
        for (module, found) in token::list(modules) {
            match found {
                Ok(tokens) => {
                    for identity in tokens {
                        self.text.push_str(&text::token(&identity));
                        self.documents
                            .push(json!({ "module": module, "token": identity }));
                    }
                }
                Err(fault) => {
                    failed = true;
                    self.fault(&fault);
                }
            }
        }
        failed
    }

    fn yubikeys(&mut self, present: Result<Vec<yubikey::Present>, Fault>) {
        match present {
            Ok(present) => {
                for one in present {
                    match one.identity {
                        Ok(identity) => self.yubikey(&one.reader, &identity),
                        Err(fault) => self.fault(&fault),
                    }
                }
            }
            Err(fault) => self.fault(&fault),
        }
    }

    fn yubikey(&mut self, reader: &str, identity: &TokenIdentity) {
        self.text.push_str(&text::token(identity));
        let slots = identity.piv.iter().flat_map(|piv| &piv.in_use);
        let mut keys = Vec::new();
        for slot in slots {
            let name = TokenName(format!("{}/{slot}", text::name(identity)));
            match YubiKeys.find_key(&name, &slot.to_string(), None) {
                Ok(key) => {
                    if let Some(key) = &key {
                        self.text.push_str(&text::key(key));
                    }
                    keys.push(json!({ "slot": slot, "key": key }));
                }
                Err(fault) => {
                    let words = report::fault(&fault).happened;
                    let _ = writeln!(self.text, "  key in {slot}   {}", safe(&words));
                    keys.push(json!({ "slot": slot, "fault": fault }));
                }
            }
        }
        self.documents.push(json!({
            "reader": reader,
            "name": text::name(identity),
            "token": identity,
            "keys": keys,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_asked_is_a_remark() {
        let mut found = Found::default();
        found.yubikeys(Err(Fault::ReaderService {
            reason: "the service does not answer".to_owned(),
        }));
        found.yubikeys(Ok(vec![yubikey::Present {
            reader: "a reader".to_owned(),
            identity: Err(Fault::TokenBusy {
                token: TokenName("yubikey:1".to_owned()),
                programs: vec![],
            }),
        }]));
        assert!(found.text.is_empty() && found.documents.is_empty());
        assert!(found.remarks[0].contains("pcscd"), "{:?}", found.remarks);
        assert!(found.remarks[1].starts_with("TOKEN IS BUSY"));
        assert!(found.modules(&[PathBuf::from("/absent.so")]));
        assert_eq!(found.remarks.len(), 3);
    }
}
