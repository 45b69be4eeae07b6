//! A chain of certificates: read, and looked at as clients will.

use time::OffsetDateTime;
use x509_cert::der::Tag;
use x509_cert::der::asn1::ObjectIdentifier as Oid;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};

use super::key::{details, modulus_bits};
use super::text;
use crate::attestation::{MAX_CERTIFICATES, Original, Unsigned, verify};
use crate::sigstore::{Findings, text as time_text};

// RFC 5280, section 4.2.1.12
const ANY_USAGE: Oid = Oid::new_unwrap("2.5.29.37.0");
const CODE_SIGNING: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.3");
const TIME_STAMPING: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.8");
// RFC 4519
const COMMON_NAME: Oid = Oid::new_unwrap("2.5.4.3");
const ORGANIZATION: Oid = Oid::new_unwrap("2.5.4.10");

/// What a chain is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It issues certificates: every one of the chain is a CA.
    Certificates,
    /// It signs times: the first one is no CA.
    Timestamps,
}

/// Whether a service still signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does: a certificate that has expired is refused.
    Signs,
    /// It is kept for what it has signed.
    HasSigned,
}

/// A chain of certificates: the one nearest to what is signed first, the root last.
#[derive(Clone, Debug)]
pub struct Chain(Vec<Original>);

impl Chain {
    /// Reads PEM certificates in the order of the file.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        let text = text(file)?;
        let found = Original::all_from_pem(text.as_bytes())
            .map_err(|error| format!("cannot be read: {error}"))?;
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
            // the forms whose bytes are text (X.690, section 8.23)
            let is_text = [Tag::Utf8String, Tag::PrintableString, Tag::Ia5String];
            if !is_text.contains(&x509_cert::der::Tagged::tag(value)) {
                return None;
            }
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

    /// Looks at the chain as clients will.
    pub fn examine(
        &self,
        purpose: Purpose,
        standing: Standing,
        now: OffsetDateTime,
        findings: &mut Findings,
    ) {
        if purpose == Purpose::Timestamps && self.0.len() < 2 {
            findings.stops.push(
                "holds one certificate, where clients want the one that signs first and its root last".to_owned(),
            );
            return;
        }
        for (place, certificate) in self.0.iter().enumerate() {
            if self
                .0
                .iter()
                .skip(place + 1)
                .any(|other| other == certificate)
            {
                let name = certificate.subject();
                findings
                    .stops
                    .push(format!("holds a certificate twice ({name})"));
                return;
            }
        }
        self.in_order(findings);
        for (place, certificate) in self.0.iter().enumerate() {
            in_time(certificate, standing, now, findings);
            if purpose == Purpose::Timestamps && place == 0 {
                signs_times(certificate, findings);
            } else {
                // how many authorities are below it
                let below = place - usize::from(purpose == Purpose::Timestamps);
                authority(certificate, below, findings);
                self.usage(place, purpose, findings);
            }
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
                    "has a certificate ({name}) whose signature was not verified: its kind is not known here ({kind})"
                )),
                _ if is_last && named => findings.stops.push(format!(
                    "ends with {name}, whose own signature does not verify"
                )),
                _ if is_last => findings.stops.push(format!(
                    "does not end with a root that signed itself ({name} is issued by {}); the order is: nearest to what is signed first, root last{}",
                    certificate.issuer(),
                    self.right_order()
                )),
                _ => findings.stops.push(format!(
                    "is not in order: {name} is not signed by the one after it, {}{}",
                    issuer.subject(),
                    self.right_order()
                )),
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
        format!(". Put them so: {}", names.join(" | "))
    }

    /// Extended key usage: where an authority has it, it bounds what is below.
    fn usage(&self, place: usize, purpose: Purpose, findings: &mut Findings) {
        let Some(certificate) = self.0.get(place) else {
            return;
        };
        let (wanted, word) = match purpose {
            Purpose::Certificates => (CODE_SIGNING, "codeSigning"),
            Purpose::Timestamps => (TIME_STAMPING, "timeStamping"),
        };
        let name = certificate.subject();
        match extended(certificate) {
            Some((all, _)) if !all.contains(&wanted) && !all.contains(&ANY_USAGE) => {
                findings.stops.push(format!(
                    "has an authority whose extended key usage is not {word} ({name}): clients refuse everything below it"
                ));
            }
            None if purpose == Purpose::Certificates && place + 1 < self.0.len() => {
                findings.cautions.push(format!(
                    "has an intermediate without the extended key usage {word} ({name}), so it could issue for other uses as well"
                ));
            }
            _ => {}
        }
    }
}

fn in_time(
    certificate: &Original,
    standing: Standing,
    now: OffsetDateTime,
    findings: &mut Findings,
) {
    let name = certificate.subject();
    let Some((from, until)) = validity(certificate) else {
        findings.stops.push(format!(
            "has a certificate ({name}) without a validity that can be read"
        ));
        return;
    };
    if now > until && standing == Standing::Signs {
        findings.stops.push(format!(
            "has an expired certificate ({name}, until {}); write status=expired and end=TIME if the service has ended",
            time_text(until)
        ));
    } else if now < from {
        findings.cautions.push(format!(
            "has a certificate that is not valid yet ({name}, from {})",
            time_text(from)
        ));
    }
}

/// RFC 3161, section 2.3.
fn signs_times(certificate: &Original, findings: &mut Findings) {
    let name = certificate.subject();
    if allows_below(certificate).is_some() {
        findings.stops.push(format!(
            "begins with a CA ({name}), where the certificate that signs the times comes first"
        ));
        return;
    }
    let usage = extended(certificate);
    if !usage.is_some_and(|(all, critical)| critical && all == [TIME_STAMPING]) {
        findings.stops.push(format!(
            "begins with a certificate whose extended key usage is not timeStamping alone, and critical ({name}; RFC 3161)"
        ));
    }
}

/// RFC 5280, section 4.2.1.3 and 4.2.1.9.
fn authority(certificate: &Original, below: usize, findings: &mut Findings) {
    let name = certificate.subject();
    let key = certificate.body().subject_public_key_info();
    match (modulus_bits(key), details(key)) {
        (Some(bits), _) if bits < 2048 => findings.stops.push(format!(
            "has a CA with an RSA key of {bits} bits ({name}), which clients refuse"
        )),
        (None, Err(_)) => findings.cautions.push(format!(
            "has a CA with a key of a kind that clients may not know ({name})"
        )),
        _ => {}
    }
    let Some(most) = allows_below(certificate) else {
        findings
            .stops
            .push(format!("has a certificate that is no CA ({name})"));
        return;
    };
    if usize::from(most) < below {
        findings.stops.push(format!(
            "has a CA that allows fewer others below it than there are ({name})"
        ));
    }
    let usage = certificate
        .body()
        .get_extension::<KeyUsage>()
        .ok()
        .flatten();
    if !usage.is_some_and(|(_, usage)| usage.0.contains(KeyUsages::KeyCertSign)) {
        findings.stops.push(format!(
            "has a CA that may not sign certificates (key usage of {name})"
        ));
    }
}

/// Of a CA, how many others are allowed below it; none for what is no CA.
fn allows_below(certificate: &Original) -> Option<u8> {
    let basic = certificate.body().get_extension::<BasicConstraints>();
    let (_, basic) = basic.ok().flatten()?;
    // without a number there is no bound, and no file holds as many
    let most = basic.path_len_constraint.unwrap_or(u8::MAX);
    basic.ca.then_some(most)
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
