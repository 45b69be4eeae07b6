//! A forger who leaves alone what the keyholders sealed: what is written behind it, what says the same in another
//! form, and files that only look like those on record. The program says what follows, so that all else agrees.

use std::fs;
use std::process::Command;

use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::event::{Event, Exception, Resumption};
use rootstage::ceremony::plan::{Mode, ParticipantId};
use rootstage::ceremony::recording::Mark;
use rootstage::digest::Sha256;
use rootstage::directory;
use rootstage::transcript::Record;
use rootstage::transcript::audit::{Finding, Verdict};

use crate::room::{Room, failing, plan};
use crate::storyteller::{self, Story};
use crate::{Desk, Loose, artefacts, days};

/// The findings over the records as `forge` leaves them, told anew.
fn told(desk: &Desk, head: Option<Sha256>, forge: impl FnOnce(&mut Vec<Loose>)) -> Vec<Finding> {
    let mut records = desk.loose();
    forge(&mut records);
    let story = Story {
        procedure: &desk.procedure,
        mode: Mode::Rehearsal,
        forged: &[],
    };
    let (_, bytes) = story.told(&records);
    over(desk, &bytes, head)
}

fn over(desk: &Desk, bytes: &[u8], head: Option<Sha256>) -> Vec<Finding> {
    let auditor = directory::follow(&desk.procedure, bytes, head).unwrap();
    let mut all = artefacts(&desk.room.dir());
    if auditor.chain_holds() {
        storyteller::files_of(auditor.state(), &mut all);
    }
    auditor.finish(&all)
}

fn of_rule<'f>(findings: &'f [Finding], id: &str) -> &'f Finding {
    findings.iter().find(|found| found.rule.id == id).unwrap()
}

fn ids(names: &[&str]) -> Vec<ParticipantId> {
    let id = |name: &&str| ParticipantId((*name).to_owned());
    names.iter().map(id).collect()
}

const TWO: &[&str] = &["witness", "administrator"];

fn exception(by: &[&str], happened: &str) -> Event {
    Event::ExceptionLogged(Exception {
        number: 1,
        expected: "a quiet end".to_owned(),
        happened: happened.to_owned(),
        decided: "to go on".to_owned(),
        by: ids(by),
    })
}

fn resumed(program: &str) -> Event {
    Event::Resumed(Resumption {
        program: program.to_owned(),
        cut_bytes: 0,
    })
}

fn place(records: &[Loose], is_it: impl Fn(&Loose) -> bool) -> usize {
    records.iter().position(is_it).unwrap()
}

/// Puts a record before another, in the same step.
fn put(records: &mut Vec<Loose>, at: usize, actor: &str, event: Event) {
    let forged = Loose {
        actor: actor.to_owned(),
        event,
        ..records[at].clone()
    };
    records.insert(at, forged);
}

fn head_begun(record: &Loose) -> bool {
    record.step == "head" && record.event == Event::StepBegun {}
}

fn closed(record: &Loose) -> bool {
    record.event == Event::CeremonyClosed {}
}

fn asked(name: &'static str) -> impl Fn(&Loose) -> bool {
    move |record| matches!(&record.event, Event::Asked(ask) if ask.name == name)
}

/// The head that the room wrote on paper in the step of that kind.
fn on_paper(desk: &Desk) -> Sha256 {
    let records = desk.loose();
    let Event::Asked(ask) = &records[place(&records, asked("head"))].event else {
        unreachable!()
    };
    ask.digest.as_ref().unwrap().sha256
}

#[test]
fn what_comes_behind_the_seal_is_judged_like_all_the_rest() {
    let desk = days::first();
    let before_the_head = |actor: &str, event: Event| {
        told(&desk, None, |records| {
            let at = place(records, head_begun);
            put(records, at, actor, event);
        })
    };
    let same = |is_it: fn(&Loose) -> bool| {
        let records = desk.loose();
        let at = place(&records, is_it);
        (records[at].actor.clone(), records[at].event.clone())
    };
    for (what, rule, (actor, event)) in [
        (
            "written again",
            "script.followed",
            same(|r| matches!(r.event, Event::MetadataWritten { .. })),
        ),
        (
            "sealed again",
            "script.followed",
            same(|r| matches!(r.event, Event::SealWritten { .. })),
        ),
        (
            "stated again",
            "seal.statement",
            same(|r| matches!(r.event, Event::SealStated { .. })),
        ),
        (
            "enrolled",
            "script.followed",
            same(|r| matches!(r.event, Event::KeyEnrolled { .. })),
        ),
        (
            "approved",
            "script.followed",
            same(|r| matches!(r.event, Event::ContentApproved { .. })),
        ),
        (
            "assembled",
            "script.followed",
            same(|r| matches!(r.event, Event::RootAssembled { .. })),
        ),
        (
            "withdrawn",
            "script.followed",
            (
                "witness".to_owned(),
                Event::ContentWithdrawn {
                    by: ids(TWO),
                    reason: "x".to_owned(),
                },
            ),
        ),
        (
            "words left out",
            "script.exceptions",
            ("witness".to_owned(), exception(&["witness"], " ")),
        ),
        (
            "one person twice",
            "script.exceptions",
            (
                "witness".to_owned(),
                exception(&["witness", "witness"], "x"),
            ),
        ),
        (
            "resumed by a person",
            "script.followed",
            ("witness".to_owned(), resumed(rootstage::PROGRAM_VERSION)),
        ),
        (
            "recorded",
            "recording.file",
            (
                "rootstage".to_owned(),
                Event::ScreenRecorded(Mark {
                    bytes: 2,
                    sha256: Sha256::of(b"{}"),
                    ended: true,
                }),
            ),
        ),
    ] {
        let findings = before_the_head(&actor, event);
        let found = of_rule(&findings, rule);
        assert_eq!(
            found.verdict,
            Verdict::Fail,
            "{what}: {:?}",
            crate::failing(&findings)
        );
    }
}

