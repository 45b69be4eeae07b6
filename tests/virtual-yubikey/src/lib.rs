//! A `YubiKey` made of software: the PIV application of a card, its answers and its refusals, over a
//! virtual card reader (vpcd of the vsmartcard project). For tests; it protects nothing.
//!
//! What it answers follows NIST SP 800-73-4 and Yubico's extensions of it. A control socket does what
//! people do to a real one: touch it, pull it out, put it back; and what only an attacker does: lie.

pub mod apdu;
pub mod attest;
pub mod authority;
pub mod card;
pub mod control;
pub mod desk;
pub mod keys;
pub mod piv;
pub mod state;
pub mod tlv;
pub mod vpcd;
