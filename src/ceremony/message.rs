//! What tokens sign, as it follows from the state, and with which key.

use super::effect::Message;
use super::plan::KeyName;
use super::state::State;
use crate::transcript::seal::pae;
use crate::tuf::key::PublicKey;

impl State {
    /// The bytes that `message` stands for; `None` where the state does not have them.
    pub fn message(&self, message: &Message) -> Option<Vec<u8>> {
        match message {
            Message::Possession { .. } => {
                let key = self.step()?.key.as_ref()?;
                self.possession_text(key)
            }
            Message::Payload { sha256 } => self
                .payload
                .as_ref()
                .filter(|payload| payload.sha256 == *sha256)
                .map(|payload| payload.bytes.clone()),
            Message::Seal { sha256 } => self
                .seal
                .as_ref()
                .filter(|seal| seal.sha256 == *sha256)
                .map(|seal| pae(&seal.payload)),
        }
    }

    /// What a keyholder's token signs to prove that it holds the key. The first bytes are no JSON,
    /// so that it can never pass for TUF metadata; the ceremony's random id makes it fresh.
    pub fn possession_text(&self, name: &KeyName) -> Option<Vec<u8>> {
        let held = self.keys.get(name)?;
        let key = PublicKey::from_pem(&held.public_pem).ok()?;
        let ceremony = &self.opening.as_ref()?.ceremony;
        Some(
            format!(
                "rootstage proof of possession, version 1\nceremony {ceremony}\nkeyholder {name}\ntoken {}\nkey {}\n",
                held.token.serial,
                key.fingerprint()
            )
            .into_bytes(),
        )
    }

    /// The public key with which the current step's token signs.
    pub fn signing_key(&self) -> Option<PublicKey> {
        let held = self.keys.get(self.step()?.key.as_ref()?)?;
        PublicKey::from_pem(&held.public_pem).ok()
    }

    /// Whether a signature by the current step's key over `message` verifies.
    pub fn signature_holds(&self, message: &Message, signature: &[u8]) -> bool {
        let verify = || {
            let key = self.signing_key()?;
            key.verify(&self.message(message)?, signature).ok()
        };
        verify().is_some()
    }
}
