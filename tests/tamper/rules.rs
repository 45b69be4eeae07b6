//! For each rule of the catalogue a forgery that breaks this rule and no other: the test of a rule has its id
//! for a name. The forger has the program and every file, and makes the rest of the record agree.

use std::fs;

use rootstage::ceremony::event::{Event, Exception};
use rootstage::ceremony::plan::Mode;
use rootstage::digest::Sha256;
use rootstage::transcript::audit::{CATALOGUE, Finding, Verdict};

use crate::days::{self, on_paper};
use crate::room::{Room, plan};
use crate::storyteller::{self, Story};
use crate::{Desk, Loose, artefacts, failing};

/// A test for each, and their names.
macro_rules! broken {
    ($($name:ident => $forged:expr;)*) => {
        $(
            #[test]
            fn $name() {
                only(stringify!($name), &$forged);
            }
        )*

        /// Every rule that has a test here.
        const TESTS: &[&str] = &[$(stringify!($name)),*];
    };
}

/// The name of a rule's test.
fn test_of(id: &str) -> String {
    id.replace(['.', '-'], "_")
}

/// Exactly this rule fails. What a broken chain leaves undecided says so.
fn only(test: &str, findings: &[Finding]) {
    let of_rule = |finding: &&Finding| test_of(finding.rule.id) == test;
    let rule = findings.iter().find(of_rule).unwrap().rule;
    for finding in findings {
        let undecided = finding.sentence.starts_with("not decided");
        assert_eq!(
            finding.verdict == Verdict::Fail && !undecided,
            finding.rule == rule,
            "{}: {}, {:?}",
            finding.rule.id,
            finding.sentence,
            failing(findings)
        );
    }
}

#[test]
fn every_rule_has_a_test_that_breaks_it_and_no_other() {
    for rule in CATALOGUE {
        let test = test_of(rule.id);
        assert!(
            TESTS.contains(&test.as_str()),
            "no test breaks the rule {}: add {test} here",
            rule.id
        );
    }
    assert_eq!(TESTS.len(), CATALOGUE.len());
}

