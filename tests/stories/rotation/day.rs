//! A day on which everything crosses: in on a medium and as QR codes, out by every way, and a LOG
//! medium. Cut anywhere it goes on; forged anywhere it is found.

use std::fs;

use rootstage::ceremony::ask::Answer;
use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::event::Event;
use rootstage::ceremony::medium::{MediumRole, Way};
use rootstage::ceremony::plan::Mode;
use rootstage::digest::Sha256;
use rootstage::envelope::Kind;

use super::across::{packed, staged, trusted, with_crossing};
use super::{Holder, first, plan, staged_part};
use crate::forger::{self, Loose, chained};
use crate::room::{Room, failing};
use crate::world::{stick, with};

const WAYS: &str =
    "[transport]\nin = [\"medium\", \"qr\"]\nout = [\"file\", \"medium\", \"qr\"]\nlog = true\n";

/// The day, and what its camera sees.
struct Day {
    room: Room,
    staged: Vec<u8>,
}

impl Day {
    fn new() -> Self {
        let (room, one) = first();
        let staged = staged(&room, "2028-01-01T00:00:00Z");
        // nothing lies where the plan says: it comes another way
        fs::remove_file(room.home.path().join("trusted.json")).unwrap();
        let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
        let part = staged_part("").replace("trusted.json", "given/trusted.rse");
        let text = plan(&format!("{part}\n{WAYS}"), &holders, "");
        let mut room = Room::later_prepared(&room.home, "day", &text, &with_crossing());
        let mut incoming = stick("sdb1", "in");
        let envelope = packed(Kind::SignedRole, &["1.root.json"], &trusted(&room));
        incoming.files.insert("trusted.rse".to_owned(), envelope);
        let others = [stick("sdc1", "out"), stick("sdd1", "log")];
        room.shelf.lock().unwrap().push(incoming);
        room.shelf.lock().unwrap().extend(others);
        room.begin().unwrap();
        Self { room, staged }
    }

    /// Played to its end, and let go of.
    fn finished() -> Self {
        let mut day = Self::new();
        day.play_out();
        day.room.power_cut();
        day
    }

    fn play_out(&mut self) {
        while self.room.state().ending.is_none() {
            let (step, ask) = self.room.at();
            match (step.as_str(), ask.as_str()) {
                ("trusted", "way") => self.room.types(&["medium"]).unwrap(),
                ("import", "way") => self.room.types(&["qr"]).unwrap(),
                ("import", "scan") => {
                    let answer = Answer {
                        received: Some(Answer::carry(&self.staged)),
                        ..self.room.usual()
                    };
                    self.room.answer(answer).unwrap()
                }
                (_, "again" | "log-lost") => panic!("{step}: {}", self.room.words()),
                _ => self.room.go_on(),
            };
        }
        self.room.audits_clean();
        assert!(self.room.state().exported.len() == 3);
        assert_eq!(copy(&self.room), fs::read(self.room.transcript()).unwrap());
    }

    fn loose(&self) -> Vec<Loose> {
        forger::loose(&fs::read(self.room.transcript()).unwrap())
    }

    /// What fails once this record says something else, and everything is chained anew.
    fn forged(
        &self,
        is_it: impl Fn(&Loose) -> bool,
        forge: impl FnOnce(&mut Loose),
    ) -> Vec<(&'static str, String)> {
        let mut records = self.loose();
        let record = records.iter_mut().find(|record| is_it(record)).unwrap();
        let before = record.clone();
        forge(record);
        assert!(*record != before, "nothing was forged");
        let was = fs::read(self.room.transcript()).unwrap();
        fs::write(self.room.transcript(), chained(Mode::Rehearsal, &records)).unwrap();
        let audited = self.room.audit();
        fs::write(self.room.transcript(), was).unwrap();
        let ids = failing(&audited);
        let findings = audited.findings.iter();
        let failed = findings.filter(|finding| ids.contains(&finding.rule.id));
        failed
            .map(|finding| (finding.rule.id, finding.sentence.clone()))
            .collect()
    }
}

/// The copy on the LOG medium; empty where there is none.
fn copy(room: &Room) -> Vec<u8> {
    with(&room.shelf, "log", |stick| {
        let mut files = stick.files.iter();
        let copy = files.find(|(name, _)| name.ends_with(".transcript.jsonl"));
        copy.map_or_else(Vec::new, |(_, bytes)| bytes.clone())
    })
}

