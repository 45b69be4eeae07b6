//! Keyholders seal the record: all of them, a quorum, nobody; and what can go wrong with that.

use std::fs;

use rootstage::ceremony::effect::{Effect, Message, Outcome};
use rootstage::ceremony::token::Fault;
use rootstage::directory;
use rootstage::transcript::audit::{Finding, Verdict};

use crate::room::{Room, failing, plan};
use crate::world::What;

const FILE: &str = "seal.dsse.json";

fn is_seal(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Sign {
            message: Message::Seal { .. },
            ..
        }
    )
}

fn is_write(effect: &Effect) -> bool {
    matches!(effect, Effect::WriteSeal { .. })
}

/// Three keyholders, of whom two must sign; sealed so.
fn sealed_by(by: &str) -> Room {
    Room::with_plan(&format!("{}\n[seal]\nby = \"{by}\"\n", plan(3, 2)))
}

fn signatures(room: &Room) -> usize {
    let bytes = fs::read(room.dir().join(FILE)).unwrap();
    let envelope: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    envelope["signatures"].as_array().unwrap().len()
}

fn verdict<'a>(findings: &'a [Finding], id: &str) -> &'a Finding {
    findings
        .iter()
        .find(|finding| finding.rule.id == id)
        .unwrap()
}

#[test]
fn all_of_them_seal() {
    let mut room = sealed_by("all");
    room.to_the_end().audits_clean();
    assert_eq!((room.times(is_seal), room.times(is_write)), (3, 1));
    assert_eq!(signatures(&room), 3);
    let seal = room.state().seal.clone().unwrap();
    // every keyholder sealed the same, and it names the record before the first question
    let said = &verdict(&room.audit().findings, "seal.statement")
        .sentence
        .clone();
    assert!(said.contains(&seal.head.hex()), "{said}");
}

#[test]
fn the_digest_is_read_once_and_shown_to_each() {
    let mut room = sealed_by("all");
    room.until("seal.keyholder-1", "statement");
    let digest = room.ask().digest.clone().unwrap().sha256;
    assert!(room.types(&["aardvark"; 3]).is_err(), "not its words");
    for keyholder in ["seal.keyholder-1", "seal.keyholder-2", "seal.keyholder-3"] {
        room.until(keyholder, "consent");
        assert_eq!(room.ask().digest.clone().unwrap().sha256, digest);
        assert!(room.types(&["SEAL"]).is_err(), "the phrase has the digest");
        assert_eq!(room.at().1, "consent");
    }
    room.to_the_end().audits_clean();
}

#[test]
fn a_quorum_seals_and_the_others_keep_their_tokens() {
    let mut room = sealed_by("quorum");
    room.to_the_end().audits_clean();
    assert_eq!((room.times(is_seal), room.times(is_write)), (2, 1));
    assert_eq!(signatures(&room), 2);
    assert_eq!(room.state().exceptions.len(), 0);
}

/// Whoever is missing in a quorum is replaced by the next.
#[test]
fn a_quorum_is_reached_without_one() {
    let mut room = sealed_by("quorum");
    room.until("seal.keyholder-1", "statement");
    room.skip(&["VA", "WW"]).unwrap();
    // what nobody has read yet is read by the next
    assert_eq!(
        room.at(),
        ("seal.keyholder-2".to_owned(), "statement".to_owned())
    );
    room.to_the_end().audits_clean();
    assert_eq!(signatures(&room), 2);
}

#[test]
fn paper_alone() {
    let mut room = sealed_by("paper");
    room.to_the_end().audits_clean();
    assert_eq!(room.times(is_seal), 0);
    assert!(!room.dir().join(FILE).exists());
    let audited = room.audit();
    let finding = verdict(&audited.findings, "seal.count");
    assert_eq!(finding.verdict, Verdict::Note);
    assert!(finding.sentence.contains("paper"), "{}", finding.sentence);
    // and nobody can put one there afterwards
    fs::write(room.dir().join(FILE), "{}\n").unwrap();
    assert_eq!(failing(&room.audit()), ["seal.file"]);
}

#[test]
fn one_is_left_out_by_two_people() {
    let mut room = sealed_by("all");
    room.until("seal.keyholder-3", "consent");
    room.skip(&["VA", "WW"]).unwrap();
    // the file is written as soon as nobody is still to seal, by the step that comes then
    assert_eq!(room.at(), ("head".to_owned(), "head".to_owned()));
    assert_eq!((room.times(is_seal), room.times(is_write)), (2, 1));
    room.to_the_end().audits_clean();
    assert_eq!(signatures(&room), 2);
    let audited = room.audit();
    let said = &verdict(&audited.findings, "seal.count").sentence;
    assert!(said.contains("seal.keyholder-3"), "{said}");
}

/// Fewer than the root demands prove nothing: the ceremony ends, and the audit says so.
#[test]
fn too_few_are_found() {
    for left_out in [2, 3] {
        let mut room = sealed_by("all");
        for number in 1..=left_out {
            let step = format!("seal.keyholder-{number}");
            room.until(&step, "statement");
            room.skip(&["VA", "WW"]).unwrap();
        }
        room.to_the_end();
        assert_eq!(room.dir().join(FILE).exists(), left_out == 2);
        let audited = room.audit();
        let failing = failing(&audited);
        assert!(failing.contains(&"seal.count"), "{failing:?}");
        let said = &verdict(&audited.findings, "seal.count").sentence;
        assert!(said.contains("at least 2"), "{said}");
    }
}

