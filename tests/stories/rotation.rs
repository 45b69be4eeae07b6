//! Roots that exist already: keyholders come and go, thresholds change, content comes from outside.

#[path = "rotation/across.rs"]
mod across;
#[path = "rotation/codes.rs"]
mod codes;
#[path = "rotation/crossing.rs"]
mod crossing;
#[path = "rotation/day.rs"]
mod day;
#[path = "rotation/staged.rs"]
mod staged;

use std::fmt::Write as _;
use std::fs;

use rootstage::ceremony::refusal::Refusal;
use rootstage::tuf::key::KeyId;
use rootstage::tuf::root::{Role, Root, Signed};
use rootstage::tuf::trusted::{NotTrusted, Side, Trusted};

use crate::room::Room;

const ASSEMBLED: &str = r#"
[[act.step]]
id = "assemble"
kind = "assemble-root"
title = "Assembled"
by = []
minutes = 1
say = "The program puts it together."
"#;
const IMPORTED: &str = r#"
[[act.step]]
id = "import"
kind = "import-staged"
title = "Imported"
by = ["administrator", "witness"]
minutes = 1
say = "Compare."
"#;

fn script(content: &str, changes: Option<&str>) -> Vec<u8> {
    let text = include_str!("rotation.toml").replace("#CONTENT", content);
    let text = match changes {
        Some(list) => text.replace(
            "mode = \"rehearsal\"",
            &format!("mode = \"rehearsal\"\nchanges = [{list}]"),
        ),
        None => text,
    };
    let only_staged = content == IMPORTED;
    let text = if only_staged {
        without_new_keys(&text)
    } else {
        text
    };
    text.into_bytes()
}

/// Nothing is generated where content comes from outside.
fn without_new_keys(text: &str) -> String {
    let mut steps: Vec<&str> = text.split("[[act.step]]").collect();
    steps.retain(|step| !step.contains("each = \"new-key\"") || step.contains("\"findings\""));
    // the heading of the next act stood at the end of the step that was left out
    steps
        .join("[[act.step]]")
        .replace(
            "say = \"{holder}, your token.\"\n[[act.step]]",
            "say = \"{holder}, your token.\"\n\n[[act]]\nid = \"content\"\ntitle = \"Content\"\n[[act.step]]",
        )
}

/// A keyholder of a plan.
struct Holder {
    number: u32,
    token: String,
    keyid: Option<String>,
    leaves: bool,
    /// Token and key id of an old key.
    old: Option<(String, String)>,
}

impl Holder {
    fn stays(number: u32, root: &Root) -> Self {
        Self {
            number,
            token: format!("keyholder-{number}"),
            keyid: Some(keyid(root, number)),
            leaves: false,
            old: None,
        }
    }

    fn leaves(number: u32, root: &Root) -> Self {
        Self {
            leaves: true,
            ..Self::stays(number, root)
        }
    }

    fn joins(number: u32) -> Self {
        Self {
            number,
            token: format!("keyholder-{number}"),
            keyid: None,
            leaves: false,
            old: None,
        }
    }

    fn toml(&self) -> String {
        let Self { number, token, .. } = self;
        let letter = char::from(b'A' + u8::try_from(*number).unwrap());
        let mut text = format!(
            "[[participant]]\nid = \"keyholder-{number}\"\nname = \"{letter} Keyholder\"\ninitials = \
             \"{letter}K\"\nduty = \"keyholder\"\ntoken = \"file:tokens/{token}.age\"\nkey_label = \
             \"root-{number}\"\n"
        );
        if let Some(keyid) = &self.keyid {
            let _ = writeln!(text, "keyid = \"{keyid}\"");
        }
        if self.leaves {
            text.push_str("leaves = true\n");
        }
        if let Some((token, keyid)) = &self.old {
            let _ = write!(
                text,
                "[participant.old]\ntoken = \"file:tokens/{token}.age\"\nkey_label = \"root-{number}\"\nkeyid = \
                 \"{keyid}\"\n"
            );
        }
        text + "\n"
    }
}

/// The id of the key in this keyholder's token: the tokens' public halves are beside them.
fn keyid(root: &Root, number: u32) -> String {
    let keys: Vec<_> = root.role_keys(Role::Root).collect();
    HOLDERS.with_borrow(|holders| {
        let (_, fingerprint) = holders
            .iter()
            .find(|(known, _)| *known == number)
            .expect("a known keyholder");
        let listed = keys
            .iter()
            .find(|(_, key)| key.fingerprint().hex() == *fingerprint);
        listed.expect("a key of this root").0.hex()
    })
}

