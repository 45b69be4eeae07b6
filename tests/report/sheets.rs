//! The paper script as PDF, before the day and after it, read by poppler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::browser::{installed, pages, within};
use crate::room::{Room, plan, production_plan};

const ROOTSTAGE: &str = env!("CARGO_BIN_EXE_rootstage");

fn call(home: &Path, words: &[&str]) -> Output {
    Command::new(ROOTSTAGE)
        .current_dir(home)
        .args(words)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Written by the command, and kept to be looked at.
fn written(room: &Room, words: &[&str], name: &str) -> PathBuf {
    let output = call(room.home.path(), words);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{words:?}: {}",
        said(&output)
    );
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}"));
    fs::copy(room.home.path().join(name), &kept).unwrap();
    kept
}

fn told(program: &str, arguments: &[&str], pdf: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .arg(pdf)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Without blanks: a line may end anywhere.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What holds of every paper.
fn sound(pdf: &Path, room: &Room, foot: &str, rehearsal: bool) -> String {
    let pages = pages(pdf);
    let count = pages.len();
    for (number, page) in (1..).zip(&pages) {
        assert!(
            page.contains(&format!("Page {number} of {count}")),
            "{number}: {page}"
        );
        assert!(page.contains(foot), "{number}: {page}");
        // across the page, and at its foot
        assert_eq!(
            page.matches("REHEARSAL").count() >= 2,
            rehearsal,
            "{number}: {page}"
        );
    }
    let text = squeezed(&pages.concat());
    for step in &room.state().procedure.steps {
        assert!(text.contains(&squeezed(&step.id)), "{}", step.id);
        assert!(text.contains(&squeezed(&step.title)), "{}", step.title);
    }
    for person in &room.state().procedure.plan.participants {
        assert!(text.contains(&squeezed(&person.name)), "{}", person.name);
    }
    for digest in [
        room.state().procedure.plan.digest,
        room.state().procedure.script.digest,
    ] {
        assert!(text.contains(&digest.hex()), "{digest}");
        let words = (1..).zip(digest.words());
        let words: Vec<String> = words
            .map(|(number, word): (u32, _)| format!("{number}.{word}"))
            .collect();
        assert!(text.contains(&words.concat()), "{digest}");
    }
    // the heads of the steps are on each page that has steps, at the latest before the first of them
    let first = pages
        .iter()
        .position(|page| page.contains("Act 1: "))
        .unwrap();
    let last = pages
        .iter()
        .position(|page| page.contains("Fingerprints of the keys"))
        .unwrap();
    for page in &pages[first..last] {
        assert!(page.contains("Step Activity Who Initials Time"), "{page}");
    }
    within(pdf);
    let fonts = told("pdffonts", &[], pdf);
    assert!(fonts.lines().count() >= 4, "{fonts}");
    for font in fonts.lines().skip(2) {
        // emb, sub, uni
        assert!(font.contains("yes yes yes"), "{font}");
    }
    let info = told("pdfinfo", &[], pdf);
    assert!(info.contains("Tagged:          yes"), "{info}");
    assert!(info.contains(": paper script"), "{info}");
    let structure = told("pdfinfo", &["-struct"], pdf);
    for tag in ["H1", "H2", "Table", "TR", "TH", "TD"] {
        assert!(structure.contains(tag), "{tag}: {structure}");
    }
    assert!(
        fs::read(pdf)
            .unwrap()
            .windows(9)
            .any(|part| part == b"/Lang (en" || part == b"/Lang(en)")
    );
    text
}

#[test]
fn the_same_sheets_before_the_day_and_after_it() {
    if installed(&["pdftotext"]).is_none() {
        return;
    }
    let mut room = Room::open(3, 2);
    room.until("sign.keyholder-3", "secret");
    room.skip(&["VA", "WW"]).unwrap();
    room.to_the_end();
    let plan = room.state().procedure.plan.digest;
    let foot = format!("Ceremony of plan {}", plan.short());
    let words = ["plan", "print", "ceremony/plan.toml", "-o", "before.pdf"];
    let before = written(&room, &words, "before.pdf");
    let text = sound(&before, &room, &foot, true);
    for said in ["E1", "E6", "32.", "Signature", "AdaKeyholder", "Initials"] {
        assert!(text.contains(said), "{said}");
    }
    assert!(told("pdfinfo", &[], &before).contains("(A4)"));
    let words = [
        "report",
        "ceremony",
        "--paper",
        "--page",
        "letter",
        "-o",
        "after.pdf",
    ];
    let after = written(&room, &words, "after.pdf");
    let state = room.state();
    let id = state.opening.as_ref().unwrap().ceremony.clone();
    let text = sound(&after, &room, &format!("Ceremony {id}"), true);
    assert!(told("pdfinfo", &[], &after).contains("612 x 792 pts (letter)"));
    assert!(
        text.contains("SKIPPEDE1") && text.contains(&state.head.hex()),
        "{text}"
    );
    for held in state.keys.values() {
        assert!(text.contains(&held.enrolled.unwrap().1.hex()));
    }
    for words in ["aswritten", "otherwise", "togoon", "AK10:00:00"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // the same again, byte for byte; through a pipe as well
    let output = call(
        room.home.path(),
        &[
            "report", "ceremony", "--paper", "--page", "letter", "--format", "pdf",
        ],
    );
    assert_eq!(output.stdout, fs::read(&after).unwrap());
}

#[test]
fn names_of_every_script_are_on_paper() {
    if installed(&["pdftotext"]).is_none() {
        return;
    }
    let plan = production_plan(3, 2)
        .replace("Ada Keyholder", "Jürgen Größe-Łukasiewicz Ναυσικά Ольга")
        .replace("Bruno Keyholder", "山田 太郎")
        .replace("Chidi Keyholder", "דוד כהן");
    let room = Room::prepared(&plan);
    fs::write(room.home.path().join("plan.toml"), &plan).unwrap();
    let words = ["plan", "print", "plan.toml", "-o", "names.pdf"];
    let pdf = written(&room, &words, "names.pdf");
    let text = squeezed(&pages(&pdf).concat());
    for name in [
        "JürgenGröße-ŁukasiewiczΝαυσικάОльга",
        "<U+5C71><U+7530><U+592A><U+90CE>",
    ] {
        assert!(text.contains(name), "{name}: {text}");
    }
    assert!(text.contains("Lettersthatthefontsofthisdocumentdonothave"));
    for letter in "דודכהן".chars() {
        assert!(text.contains(letter), "{letter}: {text}");
    }
    assert!(!text.contains("REHEARSAL"));
}

#[test]
fn an_audit_that_failed_is_on_every_page() {
    if installed(&["pdftotext"]).is_none() {
        return;
    }
    let mut room = Room::open(2, 2);
    room.to_the_end();
    fs::write(room.dir().join("metadata/x"), "").unwrap();
    let output = call(
        room.home.path(),
        &["report", "ceremony", "--paper", "-o", "failed.pdf"],
    );
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for page in pages(&room.home.path().join("failed.pdf")) {
        assert!(page.contains("REHEARSAL, AUDIT FAILED"), "{page}");
    }
}

#[test]
fn what_is_written_as_what_is_said_in_words() {
    let mut room = Room::with_plan(&plan(2, 2));
    room.to_the_end();
    let home = room.home.path();
    for (words, status, reason) in [
        (
            "report ceremony -o r.pdf",
            2,
            "print it to PDF with a browser",
        ),
        ("report ceremony --format text", 2, "The report is HTML"),
        (
            "report ceremony --paper --format html -o r.pdf",
            2,
            "two things",
        ),
        (
            "report ceremony --paper --page letter -o r.html",
            2,
            "--page is for PDF",
        ),
        (
            "report ceremony --page letter -o r.html",
            2,
            "--page is for PDF",
        ),
        (
            "report ceremony --paper -o ceremony/r.pdf",
            2,
            "stays as it was",
        ),
        (
            "plan print ceremony/plan.toml -o nowhere/r.pdf",
            3,
            "its directory is not there",
        ),
        ("plan print nothing.toml -o r.pdf", 3, "nothing.toml"),
        ("plan print ceremony/script.toml -o r.pdf", 1, "script.toml"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let output = call(home, &words);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{words:?}: {}",
            said(&output)
        );
        assert!(
            said(&output).contains(reason),
            "{words:?}: {}",
            said(&output)
        );
        assert!(!home.join("r.pdf").exists() && !home.join("r.html").exists());
    }
    fs::write(home.join("r.pdf"), "mine").unwrap();
    let output = call(
        home,
        &["plan", "print", "ceremony/plan.toml", "-o", "r.pdf"],
    );
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output).contains("it is there already, and stays as it was. Nothing was written.")
    );
    assert_eq!(fs::read_to_string(home.join("r.pdf")).unwrap(), "mine");
}