#[test]
fn a_wrong_pin_seals_nothing() {
    let mut room = sealed_by("all");
    room.until("seal.keyholder-2", "secret");
    room.mistyped
        .insert("keyholder-2".to_owned(), "not the passphrase".to_owned());
    room.go_on();
    assert_eq!(room.at().0, "seal.keyholder-2");
    assert_eq!(room.state().seal.as_ref().unwrap().signatures.len(), 1);
    room.to_the_end().audits_clean();
    assert_eq!(signatures(&room), 3);
}

/// What a token gives back counts only if it verifies.
#[test]
fn a_signature_over_something_else_does_not_count() {
    let mut room = sealed_by("all");
    room.happens(
        "seal.keyholder-1",
        is_seal,
        What::Instead(Outcome::Signature(vec![0x30, 6, 2, 1, 1, 2, 1, 1])),
    );
    room.until("seal.keyholder-1", "secret").go_on();
    assert!(room.state().seal.as_ref().unwrap().signatures.is_empty());
    room.to_the_end().audits_clean();
    assert_eq!(signatures(&room), 3);
}

#[test]
fn the_power_goes_while_a_token_seals() {
    for (step, what) in [
        ("seal.keyholder-1", What::PowerCutAfter),
        ("seal.keyholder-3", What::PowerCutBefore),
    ] {
        let mut room = sealed_by("all");
        room.happens(step, is_seal, what);
        room.until_dark();
        let sealed = room.times(is_seal);
        room.resume().unwrap();
        assert_eq!(room.at(), (step.to_owned(), "doubt".to_owned()));
        assert!(
            room.words().contains("the statement of the seal"),
            "{}",
            room.words()
        );
        assert_eq!(room.times(is_seal), sealed, "nothing is repeated blindly");
        assert!(room.skip(&["VA", "WW"]).is_err(), "it is looked at first");
        room.to_the_end().audits_clean();
        assert_eq!(signatures(&room), 3);
    }
}

#[test]
fn the_power_goes_while_the_seal_is_written() {
    for what in [What::PowerCutBefore, What::PowerCutAfter] {
        let mut room = sealed_by("quorum");
        room.happens("seal.keyholder-2", is_write, what);
        room.until_dark();
        room.resume().unwrap();
        room.to_the_end().audits_clean();
        assert_eq!(signatures(&room), 2);
    }
}

#[test]
fn a_full_disk_is_said_and_tried_again() {
    let mut room = sealed_by("quorum");
    let full = Fault::Storage {
        path: "seal.dsse.json".to_owned(),
        reason: "No space left on device".to_owned(),
    };
    room.happens(
        "seal.keyholder-2",
        is_write,
        What::Instead(Outcome::Fault(full)),
    );
    room.until("seal.keyholder-2", "again");
    assert!(room.words().contains("No space left"), "{}", room.words());
    room.to_the_end().audits_clean();
    assert_eq!(room.times(is_seal), 2, "nobody seals again");
}

/// A file of that name which this ceremony did not write is left as it is.
#[test]
fn a_file_that_is_there_already_is_not_overwritten() {
    let mut room = sealed_by("quorum");
    let path = room.dir().join(FILE);
    fs::write(&path, "mine").unwrap();
    room.until("seal.keyholder-2", "again");
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    fs::remove_file(&path).unwrap();
    room.to_the_end().audits_clean();
}

/// The seal names the exceptions before it, and no one after.
#[test]
fn exceptions_before_the_seal_are_in_it() {
    let mut room = sealed_by("all");
    room.until("write", "written");
    room.submit(
        rootstage::ceremony::command::Command::LogException(Room::exception(&["VA"])),
        None,
    )
    .unwrap();
    room.until("seal.keyholder-2", "consent");
    room.submit(
        rootstage::ceremony::command::Command::LogException(Room::exception(&["VA"])),
        None,
    )
    .unwrap();
    room.to_the_end().audits_clean();
    let seal = room.state().seal.clone().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&seal.payload).unwrap();
    assert_eq!(said["predicate"]["exceptions"]["number"], 1);
    assert_eq!(room.state().exceptions.len(), 2);
}

/// A ceremony whose script has no such step is audited as it always was.
#[test]
fn a_script_without_a_seal_is_audited_as_before() {
    let script = rootstage::ceremony::scripts::bytes_of("first-root-rehearsal").unwrap();
    let script = std::str::from_utf8(script).unwrap();
    let from = script.find("[[act.step]]\nid = \"seal\"").unwrap();
    let to = script.find("[[act.step]]\nid = \"head\"").unwrap();
    let older = format!("{}{}", &script[..from], &script[to..]);
    let before = Room::prepared(&plan(2, 2));
    let mut room = before.later("older", &plan(2, 2), older.as_bytes());
    room.to_the_end().audits_clean();
    assert!(!room.dir().join(FILE).exists());
    let audited = directory::audit(&room.dir(), None, Vec::new()).unwrap();
    let finding = verdict(&audited.findings, "seal.count");
    assert_eq!(finding.verdict, Verdict::Note);
    assert!(finding.sentence.contains("no seal"), "{}", finding.sentence);
}
