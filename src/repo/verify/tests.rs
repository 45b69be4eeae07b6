//! Files against what is listed of them.

use std::path::Path;

use crate::digest::Sha256;
use crate::repo::verify::streamed::{NotAsListed, check, check_all};
use crate::tuf::hashes::{Hashes, Sha512};
use crate::tuf::targets::Target;

fn listed(content: &[u8]) -> Target {
    Target {
        length: content.len() as u64,
        hashes: Hashes {
            sha256: Some(Sha256::of(content)),
            sha512: Some(Box::new(Sha512::of(content))),
            other: Vec::new(),
        },
        custom: None,
        extra: Vec::new(),
    }
}

#[test]
fn a_file_has_every_digest_or_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("file");
    let content = vec![7; 300_000];
    let target = listed(&content);
    assert_eq!(check(&path, &target), Err(NotAsListed::Absent));
    std::fs::write(&path, &content).unwrap();
    assert_eq!(check(&path, &target), Ok(()));
    let mut other = target.clone();
    other.hashes.sha512 = Some(Box::new(Sha512::of(b"other")));
    assert_eq!(check(&path, &other), Err(NotAsListed::Digest("SHA-512")));
    other.hashes.sha256 = Some(Sha256::of(b"other"));
    assert_eq!(check(&path, &other), Err(NotAsListed::Digest("SHA-256")));
    other.hashes = Hashes {
        other: vec![("blake2".to_owned(), "00".to_owned())],
        ..Hashes::default()
    };
    assert_eq!(check(&path, &other), Err(NotAsListed::NoDigest));
    let shorter = listed(&content[1..]);
    let wrong = NotAsListed::Length {
        listed: 299_999,
        got: 300_000,
    };
    assert_eq!(check(&path, &shorter), Err(wrong));
    assert_eq!(check(place.path(), &target), Err(NotAsListed::NotAFile));
    let link = place.path().join("link");
    std::os::unix::fs::symlink("file", &link).unwrap();
    assert_eq!(check(&link, &target), Err(NotAsListed::NotAFile));
    let under = path.join("below");
    assert_eq!(check(&under, &target), Err(NotAsListed::Absent));
}

#[test]
fn many_are_checked_together_and_the_wrong_ones_named() {
    let place = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..200_u32)
        .map(|i| {
            let path = place.path().join(i.to_string());
            std::fs::write(&path, i.to_be_bytes()).unwrap();
            let content = if i % 50 == 3 { i + 1 } else { i };
            (path, listed(&content.to_be_bytes()))
        })
        .collect();
    let jobs: Vec<(&Path, &Target)> = files
        .iter()
        .map(|(path, target)| (path.as_path(), target))
        .collect();
    let mut told = 0;
    let wrong = check_all(&jobs, &mut |_| told += 1);
    assert_eq!(wrong.into_keys().collect::<Vec<_>>(), [3, 53, 103, 153]);
    assert!(told > 0);
    assert!(check_all(&[], &mut |_| ()).is_empty());
}
