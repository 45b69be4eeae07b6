//! The seal: every byte of its file, a statement that was forged, a stranger's signature, the seal of
//! another ceremony; and a transcript that was rewritten and chained anew.

use std::fs;

use rootstage::ceremony::effect::{Effect, Message};
use rootstage::ceremony::event::Event;
use rootstage::ceremony::plan::Mode;
use rootstage::digest::Sha256;
use rootstage::directory;
use rootstage::transcript::seal;

use crate::room::failing;
use crate::{Desk, Loose, chained};

const FILE: &str = "seal.dsse.json";

#[test]
fn every_byte_of_the_seal_counts() {
    let desk = Desk::new(2, 2);
    let path = desk.room.dir().join(FILE);
    let original = fs::read(&path).unwrap();
    let auditor = directory::follow(&desk.procedure, desk.bytes.as_slice(), None).unwrap();
    for place in 0..original.len() {
        let mut bytes = original.clone();
        bytes[place] ^= 1 << (place % 8);
        fs::write(&path, &bytes).unwrap();
        assert_eq!(desk.verdict(&auditor), ["seal.file"], "byte {place}");
    }
    fs::write(&path, &original).unwrap();
    for bytes in [&original[1..], &original[..original.len() - 1], b""] {
        assert_eq!(desk.failing_with_seal(bytes), ["seal.file"]);
    }
    let mut longer = original.clone();
    longer.push(b'\n');
    assert_eq!(desk.failing_with_seal(&longer), ["seal.file"]);
    fs::remove_file(&path).unwrap();
    let audited = directory::audit(&desk.room.dir(), None, Vec::new()).unwrap();
    assert_eq!(failing(&audited), ["seal.file"]);
    fs::write(&path, &original).unwrap();
    desk.room.audits_clean();
}

#[test]
fn the_seal_of_another_ceremony_is_none() {
    let (desk, other) = (Desk::new(2, 2), Desk::new(2, 2));
    let theirs = fs::read(other.room.dir().join(FILE)).unwrap();
    assert_eq!(desk.failing_with_seal(&theirs), ["seal.file"]);
    // nor is one with a single signature of another
    let ours = fs::read(desk.room.dir().join(FILE)).unwrap();
    let mut mixed: serde_json::Value = serde_json::from_slice(&ours).unwrap();
    let theirs: serde_json::Value = serde_json::from_slice(&theirs).unwrap();
    mixed["signatures"][0] = theirs["signatures"][0].clone();
    let mixed = format!("{mixed}\n");
    assert_eq!(desk.failing_with_seal(mixed.as_bytes()), ["seal.file"]);
}

fn is_stated(record: &Loose) -> bool {
    matches!(record.event, Event::SealStated { .. })
}

/// Rules that fail once `forge` has changed the records and they were chained anew.
fn forged(desk: &Desk, forge: impl FnOnce(&mut Vec<Loose>)) -> Vec<&'static str> {
    let mut records = desk.loose();
    forge(&mut records);
    desk.failing(&chained(Mode::Rehearsal, &records), None)
}

/// States anew what the records lead to now, as somebody would who has the program, and no token.
fn restated(desk: &Desk, records: &mut [Loose], keep_digest: bool) {
    let at = records.iter().position(is_stated).unwrap();
    let bytes = chained(Mode::Rehearsal, &records[..at]);
    let auditor = directory::follow(&desk.procedure, bytes.as_slice(), None).unwrap();
    let now = seal::statement(auditor.state()).unwrap();
    let new = seal::digest(&now).unwrap();
    let state = auditor.state();
    let before = match &mut records[at].event {
        Event::SealStated {
            statement,
            sha256,
            head,
            records,
        } => {
            *statement = now;
            *head = state.head;
            *records = state.records;
            std::mem::replace(sha256, new)
        }
        _ => unreachable!(),
    };
    if keep_digest {
        return;
    }
    let anew = |digest: &mut Sha256| {
        if *digest == before {
            *digest = new;
        }
    };
    for record in records {
        match &mut record.event {
            Event::Asked(ask) => {
                if let Some(shown) = &mut ask.digest {
                    anew(&mut shown.sha256);
                }
            }
            Event::SealRead { sha256, .. }
            | Event::Intended(Effect::Sign {
                message: Message::Seal { sha256 },
                ..
            }) => anew(sha256),
            _ => {}
        }
    }
}

