//! A terminal under the real binary, and what stands on it.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Termios, tcgetattr};

/// How long anything may take until it stands on the screen.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a terminal is.
#[derive(Clone, Copy)]
pub struct Kind {
    pub columns: u16,
    pub rows: u16,
    pub env: &'static [(&'static str, &'static str)],
}

/// The smallest one that the screens are made for.
pub const SMALL: Kind = Kind {
    columns: 80,
    rows: 24,
    env: &[("TERM", "xterm-256color"), ("LANG", "C.UTF-8")],
};
/// A comfortable one.
pub const LARGE: Kind = Kind {
    columns: 120,
    rows: 40,
    ..SMALL
};

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    ended: bool,
}

/// Presses keys, however that is done.
type Typist = Box<dyn Fn(&str)>;

/// A terminal with the binary in it.
pub struct Terminal {
    typist: Option<Typist>,
    pty: Pty,
    child: Child,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    before: Termios,
    /// Its binary's process.
    pub pid: u32,
}

/// What stands on the screen.
pub struct Look {
    /// Every row.
    pub rows: Vec<String>,
    /// The rows without the outline at the left of a wide screen.
    pub main: Vec<String>,
}

impl Look {
    /// Every row, as one text.
    pub fn text(&self) -> String {
        self.rows.join("\n")
    }

    /// Whether `words` stand on it.
    pub fn has(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// Number of records, from the row of the digests.
    pub fn records(&self) -> u64 {
        let text = self.text();
        let Some((before, _)) = text.rsplit_once(" records") else {
            return 0;
        };
        before
            .rsplit(' ')
            .next()
            .and_then(|n| n.parse().ok())
            .unwrap_or(0)
    }
}

impl Terminal {
    /// The binary with these arguments in a terminal of this kind; `env` comes on top.
    pub fn start(kind: Kind, args: &[&str], env: &[(&str, &Path)]) -> Self {
        Self::start_with(kind, args, env, None)
    }

    /// The same with a second terminal as its input; without that one's other end the input ends,
    /// and no signal comes.
    pub fn start_with_input(kind: Kind, args: &[&str]) -> (Self, Pty) {
        let (input, pts) = pty_process::blocking::open().unwrap();
        let stdin = std::os::fd::AsFd::as_fd(&pts).try_clone_to_owned().unwrap();
        (Self::start_with(kind, args, &[], Some(stdin.into())), input)
    }

