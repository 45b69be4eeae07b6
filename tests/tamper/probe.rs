//! Temporary.
use crate::room::{Room, plan};
use crate::{Desk, Loose, artefacts, chained, days};
use rootstage::ceremony::effect::{Effect, FileDigest};
use rootstage::ceremony::event::{Event, Exception};
use rootstage::ceremony::plan::{Mode, ParticipantId};
use rootstage::ceremony::recording::Mark;
use rootstage::digest::Sha256;
use rootstage::directory;
use rootstage::transcript::audit::Verdict;
use std::fs;

fn id(t: &str) -> ParticipantId {
    ParticipantId(t.to_owned())
}

fn try_on(desk: &Desk, name: &str, head: Option<Sha256>, forge: impl FnOnce(&mut Vec<Loose>)) {
    let mut r = desk.loose();
    forge(&mut r);
    let story = crate::storyteller::Story {
        procedure: &desk.procedure,
        mode: Mode::Rehearsal,
        forged: &[],
    };
    let (_, bytes) = story.told(&r);
    show(desk, name, &bytes, head);
}
fn show(desk: &Desk, name: &str, bytes: &[u8], head: Option<Sha256>) {
    let auditor = directory::follow(&desk.procedure, bytes, head).unwrap();
    let mut a = artefacts(&desk.room.dir());
    crate::storyteller::files_of(auditor.state(), &mut a);
    a.recording = directory::recording(&desk.room.dir(), auditor.marks()).unwrap();
    let f = auditor.finish(&a);
    let fails: Vec<_> = f
        .iter()
        .filter(|f| f.verdict == Verdict::Fail)
        .map(|f| format!("{}: {}", f.rule.id, f.sentence))
        .collect();
    eprintln!(
        "## {name}: {}",
        if fails.is_empty() {
            "NOT CAUGHT".to_owned()
        } else {
            fails.join(" || ")
        }
    );
    if fails.is_empty() {
        for id in [
            "script.followed",
            "script.exceptions",
            "transcript.head",
            "seal.count",
            "seal.statement",
        ] {
            let f = f.iter().find(|f| f.rule.id == id).unwrap();
            eprintln!("      {:?} {}: {}", f.verdict, id, f.sentence);
        }
    }
}
fn at(r: &[Loose], is: impl Fn(&Loose) -> bool) -> usize {
    r.iter().position(is).unwrap()
}
fn insert(r: &mut Vec<Loose>, place: usize, actor: &str, event: Event) {
    let mut l = r[place - 1].clone();
    if place < r.len() {
        l.step = r[place].step.clone();
    }
    l.actor = actor.to_owned();
    l.event = event;
    r.insert(place, l);
}
fn exc(n: u32, by: &[&str], happened: &str) -> Event {
    Event::ExceptionLogged(Exception {
        number: n,
        expected: "a".into(),
        happened: happened.into(),
        decided: "c".into(),
        by: by.iter().map(|b| id(b)).collect(),
    })
}
fn closed(r: &Loose) -> bool {
    r.event == Event::CeremonyClosed {}
}
fn head_begun(r: &Loose) -> bool {
    r.step == "head" && r.event == Event::StepBegun {}
}

