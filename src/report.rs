//! Refusals, faults and effects in words, in one place.
//!
//! Every text says what happened, what was not changed by it, and what to do next. The screens, the
//! command line and the paper record take their words from here.

use crate::ceremony::effect::{Contents, Effect, Message};
use crate::ceremony::refusal::Refusal;
use crate::ceremony::token::piv::Provisioning;
use crate::ceremony::token::{Fault, PinState, TokenKind, TokenName};
use crate::safe::safe;

/// A failure in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub happened: String,
    /// What was not changed by it.
    pub unchanged: String,
    /// What to do next.
    pub next: String,
}

/// An act in words, while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doing {
    /// What is waited for, in a few words.
    pub title: String,
    /// What is being done.
    pub doing: String,
    /// What to do, or to leave alone, meanwhile.
    pub meanwhile: String,
}

fn words(happened: impl Into<String>, unchanged: &str, next: impl Into<String>) -> Words {
    Words {
        happened: happened.into(),
        unchanged: unchanged.to_owned(),
        next: next.into(),
    }
}

const NOTHING: &str = "Nothing was recorded and nothing changed.";

/// The words of a refusal.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per variant: the words stand together"
)]
pub fn refusal(refusal: &Refusal) -> Words {
    match refusal {
        Refusal::NothingToAnswer { title } => words(
            format!("\"{}\" cannot be answered.", safe(title)),
            NOTHING,
            "Log an exception (F2), skip the step with two people (F3), or abort (F8).",
        ),
        Refusal::NotReadToEnd { title } => words(
            format!("\"{}\" was not read to its end.", safe(title)),
            NOTHING,
            "Read on with PgDn until the last line was on screen, then answer again.",
        ),
        Refusal::Incomplete { wanted, got } => words(
            format!("The answer has {got} of {wanted} parts."),
            NOTHING,
            "Fill every field, then press Enter on the last one.",
        ),
        Refusal::NoSuchChoice { typed, choices } => words(
            format!("\"{}\" is none of the choices.", safe(typed)),
            NOTHING,
            format!("Type one of: {}.", safe(&choices.join(", "))),
        ),
        Refusal::PhraseDiffers { expected, typed } => words(
            format!("\"{}\" is not the phrase.", safe(typed)),
            NOTHING,
            format!(
                "Type exactly, with the same capitals and spaces: {}",
                safe(expected)
            ),
        ),
        Refusal::WordDiffers {
            of,
            position,
            typed,
        } => words(
            format!(
                "Word {position} of {} is not \"{}\".",
                safe(of),
                safe(typed)
            ),
            NOTHING,
            "Compare the word with the grid once more. If paper and screen differ, stop and log an exception (F2).",
        ),
        Refusal::NotATime { typed } => words(
            format!("\"{}\" is not a time of day.", safe(typed)),
            NOTHING,
            "Read UTC off a watch and type it with four digits, such as 09:05.",
        ),
        Refusal::UnknownInitials { typed, role } if typed.is_empty() => words(
            format!("The initials of the {} are missing.", safe(role)),
            NOTHING,
            format!(
                "Let the {} type the initials that stand in the plan.",
                safe(role)
            ),
        ),
        Refusal::UnknownInitials { typed, role } => words(
            format!("Nobody in the plan has the initials \"{}\".", safe(typed)),
            NOTHING,
            format!(
                "Let the {} type the initials that stand in the plan.",
                safe(role)
            ),
        ),
        Refusal::WrongPerson { name, role } => words(
            format!("{} is not the {} here.", safe(name), safe(role)),
            NOTHING,
            format!(
                "Let the {} whose turn it is type their own initials.",
                safe(role)
            ),
        ),
        Refusal::NotPresent { name } => words(
            format!("{} was absent when the roll was called.", safe(name)),
            NOTHING,
            "If they have come since, let them log that as an exception (F2) with their own initials; \
             from then on they can answer.",
        ),
        Refusal::SamePersonTwice { name } => words(
            format!(
                "{} was named twice; these are seats of two people.",
                safe(name)
            ),
            NOTHING,
            "Let the second person type their own initials.",
        ),
        Refusal::NotSkippable { step, because } => words(
            format!("Step {} cannot be skipped: {}", safe(step), safe(because)),
            NOTHING,
            "Do the step, or abort the ceremony (F8).",
        ),
        Refusal::EmptyField { field } => words(
            format!("The field \"{}\" is empty.", safe(field)),
            NOTHING,
            "Write a sentence that an auditor will understand a year from now.",
        ),
        Refusal::OutOfPlace { command, because } => words(
            format!("{} is not possible now: {}", safe(command), safe(because)),
            NOTHING,
            "Answer what the screen asks. The outline (F4) shows where the ceremony stands.",
        ),
        Refusal::SecretMissing { holder } => words(
            format!(
                "No PIN or passphrase was given for the token of {}.",
                safe(&holder.0)
            ),
            "No PIN try was spent, and nothing was recorded.",
            "Let the keyholder type it, and then the initials.",
        ),
    }
}

