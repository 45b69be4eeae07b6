//! How a card stands between the factory's state and its keyholder's, and what is missing.

use crate::ceremony::plan::{KeyPlan, ProvisioningPolicy};
use crate::ceremony::state::State;
use crate::ceremony::token::TokenIdentity;
use crate::ceremony::token::piv::{CardSecret, PivState, Provisioning};

/// A card, as it says of itself, and what this ceremony did with it.
pub struct Card<'a> {
    /// The card, as it introduced itself last.
    pub identity: &'a TokenIdentity,
    piv: PivState,
    done: Vec<Provisioning>,
    policy: &'a ProvisioningPolicy,
}

/// Whether a secret is still what the factory set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is.
    Factory,
    /// It is not.
    Changed,
    /// The firmware does not tell, and this ceremony did not change it.
    Unknown,
}

/// The secrets of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The PIN.
    Pin,
    /// The PUK.
    Puk,
    /// The management key.
    Management,
}

impl Part {
    /// Every one, in the order in which they are set.
    pub const ALL: [Self; 3] = [Self::Pin, Self::Puk, Self::Management];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pin => "PIN",
            Self::Puk => "PUK",
            Self::Management => "Management key",
        }
    }
}

impl<'a> Card<'a> {
    /// The card of this key, with this identity.
    pub fn of(state: &'a State, key: &KeyPlan, identity: &'a TokenIdentity) -> Self {
        Self {
            identity,
            piv: identity.piv.clone().unwrap_or_default(),
            done: done(state, key),
            policy: &state.procedure.plan.policy.provisioning,
        }
    }

    fn secret(&self, part: Part) -> CardSecret {
        match part {
            Part::Pin => self.piv.pin,
            Part::Puk => self.piv.puk,
            Part::Management => self.piv.management,
        }
    }

    /// Acts since the card was last put back to the factory's state.
    fn since_reset(&self) -> &[Provisioning] {
        let reset = self
            .done
            .iter()
            .rposition(|act| *act == Provisioning::Reset);
        self.done
            .get(reset.map_or(0, |at| at + 1)..)
            .unwrap_or_default()
    }

    fn did(&self, part: Part) -> bool {
        let tries = |act: &Provisioning| matches!(act, Provisioning::Tries { .. });
        let acts = self.since_reset();
        // Setting the tries sets PIN and PUK back.
        let after = acts.iter().rposition(tries).map_or(0, |at| at + 1);
        match part {
            Part::Pin => acts.iter().skip(after).any(|act| *act == Provisioning::Pin),
            Part::Puk => acts.iter().skip(after).any(|act| *act == Provisioning::Puk),
            Part::Management => acts
                .iter()
                .any(|act| matches!(act, Provisioning::ManagementKey { .. })),
        }
    }

    /// Whether the firmware tells what is still the factory's.
    pub fn tells(&self) -> bool {
        Part::ALL
            .iter()
            .all(|part| self.secret(*part).factory.is_some())
    }

    /// How this secret stands.
    pub fn origin(&self, part: Part) -> Origin {
        let reset = self.done.contains(&Provisioning::Reset);
        match self.secret(part).factory {
            Some(true) => Origin::Factory,
            Some(false) => Origin::Changed,
            None if self.did(part) => Origin::Changed,
            None if reset => Origin::Factory,
            None => Origin::Unknown,
        }
    }

    fn all(&self, origin: Origin) -> bool {
        Part::ALL.iter().all(|part| self.origin(*part) == origin)
    }

