use super::read;
use crate::qr::Transfer;

fn at(dir: &tempfile::TempDir, name: &str, bytes: &[u8]) -> String {
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn a_file_is_itself_and_frames_are_the_file_that_they_carry() {
    let dir = tempfile::tempdir().unwrap();
    let file: Vec<u8> = (0..900u16).map(|n| (n % 249) as u8).collect();
    assert_eq!(read(&at(&dir, "a.rse", &file)).unwrap(), file);
    let transfer = Transfer::new(&file, 300).unwrap();
    let lines: Vec<String> = (1..=transfer.needed()).map(|n| transfer.text(n)).collect();
    let text = format!("something else\n{}\n", lines.join("\n"));
    assert_eq!(
        read(&at(&dir, "frames.txt", text.as_bytes())).unwrap(),
        file
    );
    let too_few = lines.split_last().unwrap().1.join("\n");
    let error = read(&at(&dir, "few.txt", too_few.as_bytes())).unwrap_err();
    assert!(
        error.contains(&format!("of {} frames", transfer.needed())),
        "{error}"
    );
}

#[test]
fn what_is_absent_or_too_long_is_said() {
    let dir = tempfile::tempdir().unwrap();
    assert!(read(&dir.path().join("none").display().to_string()).is_err());
    let long = vec![0; crate::qr::MAX_FILE + 1];
    let error = read(&at(&dir, "long.rse", &long)).unwrap_err();
    assert!(error.contains("16384"), "{error}");
}