#[test]
fn probe_after() {
    let desk = days::first();
    let loose = desk.loose();
    let steps: Vec<String> = loose.iter().map(|r| r.step.clone()).collect();
    let mut s = steps.clone();
    s.dedup();
    eprintln!("{s:?}");
    for r in loose.iter().rev().take(40).rev() {
        eprintln!("{} {} {:.150}", r.actor, r.step, format!("{:?}", r.event));
    }
    // the head shown on paper
    let asked = loose
        .iter()
        .find_map(|r| match &r.event {
            Event::Asked(a) if a.name == "head" => a.digest.as_ref().map(|d| d.sha256),
            _ => None,
        })
        .unwrap();
    try_on(&desk, "exception after the seal", None, |r| {
        let p = at(r, head_begun);
        insert(r, p, "witness", exc(1, &["witness"], "b"));
    });
    try_on(
        &desk,
        "exception after the seal, with head of final",
        Some(desk.head),
        |r| {
            let p = at(r, head_begun);
            insert(r, p, "witness", exc(1, &["witness"], "b"));
        },
    );
    try_on(
        &desk,
        "exception after the head (paper=head step)",
        Some(asked),
        |r| {
            let p = at(r, closed);
            insert(r, p, "witness", exc(1, &["witness"], "b"));
        },
    );
    try_on(&desk, "empty exception", None, |r| {
        let p = at(r, head_begun);
        insert(r, p, "witness", exc(1, &["witness"], " "));
    });
    try_on(&desk, "exception twice same", None, |r| {
        let p = at(r, head_begun);
        insert(r, p, "witness", exc(1, &["witness", "witness"], "x"));
    });
    try_on(&desk, "withdrawn", None, |r| {
        let p = at(r, head_begun);
        insert(
            r,
            p,
            "witness",
            Event::ContentWithdrawn {
                by: vec![id("witness"), id("administrator")],
                reason: "x".into(),
            },
        );
    });
    try_on(&desk, "second seal-written", None, |r| {
        let p = at(r, |r| matches!(r.event, Event::SealWritten { .. }));
        let e = r[p].clone();
        r.insert(p + 1, e);
    });
    try_on(&desk, "second seal-written with intent", None, |r| {
        let p = at(r, |r| matches!(r.event, Event::SealWritten { .. }));
        let (e, i) = (r[p].clone(), r[p - 1].clone());
        r.insert(p + 1, e);
        r.insert(p + 1, i);
    });
    try_on(&desk, "seal-written other size", None, |r| {
        let p = at(r, |r| matches!(r.event, Event::SealWritten { .. }));
        if let Event::SealWritten { file } = &mut r[p].event {
            file.size += 1;
        }
    });
    try_on(&desk, "seal-written other dir", None, |r| {
        let p = at(r, |r| matches!(r.event, Event::SealWritten { .. }));
        if let Event::SealWritten { file } = &mut r[p].event {
            file.name = "/dev/null/x/seal.dsse.json".into();
        }
    });
    try_on(&desk, "metadata-written", None, |r| {
        let p = at(r, head_begun);
        let w = r
            .iter()
            .find(|r| matches!(r.event, Event::MetadataWritten { .. }))
            .unwrap()
            .event
            .clone();
        insert(r, p, "rootstage", w);
    });
    try_on(&desk, "metadata written with intent", None, |r| {
        let p = at(r, head_begun);
        insert(
            r,
            p,
            "rootstage",
            Event::MetadataWritten {
                files: vec![FileDigest {
                    name: "root.json".into(),
                    size: 1,
                    sha256: Sha256([1; 32]),
                }],
            },
        );
        insert(
            r,
            p,
            "rootstage",
            Event::Intended(Effect::WriteMetadata {
                directories: vec![],
                files: vec![],
            }),
        );
    });
    try_on(&desk, "key enrolled", None, |r| {
        let p = at(r, head_begun);
        let w = r
            .iter()
            .find(|r| matches!(r.event, Event::KeyEnrolled { .. }))
            .unwrap()
            .event
            .clone();
        insert(r, p, "rootstage", w);
    });
    try_on(&desk, "aborted for closed", None, |r| {
        let p = at(r, closed);
        r[p].actor = "witness".into();
        r[p].event = Event::Aborted {
            by: vec![id("witness"), id("administrator")],
            reason: "x".into(),
        };
    });
    try_on(&desk, "aborted, no reason", None, |r| {
        let p = at(r, closed);
        r[p].actor = "witness".into();
        r[p].event = Event::Aborted {
            by: vec![id("witness"), id("administrator")],
            reason: String::new(),
        };
    });
    try_on(&desk, "stated twice", None, |r| {
        let p = at(r, |r| matches!(r.event, Event::SealStated { .. }));
        let e = r[p].clone();
        r.insert(p + 1, e);
    });
    try_on(&desk, "foreign resumed, other words at close", None, |r| {
        let p = at(
            r,
            |r| matches!(&r.event, Event::Asked(a) if a.name == "close"),
        );
        if let Event::Asked(a) = &mut r[p].event {
            a.words = vec!["Nothing of note".into()];
            a.title = "Give me your PIN".into();
        }
        insert(
            r,
            p,
            "rootstage",
            Event::Resumed(rootstage::ceremony::event::Resumption {
                program: "rootstage 0.0.1\u{1b}[2J".into(),
                cut_bytes: 0,
            }),
        );
    });
    try_on(
        &desk,
        "foreign resumed after paper head",
        Some(asked),
        |r| {
            let p = at(
                r,
                |r| matches!(&r.event, Event::Asked(a) if a.name == "close"),
            );
            if let Event::Asked(a) = &mut r[p].event {
                a.words = vec!["The head on paper is wrong".into()];
                a.title = "x".into();
            }
            insert(
                r,
                p,
                "rootstage",
                Event::Resumed(rootstage::ceremony::event::Resumption {
                    program: "rootstage 0.0.1".into(),
                    cut_bytes: 0,
                }),
            );
        },
    );
    try_on(&desk, "resumed by another actor", None, |r| {
        let p = at(r, head_begun);
        insert(
            r,
            p,
            "witness",
            Event::Resumed(rootstage::ceremony::event::Resumption {
                program: rootstage::PROGRAM_VERSION.into(),
                cut_bytes: 5,
            }),
        );
    });
    for (n, is) in [
        ("closed", closed as fn(&Loose) -> bool),
        ("step-done", |r| {
            r.step == "head" && r.event == Event::StepDone {}
        }),
        ("seal-read", |r| matches!(r.event, Event::SealRead { .. })),
        ("asked", |r| {
            r.step == "close" && matches!(r.event, Event::Asked(_))
        }),
        ("intent to seal", |r| {
            r.step.starts_with("seal") && matches!(r.event, Event::Intended(Effect::Sign { .. }))
        }),
        ("seal signature", |r| {
            r.step.starts_with("seal") && matches!(r.event, Event::SignatureMade { .. })
        }),
        ("write-seal", |r| {
            matches!(r.event, Event::Intended(Effect::WriteSeal { .. }))
        }),
    ] {
        try_on(&desk, &format!("actor of {n}"), None, |r| {
            let p = at(r, is);
            eprintln!("      was {}", r[p].actor);
            r[p].actor = "somebody".into();
        });
    }
    try_on(&desk, "at nonsense", None, |r| {
        let p = at(r, closed);
        r[p].at = "9999-99-99T99:99:99.999Z".into();
    });
    try_on(&desk, "at dashes", None, |r| {
        let p = at(r, closed);
        r[p].at = "----------------------TZ".into();
        r[p].at = format!("{}Z", "-".repeat(23));
    });
    try_on(&desk, "at a year back", None, |r| {
        let p = at(r, closed);
        r[p].at = "1999-01-01T00:00:00.000Z".into();
    });
    try_on(&desk, "mono max", None, |r| {
        let p = at(r, closed);
        r[p].mono = u64::MAX;
    });
    try_on(
        &desk,
        "paused with reason, after paper's head",
        Some(asked),
        |r| {
            let p = at(r, closed);
            insert(
                r,
                p,
                "rootstage",
                Event::Paused {
                    reason: "the head was wrong\u{1b}[2J".into(),
                },
            );
        },
    );
    try_on(&desk, "paused by somebody", Some(asked), |r| {
        let p = at(r, closed);
        insert(
            r,
            p,
            "keyholder-1",
            Event::Paused {
                reason: "left".into(),
            },
        );
    });
    try_on(&desk, "mark after the seal", None, |r| {
        let p = at(r, head_begun);
        insert(
            r,
            p,
            "rootstage",
            Event::ScreenRecorded(Mark {
                bytes: 10,
                sha256: Sha256([1; 32]),
                ended: true,
            }),
        );
    });
    try_on(&desk, "log given up", None, |r| {
        let p = at(r, head_begun);
        insert(
            r,
            p,
            "witness",
            Event::LogGivenUp {
                by: vec![id("witness"), id("administrator")],
            },
        );
    });
    try_on(&desk, "log attached", None, |r| {
        let p = at(r, head_begun);
        insert(r, p, "rootstage", Event::LogAttached {});
    });
    try_on(&desk, "faulted", None, |r| {
        let p = at(r, |r| matches!(r.event, Event::SealWritten { .. }));
        let l = r[p - 1].clone();
        let w = r[p].clone();
        r.insert(p + 1, w);
        r.insert(p + 1, l);
        r[p].event = Event::DoubtSettled {};
    });
    try_on(&desk, "doubt settled", None, |r| {
        let p = at(r, head_begun);
        insert(r, p + 1, "rootstage", Event::DoubtSettled {});
    });
    try_on(&desk, "approved after", None, |r| {
        let p = at(r, head_begun);
        let w = r
            .iter()
            .find(|r| matches!(r.event, Event::ContentApproved { .. }))
            .unwrap()
            .event
            .clone();
        insert(r, p + 1, "rootstage", w);
    });
    try_on(&desk, "roll-called after", None, |r| {
        let p = at(r, head_begun);
        insert(
            r,
            p + 1,
            "rootstage",
            Event::RollCalled {
                present: vec![id("administrator")],
                absent: vec![id("witness")],
            },
        );
    });
    try_on(&desk, "token replaced after", None, |r| {
        let p = at(r, head_begun);
        insert(
            r,
            p + 1,
            "witness",
            Event::TokenReplaced {
                key: rootstage::ceremony::plan::KeyName("keyholder-1".into()),
                by: vec![id("witness"), id("administrator")],
            },
        );
    });
    try_on(&desk, "head step skipped", None, |r| {
        let (a, b) = (
            at(r, head_begun),
            r.iter().rposition(|r| r.step == "head").unwrap(),
        );
        r.splice(a + 1..=b, []);
        insert(
            r,
            a + 1,
            "witness",
            Event::StepSkipped {
                exception: 1,
                by: vec![id("witness"), id("administrator")],
            },
        );
        insert(
            r,
            a + 1,
            "witness",
            exc(1, &["witness", "administrator"], "b"),
        );
        r[a + 1].step = "head".into();
        r[a + 2].step = "head".into();
    });
    try_on(&desk, "close by one and the same", None, |r| {
        let p = at(
            r,
            |r| matches!(&r.event, Event::Answered { ask, .. } if ask == "close"),
        );
        if let Event::Answered { by, answer, .. } = &mut r[p].event {
            eprintln!("{by:?} {answer:?}");
            by[1] = by[0].clone();
            answer.initials[1] = answer.initials[0].clone();
        }
    });
    try_on(&desk, "answer with extras: read_to_end", None, |r| {
        let p = at(
            r,
            |r| matches!(&r.event, Event::Answered { ask, .. } if ask == "close"),
        );
        if let Event::Answered { answer, .. } = &mut r[p].event {
            answer.read_to_end = true;
        }
    });
    try_on(&desk, "answer initials spaced", None, |r| {
        let p = at(
            r,
            |r| matches!(&r.event, Event::Answered { ask, .. } if ask == "close"),
        );
        if let Event::Answered { answer, .. } = &mut r[p].event {
            answer.initials[0] = format!(" \n{} ", answer.initials[0].to_lowercase());
        }
    });
    try_on(
        &desk,
        "identity in the seal step with other label",
        None,
        |r| {
            let p = at(r, |r| {
                r.step.starts_with("seal") && matches!(&r.event, Event::TokenIdentified(_))
            });
            if let Event::TokenIdentified(t) = &mut r[p].event {
                t.serial = "4711".into();
            }
        },
    );
    try_on(
        &desk,
        "identity in the seal step with other model",
        None,
        |r| {
            let p = at(r, |r| {
                r.step.starts_with("seal") && matches!(&r.event, Event::TokenIdentified(_))
            });
            if let Event::TokenIdentified(t) = &mut r[p].event {
                t.model = "Evil".into();
                t.firmware = "\u{1b}[2J".into();
            }
        },
    );
    try_on(&desk, "clock step: other watch time", None, |r| {
        r[3].mono += 1;
    });
    // raw bodies
    let raw = |name: &str, change: fn(&str) -> String, which: fn(&Loose) -> bool| {
        let r = desk.loose();
        let n = at(&r, which);
        show(&desk, name, &raw_chained(&desk.bytes, n, change), None);
    };
    raw("body with space", |b| b.replacen('{', "{ ", 1), closed);
    raw(
        "body with other key order",
        |b| {
            let v: serde_json::Value = serde_json::from_str(b).unwrap();
            let o = v.as_object().unwrap();
            let mut m: Vec<_> = o
                .iter()
                .map(|(k, v)| format!("{}:{}", serde_json::json!(k), v))
                .collect();
            m.reverse();
            format!("{{{}}}", m.join(","))
        },
        |r| r.step == "close" && matches!(r.event, Event::Asked(_)),
    );
    raw(
        "body with unknown member",
        |b| b.replacen('{', "{\"x\":1,", 1),
        |r| r.step == "close" && matches!(r.event, Event::Asked(_)),
    );
    raw(
        "unit body with unknown member",
        |b| b.replacen('{', "{\"x\":1", 1),
        closed,
    );
    raw("unit body as null", |_| "null".into(), closed);
    raw("unit body as []", |_| "[]".into(), closed);
    raw(
        "body with doubled member",
        |b| b.replacen("{", "{\"title\":\"Close nothing\",", 1),
        |r| r.step == "close" && matches!(r.event, Event::Asked(_)),
    );
    raw(
        "escape for a letter",
        |b| b.replacen("Close", "\\u0043lose", 1),
        |r| r.step == "close" && matches!(r.event, Event::Asked(_)),
    );
    raw(
        "statement with doubled member",
        |b| {
            b.replacen(
                "\"statement\":{",
                "\"statement\":{\"_type\":\"https://evil\",",
                1,
            )
        },
        |r| matches!(r.event, Event::SealStated { .. }),
    );
    raw(
        "as array",
        |b| {
            let v: serde_json::Value = serde_json::from_str(b).unwrap();
            let o = v.as_object().unwrap();
            format!("[{},{},{}]", o["ask"], o["by"], o["answer"])
        },
        |r| matches!(&r.event, Event::Answered { ask, .. } if ask == "close"),
    );
}

