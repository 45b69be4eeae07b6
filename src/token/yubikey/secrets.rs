//! PIN and PUK: shown, changed, unblocked. Each call spends at most one try, and none is repeated.

use zeroize::Zeroizing;

use super::apdu::{Command, Status};
use super::card::{Broken, Card, Trouble};
use super::replies::Firmware;
use crate::ceremony::token::piv::CardSecret;

/// Shortest PIN or PUK, in bytes.
pub(super) const SHORTEST: usize = 6;
/// Longest; a shorter one is filled up with FF (SP 800-73-4, part 2, section 2.4.3).
pub(super) const LONGEST: usize = 8;

/// The PIN of every card that comes from the factory.
pub(super) const FACTORY_PIN: &[u8] = b"123456";
/// The PUK of every card that comes from the factory.
pub(super) const FACTORY_PUK: &[u8] = b"12345678";

/// Which secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// The PIN.
    Pin,
    /// The PUK.
    Puk,
}

impl Which {
    /// Its key reference.
    pub(super) fn reference(self) -> u8 {
        match self {
            Self::Pin => 0x80,
            Self::Puk => 0x81,
        }
    }

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pin => "PIN",
            Self::Puk => "PUK",
        }
    }

    /// What the factory sets.
    pub(super) fn factory(self) -> &'static [u8] {
        match self {
            Self::Pin => FACTORY_PIN,
            Self::Puk => FACTORY_PUK,
        }
    }
}

/// What came of showing a PIN or PUK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// It was right.
    Right,
    /// It was wrong, and so many tries are left.
    Wrong(u32),
    /// It is blocked.
    Blocked,
    /// It was right, and something else was not.
    Refused(Status),
}

impl Shown {
    fn of(status: Status) -> Self {
        match (status, status.tries()) {
            (Status::OK, _) => Self::Right,
            (Status::BLOCKED, _) | (_, Some(0)) => Self::Blocked,
            (_, Some(left)) => Self::Wrong(left),
            _ => Self::Refused(status),
        }
    }
}

/// Fills up each of `secrets` with FF.
fn padded(secrets: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let mut data = Zeroizing::new(Vec::with_capacity(LONGEST * secrets.len()));
    for secret in secrets {
        let secret = secret.get(..LONGEST).unwrap_or(secret);
        data.extend_from_slice(secret);
        data.extend(std::iter::repeat_n(0xff, LONGEST - secret.len()));
    }
    data
}

impl Card {
    fn show(&mut self, command: Command, data: &[&[u8]]) -> Result<Shown, Broken> {
        let reply = self.send(&command.with_secret(padded(data)))?;
        Ok(Shown::of(reply.status))
    }

    /// VERIFY: shows the PIN.
    pub(super) fn verify(&mut self, pin: &[u8]) -> Result<Shown, Broken> {
        self.reset_when_done();
        self.show(Command::new(0x20, 0, 0x80), &[pin])
    }

    /// CHANGE REFERENCE DATA: another PIN or PUK in place of the old one.
    pub(super) fn change(&mut self, which: Which, old: &[u8], new: &[u8]) -> Result<Shown, Broken> {
        self.reset_when_done();
        self.show(Command::new(0x24, 0, which.reference()), &[old, new])
    }

    /// RESET RETRY COUNTER: a new PIN by the PUK.
    pub(super) fn unblock(&mut self, puk: &[u8], new_pin: &[u8]) -> Result<Shown, Broken> {
        self.reset_when_done();
        self.show(Command::new(0x2c, 0, 0x80), &[puk, new_pin])
    }

    /// Tries left of the PIN; spends none.
    pub(super) fn pin_tries(&mut self) -> Result<Option<u32>, Broken> {
        let status = self.send(&Command::new(0x20, 0, 0x80))?.status;
        Ok(if status == Status::BLOCKED {
            Some(0)
        } else {
            status.tries()
        })
    }

    /// What the card tells of its PIN or PUK; spends no try.
    pub(super) fn secret(&mut self, which: Which) -> Result<CardSecret, Trouble> {
        let told = self.metadata(which.reference())?.unwrap_or_default();
        let mut secret = CardSecret {
            factory: told.factory,
            tries_left: told.tries.map(|(_, left)| u32::from(left)),
            tries: told.tries.map(|(all, _)| u32::from(all)),
        };
        if which == Which::Pin && secret.tries_left.is_none() {
            secret.tries_left = self.pin_tries()?;
        }
        Ok(secret)
    }

