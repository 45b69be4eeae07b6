//! What is published, and what is refused.

use std::collections::BTreeMap;
use std::fs;

use rootstage::digest::Sha256;
use rootstage::repo::Place;
use serde_json::{Value, json};

use crate::made::{Made, in_days, listing, public, text};

#[test]
fn what_is_staged_comes_to_clients_in_either_layout() {
    for consistent in [true, false] {
        let mut made = Made::published(consistent);
        let found = made.verified();
        assert_eq!((found.targets, found.roles["timestamp"].0), (2, 1));
        // what was published is not staged any more
        assert_eq!(listing(&made.path("staged")), BTreeMap::new());
        made.offer("a", b"another");
        made.targets.remove("dir/b");
        made.offer("new/deep/c", b"three");
        made.rest(2);
        let output = made.repo(&["commit", "--json"]);
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(said["committed"], true, "{}", text(&output));
        assert_eq!(said["roles"]["targets"]["version"], 2);
        assert_eq!(said["roles"]["root"]["new"], false);
        let root = fs::read(made.path("repository/1.root.json")).unwrap();
        assert_eq!(said["roots"][0]["sha256"], Sha256::of(&root).hex());
        assert_eq!(made.verified().targets, 2);
        let files = listing(&made.path("repository"));
        if consistent {
            for name in ["1.targets.json", "2.targets.json", "2.snapshot.json"] {
                assert!(files.contains_key(name), "{name}");
            }
            assert_eq!(files["targets.json"], files["2.targets.json"]);
            assert_eq!(files["snapshot.json"], files["2.snapshot.json"]);
            let hashed = format!("targets/new/deep/{}.c", Sha256::of(b"three").hex());
            assert_eq!(files[&hashed], b"three");
            // a client in the middle of an update may still ask for what was there before
            let before = format!("targets/dir/{}.b", Sha256::of(b"two").hex());
            assert_eq!(files[&before], b"two");
        } else {
            assert_eq!(files["targets/a"], b"another");
            assert!(
                !files.contains_key("targets/dir/b"),
                "it is not offered any more"
            );
        }
        assert_eq!(files["root.json"], files["1.root.json"]);
        // once more: nothing to do
        let output = made.repo(&["commit", "--json"]);
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (output.status.code(), &said["committed"]),
            (Some(0), &json!(false))
        );
    }
}

