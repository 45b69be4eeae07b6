//! Public keys of logs, and chains of certificates.

use data_encoding::BASE64;
use time::OffsetDateTime;
use x509_cert::der::asn1::{ObjectIdentifier as Oid, UintRef};
use x509_cert::der::{Decode as _, SliceReader};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::Findings;
use crate::attestation::{MAX_CERTIFICATES, Original, Unsigned, verify};
use crate::digest::Sha256;
use crate::safe::safe;

// RFC 8017, RFC 5480, RFC 8410
const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
const EC: Oid = Oid::new_unwrap("1.2.840.10045.2.1");
const P256: Oid = Oid::new_unwrap("1.2.840.10045.3.1.7");
const P384: Oid = Oid::new_unwrap("1.3.132.0.34");
const P521: Oid = Oid::new_unwrap("1.3.132.0.35");
const ED25519: Oid = Oid::new_unwrap("1.3.101.112");
// RFC 5280, section 4.2.1.12
const CODE_SIGNING: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.3");
const TIME_STAMPING: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.8");
// RFC 4519
const COMMON_NAME: Oid = Oid::new_unwrap("2.5.4.3");
const ORGANIZATION: Oid = Oid::new_unwrap("2.5.4.10");

/// Longest file of a key or a chain, in bytes.
pub const MAX_BYTES: usize = 65_536;

/// The public key of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// DER `SubjectPublicKeyInfo`, byte for byte as it was read.
    pub spki: Vec<u8>,
    /// Its kind in the words of protobuf-specs (`PublicKeyDetails`).
    pub details: &'static str,
    /// The 32 bytes of an Ed25519 key.
    ed25519: Option<Vec<u8>>,
}

impl LogKey {
    /// Reads a PEM block `PUBLIC KEY`; the reason is the end of a sentence that begins with the file.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
        const END: &str = "-----END PUBLIC KEY-----";
        if file.len() > MAX_BYTES {
            return Err(format!("has more than {MAX_BYTES} bytes"));
        }
        let text = std::str::from_utf8(file).map_err(|_| "is no PEM file")?;
        if text.contains("PRIVATE KEY") {
            return Err(
                "holds a PRIVATE key; nothing of it was read. Name the public key".to_owned(),
            );
        }
        if text.contains("BEGIN CERTIFICATE") {
            return Err("holds a certificate, where the public key of the log belongs (openssl x509 -pubkey -noout)".to_owned());
        }
        let body = text
            .split_once(BEGIN)
            .and_then(|(_, rest)| rest.split_once(END));
        let (body, after) = body.ok_or("holds no PEM block PUBLIC KEY")?;
        if after.contains(BEGIN) {
            return Err("holds several keys; give each log a file of its own".to_owned());
        }
        let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let spki = BASE64
            .decode(body.as_bytes())
            .map_err(|_| "is PEM whose body is not base64")?;
        let read = SubjectPublicKeyInfoOwned::from_der(&spki)
            .map_err(|_| "holds what is no SubjectPublicKeyInfo (RFC 5280)")?;
        let details = details(&read)?;
        let raw = read.subject_public_key.as_bytes().map(<[u8]>::to_vec);
        Ok(Self {
            details,
            ed25519: raw.filter(|_| details == "PKIX_ED25519"),
            spki,
        })
    }

    /// The id of the log: SHA-256 of the key (RFC 6962, section 3.2); of an Ed25519 log with an origin that
    /// of its name and key (C2SP `signed-note`), of which notes carry the first four bytes.
    pub fn log_id(&self, origin: Option<&str>) -> Sha256 {
        match (origin, &self.ed25519) {
            (Some(origin), Some(raw)) => Sha256::of(&[origin.as_bytes(), b"\n\x01", raw].concat()),
            _ => Sha256::of(&self.spki),
        }
    }
}

