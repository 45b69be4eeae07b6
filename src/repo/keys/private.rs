//! A private key of an online role in memory: made, read, used, wiped.

use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use ed25519_dalek::Signer as _;
use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use ring::signature::{RSA_PSS_SHA256, RsaKeyPair};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::ceremony::token::Algorithm;
use crate::tuf::key::PublicKey;

/// go-tuf puts these into every key object, and finds its keys by the id of that.
const HASH_ALGORITHMS: [&str; 2] = ["sha256", "sha512"];

/// A private key with its public half.
pub(super) struct PrivateKey {
    half: Half,
    public: PublicKey,
}

/// Boxed: a key that moves leaves a copy behind. All but the last are wiped when dropped.
enum Half {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    P256(Box<p256::ecdsa::SigningKey>),
    // signing by `ring`, whose private operations take the same time whatever the key is; it does not
    // wipe what it holds
    Rsa(Box<RsaKeyPair>),
}

/// Longest entry that is written, in bytes: a P-256 key takes 560.
const MAX_ENTRY: usize = 2_048;

/// A key as it stands in a file, in the words of go-tuf.
#[derive(Deserialize)]
pub(super) struct Entry<'a> {
    keytype: String,
    scheme: String,
    #[serde(borrow)]
    keyval: Halves<'a>,
}

#[derive(Deserialize)]
struct Halves<'a> {
    // as it stands: a reader of JSON would leave a copy of the text in memory
    #[serde(borrow)]
    private: &'a RawValue,
    public: String,
}

impl Half {
    /// The public half; none of an RSA key, whose file has it.
    fn public(&self) -> Option<PublicKey> {
        match self {
            Self::Ed25519(key) => PublicKey::from_ed25519_raw(key.verifying_key().to_bytes()).ok(),
            Self::P256(key) => {
                let der = key.verifying_key().to_public_key_der().ok()?;
                PublicKey::from_spki_der(der.as_bytes()).ok()
            }
            Self::Rsa(_) => None,
        }
    }
}

