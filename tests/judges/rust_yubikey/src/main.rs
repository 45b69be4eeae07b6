//! `judge-yubikey SERIAL p256|p384|ed25519`: provisions a card from the factory, generates a key in slot
//! 9c, attests it, and signs with it. What the card is told and asked goes through the crate `yubikey`.
//!
//! `judge-yubikey SERIAL look`: looks at a card that somebody else has provisioned, and says in lines of
//! `name value` how it stands and what is in slot 9c. It spends no try.
//!
//! Exit status 0: all as it should be. 1: not so, with the reason on stderr.

use std::error::Error;
use std::process::ExitCode;

use sha2::Digest as _;
use x509_cert::der::{Decode as _, Encode as _};
use yubikey::certificate::Certificate;
use yubikey::mgm::MgmAlgorithmId;
use yubikey::piv::{self, AlgorithmId, Origin, SlotAlgorithmId, SlotId};
use yubikey::{MgmKey, PinPolicy, Serial, TouchPolicy, YubiKey};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.as_slice() {
        [serial, look] if look == "look" => look_at(serial),
        [serial, algorithm] => judge(serial, algorithm),
        _ => Err("usage: judge-yubikey SERIAL p256|p384|ed25519|look".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("yubikey: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// What must be so.
fn is(what: &str, so: bool) -> Result<(), Box<dyn Error>> {
    if so { Ok(()) } else { Err(what.into()) }
}

fn look_at(serial: &str) -> Result<(), Box<dyn Error>> {
    let mut card = YubiKey::open_by_serial(Serial(serial.parse()?))?;
    println!("version {}", card.version());
    println!("tries {}", card.get_pin_retries()?);
    let factory = MgmKey::get_default(&card)?;
    is("the factory's management key is refused", card.authenticate(&factory).is_err())?;
    let slot = SlotId::Signature;
    let told = piv::metadata(&mut card, slot)?;
    is("the key was generated", told.origin == Some(Origin::Generated))?;
    println!("algorithm {:?}", told.algorithm);
    println!("policies {:?}", told.policy);
    let public = told.public.ok_or("no public half")?;
    println!("spki {}", hex(&public.to_der()?));
    let certificate = Certificate::read(&mut card, slot)?;
    let about = certificate.cert.tbs_certificate();
    is("the certificate is about the key", *about.subject_public_key_info() == public)?;
    println!("certificate {}", about.subject());
    let attestation = x509_cert::Certificate::from_der(&piv::attest(&mut card, slot)?)?;
    let attested = attestation.tbs_certificate();
    is("the attested key", *attested.subject_public_key_info() == public)?;
    is("no signature without the PIN", {
        let algorithm = match told.algorithm {
            SlotAlgorithmId::Asymmetric(algorithm) => algorithm,
            _ => return Err("no key pair".into()),
        };
        let length = if algorithm == AlgorithmId::EccP384 { 48 } else { 32 };
        piv::sign_data(&mut card, &vec![7; length], algorithm, slot).is_err()
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn judge(serial: &str, algorithm: &str) -> Result<(), Box<dyn Error>> {
    let algorithm = match algorithm {
        "p256" => AlgorithmId::EccP256,
        "p384" => AlgorithmId::EccP384,
        "ed25519" => AlgorithmId::Ed25519,
        _ => return Err("no such algorithm".into()),
    };
    let mut card = YubiKey::open_by_serial(Serial(serial.parse()?))?;

    is("three tries", card.get_pin_retries()? == 3)?;
    is("a wrong PIN is refused", card.verify_pin(b"654321").is_err())?;
    is("and counted", card.get_pin_retries()? == 2)?;
    let factory = MgmKey::get_default(&card)?;
    card.authenticate(&factory)?;
    let fresh = MgmKey::generate(MgmAlgorithmId::Aes256, &mut rand::rng())?;
    fresh.set_manual(&mut card, false)?;
    card.change_pin(b"123456", b"24681357")?;
    card.change_puk(b"12345678", b"87654321")?;
    is("the old PIN is refused", card.verify_pin(b"123456").is_err())?;
    card.unblock_pin(b"87654321", b"24681357")?;
    is("three tries again", card.get_pin_retries()? == 3)?;
    is("the old management key is refused", card.authenticate(&factory).is_err())?;

    card.authenticate(&fresh)?;
    let slot = SlotId::Signature;
    let public = piv::generate(&mut card, slot, algorithm, PinPolicy::Always, TouchPolicy::Always)?;
    let told = piv::metadata(&mut card, slot)?;
    is("the algorithm", told.algorithm == SlotAlgorithmId::Asymmetric(algorithm))?;
    is("the origin", told.origin == Some(Origin::Generated))?;
    is("the policies", told.policy == Some((PinPolicy::Always, TouchPolicy::Always)))?;
    is("the public half", told.public.as_ref() == Some(&public))?;

    let attestation = piv::attest(&mut card, slot)?;
    let attested = x509_cert::Certificate::from_der(&attestation)?;
    is(
        "the attested key",
        *attested.tbs_certificate().subject_public_key_info() == public,
    )?;
    let device = Certificate::read(&mut card, SlotId::Attestation)?;
    is(
        "the device's name",
        device.cert.tbs_certificate().subject() == attested.tbs_certificate().issuer(),
    )?;

    let message = b"what is signed";
    let challenge = match algorithm {
        AlgorithmId::EccP256 => sha2::Sha256::digest(message).to_vec(),
        AlgorithmId::EccP384 => sha2::Sha384::digest(message).to_vec(),
        _ => message.to_vec(),
    };
    is(
        "no signature without the PIN",
        piv::sign_data(&mut card, &challenge, algorithm, slot).is_err(),
    )?;
    card.verify_pin(b"24681357")?;
    let signature = piv::sign_data(&mut card, &challenge, algorithm, slot)?;
    is("the signature", verifies(algorithm, &public.to_der()?, message, &signature)?)?;
    is(
        "no second signature for one PIN",
        piv::sign_data(&mut card, &challenge, algorithm, slot).is_err(),
    )
}

fn verifies(
    algorithm: AlgorithmId,
    public: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<bool, Box<dyn Error>> {
    use p256::ecdsa::signature::Verifier as _;
    use p256::pkcs8::DecodePublicKey as _;
    Ok(match algorithm {
        AlgorithmId::EccP256 => p256::ecdsa::VerifyingKey::from_public_key_der(public)?
            .verify(message, &p256::ecdsa::DerSignature::try_from(signature)?)
            .is_ok(),
        AlgorithmId::EccP384 => p384::ecdsa::VerifyingKey::from_public_key_der(public)?
            .verify(message, &p384::ecdsa::DerSignature::try_from(signature)?)
            .is_ok(),
        _ => ed25519_dalek::VerifyingKey::from_public_key_der(public)?
            .verify_strict(message, &ed25519_dalek::Signature::from_slice(signature)?)
            .is_ok(),
    })
}
