//! Ceremonies over roots that exist, played in memory by the real engine up to a question: keys,
//! times and heads are the same every time.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature as EcdsaSignature, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use rootstage::answers::as_asked;
use rootstage::ceremony::command::{Command, ExceptionForm};
use rootstage::ceremony::decide::decide;
use rootstage::ceremony::effect::{Effect, FileDigest, InputFile, Outcome};
use rootstage::ceremony::event::Opening;
use rootstage::ceremony::evolve::evolve;
use rootstage::ceremony::judge::Judge;
use rootstage::ceremony::plan::Plan;
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::script::Script;
use rootstage::ceremony::state::{HeldKey, Placed, State};
use rootstage::ceremony::token::{
    Algorithm, Fault, KeyAttributes, PinState, TokenIdentity, TokenKey, TokenKind, TokenName,
};
use rootstage::digest::Sha256;
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::root::{
    KeyEntry, ListedKey, Role, RoleKeys, RoleSpec, RootSpec, Signature, Signed, payload,
};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::samples::clock;

/// The key pair of this name.
fn pair(name: &str) -> SigningKey {
    SigningKey::from_slice(&Sha256::of(name.as_bytes()).0).unwrap()
}

fn public(name: &str) -> PublicKey {
    let der = pair(name).verifying_key().to_public_key_der().unwrap();
    PublicKey::from_spki_der(der.as_bytes()).unwrap()
}

fn sign(name: &str, message: &[u8]) -> Vec<u8> {
    let signature: EcdsaSignature = pair(name).sign(message);
    signature.to_der().as_bytes().to_vec()
}

/// A key in hand, enrolled.
pub fn held(name: &str) -> HeldKey {
    let key = public(name);
    HeldKey {
        token: TokenIdentity {
            kind: TokenKind::Pkcs11,
            serial: format!("00{name}"),
            label: name.to_owned(),
            manufacturer: "Maker".to_owned(),
            model: "Model".to_owned(),
            firmware: "5.7".to_owned(),
            pin: PinState::default(),
        },
        public_pem: key.spki_pem(),
        generated: None,
        possession: None,
        enrolled: Some((key.key_id(), key.fingerprint())),
    }
}

/// A first root's own keys.
pub fn judge(names: &[&str], threshold: u32) -> Judge {
    let keys = names.iter().map(|name| {
        let key = public(name);
        let listed = ListedKey {
            computed: key.key_id(),
            raw: key.to_tuf(),
            public: Ok(key.clone()),
        };
        (key.key_id(), listed)
    });
    Judge {
        name: "root 1".to_owned(),
        keys: keys.collect(),
        role: RoleKeys {
            keyids: names.iter().map(|name| public(name).key_id()).collect(),
            threshold,
        },
    }
}

/// A root by these keys, signed by some of them.
fn root(
    version: u64,
    holders: &[&str],
    threshold: u32,
    expires: OffsetDateTime,
    by: &[&str],
) -> String {
    let role = |names: &[&str], threshold: u32| RoleSpec {
        keys: names
            .iter()
            .map(|name| KeyEntry {
                key: public(name),
                note: String::new(),
            })
            .collect(),
        threshold,
    };
    let spec = RootSpec {
        version,
        expires,
        consistent_snapshot: true,
        roles: BTreeMap::from([
            (Role::Root, role(holders, threshold)),
            (Role::Targets, role(&["targets"], 1)),
            (Role::Snapshot, role(&["snapshot"], 1)),
            (Role::Timestamp, role(&["timestamp"], 1)),
        ]),
    };
    let signed = spec.build().unwrap();
    let (bytes, _) = payload(&signed).unwrap();
    let signatures = by
        .iter()
        .map(|name| Signature::new(public(name).key_id(), &sign(name, &bytes)));
    let signatures = signatures.collect();
    let file = Signed { signed, signatures }.to_file();
    String::from_utf8(file).unwrap()
}

/// The root that clients trust: Ada, Ben, Chidi and Eve, of whom two sign.
fn trusted() -> String {
    let holders = ["ada.old", "ben", "chidi", "eve"];
    root(
        1,
        &holders,
        2,
        datetime!(2027-02-01 12:00 UTC),
        &["ada.old", "ben"],
    )
}

const SCRIPT: &str = include_str!("played.toml");

fn script(signing: &str) -> String {
    SCRIPT.replace("# HERE\n", signing)
}

/// The root is made here.
const MADE: &str = r#"
[[act.step]]
id = "new"
kind = "present-token"
title = "New token presented"
by = ["holder", "witness"]
each = "new-key"
minutes = 1
say = "{holder}, please connect your new token."

[[act.step]]
id = "generate"
kind = "generate-key"
title = "Key generated"
by = ["holder", "witness"]
each = "new-key"
minutes = 1
say = "{holder}, the token now makes a key."

[[act.step]]
id = "show"
kind = "show-key"
title = "Public key compared"
by = ["holder", "witness"]
each = "new-key"
minutes = 1
say = "Compare the key with the paper."

[[act.step]]
id = "prove"
kind = "prove-possession"
title = "Possession proved"
by = ["holder", "witness"]
each = "new-key"
minutes = 1
say = "The token shows that it can sign."

[[act.step]]
id = "assemble"
kind = "assemble-root"
title = "Root assembled"
by = []
minutes = 1
say = "The new root follows from the plan."
"#;

/// The root comes from outside.
const STAGED: &str = r#"
[[act.step]]
id = "import"
kind = "import-staged"
title = "Staged root imported"
by = ["administrator", "witness"]
minutes = 1
say = """
The administrator connects the stick with the staged root. Nothing of it is trusted before its \
digest was compared with the paper that came with it."""
"#;

