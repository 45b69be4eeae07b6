//! The fields that people fill in: typed text, initials, secrets.
//!
//! An [`Entry`] knows when it is complete and what is missing. Enter on an incomplete entry moves
//! on to the next field and answers nothing, so a held key passes nothing.

use crate::ceremony::ask::{Answer, Ask, Form};
use crate::ceremony::command::ExceptionForm;
use crate::secret::Secret;

/// The phrase that ends a ceremony.
pub const ABORT_PHRASE: &str = "ABORT CEREMONY";
/// The word that leaves the last screen.
pub const DONE: &str = "DONE";

mod field;
pub mod touch;

pub use self::field::{CARD_SECRET, Content, Field, Wanted};
use self::field::{initials, secret_fields};
use self::touch::Run;

/// Fields that are answered together.
#[derive(Default)]
pub struct Entry {
    /// The fields, in the order in which they are filled.
    pub fields: Vec<Field>,
    /// Index of the field with focus.
    pub focus: usize,
    /// What may become the output of an accidentally touched token.
    run: Run,
}

/// What a typed character did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// It is in the field.
    Taken,
    /// It completed the output of an accidentally touched token, which was taken out.
    Touch,
}

/// What Enter did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It was pressed on the last field, and everything is complete.
    Complete,
    /// There is more to do.
    NotYet,
    /// It came from an accidentally touched token; what that typed was taken out.
    Touch,
}

impl Entry {
    fn of(fields: Vec<Field>) -> Self {
        Self {
            fields,
            ..Self::default()
        }
    }

    /// The fields of an ask; `holder` is the name of the person whose token it is about.
    pub fn for_ask(ask: &Ask, holder: Option<&str>) -> Self {
        let mut fields = Vec::new();
        match &ask.form {
            Form::Confirm | Form::Scan { .. } | Form::Halted => {}
            Form::Choose { options } => {
                let keys: Vec<String> = options.iter().map(|o| o.key.clone()).collect();
                let width = keys.iter().map(String::len).max().unwrap_or(8).clamp(8, 20);
                fields.push(Field::new(
                    "Your choice",
                    Wanted::Choice(keys),
                    u16::try_from(width + 2).ok(),
                ));
            }
            Form::TypeBack { phrase } => {
                fields.push(Field::new(
                    "Type it back",
                    Wanted::Phrase(phrase.clone()),
                    None,
                ));
            }
            Form::Words { positions } => fields.extend(
                positions
                    .iter()
                    .map(|p| Field::new(format!("Word {p}"), Wanted::Text, Some(12))),
            ),
            Form::WatchTime { .. } => {
                fields.push(Field::new("Your watch, UTC, HH:MM", Wanted::Time, Some(6)));
            }
            Form::Secret(form) => fields.extend(secret_fields(form, holder)),
        }
        if ask.form != Form::Halted {
            fields.extend(ask.seats.iter().map(|seat| initials(&seat.role)));
        }
        Self::of(fields)
    }

    /// The exception form; `people` is one to log, two to skip.
    pub fn exception(people: usize) -> Self {
        let mut fields: Vec<Field> = ["Expected", "Happened", "Decided"]
            .map(|label| Field::new(label, Wanted::Text, None))
            .into();
        match people {
            1 => fields.push(initials("participant")),
            _ => fields.extend(["first person", "second person"].map(initials)),
        }
        Self::of(fields)
    }

    /// The abort form.
    pub fn abort() -> Self {
        Self::of(vec![
            Field::new("Reason", Wanted::Text, None),
            Field::new(
                "Type it back",
                Wanted::Phrase(ABORT_PHRASE.to_owned()),
                None,
            ),
            initials("first person"),
            initials("second person"),
        ])
    }

    /// The form that withdraws the content.
    pub fn withdrawal() -> Self {
        Self::of(vec![
            Field::new("Reason", Wanted::Text, None),
            initials("first person"),
            initials("second person"),
        ])
    }

    /// The last screen's field.
    pub fn done() -> Self {
        Self::of(vec![Field::new(
            "Type DONE to leave",
            Wanted::Phrase(DONE.to_owned()),
            Some(8),
        )])
    }

    /// Fields for paths, one a row.
    pub fn paths(labels: &[&str]) -> Self {
        Self::of(
            labels
                .iter()
                .map(|l| Field::new(*l, Wanted::Text, None))
                .collect(),
        )
    }

    /// Puts into the fields what an answer on record says. Secrets are in no record.
    pub fn fill(&mut self, answer: &Answer) {
        let mut initials = answer.initials.iter();
        let mut typed = answer.typed.iter();
        for field in &mut self.fields {
            if let Content::Text(text) = &mut field.content {
                let next = if field.wanted == Wanted::Initials {
                    initials.next()
                } else {
                    typed.next()
                };
                *text = next.cloned().unwrap_or_default();
            }
        }
        self.focus = self.fields.len().saturating_sub(1);
    }

    /// The same fields for a recording, where one of them takes a secret: that one holds nothing, whatever was
    /// typed, and looks the same before, while and after.
    pub fn veiled(&self) -> Option<Self> {
        let secret = |field: &Field| matches!(field.content, Content::Secret(_));
        self.fields.iter().any(secret).then(|| Self {
            fields: self.fields.iter().map(Field::veiled).collect(),
            // where the typist is says something of what was typed
            focus: self.fields.len(),
            run: Run::default(),
        })
    }

