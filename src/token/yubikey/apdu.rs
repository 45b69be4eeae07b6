//! Commands and status words (ISO 7816-4): short APDUs, chained where the data is longer, so that
//! every reader and every firmware takes them.

use zeroize::Zeroizing;

/// Most data bytes of a short APDU.
const MOST: usize = 255;

/// A command. Its data may be a PIN: it is wiped when dropped.
pub(super) struct Command {
    /// INS, P1, P2.
    header: [u8; 3],
    data: Zeroizing<Vec<u8>>,
}

impl Command {
    /// A command without data.
    pub(super) fn new(instruction: u8, p1: u8, p2: u8) -> Self {
        Self {
            header: [instruction, p1, p2],
            data: Zeroizing::new(Vec::new()),
        }
    }

    /// The same with `data`.
    pub(super) fn with(mut self, data: &[u8]) -> Self {
        self.data = Zeroizing::new(data.to_vec());
        self
    }

    /// The same with data that is already in a buffer that will be wiped.
    pub(super) fn with_secret(mut self, data: Zeroizing<Vec<u8>>) -> Self {
        self.data = data;
        self
    }

    /// The APDUs to send one after the other: all but the last have the bit for chaining in CLA.
    pub(super) fn apdus(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let [instruction, p1, p2] = self.header;
        let mut pieces: Vec<&[u8]> = self.data.chunks(MOST).collect();
        let last = pieces.pop().unwrap_or_default();
        let apdu = |class: u8, piece: &[u8]| {
            // one allocation of full size: one that grows would leave a copy behind
            let mut apdu = Zeroizing::new(Vec::with_capacity(5 + piece.len()));
            let length = u8::try_from(piece.len()).unwrap_or_default();
            // with nothing to send the fifth byte is Le: as much as there is
            apdu.extend([class, instruction, p1, p2, length]);
            apdu.extend_from_slice(piece);
            apdu
        };
        let mut apdus: Vec<_> = pieces.into_iter().map(|piece| apdu(0x10, piece)).collect();
        apdus.push(apdu(0, last));
        apdus
    }
}

/// The two bytes with which a card ends every reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub u16);

impl Status {
    /// Done.
    pub const OK: Self = Self(0x9000);
    /// The PIN or the management key is wanted first, or a touch did not come.
    pub const NOT_ALLOWED: Self = Self(0x6982);
    /// The PIN or PUK is blocked.
    pub const BLOCKED: Self = Self(0x6983);
    /// What was sent is not what the card expects.
    pub const BAD_DATA: Self = Self(0x6a80);
    /// There is no such object.
    pub const NOT_FOUND: Self = Self(0x6a82);
    /// There is no such key.
    pub const NO_SUCH_KEY: Self = Self(0x6a88);

    /// Tries left, where the card says that a PIN or PUK was wrong (63Cx).
    pub fn tries(self) -> Option<u32> {
        (self.0 & 0xfff0 == 0x63c0).then_some(u32::from(self.0 & 0xf))
    }

    /// Whether more of the reply waits (61xx).
    pub(super) fn more(self) -> bool {
        self.0 >> 8 == 0x61
    }

    /// What it means, for people.
    fn meaning(self) -> &'static str {
        match self.0 {
            0x6581 => "it reports an error of its memory",
            0x6700 => "it does not take so many bytes",
            0x6982 => "it does not allow this now",
            0x6983 => "the PIN or PUK is blocked",
            0x6985 => "it refuses this in its present state, or by a rule of its own",
            0x6a80 => "it does not take what was sent",
            0x6a81 | 0x6d00 => "it does not know this command",
            0x6a82 | 0x6a83 => "it has no such object",
            0x6a84 => "it is full",
            0x6a86 => "it has no such key or place",
            0x6a88 => "it has no key there",
            0x6e00 => "it does not speak this protocol now",
            0x6f00 => "it failed without saying why",
            status if status & 0xfff0 == 0x63c0 => "a PIN or PUK was wrong",
            _ => "an answer of unknown meaning",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (status {:04X})", self.meaning(), self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_data_is_chained() {
        let sent = |length: usize| {
            let command = Command::new(0xdb, 0x3f, 0xff).with(&vec![7; length]);
            let apdus = command.apdus();
            let heads: Vec<[u8; 5]> = apdus.iter().map(|a| a[..5].try_into().unwrap()).collect();
            let data: usize = apdus.iter().map(|a| a.len() - 5).sum();
            assert_eq!(data, length);
            heads
        };
        assert_eq!(sent(0), [[0, 0xdb, 0x3f, 0xff, 0]]);
        assert_eq!(sent(255), [[0, 0xdb, 0x3f, 0xff, 255]]);
        assert_eq!(
            sent(511),
            [
                [0x10, 0xdb, 0x3f, 0xff, 255],
                [0x10, 0xdb, 0x3f, 0xff, 255],
                [0, 0xdb, 0x3f, 0xff, 1]
            ]
        );
    }

    #[test]
    fn status_words_are_read() {
        assert_eq!(Status(0x63c2).tries(), Some(2));
        assert_eq!(Status(0x63c0).tries(), Some(0));
        assert_eq!(Status(0x6983).tries(), None);
        assert!(Status(0x6100).more() && !Status::OK.more());
        assert_eq!(
            Status::NOT_ALLOWED.to_string(),
            "it does not allow this now (status 6982)"
        );
    }
}
