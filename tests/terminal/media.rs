//! Media as they are (ext4 in image files) under the real program: killed, pulled in mid-write, looked
//! into by another, and gone at the very last record.
//!
//! Loop devices and mounting need root; where the kernel does not allow them, a test says SKIPPED.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::player::{People, Person, Player};
use super::pty::{SMALL, Terminal};
use super::room::{rootstage, said};
use super::sticks::{Stick, pull, tool};

/// A rehearsal that signs staged content, with media.
struct Day {
    _beside: tempfile::TempDir,
    base: PathBuf,
    out: Stick,
    log: Stick,
}

impl Day {
    fn new() -> Option<Self> {
        let (out, log) = (Stick::ext4(32)?, Stick::ext4(32)?);
        let beside = tempfile::tempdir().unwrap();
        let base = beside.path().join("made");
        let made = rootstage(&[
            "rehearse",
            "--script",
            "sign-staged",
            "--unattended",
            "--dir",
            base.to_str().unwrap(),
        ]);
        assert!(made.status.success(), "{}", said(&made));
        let plan = fs::read_to_string(base.join("plan.toml")).unwrap();
        let plan = format!("{plan}\n[transport]\nout = [\"medium\"]\nlog = true\n");
        fs::write(base.join("media.toml"), plan).unwrap();
        Some(Self {
            _beside: beside,
            base,
            out,
            log,
        })
    }

    fn at(&self, name: &str) -> String {
        self.base.join(name).to_str().unwrap().to_owned()
    }

    fn transcript(&self) -> Vec<u8> {
        fs::read(self.at("day/transcript.jsonl")).unwrap()
    }

    /// The program without people, by these answers and otherwise as it asks.
    fn unattended(&self, around: &[&str], verb: &[&str], answers: &str) -> Command {
        let secret =
            |number| format!("[secret.keyholder-{number}]\nenv = \"PASSPHRASE_{number}\"\n");
        let secrets: String = (1..=3).map(secret).collect();
        let text = format!("as_asked = true\n{secrets}{answers}");
        fs::write(self.base.join("answers.toml"), text).unwrap();
        let mut words = around.to_vec();
        words.push(env!("CARGO_BIN_EXE_rootstage"));
        words.extend(verb);
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command.args(["--answers", &self.at("answers.toml")]);
        for number in 1..=3 {
            let value = format!("rehearsal of keyholder-{number}");
            command.env(format!("PASSPHRASE_{number}"), value);
        }
        command
    }

    /// Begins, and stops before this question is answered.
    fn stopped_at(&self, step: &str, ask: &str) {
        let (plan, dir) = (self.at("media.toml"), self.at("day"));
        let answers = [
            chosen("media", "medium-out", &word(&self.out)),
            chosen("media", "medium-log", &word(&self.log)),
            nobody(step, ask),
        ]
        .concat();
        let mut command = self.unattended(&[], &["run", &plan, "--dir", &dir], &answers);
        let stopped = command.output().unwrap();
        assert!(said(&stopped).contains("ZZ"), "{}", said(&stopped));
        assert_eq!(ours(&self.log), [] as [PathBuf; 0], "it let go of it");
    }

    fn resume(&self, around: &[&str], answers: &str) -> Command {
        self.unattended(around, &["resume", &self.at("day")], answers)
    }

    fn people(&self) -> People {
        let plan = fs::read(self.at("media.toml")).unwrap();
        let plan = rootstage::ceremony::plan::Plan::parse(&plan).unwrap();
        let person = |p: &rootstage::ceremony::plan::Participant| Person {
            name: p.name.clone(),
            initials: p.initials.clone(),
            duty: p.duty.name().to_owned(),
        };
        People {
            all: plan.participants.iter().map(person).collect(),
            secrets: std::collections::BTreeMap::default(),
            rehearsal: true,
        }
    }

    /// What an auditor finds on the LOG medium: the transcript to its last byte, and a record that holds.
    fn copy_is_whole(&mut self) {
        let transcript = self.transcript();
        let node = self.log.node().to_owned();
        let at = self.log.mount("mount", &["-o", "ro", &node]).unwrap();
        let copy = copy_in(&at);
        assert!(fs::read(&copy).unwrap() == transcript, "the copy differs");
        let audit = rootstage(&["audit", copy.to_str().unwrap()]);
        assert!(audit.status.success(), "{}", said(&audit));
        self.log.unmount();
    }
}

/// The word by which people choose a stick.
fn word(stick: &Stick) -> String {
    stick.node().rsplit('/').next().unwrap().to_owned()
}

fn chosen(step: &str, ask: &str, word: &str) -> String {
    format!("[[answer]]\nstep = \"{step}\"\nask = \"{ask}\"\ntyped = [\"{word}\"]\n")
}

