//! A forger who has the program rewrites the record and chains it anew. What the record cannot say
//! without being found is found by the rule that it breaks; what it could have said is found by the
//! head on paper.

use rootstage::ceremony::event::{Event, Exception};
use rootstage::ceremony::plan::{Mode, ParticipantId};
use rootstage::digest::Sha256;

use crate::room::{Room, plan};
use crate::{Desk, Loose, chained};

fn id(text: &str) -> ParticipantId {
    ParticipantId(text.to_owned())
}

/// Forges the record that `is_it` finds first; `rule` must be among those that fail.
pub fn found(
    desk: &Desk,
    rule: &str,
    is_it: impl Fn(&Loose) -> bool,
    forge: impl FnOnce(&mut Vec<Loose>, usize),
) {
    let mut records = desk.loose();
    let at = records
        .iter()
        .position(is_it)
        .expect("there is such a record");
    forge(&mut records, at);
    let failing = desk.failing(&chained(Mode::Rehearsal, &records), None);
    assert!(failing.contains(&rule), "{rule}: {failing:?}");
    // And in every case the paper knows.
    let failing = desk.failing(&chained(Mode::Rehearsal, &records), Some(desk.head));
    assert!(failing.contains(&"transcript.head"), "{failing:?}");
}

#[test]
fn answers_cannot_be_forged() {
    let desk = Desk::new(2, 2);
    let answer_to = |name: &'static str| move |record: &Loose| matches!(&record.event, Event::Answered { ask, .. } if ask == name);
    // Somebody else's initials than those of the person named.
    found(
        &desk,
        "script.followed",
        answer_to("plan"),
        |records, at| {
            if let Event::Answered { by, .. } = &mut records[at].event {
                *by = vec![id("keyholder-1"), id("witness")];
            }
        },
    );
    found(
        &desk,
        "script.followed",
        answer_to("plan"),
        |records, at| {
            if let Event::Answered { answer, .. } = &mut records[at].event {
                answer.typed[0] = "aardvark".to_owned();
            }
        },
    );
    found(
        &desk,
        "script.followed",
        answer_to("review"),
        |records, at| {
            if let Event::Answered { answer, .. } = &mut records[at].event {
                answer.read_to_end = false;
            }
        },
    );
    found(
        &desk,
        "script.followed",
        answer_to("consent"),
        |records, at| {
            if let Event::Answered { answer, .. } = &mut records[at].event {
                answer.typed[0].push('!');
            }
        },
    );
    // In the name of another, or without its question.
    found(
        &desk,
        "script.followed",
        answer_to("close"),
        |records, at| {
            records[at].actor = "keyholder-1".to_owned();
        },
    );
    found(
        &desk,
        "script.followed",
        answer_to("close"),
        |records, at| {
            records.remove(at - 1);
        },
    );
    found(
        &desk,
        "script.followed",
        answer_to("close"),
        |records, at| {
            records.remove(at);
        },
    );
}

#[test]
fn questions_cannot_be_forged() {
    let desk = Desk::new(2, 2);
    let question = |name: &'static str| move |record: &Loose| matches!(&record.event, Event::Asked(ask) if ask.name == name);
    found(
        &desk,
        "script.followed",
        question("review"),
        |records, at| {
            if let Event::Asked(ask) = &mut records[at].event {
                ask.words[0].push_str(" (this is only a test)");
            }
        },
    );
    found(
        &desk,
        "script.followed",
        question("review"),
        |records, at| {
            if let Event::Asked(ask) = &mut records[at].event {
                ask.document.as_mut().unwrap().lines.pop();
            }
        },
    );
    found(
        &desk,
        "script.followed",
        question("secret"),
        |records, at| {
            if let Event::Asked(ask) = &mut records[at].event {
                ask.seats.clear();
            }
        },
    );
    found(
        &desk,
        "script.followed",
        question("fingerprint"),
        |records, at| {
            if let Event::Asked(ask) = &mut records[at].event {
                ask.digest.as_mut().unwrap().sha256 = Sha256([1; 32]);
            }
        },
    );
}

