//! Ceremonies over roots that exist, played in memory by the real engine up to a question: keys,
//! times and heads are the same every time.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use rootstage::answers::as_asked;
use rootstage::ceremony::command::{Command, ExceptionForm};
use rootstage::ceremony::decide::decide;
use rootstage::ceremony::effect::{Effect, FileDigest, InputFile, Outcome};
use rootstage::ceremony::event::Opening;
use rootstage::ceremony::evolve::evolve;
use rootstage::ceremony::plan::Plan;
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::script::Script;
use rootstage::ceremony::state::{Placed, State};
use rootstage::ceremony::token::{
    Algorithm, Fault, KeyAttributes, PinState, TokenIdentity, TokenKey, TokenKind, TokenName,
};
use rootstage::digest::Sha256;

use crate::plans::{
    MADE, STAGED, many_keys, public, rotation, script, sign, staged, staged_root, trusted,
};
use crate::samples::clock;

/// A ceremony in memory.
struct Played {
    state: State,
    files: BTreeMap<&'static str, String>,
    /// What the next signature fails with.
    fault: Option<Fault>,
}

impl Played {
    fn new(plan: &str, signing: &str) -> Self {
        let script = script(signing);
        let procedure = Procedure::new(
            Script::parse(script.as_bytes()).unwrap_or_else(|p| panic!("{}", p.in_file("script"))),
            Plan::parse(plan.as_bytes()).unwrap_or_else(|p| panic!("{}", p.in_file("plan"))),
        );
        let opening = Opening {
            ceremony: "0".repeat(32),
            mode: procedure.plan.mode,
            script: procedure.script.digest,
            plan: procedure.plan.digest,
            program: "rootstage 0".to_owned(),
            rules: 1,
            released: "2026-11-23".to_owned(),
            plan_directory: "/".to_owned(),
        };
        let mut played = Self {
            state: State::new(Arc::new(procedure)),
            files: BTreeMap::from([
                ("in/1.root.json", trusted()),
                ("in/root.json", staged_root()),
            ]),
            fault: None,
        };
        played.command(Command::Open(opening));
        played
    }

    fn command(&mut self, command: Command) {
        let decision = decide(&self.state, command);
        let decision = decision.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        for (_, event) in decision.events {
            let seq = self.state.records;
            let placed = Placed {
                seq,
                at: "2026-11-23T14:20:00.000Z".to_owned(),
                node: Sha256::of(&seq.to_be_bytes()),
                event,
            };
            evolve(&mut self.state, &placed);
        }
        if let Some(effect) = decision.effect {
            let outcome = self.perform(&effect);
            self.command(Command::Observe(outcome));
        }
    }

    fn perform(&mut self, effect: &Effect) -> Outcome {
        let key = |token: &TokenName| {
            let serial = token.0.split("serial=00").nth(1).unwrap();
            let serial = serial.split('?').next().unwrap();
            serial.to_owned()
        };
        match effect {
            Effect::Identify { token } => Outcome::Identified(TokenIdentity {
                kind: TokenKind::Pkcs11,
                serial: format!("00{}", key(token)),
                label: key(token),
                manufacturer: "Maker".to_owned(),
                model: "Model".to_owned(),
                firmware: "5.7".to_owned(),
                piv: None,
                beside: Vec::new(),
                pin: PinState {
                    min_len: 6,
                    max_len: 8,
                    ..PinState::default()
                },
            }),
            Effect::FindKey { .. } => Outcome::Found(None),
            Effect::Generate { token, label, .. } => Outcome::Generated(TokenKey {
                piv: None,
                algorithm: Algorithm::EcdsaP256,
                label: label.clone(),
                public_pem: public(&key(token)).spki_pem(),
                attributes: KeyAttributes::default(),
            }),
            Effect::Sign { token, message, .. } => {
                if let Some(fault) = self.fault.take() {
                    return Outcome::Fault(fault);
                }
                let message = self.state.message(message).unwrap();
                Outcome::Signature(sign(&key(token), &message))
            }
            Effect::ReadFiles { paths, .. } => Outcome::Files(
                paths
                    .iter()
                    .map(|path| InputFile {
                        path: path.clone(),
                        sha256: Sha256::of(self.files[path.as_str()].as_bytes()),
                        text: self.files[path.as_str()].clone(),
                        envelope: None,
                    })
                    .collect(),
            ),
            Effect::Provision { .. }
            | Effect::Attest { .. }
            | Effect::ListMedia
            | Effect::AttachLog
            | Effect::Export { .. } => {
                unreachable!("the tokens of these pictures come provisioned")
            }
            Effect::Archive { file } | Effect::WriteSeal { file } => {
                Outcome::Written(vec![file.clone()])
            }
            Effect::WriteMetadata { files, .. } => {
                let there = |file: &FileDigest| FileDigest {
                    name: format!("/ceremony/metadata/{}", file.name),
                    ..file.clone()
                };
                Outcome::Written(files.iter().map(there).collect())
            }
            Effect::CheckEnvironment => Outcome::Environment(vec![]),
            Effect::ReadClock => Outcome::Clock("2026-11-23T14:20:00.000Z".to_owned()),
        }
    }