/// An answer that is none, so that the run stops there.
fn nobody(step: &str, ask: &str) -> String {
    format!("[[answer]]\nstep = \"{step}\"\nask = \"{ask}\"\ninitials = [\"ZZ\"]\n")
}

/// Where the program has this stick mounted.
fn ours(stick: &Stick) -> Vec<PathBuf> {
    let mounts = rootstage::media::Machine::this().mounts().unwrap();
    let node = Path::new(stick.node());
    let at = mounts.into_iter().filter(|mount| mount.source == node);
    let at = at.map(|mount| mount.at);
    at.filter(|at| at.to_string_lossy().contains("rootstage-medium-"))
        .collect()
}

fn copy_in(at: &Path) -> PathBuf {
    let mut entries = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path());
    entries
        .find(|path| path.to_string_lossy().ends_with(".transcript.jsonl"))
        .unwrap()
}

/// Waits for something that comes.
fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "{what} never came"
        );
        std::thread::yield_now();
    }
}

/// The one place at which the stick is mounted for the copy, which is complete up to the question that
/// is asked again after the interruption.
fn attached(day: &Day) -> PathBuf {
    wait("the copy", || {
        let at = ours(&day.log).pop()?;
        let copy = fs::read_dir(&at).ok()?.filter_map(|entry| {
            let path = entry.ok()?.path();
            path.to_string_lossy()
                .ends_with(".transcript.jsonl")
                .then_some(path)
        });
        let len = fs::metadata(copy.last()?).ok()?.len();
        let whole = day.transcript();
        let end = whole.iter().rposition(|byte| *byte == b'\n')? + 1;
        let text = String::from_utf8_lossy(&whole[..end]);
        let lines: Vec<&str> = text.lines().collect();
        let resumed = lines.iter().rposition(|line| is(line, "resumed"));
        let asked = lines.iter().rposition(|line| is(line, "asked"));
        (resumed.is_some() && resumed < asked && len == end as u64).then_some(at)
    })
}

/// Whether a record is of this kind.
fn is(line: &str, kind: &str) -> bool {
    line.contains(&format!("\"kind\":\"{kind}\""))
}

/// Another rootstage on the same machine, at the medium of a ceremony.
fn is_left_to_the_ceremony(day: &Day, file: &str) {
    let node = day.log.node();
    let received = day.at("received");
    let calls: [&[&str]; 2] = [
        &["media", "write", "--images", node, file],
        &[
            "media", "read", "--images", node, "any.rse", "-o", &received,
        ],
    ];
    for call in calls {
        let refused = rootstage(call);
        let words = said(&refused);
        assert_eq!(refused.status.code(), Some(3), "{words}");
        assert!(
            words.contains("in use by a rootstage that is running"),
            "{words}"
        );
        assert!(words.contains("do not unmount it by hand"), "{words}");
    }
    assert_eq!(
        ours(&day.log).len(),
        1,
        "it is still mounted for the ceremony"
    );
}

#[test]
fn killed_with_a_log_medium_and_then_out_goes_away_in_mid_write() {
    let (Some(mut day), Some(mut spare)) = (Day::new(), Stick::ext4(32)) else {
        return;
    };
    if !tool("strace") {
        return;
    }
    day.stopped_at("write", "written");
    let terminal = Terminal::start(SMALL, &["resume", &day.at("day")], &[]);
    terminal.see(" To do:");
    let left = attached(&day);
    is_left_to_the_ceremony(&day, &day.at("media.toml"));
    terminal.signal(Signal::KILL);
    drop(terminal);
    let before = day.transcript();
    assert_eq!(
        ours(&day.log),
        std::slice::from_ref(&left),
        "a killed program leaves its mount"
    );

    // It goes on, and OUT is pulled while its first file is on the way to it.
    let slowly = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=fsync,fdatasync,syncfs",
        "-e",
        "inject=fsync,fdatasync,syncfs:delay_enter=400000",
    ];
    let mut command = day.resume(&slowly, "");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().unwrap();
    let at = wait("OUT", || {
        let at = ours(&day.out).pop()?;
        let mut parts = fs::read_dir(&at).ok()?.filter_map(|entry| {
            let path = entry.ok()?.path();
            path.is_file().then_some(path)
        });
        parts
            .any(|part| fs::metadata(part).is_ok_and(|it| it.len() > 0))
            .then_some(at)
    });
    pull(&at);
    let stopped = child.wait_with_output().unwrap();
    let words = said(&stopped);
    assert_eq!(stopped.status.code(), Some(1), "{words}");
    assert!(words.contains("step export needs people"), "{words}");
    assert!(
        words.contains("went away or failed in the middle"),
        "{words}"
    );
    assert!(
        day.transcript().starts_with(&before),
        "what was on record stays"
    );
    assert!(!left.exists(), "the mount that was left is gone");
    assert!(ours(&day.log).is_empty() && ours(&day.out).is_empty());
    let half = day.out.files();
    assert!(
        half.iter().all(|(name, _)| name.starts_with('.')),
        "{half:?}"
    );

    // Another medium takes its place.
    let answers = [
        chosen("export", "again", "another"),
        chosen("export", "medium-out", &word(&spare)),
    ]
    .concat();
    let ended = day.resume(&[], &answers).output().unwrap();
    assert!(ended.status.success(), "{}", said(&ended));
    let there = spare.files();
    assert!(
        there.iter().any(|(name, _)| name == "signatures.rse"),
        "{there:?}"
    );
    for (name, bytes) in there {
        assert!(
            fs::read(day.base.join("day/out").join(&name)).unwrap() == bytes,
            "{name}"
        );
    }
    let audit = rootstage(&["audit", &day.at("day")]);
    assert!(audit.status.success(), "{}", said(&audit));
    day.copy_is_whole();
}

