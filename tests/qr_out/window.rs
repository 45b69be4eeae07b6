//! A real terminal in a real window: what stands on it is photographed and read.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::files::envelope;
use crate::judge::{are_there, file, run, texts};

const PROGRAMS: &[&str] = &["zbarimg", "Xvfb", "xterm", "import", "xdotool"];
const BITMAP: &[&str] = &[
    "-fn",
    "-misc-fixed-medium-r-normal--20-200-75-75-c-100-iso10646-1",
];
const OUTLINE: &[&str] = &["-fa", "DejaVu Sans Mono", "-fs", "12"];
/// How long a frame may take until it stands on the screen.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A screen, and an xterm on it in which `qr show` stands still.
struct Window {
    directory: tempfile::TempDir,
    display: String,
    bytes: Vec<u8>,
    _xterm: Running,
    _screen: Running,
}

impl Window {
    fn open(length: usize, terminal: &[&str], environment: &[(&str, &str)], more: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (path, bytes) = envelope(directory.path(), length);
        // it says which display it took once it takes connections
        let mut screen = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1400x1000x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map(Running)
            .unwrap();
        let mut number = String::new();
        BufReader::new(screen.0.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        let display = format!(":{}", number.trim());
        let xterm = Command::new("xterm")
            .args(["-bg", "black", "-fg", "gray80", "-u8"])
            .args(terminal)
            .args([
                "-e",
                env!("CARGO_BIN_EXE_rootstage"),
                "qr",
                "show",
                "--paused",
            ])
            .arg(path)
            .args(more)
            .env("DISPLAY", &display)
            .env("LANG", "C.UTF-8")
            .env_remove("LC_ALL")
            .env_remove("NO_COLOR")
            .envs(environment.iter().copied())
            .stderr(Stdio::null())
            .spawn()
            .map(Running)
            .unwrap();
        Self {
            directory,
            display,
            bytes,
            _xterm: xterm,
            _screen: screen,
        }
    }

    fn photograph(&self) -> PathBuf {
        let picture = self.directory.path().join("shot.png");
        self.program("import", &["-window", "root", picture.to_str().unwrap()]);
        picture
    }

    fn program(&self, program: &str, arguments: &[&str]) {
        let mut all = vec!["-u", "SESSION_MANAGER"];
        let display = format!("DISPLAY={}", self.display);
        all.extend([display.as_str(), program]);
        all.extend(arguments);
        run("env", &all);
    }

    /// Waits for a code that was not seen yet.
    fn new_code(&self, seen: &BTreeSet<String>, name: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let picture = self.photograph();
            let found = texts(&picture);
            assert!(found.len() <= 1, "{found:?}");
            if let Some(text) = found.into_iter().find(|text| !seen.contains(text)) {
                return text;
            }
            if Instant::now() > deadline {
                keep(&picture, name);
                panic!("{name}: no code that is new after {} were read", seen.len());
            }
        }
    }

    /// Steps through as many frames as are enough, and compares the file.
    fn read(&self, name: &str, needed: usize) {
        let mut seen = BTreeSet::new();
        for number in 0..needed {
            if number > 0 {
                self.program("xdotool", &["mousemove", "50", "50", "key", "period"]);
            }
            let text = self.new_code(&seen, name);
            seen.insert(text);
        }
        assert_eq!(file(&seen), self.bytes, "{name}");
    }
}

/// For looking at: keeps a photograph where `ROOTSTAGE_TEST_SCREENS` says.
fn keep(picture: &Path, name: &str) {
    if let Some(directory) = std::env::var_os("ROOTSTAGE_TEST_SCREENS") {
        std::fs::copy(picture, Path::new(&directory).join(format!("{name}.png"))).unwrap();
    }
}

fn geometry<'a>(size: &'a str, font: &[&'a str]) -> Vec<&'a str> {
    [&["-geometry", size][..], font].concat()
}

#[test]
fn a_window_of_120_by_40_with_a_bitmap_font() {
    if are_there(PROGRAMS) {
        Window::open(1500, &geometry("120x40+0+0", BITMAP), &[], &[]).read("bitmap", 5);
    }
}

#[test]
fn a_window_of_120_by_40_with_an_outline_font() {
    if are_there(PROGRAMS) {
        Window::open(1500, &geometry("120x40+0+0", OUTLINE), &[], &[]).read("outline", 5);
    }
}

#[test]
fn a_window_of_80_by_24() {
    if are_there(PROGRAMS) {
        Window::open(1000, &geometry("80x24+0+0", BITMAP), &[], &[]).read("small", 17);
    }
}

#[test]
fn whole_cells_with_a_font_of_odd_blocks() {
    if are_there(PROGRAMS) {
        let terminal = geometry("120x40+0+0", &["-fa", "DejaVu Sans Mono", "-fs", "9"]);
        Window::open(10, &terminal, &[], &["--wide"]).read("whole", 11);
    }
}

#[test]
fn no_colours_but_those_of_the_code() {
    if are_there(PROGRAMS) {
        let terminal = geometry("120x40+0+0", BITMAP);
        Window::open(1500, &terminal, &[("NO_COLOR", "1")], &[]).read("no-color", 5);
    }
}

#[test]
fn pixels_in_a_small_window() {
    if are_there(PROGRAMS) {
        let mut terminal = geometry("80x24+0+0", BITMAP);
        terminal.extend(["-ti", "vt340"]);
        Window::open(3000, &terminal, &[], &["--dense", "sixel"]).read("sixel", 4);
    }
}
