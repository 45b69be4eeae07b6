//! The small traits through which the ceremony reaches the world.

use std::path::Path;

use crate::ceremony::assembly::MetadataFile;
use crate::ceremony::effect::FileDigest;
use crate::ceremony::medium::{Medium, MediumRole};
use crate::ceremony::plan::Mode;
use crate::ceremony::recording::{Mark, Reach};
use crate::ceremony::token::piv::Provisioning;
use crate::ceremony::token::{Evidence, Fault, KeyRequest, TokenIdentity, TokenKey, TokenName};
use crate::secret::{Secret, Secrets};

/// What people should know while an effect is being performed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The token waits to be touched, about so long.
    TouchWanted {
        /// Which token.
        token: TokenName,
        /// How long it waits, in seconds.
        seconds: u16,
    },
    /// It waits no longer: it was touched, or it gave up.
    TouchOver,
    /// The ceremony has ended, and the copy on the LOG medium lacks the last records.
    LogBehind(Fault),
}

/// Keeps the copy of a management key, encrypted with age for those who may open it (ASCII armour), by
/// the serial number of its token. It is called before the token gets the key: what could not be kept
/// is not set.
pub type Keep<'a> = &'a mut dyn FnMut(&str, &str) -> Result<(), Fault>;

/// Everything that holds keys and signs.
///
/// One implementation dispatches on [`TokenName::kind`] to the backends; each backend implements
/// the same trait for the names it understands.
pub trait Tokens {
    /// The token of this name, as it introduces itself. Spends no PIN try.
    fn identify(&mut self, token: &TokenName) -> Result<TokenIdentity, Fault>;

    /// The key with this label, by its public half; `None` where there is none. Refuses more than
    /// one. `secret` is needed only by tokens that hide public objects before login.
    fn find_key(
        &mut self,
        token: &TokenName,
        label: &str,
        secret: Option<&Secret>,
    ) -> Result<Option<TokenKey>, Fault>;

    /// Generates a key pair on the token under `label`, reads its attributes back, and refuses
    /// where a key of that label is already there, unless the request says that it may go.
    fn generate(
        &mut self,
        token: &TokenName,
        label: &str,
        request: &KeyRequest,
        secret: &Secret,
    ) -> Result<TokenKey, Fault>;

    /// Signs `message` (the message itself: hashing is the backend's business) with the key under
    /// `label`. Where its public half is `expected` to be a certain one (PEM), another key under that
    /// label signs nothing. It verifies the signature in software before returning it. ECDSA signatures are
    /// DER, Ed25519 signatures 64 bytes.
    fn sign(
        &mut self,
        token: &TokenName,
        label: &str,
        expected: Option<&str>,
        message: &[u8],
        secret: &Secret,
        notice: &mut dyn FnMut(Notice),
    ) -> Result<Vec<u8>, Fault>;

    /// What shows that the key under `label` was made inside the token and cannot leave it. Spends
    /// no PIN try.
    fn attest(&mut self, token: &TokenName, label: &str) -> Result<Evidence, Fault>;

    /// Brings the token one act further from the factory's state. Of `secrets` it takes what
    /// [`Provisioning::takes`] says: `secret` is the new PIN or PUK, or for
    /// [`Provisioning::Unblock`] the PUK, beside the new PIN. It gives the token as it introduces itself
    /// afterwards.
    fn provision(
        &mut self,
        token: &TokenName,
        act: &Provisioning,
        secrets: Secrets<'_>,
        keep: Keep<'_>,
    ) -> Result<TokenIdentity, Fault>;
}

/// The world outside the ceremony: it performs effects and says what came of them.
pub trait World: Send {
    /// Performs `effect`. What a token signs and what is written to files follows from `state`.
    /// Never panics, never retries by itself; `secrets` go to the token and nowhere else. `notice`
    /// hears what people should know meanwhile.
    fn perform(
        &mut self,
        effect: &crate::ceremony::effect::Effect,
        state: &crate::ceremony::state::State,
        secrets: Secrets<'_>,
        notice: &mut dyn FnMut(Notice),
    ) -> crate::ceremony::effect::Outcome;

    /// Copies lines of the transcript that are on disk since just now to the LOG medium, where there is one:
    /// on return they are on it. After a failure there is none any more until it is attached again.
    fn copy(&mut self, lines: &[u8], state: &crate::ceremony::state::State) -> Result<(), Fault> {
        let _ = (lines, state);
        Ok(())
    }

    /// Puts the recording of the screen on disk as far as it goes, or ends it; gives the mark for the record.
    /// `None` where nothing is recorded, or not any more: a ceremony goes on without.
    fn recorded(&mut self, state: &crate::ceremony::state::State, reach: Reach) -> Option<Mark> {
        let _ = (state, reach);
        None
    }
}

/// Media that people plug in. A medium is used only where it is the very one that was bound to its role.
pub trait Media: Send {
    /// Those that may be used now, in texts that are safe to show; image files stand for media in
    /// rehearsals only.
    fn list(&mut self, mode: Mode) -> Result<Vec<Medium>, Fault>;

    /// These files from the root of a medium that is mounted so that nothing can be written to it; together at
    /// most `limit` bytes.
    fn read(
        &mut self,
        medium: &Medium,
        names: &[String],
        limit: u64,
    ) -> Result<Vec<Vec<u8>>, Fault>;

    /// Writes files into the root of a medium, and reads them back after it was mounted anew. Overwrites
    /// nothing.
    fn write(
        &mut self,
        role: MediumRole,
        medium: &Medium,
        files: &[MetadataFile],
    ) -> Result<Vec<FileDigest>, Fault>;

    /// Completes the copy of this transcript on a medium, and keeps it open.
    fn attach(&mut self, medium: &Medium, ceremony: &str, transcript: &Path) -> Result<(), Fault>;

    /// Adds lines to the copy that is open; does nothing where none is. After a failure none is.
    fn append(&mut self, lines: &[u8]) -> Result<(), Fault>;

    /// Ends the copy: the medium can be removed afterwards.
    fn detach(&mut self) -> Result<(), Fault>;
}

/// A grey picture, row by row from the top left; 0 is black.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Luma {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` pixels.
    pub pixels: Vec<u8>,
}

/// What was seen in one picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sighting {
    /// The texts of the QR codes in it.
    pub texts: Vec<String>,
    /// The picture, made small, to be shown.
    pub preview: Luma,
}

/// A camera, or what stands for one, does not work. Words go behind its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{source_name}: {reason}")]
pub struct Blind {
    /// Which one, such as `/dev/video0`.
    pub source_name: String,
    /// What was said.
    pub reason: String,
}

/// Whether somebody still wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Yes.
    Wanted,
    /// No: the scanner ends.
    Over,
}

/// Name of the thread on which a [`Scanner`] works. What it reads comes from outside; a panic there is
/// caught and counts as a picture in which nothing was read, so that nobody else has to hear of it.
pub const SCANNER_THREAD: &str = "scanner";

/// What looks for QR codes, picture after picture. It is given a thread of its own.
pub trait Scanner: Send {
    /// Tells of each picture until nobody wants to know any more, or there are no more pictures.
    fn watch(&mut self, tell: &mut dyn FnMut(Sighting) -> Interest) -> Result<(), Blind>;
}
