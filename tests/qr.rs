//! QR frames and a program that was written from `assets/qr-frames-format.md` alone.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rootstage::qr::frame::Frame;
use rootstage::qr::{Collector, Taken, Transfer};

/// The other program; `None` where there is no Python.
fn judge() -> Option<Command> {
    if Command::new("python3").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "python3 is not installed");
        eprintln!("SKIPPED: python3 is not installed");
        return None;
    }
    let mut python = Command::new("python3");
    python.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/qr_frames.py"));
    Some(python)
}

fn decode(mut judge: Command, output: &Path, lines: &[String]) -> Output {
    let mut judge = judge
        .arg("decode")
        .arg(output)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = judge.stdin.take().unwrap();
    input.write_all(lines.join("\n").as_bytes()).unwrap();
    drop(input);
    judge.wait_with_output().unwrap()
}

/// A number below `below`, another one at each call.
fn draw(state: &mut u64, below: usize) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % below
}

fn file(bytes: usize) -> Vec<u8> {
    let mut state = bytes as u64;
    let bytes = std::iter::repeat_with(|| draw(&mut state, 256)).take(bytes);
    bytes.map(|byte| u8::try_from(byte).unwrap()).collect()
}

/// Numbers below `below` in any order.
fn shuffled(below: usize, state: &mut u64) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..below).collect();
    for last in (1..below).rev() {
        numbers.swap(last, draw(state, last + 1));
    }
    numbers
}

/// Lengths of files, and characters of frames.
const CASES: [(usize, usize); 5] = [(1, 60), (6, 40), (95, 60), (480, 154), (1000, 535)];

#[test]
fn it_reads_what_we_show() {
    let room = tempfile::tempdir().unwrap();
    let output = room.path().join("file");
    let mut state = 11;
    for (bytes, chars) in CASES {
        let file = file(bytes);
        let transfer = Transfer::new(&file, chars).unwrap();
        let needed = transfer.needed();
        let stray = Transfer::new(b"another file", 80).unwrap();
        let mut order = shuffled(transfer.frames(), &mut state);
        order.truncate(needed);
        let mut lines: Vec<String> = order.iter().map(|frame| transfer.text(*frame)).collect();
        lines.push(stray.text(0));
        lines.push("https://example.org/".to_owned());
        // and one in which a character is wrong
        let mut damaged = transfer.text(0);
        let other = if &damaged[20..=20] == "A" { "B" } else { "A" };
        damaged.replace_range(20..=20, other);
        lines.push(damaged);
        let Some(python) = judge() else { return };
        let said = decode(python, &output, &lines);
        let out = String::from_utf8_lossy(&said.stdout).trim().to_owned();
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        assert_eq!(out, transfer.digest().hex());
        assert_eq!(std::fs::read(&output).unwrap(), file);
        // one frame less is not enough
        lines.remove(0);
        let said = decode(judge().unwrap(), &output, &lines);
        assert_eq!(said.status.code(), Some(1), "{bytes} {chars}");
    }
}

#[test]
fn we_read_what_it_shows() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("file");
    let mut state = 12;
    for (bytes, chars) in CASES {
        let file = file(bytes);
        std::fs::write(&path, &file).unwrap();
        let Some(mut python) = judge() else { return };
        let python = python.arg("encode").arg(&path).arg(chars.to_string());
        let said = python.output().unwrap();
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        let out = String::from_utf8(said.stdout).unwrap();
        let lines: Vec<&str> = out.lines().collect();
        // the very same frames
        let transfer = Transfer::new(&file, chars).unwrap();
        let ours: Vec<String> = (0..transfer.frames()).map(|n| transfer.text(n)).collect();
        assert_eq!(lines, ours, "{bytes} {chars}");
        let mut collector = Collector::default();
        let mut taken = None;
        for frame in shuffled(lines.len(), &mut state)
            .iter()
            .take(transfer.needed())
        {
            taken = Some(collector.take(lines[*frame]));
        }
        assert_eq!(taken, Some(Taken::Complete));
        assert_eq!(collector.file().unwrap(), (&*file, transfer.digest()));
    }
}

#[test]
fn the_worked_example_is_right() {
    let document = include_str!("../assets/qr-frames-format.md");
    let transfer = Transfer::new(b"hello\n", 41).unwrap();
    assert_eq!(transfer.needed(), 4);
    let (_, example) = document.split_once("## A worked example").unwrap();
    assert!(example.contains(&transfer.digest().hex()));
    for number in [0, 7] {
        assert!(example.contains(&transfer.text(number)), "{number}");
    }
    let word = example
        .split("```")
        .nth(1)
        .unwrap()
        .strip_prefix("text")
        .unwrap();
    let word: Vec<u16> = word
        .split_whitespace()
        .map(|symbol| u16::from_str_radix(symbol, 16).unwrap())
        .collect();
    assert_eq!(word.len(), 76);
    for number in 0..transfer.frames() {
        let frame = Frame::parse(&transfer.text(number)).unwrap();
        let symbols = frame
            .body
            .chunks(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        assert!(symbols.eq(word.iter().copied().skip(usize::from(frame.start)).take(5)));
    }
}
