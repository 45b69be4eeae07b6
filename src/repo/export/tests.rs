//! Copies of what is published.

use std::fs;

use super::*;
use crate::repo::upkeep::tests::Repository;
use crate::tuf::testing::NOW;

fn published() -> Repository {
    let repository = Repository::new();
    repository.snapshot().unwrap();
    repository.timestamp().unwrap();
    repository.publish();
    repository
}

#[test]
fn a_copy_is_whole_readable_and_holds_nothing_else() {
    let repository = published();
    let served = repository.place.repository();
    fs::create_dir_all(served.join("targets/a/b")).unwrap();
    fs::write(served.join("targets/a/b/c.txt"), "c").unwrap();
    for stray in ["targets.key", ".hidden.json"] {
        fs::write(served.join(stray), "secret").unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", served.join("2.targets.json")).unwrap();
    fs::set_permissions(served.join("root.json"), fs::Permissions::from_mode(0o600)).unwrap();
    let to = repository.beside("www");
    let upload = super::repository(&repository.place, &to, NOW).unwrap();
    assert_eq!(
        upload.left_out,
        [".hidden.json", "2.targets.json", "targets.key"]
    );
    assert_eq!(upload.targets, 1);
    assert_eq!(upload.delegated, ["1.targets.json", "targets.json"]);
    assert_eq!(upload.roots, ["1.root.json", "root.json"]);
    assert_eq!(fs::read(to.join("targets/a/b/c.txt")).unwrap(), b"c");
    let mode = fs::metadata(to.join("root.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o644);
    let names: Vec<_> = fs::read_dir(&to)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 8, "{names:?}");
    // a second time: what is there stays
    let refused = super::repository(&repository.place, &to, NOW).unwrap_err();
    assert!(refused.happened.contains("already"), "{refused}");
    assert_eq!(fs::read_dir(to.parent().unwrap()).unwrap().count(), 2);
}

#[test]
fn what_clients_refuse_is_not_exported() {
    let repository = published();
    let served = repository.place.repository();
    let to = repository.beside("www");
    let late = NOW + time::Duration::days(8);
    let refused = super::repository(&repository.place, &to, late).unwrap_err();
    assert!(refused.happened.contains("root 1"), "{refused}");
    fs::write(served.join("1.targets.json"), "{}").unwrap();
    super::repository(&repository.place, &to, NOW).unwrap_err();
    assert!(!to.exists());
    assert_eq!(fs::read_dir(to.parent().unwrap()).unwrap().count(), 1);
}
