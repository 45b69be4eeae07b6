//! From the factory's state to the keyholder's, act by act.

use zeroize::Zeroizing;

use super::apdu::{Command, Status};
use super::card::Trouble;
use super::management::{self, Authenticated, ManagementKey};
use super::replies::Firmware;
use super::secrets::{FACTORY_PIN, LONGEST, SHORTEST, Shown, Which, refusal};
use super::session::Session;
use crate::ceremony::token::piv::Provisioning;
use crate::ceremony::token::{Fault, TokenIdentity};
use crate::ports::Keep;
use crate::sealed::{self, Recipient};
use crate::secret::{Secret, Secrets};

/// What leads out of every state in which something is no longer the factory's.
const RESET: &str = "A reset of its PIV application, which erases every key in it, brings the \
                     factory's state back";

/// Performs `act`, and reads again how the card stands.
pub(super) fn provision(
    session: &mut Session<'_>,
    act: &Provisioning,
    secrets: Secrets<'_>,
    keep: Keep<'_>,
) -> Result<TokenIdentity, Fault> {
    match act {
        Provisioning::Reset => reset(session)?,
        Provisioning::Tries { pin, puk } => tries(session, *pin, *puk)?,
        Provisioning::Pin => replace(session, Which::Pin, given(session, secrets.secret)?)?,
        Provisioning::Puk => replace(session, Which::Puk, given(session, secrets.secret)?)?,
        Provisioning::ManagementKey { escrow: recipients } => {
            management_key(session, recipients, keep)?;
        }
        Provisioning::Unblock => {
            let puk = given(session, secrets.secret)?;
            let pin = given(session, secrets.new_pin)?;
            unblock(session, puk, pin)?;
        }
    }
    session
        .card
        .start_again()
        .map_err(|trouble| session.fault(trouble))?;
    let identity = session.identity()?;
    if *act == Provisioning::Reset {
        check_fresh(session, &identity)?;
    }
    Ok(identity)
}

fn given<'s>(session: &Session<'_>, secret: Option<&'s Secret>) -> Result<&'s Secret, Fault> {
    secret.ok_or_else(|| refused(session, "nothing was typed".to_owned()))
}

fn refused(session: &Session<'_>, reason: String) -> Fault {
    Fault::NewSecretRefused {
        token: session.token.clone(),
        reason,
    }
}

/// Refuses a new PIN or PUK that everybody would guess, before anything is sent.
fn check_new(session: &Session<'_>, which: Which, new: &Secret) -> Result<(), Fault> {
    refusal(which, new.expose()).map_or(Ok(()), |reason| Err(refused(session, reason)))
}

/// Replaces the factory's PIN or PUK.
fn replace(session: &mut Session<'_>, which: Which, new: &Secret) -> Result<(), Fault> {
    check_new(session, which, new)?;
    let told = session.card.secret(which);
    let told = told.map_err(|trouble| session.fault(trouble))?;
    let name = which.name();
    if told.tries_left == Some(0) {
        return Err(locked(session, which));
    }
    if told.factory == Some(false) {
        return Err(session.unsupported(format!(
            "its {name} is not the factory's any more, so it was left as it is. {RESET}"
        )));
    }
    let changed = session.card.change(which, which.factory(), new.expose());
    match changed.map_err(|broken| session.fault(broken))? {
        Shown::Right => Ok(()),
        Shown::Blocked => Err(locked(session, which)),
        Shown::Wrong(left) => Err(not_factory_any_more(session, which, left)),
        Shown::Refused(status) => Err(refused(
            session,
            format!("the YubiKey itself refuses the new {name}: {status}"),
        )),
    }
}

fn locked(session: &Session<'_>, which: Which) -> Fault {
    let token = session.token.clone();
    match which {
        Which::Pin => Fault::PinLocked { token },
        Which::Puk => Fault::PukLocked { token },
    }
}

/// What old firmware does not tell was tried, and cost a try.
fn not_factory_any_more(session: &Session<'_>, which: Which, left: u32) -> Fault {
    let name = which.name();
    session.unsupported(format!(
        "its {name} is not the factory's any more; to find that out cost one of its tries, and \
         {left} are left. {RESET}"
    ))
}

/// How often PIN and PUK may be wrong.
fn tries(session: &mut Session<'_>, pin: u8, puk: u8) -> Result<(), Fault> {
    if pin == 0 || puk == 0 {
        return Err(session.unsupported("a PIN or PUK has at least one try"));
    }
    for which in [Which::Pin, Which::Puk] {
        let told = session.card.secret(which);
        let told = told.map_err(|trouble| session.fault(trouble))?;
        if told.factory == Some(false) {
            return Err(session.unsupported(format!(
                "its {} is not the factory's any more, and setting the tries would put it back to \
                 the factory's; nothing was changed. {RESET}",
                which.name()
            )));
        }
        // old firmware tells only by a try: the last one is not spent on that
        if which == Which::Pin && !session.card.tells() && told.tries_left <= Some(1) {
            return Err(session.unsupported(format!(
                "its PIN has at most one try left, which was not spent. {RESET}"
            )));
        }
    }
    show_factory_key(session)?;
    let shown = session.card.verify(FACTORY_PIN);
    match shown.map_err(|broken| session.fault(broken))? {
        Shown::Right => {}
        Shown::Blocked => return Err(locked(session, Which::Pin)),
        Shown::Wrong(left) => return Err(not_factory_any_more(session, Which::Pin, left)),
        Shown::Refused(status) => {
            return Err(session.fault(Trouble::Refused {
                doing: "to the factory's PIN",
                status,
            }));
        }
    }
    session
        .card
        .send(&Command::new(0xfa, pin, puk))
        .map_err(Trouble::from)
        .and_then(|reply| reply.done("to the number of tries"))
        .map(drop)
        .map_err(|trouble| session.fault(trouble))
}

