//! Frames into a collector: texts as they are, bytes as frames whose checksum is right, and among
//! them the frames of a real transfer, which must come through.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::qr::frame::{Frame, Stream};
use rootstage::qr::{Collector, Taken, Transfer};

fuzz_target!(|bytes: &[u8]| {
    let real = Transfer::new(b"what must come through, whatever else is shown", 60).expect("small");
    let own = Frame::parse(&real.text(0)).expect("ours").stream;
    let mut collector = Collector::default();
    for (number, part) in bytes.split(|byte| *byte == 0).enumerate() {
        if let Ok(text) = std::str::from_utf8(part) {
            collector.take(text);
            if let Ok(frame) = Frame::parse(text) {
                assert!(frame.text().eq_ignore_ascii_case(text.trim()));
            }
        }
        if let Some((head, body)) = part.split_first_chunk::<6>() {
            let [kind, a, b, start, more, low] = *head;
            // of the real transfer, of one of few others, of any
            let stream = match kind % 3 {
                0 => own,
                1 => Stream {
                    id: [a & 3; 3],
                    length: 40 + u16::from(b & 1),
                },
                _ => Stream {
                    id: [a; 3],
                    length: u16::from_be_bytes([b, low]),
                },
            };
            let forged = Frame {
                stream,
                start: u16::from_be_bytes([more & 1, start]),
                body: body.to_vec(),
            };
            collector.take(&forged.text());
        }
        collector.take(&real.text(number));
        let progress = collector.progress();
        assert!(progress.received <= progress.needed);
        if collector.file().is_some() {
            return;
        }
    }
    // a few forged frames are no obstacle; very many are
    if bytes.iter().filter(|byte| **byte == 0).count() < 2 {
        let complete = |number| collector.take(&real.text(number)) == Taken::Complete;
        assert!((0..8 * real.frames()).any(complete));
    }
});
