use super::{MAX_DEPTH, MAX_FILE, read, seal};

/// A pipe waits for a writer, a link may lead elsewhere, nowhere or in a circle: none of them stops an audit, and
/// none passes for a file.
#[test]
fn what_is_no_file_is_there_by_its_name() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    std::fs::create_dir_all(at("one/two")).unwrap();
    std::fs::write(at("one/two/file"), "words").unwrap();
    std::os::unix::fs::symlink("nowhere", at("lost")).unwrap();
    std::os::unix::fs::symlink(".", at("round")).unwrap();
    std::os::unix::fs::symlink("one/two/file", at("same")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("endless")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(at("pipe"))
        .status();
    let mut wanted = vec![
        ("endless", ""),
        ("lost", ""),
        ("one/two/file", "words"),
        ("pipe", ""),
        ("round", ""),
        ("same", ""),
    ];
    if !pipe.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED in part: there is no mkfifo");
        wanted.retain(|(name, _)| *name != "pipe");
    }
    let found = read(home.path()).unwrap();
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(name, bytes)| (name.as_str(), std::str::from_utf8(bytes).unwrap()))
        .collect();
    assert_eq!(found, wanted);
    assert_eq!(seal(&at("lost")).unwrap(), Some(Vec::new()));
    assert_eq!(seal(&at("one")).unwrap(), Some(Vec::new()));
    assert_eq!(seal(&at("absent")).unwrap(), None);
    assert!(read(&at("absent")).unwrap().is_empty());
}

#[test]
fn nothing_fills_the_memory() {
    let home = tempfile::tempdir().unwrap();
    let large = std::fs::File::create(home.path().join("large")).unwrap();
    large.set_len(1 << 40).unwrap();
    let found = read(home.path()).unwrap();
    assert_eq!(found[0].1.len() as u64, MAX_FILE + 1);
    let deep = "d/".repeat(MAX_DEPTH + 1);
    std::fs::create_dir_all(home.path().join(deep)).unwrap();
    assert!(read(home.path()).is_err());
}
