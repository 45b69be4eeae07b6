//! The commands as people and scripts call them: the whole ceremony on PKCS#11 tokens without
//! screens, exit statuses, JSON, help.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "commands/attest.rs"]
mod attest;
#[path = "commands/crossing.rs"]
mod crossing;
#[path = "commands/sign.rs"]
mod sign;
#[path = "support/venue.rs"]
mod venue;

use clap::Command;
use rootstage::cli;
use serde_json::Value;
use venue::{Holds, PIN, ROOTSTAGE, Room, module, said};

const THREE: [Holds; 3] = [
    Holds::Hsm("ecdsa-p256"),
    Holds::Hsm("ecdsa-p256"),
    Holds::Hsm("ecdsa-p256"),
];

/// A rehearsal of two keyholders that has been played to its end.
fn rehearsal() -> Room {
    let room = Room::new();
    room.rootstage(&[
        "rehearse",
        "--keyholders",
        "2",
        "--threshold",
        "1",
        "--unattended",
        "--dir",
        "d",
    ])
    .is(0, &["REHEARSAL, closed"]);
    room
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
fn a_ceremony_on_three_tokens_from_plan_to_audit() {
    let Some(module) = module() else { return };
    let room = Room::new();
    // one check that no run without a terminal can pass: the way on is an exception of two people
    room.plan("production", &module, &THREE, "[\"terminal.size\"]");
    room.rootstage(&["plan", "check", "plan.toml"]).is(0, &[]);
    let plan = room
        .rootstage(&["plan", "show", "plan.toml", "--json"])
        .json();
    room.rootstage(&[
        "script",
        "print",
        "first-root",
        "--plan",
        "plan.toml",
        "-o",
        "script.md",
    ])
    .is(0, &[]);
    assert!(
        room.read("script.md")
            .contains(plan["words"][31].as_str().unwrap())
    );

    // PINs from the environment and from two kinds of file descriptor; none is an argument
    room.write(
        "answers.toml",
        "as_asked = true\n[secret.keyholder-1]\nenv = \"PIN_OF_A\"\n\
         [secret.keyholder-2]\nfd = 3\n[secret.keyholder-3]\nfd = 4\n",
    );
    room.write("pin", format!("{PIN}\n"));
    let with_pins = |call: &str| {
        let script = format!("PIN_OF_A={PIN} \"$ROOTSTAGE\" {call} 3<pin 4< <(cat pin)");
        room.shell(&script)
    };
    with_pins("run plan.toml --dir d --answers answers.toml").is(
        1,
        &["terminal.size", "step environment needs people", "resume"],
    );
    room.rootstage(&["audit", "d"])
        .is(1, &["FAIL transcript.whole", "step environment"]);

    let answers = room.read("answers.toml")
        + "[[answer]]\nstep = \"environment\"\nask = \"again\"\n[answer.skip]\n\
           expected = \"a terminal\"\nhappened = \"a test, which has none\"\n\
           decided = \"go on\"\ninitials = [\"AD\", \"WI\"]\n";
    room.write("answers.toml", answers);
    let closed = with_pins("resume d --answers answers.toml");
    closed.is(
        0,
        &[
            "closed: A first root",
            "signatures  3 of 2",
            "exceptions  1",
        ],
    );
    assert!(!closed.out.contains("REHEARSAL"), "{closed:?}");

    let audit = room.rootstage(&["audit", "d", "--json"]);
    let found = audit.is(0, &[]).json();
    assert_eq!(found["passed"], true);
    assert_eq!(found["rehearsal"], false);
    assert_eq!(found["exceptions"][0]["happened"], "a test, which has none");
    for head in [
        found["head"].as_str().unwrap(),
        found["head_words"].as_str().unwrap(),
    ] {
        room.rootstage(&[
            "audit",
            "d",
            "--expect-head",
            head,
            "--trusted-root",
            "d/metadata/1.root.json",
        ])
        .is(
            0,
            &[
                "PASS transcript.head",
                "PASS root.trusted",
                "AUDIT PASSED: ",
            ],
        );
    }

    // what the tokens said of their keys, and that no PIN is anywhere
    let transcript = room.read("d/transcript.jsonl");
    let keys: Vec<Value> = transcript
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|record| record["kind"] == "key-generated")
        .map(|record| record["body"]["attributes"].clone())
        .collect();
    assert_eq!(keys.len(), 3);
    for attributes in keys {
        for (name, value) in [
            ("local", true),
            ("sensitive", true),
            ("always_sensitive", true),
            ("extractable", false),
            ("never_extractable", true),
        ] {
            assert_eq!(attributes[name], value, "{name} of {attributes}");
        }
    }
    for entry in walk(&room.at("d")) {
        let bytes = std::fs::read(&entry).unwrap();
        assert!(
            !bytes
                .windows(PIN.len())
                .any(|window| window == PIN.as_bytes()),
            "a PIN in {}",
            entry.display()
        );
    }
    // a ceremony that is over is not gone on with
    with_pins("resume d --answers answers.toml").is(1, &["has ended"]);
}