#[test]
fn an_end_that_nobody_gave_a_reason_for_is_none() {
    let findings = told(&days::first(), None, |records| {
        let at = place(records, closed);
        "witness".clone_into(&mut records[at].actor);
        records[at].event = Event::Aborted {
            by: ids(TWO),
            reason: String::new(),
        };
    });
    assert_eq!(
        crate::failing(&findings),
        ["transcript.whole", "script.followed"]
    );
}

/// The record says whose act it is: people's that of the first of them, what their answer set off that of the same
/// person, all else that of the program.
#[test]
fn every_record_stands_under_the_name_of_who_made_it_so() {
    let desk = days::first();
    let kinds: [fn(&Loose) -> bool; 7] = [
        closed,
        head_begun,
        |r| r.step == "close" && matches!(r.event, Event::Asked(_)),
        |r| matches!(r.event, Event::SealRead { .. }),
        |r| r.step.starts_with("seal") && matches!(r.event, Event::SignatureMade { .. }),
        |r| r.step.starts_with("seal") && matches!(r.event, Event::Intended(Effect::Sign { .. })),
        |r| matches!(r.event, Event::Intended(Effect::WriteSeal { .. })),
    ];
    for (number, is_it) in kinds.into_iter().enumerate() {
        let findings = told(&desk, None, |records| {
            let at = place(records, is_it);
            "witness".clone_into(&mut records[at].actor);
        });
        assert_eq!(crate::failing(&findings), ["script.followed"], "{number}");
        let sentence = &of_rule(&findings, "script.followed").sentence;
        assert!(
            sentence.contains("it is witness's record of what "),
            "{sentence}"
        );
    }
}

#[test]
fn a_step_is_skipped_only_where_nothing_is_in_doubt() {
    let desk = Desk::of(Room::with_plan(&plan(3, 2)));
    // the power fails while the token seals, and nobody looks what became of it
    let findings = told(&desk, None, |records| {
        let last = "seal.keyholder-3";
        let begun = place(records, |record| record.step == last);
        let act = |record: &Loose| matches!(record.event, Event::Intended(Effect::Sign { .. }));
        let act = begun + place(&records[begun..], act);
        let end = records
            .iter()
            .rposition(|record| record.step == last)
            .unwrap();
        records.drain(act + 1..=end);
        let record = |actor: &str, event: Event| Loose {
            actor: actor.to_owned(),
            event,
            ..records[act].clone()
        };
        let forged = [
            record("rootstage", resumed(rootstage::PROGRAM_VERSION)),
            record("witness", exception(TWO, "a power cut")),
            record(
                "witness",
                Event::StepSkipped {
                    exception: 1,
                    by: ids(TWO),
                },
            ),
        ];
        records.splice(act + 1..=act, forged);
    });
    let found = of_rule(&findings, "seal.count");
    assert_eq!(found.verdict, Verdict::Fail);
    assert!(
        found.sentence.contains("something is in doubt here"),
        "{}",
        found.sentence
    );
}

