//! QR codes in a ceremony, in a terminal: frames are typed as a hand scanner types them, and what
//! leaves is read from the cells of the screen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rootstage::ceremony::ask::received_file;
use rootstage::envelope::{Envelope, Kind};
use rootstage::ports::Luma;
use rootstage::qr::symbol::{Level, capacity};
use rootstage::qr::{Collector, Transfer};
use rootstage::scan::reader::{Effort, read};

use super::pty::{Kind as Window, LARGE, SMALL, Terminal};
use super::room::{rootstage, said};

/// A rehearsal in which files come in and go out as QR codes.
struct Codes {
    _beside: tempfile::TempDir,
    base: PathBuf,
}

impl Codes {
    fn new() -> Self {
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
        let codes = format!("{plan}\n[transport]\nin = [\"qr\"]\nout = [\"qr\"]\n");
        fs::write(base.join("codes.toml"), codes).unwrap();
        Self {
            _beside: beside,
            base,
        }
    }

    fn at(&self, name: &str) -> String {
        self.base.join(name).to_str().unwrap().to_owned()
    }

    /// Goes on without people until the answers that are listed are no answers any more.
    fn unattended(&self, verb: &[&str], answers: &str) -> Output {
        let secret =
            |number| format!("[secret.keyholder-{number}]\nenv = \"PASSPHRASE_{number}\"\n");
        let secrets: String = (1..=3).map(secret).collect();
        let text = format!("as_asked = true\n{secrets}{answers}");
        fs::write(self.base.join("answers.toml"), text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rootstage"));
        for number in 1..=3 {
            let value = format!("rehearsal of keyholder-{number}");
            command.env(format!("PASSPHRASE_{number}"), value);
        }
        let answers = self.at("answers.toml");
        command
            .args(verb)
            .args(["--answers", &answers])
            .output()
            .unwrap()
    }

    fn begin(&self) -> Output {
        let (plan, dir) = (self.at("codes.toml"), self.at("day"));
        self.unattended(&["run", &plan, "--dir", &dir], "")
    }

    fn go_on(&self, answers: &str) -> Output {
        self.unattended(&["resume", &self.at("day")], answers)
    }

    fn resume(&self, window: Window) -> Terminal {
        Terminal::start(window, &["resume", &self.at("day")], &[])
    }
}

/// Leaves the ceremony, which waits on disk.
fn leave(terminal: Terminal) {
    terminal.keys("\x03");
    terminal.see("again: leave");
    terminal.keys("\x03");
    assert!(terminal.end().restored);
}

fn scanned(terminal: &Terminal, path: &Path, chars: usize) {
    let transfer = Transfer::new(&fs::read(path).unwrap(), chars).unwrap();
    for number in 0..transfer.needed() {
        // q, ? and Enter are in it for whoever takes it for keys
        terminal.keys(&format!("{}\r", transfer.text(number)));
    }
    let complete = format!("SHA-256 {}", transfer.digest().short());
    terminal.see(&complete);
}

#[test]
fn a_hand_scanner_types_the_file_and_people_take_it() {
    let codes = Codes::new();
    let stopped = codes.begin();
    assert!(
        said(&stopped).contains("no answer for step trusted, ask scan"),
        "{}",
        said(&stopped)
    );
    let terminal = codes.resume(SMALL);
    let records = terminal.see("The file is not complete yet").records();
    let trusted = codes.base.join("before/metadata/1.root.json");
    // people may have begun to type
    terminal.keys("V");
    terminal.see("V");
    scanned(&terminal, &trusted, 300);
    let look = terminal.look();
    assert_eq!(look.records(), records, "a scan answers nothing");
    terminal.keys("A\r");
    terminal.wait("the next seat", |look| look.has("VA"));
    terminal.keys("WW\r");
    terminal.see("Is this what was sent?");
    leave(terminal);
    let log = fs::read_to_string(codes.base.join("day/transcript.jsonl")).unwrap();
    let carried = log.lines().find_map(|line| {
        let (_, rest) = line.split_once("\"received\":\"")?;
        received_file(rest.split('"').next()?)
    });
    assert_eq!(carried.unwrap(), fs::read(trusted).unwrap());
}

#[test]
fn what_leaves_is_read_from_the_screen() {
    let codes = Codes::new();
    codes.begin();
    let answers = format!(
        "[[answer]]\nstep = \"trusted\"\nask = \"scan\"\nreceived = \"{}\"\n\
         [[answer]]\nstep = \"import\"\nask = \"scan\"\nreceived = \"{}\"\n\
         [[answer]]\nstep = \"export\"\nask = \"shown-qr\"\ntyped = [\"not\", \"these\", \"words\"]\n",
        codes.at("before/metadata/1.root.json"),
        codes.at("staged/root.json")
    );
    let stopped = codes.go_on(&answers);
    assert!(said(&stopped).contains("word"), "{}", said(&stopped));
    for window in [LARGE, SMALL] {
        let terminal = codes.resume(window);
        terminal.see("leaves as QR codes");
        terminal.see("F7 QR codes");
        terminal.keys("\x1b[18~");
        let look = terminal.see("Space pause");
        assert!(
            look.has("REHEARSAL") && look.has("Payload"),
            "{}",
            look.text()
        );
        terminal.keys(" ");
        let mut collector = Collector::default();
        let mut texts: Vec<String> = Vec::new();
        while collector.file().is_none() {
            assert!(texts.len() < 200);
            let mut seen = String::new();
            terminal.wait_for_cells("another code", |cells| {
                let text = read(&picture(cells), Effort::Thorough).pop();
                seen = text.unwrap_or_default();
                !seen.is_empty() && !texts.contains(&seen)
            });
            collector.take(&seen);
            texts.push(seen);
            terminal.keys(".");
        }
        let (file, _) = collector.file().unwrap();
        let out = fs::read(codes.base.join("day/out/signatures.rse")).unwrap();
        assert_eq!(file, out);
        assert_eq!(
            Envelope::parse(file).unwrap().manifest().kind,
            Kind::Signatures
        );
        terminal.keys("\x1b");
        terminal.see("F7 QR codes");
        leave(terminal);
    }
    let end = codes.go_on("");
    assert!(end.status.success(), "{}", said(&end));
    let audit = rootstage(&["audit", &codes.at("day")]);
    assert!(audit.status.success(), "{}", said(&audit));
}

#[test]
fn frames_in_a_text_answer_a_scan() {
    let codes = Codes::new();
    codes.begin();
    let path = codes.base.join("before/metadata/1.root.json");
    let transfer = Transfer::new(&fs::read(&path).unwrap(), capacity(22, Level::Low)).unwrap();
    let lines: Vec<String> = (1..=transfer.needed()).map(|n| transfer.text(n)).collect();
    fs::write(codes.base.join("frames.txt"), lines.join("\n")).unwrap();
    let answers = format!(
        "[[answer]]\nstep = \"trusted\"\nask = \"scan\"\nreceived = \"{}\"\n\
         [[answer]]\nstep = \"import\"\nask = \"scan\"\nreceived = \"{}\"\n",
        codes.at("frames.txt"),
        codes.at("staged/root.json")
    );
    let end = codes.go_on(&answers);
    assert!(end.status.success(), "{}", said(&end));
}

/// The screen as a camera would see it: two pixels high and one wide for a cell, made four times larger.
fn picture(cells: &[Vec<(u8, u8)>]) -> Luma {
    const SCALE: usize = 4;
    let columns = cells.first().map_or(0, Vec::len);
    let (width, height) = (columns * SCALE, cells.len() * 2 * SCALE);
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        let half = y / SCALE;
        for x in 0..width {
            let (upper, lower) = cells[half / 2][x / SCALE];
            pixels.push(if half.is_multiple_of(2) { upper } else { lower });
        }
    }
    Luma {
        width,
        height,
        pixels,
    }
}
