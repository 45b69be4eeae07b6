//! Tokens against real parts: `SoftHSM2` behind PKCS#11, age files on disk, openssl as the judge of
//! what they make.
//!
//! `SoftHSM2` reads its directory from the environment, and a PKCS#11 module belongs to its
//! process; so each story with tokens runs in a process of its own, which is this same binary
//! asked for that one test (see [`hsm::alone`]).

#![allow(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect fails there"
)]

/// A test whose body gets a `SoftHSM2` of its own.
macro_rules! token_story {
    ($(#[doc = $doc:literal])* fn $name:ident($hsm:ident) $body:block) => {
        $(#[doc = $doc])*
        #[test]
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            crate::hsm::alone(name, |$hsm| $body);
        }
    };
}

#[path = "support/alone.rs"]
#[macro_use]
mod alone;
#[path = "support/cards.rs"]
#[allow(dead_code, reason = "it serves several test programs")]
mod cards;
#[path = "tokens/desk.rs"]
mod desk;
#[path = "tokens/faults.rs"]
mod faults;
#[path = "tokens/hsm.rs"]
mod hsm;
#[path = "tokens/memory.rs"]
mod memory;
#[path = "tokens/pkcs11.rs"]
mod pkcs11;
#[path = "tokens/software.rs"]
mod software;
#[path = "tokens/ykcs11.rs"]
mod ykcs11;
#[path = "tokens/yubikey.rs"]
mod yubikey;
#[path = "tokens/yubikey_provision.rs"]
mod yubikey_provision;
#[path = "tokens/yubikey_trouble.rs"]
mod yubikey_trouble;
