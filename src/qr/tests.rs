use super::frame::{Frame, FrameError, MAX_CHARS, OVERHEAD, Stream, TAG};
use super::*;
use proptest::prelude::*;

mod hostile;
mod loss;

/// A file that says nothing.
fn file(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(bytes)
    .collect()
}

/// A number below `below`, another one at each call.
fn draw(state: &mut u64, below: usize) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % below
}

fn version(version: u8) -> usize {
    symbol::capacity(version, symbol::Level::Low)
}

#[test]
fn any_so_many_frames_as_are_needed_give_the_file() {
    // every choice of the frames of small transfers
    for (bytes, chars) in [(2, 60), (31, 70), (60, 80)] {
        let file = file(bytes, 7);
        let transfer = Transfer::new(&file, chars).unwrap();
        let (needed, frames) = (transfer.needed(), transfer.frames());
        assert!((2..=4).contains(&needed), "{bytes} {chars} {needed}");
        assert!(frames > 3 * needed, "{frames} of {needed}");
        let texts: Vec<String> = (0..frames).map(|number| transfer.text(number)).collect();
        for choice in 0..1u32 << frames {
            if choice.count_ones() as usize != needed {
                continue;
            }
            let mut collector = Collector::default();
            let chosen = (0..frames).filter(|number| choice >> number & 1 == 1);
            let chosen: Vec<usize> = chosen.collect();
            for (count, number) in chosen.iter().enumerate() {
                let progress = collector.progress();
                assert_eq!((progress.received, progress.frames.len()), (count, count));
                let expected = if count + 1 == needed {
                    Taken::Complete
                } else {
                    Taken::New
                };
                assert_eq!(collector.take(&texts[*number]), expected, "{chosen:?}");
            }
            assert_eq!(collector.file().unwrap(), (&*file, transfer.digest()));
        }
    }
}

#[test]
fn every_size_of_file_and_of_frames_comes_through() {
    for bytes in [
        1,
        2,
        3,
        31,
        32,
        33,
        255,
        1774,
        4095,
        4096,
        MAX_FILE - 1,
        MAX_FILE,
    ] {
        for chars in [40, 154, 535, 1460, MAX_CHARS, usize::MAX] {
            let file = file(bytes, 3);
            let transfer = match Transfer::new(&file, chars) {
                Ok(transfer) => transfer,
                Err(error) => {
                    let most = (chars - TAG.len()) * 5 / 8 - OVERHEAD;
                    assert_eq!(error, TransferError::SymbolTooSmall { chars });
                    assert!((bytes + 32).div_ceil(most) > MAX_NEEDED, "{bytes} {chars}");
                    continue;
                }
            };
            let needed = transfer.needed();
            assert!(needed <= MAX_NEEDED && transfer.chars() <= chars.min(MAX_CHARS));
            // the last ones: as a rule no piece of the file is among them
            let mut collector = Collector::default();
            for number in (0..transfer.frames()).rev().take(needed) {
                let text = transfer.text(number);
                assert_eq!(text.len(), transfer.chars());
                assert_eq!(text, transfer.text(number + transfer.frames()));
                assert!(text.bytes().all(|c| matches!(c, b'A'..=b'Z' | b'2'..=b'7')));
                collector.take(&text);
            }
            assert!(collector.file().unwrap() == (&*file, transfer.digest()));
        }
    }
}

#[test]
fn what_cannot_be_carried_is_refused() {
    assert_eq!(Transfer::new(b"", 500), Err(TransferError::Empty));
    let got = MAX_FILE + 1;
    assert_eq!(
        Transfer::new(&vec![0; got], 500),
        Err(TransferError::TooLong { got })
    );
    for chars in [0, 4, 20, 24] {
        let small = Err(TransferError::SymbolTooSmall { chars });
        assert_eq!(Transfer::new(b"x", chars), small);
    }
    assert!(Transfer::new(b"x", 25).is_ok());
}

