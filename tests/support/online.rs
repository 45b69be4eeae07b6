//! What is published, served over loopback, and the clients of the field that fetch it: each with a cache of its
//! own, and with no other address to go to.
//!
//! `tests/judges/setup` installs them. HTTP is in the tests only: the program has no network code.
#![allow(dead_code, reason = "each test file uses the part that it needs")]

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Where the judges are.
pub fn judges() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges")
}

/// What answers a request: the path that was asked, and the body where there is one.
type Answer = dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync;

/// A web server on a port of its own, until it is dropped. It answers GET; what is not there is a 404.
pub struct Server {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the files of a directory, as they are when they are asked for.
    pub fn of(directory: &Path) -> Self {
        let directory = directory.to_path_buf();
        Self::answering(move |path| {
            let relative = Path::new(path.trim_start_matches('/'));
            relative
                .components()
                .all(|part| matches!(part, Component::Normal(_)))
                .then(|| std::fs::read(directory.join(relative)).ok())?
        })
    }

    /// Serves what `answer` says.
    pub fn answering(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let at = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let answer: Arc<Answer> = Arc::new(answer);
        let accepting = std::thread::spawn({
            let (asked, stop) = (Arc::clone(&asked), Arc::clone(&stop));
            move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
                    // a client that goes away is its own business
                    std::thread::spawn(move || drop(one(stream, &asked, &*answer)));
                }
            }
        });
        Self {
            at,
            asked,
            stop,
            accepting: Some(accepting),
        }
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.at
    }

    /// What has been asked since this was called last, in order, each with its status.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // wakes the thread that accepts
        drop(TcpStream::connect(self.at));
        if let Some(accepting) = self.accepting.take() {
            drop(accepting.join());
        }
    }
}

/// One request, one answer, and the connection is closed.
fn one(mut stream: TcpStream, asked: &Mutex<Vec<String>>, answer: &Answer) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut lines = BufReader::new(stream.try_clone()?.take(64_000)).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let path = decoded(target.split('?').next().unwrap_or(""));
    let body = if method == "GET" { answer(&path) } else { None };
    let (status, body) = match body {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", b"not here".to_vec()),
    };
    asked
        .lock()
        .unwrap()
        .push(format!("{} {path}", &status[..3]));
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    stream.flush()
}

