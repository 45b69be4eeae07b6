//! JSON from outside, read so that no two readers can disagree about it.
//!
//! `serde_json` alone keeps the last of two members of the same name; other readers keep the
//! first. Such a document shows one thing to a reviewer and another to a client, so it is refused.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::safe::safe;

/// Deepest nesting of arrays and objects that is read (the limit of `serde_json`).
pub const MAX_DEPTH: usize = 127;

/// Why bytes are not a JSON document that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More bytes than such a document may have.
    #[error("{got} bytes, where at most {limit} are read")]
    TooLong {
        /// Most that is read, in bytes.
        limit: usize,
        /// What there was, in bytes.
        got: usize,
    },
    /// Not JSON, nested too deep, or two members of one name; with line and column.
    #[error("not readable as JSON: {0}")]
    Json(String),
}

/// Reads one JSON document of at most `limit` bytes. Refuses what follows it, two members of the
/// same name in one object, and nesting beyond [`MAX_DEPTH`].
pub fn parse(bytes: &[u8], limit: usize) -> Result<Value, ParseError> {
    if bytes.len() > limit {
        return Err(ParseError::TooLong { limit, got: bytes.len() });
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let said = |error: serde_json::Error| ParseError::Json(safe(&error.to_string()));
    let value = Strict.deserialize(&mut reader).map_err(said)?;
    reader.end().map_err(said)?;
    Ok(value)
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    // kept here, and refused by name and path where the value is made canonical
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(Strict)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = from.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format!("two members are named \"{name}\"")));
            }
            members.insert(name, from.next_value_seed(Strict)?);
        }
        Ok(Value::Object(members))
    }
}
