//! Virtual `YubiKeys` under the hands of a test, through the backend.

use rootstage::ceremony::token::piv::{KeyPolicies, PinPolicy, Provisioning, TouchPolicy};
use rootstage::ceremony::token::{
    Algorithm, Fault, KeyRequest, Present, TokenIdentity, TokenKey, TokenName,
};
use rootstage::ports::{Notice, Tokens as _};
use rootstage::secret::Secrets;
use rootstage::token::AllTokens;

use crate::hsm::secret;

/// The PIN of every card that is provisioned here.
pub const PIN: &str = "648219";
/// Its PUK.
pub const PUK: &str = "73519264";
/// What is signed.
pub const MESSAGE: &[u8] = b"what is signed";

/// The name of the card with this serial number, slot 9c.
pub fn named(serial: u32) -> TokenName {
    TokenName(format!("yubikey:{serial}"))
}

/// How the card stands.
pub fn identify(serial: u32) -> Result<TokenIdentity, Fault> {
    AllTokens::default().identify(&named(serial))
}

/// A card after an act of provisioning.
#[derive(Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// How it stands.
    pub identity: TokenIdentity,
    /// The copy of its management key that was kept.
    pub escrow: Option<String>,
}

/// Performs an act of provisioning.
pub fn provision(
    serial: u32,
    act: &Provisioning,
    first: Option<&str>,
    new_pin: Option<&str>,
) -> Result<Provisioned, Fault> {
    let (first, new_pin) = (first.map(secret), new_pin.map(secret));
    let secrets = Secrets {
        secret: first.as_ref(),
        new_pin: new_pin.as_ref(),
    };
    let mut escrow = None;
    let mut keep = |of: &str, copy: &str| {
        assert_eq!(of, serial.to_string());
        escrow = Some(copy.to_owned());
        Ok(())
    };
    let identity = AllTokens::default().provision(&named(serial), act, secrets, &mut keep)?;
    Ok(Provisioned { identity, escrow })
}

/// Brings a card from the factory's state to the keyholder's.
pub fn provision_all(serial: u32) -> TokenIdentity {
    let act = |act: Provisioning, typed| provision(serial, &act, typed, None).unwrap();
    act(Provisioning::Tries { pin: 5, puk: 4 }, None);
    act(Provisioning::Puk, Some(PUK));
    act(Provisioning::Pin, Some(PIN));
    let escrow = Vec::new();
    act(Provisioning::ManagementKey { escrow }, None).identity
}

/// PIN always, touch as given.
pub fn policies(touch: TouchPolicy) -> KeyPolicies {
    KeyPolicies {
        pin: PinPolicy::Always,
        touch,
    }
}

/// Generates a key.
pub fn generate(
    serial: u32,
    algorithm: Algorithm,
    touch: TouchPolicy,
    present: Present,
) -> Result<TokenKey, Fault> {
    let request = KeyRequest {
        algorithm,
        policies: Some(policies(touch)),
        present,
    };
    AllTokens::default().generate(&named(serial), "root", &request, &secret(PIN))
}

/// Generates a P-256 key in an empty slot.
pub fn generate_p256(serial: u32, touch: TouchPolicy) -> Result<TokenKey, Fault> {
    generate(serial, Algorithm::EcdsaP256, touch, Present::Kept)
}

/// Signs [`MESSAGE`], and what was noticed meanwhile.
pub fn sign_with(
    serial: u32,
    pin: &str,
    mut noticed: impl FnMut(Notice),
) -> Result<Vec<u8>, Fault> {
    let pin = secret(pin);
    AllTokens::default().sign(&named(serial), "root", None, MESSAGE, &pin, &mut noticed)
}

/// Signs [`MESSAGE`].
pub fn sign(serial: u32) -> Result<Vec<u8>, Fault> {
    sign_with(serial, PIN, drop)
}
