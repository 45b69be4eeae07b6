//! A scanner over a camera (V4L2).
//!
//! `device` speaks with the kernel and is as thin as can be, because no test here has a camera:
//! what a camera offers, what is chosen, and how its pictures become grey is in [`mod@format`], tested
//! without one.

mod device;
pub mod format;

use std::io::{Error, ErrorKind};
use std::path::PathBuf;

use rustix::io::Errno;

use self::format::{Layout, grey};
use super::files::sight;
use super::guarded;
use super::reader::Effort;
use crate::ports::{Blind, Interest, Scanner, Sighting};
use crate::safe::safe;

/// The camera where none is named.
pub const USUAL: &str = "/dev/video0";

/// Times in a row that no picture came within [`device::PATIENCE`], until the camera is given up.
const MOST_WAITS: u32 = 10;

/// A camera.
#[derive(Debug)]
pub struct Camera {
    path: PathBuf,
}

/// What came of waiting for a picture.
pub enum Taken {
    /// One came; it was handed on.
    Picture,
    /// None came in time.
    Nothing,
}

/// Hands the bytes of the next picture on, with how they are laid out.
pub type NextPicture<'a> = dyn FnMut(&mut dyn FnMut(Layout, &[u8])) -> std::io::Result<Taken> + 'a;

impl Camera {
    /// The camera behind this device file.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

impl Scanner for Camera {
    fn watch(&mut self, tell: &mut dyn FnMut(Sighting) -> Interest) -> Result<(), Blind> {
        let watched = guarded(|| {
            let mut stream = device::open(&self.path)?;
            watch(&mut |hand| stream.next(hand), tell)
        });
        watched
            .unwrap_or_else(|| Err(Error::other("what the camera said of itself is impossible")))
            .map_err(|error| Blind {
                source_name: safe(&self.path.display().to_string()),
                reason: words(&error),
            })
    }
}

/// Looks at picture after picture until nobody wants to know any more. A picture that cannot be
/// read is one in which nothing was seen.
pub fn watch(
    next: &mut NextPicture<'_>,
    tell: &mut dyn FnMut(Sighting) -> Interest,
) -> std::io::Result<()> {
    let (mut number, mut waits) = (0, 0);
    loop {
        let mut sighting = Sighting::default();
        let taken = next(&mut |layout, bytes| {
            if let Ok(picture) = grey(layout, bytes) {
                sighting = sight(&picture, Effort::Passing(number));
            }
        })?;
        match taken {
            Taken::Picture => {
                number += 1;
                waits = 0;
            }
            Taken::Nothing if waits >= MOST_WAITS => return Err(ErrorKind::TimedOut.into()),
            Taken::Nothing => waits += 1,
        }
        if tell(sighting) == Interest::Over {
            return Ok(());
        }
    }
}

/// Words for what a camera may suffer.
fn words(error: &Error) -> String {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    match (errno, error.kind()) {
        (Some(Errno::NOENT | Errno::NXIO), _) => {
            "there is no such camera. Plug it in, or name another".to_owned()
        }
        (Some(Errno::BUSY), _) => {
            "another program has the camera. Close that program, then try again".to_owned()
        }
        (Some(Errno::ACCESS | Errno::PERM), _) => "using the camera is not permitted. \
             The group `video` may as a rule: add this user to it"
            .to_owned(),
        (Some(Errno::NODEV | Errno::IO), _) => {
            "the camera went away. Plug it in again, then try again: \
             what was received so far is still counted while this program runs"
                .to_owned()
        }
        (Some(Errno::NOTTY | Errno::INVAL), _) => {
            "this is no camera. Name another, such as /dev/video2".to_owned()
        }
        (_, ErrorKind::TimedOut) => "the camera gives no pictures. \
             Look for a cover or a switch, or plug it in again"
            .to_owned(),
        (_, ErrorKind::Unsupported) => "the camera has no format of pictures that is known here \
             (GREY, YUYV, UYVY, NV12, YU12, MJPG). Name another"
            .to_owned(),
        _ => safe(&error.to_string()),
    }
}

#[cfg(test)]
mod tests;
