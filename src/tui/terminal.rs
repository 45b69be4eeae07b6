//! Takes the terminal over and gives it back: on return, on a panic, on a signal.

use std::io;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, Once, PoisonError};

use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

use super::backend::write_all;

/// How the terminal was, while we have it.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);
/// What a panic has to say besides itself: how far the transcript is, and how to go on.
static PROGRESS: Mutex<Option<[String; 2]>> = Mutex::new(None);
static HOOK: Once = Once::new();

/// The terminal in raw mode, on its other screen, without a cursor. Dropping it gives it back.
pub struct Taken(());

/// Takes the terminal over.
pub fn take() -> io::Result<Taken> {
    let before = tcgetattr(rustix::stdio::stdin())?;
    let mut raw = before.clone();
    raw.make_raw();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if restore() {
                explain(info);
            } else {
                usual(info);
            }
        }));
    });
    *lock(&BEFORE) = Some(before);
    let taken = Taken(());
    tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &raw)?;
    write_all(b"\x1b[?1049h\x1b[?25l\x1b[0m\x1b[2J\x1b[H")?;
    Ok(taken)
}

/// Whether the terminal is ours still: a panic of another thread gives it back.
pub fn is_taken() -> bool {
    lock(&BEFORE).is_some()
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
    let Some(before) = lock(&BEFORE).take() else {
        return false;
    };
    // nothing more can be done where the terminal is gone
    let _ = write_all(b"\x1b[0m\x1b[2J\x1b[H\x1b[?25h\x1b[?1049l");
    let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &before);
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
