//! The documents say what the program does: their commands are executed, their plans are read, their
//! tables are made from the code, their links lead somewhere.
//!
//! Blocks marked `sh` are run line by line, from the first of a document to its last, in one room with
//! three `SoftHSM2` tokens, online keys, `plan.toml`, `rehearsal.toml` (software keys) and `answers.toml`. What would wait for people is
//! played by the program: `run` and `resume` get `--answers`, `rehearse` gets `--unattended`,
//! `softhsm2-util` gets PINs; cameras, media and screens of codes: `docs/crossing.rs`; services, plans and passphrases of
//! the online side: `docs/repository.rs`. Commands of the source tree (`cargo …`, `./tests/…`) are checked only:
//! the call of the program in them must be one, the file must be there.
//!
//! `ROOTSTAGE_WRITE_DOCS=1 cargo test --test docs` writes the tables. The page about the format: `docs/format.rs`.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "docs/crossing.rs"]
mod crossing;
#[path = "docs/format.rs"]
mod format;
#[path = "terminal/pty.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod pty;
#[path = "docs/repository.rs"]
mod repository;
#[path = "support/venue.rs"]
mod venue;

use std::fmt::Write as _;
use std::path::Path;

use rootstage::attestation::verdict::CHECKS;
use rootstage::ceremony::assembly;
use rootstage::ceremony::check::{IDS, Verdict};
use rootstage::ceremony::plan::Plan;
use rootstage::ceremony::script::Script;
use rootstage::ceremony::steps::KINDS;
use rootstage::transcript::audit::CATALOGUE;
use rootstage::tuf::policy::{self, Level};
use rootstage::{answers::Answers, cli};
use venue::{Holds, PIN, ROOTSTAGE, Room, module, said};

const DOCUMENTS: [&str; 3] = ["README.md", "CEREMONY.md", "CHANGELOG.md"];

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(document: &str) -> String {
    std::fs::read_to_string(home().join(document)).unwrap()
}

/// Fenced blocks of a language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text(document).lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(tag)) => open = Some((tag == language, String::new())),
            (Some(_), Some(_)) => {
                let (wanted, block) = open.take().unwrap();
                if wanted {
                    found.push(block);
                }
            }
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{document}: a block is not closed");
    found
}

/// Lines of the shell blocks, without comments, continued lines joined.
fn calls(document: &str) -> Vec<String> {
    blocks(document, "sh")
        .concat()
        .replace("\\\n", " ")
        .lines()
        .map(|line| line.split(" # ").next().unwrap().trim().to_owned())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

fn is_call(words: &str) {
    let words = words
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'']));
    if let Err(error) =
        cli::command().try_get_matches_from(std::iter::once("rootstage").chain(words))
    {
        panic!("{error}");
    }
}

#[test]
fn every_command_in_the_documents_does_what_it_says() {
    let Some(module) = module() else { return };
    for document in DOCUMENTS {
        let room = Room::new();
        room.plan("rehearsal", &module, &[Holds::File("ecdsa-p256"); 2], "[]");
        std::fs::rename(room.at("plan.toml"), room.at("rehearsal.toml")).unwrap();
        room.plan("production", &module, &[Holds::Hsm("ecdsa-p256"); 3], "[]");
        room.answers(3);
        std::fs::create_dir(room.at("bin")).unwrap();
        std::os::unix::fs::symlink(ROOTSTAGE, room.at("bin/rootstage")).unwrap();
        for call in calls(document) {
            if let Some((before, words)) = call.split_once("cargo run --release --locked -- ") {
                is_call(words);
                assert!(
                    ["", "tests/setup build && "].contains(&before),
                    "{document}: {call}"
                );
                assert!(home().join("tests/setup").is_file());
                continue;
            }
            if let Some(script) = call.strip_prefix("./tests/") {
                assert!(
                    home().join("tests").join(script).is_file(),
                    "{document}: {call}"
                );
                continue;
            }
            let Some(call) = crossing::prepared(&room, &call) else {
                continue;
            };
            let call = repository::prepared(&room, &call);
            let played =
                if call.starts_with("rootstage run ") || call.starts_with("rootstage resume ") {
                    let given = if call.contains("--answers") {
                        ""
                    } else {
                        " --answers answers.toml"
                    };
                    format!("{call}{given}")
                } else if call.starts_with("rootstage rehearse") && !call.contains("--unattended") {
                    format!("{call} --unattended")
                } else if call.starts_with("softhsm2-util --init-token") {
                    format!("{call} --pin {PIN} --so-pin 37281946")
                } else {
                    call.clone()
                };
            let path = format!(
                "{}:{}",
                room.at("bin").display(),
                std::env::var("PATH").unwrap()
            );
            let done = said(
                room.command("bash")
                    .args(["-c", &played])
                    .env("PATH", path)
                    .env("PIN", PIN)
                    .envs(repository::PASSPHRASES),
            );
            // a machine with a network is one that `doctor` does not like
            let ok = done.status == 0 || call.starts_with("rootstage doctor") && done.status == 1;
            assert!(ok, "{document}: {call}\n{done:?}");
        }
    }
}