#[test]
fn roots_are_rotated_and_the_layout_changes_both_ways() {
    for consistent in [true, false] {
        let mut made = Made::published(consistent);
        // other root keys, other online keys, another layout, and nothing else is new
        let before = made.who.clone();
        made.who.consistent = !consistent;
        made.who.root = vec!["ben", "chi"];
        made.root(2, &["ada", "ben", "chi"]);
        made.commits();
        let found = made.verified();
        assert_eq!(found.roots.keys().collect::<Vec<_>>(), [&1, &2]);
        assert_eq!(found.targets, 2);
        // a client that had the first root, and all that it had seen, goes on
        made.offer("c", b"three");
        made.rest(2);
        made.commits();
        assert_eq!(made.verified().targets, 3);
        // and back again, with other online keys
        made.who.consistent = consistent;
        made.who.online = ["targets-2", "snapshot-2", "timestamp-2"];
        made.root(3, &["ben", "chi"]);
        let said = made.is_refused(1);
        assert!(said.contains("timestamp.json"), "{said}");
        made.rest(3);
        made.commits();
        assert_eq!(made.verified().roots.len(), 3);
        assert_eq!(before.root, ["ada", "ben"]);
        let output = made.repo(&["verify", "--layout"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    }
}

#[test]
fn a_root_that_clients_would_stop_at_is_refused() {
    let made = Made::new(true);
    assert!(made.is_refused(1).contains("nothing is staged"));
    made.root(1, &["ada"]);
    let said = made.is_refused(1);
    assert!(said.contains("1 of 2 signatures"), "{said}");
    let ben = public("ben").fingerprint().hex();
    let ben = format!("Still needed: 1 of the key {} {}", &ben[..4], &ben[4..8]);
    assert!(said.contains(&ben), "{said}");
    assert!(said.contains("export root -o root.rse"), "{said}");
    let made = Made::published(true);
    made.root(3, &["ada", "ben"]);
    assert!(made.is_refused(1).contains("in steps of one"));
    // the new keys alone do not do
    let mut made = Made::published(true);
    made.who.root = vec!["chi"];
    made.root(2, &["chi"]);
    assert!(
        made.is_refused(1)
            .contains("under the root that clients trust now")
    );
    // a draft, as go-tuf begins it
    let made = Made::new(true);
    let draft = json!({"signed": {"_type": "root", "version": 1, "keys": {}, "roles": {}, "expires": "2027-01-01T00:00:00Z"}, "signatures": []});
    made.stage("root", draft.to_string().as_bytes());
    assert!(made.is_refused(1).contains("role targets has no key"));
}

#[test]
fn nothing_expires_soon_and_nothing_goes_back() {
    let made = Made::published(true);
    made.stage_timestamp(2, crate::made::now() + time::Duration::minutes(59));
    assert!(made.is_refused(1).contains("less than an hour away"));
    made.stage_timestamp(1, in_days(8));
    assert!(made.is_refused(1).contains("versions never go back"));
    made.stage_timestamp(2, in_days(8));
    made.commits();
    made.stage_timestamp(1, in_days(8));
    assert!(made.is_refused(1).contains("version 2 is published"));
    // signed by somebody else
    let mut stranger = Made::published(true);
    stranger.who.online[2] = "stranger";
    stranger.stage_timestamp(2, in_days(8));
    let said = stranger.is_refused(1);
    assert!(
        said.contains("0 of the 1 keys") && said.contains("timestamp --expires 7d"),
        "{said}"
    );
}

#[test]
fn what_is_new_has_to_be_named() {
    for consistent in [true, false] {
        let mut made = Made::published(consistent);
        made.offer("c", b"three");
        made.stage_targets(2, in_days(90));
        let said = made.is_refused(1);
        assert!(
            said.contains("the snapshot names version 1") && said.contains("repo snapshot"),
            "{said}"
        );
        made.stage_snapshot(2, &["targets"], in_days(30));
        let said = made.is_refused(1);
        assert!(
            said.contains("the timestamp names version 1") && said.contains("repo timestamp"),
            "{said}"
        );
        made.stage_timestamp(2, in_days(7));
        made.commits();
    }
}

#[test]
fn every_file_must_be_as_it_is_listed() {
    for consistent in [true, false] {
        let mut made = Made::published(consistent);
        made.offer("c", b"three");
        made.rest(2);
        fs::write(made.path("staged/targets/c"), b"THREE").unwrap();
        let said = made.is_refused(1);
        assert!(said.contains("c (its SHA-256 is another one"), "{said}");
        fs::remove_file(made.path("staged/targets/c")).unwrap();
        assert!(made.is_refused(1).contains("(1 in all): c."));
        std::os::unix::fs::symlink("/etc/hostname", made.path("staged/targets/c")).unwrap();
        made.is_refused(1);
    }
}

#[test]
fn what_was_put_there_and_not_listed_yet_stays() {
    let mut made = Made::published(true);
    made.offer("c", b"three");
    made.rest(2);
    fs::write(made.path("staged/targets/later"), b"not yet").unwrap();
    fs::write(made.path("staged/targets/a"), b"a newer one").unwrap();
    made.commits();
    let left = listing(&made.path("staged"));
    let left: Vec<_> = left.keys().map(String::as_str).collect();
    assert_eq!(left, ["targets/a", "targets/later"]);
    assert_eq!(made.verified().targets, 3);
}

#[test]
fn delegated_roles_come_along() {
    for consistent in [true, false] {
        let mut made = Made::published(consistent);
        let key = public("builds");
        let id = key.key_id().hex();
        made.delegations = Some(json!({
            "keys": { id.as_str(): key.to_tuf() },
            "roles": [{ "name": "builds", "keyids": [id], "threshold": 1, "terminating": false, "paths": ["builds/*"] }],
        }));
        let mut builds = BTreeMap::new();
        builds.insert("builds/x".to_owned(), b"built".to_vec());
        fs::create_dir_all(made.path("staged/targets/builds")).unwrap();
        fs::write(made.path("staged/targets/builds/x"), b"built").unwrap();
        made.stage(
            "builds",
            &Made::list(&builds, 1, in_days(90), "stranger", None),
        );
        made.stage_targets(2, in_days(90));
        made.stage_snapshot(2, &["targets", "builds"], in_days(30));
        made.stage_timestamp(2, in_days(7));
        let said = made.is_refused(1);
        assert!(said.contains("repo sign builds"), "{said}");
        made.stage(
            "builds",
            &Made::list(&builds, 1, in_days(90), "builds", None),
        );
        made.stage_snapshot(2, &["targets", "builds"], in_days(30));
        made.stage_timestamp(2, in_days(7));
        made.commits();
        let found = made.verified();
        assert_eq!((found.targets, found.roles["builds"].0), (3, 1));
        // a role to which nobody delegates
        made.stage(
            "nobody",
            &Made::list(&builds, 1, in_days(90), "builds", None),
        );
        made.stage_snapshot(3, &["targets", "builds", "nobody"], in_days(30));
        made.stage_timestamp(3, in_days(7));
        assert!(made.is_refused(1).contains("no role delegates to it"));
    }
}

#[test]
fn another_command_is_waited_for_by_people() {
    let made = Made::published(true);
    made.stage_timestamp(2, in_days(7));
    let held = Place::locked(made.dir()).unwrap();
    let said = made.is_refused(3);
    assert!(said.contains("another command is changing"), "{said}");
    drop(held);
    made.commits();
}

#[test]
fn a_link_to_what_is_served_stays_a_link() {
    let mut made = Made::published(false);
    let served = made.path("served");
    fs::rename(made.path("repository"), &served).unwrap();
    std::os::unix::fs::symlink("served", made.path("repository")).unwrap();
    made.offer("c", b"three");
    made.rest(2);
    made.commits();
    assert!(made.path("repository").is_symlink());
    assert_eq!(listing(&served)["targets/c"], b"three");
}

#[test]
fn status_says_what_comes_next() {
    let next = |made: &Made| {
        let output = made.repo(&["status", "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        (said["next"].as_str().unwrap_or("").to_owned(), said)
    };
    let mut made = Made::new(true);
    assert!(next(&made).0.contains("import-root"));
    made.root(1, &["ada"]);
    let (command, said) = next(&made);
    assert!(command.contains("export root"), "{command}");
    assert_eq!(said["roles"]["root"]["staged"]["signed"], 1);
    assert_eq!(said["roles"]["root"]["staged"]["threshold"], 2);
    made.root(1, &["ada", "ben"]);
    assert!(next(&made).0.contains("repo add"));
    made.offer("a", b"one");
    made.stage_targets(1, in_days(90));
    assert!(next(&made).0.contains("repo snapshot"));
    made.stage_snapshot(1, &["targets"], in_days(30));
    assert!(next(&made).0.contains("repo timestamp"));
    made.stage_timestamp(1, in_days(7));
    let (command, said) = next(&made);
    assert!(command.contains("repo commit"), "{said}");
    assert_eq!(said["targets"]["new"], 1);
    made.commits();
    let (command, said) = next(&made);
    assert_eq!(command, "");
    assert_eq!(said["roles"]["snapshot"]["published"]["version"], 1);
    let output = made.repo(&["status", "--mirror", "https://tuf.example.com/"]);
    assert!(
        text(&output).contains("metadata https://tuf.example.com, "),
        "{}",
        text(&output)
    );
}

#[test]
fn refresh_publishes_nothing_by_the_way() {
    let refresh = |made: &Made| {
        made.repo(&[
            "refresh",
            "--within",
            "1d",
            "--expires",
            "timestamp=7d",
            "--json",
        ])
    };
    let mut made = Made::published(true);
    let output = refresh(&made);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        said,
        json!({ "renewed": [], "published": false, "due_not_renewed": [] })
    );
    made.stage_timestamp(2, crate::made::now() + time::Duration::hours(2));
    made.commits();
    // it is due, and no key is here
    let output = refresh(&made);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["due_not_renewed"][0]["role"], "timestamp");
    made.offer("c", b"three");
    made.stage_targets(2, in_days(90));
    let output = refresh(&made);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("by the way"), "{}", text(&output));
    let output = made.repo(&["refresh", "--within", "1d", "--expires", "targets=90d"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
}
