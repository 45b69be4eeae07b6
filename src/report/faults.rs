//! Faults in words.

use super::tokens::{pin_words, token_inside, token_words};
use super::{Words, words};
use crate::ceremony::token::{Fault, TokenKind};
use crate::safe::safe;

/// The words of a fault. The important one comes first, in capitals: it is what people hear and
/// remember.
pub fn fault(fault: &Fault) -> Words {
    let words = told(fault);
    match headline(fault) {
        None => words,
        Some(headline) => Words {
            happened: format!("{headline}: {}", words.happened.replacen("The ", "the ", 1)),
            ..words
        },
    }
}

/// The fault in two or three words, where there are such.
fn headline(fault: &Fault) -> Option<&'static str> {
    Some(match fault {
        Fault::TokenAbsent { token, .. } | Fault::PinWrong { token, .. }
            if token.kind() == Some(TokenKind::File) =>
        {
            return None;
        }
        Fault::TokenAbsent { present, .. } if present.is_empty() => "NO TOKEN",
        Fault::TokenAbsent { .. } => "WRONG TOKEN",
        Fault::Ambiguous { object, found, .. } => match (object.contains("token"), found) {
            (true, 2) => "TWO TOKENS",
            (true, _) => "SEVERAL TOKENS",
            (false, 2) => "TWO KEYS",
            (false, _) => "SEVERAL KEYS",
        },
        Fault::PinWrong { .. } => "WRONG PIN",
        Fault::PinLength { .. } => "NOT SENT",
        Fault::PinLocked { .. } => "PIN BLOCKED",
        Fault::PukWrong { .. } => "WRONG PUK",
        Fault::PukLocked { .. } => "PUK BLOCKED",
        Fault::NewSecretRefused { .. } | Fault::NotTaken { .. } => "NOT TAKEN",
        Fault::TouchMissed { .. } => "NO TOUCH SEEN",
        Fault::TokenBusy { .. } => "TOKEN IS BUSY",
        Fault::ReaderService { .. } => "NO CARD SERVICE",
        Fault::KeyExists { .. } => "A KEY IS THERE ALREADY",
        Fault::KeyAbsent { .. } => "NO SUCH KEY",
        Fault::KeyDiffers { .. } => "WRONG KEY",
        Fault::BadSignature { .. } => "BAD SIGNATURE",
        Fault::ReadBackDiffers { .. } => "BAD COPY",
        Fault::MediumAbsent { present, .. } if present.is_empty() => "NO MEDIUM",
        Fault::MediumAbsent { .. } => "WRONG MEDIUM",
        Fault::MediumFailed { .. } => "MEDIUM LOST",
        Fault::MediumFull { .. } => "MEDIUM IS FULL",
        Fault::NotOnMedium { .. } => "NOT ON THE MEDIUM",
        Fault::MediumUnfit { .. }
        | Fault::Module { .. }
        | Fault::Unsupported { .. }
        | Fault::TokenFailed { .. }
        | Fault::Storage { .. } => return None,
    })
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per variant: the words stand together"
)]
fn told(fault: &Fault) -> Words {
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
                Some(1) => format!(
                    "The PUK was wrong for {}. LAST TRY before it is blocked.",
                    token_inside(token)
                ),
                Some(left) => format!(
                    "The PUK was wrong for {}. {left} tries left.",
                    token_inside(token)
                ),
                None => format!("The PUK was wrong for {}.", token_inside(token)),
            },
            "Nothing was replaced: the PIN is as it was, and so are the keys.",
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
            format!("{} waited and was not touched.", token_words(token)),
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
            format!(
                "Smart cards cannot be reached: {}.",
                safe(reason.trim_end_matches('.'))
            ),
            "Nothing was asked of any token.",
            "See that the service `pcscd` runs (`rootstage doctor`), then try again.",
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
            "Nothing more was asked of it.",
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
        Fault::MediumAbsent { .. }
        | Fault::MediumUnfit { .. }
        | Fault::MediumFailed { .. }
        | Fault::MediumFull { .. }
        | Fault::NotOnMedium { .. }
        | Fault::NotTaken { .. } => super::media::fault(fault),
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
