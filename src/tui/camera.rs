//! The camera, or what stands for one, on a thread of its own while a question waits for a file.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use super::session::Occurrence;
use crate::ports::{Blind, Interest, SCANNER_THREAD, Scanner};

/// A camera that looks only while it is wanted.
pub struct Camera {
    scanner: Arc<Mutex<Box<dyn Scanner>>>,
    looking: Option<Look>,
}

struct Look {
    wanted: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Camera {
    /// It does not look yet.
    pub fn new(scanner: Box<dyn Scanner>) -> Self {
        Self {
            scanner: Arc::new(Mutex::new(scanner)),
            looking: None,
        }
    }

    /// Looks, or does not. Looking anew begins from the first picture.
    pub fn look(&mut self, wanted: bool, sender: &Sender<Occurrence>) {
        if wanted == self.looking.is_some() {
            return;
        }
        if let Some(look) = self.looking.take() {
            look.wanted.store(false, Ordering::Relaxed);
            // not joined: a camera may take its time, and nobody waits for it
            drop(look.thread);
            return;
        }
        let wanted = Arc::new(AtomicBool::new(true));
        let (scanner, still, line) = (
            Arc::clone(&self.scanner),
            Arc::clone(&wanted),
            sender.clone(),
        );
        let thread = Builder::new()
            .name(SCANNER_THREAD.to_owned())
            .spawn(move || {
                // a scanner that panicked once may try again
                let mut scanner = scanner.lock().unwrap_or_else(PoisonError::into_inner);
                let watched = scanner.watch(&mut |sighting| {
                    let heard = line.send(Occurrence::Sighting(sighting)).is_ok();
                    if heard && still.load(Ordering::Relaxed) {
                        Interest::Wanted
                    } else {
                        Interest::Over
                    }
                });
                let over = || Blind {
                    source_name: "The pictures".to_owned(),
                    reason: "there are no more".to_owned(),
                };
                let wanted = still.load(Ordering::Relaxed);
                if let Some(blind) = watched.err().or_else(|| wanted.then(over)) {
                    // nobody listens any more once the screen was left
                    let _ = line.send(Occurrence::ScannerEnded(blind));
                }
            });
        match thread {
            Ok(thread) => self.looking = Some(Look { wanted, thread }),
            Err(error) => {
                let _ = sender.send(Occurrence::ScannerEnded(Blind {
                    source_name: "camera".to_owned(),
                    reason: error.to_string(),
                }));
            }
        }
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        if let Some(look) = &self.looking {
            look.wanted.store(false, Ordering::Relaxed);
        }
    }
}
