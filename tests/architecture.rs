//! The rules of the house, read from the sources. The tables here are their documentation.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which room may name which (`use crate::…`, or a path that begins so). What stands here and is
/// used by nobody any more is an error as well, except where a room is still being built.
const ARROWS: &[(&str, &[&str])] = &[
    // pure: bytes
    ("safe", &[]),
    ("digest", &["safe"]),
    ("canonical", &["safe"]),
    // pure: root metadata; of the ceremony it knows the names of algorithms only
    ("tuf", &["canonical", "ceremony::token", "digest", "safe"]),
    // pure: certificates of tokens
    ("attestation", &["ceremony::token", "digest", "safe", "tuf"]),
    // pure: what clients of Sigstore read, from the certificates and keys of its services
    (
        "sigstore",
        &["attestation", "canonical", "digest", "safe", "tuf"],
    ),
    // pure: rules and log. A step says in words what went wrong, and words are made in one place;
    // the strength of a passphrase is judged where passphrases are known.
    (
        "ceremony",
        &[
            "attestation",
            "canonical",
            "digest",
            "envelope",
            "qr",
            "report",
            "safe",
            "secret",
            "transcript::seal",
            "tuf",
        ],
    ),
    (
        "transcript",
        &["canonical", "ceremony", "digest", "safe", "tuf"],
    ),
    ("report", &["ceremony", "safe"]),
    // pure: the report on an audit that was made
    (
        "document",
        &[
            "attestation",
            "ceremony",
            "digest",
            "qr",
            "report",
            "safe",
            "transcript",
            "tuf",
        ],
    ),
    // pure: what crosses the air gap, and what is made of several that did
    ("envelope", &["canonical", "digest", "safe", "tuf"]),
    // pure: files as QR codes
    ("qr", &["digest", "safe"]),
    // the edge: traits, and the one type for secrets
    ("secret", &[]),
    ("ports", &["ceremony", "secret"]),
    // shell: tokens and the machine
    // shell: pictures of QR codes
    ("scan", &["ports", "safe"]),
    ("sealed", &["safe", "secret"]),
    ("token", &["ceremony", "ports", "safe", "sealed", "secret"]),
    ("airgap", &["ceremony"]),
    // what is read and written are bytes; of envelopes it knows which names are plain
    (
        "media",
        &["ceremony::medium", "digest", "envelope::limits", "safe"],
    ),
    ("journal", &["canonical", "ceremony", "transcript"]),
    (
        "world",
        &[
            "ceremony", "digest", "journal", "media", "ports", "safe", "secret",
        ],
    ),
    // shell: the online side
    (
        "repo",
        &[
            "canonical",
            "ceremony::token",
            "digest",
            "envelope",
            "journal",
            "ports",
            "report",
            "safe",
            "secret",
            "sigstore",
            "token",
            "tuf",
        ],
    ),
    // shell: the loop
    ("driver", &["ceremony", "journal", "ports", "secret"]),
    (
        // of the world it knows only where the metadata is, and what came from outside
        "directory",
        &[
            "ceremony",
            "digest",
            "driver",
            "journal",
            "ports",
            "transcript",
            "world::ATTESTATIONS",
            "world::INPUTS",
            "world::METADATA",
            "world::OUTPUTS",
        ],
    ),
    (
        "answers",
        &[
            "ceremony", "driver", "ports", "qr", "report", "safe", "scan", "secret",
        ],
    ),
    // shell: what people see; a screen never touches a token, the machine, a file of the ceremony but the
    // recording of itself
    (
        "tui",
        &[
            "canonical",
            "ceremony",
            "digest",
            "directory",
            "driver",
            "ports",
            "qr",
            "report",
            "safe",
            "secret",
            "transcript",
            "tuf",
        ],
    ),
    (
        "cli",
        &[
            "airgap",
            "answers",
            "attestation",
            "canonical",
            "ceremony",
            "digest",
            "directory",
            "document",
            "driver",
            "envelope",
            "journal",
            "media",
            "ports",
            "qr",
            "repo",
            "report",
            "safe",
            "scan",
            "sealed",
            "secret",
            "token",
            "transcript",
            "tuf",
            "tui",
            "world",
        ],
    ),
    ("lib", &[]),
    ("main", &["airgap", "cli"]),
];

