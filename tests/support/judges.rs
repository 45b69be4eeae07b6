//! Judges that we did not write: TUF clients which say whether a root is good.
//!
//! `tests/judges/setup` installs them. A judge that is not installed is skipped aloud, and is a
//! failure where `CI` or `ROOTSTAGE_REQUIRE_JUDGES` is set.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A client of the field, as a program with one contract: `judge ROOT.json [NEXT.root.json …]`,
/// exit status 0 where it accepts the first as a trust anchor and each next one in turn, 1 where it
/// refuses.
pub struct Judge {
    /// Name for messages: `python-tuf`, `tuf-js`, `tough`.
    pub name: &'static str,
    call: Vec<OsString>,
}

/// What a judge says.
#[derive(Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Accepted as a trust anchor, and every next root after it.
    Accepted,
    /// Refused, with the judge's own reason.
    Refused(String),
}

impl Judge {
    /// What the judge says of a root and those that follow it, in order.
    ///
    /// # Panics
    /// Where the judge does neither accept nor refuse.
    pub fn rules<P: AsRef<Path>>(&self, roots: &[P]) -> Ruling {
        let (program, arguments) = self.call.split_first().expect("a call names a program");
        let output = Command::new(program)
            .args(arguments)
            .args(roots.iter().map(AsRef::as_ref))
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        match output.status.code() {
            Some(0) => Ruling::Accepted,
            // a judge that falls over has also left a 1: its own reason begins with its name
            Some(1) if said.starts_with(self.name) => Ruling::Refused(said),
            _ => panic!("{} ended with {}: {said}", self.name, output.status),
        }
    }

    /// Whether the judge accepts a root and those that follow it, in order.
    pub fn accepts<P: AsRef<Path>>(&self, roots: &[P]) -> bool {
        self.rules(roots) == Ruling::Accepted
    }
}

/// cosign 3, where it is installed.
///
/// # Panics
/// Where it is missing and `CI` or `ROOTSTAGE_REQUIRE_JUDGES` is set.
pub fn cosign() -> Option<PathBuf> {
    let named = std::env::var_os("ROOTSTAGE_COSIGN3").map(PathBuf::from);
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/go/bin/cosign3");
    let found = named.or_else(|| installed.is_file().then_some(installed));
    if found.is_none() {
        let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
            .iter()
            .any(|set| std::env::var_os(set).is_some());
        assert!(!required, "cosign 3 is not installed: run tests/setup");
        eprintln!("SKIPPED: cosign 3 is not installed (tests/setup installs it)");
    }
    found
}

/// A script of the python-tuf judge, to be called with arguments; `None` where it is not installed.
///
/// # Panics
/// Where it is not installed and `CI` or `ROOTSTAGE_REQUIRE_JUDGES` is set.
pub fn python(script: &str) -> Option<Command> {
    let call = judges()
        .into_iter()
        .find(|judge| judge.name == "python-tuf")?
        .call;
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    let mut command = Command::new(call.first().expect("a call names a program"));
    command.arg(home.join(script));
    Some(command)
}

/// The judges that are installed.
///
/// # Panics
/// Where one is missing and `CI` or `ROOTSTAGE_REQUIRE_JUDGES` is set.
pub fn judges() -> Vec<Judge> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    let python = home.join(".venv/bin/python");
    let tough = home.join("tough/target/debug/judge-tough");
    let modules = home.join("tuf_js/node_modules/tuf-js");
    let candidates: [(&str, &Path, Vec<PathBuf>); 3] = [
        (
            "python-tuf",
            &python,
            vec![python.clone(), home.join("python_tuf.py")],
        ),
        (
            "tuf-js",
            &modules,
            vec!["node".into(), home.join("tuf_js/judge.mjs")],
        ),
        ("tough", &tough, vec![tough.clone()]),
    ];
    let mut judges = Vec::new();
    for (name, installed, call) in candidates {
        if installed.exists() {
            judges.push(Judge {
                name,
                call: call.into_iter().map(PathBuf::into_os_string).collect(),
            });
        } else if ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
            .iter()
            .any(|set| std::env::var_os(set).is_some())
        {
            panic!("the judge {name} is not installed: run tests/judges/setup");
        } else {
            eprintln!(
                "SKIPPED: the judge {name} is not installed (tests/judges/setup installs it)"
            );
        }
    }
    judges
}
