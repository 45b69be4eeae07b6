//! BER-TLV with tags of one or two bytes and lengths up to 65535, as cards write it.

/// One element: tag and content.
pub fn element(tag: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + 5);
    if tag > 0xff {
        bytes.push((tag >> 8) as u8);
    }
    bytes.push(tag as u8);
    match content.len() {
        length @ 0..0x80 => bytes.push(length as u8),
        length @ 0x80..0x100 => bytes.extend([0x81, length as u8]),
        length => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    bytes.extend_from_slice(content);
    bytes
}

/// The elements of `bytes` in order; `None` where they are not well formed.
pub fn elements(mut bytes: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut found = Vec::new();
    while let Some((&first, mut rest)) = bytes.split_first() {
        let mut tag = u16::from(first);
        if first & 0x1f == 0x1f {
            let (&second, after) = rest.split_first()?;
            tag = tag << 8 | u16::from(second);
            rest = after;
        }
        let (&short, mut rest) = rest.split_first()?;
        let length = match short {
            0..=0x7f => usize::from(short),
            0x81 => {
                let (&length, after) = rest.split_first()?;
                rest = after;
                usize::from(length)
            }
            0x82 => {
                let (length, after) = rest.split_at_checked(2)?;
                rest = after;
                usize::from(length[0]) << 8 | usize::from(length[1])
            }
            _ => return None,
        };
        let (content, after) = rest.split_at_checked(length)?;
        found.push((tag, content));
        bytes = after;
    }
    Some(found)
}

/// The content of the first element with this tag.
pub fn find<'a>(elements: &[(u16, &'a [u8])], tag: u16) -> Option<&'a [u8]> {
    elements
        .iter()
        .find(|(of, _)| *of == tag)
        .map(|(_, content)| *content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for length in [0, 1, 127, 128, 255, 256, 3000] {
            let content = vec![7; length];
            let bytes = [element(0x7f49, &content), element(0x80, &[1])].concat();
            let read = elements(&bytes).unwrap();
            assert_eq!(read, [(0x7f49, &content[..]), (0x80, &[1][..])]);
            assert_eq!(find(&read, 0x80), Some(&[1][..]));
        }
    }

    #[test]
    fn what_is_cut_short_is_not_well_formed() {
        let bytes = element(0x7f49, &[7; 300]);
        for end in 1..bytes.len() {
            assert_eq!(elements(&bytes[..end]), None, "{end}");
        }
        assert_eq!(elements(&[0x80, 0x83, 0, 0, 1, 0]), None);
    }
}