/// What stands on the LOG medium when the power goes.
#[derive(Clone, Copy, Debug)]
enum Behind {
    /// Everything that is on record.
    Nothing,
    /// All but the last record, of which there is a part.
    OneRecord,
}

#[test]
fn every_beginning_of_the_day_goes_on_to_a_clean_audit() {
    let mut day = Day::finished();
    let bytes = fs::read(day.room.transcript()).unwrap();
    let ends: Vec<usize> = (1..)
        .zip(&bytes)
        .filter(|(_, b)| **b == b'\n')
        .map(|(end, _)| end)
        .collect();
    let events: Vec<Event> = day.loose().into_iter().map(|r| r.event).collect();
    let whole_copy = copy(&day.room);
    assert_eq!(whole_copy, bytes);
    eprintln!("{} records", ends.len());
    // the last record ends the ceremony: there is nothing to go on with
    for (number, end) in ends.iter().enumerate().take(ends.len() - 1) {
        let intended = |is_it: fn(&Effect) -> bool| {
            events[..=number]
                .iter()
                .any(|event| matches!(event, Event::Intended(effect) if is_it(effect)))
        };
        let attached = events[..=number]
            .iter()
            .any(|event| matches!(event, Event::LogAttached {}));
        for behind in [Behind::Nothing, Behind::OneRecord] {
            fs::write(day.room.transcript(), &bytes[..*end]).unwrap();
            for (part, written) in [
                (
                    "metadata",
                    intended(|effect| matches!(effect, Effect::WriteMetadata { .. })),
                ),
                (
                    "out",
                    intended(|effect| matches!(effect, Effect::Export { .. })),
                ),
                (
                    "in",
                    intended(|effect| matches!(effect, Effect::ReadFiles { .. })),
                ),
            ] {
                if !written {
                    let _ = fs::remove_dir_all(day.room.dir().join(part));
                }
            }
            if !intended(|effect| {
                matches!(
                    effect,
                    Effect::Export {
                        way: Way::Medium,
                        ..
                    }
                )
            }) {
                with(&day.room.shelf, "out", |stick| stick.files.clear());
            }
            let before = if number > 0 { ends[number - 1] } else { 0 };
            with(&day.room.shelf, "log", |stick| {
                stick.free = 1 << 20;
                if !attached {
                    stick.files.clear();
                }
                for (name, copy) in &mut stick.files {
                    if name.ends_with(".transcript.jsonl") {
                        let kept = match behind {
                            Behind::Nothing => *end,
                            Behind::OneRecord => before + (*end - before) / 2,
                        };
                        *copy = bytes[..kept].to_vec();
                    }
                }
            });
            with(&day.room.shelf, "out", |stick| stick.free = 1 << 20);
            day.room
                .resume()
                .unwrap_or_else(|error| panic!("{number}, {behind:?}: {error}"));
            day.play_out();
            day.room.power_cut();
            let now = fs::read(day.room.transcript()).unwrap();
            assert_eq!(now[..*end], bytes[..*end], "what was on record stays");
        }
    }
}

/// The rule is among those that fail, and says these words.
fn says(failed: &[(&str, String)], rule: &str, words: &str) {
    let found = failed
        .iter()
        .any(|(id, sentence)| *id == rule && sentence.contains(words));
    assert!(found, "{rule}, {words}: {failed:?}");
}

#[test]
fn what_was_scanned_and_what_was_read_cannot_part() {
    let day = Day::finished();
    let scanned =
        |record: &Loose| matches!(&record.event, Event::Answered { ask, .. } if ask == "scan");
    // a blank more: the same content, other bytes
    let mut other = day.staged.clone();
    other.push(b' ');
    let failed = day.forged(scanned, |record| {
        if let Event::Answered { answer, .. } = &mut record.event {
            answer.received = Some(Answer::carry(&other));
        }
    });
    says(&failed, "content.imported", "root.json");
    // the same from the other side: the file on record is another one, and lies in in/
    let read = |path: &'static str| move |record: &Loose| matches!(&record.event, Event::FilesRead { files } if files.iter().any(|file| file.path == path));
    let failed = day.forged(read("root.json"), |record| {
        if let Event::FilesRead { files } = &mut record.event {
            files[0].text.push(' ');
            files[0].sha256 = Sha256::of(files[0].text.as_bytes());
            fs::write(
                day.room.dir().join("in").join(files[0].kept_as()),
                &files[0].text,
            )
            .unwrap();
        }
    });
    says(&failed, "content.imported", "root.json");
    // nothing was received at all
    let failed = day.forged(scanned, |record| {
        if let Event::Answered { answer, .. } = &mut record.event {
            answer.received = None;
        }
    });
    says(&failed, "content.imported", "");
    says(&failed, "script.followed", "the answer is none");
}

