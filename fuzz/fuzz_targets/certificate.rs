//! Certificates of attestations: read or refused by name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::attestation::{MAX_CERTIFICATES, read};
use rootstage::safe::safe;

fuzz_target!(|bytes: &[u8]| match read(bytes) {
    Ok(found) => {
        assert!((1..=MAX_CERTIFICATES).contains(&found.len()));
        for certificate in found {
            assert_eq!(safe(&certificate.subject), certificate.subject);
            assert_eq!(safe(&certificate.issuer), certificate.issuer);
            let key = certificate.public_key.map(|key| key.fingerprint());
            assert_eq!(key, certificate.key);
        }
    }
    Err(why) => assert!(!why.to_string().is_empty()),
});
