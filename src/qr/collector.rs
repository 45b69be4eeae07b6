//! A file on its way in.

use std::collections::BTreeMap;

use super::erasure;
use super::frame::{Frame, FrameError, Shape};
use crate::digest::Sha256;

/// Transfers that are followed side by side: what strays in never drives out what is being read.
const MOST_TRANSFERS: usize = 8;

/// Takes texts as they are read, and puts the file together.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    transfers: BTreeMap<Shape, BTreeMap<u16, Vec<u8>>>,
    new: u64,
    repeated: u64,
    foreign: u64,
    unreadable: u64,
    file: Option<(Shape, Vec<u8>)>,
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
    /// The first bytes of the file's SHA-256, once a frame was seen.
    pub id: Option<[u8; 4]>,
    /// Distinct frames of the transfer that were received.
    pub received: usize,
    /// Frames that are needed; zero before the first was seen.
    pub needed: usize,
    /// Numbers of the frames that were received, in order.
    pub frames: Vec<u16>,
    /// Texts that brought something new.
    pub new: u64,
    /// Texts that were known already.
    pub repeated: u64,
    /// Texts that have nothing to do with it.
    pub foreign: u64,
    /// Frames that were not read right.
    pub unreadable: u64,
}

impl Collector {
    /// Takes a text.
    pub fn take(&mut self, text: &str) -> Taken {
        let frame = match Frame::parse(text) {
            Ok(frame) => frame,
            Err(FrameError::Foreign) => {
                self.foreign += 1;
                return Taken::Foreign;
            }
            Err(error) => {
                self.unreadable += 1;
                return Taken::Unreadable(error);
            }
        };
        if self.file.is_some() {
            let of_it = self.leading().is_some_and(|leading| leading == frame.shape);
            let counter = if of_it {
                &mut self.repeated
            } else {
                &mut self.foreign
            };
            *counter += 1;
            return if of_it {
                Taken::Repeated
            } else {
                Taken::Foreign
            };
        }
        if !self.transfers.contains_key(&frame.shape) && self.transfers.len() >= MOST_TRANSFERS {
            self.foreign += 1;
            return Taken::Foreign;
        }
        let known = self.transfers.entry(frame.shape).or_default();
        if known.contains_key(&frame.index) {
            self.repeated += 1;
            return Taken::Repeated;
        }
        known.insert(frame.index, frame.body);
        if known.len() == frame.shape.needed() {
            if let Some(file) = put_together(frame.shape, known) {
                self.new += 1;
                self.file = Some((frame.shape, file));
                return Taken::Complete;
            }
            // frames of two files under one name, or made to deceive: begin again
            self.transfers.remove(&frame.shape);
            self.unreadable += 1;
            return Taken::Unreadable(FrameError::Impossible);
        }
        if self.leading() == Some(frame.shape) {
            self.new += 1;
            Taken::New
        } else {
            self.foreign += 1;
            Taken::Foreign
        }
    }

    /// The file, once it is there, and its SHA-256.
    pub fn file(&self) -> Option<(&[u8], Sha256)> {
        let (_, file) = self.file.as_ref()?;
        Some((file, Sha256::of(file)))
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let leading = self.leading();
        let known = leading.and_then(|shape| self.transfers.get(&shape));
        let frames: Vec<u16> = known.map_or_else(Vec::new, |known| known.keys().copied().collect());
        Progress {
            id: leading.map(|shape| shape.id),
            received: frames.len(),
            needed: leading.map_or(0, Shape::needed),
            frames,
            new: self.new,
            repeated: self.repeated,
            foreign: self.foreign,
            unreadable: self.unreadable,
        }
    }

    /// The transfer that is complete, or of which most was seen.
    fn leading(&self) -> Option<Shape> {
        if let Some((shape, _)) = &self.file {
            return Some(*shape);
        }
        let most = self.transfers.iter().max_by_key(|(_, known)| known.len());
        most.map(|(shape, _)| *shape)
    }
}

fn put_together(shape: Shape, known: &BTreeMap<u16, Vec<u8>>) -> Option<Vec<u8>> {
    let mut stream = erasure::pieces(shape.needed(), known)?.concat();
    stream.truncate(usize::from(shape.length));
    let (digest, file) = stream.split_first_chunk::<32>()?;
    (Sha256::of(file).0 == *digest && digest.starts_with(&shape.id)).then(|| file.to_vec())
}
