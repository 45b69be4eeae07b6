//! The pieces of a file, and frames that make up for those that were not seen: a systematic
//! Reed-Solomon code over GF(2^16), of which any `needed` pieces give all.

use std::collections::BTreeMap;

/// How many frames there are in all, where `needed` are enough: so many that a reader who misses
/// half of them seldom meets one twice.
pub fn frames(needed: usize) -> usize {
    if needed <= 1 { needed } else { 4 * needed }
}

/// The frames after the pieces themselves. All pieces have one even length.
pub fn recovery(pieces: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let more = frames(pieces.len()) - pieces.len();
    if more == 0 {
        return Some(Vec::new());
    }
    reed_solomon_simd::encode(pieces.len(), more, pieces).ok()
}

/// The pieces, out of any `needed` frames by their numbers; `None` where there are too few.
pub fn pieces(needed: usize, known: &BTreeMap<u16, Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    let (mut given, mut recovered) = (BTreeMap::new(), Vec::new());
    for (index, body) in known {
        match usize::from(*index) {
            index if index < needed => drop(given.insert(index, body.clone())),
            index => recovered.push((index - needed, body)),
        }
    }
    if given.len() < needed {
        let more = frames(needed) - needed;
        let pieces = given.iter().map(|(index, body)| (*index, body));
        let restored = reed_solomon_simd::decode(needed, more, pieces, recovered).ok()?;
        given.extend(restored);
    }
    let pieces: Vec<_> = given.into_values().collect();
    (pieces.len() == needed).then_some(pieces)
}
