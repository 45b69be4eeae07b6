//! Keys of every kind, and chains that are wrong in one way each.

use super::super::Findings;
use super::super::testing::*;
use super::*;
use crate::attestation::testing::{Draft, Key};
use crate::digest::Sha256;
use data_encoding::BASE64;
use time::macros::datetime;

const RSA: &str = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuahT87Gg4AtO47n+DYn7\nE1ZyO8gLmrcO9XgzbZ9jbO/mqbzX+oISkDk6DhYAK3i4uijgiSPWAKe9vRxzv4R2\nP5Y2YfeZa+kB2OnvTf2O+h06iCazNxt09cK8wiQqgRItWZtrlFaJwggkeTV3fFAI\n8F2WIqQI4a7Km/sbO7mXrSWsM56jKqPBL4xbG9Zk41O5VCiYyKdwlf05bQPljBF/\nsX+teL2JjGGttdIQ9iu5gpqmszJP5toFgJiyvTiUcIJFpAJElHREFJdtQbKZMZVW\nkzc9QXXaoCBZDHG+lErYp7Ux2i/B+nJHneFrMO1DI9ceYLeI9ux2XFKtPkrvEWrq\nswIDAQAB\n-----END PUBLIC KEY-----\n";
const P521: &str = "-----BEGIN PUBLIC KEY-----\nMIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAvKt3om8EIwMklqRUrQNc6NFKFpLU\nybRlhq0SH1zaY5QfDJxQNiWRqK0p2PcxqkIZvSfDalnKsmmRds0wLhJ0hREBY+5j\ny7/bgfhH2hPl4bD4wMCaVDoGPGOvke1FUQKRQVCoF+6B2VXwiZQSy+ModGpkXtG4\n44Ne1QCt0ll0AO2XExY=\n-----END PUBLIC KEY-----\n";
const COMPRESSED: &str = "-----BEGIN PUBLIC KEY-----\nMDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACVmf3rBhikhqfHDlM47p2y3EG2pK+\nv7CX0kA5ehqTXYE=\n-----END PUBLIC KEY-----\n";
const ED25519: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA8tBaiHk6fG8pJaLgIiak+tByV11G1owwu2SDfp3DgNk=\n-----END PUBLIC KEY-----\n";

fn id(id: Sha256) -> String {
    BASE64.encode(&id.0)
}

/// Ids as `cosign trusted-root create --rekor …,origin=log.example.com` (3.1.3) computes them.
#[test]
fn keys_have_the_kinds_and_ids_that_cosign_gives_them() {
    for (pem, details, of_key, of_note) in [
        (
            RSA,
            "PKIX_RSA_PKCS1V15_2048_SHA256",
            "iEv5/xwCW3GxxYiUe8x6ETj8c/oPXL8i8d6ak0yzAZ4=",
            "svQ1x5RpSsH5UBr+bN3eDWgwUBSuh6+de2CwCkEx+cE=",
        ),
        (
            P521,
            "PKIX_ECDSA_P521_SHA_512",
            "c80xyQyrvNGMwLoPEcs7ssQa043zwlhfZ9ak+cVFsOE=",
            "c80xyQyrvNGMwLoPEcs7ssQa043zwlhfZ9ak+cVFsOE=",
        ),
        (
            ED25519,
            "PKIX_ED25519",
            "5HfWy5qjxcshPDVm0Zfab3TN8KhXjdmZzKPerSuNFUs=",
            "sszMMOKG6pebbH5NQc1PWbOYLdxUx/zbDBKfm9HaF7g=",
        ),
    ] {
        let key = LogKey::read(pem.as_bytes()).unwrap();
        assert_eq!(key.details, details);
        assert_eq!(id(key.id()), of_key);
        assert_eq!(id(key.note_id("log.example.com")), of_note);
        assert_eq!(key.pem(), pem);
        assert_eq!(key.needs_origin(), of_key != of_note);
    }
    let p384 = LogKey::read(public(&Key::p384()).as_bytes()).unwrap();
    assert_eq!(p384.details, "PKIX_ECDSA_P384_SHA_384");
    assert_eq!(p384.note_id("log"), p384.id());
}

/// The log that Sigstore runs since 2025, as its `trusted_root.json` has it.
#[test]
fn the_id_of_sigstores_own_log_is_found() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAt8rlp1knGwjfbcXAYPYAkn0XiLz1x8O4t0YkEhie244=\n-----END PUBLIC KEY-----\n";
    let key = LogKey::read(pem.as_bytes()).unwrap();
    assert_eq!(
        id(key.note_id("log2025-1.rekor.sigstore.dev")),
        "zxGZFVvd0FEmjR8WrFwMdcAJ9vtaY/QXf44Y1wUeP6A="
    );
}