#[test]
fn one_frame_is_enough_where_all_fits_into_it() {
    let transfer = Transfer::new(b"hello", 200).unwrap();
    assert_eq!((transfer.needed(), transfer.frames()), (1, 1));
    let mut collector = Collector::default();
    assert_eq!(collector.progress(), Progress::default());
    assert_eq!(collector.take(&transfer.text(5)), Taken::Complete);
    assert_eq!(collector.take(&transfer.text(0)), Taken::Repeated);
    let progress = collector.progress();
    assert_eq!((progress.needed, progress.received), (1, 1));
    assert_eq!(collector.file().unwrap().0, b"hello");
}

#[test]
fn a_text_that_is_no_frame_says_why() {
    let transfer = Transfer::new(&file(100, 1), 100).unwrap();
    let text = transfer.text(2);
    let frame = Frame::parse(&text).unwrap();
    assert_eq!(
        Frame::parse(&format!(" {}\r\n", text.to_lowercase())),
        Ok(frame.clone())
    );
    let expected = [
        (String::new(), FrameError::Foreign),
        ("RSQ".to_owned(), FrameError::Foreign),
        ("RSQ-1".to_owned(), FrameError::Foreign),
        ("RSQ\u{e9}".to_owned(), FrameError::Foreign),
        ("ur:bytes/1-9/lpad".to_owned(), FrameError::Foreign),
        (text.replacen('A', "B", 1), FrameError::Version),
        ("RSQA".to_owned(), FrameError::Damaged),
        (text[..text.len() - 1].to_owned(), FrameError::Damaged),
        (format!("{text}A"), FrameError::Damaged),
        (format!("RSQA{}", "A".repeat(1 << 16)), FrameError::Damaged),
    ];
    for (text, error) in expected {
        assert_eq!(Frame::parse(&text), Err(error), "{text}");
    }
    let with = |change: fn(&mut Frame)| {
        let mut changed = frame.clone();
        change(&mut changed);
        Frame::parse(&changed.text())
    };
    assert!(with(|frame| frame.start = 0).is_ok());
    for changed in [
        with(|frame| frame.stream.length = 32),
        with(|frame| frame.stream.length = 32 + (16 << 10) + 1),
        with(|frame| frame.body.clear()),
        with(|frame| frame.body.truncate(3)),
        with(|frame| frame.body.resize(2 * 67, 0)),
        with(|frame| frame.start = 4 * 66 - 1),
        with(|frame| frame.start = u16::MAX),
        with(|frame| {
            // 1025 of such frames
            frame.stream.length = 2 * 1025;
            frame.body.truncate(2);
        }),
    ] {
        assert_eq!(changed, Err(FrameError::Impossible));
    }
}

#[test]
fn every_wrong_character_is_noticed() {
    let text = Transfer::new(&file(100, 1), 100).unwrap().text(0);
    for at in 0..text.len() {
        for other in ["A", "Q", "2", "7"] {
            let mut wrong = text.clone();
            wrong.replace_range(at..=at, other);
            assert!(
                wrong == text || Frame::parse(&wrong).is_err(),
                "{at} {other}"
            );
        }
    }
}

