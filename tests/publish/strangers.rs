//! Strangers: what they find with the words in the copy, openssl, cosign and the verifier in Python, and nothing
//! of rootstage.

use std::path::Path;
use std::process::Command;

use crate::calls::{SALTED, held};
use crate::room::plan;
use crate::venue::{Said, said};
use crate::{judges, publish};

/// Runs commands in the copy, as a stranger who pastes them.
fn pasted(copy: &Path, commands: &str) -> Said {
    said(
        Command::new("bash")
            .args(["-ec", commands])
            .current_dir(copy),
    )
}

/// The indented lines of the text that begin with one of these words.
fn commands(text: &str, words: &[&str]) -> String {
    let lines = text.lines().filter_map(|line| line.strip_prefix("  "));
    let wanted = lines.filter(|line| words.iter().any(|word| line.starts_with(word)));
    wanted.collect::<Vec<_>>().join("\n")
}

/// A program of the published report, as people copy it.
fn program(page: &str, id: &str) -> String {
    let from = page.split_once(&format!("<pre id=\"{id}\">")).unwrap().1;
    let program = from.split_once("</pre>").unwrap().0;
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(program.to_owned(), |text, (code, plain)| {
        text.replace(code, plain)
    })
}

#[test]
fn the_programs_in_the_published_report_check_the_copy() {
    let room = held(&(plan(2, 2) + SALTED));
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(0, &[]);
    let page = std::fs::read_to_string(copy.join("report.html")).unwrap();
    assert!(
        !page.contains("sha256sum plan.toml"),
        "it is not in the copy"
    );
    for id in ["chain", "unpack"] {
        std::fs::write(copy.join(format!("{id}.py")), program(&page, id)).unwrap();
    }
    let checked = pasted(
        &copy,
        "python3 chain.py transcript.jsonl; sha256sum script.toml metadata/*; \
         python3 unpack.py metadata/1.root.json; for key in *.pem; do openssl dgst -sha256 -verify \"$key\" \
         -signature \"${key%.pem}.sig\" payload; done",
    );
    let head = format!("rehearsal, head {}", room.state().head);
    checked.is(0, &[&head, "bodies withheld"]);
    assert_eq!(checked.out.matches("Verified OK").count(), 2, "{checked:?}");

    let transcript = copy.join("transcript.jsonl");
    let text = std::fs::read_to_string(&transcript).unwrap();
    std::fs::write(
        &transcript,
        text.replacen("\"kind\":\"asked\"", "\"kind\":\"added\"", 1),
    )
    .unwrap();
    pasted(&copy, "python3 chain.py transcript.jsonl").is(1, &["the chain breaks at record"]);
}

#[test]
fn strangers_confirm_the_result_with_the_words_in_the_copy() {
    let room = held(&(plan(3, 2) + SALTED));
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(0, &[]);
    let text = std::fs::read_to_string(copy.join("README.txt")).unwrap();
    let head = room.state().head.hex();
    assert!(text.contains(&head));

    let openssl = commands(&text, &["mkdir ", "python3 -c ", "for "]);
    assert_eq!(openssl.lines().count(), 6, "{openssl}");
    let checked = pasted(&copy, &openssl);
    assert_eq!(checked.is(0, &[]).out.matches("Verified OK").count(), 3);

    let verifier = || judges::python("verify_ceremony.py");
    if let Some(mut call) = verifier() {
        let words = said(call.arg(&copy).args(["--expect-head", &head]));
        words.is(
            0,
            &[
                "PASS transcript.head",
                "PASS seal.signatures",
                "PASS root.threshold",
            ],
        );
    }
    if let Some(cosign) = judges::cosign() {
        let call = commands(&text, &["cosign "]);
        let loop_over_keys = format!(
            "for s in check/*.sig; do {}; done",
            call.trim()
                .replacen("cosign", cosign.to_str().unwrap(), 1)
                .replace("check/KEYID.pem", "${s%.sig}.pem")
        );
        let checked = pasted(&copy, &loop_over_keys);
        assert_eq!(checked.is(0, &[]).err.matches("Verified OK").count(), 3);
    }

    // a copy in which something else was signed
    let signed = copy.join("metadata/root.json");
    let other = std::fs::read_to_string(&signed).unwrap();
    let other = other.replacen("\"expires\"", "\"expired\"", 1);
    std::fs::write(&signed, other).unwrap();
    std::fs::remove_dir_all(copy.join("check")).unwrap();
    assert_ne!(pasted(&copy, &openssl).status, 0);
    if let Some(mut call) = verifier() {
        said(call.arg(&copy)).is(1, &["FAIL"]);
    }
}
