//! Frames that were made to deceive, with everything right about them that can be right.

use super::*;

/// A frame like those of `transfer`, with another body.
fn forged(transfer: &Transfer, number: usize, seed: u64) -> String {
    let mut frame = Frame::parse(&transfer.text(number)).unwrap();
    frame.body = file(frame.body.len(), seed);
    frame.text()
}

#[test]
fn forged_frames_delay_a_transfer_and_end_it_never() {
    for (bytes, chars) in [
        (60, 60),
        (1774, version(12)),
        (3401, version(5)),
        (MAX_FILE, version(22)),
    ] {
        let file = file(bytes, 9);
        let transfer = Transfer::new(&file, chars).unwrap();
        let needed = transfer.needed();
        for forgeries in [1, 2, 4] {
            let mut collector = Collector::default();
            // the first, before the right one, and one that comes amidst
            for number in 0..forgeries {
                let taken = collector.take(&forged(&transfer, number * 3, 5));
                assert_eq!(taken, Taken::New);
            }
            let mut shown = 0;
            while collector.file().is_none() {
                collector.take(&transfer.text(shown));
                shown += 1;
                let progress = collector.progress();
                assert!(progress.received <= progress.needed);
                assert!(shown <= needed + 1, "{forgeries} of {needed}: {progress:?}");
            }
            assert_eq!(collector.file().unwrap(), (&*file, transfer.digest()));
            assert!(collector.progress().contradictions > 0);
        }
    }
}

#[test]
fn forged_frames_among_all_the_others_do_not_stop_a_small_transfer() {
    let file = file(1774, 2);
    let transfer = Transfer::new(&file, version(12)).unwrap();
    let mut collector = Collector::default();
    let mut shown = 0;
    while collector.file().is_none() {
        collector.take(&transfer.text(shown));
        if shown % 4 == 0 {
            collector.take(&forged(&transfer, shown * 7 + 1, shown as u64));
        }
        shown += 1;
        assert!(shown < 3 * transfer.frames(), "{:?}", collector.progress());
    }
    assert_eq!(collector.file().unwrap().0, file);
}

#[test]
fn other_transfers_never_drive_out_the_one_that_is_being_read() {
    let (file, other) = (file(3401, 1), file(3401, 2));
    let transfer = Transfer::new(&file, version(12)).unwrap();
    let other = Transfer::new(&other, version(12)).unwrap();
    let mut collector = Collector::default();
    for number in 0..transfer.needed() - 1 {
        assert_eq!(collector.take(&transfer.text(number)), Taken::New);
        // a whole crowd between each two
        for seed in 0..20 {
            let stray = Transfer::new(&super::file(900, 1000 * number as u64 + seed), 300).unwrap();
            assert_eq!(collector.take(&stray.text(0)), Taken::Foreign);
        }
        assert_eq!(collector.take(&other.text(number / 2)), Taken::Foreign);
        let progress = collector.progress();
        assert_eq!(progress.received, number + 1);
        assert_eq!(progress.foreign, 21 * (number as u64 + 1));
        assert_eq!(progress.id.as_ref(), transfer.digest().0.first_chunk());
    }
    assert_eq!(collector.take(&transfer.text(40)), Taken::Complete);
    assert_eq!(collector.take(&other.text(20)), Taken::Foreign);
    assert_eq!(collector.file().unwrap().0, file);
}

#[test]
fn a_sender_that_shows_something_else_is_followed() {
    let (first, then) = (file(3401, 1), file(3401, 2));
    let first = Transfer::new(&first, version(12)).unwrap();
    let then = Transfer::new(&then, version(12)).unwrap();
    let mut collector = Collector::default();
    for number in 0..8 {
        collector.take(&first.text(number));
    }
    let id = |collector: &Collector| collector.progress().id.unwrap();
    assert!(then.digest().0.starts_with(&id(&collector)).eq(&false));
    let taken: Vec<Taken> = (0..4)
        .map(|number| collector.take(&then.text(number)))
        .collect();
    assert_eq!(
        taken,
        [Taken::Foreign, Taken::Foreign, Taken::Foreign, Taken::New]
    );
    let progress = collector.progress();
    assert!(then.digest().0.starts_with(&id(&collector)));
    assert_eq!(
        (progress.received, progress.new, progress.foreign),
        (4, 4, 8)
    );
    // and back: what was received before is there
    for number in 8..first.needed() - 1 {
        collector.take(&first.text(number));
    }
    assert_eq!(collector.take(&first.text(40)), Taken::Complete);
}

#[test]
fn one_stray_frame_at_the_beginning_is_soon_forgotten() {
    let file = file(3401, 1);
    let transfer = Transfer::new(&file, version(12)).unwrap();
    let stray = Transfer::new(b"what was left on another screen", version(12)).unwrap();
    let mut collector = Collector::default();
    let half = Frame::parse(&stray.text(0)).unwrap();
    let half = Frame {
        body: half.body[..2].to_vec(),
        ..half
    };
    collector.take(&half.text());
    collector.take(&transfer.text(0));
    let progress = collector.progress();
    assert_eq!((progress.received, progress.needed), (1, transfer.needed()));
    assert_eq!(progress.foreign, 1);
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let transfer = Transfer::new(&file(MAX_FILE, 1), version(22)).unwrap();
    let mut collector = Collector::default();
    let stream = Frame::parse(&transfer.text(0)).unwrap().stream;
    for seed in 0..400u16 {
        let body = file(20, u64::from(seed));
        let frame = Frame {
            stream,
            start: seed,
            body,
        };
        collector.take(&frame.text());
        let mut body = file(2000, u64::from(seed));
        body[0] = 1;
        let id = [seed.to_be_bytes()[1]; 3];
        let stream = Stream { id, ..stream };
        collector.take(
            &Frame {
                stream,
                start: 0,
                body,
            }
            .text(),
        );
    }
    let mut bytes = collector;
    assert!(format!("{bytes:?}").len() < 12_000_000);
    // and the sender is heard all the same
    let complete =
        (0..transfer.frames()).any(|number| bytes.take(&transfer.text(number)) == Taken::Complete);
    assert!(complete, "{:?}", bytes.progress());
}
