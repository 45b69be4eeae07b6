//! QR codes across the air gap: content comes in as frames, signatures go back as one code.

use std::fs;

use rootstage::ceremony::ask::{Answer, Form};
use rootstage::ceremony::carriage;
use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::medium::Way;
use rootstage::ceremony::refusal::Refusal;
use rootstage::driver::Stop;
use rootstage::envelope::merge::{Input, Part, merge};
use rootstage::envelope::{Envelope, Kind};
use rootstage::qr::symbol::{Level, capacity, smallest};
use rootstage::qr::{Collector, MAX_FILE, Transfer};
use rootstage::tuf::root::{Root, Signed};
use rootstage::tuf::trusted::Trusted;

use super::across::{packed, staged, trusted, with_crossing};
use super::{Holder, first, plan, staged_part};
use crate::room::{Room, failing};
use crate::world::What;

/// In by QR codes alone, out by QR codes alone.
const CODES: &str = "[transport]\nin = [\"qr\"]\nout = [\"qr\"]\n";

/// What a reader has of a file that was shown: every second frame lost.
fn carried(file: &[u8]) -> Vec<u8> {
    let transfer = Transfer::new(file, capacity(12, Level::Low)).unwrap();
    let mut collector = Collector::default();
    for number in (0..transfer.frames() * 2).rev().step_by(2) {
        collector.take(&transfer.text(number));
    }
    collector.file().expect("enough frames").0.to_vec()
}

/// The open question gets this file.
fn receive(room: &mut Room, file: &[u8]) -> Result<bool, Stop> {
    let answer = Answer {
        received: Some(Answer::carry(file)),
        ..room.usual()
    };
    room.answer(answer)
}

fn refused(room: &mut Room, file: &[u8]) -> String {
    match receive(room, file) {
        Err(Stop::Refused(Refusal::WrongFile { reason, .. })) => reason,
        other => panic!("{other:?}"),
    }
}

/// A room that has read its trusted root as QR codes and waits for the content.
fn at_the_scan(more: &str, holders: &[u32]) -> (Room, Trusted<Root>, Vec<u8>) {
    let (room, one) = first();
    let content = staged(&room, "2028-01-01T00:00:00Z");
    let trusted = trusted(&room);
    // nothing lies where the plan says: it comes another way
    fs::remove_file(room.home.path().join("trusted.json")).unwrap();
    let holders: Vec<Holder> = holders
        .iter()
        .map(|n| Holder::stays(*n, one.get()))
        .collect();
    let policy = format!("signing_continues = true\n{CODES}");
    let text = plan(&staged_part(more), &holders, &policy);
    let mut room = room.later("codes", &text, &with_crossing());
    room.until("trusted", "scan");
    receive(&mut room, &carried(&trusted)).unwrap();
    room.until("import", "scan");
    (room, one, content)
}

#[test]
fn a_root_comes_in_as_frames_and_its_signatures_go_back_as_one_code() {
    let (mut room, one, content) = at_the_scan("", &[1, 2]);
    let envelope = packed(Kind::StagedRole, &["root.json"], &content);
    receive(&mut room, &carried(&envelope)).unwrap();
    assert_eq!(room.at().1, "received");
    let facts: Vec<&str> = room.ask().facts.iter().map(|f| f.value.as_str()).collect();
    assert!(
        facts.contains(&"Online desk") && facts.contains(&"for Tuesday"),
        "{facts:?}"
    );
    let shown = room.ask().digest.as_ref().unwrap().sha256;
    assert_eq!(shown, Transfer::new(&envelope, 400).unwrap().digest());
    room.until("export", "shown-qr");
    let ask = room.ask().clone();
    assert!(matches!(ask.form, Form::Words { .. }));
    let file = carriage::shown(room.state()).unwrap();
    assert_eq!(ask.carries, Some(file.digest()));
    assert_eq!(ask.digest.unwrap().sha256, file.digest().sha256);
    let out = room.dir().join("out").join(&file.name);
    assert_eq!(fs::read(out).unwrap(), file.bytes);
    // one code, that stands still
    let transfer = Transfer::new(&file.bytes, capacity(40, Level::Medium)).unwrap();
    assert_eq!(transfer.frames(), 1);
    let back = Envelope::parse(&carried(&file.bytes)).unwrap();
    assert_eq!(back.manifest().kind, Kind::Signatures);
    let inputs = [
        Input {
            name: "root.json".to_owned(),
            part: Part::of_file(content).unwrap(),
        },
        Input {
            name: "signatures.rse".to_owned(),
            part: Part::of_envelope(&back).unwrap(),
        },
    ];
    let merged = merge(&inputs, Some(&one)).unwrap();
    assert_eq!(merged.is_complete(), Some(true));
    one.next(&Signed::parse(&merged.file).unwrap()).unwrap();
    room.to_the_end().audits_clean();
}

