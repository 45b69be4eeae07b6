//! The power goes, the program is killed, somebody comes back.

use std::fs;

use rootstage::ceremony::effect::Effect;
use rootstage::directory::DirectoryError;
use rootstage::journal::JournalError;

use crate::room::{Room, failing};
use crate::world::What;

fn is_sign(effect: &Effect) -> bool {
    matches!(effect, Effect::Sign { .. })
}

fn is_generate(effect: &Effect) -> bool {
    matches!(effect, Effect::Generate { .. })
}

#[test]
fn the_power_goes_while_a_token_signs() {
    for (step, what) in [
        ("prove.keyholder-1", What::PowerCutBefore),
        ("prove.keyholder-2", What::PowerCutAfter),
        ("sign.keyholder-1", What::PowerCutAfter),
        ("sign.keyholder-2", What::PowerCutBefore),
    ] {
        let mut room = Room::open(2, 2);
        room.happens(step, is_sign, what);
        room.until_dark();
        let signed = room.times(is_sign);
        room.resume().unwrap();
        assert_eq!(room.at(), (step.to_owned(), "doubt".to_owned()));
        assert!(room.words().contains("IN FLIGHT"), "{}", room.words());
        assert_eq!(room.times(is_sign), signed, "nothing is repeated blindly");
        // The light flickers again before anybody has answered.
        room.resume().unwrap();
        assert_eq!(room.at().1, "doubt");
        room.to_the_end();
        assert_eq!(room.state().resumptions, 2);
        room.audits_clean();
    }
}

#[test]
fn the_power_goes_while_a_token_generates() {
    for (what, made) in [(What::PowerCutAfter, 1), (What::PowerCutBefore, 0)] {
        let mut room = Room::open(2, 2);
        room.happens("generate.keyholder-2", is_generate, what);
        room.until_dark();
        room.resume().unwrap();
        assert_eq!(
            room.at(),
            ("generate.keyholder-2".to_owned(), "secret".to_owned())
        );
        assert!(room.words().contains("look"), "{}", room.words());
        room.go_on();
        if made == 1 {
            assert_eq!(
                room.at().1,
                "adopt",
                "a key that is there is taken by two people"
            );
            room.go_on();
        }
        assert_eq!(
            room.state().keys.len(),
            1 + made,
            "adopted, or to be made anew"
        );
        room.to_the_end();
        assert_eq!(room.times(is_generate), 2);
        room.audits_clean();
    }
}

#[test]
fn the_power_goes_while_somebody_looks_for_a_key() {
    let mut room = Room::open(2, 2);
    room.happens("generate.keyholder-1", is_generate, What::PowerCutAfter);
    room.happens(
        "generate.keyholder-1",
        |e| matches!(e, Effect::FindKey { .. }),
        What::PowerCutBefore,
    );
    room.until_dark();
    room.resume().unwrap();
    room.until_dark();
    room.resume().unwrap();
    assert_eq!(
        room.at().1,
        "secret",
        "a PIN is asked for, never used again"
    );
    room.to_the_end().audits_clean();
}

#[test]
fn the_power_goes_at_everything_that_can_be_repeated() {
    let repeatable: [fn(&Effect) -> bool; 5] = [
        |e| *e == Effect::CheckEnvironment,
        |e| *e == Effect::ReadClock,
        |e| matches!(e, Effect::Identify { .. }),
        |e| matches!(e, Effect::ReadFiles { .. }),
        |e| matches!(e, Effect::WriteMetadata { .. }),
    ];
    for what in [What::PowerCutBefore, What::PowerCutAfter] {
        for at in repeatable {
            let mut room = Room::open(2, 2);
            room.happens("", at, what.clone());
            room.until_dark();
            room.resume().unwrap();
            room.to_the_end().audits_clean();
        }
    }
}

#[test]
fn the_power_goes_at_every_open_question() {
    let mut room = Room::open(2, 2);
    while room.state().ending.is_none() {
        let (open, ask) = (room.at(), room.ask().clone());
        room.resume().unwrap();
        assert_eq!(
            (room.at(), room.ask().clone()),
            (open, ask),
            "the same question, word for word"
        );
        room.go_on();
    }
    room.audits_clean();
}

#[test]
fn the_head_on_paper_still_fits_after_a_power_cut() {
    let mut room = Room::open(2, 2);
    room.until("head", "head");
    let paper = room.ask().digest.as_ref().unwrap().sha256;
    room.resume().unwrap();
    room.until("close", "close").resume().unwrap();
    room.to_the_end().audits_clean();
    assert!(failing(&room.audit_with_head(paper)).is_empty());
    assert!(failing(&room.audit_with_head(room.state().head)).is_empty());
    let other = rootstage::digest::Sha256([7; 32]);
    assert_eq!(failing(&room.audit_with_head(other)), ["transcript.head"]);
}

#[test]
fn an_earlier_head_does_not_cover_what_follows() {
    let mut room = Room::open(2, 2);
    room.until("sign.keyholder-2", "secret");
    let early = room.state().head;
    room.to_the_end();
    assert_eq!(failing(&room.audit_with_head(early)), ["transcript.head"]);
}

#[test]
fn plan_or_script_edited_after_the_start_are_refused() {
    for name in ["plan.toml", "script.toml"] {
        let mut room = Room::open(2, 2);
        room.until("clock", "clock").power_cut();
        let path = room.dir().join(name);
        let original = fs::read(&path).unwrap();
        fs::write(&path, [&original[..], b"\n# and a word\n"].concat()).unwrap();
        // A torn line is there as well: who refuses to go on does not touch it.
        let torn = [&fs::read(room.transcript()).unwrap()[..], b"{\"actor\":"].concat();
        fs::write(room.transcript(), &torn).unwrap();
        let refused = room.resume().unwrap_err();
        assert!(
            matches!(refused, DirectoryError::Changed { .. }),
            "{refused}"
        );
        assert_eq!(fs::read(room.transcript()).unwrap(), torn);
        fs::write(&path, original).unwrap();
        room.resume().unwrap();
        assert_eq!(room.cut, 9);
        room.to_the_end().audits_clean();
    }
}

#[test]
fn a_ceremony_that_has_ended_is_not_gone_on_with() {
    let mut room = Room::open(2, 2);
    room.to_the_end();
    let before = [&fs::read(room.transcript()).unwrap()[..], b"torn"].concat();
    fs::write(room.transcript(), &before).unwrap();
    let refused = room.resume().unwrap_err();
    assert!(matches!(refused, DirectoryError::Ended(_)), "{refused}");
    assert_eq!(fs::read(room.transcript()).unwrap(), before);
    assert_eq!(failing(&room.audit()), ["transcript.whole"]);
}

#[test]
fn two_programs_never_write_one_transcript() {
    let mut room = Room::open(2, 2);
    room.until("clock", "clock");
    let other =
        rootstage::directory::resume(&room.dir(), crate::room::clock, &mut |_| unreachable!());
    let refused = other.err().expect("refused");
    assert!(
        matches!(refused, DirectoryError::Journal(JournalError::InUse(_))),
        "{refused}"
    );
    room.to_the_end().audits_clean();
}

#[test]
fn a_broken_record_is_not_gone_on_with() {
    let mut room = Room::open(2, 2);
    room.until("clock", "clock").power_cut();
    let mut bytes = fs::read(room.transcript()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(room.transcript(), &bytes).unwrap();
    let refused = room.resume().unwrap_err();
    assert!(
        matches!(
            refused,
            DirectoryError::Journal(JournalError::Broken { .. })
        ),
        "{refused}"
    );
    assert_eq!(fs::read(room.transcript()).unwrap(), bytes);
}