impl PrivateKey {
    /// Makes one.
    pub(super) fn generate(algorithm: Algorithm) -> Result<Self, String> {
        let mut seed = Zeroizing::new([0; 32]);
        loop {
            getrandom::fill(&mut *seed)
                .map_err(|error| format!("there is no randomness: {error}"))?;
            let half = match algorithm {
                Algorithm::Ed25519 => {
                    Half::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)))
                }
                Algorithm::EcdsaP256 => match p256::ecdsa::SigningKey::from_slice(&*seed) {
                    Ok(key) => Half::P256(Box::new(key)),
                    // a number beyond the order of the curve comes once in 2^32 times
                    Err(_) => continue,
                },
                Algorithm::EcdsaP384 => {
                    return Err(
                        "key files hold P-256 and Ed25519 keys; two of the clients in use refuse P-384"
                            .to_owned(),
                    );
                }
            };
            if let Some(public) = half.public() {
                return Ok(Self { half, public });
            }
        }
    }

    /// Reads one. The two halves must belong together.
    pub(super) fn read(entry: &Entry<'_>) -> Result<Self, &'static str> {
        let private = text_of(entry.keyval.private).ok_or("a key whose private half is no text")?;
        let half = match (entry.keytype.as_str(), entry.scheme.as_str()) {
            ("ed25519", "ed25519") => {
                let bytes = HEXLOWER_PERMISSIVE
                    .decode(private.as_bytes())
                    .map(Zeroizing::new)
                    .map_err(|_| "an Ed25519 key that is not hex")?;
                // the seed, and the public half once more
                let seed = bytes.get(..32).filter(|_| bytes.len() == 64);
                let seed = seed.and_then(|seed| <&[u8; 32]>::try_from(seed).ok());
                let seed = seed.ok_or("an Ed25519 key that is not 64 bytes long")?;
                Half::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(seed)))
            }
            ("ecdsa" | "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => {
                let der = der_of(&private, "EC PRIVATE KEY");
                let key = der.and_then(|der| p256::SecretKey::from_sec1_der(&der).ok());
                let key = key.ok_or("a P-256 key that is not PEM `EC PRIVATE KEY` (SEC 1)")?;
                Half::P256(Box::new(key.into()))
            }
            ("rsa", "rsassa-pss-sha256") => {
                let der = der_of(&private, "RSA PRIVATE KEY")
                    .ok_or("an RSA key that is not PEM `RSA PRIVATE KEY` (PKCS #1)")?;
                let pair = RsaKeyPair::from_der(&der)
                    .map_err(|_| "an RSA key that is not sound, or has fewer than 2048 bits")?;
                Half::Rsa(Box::new(pair))
            }
            _ => return Err("a key of a kind that is not known here"),
        };
        let said = PublicKey::from_tuf(&json!({
            "keytype": entry.keytype,
            "scheme": entry.scheme,
            "keyval": { "public": entry.keyval.public },
        }))
        .map_err(|_| "a key whose public half cannot be read")?;
        let public = half.public().unwrap_or_else(|| said.clone());
        let key = Self { half, public };
        let proof = b"rootstage: do the two halves belong together";
        let signed = key.sign(proof).ok_or("a key that cannot sign")?;
        if said == key.public && said.verify(proof, &signed).is_ok() {
            Ok(key)
        } else {
            Err("a key whose two halves do not belong together")
        }
    }

    /// As it stands in a file, compact; none of an RSA key, which is not made here.
    pub(super) fn entry(&self) -> Option<Zeroizing<String>> {
        let private = match &self.half {
            Half::Ed25519(key) => {
                let bytes = Zeroizing::new(key.to_keypair_bytes());
                Zeroizing::new(HEXLOWER.encode(&*bytes))
            }
            Half::P256(key) => p256::SecretKey::from(&**key)
                .to_sec1_pem(LineEnding::LF)
                .ok()?,
            Half::Rsa(_) => return None,
        };
        let object = key_object(&self.public);
        let head = |name: &str| Some(format!("\"{name}\":{},", object.get(name)?));
        let mut text = Zeroizing::new(String::with_capacity(MAX_ENTRY));
        text.push('{');
        for name in ["keytype", "scheme", "keyid_hash_algorithms"] {
            text.push_str(&head(name)?);
        }
        text.push_str("\"keyval\":{\"private\":\"");
        // PEM and hex hold nothing else that JSON escapes
        for (place, line) in private.split('\n').enumerate() {
            text.push_str(if place > 0 { "\\n" } else { "" });
            text.push_str(line);
        }
        let public = object.pointer("/keyval/public")?;
        for part in ["\",\"public\":", &public.to_string(), "}}"] {
            text.push_str(part);
        }
        Some(text)
    }

    /// The public half.
    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A signature as metadata has it: DER for ECDSA, salt of 32 bytes for RSA-PSS.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match &self.half {
            Half::Ed25519(key) => Some(key.try_sign(message).ok()?.to_bytes().to_vec()),
            Half::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.try_sign(message).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            Half::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = ring::rand::SystemRandom::new();
                pair.sign(&RSA_PSS_SHA256, &random, message, &mut signature)
                    .ok()?;
                Some(signature)
            }
        }
    }
}

/// The key object as go-tuf writes it, so that it finds the key under the id that the root lists.
pub(in crate::repo) fn key_object(public: &PublicKey) -> Value {
    let mut object = public.to_tuf();
    object["keyid_hash_algorithms"] = json!(HASH_ALGORITHMS);
    object
}

fn der_of(pem: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (begin, end) = (
        format!("-----BEGIN {label}-----"),
        format!("-----END {label}-----"),
    );
    let body = pem.trim().strip_prefix(&begin)?.strip_suffix(&end)?;
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    text.extend(body.chars().filter(|c| !c.is_ascii_whitespace()));
    BASE64.decode(text.as_bytes()).ok().map(Zeroizing::new)
}

/// The text of a JSON string, with the escapes that stand in PEM and hex.
fn text_of(raw: &RawValue) -> Option<Zeroizing<String>> {
    let quoted = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    let mut text = Zeroizing::new(String::with_capacity(quoted.len()));
    let mut characters = quoted.chars();
    while let Some(c) = characters.next() {
        text.push(match c {
            '\\' => match characters.next()? {
                'n' => '\n',
                'r' => '\r',
                '/' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(text)
}
