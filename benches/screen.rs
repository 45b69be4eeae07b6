//! The ceremony screen of the release binary in a real terminal, and an unattended rehearsal:
//!
//! ```text
//! cargo bench --bench screen
//! ```
//!
//! Beside it, in the same run, what the machine itself takes: a program that does nothing under the
//! same terminal, and a write that reaches the disk. Figures of another day or of another program
//! are not measured here; `benches/README.md` quotes them as quoted.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

const BINARY: &str = env!("CARGO_BIN_EXE_rootstage");
const RUNS: usize = 25;
const KEYS: usize = 30;
const IDLE: Duration = Duration::from_secs(10);
/// The last words of the footer: a frame that has them is whole.
const FOOTER: &str = "Ctrl-C leave";
/// The step's line and the first question of a rehearsal.
const ASK: [&str; 2] = ["Step 1 of ", "Answer"];

fn main() {
    let (columns, rows) = (80, 24);
    println!("{columns} x {rows}, {RUNS} runs each, medians (least, most)");
    let disk = home("target");
    // a directory in memory: what the program itself takes
    let memory = home("/dev/shm");
    for (name, home) in [("on disk", &disk), ("in memory", &memory)] {
        println!("\nceremony directory {name}");
        let mut nothing = Vec::new();
        let mut flush = Vec::new();
        let mut rehearse = Vec::new();
        let mut question = Vec::new();
        let mut resume = Vec::new();
        let mut back = Vec::new();
        for run in 0..=RUNS {
            let dir = home.join(format!("{run}"));
            let text = dir.to_str().expect("a plain path");
            nothing.push(do_nothing());
            flush.push(write_and_flush(&home.join("flush")));
            let (_, first, asked) = Terminal::first_frame(&["rehearse", "--dir", text]);
            rehearse.push(first);
            question.push(asked);
            let (_, first, asked) = Terminal::first_frame(&["resume", text]);
            resume.push(first);
            back.push(asked);
        }
        let floor = say("/bin/true in the same terminal", &mut nothing, None);
        say("one line appended and flushed", &mut flush, None);
        say(
            "rehearse: exec to first full frame",
            &mut rehearse,
            Some(floor),
        );
        say(
            "rehearse: exec to first question",
            &mut question,
            Some(floor),
        );
        say("resume: exec to first full frame", &mut resume, Some(floor));
        say("resume: exec to first question", &mut back, Some(floor));
    }

    println!("\none screen of `rehearse`, on disk");
    let dir = disk.join("one");
    let (mut terminal, ..) =
        Terminal::first_frame(&["rehearse", "--dir", dir.to_str().expect("a plain path")]);
    // the driver's thread has started and said how things stand
    terminal.quiet(Duration::from_millis(300));
    let fresh = terminal.memory();
    let (mut repaint, mut back) = (Vec::new(), Vec::new());
    for _ in 0..=KEYS {
        repaint.push(terminal.key(b"\x1bOP"));
        back.push(terminal.key(b"\x1b"));
    }
    say("F1 (help) to repaint", &mut repaint, None);
    say("Esc (back; more could follow it)", &mut back, None);
    terminal.quiet(Duration::from_millis(300));
    let before = terminal.activity();
    let bytes = terminal.drain(IDLE);
    let after = terminal.activity();
    println!(
        "{:36} {} ticks of processor time, {} context switches, {bytes} bytes to the terminal",
        format!("idle for {} s", IDLE.as_secs()),
        after.ticks - before.ticks,
        after.switches - before.switches
    );
    println!("{:36} {fresh}", "memory at the first question");
    println!("{:36} {}", "memory after the keys", terminal.memory());
    drop(terminal);

    println!("\nunattended rehearsal, 5 keyholders, threshold 3, on disk");
    let mut whole = Vec::new();
    for run in 0..=3 {
        let dir = disk.join(format!("unattended-{run}"));
        let start = Instant::now();
        let output = Process::new(BINARY)
            .args([
                "rehearse",
                "--keyholders",
                "5",
                "--threshold",
                "3",
                "--unattended",
                "--dir",
            ])
            .arg(&dir)
            .output()
            .expect("the program runs");
        whole.push(start.elapsed());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    say("start to end", &mut whole, None);
    let size = std::fs::metadata(BINARY).expect("the program").len();
    println!("\nprogram: {:.1} MB", megabytes(size));
    for home in [disk, memory] {
        let _ = std::fs::remove_dir_all(home);
    }
}

fn home(within: &str) -> PathBuf {
    let base = if Path::new(within).is_dir() {
        PathBuf::from(within)
    } else {
        std::env::temp_dir()
    };
    let home = base
        .canonicalize()
        .expect("a directory")
        .join(format!("rootstage-screen-{}", std::process::id()));
    std::fs::create_dir_all(&home).expect("a temporary directory");
    home
}

/// Prints and gives the median; the first is for warming up.
fn say(name: &str, times: &mut Vec<Duration>, floor: Option<Duration>) -> Duration {
    times.remove(0);
    times.sort();
    let median = times[times.len() / 2];
    let ratio = floor.map_or(String::new(), |floor| {
        format!(
            "   {:.1} x /bin/true",
            median.as_secs_f64() / floor.as_secs_f64()
        )
    });
    println!(
        "{name:36} {:>8.2?} ({:.2?}, {:.2?}){ratio}",
        median,
        times[0],
        times[times.len() - 1]
    );
    median
}

#[expect(clippy::cast_precision_loss, reason = "a size to be read")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// From the start of a program that does nothing to its end.
fn do_nothing() -> Duration {
    let (pty, pts) = pty_process::blocking::open().expect("a terminal");
    let start = Instant::now();
    let mut child = Command::new("/bin/true").spawn(pts).expect("true");
    child.wait().expect("its end");
    drop(pty);
    start.elapsed()
}

fn write_and_flush(path: &Path) -> Duration {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .expect("a file");
    let start = Instant::now();
    file.write_all(&[b'x'; 400]).expect("written");
    file.sync_data().expect("flushed");
    start.elapsed()
}

/// What a process did so far.
struct Activity {
    ticks: u64,
    switches: u64,
}

struct Terminal {
    pty: Pty,
    child: Child,
    parser: vt100::Parser,
}

impl Terminal {
    /// Starts the program; gives the time from before its start until its first frame is whole, and
    /// until it asks: the first frame of a ceremony that is being opened comes before the disk.
    fn first_frame(args: &[&str]) -> (Self, Duration, Duration) {
        let (pty, pts) = pty_process::blocking::open().expect("a terminal");
        pty.resize(Size::new(24, 80)).expect("a size");
        let command = Command::new(BINARY)
            .args(args)
            .env_clear()
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8");
        let start = Instant::now();
        let child = command.spawn(pts).expect("the program starts");
        let mut terminal = Self {
            pty,
            child,
            parser: vt100::Parser::new(24, 80, 0),
        };
        let mut raw = Vec::new();
        loop {
            terminal.read(Duration::from_secs(10), &mut raw);
            if ends_frame(&raw) {
                break;
            }
        }
        let first = start.elapsed();
        // whether it was a whole frame is looked at outside the time
        let screen = terminal.parser.screen().contents();
        assert!(screen.contains(FOOTER), "{screen}");
        let mut asked = first;
        loop {
            let screen = terminal.parser.screen().contents();
            if ASK.iter().all(|words| screen.contains(words)) {
                break;
            }
            assert!(terminal.read(Duration::from_secs(10), &mut raw), "{screen}");
            asked = start.elapsed();
        }
        (terminal, first, asked)
    }

    /// What comes within `patience`; waits for something.
    fn read(&mut self, patience: Duration, raw: &mut Vec<u8>) -> bool {
        let timeout = Timespec::try_from(patience).expect("a time");
        let mut watched = [PollFd::new(&self.pty, PollFlags::IN)];
        if poll(&mut watched, Some(&timeout)).expect("poll") == 0 {
            return false;
        }
        let mut bytes = [0; 16384];
        let count = self.pty.read(&mut bytes).expect("the program goes on");
        raw.extend_from_slice(&bytes[..count]);
        self.parser.process(&bytes[..count]);
        true
    }

    /// Reads until nothing came for so long.
    fn quiet(&mut self, long: Duration) {
        while self.read(long, &mut Vec::new()) {}
    }

    /// Reads for so long; gives the number of bytes.
    fn drain(&mut self, long: Duration) -> usize {
        let start = Instant::now();
        let mut raw = Vec::new();
        while let Some(left) = long
            .checked_sub(start.elapsed())
            .filter(|left| !left.is_zero())
        {
            self.read(left, &mut raw);
        }
        raw.len()
    }

    /// From a key to the end of the repaint that it brings.
    fn key(&mut self, key: &[u8]) -> Duration {
        self.quiet(Duration::from_millis(30));
        let before = self.parser.screen().contents();
        let start = Instant::now();
        self.pty.write_all(key).expect("a key");
        let mut raw = Vec::new();
        let mut last = start.elapsed();
        while self.read(
            Duration::from_millis(if raw.is_empty() { 2000 } else { 30 }),
            &mut raw,
        ) {
            last = start.elapsed();
        }
        assert_ne!(
            before,
            self.parser.screen().contents(),
            "the key changed the screen"
        );
        last
    }

    fn status(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id()))
            .expect("a live process")
    }

    /// Processor time and context switches, of all threads.
    fn activity(&self) -> Activity {
        let stat = self.status("stat");
        let fields: Vec<_> = stat
            .rsplit(") ")
            .next()
            .expect("fields")
            .split(' ')
            .collect();
        let tick = |at: usize| fields[at].parse::<u64>().expect("ticks");
        let mut switches = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("threads")
        {
            let mut text = String::new();
            File::open(thread.expect("a thread").path().join("status"))
                .and_then(|mut file| file.read_to_string(&mut text))
                .expect("a live thread");
            switches += text
                .lines()
                .filter(|line| line.contains("ctxt_switches"))
                .filter_map(|line| line.rsplit('\t').next()?.parse::<u64>().ok())
                .sum::<u64>();
        }
        Activity {
            ticks: tick(11) + tick(12),
            switches,
        }
    }

    fn memory(&self) -> String {
        let status = self.status("status");
        let kilobytes = |name: &str| {
            let line = status
                .lines()
                .find(|line| line.starts_with(name))
                .unwrap_or_default();
            line.split_ascii_whitespace()
                .nth(1)
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or_default()
        };
        format!(
            "{:.1} MB resident ({:.1} MB of them its own, not files), most ever {:.1} MB",
            megabytes(kilobytes("VmRSS:") * 1024),
            megabytes(kilobytes("RssAnon:") * 1024),
            megabytes(kilobytes("VmHWM:") * 1024)
        )
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the footer's last words are there, whatever styles are between them.
fn ends_frame(raw: &[u8]) -> bool {
    let ends = |words: &[u8]| raw.windows(words.len()).rposition(|part| part == words);
    matches!((ends(b"Ctrl-C"), ends(b"leave")), (Some(key), Some(leave)) if leave > key)
}