broken! {
    transcript_chain => {
        let desk = days::first();
        let mut bytes = desk.bytes.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        over(&desk, &bytes, None)
    };
    transcript_whole => {
        let desk = days::first();
        over(&desk, &[&desk.bytes[..], b"{\"v\":1"].concat(), None)
    };
    transcript_head => {
        let desk = days::first();
        over(&desk, &desk.bytes, Some(Sha256::of(b"another")))
    };
    script_digest => forged(&days::paper(), opened, |opening| {
        if let Event::CeremonyOpened(opening) = &mut opening.event {
            opening.script = Sha256::of(b"another");
        }
    });
    plan_digest => forged(&days::paper(), opened, |opening| {
        if let Event::CeremonyOpened(opening) = &mut opening.event {
            opening.plan = Sha256::of(b"another");
        }
    });
    ceremony_mode => {
        let desk = days::paper();
        let mut records = desk.loose();
        if let Event::CeremonyOpened(opening) = &mut records[0].event {
            opening.mode = Mode::Production;
        }
        told(&desk, Mode::Production, &records, &[0])
    };
    script_followed => {
        // the administrator's word for the witness
        let desk = days::paper();
        let mut records = desk.loose();
        let answer = |record: &Loose| matches!(&record.event, Event::Answered { ask, .. } if ask == "close");
        let at = records.iter().position(answer).unwrap();
        records[at].actor = "witness".to_owned();
        told(&desk, Mode::Rehearsal, &records, &[at])
    };
    script_exceptions => {
        let desk = with_a_skip();
        let skipped = |record: &Loose| matches!(record.event, Event::ExceptionLogged(_));
        forged(&desk, skipped, |record| {
            if let Event::ExceptionLogged(Exception { by, .. }) = &mut record.event {
                by.pop();
            }
        })
    };
    root_base => {
        let desk = Desk::of(days::rotated("\n[seal]\nby = \"paper\"\n"));
        let trusted = |record: &Loose| matches!(record.event, Event::RootTrusted { .. });
        forged(&desk, trusted, |record| {
            if let Event::RootTrusted { payload, .. } = &mut record.event {
                *payload = Sha256::of(b"another");
            }
        })
    };
    content_imported => {
        let desk = Desk::of(days::rotated("\n[seal]\nby = \"paper\"\n"));
        let imported = |record: &Loose| matches!(record.event, Event::ContentImported { .. });
        forged(&desk, imported, |record| {
            if let Event::ContentImported { payload, .. } = &mut record.event {
                *payload = Sha256::of(b"another");
            }
        })
    };
    files_in => beside(&days::rotation(), |artefacts| {
        artefacts.inputs[0].1.push(b' ');
    });
    media_bound => {
        let desk = crate::media::desk_on_paper();
        let bound = |record: &Loose| matches!(record.event, Event::MediumBound { .. });
        forged(&desk, bound, |record| {
            if let Event::MediumBound { medium, .. } = &mut record.event {
                medium.serial = "another".to_owned();
            }
        })
    };
    media_log => {
        let desk = crate::media::desk_on_paper();
        let given_up = |record: &Loose| matches!(record.event, Event::LogGivenUp { .. });
        forged(&desk, given_up, |record| {
            if let Event::LogGivenUp { by } = &mut record.event {
                by.truncate(1);
            }
        })
    };
    keys_possession => forged(&days::paper(), signature("prove."), other_signature);
    attestation_evidence => beside(&days::rotation(), |artefacts| {
        artefacts.attestations.pop();
    });
    attestation_verdict => {
        let desk = Desk::of(days::attested(&on_paper(&plan(2, 2))));
        let attested = |record: &Loose| matches!(record.event, Event::KeyAttested(_));
        forged(&desk, attested, |record| {
            if let Event::KeyAttested(evidence) = &mut record.event {
                evidence.key.public_pem = "no key".to_owned();
            }
        })
    };
    keys_ids => {
        let enrolled = |record: &Loose| matches!(record.event, Event::KeyEnrolled { .. });
        forged(&days::paper(), enrolled, |record| {
            if let Event::KeyEnrolled { keyid, .. } = &mut record.event {
                *keyid = serde_json::from_value(serde_json::json!("0".repeat(64))).unwrap();
            }
        })
    };
    root_payload => {
        let read = |record: &Loose| matches!(record.event, Event::FilesRead { .. });
        forged(&days::paper(), read, |record| {
            if let Event::FilesRead { files } = &mut record.event {
                files[0].sha256 = Sha256::of(b"another");
            }
        })
    };
    root_policy => {
        // for one record it is two hours before the root expires
        let desk = days::paper();
        let mut records = desk.loose();
        let assembled = |record: &Loose| matches!(record.event, Event::RootAssembled { .. });
        let at = records.iter().position(assembled).unwrap();
        let before = &mut records[at - 1].at;
        *before = before.replace("2026-12-01", "2027-11-30");
        told(&desk, Mode::Rehearsal, &records, &[])
    };
    root_approved => {
        let approved = |record: &Loose| matches!(record.event, Event::ContentApproved { .. });
        forged(&days::paper(), approved, |record| {
            if let Event::ContentApproved { payload, .. } = &mut record.event {
                *payload = Sha256::of(b"another");
            }
        })
    };
    root_signatures => forged(&days::paper(), signature("sign."), other_signature);
    root_threshold => {
        let counted = |record: &Loose| matches!(record.event, Event::SignaturesCounted { .. });
        forged(&days::paper(), counted, |record| {
            if let Event::SignaturesCounted { judges, .. } = &mut record.event {
                judges[0].counted += 1;
            }
        })
    };
    root_trusted => {
        let (desk, other) = (days::first(), Desk::new(2, 2));
        let theirs = fs::read(other.room.dir().join("metadata/root.json")).unwrap();
        beside(&desk, |artefacts| {
            artefacts.trusted.push(("another.json".to_owned(), theirs));
        })
    };
    findings_accepted => {
        let desk = Desk::of(days::rotated("\n[seal]\nby = \"paper\"\n"));
        let accepted = |record: &Loose| matches!(record.event, Event::FindingsAccepted { .. });
        forged(&desk, accepted, |record| {
            if let Event::FindingsAccepted { by, .. } = &mut record.event {
                by.truncate(1);
            }
        })
    };
    root_files => beside(&days::first(), |artefacts| {
        artefacts.metadata[0].1.push(b'\n');
    });
    files_out => beside(&days::first(), |artefacts| {
        artefacts.outputs.push(("another.rse".to_owned(), Vec::new()));
    });
    seal_statement => forged(&days::first(), stated, |record| {
        if let Event::SealStated { records, .. } = &mut record.event {
            *records += 1;
        }
    });
    seal_signatures => forged(&days::first(), signature("seal."), other_signature);
    seal_count => {
        // the last keyholder's seal, left out by two people who may not
        let desk = days::first();
        let mut records = desk.loose();
        let of_last = |record: &Loose| record.step == "seal.keyholder-2";
        let written = |record: &Loose| match &record.event {
            Event::SealWritten { .. } => true,
            Event::Intended(effect) => {
                matches!(effect, rootstage::ceremony::effect::Effect::WriteSeal { .. })
            }
            _ => false,
        };
        let begun = records.iter().position(of_last).unwrap();
        let done = records.iter().rposition(of_last).unwrap();
        let by = ["administrator", "witness"];
        let by = by.map(|id| rootstage::ceremony::plan::ParticipantId(id.to_owned())).to_vec();
        let blank = Loose { actor: "administrator".to_owned(), ..records[begun].clone() };
        let events = [
            Event::ExceptionLogged(Exception {
                number: 1,
                expected: "two seals".to_owned(),
                happened: "one".to_owned(),
                decided: "to go on".to_owned(),
                by: by.clone(),
            }),
            Event::StepSkipped { exception: 1, by },
        ];
        let told_so = events.map(|event| Loose { event, ..blank.clone() });
        let (mut file, _): (Vec<Loose>, Vec<Loose>) =
            records.splice(begun + 1..=done, told_so).partition(written);
        // the file is written by the step that comes then
        let next = begun + 4;
        for record in &mut file {
            record.step.clone_from(&records[next - 1].step);
        }
        records.splice(next..next, file);
        told(&desk, Mode::Rehearsal, &records, &[])
    };
    seal_file => beside(&days::first(), |artefacts| {
        artefacts.seal.as_mut().unwrap().push(b'\n');
    });
    // everything lies there but the recording
    recording_file => beside(&Desk::of(crate::recording::recorded()), |_| ());
}