/// The verifier that the document gives away, against transcripts good and bad.
#[test]
fn the_verifier_in_the_documents_verifies() {
    let room = Room::new();
    let script = blocks("CEREMONY.md", "python");
    assert_eq!(script.len(), 1);
    room.write("verify.py", &script[0]);
    room.rootstage(&[
        "rehearse",
        "--keyholders",
        "1",
        "--threshold",
        "1",
        "--unattended",
        "--dir",
        "d",
    ])
    .is(0, &[]);
    let head = room.rootstage(&["audit", "d", "--json"]).json()["head"]
        .as_str()
        .unwrap()
        .to_owned();
    let verify = || {
        said(
            room.command("python3")
                .args(["verify.py", "d/transcript.jsonl"]),
        )
    };
    verify().is(0, &[&head]);
    let good = room.read("d/transcript.jsonl");
    for (from, to) in [
        ("\"Welcome\"", "\"welcome\""),
        ("\"seq\":4", "\"seq\":5"),
        ("\"mono\":", "\"mono\":1"),
    ] {
        room.write("d/transcript.jsonl", good.replacen(from, to, 1));
        assert_ne!(verify().status, 0, "{from}");
    }
}

#[test]
fn plans_scripts_and_answers_in_the_documents_are_ones() {
    let mut seen = 0;
    for block in blocks("CEREMONY.md", "toml") {
        seen += 1;
        let first = block.lines().next().unwrap();
        if first.starts_with("# plan.toml") {
            Plan::parse(block.as_bytes()).unwrap_or_else(|problems| panic!("{problems}"));
        } else if first.starts_with("# answers.toml") {
            toml::from_str::<Answers>(&block).unwrap();
        } else if first.starts_with("# a keyholder") || first.starts_with("# part of a plan") {
            // in the place of the same in a plan of the program
            let whole = include_str!("../CEREMONY.md");
            let start = whole.split_once("# plan.toml").unwrap().1;
            let plan = start.split_once("```").unwrap().0;
            let with = if first.starts_with("# part") {
                format!("{plan}\n{block}")
            } else {
                let (before, rest) = plan
                    .split_once("[[participant]]\nid = \"keyholder-1\"")
                    .unwrap();
                let after = rest.split_once("[[participant]]").unwrap().1;
                format!("{before}{block}\n[[participant]]{after}")
            };
            Plan::parse(with.as_bytes()).unwrap_or_else(|problems| panic!("{problems}"));
        } else if first.starts_with("# a step") {
            // as one more step of a shipped script
            let shipped = include_str!("../ceremony-scripts/first-root.toml");
            let (before, after) = shipped
                .split_once("[[act.step]]\nid = \"roll-call\"")
                .unwrap();
            let text = format!("{before}{block}\n[[act.step]]\nid = \"roll-call\"{after}");
            Script::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems}"));
        } else {
            panic!("what is this block? {first}");
        }
    }
    assert_eq!(seen, 6);
}

