//! The canonical form of a large targets file, and the chain of Sigstore's roots:
//!
//! ```text
//! cargo bench --bench canonical
//! ```
//!
//! Beside it, in the same run: `serde_json` and `olpc-cjson`, with which other Rust clients make the
//! same bytes, and `openssl dgst -sha256` of them, which nothing that reads every byte can beat by
//! much. The targets file is made here, in the layout of python-tuf: 420,000 targets, compact.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use rootstage::canonical::{olpc, olpc_of_text, parse};
use rootstage::digest::Sha256;
use rootstage::tuf::metadata::Metadata;
use serde::Serialize as _;
use serde_json::Value;

const TARGETS: usize = 420_000;
const RUNS: usize = 7;

fn main() {
    let dir = std::env::temp_dir().join(format!("rootstage-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a temporary directory");
    targets(&dir);
    let _ = std::fs::remove_dir_all(&dir);
}

/// In which order the targets stand.
#[derive(Clone, Copy)]
enum Order {
    Sorted,
    Shuffled,
}

fn targets(dir: &Path) {
    let file = targets_file(Order::Sorted);
    let shuffled = targets_file(Order::Shuffled);
    let limit = file.len();
    let canonical = olpc_of_text(&file, limit).expect("a canonical form");
    assert!(canonical == theirs(&serde_json::from_slice(&file).expect("JSON")));
    assert!(canonical == olpc_of_text(&shuffled, limit).expect("a canonical form"));
    assert!(canonical == olpc(&parse(&file, limit).expect("JSON")).expect("a canonical form"));
    let path = dir.join("targets.canon");
    std::fs::write(&path, &canonical).expect("a file");
    println!(
        "targets file of {TARGETS} targets, {} bytes; medians of {RUNS} runs in turn",
        file.len()
    );
    let mut rows: Vec<(&str, Vec<Duration>)> = vec![
        (
            "openssl dgst -sha256 of the canonical form, a process",
            Vec::new(),
        ),
        ("serde_json parse", Vec::new()),
        ("olpc-cjson, of the parsed value", Vec::new()),
        ("here: canonical form from the text", Vec::new()),
        ("here: the same, targets in no order", Vec::new()),
        (
            "here: Metadata::parse, digest and signatures with it",
            Vec::new(),
        ),
        ("here: parse and olpc, by way of a value", Vec::new()),
        ("here: SHA-256 of the canonical form", Vec::new()),
    ];
    for _ in 0..RUNS {
        let mut value = Value::Null;
        let whole = file.clone();
        let mut openssl = Process::new("openssl");
        openssl
            .args(["dgst", "-sha256"])
            .arg(&path)
            .stdout(Stdio::null());
        let took = [
            time(|| drop(openssl.status().expect("openssl"))),
            time(|| value = serde_json::from_slice(&file).expect("JSON")),
            time(|| drop(theirs(&value))),
            time(|| drop(olpc_of_text(&file, limit))),
            time(|| drop(olpc_of_text(&shuffled, limit))),
            time(|| drop(Metadata::parse(whole, limit).expect("metadata"))),
            time(|| drop(olpc(&parse(&file, limit).expect("JSON")))),
            time(|| drop(Sha256::of(&canonical))),
        ];
        for (row, took) in rows.iter_mut().zip(took) {
            row.1.push(took);
        }
    }
    let rows: Vec<(&str, Duration)> = rows
        .into_iter()
        .map(|(name, took)| (name, median(took)))
        .collect();
    let cjson = rows[2].1;
    for (name, took) in rows {
        let ratio = cjson.as_secs_f64() / took.as_secs_f64();
        println!(
            "  {name:<56} {:>8.1} ms   olpc-cjson takes {ratio:>5.1} x",
            took.as_secs_f64() * 1e3
        );
    }
}

/// What `olpc-cjson` writes.
fn theirs(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    let formatter = olpc_cjson::CanonicalFormatter::new();
    let mut to = serde_json::Serializer::with_formatter(&mut out, formatter);
    value.serialize(&mut to).expect("a canonical form");
    out
}

fn targets_file(order: Order) -> Vec<u8> {
    let mut at: Vec<usize> = (0..TARGETS).collect();
    if matches!(order, Order::Shuffled) {
        // multiples of a number that shares no factor with theirs
        at = (0..TARGETS).map(|at| at * 130_003 % TARGETS).collect();
    }
    let mut file = String::from(
        r#"{"signatures":[{"keyid":"7230de227f6fd4105c923990f826842d8768a3332dfb82ed1e0f7eb95dc90edc","sig":"3044"}],"signed":{"_type":"targets","version":1,"spec_version":"1.0.31","expires":"2030-01-01T00:00:00Z","targets":{"#,
    );
    for (place, at) in at.into_iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let digest = Sha256::of(&at.to_le_bytes()).hex();
        let (part, directory) = (at / 84_000, at / 1_000 % 84);
        write!(
            file,
            r#"{comma}"p{part}/d{directory:02}/f{at:06}.b":{{"length":1024,"hashes":{{"sha256":"{digest}"}}}}"#
        )
        .expect("a String takes everything");
    }
    file.push_str("}}}");
    file.into_bytes()
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took[took.len() / 2]
}