/// Rooms whose arrows need not all be in use yet.
const BEING_BUILT: &[&str] = &["tui", "cli", "repo"];

/// Rooms that know nothing of the world.
const PURE: &[&str] = &[
    "safe",
    "digest",
    "canonical",
    "tuf",
    "ceremony",
    "transcript",
    "report",
    "document",
    "envelope",
    "attestation",
    "qr",
    "sigstore",
];

/// What the pure rooms may not name outside their tests.
const FORBIDDEN_IN_PURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::io",
    "std::thread",
    "std::time",
    "thread::",
    "SystemTime",
    "Instant::now",
    "now_utc",
    "now_local",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "dbg!",
    ".unwrap()",
    ".expect(",
    "panic!(",
    "todo!(",
    "unimplemented!(",
    "unreachable!(",
    "rustix::",
    "getrandom::",
    "crossterm::",
    "ratatui::",
    "pkcs11::",
    "age::",
    "clap::",
];

/// Exceptions to the rule, each with its reason.
const PURE_EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// Foreign crates that one room alone may name: crate, files (by the start of their path).
const CONFINED: &[(&str, &[&str])] = &[
    // `token.rs` names its own module of that name, never the crate
    (
        "pkcs11::",
        &["token.rs", "token/pkcs11.rs", "token/pkcs11/"],
    ),
    ("age::", &["sealed.rs"]),
    ("bech32::", &["ceremony/plan/parse/yubikeys.rs"]),
    ("miniz_oxide::", &["envelope/container.rs"]),
    ("seccompiler::", &["airgap/harden.rs"]),
    ("clap::", &["cli.rs", "cli/"]),
    // what a token holds is read where it is found; whether it is good is said by `attestation`
    (
        "x509_cert::",
        &[
            "attestation.rs",
            "attestation/",
            "sigstore/material/",
            "token/certificate.rs",
        ],
    ),
    ("pcsc::", &["token/yubikey/reader.rs"]),
    ("aes::", &["token/yubikey/management.rs"]),
    ("crypto_secretbox::", &["repo/keys/"]),
    // `sealed` names the module of that name in age
    ("scrypt::", &["repo/keys/", "sealed.rs"]),
    ("des::", &["token/yubikey/management.rs"]),
    ("qrcode::", &["qr/symbol.rs"]),
    ("reed_solomon_simd::", &["qr/erasure.rs"]),
    ("crc32fast::", &["qr/frame.rs"]),
    ("pdf_writer::", &["qr/sheet/pdf.rs"]),
    ("font8x8::", &["qr/sheet/raster.rs"]),
    ("krilla::", &["document/press/"]),
    ("rustybuzz::", &["document/press/letters.rs"]),
    ("unicode_bidi::", &["document/press/letters.rs"]),
    ("rxing::", &["scan/reader.rs"]),
    ("png::", &["qr/sheet/raster.rs", "scan/picture.rs"]),
    ("zune_jpeg::", &["scan/picture.rs"]),
    ("y4m::", &["scan/video.rs"]),
    ("linuxvideo::", &["scan/camera.rs", "scan/camera/"]),
    ("clap_mangen::", &["cli/manual.rs"]),
    ("signal_hook::", &["tui.rs", "tui/", "cli/", "cli.rs"]),
    (
        "ring::",
        &[
            "attestation/signature.rs",
            "repo/keys/private.rs",
            "tuf/key/ecdsa.rs",
        ],
    ),
    ("rsa::", &["tuf/key/rsa.rs"]),
    ("ratatui::", &["tui.rs", "tui/"]),
    ("crossterm::", &["tui.rs", "tui/"]),
];

/// Files of more than 400 lines, each with its reason.
const LONG: &[(&str, &str)] = &[];

struct Source {
    /// Path under `src`.
    path: String,
    /// Text without comments, strings' contents and tests.
    code: String,
    lines: usize,
}

impl Source {
    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let sources: Vec<Source> = files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            let path = file
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            Source {
                code: code(&text),
                lines: text.lines().count(),
                path,
            }
        })
        .collect();
    assert!(sources.len() > 80, "where are the sources?");
    sources
}

