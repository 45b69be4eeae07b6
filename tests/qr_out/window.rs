//! A real terminal in a real window: what stands on it is photographed and read.

use std::collections::BTreeSet;
use std::path::Path;

use crate::display::{BITMAP, Display, Running};
use crate::files::envelope;
use crate::judge::{are_there, file, text};

const PROGRAMS: &[&str] = &["zbarimg", "Xvfb", "xterm", "import", "xdotool"];
const OUTLINE: &[&str] = &["-fa", "DejaVu Sans Mono", "-fs", "12"];

/// A screen, and an xterm on it in which `qr show` stands still.
struct Window {
    directory: tempfile::TempDir,
    display: Display,
    bytes: Vec<u8>,
    _xterm: Running,
}

impl Window {
    fn open(length: usize, terminal: &[&str], environment: &[(&str, &str)], more: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (path, bytes) = envelope(directory.path(), length);
        let display = Display::open();
        let rootstage = env!("CARGO_BIN_EXE_rootstage");
        let show = [rootstage, "qr", "show", "--paused", path.to_str().unwrap()];
        let xterm = display.xterm(terminal, &[&show, more].concat(), environment);
        Self {
            directory,
            display,
            bytes,
            _xterm: Running(xterm),
        }
    }

    /// Steps through as many frames as are enough, and compares the file.
    fn read(&self, name: &str, needed: usize) {
        let mut seen = BTreeSet::new();
        for number in 0..needed {
            if number > 0 {
                self.display.keys(".");
            }
            let picture = self.directory.path().join("shot.png");
            let new = |picture: &Path| text(picture).filter(|text| !seen.contains(text));
            let code = self.display.until(name, &picture, new);
            seen.insert(code);
        }
        assert_eq!(file(&seen), self.bytes, "{name}");
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