    /// Whether something of it is not recorded.
    pub fn is_veiled(&self) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|field| matches!(field.content, Content::Veiled))
    }

    /// The field with focus.
    pub fn focused(&self) -> Option<&Field> {
        self.fields.get(self.focus)
    }

    /// Types a character into the focused field.
    pub fn push(&mut self, c: char) -> Typed {
        let Some(field) = self.fields.get_mut(self.focus) else {
            return Typed::Taken;
        };
        if self.run.typed(c, field) {
            Typed::Touch
        } else {
            Typed::Taken
        }
    }

    /// So many modhex characters were typed before a field had focus.
    pub fn begin_after(&mut self, typed: usize) {
        if typed > 0 {
            self.run = Run::after(typed);
        }
    }

    /// Takes the last character away.
    pub fn erase(&mut self) {
        self.run.erased();
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.pop();
        }
    }

    /// Empties the focused field.
    pub fn clear(&mut self) {
        self.run = Run::default();
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.clear();
        }
    }

    /// Wipes every secret that was typed.
    pub fn clear_secrets(&mut self) {
        for field in &mut self.fields {
            if let Content::Secret(secret) = &mut field.content {
                secret.clear();
            }
        }
        let first = self
            .fields
            .iter()
            .position(|f| matches!(f.content, Content::Secret(_)));
        self.focus = first.unwrap_or(self.focus);
    }

    /// Moves the focus; past the end it stays.
    pub fn go(&mut self, by: isize) {
        self.run = Run::default();
        let last = self.fields.len().saturating_sub(1);
        self.focus = self.focus.saturating_add_signed(by).min(last);
    }

    /// Enter. On an incomplete entry it moves on from a field that is filled, and does nothing on an
    /// empty one.
    pub fn enter(&mut self) -> Entered {
        if let Some(field) = self.fields.get_mut(self.focus)
            && self.run.entered(field)
        {
            return Entered::Touch;
        }
        if self.focused().is_none_or(Field::is_empty) {
            return Entered::NotYet;
        }
        if self.focus + 1 < self.fields.len() {
            self.go(1);
            return Entered::NotYet;
        }
        match self.missing() {
            None => Entered::Complete,
            Some(_) => Entered::NotYet,
        }
    }

    /// The first field that is not as wanted, and what is wrong with it.
    pub fn missing(&self) -> Option<(usize, String)> {
        self.fields
            .iter()
            .enumerate()
            .find_map(|(index, field)| self.wrong(index, field).map(|words| (index, words)))
    }

    /// Goes to the first field that is not as wanted.
    pub fn go_to_missing(&mut self) {
        if let Some((index, _)) = self.missing() {
            self.focus = index;
        }
    }

    fn wrong(&self, index: usize, field: &Field) -> Option<String> {
        if field.is_empty() {
            return Some(field.label.clone());
        }
        match (&field.wanted, &field.content) {
            (Wanted::Phrase(phrase), _) if field.text() != phrase => {
                Some("the phrase does not match yet".to_owned())
            }
            (Wanted::Choice(keys), _) if !keys.iter().any(|k| k == field.text().trim()) => {
                Some(format!("type one of: {}", keys.join(", ")))
            }
            (Wanted::Secret { min, max, .. }, Content::Secret(secret))
                if !(*min..=*max).contains(&secret.len()) =>
            {
                Some(format!("it takes {min} to {max} bytes; nothing was sent"))
            }
            (Wanted::Again, Content::Secret(secret)) => {
                let before = index
                    .checked_sub(1)
                    .and_then(|i| self.fields.get(i))
                    .map(|f| &f.content);
                match before {
                    Some(Content::Secret(first)) if first.expose() == secret.expose() => None,
                    _ => Some("what was typed twice differs".to_owned()),
                }
            }
            _ => None,
        }
    }

    /// What was typed, as an answer without the secret.
    pub fn answer(&self, read_to_end: bool) -> Answer {
        let typed = |field: &&Field| {
            matches!(field.content, Content::Text(_)) && field.wanted != Wanted::Initials
        };
        let text = |field: &Field| match field.wanted {
            Wanted::Phrase(_) => field.text().to_owned(),
            _ => field.text().trim().to_owned(),
        };
        Answer {
            initials: self.initials(),
            typed: self.fields.iter().filter(typed).map(text).collect(),
            received: None,
            read_to_end,
        }
    }

    /// The initials, in the order of the seats.
    pub fn initials(&self) -> Vec<String> {
        let of = |field: &Field| {
            (field.wanted == Wanted::Initials).then(|| field.text().trim().to_owned())
        };
        self.fields.iter().filter_map(of).collect()
    }

    /// The text of the field at `index`.
    pub fn text(&self, index: usize) -> String {
        self.fields
            .get(index)
            .map(|f| f.text().trim().to_owned())
            .unwrap_or_default()
    }

    /// What was typed, as an exception.
    pub fn as_exception(&self) -> ExceptionForm {
        ExceptionForm {
            expected: self.text(0),
            happened: self.text(1),
            decided: self.text(2),
            initials: self.initials(),
        }
    }

    /// Hands over what opens the token, and a new PIN that is typed beside a PUK; wipes the second
    /// copy of what was typed twice.
    pub fn take_secrets(&mut self) -> (Option<Secret>, Option<Secret>) {
        let (mut taken, mut new_pin) = (None, None);
        for field in &mut self.fields {
            if let Content::Secret(secret) = &mut field.content {
                if field.wanted != Wanted::Again {
                    let place = if taken.is_none() {
                        &mut taken
                    } else {
                        &mut new_pin
                    };
                    *place = Some(std::mem::take(secret));
                }
                secret.clear();
            }
        }
        (taken, new_pin)
    }
}