/// The kind of a key, where clients know it.
fn details(key: &SubjectPublicKeyInfoOwned) -> Result<&'static str, String> {
    let parameters = key.algorithm.parameters.as_ref();
    let curve = parameters.and_then(|any| any.decode_as::<Oid>().ok());
    match (key.algorithm.oid, curve) {
        (EC, Some(P256)) => Ok("PKIX_ECDSA_P256_SHA_256"),
        (EC, Some(P384)) => Ok("PKIX_ECDSA_P384_SHA_384"),
        (EC, Some(P521)) => Ok("PKIX_ECDSA_P521_SHA_512"),
        (ED25519, _) => Ok("PKIX_ED25519"),
        (RSA, _) => match modulus_bits(key) {
            Some(2048) => Ok("PKIX_RSA_PKCS1V15_2048_SHA256"),
            Some(3072) => Ok("PKIX_RSA_PKCS1V15_3072_SHA256"),
            Some(4096) => Ok("PKIX_RSA_PKCS1V15_4096_SHA256"),
            bits => Err(format!(
                "holds an RSA key of {} bits, where clients know 2048, 3072 and 4096",
                bits.unwrap_or(0)
            )),
        },
        (other, _) => Err(format!(
            "holds a key of a kind that clients do not know ({other}); they know P-256, P-384, P-521, Ed25519 and RSA"
        )),
    }
}

/// RFC 8017, appendix A.1.1.
fn modulus_bits(key: &SubjectPublicKeyInfoOwned) -> Option<usize> {
    let der = key.subject_public_key.as_bytes()?;
    let mut reader = SliceReader::new(der).ok()?;
    x509_cert::der::Header::decode(&mut reader).ok()?;
    let modulus = UintRef::decode(&mut reader).ok()?;
    let bytes = modulus.as_bytes();
    let first = bytes.first()?;
    Some(bytes.len() * 8 - usize::try_from(first.leading_zeros()).ok()?)
}

/// What a chain is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It issues certificates: every one of the chain is a CA.
    Certificates,
    /// It signs times: the first one is no CA.
    Timestamps,
}

/// A chain of certificates: the one nearest to what is signed first, the root last.
#[derive(Clone, Debug)]
pub struct Chain(Vec<Original>);

