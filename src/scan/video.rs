//! The pictures of a video, one after the other: uncompressed (YUV4MPEG2), or JPEGs one behind the
//! other, bare or in an AVI.

use std::io::Read;

use y4m::{Decoder, Limits};

use super::guarded;
use super::picture::{Flaw, MOST_PIXELS, check_size, decode};
use crate::ports::Luma;

/// First bytes of an uncompressed video.
pub const Y4M: &[u8] = b"YUV4MPEG2 ";

/// Most bytes of one JPEG in a video.
const LONGEST_JPEG: usize = 16 << 20;

/// Bytes that are read at once.
const CHUNK: usize = 256 << 10;

/// Gives each picture of an uncompressed video to `look` until it says `false`. Of a video that was
/// cut off that is each one that is whole; what stands between pictures and should not is a [`Flaw`].
pub fn y4m(file: impl Read, look: &mut dyn FnMut(Luma) -> bool) -> Result<(), Flaw> {
    // a brightness of 16 bits, and colours of the same size
    let limits = Limits {
        bytes: MOST_PIXELS * 6,
    };
    let damaged = |error: y4m::Error| Flaw::Damaged(crate::safe::safe(&error.to_string()));
    let mut decoder = guarded(|| Decoder::new_with_limits(file, limits))
        .ok_or_else(|| Flaw::Damaged("its header is impossible".to_owned()))?
        .map_err(damaged)?;
    let (width, height) = (decoder.get_width(), decoder.get_height());
    check_size(width, height)?;
    let wide = decoder.get_bytes_per_sample() == 2;
    let shift = decoder.get_bit_depth().saturating_sub(8);
    loop {
        let frame = match decoder.read_frame() {
            Ok(frame) => frame,
            Err(y4m::Error::EOF) => return Ok(()),
            Err(error) => return Err(damaged(error)),
        };
        let bytes = frame.get_y_plane();
        let pixels = if wide {
            let (samples, _) = bytes.as_chunks::<2>();
            let grey = |sample: &[u8; 2]| u16::from_le_bytes(*sample) >> shift;
            samples
                .iter()
                .map(|sample| u8::try_from(grey(sample)).unwrap_or(u8::MAX))
                .collect()
        } else {
            bytes.to_vec()
        };
        if !look(Luma {
            width,
            height,
            pixels,
        }) {
            return Ok(());
        }
    }
}

/// What was met in a row of JPEGs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Pictures that were decoded.
    pub pictures: u64,
    /// Pictures that could not be.
    pub damaged: u64,
}

/// Gives each JPEG in a file to `look` until it says `false`, wherever it stands and whatever is
/// between them. Small pictures inside of others (thumbnails) are not looked at.
pub fn jpegs(mut file: impl Read, look: &mut dyn FnMut(Luma) -> bool) -> std::io::Result<Met> {
    let mut met = Met::default();
    let mut bytes: Vec<u8> = Vec::new();
    let mut ended = false;
    loop {
        if !ended {
            let had = bytes.len();
            file.by_ref().take(CHUNK as u64).read_to_end(&mut bytes)?;
            ended = bytes.len() < had + CHUNK;
        }
        let mut done = 0;
        while let Some(rest) = bytes.get(done..) {
            let Some(start) = rest.windows(3).position(|three| three == b"\xff\xd8\xff") else {
                // the last two bytes may be the beginning of one
                done = bytes.len().saturating_sub(2).max(done);
                break;
            };
            let jpeg = rest.get(start..).unwrap_or_default();
            let length = match end(jpeg) {
                End::At(length) => length,
                End::No => {
                    done += start + 2;
                    continue;
                }
                End::Beyond if jpeg.len() > LONGEST_JPEG => {
                    met.damaged += 1;
                    done += start + 2;
                    continue;
                }
                End::Beyond if ended => jpeg.len(),
                End::Beyond => {
                    done += start;
                    break;
                }
            };
            match decode(jpeg.get(..length).unwrap_or_default()) {
                Ok(picture) => {
                    met.pictures += 1;
                    if !look(picture) {
                        return Ok(met);
                    }
                }
                Err(_) => met.damaged += 1,
            }
            done += start + length;
        }
        bytes.drain(..done.min(bytes.len()));
        if ended {
            return Ok(met);
        }
    }
}

/// Where a JPEG ends.
enum End {
    /// So many bytes from its beginning.
    At(usize),
    /// Not in these bytes.
    Beyond,
    /// It is none.
    No,
}

/// Walks along the segments of a JPEG (ITU-T T.81, annex B): what stands inside of them, such as a
/// thumbnail, is passed over.
fn end(jpeg: &[u8]) -> End {
    let mut at = 2;
    loop {
        let (Some(0xff), Some(marker)) = (jpeg.get(at), jpeg.get(at + 1)) else {
            return if at + 1 < jpeg.len() {
                End::No
            } else {
                End::Beyond
            };
        };
        at += match marker {
            // fill bytes before a marker
            0xff => 1,
            0xd9 => return End::At(at + 2),
            // markers without content
            0x01 | 0xd0..=0xd7 => 2,
            0x00 | 0xd8 => return End::No,
            _ => {
                let (Some(high), Some(low)) = (jpeg.get(at + 2), jpeg.get(at + 3)) else {
                    return End::Beyond;
                };
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                if length < 2 {
                    return End::No;
                }
                2 + length
            }
        };
        if *marker == 0xda {
            // coded data, until a marker that is neither a stuffed byte nor a restart
            let coded = jpeg.get(at..).unwrap_or_default();
            let next = coded.windows(2).position(
                |pair| matches!(pair, [0xff, next] if !matches!(next, 0x00 | 0xd0..=0xd7 | 0xff)),
            );
            match next {
                Some(next) => at += next,
                None => return End::Beyond,
            }
        }
    }
}
