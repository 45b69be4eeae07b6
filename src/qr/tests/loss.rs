//! Sizes that can be asserted without a clock: frames per file, and frames shown until it is there.

use super::*;

/// Envelopes of roots with 5 and 14 keys, encrypted; round numbers; the same roots as they are.
const FILES: [usize; 6] = [1774, 3401, 4096, 5532, 12288, 13146];

/// Bytes that a QR code holds in byte mode at level L (ISO/IEC 18004, table 7).
const BYTES: [(u8, usize); 6] = [
    (5, 106),
    (12, 367),
    (13, 425),
    (15, 520),
    (18, 718),
    (22, 1003),
];

#[test]
fn frames_are_close_to_the_fewest_there_can_be() {
    for bytes in FILES {
        for (number, most) in BYTES {
            let fewest = bytes.div_ceil(most);
            let needed = Transfer::new(&file(bytes, 1), version(number))
                .unwrap()
                .needed();
            let goal = if number == 5 {
                fewest * 14 / 10
            } else {
                (fewest * 12 / 10).max(fewest + 1)
            };
            assert!(
                needed <= goal,
                "{bytes} bytes, version {number}: {needed}, at best {fewest}"
            );
        }
    }
}

/// Frames shown until the file is there, for a reader that comes at any moment: mean and the number
/// that 95 of 100 readers need at most.
fn shown(transfer: &Transfer, percent: usize, trials: usize) -> (f64, usize) {
    let texts: Vec<String> = (0..transfer.frames())
        .map(|number| transfer.text(number))
        .collect();
    let mut state = 2026;
    let mut counts: Vec<usize> = (0..trials)
        .map(|_| {
            let mut collector = Collector::default();
            let start = draw(&mut state, texts.len());
            let mut number = start;
            while collector.file().is_none() {
                if draw(&mut state, 100) >= percent {
                    collector.take(&texts[number % texts.len()]);
                }
                number += 1;
            }
            number - start
        })
        .collect();
    counts.sort_unstable();
    let sum = u32::try_from(counts.iter().sum::<usize>()).unwrap();
    let mean = f64::from(sum) / f64::from(u32::try_from(trials).unwrap());
    (mean, counts[trials * 95 / 100])
}

#[test]
fn losing_frames_costs_no_more_than_the_frames_that_were_lost() {
    for (bytes, number) in [(60, 5), (1774, 12)] {
        let transfer = Transfer::new(&file(bytes, 1), version(number)).unwrap();
        let needed = f64::from(u32::try_from(transfer.needed()).unwrap());
        for percent in [0, 20, 50] {
            let (mean, _) = shown(&transfer, percent, 160);
            let goal = needed * 100.0 / f64::from(100 - u32::try_from(percent).unwrap()) + 1.0;
            assert!(
                mean <= goal,
                "{bytes} v{number} {percent} %: {mean:.2}, goal {goal:.2}"
            );
        }
    }
}
