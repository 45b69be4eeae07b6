//! From each root that somebody may have to the newest one.

use super::{Anchor, Grade, Verified};
use crate::repo::Published;
use crate::repo::published::Files;
use crate::safe::safe;
use crate::tuf::client::{Limits, follow_roots};

pub(super) fn walk(found: &mut Verified, published: &Published, files: &Files, trusted: &[Anchor]) {
    let newest = published.root.version;
    let last = published.roots.values().next_back();
    // a root that a whole chain has come through begins a part of that chain: what it must be
    // itself was asked of it on the way
    let mut whole_from = None;
    for (version, file) in &published.roots {
        if whole_from.is_some() {
            found.note("roots", Grade::Pass, sentence(*version, newest));
            continue;
        }
        match follow_roots(file.bytes(), files, Limits::default()) {
            Ok(_) => {
                whole_from = Some(*version);
                found.note("roots", Grade::Pass, sentence(*version, newest));
            }
            Err(error) => {
                let words = format!("From {version}.root.json on: {error}.");
                found.note("roots", Grade::Fail, words);
            }
        }
    }
    for (name, bytes) in trusted {
        let name = safe(name);
        let (grade, words) = match follow_roots(bytes, files, Limits::default()) {
            Err(error) => (Grade::Fail, format!("From {name} on: {error}.")),
            Ok((root, chain)) => {
                let first = chain.first().map_or(0, |link| link.version);
                let same = last.is_some_and(|last| last.digest() == root.payload());
                if same {
                    (
                        Grade::Pass,
                        format!("From {name}, root version {first}, to version {newest}."),
                    )
                } else {
                    (
                        Grade::Fail,
                        format!(
                            "From {name}, root version {first}, a client comes to a root of version {}, which is not the published version {newest}.",
                            root.get().version
                        ),
                    )
                }
            }
        };
        found.note("roots", grade, words);
    }
}

fn sentence(version: u64, newest: u64) -> String {
    if version == newest {
        format!("{version}.root.json is the newest, and signed by enough of its own keys.")
    } else {
        format!("From {version}.root.json a client comes to version {newest}.")
    }
}
