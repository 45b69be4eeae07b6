//! What came out of a scan: what it is, whether it may be written, and what is said of it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::Failure;
use crate::digest::Sha256;
use crate::envelope::{Envelope, MAGIC};
use crate::journal::write_whole;
use crate::qr::Progress;
use crate::safe::safe;
use crate::scan::files::PassedOver;
use crate::sealed::is_encrypted;

/// Whether only envelopes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Envelopes, plain or encrypted with age.
    Envelopes,
    /// Anything.
    Anything,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Envelope,
    Encrypted,
    /// Something else, in words.
    Other(String),
}

fn content(file: &[u8]) -> Content {
    if is_encrypted(file) {
        return Content::Encrypted;
    }
    match Envelope::parse(file) {
        Ok(_) => Content::Envelope,
        Err(error) if file.starts_with(&MAGIC) => {
            Content::Other(format!("an envelope that cannot be read ({error})"))
        }
        Err(_) => {
            let text = std::str::from_utf8(file).ok();
            Content::Other(match text {
                Some(text) if serde_json::from_str::<Value>(text).is_ok() => "JSON".to_owned(),
                Some(text) => {
                    let begin: String = text.chars().take(24).collect();
                    format!("text that begins with \"{}\"", safe(&begin))
                }
                None => "bytes of no kind that is known here".to_owned(),
            })
        }
    }
}

impl Content {
    fn words(&self) -> &str {
        match self {
            Self::Envelope => "envelope",
            Self::Encrypted => "envelope, encrypted with age",
            Self::Other(words) => words,
        }
    }
}

/// Whether there is nothing of this name yet.
pub fn check_free(output: &Path) -> Result<(), Failure> {
    if output.symlink_metadata().is_ok() {
        return Err(Failure::call(format!(
            "{}: there is something of this name already. It was left as it is, nothing was \
             scanned. Name a new file.",
            output.display()
        )));
    }
    Ok(())
}

/// Writes what was received, whole or not at all. Gives what is said of it, for people and as JSON.
pub fn write(file: &[u8], output: &Path, accept: Accept) -> Result<(String, Value), Failure> {
    let (content, sha256) = (content(file), Sha256::of(file));
    if let (Content::Other(words), Accept::Envelopes) = (&content, accept) {
        return Err(Failure::not_so(format!(
            "what was received is {words}, not an envelope. All of it came, and its SHA-256 is \
             right:\n{}Nothing was written. Ask the sender what was shown; with --any it is \
             written all the same.",
            digest(sha256)
        )));
    }
    check_free(output)?;
    write_whole(output, file).map_err(|error| {
        Failure::surroundings(format!(
            "{}: {error}. It was not written. Check the directory and the medium, then scan again.",
            output.display()
        ))
    })?;
    let text = format!(
        "received  {} bytes\ncontent   {}\n\nCompare the SHA-256 with the one on the sender's \
         screen:\n{}",
        file.len(),
        content.words(),
        digest(sha256)
    );
    let document = json!({
        "complete": true,
        "bytes": file.len(),
        "content": content.words(),
        "sha256": sha256.hex(),
        "words": sha256.words().join(" "),
        "written": output.display().to_string(),
    });
    Ok((text, document))
}

/// What is missing, and what helps.
pub fn missing(progress: &Progress) -> String {
    if progress.needed == 0 {
        return match progress.foreign + progress.unreadable {
            0 => "no QR code was read".to_owned(),
            n => format!(
                "no frame of rootstage was read; {n} QR codes or lines of something else, or damaged"
            ),
        };
    }
    let all = progress.all;
    let missing = progress.needed - progress.received;
    format!(
        "{} of {} frames were read; {missing} still needed: any {missing} more of the {all} that \
         the sender shows",
        progress.received, progress.needed
    )
}

/// How far it is, as JSON.
pub fn counted(progress: &Progress) -> Value {
    json!({
        "received": progress.received,
        "needed": progress.needed,
        "in_all": progress.all,
        "new": progress.new,
        "repeated": progress.repeated,
        "foreign": progress.foreign,
        "unreadable": progress.unreadable,
    })
}

/// Files that were passed over, as JSON.
pub fn passed_over(files: &[PassedOver]) -> Value {
    let file = |file: &PassedOver| json!({ "name": file.name, "reason": file.reason });
    files.iter().map(file).collect()
}

fn digest(sha256: Sha256) -> String {
    let mut text = String::new();
    for part in sha256.groups().chunks(8) {
        let _ = writeln!(text, "  {}", part.join(" "));
    }
    for part in sha256.words().chunks(8) {
        let _ = writeln!(text, "  {}", part.join(" "));
    }
    text
}
