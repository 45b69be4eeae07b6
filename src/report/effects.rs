//! Effects in words, while they go on.

use super::Doing;
use super::tokens::{
    making, meanwhile, token_inside, token_words, waiting, while_making, while_signing,
};
use crate::ceremony::effect::{Contents, Effect, Message};
use crate::ceremony::medium::Way;
use crate::ceremony::token::piv::Provisioning;
use crate::safe::{counted, safe};

/// The words while a ceremony is being opened.
pub fn opening() -> Doing {
    Doing {
        title: "Opening the ceremony".to_owned(),
        doing: "The ceremony directory is being prepared: its files are written and flushed, or \
                read again and checked. On a slow medium this can take a moment."
            .to_owned(),
        meanwhile: "Leave the medium where it is.".to_owned(),
    }
}

/// The words of an effect while it goes on.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per kind of effect, nothing else"
)]
pub fn effect(effect: &Effect) -> Doing {
    let doing = |title: &str, doing: String, meanwhile: &str| Doing {
        title: title.to_owned(),
        doing,
        meanwhile: meanwhile.to_owned(),
    };
    match effect {
        Effect::CheckEnvironment => doing(
            "Looking at this computer",
            "Network, swap, clock, memory and terminal are being checked.".to_owned(),
            "Nobody has to do anything.",
        ),
        Effect::ReadClock => doing(
            "Reading the clock",
            "The computer's clock is being read.".to_owned(),
            "Nobody has to do anything.",
        ),
        Effect::Identify { token } => doing(
            waiting(token),
            format!(
                "{} is asked for its name and serial number. No PIN try is spent.",
                token_words(token)
            ),
            meanwhile(token),
        ),
        Effect::FindKey { token, label } => doing(
            waiting(token),
            format!(
                "The key {} is looked for on {}.",
                safe(label),
                token_inside(token)
            ),
            meanwhile(token),
        ),
        Effect::Generate {
            token,
            label,
            algorithm,
            ..
        } => doing(
            making(token),
            format!(
                "{} generates the key {} ({}). Some tokens take a minute.",
                token_words(token),
                safe(label),
                algorithm.name()
            ),
            while_making(token),
        ),
        Effect::Sign {
            token,
            label,
            message,
        } => {
            let what = match message {
                Message::Possession { .. } => "the proof that it holds the key".to_owned(),
                Message::Payload { sha256 } => format!("the content, payload {}", sha256.short()),
                Message::Seal { sha256 } => {
                    format!("the statement of the seal, {}", sha256.short())
                }
            };
            doing(
                waiting(token),
                format!(
                    "{} signs {what} with the key {}.",
                    token_words(token),
                    safe(label)
                ),
                while_signing(token),
            )
        }
        Effect::Provision { token, act } => doing(
            waiting(token),
            format!("{}: {}.", token_words(token), provisioning(act)),
            meanwhile(token),
        ),
        Effect::Attest { token, label } => doing(
            waiting(token),
            format!(
                "{} is asked for what shows that the key {} was made inside it. No PIN try is spent.",
                token_words(token),
                safe(label)
            ),
            meanwhile(token),
        ),
        Effect::ReadFiles { what, paths, .. } => doing(
            "Reading files",
            match what {
                Contents::PublicKeys => format!(
                    "Public keys are read from {} of the plan.",
                    counted(paths.len(), "file")
                ),
                Contents::Certificates => format!(
                    "Certificates are read from {} of the plan.",
                    counted(paths.len(), "file")
                ),
                Contents::Metadata => format!(
                    "Metadata is read from {} of the plan; exact copies are kept.",
                    counted(paths.len(), "file")
                ),
            },
            "Leave the medium where it is.",
        ),
        Effect::ListMedia => doing(
            "Looking for media",
            "The kernel is asked which removable media are there. Nothing is read from them but their labels.".to_owned(),
            "Nobody has to do anything.",
        ),
        Effect::AttachLog => doing(
            "Bringing the LOG medium up to date",
            "Every record so far is copied to the LOG medium, flushed, and read back.".to_owned(),
            "Do not pull any medium out.",
        ),
        Effect::Export { way, files } => doing(
            "Writing what leaves",
            match way {
                Way::Medium => format!(
                    "{} written to out/ and to the OUT medium, flushed, and read back after it was mounted \
                     anew.",
                    are(files.len())
                ),
                Way::File | Way::Qr => format!(
                    "{} written to out/, flushed, and read back.",
                    are(files.len())
                ),
            },
            "Do not pull any medium out.",
        ),
        Effect::Archive { file } => doing(
            "Keeping what was withdrawn",
            format!(
                "The withdrawn content is written to metadata/{}, marked as defunct.",
                safe(&file.name)
            ),
            "Do not pull any medium out.",
        ),
        Effect::WriteSeal { file } => doing(
            "Writing the seal",
            format!(
                "The statement and its signatures are written to {}, flushed, and read back.",
                safe(&file.name)
            ),
            "Do not pull any medium out.",
        ),
        Effect::WriteMetadata { directories, files } => doing(
            "Writing the metadata",
            format!(
                "{} written to {}, flushed, and read back.",
                are(files.len()),
                counted(directories.len() + 1, "place")
            ),
            "Do not pull any medium out.",
        ),
    }
}

/// An act of provisioning, as something that is being done.
pub fn provisioning(act: &Provisioning) -> &'static str {
    match act {
        Provisioning::Reset => "everything in its PIV application is being erased",
        Provisioning::Tries { .. } => "the numbers of PIN and PUK tries are being set",
        Provisioning::Pin => "the factory PIN is being replaced",
        Provisioning::Puk => "the factory PUK is being replaced",
        Provisioning::ManagementKey { .. } => "the factory management key is being replaced",
        Provisioning::Unblock => "the PIN is being replaced with the help of the PUK",
    }
}

/// `1 file is`, `2 files are`.
fn are(files: usize) -> String {
    let verb = if files == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(files, "file"))
}
