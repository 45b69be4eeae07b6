//! What it costs to publish: `repo add`, `snapshot`, `timestamp` and `commit` as processes of their own
//! beside `openssl dgst -sha256` of the same files and a python-tuf script that links them, in one run:
//!
//! ```text
//! sh tests/judges/setup            # for python-tuf; without it that column is left out
//! cargo bench --bench repo         # everything; or: -- small, -- big
//! ```
//!
//! Prints the processor time of each whole process tree (user and system) as the kernel counts it,
//! wall time, the most memory, and ratios of medians. Each run begins with a fresh place.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature as Ecdsa, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use rootstage::digest::Sha256;
use rootstage::repo::Place;
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::root::{Role, Signature, Signed, payload};
use time::OffsetDateTime;

const ROOTSTAGE: &str = env!("CARGO_BIN_EXE_rootstage");
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/.venv/bin/python");
const RUNS: usize = 5;

/// Files that are offered.
struct Set {
    name: &'static str,
    directories: usize,
    files: usize,
    bytes: usize,
}

const SMALL: Set = Set {
    name: "small",
    directories: 100,
    files: 100_000,
    bytes: 1_024,
};
const BIG: Set = Set {
    name: "big",
    directories: 1,
    files: 200,
    bytes: 5_000_000,
};

fn main() {
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    // beside the build, which is on a disk: /tmp may be memory
    let directory = PathBuf::from(ROOTSTAGE)
        .ancestors()
        .nth(2)
        .expect("target")
        .join("repo-bench");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).expect("a directory");
    for set in [SMALL, BIG] {
        if named.is_empty() || named.iter().any(|name| name == set.name) {
            bench(&directory, &set);
        }
    }
    let _ = std::fs::remove_dir_all(&directory);
}

fn bench(directory: &Path, set: &Set) {
    println!(
        "{}: {} files of {} bytes in {} directories, {RUNS} runs in turn, medians",
        set.name, set.files, set.bytes, set.directories
    );
    let files = directory.join("files");
    write(&files, set);
    let list = directory.join("list");
    let mut steps: Vec<Vec<Cost>> = Vec::new();
    let (mut floor, mut python) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let place = directory.join("tuf");
        let _ = std::fs::remove_dir_all(&place);
        prepare(&place, &files);
        for (step, arguments) in STEPS.iter().enumerate() {
            let mut command = Command::new(ROOTSTAGE);
            command
                .args(["repo"])
                .args(*arguments)
                .arg("--dir")
                .arg(&place);
            let Some(cost) = cost(&mut command) else {
                if run == 0 {
                    println!(
                        "  repo {}: not built yet, left out with all after it",
                        arguments[0]
                    );
                }
                break;
            };
            if steps.len() <= step {
                steps.push(Vec::new());
            }
            steps[step].push(cost);
        }
        let mut openssl = Command::new("sh");
        openssl
            .arg("-c")
            .arg("xargs -0 openssl dgst -sha256 < \"$0\" > /dev/null")
            .arg(&list);
        floor.push(cost(&mut openssl).expect("openssl runs"));
        if Path::new(PYTHON).exists() {
            let out = directory.join("python");
            let _ = std::fs::remove_dir_all(&out);
            let mut script = Command::new(PYTHON);
            script
                .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/repo.py"))
                .arg(&files)
                .arg(&out);
            python.push(cost(&mut script).expect("python-tuf runs"));
            let _ = std::fs::remove_dir_all(&out);
        }
    }
    let floor = Cost::median(&floor);
    floor.line("openssl dgst -sha256", &floor);
    let mut whole = Cost::default();
    for (step, costs) in steps.iter().enumerate() {
        let cost = Cost::median(costs);
        cost.line(&format!("repo {}", STEPS[step][0]), &floor);
        whole = whole.and(&cost);
    }
    whole.line(
        &format!("rootstage, {} of {} steps", steps.len(), STEPS.len()),
        &floor,
    );
    if python.is_empty() {
        println!("  python-tuf: not installed, see the head of this file");
    } else {
        let python = Cost::median(&python);
        python.line("python-tuf, hard links", &floor);
        println!(
            "  rootstage takes {:.2} x the wall time of python-tuf",
            whole.wall.as_secs_f64() / python.wall.as_secs_f64()
        );
    }
    let _ = std::fs::remove_dir_all(&files);
}

const STEPS: [&[&str]; 4] = [
    &["add", "--expires", "90d"],
    &["snapshot", "--expires", "30d"],
    &["timestamp", "--expires", "7d"],
    &["commit"],
];

