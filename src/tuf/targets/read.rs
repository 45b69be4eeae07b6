//! The reader: one pass over the text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{MAX_TARGETS, Target, Targets};
use crate::canonical::{ParseError, parse};
use crate::safe::safe;
use crate::tuf::delegations::Delegations;
use crate::tuf::fields::{Header, Unknown, at_most, join};
use crate::tuf::hashes::Hashes;
use crate::tuf::root::MetadataError;

/// Reads the object `signed`.
pub(super) fn targets(signed: &str) -> Result<Targets, MetadataError> {
    let mut reading = Reading::default();
    let mut reader = serde_json::Deserializer::from_str(signed);
    let outcome = Top(&mut reading)
        .deserialize(&mut reader)
        .and_then(|()| reader.end());
    if let Some(error) = reading.error {
        return Err(error);
    }
    outcome.map_err(|error| ParseError::Json(safe(&error.to_string())))?;
    let header = Header::read(&reading.head, "targets")?;
    let targets = reading
        .targets
        .ok_or_else(|| MetadataError::Absent("targets".to_owned()))?;
    let delegations = match reading.delegations {
        None => None,
        Some(text) => {
            let value = parse(text.as_bytes(), text.len())?;
            let mut unknown = Vec::new();
            let read = Delegations::read(&value, "delegations", &mut unknown)?;
            reading.unknown.note_all(unknown);
            Some(read)
        }
    };
    Ok(Targets {
        header,
        targets,
        delegations,
        extra: reading.extra,
        unknown: reading.unknown,
    })
}

/// What has been read so far. An error with a path goes through here, because those of `serde`
/// carry text only.
#[derive(Default)]
struct Reading<'de> {
    head: Map<String, Value>,
    targets: Option<BTreeMap<String, Target>>,
    delegations: Option<&'de str>,
    extra: BTreeMap<String, Box<str>>,
    unknown: Unknown,
    error: Option<MetadataError>,
}

impl Reading<'_> {
    /// Keeps the error that was found first, which is the innermost.
    fn keep(&mut self, error: MetadataError) {
        self.error.get_or_insert(error);
    }

    fn fail<E: serde::de::Error>(&mut self, error: MetadataError) -> E {
        self.keep(error);
        E::custom("not of the right form")
    }
}

/// Text that is borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Top<'r, 'de>(&'r mut Reading<'de>);

impl<'de> DeserializeSeed<'de> for Top<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let Self(reading) = self;
        while let Some(Text(name)) = from.next_key()? {
            match &*name {
                "targets" => {
                    let list = from.next_value_seed(List(reading)).inspect_err(|_| {
                        reading.keep(MetadataError::shape("targets", "an object"));
                    })?;
                    reading.targets = Some(list);
                }
                "delegations" => {
                    let raw: &RawValue = from.next_value()?;
                    reading.delegations = Some(raw.get());
                }
                known if Header::MEMBERS.contains(&known) => {
                    let value = from.next_value()?;
                    reading.head.insert(name.into_owned(), value);
                }
                _ => {
                    let raw: &RawValue = from.next_value()?;
                    reading.unknown.note(|| safe(&name));
                    reading.extra.insert(name.into_owned(), raw.get().into());
                }
            }
        }
        Ok(())
    }
}

/// The object `targets`.
struct List<'r, 'de>(&'r mut Reading<'de>);

impl<'de> DeserializeSeed<'de> for List<'_, 'de> {
    type Value = BTreeMap<String, Target>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for List<'_, 'de> {
    type Value = BTreeMap<String, Target>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let Self(reading) = self;
        let mut list = Vec::new();
        while let Some(Text(path)) = from.next_key()? {
            let one = One {
                reading: &mut *reading,
                path: &path,
            };
            let target = from.next_value_seed(one).inspect_err(|_| {
                let at = join("targets", &path);
                reading.keep(MetadataError::shape(&at, "an object"));
            })?;
            list.push((path.into_owned(), target));
            at_most(MAX_TARGETS, list.len(), "targets").map_err(|error| reading.fail(error))?;
        }
        let read = list.len();
        let targets: BTreeMap<_, _> = list.into_iter().collect();
        if targets.len() != read {
            return Err(reading.fail(MetadataError::shape("targets", "paths, each once")));
        }
        Ok(targets)
    }
}

/// One entry of `targets`.
struct One<'r, 'de, 'p> {
    reading: &'r mut Reading<'de>,
    path: &'p str,
}

impl One<'_, '_, '_> {
    fn at(&self, name: &str) -> String {
        join(&join("targets", self.path), name)
    }
}

impl<'de> DeserializeSeed<'de> for One<'_, 'de, '_> {
    type Value = Target;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Target, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for One<'_, 'de, '_> {
    type Value = Target;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Target, A::Error> {
        let (mut length, mut hashes, mut custom) = (None, None, None);
        let mut extra = Vec::new();
        while let Some(Text(name)) = from.next_key()? {
            match &*name {
                "length" => {
                    length = Some(from.next_value::<u64>().map_err(|_| {
                        let at = self.at("length");
                        self.reading
                            .fail::<A::Error>(MetadataError::shape(&at, "a whole number"))
                    })?);
                }
                "hashes" => {
                    let digests = Digests(&self);
                    let read = from.next_value_seed(digests).map_err(|_| {
                        let at = self.at("hashes");
                        self.reading
                            .fail::<A::Error>(MetadataError::shape(&at, "an object of text"))
                    })?;
                    hashes = Some(read.map_err(|error| self.reading.fail::<A::Error>(error))?);
                }
                "custom" => {
                    let raw: &RawValue = from.next_value()?;
                    if !raw.get().starts_with('{') {
                        let at = self.at("custom");
                        let error = MetadataError::shape(&at, "an object");
                        return Err(self.reading.fail(error));
                    }
                    custom = Some(raw.get().into());
                }
                other => {
                    let raw: &RawValue = from.next_value()?;
                    let at = || join(&join("targets", self.path), other);
                    self.reading.unknown.note(at);
                    extra.push((other.to_owned(), raw.get().into()));
                }
            }
        }
        let absent = |name| MetadataError::Absent(self.at(name));
        match (length, hashes) {
            (Some(length), Some(hashes)) => Ok(Target {
                length,
                hashes,
                custom,
                extra,
            }),
            (None, _) => {
                let error = absent("length");
                Err(self.reading.fail(error))
            }
            (_, None) => {
                let error = absent("hashes");
                Err(self.reading.fail(error))
            }
        }
    }
}

/// The object `hashes` of a target.
struct Digests<'s, 'r, 'de, 'p>(&'s One<'r, 'de, 'p>);

impl<'de> DeserializeSeed<'de> for Digests<'_, '_, '_, '_> {
    type Value = Result<Hashes, MetadataError>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Digests<'_, '_, '_, '_> {
    type Value = Result<Hashes, MetadataError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut hashes = Hashes::default();
        let mut wrong = None;
        while let Some(Text(algorithm)) = from.next_key()? {
            let Text(hex) = from.next_value()?;
            let at = || join(&self.0.at("hashes"), &algorithm);
            if let Err(error) = hashes.put(&algorithm, &hex, at) {
                wrong.get_or_insert(error);
            }
        }
        if wrong.is_none() && hashes.is_empty() {
            let at = self.0.at("hashes");
            wrong = Some(MetadataError::shape(&at, "digests, at least one"));
        }
        Ok(wrong.map_or(Ok(hashes), Err))
    }
}
