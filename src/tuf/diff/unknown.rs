//! Members that this version does not know: they are signed all the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::rows::row;
use super::{Change, Class};
use crate::canonical::olpc;
use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::root::{KEY_MEMBERS, KEYVAL_MEMBERS, ROLE_MEMBERS, Role, Root, TOP_MEMBERS};

/// Most characters of a value that a row shows.
const SHOWN: usize = 60;

/// A member: within which key, if in one, and its path there; as read, so not yet safe.
pub(super) type Place = (Option<String>, Vec<String>);

/// Every member of a root that this version does not know.
pub(super) fn members(root: &Root) -> BTreeMap<Place, &Value> {
    let mut found = BTreeMap::new();
    let Some(top) = root.raw.as_object() else {
        return found;
    };
    collect(&mut found, None, &[], top, TOP_MEMBERS);
    for (id, key) in children(top.get("keys")) {
        collect(&mut found, Some(id), &[], key, KEY_MEMBERS);
        if let Some(Value::Object(keyval)) = key.get("keyval") {
            collect(&mut found, Some(id), &["keyval"], keyval, KEYVAL_MEMBERS);
        }
    }
    if let Some(Value::Object(roles)) = top.get("roles") {
        let known = Role::ALL.map(Role::name);
        collect(&mut found, None, &["roles"], roles, &known);
        for role in known {
            if let Some(Value::Object(members)) = roles.get(role) {
                collect(&mut found, None, &["roles", role], members, ROLE_MEMBERS);
            }
        }
    }
    found
}

fn children(value: Option<&Value>) -> impl Iterator<Item = (&String, &Map<String, Value>)> {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    members.filter_map(|(name, value)| Some((name, value.as_object()?)))
}

fn collect<'a>(
    found: &mut BTreeMap<Place, &'a Value>,
    key: Option<&String>,
    at: &[&str],
    members: &'a Map<String, Value>,
    known: &[&str],
) {
    for (name, value) in members {
        if !known.contains(&name.as_str()) {
            let path = at.iter().copied().chain([name.as_str()]);
            let path = path.map(str::to_owned).collect();
            found.insert((key.cloned(), path), value);
        }
    }
}

/// One row for each member; of members in key objects, one row for all keys that have the same.
pub(super) fn rows(old: Option<&Root>, new: &Root) -> Vec<Change> {
    let before = old.map(members).unwrap_or_default();
    let after = members(new);
    let mut places: Vec<_> = before.keys().chain(after.keys()).collect();
    places.sort();
    places.dedup();
    let mut rows = Vec::new();
    let mut grouped = BTreeMap::<(&Vec<String>, Option<String>, Option<String>), Vec<&str>>::new();
    for place in places {
        let (key, path) = place;
        let old = before.get(place).map(|value| shown(value));
        let new = after.get(place).map(|value| shown(value));
        match key {
            None => rows.push(row(
                Class::Other,
                format!("member {}", joined(path)),
                old,
                new,
            )),
            Some(id) => grouped.entry((path, old, new)).or_default().push(id),
        }
    }
    for ((path, old, new), ids) in grouped {
        let ids: Vec<_> = ids.iter().map(|id| short(id)).collect();
        let noun = if ids.len() == 1 { "key" } else { "keys" };
        let what = format!("member {} of {noun} {}", joined(path), ids.join(", "));
        rows.push(row(Class::Other, what, old, new));
    }
    rows
}

/// The path of a member, safe to show.
pub(super) fn joined(path: &[String]) -> String {
    let parts: Vec<_> = path.iter().map(|name| safe(name)).collect();
    parts.join(".")
}

fn short(id: &str) -> String {
    id.parse::<crate::tuf::key::KeyId>()
        .map_or_else(|_| safe(id), |id| id.digest().short())
}

/// The value in one line. Of a long one the beginning, with the digest of the whole, so that two
/// that differ never look alike.
fn shown(value: &Value) -> String {
    let bytes = olpc(value).unwrap_or_default();
    let text = safe(&String::from_utf8_lossy(&bytes));
    if text.chars().count() <= SHOWN {
        return text;
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!(
        "{start}… ({} bytes, SHA-256 {})",
        bytes.len(),
        Sha256::of(&bytes).hex()
    )
}