/// Makes the copy that the last words ask for, and audits it.
fn copied_as_said(day: &mut Day) {
    let node = day.log.node().to_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rootstage"));
    command.current_dir(day.base.join("day"));
    let names = ["transcript.jsonl", "plan.toml", "script.toml"];
    let made = command
        .args(["media", "write", "--images", &node])
        .args(names);
    let made = made.output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let at = day.log.mount("mount", &["-o", "ro", &node]).unwrap();
    let behind = fs::read(copy_in(&at)).unwrap();
    let whole = day.transcript();
    assert!(whole.len() > behind.len() && whole.starts_with(&behind));
    let copy = at.join("transcript.jsonl");
    assert!(fs::read(&copy).unwrap() == whole);
    let audit = rootstage(&["audit", copy.to_str().unwrap()]);
    assert!(audit.status.success(), "{}", said(&audit));
    // the copy that was cut short says so
    let audit = rootstage(&["audit", copy_in(&at).to_str().unwrap()]);
    assert!(
        said(&audit).contains("transcript.whole"),
        "{}",
        said(&audit)
    );
    day.log.unmount();
}

const LACKS: &str = "THE LOG MEDIUM LACKS THE LAST RECORDS";
const COPY_AGAIN: &str = "rootstage media write DEVICE transcript.jsonl plan.toml script.toml";

#[test]
fn the_last_screen_says_that_the_log_medium_lacks_the_end() {
    let Some(mut day) = Day::new() else {
        return;
    };
    day.stopped_at("close", "close");
    let terminal = Terminal::start(SMALL, &["resume", &day.at("day")], &[]);
    terminal.see(" To do:");
    pull(&attached(&day));
    let people = day.people();
    let mut player = Player::new(&terminal, &people);
    let question = player.question().unwrap();
    player.answer(&question);
    let all = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    // the smallest window says it at once, and what to do further down
    let first = terminal.see("Type DONE to leave");
    assert!(first.has("The ceremony is complete"), "{}", first.text());
    let short = "The LOG medium lacks the last records: what to do stands at the end";
    assert!(all(&first.text()).contains(short), "{}", first.text());
    for _ in 0..3 {
        terminal.keys("\x1b[6~");
    }
    let last = terminal.see("Audit with");
    assert!(all(&last.text()).contains(COPY_AGAIN), "{}", last.text());
    terminal.keys("DONE\r");
    let ended = terminal.end();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.text);
    assert!(all(&ended.text).contains(LACKS), "{}", ended.text);
    copied_as_said(&mut day);
}

#[test]
fn a_run_without_people_says_that_the_log_medium_lacks_the_end() {
    let Some(mut day) = Day::new() else {
        return;
    };
    day.stopped_at("close", "close");
    // A torn line is told of once the medium is attached and before anything is answered; nobody reads
    // it yet, so the program waits there.
    let path = day.at("day/transcript.jsonl");
    let torn = [&day.transcript()[..], b"{\"actor\""].concat();
    fs::write(path, torn).unwrap();
    let (mut told, mut full) = std::io::pipe().unwrap();
    full.write_all(&vec![b'.'; 1 << 16]).unwrap();
    let mut command = day.resume(&[], "");
    let child = command.stdout(Stdio::piped()).stderr(full);
    let child = child.spawn().unwrap();
    drop(command);
    pull(&attached(&day));
    let mut words = String::new();
    told.read_to_string(&mut words).unwrap();
    let ended: Output = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{words}");
    assert!(words.contains("bytes were cut"), "{words}");
    assert!(
        words.contains(LACKS) && words.contains(COPY_AGAIN),
        "{words}"
    );
    assert!(!String::from_utf8_lossy(&ended.stdout).contains(LACKS));
    let audit = rootstage(&["audit", &day.at("day")]);
    assert!(audit.status.success(), "{}", said(&audit));
    copied_as_said(&mut day);
}
