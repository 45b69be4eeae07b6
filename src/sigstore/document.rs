//! What the two documents have in common: an object with a media type and lists of objects.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Known;
use crate::canonical::{parse, pretty};
use crate::safe::safe;

/// A document that is there already and is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON that can be read; the reason is safe to show.
    #[error("it is {0}")]
    Unreadable(String),
    /// Not a JSON object.
    #[error("it is no JSON object")]
    NotAnObject,
    /// Of another kind or version.
    #[error("its `mediaType` is {got}, expected {expected}")]
    MediaType {
        /// What it must be.
        expected: &'static str,
        /// What it is, safe to show.
        got: String,
    },
    /// A member of another form.
    #[error("`{0}` is no list of objects")]
    NoList(&'static str),
}

/// A document. Members that are not known here stay as they are.
#[derive(Clone, Debug)]
pub(super) struct Document(Map<String, Value>);

impl Document {
    /// Reads one with this media type and these lists; a new one where there is none.
    pub fn read(
        before: Option<&[u8]>,
        media_type: &'static str,
        lists: &[&'static str],
    ) -> Result<Self, DocumentError> {
        let mut members = match before {
            None => Map::from_iter([("mediaType".to_owned(), json!(media_type))]),
            Some(bytes) => match parse(bytes, bytes.len()) {
                Ok(Value::Object(members)) => members,
                Ok(_) => return Err(DocumentError::NotAnObject),
                Err(error) => return Err(DocumentError::Unreadable(error.to_string())),
            },
        };
        let got = members.get("mediaType").and_then(Value::as_str);
        if got != Some(media_type) {
            return Err(DocumentError::MediaType {
                expected: media_type,
                got: safe(got.unwrap_or("absent")),
            });
        }
        for name in lists {
            let list = members.entry(*name).or_insert_with(|| json!([]));
            let list = list.as_array().ok_or(DocumentError::NoList(name))?;
            if !list.iter().all(Value::is_object) {
                return Err(DocumentError::NoList(name));
            }
        }
        Ok(Self(members))
    }

    /// The list of this name.
    pub fn list(&self, name: &str) -> &[Value] {
        let list = self.0.get(name).and_then(Value::as_array);
        list.map(Vec::as_slice).unwrap_or_default()
    }

    /// The same, to be changed.
    pub fn list_mut(&mut self, name: &str) -> Option<&mut Vec<Value>> {
        self.0.get_mut(name).and_then(Value::as_array_mut)
    }

    /// Gives a member where it has none.
    pub fn or_insert(&mut self, name: &str, value: Value) {
        self.0.entry(name).or_insert(value);
    }

    /// The file: indented, members in the order of their names.
    pub fn to_file(&self) -> Vec<u8> {
        pretty(&Value::Object(self.0.clone())).into_bytes()
    }
}

/// Puts an entry in the place of the one that `same` finds, with members that are not known here kept;
/// else behind the others.
pub(super) fn put(list: &mut Vec<Value>, entry: Value, same: impl Fn(&Value) -> bool) {
    match list.iter_mut().find(|other| same(other)) {
        None => list.push(entry),
        Some(before) => match (before.as_object_mut(), entry) {
            (Some(before), Value::Object(entry)) => before.extend(entry),
            (_, entry) => *before = entry,
        },
    }
}

/// `validFor`, where it can be read.
pub(super) fn known(valid_for: &Value) -> Option<Known> {
    Some(Known {
        start: time(valid_for.get("start")?)?,
        end: valid_for.get("end").and_then(time),
    })
}

fn time(value: &Value) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()
}