/// The words of a fault.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per variant: the words stand together"
)]
pub fn fault(fault: &Fault) -> Words {
    match fault {
        Fault::TokenAbsent { token, present } => {
            let others = if present.is_empty() {
                "No token is inserted.".to_owned()
            } else {
                format!("Inserted instead: {}.", safe(&present.join(", ")))
            };
            words(
                format!("{} was not found. {others}", token_words(token)),
                "No PIN try was spent, and no token was changed.",
                "Insert the token that is named, wait for its light, and try again.",
            )
        }
        Fault::Ambiguous {
            token,
            object,
            found,
        } => words(
            format!(
                "{found} things answer to {} on {}.",
                safe(object),
                token_inside(token)
            ),
            "Nothing was chosen, and nothing was changed.",
            "Take away all tokens but the right one. If both are on it, use a spare token and log an exception (F2).",
        ),
        Fault::Module { module, reason } => words(
            format!(
                "The PKCS#11 module {} does not work: {}",
                safe(module),
                safe(reason)
            ),
            "No token was reached, and none was changed.",
            "Check that the module is installed and the card service runs (`rootstage doctor`), then try again.",
        ),
        Fault::PinWrong { token, pin } => words(
            format!(
                "{} says that the PIN or passphrase was wrong. {}",
                token_words(token),
                pin_words(pin)
            ),
            "The token did nothing else.",
            "Check that the right token is inserted. Let the keyholder type it again, slowly.",
        ),
        Fault::PinLength {
            token,
            len,
            min,
            max,
        } => words(
            format!(
                "The PIN or passphrase for {} had {len} bytes; {min} to {max} are accepted.",
                token_inside(token)
            ),
            "It was not sent: no PIN try was spent.",
            "Let the keyholder type it again.",
        ),
        Fault::PinLocked { token } => words(
            format!("The PIN of {} is locked.", token_inside(token)),
            "Its keys are as they were; nothing can be signed with them until it is unlocked.",
            "Take the spare, or let two people decide to skip (F3), and log an exception (F2).",
        ),
        Fault::PukLocked { token } => words(
            format!("The PUK of {} is blocked.", token_inside(token)),
            "Its keys are as they were, and its PIN cannot be replaced any more.",
            "Take the spare, or let two people decide to skip (F3), and log an exception (F2).",
        ),
        Fault::PukWrong { token, tries_left } => words(
            match tries_left {
                Some(left) => format!(
                    "The PUK was wrong for {}. {left} tries left.",
                    token_inside(token)
                ),
                None => format!("The PUK was wrong for {}.", token_inside(token)),
            },
            "The PIN is as it was, and so are the keys.",
            "Let whoever keeps the PUK type it again, slowly.",
        ),
        Fault::NewSecretRefused { token, reason } => words(
            format!(
                "{} does not take this: {}.",
                token_words(token),
                safe(reason)
            ),
            "The old one holds, and no try was spent.",
            "Choose another one.",
        ),
        Fault::TouchMissed { token } => words(
            format!(
                "NO TOUCH SEEN: {} waited and was not touched.",
                token_inside(token)
            ),
            "The PIN was right and no try was spent. Nothing was signed.",
            "Try again; the PIN is asked once more. Touch the token when the screen says TOUCH NOW.",
        ),
        Fault::TokenBusy { token, programs } => words(
            if programs.is_empty() {
                format!("{} is held by another program.", token_words(token))
            } else {
                format!(
                    "{} is held by another program: {}.",
                    token_words(token),
                    safe(&programs.join(", "))
                )
            },
            "Nothing was asked of the token, and no PIN try was spent.",
            "End that program, then try again. Pulling the token out and inserting it again may help.",
        ),
        Fault::ReaderService { reason } => words(
            format!("Smart cards cannot be reached: {}.", safe(reason)),
            "Nothing was asked of any token.",
            "Start the service `pcscd`, then try again.",
        ),
        Fault::KeyExists { token, label } => words(
            format!(
                "A key named {} is on {} already.",
                safe(label),
                token_inside(token)
            ),
            "No key was made, and the one that is there was not touched.",
            "Use a blank token. A key that was not made in this ceremony must not be enrolled.",
        ),
        Fault::KeyAbsent { token, label } => words(
            format!(
                "There is no key named {} on {}.",
                safe(label),
                token_inside(token)
            ),
            "Nothing was signed, and the token was not changed.",
            "Check that it is the right token. If it is, log an exception (F2).",
        ),
        Fault::KeyDiffers { token, label } => words(
            format!(
                "The key named {} on {} is not the one that is listed in the metadata.",
                safe(label),
                token_inside(token)
            ),
            "It signed nothing, and the token was not changed.",
            "Check that it is the right token, and that the plan names the right key on it. If so, log an \
             exception (F2).",
        ),
        Fault::Unsupported { token, reason } => words(
            format!("{} cannot do this: {}", token_words(token), safe(reason)),
            "The token was not changed.",
            "Another kind of token or of key is needed; the plan says which. Log an exception (F2).",
        ),
        Fault::BadSignature { token } => words(
            format!(
                "{} made a signature that does not verify.",
                token_words(token)
            ),
            "The signature was thrown away; it does not count and is in no file.",
            "Do not use this token again before it was looked at. Log an exception (F2).",
        ),
        Fault::TokenFailed { token, reason } => words(
            format!(
                "{} failed in the middle: {}",
                token_words(token),
                safe(reason)
            ),
            "Nothing was counted. What the token did is looked up before anything is repeated.",
            "Insert the token again and wait for its light.",
        ),
        Fault::Storage { path, reason } => words(
            format!(
                "{} could not be read or written: {}",
                safe(path),
                safe(reason)
            ),
            "What is on record stays on record; no file is left half-written under its name.",
            "Check that the medium is inserted, mounted and not full. If another file is in the way, move it to another \
             place. Then try again.",
        ),
        Fault::ReadBackDiffers { path } => words(
            format!(
                "{}: what was read back is not what was written.",
                safe(path)
            ),
            "The copy does not count. The ceremony's own files are as they were.",
            "Take another medium, and put the bad one aside with a label.",
        ),
    }
}

