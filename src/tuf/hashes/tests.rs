use super::{HashError, Hashes, Sha512};
use crate::digest::Sha256;

fn hashes(entries: &[(&str, &str)]) -> Hashes {
    let mut hashes = Hashes::default();
    for (algorithm, hex) in entries {
        hashes
            .put(algorithm, hex, || format!("hashes.{algorithm}"))
            .unwrap();
    }
    hashes
}

#[test]
fn every_known_digest_is_checked() {
    let (sha256, sha512) = (Sha256::of(b"abc").hex(), Sha512::of(b"abc").hex());
    // FIPS 180-4, the example of one block
    assert!(sha512.starts_with("ddaf35a193617abacc417349ae204131"));
    let both = hashes(&[("sha256", &sha256), ("sha512", &sha512), ("blake3", "x")]);
    assert_eq!(both.check(b"abc"), Ok(()));
    assert_eq!(both.known_hex(), [sha256.clone(), sha512.clone()]);
    assert!(matches!(
        both.check(b"abd"),
        Err(HashError::Mismatch {
            algorithm: "sha256",
            ..
        })
    ));
    let half = hashes(&[("sha256", &sha256), ("sha512", &Sha512::of(b"").hex())]);
    assert!(matches!(
        half.check(b"abc"),
        Err(HashError::Mismatch {
            algorithm: "sha512",
            ..
        })
    ));
    assert_eq!(
        hashes(&[("blake3", "x"), ("md5\u{202e}", "y")]).check(b"abc"),
        Err(HashError::Unknown("blake3, md5\\u{202e}".into()))
    );
}

#[test]
fn digests_are_lower_case_hex_of_their_length() {
    let refused = |algorithm, hex: &str| {
        Hashes::default()
            .put(algorithm, hex, || "hashes".to_owned())
            .unwrap_err()
            .to_string()
    };
    let upper = Sha256::of(b"abc").hex().to_uppercase();
    assert_eq!(
        refused("sha256", &upper),
        "`hashes` must be 64 lower-case hex digits"
    );
    assert_eq!(
        refused("sha512", &"0".repeat(64)),
        "`hashes` must be 128 lower-case hex digits"
    );
    let mut many = Hashes::default();
    for at in 0..16 {
        many.put(&format!("h{at}"), "", String::new).unwrap();
    }
    assert!(many.put("h16", "", String::new).is_err());
}
