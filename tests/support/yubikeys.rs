//! YubiKeys in memory: enough of them for stories about people. How real ones are spoken to is the
//! business of the virtual card.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use rootstage::ceremony::token::piv::{CardSecret, PivKey, PivState, Provisioning, Slot};
use rootstage::ceremony::token::{
    Algorithm, Evidence, Fault, KeyAttributes, KeyRequest, PinState, TokenIdentity, TokenKey,
    TokenKind, TokenName,
};
use rootstage::ceremony::token_name::yubikey;
use rootstage::ports::{Keep, Notice, Tokens};
use rootstage::secret::{Secret, Secrets};
use rootstage::token::AllTokens;

#[path = "certificates.rs"]
#[allow(
    dead_code,
    reason = "each test binary uses its part of the certificates"
)]
pub mod certificates;

use certificates::{Device, SERIAL};

/// What the factory sets.
const FACTORY: (&str, &str) = ("123456", "12345678");

/// A YubiKey.
#[derive(Clone)]
pub struct YubiKey {
    /// Whether its firmware tells what is still the factory's (5.3 and later).
    pub tells: bool,
    /// The PIN.
    pub pin: String,
    /// The PUK.
    pub puk: String,
    /// Whether the management key is the factory's.
    pub factory_management: bool,
    /// Tries left and most tries, of the PIN.
    pub pin_tries: (u32, u32),
    /// The same of the PUK.
    pub puk_tries: (u32, u32),
    /// Keys, by slot.
    pub keys: BTreeMap<Slot, SigningKey>,
    /// Keys made so far.
    pub made: u8,
    /// Others that are connected at the same time, at the next look only.
    pub beside: Vec<String>,
    /// How often it will not be touched.
    pub untouched: u32,
    /// Whether it says of every act that it is done, and does nothing.
    pub idle: bool,
    /// What it attests otherwise than it is; `None` where it attests nothing at all.
    pub attests: Option<fn(&mut Device)>,
}

impl YubiKey {
    /// As the factory makes it.
    pub fn factory() -> Self {
        Self {
            tells: true,
            pin: FACTORY.0.to_owned(),
            puk: FACTORY.1.to_owned(),
            factory_management: true,
            pin_tries: (3, 3),
            puk_tries: (3, 3),
            keys: BTreeMap::new(),
            made: 0,
            beside: Vec::new(),
            untouched: 0,
            idle: false,
            attests: None,
        }
    }

    fn identity(&mut self, serial: u32) -> TokenIdentity {
        let told = |factory: bool| self.tells.then_some(factory);
        let count = |tries: u32| self.tells.then_some(tries);
        TokenIdentity {
            kind: TokenKind::YubiKey,
            serial: serial.to_string(),
            label: String::new(),
            manufacturer: "Yubico".to_owned(),
            model: "YubiKey".to_owned(),
            firmware: if self.tells { "5.7.4" } else { "5.2.7" }.to_owned(),
            pin: PinState {
                tries_left: Some(self.pin_tries.0),
                final_try: self.pin_tries.0 == 1,
                locked: self.pin_tries.0 == 0,
                min_len: 6,
                max_len: 8,
                ..PinState::default()
            },
            piv: Some(PivState {
                pin: CardSecret {
                    factory: told(self.pin == FACTORY.0),
                    tries_left: Some(self.pin_tries.0),
                    tries: count(self.pin_tries.1),
                },
                puk: CardSecret {
                    factory: told(self.puk == FACTORY.1),
                    tries_left: count(self.puk_tries.0),
                    tries: count(self.puk_tries.1),
                },
                management: CardSecret {
                    factory: told(self.factory_management),
                    ..CardSecret::default()
                },
                management_behind_pin: !self.factory_management,
                in_use: self.keys.keys().copied().collect(),
            }),
            beside: std::mem::take(&mut self.beside),
        }
    }

    fn checked(&mut self, token: &TokenName, pin: &Secret) -> Result<(), Fault> {
        if self.pin_tries.0 == 0 {
            return Err(Fault::PinLocked {
                token: token.clone(),
            });
        }
        if pin.expose_str() == self.pin {
            self.pin_tries.0 = self.pin_tries.1;
            return Ok(());
        }
        self.pin_tries.0 -= 1;
        Err(Fault::PinWrong {
            token: token.clone(),
            pin: self.identity(0).pin,
        })
    }