/// The words for a torn last record.
pub fn cut(bytes: u64) -> String {
    format!(
        "The last record was torn by the interruption: {bytes} bytes were cut, and that is on record."
    )
}

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
            waiting(token),
            format!(
                "{} generates the key {} ({}). Some tokens take a minute.",
                token_words(token),
                safe(label),
                algorithm.name()
            ),
            meanwhile(token),
        ),
        Effect::Sign {
            token,
            label,
            message,
        } => {
            let what = match message {
                Message::Possession { .. } => "the proof that it holds the key".to_owned(),
                Message::Payload { sha256 } => format!("the content, payload {}", sha256.short()),
            };
            doing(
                waiting(token),
                format!(
                    "{} signs {what} with the key {}.",
                    token_words(token),
                    safe(label)
                ),
                meanwhile(token),
            )
        }
        Effect::Provision { token, act } => doing(
            waiting(token),
            format!("{}: {}.", token_words(token), provisioning(act)),
            "Do not remove it.",
        ),
        Effect::Attest { token, label } => doing(
            waiting(token),
            format!(
                "{} is asked for what shows that the key {} was made inside it. No PIN try is spent.",
                token_words(token),
                safe(label)
            ),
            "Do not remove it.",
        ),
        Effect::ReadFiles { what, paths } => doing(
            "Reading files",
            match what {
                Contents::PublicKeys => format!(
                    "Public keys are read from {} files of the plan.",
                    paths.len()
                ),
                Contents::Certificates => format!(
                    "Certificates are read from {} files of the plan.",
                    paths.len()
                ),
                Contents::Metadata => format!(
                    "Metadata is read from {} files of the plan; exact copies are kept.",
                    paths.len()
                ),
            },
            "Leave the medium where it is.",
        ),
        Effect::Archive { file } => doing(
            "Keeping what was withdrawn",
            format!(
                "The withdrawn content is written to metadata/{}, marked as defunct.",
                safe(&file.name)
            ),
            "Do not pull any medium out.",
        ),
        Effect::WriteMetadata { directories, files } => doing(
            "Writing the metadata",
            format!(
                "{} files are written to {} places, flushed, and read back.",
                files.len(),
                directories.len() + 1
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

/// How a PIN stands, in words; empty where there is nothing to say.
pub fn pin_words(pin: &PinState) -> String {
    let state = if pin.locked {
        "The PIN is locked."
    } else if pin.final_try || pin.tries_left == Some(1) {
        "LAST TRY before the token locks."
    } else if pin.not_set {
        "The PIN has never been set on this token."
    } else if pin.count_low {
        "A wrong PIN was entered before."
    } else {
        ""
    };
    match pin.tries_left {
        Some(1) | None => state.to_owned(),
        Some(tries) if state.is_empty() => format!("{tries} tries left."),
        Some(tries) => format!("{state} {tries} tries left."),
    }
}

/// A token as people call it: the label or path out of its name.
pub fn token_words(token: &TokenName) -> String {
    let rest = token
        .0
        .split_once(':')
        .map_or(token.0.as_str(), |(_, rest)| rest);
    match token.kind() {
        Some(TokenKind::File) => format!("The key file {}", safe(rest)),
        Some(TokenKind::YubiKey) => format!(
            "The YubiKey {}",
            safe(rest.split('/').next().unwrap_or(rest))
        ),
        Some(TokenKind::Pkcs11) => {
            let part = |name: &str| {
                rest.split([';', '?', '&'])
                    .find_map(|p| p.strip_prefix(name)?.strip_prefix('='))
                    .map(safe)
            };
            match (part("token"), part("serial")) {
                (Some(label), Some(serial)) => format!("The token {label} (serial {serial})"),
                (Some(label), None) => format!("The token {label}"),
                (None, Some(serial)) => format!("The token with serial {serial}"),
                (None, None) => format!("The token {}", safe(&token.0)),
            }
        }
        None => format!("The token {}", safe(&token.0)),
    }
}

/// The same in the middle of a sentence.
pub fn token_inside(token: &TokenName) -> String {
    token_words(token).replacen("The ", "the ", 1)
}

fn waiting(token: &TokenName) -> &'static str {
    match token.kind() {
        Some(TokenKind::File) => "Working with the key file",
        _ => "Waiting for the token",
    }
}

fn meanwhile(token: &TokenName) -> &'static str {
    match token.kind() {
        Some(TokenKind::File) => "The passphrase is being stretched; that takes about a second.",
        _ => "Do not remove it. If its light flashes, touch it.",
    }
}

#[cfg(test)]
#[path = "report/tests.rs"]
mod tests;
