//! Reading QR codes in pictures as cameras take them: a matrix of what a hand, a lens and a screen
//! do to them, beside zbarimg (of another lineage) over the same pictures.
//!
//! ```text
//! cargo bench --bench scan              # the matrix, a few minutes
//! cargo bench --bench scan -- quick     # two of each
//! cargo bench --bench scan -- peer      # zbarimg beside it
//! ```
//!
//! The pictures are made with a seed: the same on every machine.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a bench that meets what it did not expect stops there; pixels are small numbers"
)]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rootstage::ports::Luma;
use rootstage::scan::reader::{Effort, read};

#[path = "../tests/qr_in/shots.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod shots;

use shots::{Around, Dice, Shot, full, rows, take};

const VERSIONS: [u8; 4] = [5, 12, 15, 22];
const PIXELS: [f64; 4] = [2.0, 3.0, 4.0, 6.0];

/// Pictures of one symbol that follow each other, as a camera takes them: another noise and another
/// stand in each.
const SUCCESSIVE: u64 = 3;

#[derive(Default, Clone, Copy)]
struct Tally {
    symbols: u32,
    pictures: u32,
    /// Pictures in which the symbol was read in passing.
    passing: u32,
    /// Symbols that were read in at least one of their pictures.
    any: u32,
    /// Symbols that were read thoroughly in their first picture.
    thorough: u32,
    wrong: u32,
    panics: u32,
    /// Symbols that zbarimg read in their first picture.
    peer: u32,
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let has = |word: &str| words.iter().any(|w| w == word);
    let each = if has("quick") { 1 } else { 2 };
    // the reader catches panics of the decoders itself; here they are counted
    std::panic::set_hook(Box::new(|_| {
        PANICS.fetch_add(1, Ordering::Relaxed);
    }));
    speed();
    for pixels in PIXELS {
        println!(
            "\n{pixels} pixels to a module, versions {VERSIONS:?}, EC L, {each} of each on light and on dark"
        );
        println!(
            "{:18} {:>8} {:>9} {:>8} {:>8} {:>6} {:>6}",
            "", "passing", "one of 3", "thorough", "zbarimg", "wrong", "panics"
        );
        let mut sum = Tally::default();
        for row in 0..rows(pixels, Around::Light).len() {
            let mut tally = Tally::default();
            let mut name = "";
            for (seed, version) in (0..).zip(VERSIONS) {
                for around in [Around::Light, Around::Dark] {
                    let shot;
                    (name, shot) = rows(pixels, around)[row];
                    let wanted = || words.iter().filter_map(|word| word.strip_prefix("row="));
                    if wanted().next().is_some() && !wanted().any(|row| name.starts_with(row)) {
                        continue;
                    }
                    for number in 0..each {
                        let mut dice = Dice(
                            (row as u64) << 32
                                | seed << 16
                                | number << 1
                                | u64::from(around == Around::Dark),
                        );
                        one(version, &shot, number, has("peer"), &mut dice, &mut tally);
                    }
                }
            }
            if tally.symbols > 0 {
                print(name, &tally);
                sum.add(&tally);
            }
        }
        print("all", &sum);
    }
}

/// Decoders that panicked.
static PANICS: AtomicU32 = AtomicU32::new(0);

/// One symbol in some successive pictures.
fn one(version: u8, shot: &Shot, number: u64, peer: bool, dice: &mut Dice, tally: &mut Tally) {
    let (symbol, text) = full(version, dice);
    let before = PANICS.load(Ordering::Relaxed);
    let mut in_passing = 0;
    tally.symbols += 1;
    for successive in 0..SUCCESSIVE {
        let picture = take(&symbol, shot, dice);
        tally.pictures += 1;
        let mut right = |effort| {
            let texts = read(&picture, effort);
            tally.wrong += texts.iter().filter(|got| **got != text).count() as u32;
            u32::from(texts.contains(&text))
        };
        in_passing += right(Effort::Passing(number + successive));
        if successive == 0 {
            tally.thorough += right(Effort::Thorough);
            tally.peer += u32::from(peer && zbarimg(&picture).contains(&text));
        }
    }
    tally.passing += in_passing;
    tally.any += u32::from(in_passing > 0);
    tally.panics += PANICS.load(Ordering::Relaxed) - before;
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.symbols += other.symbols;
        self.pictures += other.pictures;
        self.passing += other.passing;
        self.any += other.any;
        self.thorough += other.thorough;
        self.wrong += other.wrong;
        self.panics += other.panics;
        self.peer += other.peer;
    }
}