/// Files that exist for tests only: `mod tests;` and `mod testing;` are behind `#[cfg(test)]`.
fn of_tests(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("/testing.rs")
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// Lines of code: without comments, and without the test module that ends a file.
fn code(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]"
            && lines.peek().is_some_and(|next| next.starts_with("mod "))
        {
            break;
        }
        let line = line.split_once("//").map_or(line, |(before, _)| {
            // not the slashes of a URL in a string
            if before.ends_with(':') { line } else { before }
        });
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// Whether `code` names `what`, not as the end of a longer name.
fn names(code: &str, what: &str) -> bool {
    code.match_indices(what).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        what.starts_with('.')
            || !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// Rooms that a file names, as `crate::a::b`.
fn crate_paths(code: &str) -> impl Iterator<Item = &str> {
    code.split("crate::").skip(1).map(|rest| {
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
            .unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn arrows_go_where_the_table_says() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut used: BTreeSet<(String, &str)> = BTreeSet::new();
    for source in sources().iter().filter(|source| !of_tests(&source.path)) {
        let room = source.room();
        let Some(allowed) = arrows.get(room) else {
            wrong.push(format!("{}: the table has no room `{room}`", source.path));
            continue;
        };
        for path in crate_paths(&source.code) {
            let first = path.split(':').next().unwrap();
            // constants of the crate itself are everybody's; `crate::{…}` is not written here
            if first == room
                || first.chars().all(|c| c.is_uppercase() || c == '_') && !first.is_empty()
            {
                continue;
            }
            let arrow = allowed
                .iter()
                .find(|to| path == **to || path.starts_with(&format!("{to}::")));
            match arrow {
                Some(to) => drop(used.insert((room.to_owned(), to))),
                None => wrong.push(format!("{} names crate::{path}", source.path)),
            }
        }
    }
    for (room, to) in ARROWS
        .iter()
        .flat_map(|(room, to)| to.iter().map(move |to| (*room, *to)))
    {
        if !BEING_BUILT.contains(&room) && room != "main" && !used.contains(&(room.to_owned(), to))
        {
            wrong.push(format!(
                "nothing in `{room}` names `{to}` any more: take the arrow away"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_pure_half_touches_nothing_of_the_world() {
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|s| PURE.contains(&s.room()) && !of_tests(&s.path))
    {
        for what in FORBIDDEN_IN_PURE {
            let excepted = PURE_EXCEPTIONS
                .iter()
                .any(|(path, word, _)| *path == source.path && word == what);
            if names(&source.code, what) && !excepted {
                wrong.push(format!("{} names {what}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn foreign_crates_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !of_tests(&source.path)) {
        for (name, homes) in CONFINED {
            if names(&source.code, name) && !homes.iter().any(|home| source.path.starts_with(home))
            {
                wrong.push(format!("{} names {name}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_none_is_mod_rs() {
    let sources = sources();
    for source in &sources {
        assert!(
            !source.path.ends_with("mod.rs"),
            "{}: name it after its directory",
            source.path
        );
        let excused = LONG.iter().any(|(path, _)| *path == source.path);
        assert_eq!(
            source.lines > 400,
            excused,
            "{} has {} lines: 400 are allowed, or a reason",
            source.path,
            source.lines
        );
    }
}

#[test]
fn nothing_is_unsafe() {
    for source in sources() {
        assert!(!names(&source.code, "unsafe "), "{}", source.path);
    }
    let manifest = include_str!("../Cargo.toml");
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

#[test]
fn every_dependency_has_its_reason_right_above_it() {
    let mut section = "";
    let mut before = "";
    let mut seen = 0;
    for line in include_str!("../Cargo.toml").lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && line.contains(" = ")
            && !line.starts_with('#')
        {
            assert!(
                before.starts_with("# ") && !before.starts_with("# ---"),
                "no reason above `{line}`"
            );
            seen += 1;
        }
        before = line;
    }
    assert!(seen > 20, "{seen} dependencies");
}

#[test]
fn the_map_names_every_room() {
    let map: String = include_str!("../src/lib.rs")
        .lines()
        .filter(|line| line.starts_with("//!"))
        .collect();
    for (room, _) in ARROWS.iter().filter(|(room, _)| *room != "lib") {
        assert!(names(&map, room), "src/lib.rs says nothing of `{room}`");
    }
}
