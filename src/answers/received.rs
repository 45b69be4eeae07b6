//! A file for a question that takes one out of QR codes, where nobody is there to show them.

use std::io::Read;
use std::path::Path;

use crate::ports::{Interest, Scanner as _};
use crate::qr::frame::Frame;
use crate::qr::{Collector, MAX_FILE};
use crate::scan::files::Files;

/// Most bytes of a text with frames: all frames of the largest file, several times over.
const MOST: u64 = 1 << 20;

/// How pictures begin that are looked at: PNG and JPEG.
const PICTURES: [&[u8]; 2] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"];

/// The file: `path` itself, or what the frames in it give, where it is a text with a frame on each
/// line, a picture of QR codes, or a folder of pictures.
pub fn read(path: &str) -> Result<Vec<u8>, String> {
    let place = Path::new(path);
    if place.is_dir() {
        return seen(place);
    }
    let mut bytes = Vec::new();
    std::fs::File::open(place)
        .and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes))
        .map_err(|error| error.to_string())?;
    if PICTURES.iter().any(|begin| bytes.starts_with(begin)) {
        return seen(place);
    }
    if let Ok(text) = std::str::from_utf8(&bytes)
        && text.lines().any(|line| Frame::parse(line).is_ok())
    {
        let mut collector = Collector::default();
        for line in text.lines() {
            collector.take(line);
        }
        return whole(&collector);
    }
    if bytes.len() > MAX_FILE {
        return Err(format!("it is longer than {MAX_FILE} bytes"));
    }
    Ok(bytes)
}

fn seen(place: &Path) -> Result<Vec<u8>, String> {
    let mut collector = Collector::default();
    let mut files = Files::new(vec![place.to_owned()]);
    files
        .watch(&mut |sighting| {
            for text in &sighting.texts {
                collector.take(text);
            }
            match collector.file() {
                Some(_) => Interest::Over,
                None => Interest::Wanted,
            }
        })
        .map_err(|blind| blind.to_string())?;
    whole(&collector)
}

fn whole(collector: &Collector) -> Result<Vec<u8>, String> {
    let progress = collector.progress();
    match collector.file() {
        Some((file, _)) => Ok(file.to_vec()),
        None => Err(format!(
            "{} of {} frames are in it",
            progress.received, progress.needed
        )),
    }
}

#[cfg(test)]
mod tests;
