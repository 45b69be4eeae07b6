use super::{MAX_NAME, MAX_NOTE, check_line, check_name};
use crate::envelope::ManifestError;

#[test]
fn plain_names_are_taken() {
    for name in [
        "root.json",
        "12.root.json",
        "signatures.json",
        "a",
        "Alice_1+2@site=3,b.pem",
        "console.log",
        "com10.txt",
        &"x".repeat(MAX_NAME),
    ] {
        assert_eq!(check_name(name), Ok(()), "{name}");
    }
}

#[test]
fn every_other_name_is_refused_with_its_reason() {
    for (name, reason) in [
        ("", "empty"),
        (&"x".repeat(MAX_NAME + 1), "100 bytes"),
        ("a/b", "slash"),
        ("..", "two dots"),
        ("../root.json", "slash"),
        ("a\\b", "slash"),
        ("C:evil", "ASCII"),
        ("a..b", "two dots"),
        (".", "dot"),
        (".bashrc", "dot"),
        ("root.json.", "dot"),
        ("-rf", "hyphen"),
        ("a b", "ASCII"),
        ("a\nb", "ASCII"),
        ("a\0b", "ASCII"),
        ("a\u{202e}nosj", "ASCII"),
        ("zo\u{eb}.pem", "ASCII"),
        ("r\u{43e}ot.json", "ASCII"),
        ("nul", "Windows"),
        ("NUL", "Windows"),
        ("Con.json", "Windows"),
        ("aux.tar.gz", "Windows"),
        ("LPT9.x", "Windows"),
        ("a*b", "ASCII"),
    ] {
        let Err(ManifestError::Name {
            name: said,
            reason: why,
        }) = check_name(name)
        else {
            panic!("{name:?} was taken");
        };
        assert!(why.contains(reason), "{name:?}: {why}");
        assert!(!said.contains('\u{202e}') && !said.contains('\n'));
    }
}

#[test]
fn lines_are_bounded_and_show_what_they_hold() {
    assert!(check_line("note", "For the ceremony of May, Zo\u{eb}.", MAX_NOTE).is_ok());
    assert!(check_line("note", &"n".repeat(MAX_NOTE), MAX_NOTE).is_ok());
    for text in [
        "",
        "two\nlines",
        "\u{1b}[2J",
        "a\u{202e}b",
        &"n".repeat(MAX_NOTE + 1),
    ] {
        assert!(check_line("note", text, MAX_NOTE).is_err(), "{text:?}");
    }
}
