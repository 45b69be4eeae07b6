//! `assets/transcript-format.md`: its examples are computed again, its words are those of the program, its
//! kinds and effects are there.

use std::sync::Arc;

use rootstage::canonical::{self, line, olpc};
use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::event::Event;
use rootstage::ceremony::plan::{KeyName, Mode, Plan};
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::script::Script;
use rootstage::ceremony::state::{HeldKey, State};
use rootstage::ceremony::token::{PinState, TokenIdentity, TokenKind};
use rootstage::digest::Sha256;
use rootstage::transcript::Chain;
use rootstage::transcript::record::{Line, Record};
use rootstage::tuf::key::{KeyId, PublicKey};
use serde_json::{Value, json};

use super::{blocks, home, text};

const PAGE: &str = "assets/transcript-format.md";

/// The one block of this language.
fn block(language: &str) -> String {
    let mut found = blocks(PAGE, language);
    assert_eq!(found.len(), 1, "{language}");
    found.remove(0)
}

/// Whether the page names this digest.
fn names(digest: Sha256) {
    assert!(
        text(PAGE).contains(&format!("`{digest}`")),
        "{PAGE} lacks {digest}"
    );
}

fn event(kind: &str, body: &str) -> Result<Event, serde_json::Error> {
    serde_json::from_str(&format!("{{\"kind\":\"{kind}\",\"body\":{body}}}"))
}

#[test]
fn the_words_are_those_of_the_program() {
    let mut table = String::new();
    for four in (0..=u8::MAX).collect::<Vec<_>>().chunks(4) {
        let cells = four.iter().map(|byte| {
            let words = Sha256([*byte; 32]).words();
            format!("{byte:02x} {:<9} {:<11}", words[0], words[1])
        });
        let row = cells.collect::<Vec<_>>().join("  ");
        table.push_str(row.trim_end());
        table.push('\n');
    }
    if std::env::var_os("ROOTSTAGE_WRITE_DOCS").is_some() {
        let page = text(PAGE).replace(&block("pgp"), &table);
        std::fs::write(home().join(PAGE), page).unwrap();
    }
    assert_eq!(
        block("pgp"),
        table,
        "ROOTSTAGE_WRITE_DOCS=1 writes the words"
    );
}

#[test]
fn the_record_has_the_digest_and_the_node_that_the_page_gives() {
    let jsonl = block("jsonl");
    let first = jsonl.trim_end_matches('\n');
    let mut chain = Chain::new(Mode::Production);
    names(chain.head());
    let record = chain.verify(first).unwrap();
    names(record.digest.parse().unwrap());
    names(chain.head());
    // the leaf, by the words of the page: the line as it would be withheld, without its node
    let withheld = record.bare().line();
    assert!(matches!(Line::parse(&withheld), Ok(Line::Withheld(_))));
    let leaf = withheld.replace(&format!(",\"node\":\"{}\"", record.node), "");
    names(Sha256::of(
        format!("rootstage/transcript/1/production/leaf\0{leaf}").as_bytes(),
    ));
    let words = block("words");
    let words: Vec<&str> = words.split_whitespace().collect();
    assert_eq!(words, chain.head().words());
}

/// `signed` of the example.
fn content() -> Value {
    serde_json::from_str(&block("json")).unwrap()
}

fn key() -> PublicKey {
    let keys = &content()["keys"];
    let object = keys.as_object().unwrap().values().next().unwrap();
    PublicKey::from_tuf(object).unwrap()
}

#[test]
fn the_content_has_the_bytes_and_the_ids_that_the_page_gives() {
    let signed = content();
    let canonical = block("canonical");
    let bytes = canonical.strip_suffix('\n').unwrap().as_bytes();
    assert_eq!(olpc(&signed).unwrap(), bytes);
    names(Sha256::of(bytes));
    assert!(text(PAGE).contains(&format!("SHA-256 of these {} bytes", bytes.len())));
    let keys = signed["keys"].as_object().unwrap();
    let (id, object) = keys.iter().next().unwrap();
    assert_eq!(KeyId::of(object).unwrap().hex(), *id);
    assert_eq!(key().key_id().hex(), *id);
    assert!(text(PAGE).contains(&format!("begins with `{}`", &id[..16])));
    names(key().fingerprint());
}

