//! What is not shown and not written, and what is said of it.

use crate::files::{envelope, noise, rootstage, said};

fn sheet(file: &std::path::Path, out: &std::path::Path) -> std::process::Output {
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    rootstage(&["qr", "sheet", file, "--format", "svg", "-o", out])
}

#[test]
fn a_file_that_is_too_long_is_for_other_media() {
    let directory = tempfile::tempdir().unwrap();
    let (path, bytes) = envelope(directory.path(), 17_000);
    let out = directory.path().join("out");
    let output = sheet(&path, &out);
    assert_eq!(output.status.code(), Some(1));
    let words = said(&output);
    assert!(
        words.contains(&format!("has {} bytes", bytes.len())),
        "{words}"
    );
    assert!(
        words.contains("at most 16384") && words.contains("USB stick"),
        "{words}"
    );
    assert!(!out.exists());
    let output = rootstage(&["qr", "show", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("USB stick"), "{}", said(&output));
}

#[test]
fn a_damaged_envelope_and_an_empty_file_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (path, mut bytes) = envelope(directory.path(), 300);
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let out = directory.path().join("out");
    let output = sheet(&path, &out);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("Nothing was made of it"),
        "{}",
        said(&output)
    );
    std::fs::write(&path, b"").unwrap();
    let output = sheet(&path, &out);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("is empty"), "{}", said(&output));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(sheet(&path, &out).status.code(), Some(3));
    assert!(!out.exists());
}

#[test]
fn what_is_no_envelope_is_taken_with_a_warning() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("root.json");
    std::fs::write(&path, noise(100)).unwrap();
    let output = sheet(&path, &directory.path().join("out"));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("warning: ") && said(&output).contains("is no envelope"));
    // an encrypted one is an envelope, as far as can be seen
    std::fs::write(
        &path,
        [b"age-encryption.org/v1\n".as_slice(), &noise(100)].concat(),
    )
    .unwrap();
    let output = sheet(&path, &directory.path().join("other"));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!said(&output).contains("warning"), "{}", said(&output));
}

#[test]
fn nothing_is_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = envelope(directory.path(), 300);
    let out = directory.path().join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("notes.txt"), "kept").unwrap();
    let output = sheet(&path, &out);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("is not empty"), "{}", said(&output));
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1);
    assert_eq!(sheet(&path, &path).status.code(), Some(2));
    // an empty one is as good as none
    std::fs::remove_file(out.join("notes.txt")).unwrap();
    assert_eq!(sheet(&path, &out).status.code(), Some(0));
}

#[test]
fn without_a_terminal_nothing_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = envelope(directory.path(), 300);
    let output = rootstage(&["qr", "show", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("terminal"), "{}", said(&output));
    for wrong in [
        &["--speed", "1"][..],
        &["--speed", "13"],
        &["--wide", "--dense", "sixel"],
    ] {
        let mut arguments = vec!["qr", "show", path.to_str().unwrap()];
        arguments.extend(wrong);
        assert_eq!(rootstage(&arguments).status.code(), Some(2), "{wrong:?}");
    }
}
