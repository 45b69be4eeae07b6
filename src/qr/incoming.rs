//! One stream on its way in: what is known of its code word, and the file once it can be had.

use std::collections::BTreeMap;

use super::erasure::{self, Symbol};
use super::frame::{Frame, Stream};
use crate::digest::Sha256;

/// Symbols that are kept of a stream, as a multiple of what it has itself: its code word twice, so
/// that frames that contradict each other have room side by side.
const MOST_KEPT: usize = 8;

/// How many symbols are worked on for one frame where frames contradict each other: some 5 ms.
const WORK: usize = 16 << 10;

/// What each choice costs besides, in symbols.
const COST: usize = 1 << 10;

/// A stream, as far as it was received.
#[derive(Clone, Debug)]
pub struct Incoming {
    stream: Stream,
    /// The code word by those who came first.
    word: Vec<Option<Symbol>>,
    /// How many symbols of it are known.
    known: usize,
    /// All frames that brought something, by start and body, and when each was seen last.
    frames: BTreeMap<(u16, Vec<u8>), u64>,
    /// Symbols of all of them.
    kept: usize,
    /// Symbols of the frame that came last.
    run: usize,
    /// Frames that brought something.
    pub new: u64,
    /// Frames that did not.
    pub repeated: u64,
    /// Frames after which there was enough, and the SHA-256 was not right.
    pub contradictions: u64,
}

/// What a frame brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// Something that was not known.
    New,
    /// Nothing.
    Nothing,
    /// The whole file.
    File(Vec<u8>),
}

impl Incoming {
    /// A stream of which nothing is known.
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            word: vec![None; erasure::word(stream.symbols())],
            known: 0,
            frames: BTreeMap::new(),
            kept: 0,
            run: 1,
            new: 0,
            repeated: 0,
            contradictions: 0,
        }
    }

    /// Symbols of the code word that are known.
    pub fn known(&self) -> usize {
        self.known
    }

    /// How many frames of the size that came last are needed, and how many of them are there.
    pub fn needed_and_received(&self) -> (usize, usize) {
        let symbols = self.stream.symbols();
        let needed = symbols.div_ceil(self.run);
        let missing = symbols.saturating_sub(self.known).div_ceil(self.run);
        (needed, needed - missing)
    }

    /// How many frames of the size that came last there are.
    pub fn all(&self) -> usize {
        erasure::frames(self.stream.symbols(), self.run)
    }

    /// Numbers of the frames of the size that came last of which all is known.
    pub fn numbers(&self) -> Vec<u16> {
        let frames = self.word.chunks_exact(self.run).zip(0..);
        let known = frames.filter(|(run, _)| run.iter().all(Option::is_some));
        known.map(|(_, number)| number).collect()
    }

    /// Takes a frame of this stream.
    pub fn take(&mut self, frame: Frame) -> Brought {
        self.run = (frame.body.len() / 2).max(1);
        let now = self.new + self.repeated;
        let brought = if self.learn(&frame) {
            self.new += 1;
            self.keep(frame, now);
            Brought::New
        } else {
            self.repeated += 1;
            if let Some(when) = self.frames.get_mut(&(frame.start, frame.body)) {
                *when = now;
            }
            Brought::Nothing
        };
        let symbols = self.stream.symbols();
        if self.known < symbols {
            return brought;
        }
        if self.contradictions == 0
            && let Some(file) = file(self.stream, &self.word)
        {
            return Brought::File(file);
        }
        self.contradictions += 1;
        // Frames of two files under one name, or made to deceive. Nobody knows which: of many choices
        // one is without them, sooner the more frames there are; and the latest frames are, once the
        // sender alone was seen for as long as a transfer takes.
        let tries = 1 + (WORK / (symbols + COST)) as u64;
        let found = (0..tries).find_map(|number| {
            let chance = self.contradictions.wrapping_mul(tries).wrapping_add(number);
            let word = self.choice(|when| match number {
                0 => u64::MAX - when,
                _ => shuffled(chance, when),
            })?;
            file(self.stream, &word)
        });
        found.map_or(brought, Brought::File)
    }

    /// Whether the frame says anything that was not known, or otherwise than it was known.
    fn learn(&mut self, frame: &Frame) -> bool {
        let mut otherwise = false;
        let mut learnt = 0;
        let run = self.word.iter_mut().skip(usize::from(frame.start));
        for (symbol, said) in run.zip(symbols(&frame.body)) {
            otherwise |= symbol.is_some_and(|known| known != *said);
            learnt += usize::from(symbol.is_none());
            *symbol = symbol.or(Some(*said));
        }
        self.known += learnt;
        let doubtful = otherwise || self.contradictions > 0;
        learnt > 0 || (doubtful && !self.frames.contains_key(&(frame.start, frame.body.clone())))
    }

    fn keep(&mut self, frame: Frame, now: u64) {
        self.kept += frame.body.len() / 2;
        self.frames.insert((frame.start, frame.body), now);
        while self.kept > MOST_KEPT * self.stream.symbols() {
            let oldest = self.frames.iter().min_by_key(|(_, when)| **when);
            let Some((oldest, _)) = oldest.map(|(key, when)| (key.clone(), *when)) else {
                return;
            };
            self.kept -= oldest.1.len() / 2;
            self.frames.remove(&oldest);
        }
    }

    /// As many frames as are enough, and do not contradict each other: those that come first by the
    /// time when they were seen last. `None` where it came out too small.
    fn choice(&self, by: impl Fn(u64) -> u64) -> Option<Vec<Option<Symbol>>> {
        let mut order: Vec<_> = self.frames.iter().collect();
        order.sort_by_cached_key(|(_, when)| by(**when));
        let mut word = vec![None; self.word.len()];
        let mut known = 0;
        for ((start, body), _) in order {
            let start = usize::from(*start);
            let mut run = word.iter().skip(start).zip(symbols(body));
            if run.any(|(symbol, said)| symbol.is_some_and(|known: Symbol| known != *said)) {
                continue;
            }
            for (symbol, said) in word.iter_mut().skip(start).zip(symbols(body)) {
                known += usize::from(symbol.is_none());
                *symbol = Some(*said);
            }
            if known >= self.stream.symbols() {
                return Some(word);
            }
        }
        None
    }
}

fn symbols(body: &[u8]) -> &[Symbol] {
    body.as_chunks().0
}

/// The file, where the SHA-256 is right.
fn file(stream: Stream, word: &[Option<Symbol>]) -> Option<Vec<u8>> {
    let mut carried = erasure::decode(stream.symbols(), word)?.concat();
    carried.truncate(usize::from(stream.length));
    let (digest, file) = carried.split_first_chunk::<32>()?;
    let right = Sha256::of(file).0 == *digest && digest.starts_with(&stream.id);
    right.then(|| file.to_vec())
}

/// A number that looks like chance: `SplitMix64`. Nothing secret hangs on it.
fn shuffled(choice: u64, frame: u64) -> u64 {
    let mut z = (choice.rotate_left(32) ^ frame).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
