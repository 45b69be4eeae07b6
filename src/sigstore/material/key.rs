//! The public key of a log.

use data_encoding::BASE64;
use x509_cert::der::asn1::{ObjectIdentifier as Oid, UintRef};
use x509_cert::der::{Decode as _, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::text;
use crate::digest::Sha256;
use crate::tuf::key::PublicKey;

// RFC 8017, RFC 5480, RFC 8410
const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
const EC: Oid = Oid::new_unwrap("1.2.840.10045.2.1");
const P256: Oid = Oid::new_unwrap("1.2.840.10045.3.1.7");
const P384: Oid = Oid::new_unwrap("1.3.132.0.34");
const P521: Oid = Oid::new_unwrap("1.3.132.0.35");
const ED25519: Oid = Oid::new_unwrap("1.3.101.112");

/// The public key of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// DER `SubjectPublicKeyInfo`, byte for byte as it was read.
    pub spki: Vec<u8>,
    /// Its kind in the words of protobuf-specs (`PublicKeyDetails`).
    pub details: &'static str,
    /// What the id of a note is computed over.
    note: Note,
}

/// What the id of a note is computed over (C2SP `signed-note`, "Signature types").
#[derive(Clone, Debug, PartialEq, Eq)]
enum Note {
    /// The key alone, whatever the origin is.
    Ecdsa,
    /// Type 1, and these 32 bytes.
    Ed25519(Vec<u8>),
    /// Type 255 with the name that Rekor gives to it, and the `SubjectPublicKeyInfo`.
    Rsa,
}

impl LogKey {
    /// Reads a PEM block `PUBLIC KEY`; the reason is the end of a sentence that begins with the file.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
        const END: &str = "-----END PUBLIC KEY-----";
        let text = text(file)?;
        for (other, instead) in [
            ("CERTIFICATE", "openssl x509 -pubkey -noout"),
            (
                "RSA PUBLIC KEY",
                "openssl rsa -RSAPublicKey_in -pubout makes it of this",
            ),
        ] {
            if text.contains(&format!("-----BEGIN {other}-----")) {
                return Err(format!(
                    "holds a PEM block {other}, where the key of the log belongs as PUBLIC KEY ({instead})"
                ));
            }
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
        Self::of_spki(spki)
    }

    fn of_spki(spki: Vec<u8>) -> Result<Self, String> {
        let read = SubjectPublicKeyInfoOwned::from_der(&spki)
            .map_err(|_| "holds what is no SubjectPublicKeyInfo (RFC 5280)")?;
        let details = details(&read)?;
        let raw = read.subject_public_key.as_bytes().unwrap_or_default();
        let sound = if details == "PKIX_ECDSA_P521_SHA_512" {
            // whether the point is on the curve is not computed here
            raw.len() == 133 && raw.first() == Some(&4)
        } else {
            // one bad key makes clients refuse the whole document; another encoding of a good one has
            // another id than clients compute
            PublicKey::from_spki_der(&spki).is_ok_and(|key| key.spki_der() == spki)
        };
        if !sound {
            return Err(format!(
                "holds a {details} key that is none: its numbers or its encoding are wrong"
            ));
        }
        let note = match read.algorithm.oid {
            ED25519 => Note::Ed25519(raw.to_vec()),
            RSA => Note::Rsa,
            _ => Note::Ecdsa,
        };
        Ok(Self {
            spki,
            details,
            note,
        })
    }

    /// The id of a log that gives out promises: SHA-256 of its key (RFC 6962, section 3.2).
    pub fn id(&self) -> Sha256 {
        Sha256::of(&self.spki)
    }

    /// The id of a log that signs checkpoints under the name `origin`: what its notes carry the first four
    /// bytes of (C2SP `signed-note`). Rekor v2 is such a log; its id of an ECDSA key is that of the key
    /// alone (`note.KeyHash` in rekor-tiles).
    pub fn note_id(&self, origin: &str) -> Sha256 {
        let of =
            |kind: &[u8], key: &[u8]| Sha256::of(&[origin.as_bytes(), b"\n", kind, key].concat());
        match &self.note {
            Note::Ecdsa => self.id(),
            Note::Ed25519(raw) => of(&[1], raw),
            Note::Rsa => of(b"\xffPKIX-RSA-PKCS#1v1.5", &self.spki),
        }
    }

    /// Whether the id of a log that signs checkpoints depends on its name.
    pub fn needs_origin(&self) -> bool {
        self.note != Note::Ecdsa
    }

    /// The key as PEM (RFC 7468).
    pub fn pem(&self) -> String {
        let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
        // 48 bytes are 64 characters of base64
        for part in self.spki.chunks(48) {
            pem.push_str(&BASE64.encode(part));
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        pem
    }
}

/// The kind of a key, where clients know it.
pub(super) fn details(key: &SubjectPublicKeyInfoOwned) -> Result<&'static str, String> {
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

/// How long the modulus of an RSA key is (RFC 8017, appendix A.1.1); none for other keys.
pub(super) fn modulus_bits(key: &SubjectPublicKeyInfoOwned) -> Option<usize> {
    if key.algorithm.oid != RSA {
        return None;
    }
    let der = key.subject_public_key.as_bytes()?;
    let mut reader = SliceReader::new(der).ok()?;
    x509_cert::der::Header::decode(&mut reader).ok()?;
    let modulus = UintRef::decode(&mut reader).ok()?;
    let bytes = modulus.as_bytes();
    let first = bytes.first()?;
    Some(bytes.len() * 8 - usize::try_from(first.leading_zeros()).ok()?)
}
