//! QR frames beside `BBQr`, UR and the fewest frames that there can be:
//!
//! ```text
//! cargo bench --bench qr                 # everything
//! cargo bench --bench qr -- sizes times  # some parts: full, sizes, losses, times
//! ```
//!
//! Frames per file, frames shown until a file is there where some are lost (seeded, real readers), and
//! times. A reader comes at any moment; what it is shown while it is there is counted.

use std::time::{Duration, Instant};

use bbqr::encode::Encoding;
use bbqr::file_type::FileType;
use bbqr::qr::Version;
use bbqr::split::{Split, SplitOptions};
use rootstage::qr::symbol::{Level, Symbol, capacity};
use rootstage::qr::{Collector, Transfer};

/// Envelopes of roots with 5 and 14 keys, encrypted; round numbers; the same roots as they are.
const FILES: [usize; 6] = [1774, 3401, 4096, 5532, 12288, 13146];

/// Bytes that a QR code holds in byte mode at level L (ISO/IEC 18004, table 7).
const VERSIONS: [(u8, usize, Version); 6] = [
    (5, 106, Version::V05),
    (12, 367, Version::V12),
    (13, 425, Version::V13),
    (15, 520, Version::V15),
    (18, 718, Version::V18),
    (22, 1003, Version::V22),
];

const TRIALS: usize = 400;
/// Trials of UR, whose reader is slow.
const UR_TRIALS: usize = 100;
const RUNS: usize = 25;

fn main() {
    let named: Vec<String> = std::env::args().skip(1).collect();
    let parts: [(&str, fn()); 4] = [
        ("full", full),
        ("sizes", sizes),
        ("losses", losses),
        ("times", times),
    ];
    // cargo adds `--bench`; without a name all parts run
    let all = !parts
        .iter()
        .any(|(part, _)| named.iter().any(|name| name == part));
    for (part, run) in parts {
        if all || named.iter().any(|name| name == part) {
            run();
        }
    }
}

/// A number below `below`, another one at each call.
fn draw(state: &mut u64, below: usize) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap_or(0) % below
}

fn file(bytes: usize) -> Vec<u8> {
    let mut state = bytes as u64;
    let bytes = std::iter::repeat_with(|| draw(&mut state, 256)).take(bytes);
    bytes.filter_map(|byte| u8::try_from(byte).ok()).collect()
}

fn ours(file: &[u8], version: u8) -> Transfer {
    Transfer::new(file, capacity(version, Level::Low)).expect("a transfer")
}

fn bbqr(file: &[u8], version: Version) -> Vec<String> {
    let options = SplitOptions {
        encoding: Encoding::Base32,
        min_version: version,
        max_version: version,
        ..SplitOptions::default()
    };
    Split::try_from_data(file, FileType::Json, options)
        .expect("parts")
        .parts
}

/// The largest fragments whose parts fit, and how many of them there are.
fn fragment(file: &[u8], chars: usize) -> (usize, usize) {
    let longest = |fragment: usize| {
        let mut encoder = ur::Encoder::bytes(file, fragment).expect("an encoder");
        let count = encoder.fragment_count();
        // sequence numbers grow longer with time
        let parts = (0..3 * count).map(|_| encoder.next_part().expect("a part").len());
        (parts.max().unwrap_or(0), count)
    };
    (10..chars / 2)
        .rev()
        .find_map(|size| {
            let (length, count) = longest(size);
            (length <= chars).then_some((size, count))
        })
        .expect("a fragment that fits")
}

fn sizes() {
    println!("frames per file, level L: fewest in byte mode, ours (x fewest), BBQr base32, UR");
    for bytes in FILES {
        let file = file(bytes);
        for (number, most, version) in VERSIONS {
            let fewest = bytes.div_ceil(most);
            let needed = ours(&file, number).needed();
            let theirs = bbqr(&file, version).len();
            let (_, fragments) = fragment(&file, capacity(number, Level::Low));
            #[allow(clippy::cast_precision_loss, reason = "small numbers")]
            let ratio = needed as f64 / fewest as f64;
            let goal = if number == 5 {
                fewest * 14 / 10
            } else {
                (fewest * 12 / 10).max(fewest + 1)
            };
            let met = if needed <= goal { "" } else { "  MISSED" };
            println!(
                "{bytes:6} B v{number:<2} {fewest:4} {needed:4} ({ratio:.2}) {theirs:4} {fragments:4}{met}"
            );
        }
    }
}

/// Symbols that are exactly full, of every version and level: more than the tests have time for.
fn full() {
    let mut state = 1;
    for version in 1..=40 {
        for level in [Level::Low, Level::Medium, Level::Quartile] {
            for _ in 0..10 {
                let letters = std::iter::repeat_with(|| {
                    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[draw(&mut state, 32)]
                });
                let text: String = letters
                    .map(char::from)
                    .take(capacity(version, level))
                    .collect();
                assert!(
                    Symbol::new(&text, version, level).is_some(),
                    "version {version}"
                );
            }
        }
    }
    println!("1200 symbols that are exactly full: all drawn\n");
}

