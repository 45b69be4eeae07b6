//! Pages, in every format, read by zbar.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::files::{envelope, rootstage, said};
use crate::judge::{are_there, file, is_there, run, texts};

/// The pages of a file in a format, and the number of codes that are said to be on them.
fn pages(directory: &Path, envelope: &Path, format: &str, more: &[&str]) -> (Vec<PathBuf>, usize) {
    let out = directory.join(format);
    let mut arguments = vec![
        "qr",
        "sheet",
        envelope.to_str().unwrap(),
        "--format",
        format,
    ];
    arguments.extend(["-o", out.to_str().unwrap(), "--json"]);
    arguments.extend(more);
    let output = rootstage(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    let facts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let listed = facts["files"].as_array().unwrap();
    let paths: Vec<PathBuf> = listed
        .iter()
        .map(|name| out.join(name.as_str().unwrap()))
        .collect();
    let there = std::fs::read_dir(&out).unwrap().count();
    assert_eq!(there, paths.len());
    (
        paths,
        usize::try_from(facts["codes"].as_u64().unwrap()).unwrap(),
    )
}

/// Every code is read, and any that are enough give the file.
fn check(pictures: &[PathBuf], codes: usize, bytes: &[u8]) {
    let all: Vec<String> = pictures.iter().flat_map(|picture| texts(picture)).collect();
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), codes, "{pictures:?}");
    assert_eq!(file(&all), bytes);
    let spoiled = if codes == 1 { 0 } else { codes / 4 };
    assert_eq!(file(&all[spoiled..]), bytes);
}

/// A directory with an envelope of so many bytes besides its frame.
fn room(length: usize) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let directory = tempfile::tempdir().unwrap();
    let (path, bytes) = envelope(directory.path(), length);
    (directory, path, bytes)
}

#[test]
fn pictures_are_read_whatever_the_length_and_the_paper() {
    if !are_there(&["zbarimg"]) {
        return;
    }
    for (length, paper) in [(10, "a4"), (1500, "a4"), (1500, "letter"), (15_500, "a4")] {
        let (directory, path, bytes) = room(length);
        let (pictures, codes) = pages(directory.path(), &path, "png", &["--paper", paper]);
        check(&pictures, codes, &bytes);
    }
}

#[test]
fn drawings_are_read() {
    if !are_there(&["zbarimg", "rsvg-convert"]) {
        return;
    }
    let (directory, path, bytes) = room(4000);
    let (drawings, codes) = pages(directory.path(), &path, "svg", &[]);
    assert!(drawings.len() > 1);
    let mut pictures = Vec::new();
    for drawing in &drawings {
        let picture = drawing.with_extension("png");
        let (from, to) = (drawing.to_str().unwrap(), picture.to_str().unwrap());
        // as a printer of 200 dots an inch has it, where no module is a whole number of dots
        run("rsvg-convert", &["-d", "200", "-p", "200", from, "-o", to]);
        pictures.push(picture);
    }
    check(&pictures, codes, &bytes);
}

#[test]
fn documents_are_read() {
    if !are_there(&["zbarimg", "pdftoppm", "pdftotext"]) {
        return;
    }
    let (directory, path, bytes) = room(4000);
    let (documents, codes) = pages(directory.path(), &path, "pdf", &["--paper", "letter"]);
    let document = documents[0].to_str().unwrap();
    let prefix = directory.path().join("page");
    run(
        "pdftoppm",
        &["-r", "200", "-png", document, prefix.to_str().unwrap()],
    );
    let mut pictures: Vec<PathBuf> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "png"))
        .collect();
    pictures.sort();
    assert!(pictures.len() > 1);
    check(&pictures, codes, &bytes);
    // the words are text, not pictures of it
    let text = directory.path().join("text");
    run("pdftotext", &["-layout", document, text.to_str().unwrap()]);
    let text = std::fs::read_to_string(text).unwrap();
    let digest = rootstage::digest::Sha256::of(&bytes);
    for words in [
        "root-2.rse".to_owned(),
        "Packed 2026-09-21T14:13:20Z.".to_owned(),
        digest.groups().join(" "),
        format!("2 of {codes}; any "),
        "with \"rootstage qr scan\", and compare".to_owned(),
    ] {
        assert!(text.contains(&words), "{words}\n{text}");
    }
    for word in digest.words() {
        assert!(text.contains(word), "{word}");
    }
}

#[test]
fn pages_for_browsers_are_read_from_a_screen() {
    if !are_there(&["zbarimg"]) {
        return;
    }
    // it is large, and not every machine has it: nothing else depends on it
    if !is_there("chromium") {
        eprintln!("SKIPPED: chromium is not installed");
        return;
    }
    let (directory, path, bytes) = room(1500);
    let (documents, codes) = pages(directory.path(), &path, "html", &[]);
    let text = std::fs::read_to_string(&documents[0]).unwrap();
    assert!(!text.contains("src=") && !text.contains("href=") && !text.contains("<script"));
    let picture = directory.path().join("window.png");
    run(
        "chromium",
        &[
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--window-size=1300,1900",
            &format!(
                "--user-data-dir={}",
                directory.path().join("profile").display()
            ),
            &format!("--screenshot={}", picture.display()),
            &format!("file://{}", documents[0].display()),
        ],
    );
    check(&[picture], codes, &bytes);
}
