//! From the certificate about a key to a root that is trusted (RFC 5280, section 6, without the
//! clock: attestations hold for the life of the device, an audit holds years later, and the clock
//! of an air-gapped machine proves nothing. The days of validity are shown.)

use serde::Serialize;
use x509_cert::der::DateTime;
use x509_cert::der::asn1::ObjectIdentifier as Oid;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::original::Original;
use super::signature::{Unsigned, verify};
use crate::digest::Sha256;

/// Most certificates from the key's to the root's. The chains of Yubico have five.
pub const MAX_DEPTH: usize = 8;

/// Most signatures that are verified before the search is given up: certificates that sign one
/// another crosswise must not cost a day.
const MAX_VERIFIED: usize = 200;

/// Critical extensions that are understood here.
const BASIC_CONSTRAINTS: Oid = Oid::new_unwrap("2.5.29.19");
const KEY_USAGE: Oid = Oid::new_unwrap("2.5.29.15");

/// A certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The subject, as RFC 4514 writes it; safe to show.
    pub subject: String,
    /// The issuer, written alike.
    pub issuer: String,
    /// First day of its validity, `YYYY-MM-DD`. It is shown and never compared with a clock.
    pub from: String,
    /// Last day of its validity, `YYYY-MM-DD`; 9999-12-31 means none (RFC 5280, section 4.1.2.5).
    pub to: String,
    /// SHA-256 of the whole certificate (DER).
    pub sha256: Sha256,
}

/// Why there is no chain to a trusted root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Nobody of that name is known.
    #[error("{what} is signed by {issuer}, whom this program does not know")]
    Unknown {
        /// Which certificate.
        what: String,
        /// Whom it names as its issuer.
        issuer: String,
    },
    /// The certificate signed itself, which anybody can do.
    #[error("{what} is signed by itself, which anybody can do")]
    SelfSigned {
        /// Which certificate.
        what: String,
    },
    /// It was not signed by whom it names.
    #[error(
        "the signature of {issuer} on {what} does not verify, so somebody else made or changed it"
    )]
    Signature {
        /// Which certificate.
        what: String,
        /// Whom it names as its issuer.
        issuer: String,
    },
    /// A kind of key or signature that is not verified here.
    #[error(
        "the signature of {issuer} on {what} is of a kind that this program does not verify ({kind})"
    )]
    Algorithm {
        /// Which certificate.
        what: String,
        /// Whom it names as its issuer.
        issuer: String,
        /// Object identifiers of the key and the signature.
        kind: String,
    },
    /// The issuer may not sign certificates, or not so far down.
    #[error("{issuer} signed {what} and must not: {why}")]
    NotAllowed {
        /// Which certificate.
        what: String,
        /// Who signed it.
        issuer: String,
        /// Which rule says so.
        why: &'static str,
    },
    /// The search was given up.
    #[error("the certificates lead round in circles, or through more than {MAX_DEPTH} steps")]
    TooLong,
}

/// What the certificate says of itself.
pub(super) fn link(certificate: &Original) -> Link {
    let body = certificate.body();
    let day = |time: DateTime| format!("{:04}-{:02}-{:02}", time.year(), time.month(), time.day());
    let validity = body.validity();
    Link {
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        from: day(validity.not_before.to_date_time()),
        to: day(validity.not_after.to_date_time()),
        sha256: certificate.digest(),
    }
}

/// The chain from `leaf` to one of `roots`, through any of `between`. Nothing is trusted for being
/// in `between`, and what signed itself is not used from there.
pub(super) fn build<'a>(
    leaf: &'a Original,
    between: &'a [Original],
    roots: &'a [Original],
) -> Result<Vec<&'a Original>, Broken> {
    let mut search = Search {
        between,
        roots,
        verified: 0,
        worst: None,
    };
    let mut path = vec![leaf];
    if search.extend(&mut path) {
        return Ok(path);
    }
    Err(search.worst.map_or(Broken::TooLong, |(_, broken)| broken))
}