/// Mean, and what 95 of 100 need at most.
fn spread(mut counts: Vec<usize>) -> (f64, usize) {
    counts.sort_unstable();
    #[allow(clippy::cast_precision_loss, reason = "small numbers")]
    let mean = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    (mean, counts[counts.len() * 95 / 100])
}

/// Frames shown until `complete` says so. It is given the number of each that is not lost.
fn shown(
    start: usize,
    percent: usize,
    state: &mut u64,
    mut complete: impl FnMut(usize) -> bool,
) -> usize {
    for number in start.. {
        if draw(state, 100) >= percent && complete(number) {
            return number + 1 - start;
        }
    }
    0
}

fn losses() {
    println!(
        "\nframes shown until complete, {TRIALS} trials (UR {UR_TRIALS}), mean / p95: ours (goal of the mean), BBQr, UR"
    );
    for (bytes, number, version) in [
        (1774, 12, Version::V12),
        (3401, 5, Version::V05),
        (3401, 12, Version::V12),
        (3401, 22, Version::V22),
        (13146, 12, Version::V12),
    ] {
        let file = file(bytes);
        let transfer = ours(&file, number);
        let texts: Vec<String> = (0..transfer.frames()).map(|n| transfer.text(n)).collect();
        let parts = bbqr(&file, version).len();
        let (size, count) = fragment(&file, capacity(number, Level::Low));
        let mut encoder = ur::Encoder::bytes(&file, size).expect("an encoder");
        let stream: Vec<String> = (0..40 * count)
            .map(|_| encoder.next_part().expect("a part"))
            .collect();
        for percent in [0, 20, 50] {
            let mut state = 2026;
            let mut all = [Vec::new(), Vec::new(), Vec::new()];
            for trial in 0..TRIALS {
                let mut collector = Collector::default();
                let start = draw(&mut state, texts.len());
                all[0].push(shown(start, percent, &mut state, |n| {
                    collector.take(&texts[n % texts.len()]);
                    collector.file().is_some()
                }));
                assert!(collector.file().is_some_and(|(read, _)| read == file));
                // BBQr is complete with all parts, whatever the reader
                let mut missing: std::collections::BTreeSet<usize> = (0..parts).collect();
                let start = draw(&mut state, parts);
                all[1].push(shown(start, percent, &mut state, |n| {
                    missing.remove(&(n % parts));
                    missing.is_empty()
                }));
                if trial >= UR_TRIALS {
                    continue;
                }
                // UR never begins again: its plain parts come once, after them mixed ones without end,
                // and who comes at any moment comes among these
                let mut decoder = ur::Decoder::default();
                let start = draw(&mut state, stream.len() / 2);
                all[2].push(shown(start, percent, &mut state, |n| {
                    decoder.receive(&stream[n % stream.len()]).expect("a part");
                    decoder.complete()
                }));
            }
            #[allow(clippy::cast_precision_loss, reason = "small numbers")]
            let goal = transfer.needed() as f64 * 100.0 / (100 - percent) as f64 + 1.0;
            let [a, b, c] = all.map(spread);
            let met = if a.0 <= goal { "" } else { "  MISSED" };
            println!(
                "{bytes:6} B v{number:<2} {percent:2} %: {:6.1} /{:4} ({goal:.1}), {:6.1} /{:4}, {:6.1} /{:4}{met}",
                a.0, a.1, b.0, b.1, c.0, c.1
            );
        }
    }
}

/// The median of some runs.
fn median(mut run: impl FnMut()) -> Duration {
    run();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn times() {
    println!("\ntimes, medians of {RUNS} runs");
    let text = ours(&file(13146), 22).text(0);
    let encode = median(|| assert!(Symbol::new(&text, 22, Level::Low).is_some()));
    println!("symbol of version 22: {encode:?} (goal 6 ms)");
    for bytes in [3401, 13146] {
        let file = file(bytes);
        let made = median(|| assert!(ours(&file, 12).needed() > 1));
        let transfer = ours(&file, 12);
        let frames = transfer.frames();
        let texts: Vec<String> = (frames - transfer.needed()..frames)
            .map(|n| transfer.text(n))
            .collect();
        // frames that are no piece of the file, the last of which completes it
        let (last, others) = texts.split_last().expect("frames");
        let mut begun = Collector::default();
        for text in others {
            begun.take(text);
        }
        let read = median(|| {
            let mut collector = begun.clone();
            collector.take(last);
            assert!(collector.file().is_some());
        });
        let digest = median(|| {
            drop(std::hint::black_box(
                rootstage::digest::Sha256::of(&file).hex(),
            ));
        });
        println!(
            "{bytes} B: all frames made in {made:?}, the last read and the file restored in {read:?} (goal 1 ms at 3401 B), SHA-256 of the file {digest:?}"
        );
    }
}
