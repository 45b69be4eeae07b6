//! Material of services for tests, good unless it is spoilt.

use time::OffsetDateTime;
use time::macros::datetime;

use super::material::Material;
use super::service::Service;
use super::{Findings, Instance, Known};
use crate::attestation::testing::{Draft, Key, oid, pem, tlv};

pub const NOW: OffsetDateTime = datetime!(2026-11-23 12:00:00 UTC);
pub const KEY_USAGE: &str = "2.5.29.15";
pub const EXTENDED: &str = "2.5.29.37";
/// keyCertSign alone.
pub const CERT_SIGN: &[u8] = &[0x03, 0x02, 0x02, 0x04];

pub fn usage(dotted: &str) -> Vec<u8> {
    tlv(0x30, &oid(dotted))
}

pub fn root() -> (Draft, Key) {
    let key = Key::p256("root");
    let draft = Draft::new("root", "root", &key)
        .authority(2)
        .with(KEY_USAGE, true, CERT_SIGN);
    (draft, key)
}

pub fn between() -> (Draft, Key) {
    let key = Key::p384();
    let draft = Draft::new("between", "root", &key)
        .authority(0)
        .with(KEY_USAGE, true, CERT_SIGN)
        .with(EXTENDED, false, &usage("1.3.6.1.5.5.7.3.3"));
    (draft, key)
}

pub fn stamp() -> Draft {
    Draft::new("stamp", "root", &Key::p256("stamp")).with(
        EXTENDED,
        true,
        &usage("1.3.6.1.5.5.7.3.8"),
    )
}

pub fn fulcio() -> String {
    let (root, key) = root();
    [between().0.pem(&key), root.pem(&key)].concat()
}

pub fn tsa() -> String {
    let (root, key) = root();
    [stamp().pem(&key), root.pem(&key)].concat()
}

pub fn public(key: &Key) -> String {
    pem(&key.spki()).replace("CERTIFICATE", "PUBLIC KEY")
}

/// Something of which nothing is known yet.
pub fn look(spec: &str, file: &str) -> Result<(Instance, Vec<String>), Findings> {
    look_at(spec, file, None, NOW)
}

pub fn look_at(
    spec: &str,
    file: &str,
    known: Option<Known>,
    now: OffsetDateTime,
) -> Result<(Instance, Vec<String>), Findings> {
    let service: Service = spec.parse().unwrap();
    let material = Material::read(&service, file.as_bytes()).map_err(|why| Findings {
        stops: vec![why],
        cautions: Vec::new(),
    })?;
    Instance::look(service, material, known, now)
}

pub fn good(spec: &str, file: &str) -> Instance {
    look(spec, file).unwrap().0
}

/// The one reason against it.
pub fn stop(spec: &str, file: &str) -> String {
    let findings = look(spec, file).unwrap_err();
    findings.stops.join(" / ")
}

pub const FULCIO: &str = "fulcio=chain.pem,uri=https://fulcio.example.com";
pub const TSA: &str = "tsa=chain.pem,uri=https://tsa.example.com";
pub const REKOR: &str = "rekor=log.pub,uri=https://rekor.example.com,start=2026-01-01T00:00:00Z";
