//! Services with good and bad material, and the documents that are made of them.

use std::collections::BTreeMap;

use time::macros::datetime;

use super::*;
use crate::attestation::testing::{Draft, Key, oid, pem};
use crate::digest::Sha256;

const NOW: OffsetDateTime = datetime!(2026-11-23 12:00:00 UTC);
const KEY_USAGE: &str = "2.5.29.15";
const EXTENDED: &str = "2.5.29.37";
/// keyCertSign alone.
const CERT_SIGN: &[u8] = &[0x03, 0x02, 0x02, 0x04];

fn usage(dotted: &str) -> Vec<u8> {
    crate::attestation::testing::tlv(0x30, &oid(dotted))
}

fn root() -> (Draft, Key) {
    let key = Key::p256("root");
    let draft = Draft::new("root", "root", &key)
        .authority(2)
        .with(KEY_USAGE, true, CERT_SIGN);
    (draft, key)
}

fn between() -> (Draft, Key) {
    let key = Key::p384();
    let draft = Draft::new("between", "root", &key)
        .authority(0)
        .with(KEY_USAGE, true, CERT_SIGN)
        .with(EXTENDED, false, &usage("1.3.6.1.5.5.7.3.3"));
    (draft, key)
}

fn stamp() -> Draft {
    Draft::new("stamp", "root", &Key::p256("stamp")).with(
        EXTENDED,
        true,
        &usage("1.3.6.1.5.5.7.3.8"),
    )
}

fn fulcio() -> String {
    let (root, key) = root();
    [between().0.pem(&key), root.pem(&key)].concat()
}

fn tsa() -> String {
    let (root, key) = root();
    [stamp().pem(&key), root.pem(&key)].concat()
}

fn public(key: &Key) -> String {
    pem(&key.spki()).replace("CERTIFICATE", "PUBLIC KEY")
}

fn look(spec: &str, file: &str) -> Result<(Instance, Findings), Findings> {
    Instance::look(spec.parse().unwrap(), file.as_bytes(), NOW)
}

fn good(spec: &str, file: &str) -> Instance {
    look(spec, file).unwrap().0
}

/// The one reason against it.
fn stop(spec: &str, file: &str) -> String {
    let findings = look(spec, file).unwrap_err();
    findings.stops.join(" / ")
}

const FULCIO: &str = "fulcio=chain.pem,uri=https://fulcio.example.com";
const TSA: &str = "tsa=chain.pem,uri=https://tsa.example.com";
const REKOR: &str = "rekor=log.pub,uri=https://rekor.example.com,start=2026-01-01T00:00:00Z";

#[test]
fn good_material_has_no_findings() {
    for (spec, file) in [
        (FULCIO, fulcio()),
        (TSA, tsa()),
        (REKOR, public(&Key::p256("log"))),
        (REKOR, public(&Key::p384())),
        (REKOR, public(&Key::ed25519())),
        ("oidc=https://oauth.example.com", String::new()),
    ] {
        let (_, findings) = look(spec, &file).unwrap();
        assert_eq!(findings, Findings::default(), "{spec}");
    }
}

#[test]
fn what_clients_would_choke_on_is_refused() {
    let (top, key) = root();
    let (middle, _) = between();
    let stranger = Key::p256("stranger");
    let reversed = [top.pem(&key), middle.pem(&key)].concat();
    let forged = [middle.pem(&stranger), top.pem(&key)].concat();
    let no_ca = [middle.clone().without("2.5.29.19").pem(&key), top.pem(&key)].concat();
    let no_usage = [middle.clone().without(KEY_USAGE).pem(&key), top.pem(&key)].concat();
    let not_stamping = [stamp().without(EXTENDED).pem(&key), top.pem(&key)].concat();
    let lenient = stamp()
        .without(EXTENDED)
        .with(EXTENDED, false, &usage("1.3.6.1.5.5.7.3.8"));
    let not_critical = [lenient.pem(&key), top.pem(&key)].concat();
    let private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (spec, file, expected) in [
        (FULCIO, reversed, "is not in order"),
        (FULCIO, forged, "is not signed by the one after it"),
        (FULCIO, no_ca, "is no CA"),
        (FULCIO, no_usage, "may not sign certificates"),
        (FULCIO, middle.pem(&key), "does not end with a root"),
        (FULCIO, String::new(), "no PEM certificate"),
        (FULCIO, private.to_owned(), "PRIVATE key"),
        (TSA, stamp().pem(&key), "holds one certificate"),
        (TSA, fulcio(), "begins with a CA"),
        (TSA, not_stamping, "not timeStamping alone"),
        (TSA, not_critical, "not timeStamping alone"),
        (REKOR, private.to_owned(), "PRIVATE key"),
        (REKOR, fulcio(), "holds a certificate"),
        (REKOR, "rekor".to_owned(), "no PEM block"),
        (REKOR, public(&Key::ed25519()).repeat(2), "several keys"),
    ] {
        let why = stop(spec, &file);
        assert!(why.contains(expected), "{expected}: {why}");
        assert!(!why.contains("AAAA"), "{why}");
    }
    let (top, middle) = (top.pem(&key), between().0.pem(&key));
    let why = stop(FULCIO, &[top, middle].concat());
    assert!(why.contains("put them so: CN=between | CN=root"), "{why}");
}