#[test]
fn signatures_fit_one_code() {
    for (count, version) in [(1u8, 18), (2, 23), (5, 34)] {
        let signatures: Vec<_> = (0..count)
            .map(|n| {
                let digest = |what: u8| rootstage::digest::Sha256::of(&[n, what]).hex();
                serde_json::json!({
                    "keyid": digest(0),
                    "sig": format!("3046022100{}022100{}", digest(1), digest(2)),
                })
            })
            .collect();
        let list = serde_json::json!({
            "payload": "5".repeat(64), "role": "root", "signatures": signatures, "version": 2,
        });
        let file = packed(
            Kind::Signatures,
            &["signatures.json"],
            serde_json::to_string(&list).unwrap().as_bytes(),
        );
        let transfer = Transfer::new(&file, capacity(40, Level::Medium)).unwrap();
        assert_eq!((transfer.needed(), transfer.frames()), (1, 1));
        let needs = smallest(transfer.chars(), Level::Medium).unwrap();
        eprintln!("{count} signatures: {} bytes, version {needs}", file.len());
        assert!(needs <= version, "{count} signatures need version {needs}");
    }
}

#[test]
fn signatures_of_another_site_come_as_a_code() {
    let (mut north, _, content) = at_the_scan("", &[1]);
    receive(&mut north, &content).unwrap();
    north.until("export", "shown-qr");
    let signatures = carriage::shown(north.state()).unwrap().bytes;
    north.to_the_end();

    let trusted = trusted(&north);
    let one = Trusted::first(&Signed::parse(&trusted).unwrap()).unwrap();
    let also = staged_part("also = [\"north.json\"]");
    let text = plan(&also, &[Holder::stays(2, one.get())], CODES);
    let mut south = north.later("south", &text, &with_crossing());
    south.until("trusted", "scan");
    receive(&mut south, &trusted).unwrap();
    south.until("import", "scan");
    // signatures alone are no content
    let reason = refused(&mut south, &signatures);
    assert!(reason.contains("kind signatures"), "{reason}");
    receive(&mut south, &content).unwrap();
    assert_eq!(south.at().1, "scan", "one scan for each file");
    // a list over other content is none
    let other = staged(&south, "2029-01-01T00:00:00Z");
    let reason = refused(&mut south, &other);
    assert!(reason.contains("holds other content"), "{reason}");
    receive(&mut south, &carried(&signatures)).unwrap();
    south.to_the_end().audits_clean();
    let signed = fs::read(south.dir().join("metadata/2.root.json")).unwrap();
    one.next(&Signed::parse(&signed).unwrap()).unwrap();
}

#[test]
fn what_is_not_the_file_is_refused_and_the_question_stays() {
    let (mut room, _, content) = at_the_scan("", &[1, 2]);
    let records = room.state().records;
    let foreign = refused(&mut room, b"{\"signed\":{},\"signatures\":[]}");
    assert!(foreign.contains("root.json"), "{foreign}");
    let keys = packed(
        Kind::PublicKeys,
        &["a.pem"],
        b"-----BEGIN PUBLIC KEY-----\n",
    );
    assert!(refused(&mut room, &keys).contains("public-keys"));
    let mut damaged = packed(Kind::StagedRole, &["root.json"], &content);
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    refused(&mut room, &damaged);
    let encrypted = b"age-encryption.org/v1\n-> X25519";
    assert!(refused(&mut room, encrypted).contains("encrypted"));
    for nothing in [Vec::new(), vec![b' '; MAX_FILE + 1]] {
        let answer = receive(&mut room, &nothing);
        assert!(
            matches!(answer, Err(Stop::Refused(Refusal::NothingReceived))),
            "{answer:?}"
        );
    }
    assert!(matches!(
        room.answer(room.usual()),
        Err(Stop::Refused(Refusal::NothingReceived))
    ));
    assert_eq!(room.state().records, records, "nothing was recorded");
    receive(&mut room, &content).unwrap();
    // the sender's words differ: it is read again
    assert_eq!(room.at().1, "received");
    room.types(&["back"]).unwrap();
    assert_eq!(room.at().1, "scan");
    receive(&mut room, &content).unwrap();
    room.until("export", "shown-qr");
    room.skip(&["VA", "WW"]).unwrap();
    room.to_the_end().audits_clean();
}