    /// Answers every question up to this one; steps in `skipped` are left out by two people.
    fn until(&mut self, step: &str, ask: &str, skipped: &[&str]) -> &mut Self {
        while self.state.ending.is_none() {
            let Some(asking) = self.state.asking.clone() else {
                self.command(Command::Continue);
                continue;
            };
            let here = self.state.step().unwrap().id.clone();
            if here == step && (asking.name == ask || ask.is_empty()) {
                return self;
            }
            if skipped.contains(&here.as_str()) {
                self.command(Command::Skip(ExceptionForm {
                    expected: "a signature".to_owned(),
                    happened: "the token is dead".to_owned(),
                    decided: "to go on without it".to_owned(),
                    initials: vec!["DD".to_owned(), "WW".to_owned()],
                }));
                continue;
            }
            let answer = as_asked(&asking, &self.state.procedure.plan, clock());
            self.command(Command::Answer(answer));
        }
        let steps = self.state.procedure.steps.iter();
        let steps: Vec<&str> = steps.map(|step| step.id.as_str()).collect();
        panic!("{step} {ask} never came: {steps:?}");
    }

    fn stands(&mut self) -> State {
        self.state.clone()
    }
}

/// Names of the played states.
pub const NAMES: [&str; 19] = [
    "trusted-root",
    "wrong-file",
    "held-token",
    "key-differs",
    "findings",
    "changes",
    "sign-old",
    "sign-both",
    "missing",
    "staged",
    "stop-finding",
    "stop-accepted",
    "already-signed",
    "still-missing",
    "other-file",
    "withdrawn",
    "verified",
    "closed-two-sides",
    "many-keys",
];

/// A played state by its name. Each is played once.
pub fn state(name: &str) -> Option<State> {
    static STATES: LazyLock<Mutex<BTreeMap<String, State>>> = LazyLock::new(Mutex::default);
    let mut states = STATES.lock().unwrap();
    if let Some(state) = states.get(name) {
        return Some(state.clone());
    }
    let state = play(name)?;
    states.insert(name.to_owned(), state.clone());
    Some(state)
}

fn play(name: &str) -> Option<State> {
    let made = || Played::new(&rotation(), MADE);
    let from_outside = || Played::new(&staged(""), STAGED);
    Some(match name {
        "trusted-root" => made().until("trusted", "compared", &[]).stands(),
        "wrong-file" => {
            let mut played = made();
            let text = trusted().replace("2027-02-01", "2028-02-01");
            played.files.insert("in/1.root.json", text);
            played.until("trusted", "", &[]).stands()
        }
        "held-token" => made().until("held.ben", "identified", &[]).stands(),
        "key-differs" => {
            let mut played = made();
            played.until("sign.ben", "consent", &[]);
            played.fault = Some(Fault::KeyDiffers {
                token: TokenName("pkcs11:token=ben;serial=00ben".to_owned()),
                label: "root-ben".to_owned(),
            });
            played.until("sign.ben", "again", &[]).stands()
        }
        "findings" => made().until("findings", "seen", &[]).stands(),
        "changes" => made().until("review.ben", "review", &[]).stands(),
        "sign-old" => made().until("sign.ada.old", "consent", &[]).stands(),
        "sign-both" => made().until("sign.ben", "consent", &[]).stands(),
        "verified" => made().until("verify", "verified", &[]).stands(),
        "missing" => {
            let mut played = made();
            played.until("sign.fay", "consent", &[]);
            // two people may not skip it; only its signature being lost leads here
            played.state.signatures.clear();
            played.state.position = played.state.procedure.steps.len() - 4;
            played.state.asking = None;
            played.until("verify", "", &[]).stands()
        }
        "staged" => from_outside().until("import", "imported", &[]).stands(),
        "stop-finding" => from_outside().until("findings", "", &[]).stands(),
        "stop-accepted" => from_outside().until("findings", "seen", &[]).stands(),
        "already-signed" => from_outside().until("sign.ben", "already", &[]).stands(),
        "still-missing" => {
            let plan = rotation().replace("[policy]\n", "[policy]\nsigning_continues = true\n");
            let mut played = Played::new(&plan, MADE);
            let skipped = ["sign.ben", "sign.fay"];
            played.until("verify", "", &skipped).stands()
        }
        "other-file" => {
            let mut played = Played::new(&staged("also = [\"in/1.root.json\"]\n"), STAGED);
            played.until("import", "", &[]).stands()
        }
        "withdrawn" => {
            let mut played = from_outside();
            played.until("sign.chidi", "consent", &[]);
            played.command(Command::Withdraw {
                initials: vec!["DD".to_owned(), "WW".to_owned()],
                reason: "not the root that was agreed on".to_owned(),
            });
            played.until("import", "imported", &[]).stands()
        }
        "closed-two-sides" => {
            let mut played = made();
            while played.state.ending.is_none() {
                match played.state.asking.clone() {
                    Some(ask) => {
                        let answer = as_asked(&ask, &played.state.procedure.plan, clock());
                        played.command(Command::Answer(answer));
                    }
                    None => played.command(Command::Continue),
                }
            }
            played.stands()
        }
        "many-keys" => Played::new(&many_keys(), MADE)
            .until("sign.holder-6", "consent", &[])
            .stands(),
        _ => return None,
    })
}
