//! One field: what is wanted in it, and what was typed.

use crate::ceremony::ask::{SecretForm, SecretKind};
use crate::secret::Secret;
use crate::tui::pen::cut;

/// Longest text of a field, in characters.
const LONGEST: usize = 400;

/// What a field holds.
pub enum Content {
    /// Text that may be seen and recorded.
    Text(String),
    /// A PIN or passphrase.
    Secret(Secret),
    /// A PIN or passphrase of which nothing is known, not even whether one was typed: what is recorded of it.
    Veiled,
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
        /// Which kind of secret.
        kind: SecretKind,
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

    /// The same field, with nothing in it that may not be recorded.
    pub(super) fn veiled(&self) -> Self {
        Self {
            label: self.label.clone(),
            wanted: self.wanted.clone(),
            content: match &self.content {
                Content::Text(text) => Content::Text(text.clone()),
                Content::Secret(_) | Content::Veiled => Content::Veiled,
            },
            width: self.width,
        }
    }

    /// The text; empty for a secret.
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Text(text) => text,
            Content::Secret(_) | Content::Veiled => "",
        }
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Text(text) => text.trim().is_empty(),
            Content::Secret(secret) => secret.is_empty(),
            Content::Veiled => false,
        }
    }

    /// Number of characters typed.
    pub fn chars(&self) -> usize {
        match &self.content {
            Content::Text(text) => text.chars().count(),
            Content::Secret(secret) => secret.chars(),
            Content::Veiled => 0,
        }
    }

    /// Whether there was room for it.
    pub(super) fn push(&mut self, c: char) -> bool {
        match &mut self.content {
            Content::Text(text) => {
                let room = text.chars().count() < LONGEST;
                if room {
                    text.push(c);
                }
                room
            }
            Content::Secret(secret) => secret.push(c),
            Content::Veiled => false,
        }
    }

    pub(super) fn pop(&mut self) {
        match &mut self.content {
            Content::Text(text) => {
                text.pop();
            }
            Content::Secret(secret) => secret.pop(),
            Content::Veiled => {}
        }
    }

    pub(super) fn clear(&mut self) {
        match &mut self.content {
            Content::Text(text) => text.clear(),
            Content::Secret(secret) => secret.clear(),
            Content::Veiled => {}
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

/// Columns of a name in a label.
const NAME: usize = 16;

/// Shortest and longest PIN or PUK of a PIV card (SP 800-73-4, part 2, 2.4.3), where the token does
/// not say.
pub const CARD_SECRET: (usize, usize) = (6, 8);

pub(super) fn secret_fields(form: &SecretForm, holder: Option<&str>) -> Vec<Field> {
    let otherwise = match form.kind {
        SecretKind::NewPin | SecretKind::NewPuk | SecretKind::PukAndNewPin => CARD_SECRET,
        SecretKind::Pin | SecretKind::Passphrase | SecretKind::NewPassphrase => {
            (1, crate::secret::CAPACITY)
        }
    };
    let length = |bytes: u32, otherwise: usize| match bytes {
        0 => otherwise,
        n => usize::try_from(n).unwrap_or(otherwise),
    };
    let wanted = Wanted::Secret {
        min: length(form.pin.min_len, otherwise.0),
        max: length(form.pin.max_len, otherwise.1).min(crate::secret::CAPACITY),
        kind: form.kind,
    };
    // a label says whose it is, so that nobody types theirs into another's
    let of = |what: &str| match holder {
        Some(name) => format!(
            "{what} of {}",
            cut(&crate::safe::safe(name), NAME).trim_end()
        ),
        None => what.to_owned(),
    };
    let of_token = |what: &str| {
        let serial = crate::safe::safe(&form.serial);
        format!("{what} of {}", cut(&serial, NAME).trim_end())
    };
    let again = || Field::new("Once more", Wanted::Again, None);
    match form.kind {
        SecretKind::Pin => vec![Field::new(of("PIN"), wanted, None)],
        SecretKind::Passphrase => vec![Field::new(of("Passphrase"), wanted, None)],
        SecretKind::NewPassphrase => {
            vec![Field::new(of("New passphrase"), wanted, None), again()]
        }
        SecretKind::NewPin => vec![Field::new(of("New PIN"), wanted, None), again()],
        SecretKind::NewPuk => vec![Field::new(of_token("New PUK"), wanted, None), again()],
        SecretKind::PukAndNewPin => vec![
            Field::new(of_token("PUK"), wanted.clone(), None),
            Field::new(of("New PIN"), wanted, None),
            again(),
        ],
    }
}
