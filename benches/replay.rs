//! A replay of a long ceremony beside the audit of the same file, in one run:
//!
//! ```text
//! cargo bench --bench replay
//! ```
//!
//! Prints how long it takes until 100,000 records can be replayed (which includes their audit), how
//! long a jump to any of them takes with its frame drawn, a search of them all, and the most memory
//! that the program had; as ratios of medians to the audit of the same file, which is the least that
//! there is to do. The transcript is one that the engine made: a token is never found, people log
//! exceptions, leave and come back.

#[path = "../tests/support/reel.rs"]
mod reel;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rootstage::directory;
use rootstage::tui::replay::tape::Tape;
use rootstage::tui::replay::verdict::Verdict;
use rootstage::tui::replay::{Pane, Replay, view};
use rootstage::tui::{Colour, GlyphSet, Settings};

const RECORDS: u64 = 100_000;
const RUNS: usize = 5;
const JUMPS: usize = 400;

fn main() {
    let dir = std::env::temp_dir().join(format!("rootstage-replay-{}", std::process::id()));
    reel::write(&dir, RECORDS);
    let size = std::fs::metadata(dir.join("transcript.jsonl"))
        .expect("the transcript")
        .len();
    println!("{RECORDS} records, {size} bytes; medians of {RUNS} runs, in turn");
    let (mut audits, mut opens) = (Vec::new(), Vec::new());
    // the first is for warming up
    for run in 0..=RUNS {
        let start = Instant::now();
        let done = Command::new(env!("CARGO_BIN_EXE_rootstage"))
            .arg("audit")
            .arg(&dir)
            .stdout(Stdio::null())
            .status();
        assert!(
            done.expect("the audit runs")
                .code()
                .is_some_and(|code| code < 2)
        );
        let audit = start.elapsed();
        let start = Instant::now();
        let replay = opened(&dir, (80, 24));
        draw(&replay);
        if run > 0 {
            audits.push(audit);
            opens.push(start.elapsed());
        }
    }
    let audit = median(&mut audits);
    let open = median(&mut opens);
    println!("  audit, a process          {audit:>9.1?}");
    said("opened, first frame drawn", open, audit);
    let mut replay = opened(&dir, (120, 40));
    println!("  a state is kept every {} records", replay.tape.spacing());
    jumps(&mut replay, audit);
    search(&mut replay, audit);
    println!(
        "  most memory               {:>6} kB, of which the file {} kB",
        memory(),
        size / 1024
    );
    let _ = std::fs::remove_dir_all(&dir);
}

fn said(what: &str, time: Duration, audit: Duration) {
    let ratio = time.as_secs_f64() / audit.as_secs_f64();
    println!("  {what:<25} {time:>9.1?}   {ratio:.3} x audit");
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn opened(dir: &Path, size: (u16, u16)) -> Replay {
    let mut tape = None;
    let audited = directory::audit_watched(dir, None, Vec::new(), &mut |line, placed, state| {
        tape.get_or_insert_with(|| Tape::new(state.procedure.clone()))
            .push(line, placed, state);
    })
    .expect("an audit");
    assert!(audited.auditor.chain_holds() && audited.auditor.deviations().is_empty());
    let verdict = Verdict::of(&audited, "rootstage audit");
    let settings = Settings {
        glyphs: GlyphSet::Unicode,
        colour: Colour::Sixteen,
        clock: time::OffsetDateTime::now_utc,
        strength: |_| (0, ""),
        resume: String::new(),
        audit: String::new(),
    };
    let tape = tape.expect("records");
    Replay::new(settings, tape, audited.chronicle, verdict, size, 0).expect("a record")
}

fn draw(replay: &Replay) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, replay.size.0, replay.size.1));
    view::draw(replay, &mut buffer);
    std::hint::black_box(&buffer);
}

/// Jumps to records all over the file, each drawn; in every view.
fn jumps(replay: &mut Replay, audit: Duration) {
    let last = replay.playback().last();
    for pane in Pane::ALL {
        replay.pane = pane;
        let mut times = Vec::new();
        let mut random = 1_u64;
        for _ in 0..JUMPS {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let to = usize::try_from(random >> 33).expect("small") % (last + 1);
            let start = Instant::now();
            replay.go(to, Duration::ZERO);
            draw(replay);
            times.push(start.elapsed());
        }
        let worst = times.iter().max().copied().unwrap_or_default();
        let name = pane.name();
        said(&format!("jump, {name}"), median(&mut times), audit);
        println!("    the slowest of {JUMPS}      {worst:>9.1?}");
    }
}

/// A word that stands in many records, and one that stands in none.
fn search(replay: &mut Replay, audit: Duration) {
    for words in ["telephone", "nowhere at all", "Ada"] {
        let mut search =
            rootstage::tui::replay::search::Search::new(words, replay.tape.procedure());
        let (start, mut slowest) = (Instant::now(), Duration::ZERO);
        while !search.is_done(&replay.tape) {
            let slice = Instant::now();
            search.advance(&replay.tape, rootstage::tui::replay::search::SLICE);
            slowest = slowest.max(slice.elapsed());
        }
        let hits = search.hits().len();
        said(&format!("search, {hits} hits"), start.elapsed(), audit);
        println!("    its slowest slice       {slowest:>9.1?}");
    }
}

/// Most memory that this program had at any time, in kB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = mark.and_then(|text| text.trim().strip_suffix(" kB")?.parse().ok());
    kilobytes.unwrap_or(0)
}