fn raw_chained(bytes: &[u8], n: usize, change: fn(&str) -> String) -> Vec<u8> {
    use rootstage::transcript::Record;
    let text = std::str::from_utf8(bytes).unwrap();
    let d = |p: &str| format!("rootstage/transcript/1/rehearsal/{p}\0");
    let mut head = Sha256::of_parts(&[d("header").as_bytes()]);
    let mut out = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let mut rec = Record::parse(line).unwrap();
        let body = if i == n {
            change(rec.body)
        } else {
            rec.body.to_owned()
        };
        if i == n {
            assert_ne!(body, rec.body);
        }
        let salt = data_encoding::HEXLOWER.decode(rec.salt.as_bytes()).unwrap();
        let digest = Sha256::of_parts(&[d("body").as_bytes(), &salt, body.as_bytes()]).hex();
        rec.body = &body;
        rec.digest = &digest;
        let mut leaf = String::new();
        rec.bare().leaf_text(&mut leaf);
        let leaf = Sha256::of_parts(&[d("leaf").as_bytes(), leaf.as_bytes()]);
        let node = Sha256::of_parts(&[d("node").as_bytes(), &head.0, &leaf.0]);
        let hex = node.hex();
        rec.node = &hex;
        out.extend(rec.line().into_bytes());
        out.push(b'\n');
        head = node;
    }
    out
}