    fn certificates(&self, serial: u32, slot: Slot) -> Vec<String> {
        let Some(otherwise) = self.attests else {
            return Vec::new();
        };
        let key = self.keys[&slot].verifying_key();
        let mut device = Device::default();
        let [a, b, c, d] = serial.to_be_bytes();
        device.leaf = device.leaf.without(SERIAL);
        device.leaf = device.leaf.with(SERIAL, false, &[2, 4, a, b, c, d]);
        device.leaf.subject = format!("YubiKey PIV Attestation {slot}");
        device.leaf.spki = key.to_public_key_der().unwrap().into_vec();
        otherwise(&mut device);
        vec![device.leaf(), device.device()]
    }

    fn key(&self, slot: Slot, label: &str) -> Option<TokenKey> {
        let key = self.keys.get(&slot)?;
        Some(TokenKey {
            algorithm: Algorithm::EcdsaP256,
            label: label.to_owned(),
            public_pem: key
                .verifying_key()
                .to_public_key_pem(LineEnding::LF)
                .unwrap(),
            attributes: KeyAttributes {
                local: true,
                sensitive: true,
                always_sensitive: true,
                never_extractable: true,
                always_authenticate: true,
                extractable: false,
            },
            piv: Some(PivKey {
                slot,
                policies: None,
                generated: Some(true),
            }),
        })
    }

    fn provision(
        &mut self,
        token: &TokenName,
        act: &Provisioning,
        secrets: Secrets<'_>,
    ) -> Result<(), Fault> {
        let token = token.clone();
        let typed = |secret: Option<&Secret>| secret.unwrap().expose_str().to_owned();
        let refused = |new: &str, factory: &str| {
            (new == factory || !(6..=8).contains(&new.len())).then(|| Fault::NewSecretRefused {
                token: token.clone(),
                reason: "it is the factory's, or not of 6 to 8 characters".to_owned(),
            })
        };
        match act {
            Provisioning::Reset => {
                *self = Self {
                    tells: self.tells,
                    made: self.made,
                    ..Self::factory()
                };
            }
            Provisioning::Tries { pin, puk } => {
                assert!(
                    self.pin == FACTORY.0 && self.factory_management,
                    "the ceremony asked for what cannot be"
                );
                FACTORY.1.clone_into(&mut self.puk);
                self.pin_tries = (u32::from(*pin), u32::from(*pin));
                self.puk_tries = (u32::from(*puk), u32::from(*puk));
            }
            Provisioning::Pin => {
                self.checked(&token, &Secret::copied_from(FACTORY.0).unwrap())?;
                let new = typed(secrets.secret);
                refused(&new, FACTORY.0).map_or(Ok(()), Err)?;
                self.pin = new;
            }
            Provisioning::Puk => {
                let new = typed(secrets.secret);
                refused(&new, FACTORY.1).map_or(Ok(()), Err)?;
                if self.puk != FACTORY.1 {
                    self.puk_tries.0 -= 1;
                    return Err(Fault::PukWrong {
                        token,
                        tries_left: None,
                    });
                }
                self.puk = new;
            }
            Provisioning::ManagementKey { .. } => self.factory_management = false,
            Provisioning::Unblock => {
                if self.puk_tries.0 == 0 {
                    return Err(Fault::PukLocked { token });
                }
                if typed(secrets.secret) != self.puk {
                    self.puk_tries.0 -= 1;
                    return Err(Fault::PukWrong {
                        token,
                        tries_left: Some(self.puk_tries.0),
                    });
                }
                self.pin = typed(secrets.new_pin);
                self.pin_tries.0 = self.pin_tries.1;
            }
        }
        Ok(())
    }
}

fn named(token: &TokenName) -> u32 {
    yubikey(token).unwrap().serial
}

/// The YubiKeys of a room by serial number, shared with the test.
pub type Drawer = Arc<Mutex<BTreeMap<u32, YubiKey>>>;

