//! Sample ceremonies and asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rootstage::ceremony::ask::{Ask, Choice, Document, Form, Seat, SecretForm, SecretKind};
use rootstage::ceremony::check::{Check, Verdict};
use rootstage::ceremony::plan::{KeyName, Mode, ParticipantId};
use rootstage::ceremony::state::{Payload, Standing, State};
use rootstage::ceremony::token::{PinState, TokenName};
use rootstage::digest::Sha256;
use rootstage::ports::Notice;
use rootstage::secret::Secret;
use rootstage::tui::model::Model;
use rootstage::tui::{Colour, GlyphSet, Settings, view};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::day::procedure;

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
        let held = names.map(|name| (KeyName(name.to_owned()), crate::plans::held(name)));
        state.keys = held.into();
    }
    if position > 14 {
        state.judges = vec![crate::plans::judge(&["alice", "bob", "carol"], 2)].into();
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
    let card = |kind: SecretKind| {
        let tries_left = (kind != SecretKind::PukAndNewPin).then_some(3);
        Form::Secret(SecretForm {
            kind,
            token: TokenName("yubikey:18158855".to_owned()),
            serial: "18158855".to_owned(),
            pin: PinState {
                tries_left,
                locked: tries_left.is_none(),
                min_len: 6,
                max_len: 8,
                ..PinState::default()
            },
        })
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
        ("new-pin", 5, Ask::new("new-pin", "Alice Adams: a PIN of your own", card(SecretKind::NewPin))
            .saying("Alice chooses a PIN that nobody else knows. The factory PIN is replaced by it.")
            .seated(vec![seat("keyholder")])),
        ("new-puk", 5, Ask::new("new-puk", "Alice Adams: the PUK of the token", card(SecretKind::NewPuk))
            .saying("Whoever keeps the PUK chooses it. It goes into a bag of its own.")
            .seated(vec![seat("administrator"), seat("witness")])),
        ("unblock", 5, Ask::new("unblock", "Alice Adams: a new PIN with the PUK", card(SecretKind::PukAndNewPin))
            .saying("The PIN is blocked. The PUK is typed, then a new PIN.")
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
        "touch" | "touch-late" | "touch-mono" => {
            let colour = if name == "touch-mono" {
                Colour::Mono
            } else {
                Colour::Sixteen
            };
            let mut model = of(Mode::Rehearsal, colour, "pin");
            let token = TokenName("yubikey:18158855".to_owned());
            model.report(Report::Working(Effect::Sign {
                token: token.clone(),
                label: "root-bob".to_owned(),
                message: Message::Payload {
                    sha256: Sha256::of(b"payload"),
                },
            }));
            model.report(Report::Notice(Notice::TouchWanted { token, seconds: 15 }));
            let gone = if name == "touch-late" { 15 } else { 6 };
            model.tick(clock() + time::Duration::seconds(gone));
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