thread_local! {
    /// Fingerprints of the keys that were made in this test, by keyholder.
    static HOLDERS: std::cell::RefCell<Vec<(u32, String)>> = const { std::cell::RefCell::new(Vec::new()) };
}

fn remember(room: &Room) {
    HOLDERS.with_borrow_mut(|holders| {
        for (name, held) in &room.state().keys {
            let number = name
                .0
                .trim_start_matches("keyholder-")
                .trim_end_matches(".old");
            let number: u32 = number.parse().unwrap();
            let (_, fingerprint) = held.enrolled.expect("enrolled");
            if name.0.strip_suffix(".old").is_none() {
                holders.retain(|(known, _)| *known != number);
                holders.push((number, fingerprint.hex()));
            }
        }
    });
}

fn plan(parts: &str, holders: &[Holder], policy: &str) -> String {
    let people: String = holders.iter().map(Holder::toml).collect();
    format!(
        "[plan]\ntitle = \"A story\"\nscript = \"short\"\nmode = \"rehearsal\"\nlocation = \"Room 1\"\n\n\
         [[participant]]\nid = \"administrator\"\nname = \"Val Administrator\"\ninitials = \"VA\"\nduty = \
         \"administrator\"\n\n[[participant]]\nid = \"witness\"\nname = \"Wim Witness\"\ninitials = \"WW\"\nduty = \
         \"witness\"\n\n{people}{parts}\n[policy]\nexpiry_min_days = 1\nexpiry_max_days = 3660\n{policy}\n"
    )
}

/// `[root]` after the trusted one.
fn next_root(version: u64, threshold: u32, more: &str) -> String {
    format!(
        "[trusted]\npath = \"trusted.json\"\n\n[root]\nversion = {version}\nthreshold = {threshold}\nexpires = \
         \"2028-11-30T12:00:00Z\"\nconsistent_snapshot = true\n{more}\n"
    )
}

fn staged_part(more: &str) -> String {
    format!(
        "[trusted]\npath = \"trusted.json\"\n\n[staged]\npath = \"root.json\"\nrole = \"root\"\n{more}\n"
    )
}

/// A first root of three keyholders, two of whom sign; written to `trusted.json`.
fn first() -> (Room, Trusted<Root>) {
    let mut room = Room::open(3, 2);
    room.to_the_end().audits_clean();
    remember(&room);
    let trusted = Trusted::first(&trust_file(&room, "1.root.json")).unwrap();
    (room, trusted)
}

/// Reads a root from `metadata/`, and makes it the one that clients trust.
fn trust_file(room: &Room, name: &str) -> Signed {
    let bytes = fs::read(room.dir().join("metadata").join(name)).unwrap();
    fs::write(room.home.path().join("trusted.json"), &bytes).unwrap();
    Signed::parse(&bytes).unwrap()
}

fn result(room: &Room, name: &str) -> Signed {
    Signed::parse(&fs::read(room.dir().join("metadata").join(name)).unwrap()).unwrap()
}

#[test]
fn a_keyholder_leaves_another_joins_and_then_the_threshold_rises() {
    let (room, one) = first();
    let holders = [
        Holder::stays(1, one.get()),
        Holder::stays(2, one.get()),
        Holder::leaves(3, one.get()),
        Holder::joins(4),
    ];
    let plan_2 = plan(&next_root(2, 2, ""), &holders, "");
    let mut second = room.later("second", &plan_2, &script(ASSEMBLED, None));
    second.to_the_end().audits_clean();
    remember(&second);
    let root_2 = result(&second, "2.root.json");
    let two = one.next(&root_2).unwrap();
    assert_eq!(two.get().version, 2);
    let ids: Vec<String> = two
        .get()
        .role_keys(Role::Root)
        .map(|(id, _)| id.hex())
        .collect();
    assert!(!ids.contains(&keyid(one.get(), 3)));
    assert!(ids.contains(&keyid(two.get(), 4)));
    // all four signed; what the trusted root says of online roles stands as it was
    assert_eq!(root_2.signatures.len(), 4);
    let root_1 = result(&room, "1.root.json");
    for role in ["targets", "snapshot", "timestamp"] {
        assert_eq!(root_1.signed["roles"][role], root_2.signed["roles"][role]);
    }

    trust_file(&second, "2.root.json");
    let holders = [
        Holder::stays(1, two.get()),
        Holder::stays(2, two.get()),
        Holder::stays(4, two.get()),
    ];
    let policy = "no_spare_acknowledged = true";
    let plan_3 = plan(&next_root(3, 3, ""), &holders, policy);
    let mut third = second.later("third", &plan_3, &script(ASSEMBLED, None));
    third.to_the_end().audits_clean();
    let three = two.next(&result(&third, "3.root.json")).unwrap();
    assert_eq!(three.get().role(Role::Root).unwrap().threshold, 3);
    // nobody goes from the first to the third
    assert!(matches!(
        one.next(&result(&third, "3.root.json")),
        Err(NotTrusted::Version { .. })
    ));
}

