//! The judge: zbar, which shares no code with what makes or reads our codes.

use std::path::Path;
use std::process::Command;

use rootstage::qr::Collector;

/// Whether a program is there.
pub fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).exists())
}

/// Whether these programs are there.
///
/// # Panics
/// Where one is missing and `CI` is set.
pub fn are_there(programs: &[&str]) -> bool {
    for program in programs {
        if is_there(program) {
            continue;
        }
        assert!(
            std::env::var_os("CI").is_none(),
            "{program} is not installed: run tests/setup"
        );
        eprintln!("SKIPPED: {program} is not installed (tests/setup installs it)");
        return false;
    }
    true
}

/// Runs a program that has to succeed.
pub fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The texts of the QR codes in a picture.
pub fn texts(picture: &Path) -> Vec<String> {
    let output = Command::new("zbarimg")
        .args(["--nodbus", "--quiet", "--raw"])
        .args(["-Sdisable", "-Sqrcode.enable"])
        .arg(picture)
        .output()
        .unwrap();
    // 4: there is no code in it
    let status = output.status.code();
    assert!(
        matches!(status, Some(0 | 4)),
        "zbarimg: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let texts = String::from_utf8(output.stdout).unwrap();
    texts.lines().map(str::to_owned).collect()
}

/// The text of the only QR code in a picture; `None` where there is none.
pub fn text(picture: &Path) -> Option<String> {
    let mut found = texts(picture);
    assert!(found.len() <= 1, "{found:?}");
    found.pop()
}

/// The file that these texts give.
pub fn file<'a>(texts: impl IntoIterator<Item = &'a String>) -> Vec<u8> {
    let mut collector = Collector::default();
    for text in texts {
        collector.take(text);
    }
    let file = collector.file().map(|(file, _)| file.to_vec());
    file.unwrap_or_else(|| panic!("not complete: {:?}", collector.progress()))
}