#[test]
fn expired_material_is_for_services_that_have_ended() {
    let late = datetime!(9999-12-31 23:59:59 UTC);
    let at = |spec: &str| Instance::look(spec.parse().unwrap(), fulcio().as_bytes(), late);
    let why = at(FULCIO).unwrap_err().stops.join(" / ");
    assert!(why.contains("expired certificate (CN=between"), "{why}");
    let (_, findings) = at(&format!("{FULCIO},status=expired,end=2030-01-01T00:00:00Z")).unwrap();
    assert_eq!(findings, Findings::default());
    let (_, findings) = at(&format!("{FULCIO},status=expired")).unwrap();
    assert!(findings.cautions[0].contains("no end="), "{findings:?}");
    let early = Instance::look(
        FULCIO.parse().unwrap(),
        fulcio().as_bytes(),
        datetime!(2020-01-01 00:00 UTC),
    );
    assert_eq!(early.unwrap().1.cautions.len(), 2, "not valid yet");
    let why = stop(
        &format!("{REKOR},end=2025-01-01T00:00:00Z"),
        &public(&Key::ed25519()),
    );
    assert!(why.contains("ends before it begins"), "{why}");
}

#[test]
fn a_log_without_a_beginning_begins_now_and_that_is_said() {
    let spec = "ctfe=log.pub,uri=https://ct.example.com/log";
    let (instance, findings) = look(spec, &public(&Key::p256("log"))).unwrap();
    assert_eq!(instance.start, NOW);
    assert!(findings.cautions[0].contains("start="), "{findings:?}");
}

#[test]
fn calls_are_read_and_wrong_words_named() {
    let service: Service = "rekor=k.pub,url=https://r,origin=log.example.com,api=2,start-time=2026-01-01T00:00:00Z,status=expired,end=2027-01-01T00:00:00Z"
        .parse()
        .unwrap();
    assert_eq!((service.api, service.status), (2, Status::Expired));
    assert_eq!(service.origin.as_deref(), Some("log.example.com"));
    for (spec, expected) in [
        ("rekor", "KIND=FILE"),
        ("sigsum=k.pub,uri=https://r", "no kind of service"),
        ("rekor=k.pub", "wants its address"),
        ("rekor=,uri=https://r", "wants a file"),
        ("rekor=k.pub,uri=rekor.example.com", "wants its address"),
        ("rekor=k.pub,uri=https://r\u{7},api=1", "no URL"),
        (
            "fulcio=c.pem,uri=https://f,origin=x",
            "origin says nothing here",
        ),
        (
            "rekor=k.pub,uri=https://r,start=2026-01-01",
            "a time of UTC",
        ),
        (
            "rekor=k.pub,uri=https://r,start=2026-01-01T00:00:00+01:00",
            "a time of UTC",
        ),
        (
            "rekor=k.pub,uri=https://r,status=retired",
            "active or expired",
        ),
        ("rekor=k.pub,uri=https://r,api=0", "api is 1 or 2"),
        ("rekor=a,b.pub,uri=https://r", "comma"),
    ] {
        let why = spec.parse::<Service>().unwrap_err();
        assert!(why.contains(expected), "{spec}: {why}");
        assert!(!why.contains('\u{7}'));
    }
}

/// C2SP `signed-note`: SHA-256 of name, newline, algorithm and key; computed by hand as cosign does.
#[test]
fn the_id_of_a_log_is_that_of_its_key_or_of_its_origin() {
    let (edwards, p256) = (Key::ed25519(), Key::p256("log"));
    let id = |key: &Key, origin: &str| {
        let spec = format!("{REKOR},origin={origin}");
        let Material::Key(log) = good(&spec, &public(key)).material else {
            panic!("a key")
        };
        (log.log_id(None), log.log_id(Some(origin)))
    };
    let (of_key, of_origin) = id(&edwards, "log.example.com");
    assert_eq!(of_key, Sha256::of(&edwards.spki()));
    let note = [b"log.example.com\n\x01", &edwards.spki()[12..]].concat();
    assert_eq!(of_origin, Sha256::of(&note));
    // an ECDSA log has the same id either way
    let (of_key, of_origin) = id(&p256, "log.example.com");
    assert_eq!((of_key, of_origin), (Sha256::of(&p256.spki()), of_key));
}

