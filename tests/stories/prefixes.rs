//! A finished transcript, cut anywhere: what is left goes on to a clean audit.

use std::fs;

use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::event::Event;
use rootstage::transcript::Record;

use crate::room::{Room, copy_all};

/// A finished ceremony, and the means to be in the middle of it again.
struct Finished {
    room: Room,
    bytes: Vec<u8>,
    /// Where each record ends, newline included.
    ends: Vec<usize>,
    saved: tempfile::TempDir,
}

impl Finished {
    fn new() -> Self {
        let mut room = Room::open(2, 2);
        room.to_the_end().audits_clean();
        room.power_cut();
        let bytes = fs::read(room.transcript()).unwrap();
        let ends = (1..)
            .zip(&bytes)
            .filter(|(_, b)| **b == b'\n')
            .map(|(end, _)| end)
            .collect();
        let saved = crate::room::home();
        copy_all(room.home.path(), saved.path());
        Self {
            room,
            bytes,
            ends,
            saved,
        }
    }

    /// Puts everything back to where it was when `length` bytes of transcript were on disk. A key of
    /// which only the intent is on record was made where `made` says so.
    fn back_to(&mut self, length: usize, made: bool) {
        let home = self.room.home.path();
        fs::write(self.room.transcript(), &self.bytes[..length]).unwrap();
        let _ = fs::remove_dir_all(home.join("tokens"));
        copy_all(&self.saved.path().join("tokens"), &home.join("tokens"));
        let whole = &self.bytes[..self
            .ends
            .iter()
            .copied()
            .filter(|end| *end <= length)
            .max()
            .unwrap_or(0)];
        let text = std::str::from_utf8(whole).unwrap();
        let events: Vec<Event> = text
            .lines()
            .map(|line| Record::parse(line).unwrap().event().unwrap())
            .collect();
        for number in 1..=2 {
            let label = format!("root-{number}");
            let generated = events
                .iter()
                .any(|e| matches!(e, Event::KeyGenerated(key) if key.label == label));
            let intended = events.iter().any(
                |e| matches!(e, Event::Intended(Effect::Generate { label: l, .. }) if *l == label),
            );
            if !(generated || intended && made) {
                for file in ["age", "age.pub"] {
                    fs::remove_file(home.join(format!("tokens/keyholder-{number}.{file}")))
                        .unwrap();
                }
            }
        }
        if !events
            .iter()
            .any(|e| matches!(e, Event::Intended(Effect::WriteMetadata { .. })))
        {
            for file in ["root.json", "1.root.json"] {
                let _ = fs::remove_file(self.room.dir().join("metadata").join(file));
            }
        }
        if !events
            .iter()
            .any(|e| matches!(e, Event::Intended(Effect::WriteSeal { .. })))
        {
            let _ = fs::remove_file(self.room.dir().join("seal.dsse.json"));
        }
    }
}

#[test]
fn every_beginning_of_a_ceremony_goes_on_to_a_clean_audit() {
    let mut finished = Finished::new();
    let ends = finished.ends.clone();
    // The last record ends the ceremony: there is nothing to go on with.
    for end in &ends[..ends.len() - 1] {
        for made in [true, false] {
            finished.back_to(*end, made);
            finished
                .room
                .resume()
                .unwrap_or_else(|error| panic!("{end}: {error}"));
            assert_eq!(finished.room.cut, 0);
            finished.room.to_the_end().audits_clean();
            let now = fs::read(finished.room.transcript()).unwrap();
            assert_eq!(
                now[..*end],
                finished.bytes[..*end],
                "what was on record stays"
            );
        }
    }
}

#[test]
fn a_torn_tail_is_cut_and_the_cut_is_on_record() {
    let mut finished = Finished::new();
    let ends = finished.ends.clone();
    let last = ends.len() - 1;
    // Every byte of the last three records, and every so many of all the others (a prime, so that it
    // falls on all places of a record).
    let first_of_last = ends[last - 3];
    let offsets = (ends[0]..first_of_last)
        .step_by(331)
        .chain(first_of_last..ends[last]);
    for (number, offset) in offsets.enumerate() {
        finished.back_to(offset, true);
        let whole = *ends.iter().filter(|end| **end <= offset).max().unwrap();
        finished
            .room
            .resume()
            .unwrap_or_else(|error| panic!("{offset}: {error}"));
        let torn = (offset - whole) as u64;
        assert_eq!(finished.room.cut, torn);
        let now = fs::read(finished.room.transcript()).unwrap();
        assert_eq!(now[..whole], finished.bytes[..whole]);
        let line = now[whole..].split(|b| *b == b'\n').next().unwrap();
        match Record::parse(std::str::from_utf8(line).unwrap())
            .unwrap()
            .event()
            .unwrap()
        {
            Event::Resumed(resumption) => assert_eq!(resumption.cut_bytes, torn),
            other => panic!("{other:?}"),
        }
        if number % 23 == 0 {
            finished.room.to_the_end().audits_clean();
        }
    }
}

#[test]
fn a_first_record_that_is_torn_is_no_ceremony() {
    let mut finished = Finished::new();
    for offset in 0..finished.ends[0] {
        finished.back_to(offset, true);
        let before = fs::read(finished.room.transcript()).unwrap();
        let refused = finished.room.resume().unwrap_err().to_string();
        assert!(
            refused.contains("before its first record"),
            "{offset}: {refused}"
        );
        assert_eq!(fs::read(finished.room.transcript()).unwrap(), before);
    }
}
