//! A public key, as PEM, as DER, as TUF writes it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::tuf::key::PublicKey;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for key in [PublicKey::from_pem(&text), PublicKey::from_spki_der(bytes)]
        .into_iter()
        .flatten()
    {
        let again = PublicKey::from_pem(&key.spki_pem()).expect("what was written can be read");
        assert_eq!(again.key_id(), key.key_id());
        let _ = key.verify(b"message", bytes);
    }
    if let Ok(value) = rootstage::canonical::parse(bytes, 1 << 20) {
        let _ = PublicKey::from_tuf(&value);
    }
});