#[test]
fn the_proof_of_possession_is_the_text_that_a_token_signs() {
    let plan = blocks("CEREMONY.md", "toml").remove(0);
    let script = Script::parse(include_bytes!("../../ceremony-scripts/first-root.toml")).unwrap();
    let plan = Plan::parse(plan.as_bytes()).unwrap();
    let mut state = State::new(Arc::new(Procedure::new(script, plan)));
    let jsonl = block("jsonl");
    let record = Record::parse(jsonl.trim_end_matches('\n')).unwrap();
    let Event::CeremonyOpened(opening) = record.event().unwrap() else {
        panic!("the example opens no ceremony");
    };
    state.opening = Some(opening);
    let name = KeyName("keyholder-1".to_owned());
    let token = TokenIdentity {
        kind: TokenKind::Pkcs11,
        serial: "11223344".to_owned(),
        label: String::new(),
        manufacturer: String::new(),
        model: String::new(),
        firmware: String::new(),
        pin: PinState::default(),
        piv: None,
        beside: Vec::new(),
    };
    state.keys.insert(
        name.clone(),
        HeldKey {
            token,
            public_pem: key().spki_pem(),
            generated: None,
            possession: None,
            evidence: None,
            enrolled: None,
        },
    );
    let signed = state.possession_text(&name).unwrap();
    assert_eq!(block("possession").as_bytes(), signed);
    names(Sha256::of(&signed));
}

#[test]
fn the_bodies_are_ones() {
    let bodies = block("bodies");
    let mut kinds = Vec::new();
    for example in bodies.lines() {
        let (kind, body) = example.split_once(' ').unwrap();
        let event = event(kind, body).unwrap();
        let again = serde_json::to_value(event).unwrap();
        assert_eq!(line(&again["body"]).unwrap(), body);
        kinds.push(kind);
    }
    for kind in ["resumed", "step-skipped", "content-withdrawn"] {
        assert!(kinds.contains(&kind), "{kind}");
    }
}

/// What a reader of the program expects in the place of a word that it does not know.
fn expected(error: &serde_json::Error) -> Vec<String> {
    let words = error.to_string();
    let list = words.split_once("expected one of ").unwrap().1;
    let mut ticked = list.split('`');
    std::iter::from_fn(|| ticked.nth(1).map(str::to_owned)).collect()
}

#[test]
fn its_kinds_and_effects_are_those_of_the_program() {
    let effect = serde_json::from_value::<Effect>(json!({ "effect": "none" }));
    let (kinds, effects) = (
        expected(&event("none", "{}").unwrap_err()),
        expected(&effect.unwrap_err()),
    );
    assert!(kinds.len() > 30 && effects.len() > 10);
    let page = text(PAGE);
    let rows = |begin: &str| {
        let (_, table) = page.split_once(begin).unwrap();
        let (table, _) = table.split_once("\n\n").unwrap();
        let cells = table.lines().skip(1).map(|row| {
            let columns = row.split(" | ").take(2).map(|column| {
                let mut ticked = column.split('`');
                std::iter::from_fn(|| ticked.nth(1).map(str::to_owned)).collect::<Vec<_>>()
            });
            columns.collect::<Vec<_>>()
        });
        cells.collect::<Vec<_>>()
    };
    for row in rows("| kind | members |\n") {
        for kind in &row[0] {
            assert!(kinds.contains(kind), "no event {kind}");
        }
    }
    let mut named = Vec::new();
    for row in rows("| `effect` | result | members |\n") {
        assert_eq!(row[0].len(), row[1].len(), "{row:?}");
        named.extend(row[0].clone());
        for result in &row[1] {
            assert!(kinds.contains(result), "no event {result}");
        }
    }
    named.sort();
    let mut all = effects;
    all.sort();
    assert_eq!(named, all, "every effect has its result");
}

#[test]
fn depth_is_counted_as_it_says() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let body = |depth: usize| {
        let payload = "0".repeat(64);
        let signed = nested(depth - 1);
        event(
            "root-assembled",
            &format!("{{\"payload\":\"{payload}\",\"signed\":{signed}}}"),
        )
    };
    assert!(text(PAGE).contains("in a body 126, in metadata 127;"));
    assert!(body(126).is_ok() && body(127).is_err());
    let metadata = |depth: usize| canonical::parse(nested(depth).as_bytes(), 1 << 20);
    assert!(metadata(127).is_ok() && metadata(128).is_err());
}
