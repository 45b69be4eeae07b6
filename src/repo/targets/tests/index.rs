//! What is believed to be hashed.

use std::fs;

use super::super::*;
use super::{Here, counts};
use crate::tuf::targets::Target;

#[test]
fn the_index_knows_a_file_from_any_other() {
    let here = Here::new();
    here.put("dir/a", b"one");
    let bytes = || fs::read(here.place.staged().join(INDEX)).unwrap();
    // long enough ago that the clock of the file system tells it from now
    let settled = |path: &str| loop {
        let stamp = Stamp::of(&here.file(path).symlink_metadata().unwrap());
        if stamp.is_settled(std::time::SystemTime::now()) {
            break;
        }
        std::thread::yield_now();
    };
    settled("dir/a");
    here.add_all();
    let target = here.listed("targets").targets["dir/a"].clone();
    let check = |target: &Target| Hashed::read(&here.place).check("dir/a", target);
    assert_eq!(check(&target), Standing::AsListed);
    // known, so not read again
    assert_eq!(here.add_all().bytes, 0);

    let mut other = target.clone();
    other.length = 4;
    assert_eq!(check(&other), Standing::Unknown);
    let mut other = target.clone();
    other.hashes.sha512 = Some(Box::new(crate::tuf::hashes::Sha512::of(b"one")));
    assert_eq!(check(&other), Standing::Unknown);

    // damage of any kind is no index
    let whole = bytes();
    let index = here.place.staged().join(INDEX);
    for cut in [0, 10, whole.len() - 1] {
        fs::write(&index, &whole[..cut]).unwrap();
        assert_eq!(check(&target), Standing::Unknown, "{cut}");
    }
    let boot = whole.iter().position(|c| *c == b'\n').unwrap() + 1;
    let mut other = whole.clone();
    other[boot] ^= 1;
    fs::write(&index, &other).unwrap();
    assert_eq!(
        check(&target),
        Standing::Unknown,
        "another start of the machine"
    );
    fs::write(&index, &whole).unwrap();
    assert_eq!(check(&target), Standing::AsListed);

    // the same length, and the time of the content set back
    let was = here.file("dir/a").metadata().unwrap().modified().unwrap();
    fs::write(here.file("dir/a"), b"two").unwrap();
    let file = fs::File::options()
        .write(true)
        .open(here.file("dir/a"))
        .unwrap();
    file.set_modified(was).unwrap();
    drop(file);
    assert_eq!(check(&target), Standing::Unknown);
    assert_eq!(counts(&here.add_all()), (0, 1, 0));

    // what has just been written is not believed, since a later change may look the same
    let stamp = Stamp::of(&here.file("dir/a").symlink_metadata().unwrap());
    let then = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    assert!(!stamp.is_settled(then));
    // a copy that was made here is
    let made = Addition::Made("made".to_owned(), b"made".to_vec());
    here.add(&[made]).unwrap();
    let target = &here.listed("targets").targets["made"];
    assert_eq!(
        Hashed::read(&here.place).check("made", target),
        Standing::AsListed
    );
}