/// A watch that was read otherwise, long before the seal: the words are those of the record, and all
/// that follows from it is made anew. Only the tokens cannot be had again.
#[test]
fn a_rewritten_transcript_fails_on_the_seal() {
    let desk = Desk::new(2, 2);
    // another time at one record changes no rule's mind but the seal's
    let rewrite = |records: &mut Vec<Loose>| records[3].mono += 1;
    let failing = forged(&desk, rewrite);
    assert!(failing.contains(&"seal.statement"), "{failing:?}");
    for keep_digest in [true, false] {
        let failing = forged(&desk, |records| {
            rewrite(records);
            restated(&desk, records, keep_digest);
        });
        assert!(
            failing.contains(&"seal.signatures"),
            "{keep_digest}: {failing:?}"
        );
    }
}

#[test]
fn a_statement_that_says_something_else_is_found() {
    let desk = Desk::new(2, 2);
    for (pointer, value) in [
        ("/predicate/exceptions/number", "1"),
        ("/predicate/participants/witness/0/id", "\"Somebody else\""),
        ("/predicate/head/records", "3"),
        ("/subject/0/name", "\"metadata/other.json\""),
        ("/predicateType", "\"https://example.com\""),
    ] {
        let failing = forged(&desk, |records| {
            let at = records.iter().position(is_stated).unwrap();
            let Event::SealStated {
                statement, sha256, ..
            } = &mut records[at].event
            else {
                unreachable!()
            };
            *statement.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
            *sha256 = seal::digest(statement).unwrap();
        });
        assert!(
            failing.contains(&"seal.statement"),
            "{pointer}: {failing:?}"
        );
    }
}

#[test]
fn another_head_in_the_seal_is_found() {
    let desk = Desk::new(2, 2);
    let failing = forged(&desk, |records| {
        let at = records.iter().position(is_stated).unwrap();
        if let Event::SealStated { head, .. } = &mut records[at].event {
            *head = Sha256([7; 32]);
        }
    });
    assert!(failing.contains(&"seal.statement"), "{failing:?}");
}

/// The signatures of the seals, in their order.
fn seals(records: &[Loose]) -> Vec<usize> {
    let stated = records.iter().position(is_stated).unwrap();
    let made = |at: &usize| matches!(records[*at].event, Event::SignatureMade { .. });
    (stated..records.len()).filter(made).collect()
}

#[test]
fn the_signature_of_a_stranger_is_found() {
    let (desk, other) = (Desk::new(2, 2), Desk::new(2, 2));
    let theirs = other.loose();
    let from = seals(&theirs)[0];
    let failing = forged(&desk, |records| {
        let at = seals(records)[0];
        records[at].event = theirs[from].event.clone();
    });
    assert!(failing.contains(&"seal.signatures"), "{failing:?}");
    // one keyholder's seal for that of another
    let failing = forged(&desk, |records| {
        let at = seals(records);
        records[at[1]].event = records[at[0]].event.clone();
    });
    assert!(failing.contains(&"seal.signatures"), "{failing:?}");
}

/// Nobody drops a seal from the record, nor the step of one.
#[test]
fn a_seal_that_was_left_out_is_found() {
    let desk = Desk::new(2, 2);
    let failing = forged(&desk, |records| {
        let last = *seals(records).last().unwrap();
        records.remove(last);
    });
    assert!(failing.contains(&"script.followed"), "{failing:?}");
    assert!(failing.contains(&"seal.count"), "{failing:?}");
    assert!(failing.contains(&"seal.file"), "{failing:?}");
    let failing = forged(&desk, |records| {
        records.retain(|record| !record.step.starts_with("seal."));
    });
    assert!(failing.contains(&"script.followed"), "{failing:?}");
}
