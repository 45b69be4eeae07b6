//! Sample ceremonies and asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rootstage::ceremony::ask::{Ask, Choice, Document, Form, Seat, SecretForm, SecretKind};
use rootstage::ceremony::check::{Check, Verdict};
use rootstage::ceremony::plan::{
    Duty, KeyIds, KeyName, KeyPlan, Mode, Participant, ParticipantId, Place, Plan, PlanPolicy,
    RootPlan,
};
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::script::{Act, Answerer, Each, Script, Step};
use rootstage::ceremony::state::{Payload, Standing, State};
use rootstage::ceremony::token::{Algorithm, PinState, TokenName};
use rootstage::digest::Sha256;
use rootstage::secret::Secret;
use rootstage::tui::model::Model;
use rootstage::tui::{Colour, GlyphSet, Settings, view};
use time::OffsetDateTime;
use time::macros::datetime;

pub fn clock() -> OffsetDateTime {
    datetime!(2026-11-23 14:32:10 UTC)
}

pub fn strength(secret: &Secret) -> (u32, &'static str) {
    let bits = u32::try_from(secret.chars()).unwrap() * 5;
    (bits, if bits < 60 { "weak" } else { "strong" })
}

pub fn settings(glyphs: GlyphSet, colour: Colour) -> Settings {
    Settings {
        glyphs,
        colour,
        clock,
        strength,
        resume: "rootstage resume /media/log/first-root".to_owned(),
        audit: "rootstage audit /media/log/first-root --expect-head HEX".to_owned(),
    }
}

fn person(id: &str, name: &str, initials: &str, duty: Duty) -> Participant {
    Participant {
        id: ParticipantId(id.to_owned()),
        name: name.to_owned(),
        initials: initials.to_owned(),
        duty,
        keys: (duty == Duty::Keyholder)
            .then(|| key(id, Place::Joins))
            .into_iter()
            .collect(),
    }
}

pub fn key(name: &str, place: Place) -> KeyPlan {
    KeyPlan {
        name: KeyName(name.to_owned()),
        place,
        token: TokenName(format!("pkcs11:token={name};serial=00{}", name.len())),
        serial: None,
        algorithm: Algorithm::EcdsaP256,
        label: format!("root-{name}"),
    }
}

fn step(id: &str, title: &str, by: &[Answerer], each: Each) -> Step {
    Step {
        id: id.to_owned(),
        kind: id.to_owned(),
        title: title.to_owned(),
        by: by.to_vec(),
        minutes: 5,
        say: String::new(),
        each,
        line: 1,
    }
}

