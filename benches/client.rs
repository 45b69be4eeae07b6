//! Verification of a repository with 100,000 targets: our client beside that of tough 0.24, each as a
//! process of its own, in one run:
//!
//! ```text
//! (cd tests/judges/tough && cargo build --release --locked --target-dir target)
//! cargo bench --bench client
//! ```
//!
//! Prints the processor time (user and system) of the whole process as the kernel counts it, and
//! the ratio of the medians. Both begin with the root, read the files of a directory, verify the
//! four roles, and say how many targets there are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature as Ecdsa, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use rootstage::digest::Sha256;
use rootstage::tuf::client::{Client, Earlier, Fetch, Limits};
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::metadata::Metadata;
use rootstage::tuf::root::{KeyEntry, Role, RoleSpec, RootSpec, Signature, Signed, payload};
use rootstage::tuf::targets::Targets;
use serde_json::{Value, json};
use time::OffsetDateTime;

const TARGETS: usize = 100_000;
const RUNS: usize = 9;
const TOUGH: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/judges/tough/target/release/client"
);

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("--verify") {
        let directory = arguments.next().expect("a directory");
        println!("{}", verify(Path::new(&directory)));
        return;
    }
    let directory = std::env::temp_dir().join(format!("rootstage-client-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a temporary directory");
    let size = write_repository(&directory);
    println!("{TARGETS} targets, targets.json of {size} bytes; {RUNS} runs each, in turn, medians");
    parts(&directory);
    let tough = PathBuf::from(TOUGH);
    let (mut ours, mut theirs, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..=RUNS {
        let me = std::env::current_exe().expect("this program");
        ours.push(cpu(Command::new(me).arg("--verify").arg(&directory)));
        if tough.exists() {
            theirs.push(cpu(Command::new(&tough).arg(&directory)));
        }
        floor.push(cpu(
            Command::new("sha256sum").arg(directory.join("1.targets.json"))
        ));
    }
    let (ours, floor) = (median(ours), median(floor));
    println!("  sha256sum  {floor:>9.1?} of processor time");
    println!("  rootstage  {ours:>9.1?}");
    if theirs.is_empty() {
        println!("  tough: not built, see the head of this file");
    } else {
        let theirs = median(theirs);
        println!(
            "  tough      {theirs:>9.1?}   {:.2} x rootstage",
            theirs.as_secs_f64() / ours.as_secs_f64()
        );
    }
    let _ = std::fs::remove_dir_all(&directory);
}

/// Where our time goes: the file as bytes and payload, then the view of it.
fn parts(directory: &Path) {
    let bytes = std::fs::read(directory.join("1.targets.json")).expect("targets.json");
    let (mut file, mut view) = (Vec::new(), Vec::new());
    for _ in 0..=RUNS {
        let bytes = bytes.clone();
        let start = Instant::now();
        let metadata = Metadata::parse(bytes, usize::MAX).expect("metadata");
        file.push(start.elapsed());
        let start = Instant::now();
        let targets = Targets::read(&metadata).expect("targets");
        view.push(start.elapsed());
        assert_eq!(targets.targets.len(), TARGETS);
    }
    println!(
        "  in this process: Metadata::parse {:.1?}, Targets::read {:.1?}",
        median(file),
        median(view)
    );
}

struct Directory<'a>(&'a Path);

impl Fetch for Directory<'_> {
    fn fetch(&self, name: &str, _: usize) -> Result<Option<Vec<u8>>, String> {
        match std::fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn verify(directory: &Path) -> usize {
    let anchor = std::fs::read(directory.join("1.root.json")).expect("the root");
    let fetch = Directory(directory);
    let client = Client::refresh(
        &anchor,
        &fetch,
        OffsetDateTime::now_utc(),
        Limits::default(),
        Earlier::default(),
    )
    .expect("a good repository");
    client.trust().targets.get().targets.len()
}

/// The processor time that a child took. It must say how many targets there are, or it has not done
/// the work.
fn cpu(command: &mut Command) -> Duration {
    let before = children();
    let output = command.output().expect("the command runs");
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.trim() == TARGETS.to_string() || said.contains(".json"),
        "{said}"
    );
    children().checked_sub(before).expect("time goes forward")
}

/// Processor time of all children that have ended: user and system, in ticks of a hundredth of a
/// second (proc(5), `cutime` and `cstime`).
fn children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("proc");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .expect("fields")
        .split(' ')
        .collect();
    // the first field here is empty, the second is the third of the manual page
    let ticks = |at: usize| fields[at - 2].parse::<u64>().expect("ticks");
    Duration::from_millis(10 * (ticks(16) + ticks(17)))
}

/// The first is for warming up.
fn median(mut times: Vec<Duration>) -> Duration {
    times.remove(0);
    times.sort();
    times[times.len() / 2]
}

/// Writes the repository as python-tuf lays it out, compact; gives the size of targets.json.
fn write_repository(directory: &Path) -> usize {
    let key = SigningKey::from_slice(&Sha256::of(b"bench").0).expect("a scalar");
    let public = key.verifying_key().to_public_key_der().expect("DER");
    let public = PublicKey::from_spki_der(public.as_bytes()).expect("a key");
    let expires = OffsetDateTime::now_utc()
        .replace_nanosecond(0)
        .expect("a second")
        + time::Duration::days(30);
    let role = || RoleSpec {
        keys: vec![KeyEntry {
            key: public.clone(),
            note: String::new(),
        }],
        threshold: 1,
    };
    let spec = RootSpec {
        version: 1,
        expires,
        consistent_snapshot: true,
        roles: BTreeMap::from(Role::ALL.map(|name| (name, role()))),
    };
    let expires = spec.expires_text().expect("an expiry");
    let write = |name: &str, signed: Value| {
        let mut file = Signed::unsigned(signed);
        let (bytes, _) = payload(&file.signed).expect("canonical");
        let signature: Ecdsa = key.sign(&bytes);
        file.put(Signature::new(
            public.key_id(),
            signature.to_der().as_bytes(),
        ));
        let text = json!({ "signatures": file.signatures, "signed": file.signed }).to_string();
        std::fs::write(directory.join(name), &text).expect("written");
        text.into_bytes()
    };
    let header = |kind: &str| json!({ "_type": kind, "spec_version": "1.0.34", "version": 1, "expires": expires });
    let meta = |bytes: &[u8]| json!({ "version": 1, "length": bytes.len(), "hashes": { "sha256": Sha256::of(bytes).hex() } });
    write("1.root.json", spec.build().expect("a root"));
    let mut targets = header("targets");
    let listed: serde_json::Map<String, Value> = (0..TARGETS)
        .map(|at| {
            let hashes = json!({ "sha256": Sha256::of(at.to_string().as_bytes()).hex() });
            (
                format!("d{:02}/file-{at:06}.bin", at / 1_000),
                json!({ "length": 1024, "hashes": hashes }),
            )
        })
        .collect();
    targets["targets"] = listed.into();
    let targets = write("1.targets.json", targets);
    let mut snapshot = header("snapshot");
    snapshot["meta"] = json!({ "targets.json": meta(&targets) });
    let snapshot = write("1.snapshot.json", snapshot);
    let mut timestamp = header("timestamp");
    timestamp["meta"] = json!({ "snapshot.json": meta(&snapshot) });
    write("timestamp.json", timestamp);
    targets.len()
}
