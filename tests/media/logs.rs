//! The copy of the transcript on the LOG medium.

use std::fmt::Write as _;
use std::path::PathBuf;

use rootstage::media::log::{LogCopy, file_name};
use rootstage::media::mount::Carriage;
use rootstage::media::{MediaError, Target};

use super::sticks::{Stick, image, pull, run};

const CEREMONY: &str = "00112233445566778899aabbccddeeff";

fn transcript(stick: &Stick, lines: usize) -> (PathBuf, String) {
    let mut text = String::new();
    for n in 0..lines {
        writeln!(text, "{{\"seq\":{n},\"text\":\"{}\"}}", "x".repeat(n % 700)).unwrap();
    }
    let path = stick.directory.path().join("transcript.jsonl");
    std::fs::write(&path, &text).unwrap();
    (path, text)
}

fn attach(stick: &Stick, target: &Target, path: &std::path::Path) -> Result<LogCopy, MediaError> {
    LogCopy::attach(&stick.machine, target, CEREMONY, path)
}

fn copy(stick: &mut Stick) -> String {
    let files = stick.files();
    let found = files
        .into_iter()
        .find(|(name, _)| *name == file_name(CEREMONY));
    String::from_utf8(found.unwrap().1).unwrap()
}

#[test]
fn a_copy_grows_with_the_transcript_and_catches_up() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let target = stick.target();
    // longer than what is compared and copied at once
    let (path, mut text) = transcript(&stick, 1000);
    let mut log = attach(&stick, &target, &path).unwrap();
    assert_eq!(log.bytes(), text.len() as u64);
    for line in ["{\"a\":1}\n", "{\"b\":2}\n{\"c\":3}\n"] {
        text += line;
        log.append(line.as_bytes()).unwrap();
    }
    std::fs::write(&path, &text).unwrap();
    assert_eq!(log.detach().unwrap(), Carriage::Own);
    stick.is_left_alone();
    assert_eq!(copy(&mut stick), text);

    // while it was away the transcript grew, and its last line is not whole yet
    text += "{\"d\":4}\n";
    std::fs::write(&path, format!("{text}{{\"e\":")).unwrap();
    let log = attach(&stick, &target, &path).unwrap();
    assert_eq!(log.bytes(), text.len() as u64);
    log.detach().unwrap();
    assert_eq!(copy(&mut stick), text);
    // nothing to do is fine
    attach(&stick, &target, &path).unwrap().detach().unwrap();
    assert_eq!(copy(&mut stick), text);
}

#[test]
fn a_torn_end_is_cut_and_the_log_of_something_else_is_left_alone() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let target = stick.target();
    let (path, text) = transcript(&stick, 300);
    let half = text.len() / 2;
    let torn = format!("{}\0\0\0", &text[..half]);
    let more = format!("{text}{{\"more\":1}}\n");
    let other = text.replacen("\"seq\":3", "\"seq\":7", 1);
    for (there, is_ours) in [(torn, true), (more, false), (other, false)] {
        let node = stick.node().to_owned();
        let Some(at) = stick.mount("mount", &[&node]) else {
            return;
        };
        std::fs::write(at.join(file_name(CEREMONY)), &there).unwrap();
        stick.unmount();
        match attach(&stick, &target, &path) {
            Ok(log) => {
                assert!(is_ours);
                log.detach().unwrap();
                assert_eq!(copy(&mut stick), text);
            }
            Err(error) => {
                assert!(
                    !is_ours && matches!(error, MediaError::OtherLog { .. }),
                    "{error}"
                );
                assert_eq!(copy(&mut stick), there, "it is as it was");
            }
        }
    }
    let error = LogCopy::attach(&stick.machine, &target, "../x", &path).unwrap_err();
    assert!(matches!(error, MediaError::NameRefused { .. }), "{error}");
    let absent = stick.directory.path().join("absent");
    let error = attach(&stick, &target, &absent).unwrap_err();
    assert!(matches!(error, MediaError::Transcript { .. }), "{error}");
    stick.is_left_alone();
}

#[test]
fn a_log_medium_that_is_pulled_is_off_until_it_is_back() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let target = stick.target();
    let (path, mut text) = transcript(&stick, 10);
    let mut log = attach(&stick, &target, &path).unwrap();
    let at = std::fs::read_dir(&stick.machine.run)
        .unwrap()
        .next()
        .unwrap();
    pull(&at.unwrap().path());
    let mut lines = String::new();
    for (n, expected_off) in [(1, false), (2, true), (3, true)] {
        let line = format!("{{\"later\":{n}}}\n");
        lines += &line;
        let error = log.append(line.as_bytes()).unwrap_err();
        assert_eq!(
            matches!(error, MediaError::LogOff { .. }),
            expected_off,
            "{error}"
        );
        assert!(
            expected_off || matches!(error, MediaError::Gone { .. }),
            "{error}"
        );
    }
    assert!(log.off().is_some());
    assert!(matches!(log.detach(), Err(MediaError::LogOff { .. })));
    stick.is_left_alone();
    text += &lines;
    std::fs::write(&path, &text).unwrap();
    let mut log = attach(&stick, &target, &path).unwrap();
    log.append(b"{\"last\":1}\n").unwrap();
    log.detach().unwrap();
    assert_eq!(copy(&mut stick), format!("{text}{{\"last\":1}}\n"));
}

#[test]
fn a_full_log_medium_keeps_whole_lines_only() {
    let Some(mut stick) = Stick::of(|path| image(path, 2, "mkfs.ext4", &["-q", "-L", "LOG"]))
    else {
        return;
    };
    let target = stick.target();
    let (path, text) = transcript(&stick, 10);
    let mut log = attach(&stick, &target, &path).unwrap();
    let line = format!("{}\n", "y".repeat(200_000));
    let mut written = 0;
    let error = loop {
        match log.append(line.as_bytes()) {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, MediaError::Full { .. }), "{error}");
    drop(log);
    let there = copy(&mut stick);
    let whole = format!("{text}{}", line.repeat(written));
    assert!(there.starts_with(&whole) && !there[whole.len()..].contains('\n'));
}

#[test]
fn a_link_in_place_of_the_log_is_not_followed() {
    let Some(mut stick) = Stick::ext4(16) else {
        return;
    };
    let (path, _) = transcript(&stick, 3);
    let victim = stick.directory.path().join("victim");
    std::fs::write(&victim, "precious").unwrap();
    let node = stick.node().to_owned();
    let Some(at) = stick.mount("mount", &[&node]) else {
        return;
    };
    let link = at.join(file_name(CEREMONY));
    run(
        "ln",
        &["-s", victim.to_str().unwrap(), link.to_str().unwrap()],
    );
    stick.unmount();
    let error = attach(&stick, &stick.target(), &path).unwrap_err();
    assert!(matches!(error, MediaError::NotAFile { .. }), "{error}");
    assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
}
