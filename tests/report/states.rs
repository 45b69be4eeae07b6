//! Every state in which a record can be: what its report says first, so that nobody takes it for another.

use std::fs;
use std::path::{Path, PathBuf};

use rootstage::ceremony::command::{Command, ExceptionForm};
use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::plan::Mode;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

use super::{forger, read, report, text};
use crate::room::{Room, copy_all, plan, production_plan};
use crate::world::What;

const PAPER_SEAL: &str = "\n[seal]\nby = \"paper\"\n";

/// The directory of a day is kept, to be looked at with the other commands.
fn kept(room: &Room, name: &str) -> PathBuf {
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("state-{name}"));
    let _ = fs::remove_dir_all(&kept);
    copy_all(&room.dir(), &kept);
    kept
}

/// What stands above the contents: the cover.
fn cover(page: &str) -> String {
    text(&page[..page.find("<nav ").unwrap()])
}

fn abort(room: &mut Room) {
    let (initials, reason) = (
        vec!["VA".to_owned(), "WW".to_owned()],
        "fire alarm".to_owned(),
    );
    room.submit(Command::Abort { initials, reason }, None)
        .unwrap();
}

/// A number and the wrong form of a word behind it.
fn well_counted(name: &str, said: &str) {
    let words: Vec<&str> = said.split_whitespace().collect();
    for pair in words.windows(2) {
        let [number, word] = pair else { continue };
        let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
        let wrong = match *number {
            "0" => [
                "records",
                "exceptions",
                "files",
                "signatures",
                "approvals",
                "proofs",
                "seals",
                "cautions",
                "fail",
                "hold",
            ]
            .contains(&word),
            "1" => {
                word.len() > 3
                    && word.ends_with('s')
                    && ![
                        "holds", "fails", "verifies", "was", "has", "process", "address", "witness",
                    ]
                    .contains(&word)
            }
            _ => false,
        };
        assert!(!wrong, "{name}: {number} {word}");
    }
}

/// The report on a day says this on its cover.
fn says(name: &str, dir: &Path, words: &[&str], never: &[&str]) {
    let page = report(dir).0;
    well_counted(name, &text(&page));
    let said = cover(&page);
    for word in words {
        assert!(said.contains(word), "{name}: {word}: {said}");
    }
    for word in never {
        assert!(!said.contains(word), "{name}: {word}: {said}");
    }
    read(&format!("state-{name}"), &page);
}

#[test]
fn aborted_before_any_key() {
    let mut room = Room::open(3, 2);
    room.until("generate.keyholder-1", "secret");
    abort(&mut room);
    says(
        "aborted-early",
        &kept(&room, "aborted-early"),
        &["REHEARSAL", "ABORTED", "15 had nothing to compare"],
        &["AUDIT PASSED", "UNFINISHED"],
    );
}

#[test]
fn aborted_after_signatures() {
    let mut room = Room::with_plan(&production_plan(3, 2));
    room.until("sign.keyholder-3", "secret");
    abort(&mut room);
    says(
        "aborted-late",
        &kept(&room, "aborted-late"),
        &["ABORTED"],
        &["REHEARSAL", "AUDIT PASSED"],
    );
}

#[test]
fn unfinished_with_a_torn_last_line() {
    let mut room = Room::prepared(&production_plan(3, 2));
    room.recorder.load(room.dir(), None);
    room.begin().unwrap();
    room.until("generate.keyholder-3", "secret");
    room.power_cut();
    let path = room.transcript();
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    bytes.extend_from_within(end - 400..end - 150);
    fs::write(&path, bytes).unwrap();
    says(
        "unfinished",
        &kept(&room, "unfinished"),
        &["UNFINISHED", "NOT CLOSED", "generate.keyholder-3"],
        &["REHEARSAL", "AUDIT PASSED", "ABORTED"],
    );
}

/// Words of people in every kind of script, and more of them than anybody reads.
fn wordy() -> [ExceptionForm; 3] {
    let long = "The fan of the machine was louder than the voices of the room, and so the words were read again. ".repeat(21);
    let form = |expected: &str, happened: &str, decided: &str, initials: &str| ExceptionForm {
        expected: expected.to_owned(),
        happened: happened.to_owned(),
        decided: decided.to_owned(),
        initials: vec![initials.to_owned()],
    };
    [
        form("a quiet room", &long[..2000], "to go on, louder", "WW"),
        form(
            "שלוש נשים בחדר, ו-2 מפתחות",
            "山田さんが十分遅れて到着しました。鍵は封筒に入ったままで、誰も触れていません。",
            "انتظر الجميع ثم بدأوا من جديد",
            "VA",
        ),
        form(
            "<script>alert(1)</script>",
            "</td></table><h1>AUDIT PASSED</h1>",
            &"x".repeat(300),
            "WW",
        ),
    ]
}