#[expect(clippy::too_many_lines, reason = "a whole script")]
pub fn procedure(mode: Mode) -> Procedure {
    let admin = Answerer::Duty(Duty::Administrator);
    let witness = Answerer::Duty(Duty::Witness);
    let act = |id: &str, title: &str, steps: Vec<Step>| Act {
        id: id.to_owned(),
        title: title.to_owned(),
        steps,
    };
    let script = Script {
        digest: Sha256::of(b"script"),
        name: "first-root".to_owned(),
        title: "First root".to_owned(),
        about: String::new(),
        mode,
        changes: None,
        acts: vec![
            act(
                "opening",
                "Opening",
                vec![
                    step("welcome", "Welcome and roll call", &[admin], Each::Once),
                    step(
                        "plan",
                        "Plan digest read aloud",
                        &[admin, witness],
                        Each::Once,
                    ),
                    step("environment", "Environment checks", &[admin], Each::Once),
                    step(
                        "clock",
                        "Clock compared with a watch",
                        &[admin, witness],
                        Each::Once,
                    ),
                ],
            ),
            act(
                "keys",
                "Keys",
                vec![
                    step(
                        "identify",
                        "present the token",
                        &[Answerer::Holder],
                        Each::Keyholder,
                    ),
                    step(
                        "generate",
                        "generate the key",
                        &[Answerer::Holder, witness],
                        Each::Keyholder,
                    ),
                    step(
                        "prove",
                        "prove possession",
                        &[Answerer::Holder],
                        Each::Keyholder,
                    ),
                ],
            ),
            act(
                "root",
                "Root",
                vec![
                    step(
                        "assemble",
                        "Root assembled from the plan",
                        &[admin],
                        Each::Once,
                    ),
                    step(
                        "review",
                        "review the content",
                        &[Answerer::Holder, witness],
                        Each::Keyholder,
                    ),
                    step(
                        "sign",
                        "sign the root",
                        &[Answerer::Holder],
                        Each::Keyholder,
                    ),
                ],
            ),
            act(
                "closing",
                "Closing",
                vec![
                    step("write", "Written out and read back", &[admin], Each::Once),
                    step(
                        "head",
                        "Transcript head on paper",
                        &[admin, witness],
                        Each::Once,
                    ),
                ],
            ),
        ],
    };
    let plan = Plan {
        digest: Sha256::of(b"plan"),
        title: "First root of Example Corp".to_owned(),
        script: "first-root".to_owned(),
        mode,
        location: "Vault 2".to_owned(),
        participants: vec![
            person("dora", "Dora Dean", "DD", Duty::Administrator),
            person("alice", "Alice Adams", "AA", Duty::Keyholder),
            person("bob", "Bob Brown", "BB", Duty::Keyholder),
            person("carol", "Carol Clark", "CC", Duty::Keyholder),
            person("wim", "Wim Winter", "WW", Duty::Witness),
        ],
        quorum: BTreeMap::new(),
        trusted: None,
        staged: None,
        root: Some(RootPlan {
            version: 1,
            threshold: 2,
            expires: datetime!(2027-11-23 0:00 UTC),
            consistent_snapshot: true,
            roles: BTreeMap::new(),
            keep: vec![],
            remove: vec![],
            key_ids: KeyIds::Keep,
        }),
        policy: PlanPolicy {
            expiry_min_days: 30,
            expiry_max_days: 400,
            allow_p384: false,
            no_spare_acknowledged: false,
            required_checks: vec![],
            clock_tolerance_minutes: 2,
            signing_continues: false,
        },
        output: vec![],
    };
    Procedure::new(script, plan)
}

pub fn state(mode: Mode, position: usize, asking: Option<Ask>) -> State {
    let mut state = State::new(Arc::new(procedure(mode)));
    state.position = position;
    for (index, standing) in state.standing.iter_mut().enumerate() {
        *standing = match index.cmp(&position) {
            std::cmp::Ordering::Less => Standing::Done,
            std::cmp::Ordering::Equal => Standing::Running,
            std::cmp::Ordering::Greater => Standing::Waiting,
        };
    }
    state.head = Sha256::of(b"head");
    state.records = 42;
    state.present = ["alice", "bob", "carol"]
        .map(|id| ParticipantId(id.to_owned()))
        .into();
    state.checks = vec![Check {
        id: "network.interfaces".to_owned(),
        title: "No interface is up".to_owned(),
        verdict: Verdict::Pass,
        found: String::new(),
        advice: String::new(),
    }];
    if position > 9 {
        let names = ["alice", "bob", "carol"];
        let held = names.map(|name| (KeyName(name.to_owned()), crate::played::held(name)));
        state.keys = held.into();
    }
    if position > 14 {
        state.judges = vec![crate::played::judge(&["alice", "bob", "carol"], 2)].into();
        state.payload = Some(Payload {
            role: "root".to_owned(),
            version: 1,
            file: None,
            given: vec![],
            given_by: BTreeSet::new(),
            signed: serde_json::Value::Null,
            bytes: vec![],
            sha256: Sha256::of(b"payload"),
        });
        state.approved = state.present.clone();
        state
            .signatures
            .insert(KeyName("alice".to_owned()), "00".to_owned());
    }
    state.asking = asking;
    state
}

pub fn seat(role: &str) -> Seat {
    Seat {
        role: role.to_owned(),
        who: vec![],
    }
}

pub fn model(asking: Ask, position: usize, size: (u16, u16), glyphs: GlyphSet) -> Model {
    let state = state(Mode::Rehearsal, position, Some(asking));
    Model::new(settings(glyphs, Colour::Sixteen), state, size)
}

