use rustix::io::Errno;

use super::*;

const AT: At<'static> = At {
    device: "/dev/sdb1 \"OUT\"",
    doing: Doing::Writing,
};

#[test]
fn what_the_system_says_is_the_right_error() {
    for errno in [
        Errno::NODEV,
        Errno::IO,
        Errno::NXIO,
        Errno::SHUTDOWN,
        Errno::NOTCONN,
        Errno::CONNABORTED,
    ] {
        assert!(matches!(AT.says(errno), MediaError::Gone { .. }), "{errno}");
    }
    assert!(matches!(AT.says(Errno::ROFS), MediaError::ReadOnly { .. }));
    assert!(matches!(AT.says(Errno::BUSY), MediaError::Busy { .. }));
    assert!(matches!(
        AT.says(Errno::PERM),
        MediaError::NotPermitted { .. }
    ));
    assert!(matches!(
        AT.says(Errno::NAMETOOLONG),
        MediaError::Failed { .. }
    ));
    let plain = std::io::Error::other("something");
    assert!(matches!(AT.fails(&plain), MediaError::Failed { .. }));
    let gone = std::io::Error::from(Errno::IO);
    assert!(matches!(AT.fails(&gone), MediaError::Gone { .. }));
}

/// One of each, with texts that name what it is about.
#[expect(clippy::too_many_lines, reason = "one of each")]
fn each() -> Vec<MediaError> {
    let device = || "/dev/sdb1".to_owned();
    let name = || "root-2.rse".to_owned();
    let reason = || "the reason".to_owned();
    let mut all = vec![
        MediaError::Listing {
            path: "/sys/block".to_owned(),
            reason: reason(),
        },
        MediaError::Absent { device: device() },
        MediaError::NotOffered {
            device: device(),
            reason: reason(),
        },
        MediaError::OtherMedium {
            expected: "A (identifier 1)".to_owned(),
            found: "A (identifier 2)".to_owned(),
        },
        MediaError::Full {
            device: device(),
            needed: 10,
            free: 5,
        },
        MediaError::ReadOnly {
            device: device(),
            reason: reason(),
        },
        MediaError::NotMountable {
            device: device(),
            reason: reason(),
        },
        MediaError::Busy {
            device: device(),
            at: Some("/media/x".to_owned()),
        },
        MediaError::Busy {
            device: device(),
            at: None,
        },
        MediaError::FileAbsent {
            device: device(),
            name: name(),
            there: vec![],
            more: 0,
        },
        MediaError::FileAbsent {
            device: device(),
            name: name(),
            there: vec!["a".to_owned()],
            more: 7,
        },
        MediaError::Ambiguous {
            device: device(),
            name: name(),
            names: vec!["a".to_owned(), "A".to_owned()],
        },
        MediaError::NotAFile {
            device: device(),
            name: name(),
        },
        MediaError::TooLarge {
            device: device(),
            name: name(),
            bytes: 10,
            limit: 5,
        },
        MediaError::NameRefused {
            name: name(),
            reason: reason(),
        },
        MediaError::NameTaken {
            device: device(),
            there: name(),
        },
        MediaError::Differs {
            device: device(),
            name: name(),
        },
        MediaError::OtherLog {
            device: device(),
            name: name(),
        },
        MediaError::LogOff {
            device: device(),
            because: reason(),
        },
        MediaError::Transcript {
            path: "t".to_owned(),
            reason: reason(),
        },
    ];
    for doing in [
        Doing::Mounting,
        Doing::Reading,
        Doing::Writing,
        Doing::ReadingBack,
        Doing::Logging,
    ] {
        let at = At {
            device: "/dev/sdb1",
            doing,
        };
        for errno in [Errno::IO, Errno::PERM, Errno::NAMETOOLONG] {
            all.push(at.says(errno));
        }
    }
    all
}

#[test]
fn each_error_says_what_was_not_changed_and_what_to_do() {
    for error in each() {
        let happened = error.to_string();
        assert!(
            happened.len() > 20 && !happened.ends_with('.'),
            "{happened}"
        );
        for sentence in [error.unchanged(), error.next()] {
            assert!(sentence.ends_with('.') && sentence.len() > 15, "{sentence}");
            assert!(sentence.starts_with(char::is_uppercase), "{sentence}");
        }
    }
    let seven = each().remove(10).to_string();
    assert!(seven.ends_with("it holds a and 7 more"), "{seven}");
}