#[test]
fn keys_that_clients_cannot_use_are_refused() {
    let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    let mut off_the_curve = Key::p256("log").spki();
    *off_the_curve.last_mut().unwrap() ^= 1;
    let mut longer = Key::ed25519().spki();
    longer.push(0);
    let der =
        |spki: &[u8]| crate::attestation::testing::pem(spki).replace("CERTIFICATE", "PUBLIC KEY");
    for (file, expected) in [
        (String::new(), "holds no PEM block PUBLIC KEY"),
        ("x".repeat(MAX_BYTES + 1), "has more than 65536 bytes"),
        (block("EC PRIVATE KEY"), "PRIVATE key"),
        (block("CERTIFICATE"), "openssl x509 -pubkey"),
        (block("RSA PUBLIC KEY"), "-RSAPublicKey_in"),
        (block("PUBLIC KEY"), "no SubjectPublicKeyInfo"),
        (block("PUBLIC KEY").replace("AAAA", "!"), "not base64"),
        (format!("{ED25519}{ED25519}"), "several keys"),
        (
            COMPRESSED.to_owned(),
            "its numbers or its encoding are wrong",
        ),
        (der(&off_the_curve), "its numbers or its encoding are wrong"),
        (der(&longer), "no SubjectPublicKeyInfo"),
    ] {
        let why = LogKey::read(file.as_bytes()).unwrap_err();
        assert!(why.contains(expected), "{expected}: {why}");
    }
    assert!(
        LogKey::read(&Key::ed25519().spki())
            .unwrap_err()
            .contains("is DER")
    );
    assert!(LogKey::read(&[0xff]).unwrap_err().contains("no PEM file"));
    // text around the block is not looked at
    let key =
        LogKey::read(format!("the log of ada\n{}\n", ED25519.replace('\n', "\r\n")).as_bytes());
    assert_eq!(key.unwrap().pem(), ED25519);
}

/// What is found of a chain.
fn found(purpose: Purpose, pem: &str) -> Findings {
    let mut findings = Findings::default();
    let chain = Chain::read(pem.as_bytes()).unwrap();
    chain.examine(purpose, Standing::Signs, NOW, &mut findings);
    findings
}

fn stops(purpose: Purpose, pem: &str, expected: &str) {
    let findings = found(purpose, pem);
    let all = findings.stops.join(" / ");
    assert!(all.contains(expected), "{expected}: {findings:?}");
}

#[test]
fn a_chain_that_clients_would_refuse_below_is_refused() {
    let (top, key) = root();
    let (middle, _) = between();
    let chain = |middle: &Draft, top: &Draft| [middle.pem(&key), top.pem(&key)].concat();
    let issues = Purpose::Certificates;
    let shallow = top.clone().without("2.5.29.19").authority(0);
    stops(
        issues,
        &chain(&middle, &shallow),
        "allows fewer others below it",
    );
    let emails =
        middle
            .clone()
            .without(EXTENDED)
            .with(EXTENDED, false, &usage("1.3.6.1.5.5.7.3.4"));
    stops(issues, &chain(&emails, &top), "is not codeSigning");
    let any = middle
        .clone()
        .without(EXTENDED)
        .with(EXTENDED, false, &usage("2.5.29.37.0"));
    assert_eq!(found(issues, &chain(&any, &top)), Findings::default());
    let none = middle.clone().without(EXTENDED);
    let findings = found(issues, &chain(&none, &top));
    assert!(
        findings.stops.is_empty() && findings.cautions[0].contains("codeSigning"),
        "{findings:?}"
    );
    stops(
        issues,
        &[top.pem(&key), top.pem(&key)].concat(),
        "holds a certificate twice",
    );
    let forged = top.pem(&Key::p256("stranger"));
    stops(issues, &forged, "whose own signature does not verify");
    let mut old = middle.clone();
    old.valid = ["20200101000000Z", "20261123115959Z"];
    stops(
        issues,
        &chain(&old, &top),
        "expired certificate (CN=between, until 2026-11-23T11:59:59Z)",
    );
    old.valid[1] = "20261123120000Z";
    assert!(
        found(issues, &chain(&old, &top)).stops.is_empty(),
        "its last second"
    );
    let stamps = Draft::new("stamp", "between", &Key::p256("stamp")).with(
        EXTENDED,
        true,
        &usage("1.3.6.1.5.5.7.3.8"),
    );
    let below = |middle: &Draft| [stamps.pem(&Key::p384()), chain(middle, &top)].concat();
    stops(Purpose::Timestamps, &below(&middle), "is not timeStamping");
    let findings = found(Purpose::Timestamps, &below(&none));
    assert_eq!(findings, Findings::default());
}

#[test]
fn a_chain_begins_where_it_says() {
    let chain = Chain::read(fulcio().as_bytes()).unwrap();
    let first = Some(datetime!(2024-12-01 00:00:00 UTC));
    assert_eq!(chain.begins(Purpose::Certificates), first);
    assert_eq!(chain.subject(), (None, Some("root".to_owned())));
    let all = fulcio().repeat(9);
    assert!(
        Chain::read(all.as_bytes())
            .unwrap_err()
            .contains("18 certificates")
    );
    let half = fulcio().replace("-----END", "-----FIN");
    assert!(
        Chain::read(half.as_bytes())
            .unwrap_err()
            .contains("cannot be read")
    );
}
