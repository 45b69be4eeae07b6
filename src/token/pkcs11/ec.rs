//! Elliptic curves as PKCS#11 tokens write them.

use crate::ceremony::token::Algorithm;

/// DER of the object identifier of P-256 (RFC 5480, section 2.1.1.1).
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// DER of the object identifier of P-384.
const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
/// DER of the object identifier of Ed25519 (RFC 8410, section 3).
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// DER `PrintableString` "edwards25519" (PKCS#11 v3.0, section 2.3.10: `curveName`).
const ED25519_NAME: &[u8] = b"\x13\x0cedwards25519";

/// The forms of `CKA_EC_PARAMS` that name the curve, in the order in which to offer them.
pub(super) fn curve_params(algorithm: Algorithm) -> &'static [&'static [u8]] {
    match algorithm {
        Algorithm::EcdsaP256 => &[P256],
        Algorithm::EcdsaP384 => &[P384],
        Algorithm::Ed25519 => &[ED25519, ED25519_NAME],
    }
}

/// The algorithm of a key with these `CKA_EC_PARAMS`; `None` for any other curve.
pub(super) fn algorithm_of(params: &[u8]) -> Option<Algorithm> {
    Algorithm::ALL
        .into_iter()
        .find(|algorithm| curve_params(*algorithm).contains(&params))
}

/// Size of the curve in bits, as mechanisms state their limits.
pub(super) fn curve_bits(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::EcdsaP256 => 256,
        Algorithm::EcdsaP384 => 384,
        Algorithm::Ed25519 => 255,
    }
}

/// The point in `CKA_EC_POINT`.
///
/// The standard says a DER `OCTET STRING` (PKCS#11 v3.1, section 6.3.3); tokens in the field also
/// give the point bare, and for Edwards curves in a `BIT STRING`. Told apart by length, which is
/// known for each curve: an uncompressed point begins with the byte of an `OCTET STRING`'s tag.
pub(super) fn unwrap_point(algorithm: Algorithm, value: &[u8]) -> Option<&[u8]> {
    // uncompressed and compressed; RFC 8032 has one form
    let lengths: &[usize] = match algorithm {
        Algorithm::EcdsaP256 => &[65, 33],
        Algorithm::EcdsaP384 => &[97, 49],
        Algorithm::Ed25519 => &[32],
    };
    lengths.iter().find_map(|&length| {
        let point = match value.len().checked_sub(length)? {
            0 => value,
            2 => value.strip_prefix(&[0x04, u8::try_from(length).ok()?])?,
            3 => value.strip_prefix(&[0x03, u8::try_from(length + 1).ok()?, 0])?,
            _ => return None,
        };
        Some(point)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_curves_and_no_other() {
        for algorithm in Algorithm::ALL {
            for params in curve_params(algorithm) {
                assert_eq!(algorithm_of(params), Some(algorithm));
            }
        }
        // P-521
        assert_eq!(
            algorithm_of(&[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23]),
            None
        );
    }

    #[test]
    fn unwraps_points_in_all_their_forms() {
        // a bare point whose first coordinate byte looks like the length of an OCTET STRING
        let mut bare = vec![0x3f; 65];
        bare[0] = 0x04;
        assert_eq!(unwrap_point(Algorithm::EcdsaP256, &bare), Some(&bare[..]));
        let wrapped = [&[0x04, 0x41], &bare[..]].concat();
        assert_eq!(
            unwrap_point(Algorithm::EcdsaP256, &wrapped),
            Some(&bare[..])
        );
        assert_eq!(unwrap_point(Algorithm::EcdsaP256, &wrapped[..66]), None);
        let key = [7; 32];
        assert_eq!(unwrap_point(Algorithm::Ed25519, &key), Some(&key[..]));
        let octets = [&[0x04, 0x20], &key[..]].concat();
        assert_eq!(unwrap_point(Algorithm::Ed25519, &octets), Some(&key[..]));
        let bits = [&[0x03, 0x21, 0x00], &key[..]].concat();
        assert_eq!(unwrap_point(Algorithm::Ed25519, &bits), Some(&key[..]));
        assert_eq!(unwrap_point(Algorithm::EcdsaP384, &key), None);
    }
}