#[test]
fn the_same_person_signs_with_the_old_token_and_with_the_new_one() {
    let (room, one) = first();
    let old = keyid(one.get(), 3);
    let holders = [
        Holder::stays(1, one.get()),
        Holder {
            number: 3,
            token: "keyholder-3-new".to_owned(),
            keyid: None,
            leaves: false,
            old: Some(("keyholder-3".to_owned(), old.clone())),
        },
    ];
    let kept = keyid(one.get(), 2);
    let keep = format!("keep = [{{ keyid = \"{kept}\", name = \"Bruno, not here\" }}]");
    let plan = plan(&next_root(2, 2, &keep), &holders, "");
    let mut room = room.later("second", &plan, &script(ASSEMBLED, None));
    room.until("sign.keyholder-3.old", "consent");
    assert!(room.words().contains("old token"), "{}", room.words());
    room.to_the_end().audits_clean();
    let two = one.next(&result(&room, "2.root.json")).unwrap();
    let keys = two.get().role(Role::Root).unwrap();
    assert_eq!(keys.keyids.len(), 3);
    assert!(!keys.keyids.iter().any(|id| id.hex() == old));
    assert!(keys.keyids.iter().any(|id| id.hex() == kept));
}

#[test]
fn only_old_or_only_new_signatures_are_not_enough() {
    let (room, one) = first();
    let holders = [
        Holder::leaves(1, one.get()),
        Holder::leaves(2, one.get()),
        Holder::leaves(3, one.get()),
        Holder::joins(4),
        Holder::joins(5),
        Holder::joins(6),
    ];
    let plan = plan(&next_root(2, 2, ""), &holders, "");
    let mut room = room.later("second", &plan, &script(ASSEMBLED, None));
    room.until("sign.keyholder-2", "consent");
    room.skip(&["VA", "WW"]).unwrap();
    // the third old one is the last that makes two
    room.until("sign.keyholder-3", "consent");
    assert!(matches!(
        room.skip(&["VA", "WW"]),
        Err(Refusal::NotSkippable { because, .. }) if because.contains("root 1 (trusted now)")
    ));
    room.to_the_end();
    let whole = result(&room, "2.root.json");
    one.next(&whole).unwrap();
    let only = |side: Side| {
        let old = one.get();
        let mut signed = whole.clone();
        let is_old = |id: &KeyId| old.role(Role::Root).unwrap().keyids.contains(id);
        signed
            .signatures
            .retain(|signature| is_old(&signature.keyid) == (side == Side::Old));
        one.next(&signed).unwrap_err()
    };
    let missing = |error: NotTrusted| match error {
        NotTrusted::Threshold { side, .. } => side,
        other => panic!("{other}"),
    };
    assert_eq!(missing(only(Side::Old)), Side::New);
    assert_eq!(missing(only(Side::New)), Side::Old);
}

#[test]
fn every_key_of_the_trusted_root_is_spoken_for() {
    let (room, one) = first();
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let plan = plan(
        &next_root(2, 2, ""),
        &holders,
        "no_spare_acknowledged = true",
    );
    let mut room = room.later("second", &plan, &script(ASSEMBLED, None));
    room.until("assemble", "again");
    let words = room.words();
    assert!(words.contains(&keyid(one.get(), 3)), "{words}");
    assert!(words.contains("`root.keep` or in `root.remove`"), "{words}");
}

#[test]
fn a_script_for_one_kind_of_change_makes_no_other() {
    let (room, one) = first();
    let holders = [
        Holder::stays(1, one.get()),
        Holder::stays(2, one.get()),
        Holder::leaves(3, one.get()),
    ];
    let policy = "no_spare_acknowledged = true";
    let text = plan(&next_root(2, 2, ""), &holders, policy);
    let mut narrow = room.later("second", &text, &script(ASSEMBLED, Some("\"expiry\"")));
    narrow.until("assemble", "halted");
    assert!(
        narrow.words().contains("script.changes"),
        "{}",
        narrow.words()
    );
    let wide = script(ASSEMBLED, Some("\"expiry\", \"root-keys\""));
    let mut wide = room.later("third", &text, &wide);
    wide.to_the_end().audits_clean();
}