#[test]
fn tables_are_those_of_the_code() {
    let mut rules =
        "| rule | what holds when it passes | where the demand comes from | code that judges | test that breaks it alone |\n\
         |---|---|---|---|---|\n"
            .to_owned();
    for rule in CATALOGUE {
        // `tests/tamper/rules.rs` fails where a rule has no test of this name
        let test = rule.id.replace(['.', '-'], "_");
        let code = rule.code.replace("transcript::audit::", "");
        let _ = writeln!(
            rules,
            "| `{}` | {} | {} | `{code}` | `rules::{test}` |",
            rule.id, rule.sentence, rule.source
        );
    }
    let mut kinds = "| kind | what happens |\n|---|---|\n".to_owned();
    for kind in KINDS {
        let _ = writeln!(kinds, "| `{}` | {} |", kind.name(), kind.about());
    }
    let mut findings = "| rule | level | what it means |\n|---|---|---|\n".to_owned();
    for rule in policy::RULES.iter().chain(assembly::RULES) {
        let word = |level: Level| format!("{level:?}").to_lowercase();
        let (low, high) = (word(*rule.levels.start()), word(*rule.levels.end()));
        let level = if low == high {
            low
        } else {
            format!("{low} to {high}")
        };
        let _ = writeln!(findings, "| `{}` | {level} | {} |", rule.id, rule.meaning);
    }
    let room = Room::new();
    let found = room.rootstage(&["doctor", "--json"]).json();
    let mut checks = "| check | what is looked at |\n|---|---|\n".to_owned();
    for id in IDS {
        let of_id = |check: &&serde_json::Value| check["id"] == id;
        let check = found["checks"].as_array().unwrap().iter().find(of_id);
        // the terminal is looked at only where there is one
        let title = match (check, id) {
            (Some(check), _) => check["title"].as_str().unwrap(),
            (None, "terminal.type") => "Kind of terminal",
            (None, "terminal.characters") => "Characters of the terminal",
            _ => panic!("no check {id}"),
        };
        let _ = writeln!(checks, "| `{id}` | {title} |");
    }
    let mut attestation = "| check | what is so where it holds |\n|---|---|\n".to_owned();
    for check in CHECKS {
        let _ = writeln!(attestation, "| `{}` | {} |", check.id, check.sentence);
    }
    let mut document = text("CEREMONY.md");
    for (name, table) in [
        ("rules", rules),
        ("kinds", kinds),
        ("checks", checks),
        ("findings", findings),
        ("attestation", attestation),
    ] {
        let (begin, end) = (format!("<!-- table: {name} -->\n"), "<!-- end of table -->");
        let (before, rest) = document
            .split_once(&begin)
            .unwrap_or_else(|| panic!("no table {name}"));
        let (found, after) = rest.split_once(end).unwrap();
        if std::env::var_os("ROOTSTAGE_WRITE_DOCS").is_none() {
            assert_eq!(
                found, table,
                "the table {name} is not that of the code: ROOTSTAGE_WRITE_DOCS=1 writes it"
            );
        }
        document = format!("{before}{begin}{table}{end}{after}");
    }
    if std::env::var_os("ROOTSTAGE_WRITE_DOCS").is_some() {
        std::fs::write(home().join("CEREMONY.md"), document).unwrap();
    }
    assert!(Verdict::Fail > Verdict::Warn);
}

#[test]
fn links_lead_to_files_and_headings_that_are_there() {
    for document in DOCUMENTS {
        let whole = text(document);
        for link in whole
            .split("](")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap())
        {
            if link.starts_with("https://") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let of = if file.is_empty() { document } else { file };
            assert!(home().join(of).exists(), "{document}: {link}");
            if !heading.is_empty() {
                let there = text(of)
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .any(|line| {
                        let plain = line
                            .trim_start_matches('#')
                            .trim()
                            .to_lowercase()
                            .replace(' ', "-");
                        plain.replace([',', ':', '?', '`', '.'], "") == heading
                    });
                assert!(there, "{document}: {link}");
            }
        }
    }
}