pub fn frame(model: &Model) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, model.size.0, model.size.1));
    view::draw(model, &mut buffer);
    buffer
}

pub fn text(model: &Model) -> String {
    let buffer = frame(model);
    buffer
        .content
        .chunks(usize::from(model.size.0).max(1))
        .map(|row| {
            row.iter()
                .map(ratatui::buffer::Cell::symbol)
                .collect::<String>()
                .trim_end()
                .to_owned()
                + "\n"
        })
        .collect()
}

/// One ask per form, with its name and the position in the procedure at which it stands.
pub fn asks() -> Vec<(&'static str, usize, Ask)> {
    let pin = |kind: SecretKind, pin: PinState| {
        Form::Secret(SecretForm {
            kind,
            token: TokenName("pkcs11:token=bob".to_owned()),
            serial: "0009".to_owned(),
            pin,
        })
    };
    let hardware = PinState {
        count_low: true,
        tries_left: Some(2),
        min_len: 6,
        max_len: 8,
        ..PinState::default()
    };
    vec![
        ("confirm", 0, Ask::new("welcome", "Welcome to the ceremony", Form::Confirm)
            .saying("We are here to make the first root of trust of Example Corp. Three people will each make a key on a token of their own, and two of them will sign.")
            .saying("Phones are outside. Nobody leaves or comes in without a note in the exception log.")
            .fact("Location", "Vault 2")
            .fact("Plan", "first root, version 1, expires 2027-11-23")
            .seated(vec![seat("administrator"), seat("witness")])),
        ("choose", 2, Ask::new("environment", "The environment has one warning", Form::Choose { options: vec![
            Choice { key: "go".to_owned(), meaning: "Go on as it is. The warning goes on record with your initials.".to_owned() },
            Choice { key: "again".to_owned(), meaning: "Something was changed; run the checks again.".to_owned() },
        ] })
            .saying("Swap is on. Secrets that are in memory could reach the disk.")
            .fact("swap", "WARN  /dev/sda3, 2 GiB")
            .seated(vec![seat("administrator")])),
        ("type-back", 5, Ask::new("consent", "Alice Adams: a key is generated on this token", Form::TypeBack { phrase: "GENERATE KEY ON 0011".to_owned() })
            .saying("A key pair is generated on the token with serial number 0011. It cannot be undone: the key stays on the token until the token is reset. That it was begun goes into the transcript before it begins.")
            .fact("Holder", "Alice Adams")
            .fact("Serial number", "0011")
            .fact("Kind of key", "ecdsa-p256")
            .seated(vec![seat("keyholder"), seat("witness")])),
        ("words", 1, Ask::new("read-back", "The plan is the one that was reviewed", Form::Words { positions: vec![3, 17, 30] })
            .saying("The administrator reads the digest of the plan from the screen. The witness compares it with the signed paper and types the words at three places from the paper.")
            .showing("plan.toml", Sha256::of(b"plan"))
            .seated(vec![seat("administrator"), seat("witness")])),
        ("watch-time", 3, Ask::new("watch", "What time is it?", Form::WatchTime { tolerance: 2 })
            .saying("Read UTC from a watch that was set this morning, not from this screen.")
            .seated(vec![seat("administrator"), seat("witness")])),
        ("pin", 18, Ask::new("pin", "Bob Brown: PIN", pin(SecretKind::Pin, hardware))
            .saying("Bob types the PIN of the token. It goes to the token and nowhere else.")
            .fact("Payload", "8a6f 90c1")
            .seated(vec![seat("keyholder")])),
        ("new-passphrase", 5, Ask::new("passphrase", "Alice Adams: passphrase for a new key file", pin(SecretKind::NewPassphrase, PinState::default()))
            .saying("The key is kept in a file that is encrypted with this passphrase. Nobody can get it back if it is lost.")
            .seated(vec![seat("keyholder")])),
        ("review", 15, Ask::new("review", "Alice Adams: the exact content of the root", Form::TypeBack { phrase: "APPROVE".to_owned() })
            .saying("Read to the end. This is what is signed, byte for byte.")
            .showing("the root's signed part", Sha256::of(b"payload"))
            .reviewing(Document { title: "root.json, version 1".to_owned(), lines: (1..=80).map(|n| format!("line {n:>2}: {}", "\"threshold\": 2,")).collect(), ..Document::default() })
            .seated(vec![seat("keyholder"), seat("witness")])),
        ("halted", 7, Ask::new("locked", "The PIN of this token is locked", Form::Halted)
            .saying("Alice's token does not take a PIN any more. The key on it cannot be used.")
            .fact("Token", "alice, serial 0011")),
        ("longest", 9, longest()),
    ]
}