    /// Whether the firmware says what is the factory's.
    pub(super) fn tells(&self) -> bool {
        self.firmware >= Firmware::TELLS
    }

    /// Blocks PIN and PUK by wrong ones, which is what a reset wants. FF alone is no PIN and no PUK.
    pub(super) fn block_both(&mut self) -> Result<(), Trouble> {
        // counters go up to 255
        for which in [Which::Pin, Which::Puk] {
            for _ in 0..=256 {
                let shown = match which {
                    Which::Pin => self.verify(&[])?,
                    Which::Puk => self.unblock(&[], &[])?,
                };
                match shown {
                    Shown::Blocked => break,
                    Shown::Wrong(_) => {}
                    Shown::Right => {
                        return Err(Trouble::Malformed {
                            doing: "to an empty PIN or PUK",
                        });
                    }
                    Shown::Refused(status) => {
                        return Err(Trouble::Refused {
                            doing: "to an empty PIN or PUK",
                            status,
                        });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Why a new PIN or PUK is not taken; it is never repeated.
pub(super) fn refusal(which: Which, new: &[u8]) -> Option<String> {
    let name = which.name();
    if !(SHORTEST..=LONGEST).contains(&new.len()) {
        let advice = match which {
            Which::Pin => "",
            Which::Puk => "; take 8",
        };
        return Some(format!("a {name} has 6 to 8 characters{advice}"));
    }
    if !new.iter().all(u8::is_ascii_alphanumeric) {
        return Some(format!(
            "a {name} is of digits and letters without accents, so that it can be typed on every keyboard"
        ));
    }
    if new == FACTORY_PIN || new == FACTORY_PUK {
        return Some("it is what the factory sets, and so known to everybody".to_owned());
    }
    simple(new)
        .then(|| "it is a run or a repetition of one character, and so easily guessed".to_owned())
}

/// One character over and over, or each the next or the one before (9 and 0 are neighbours).
fn simple(new: &[u8]) -> bool {
    let steps = [0_u8, 1, 9];
    let digits = new.iter().all(u8::is_ascii_digit);
    let around = |step: u8| {
        new.windows(2).all(|pair| match pair {
            [a, b] if digits => (a - b'0' + step) % 10 == b - b'0',
            [a, b] => match step {
                9 => a.wrapping_sub(1) == *b,
                step => a.wrapping_add(step) == *b,
            },
            _ => false,
        })
    };
    steps.into_iter().any(around)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_secrets_that_everybody_would_guess_are_refused() {
        for bad in [
            "12345",
            "123456789",
            "123456",
            "12345678",
            "654321",
            "000000",
            "aaaaaaaa",
            "abcdef",
            "fedcba",
            "890123",
            "109876",
            "24681é",
            "246 81",
            "",
        ] {
            let said = refusal(Which::Pin, bad.as_bytes()).unwrap_or_else(|| panic!("{bad}"));
            assert!(bad.is_empty() || !said.contains(bad), "{said}");
        }
        for good in ["648219", "64821975", "a1b2c3", "112233", "123457"] {
            assert_eq!(refusal(Which::Puk, good.as_bytes()), None, "{good}");
        }
    }

    #[test]
    fn secrets_are_filled_up() {
        assert_eq!(
            padded(&[b"123456", b""]).as_slice(),
            b"123456\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
        );
        assert_eq!(padded(&[b"123456789"]).len(), 8);
    }

    #[test]
    fn what_is_said_of_a_secret_is_told_apart() {
        assert_eq!(Shown::of(Status(0x9000)), Shown::Right);
        assert_eq!(Shown::of(Status(0x63c2)), Shown::Wrong(2));
        assert_eq!(Shown::of(Status(0x63c0)), Shown::Blocked);
        assert_eq!(Shown::of(Status(0x6983)), Shown::Blocked);
        assert_eq!(Shown::of(Status(0x6a80)), Shown::Refused(Status::BAD_DATA));
    }
}
