//! One field: what is wanted in it, and what was typed.

use crate::ceremony::ask::{SecretForm, SecretKind};
use crate::secret::Secret;

/// Longest text of a field, in characters.
const LONGEST: usize = 400;

/// What a field holds.
pub enum Content {
    /// Text that may be seen and recorded.
    Text(String),
    /// A PIN or passphrase.
    Secret(Secret),
}

/// What is wanted in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Initials of somebody.
    Initials,
    /// One of these words.
    Choice(Vec<String>),
    /// Exactly this phrase.
    Phrase(String),
    /// Any word or sentence.
    Text,
    /// A time of day, `HH:MM`.
    Time,
    /// A secret of so many bytes.
    Secret {
        /// Shortest.
        min: usize,
        /// Longest.
        max: usize,
    },
    /// The secret of the field before, once more.
    Again,
}

/// A field.
pub struct Field {
    /// What it is.
    pub label: String,
    /// What is wanted in it.
    pub wanted: Wanted,
    /// What was typed.
    pub content: Content,
    /// Columns of its box; `None` takes the whole row.
    pub width: Option<u16>,
}

impl Field {
    pub(super) fn new(label: impl Into<String>, wanted: Wanted, width: Option<u16>) -> Self {
        let content = match wanted {
            Wanted::Secret { .. } | Wanted::Again => Content::Secret(Secret::new()),
            _ => Content::Text(String::new()),
        };
        Self {
            label: label.into(),
            wanted,
            content,
            width,
        }
    }

    /// The text; empty for a secret.
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Text(text) => text,
            Content::Secret(_) => "",
        }
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Text(text) => text.trim().is_empty(),
            Content::Secret(secret) => secret.is_empty(),
        }
    }

    /// Number of characters typed.
    pub fn chars(&self) -> usize {
        match &self.content {
            Content::Text(text) => text.chars().count(),
            Content::Secret(secret) => secret.chars(),
        }
    }

    pub(super) fn push(&mut self, c: char) {
        match &mut self.content {
            Content::Text(text) if text.chars().count() < LONGEST => text.push(c),
            Content::Text(_) => {}
            Content::Secret(secret) => {
                secret.push(c);
            }
        }
    }

    pub(super) fn pop(&mut self) {
        match &mut self.content {
            Content::Text(text) => {
                text.pop();
            }
            Content::Secret(secret) => secret.pop(),
        }
    }

    pub(super) fn clear(&mut self) {
        match &mut self.content {
            Content::Text(text) => text.clear(),
            Content::Secret(secret) => secret.clear(),
        }
    }
}

pub(super) fn initials(role: &str) -> Field {
    let mut label = crate::safe::safe(role);
    if let Some(first) = label.get(..1) {
        label.replace_range(..1, &first.to_uppercase());
    }
    Field::new(format!("{label}'s initials"), Wanted::Initials, Some(5))
}

pub(super) fn secret_fields(form: &SecretForm) -> Vec<Field> {
    let length = |bytes: u32, otherwise: usize| match bytes {
        0 => otherwise,
        n => usize::try_from(n).unwrap_or(otherwise),
    };
    let wanted = Wanted::Secret {
        min: length(form.pin.min_len, 1),
        max: length(form.pin.max_len, crate::secret::CAPACITY).min(crate::secret::CAPACITY),
    };
    match form.kind {
        SecretKind::Pin => vec![Field::new("PIN", wanted, None)],
        SecretKind::Passphrase => vec![Field::new("Passphrase", wanted, None)],
        SecretKind::NewPassphrase => vec![
            Field::new("New passphrase", wanted, None),
            Field::new("Once more", Wanted::Again, None),
        ],
        SecretKind::NewPin => vec![
            Field::new("New PIN", wanted, None),
            Field::new("Once more", Wanted::Again, None),
        ],
        SecretKind::NewPuk => vec![
            Field::new("New PUK", wanted, None),
            Field::new("Once more", Wanted::Again, None),
        ],
        SecretKind::PukAndNewPin => vec![
            Field::new("PUK", wanted.clone(), None),
            Field::new("New PIN", wanted, None),
            Field::new("Once more", Wanted::Again, None),
        ],
    }
}