/// A ceremony on paper in which the first keyholder's signature was left out by two people.
fn with_a_skip() -> Desk {
    let mut room = Room::with_plan(&on_paper(&plan(3, 2)));
    room.until("sign.keyholder-1", "secret");
    room.skip(&["VA", "WW"]).unwrap();
    Desk::of(room)
}

fn opened(record: &Loose) -> bool {
    matches!(record.event, Event::CeremonyOpened(_))
}

fn stated(record: &Loose) -> bool {
    matches!(record.event, Event::SealStated { .. })
}

fn signature(step: &'static str) -> impl Fn(&Loose) -> bool {
    move |record| {
        record.step.starts_with(step) && matches!(record.event, Event::SignatureMade { .. })
    }
}

/// A signature of nobody.
fn other_signature(record: &mut Loose) {
    if let Event::SignatureMade { sig } = &mut record.event {
        let last = if sig.ends_with('0') { "1" } else { "0" };
        sig.replace_range(sig.len() - 1.., last);
    }
}

/// The audit of other bytes for the transcript.
fn over(desk: &Desk, bytes: &[u8], head: Option<Sha256>) -> Vec<Finding> {
    let auditor = rootstage::directory::follow(&desk.procedure, bytes, head).unwrap();
    auditor.finish(&artefacts(&desk.room.dir()))
}

/// The audit after something was done to the files beside the transcript.
fn beside(
    desk: &Desk,
    change: impl FnOnce(&mut rootstage::transcript::audit::Artefacts),
) -> Vec<Finding> {
    let auditor =
        rootstage::directory::follow(&desk.procedure, desk.bytes.as_slice(), None).unwrap();
    let mut artefacts = artefacts(&desk.room.dir());
    change(&mut artefacts);
    auditor.finish(&artefacts)
}

/// The audit after the first such record was forged, and everything that follows from it.
fn forged(
    desk: &Desk,
    is_it: impl Fn(&Loose) -> bool,
    forge: impl FnOnce(&mut Loose),
) -> Vec<Finding> {
    let mut records = desk.loose();
    let at = records.iter().position(is_it).unwrap();
    forge(&mut records[at]);
    told(desk, Mode::Rehearsal, &records, &[at])
}

/// The audit of records that a forger tells anew; those at `forged` stay as they are.
fn told(desk: &Desk, mode: Mode, records: &[Loose], forged: &[usize]) -> Vec<Finding> {
    let story = Story {
        procedure: &desk.procedure,
        mode,
        forged,
    };
    let (auditor, _) = story.told(records);
    let mut artefacts = artefacts(&desk.room.dir());
    storyteller::files_of(auditor.state(), &mut artefacts);
    auditor.finish(&artefacts)
}
