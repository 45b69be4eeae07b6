//! What services are recognised by: public keys of logs, chains of certificates.

mod chain;
mod key;

use super::service::{Kind, Service};

pub use chain::{Chain, Purpose, Standing};
pub use key::LogKey;

/// Longest file of a key or a chain, in bytes.
pub const MAX_BYTES: usize = 65_536;

/// What a service is recognised by.
#[derive(Clone, Debug)]
pub enum Material {
    /// A certificate authority or a timestamp authority.
    Chain(Chain),
    /// A log.
    Key(LogKey),
    /// An identity provider, of which clients need the address alone.
    Nothing,
}

impl Material {
    /// Reads the file of a service; the reason is the end of a sentence that begins with the file.
    pub fn read(service: &Service, file: &[u8]) -> Result<Self, String> {
        match service.kind {
            Kind::Fulcio | Kind::Tsa => Chain::read(file).map(Self::Chain),
            Kind::Rekor | Kind::Ctfe => LogKey::read(file).map(Self::Key),
            Kind::Oidc => Ok(Self::Nothing),
        }
    }
}

/// The text of a file, which must be short and hold no private key.
fn text(file: &[u8]) -> Result<&str, String> {
    if file.len() > MAX_BYTES {
        return Err(format!("has more than {MAX_BYTES} bytes"));
    }
    if file.windows(11).any(|part| part == b"PRIVATE KEY") {
        return Err(
            "holds a PRIVATE key; nothing of it is published. Name what is public alone".to_owned(),
        );
    }
    // a SEQUENCE, which no text begins with
    if file.first() == Some(&0x30) {
        return Err(
            "is DER; write it as PEM (openssl x509 -inform DER, openssl pkey -pubin -inform DER)"
                .to_owned(),
        );
    }
    std::str::from_utf8(file).map_err(|_| "is no PEM file".to_owned())
}

#[cfg(test)]
mod tests;
