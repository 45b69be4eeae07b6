//! A room for a ceremony: a directory of its own, `SoftHSM2` tokens of its own, a plan, and the
//! program as people call it.
#![allow(dead_code, reason = "each test file uses the part that it needs")]

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The user PIN of every token made here.
pub const PIN: &str = "64821975";
/// The program.
pub const ROOTSTAGE: &str = env!("CARGO_BIN_EXE_rootstage");

/// Where `SoftHSM2` is; `None` where it is not installed.
///
/// # Panics
/// Where it is missing and `CI` or `ROOTSTAGE_REQUIRE_JUDGES` is set.
pub fn module() -> Option<PathBuf> {
    let found = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    ]
    .into_iter()
    .map(PathBuf::from)
    .find(|path| path.exists());
    if found.is_none() {
        let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
            .iter()
            .any(|set| std::env::var_os(set).is_some());
        assert!(!required, "SoftHSM2 is not installed: run tests/setup");
        eprintln!("SKIPPED: SoftHSM2 is not installed (tests/setup installs it)");
    }
    found
}

/// A directory, the tokens in it, and everything that the plan of a ceremony refers to.
pub struct Room {
    directory: tempfile::TempDir,
}

/// What a keyholder's key is to be.
#[derive(Clone, Copy)]
pub enum Holds {
    /// A token of `SoftHSM2`, and the kind of key on it.
    Hsm(&'static str),
    /// A software key, and the kind of key in it.
    File(&'static str),
}

impl Room {
    /// An empty room.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        for sub in ["hsm", "tokens", "keys"] {
            std::fs::create_dir(at.join(sub)).unwrap();
        }
        let configuration = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            at.join("hsm").display()
        );
        std::fs::write(at.join("softhsm2.conf"), configuration).unwrap();
        Self { directory }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A file in the directory.
    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.at(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A program, called in the room.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .env("SOFTHSM2_CONF", self.at("softhsm2.conf"))
            .env_remove("NO_COLOR")
            .stdin(std::process::Stdio::null());
        command
    }

    /// The program itself.
    pub fn rootstage(&self, arguments: &[&str]) -> Said {
        said(self.command(ROOTSTAGE).args(arguments))
    }

    /// A shell with the program as `$ROOTSTAGE`.
    pub fn shell(&self, script: &str) -> Said {
        said(
            self.command("bash")
                .args(["-c", script])
                .env("ROOTSTAGE", ROOTSTAGE),
        )
    }