/// It is not found, because the room could have done it: it is named, and the paper knows.
#[test]
fn what_the_seal_does_not_cover_is_named() {
    let desk = days::first();
    let exception = |records: &mut Vec<Loose>| {
        let at = place(records, head_begun);
        put(
            records,
            at,
            "witness",
            exception(&["witness"], "somebody came late"),
        );
    };
    let findings = told(&desk, None, exception);
    assert_eq!(crate::failing(&findings), [""; 0]);
    let found = of_rule(&findings, "script.exceptions");
    assert!(
        found.sentence.contains("The seal does not cover E1"),
        "{}",
        found.sentence
    );
    assert_eq!(
        crate::failing(&told(&desk, Some(desk.head), exception)),
        ["transcript.head"]
    );
    // another program came along: its words are compared with nothing
    let at_the_close = |records: &mut Vec<Loose>| {
        let at = place(records, asked("close"));
        put(records, at, "rootstage", resumed("rootstage 0.0.1"));
    };
    let findings = told(&desk, None, at_the_close);
    assert_eq!(crate::failing(&findings), [""; 0]);
    let found = of_rule(&findings, "script.followed");
    assert_eq!(found.verdict, Verdict::Note);
    assert!(
        found.sentence.contains("rootstage 0.0.1 wrote record "),
        "{}",
        found.sentence
    );
    // behind the head on paper that is more than the closing; with the same program it is not
    let paper = Some(on_paper(&desk));
    assert_eq!(
        crate::failing(&told(&desk, paper, at_the_close)),
        ["transcript.head"]
    );
    let same = |records: &mut Vec<Loose>| {
        let at = place(records, asked("close"));
        put(
            records,
            at,
            "rootstage",
            resumed(rootstage::PROGRAM_VERSION),
        );
    };
    assert_eq!(crate::failing(&told(&desk, paper, same)), [""; 0]);
}

/// A verdict may have other words in another version of the program that judged, not in one that came later.
#[test]
fn a_later_program_does_not_loosen_the_words_of_a_verdict() {
    let desk = days::rotation();
    let path = desk.room.dir().join("attestations/1001/verdict.json");
    fs::write(&path, "{\"verdict\":\"pass\"}").unwrap();
    let mut records = desk.loose();
    let at = place(&records, closed);
    put(&mut records, at, "rootstage", resumed("rootstage 0.0.1"));
    let bytes = crate::chained(Mode::Rehearsal, &records);
    assert_eq!(desk.failing(&bytes, None), ["attestation.evidence"]);
}

/// Chains anew, with the text of one body, or the time of one record, as `forge` leaves it.
fn rewritten(bytes: &[u8], seq: usize, forge: impl Fn(&mut String, &mut String)) -> Vec<u8> {
    let domain = |part: &str| format!("rootstage/transcript/1/rehearsal/{part}\0").into_bytes();
    let mut head = Sha256::of(&domain("header"));
    let mut all = String::new();
    for (number, line) in std::str::from_utf8(bytes).unwrap().lines().enumerate() {
        let mut record = Record::parse(line).unwrap();
        let (mut body, mut at) = (record.body.to_owned(), record.at.to_owned());
        if number == seq {
            forge(&mut body, &mut at);
            assert!(body != record.body || at != record.at);
        }
        let salt = data_encoding::HEXLOWER
            .decode(record.salt.as_bytes())
            .unwrap();
        let digest = Sha256::of_parts(&[&domain("body"), &salt, body.as_bytes()]).hex();
        (record.body, record.at, record.digest) = (&body, &at, &digest);
        let mut leaf = String::new();
        record.bare().leaf_text(&mut leaf);
        let leaf = Sha256::of_parts(&[&domain("leaf"), leaf.as_bytes()]);
        head = Sha256::of_parts(&[&domain("node"), &head.0, &leaf.0]);
        let node = head.hex();
        record.node = &node;
        all += &record.line();
        all.push('\n');
    }
    all.into_bytes()
}

/// Two programs must not read two things in one record.
#[test]
fn a_record_has_one_form_and_a_time_that_there_is() {
    let desk = days::first();
    let records = desk.loose();
    let question = place(&records, asked("close"));
    let last = place(&records, closed);
    let reversed = |body: &mut String| {
        let value: serde_json::Value = serde_json::from_str(body).unwrap();
        let members = value.as_object().unwrap().iter().rev();
        let member = |(name, value)| format!("{}:{value}", serde_json::json!(name));
        *body = format!("{{{}}}", members.map(member).collect::<Vec<_>>().join(","));
    };
    let forms: [&dyn Fn(&mut String); 5] = [
        &|body| *body = body.replacen('{', "{ ", 1),
        &|body| body.push(' '),
        &|body| *body = body.replacen("Close", "\\u0043lose", 1),
        &|body| *body = body.replacen('{', "{\"title\":\"Close nothing\",", 1),
        &reversed,
    ];
    for (number, form) in forms.into_iter().enumerate() {
        let bytes = rewritten(&desk.bytes, question, |body, _| form(body));
        let findings = over(&desk, &bytes, None);
        assert_eq!(
            of_rule(&findings, "transcript.chain").verdict,
            Verdict::Fail,
            "{number}"
        );
    }
    for time in [
        "9999-99-99T99:99:99.999Z",
        "2026-02-29T10:00:00.000Z",
        "2026-11-31T10:00:00.000Z",
        "2026-00-10T10:00:00.000Z",
        "2026-11-23T24:00:00.000Z",
        "2026-11-23T23:59:60.000Z",
        "2026-11-23Z10:00:00.000T",
        "-----------------------Z",
    ] {
        let bytes = rewritten(&desk.bytes, last, |_, at| time.clone_into(at));
        let found = of_rule(&over(&desk, &bytes, None), "transcript.chain").clone();
        assert!(
            found.sentence.contains("\"at\" is missing"),
            "{time}: {}",
            found.sentence
        );
    }
    let leap = rewritten(&desk.bytes, last, |_, at| {
        "2028-02-29T00:00:00.000Z".clone_into(at);
    });
    assert_eq!(crate::failing(&over(&desk, &leap, None)), [""; 0]);
}