const PEOPLE: &str = r#"
[plan]
title = "Second root of Example Corp"
script = "rotation-rehearsal"
mode = "rehearsal"
location = "Vault 2"

[trusted]
path = "in/1.root.json"

[[participant]]
id = "dora"
name = "Dora Dean"
initials = "DD"
duty = "administrator"

[[participant]]
id = "wim"
name = "Wim Winter"
initials = "WW"
duty = "witness"

[quorum]
keyholder = 1

[policy]
expiry_min_days = 30
expiry_max_days = 400
no_spare_acknowledged = false
allow_p384 = false
required_checks = []
clock_tolerance_minutes = 2

[output]
directories = []
"#;

fn keyholder(id: &str, name: &str, initials: &str, existing: bool) -> String {
    let keyid = if existing {
        format!("keyid = \"{}\"\n", public(id).key_id().hex())
    } else {
        String::new()
    };
    format!(
        "\n[[participant]]\nid = \"{id}\"\nname = \"{name}\"\ninitials = \"{initials}\"\nduty = \"keyholder\"\n\
         token = \"pkcs11:token={id};serial=00{id}?module-path=/m.so\"\nkey_label = \"root-{id}\"\n{keyid}"
    )
}

/// Ada changes her token, Ben stays, Chidi's is lost, Fay joins, Eve stays and is not here.
fn rotation() -> String {
    let id = |name: &str| public(name).key_id().hex();
    let mut plan = PEOPLE.to_owned();
    plan += &keyholder("ada", "Ada Adams", "AA", false);
    plan += &format!(
        "[participant.old]\ntoken = \"pkcs11:token=ada-old;serial=00ada.old?module-path=/m.so\"\nkey_label = \"root\"\nkeyid = \"{}\"\n",
        id("ada.old")
    );
    plan += &keyholder("ben", "Ben Brown", "BB", true);
    plan += &keyholder("fay", "Fay Fox", "FF", false);
    plan += &format!(
        "\n[root]\nversion = 2\nthreshold = 3\nexpires = \"2027-11-23T00:00:00Z\"\nconsistent_snapshot = true\n\
         keep = [{{ keyid = \"{}\", name = \"Eve Early\" }}]\n\
         remove = [{{ keyid = \"{}\", name = \"Chidi Clark\", reason = \"lost\" }}]\n",
        id("eve"),
        id("chidi")
    );
    plan
}

/// A root from another site, which Ben and Eve have signed: its threshold is one.
fn staged_root() -> String {
    let holders = ["ben", "chidi", "eve"];
    root(
        2,
        &holders,
        1,
        datetime!(2030-11-23 0:00 UTC),
        &["eve", "ben"],
    )
}

fn staged(more: &str) -> String {
    let mut plan = PEOPLE.to_owned();
    plan += &keyholder("ben", "Ben Brown", "BB", true);
    plan += &keyholder("chidi", "Chidi Clark", "CC", true);
    plan + "\n[staged]\npath = \"in/root.json\"\nrole = \"root\"\n" + more
}

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
                pin: PinState {
                    min_len: 6,
                    max_len: 8,
                    ..PinState::default()
                },
            }),
            Effect::FindKey { .. } => Outcome::Found(None),
            Effect::Generate { token, label, .. } => Outcome::Generated(TokenKey {
                algorithm: Algorithm::EcdsaP256,
                label: label.clone(),
                public_pem: public(&key(token)).spki_pem(),
                attributes: KeyAttributes::default(),
            }),
            Effect::Sign { token, message, .. } => match self.fault.take() {
                Some(fault) => Outcome::Fault(fault),
                None => {
                    let message = self.state.message(message).unwrap();
                    Outcome::Signature(sign(&key(token), &message))
                }
            },
            Effect::ReadFiles { paths, .. } => Outcome::Files(
                paths
                    .iter()
                    .map(|path| InputFile {
                        path: path.clone(),
                        sha256: Sha256::of(self.files[path.as_str()].as_bytes()),
                        text: self.files[path.as_str()].clone(),
                    })
                    .collect(),
            ),
            Effect::Archive { file } => Outcome::Written(vec![file.clone()]),
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
        "many-keys" => {
            let mut plan = PEOPLE.to_owned();
            for (number, letter) in ('A'..='M').enumerate() {
                plan += &keyholder(
                    &format!("holder-{number}"),
                    &format!("{letter}lex {letter}. Keyholder"),
                    &format!("{letter}K"),
                    false,
                );
            }
            for name in ["ada.old", "ben"] {
                let who = if name == "ben" {
                    "Ben Brown"
                } else {
                    "Ada Adams"
                };
                let both = keyholder(name, who, if name == "ben" { "BB" } else { "AA" }, true);
                plan += &(both.replace("id = \"ada.old\"\nname", "id = \"ada\"\nname")
                    + "leaves = true\n");
            }
            let id = |name: &str| public(name).key_id().hex();
            plan += &format!(
                "\n[root]\nversion = 2\nthreshold = 7\nexpires = \"2027-11-23T00:00:00Z\"\nconsistent_snapshot = true\n\
                 remove = [{{ keyid = \"{}\", name = \"Chidi Clark\", reason = \"retired\" }}, {{ keyid = \"{}\", name = \"Eve Early\", reason = \"retired\" }}]\n",
                id("chidi"),
                id("eve")
            );
            Played::new(&plan, MADE)
                .until("sign.holder-6", "consent", &[])
                .stands()
        }
        _ => return None,
    })
}
