//! The audit of a long transcript beside `sha256sum` of the same file, in one run:
//!
//! ```text
//! cargo bench --bench audit
//! ```
//!
//! Prints, as ratios of medians: the chain alone, and everything that `audit` does. The transcript
//! is a ceremony in which a token was looked for 35,000 times: 140,000 records that the engine made.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rootstage::ceremony::ask::{Answer, Form};
use rootstage::ceremony::command::Command;
use rootstage::ceremony::decide::decide;
use rootstage::ceremony::effect::{Effect, Outcome};
use rootstage::ceremony::event::Opening;
use rootstage::ceremony::evolve::evolve;
use rootstage::ceremony::plan::{Mode, Outline, Plan, rehearsal};
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::script::Script;
use rootstage::ceremony::scripts;
use rootstage::ceremony::state::{Placed, State};
use rootstage::ceremony::token::{Fault, TokenName};
use rootstage::transcript::chain::{Chain, Draft};

const BINARY: &str = env!("CARGO_BIN_EXE_rootstage");
const RECORDS: u64 = 140_000;
/// Sizes at which memory is looked at.
const SIZES: [u64; 3] = [14_000, 140_000, 280_000];
const RUNS: usize = 9;

fn main() {
    let dir = std::env::temp_dir().join(format!("rootstage-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a temporary directory");
    let transcript = dir.join("transcript.jsonl");
    for records in SIZES {
        write_ceremony(&dir, records);
        let size = std::fs::metadata(&transcript)
            .expect("the transcript")
            .len();
        println!(
            "{records} records, {size} bytes: audit takes {} kB of memory at most",
            memory(&dir)
        );
        if records == RECORDS {
            compare(&dir, &transcript);
        }
    }
    let _ = std::fs::remove_dir_all(&dir);
}

fn compare(dir: &Path, transcript: &Path) {
    let (mut floor, mut chain, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    // in turn, so that a machine that is busy for a while is busy for all of them
    for _ in 0..=RUNS {
        floor.push(run(Process::new("sha256sum").arg(transcript)));
        let start = Instant::now();
        verify_chain(transcript);
        chain.push(start.elapsed());
        whole.push(run(Process::new(BINARY).arg("audit").arg(dir)));
    }
    let [floor, chain, whole] = [floor, chain, whole].map(median);
    println!("  {RUNS} runs each, in turn, medians");
    println!("  sha256sum        {floor:>9.1?}");
    println!(
        "  chain alone      {chain:>9.1?}   {:.2} x sha256sum",
        ratio(chain, floor)
    );
    println!(
        "  audit, all rules {whole:>9.1?}   {:.2} x sha256sum",
        ratio(whole, floor)
    );
}

/// Most memory that the audit had at any time, in kB: its high-water mark, read until it ends.
fn memory(dir: &Path) -> u64 {
    let mut child = Process::new(BINARY)
        .arg("audit")
        .arg(dir)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the audit starts");
    let mut most = 0;
    while child.try_wait().expect("a child").is_none() {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = mark.and_then(|text| text.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(kilobytes.unwrap_or(0));
        std::thread::sleep(Duration::from_micros(300));
    }
    most
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

/// The first is for warming up.
fn median(mut times: Vec<Duration>) -> Duration {
    times.remove(0);
    times.sort();
    times[times.len() / 2]
}

fn run(command: &mut Process) -> Duration {
    let start = Instant::now();
    // An unfinished ceremony does not pass its audit; the work is the same.
    let output = command.output().expect("the command runs");
    let elapsed = start.elapsed();
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{output:?}"
    );
    elapsed
}

fn verify_chain(path: &Path) {
    let mut reader =
        BufReader::with_capacity(1 << 16, std::fs::File::open(path).expect("the transcript"));
    let mut chain = Chain::new(Mode::Rehearsal);
    let mut line = String::new();
    while reader.read_line(&mut line).expect("a line") > 0 {
        chain
            .verify(line.trim_end_matches('\n'))
            .expect("an unbroken chain");
        line.clear();
    }
    assert_eq!(chain.length(), RECORDS);
}

/// Plays a rehearsal up to the first token, which is never found.
fn write_ceremony(dir: &Path, records: u64) {
    let plan = rehearsal(&Outline {
        title: "Benchmark".to_owned(),
        location: "nowhere".to_owned(),
        keyholders: 3,
        threshold: 2,
        expires: time::OffsetDateTime::now_utc() + time::Duration::days(365),
    });
    let script = scripts::bytes_of("first-root-rehearsal").expect("the shipped script");
    std::fs::write(dir.join("plan.toml"), &plan).expect("the plan");
    std::fs::write(dir.join("script.toml"), script).expect("the script");
    let procedure = Procedure::new(
        Script::parse(script).expect("the script parses"),
        Plan::parse(plan.as_bytes()).expect("the plan parses"),
    );
    let mut state = State::new(Arc::new(procedure));
    let mut chain = Chain::new(Mode::Rehearsal);
    let file = std::fs::File::create(dir.join("transcript.jsonl")).expect("the transcript");
    let mut out = std::io::BufWriter::new(file);
    let mut command = Command::Open(Opening {
        ceremony: "00".repeat(16),
        mode: Mode::Rehearsal,
        script: state.procedure.script.digest,
        plan: state.procedure.plan.digest,
        program: rootstage::PROGRAM_VERSION.to_owned(),
        rules: 1,
        released: rootstage::RELEASED.to_owned(),
        plan_directory: "/".to_owned(),
    });
    while chain.length() < records {
        let decision = decide(&state, command).expect("accepted");
        let step = state
            .step()
            .map_or_else(String::new, |step| step.id.clone());
        for (actor, event) in decision.events {
            if chain.length() == records {
                break;
            }
            let line = chain
                .append(&Draft {
                    actor: &actor,
                    at: "2026-11-23T12:00:00.000Z",
                    mono: chain.length(),
                    step: &step,
                    event: &event,
                    salt: [7; 16],
                })
                .expect("canonical");
            writeln!(out, "{line}").expect("written");
            evolve(
                &mut state,
                &Placed {
                    seq: chain.length() - 1,
                    at: "2026-11-23T12:00:00.000Z".to_owned(),
                    node: chain.head(),
                    event,
                },
            );
        }
        command = match (decision.effect, &state.asking) {
            (Some(Effect::CheckEnvironment), _) => {
                Command::Observe(Outcome::Environment(Vec::new()))
            }
            (Some(Effect::ReadClock), _) => {
                Command::Observe(Outcome::Clock("2026-11-23T12:00:00.000Z".to_owned()))
            }
            (Some(_), _) => Command::Observe(Outcome::Fault(Fault::TokenAbsent {
                token: TokenName("file:tokens/keyholder-1.age".to_owned()),
                present: Vec::new(),
            })),
            (None, Some(_)) => Command::Answer(answer(&state)),
            (None, None) => Command::Continue,
        };
    }
}

fn answer(state: &State) -> Answer {
    let ask = state.asking.as_ref().expect("an open question");
    let plan = &state.procedure.plan;
    let typed = match &ask.form {
        Form::Choose { options } => vec![options[0].key.clone()],
        Form::TypeBack { phrase } => vec![phrase.clone()],
        Form::Words { positions } => {
            let words = ask.digest.as_ref().expect("a digest").sha256.words();
            positions
                .iter()
                .map(|p| words[usize::from(*p) - 1].to_owned())
                .collect()
        }
        Form::WatchTime { .. } => vec!["12:00".to_owned()],
        _ => Vec::new(),
    };
    let mut taken = Vec::new();
    let initials = ask
        .seats
        .iter()
        .map(|seat| {
            let id = seat
                .who
                .iter()
                .find(|id| !taken.contains(*id))
                .expect("a free person");
            taken.push(id.clone());
            plan.participant(id)
                .expect("a participant")
                .initials
                .clone()
        })
        .collect();
    Answer {
        initials,
        typed,
        received: None,
        read_to_end: ask.document.is_some(),
    }
}