#[test]
fn probe_paper() {
    let desk = days::paper();
    for (n, f) in [
        (
            "rules 2",
            (|o| o.rules = 2) as fn(&mut rootstage::ceremony::event::Opening),
        ),
        ("ceremony id", |o| o.ceremony = "not hex\u{1b}[2J".into()),
        ("released", |o| o.released = "whenever".into()),
        ("plan_directory", |o| o.plan_directory = "/nowhere".into()),
        ("program", |o| o.program = "other 1".into()),
    ] {
        try_on(&desk, n, None, |r| {
            if let Event::CeremonyOpened(o) = &mut r[0].event {
                f(o);
            }
        });
    }
    try_on(&desk, "empty transcript but opened actor", None, |r| {
        r[0].actor = "somebody".into();
    });
    try_on(&desk, "opening step", None, |r| {
        r[0].step = "somestep".into();
    });
    try_on(&desk, "env check passes", None, |r| {
        let p = at(r, |r| matches!(r.event, Event::EnvironmentChecked { .. }));
        if let Event::EnvironmentChecked { checks } = &mut r[p].event {
            checks.clear();
        }
    });
    try_on(&desk, "foreign, document forged", None, |r| {
        if let Event::CeremonyOpened(o) = &mut r[0].event {
            o.program = "rootstage 0.0.1".into();
        }
        for r in r {
            if let Event::Asked(a) = &mut r.event {
                if let Some(d) = &mut a.document {
                    d.lines.clear();
                }
                a.facts.clear();
                a.words = vec!["x".into()];
            }
        }
    });
    try_on(&desk, "generated label etc", None, |r| {
        let p = at(r, |r| matches!(r.event, Event::KeyGenerated(_)));
        if let Event::KeyGenerated(k) = &mut r[p].event {
            eprintln!("{k:?}");
        }
    });
    let mut names: Vec<String> = Vec::new();
    crate::room::each_file(&desk.room.dir(), &mut |p, _| {
        names.push(p.display().to_string())
    });
    eprintln!("{names:?}");
}