#[test]
fn signatures_keys_and_content_cannot_be_forged() {
    let desk = Desk::new(2, 2);
    let in_step = |prefix: &'static str| {
        move |record: &Loose| {
            record.step.starts_with(prefix) && matches!(record.event, Event::SignatureMade { .. })
        }
    };
    let other = desk
        .loose()
        .into_iter()
        .filter(in_step("sign."))
        .nth(1)
        .unwrap()
        .event;
    // A signature of somebody else; one of the same key over something else.
    found(&desk, "root.signatures", in_step("sign."), |records, at| {
        records[at].event = other.clone();
    });
    let proof = desk
        .loose()
        .into_iter()
        .find(in_step("prove."))
        .unwrap()
        .event;
    found(&desk, "root.signatures", in_step("sign."), |records, at| {
        records[at].event = proof;
    });
    found(
        &desk,
        "keys.possession",
        in_step("prove."),
        |records, at| records[at].event = other,
    );
    let enrolled = |record: &Loose| matches!(record.event, Event::KeyEnrolled { .. });
    found(&desk, "keys.ids", enrolled, |records, at| {
        if let Event::KeyEnrolled { fingerprint, .. } = &mut records[at].event {
            *fingerprint = Sha256([1; 32]);
        }
    });
    found(&desk, "keys.ids", enrolled, |records, at| {
        let second = records
            .iter()
            .rev()
            .find(|record| enrolled(record))
            .unwrap()
            .event
            .clone();
        if let (Event::KeyEnrolled { keyid, .. }, Event::KeyEnrolled { keyid: other, .. }) =
            (&mut records[at].event, second)
        {
            *keyid = other;
        }
    });
    let assembled = |record: &Loose| matches!(record.event, Event::RootAssembled { .. });
    found(&desk, "root.payload", assembled, |records, at| {
        if let Event::RootAssembled { signed, .. } = &mut records[at].event {
            signed["roles"]["root"]["threshold"] = 1.into();
        }
    });
    found(&desk, "root.payload", assembled, |records, at| {
        if let Event::RootAssembled { payload, .. } = &mut records[at].event {
            *payload = Sha256([1; 32]);
        }
    });
    let read = |record: &Loose| matches!(record.event, Event::FilesRead { .. });
    found(&desk, "root.payload", read, |records, at| {
        if let Event::FilesRead { files } = &mut records[at].event {
            files[0].text = crate::room::online_key(9);
        }
    });
    let approved = |record: &Loose| matches!(record.event, Event::ContentApproved { .. });
    found(&desk, "root.approved", approved, |records, at| {
        drop(records.remove(at));
    });
    found(&desk, "root.approved", approved, |records, at| {
        if let Event::ContentApproved { payload, .. } = &mut records[at].event {
            *payload = Sha256([1; 32]);
        }
    });
    let written = |record: &Loose| matches!(record.event, Event::MetadataWritten { .. });
    found(&desk, "script.followed", written, |records, at| {
        if let Event::MetadataWritten { files } = &mut records[at].event {
            files.pop();
        }
    });
    let reached = |record: &Loose| matches!(record.event, Event::SignaturesCounted { .. });
    found(&desk, "root.threshold", reached, |records, at| {
        if let Event::SignaturesCounted { judges, .. } = &mut records[at].event {
            judges[0].counted = 3;
        }
    });
    let opened = |record: &Loose| matches!(record.event, Event::CeremonyOpened(_));
    found(&desk, "keys.possession", opened, |records, at| {
        if let Event::CeremonyOpened(opening) = &mut records[at].event {
            opening.ceremony = "0".repeat(32);
        }
    });
}

/// A ceremony in which the first signature was skipped by two people.
fn with_a_skip() -> Desk {
    let mut room = Room::open(3, 2);
    room.until("sign.keyholder-1", "secret");
    room.skip(&["VA", "WW"]).unwrap();
    Desk::of(room)
}

#[test]
fn exceptions_cannot_be_dropped() {
    let desk = with_a_skip();
    let logged = |record: &Loose| matches!(record.event, Event::ExceptionLogged(_));
    let skipped = |record: &Loose| matches!(record.event, Event::StepSkipped { .. });
    found(&desk, "script.exceptions", logged, |records, at| {
        drop(records.remove(at));
    });
    found(&desk, "script.exceptions", logged, |records, at| {
        if let Event::ExceptionLogged(Exception { by, .. }) = &mut records[at].event {
            by.pop();
        }
    });
    found(&desk, "script.exceptions", logged, |records, at| {
        if let Event::ExceptionLogged(exception) = &mut records[at].event {
            exception.number = 2;
        }
    });
    found(&desk, "script.exceptions", skipped, |records, at| {
        if let Event::StepSkipped { by, .. } = &mut records[at].event {
            *by = vec![id("administrator"), id("administrator")];
        }
    });
    // The skip goes as well, as if the step had never been: the next step is out of place.
    found(&desk, "script.followed", logged, |records, at| {
        drop(records.drain(at..at + 2));
    });
    // Nobody stands for it.
    found(&desk, "script.exceptions", logged, |records, at| {
        records[at].actor = "rootstage".to_owned();
        if let Event::ExceptionLogged(Exception { by, .. }) = &mut records[at].event {
            by.clear();
        }
    });
    // What people wrote can be rewritten by who rewrites all of it: only the paper knows.
    let mut records = desk.loose();
    let at = records.iter().position(logged).unwrap();
    if let Event::ExceptionLogged(exception) = &mut records[at].event {
        exception.happened = "nothing of note".to_owned();
    }
    let bytes = chained(Mode::Rehearsal, &records);
    assert!(
        desk.failing(&bytes, Some(desk.head))
            .contains(&"transcript.head")
    );
}

