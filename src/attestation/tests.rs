use super::{CertificateError, Found, MAX_CERTIFICATE_BYTES, matches, read};
use crate::tuf::root::{KeyEntry, Role, Root, Signed};
use crate::tuf::testing::{data, golden_spec};

const DIRECTORIES: [&str; 10] = [
    "2021-05-03_10550341",
    "2021-05-03_13078782",
    "2021-05-03_15724862",
    "2021-05-27_13078782",
    "2021-06-07_10550341",
    "2021-06-07_15724862",
    "2021-06-11_15935408",
    "2021-06-14_14470888",
    "2021-06-14_15935408",
    "2021-06-15_14470888",
];

fn certificate(directory: &str, name: &str) -> Option<Found> {
    let bytes = data(&format!("sigstore/attestations/{directory}/{name}"))?;
    let [certificate] = read(&bytes).unwrap().try_into().unwrap();
    Some(Found {
        place: directory.to_owned(),
        certificate,
    })
}

#[test]
fn real_attestations_name_their_token() {
    for directory in DIRECTORIES {
        let Some(found) = certificate(directory, "key_cert.pem") else {
            return;
        };
        let serial = found.certificate.yubikey_serial.unwrap().to_string();
        assert!(directory.ends_with(&serial), "{directory}: {serial}");
        assert!(
            found
                .certificate
                .subject
                .starts_with("CN=YubiKey PIV Attestation")
        );
        assert_eq!(found.certificate.issuer, "CN=Yubico PIV Attestation");
    }
}

#[test]
fn certificates_stand_beside_the_keys_they_are_about() {
    let found: Vec<_> = DIRECTORIES
        .iter()
        .flat_map(|directory| ["key_cert.pem", "device_cert.pem"].map(|name| (directory, name)))
        .filter_map(|(directory, name)| certificate(directory, name))
        .collect();
    if found.is_empty() {
        return;
    }
    let attested = found[2].certificate.public_key.clone().unwrap();
    let mut spec = golden_spec();
    let root_keys = spec.roles.get_mut(&Role::Root).unwrap();
    root_keys.keys.push(KeyEntry {
        key: attested.clone(),
        note: String::new(),
    });
    let root = Root::parse(&spec.build().unwrap()).unwrap();
    let matches = matches(&root, &found);
    for (id, beside) in &matches.keys {
        let places: Vec<_> = beside.iter().map(|found| found.place.as_str()).collect();
        let expected: &[&str] = if *id == attested.key_id() {
            &[DIRECTORIES[1]]
        } else {
            &[]
        };
        assert_eq!(places, expected);
    }
    assert_eq!(matches.keys.len(), 3);
    assert_eq!(matches.others.len(), found.len() - 1);
    // the certificates of the devices have RSA keys, which are no root's
    assert!(
        matches
            .others
            .iter()
            .any(|found| found.certificate.yubikey_serial.is_none())
    );
}

/// The published attestations are of trial runs: none is about a key of a published root, and
/// nothing here says otherwise.
#[test]
fn the_published_attestations_are_about_no_published_root_key() {
    for version in 1..=10 {
        let Some(file) = data(&format!("sigstore/root-history/{version}.root.json")) else {
            return;
        };
        let root = Root::parse(&Signed::parse(&file).unwrap().signed).unwrap();
        let found = DIRECTORIES
            .iter()
            .filter_map(|directory| certificate(directory, "key_cert.pem"));
        let matches = matches(&root, &found.collect::<Vec<_>>());
        assert!(matches.keys.iter().all(|(_, found)| found.is_empty()));
        assert_eq!(matches.others.len(), 10);
    }
}

#[test]
fn what_is_no_certificate_is_named() {
    assert_eq!(
        read(&vec![0x30; MAX_CERTIFICATE_BYTES + 1]),
        Err(CertificateError::TooLong(MAX_CERTIFICATE_BYTES + 1))
    );
    for bytes in [
        &b""[..],
        b"\x30",
        b"\x30\x84\xff\xff\xff\xff",
        b"hello",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    ] {
        let error = read(bytes).unwrap_err();
        assert!(
            matches!(&error, CertificateError::Unreadable(why) if !why.is_empty()),
            "{error}"
        );
    }
    let Some(good) = data("sigstore/attestations/2021-05-03_13078782/key_cert.pem") else {
        return;
    };
    assert_eq!(read(&good.repeat(2)).unwrap().len(), 2);
    assert_eq!(read(&good.repeat(17)), Err(CertificateError::TooMany(17)));
    for cut in 0..good.len() - 1 {
        let _ = read(&good[..cut]);
    }
}