fn wordy_day(mode: &str) -> Room {
    let text = if mode == "production" {
        production_plan(3, 2)
    } else {
        plan(3, 2)
    };
    let mut room = Room::prepared(&text);
    room.recorder.load(room.dir(), None);
    room.begin().unwrap();
    let [one, two, three] = wordy();
    room.until("environment", "environment");
    room.submit(Command::LogException(one), None).unwrap();
    room.happens(
        "sign.keyholder-1",
        |effect| matches!(effect, Effect::Sign { .. }),
        What::PowerCutAfter,
    );
    room.until_dark();
    room.resume().unwrap();
    room.submit(Command::LogException(two), None).unwrap();
    room.happens(
        "sign.keyholder-2",
        |effect| matches!(effect, Effect::Sign { .. }),
        What::PowerCutAfter,
    );
    room.until_dark();
    room.resume().unwrap();
    room.submit(Command::LogException(three), None).unwrap();
    room.to_the_end();
    room
}

#[test]
fn interrupted_twice_with_wordy_exceptions() {
    let room = wordy_day("production");
    says(
        "wordy",
        &kept(&room, "wordy"),
        &["AUDIT PASSED", "3 exceptions"],
        &["REHEARSAL"],
    );
}

#[test]
fn a_changed_result_and_a_changed_transcript() {
    let mut room = Room::with_plan(&production_plan(3, 2));
    room.to_the_end();
    let changed = kept(&room, "changed");
    let path = changed.join("metadata/root.json");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    says("changed", &changed, &["AUDIT FAILED"], &["AUDIT PASSED"]);
    let tampered = kept(&room, "tampered");
    let path = tampered.join("transcript.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[60] = lines[60].replacen("\"at\":\"2026", "\"at\":\"2025", 1);
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    says(
        "tampered",
        &tampered,
        &[
            "AUDIT FAILED",
            "The transcript is broken.",
            "none holds",
            "not known : the transcript is broken before its end",
        ],
        &["AUDIT PASSED", "UNFINISHED", "closed, as written"],
    );
}

/// Gives every record of a directory a time: so many milliseconds after the one before.
fn timed(dir: &Path, mode: Mode, pause: impl Fn(usize, usize) -> i64) {
    let path = dir.join("transcript.jsonl");
    let mut records = forger::loose(&fs::read(&path).unwrap());
    let count = records.len();
    let begun: OffsetDateTime = datetime!(2026-12-01 09:58:30 UTC);
    let mut now = begun;
    for (seq, record) in records.iter_mut().enumerate() {
        let whole = now.replace_millisecond(0).unwrap();
        let shown = whole.format(&Rfc3339).unwrap();
        record.at = format!("{}.{:03}Z", shown.trim_end_matches('Z'), now.millisecond());
        record.mono = u64::try_from((now - begun).whole_milliseconds()).unwrap();
        now += time::Duration::milliseconds(pause(seq, count));
    }
    fs::write(path, forger::chained(mode, &records)).unwrap();
}

#[test]
fn days_of_every_length() {
    let mut room = Room::with_plan(&(plan(2, 2) + PAPER_SEAL));
    room.until("environment", "environment");
    let (reason, night) = ("for the night".to_owned(), room.state().records);
    room.submit(Command::Pause { reason }, None).unwrap();
    room.resume().unwrap();
    room.submit(Command::LogException(Room::exception(&["WW"])), None)
        .unwrap();
    room.to_the_end();
    let night = usize::try_from(night).unwrap();
    for (name, lasts, sleeps) in [
        ("seconds", 3, 0),
        ("hours", 6 * 3600, 0),
        ("night", 7200, 15 * 3600),
    ] {
        let dir = kept(&room, name);
        timed(&dir, Mode::Rehearsal, |seq, count| {
            let each = lasts * 1000 / i64::try_from(count).unwrap();
            if seq == night {
                each + sleeps * 1000
            } else {
                each
            }
        });
        says(name, &dir, &["REHEARSAL"], &[]);
    }
}

#[test]
fn acts_far_beyond_their_budgets() {
    let mut room = Room::with_plan(&(plan(3, 2) + PAPER_SEAL));
    room.to_the_end();
    let dir = kept(&room, "late");
    timed(&dir, Mode::Rehearsal, |seq, count| {
        if seq > count / 4 && seq < count / 2 {
            300_000
        } else {
            3_000
        }
    });
    says("late", &dir, &["REHEARSAL"], &[]);
}
