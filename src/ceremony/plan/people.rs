//! What follows from a person's entry, or a key's.

use super::{KeyPlan, Participant, Place};
use crate::ceremony::token::{TokenKind, TokenName};

impl KeyPlan {
    /// Whether the key is made on a `YubiKey`, which is brought from the factory's state first.
    pub fn is_provisioned(&self) -> bool {
        self.place == Place::Joins && self.token.kind() == Some(TokenKind::YubiKey)
    }

    /// The token of the key, and the spare one, where there is one.
    pub fn tokens(&self) -> impl Iterator<Item = &TokenName> {
        let spare = self.spare.iter().map(|spare| &spare.token);
        std::iter::once(&self.token).chain(spare)
    }
}

impl Participant {
    /// The person's name; with two keys, which of them is meant.
    pub fn name_with(&self, key: &KeyPlan) -> String {
        match (self.keys.len(), key.place) {
            (2.., Place::Leaves(_)) => format!("{} (old token)", self.name),
            (2.., Place::Joins | Place::Stays(_)) => format!("{} (new token)", self.name),
            _ => self.name.clone(),
        }
    }
}