#[test]
fn the_power_goes_while_codes_are_read_and_shown() {
    let (mut room, _, content) = at_the_scan("", &[1, 2]);
    room.power_cut();
    room.resume().unwrap();
    assert_eq!(room.at().1, "scan");
    let reads = |effect: &Effect| matches!(effect, Effect::ReadFiles { from: Way::Qr, .. });
    room.happens("import", reads, What::PowerCutAfter);
    assert!(!receive(&mut room, &content).unwrap());
    room.resume().unwrap();
    room.until("export", "shown-qr");
    let before = carriage::shown(room.state()).unwrap();
    room.power_cut();
    room.resume().unwrap();
    assert_eq!(
        carriage::shown(room.state()),
        Some(before),
        "the same bytes"
    );
    room.to_the_end().audits_clean();
}

#[test]
fn the_way_is_chosen_where_there_are_several() {
    let (room, one) = first();
    let content = staged(&room, "2028-01-01T00:00:00Z");
    fs::write(room.home.path().join("root.json"), &content).unwrap();
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let ways = "[transport]\nin = [\"file\", \"qr\"]\nout = [\"file\", \"qr\"]\n";
    let text = plan(&staged_part(""), &holders, ways);
    let mut room = room.later("ways", &text, &with_crossing());
    room.until("import", "way");
    assert!(matches!(
        room.types(&["medium"]),
        Err(Stop::Refused(Refusal::NoSuchChoice { .. }))
    ));
    room.types(&["qr"]).unwrap();
    receive(&mut room, &content).unwrap();
    room.types(&["back"]).unwrap();
    room.until("import", "way");
    room.types(&["file"]).unwrap();
    assert_eq!(room.at().1, "imported", "as files always came");
    room.until("export", "exported-file");
    let names: Vec<_> = fs::read_dir(room.dir().join("out")).unwrap().collect();
    assert_eq!(names.len(), 2);
    room.to_the_end().audits_clean();
}

#[test]
fn received_bytes_that_were_changed_afterwards_are_found() {
    let (mut room, _, content) = at_the_scan("", &[1, 2]);
    receive(&mut room, &content).unwrap();
    room.to_the_end().audits_clean();
    let text = fs::read_to_string(room.transcript()).unwrap();
    let was = Answer::carry(&content);
    let mut other = content.clone();
    *other.last_mut().unwrap() = b' ';
    let changed = text.replacen(&was, &Answer::carry(&other), 1);
    assert_ne!(text, changed);
    fs::write(room.transcript(), changed).unwrap();
    assert!(failing(&room.audit()).contains(&"transcript.chain"));
}

#[test]
fn every_prefix_goes_on() {
    let (mut room, _, content) = at_the_scan("", &[1, 2]);
    receive(&mut room, &content).unwrap();
    room.to_the_end();
    room.power_cut();
    let bytes = fs::read(room.transcript()).unwrap();
    let ends: Vec<usize> = (1..)
        .zip(&bytes)
        .filter(|(_, b)| **b == b'\n')
        .map(|(n, _)| n)
        .collect();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for (end, line) in ends.iter().zip(lines) {
        // what happens between is in other stories
        let near = ["\"import\"", "\"trusted\"", "\"export\""];
        if !near.iter().any(|step| line.contains(step)) {
            continue;
        }
        fs::write(room.transcript(), &bytes[..*end]).unwrap();
        room.resume().unwrap();
        if room
            .state()
            .asking
            .as_ref()
            .is_some_and(|ask| ask.name == "scan")
        {
            let first = room.at().0 == "trusted";
            let file = if first {
                trusted(&room)
            } else {
                content.clone()
            };
            receive(&mut room, &file).unwrap();
        }
        room.power_cut();
    }
}
