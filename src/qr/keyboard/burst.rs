//! Whether a scanner types or a person.

use crate::qr::frame::MAX_CHARS;

/// Characters of a scan follow each other within so many milliseconds. A key that is held down
/// repeats itself about as fast, people do not type so.
const FAST: u64 = 35;

/// A scan is over after so many milliseconds without a character, where no key ends it.
const SILENCE: u64 = 100;

/// For so many milliseconds after a scan that no key ended, a few characters are its rest.
const REST: u64 = 500;

/// So many characters that follow each other fast are a scan …
const MANY: usize = 6;

/// … where so many of them are different.
const DIFFERENT: usize = 3;

/// Bytes of a line that are kept. What is longer is no frame.
const MOST: usize = MAX_CHARS + 64;

/// A key that types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// A character.
    Char(char),
    /// Enter.
    Enter,
    /// Tab.
    Tab,
}

/// What strokes were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Keys that a person pressed: they mean what they always mean.
    Keys(Vec<Stroke>),
    /// A line that a scanner typed, without the key that ended it.
    Scan(String),
}

/// Holds keys back until it is clear who typed them, so that no scan ever works as a command. A
/// person waits 35 ms for it.
///
/// Times are milliseconds of any clock that does not go back, given from outside. Whoever uses it
/// calls [`Burst::idle`] when [`Burst::deadline`] has come and no key before.
#[derive(Clone, Debug, Default)]
pub struct Burst {
    held: String,
    /// Whether what is held is a scan for certain.
    scanning: bool,
    last: u64,
    /// When the last scan was over, and how.
    over: Option<(u64, End)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Key,
    Silence,
}

impl Burst {
    /// Takes a key that was pressed `at` a time, and tells of what is clear by now.
    pub fn press(&mut self, at: u64, stroke: Stroke) -> Vec<Typed> {
        let mut typed: Vec<Typed> = self.idle(at).into_iter().collect();
        match stroke {
            Stroke::Char(character) => {
                if self.held.len() < MOST {
                    self.held.push(character);
                }
                self.last = at;
                if !self.scanning && self.held.chars().count() >= MANY {
                    let mut different: Vec<char> = self.held.chars().collect();
                    different.sort_unstable();
                    different.dedup();
                    self.scanning = different.len() >= DIFFERENT;
                    if !self.scanning {
                        typed.extend(self.keys());
                    }
                }
            }
            Stroke::Enter | Stroke::Tab => {
                if self.scanning {
                    typed.push(self.scan(at, End::Key));
                } else if self.is_rest(at) {
                    // CR LF, and the rest of a line that was interrupted
                    self.held.clear();
                } else {
                    typed.extend(self.keys());
                    typed.push(Typed::Keys(vec![stroke]));
                }
            }
        }
        typed
    }

    /// Tells of what is clear because of the time alone.
    pub fn idle(&mut self, at: u64) -> Option<Typed> {
        if self.deadline().is_none_or(|deadline| at < deadline) {
            return None;
        }
        if self.scanning {
            Some(self.scan(self.last, End::Silence))
        } else {
            self.keys()
        }
    }

    /// When something will be clear without another key; `None` where nothing is held back.
    pub fn deadline(&self) -> Option<u64> {
        let wait = if self.scanning { SILENCE } else { FAST };
        (!self.held.is_empty()).then(|| self.last.saturating_add(wait + 1))
    }

    /// Whether what is held, and a key that comes now, are the rest of the scan before.
    fn is_rest(&self, at: u64) -> bool {
        self.over.is_some_and(|(over, end)| match end {
            End::Key => self.held.is_empty() && at.saturating_sub(over) <= SILENCE,
            End::Silence => at.saturating_sub(over) <= REST,
        })
    }

    fn scan(&mut self, at: u64, end: End) -> Typed {
        self.scanning = false;
        self.over = Some((at, end));
        Typed::Scan(std::mem::take(&mut self.held))
    }

    /// What is held, as keys of a person; nothing where it is the rest of a scan.
    fn keys(&mut self) -> Option<Typed> {
        let held = std::mem::take(&mut self.held);
        let rest = matches!(self.over, Some((over, End::Silence)) if self.last.saturating_sub(over) <= REST);
        if held.is_empty() || rest {
            return None;
        }
        Some(Typed::Keys(held.chars().map(Stroke::Char).collect()))
    }
}
