//! BER-TLV as PIV cards write it (SP 800-73-4, part 2; ISO 7816-4, section 5.2.2): tags of one or
//! two bytes, lengths of at most 65535.

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag; one of two bytes has the first in the upper half.
    pub tag: u16,
    /// What it holds.
    pub value: &'a [u8],
}

/// The first element of `bytes`, and what follows it. `None` where it is not whole.
pub fn first(bytes: &[u8]) -> Option<(Tlv<'_>, &[u8])> {
    let (&high, rest) = bytes.split_first()?;
    let (tag, rest) = if high & 0x1f == 0x1f {
        let (&low, rest) = rest.split_first()?;
        // a tag of three bytes is in no reply
        if low & 0x80 != 0 {
            return None;
        }
        (u16::from_be_bytes([high, low]), rest)
    } else {
        (u16::from(high), rest)
    };
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81 => {
            let (&length, rest) = rest.split_first()?;
            (usize::from(length), rest)
        }
        0x82 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((Tlv { tag, value }, rest))
}

/// Every element of `bytes`; `None` where they are not whole to the end.
pub fn all(mut bytes: &[u8]) -> Option<Vec<Tlv<'_>>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (tlv, rest) = first(bytes)?;
        found.push(tlv);
        bytes = rest;
    }
    Some(found)
}

/// What the first element with this tag holds, among elements that are whole to the end.
pub fn find(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    all(bytes)?
        .into_iter()
        .find(|tlv| tlv.tag == tag)
        .map(|tlv| tlv.value)
}

/// What the one element holds that `bytes` are, and that has this tag.
pub fn only(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    match first(bytes)? {
        (tlv, []) if tlv.tag == tag => Some(tlv.value),
        _ => None,
    }
}

/// Appends an element. `value` has at most 65535 bytes: everything that is sent has less than 4096.
pub fn put(out: &mut Vec<u8>, tag: u16, value: &[u8]) {
    let [high, low] = tag.to_be_bytes();
    if high != 0 {
        out.push(high);
    }
    out.push(low);
    let [long, short] = u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes();
    match (long, short) {
        (0, 0..=0x7f) => out.push(short),
        (0, _) => out.extend([0x81, short]),
        _ => out.extend([0x82, long, short]),
    }
    out.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_found() {
        for length in [0_usize, 1, 127, 128, 255, 256, 3000] {
            for tag in [0x53_u16, 0x7f49] {
                let value = vec![7; length];
                let mut bytes = Vec::new();
                put(&mut bytes, tag, &value);
                assert_eq!(only(&bytes, tag), Some(&value[..]));
                assert_eq!(only(&bytes, 0x54), None);
                for cut in 0..bytes.len() {
                    assert_eq!(first(&bytes[..cut]), None, "{tag:x} {length} {cut}");
                }
                bytes.extend([0x71, 1, 0]);
                assert_eq!(only(&bytes, tag), None);
                assert_eq!(find(&bytes, 0x71), Some(&[0][..]));
                bytes.push(0x72);
                assert_eq!(find(&bytes, 0x71), None);
            }
        }
    }

    #[test]
    fn lengths_of_other_forms_are_refused() {
        for bytes in [
            &[0x53, 0x80][..],
            &[0x53, 0x83, 0, 0, 1, 7],
            &[0x7f, 0x81, 1, 0],
            &[0x7f],
        ] {
            assert_eq!(first(bytes), None, "{bytes:x?}");
        }
        assert_eq!(all(&[]), Some(Vec::new()));
    }
}
