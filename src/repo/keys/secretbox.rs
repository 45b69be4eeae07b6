//! Encryption of key files as go-tuf does it: a key from the passphrase by scrypt (RFC 7914), then
//! the secret box of `NaCl` (`XSalsa20` with Poly1305).

use crypto_secretbox::aead::{Aead as _, KeyInit as _};
use crypto_secretbox::{Key, Nonce, XSalsa20Poly1305};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Binary logarithms of scrypt's N that go-tuf accepts; anything else is refused before any work, so
/// that a file cannot ask for all the memory there is.
const ACCEPTED: [u8; 3] = [15, 16, 17];
/// That of new files, as go-tuf writes them.
const WRITTEN: u8 = 16;
const R: u32 = 8;
const P: u32 = 1;
const SALT: usize = 32;
const NONCE: usize = 24;

/// What is encrypted, as it stands in a file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sealed {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kdf {
    name: String,
    params: Params,
    salt: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Params {
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

/// Why it cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// The passphrase is not the one, or a byte was changed: the box does not tell which.
    WrongPassphrase,
    /// The file is of another kind, or damaged.
    Unreadable(&'static str),
}

impl Sealed {
    /// Encrypts `text`.
    pub(super) fn seal(text: &[u8], secret: &Secret) -> Result<Self, String> {
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        let random = |bytes: &mut [u8]| {
            getrandom::fill(bytes).map_err(|error| format!("there is no randomness: {error}"))
        };
        random(&mut salt)?;
        random(&mut nonce)?;
        let cipher = cipher(secret, &salt, WRITTEN);
        let ciphertext = cipher
            .encrypt(Nonce::from_slice(&nonce), text)
            .map_err(|_| "it could not be encrypted".to_owned())?;
        Ok(Self {
            kdf: Kdf {
                name: "scrypt".to_owned(),
                params: Params {
                    n: 1 << WRITTEN,
                    r: R,
                    p: P,
                },
                salt: BASE64.encode(&salt),
            },
            cipher: Cipher {
                name: "nacl/secretbox".to_owned(),
                nonce: BASE64.encode(&nonce),
            },
            ciphertext: BASE64.encode(&ciphertext),
        })
    }

    /// Decrypts it.
    pub(super) fn open(&self, secret: &Secret) -> Result<Zeroizing<Vec<u8>>, Closed> {
        if self.kdf.name != "scrypt" || self.cipher.name != "nacl/secretbox" {
            return Err(Closed::Unreadable(
                "is encrypted, but not with scrypt and nacl/secretbox",
            ));
        }
        let Params { n, r, p } = self.kdf.params;
        let known = ACCEPTED.into_iter().find(|log_n| n == 1 << log_n);
        let Some(log_n) = known.filter(|_| (r, p) == (R, P)) else {
            return Err(Closed::Unreadable(
                "asks for scrypt parameters that go-tuf does not accept either (N 32768, 65536 or 131072, r 8, p 1)",
            ));
        };
        let bytes = |text: &str| BASE64.decode(text.as_bytes()).ok();
        let salt = bytes(&self.kdf.salt).filter(|salt| salt.len() <= 1024);
        let nonce = bytes(&self.cipher.nonce).filter(|nonce| nonce.len() == NONCE);
        let (Some(salt), Some(nonce), Some(ciphertext)) = (salt, nonce, bytes(&self.ciphertext))
        else {
            return Err(Closed::Unreadable(
                "is damaged: salt, nonce or ciphertext is not base64 of the right length",
            ));
        };
        cipher(secret, &salt, log_n)
            .decrypt(Nonce::from_slice(&nonce), ciphertext.as_slice())
            .map(Zeroizing::new)
            .map_err(|_| Closed::WrongPassphrase)
    }
}

fn cipher(secret: &Secret, salt: &[u8], log_n: u8) -> XSalsa20Poly1305 {
    let mut key = Zeroizing::new([0; 32]);
    // the parameters are constants of this file, all of them sound
    if let Ok(params) = scrypt::Params::new(log_n, R, P, 32) {
        let _ = scrypt::scrypt(secret.expose(), salt, &params, &mut *key);
    }
    XSalsa20Poly1305::new(Key::from_slice(&*key))
}
