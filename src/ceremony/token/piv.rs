//! What a PIV card says of itself and of its keys (NIST SP 800-73-4, with the extensions of Yubico).

use serde::{Deserialize, Serialize};

/// Longest message, in bytes, that an Ed25519 key of a PIV card is asked to sign: it signs the message itself,
/// and no card takes more than its largest object has.
pub const LONGEST_ED25519_MESSAGE: usize = 3072;

/// A place for a key on a PIV card, by its key reference (SP 800-73-4, part 1, table 4b).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Slot(u8);

impl Slot {
    /// Digital signature: the slot for root keys, and the default.
    pub const SIGNATURE: Self = Self(0x9c);

    /// The slot of this key reference: `9a`, `9c`, `9d`, `9e`, or `82` to `95` (retired keys).
    pub fn new(reference: u8) -> Option<Self> {
        matches!(reference, 0x9a | 0x9c | 0x9d | 0x9e | 0x82..=0x95).then_some(Self(reference))
    }

    /// The slot of these two hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_hexdigit());
        digits
            .then(|| u8::from_str_radix(text, 16).ok())
            .flatten()
            .and_then(Self::new)
    }

    /// The key reference.
    pub fn reference(self) -> u8 {
        self.0
    }
}

impl std::fmt::Display for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02x}", self.0)
    }
}

impl From<Slot> for String {
    fn from(slot: Slot) -> Self {
        slot.to_string()
    }
}

impl TryFrom<String> for Slot {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| "not a PIV slot".to_owned())
    }
}

/// When the card wants its PIN for the use of a key (the byte of Yubico's metadata and attestation).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinPolicy {
    /// Never (1).
    Never,
    /// Once in a session (2).
    Once,
    /// Immediately before each use (3).
    Always,
    /// Fingerprint, once in a session (4).
    MatchOnce,
    /// Fingerprint before each use (5).
    MatchAlways,
}

impl PinPolicy {
    /// Every policy, with its byte and its name.
    pub const ALL: [(u8, &'static str, Self); 5] = [
        (1, "never", Self::Never),
        (2, "once", Self::Once),
        (3, "always", Self::Always),
        (4, "match-once", Self::MatchOnce),
        (5, "match-always", Self::MatchAlways),
    ];
}

/// When the card wants to be touched for the use of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TouchPolicy {
    /// Never (1).
    Never,
    /// For each use (2).
    Always,
    /// A touch holds for 15 seconds (3).
    Cached,
}

impl TouchPolicy {
    /// Every policy, with its byte and its name.
    pub const ALL: [(u8, &'static str, Self); 3] = [
        (1, "never", Self::Never),
        (2, "always", Self::Always),
        (3, "cached", Self::Cached),
    ];
}

/// Lookups in the table `ALL` of a policy.
macro_rules! by_byte {
    ($policy:ident) => {
        impl $policy {
            /// The policy of this byte.
            pub fn of(byte: u8) -> Option<Self> {
                let mut all = Self::ALL.iter();
                all.find(|(of, _, _)| *of == byte)
                    .map(|(_, _, policy)| *policy)
            }

            /// Its byte.
            pub fn byte(self) -> u8 {
                self.row().map_or(0, |(byte, _, _)| byte)
            }

            /// Its name in plans.
            pub fn name(self) -> &'static str {
                self.row().map_or("", |(_, name, _)| name)
            }

            fn row(self) -> Option<(u8, &'static str, Self)> {
                let mut all = Self::ALL.into_iter();
                all.find(|(_, _, policy)| *policy == self)
            }
        }
    };
}

by_byte!(PinPolicy);
by_byte!(TouchPolicy);

/// How a key on a PIV card is made and used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPolicies {
    /// When the PIN is wanted.
    pub pin: PinPolicy,
    /// When a touch is wanted.
    pub touch: TouchPolicy,
}

impl KeyPolicies {
    /// What a root key is made with, where the plan does not say otherwise.
    pub const STRICT: Self = Self {
        pin: PinPolicy::Always,
        touch: TouchPolicy::Always,
    };
}

/// What a PIV card says of a key (GET METADATA, firmware 5.3 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PivKey {
    /// Where it is.
    pub slot: Slot,
    /// How it is used; `None` where the firmware does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<KeyPolicies>,
    /// Whether it was generated on the card; `None` where the firmware does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<bool>,
}

/// A secret of the card, as far as the card tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardSecret {
    /// Whether it still is what the factory set; `None` where the firmware does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factory: Option<bool>,
    /// Tries left before it is blocked; `None` where the firmware does not tell, or nothing counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// Tries after a success; `None` likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<u32>,
}

/// What a PIV card says of itself, besides [`super::TokenIdentity`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PivState {
    /// The PIN.
    pub pin: CardSecret,
    /// The PUK, which unblocks the PIN.
    pub puk: CardSecret,
    /// The management key, which allows keys to be made.
    pub management: CardSecret,
    /// Whether the management key is kept on the card behind the PIN.
    pub management_behind_pin: bool,
    /// Slots that hold a key or a certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_use: Vec<Slot>,
}

/// One act of bringing a PIV card from the factory's state to the keyholder's. After each the card
/// is looked at again, so that what is missing follows from the card and not from memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Provisioning {
    /// Everything in the PIV application is erased; PIN, PUK and management key are the factory's.
    Reset,
    /// How often PIN and PUK may be wrong. This sets both back to the factory's values, so it comes
    /// first; it needs the factory's PIN and management key.
    Tries {
        /// Tries of the PIN, 1 to 255.
        pin: u8,
        /// Tries of the PUK, 1 to 255.
        puk: u8,
    },
    /// The factory's PIN is replaced by the one that the keyholder types.
    Pin,
    /// The factory's PUK is replaced by the one that is typed.
    Puk,
    /// The factory's management key is replaced by a random one (AES-256), which is kept on the card
    /// behind the PIN.
    ManagementKey {
        /// age recipients to which a copy is encrypted, beside the transcript; none: no copy.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        escrow: Vec<String>,
    },
    /// A blocked PIN is replaced: the PUK and a new PIN are typed.
    Unblock,
}

impl Provisioning {
    /// What is typed for it.
    pub fn takes(&self) -> Takes {
        match self {
            Self::Reset | Self::Tries { .. } | Self::ManagementKey { .. } => Takes::Nothing,
            Self::Pin | Self::Puk => Takes::One,
            Self::Unblock => Takes::PukAndPin,
        }
    }
}

/// What is typed for an act of [`Provisioning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// One new secret.
    One,
    /// The PUK, and a new PIN.
    PukAndPin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_that_hold_keys() {
        for good in ["9a", "9C", "9d", "9e", "82", "95"] {
            assert_eq!(
                Slot::parse(good).unwrap().to_string(),
                good.to_ascii_lowercase()
            );
        }
        for bad in ["", "9", "9b", "f9", "96", "81", "+9c", "9c "] {
            assert_eq!(Slot::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn policies_go_by_their_bytes() {
        for (byte, name, policy) in PinPolicy::ALL {
            assert_eq!((PinPolicy::of(byte), policy.byte()), (Some(policy), byte));
            assert_eq!(policy.name(), name);
        }
        assert_eq!(TouchPolicy::of(4), None);
    }
}