/// Software tokens as they are, and the YubiKeys of the drawer.
pub struct Mixed {
    /// The others.
    pub all: AllTokens,
    /// The YubiKeys.
    pub drawer: Drawer,
}

/// Does this with the YubiKey of this name, where it is one.
fn with<T>(
    drawer: &Drawer,
    token: &TokenName,
    act: impl FnOnce(u32, Slot, &mut YubiKey) -> Result<T, Fault>,
) -> Option<Result<T, Fault>> {
    let named = yubikey(token)?;
    let mut drawer = drawer.lock().unwrap();
    let there: Vec<String> = drawer
        .keys()
        .map(|serial| format!("YubiKey ({serial})"))
        .collect();
    Some(match drawer.get_mut(&named.serial) {
        Some(card) => act(named.serial, named.slot, card),
        None => Err(Fault::TokenAbsent {
            token: token.clone(),
            present: there,
        }),
    })
}

impl Tokens for Mixed {
    fn identify(&mut self, token: &TokenName) -> Result<TokenIdentity, Fault> {
        with(&self.drawer, token, |serial, _, card| {
            Ok(card.identity(serial))
        })
        .unwrap_or_else(|| self.all.identify(token))
    }

    fn find_key(
        &mut self,
        token: &TokenName,
        label: &str,
        secret: Option<&Secret>,
    ) -> Result<Option<TokenKey>, Fault> {
        with(&self.drawer, token, |_, slot, card| {
            Ok(card.key(slot, label))
        })
        .unwrap_or_else(|| self.all.find_key(token, label, secret))
    }

    fn generate(
        &mut self,
        token: &TokenName,
        label: &str,
        request: &KeyRequest,
        secret: &Secret,
    ) -> Result<TokenKey, Fault> {
        with(&self.drawer, token, |serial, slot, card| {
            card.checked(token, secret)?;
            if card.keys.contains_key(&slot) && request.present.is_kept() {
                return Err(Fault::KeyExists {
                    token: token.clone(),
                    label: label.to_owned(),
                });
            }
            card.made += 1;
            let mut seed = [card.made; 32];
            seed[..4].copy_from_slice(&serial.to_be_bytes());
            card.keys
                .insert(slot, SigningKey::from_slice(&seed).unwrap());
            Ok(card.key(slot, label).unwrap())
        })
        .unwrap_or_else(|| self.all.generate(token, label, request, secret))
    }

    fn sign(
        &mut self,
        token: &TokenName,
        label: &str,
        expected: Option<&str>,
        message: &[u8],
        secret: &Secret,
        notice: &mut dyn FnMut(Notice),
    ) -> Result<Vec<u8>, Fault> {
        with(&self.drawer, token, |_, slot, card| {
            card.checked(token, secret)?;
            let missed = card.untouched > 0;
            card.untouched = card.untouched.saturating_sub(1);
            if missed {
                return Err(Fault::TouchMissed {
                    token: token.clone(),
                });
            }
            let key = card.key(slot, label).unwrap();
            assert!(expected.is_none_or(|pem| pem == key.public_pem));
            let signature: p256::ecdsa::Signature = card.keys[&slot].sign(message);
            Ok(signature.to_der().as_bytes().to_vec())
        })
        .unwrap_or_else(|| {
            self.all
                .sign(token, label, expected, message, secret, notice)
        })
    }

    fn attest(&mut self, token: &TokenName, label: &str) -> Result<Evidence, Fault> {
        with(&self.drawer, token, |_, slot, card| {
            Ok(Evidence {
                key: card.key(slot, label).unwrap(),
                certificates: card.certificates(named(token), slot),
            })
        })
        .unwrap_or_else(|| self.all.attest(token, label))
    }

    fn provision(
        &mut self,
        token: &TokenName,
        act: &Provisioning,
        secrets: Secrets<'_>,
        keep: Keep<'_>,
    ) -> Result<TokenIdentity, Fault> {
        with(&self.drawer, token, |serial, _, card| {
            if !card.idle {
                card.provision(token, act, secrets)?;
            }
            Ok(card.identity(serial))
        })
        .unwrap_or_else(|| self.all.provision(token, act, secrets, keep))
    }
}
