//! Sticks for tests: an image file, the loop device over it, directories where it is mounted; all gone
//! in the end, even of a test that fails.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rootstage::ceremony::medium::Medium;
use rootstage::media::{Images, Machine, Target};

/// Whether a tool is there.
///
/// # Panics
/// Where it is missing and `CI` is set.
pub fn tool(name: &str) -> bool {
    let found = [
        "/usr/local/sbin",
        "/usr/sbin",
        "/sbin",
        "/usr/local/bin",
        "/usr/bin",
        "/bin",
    ]
    .iter()
    .any(|at| Path::new(at).join(name).exists());
    if !found {
        assert!(
            std::env::var_os("CI").is_none(),
            "{name} is not installed: run tests/setup"
        );
        eprintln!("SKIPPED: {name} is not installed (tests/setup installs it)");
    }
    found
}

/// Runs a program that must do what it is asked.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env(
            "PATH",
            "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
        )
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {output:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Does something with the kernel that it may not allow here.
fn allowed(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output();
    match output {
        Ok(output) if output.status.success() => Some(String::from_utf8(output.stdout).unwrap()),
        refused => {
            eprintln!("SKIPPED: this machine does not allow {program} {arguments:?}: {refused:?}");
            None
        }
    }
}

/// Makes an image of so many MiB with this program and its arguments.
pub fn image(path: &Path, mib: u64, program: &str, arguments: &[&str]) {
    let file = std::fs::File::create(path).unwrap();
    file.set_len(mib << 20).unwrap();
    let mut all = arguments.to_vec();
    all.push(path.to_str().unwrap());
    run(program, &all);
}

/// Held while a device that one test has let go must not become that of another.
static DEVICES: Mutex<()> = Mutex::new(());

fn devices() -> MutexGuard<'static, ()> {
    DEVICES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A stick that is pulled, and whose device is kept for it until this is dropped.
pub struct Unplugged<'stick> {
    stick: &'stick Stick,
    _kept: MutexGuard<'static, ()>,
}

impl Unplugged<'_> {
    /// Plugs in an image; `how` are arguments for `losetup`.
    pub fn plug(self, how: &[&str], image: &Path) {
        let what = [self.stick.node(), image.to_str().unwrap()];
        run("losetup", &[how, &what].concat());
    }
}

/// A stick.
pub struct Stick {
    pub directory: tempfile::TempDir,
    pub machine: Machine,
    node: Option<String>,
    mounted: Vec<PathBuf>,
    mounts: usize,
}

impl Stick {
    /// A stick of so many MiB with ext4; `None` where the kernel does not allow it.
    pub fn ext4(mib: u64) -> Option<Self> {
        if !tool("mkfs.ext4") {
            return None;
        }
        Self::of(|path| image(path, mib, "mkfs.ext4", &["-q", "-L", "OUT"]))
    }

    /// A stick over the image that `make` makes.
    pub fn of(make: impl FnOnce(&Path)) -> Option<Self> {
        let mut stick = Self::without_device();
        make(&stick.image());
        stick.plug(&stick.image())?;
        Some(stick)
    }

    /// Plugs an image in; `None` where the kernel does not allow it.
    pub fn plug(&mut self, image: &Path) -> Option<()> {
        let _kept = devices();
        let node = allowed("losetup", &["-f", "--show", image.to_str().unwrap()])?;
        self.node = Some(node.trim().to_owned());
        Some(())
    }

