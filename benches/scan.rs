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
use std::time::{Duration, Instant};

use rootstage::ports::Luma;
use rootstage::scan::reader::{Effort, read};

#[path = "../tests/qr_in/shots.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod shots;

use shots::{Around, Dice, full, rows, take};

const VERSIONS: [u8; 4] = [5, 12, 15, 22];
const PIXELS: [f64; 4] = [2.0, 3.0, 4.0, 6.0];

#[derive(Default, Clone, Copy)]
struct Tally {
    taken: u32,
    passing: u32,
    thorough: u32,
    wrong: u32,
    peer: u32,
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let has = |word: &str| words.iter().any(|w| w == word);
    let each = if has("quick") { 1 } else { 3 };
    speed();
    for pixels in PIXELS {
        println!(
            "\n{pixels} pixels to a module, versions {VERSIONS:?}, EC L, {each} of each on light and on dark"
        );
        println!(
            "{:18} {:>8} {:>8} {:>6} {:>8}",
            "", "passing", "thorough", "wrong", "zbarimg"
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
                        let (symbol, text) = full(version, &mut dice);
                        let picture = take(&symbol, &shot, &mut dice);
                        tally.taken += 1;
                        for (effort, right) in [
                            (Effort::Passing(number), &mut tally.passing),
                            (Effort::Thorough, &mut tally.thorough),
                        ] {
                            for got in read(&picture, effort) {
                                if got == text {
                                    *right += 1;
                                } else {
                                    tally.wrong += 1;
                                }
                            }
                        }
                        if has("peer") {
                            tally.peer += u32::from(zbarimg(&picture).contains(&text));
                        }
                    }
                }
            }
            if tally.taken == 0 {
                continue;
            }
            print(name, &tally);
            sum.taken += tally.taken;
            sum.passing += tally.passing;
            sum.thorough += tally.thorough;
            sum.wrong += tally.wrong;
            sum.peer += tally.peer;
        }
        print("all", &sum);
    }
}

fn print(name: &str, tally: &Tally) {
    let share = |n: u32| format!("{:.0} %", 100.0 * f64::from(n) / f64::from(tally.taken));
    println!(
        "{name:18} {:>8} {:>8} {:>6} {:>8}",
        share(tally.passing),
        share(tally.thorough),
        tally.wrong,
        share(tally.peer)
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
        let mut dice = Dice(9);
        let pixels = (0..width * height)
            .map(|at| (dice.bits() % 24) as u8 + (at / width % 200) as u8)
            .collect();
        times(
            &format!("nothing in {width} x {height}"),
            &Luma {
                width: width as usize,
                height: height as usize,
                pixels,
            },
            0,
        );
    }
}

fn times(name: &str, picture: &Luma, expected: usize) {
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
        median(Effort::Passing(0)),
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