impl Chain {
    /// Reads PEM certificates in the order of the file.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        if file.len() > MAX_BYTES {
            return Err(format!("has more than {MAX_BYTES} bytes"));
        }
        if file.windows(11).any(|part| part == b"PRIVATE KEY") {
            return Err(
                "holds a PRIVATE key; nothing of it was read. Name the certificates alone"
                    .to_owned(),
            );
        }
        let found =
            Original::all_from_pem(file).map_err(|error| format!("cannot be read: {error}"))?;
        match found.len() {
            0 => Err("holds no PEM certificate".to_owned()),
            n if n > MAX_CERTIFICATES => Err(format!(
                "holds {n} certificates, at most {MAX_CERTIFICATES} are read"
            )),
            _ => Ok(Self(found)),
        }
    }

    /// The certificates in DER, in order.
    pub fn ders(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Original::der)
    }

    /// The same as PEM, one each.
    pub fn pems(&self) -> Vec<String> {
        self.0.iter().map(Original::pem).collect()
    }

    /// Organisation and common name of the root.
    pub fn subject(&self) -> (Option<String>, Option<String>) {
        let root = self.0.last();
        let part = |oid: Oid| {
            let names = root?.body().subject().iter();
            let value = names
                .filter(|name| name.oid == oid)
                .map(|name| &name.value)
                .next()?;
            std::str::from_utf8(value.value()).ok().map(str::to_owned)
        };
        (part(ORGANIZATION), part(COMMON_NAME))
    }

    /// From when on it counts where nothing is said: the root's first day; that of the one who signs, of a
    /// timestamp authority (as `cosign trusted-root create`).
    pub fn begins(&self, purpose: Purpose) -> Option<OffsetDateTime> {
        let certificate = match purpose {
            Purpose::Certificates => self.0.last(),
            Purpose::Timestamps => self.0.first(),
        };
        validity(certificate?).map(|(from, _)| from)
    }

    /// Looks at the chain; `ended` where the service does not sign any more.
    pub fn examine(
        &self,
        purpose: Purpose,
        now: OffsetDateTime,
        ended: bool,
        findings: &mut Findings,
    ) {
        if purpose == Purpose::Timestamps && self.0.len() < 2 {
            findings.stops.push(
                "holds one certificate, where clients want the one that signs first and its root last".to_owned(),
            );
            return;
        }
        self.in_order(findings);
        for (place, certificate) in self.0.iter().enumerate() {
            let name = certificate.subject();
            let signs_times = purpose == Purpose::Timestamps && place == 0;
            Self::one(certificate, &name, signs_times, findings);
            let Some((from, until)) = validity(certificate) else {
                findings.stops.push(format!(
                    "has a certificate ({name}) without a validity that can be read"
                ));
                continue;
            };
            if now >= until && !ended {
                findings.stops.push(format!(
                    "has an expired certificate ({name}, until {until}); write end= or status=expired if the service has ended"
                ));
            } else if now < from {
                findings.cautions.push(format!(
                    "has a certificate that is not valid yet ({name}, from {from})"
                ));
            }
        }
        let Some(first) = self.0.first() else { return };
        let usages = extended(first);
        if purpose == Purpose::Timestamps
            && !usages
                .as_ref()
                .is_some_and(|(all, critical)| *critical && all == &[TIME_STAMPING])
        {
            findings.stops.push(
                "has a first certificate whose extended key usage is not timeStamping alone, and critical (RFC 3161, section 2.3)"
                    .to_owned(),
            );
        }
        if purpose == Purpose::Certificates
            && self.0.len() > 1
            && !usages.is_some_and(|(all, _)| all.contains(&CODE_SIGNING))
        {
            findings.cautions.push(
                "has an intermediate without the extended key usage codeSigning, which clients expect in what it issues".to_owned(),
            );
        }
    }

    /// Each is signed by the next, the last one by itself.
    fn in_order(&self, findings: &mut Findings) {
        let followers = self.0.iter().skip(1).chain(self.0.last());
        for (certificate, issuer) in self.0.iter().zip(followers) {
            let name = certificate.subject();
            let is_last = certificate == issuer;
            let named = certificate.body().issuer() == issuer.body().subject();
            let signed = verify(certificate, issuer);
            match signed {
                Ok(()) if named => {}
                Err(Unsigned::Unknown(kind)) if named => findings.cautions.push(format!(
                    "has a certificate ({name}) whose signature is of a kind that is not verified here ({kind})"
                )),
                _ if is_last => findings.stops.push(format!(
                    "does not end with a root that signed itself ({name}, issued by {}); the order is: nearest to what is signed first, \
                     root last",
                    certificate.issuer()
                )),
                _ => {
                    let wanted = self.right_order();
                    findings.stops.push(format!(
                        "is not in order: {name} is not signed by the one after it, {}{wanted}",
                        issuer.subject()
                    ));
                }
            }
        }
    }

    /// The order that would be right, for the message, where there is one.
    fn right_order(&self) -> String {
        let is_root = |one: &&Original| verify(one, one).is_ok();
        let Some(root) = self.0.iter().find(is_root) else {
            return String::new();
        };
        let mut order = vec![root];
        while let Some(next) = self.0.iter().find(|one| {
            !order.contains(one) && order.last().is_some_and(|last| verify(one, last).is_ok())
        }) {
            order.push(next);
        }
        if order.len() != self.0.len() {
            return String::new();
        }
        let names: Vec<String> = order.iter().rev().map(|one| one.subject()).collect();
        format!("; put them so: {}", names.join(" | "))
    }

    fn one(certificate: &Original, name: &str, signs_times: bool, findings: &mut Findings) {
        let body = certificate.body();
        let key = details(body.subject_public_key_info());
        if let Err(why) = key {
            findings
                .stops
                .push(format!("has a certificate ({name}) that {why}"));
        }
        let basic = body.get_extension::<BasicConstraints>().ok().flatten();
        let is_ca = basic.is_some_and(|(_, basic)| basic.ca);
        if signs_times {
            if is_ca {
                findings.stops.push(format!(
                    "begins with a CA ({name}), where the certificate that signs the times comes first"
                ));
            }
            return;
        }
        if !is_ca {
            findings
                .stops
                .push(format!("has a certificate that is no CA ({name})"));
            return;
        }
        let usage = body.get_extension::<KeyUsage>().ok().flatten();
        if !usage.is_some_and(|(_, usage)| usage.0.contains(KeyUsages::KeyCertSign)) {
            findings.stops.push(format!(
                "has a CA that may not sign certificates (key usage of {name})"
            ));
        }
    }
}

fn extended(certificate: &Original) -> Option<(Vec<Oid>, bool)> {
    let (critical, usage) = certificate
        .body()
        .get_extension::<ExtendedKeyUsage>()
        .ok()
        .flatten()?;
    Some((usage.0, critical))
}

fn validity(certificate: &Original) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let validity = certificate.body().validity();
    let time = |time: &x509_cert::time::Time| {
        let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
        OffsetDateTime::from_unix_timestamp(seconds).ok()
    };
    Some((time(&validity.not_before)?, time(&validity.not_after)?))
}

/// A name of a file in messages.
pub fn shown(file: &str) -> String {
    safe(file)
}
