//! A file on its way in.

use std::collections::BTreeMap;

use super::frame::{Frame, FrameError, Stream};
use super::incoming::{Brought, Incoming};
use crate::digest::Sha256;

/// Transfers that are followed side by side.
const MOST_TRANSFERS: usize = 8;

/// Of these, those of which most was seen: what strays in never drives them out.
const KEPT: usize = MOST_TRANSFERS / 2;

/// After so many new frames of another transfer, and none of the one that is being read, the other
/// one is being read.
const TURNED: u32 = 4;

/// Takes texts as they are read, and puts the file together.
///
/// Nothing that it is given makes it forget: texts of another transfer are counted and kept apart,
/// and frames that contradict each other are all kept until a choice of them has the right SHA-256.
/// A sender may change the size of its frames at any time; what was received before counts on.
///
/// Whoever can show it frames can keep it from ever being complete, by showing many more of them
/// than the sender. They cannot make it give a file with another SHA-256 than it says, and they cannot
/// make it take more than some megabytes of memory. That it is the right SHA-256 people see.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    transfers: BTreeMap<Stream, Followed>,
    /// The transfer that is being read.
    reading: Option<Stream>,
    texts: u64,
    unreadable: u64,
    file: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
struct Followed {
    incoming: Incoming,
    /// The text that was its last.
    seen: u64,
    /// Its new frames since the transfer that is being read was seen.
    turned: u32,
}

/// What became of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A frame that was not known yet.
    New,
    /// The last frame that was needed: the file is there, and its SHA-256 is right.
    Complete,
    /// A frame that was known already, or is not needed any more.
    Repeated,
    /// No frame of the transfer that is being read.
    Foreign,
    /// A frame that was not read right.
    Unreadable(FrameError),
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The first three bytes of the file's SHA-256, once a frame was seen.
    pub id: Option<[u8; 3]>,
    /// Distinct frames of the transfer that were received, never more than are needed. Where the
    /// sender changed the size of the frames: as many of the new size as what was received is worth.
    pub received: usize,
    /// Frames that are needed, of the size that came last; zero before the first was seen.
    pub needed: usize,
    /// Frames of that size that there are in all.
    pub all: usize,
    /// Numbers of the frames of this size of which everything is known, in order.
    pub frames: Vec<u16>,
    /// Texts that brought something new.
    pub new: u64,
    /// Texts that were known already.
    pub repeated: u64,
    /// Texts that have nothing to do with it.
    pub foreign: u64,
    /// Frames that were not read right.
    pub unreadable: u64,
    /// Frames after which there was enough and the SHA-256 was not right: some belong to another
    /// file, or were made to deceive. It goes on by itself; more frames show which.
    pub contradictions: u64,
}

impl Collector {
    /// Takes a text.
    pub fn take(&mut self, text: &str) -> Taken {
        self.texts += 1;
        let frame = match Frame::parse(text) {
            Ok(frame) => frame,
            Err(FrameError::Foreign) => return Taken::Foreign,
            Err(error) => {
                self.unreadable += 1;
                return Taken::Unreadable(error);
            }
        };
        let stream = frame.stream;
        if self.file.is_some() {
            let read = self.transfers.get_mut(&stream);
            let Some(read) = read.filter(|_| self.reading == Some(stream)) else {
                return Taken::Foreign;
            };
            read.incoming.repeated += 1;
            return Taken::Repeated;
        }
        self.make_room(stream);
        let texts = self.texts;
        let followed = self.transfers.entry(stream).or_insert_with(|| Followed {
            incoming: Incoming::new(stream),
            seen: texts,
            turned: 0,
        });
        followed.seen = texts;
        let brought = followed.incoming.take(frame);
        followed.turned += u32::from(brought == Brought::New);
        if let Brought::File(file) = brought {
            self.file = Some(file);
            self.reading = Some(stream);
            return Taken::Complete;
        }
        if self.is_read(stream) {
            self.reading = Some(stream);
            for followed in self.transfers.values_mut() {
                followed.turned = 0;
            }
        }
        match brought {
            _ if self.reading != Some(stream) => Taken::Foreign,
            Brought::Nothing => Taken::Repeated,
            Brought::New | Brought::File(_) => Taken::New,
        }
    }

    /// The file, once it is there, and its SHA-256.
    pub fn file(&self) -> Option<(&[u8], Sha256)> {
        let file = self.file.as_ref()?;
        Some((file, Sha256::of(file)))
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let mut progress = Progress {
            foreign: self.texts - self.unreadable,
            unreadable: self.unreadable,
            ..Progress::default()
        };
        let Some((stream, incoming)) = self.read() else {
            return progress;
        };
        let (needed, received) = incoming.needed_and_received();
        progress.id = Some(stream.id);
        (progress.needed, progress.received) = (needed, received);
        progress.all = incoming.all();
        progress.frames = incoming.numbers();
        (progress.new, progress.repeated) = (incoming.new, incoming.repeated);
        progress.foreign -= incoming.new + incoming.repeated;
        progress.contradictions = incoming.contradictions;
        progress
    }

    /// The transfer that is being read.
    fn read(&self) -> Option<(Stream, &Incoming)> {
        let stream = self.reading?;
        Some((stream, &self.transfers.get(&stream)?.incoming))
    }

    /// Whether this transfer, of which a frame came, is the one that is being read from now on: it
    /// was so, or twice as much is known of it, or only it was seen for a while.
    fn is_read(&self, stream: Stream) -> bool {
        let (Some((reading, incoming)), Some(followed)) =
            (self.read(), self.transfers.get(&stream))
        else {
            return true;
        };
        reading == stream
            || followed.incoming.known() >= 2 * incoming.known()
            || followed.turned >= TURNED
    }

    /// Where a new transfer comes and there is no room, the one goes that was not seen for longest, of
    /// those of which least is known.
    fn make_room(&mut self, stream: Stream) {
        if self.transfers.contains_key(&stream) || self.transfers.len() < MOST_TRANSFERS {
            return;
        }
        let mut least: Vec<_> = self
            .transfers
            .iter()
            .filter(|(other, _)| self.reading != Some(**other))
            .map(|(other, followed)| (followed.incoming.known(), followed.seen, *other))
            .collect();
        least.sort_unstable();
        least.truncate(MOST_TRANSFERS - KEPT);
        if let Some((_, _, gone)) = least.into_iter().min_by_key(|(_, seen, _)| *seen) {
            self.transfers.remove(&gone);
        }
    }
}
