//! Takes the terminal over and gives it back: on return, on a panic, on a signal.

use std::io;
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute, force_color_output};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use rustix::termios::{QueueSelector, isatty, tcflush};

use super::backend::write_all;

/// Whether we have the terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// What a panic has to say besides itself: how far the transcript is, and how to go on.
static PROGRESS: Mutex<Option<[String; 2]>> = Mutex::new(None);
static HOOK: Once = Once::new();

/// The terminal in raw mode, on its other screen, without a cursor. Dropping it gives it back.
pub struct Taken(());

/// Takes the terminal over.
pub fn take() -> io::Result<Taken> {
    for (name, there) in [
        ("input", isatty(rustix::stdio::stdin())),
        ("output", isatty(rustix::stdio::stdout())),
    ] {
        if !there {
            return Err(io::Error::other(format!("standard {name} is no terminal")));
        }
    }
    // whether colours are used was decided before; crossterm would write a bare `CSI m` for them
    force_color_output(true);
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // caught where it happens, and no reason to leave the screen
            if std::thread::current().name() == Some(crate::ports::SCANNER_THREAD) {
                return;
            }
            if restore() {
                explain(info);
            } else {
                usual(info);
            }
        }));
    });
    TAKEN.store(true, Ordering::SeqCst);
    let taken = Taken(());
    enable_raw_mode()?;
    flush_input();
    let mut bytes = Vec::new();
    queue!(
        bytes,
        EnterAlternateScreen,
        Hide,
        SetAttribute(Attribute::Reset),
        Clear(ClearType::All),
        MoveTo(0, 0)
    )?;
    write_all(&bytes)?;
    Ok(taken)
}

/// Whether the terminal is ours still: a panic of another thread gives it back.
pub fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Notes what a panic would have to say.
pub fn note(progress: String, resume: String) {
    *lock(&PROGRESS) = Some([progress, resume]);
}

/// Throws away what was typed and not yet read.
pub fn flush_input() {
    // a terminal that cannot do this has no queue to throw away
    let _ = tcflush(rustix::stdio::stdin(), QueueSelector::IFlush);
}

impl Drop for Taken {
    fn drop(&mut self) {
        restore();
        *lock(&PROGRESS) = None;
    }
}

/// Gives the terminal back, once; `true` where it was ours.
fn restore() -> bool {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return false;
    }
    let mut bytes = Vec::new();
    let queued = queue!(
        bytes,
        SetAttribute(Attribute::Reset),
        Clear(ClearType::All),
        MoveTo(0, 0),
        Show,
        LeaveAlternateScreen
    );
    // nothing more can be done where the terminal is gone
    let _ = queued.and_then(|()| write_all(&bytes));
    // what was typed for the screen is not for the shell
    flush_input();
    let _ = disable_raw_mode();
    true
}

/// Three lines: what happened, how far the transcript is, the command to go on.
fn explain(info: &PanicHookInfo<'_>) {
    let what = info.payload_as_str().unwrap_or("a defect in the program");
    let place = info
        .location()
        .map(|l| format!(" ({}:{})", l.file(), l.line()))
        .unwrap_or_default();
    let [progress, resume] = lock(&PROGRESS)
        .clone()
        .unwrap_or_else(|| ["No ceremony was open.".to_owned(), String::new()]);
    let go_on = if resume.is_empty() {
        String::new()
    } else {
        format!("Go on with: {resume}\r\n")
    };
    let text = format!(
        "rootstage stopped by a defect in the program: {}{place}\r\n{progress}\r\n{go_on}",
        crate::safe::safe(what)
    );
    let _ = rustix::io::write(rustix::stdio::stderr(), text.as_bytes());
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