struct Search<'a> {
    between: &'a [Original],
    roots: &'a [Original],
    verified: usize,
    /// What went wrong furthest from the leaf.
    worst: Option<(usize, Broken)>,
}

impl<'a> Search<'a> {
    /// Whether `path` could be led to a root; it then holds the whole chain.
    fn extend(&mut self, path: &mut Vec<&'a Original>) -> bool {
        let Some(last) = path.last().copied() else {
            return false;
        };
        let depth = path.len();
        let what = called(last, depth);
        let issuer = last.issuer();
        if depth >= MAX_DEPTH || self.verified > MAX_VERIFIED {
            self.failed(depth, Broken::TooLong);
            return false;
        }
        let mut named = false;
        let roots = self.roots.iter().map(|root| (root, true));
        let between = self.between.iter().map(|other| (other, false));
        for (candidate, is_root) in roots.chain(between) {
            if candidate.body().subject() != last.body().issuer()
                || (!is_root && (signs_itself(candidate) || path.contains(&candidate)))
            {
                continue;
            }
            named = true;
            self.verified += 1;
            match verify(last, candidate) {
                Ok(()) => {}
                Err(Unsigned::Mismatch) => {
                    let (what, issuer) = (what.clone(), issuer.clone());
                    self.failed(depth, Broken::Signature { what, issuer });
                    continue;
                }
                Err(Unsigned::Unknown(kind)) => {
                    let (what, issuer) = (what.clone(), issuer.clone());
                    self.failed(depth, Broken::Algorithm { what, issuer, kind });
                    continue;
                }
            }
            // those of the chain between the issuer and the leaf
            if let Err(why) = may_sign(candidate, depth - 1) {
                let (what, issuer) = (what.clone(), issuer.clone());
                self.failed(depth, Broken::NotAllowed { what, issuer, why });
                continue;
            }
            path.push(candidate);
            if is_root || self.extend(path) {
                return true;
            }
            path.pop();
        }
        if !named {
            self.failed(
                depth,
                if signs_itself(last) {
                    Broken::SelfSigned { what }
                } else {
                    Broken::Unknown { what, issuer }
                },
            );
        }
        false
    }

    fn failed(&mut self, depth: usize, broken: Broken) {
        if self.worst.as_ref().is_none_or(|(worst, _)| depth > *worst) {
            self.worst = Some((depth, broken));
        }
    }
}

/// What a certificate of the chain is called, by its place.
fn called(certificate: &Original, depth: usize) -> String {
    match depth {
        1 => "the certificate about the key".to_owned(),
        2 => "the device certificate".to_owned(),
        _ => format!("the certificate of {}", certificate.subject()),
    }
}

fn signs_itself(certificate: &Original) -> bool {
    let body = certificate.body();
    body.subject() == body.issuer()
}

/// Whether a certificate may sign one that has `below` issuers between it and the leaf (RFC 5280,
/// sections 4.2.1.3, 4.2.1.9 and 6.1.4).
fn may_sign(issuer: &Original, below: usize) -> Result<(), &'static str> {
    let body = issuer.body();
    let (_, constraints) = body
        .get_extension::<BasicConstraints>()
        .map_err(|_| "its basic constraints cannot be read")?
        .ok_or("its certificate has no basic constraints, so it is no certificate authority")?;
    if !constraints.ca {
        return Err("its certificate says that it is no certificate authority");
    }
    if constraints
        .path_len_constraint
        .is_some_and(|most| below > usize::from(most))
    {
        return Err("its certificate allows fewer certificates below it");
    }
    let usage = body
        .get_extension::<KeyUsage>()
        .map_err(|_| "its key usage cannot be read")?;
    if usage.is_some_and(|(_, usage)| !usage.key_cert_sign()) {
        return Err("its key usage does not allow the signing of certificates");
    }
    let understood = |id: &Oid| *id == BASIC_CONSTRAINTS || *id == KEY_USAGE;
    let mut extensions = body.extensions().into_iter().flatten();
    if extensions.any(|extension| extension.critical && !understood(&extension.extn_id)) {
        return Err("its certificate has a critical extension that this program does not know");
    }
    Ok(())
}
