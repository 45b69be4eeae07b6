//! `show-key`: the public key's fingerprint is read back.

use super::in_hand::keyholder;
use super::{Kind, Next, Repetition, ask_of, first, positions};
use crate::ceremony::ask::Form;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::script::Each;
use crate::ceremony::state::State;
use crate::ceremony::token::TokenKind;
use crate::tuf::key::PublicKey;

pub struct ShowKey;

impl Kind for ShowKey {
    fn name(&self) -> &'static str {
        "show-key"
    }

    fn about(&self) -> &'static str {
        "The public key's fingerprint (SHA-256 of the SubjectPublicKeyInfo) is read aloud and written on paper."
    }

    fn each(&self) -> Repetition {
        Repetition::Fixed(Each::NewKey)
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        first(|| {
            let (holder, key) = keyholder(state, step)?;
            if state.here.answers.contains_key("fingerprint") {
                return Ok(Next::Done);
            }
            let shown = state.keys.get(&key.name).and_then(|held| {
                let public = PublicKey::from_pem(&held.public_pem).ok()?;
                Some((held, held.generated.as_ref()?, public))
            });
            let Some((held, generated, public)) = shown else {
                return Ok(super::halted(
                    format!("{} has no key yet", holder.name),
                    vec![
                        "The script shows a key before it is made. Abort, and correct the script."
                            .to_owned(),
                    ],
                ));
            };
            let form = Form::Words {
                positions: positions(state, "fingerprint", 3),
            };
            let attributes = &generated.attributes;
            let place = match held.token.kind {
                TokenKind::YubiKey | TokenKind::Pkcs11
                    if attributes.local && attributes.never_extractable =>
                {
                    "generated on the token; sensitive, never extractable"
                }
                TokenKind::YubiKey | TokenKind::Pkcs11 => {
                    "the token does not vouch for where it was generated"
                }
                TokenKind::File => "software key: protected by its passphrase only",
            };
            Ok(Next::ask(
                ask_of(
                    state,
                    step,
                    "fingerprint",
                    &format!("The public key of {}", holder.name_with(key)),
                    form,
                )
                .fact("Kind of key", generated.algorithm.name())
                .fact("Private half", place)
                .fact("TUF key id", public.key_id().digest().groups().join(" "))
                .showing("SHA-256 of the public key", public.fingerprint()),
            ))
        })
    }
}