#[test]
fn documents_are_merged_and_what_is_not_known_stays() {
    let services = [
        good(FULCIO, &fulcio()),
        good(REKOR, &public(&Key::p256("log"))),
        good(TSA, &tsa()),
    ];
    let first = trusted_root::merged(None, &services).unwrap();
    let mut document: Value = serde_json::from_slice(&first).unwrap();
    assert_eq!(document["tlogs"].as_array().unwrap().len(), 1);
    assert_eq!(document["ctlogs"], json!([]));
    assert_eq!(
        document["timestampAuthorities"][0]["validFor"]["start"],
        "2024-12-01T00:00:00Z"
    );
    assert_eq!(
        trusted_root::merged(Some(&first), &services).unwrap(),
        first
    );

    document["x-note"] = json!("kept");
    document["tlogs"][0]["x-note"] = json!("kept");
    let edited = document.to_string();
    // the log ends, another one begins
    let services = [
        good(
            &format!("{REKOR},end=2026-06-01T00:00:00Z,status=expired"),
            &public(&Key::p256("log")),
        ),
        good(
            "rekor=new.pub,uri=https://r2,api=2,origin=r2,start=2026-06-01T00:00:00Z",
            &public(&Key::ed25519()),
        ),
    ];
    let second = trusted_root::merged(Some(edited.as_bytes()), &services).unwrap();
    let second: Value = serde_json::from_slice(&second).unwrap();
    assert_eq!(second["x-note"], "kept");
    assert_eq!(second["tlogs"].as_array().unwrap().len(), 2);
    assert_eq!(second["tlogs"][0]["x-note"], "kept");
    assert_eq!(
        second["tlogs"][0]["publicKey"]["validFor"]["end"],
        "2026-06-01T00:00:00Z"
    );

    let config = signing_config::merged(
        None,
        &[good(REKOR, &public(&Key::p256("log")))],
        "example.com",
    )
    .unwrap();
    let config = signing_config::merged(Some(&config), &services, "example.com").unwrap();
    let config: Value = serde_json::from_slice(&config).unwrap();
    let logs = config["rekorTlogUrls"].as_array().unwrap();
    assert_eq!(logs.len(), 1, "the one that ended is not signed with");
    assert_eq!(logs[0]["majorApiVersion"], 2);
    assert_eq!(signing_config::gaps(config.to_string().as_bytes()).len(), 2);
}

#[test]
fn a_document_of_another_kind_is_refused() {
    for (bytes, expected) in [
        (&b"[]"[..], "no JSON object"),
        (b"{}", "`mediaType` is absent"),
        (br#"{"mediaType":"x"}"#, "`mediaType` is x"),
        (
            br#"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":{}}"#,
            "`tlogs` is no list",
        ),
    ] {
        let error = trusted_root::merged(Some(bytes), &[]).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn single_files_keep_their_names_and_are_all_tagged() {
    let log = |of: &str| good(REKOR, &public(&Key::p256(of)));
    let services = [
        log("one"),
        log("two"),
        good(FULCIO, &fulcio()),
        good(TSA, &tsa()),
    ];
    let (files, notices) = legacy::files(&services, &BTreeMap::new());
    let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        names,
        [
            "rekor.pub",
            "rekor_2.pub",
            "fulcio.crt.pem",
            "tsa_leaf.crt.pem",
            "tsa_root.crt.pem"
        ]
    );
    assert!(notices.is_empty());
    for file in &files {
        assert_eq!(file.custom["sigstore"]["status"], "Active");
    }
    assert_eq!(files[3].custom["sigstore"]["usage"], "TSA");
    let offered: BTreeMap<_, _> = files
        .iter()
        .map(|file| (file.path.clone(), Some(Sha256::of(&file.bytes))))
        .collect();
    // the second one again, and a third one
    let (again, _) = legacy::files(&[log("two"), log("three")], &offered);
    let names: Vec<&str> = again.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(names, ["rekor_2.pub", "rekor_3.pub"]);
    let (root, key) = root();
    let other = Draft::new("other", "root", &Key::p256("other")).with(
        EXTENDED,
        true,
        &usage("1.3.6.1.5.5.7.3.8"),
    );
    let other = good(TSA, &[other.pem(&key), root.pem(&key)].concat());
    let (files, notices) = legacy::files(&[other], &offered);
    assert!(files.is_empty() && notices.len() == 1);
}
