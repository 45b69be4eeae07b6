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
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use rootstage::canonical::{olpc, olpc_of_text, parse};
use rootstage::digest::Sha256;
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::metadata::Metadata;
use rootstage::tuf::root::{self, KeyEntry, Role, RoleSpec, Root, RootSpec, Signed, payload};
use rootstage::tuf::trusted::Trusted;
use serde::Serialize as _;
use serde_json::Value;

const TARGETS: usize = 420_000;
const RUNS: usize = 7;
/// Chains of roots in one measurement.
const CHAINS: u32 = 50;

fn main() {
    let dir = std::env::temp_dir().join(format!("rootstage-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a temporary directory");
    targets(&dir);
    chain(&dir);
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
            time(|| {
                openssl.status().expect("openssl");
            }),
            time(|| value = serde_json::from_slice(&file).expect("JSON")),
            time(|| drop(theirs(&value))),
            time(|| drop(olpc_of_text(&file, limit))),
            time(|| drop(olpc_of_text(&shuffled, limit))),
            time(|| drop(Metadata::parse(whole, limit).expect("metadata"))),
            time(|| drop(olpc(&parse(&file, limit).expect("JSON")))),
            time(|| {
                std::hint::black_box(Sha256::of(&canonical));
            }),
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

/// The chain of roots: ours, and tough's in a process of its own that times itself (tough brings an
/// asynchronous runtime along, which stays out of this tree).
fn chain(dir: &Path) {
    let files = history(dir);
    let roots: Vec<Vec<u8>> = files
        .iter()
        .map(|file| std::fs::read(file).expect("a root"))
        .collect();
    let walk = || {
        let mut trusted: Option<Trusted<Root>> = None;
        for file in &roots {
            let signed = Signed::parse(file).expect("a root file");
            let next = match &trusted {
                None => Trusted::first(&signed),
                Some(before) => before.next(&signed),
            };
            trusted = Some(next.expect("a chain of roots"));
        }
        trusted
    };
    let parse = || roots.iter().for_each(|file| drop(Signed::parse(file)));
    let each = |work: &dyn Fn()| {
        let took = (0..RUNS).map(|_| time(|| (0..CHAINS).for_each(|_| work())) / CHAINS);
        median(took.collect()).as_secs_f64() * 1e3
    };
    println!(
        "chain of {} roots, each checked by its own keys and by those before it",
        roots.len()
    );
    println!(
        "  here: read and checked   {:.3} ms",
        each(&|| drop(std::hint::black_box(walk())))
    );
    println!("  here: JSON read only     {:.3} ms", each(&parse));
    let judge =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/tough/target/release/chain");
    match Process::new(&judge).args(&files).output() {
        Ok(output) => print!(
            "  tough                    {}",
            String::from_utf8_lossy(&output.stdout)
        ),
        Err(_) => println!(
            "  tough: not built (cargo build --release --target-dir target, in tests/judges/tough)"
        ),
    }
}

/// The ten roots that Sigstore published first, where they are at hand; otherwise ten made here.
fn history(dir: &Path) -> Vec<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [
        std::env::var_os("ROOTSTAGE_DATA").map(PathBuf::from),
        Some(manifest.join("../shared/data")),
        Some(manifest.join("../../shared/data")),
    ];
    let published: Vec<PathBuf> = places
        .into_iter()
        .flatten()
        .map(|data| data.join("sigstore/root-history"))
        .find(|history| history.join("1.root.json").exists())
        .map(|history| {
            (1..=10)
                .map(|at| history.join(format!("{at}.root.json")))
                .collect()
        })
        .unwrap_or_default();
    if !published.is_empty() {
        println!("  (roots as Sigstore published them)");
        return published;
    }
    println!("  (roots made here, 5 keys and threshold 3)");
    (1..=10)
        .map(|version| {
            let path = dir.join(format!("{version}.root.json"));
            std::fs::write(&path, made(version)).expect("a file");
            path
        })
        .collect()
}

/// A root of five P-256 keys, signed by all of them.
fn made(version: u64) -> Vec<u8> {
    let pairs: Vec<SigningKey> = (0..5_u8)
        .map(|at| SigningKey::from_slice(&Sha256::of(&[at]).0).expect("a scalar"))
        .collect();
    let public = |pair: &SigningKey| {
        let der = pair.verifying_key().to_public_key_der().expect("DER");
        PublicKey::from_spki_der(der.as_bytes()).expect("a key")
    };
    let entry = |pair| KeyEntry {
        key: public(pair),
        note: String::new(),
    };
    let keys: Vec<KeyEntry> = pairs.iter().map(entry).collect();
    let role = RoleSpec { keys, threshold: 3 };
    let spec = RootSpec {
        version,
        expires: time::macros::datetime!(2030-01-01 00:00:00 UTC),
        consistent_snapshot: true,
        roles: Role::ALL.map(|name| (name, role.clone())).into(),
    };
    let mut signed = Signed::unsigned(spec.build().expect("a root"));
    let (bytes, _) = payload(&signed.signed).expect("a canonical form");
    for pair in &pairs {
        let signature: Signature = pair.sign(&bytes);
        let der = signature.to_der();
        signed.put(root::Signature::new(public(pair).key_id(), der.as_bytes()));
    }
    signed.to_file()
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