#[test]
fn probe_skip_seal() {
    let desk = Desk::of(Room::with_plan(&plan(3, 2)));
    let last = "seal.keyholder-3";
    let mut r = desk.loose();
    let (a, b) = (
        at(&r, |r| r.step == last),
        r.iter().rposition(|r| r.step == last).unwrap(),
    );
    for x in &r[a..=b] {
        eprintln!("{:.120}", format!("{:?}", x.event));
    }
    let w = at(&r, |r| matches!(r.event, Event::SealWritten { .. }));
    let (intent, written) = (r[w - 1].clone(), r[w].clone());
    r.splice(a + 1..=b, []);
    insert(
        &mut r,
        a + 1,
        "witness",
        Event::StepSkipped {
            exception: 1,
            by: vec![id("witness"), id("administrator")],
        },
    );
    insert(
        &mut r,
        a + 1,
        "witness",
        exc(1, &["witness", "administrator"], "b"),
    );
    r[a + 1].step = last.into();
    r[a + 2].step = last.into();
    let (mut i2, mut w2) = (intent, written);
    i2.step = "head".into();
    w2.step = "head".into();
    r.insert(a + 4, i2);
    r.insert(a + 5, w2);
    let story = crate::storyteller::Story {
        procedure: &desk.procedure,
        mode: Mode::Rehearsal,
        forged: &[],
    };
    let (auditor, _bytes) = story.told(&r);
    let mut all = artefacts(&desk.room.dir());
    crate::storyteller::files_of(auditor.state(), &mut all);
    for f in auditor.finish(&all) {
        if f.verdict == Verdict::Fail || f.rule.id.starts_with("seal") || f.rule.id.contains("exc")
        {
            eprintln!("{:?} {}: {}", f.verdict, f.rule.id, f.sentence);
        }
    }
}