#[test]
fn a_sender_may_change_the_size_of_its_frames() {
    let file = file(3401, 5);
    let (large, small) = (
        Transfer::new(&file, version(12)).unwrap(),
        Transfer::new(&file, version(5)).unwrap(),
    );
    for first in [0, large.needed()] {
        // all but one of the large ones, be they the file's own or those that make up for them
        let mut collector = Collector::default();
        for number in first..first + large.needed() - 1 {
            collector.take(&large.text(number));
        }
        let before = collector.progress();
        assert_eq!(
            (before.received, before.needed),
            (large.needed() - 1, large.needed())
        );
        // as many small ones as the missing one is long, and no more
        let missing = |progress: &Progress| progress.needed - progress.received;
        let mut shown = 0;
        while collector.file().is_none() {
            let taken = collector.take(&small.text(small.frames() - 1 - shown));
            assert_ne!(taken, Taken::Foreign);
            shown += 1;
            let progress = collector.progress();
            assert_eq!(progress.needed, small.needed());
            assert!(shown + missing(&progress) <= 5, "{progress:?}");
        }
        assert!((3..=5).contains(&shown), "{shown}");
        assert_eq!(collector.file().unwrap().0, file);
        assert_eq!(collector.progress().contradictions, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_order_with_repeats_damage_and_strangers(
        bytes in 1usize..4000,
        chars in 80usize..600,
        seed in any::<u64>(),
    ) {
        let file = file(bytes, seed);
        let transfer = Transfer::new(&file, chars).unwrap();
        let stranger = Transfer::new(b"another file, in one frame or in some", 40).unwrap();
        let mut state = seed;
        let mut collector = Collector::default();
        // the one that is being read is the one that was seen first
        let first = draw(&mut state, transfer.frames());
        let mut seen = std::collections::BTreeSet::from([first]);
        let mut complete = collector.take(&transfer.text(first)) == Taken::Complete;
        let (mut foreign, mut unreadable, mut repeated) = (0, 0, 0);
        while !complete {
            match draw(&mut state, 8) {
                0 => {
                    foreign += 1;
                    let text = stranger.text(draw(&mut state, 2));
                    let _ = collector.take(&text);
                }
                1 => {
                    unreadable += 1;
                    let mut text = transfer.text(draw(&mut state, transfer.frames()));
                    text.truncate(5 + draw(&mut state, text.len() - 5));
                    prop_assert_eq!(collector.take(&text), Taken::Unreadable(FrameError::Damaged));
                }
                2 => {
                    foreign += 1;
                    prop_assert_eq!(collector.take("https://example.org/"), Taken::Foreign);
                }
                _ => {
                    let number = draw(&mut state, transfer.frames());
                    let taken = collector.take(&transfer.text(number));
                    if !seen.insert(number) {
                        repeated += 1;
                        prop_assert_eq!(taken, Taken::Repeated);
                    }
                    complete = taken == Taken::Complete;
                    prop_assert_eq!(complete, seen.len() == transfer.needed());
                }
            }
        }
        prop_assert_eq!(collector.file().unwrap(), (&*file, transfer.digest()));
        let progress = collector.progress();
        prop_assert_eq!(progress.new, seen.len() as u64);
        prop_assert_eq!(progress.received, progress.needed);
        prop_assert_eq!(
            (progress.foreign, progress.unreadable, progress.repeated),
            (foreign, unreadable, repeated)
        );
    }

    #[test]
    fn no_text_is_a_trap(text in "\\PC{0,80}", tail in "[A-Z2-7]{0,120}") {
        let mut collector = Collector::default();
        for text in [text, format!("RSQA{tail}"), format!("RSQ{tail}")] {
            let taken = collector.take(&text);
            prop_assert!(matches!(taken, Taken::Foreign | Taken::Unreadable(_)));
        }
    }

}

proptest! {
    // where frames contradict each other each of them takes some milliseconds; the fuzzer takes more
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn any_frame_that_can_be_is_taken_quietly(
        id in 0u8..3,
        length in 33u16..200,
        frames in proptest::collection::vec((0u16..400, proptest::collection::vec(any::<u8>(), 2..90)), 1..40),
    ) {
        let mut collector = Collector::default();
        for (start, body) in frames {
            let stream = Stream { id: [id; 3], length };
            let text = Frame { stream, start, body }.text();
            let taken = collector.take(&text);
            prop_assert_eq!(Frame::parse(&text).is_err(), matches!(taken, Taken::Unreadable(_)));
            let progress = collector.progress();
            prop_assert!(progress.received <= progress.needed);
        }
        prop_assert!(collector.file().is_none());
    }
}

#[test]
fn what_is_foretold_of_a_transfer_is_so() {
    for length in [1, 2, 33, 500, 3401, MAX_FILE] {
        let file = vec![7; length];
        for version in [1, 2, 5, 12, 22, 40] {
            let chars = symbol::capacity(version, symbol::Level::Low);
            let made = Transfer::new(&file, chars).map(|transfer| transfer.needed());
            assert_eq!(
                Transfer::needed_for(length, chars),
                made,
                "{length} {version}"
            );
        }
    }
    assert_eq!(Transfer::needed_for(0, 500), Err(TransferError::Empty));
    let got = MAX_FILE + 1;
    assert_eq!(
        Transfer::needed_for(got, 500),
        Err(TransferError::TooLong { got })
    );
    assert!(matches!(
        Transfer::needed_for(10, 4),
        Err(TransferError::SymbolTooSmall { .. })
    ));
}
