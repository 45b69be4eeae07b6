//! The code word of a stream: a systematic Reed-Solomon code over GF(2^16). The stream's symbols of
//! two bytes come first, others follow that make up for those that were not seen; any so many symbols
//! as the stream has give all.
//!
//! The code is of single symbols, not of whole frames. So it is one and the same for frames of all
//! sizes, and a sender may change their size while somebody reads.

use reed_solomon_simd::engine::DefaultEngine;
use reed_solomon_simd::rate::{LowRateDecoder, LowRateEncoder, RateDecoder, RateEncoder};

/// A symbol: an element of GF(2^16), low byte first.
pub type Symbol = [u8; 2];

/// Symbols of the code word of a stream of so many `symbols`: so many that a reader who misses half
/// of the frames seldom meets one twice.
pub fn word(symbols: usize) -> usize {
    4 * symbols
}

/// How many frames of `run` symbols there are of it: one where one is enough, otherwise all that fit.
pub fn frames(symbols: usize, run: usize) -> usize {
    if symbols <= run {
        1
    } else {
        word(symbols) / run
    }
}

/// The code word of a stream.
pub fn encode(stream: &[Symbol]) -> Option<Vec<Symbol>> {
    let more = word(stream.len()) - stream.len();
    // the rate is part of the format, not the library's choice
    let mut encoder =
        LowRateEncoder::new(stream.len(), more, 2, DefaultEngine::new(), None).ok()?;
    for symbol in stream {
        encoder.add_original_shard(symbol).ok()?;
    }
    let result = encoder.encode().ok()?;
    let mut all = stream.to_vec();
    for symbol in result.recovery_iter() {
        all.push(symbol.try_into().ok()?);
    }
    Some(all)
}

/// The stream of so many `symbols`, of its code word as far as that is known; `None` where it is too
/// little.
pub fn decode(symbols: usize, word: &[Option<Symbol>]) -> Option<Vec<Symbol>> {
    let (stream, more) = word.split_at_checked(symbols)?;
    if let Some(whole) = stream.iter().copied().collect() {
        return Some(whole);
    }
    let mut decoder =
        LowRateDecoder::new(symbols, more.len(), 2, DefaultEngine::new(), None).ok()?;
    for (index, symbol) in known(stream) {
        decoder.add_original_shard(index, symbol).ok()?;
    }
    for (index, symbol) in known(more) {
        decoder.add_recovery_shard(index, symbol).ok()?;
    }
    let result = decoder.decode().ok()?;
    let mut whole = Vec::with_capacity(symbols);
    for (index, symbol) in stream.iter().enumerate() {
        whole.push(match symbol {
            Some(symbol) => *symbol,
            None => result.restored_original(index)?.try_into().ok()?,
        });
    }
    Some(whole)
}

fn known(word: &[Option<Symbol>]) -> impl Iterator<Item = (usize, &Symbol)> {
    let numbered = word.iter().enumerate();
    numbered.filter_map(|(index, symbol)| Some((index, symbol.as_ref()?)))
}
