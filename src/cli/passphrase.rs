//! A passphrase for a command: from the terminal, a file descriptor or the environment; never from
//! an argument.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};

use clap::Args;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroize as _;

use super::Failure;
use crate::answers::SecretSource;
use crate::secret::Secret;
use crate::tui::entry::touch;

/// Where a passphrase comes from, where it is not typed.
#[derive(Debug, Args)]
pub struct Source {
    /// Read the passphrase from this environment variable instead of the terminal.
    #[arg(long, value_name = "NAME", conflicts_with = "passphrase_fd")]
    passphrase_env: Option<String>,
    /// Read the passphrase from this open file descriptor instead of the terminal.
    #[arg(long, value_name = "NUMBER")]
    passphrase_fd: Option<u32>,
}

impl Source {
    /// Whether a place was named.
    pub fn is_named(&self) -> bool {
        self.passphrase_env.is_some() || self.passphrase_fd.is_some()
    }

    /// Reads it from the place that was named; `None` where none was.
    pub fn read(&self) -> Result<Option<Secret>, Failure> {
        if !self.is_named() {
            return Ok(None);
        }
        let source = SecretSource {
            env: self.passphrase_env.clone(),
            fd: self.passphrase_fd,
        };
        source.read().map(Some).map_err(|reason| {
            Failure::surroundings(format!(
                "the passphrase could not be read: {reason}. Nothing was written."
            ))
        })
    }
}

/// Asks at the terminal, without an echo.
pub fn ask(question: &str) -> Result<Secret, Failure> {
    let failed = |error: std::io::Error| {
        Failure::surroundings(format!(
            "the passphrase cannot be asked for, there is no terminal to type it at: {error}. \
             Nothing was written. Name --passphrase-env or --passphrase-fd."
        ))
    };
    let mut terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .map_err(failed)?;
    loop {
        let secret = {
            // before the question: what is typed in answer to it is neither shown nor thrown away
            let quiet = Quiet::begin(&terminal).map_err(failed)?;
            write!(&terminal, "{question}: ").map_err(failed)?;
            quiet.line().map_err(failed)?
        };
        writeln!(terminal).map_err(failed)?;
        let secret = secret.ok_or_else(|| {
            Failure::call("the passphrase is too long or was not completed. Nothing was written.")
        })?;
        if !touch::ends_line(secret.expose_str()) {
            return Ok(secret);
        }
        writeln!(
            terminal,
            "A token was touched by accident: the whole line was thrown away, and nothing was done with it. \
             Type it once more."
        )
        .map_err(failed)?;
    }
}

/// A terminal that does not echo; dropped, it does what it did before.
struct Quiet<'t> {
    terminal: &'t File,
    before: Termios,
}

impl<'t> Quiet<'t> {
    fn begin(terminal: &'t File) -> std::io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut quiet = before.clone();
        quiet.local_modes &= !LocalModes::ECHO;
        quiet.local_modes |= LocalModes::ICANON;
        tcsetattr(terminal, OptionalActions::Flush, &quiet)?;
        Ok(Self { terminal, before })
    }

    /// One line, byte by byte, so that no buffer keeps it; `None` where it is too long, not UTF-8,
    /// or has no end.
    fn line(&self) -> std::io::Result<Option<Secret>> {
        let mut typed = zeroize::Zeroizing::new(Vec::with_capacity(crate::secret::CAPACITY));
        let mut byte = [0_u8];
        loop {
            let mut terminal = self.terminal;
            if terminal.read(&mut byte)? == 0 {
                return Ok(None);
            }
            if byte == *b"\n" {
                break;
            }
            if typed.len() == crate::secret::CAPACITY {
                return Ok(None);
            }
            typed.push(byte[0]);
            byte.zeroize();
        }
        Ok(std::str::from_utf8(&typed)
            .ok()
            .and_then(Secret::copied_from))
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // a terminal that has gone away has nothing to give back
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}
