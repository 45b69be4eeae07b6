//! `chain ROOT.json [NEXT.root.json ...]`: how long tough takes over a chain of roots.
//!
//! Every file is parsed and checked against itself and against the one before it, as its updater
//! does, two hundred times in this process. What tough refuses is counted and not left out: the time
//! is that of the checks it makes. Prints milliseconds per chain and how many checks passed.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use tough::schema::{Root, Signed};

const RUNS: u32 = 200;

fn main() {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let files: Vec<Vec<u8>> = files
        .iter()
        .map(|file| {
            std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        })
        .collect();
    let (passed, made) = chain(&files);
    let start = Instant::now();
    for _ in 0..RUNS {
        black_box(chain(black_box(&files)));
    }
    let took = start.elapsed() / RUNS;
    println!(
        "{:.3} ms, {passed} of {made} checks pass",
        took.as_secs_f64() * 1e3
    );
}

/// Checks that passed, and all that there were.
fn chain(files: &[Vec<u8>]) -> (usize, usize) {
    let (mut passed, mut made) = (0, 0);
    let mut before: Option<Signed<Root>> = None;
    for file in files {
        let root: Option<Signed<Root>> = serde_json::from_slice(file).ok();
        made += if before.is_some() { 2 } else { 1 };
        if let Some(root) = &root {
            let by_before = before
                .as_ref()
                .map(|before| before.signed.verify_role(root));
            passed += usize::from(root.signed.verify_role(root).is_ok());
            passed += usize::from(by_before.is_some_and(|result| result.is_ok()));
        }
        before = root;
    }
    (passed, made)
}
