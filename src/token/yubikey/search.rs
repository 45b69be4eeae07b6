//! Which of the cards in the readers is the wanted one: by its serial number, and by nothing else.

use std::time::{Duration, Instant};

use super::card::{Broken, Card, Trouble};
use super::identity;
use super::reader::{Readers, Seen};
use super::words;
use crate::ceremony::token::{Fault, TokenIdentity, TokenName};

/// How long a card is waited for that is just being plugged in.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long one wait lasts at most: a change between two looks is not missed for longer.
const PAUSE: Duration = Duration::from_millis(200);

/// The wanted card, and the others.
pub(super) struct Chosen {
    /// The card, open for this program alone.
    pub(super) card: Card,
    /// Serial numbers of the other `YubiKeys` that are there, in order.
    pub(super) beside: Vec<String>,
}

/// What one look at the readers gave.
#[derive(Default)]
struct Look {
    wanted: Vec<Card>,
    busy: bool,
    failed: Option<Broken>,
}

/// Finds the `YubiKey` with this serial number.
pub(super) fn choose(token: &TokenName, serial: u32) -> Result<Chosen, Fault> {
    let wrong = |broken: Broken| words::fault(token, Trouble::Broken(broken));
    let readers = Readers::find().map_err(wrong)?;
    let until = Instant::now() + PATIENCE;
    let mut others: Vec<(Seen, Option<u32>)> = Vec::new();
    loop {
        let seen = readers.seen().map_err(wrong)?;
        others.retain(|(other, _)| seen.contains(other));
        let mut look = look(&readers, &seen, serial, &mut others);
        let mut beside: Vec<u32> = others.iter().filter_map(|(_, serial)| *serial).collect();
        beside.sort_unstable();
        if look.wanted.len() > 1 {
            return Err(Fault::Ambiguous {
                token: token.clone(),
                object: format!("a YubiKey with serial number {serial}"),
                found: u32::try_from(look.wanted.len()).unwrap_or(u32::MAX),
            });
        }
        if let Some(card) = look.wanted.pop() {
            let beside = beside.iter().map(u32::to_string).collect();
            return Ok(Chosen { card, beside });
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(match (look.busy, look.failed) {
                (true, _) => words::busy(token),
                (false, Some(broken)) => wrong(broken),
                (false, None) => Fault::TokenAbsent {
                    token: token.clone(),
                    present: beside
                        .iter()
                        .map(|serial| format!("YubiKey ({serial})"))
                        .collect(),
                },
            });
        }
        readers.wait(left.min(PAUSE)).map_err(wrong)?;
    }
}

fn look(
    readers: &Readers,
    seen: &[Seen],
    serial: u32,
    others: &mut Vec<(Seen, Option<u32>)>,
) -> Look {
    let mut look = Look::default();
    for one in seen {
        if others.iter().any(|(other, _)| other == one) {
            continue;
        }
        let opened = readers
            .open(one)
            .and_then(|connection| Card::open(Box::new(connection)));
        match opened {
            Ok(Some(card)) if card.serial == serial => look.wanted.push(card),
            Ok(other) => others.push((one.clone(), other.map(|card| card.serial))),
            Err(Broken::Busy) => look.busy = true,
            Err(Broken::Removed) => {}
            // a card that is just being plugged in may be deaf at first
            Err(broken) => look.failed = Some(broken),
        }
    }
    look
}

/// A `YubiKey` in a reader.
#[derive(Clone, Debug)]
pub struct Present {
    /// The reader, safe to show.
    pub reader: String,
    /// What the card says of itself, or why it could not be asked. A card that gives no serial
    /// number is [`Fault::Unsupported`].
    pub identity: Result<TokenIdentity, Fault>,
}

/// Every `YubiKey` that is there. Spends no PIN try. Waits for nothing.
///
/// Fails with [`Fault::ReaderService`] where the service for smart cards does not answer.
pub fn list() -> Result<Vec<Present>, Fault> {
    let nameless = TokenName("yubikey:".to_owned());
    let wrong = |broken: Broken| words::fault(&nameless, Trouble::Broken(broken));
    let readers = Readers::find().map_err(wrong)?;
    let mut present = Vec::new();
    for seen in readers.seen().map_err(wrong)? {
        let reader = seen.reader();
        let in_reader = TokenName(format!("the YubiKey in the reader {reader}"));
        let opened = readers
            .open(&seen)
            .and_then(|connection| Card::open(Box::new(connection)));
        let identity = match opened {
            Ok(Some(mut card)) => identity::identity(&mut card, Vec::new())
                .map_err(|trouble| words::fault(&in_reader, trouble)),
            Ok(None) => Err(Fault::Unsupported {
                token: in_reader,
                reason: "it gives no serial number, or its PIV application is switched off"
                    .to_owned(),
            }),
            Err(broken) => Err(words::fault(&in_reader, Trouble::Broken(broken))),
        };
        present.push(Present { reader, identity });
    }
    Ok(present)
}

/// Checks that smart cards can be reached on this machine.
///
/// Fails with [`Fault::ReaderService`].
pub fn check_service() -> Result<(), Fault> {
    let nameless = TokenName("yubikey:".to_owned());
    Readers::find()
        .and_then(|readers| readers.seen())
        .map(drop)
        .map_err(|broken| words::fault(&nameless, Trouble::Broken(broken)))
}