fn print(name: &str, tally: &Tally) {
    let share = |n: u32, of: u32| format!("{:.0} %", 100.0 * f64::from(n) / f64::from(of));
    println!(
        "{name:18} {:>8} {:>9} {:>8} {:>8} {:>6} {:>6}",
        share(tally.passing, tally.pictures),
        share(tally.any, tally.symbols),
        share(tally.thorough, tally.symbols),
        share(tally.peer, tally.symbols),
        tally.wrong,
        tally.panics
    );
}

/// How long one picture takes.
fn speed() {
    println!(
        "{:34} {:>10} {:>10}",
        "one picture, median of 25", "passing", "thorough"
    );
    for (width, height) in [(640, 480), (1280, 720)] {
        for version in [12, 22] {
            let mut dice = Dice(7);
            let (symbol, _) = full(version, &mut dice);
            let modules = (symbol.width() + 8) as f64;
            let shot = shots::Shot {
                noise: 4.0,
                ..shots::Shot::good(f64::from(height) * 0.8 / modules, Around::Dark)
            };
            let picture = into(&take(&symbol, &shot, &mut dice), width, height);
            times(
                &format!("version {version} in {width} x {height}"),
                &picture,
                1,
            );
        }
        for (name, picture) in without(width as usize, height as usize) {
            times(&format!("{name} in {width} x {height}"), &picture, 0);
        }
    }
}

/// Pictures without a symbol: noise, a room with soft light, something like a page of text.
fn without(width: usize, height: usize) -> [(&'static str, Luma); 3] {
    let picture = |level: &mut dyn FnMut(usize, usize) -> u8| Luma {
        width,
        height,
        pixels: (0..width * height)
            .map(|at| level(at % width, at / width))
            .collect(),
    };
    let (mut a, mut b) = (Dice(9), Dice(9));
    [
        (
            "noise",
            picture(&mut |_, y| (a.bits() % 24) as u8 + (y % 200) as u8),
        ),
        (
            "a room",
            picture(&mut |x, y| {
                let light = 40.0 * (y as f64 / 31.0).sin() + 40.0;
                (b.bits() % 5) as u8 + (x * 160 / width) as u8 + light as u8
            }),
        ),
        (
            "text",
            picture(&mut |x, y| {
                let letter = ((x / 3) * 7919 + (y / 4) * 104_729) ^ ((x / 9) * 31 + y / 12);
                let ink = (y / 12) % 2 == 0 && (letter * 2_654_435_761) >> 7 & 1 == 1;
                if ink { 30 } else { 220 }
            }),
        ),
    ]
}

fn times(name: &str, picture: &Luma, expected: usize) {
    // the ways take turns: the slowest of them
    let median = |effort| {
        let mut times: Vec<Duration> = (0..25)
            .map(|_| {
                let begun = Instant::now();
                assert_eq!(read(picture, effort).len(), expected, "{name}");
                begun.elapsed()
            })
            .collect();
        times.sort();
        times[times.len() / 2]
    };
    println!(
        "{name:34} {:>10.1?} {:>10.1?}",
        median(Effort::Passing(0)).max(median(Effort::Passing(1))),
        median(Effort::Thorough)
    );
}

/// The picture in the middle of another.
fn into(picture: &Luma, width: u32, height: u32) -> Luma {
    let (width, height) = (width as usize, height as usize);
    let (left, top) = (
        width.saturating_sub(picture.width) / 2,
        height.saturating_sub(picture.height) / 2,
    );
    let (from_x, from_y) = (
        picture.width.saturating_sub(width) / 2,
        picture.height.saturating_sub(height) / 2,
    );
    let mut pixels = vec![40; width * height];
    for y in 0..picture.height.min(height) {
        for x in 0..picture.width.min(width) {
            pixels[(top + y) * width + left + x] =
                picture.pixels[(from_y + y) * picture.width + from_x + x];
        }
    }
    Luma {
        width,
        height,
        pixels,
    }
}

fn zbarimg(picture: &Luma) -> String {
    let path = std::env::temp_dir().join(format!("rootstage-scan-{}.pgm", std::process::id()));
    let mut bytes = format!("P5 {} {} 255\n", picture.width, picture.height).into_bytes();
    bytes.extend_from_slice(&picture.pixels);
    std::fs::write(&path, bytes).unwrap();
    let output = Command::new("zbarimg")
        .args(["--raw", "-q", "-Sdisable", "-Sqrcode.enable"])
        .arg(Path::new(&path))
        .output();
    let _ = std::fs::remove_file(path);
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}