#[test]
fn absent_people_decide_nothing() {
    let second = "[[participant]]\nid = \"second\"\nname = \"Xenia Second\"\ninitials = \"XS\"\n\
                  duty = \"witness\"\n\n[quorum]\nwitness = 1\n\n[root]\n";
    let mut room = Room::with_plan(&plan(3, 2).replacen("[root]\n", second, 1));
    room.until("roll-call", "present.second");
    let mut absent = room.usual();
    absent.typed = vec!["absent".to_owned()];
    absent.initials = vec!["VA".to_owned()];
    room.answer(absent).unwrap();
    room.until("sign.keyholder-1", "secret");
    room.skip(&["VA", "WW"]).unwrap();
    let desk = Desk::of(room);
    let logged = |record: &Loose| matches!(record.event, Event::ExceptionLogged(_));
    found(&desk, "script.exceptions", logged, |records, at| {
        let by = vec![id("administrator"), id("second")];
        if let Event::ExceptionLogged(exception) = &mut records[at].event {
            exception.by.clone_from(&by);
        }
        if let Event::StepSkipped { by: skipped, .. } = &mut records[at + 1].event {
            *skipped = by;
        }
    });
    found(&desk, "script.followed", logged, |records, at| {
        records.truncate(at);
        records.push(Loose {
            actor: "administrator".to_owned(),
            event: Event::Aborted {
                by: vec![id("administrator"), id("second")],
                reason: "as they say".to_owned(),
            },
            ..records[at - 1].clone()
        });
    });
}

#[test]
fn steps_keep_their_order() {
    let desk = Desk::new(2, 2);
    let begun = |record: &Loose| record.step == "welcome" && record.event == Event::StepBegun {};
    let named = |step: &'static str| move |record: &Loose| record.step == step;
    // A step without a trace; a step that ends before its question; two steps the other way round;
    // one that cannot be skipped, skipped.
    found(
        &desk,
        "script.followed",
        named("plan-digest"),
        |records, _| {
            records.retain(|record| record.step != "plan-digest");
        },
    );
    found(&desk, "script.followed", begun, |records, at| {
        drop(records.drain(at + 1..at + 3));
    });
    found(&desk, "script.followed", begun, |records, _| {
        let (mut clock, rest): (Vec<_>, Vec<_>) =
            records.clone().into_iter().partition(|r| r.step == "clock");
        let at = rest.iter().position(|r| r.step == "environment").unwrap();
        let (before, after) = rest.split_at(at);
        clock.extend(after.iter().cloned());
        *records = [before.to_vec(), clock].concat();
    });
    found(
        &desk,
        "script.exceptions",
        named("verify"),
        |records, at| {
            let by = vec![id("administrator"), id("witness")];
            let end = records.iter().rposition(named("verify")).unwrap();
            let blank = Loose {
                actor: "administrator".to_owned(),
                ..records[at].clone()
            };
            let exception = Exception {
                number: 1,
                expected: "a threshold".to_owned(),
                happened: "none".to_owned(),
                decided: "to go on".to_owned(),
                by: by.clone(),
            };
            let forged = [
                Loose {
                    event: Event::ExceptionLogged(exception),
                    ..blank.clone()
                },
                Loose {
                    event: Event::StepSkipped { exception: 1, by },
                    ..blank
                },
            ];
            records.splice(at + 1..=end, forged);
        },
    );
    // After the end, nothing; before it, no end.
    found(
        &desk,
        "script.followed",
        |r| r.event == Event::CeremonyClosed {},
        |records, _| {
            let approved = |record: &&Loose| matches!(record.event, Event::ContentApproved { .. });
            let again = records.iter().find(approved).unwrap().clone();
            records.push(again);
        },
    );
    found(
        &desk,
        "transcript.whole",
        |r| r.event == Event::CeremonyClosed {},
        |records, at| drop(records.remove(at)),
    );
}