    fn start_with(kind: Kind, args: &[&str], env: &[(&str, &Path)], stdin: Option<Stdio>) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(kind.rows, kind.columns)).unwrap();
        let before = tcgetattr(&pty).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rootstage"))
            .args(args)
            .env_clear()
            .env("PATH", "/usr/bin:/bin");
        for (name, value) in kind.env {
            command = command.env(name, value);
        }
        for (name, value) in env {
            command = command.env(name, value);
        }
        if let Some(stdin) = stdin {
            command = command.stdin(stdin);
        }
        let child = command.spawn(pts).unwrap();
        let fd = std::os::fd::AsFd::as_fd(&pty).try_clone_to_owned().unwrap();
        Self {
            pid: child.id(),
            seen: follow(kind, fd.into()),
            typist: None,
            pty,
            child,
            before,
        }
    }

    /// A terminal that somebody else drew: `child` is its process, `written` gives what is written to
    /// it, `typist` presses its keys. Its settings are not known.
    pub fn elsewhere(kind: Kind, child: Child, written: std::fs::File, typist: Typist) -> Self {
        let (pty, _) = pty_process::blocking::open().unwrap();
        Self {
            pid: child.id(),
            seen: follow(kind, written),
            typist: Some(typist),
            before: tcgetattr(&pty).unwrap(),
            pty,
            child,
        }
    }

    /// Types.
    pub fn keys(&self, keys: &str) {
        if let Some(typist) = &self.typist {
            return typist(keys);
        }
        (&self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// What stands on the screen now.
    pub fn look(&self) -> Look {
        look(&self.seen.0.lock().unwrap())
    }

    /// Waits until the cells are as wanted: how light the upper and the lower half of each is, row by
    /// row.
    pub fn wait_for_cells(&self, what: &str, mut wanted: impl FnMut(&[Vec<(u8, u8)>]) -> bool) {
        self.until(what, |seen| wanted(&cells(seen)).then_some(()));
    }

    /// Waits until the screen is as wanted.
    pub fn wait(&self, what: &str, mut wanted: impl FnMut(&Look) -> bool) -> Look {
        self.until(what, |seen| {
            let look = look(seen);
            wanted(&look).then_some(look)
        })
    }

    /// Waits for words.
    pub fn see(&self, words: &str) -> Look {
        self.wait(words, |look| look.has(words))
    }

    fn until<T>(&self, what: &str, mut wanted: impl FnMut(&Seen) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        loop {
            if let Some(found) = wanted(&seen) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !seen.ended,
                "{} waiting for: {what}\n{}",
                if seen.ended { "ended" } else { "timed out" },
                look(&seen).text()
            );
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// For looking at: writes the screen, with its colours, into the directory that
    /// `ROOTSTAGE_TEST_SCREENS` names.
    pub fn keep(&self, name: &str) {
        let Some(directory) = std::env::var_os("ROOTSTAGE_TEST_SCREENS") else {
            return;
        };
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        let words: Vec<&str> = name
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let name: String = words.join("-").chars().take(120).collect();
        let path = Path::new(&directory).join(format!("{}-{name}.ans", screen.size().1));
        std::fs::write(path, screen.contents_formatted()).unwrap();
    }

    /// Another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.seen
            .0
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(rows, columns);
        self.pty.resize(Size::new(rows, columns)).unwrap();
    }

    /// Sends the process a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until the process has ended and everything it wrote was read.
    pub fn end(mut self) -> Ended {
        let status = {
            let deadline = Instant::now() + PATIENCE;
            let mut seen = self.seen.0.lock().unwrap();
            while !seen.ended {
                let left = deadline.saturating_duration_since(Instant::now());
                assert!(!left.is_zero(), "it does not end\n{}", look(&seen).text());
                seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
            }
            drop(seen);
            self.child.wait().unwrap()
        };
        let after = tcgetattr(&self.pty).unwrap();
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        Ended {
            status,
            text: screen.contents(),
            restored: same(&self.before, &after)
                && !screen.alternate_screen()
                && !screen.hide_cursor(),
            raw: seen.raw.clone(),
        }
    }

    /// The file that the process reads as its memory, with what it may read and write.
    pub fn memory(&self) -> Vec<u8> {
        self.mappings()
            .into_iter()
            .flat_map(|(_, bytes)| bytes)
            .collect()
    }

    /// Where in the memory something stands, with what is before and behind it.
    pub fn around(&self, wanted: &[u8]) -> String {
        let mut words = String::new();
        for (name, bytes) in self.mappings() {
            for (at, window) in bytes.windows(wanted.len()).enumerate() {
                if window == wanted {
                    let some = &bytes[at.saturating_sub(64)..(at + 96).min(bytes.len())];
                    words.extend(["\n", &name, ": ", &some.escape_ascii().to_string()]);
                }
            }
        }
        words
    }

    fn mappings(&self) -> Vec<(String, Vec<u8>)> {
        use std::io::{Seek as _, SeekFrom};
        let mut memory = std::fs::File::open(format!("/proc/{}/mem", self.pid)).unwrap();
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.pid)).unwrap();
        let mut mappings = Vec::new();
        for line in maps.lines() {
            let (range, rest) = line.split_once(' ').unwrap();
            if !rest.starts_with("rw") || line.ends_with("[vvar]") {
                continue;
            }
            let (begin, end) = range.split_once('-').unwrap();
            let begin = u64::from_str_radix(begin, 16).unwrap();
            let end = u64::from_str_radix(end, 16).unwrap();
            memory.seek(SeekFrom::Start(begin)).unwrap();
            // a page that was never touched may refuse
            let mut all = Vec::new();
            let _ = std::io::copy(
                &mut std::io::Read::by_ref(&mut memory).take(end - begin),
                &mut all,
            );
            mappings.push((line.to_owned(), all));
        }
        mappings
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // where a test has failed, nothing is left running
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was left when the process had ended.
pub struct Ended {
    pub status: ExitStatus,
    /// What stands on the terminal.
    pub text: String,
    /// Whether the terminal is as it was: settings, screen, cursor.
    pub restored: bool,
    /// Everything that was written to it.
    pub raw: Vec<u8>,
}

/// Reads what is written to a terminal until that ends.
fn follow(kind: Kind, mut written: std::fs::File) -> Arc<(Mutex<Seen>, Condvar)> {
    let parser = vt100::Parser::new(kind.rows, kind.columns, 0);
    let seen = Arc::new((
        Mutex::new(Seen {
            parser,
            raw: Vec::new(),
            ended: false,
        }),
        Condvar::new(),
    ));
    let reader = Arc::clone(&seen);
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        let mut held = Vec::new();
        loop {
            let read = written.read(&mut bytes).unwrap_or(0);
            held.extend_from_slice(&bytes[..read]);
            if read > 0 && is_open(&held) {
                continue;
            }
            let Ok(mut now) = reader.0.lock() else { return };
            now.parser.process(&held);
            now.raw.append(&mut held);
            now.ended = read == 0;
            reader.1.notify_all();
            if read == 0 {
                return;
            }
        }
    });
    seen
}

/// Whether a frame has begun that is to be shown in one piece, and is not all here.
fn is_open(written: &[u8]) -> bool {
    let (begin, end) = (b"\x1b[?2026h", b"\x1b[?2026l");
    let last = |mark: &[u8]| written.windows(mark.len()).rposition(|at| at == mark);
    let cut = (1..begin.len()).any(|length| written.ends_with(&begin[..length]));
    cut || last(begin) > last(end)
}

fn cells(seen: &Seen) -> Vec<Vec<(u8, u8)>> {
    let screen = seen.parser.screen();
    let (rows, columns) = screen.size();
    let half = |row, column| {
        let cell = screen.cell(row, column).unwrap();
        let (front, back) = (light(cell.fgcolor()), light(cell.bgcolor()));
        match cell.contents() {
            "▀" => (front, back),
            "▄" => (back, front),
            "█" => (front, front),
            _ => (back, back),
        }
    };
    let row = |row| (0..columns).map(|column| half(row, column)).collect();
    (0..rows).map(row).collect()
}

fn light(colour: vt100::Color) -> u8 {
    match colour {
        vt100::Color::Rgb(red, ..) => red,
        vt100::Color::Idx(7 | 15 | 231) => 255,
        vt100::Color::Idx(_) | vt100::Color::Default => 0,
    }
}

fn look(seen: &Seen) -> Look {
    let screen = seen.parser.screen();
    let (rows, columns) = screen.size();
    let line = screen.cell(3, 38).map(vt100::Cell::contents);
    let outlined = columns >= 118 && rows >= 34 && matches!(line, Some("│" | "|"));
    let side = if outlined { 40 } else { 0 };
    Look {
        rows: screen.rows(0, columns).collect(),
        main: screen.rows(side, columns - side).collect(),
    }
}

fn same(before: &Termios, after: &Termios) -> bool {
    before.input_modes == after.input_modes
        && before.output_modes == after.output_modes
        && before.control_modes == after.control_modes
        && before.local_modes == after.local_modes
}
