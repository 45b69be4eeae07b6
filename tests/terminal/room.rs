//! What a ceremony needs: a plan, people, tokens.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use time::{Duration, OffsetDateTime};

use super::player::{People, Person};
use super::pty::{Kind, Terminal};

/// The real module.
pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// Runs the binary without a terminal.
pub fn rootstage(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rootstage"))
        .args(args)
        .output()
        .unwrap()
}

/// Everything that a process said, for messages.
pub fn said(output: &Output) -> String {
    format!(
        "{:?}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A rehearsal of two keyholders: its directory, its people.
pub struct Rehearsal {
    _beside: tempfile::TempDir,
    pub dir: PathBuf,
    pub people: People,
}

impl Rehearsal {
    pub fn new() -> Self {
        let beside = tempfile::tempdir().unwrap();
        let person = |name: &str, initials: &str, duty: &str| Person {
            name: name.to_owned(),
            initials: initials.to_owned(),
            duty: duty.to_owned(),
        };
        let secrets = [
            ("Ada Keyholder", "quartz viaduct ochre 71 lantern spruce"),
            ("Bruno Keyholder", "gravel 88 minaret thistle cobalt wharf"),
        ];
        Self {
            dir: beside.path().join("ceremony"),
            people: People {
                all: vec![
                    person("Val Administrator", "VA", "administrator"),
                    person("Wim Witness", "WW", "witness"),
                    person("Ada Keyholder", "AK", "keyholder"),
                    person("Bruno Keyholder", "BK", "keyholder"),
                ],
                secrets: secrets.map(|(n, s)| (n.to_owned(), s.to_owned())).into(),
                rehearsal: true,
            },
            _beside: beside,
        }
    }

    pub fn path(&self) -> &str {
        self.dir.to_str().unwrap()
    }

    pub fn start(&self, kind: Kind) -> Terminal {
        let args = [
            "rehearse",
            "--keyholders",
            "2",
            "--threshold",
            "2",
            "--dir",
            self.path(),
        ];
        Terminal::start(kind, &args, &[])
    }

    pub fn resume(&self, kind: Kind) -> Terminal {
        Terminal::start(kind, &["resume", self.path()], &[])
    }
}

/// A token of `SoftHSM2`, and where its directory is.
pub struct Token {
    pub serial: String,
    pub pin: String,
    pub place: PathBuf,
}

/// Name, initials, id, label of the token, PIN.
pub const HOLDERS: [[&str; 5]; 3] = [
    [
        "Alice Adams",
        "AA",
        "alice",
        "Alpha",
        "70318846259917402386",
    ],
    ["Bob Brown", "BB", "bob", "Bravo", "55920174683309912745"],
    [
        "Carol Clark",
        "CC",
        "carol",
        "Charlie",
        "31486092775518204963",
    ],
];
/// Name, initials, duty.
pub const OTHERS: [[&str; 3]; 2] = [
    ["Ingrid Sol", "IS", "administrator"],
    ["Walter Voss", "WV", "witness"],
];
const ROLES: [&str; 3] = ["targets", "snapshot", "timestamp"];

/// A production ceremony: three keyholders with tokens, threshold 2.
pub struct Production {
    root: tempfile::TempDir,
    pub dir: PathBuf,
    pub plan: PathBuf,
    pub people: People,
    pub tokens: Vec<Token>,
    /// Has the same label as the second token and another serial number.
    pub stranger: Token,
}

impl Production {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for sub in ["tokens", "aside", "keys"] {
            std::fs::create_dir(at(sub)).unwrap();
        }
        std::fs::write(
            at("softhsm2.conf"),
            format!(
                "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
                at("tokens").display()
            ),
        )
        .unwrap();
        let tokens = HOLDERS.map(|[.., label, pin]| token(root.path(), label, pin));
        // made where it is kept until it is needed, so that no two tokens share a label
        let bravo = at("aside").join("bravo");
        std::fs::rename(&tokens[1].place, &bravo).unwrap();
        let mut stranger = token(root.path(), "Bravo", "99999999");
        let aside = at("aside").join("stranger");
        std::fs::rename(&stranger.place, &aside).unwrap();
        stranger.place = aside;
        std::fs::rename(&bravo, &tokens[1].place).unwrap();

        online_keys(&at("keys"));
        let plan = plan(&wrapper(root.path()), &tokens);
        std::fs::write(at("plan.toml"), plan).unwrap();
        let person = |name: &str, initials: &str, duty: &str| Person {
            name: name.to_owned(),
            initials: initials.to_owned(),
            duty: duty.to_owned(),
        };
        let others = OTHERS.map(|[name, initials, duty]| person(name, initials, duty));
        let holders = HOLDERS.map(|[name, initials, ..]| person(name, initials, "keyholder"));
        Self {
            dir: at("ceremony"),
            plan: at("plan.toml"),
            people: People {
                all: others.into_iter().chain(holders).collect(),
                secrets: HOLDERS
                    .map(|[name, .., pin]| (name.to_owned(), pin.to_owned()))
                    .into(),
                rehearsal: false,
            },
            tokens: tokens.into(),
            stranger,
            root,
        }
    }

    /// A file beside the plan.
    pub fn at(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The binary, with these tokens.
    pub fn start(&self, kind: Kind, args: &[&str]) -> Terminal {
        let configuration = self.root.path().join("softhsm2.conf");
        Terminal::start(kind, args, &[("SOFTHSM2_CONF", &configuration)])
    }

    pub fn run(&self, kind: Kind) -> Terminal {
        let (plan, dir) = (self.plan.to_str().unwrap(), self.dir.to_str().unwrap());
        self.start(kind, &["run", plan, "--dir", dir])
    }

    pub fn resume(&self, kind: Kind) -> Terminal {
        self.start(kind, &["resume", self.dir.to_str().unwrap()])
    }

    /// From now on the module has this fault; what it said so far is forgotten.
    pub fn fault(&self, word: &str) {
        std::fs::write(self.root.path().join("fault"), word).unwrap();
        let _ = std::fs::remove_file(self.root.path().join("said"));
    }

    /// Waits until the module has said `word`.
    pub fn module_says(&self, word: &str) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        while !std::fs::read_to_string(self.root.path().join("said"))
            .is_ok_and(|said| said.lines().any(|line| line == word))
        {
            assert!(
                std::time::Instant::now() < deadline,
                "the module never said {word}"
            );
            std::thread::yield_now();
        }
    }

    /// How many PINs the module was given since the last fault.
    pub fn pins_sent(&self) -> usize {
        std::fs::read_to_string(self.root.path().join("said"))
            .unwrap_or_default()
            .lines()
            .filter(|line| *line == "user")
            .count()
    }

    /// Takes the second token out, and puts the stranger's in its place.
    pub fn swap(&self) {
        self.take_out();
        std::fs::rename(
            &self.stranger.place,
            self.root.path().join("tokens/stranger"),
        )
        .unwrap();
    }

    /// Takes the second token out.
    pub fn take_out(&self) {
        std::fs::rename(&self.tokens[1].place, self.root.path().join("aside/bravo")).unwrap();
    }

    /// Takes the stranger's token out.
    pub fn take_stranger_out(&self) {
        std::fs::rename(
            self.root.path().join("tokens/stranger"),
            &self.stranger.place,
        )
        .unwrap();
    }

    /// Puts the second token back.
    pub fn put_back(&self) {
        std::fs::rename(self.root.path().join("aside/bravo"), &self.tokens[1].place).unwrap();
    }
}

fn plan(module: &Path, tokens: &[Token]) -> String {
    let expires = OffsetDateTime::now_utc() + Duration::days(300);
    let mut plan = String::from(
        "[plan]\ntitle = \"First root of Example Works\"\nscript = \"first-root\"\nmode = \"production\"\n\
         location = \"Meeting room 3\"\n\n",
    );
    for [name, initials, duty] in OTHERS {
        write!(
            plan,
            "[[participant]]\nid = \"{duty}\"\nname = \"{name}\"\ninitials = \"{initials}\"\nduty = \"{duty}\"\n\n"
        )
        .unwrap();
    }
    for ([name, initials, id, label, _], token) in HOLDERS.iter().zip(tokens) {
        write!(
            plan,
            "[[participant]]\nid = \"{id}\"\nname = \"{name}\"\ninitials = \"{initials}\"\nduty = \"keyholder\"\n\
             token = \"pkcs11:token={label}?module-path={}\"\nserial = \"{}\"\nalgorithm = \"ecdsa-p256\"\n\
             key_label = \"root-{id}\"\n\n",
            module.display(),
            token.serial
        )
        .unwrap();
    }
    write!(
        plan,
        "[root]\nversion = 1\nthreshold = 2\nexpires = \"{}T12:00:00Z\"\nconsistent_snapshot = true\n\n",
        expires.date()
    )
    .unwrap();
    // the machine that runs the tests has a network
    plan + &online_roles() + "[policy]\nrequired_checks = []\n"
}

/// Public keys of the roles that sign online.
pub fn online_keys(directory: &Path) {
    for (number, role) in (1..).zip(ROLES) {
        let key = p256::SecretKey::from_slice(&[number; 32]).unwrap();
        let pem = key.public_key().to_public_key_pem(LineEnding::LF).unwrap();
        std::fs::write(directory.join(format!("{role}.pem")), pem).unwrap();
    }
}

/// Their part of a plan.
pub fn online_roles() -> String {
    let role = |role: &str| {
        format!("[root.role.{role}]\nthreshold = 1\nkeys = [{{ path = \"keys/{role}.pem\" }}]\n\n")
    };
    ROLES.map(role).concat()
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Makes a token; finds its directory and its serial number.
pub fn token(root: &Path, label: &str, pin: &str) -> Token {
    let places = || -> Vec<PathBuf> {
        std::fs::read_dir(root.join("tokens"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    };
    let before = places();
    let tool = || {
        let mut tool = Command::new("softhsm2-util");
        tool.env("SOFTHSM2_CONF", root.join("softhsm2.conf"));
        tool
    };
    run(tool().args([
        "--init-token",
        "--free",
        "--label",
        label,
        "--pin",
        pin,
        "--so-pin",
        "37281946",
    ]));
    let place = places().into_iter().find(|p| !before.contains(p)).unwrap();
    let slots = run(tool().arg("--show-slots"));
    let mut serial = String::new();
    for line in slots.lines().map(str::trim) {
        if let Some(number) = line.strip_prefix("Serial number:") {
            number.trim().clone_into(&mut serial);
        }
        if line
            .strip_prefix("Label:")
            .is_some_and(|l| l.trim() == label)
        {
            break;
        }
    }
    Token {
        serial,
        pin: pin.to_owned(),
        place,
    }
}

/// The module that can be told to fail or to block, over the real one.
fn wrapper(root: &Path) -> PathBuf {
    let module = root.join("wrapper.so");
    let define = |name: &str, path: &Path| format!("-D{name}=\"{}\"", path.display());
    run(Command::new("cc")
        .args(["-shared", "-fPIC", "-w"])
        .arg(define("REAL", Path::new(MODULE)))
        .arg(define("FAULT", &root.join("fault")))
        .arg(define("LOGINS", &root.join("said")))
        .arg("-o")
        .arg(&module)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/tokens/faulty_module.c"
        ))
        .arg("-ldl"));
    module
}

/// Whether `bytes` are somewhere in `all`.
pub fn find(all: &[u8], bytes: &[u8]) -> bool {
    let first = bytes[0];
    all.iter()
        .enumerate()
        .filter(|(_, b)| **b == first)
        .any(|(at, _)| all[at..].starts_with(bytes))
}
