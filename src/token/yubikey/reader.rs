//! Readers and the cards in them, through the PC/SC service of the system. Nothing else names the
//! crate `pcsc`.
//!
//! A card is opened for this program alone (`SCARD_SHARE_EXCLUSIVE`): between a PIN and the
//! signature that it allows no other program can send anything, and where another program has the
//! card open, that is seen at once instead of after a wait without end.

use std::ffi::CString;
use std::time::Duration;

use pcsc::{
    Context, Disposition, Error, PNP_NOTIFICATION, Protocols, ReaderState, Scope, ShareMode, State,
};

use super::card::{Broken, LONGEST_REPLY, Transmit};
use crate::safe::safe;

/// The readers of this machine.
pub(super) struct Readers(Context);

/// A card that sits in a reader and says of itself that it is a `YubiKey`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Seen {
    name: CString,
    /// How often a card came or went: another number is another card.
    count: u32,
}

impl Seen {
    /// The reader, safe to show.
    pub(super) fn reader(&self) -> String {
        safe(&self.name.to_string_lossy())
    }
}

impl Readers {
    /// Asks the service for its readers.
    pub(super) fn find() -> Result<Self, Broken> {
        Context::establish(Scope::User)
            .map(Self)
            .map_err(|error| broken(&error))
    }

    /// The `YubiKeys` that sit in readers, whatever the readers are called. Empty readers and cards
    /// of other kinds are passed over, and never opened.
    pub(super) fn seen(&self) -> Result<Vec<Seen>, Broken> {
        let names = match self.0.list_readers_owned() {
            Ok(names) => names,
            Err(Error::NoReadersAvailable) => Vec::new(),
            Err(error) => return Err(broken(&error)),
        };
        let mut seen = Vec::new();
        for name in names {
            let mut states = [ReaderState::new(name.clone(), State::UNAWARE)];
            // one that was unplugged since is no reader any more
            match self.0.get_status_change(Duration::ZERO, &mut states) {
                Ok(()) => {}
                Err(Error::Timeout | Error::UnknownReader | Error::ReaderUnavailable) => continue,
                Err(error) => return Err(broken(&error)),
            }
            let [state] = &states;
            if state.event_state().contains(State::PRESENT) && says_yubikey(state.atr()) {
                let count = state.event_count();
                seen.push(Seen { name, count });
            }
        }
        Ok(seen)
    }

    /// Waits until a reader or a card comes or goes, or until the time is over.
    pub(super) fn wait(&self, time: Duration) -> Result<(), Broken> {
        let names = self.0.list_readers_owned().unwrap_or_default();
        let mut states: Vec<_> = names
            .into_iter()
            .chain([PNP_NOTIFICATION().to_owned()])
            .map(|name| ReaderState::new(name, State::UNAWARE))
            .collect();
        // the first call says how it stands, the second waits until it stands otherwise
        let _ = self.0.get_status_change(Duration::ZERO, &mut states);
        for state in &mut states {
            state.sync_current_state();
        }
        match self.0.get_status_change(time, &mut states) {
            Ok(()) | Err(Error::Timeout | Error::NoReadersAvailable | Error::UnknownReader) => {
                Ok(())
            }
            Err(error) => Err(broken(&error)),
        }
    }

    /// Opens a card for this program alone.
    pub(super) fn open(&self, seen: &Seen) -> Result<Connection, Broken> {
        self.0
            .connect(&seen.name, ShareMode::Exclusive, Protocols::ANY)
            .map(|card| Connection {
                card: Some(card),
                leave: Disposition::LeaveCard,
            })
            .map_err(|error| broken(&error))
    }
}

/// Whether the historical bytes of an answer to reset name a `YubiKey`: every model writes
/// `YubiKey` or `Yubikey` there.
fn says_yubikey(atr: &[u8]) -> bool {
    atr.windows(7)
        .any(|window| window.eq_ignore_ascii_case(b"yubikey"))
}

/// An open card.
pub(super) struct Connection {
    card: Option<pcsc::Card>,
    leave: Disposition,
}

impl Transmit for Connection {
    fn transmit(
        &mut self,
        command: &[u8],
        reply: &mut [u8; LONGEST_REPLY],
    ) -> Result<usize, Broken> {
        let card = self.card.as_ref().ok_or(Broken::Removed)?;
        card.transmit(command, reply)
            .map(<[u8]>::len)
            .map_err(|error| broken(&error))
    }

    fn reset_when_done(&mut self) {
        self.leave = Disposition::ResetCard;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(card) = self.card.take() {
            // a card that is gone has no state left to take away
            let _ = card.disconnect(self.leave);
        }
    }
}

fn broken(error: &Error) -> Broken {
    match error {
        Error::NoService | Error::ServiceStopped | Error::ServerTooBusy => Broken::Service(
            "the service pcscd does not run on this machine, or does not answer; start it \
             (systemctl start pcscd.socket) and try again"
                .to_owned(),
        ),
        // what pcscd answers where polkit does not let this user in
        Error::SecurityViolation => Broken::Service(
            "the service pcscd does not let this user use smart cards; its rules (polkit) must \
             allow it"
                .to_owned(),
        ),
        Error::SharingViolation => Broken::Busy,
        Error::RemovedCard
        | Error::NoSmartcard
        | Error::ReaderUnavailable
        | Error::UnknownReader
        | Error::ResetCard => Broken::Removed,
        other => Broken::Failed(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yubikeys_say_so_when_they_are_reset() {
        for atr in [
            "3bfd1300008131fe158073c021c057597562694b657940",
            "3b8d80018073c021c057597562694b6579f9",
            "3bf81300008131fe15597562696b657934d4",
        ] {
            let atr = data_encoding::HEXLOWER.decode(atr.as_bytes()).unwrap();
            assert!(says_yubikey(&atr));
        }
        assert!(!says_yubikey(b""));
        assert!(!says_yubikey(b"\x3b\x8c\x80Yubi"));
    }

    #[test]
    fn errors_say_whose_fault_it_is() {
        assert_eq!(broken(&Error::SharingViolation), Broken::Busy);
        assert_eq!(broken(&Error::RemovedCard), Broken::Removed);
        assert!(matches!(broken(&Error::NoService), Broken::Service(_)));
        assert!(matches!(broken(&Error::CommError), Broken::Failed(_)));
    }
}