/// What one command took.
#[derive(Clone, Copy, Default)]
struct Cost {
    cpu: Duration,
    wall: Duration,
    /// Most memory, in kB.
    memory: u64,
}

impl Cost {
    /// The first is for warming up.
    fn median(costs: &[Self]) -> Self {
        let middle = |of: fn(&Self) -> Duration| {
            let mut all: Vec<_> = costs.iter().skip(1).map(of).collect();
            all.sort();
            all.get(all.len() / 2).copied().unwrap_or_default()
        };
        Self {
            cpu: middle(|cost| cost.cpu),
            wall: middle(|cost| cost.wall),
            memory: costs.iter().map(|cost| cost.memory).max().unwrap_or(0),
        }
    }

    fn and(self, other: &Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            wall: self.wall + other.wall,
            memory: self.memory.max(other.memory),
        }
    }

    fn line(&self, name: &str, floor: &Self) {
        println!(
            "  {name:<28} {:>8.2} s of processor time ({:.2} x openssl), {:>6.2} s wall, {:>4} MB",
            self.cpu.as_secs_f64(),
            self.cpu.as_secs_f64() / floor.cpu.as_secs_f64(),
            self.wall.as_secs_f64(),
            self.memory / 1_000
        );
    }
}

/// Runs it; `None` where it says that it is not built yet.
fn cost(command: &mut Command) -> Option<Cost> {
    let before = children();
    let began = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut memory = 0;
    let status = format!("/proc/{}/status", child.id());
    let ended = loop {
        if let Some(ended) = child.try_wait().expect("it is ours") {
            break ended;
        }
        memory = memory.max(peak(&status));
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = began.elapsed();
    let cpu = children().checked_sub(before).expect("time goes forward");
    let output = child.wait_with_output().expect("its output");
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("not built yet") {
        return None;
    }
    assert!(ended.success(), "{command:?}: {said}");
    Some(Cost { cpu, wall, memory })
}

fn peak(status: &str) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
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

/// Files that no two are alike, and their names for openssl.
fn write(files: &Path, set: &Set) {
    let mut list = Vec::new();
    let mut bytes = vec![0; set.bytes];
    for at in 0..set.files {
        let directory = files.join(format!("d{:02}", at % set.directories));
        if at < set.directories {
            std::fs::create_dir_all(&directory).expect("a directory");
        }
        let path = directory.join(format!("file-{at:06}.bin"));
        for (place, part) in bytes.chunks_mut(8).enumerate() {
            let number = (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let number = number.wrapping_add((place as u64).wrapping_mul(0x2545_f491_4f6c_dd1d));
            part.copy_from_slice(&number.to_le_bytes()[..part.len()]);
        }
        std::fs::write(&path, &bytes).expect("a file");
        let _ = write!(&mut list, "{}\0", path.display());
    }
    std::fs::write(files.with_file_name("list"), list).expect("the list");
}

/// A place with keys in the clear and a signed root, and the files as hard links below
/// `staged/targets`.
fn prepare(place: &Path, files: &Path) {
    let mut script = String::from("set -e\n\"$0\" repo init --dir \"$1\"\n");
    for role in ["targets", "snapshot", "timestamp"] {
        let _ = writeln!(
            script,
            "\"$0\" repo gen-key {role} --insecure-plaintext --dir \"$1\""
        );
    }
    script.push_str("rmdir \"$1/staged/targets\"; cp -al \"$2\" \"$1/staged/targets\"\n");
    let output = Command::new("sh")
        .args(["-c", &script, ROOTSTAGE])
        .args([place, files])
        .output()
        .expect("sh");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let key = SigningKey::from_slice(&Sha256::of(b"bench").0).expect("a scalar");
    let public = key.verifying_key().to_public_key_der().expect("DER");
    let public = PublicKey::from_spki_der(public.as_bytes()).expect("a key");
    let place = Place::open(place).expect("a place");
    let mut draft = place.staged_root().expect("a root").expect("a draft");
    let added = draft.add_key(Role::Root, &public.to_tuf());
    added.expect("the key is new");
    let now = OffsetDateTime::now_utc();
    let now = now.replace_nanosecond(0).expect("a second");
    let expiry = draft.set_expires(now + time::Duration::days(365));
    expiry.expect("a year from now");
    let mut root = Signed::unsigned(draft.signed().clone());
    let (bytes, _) = payload(&root.signed).expect("canonical");
    let signature: Ecdsa = key.sign(&bytes);
    root.put(Signature::new(
        public.key_id(),
        signature.to_der().as_bytes(),
    ));
    place.stage("root", &root.to_file()).expect("staged");
}
