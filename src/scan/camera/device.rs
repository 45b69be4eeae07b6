//! The kernel's side of a camera. Nothing here decides anything; no test here has a camera.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use linuxvideo::format::{FrameSizes, PixFormat, PixelFormat};
use linuxvideo::stream::ReadStream;
use linuxvideo::{BufType, Device};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Taken;
use super::format::{Layout, Offer, choose, kind};

/// How long one picture is waited for.
pub const PATIENCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 500_000_000,
};

/// A camera that gives pictures.
pub struct Stream {
    stream: ReadStream,
    layout: Layout,
}

/// Opens a camera and sets it to the best of its formats.
pub fn open(path: &Path) -> Result<Stream> {
    let device = Device::open(path)?;
    let unknown = || Error::from(ErrorKind::Unsupported);
    let wish = choose(&offers(&device)?).ok_or_else(unknown)?;
    let format = PixFormat::new(
        wish.width,
        wish.height,
        PixelFormat::from_fourcc(wish.fourcc),
    );
    let capture = device.video_capture(format)?;
    // what the driver made of it
    let format = capture.format();
    let layout = Layout {
        kind: kind(format.pixel_format().as_fourcc()).ok_or_else(unknown)?,
        width: format.width() as usize,
        height: format.height() as usize,
        stride: format.bytes_per_line() as usize,
    };
    Ok(Stream {
        stream: capture.into_stream()?,
        layout,
    })
}

/// Every format with every size; where sizes are a range, the two that are wanted.
fn offers(device: &Device) -> Result<Vec<Offer>> {
    let mut offers = Vec::new();
    for format in device.formats(BufType::VIDEO_CAPTURE) {
        let format = format?.pixel_format();
        let sizes = match device.frame_sizes(format) {
            Ok(FrameSizes::Discrete(sizes)) => sizes
                .iter()
                .map(|size| (size.width(), size.height()))
                .collect(),
            // a driver that does not say, or takes any, is asked for these
            _ => vec![(1280, 720), (640, 480)],
        };
        for (width, height) in sizes {
            let fastest = device.frame_intervals(format, width, height).ok();
            offers.push(Offer {
                fourcc: format.as_fourcc(),
                width,
                height,
                rate: fastest.map(|intervals| intervals.min().as_f32().recip()),
            });
        }
    }
    Ok(offers)
}

impl Stream {
    /// Hands the next picture on.
    pub fn next(&mut self, hand: &mut dyn FnMut(Layout, &[u8])) -> Result<Taken> {
        let mut watched = [PollFd::new(&self.stream, PollFlags::IN)];
        if poll(&mut watched, Some(&PATIENCE))? == 0 {
            return Ok(Taken::Nothing);
        }
        let layout = self.layout;
        self.stream.dequeue(|view| {
            if !view.is_error() {
                hand(layout, &view);
            }
            Ok(Taken::Picture)
        })
    }
}