    /// Whether this ceremony has done something with it already.
    pub fn is_begun(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether it is as the factory made it, and says so: no secret changed, no slot used.
    pub fn is_fresh(&self) -> bool {
        self.all(Origin::Factory) && self.piv.in_use.is_empty()
    }

    /// Whether none of its secrets is the factory's any more, as far as anybody can tell.
    pub fn is_finished(&self) -> bool {
        self.all(Origin::Changed)
    }

    /// Whether its secrets could all be changed with those of the factory: none is known to be
    /// another one.
    pub fn may_be_fresh(&self) -> bool {
        Part::ALL
            .iter()
            .all(|part| self.origin(*part) != Origin::Changed)
    }

    /// The acts that are missing, in the order in which they are done.
    pub fn missing(&self) -> Vec<Provisioning> {
        let mut missing = Vec::new();
        let still = |part| self.origin(part) != Origin::Changed;
        let tries = self.tries_are_missing() && still(Part::Pin) && still(Part::Management);
        if tries {
            missing.push(Provisioning::Tries {
                pin: self.policy.pin_tries,
                puk: self.policy.puk_tries,
            });
        }
        if still(Part::Pin) {
            missing.push(Provisioning::Pin);
        }
        // the tries bring the factory's PUK back
        if tries || still(Part::Puk) {
            missing.push(Provisioning::Puk);
        }
        if still(Part::Management) {
            missing.push(Provisioning::ManagementKey {
                escrow: self.policy.escrow.clone(),
            });
        }
        missing
    }

    /// Whether the tries are not those of the plan, and were not set here.
    pub fn tries_are_missing(&self) -> bool {
        let wanted = (Some(self.policy.pin_tries), Some(self.policy.puk_tries));
        let counted = |part| {
            self.secret(part)
                .tries
                .and_then(|tries| u8::try_from(tries).ok())
        };
        let did = self
            .since_reset()
            .iter()
            .any(|act| matches!(act, Provisioning::Tries { .. }));
        !did && (counted(Part::Pin), counted(Part::Puk)) != wanted
    }

    /// Whether this act was done already, and the card still says that it was not.
    pub fn is_in_vain(&self, act: &Provisioning) -> bool {
        match act {
            Provisioning::Pin => self.did(Part::Pin),
            Provisioning::Puk => self.did(Part::Puk),
            Provisioning::ManagementKey { .. } => self.did(Part::Management),
            _ => false,
        }
    }

    /// Labelled facts, to be looked at.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts: Vec<_> = Part::ALL
            .iter()
            .map(|part| (part.name(), self.fact(*part)))
            .collect();
        let slots: Vec<String> = self.piv.in_use.iter().map(ToString::to_string).collect();
        facts.push((
            "Slots in use",
            if slots.is_empty() {
                "none".to_owned()
            } else {
                slots.join(", ")
            },
        ));
        facts
    }

    fn fact(&self, part: Part) -> String {
        let told = self.secret(part).factory.is_some();
        let origin = match (self.origin(part), told) {
            (Origin::Factory, true) => "the factory's",
            (Origin::Factory, false) => "the factory's, after the reset of today",
            (Origin::Changed, true) => "not the factory's",
            (Origin::Changed, false) => "set today; the firmware does not tell",
            (Origin::Unknown, _) => "the firmware does not tell",
        };
        let secret = self.secret(part);
        let left = match part {
            Part::Pin => self.identity.pin.tries_left,
            _ => secret.tries_left,
        };
        match (left, secret.tries) {
            (Some(0), _) => format!("{origin}; BLOCKED"),
            (Some(left), Some(most)) => format!("{origin}; {left} of {most} tries left"),
            (Some(left), None) => format!("{origin}; {left} tries left"),
            (None, Some(most)) => format!("{origin}; {most} tries"),
            (None, None) => origin.to_owned(),
        }
    }
}

/// What this ceremony did to provision the token of this key.
pub fn done(state: &State, key: &KeyPlan) -> Vec<Provisioning> {
    let acts = state.provisioned.get(&key.name).map(Vec::as_slice);
    acts.unwrap_or_default()
        .iter()
        .filter(|act| **act != Provisioning::Unblock)
        .cloned()
        .collect()
}

/// An act, as something that is done.
pub fn words(act: &Provisioning) -> &'static str {
    match act {
        Provisioning::Reset => "reset to the factory's state",
        Provisioning::Tries { .. } => "numbers of tries set",
        Provisioning::Pin => "new PIN",
        Provisioning::Puk => "new PUK",
        Provisioning::ManagementKey { .. } => "new management key",
        Provisioning::Unblock => "PIN unblocked",
    }
}

#[cfg(test)]
mod tests;
