//! Commands and answers of ISO 7816-4, short and extended.

/// A status word.
pub type Sw = u16;

/// Done.
pub const OK: Sw = 0x9000;
/// The wrong length.
pub const WRONG_LENGTH: Sw = 0x6700;
/// Not allowed as things stand: no PIN, no management key, no touch.
pub const SECURITY_STATUS: Sw = 0x6982;
/// The PIN or PUK is blocked.
pub const BLOCKED: Sw = 0x6983;
/// The conditions for it are not there.
pub const CONDITIONS: Sw = 0x6985;
/// The data make no sense here.
pub const WRONG_DATA: Sw = 0x6a80;
/// No such object, no such application.
pub const NOT_FOUND: Sw = 0x6a82;
/// P1 or P2 make no sense here.
pub const WRONG_PARAMETERS: Sw = 0x6a86;
/// No such key.
pub const NO_KEY: Sw = 0x6a88;
/// No such command.
pub const NO_COMMAND: Sw = 0x6d00;
/// A wrong PIN or PUK; the low digit counts the tries that are left.
pub const WRONG_PIN: Sw = 0x63c0;

/// What a card answers: data, or a status word that says why not.
pub type Answer = Result<Vec<u8>, Sw>;

/// A command.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// Class; the bit 0x10 says that more of the same command follows.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Data.
    pub data: Vec<u8>,
    /// The longest answer that is wanted at once, in bytes.
    pub longest: usize,
}

impl Command {
    /// The command in these bytes; `None` where its lengths contradict each other.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (&[cla, ins, p1, p2], body) = bytes.split_first_chunk()?;
        let (data, longest) = match *body {
            [] => (&[][..], 256),
            [le] => (&[][..], short(le)),
            [0, high, low] => (&[][..], extended(high, low)),
            [0, high, low, ref rest @ ..] => {
                let length = usize::from(high) << 8 | usize::from(low);
                let (data, le) = rest.split_at_checked(length)?;
                match *le {
                    [] => (data, 256),
                    [high, low] => (data, extended(high, low)),
                    _ => return None,
                }
            }
            [length, ref rest @ ..] => {
                let (data, le) = rest.split_at_checked(usize::from(length))?;
                match *le {
                    [] => (data, 256),
                    [le] => (data, short(le)),
                    _ => return None,
                }
            }
        };
        Some(Self {
            cla,
            ins,
            p1,
            p2,
            data: data.to_vec(),
            longest,
        })
    }

    /// Whether more of the same command follows.
    pub fn goes_on(&self) -> bool {
        self.cla & 0x10 != 0
    }
}

fn short(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

fn extended(high: u8, low: u8) -> usize {
    match usize::from(high) << 8 | usize::from(low) {
        0 => 65536,
        length => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
        Command::parse(bytes).map(|command| (command.data, command.longest))
    }

    #[test]
    fn short_and_extended_lengths_are_read() {
        assert_eq!(read(&[0, 1, 2, 3]), Some((vec![], 256)));
        assert_eq!(read(&[0, 1, 2, 3, 16]), Some((vec![], 16)));
        assert_eq!(read(&[0, 1, 2, 3, 2, 8, 9]), Some((vec![8, 9], 256)));
        assert_eq!(read(&[0, 1, 2, 3, 2, 8, 9, 0]), Some((vec![8, 9], 256)));
        assert_eq!(read(&[0, 1, 2, 3, 0, 0, 0]), Some((vec![], 65536)));
        assert_eq!(read(&[0, 1, 2, 3, 0, 0, 1, 7]), Some((vec![7], 256)));
        assert_eq!(read(&[0, 1, 2, 3, 0, 0, 1, 7, 1, 0]), Some((vec![7], 256)));
    }

    #[test]
    fn lengths_that_contradict_each_other_are_refused() {
        assert_eq!(read(&[0, 1, 2]), None);
        assert_eq!(read(&[0, 1, 2, 3, 4, 5]), None);
        assert_eq!(read(&[0, 1, 2, 3, 1, 5, 6, 7]), None);
        assert_eq!(read(&[0, 1, 2, 3, 0, 0, 9, 7]), None);
    }
}
