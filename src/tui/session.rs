//! The terminal, the threads that watch it, and the one channel on which everything arrives.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::buffer::Buffer;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};

use super::backend::Screen;
use super::keys::{Burst, is_torn};
use super::terminal::{self, Taken};
use crate::driver::Report;
use crate::ports::{Blind, Sighting};

/// Something that happened.
pub enum Occurrence {
    /// Keys were typed.
    Input(Burst),
    /// The terminal has gone away.
    InputEnded,
    /// The driver has something to say.
    Report(Report),
    /// The driver has ended.
    DriverGone,
    /// A picture was looked at for QR codes.
    Sighting(Sighting),
    /// There are no more pictures, for this reason.
    ScannerEnded(Blind),
    /// A signal that ends programs.
    Signal(i32),
    /// The terminal has another size.
    Resized,
    /// The clock shows another minute, or another second while seconds are counted.
    Tick,
}

/// Stack of a thread that only waits.
const STACK: usize = 128 * 1024;

/// A terminal that was taken over, and what comes from it.
pub struct Session {
    // dropped in this order: the threads end before the terminal is given back
    input: Option<Watch>,
    signals: Option<(Handle, JoinHandle<()>)>,
    caught: Option<Signals>,
    terminal: Terminal<Screen>,
    occurrences: Receiver<Occurrence>,
    sender: Sender<Occurrence>,
    waiting: VecDeque<Occurrence>,
    _taken: Taken,
}

struct Watch {
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Session {
    /// Takes the terminal over. Nothing is read before [`Session::listen`], so that the first
    /// frame comes first; signals that come earlier wait for it.
    pub fn open() -> io::Result<Self> {
        // first of all: from here on a signal waits, and cannot leave the terminal raw
        let caught = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGWINCH])?;
        let taken = terminal::take()?;
        let (sender, occurrences) = channel();
        Ok(Self {
            input: None,
            signals: None,
            caught: Some(caught),
            terminal: Terminal::new(Screen::default())?,
            occurrences,
            sender,
            waiting: VecDeque::new(),
            _taken: taken,
        })
    }

    /// Starts to read keys and signals.
    pub fn listen(&mut self) -> io::Result<()> {
        let (stopped, stop) = io::pipe()?;
        let sender = self.sender.clone();
        let thread = Builder::new()
            .name("keys".to_owned())
            .stack_size(STACK)
            .spawn(move || read_keys(&sender, &stopped))?;
        self.input = Some(Watch {
            stop: Some(stop),
            thread: Some(thread),
        });

        let Some(mut signals) = self.caught.take() else {
            return Ok(());
        };
        let handle = signals.handle();
        let sender = self.sender.clone();
        let thread = Builder::new()
            .name("signals".to_owned())
            .stack_size(STACK)
            .spawn(move || {
                for signal in signals.forever() {
                    let occurrence = if signal == SIGWINCH {
                        Occurrence::Resized
                    } else {
                        Occurrence::Signal(signal)
                    };
                    if sender.send(occurrence).is_err() {
                        return;
                    }
                }
            })?;
        self.signals = Some((handle, thread));
        Ok(())
    }

    /// Where others put what happened.
    pub fn sender(&self) -> Sender<Occurrence> {
        self.sender.clone()
    }

    /// Draws a frame.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        self.terminal
            .draw(|frame| paint(frame.buffer_mut()))
            .map(|_| ())
    }

    /// Draws a frame with `raw` written behind its cells.
    pub fn draw_before(&mut self, raw: Vec<u8>, paint: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        self.terminal.backend_mut().behind(raw);
        self.draw(paint)
    }

    /// Forgets what is on screen: the next frame is drawn in full.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// What happened next; [`Occurrence::Tick`] after `timeout`.
    pub fn next(&mut self, timeout: Duration) -> Occurrence {
        if let Some(occurrence) = self.waiting.pop_front() {
            return occurrence;
        }
        match self.occurrences.recv_timeout(timeout) {
            Ok(occurrence) => occurrence,
            Err(RecvTimeoutError::Timeout) => Occurrence::Tick,
            Err(RecvTimeoutError::Disconnected) => Occurrence::InputEnded,
        }
    }

    /// Throws away keys that were typed before now.
    pub fn flush(&mut self) {
        terminal::flush_input();
        self.waiting.extend(self.occurrences.try_iter());
        self.waiting.retain(|o| !matches!(o, Occurrence::Input(_)));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.input = None;
        if let Some((handle, thread)) = self.signals.take() {
            handle.close();
            // a thread that panicked has said so itself
            let _ = thread.join();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read_keys(sender: &Sender<Occurrence>, stopped: &PipeReader) {
    loop {
        match read_burst(stopped) {
            Ok(Some(burst)) => {
                if sender.send(Occurrence::Input(burst)).is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(_) => {
                // the receiver may be gone as well
                let _ = sender.send(Occurrence::InputEnded);
                return;
            }
        }
    }
}

/// How long the rest of a torn sequence is waited for.
const TORN: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// One read of the terminal; `None` when stopped.
fn read_burst(stopped: &PipeReader) -> io::Result<Option<Burst>> {
    let stdin = rustix::stdio::stdin();
    let mut burst = Burst::blank();
    let mut filled = 0;
    loop {
        let mut watched = [
            PollFd::new(&stdin, PollFlags::IN),
            PollFd::new(stopped, PollFlags::IN),
        ];
        let timeout = (filled > 0).then_some(&TORN);
        match poll(&mut watched, timeout) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(other) => return Err(other.into()),
            Ok(0) => break,
            Ok(_) => {}
        }
        let [keys, stop] = &watched;
        if !stop.revents().is_empty() {
            return Ok(None);
        }
        if keys.revents().is_empty() {
            continue;
        }
        match rustix::io::read(stdin, burst.room(filled)) {
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => continue,
            Err(other) => return Err(other.into()),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
        }
        if filled >= Burst::CAPACITY || !is_torn(burst.bytes().get(..filled).unwrap_or_default()) {
            break;
        }
    }
    burst.cut(filled);
    Ok(Some(burst))
}
