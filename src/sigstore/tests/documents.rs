//! The two documents: made, changed, kept.

use serde_json::{Value, json};
use time::macros::datetime;

use super::super::signing_config::SigningConfig;
use super::super::testing::*;
use super::super::trusted_root::TrustedRoot;
use super::super::{DocumentError, Instance};
use crate::attestation::testing::Key;
use crate::tuf::testing::data;

/// The trusted root with these services.
fn trusted(before: Option<&[u8]>, services: &[Instance]) -> Vec<u8> {
    let mut document = TrustedRoot::read(before).unwrap();
    for instance in services {
        document.put(instance);
    }
    document.to_file()
}

/// The signing configuration with these services.
fn signing(before: Option<&[u8]>, services: &[Instance]) -> SigningConfig {
    let mut document = SigningConfig::read(before).unwrap();
    for instance in services {
        document.put(instance, "example.com");
    }
    document
}

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn log_key() -> String {
    public(&Key::p256("log"))
}

#[test]
fn what_is_put_twice_is_there_once() {
    let services = [
        good(FULCIO, &fulcio()),
        good(REKOR, &log_key()),
        good(TSA, &tsa()),
    ];
    let first = trusted(None, &services);
    assert_eq!(trusted(Some(&first), &services), first);
    let document = value(&first);
    assert_eq!(document["tlogs"].as_array().unwrap().len(), 1);
    assert_eq!(document["ctlogs"], json!([]));
    assert_eq!(
        document["timestampAuthorities"][0]["validFor"]["start"],
        "2024-12-01T00:00:00Z"
    );
    let first = signing(None, &services);
    assert_eq!(
        signing(Some(&first.to_file()), &services).to_file(),
        first.to_file()
    );
    assert_eq!(first.operator(), Some("example.com"));
}

#[test]
fn what_is_not_known_stays_and_what_ended_is_not_signed_with() {
    let mut document = value(&trusted(None, &[good(REKOR, &log_key())]));
    document["x-note"] = json!("kept");
    document["tlogs"][0]["x-note"] = json!("kept");
    let ended = format!("{REKOR},end=2026-06-01T00:00:00Z,status=expired");
    let services = [
        good(&ended, &log_key()),
        good(
            "rekor=new.pub,uri=https://r2,origin=r2,start=2026-06-01T00:00:00Z",
            &public(&Key::ed25519()),
        ),
    ];
    let second = value(&trusted(Some(document.to_string().as_bytes()), &services));
    assert_eq!(second["x-note"], "kept");
    assert_eq!(second["tlogs"].as_array().unwrap().len(), 2);
    assert_eq!(second["tlogs"][0]["x-note"], "kept");
    assert_eq!(
        second["tlogs"][0]["publicKey"]["validFor"],
        json!({ "start": "2026-01-01T00:00:00Z", "end": "2026-06-01T00:00:00Z" })
    );

    let config = signing(None, &[good(REKOR, &log_key())]);
    let config = signing(Some(&config.to_file()), &services);
    let logs = value(&config.to_file())["rekorTlogUrls"].clone();
    assert_eq!(logs.as_array().unwrap().len(), 1);
    assert_eq!(logs[0]["majorApiVersion"], 2);
    let gaps = config.gaps(NOW).join(" ");
    for word in [
        "certificate authority",
        "identity provider",
        "timestamp authority",
    ] {
        assert!(gaps.contains(word), "{word}: {gaps}");
    }
    assert!(!gaps.contains("transparency log"), "{gaps}");
    let before = config.gaps(datetime!(2026-01-01 00:00:00 UTC)).join(" ");
    assert!(
        before.contains("transparency log"),
        "it has not begun: {before}"
    );
}

#[test]
fn a_start_that_is_not_said_again_is_kept() {
    let spec = "rekor=log.pub,uri=https://rekor.example.com";
    let document = trusted(None, &[good(REKOR, &log_key())]);
    let service = spec.parse().unwrap();
    let material = good(REKOR, &log_key()).material;
    let known = TrustedRoot::read(Some(&document))
        .unwrap()
        .known(&service, &material);
    assert_eq!(known.unwrap().start, datetime!(2026-01-01 00:00:00 UTC));
    let (again, cautions) = look_at(spec, &log_key(), known, NOW).unwrap();
    assert!(cautions.is_empty(), "{cautions:?}");
    assert_eq!(trusted(Some(&document), &[again]), document);
    // what is signed with may have begun at another time
    let config = signing(None, &[good(REKOR, &log_key())]).to_file();
    let later = String::from_utf8(config)
        .unwrap()
        .replace("2026-01-01", "2026-03-01");
    let (again, _) = look_at(spec, &log_key(), known, NOW).unwrap();
    assert_eq!(
        signing(Some(later.as_bytes()), &[again]).to_file(),
        later.as_bytes()
    );
}

#[test]
fn the_newest_version_and_the_newest_service_come_first() {
    let one = |uri: &str, rest: &str, key: &Key| {
        good(&format!("rekor=k.pub,uri={uri}{rest}"), &public(key))
    };
    let (a, b, c) = (Key::p256("a"), Key::p256("b"), Key::ed25519());
    let config = signing(
        None,
        &[
            one("https://a", ",start=2025-01-01T00:00:00Z", &a),
            one("https://b", ",start=2026-01-01T00:00:00Z", &b),
            one("https://c", ",start=2024-01-01T00:00:00Z,origin=c", &c),
        ],
    );
    let logs = value(&config.to_file())["rekorTlogUrls"].clone();
    let urls: Vec<_> = logs
        .as_array()
        .unwrap()
        .iter()
        .map(|log| log["url"].clone())
        .collect();
    assert_eq!(urls, ["https://c", "https://b", "https://a"]);
}

#[test]
fn a_document_of_another_kind_is_refused() {
    let media = r#""mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1""#;
    for (text, expected) in [
        ("{".to_owned(), "it is not readable as JSON"),
        ("[]".to_owned(), "no JSON object"),
        ("{}".to_owned(), "`mediaType` is absent"),
        (r#"{"mediaType":"x\u0007"}"#.to_owned(), "`mediaType` is x"),
        (format!(r#"{{{media},"tlogs":{{}}}}"#), "`tlogs` is no list"),
        (
            format!(r#"{{{media},"ctlogs":[1]}}"#),
            "`ctlogs` is no list",
        ),
        (format!("{{{media},{media}}}"), "it is not readable as JSON"),
    ] {
        let error: DocumentError = TrustedRoot::read(Some(text.as_bytes())).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}: {error}");
        assert!(!error.to_string().contains('\u{7}'));
    }
    assert!(SigningConfig::read(Some(trusted(None, &[]).as_slice())).is_err());
}

/// What Sigstore itself publishes.
#[test]
fn the_published_documents_of_sigstore_pass_through_without_loss() {
    for host in ["sigstore.dev", "sigstage.dev"] {
        let name = |name: &str| format!("sigstore/documents/{host}/{name}");
        let (Some(root), Some(config)) = (
            data(&name("trusted_root.json")),
            data(&name("signing_config.v0.2.json")),
        ) else {
            return;
        };
        let services = [good(REKOR, &log_key())];
        assert_eq!(value(&trusted(Some(&root), &[])), value(&root));
        let more = value(&trusted(Some(&root), &services));
        let count = |document: &Value| document["tlogs"].as_array().unwrap().len();
        assert_eq!(count(&more), count(&value(&root)) + 1);
        let read = signing(Some(&config), &[]);
        assert_eq!(value(&read.to_file()), value(&config));
        assert_eq!(read.operator(), Some("sigstore.dev"));
    }
}