#[test]
fn a_record_in_another_format_is_not_guessed_at() {
    let desk = days::paper();
    let opened = |forge: fn(&mut rootstage::ceremony::event::Opening)| {
        told(&desk, None, |records| {
            if let Event::CeremonyOpened(opening) = &mut records[0].event {
                forge(opening);
            }
        })
    };
    let findings = opened(|opening| opening.rules = 2);
    assert_eq!(crate::failing(&findings), ["transcript.chain"]);
    assert!(
        of_rule(&findings, "transcript.chain")
            .sentence
            .contains("it is in format 2")
    );
    let findings = opened(|opening| "a name".clone_into(&mut opening.ceremony));
    assert!(crate::failing(&findings).contains(&"script.followed"));
}

/// A link has today's bytes of a file that lies elsewhere, and that somebody else may change tomorrow.
#[test]
fn a_link_is_no_file() {
    let desk = days::rotation();
    let dir = desk.room.dir();
    let aside = desk.room.home.path().join("aside");
    let incoming = fs::read_dir(dir.join("in"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let incoming = format!("in/{}", incoming.file_name().to_str().unwrap());
    for (name, rule) in [
        ("metadata/root.json", "root.files"),
        ("out/root.rse", "files.out"),
        (incoming.as_str(), "files.in"),
        ("attestations/1001/key.pem", "attestation.evidence"),
        ("seal.dsse.json", "seal.file"),
        // nor is it a directory
        ("metadata", "root.files"),
        ("out", "files.out"),
        ("in", "files.in"),
        ("attestations", "attestation.evidence"),
    ] {
        let path = dir.join(name);
        fs::rename(&path, &aside).unwrap();
        std::os::unix::fs::symlink(&aside, &path).unwrap();
        assert_eq!(failing(&desk.room.audit()), [rule], "{name}");
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
    }
    assert_eq!(failing(&desk.room.audit()), [""; 0]);
}

/// An audit that compared nothing with anything from elsewhere says what that is worth.
#[test]
fn what_agrees_only_with_itself_is_said_to() {
    let audit = |desk: &Desk, more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_rootstage"))
            .arg("audit")
            .arg(desk.room.dir())
            .args(more)
            .env_clear()
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let (sealed, paper) = (days::first(), days::paper());
    let (of_keys, of_all) = (
        "Whose keys sealed it, only this record says",
        "Nobody has sealed it",
    );
    assert!(audit(&sealed, &[]).contains(of_keys));
    assert!(audit(&paper, &[]).contains(of_all));
    let root = |desk: &Desk| {
        desk.room
            .dir()
            .join("metadata/root.json")
            .display()
            .to_string()
    };
    // on paper, a root that is trusted says nothing of the record
    assert!(audit(&paper, &["--trusted-root", &root(&paper)]).contains(of_all));
    for (desk, more) in [
        (&sealed, ["--trusted-root".to_owned(), root(&sealed)]),
        (&sealed, ["--expect-head".to_owned(), sealed.head.hex()]),
        (&paper, ["--expect-head".to_owned(), paper.head.hex()]),
    ] {
        let said = audit(desk, &more.each_ref().map(String::as_str));
        assert!(!said.contains(of_keys) && !said.contains(of_all), "{said}");
    }
}

/// Names of files are words of the forger's.
#[test]
fn no_name_of_a_file_moves_the_cursor() {
    let desk = days::paper();
    let odd = desk.room.dir().join("in/\u{1b}[2J\u{202e}");
    let audit = || {
        let mut call = Command::new(env!("CARGO_BIN_EXE_rootstage"));
        call.arg("audit")
            .arg(desk.room.dir())
            .env_clear()
            .output()
            .unwrap()
    };
    let clean = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(text.contains("\\u{1b}[2J\\u{202e}"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    };
    fs::create_dir_all(&odd).unwrap();
    fs::write(odd.join("file"), "words").unwrap();
    let said = audit();
    assert_eq!(said.status.code(), Some(0));
    clean(&said.stdout);
    fs::create_dir_all(odd.join("d/".repeat(9))).unwrap();
    let said = audit();
    assert_eq!(said.status.code(), Some(3));
    clean(&said.stderr);
}