fn walk(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn a_wrong_pin_stops_a_run_without_people_and_costs_one_try() {
    let Some(module) = module() else { return };
    let room = Room::new();
    room.plan("production", &module, &THREE, "[]");
    room.answers(3);
    let call = [
        "run",
        "plan.toml",
        "--dir",
        "d",
        "--answers",
        "answers.toml",
    ];
    // too short for the token: it is not sent
    let short = said(room.command(ROOTSTAGE).args(call).env("PIN", "12"));
    short.is(1, &[]);
    let wrong = said(
        room.command(ROOTSTAGE)
            .args(["resume", "d", "--answers", "answers.toml"])
            .env("PIN", "000000"),
    );
    wrong.is(1, &[]);
    let transcript = room.read("d/transcript.jsonl");
    assert_eq!(
        transcript.matches("\"fault\":\"pin-length\"").count(),
        1,
        "{short:?}"
    );
    assert_eq!(
        transcript.matches("\"fault\":\"pin-wrong\"").count(),
        1,
        "{wrong:?}"
    );
    // and the right one goes on from there
    said(
        room.command(ROOTSTAGE)
            .args(["resume", "d", "--answers", "answers.toml"])
            .env("PIN", PIN),
    )
    .is(0, &["closed"]);
    room.rootstage(&["audit", "d"]).is(0, &["AUDIT PASSED"]);
    // a secret that is nowhere is the surroundings' failure, and nothing was asked of the token
    said(
        room.command(ROOTSTAGE)
            .args([
                "run",
                "plan.toml",
                "--dir",
                "e",
                "--answers",
                "answers.toml",
            ])
            .env_remove("PIN"),
    )
    .is(
        3,
        &["variable PIN is not set", "Nothing was asked of the token"],
    );
}

/// The nearest peer's fault: a plan that this binary can never carry out passes its check.
#[test]
fn a_plan_that_cannot_be_carried_out_fails_its_check() {
    let Some(module) = module() else { return };
    let room = Room::new();
    room.plan("production", &module, &THREE, "[]");
    let good = room.read("plan.toml");
    room.rootstage(&["plan", "check", "plan.toml"]).is(0, &[]);
    let bad = |from: &str, to: &str, words: &[&str]| {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        room.write("bad.toml", &text);
        let checked = room.rootstage(&["plan", "check", "bad.toml"]);
        checked.is(1, words);
        // the line is that of the entry
        let line = text
            .lines()
            .position(|line| line.contains(to))
            .map(|at| at + 1);
        if let Some(line) = line {
            assert!(
                checked.out.contains(&format!("bad.toml:{line}:")),
                "line {line}: {checked:?}"
            );
        }
        // and it is not begun either
        room.rootstage(&[
            "run",
            "bad.toml",
            "--dir",
            "never",
            "--answers",
            "answers.toml",
        ])
        .is(1, words);
        assert!(!room.at("never").exists());
    };
    room.answers(3);
    let module = module.display().to_string();
    bad(
        &module,
        "/usr/lib/absent/module.so",
        &["/usr/lib/absent/module.so", "No such file"],
    );
    bad(
        "pkcs11:token=root-2",
        "yubikey:5?x=",
        &["is not the serial number of a YubiKey"],
    );
    bad(
        "keys/snapshot.pem",
        "keys/elsewhere.pem",
        &["keys/elsewhere.pem", "cannot be read"],
    );
    bad(
        "required_checks = []",
        "required_checks = [\"swap\"]",
        &["is not the id of a check"],
    );
    bad("threshold = 2", "threshold = 1", &["one stolen key"]);
    bad("threshold = 2", "threshold = 3", &["no spare"]);
    bad(
        "script = \"first-root\"",
        "script = \"first-rot\"",
        &["Did you mean `first-root`?"],
    );
    bad(
        "consistent_snapshot",
        "consistent_snapshots",
        &["consistent_snapshots"],
    );
    let private = said(room.command("openssl").args([
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        "keys/private.pem",
    ]));
    assert_eq!(private.status, 0);
    bad(
        "keys/targets.pem",
        "keys/private.pem",
        &["private key", "Take it out"],
    );
}

#[test]
fn exit_statuses_are_those_of_the_contract() {
    let room = rehearsal();
    // 0: it is so
    room.rootstage(&["audit", "d"])
        .is(0, &["AUDIT PASSED (REHEARSAL)"]);
    room.rootstage(&["--version"])
        .is(0, &[rootstage::PROGRAM_VERSION]);
    // 1: it is not
    let other = "00".repeat(32);
    room.rootstage(&["audit", "d", "--expect-head", &other])
        .is(1, &["FAIL transcript.head"]);
    room.write("half.toml", "[plan]\n");
    room.rootstage(&["plan", "check", "half.toml"])
        .is(1, &["half.toml:"]);
    room.rootstage(&["script", "check", "half.toml"])
        .is(1, &["half.toml:"]);
    room.rootstage(&["resume", "d", "--unattended"])
        .is(1, &["has ended", "Nothing was changed"]);
    // 2: the words of the call
    room.rootstage(&["audit", "d", "--expect-head", "word"])
        .is(2, &["--expect-head", "Nothing was audited"]);
    room.rootstage(&["audit"]).is(2, &["Usage"]);
    room.rootstage(&["no-such-command"])
        .is(2, &["unrecognized"]);
    room.rootstage(&["rehearse", "--threshold", "4", "--dir", "e"])
        .is(2, &["Nothing was started"]);
    room.rootstage(&["rehearse", "--unattended", "--dir", "d"])
        .is(2, &["is not empty", "Nothing was changed"]);
    room.rootstage(&["token", "show", "tpm:1"])
        .is(2, &["yubikey:, pkcs11: or file:", "No token was asked"]);
    let provision = |token: &str, more: &[&str]| {
        let call = ["token", "provision", token, "--name", "Ada K", "--initials"];
        room.rootstage(&[&call[..], more].concat())
    };
    provision("file:a.age", &["AK"]).is(2, &["only YubiKeys", "No token was asked"]);
    provision("yubikey:1", &["AK", "--witness", "Wim"])
        .is(2, &["--witness wants a name", "Nothing was started"]);
    room.rootstage(&["token", "attest", "yubikey:1/9b"])
        .is(2, &["a PIV slot", "No token was asked"]);
    // 3: the surroundings
    room.rootstage(&["audit", "absent"])
        .is(3, &["absent", "Nothing was audited"]);
    room.rootstage(&["plan", "check", "absent.toml"])
        .is(3, &["absent.toml", "Nothing was changed"]);
    room.rootstage(&["token", "list", "--module", "/absent.so"])
        .is(3, &["/absent.so"]);
    room.rootstage(&["token", "show", "file:absent.age"])
        .is(3, &["absent.age"]);
    room.rootstage(&["man", "absent"]).is(3, &["absent"]);
}

#[test]
fn a_production_ceremony_is_never_played_without_answers() {
    let Some(module) = module() else { return };
    let room = Room::new();
    room.plan("production", &module, &THREE, "[]");
    // a question without a listed answer ends the run, unless the file says otherwise
    room.write("answers.toml", "");
    room.rootstage(&[
        "run",
        "plan.toml",
        "--dir",
        "d",
        "--answers",
        "answers.toml",
    ])
    .is(1, &["no answer for step welcome", "resume"]);
    room.rootstage(&["resume", "d", "--unattended"])
        .is(2, &["needs people"]);
    room.write("answers.toml", "as_askd = true\n");
    room.rootstage(&[
        "run",
        "plan.toml",
        "--dir",
        "e",
        "--answers",
        "answers.toml",
    ])
    .is(1, &["as_askd", "Nothing was started"]);
    assert!(!room.at("e").exists());
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let room = rehearsal();
    // every command that has `--json`: none may be forgotten below
    let mut untried = Vec::new();
    let certificates = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/attestations");
    let attest = format!(
        "attest verify --key-cert {certificates}/15422467_key.pem --device-cert \
         {certificates}/15422467_device.pem"
    );
    each(&cli::command(), &mut |words, command| {
        if command.get_arguments().any(|a| a.get_id() == "json") {
            untried.push(words.to_owned());
        }
    });
    repository(&room);
    for call in [
        "repo gen-key targets --dir tuf --insecure-plaintext",
        "repo gen-key snapshot --dir tuf --insecure-plaintext",
        "repo gen-key timestamp --dir tuf --insecure-plaintext",
        "repo stage-root --dir tuf --expires 365d --root-key root-key.json",
        "repo sign root --dir tuf",
        "repo import-root tuf/staged/root.json --dir tuf",
        "repo add --dir tuf --from d/metadata/1.root.json --expires 90d",
        "repo snapshot --dir tuf --expires 30d",
        "repo timestamp --dir tuf --expires 7d",
        "repo commit --dir tuf",
        "repo status --dir tuf",
        "repo verify --dir tuf --layout",
        "repo refresh --dir tuf --within 1d --expires timestamp=7d",
        "repo remove 1.root.json --dir tuf --expires 90d",
        "repo delegate builds --dir tuf --path builds/* --key root-key.json --expires 90d",
        "audit d",
        "script list",
        "script show first-root",
        "script check first-root",
        "plan check d/plan.toml",
        "plan show d/plan.toml",
        "token list --module /absent.so",
        "token show file:d/tokens/keyholder-1.age",
        "token show file:d/tokens/keyholder-1.age --key root-1",
        "token attest file:d/tokens/keyholder-1.age",
        "doctor",
        "root show d/metadata/1.root.json",
        "root diff d/metadata/1.root.json d/metadata/root.json",
        "root verify d/metadata/1.root.json",
        "root chain d/metadata/1.root.json",
        "envelope pack --kind signed-role d/metadata/1.root.json -o one.rse",
        "envelope inspect one.rse",
        "envelope open one.rse -o opened",
        "envelope merge d/metadata/1.root.json one.rse -o merged.json",
        "qr sheet one.rse --format png -o codes",
        "qr scan codes -o back.rse",
        "media list --all --images",
        &attest,
    ] {
        let mut words: Vec<&str> = call.split(' ').collect();
        untried.retain(|command| !call.starts_with(command.as_str()));
        words.push("--json");
        let said = room.rootstage(&words);
        assert!(said.json().is_object(), "{call}: {said:?}");
        assert!(said.out.ends_with("}\n"), "{call}");
    }
    // these want a medium: tests/media/commands.rs calls them
    untried.retain(|command| !matches!(command.as_str(), "media read" | "media write"));
    assert!(untried.is_empty(), "no call of {untried:?} was made");
}

/// Begins a repository in `tuf`, with a root key in it as go-tuf keeps one; its public half is in
/// `root-key.json`.
fn repository(room: &Room) {
    room.rootstage(&["repo", "init", "--dir", "tuf"]).is(0, &[]);
    let file = include_str!("data/go-tuf/ed25519-clear.json");
    room.write("tuf/keys/root.json", file);
    let file: serde_json::Value = serde_json::from_str(file).unwrap();
    let mut key = file["data"][0].clone();
    key["keyval"].as_object_mut().unwrap().remove("private");
    room.write("root-key.json", key.to_string());
}

/// Calls `f` with the words and the definition of every command.
fn each(root: &Command, f: &mut dyn FnMut(&str, &Command)) {
    fn go(words: &str, command: &Command, f: &mut dyn FnMut(&str, &Command)) {
        f(words, command);
        for sub in command.get_subcommands() {
            go(format!("{words} {}", sub.get_name()).trim(), sub, f);
        }
    }
    go("", root, f);
}

#[test]
fn help_of_every_command_has_an_example_that_is_a_call() {
    each(&cli::command(), &mut |words, command| {
        assert!(command.get_about().is_some(), "{words}");
        for argument in command.get_arguments() {
            assert!(
                argument.get_help().is_some(),
                "{words} {}",
                argument.get_id()
            );
            // no secret ever comes from an argument, only the name of the place where it is
            let name = argument.get_id().as_str();
            let is_place = name.ends_with("_env") || name.ends_with("_fd");
            // a rule for a secret is none
            let is_rule = name.ends_with("_policy");
            assert!(
                !argument.get_action().takes_values()
                    || is_place
                    || is_rule
                    || !["pin", "passphrase", "password", "secret"]
                        .iter()
                        .any(|word| name.contains(word)),
                "{words} {name}"
            );
        }
        if words.is_empty() {
            return;
        }
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(
            help.starts_with("Example:\n  rootstage ")
                || help.starts_with("Examples:\n  rootstage "),
            "no example in the help of `{words}`: {help}"
        );
        let examples = help
            .lines()
            .filter_map(|line| line.strip_prefix("  rootstage "));
        for example in examples {
            assert!(
                example.starts_with(words),
                "the example of `{words}` is `{example}`"
            );
            let arguments = shell_words(example.split(" > ").next().unwrap());
            let call = std::iter::once("rootstage".to_owned()).chain(arguments);
            cli::command()
                .try_get_matches_from(call)
                .unwrap_or_else(|error| panic!("{words}: {error}"));
        }
    });
}

/// Words of a call, with quotes.
fn shell_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in text.split(['"', '\'']).enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn completions_and_man_pages_are_generated() {
    let room = Room::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        room.rootstage(&["completions", shell])
            .is(0, &["rehearse", "expect-head"]);
    }
    room.shell("\"$ROOTSTAGE\" completions bash | bash -n")
        .is(0, &[]);
    std::fs::create_dir(room.at("man")).unwrap();
    room.rootstage(&["man", "man"])
        .is(0, &["man pages written"]);
    each(&cli::command(), &mut |words, _| {
        let name = format!("man/rootstage {words}").trim().replace(' ', "-");
        let page = room.read(&format!("{name}.1"));
        assert!(page.contains(".TH"), "{name}");
        assert!(words.is_empty() || page.contains("Example"), "{name}");
    });
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let room = rehearsal();
    for call in [
        "--help",
        "audit d",
        "audit d --json",
        "script print first-root",
        "plan show d/plan.toml",
        "completions bash",
        "doctor",
    ] {
        let status = if call == "doctor" {
            ""
        } else {
            "test ${PIPESTATUS[0]} -eq 0 || exit 9"
        };
        room.shell(&format!(
            "\"$ROOTSTAGE\" {call} | head -1 >/dev/null\n{status}"
        ))
        .is(0, &[]);
        let closed = room.shell(&format!("\"$ROOTSTAGE\" {call} >&-"));
        assert!(
            !closed.err.contains("panicked") && closed.status < 3,
            "{call}: {closed:?}"
        );
    }
}

#[test]
fn output_files_are_whole_and_named_in_a_notice() {
    let room = Room::new();
    room.rootstage(&["plan", "new", "-o", "plan.toml"])
        .is(0, &["plan.toml written"]);
    room.rootstage(&[
        "script",
        "print",
        "first-root",
        "--format",
        "html",
        "-o",
        "script.html",
    ])
    .is(0, &["script.html written"]);
    assert!(room.read("script.html").ends_with("</html>\n"));
    room.rootstage(&["script", "print", "first-root", "-o", "absent/script.md"])
        .is(3, &["absent/script.md"]);
    // the template is a form: each thing to fill in is a problem with its line
    room.rootstage(&["plan", "check", "plan.toml"])
        .is(1, &["plan.toml:", "problems"]);
}
