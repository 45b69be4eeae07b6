use proptest::prelude::*;

use super::{Key, is_torn, keys};

fn read(bytes: &[u8]) -> Vec<Key> {
    keys(bytes).collect()
}

#[test]
fn sequences_of_terminals_and_of_the_linux_console() {
    assert_eq!(
        read(b"\x1b[A\x1bOB\x1b[1;5C\x1b[D"),
        [Key::Up, Key::Down, Key::Right, Key::Left]
    );
    assert_eq!(
        read(b"\x1b[[A\x1b[[E\x1bOP\x1b[11~"),
        [Key::F(1), Key::F(5), Key::F(1), Key::F(1)]
    );
    assert_eq!(
        read(b"\x1b[15~\x1b[17~\x1b[19~\x1b[21~\x1b[24~"),
        [Key::F(5), Key::F(6), Key::F(8), Key::F(10), Key::F(12)]
    );
    assert_eq!(
        read(b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[3~\x1b[5~\x1b[6~\x1b[Z"),
        [
            Key::Home,
            Key::End,
            Key::Home,
            Key::End,
            Key::Delete,
            Key::PageUp,
            Key::PageDown,
            Key::BackTab
        ]
    );
}

#[test]
fn characters_and_controls() {
    assert_eq!(
        read("aé漢\r\t\x7f\x03".as_bytes()),
        [
            Key::Char('a'),
            Key::Char('é'),
            Key::Char('漢'),
            Key::Enter,
            Key::Tab,
            Key::Backspace,
            Key::Ctrl('c')
        ]
    );
    assert_eq!(read(b"\x1bx\x1b\x1b"), [Key::Alt('x'), Key::Esc, Key::Esc]);
    assert_eq!(read(b"\x1b\r"), []);
}

#[test]
fn garbage_is_passed_over() {
    assert_eq!(
        read(b"\xff\xc3\x28a\x00\x1b[99;99xb\x1b[?1;2c"),
        [Key::Char('('), Key::Char('a'), Key::Char('b')]
    );
    assert_eq!(read(b"\x1b[12"), []);
    assert_eq!(read(b"\x1b[1\rz"), [Key::Enter, Key::Char('z')]);
}

#[test]
fn torn_ends_are_known() {
    for torn in [
        &b"a\x1b"[..],
        b"\x1b[",
        b"\x1b[1;",
        b"\x1b[[",
        b"\xc3",
        b"x\xe6\xbc",
    ] {
        assert!(is_torn(torn), "{torn:?}");
    }
    for whole in [
        &b""[..],
        b"abc",
        b"\x1b[A",
        "é".as_bytes(),
        b"\x1b[[A",
        b"\x1bx",
    ] {
        assert!(!is_torn(whole), "{whole:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        let read = read(&bytes);
        prop_assert!(read.len() <= bytes.len());
        let _ = is_torn(&bytes);
    }

    #[test]
    fn printable_text_is_read_as_it_is(text in "[ -~äéß漢]{0,40}") {
        let typed: String = keys(text.as_bytes()).map(|k| match k { Key::Char(c) => c, _ => '\0' }).collect();
        prop_assert_eq!(typed, text);
    }
}