#[test]
fn what_was_read_is_what_its_envelope_holds() {
    let day = Day::finished();
    let read = |record: &Loose| matches!(&record.event, Event::FilesRead { files } if files.iter().any(|file| file.path == "given/trusted.rse"));
    // the forger has the file in in/ agree
    let failed = day.forged(read, |record| {
        if let Event::FilesRead { files } = &mut record.event {
            files[0].text.push(' ');
            files[0].sha256 = Sha256::of(files[0].text.as_bytes());
            let kept = day.room.dir().join("in").join(files[0].kept_as());
            fs::write(kept, &files[0].text).unwrap();
        }
    });
    says(&failed, "files.in", "is not the envelope of what was read");
    // who packed it, and what it is
    let forgeries: [fn(&mut rootstage::ceremony::effect::FromEnvelope); 4] = [
        |from| from.from = Some("somebody".to_owned()),
        |from| from.content = Sha256([1; 32]),
        |from| from.kind = "staged-role".to_owned(),
        |from| from.file.sha256 = Sha256([1; 32]),
    ];
    for forge in forgeries {
        let failed = day.forged(read, |record| {
            if let Event::FilesRead { files } = &mut record.event {
                forge(files[0].envelope.as_mut().unwrap());
            }
        });
        says(&failed, "files.in", "");
    }
    // it came in no envelope, they say
    let failed = day.forged(read, |record| {
        if let Event::FilesRead { files } = &mut record.event {
            files[0].envelope = None;
        }
    });
    assert!(!failed.is_empty(), "nobody noticed");
}

#[test]
fn what_left_is_what_the_transcript_leads_to() {
    let day = Day::finished();
    for way in [Way::File, Way::Medium, Way::Qr] {
        let exported =
            |record: &Loose| matches!(&record.event, Event::Exported { way: by, .. } if *by == way);
        let intended = |record: &Loose| matches!(&record.event, Event::Intended(Effect::Export { way: by, .. }) if *by == way);
        let failed = day.forged(exported, |record| {
            if let Event::Exported { files, .. } = &mut record.event {
                files[0].sha256 = Sha256::of(b"{}");
                files[0].size = 2;
            }
        });
        says(&failed, "script.followed", "does not answer");
        says(&failed, "files.out", "is not what left");
        let failed = day.forged(exported, |record| {
            if let Event::Exported { files, .. } = &mut record.event {
                files.pop();
            }
        });
        says(&failed, "script.followed", "does not answer");
        let failed = day.forged(intended, |record| {
            if let Event::Intended(Effect::Export { files, .. }) = &mut record.event {
                files[0].sha256 = Sha256::of(b"{}");
            }
        });
        says(&failed, "script.followed", "nothing led to this act");
    }
    // the forger has the file in out/ agree with a forged record
    let out = day.room.dir().join("out/signatures.rse");
    let was = fs::read(&out).unwrap();
    fs::write(&out, b"{}").unwrap();
    let failed = day.forged(
        |record| matches!(record.event, Event::Exported { .. }),
        |record| {
            if let Event::Exported { files, .. } = &mut record.event {
                let of = files
                    .iter_mut()
                    .filter(|f| f.name.ends_with("/signatures.rse"));
                for file in of {
                    file.sha256 = Sha256::of(b"{}");
                    file.size = 2;
                }
            }
        },
    );
    says(&failed, "script.followed", "does not answer");
    fs::write(&out, was).unwrap();
    day.room.audits_clean();
}

#[test]
fn a_medium_has_the_role_only_if_it_was_listed() {
    let day = Day::finished();
    for role in MediumRole::ALL {
        let bound = |record: &Loose| matches!(&record.event, Event::MediumBound { role: of, .. } if *of == role);
        let failed = day.forged(bound, |record| {
            if let Event::MediumBound { medium, .. } = &mut record.event {
                medium.serial = "another".to_owned();
            }
        });
        says(&failed, "media.bound", "was not listed");
        says(&failed, "script.followed", "");
    }
}