/// More of everything than a script should ask for.
pub fn longest() -> Ask {
    let mut ask = Ask::new(
        "longest",
        "A title that is so long that it has to be wrapped, because somebody wrote a whole sentence into it",
        Form::Words {
            positions: vec![1, 5, 9, 13, 17, 21, 25, 29],
        },
    );
    for _ in 0..9 {
        ask = ask.saying("A paragraph that goes on and on, with words that a person has to read out to the room, so that everybody who is in it has heard the same thing before anybody answers, and the answer is for these very words.");
    }
    for n in 0..12 {
        ask = ask.fact(&format!("Fact {n}"), "a value that is so long that it takes more than one line of the screen to show all of it at eighty columns");
    }
    ask.showing("plan.toml", Sha256::of(b"plan"))
        .reviewing(Document {
            title: "A document".to_owned(),
            lines: (0..200).map(|n| format!("line {n}")).collect(),
            ..Document::default()
        })
        .seated(vec![
            seat("administrator"),
            seat("keyholder"),
            seat("witness"),
            seat("participant"),
        ])
}

/// A screen by name: an ask, or one of the others.
pub fn named(name: &str, size: (u16, u16), glyphs: GlyphSet) -> Model {
    use rootstage::ceremony::effect::{Effect, FileDigest, Message};
    use rootstage::ceremony::state::Ending;
    use rootstage::driver::Report;
    let any = || asks().into_iter().find(|a| a.0 == "pin").unwrap();
    let of = |mode: Mode, colour: Colour, name: &str| {
        let (_, position, ask) = asks().into_iter().find(|a| a.0 == name).unwrap_or_else(any);
        Model::new(
            settings(glyphs, colour),
            state(mode, position, Some(ask)),
            size,
        )
    };
    if let Some(state) = crate::played::state(name) {
        return Model::new(settings(glyphs, Colour::Sixteen), state, size);
    }
    match name {
        "working" => {
            let mut model = of(Mode::Rehearsal, Colour::Sixteen, "pin");
            model.report(Report::Working(Effect::Sign {
                token: TokenName("pkcs11:token=bob;serial=0009".to_owned()),
                label: "root-bob".to_owned(),
                message: Message::Payload {
                    sha256: Sha256::of(b"payload"),
                },
            }));
            model
        }
        "closed" | "aborted" => {
            let mut model = of(Mode::Production, Colour::Sixteen, "pin");
            let mut state = model.state.clone();
            state.asking = None;
            state.position = state.procedure.steps.len();
            if name == "closed" {
                state
                    .signatures
                    .insert(KeyName("bob".to_owned()), "00".to_owned());
                state.written = vec![FileDigest {
                    name: "/media/out/metadata/1.root.json".to_owned(),
                    sha256: Sha256::of(b"root"),
                    size: 2817,
                }];
            }
            state.ending = Some(if name == "closed" {
                Ending::Closed
            } else {
                Ending::Aborted
            });
            model.report(Report::State(Box::new(state)));
            model
        }
        "broken" => {
            let mut model = of(Mode::Rehearsal, Colour::Sixteen, "pin");
            model.report(Report::Broken(
                "/media/log/transcript.jsonl: No space left on device.".to_owned(),
            ));
            model
        }
        "production" => of(Mode::Production, Colour::Sixteen, "type-back"),
        "mono" => of(Mode::Rehearsal, Colour::Mono, "type-back"),
        other => of(Mode::Rehearsal, Colour::Sixteen, other),
    }
}