    /// No loop device: a directory for mounts.
    pub fn without_device() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let run = directory.path().join("run");
        std::fs::create_dir(&run).unwrap();
        Self {
            machine: Machine {
                run,
                ..Machine::this()
            },
            directory,
            node: None,
            mounted: Vec::new(),
            mounts: 0,
        }
    }

    pub fn image(&self) -> PathBuf {
        self.directory.path().join("stick.img")
    }

    pub fn node(&self) -> &str {
        self.node.as_deref().unwrap()
    }

    /// The medium, as it is listed now.
    pub fn medium(&self) -> Medium {
        let places = self.machine.offered(Images::Allowed).unwrap();
        let found = places
            .iter()
            .find(|place| place.node == Path::new(self.node()));
        found
            .unwrap_or_else(|| panic!("{} is not offered: {places:?}", self.node()))
            .medium
            .clone()
    }

    pub fn target(&self) -> Target {
        Target::Medium(self.medium())
    }

    /// Has something mounted at a new directory.
    pub fn mount(&mut self, program: &str, arguments: &[&str]) -> Option<PathBuf> {
        let at = self
            .directory
            .path()
            .join(format!("mounted-{}", self.mounts));
        self.mounts += 1;
        std::fs::create_dir(&at).unwrap();
        let mut all = arguments.to_vec();
        all.push(at.to_str().unwrap());
        allowed(program, &all)?;
        self.mounted.push(at.clone());
        Some(at)
    }

    /// Unmounts everything that the test itself mounted.
    pub fn unmount(&mut self) {
        while let Some(at) = self.mounted.last() {
            unmounted(at);
            self.mounted.pop();
        }
    }

    /// Has another image lie behind the device, as if the stick had been swapped.
    pub fn swap(&self, make: impl FnOnce(&Path)) {
        let other = self.directory.path().join("other.img");
        make(&other);
        self.unplug().plug(&[], &other);
    }

    /// Pulls it. The kernel lets a device go when the last program has closed it, and a program that
    /// another test starts holds, for a moment, whatever this one has open.
    pub fn unplug(&self) -> Unplugged<'_> {
        let kept = devices();
        run("losetup", &["-d", self.node()]);
        let name = self.node().trim_start_matches("/dev/");
        let behind = PathBuf::from(format!("/sys/block/{name}/loop/backing_file"));
        let begun = Instant::now();
        while behind.exists() {
            let waited = begun.elapsed();
            assert!(waited < Duration::from_secs(30), "{name} is still there");
            std::thread::yield_now();
        }
        Unplugged {
            stick: self,
            _kept: kept,
        }
    }

    /// What an independent program finds on the medium, mounted by itself.
    pub fn files(&mut self) -> Vec<(String, Vec<u8>)> {
        let node = self.node().to_owned();
        let at = self.mount("mount", &["-o", "ro", &node]).unwrap();
        let found = files_in(&at);
        self.unmount();
        found
    }

    /// Nothing of ours is mounted any more.
    pub fn is_left_alone(&self) {
        let left: Vec<_> = std::fs::read_dir(&self.machine.run).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Unmounts. A program that another test starts holds, for a moment, whatever this one has open.
fn unmounted(at: &Path) {
    let begun = Instant::now();
    loop {
        let output = Command::new("umount").arg(at).output().unwrap();
        if output.status.success() {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{output:?}");
        std::thread::yield_now();
    }
}

/// Plain files in a directory, by name.
pub fn files_in(at: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(at)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    found.sort();
    found
}

impl Drop for Stick {
    fn drop(&mut self) {
        let quietly = |program: &str, arguments: &[&str]| {
            let _ = Command::new(program).args(arguments).output();
        };
        let left = std::fs::read_dir(&self.machine.run).into_iter().flatten();
        let left = left.filter_map(|entry| Some(entry.ok()?.path()));
        for at in self.mounted.drain(..).chain(left) {
            quietly("umount", &["-l", at.to_str().unwrap()]);
        }
        if let Some(node) = &self.node {
            quietly("losetup", &["-d", node]);
        }
    }
}

/// Forces an ext4 to shut down, as if its device was pulled: every write fails from then on
/// (`EXT4_IOC_SHUTDOWN`, 2: without flushing the journal).
pub fn pull(at: &Path) {
    let script = "import fcntl, os, struct, sys\n\
        fd = os.open(sys.argv[1], os.O_RDONLY)\n\
        fcntl.ioctl(fd, 0x8004587D, struct.pack('I', 2))\n";
    run("python3", &["-c", script, at.to_str().unwrap()]);
}

/// Bytes that look like nothing else.
pub fn bytes(len: usize) -> Vec<u8> {
    (0..len)
        .map(|at| u8::try_from((at * at + at / 251) % 256).unwrap())
        .collect()
}