    /// Makes a token; gives its serial number, as the program reads it.
    pub fn token(&self, label: &str, module: &Path) -> String {
        let made = said(self.command("softhsm2-util").args([
            "--init-token",
            "--free",
            "--label",
            label,
            "--pin",
            PIN,
            "--so-pin",
            "37281946",
        ]));
        assert_eq!(made.status, 0, "{made:?}");
        let listed = self.rootstage(&[
            "token",
            "list",
            "--json",
            "--module",
            module.to_str().unwrap(),
        ]);
        let tokens = listed.json();
        let of_label =
            |entry: &&serde_json::Value| entry.pointer("/token/label") == Some(&label.into());
        let entry = tokens["tokens"]
            .as_array()
            .unwrap()
            .iter()
            .find(of_label)
            .unwrap();
        entry
            .pointer("/token/serial")
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The key files of the online roles: pairs made by openssl, of which only the public halves stay.
    pub fn online_keys(&self) {
        for role in ["targets", "snapshot", "timestamp"] {
            let pair = self.at("online.pem");
            let made = said(
                self.command("openssl")
                    .args([
                        "genpkey",
                        "-algorithm",
                        "EC",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-out",
                    ])
                    .arg(&pair),
            );
            assert_eq!(made.status, 0, "{made:?}");
            let public = said(
                self.command("openssl")
                    .args(["pkey", "-pubout", "-in", "online.pem", "-out"])
                    .arg(self.at(&format!("keys/{role}.pem"))),
            );
            assert_eq!(public.status, 0, "{public:?}");
            std::fs::remove_file(&pair).unwrap();
        }
    }

    /// Makes tokens and writes `plan.toml` for them: threshold 2, nothing else out of the ordinary.
    pub fn plan(
        &self,
        mode: &str,
        module: &Path,
        holds: &[Holds],
        required_checks: &str,
    ) -> PathBuf {
        self.online_keys();
        let script = if mode == "production" {
            "first-root"
        } else {
            "first-root-rehearsal"
        };
        let year = time::OffsetDateTime::now_utc().year() + 1;
        let mut plan = format!(
            "[plan]\ntitle = \"A first root\"\nscript = \"{script}\"\nmode = \"{mode}\"\n\
             location = \"Room 1\"\n\n[root]\nversion = 1\nthreshold = 2\n\
             expires = \"{year}-01-31T12:00:00Z\"\nconsistent_snapshot = true\n\n\
             [policy]\nexpiry_min_days = 1\nrequired_checks = {required_checks}\n\
             no_spare_acknowledged = {}\n\n",
            holds.len() == 2
        );
        for role in ["targets", "snapshot", "timestamp"] {
            let _ = write!(
                plan,
                "[root.role.{role}]\nthreshold = 1\nkeys = [{{ path = \"keys/{role}.pem\" }}]\n\n"
            );
        }
        let people = [("administrator", "AD"), ("witness", "WI")];
        for (duty, initials) in people {
            let _ = write!(
                plan,
                "[[participant]]\nid = \"{duty}\"\nname = \"The {duty}\"\n\
                 initials = \"{initials}\"\nduty = \"{duty}\"\n\n"
            );
        }
        for (number, (holds, letter)) in (1..).zip(holds.iter().zip('A'..)) {
            let token = match holds {
                Holds::Hsm(algorithm) => {
                    let serial = self.token(&format!("root-{number}"), module);
                    format!(
                        "token = \"pkcs11:token=root-{number}?module-path={}\"\nserial = \"{serial}\"\n\
                         algorithm = \"{algorithm}\"",
                        module.display()
                    )
                }
                Holds::File(algorithm) => {
                    format!(
                        "token = \"file:tokens/root-{number}.age\"\nalgorithm = \"{algorithm}\""
                    )
                }
            };
            let _ = write!(
                plan,
                "[[participant]]\nid = \"keyholder-{number}\"\nname = \"Keyholder {letter}\"\n\
                 initials = \"K{letter}\"\nduty = \"keyholder\"\n{token}\nkey_label = \"root-{number}\"\n\n"
            );
        }
        self.write("plan.toml", plan)
    }

    /// Writes `answers.toml`: everything as asked, every secret from the variable `PIN`.
    pub fn answers(&self, keyholders: usize) {
        let mut answers = "as_asked = true\n".to_owned();
        for number in 1..=keyholders {
            let _ = write!(answers, "[secret.keyholder-{number}]\nenv = \"PIN\"\n");
        }
        self.write("answers.toml", answers);
    }

    /// Plays the plan to its end in `ceremony/`; gives the signed root.
    pub fn played(&self) -> Vec<u8> {
        let ran = said(
            self.command(ROOTSTAGE)
                .args([
                    "run",
                    "plan.toml",
                    "--dir",
                    "ceremony",
                    "--answers",
                    "answers.toml",
                ])
                .env("PIN", PIN),
        );
        assert_eq!(ran.status, 0, "{ran:?}");
        std::fs::read(self.at("ceremony/metadata/root.json")).unwrap()
    }
}

/// What a program said.
#[derive(Debug)]
pub struct Said {
    /// Its exit status; -1 where a signal ended it.
    pub status: i32,
    /// Its stdout.
    pub out: String,
    /// Its stderr.
    pub err: String,
}

impl Said {
    /// Stdout as one JSON document.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts the exit status and that stderr and stdout together have these words; never a panic.
    pub fn is(&self, status: i32, words: &[&str]) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        for word in words {
            assert!(
                self.out.contains(word) || self.err.contains(word),
                "{word:?} in {self:?}"
            );
        }
        self
    }
}

/// Runs a command.
pub fn said(command: &mut Command) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Said {
        status: status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}