/// A path without the percent signs of RFC 3986.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = (*first == b'%').then(|| after.get(..2)).flatten();
        let hex = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = &after[if hex.is_some() { 2 } else { 0 }..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A file over HTTP: `None` where the answer is 404.
pub fn get(at: SocketAddr, path: &str, limit: usize) -> Result<Option<Vec<u8>>, String> {
    let asked = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(at)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        write!(
            stream,
            "GET /{} HTTP/1.0\r\nHost: {at}\r\nConnection: close\r\n\r\n",
            encoded(path)
        )?;
        let mut answer = Vec::new();
        // the head besides; what is longer than the limit is refused by whoever asked
        let most = u64::try_from(limit)
            .unwrap_or(u64::MAX)
            .saturating_add(4_096);
        stream.take(most).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = asked().map_err(|error| error.to_string())?;
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .ok_or("the answer has no end of its head")?;
    let status = answer.get(9..12).unwrap_or_default();
    match status {
        b"200" => Ok(Some(answer[end + 4..].to_vec())),
        b"404" => Ok(None),
        other => Err(format!("status {}", String::from_utf8_lossy(other))),
    }
}

/// A path as it stands in a request: everything but what never needs it is escaped, slashes are kept.
fn encoded(path: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Which client of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    PythonTuf,
    SigstorePython,
    TufJs,
    SigstoreJs,
    Tough,
    GoTuf,
    Cosign2,
    Cosign3,
}

impl Client {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PythonTuf,
        Self::SigstorePython,
        Self::TufJs,
        Self::SigstoreJs,
        Self::Tough,
        Self::GoTuf,
        Self::Cosign2,
        Self::Cosign3,
    ];

    /// Clients of any repository: they fetch whatever target they are asked for.
    pub const ANY_TARGET: [Self; 4] = [Self::PythonTuf, Self::TufJs, Self::Tough, Self::GoTuf];

    /// Those that are installed.
    ///
    /// # Panics
    /// Where one is missing that should be there: see [`installed`].
    pub fn present(of: &[Self]) -> Vec<Self> {
        let mut there = of.to_vec();
        there.retain(|client| {
            let (name, file) = match client {
                Self::PythonTuf => ("python-tuf", ".venv/installed"),
                Self::SigstorePython => ("sigstore-python", ".venv/bin/sigstore"),
                Self::TufJs => ("tuf-js", "tuf_js/node_modules/tuf-js"),
                Self::SigstoreJs => ("@sigstore/tuf", "tuf_js/node_modules/@sigstore/tuf"),
                Self::Tough => ("tough", "tough/target/debug/visit"),
                Self::GoTuf => return go("go-tuf-client").is_some(),
                Self::Cosign2 => return go("cosign2").is_some(),
                Self::Cosign3 => return go("cosign3").is_some(),
            };
            installed(name, &judges().join(file), || true)
        });
        there
    }

    /// What it says of a repository, for each trusted root and the cache with which it comes: those of an empty
    /// cache begin with that root. `Err`: refused, with its own reason.
    ///
    /// # Panics
    /// Where it does neither accept nor refuse.
    pub fn visits(
        self,
        url: &str,
        target: &str,
        pairs: &[(&Path, &Path)],
    ) -> Vec<Result<(), String>> {
        let home = judges();
        let python = |script: &str| {
            vec![
                home.join(".venv/bin/python").into(),
                home.join(script).into(),
            ]
        };
        let node = |which: &str| {
            vec![
                "node".into(),
                home.join("tuf_js/visit.mjs").into(),
                which.into(),
            ]
        };
        let call: Vec<OsString> = match self {
            Self::PythonTuf => python("visit_python_tuf.py"),
            Self::SigstorePython => python("visit_sigstore_python.py"),
            Self::TufJs => node("tuf-js"),
            Self::SigstoreJs => node("sigstore"),
            Self::Tough => vec![home.join("tough/target/debug/visit").into()],
            Self::GoTuf => return each(pairs, |root, cache| go_tuf(url, target, root, cache)),
            Self::Cosign2 => return each(pairs, |root, cache| cosign("cosign2", url, root, cache)),
            Self::Cosign3 => return each(pairs, |root, cache| cosign("cosign3", url, root, cache)),
        };
        let mut command = alone(&call[0]);
        command.args(&call[1..]).args([url, target]);
        for (root, cache) in pairs {
            let mut pair = root.as_os_str().to_owned();
            pair.push("=");
            pair.push(cache);
            command.arg(pair);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(output.status.success(), "{self:?}: {}", words(&output));
        let rulings: Vec<_> = said
            .lines()
            .map(|line| match line.strip_prefix("refused: ") {
                Some(reason) => Err(reason.to_owned()),
                None if line == "accepted" => Ok(()),
                None => panic!("{self:?} says neither: {line}"),
            })
            .collect();
        assert_eq!(rulings.len(), pairs.len(), "{self:?}: {}", words(&output));
        rulings
    }
}

fn each(
    pairs: &[(&Path, &Path)],
    visit: impl Fn(&Path, &Path) -> Result<(), String>,
) -> Vec<Result<(), String>> {
    pairs
        .iter()
        .map(|(root, cache)| visit(root, cache))
        .collect()
}

/// The client of go-tuf v2: it keeps its things below the working directory.
fn go_tuf(url: &str, target: &str, root: &Path, cache: &Path) -> Result<(), String> {
    let Some(program) = go("go-tuf-client") else {
        return Ok(());
    };
    if !cache.join("tuf_metadata").exists() {
        std::fs::create_dir_all(cache).unwrap();
        // it takes the root by a name in the working directory, and keeps it under that name
        std::fs::copy(root, cache.join("root.json")).unwrap();
        let mut init = alone(&program);
        judged(
            init.current_dir(cache)
                .args(["init", "-u", url, "-f", "root.json"]),
        )?;
    }
    let mut fetched = alone(&program);
    let targets = format!("{url}/targets");
    judged(
        fetched
            .current_dir(cache)
            .args(["get", "-u", url, "-t", &targets, target]),
    )
}

/// `cosign initialize`, with a home and a cache of its own.
fn cosign(name: &str, url: &str, root: &Path, cache: &Path) -> Result<(), String> {
    let Some(mut command) = cosign_at(name, cache) else {
        return Ok(());
    };
    let output = command
        .args(["initialize", "--mirror", url, "--root"])
        .arg(root)
        .output()
        .unwrap();
    let said = words(&output);
    if !output.status.success() {
        return Err(said);
    }
    // it goes on without a trusted root, and says so: that is not what was published
    if said.contains("WARNING") || said.to_lowercase().contains("could not fetch") {
        return Err(said);
    }
    Ok(())
}

/// A call of cosign whose home and cache are `cache`; `None` where it is not installed.
pub fn cosign_at(name: &str, cache: &Path) -> Option<Command> {
    let program = go(name)?;
    let root = cache.join("sigstore");
    std::fs::create_dir_all(&root).unwrap();
    let mut command = alone(&program);
    command.env("HOME", cache).env("TUF_ROOT", root);
    Some(command)
}

/// A call with nothing of this process's surroundings but the path to programs: no proxy, no token, no home.
pub fn alone(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("LC_ALL", "C.UTF-8");
    command
}

fn judged(command: &mut Command) -> Result<(), String> {
    let output = command.output().unwrap();
    if output.status.success() {
        Ok(())
    } else {
        Err(words(&output))
    }
}

/// Everything that a program has said.
pub fn words(output: &Output) -> String {
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    said
}

/// A tool of `tests/judges/go/tools`; `None`, said aloud, where it is not installed.
///
/// # Panics
/// Where it is missing although Go is present, and `CI` or `ROOTSTAGE_REQUIRE_JUDGES` is set.
pub fn go(name: &str) -> Option<PathBuf> {
    let program = judges().join("go/bin").join(name);
    // without a Go toolchain of that version nothing could have installed it
    let possible = || {
        Command::new("go")
            .env("GOTOOLCHAIN", "local")
            .args(["env", "GOVERSION"])
            .output()
            .is_ok_and(|output| recent(&String::from_utf8_lossy(&output.stdout)))
    };
    installed(name, &program, possible).then_some(program)
}

/// Whether a version of Go builds what `tests/judges/go/tools` lists.
fn recent(version: &str) -> bool {
    let mut numbers = version.trim().trim_start_matches("go").split('.');
    let mut number = || numbers.next()?.parse::<u32>().ok();
    matches!((number(), number()), (Some(major), Some(minor)) if (major, minor) >= (1, 26))
}

/// Whether a judge is installed.
///
/// # Panics
/// Where it is not, could be, and `CI` or `ROOTSTAGE_REQUIRE_JUDGES` is set.
fn installed(name: &str, file: &Path, possible: impl FnOnce() -> bool) -> bool {
    let there = file.exists();
    if !there {
        let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
            .iter()
            .any(|set| std::env::var_os(set).is_some());
        assert!(
            !(required && possible()),
            "the judge {name} is not installed: run tests/judges/setup"
        );
        eprintln!("SKIPPED: the judge {name} is not installed (tests/judges/setup installs it)");
    }
    there
}
