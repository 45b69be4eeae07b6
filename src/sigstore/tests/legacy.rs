//! Names and words of single files.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Instance;
use super::super::legacy::{File, custom, files, forgotten};
use super::super::testing::*;
use crate::attestation::testing::{Draft, Key};
use crate::digest::Sha256;
use crate::tuf::hashes::{Hashes, Sha512};

fn log(of: &str) -> Instance {
    good(REKOR, &public(&Key::p256(of)))
}

fn paths(files: &[File]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

/// As they are listed afterwards, by go-tuf with SHA-512 alone.
fn listed(files: &[File]) -> BTreeMap<String, Hashes> {
    let mut listed = BTreeMap::new();
    for (place, file) in files.iter().enumerate() {
        let hashes = if place % 2 == 0 {
            Hashes {
                sha256: Some(Sha256::of(&file.bytes)),
                ..Hashes::default()
            }
        } else {
            Hashes {
                sha512: Some(Box::new(Sha512::of(&file.bytes))),
                ..Hashes::default()
            }
        };
        listed.insert(file.path.clone(), hashes);
    }
    listed
}

#[test]
fn a_content_keeps_its_name_and_every_file_is_tagged() {
    let services = [
        log("one"),
        log("two"),
        good(FULCIO, &fulcio()),
        good(TSA, &tsa()),
    ];
    let (made, notices) = files(&services, &BTreeMap::new());
    assert_eq!(
        paths(&made),
        [
            "rekor.pub",
            "rekor_2.pub",
            "fulcio.crt.pem",
            "tsa_leaf.crt.pem",
            "tsa_root.crt.pem"
        ]
    );
    assert!(notices.is_empty(), "{notices:?}");
    let usages: Vec<_> = made.iter().map(|file| file.said["usage"].clone()).collect();
    assert_eq!(usages, ["Rekor", "Rekor", "Fulcio", "TSA", "TSA"]);
    assert!(made.iter().all(|file| file.said["status"] == "Active"));
    let mut offered = listed(&made);
    let (again, _) = files(&[log("two"), log("three")], &offered);
    assert_eq!(paths(&again), ["rekor_2.pub", "rekor_3.pub"]);
    // a name that became free does not move the others
    offered.remove("rekor.pub");
    let (again, _) = files(&[log("three"), log("two")], &offered);
    assert_eq!(paths(&again), ["rekor.pub", "rekor_2.pub"]);
    let ended = good(
        &format!("{REKOR},status=expired,end=2026-06-01T00:00:00Z"),
        &public(&Key::p256("two")),
    );
    let (again, _) = files(&[ended], &offered);
    assert_eq!(again[0].path, "rekor_2.pub");
    assert_eq!(again[0].said["status"], "Expired");
}

#[test]
fn what_old_clients_cannot_use_is_not_given_to_them() {
    let (made, _) = files(&[good(TSA, &tsa())], &BTreeMap::new());
    let (top, key) = root();
    let other = Draft::new("other", "root", &Key::p256("other")).with(
        EXTENDED,
        true,
        &usage("1.3.6.1.5.5.7.3.8"),
    );
    let other = good(TSA, &[other.pem(&key), top.pem(&key)].concat());
    let (more, notices) = files(std::slice::from_ref(&other), &listed(&made));
    assert!(more.is_empty());
    assert!(notices[0].contains("reads one and no more"), "{notices:?}");
    // both in one call
    let (more, notices) = files(&[good(TSA, &tsa()), other], &BTreeMap::new());
    assert_eq!((more.len(), notices.len()), (2, 1));
    let newer = good(&format!("{REKOR},origin=log"), &public(&Key::ed25519()));
    let (more, notices) = files(&[newer], &BTreeMap::new());
    assert!(more.is_empty());
    assert!(
        notices[0].contains("does not know logs of version 2"),
        "{notices:?}"
    );
}

#[test]
fn what_was_offered_without_a_word_is_not_forgotten() {
    let (made, _) = files(&[log("two")], &BTreeMap::new());
    let made: Vec<File> = made
        .into_iter()
        .map(|file| File {
            path: "rekor_2.pub".to_owned(),
            ..file
        })
        .collect();
    let before = |path: &str| match path {
        "rekor.pub" => Some(Some(r#"{"owner":"ada"}"#.to_owned())),
        "ctfe.pub" => Some(None),
        _ => None,
    };
    let again = forgotten(&made, before);
    // of the certificate logs none is tagged, so that their fallback name still counts
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].0, "rekor.pub");
    let said = custom(before("rekor.pub").flatten().as_deref(), again[0].1.clone());
    assert_eq!(
        json!(said),
        json!({ "owner": "ada", "sigstore": { "usage": "Rekor", "status": "Active", "uri": "" } })
    );
    let tagged = |_: &str| Some(Some(r#"{"sigstore":{"usage":"Rekor"}}"#.to_owned()));
    assert!(forgotten(&made, tagged).is_empty());
    let itself: Vec<File> = files(&[log("one")], &BTreeMap::new()).0;
    assert!(forgotten(&itself, before).is_empty());
}
