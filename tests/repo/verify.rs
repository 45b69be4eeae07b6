//! What `repo verify` finds.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::made::{Made, in_days, listing, repo, text};

fn verify(made: &Made, words: &[&str]) -> (Option<i32>, Value) {
    let output = made.repo(&[&["verify", "--json"], words].concat());
    let said =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    (output.status.code(), said)
}

fn failing(said: &Value) -> Vec<String> {
    let checks = said["checks"].as_array().unwrap().iter();
    checks
        .filter(|check| check["result"] == "FAIL")
        .map(|check| check["words"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_in_order_passes_and_what_expires_later_is_told() {
    for consistent in [true, false] {
        let made = Made::published(consistent);
        let (status, said) = verify(&made, &["--layout"]);
        assert_eq!((status, failing(&said)), (Some(0), vec![]));
        assert_eq!(said["targets"], 2);
        assert_eq!(said["roles"]["timestamp"]["days_left"], 6);
        assert!(said["host"][0].as_str().unwrap().contains("2.root.json"));
        let (status, said) = verify(&made, &["--at", "40d"]);
        let failing = failing(&said);
        assert_eq!((status, failing.len()), (Some(1), 2), "{failing:?}");
        assert!(failing[0].contains("snapshot") && failing[1].contains("timestamp"));
        // as it is hosted
        let www = made.path("www");
        crate::made::copy(&made.path("repository"), &www);
        let output = std::process::Command::new(crate::made::BINARY)
            .args(["repo", "verify", "--repository"])
            .arg(&www)
            .output()
            .unwrap();
        assert!(
            text(&output).contains("VERIFIED: a client"),
            "{}",
            text(&output)
        );
    }
}

#[test]
fn every_file_that_is_changed_is_found() {
    for consistent in [true, false] {
        let made = Made::published(consistent);
        let files = listing(&made.path("repository"));
        for (name, content) in &files {
            // nobody fetches these
            if consistent && ["snapshot.json", "targets.json"].contains(&name.as_str())
                || name == "root.json"
            {
                continue;
            }
            let path = made.path("repository").join(name);
            let mut changed = content.clone();
            let last = changed.len() / 2;
            changed[last] ^= 1;
            fs::write(&path, &changed).unwrap();
            let (status, said) = verify(&made, &[]);
            assert_eq!(status, Some(1), "{name}: {said:#}");
            fs::remove_file(&path).unwrap();
            let output = made.repo(&["verify"]);
            assert_eq!(output.status.code(), Some(1), "{name}: {}", text(&output));
            fs::write(&path, content).unwrap();
        }
        made.verified();
    }
}

#[test]
fn roots_are_each_begun_with() {
    let mut made = Made::published(true);
    let first = made.path("1.root.json");
    fs::copy(made.path("repository/1.root.json"), &first).unwrap();
    made.who.root = vec!["ben"];
    made.root(2, &["ada", "ben"]);
    made.commits();
    let trusted = first.to_str().unwrap();
    let (status, said) = verify(&made, &["--trusted", trusted]);
    assert_eq!(status, Some(0), "{said:#}");
    assert_eq!(said["roots"].as_array().unwrap().len(), 2);
    // somebody else's
    let mut other = Made::new(true);
    other.who.root = vec!["eve"];
    other.root(1, &["eve"]);
    let stranger = other.path("staged/root.json");
    let (status, said) = verify(&made, &["--trusted", stranger.to_str().unwrap()]);
    assert_eq!(status, Some(1), "{said:#}");
    // a root between is lost
    fs::rename(
        made.path("repository/1.root.json"),
        made.path("repository/0.root.json"),
    )
    .unwrap();
    let output = made.repo(&["verify"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert_eq!(
        repo(Made::new(true).dir(), &["verify"]).status.code(),
        Some(1)
    );
    assert_eq!(
        repo(&made.path("nowhere"), &["verify"]).status.code(),
        Some(3)
    );
}

#[test]
fn what_has_no_business_on_a_host_is_found() {
    let put = |made: &Made, name: &str, content: &[u8]| {
        fs::write(made.path("repository").join(name), content).unwrap();
    };
    let pem = b"-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n";
    let go_tuf = b"{\n\t\"encrypted\": true,\n\t\"data\": {\"ciphertext\": \"\"}}";
    let cases: [(&str, &[u8], &str, i32); 6] = [
        ("key.pem", pem, "private key", 1),
        ("targets.json.bak", go_tuf, "private key", 1),
        ("targets/notes", pem, "private key", 1),
        (".htpasswd", b"x", "Hidden names", 1),
        ("root.json", b"{}", "differ from the newest", 1),
        (
            "index.html",
            b"<p>",
            "No part of a repository: index.html",
            0,
        ),
    ];
    for (name, content, words, expected) in cases {
        let made = Made::published(true);
        put(&made, name, content);
        let (status, said) = verify(&made, &["--layout"]);
        assert_eq!(status, Some(expected), "{name}: {said:#}");
        assert!(
            said["checks"].to_string().contains(words),
            "{name}: {said:#}"
        );
        assert_eq!(verify(&made, &[]).0, Some(0), "{name}: clients do not mind");
    }
    let made = Made::published(true);
    std::os::unix::fs::symlink("1.root.json", made.path("repository/latest")).unwrap();
    let closed = fs::Permissions::from_mode(0o700);
    fs::set_permissions(made.path("repository/targets/dir"), closed).unwrap();
    let closed = fs::Permissions::from_mode(0o600);
    fs::set_permissions(made.path("repository/1.root.json"), closed).unwrap();
    let (status, said) = verify(&made, &["--layout"]);
    let found = failing(&said).join("\n");
    assert_eq!(status, Some(1), "{found}");
    assert!(
        found.contains("latest") && found.contains("targets/dir/"),
        "{found}"
    );
    assert!(found.contains("1.root.json"), "{found}");
    let mut made = Made::published(true);
    made.offer("with space%", b"odd");
    made.rest(2);
    made.commits();
    let (status, said) = verify(&made, &["--layout"]);
    assert_eq!(status, Some(0));
    assert!(
        said["checks"]
            .to_string()
            .contains("2 names need escaping in a URL")
    );
    made.stage_timestamp(3, in_days(7));
    made.commits();
}