/// Shows the factory's management key; the card counts no tries.
fn show_factory_key(session: &mut Session<'_>) -> Result<(), Fault> {
    let told = session.card.metadata(management::REFERENCE);
    let told = told.map_err(|trouble| session.fault(trouble))?;
    let mut differs = told.and_then(|told| told.factory) == Some(false);
    if !differs {
        let key = session.card.factory_key();
        let key = key.map_err(|trouble| session.fault(trouble))?;
        differs = match key {
            None => true,
            Some(key) => {
                let shown = session.card.authenticate(&key);
                shown.map_err(|trouble| session.fault(trouble))? == Authenticated::Differs
            }
        };
    }
    if differs {
        return Err(session.unsupported(format!(
            "its management key is not the factory's any more; nothing was changed. {RESET}"
        )));
    }
    Ok(())
}

/// A random management key in place of the factory's, kept behind the PIN, and a copy for those who
/// keep one.
fn management_key(
    session: &mut Session<'_>,
    recipients: &[String],
    keep: Keep<'_>,
) -> Result<(), Fault> {
    let recipients = recipients
        .iter()
        .map(|recipient| recipient.parse())
        .collect::<Result<Vec<Recipient>, String>>()
        .map_err(|reason| session.unsupported(reason))?;
    let key = ManagementKey::random(session.card.firmware).map_err(|reason| {
        session.fault(super::card::Broken::Failed(format!(
            "this machine gave no randomness ({reason}); the YubiKey was not changed"
        )))
    })?;
    show_factory_key(session)?;
    // the copy is kept first: a key that is on the card and in no copy would be one too many
    if !recipients.is_empty() {
        let copy = escrow(session, &key, recipients)?;
        keep(&session.card.serial.to_string(), &copy)?;
    }
    let replaced = session.card.replace_management_key(&key);
    match replaced.map_err(|trouble| session.fault(trouble))? {
        Authenticated::Both => Ok(()),
        Authenticated::Differs => Err(session.unsupported(format!(
            "it took a new management key, and then did not know it. {RESET}"
        ))),
    }
}

fn escrow(
    session: &Session<'_>,
    key: &ManagementKey,
    recipients: Vec<Recipient>,
) -> Result<String, Fault> {
    let hex = key.hex();
    let mut text = Zeroizing::new(String::with_capacity(128));
    text.push_str("rootstage management key of YubiKey ");
    text.push_str(&session.card.serial.to_string());
    text.push_str(": ");
    text.push_str(&hex);
    text.push('\n');
    sealed::encrypt_armoured(text.as_bytes(), recipients).map_err(|error| {
        session.unsupported(format!(
            "the copy of the new management key could not be encrypted ({error}); the YubiKey was \
             not changed"
        ))
    })
}

/// Erases everything in the PIV application. The card allows it once PIN and PUK are blocked.
fn reset(session: &mut Session<'_>) -> Result<(), Fault> {
    session
        .card
        .block_both()
        .map_err(|trouble| session.fault(trouble))?;
    session
        .card
        .send(&Command::new(0xfb, 0, 0))
        .map_err(Trouble::from)
        .and_then(|reply| reply.done("to the reset"))
        .map(drop)
        .map_err(|trouble| session.fault(trouble))
}

/// Checks that a card that was reset is as the factory made it.
fn check_fresh(
    session: &Session<'_>,
    identity: &crate::ceremony::token::TokenIdentity,
) -> Result<(), Fault> {
    let piv = identity.piv.clone().unwrap_or_default();
    let told = [piv.pin.factory, piv.puk.factory, piv.management.factory];
    let fresh = if session.card.firmware < Firmware::TELLS {
        true
    } else {
        told.iter().all(|factory| *factory == Some(true))
    };
    if fresh && piv.in_use.is_empty() && piv.pin.tries_left != Some(0) && !piv.management_behind_pin
    {
        return Ok(());
    }
    Err(Fault::TokenFailed {
        token: session.token.clone(),
        reason: "it was reset, and yet it is not as the factory made it".to_owned(),
    })
}

/// A new PIN by the PUK.
fn unblock(session: &mut Session<'_>, puk: &Secret, new_pin: &Secret) -> Result<(), Fault> {
    if !(SHORTEST..=LONGEST).contains(&puk.len()) {
        return Err(refused(
            session,
            "a PUK has 6 to 8 characters; what was typed was not sent, and no try was spent"
                .to_owned(),
        ));
    }
    check_new(session, Which::Pin, new_pin)?;
    let token = session.token.clone();
    let shown = session.card.unblock(puk.expose(), new_pin.expose());
    match shown.map_err(|broken| session.fault(broken))? {
        Shown::Right => Ok(()),
        Shown::Blocked => Err(Fault::PukLocked { token }),
        Shown::Wrong(left) => Err(Fault::PukWrong {
            token,
            tries_left: Some(left),
        }),
        Shown::Refused(status @ (Status::BAD_DATA | Status(0x6985))) => Err(refused(
            session,
            format!("the YubiKey itself refuses the new PIN: {status}"),
        )),
        Shown::Refused(status) => Err(session.fault(Trouble::Refused {
            doing: "to the PUK",
            status,
        })),
    }
}

#[cfg(test)]
mod tests;