#[test]
fn probe_files() {
    let desk = days::rotation();
    let dir = desk.room.dir();
    let audit = |name: &str| match directory::audit(&dir, None, Vec::new()) {
        Ok(a) => {
            let f: Vec<_> = a
                .findings
                .iter()
                .filter(|f| f.verdict == Verdict::Fail)
                .map(|f| format!("{}: {}", f.rule.id, f.sentence))
                .collect();
            eprintln!(
                "## {name}: {}",
                if f.is_empty() {
                    "NOT CAUGHT".into()
                } else {
                    f.join(" || ")
                }
            );
            if f.is_empty() {
                for f in &a.findings {
                    if f.verdict == Verdict::Note {
                        eprintln!("      note {} {}", f.rule.id, f.sentence);
                    }
                }
            }
        }
        Err(e) => eprintln!("## {name}: error {e}"),
    };
    let mut names = Vec::new();
    crate::room::each_file(&dir, &mut |p, _| names.push(p.to_owned()));
    for p in &names {
        let rel = p.strip_prefix(&dir).unwrap().display().to_string();
        let b = fs::read(p).unwrap();
        let mut c = b.clone();
        c.push(b' ');
        fs::write(p, &c).unwrap();
        audit(&format!("{rel} longer"));
        fs::remove_file(p).unwrap();
        audit(&format!("{rel} removed"));
        fs::create_dir(p).unwrap();
        audit(&format!("{rel} a directory"));
        fs::remove_dir(p).unwrap();
        fs::write(dir.join("../aside"), &b).unwrap();
        std::os::unix::fs::symlink("../../aside", p).unwrap();
        audit(&format!("{rel} a link out"));
        fs::remove_file(p).unwrap();
        fs::write(p, &b).unwrap();
    }
    fs::create_dir(dir.join("metadata/evil")).unwrap();
    audit("empty dir in metadata");
    fs::remove_dir(dir.join("metadata/evil")).unwrap();
    use std::os::unix::ffi::OsStrExt as _;
    let odd = dir
        .join("metadata")
        .join(std::ffi::OsStr::from_bytes(b"root.json\xff"));
    fs::write(&odd, "x").unwrap();
    audit("odd name");
    fs::remove_file(&odd).unwrap();
    for n in [
        "metadata/Root.json",
        "metadata/root.json\u{200b}",
        "in/evil\u{1b}[2J",
        "out/x/y",
        "attestations/1001/x",
        "attestations/9999/key.pem",
    ] {
        let p = dir.join(n);
        fs::create_dir_all(p.parent().unwrap()).unwrap();
        fs::write(&p, "x").unwrap();
        audit(n);
        fs::remove_file(&p).unwrap();
    }
    fs::write(dir.join("session.cast"), "{}").unwrap();
    audit("cast nobody recorded");
    fs::remove_file(dir.join("session.cast")).unwrap();
    audit("clean");
}
