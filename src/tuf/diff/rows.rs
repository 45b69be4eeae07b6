//! The rows: what each root says of each thing.

use time::OffsetDateTime;

use super::{Change, Class, KeyChange, Mark, unknown};
use crate::safe::safe;
use crate::tuf::key::KeyId;
use crate::tuf::root::{Role, Root};
use crate::tuf::summary::from_now;

pub(super) fn all(
    old: Option<&Root>,
    new: &Root,
    keys: &[KeyChange],
    now: OffsetDateTime,
) -> Vec<Change> {
    let both = |class, what: &str, say: &dyn Fn(&Root) -> String| {
        row(class, what.to_owned(), old.map(say), Some(say(new)))
    };
    let threshold = |class, role: Role| {
        let number = |root: &Root| root.role(role).map(|keys| keys.threshold);
        let mut row = both(class, &format!("{role} threshold"), &|root| {
            root.role(role).map_or_else(String::new, |keys| {
                format!("{} of {}", keys.threshold, keys.keyids.len())
            })
        });
        // how many keys there are is said by the rows of the keys
        if row.mark == Mark::Changed && old.and_then(number) == number(new) {
            row.mark = Mark::Kept;
        }
        row
    };
    let of = |role: Role| keys.iter().filter(move |key| key.role == Some(role));
    let mut rows = vec![
        both(Class::Version, "version", &|root| root.version.to_string()),
        both(Class::Expiry, "expires", &|root| {
            let days = from_now(root.expires, now);
            format!("{} ({days})", safe(&root.expires_text))
        }),
        threshold(Class::RootThreshold, Role::Root),
    ];
    rows.extend(of(Role::Root).map(key_row));
    for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
        rows.push(threshold(Class::OnlineThresholds, role));
        rows.extend(of(role).map(key_row));
    }
    rows.push(both(
        Class::ConsistentSnapshot,
        "consistent snapshot",
        &|root| {
            if root.consistent_snapshot {
                "yes"
            } else {
                "no"
            }
            .to_owned()
        },
    ));
    rows.push(both(Class::Specification, "TUF specification", &|root| {
        safe(&root.spec_version)
    }));
    rows.extend(keys.iter().filter(|key| key.role.is_none()).map(key_row));
    rows.extend(unknown::rows(old, new));
    rows
}

pub(super) fn row(class: Class, what: String, old: Option<String>, new: Option<String>) -> Change {
    let mark = match (&old, &new) {
        (None, _) => Mark::Added,
        (Some(_), None) => Mark::Removed,
        (Some(old), Some(new)) if old == new => Mark::Kept,
        (Some(_), Some(_)) => Mark::Changed,
    };
    Change {
        class,
        mark,
        what,
        old: old.unwrap_or_default(),
        new: new.unwrap_or_default(),
    }
}

fn key_row(key: &KeyChange) -> Change {
    let (class, whose) = match key.role {
        Some(Role::Root) => (Class::RootKeys, "root key".to_owned()),
        Some(role) => (Class::OnlineKeys, format!("{role} key")),
        None => (Class::Other, "key without a role".to_owned()),
    };
    let mut new = side(key, &key.new_ids);
    if key.mark == Mark::Changed {
        new.push_str(if key.new_ids.len() > 1 {
            " (same key, several ids)"
        } else {
            " (same key, new id)"
        });
    }
    Change {
        class,
        mark: key.mark,
        what: format!("{whose}{}", key.whose()),
        old: side(key, &key.old_ids),
        new,
    }
}

/// `id 7230 de22, key 0c1f 99aa`.
fn side(key: &KeyChange, ids: &[KeyId]) -> String {
    if ids.is_empty() {
        return String::new();
    }
    let ids: Vec<_> = ids.iter().map(|id| id.digest().short()).collect();
    let mut text = format!("id {}", ids.join(" and "));
    if let Some(fingerprint) = key.fingerprint {
        text.push_str(", key ");
        text.push_str(&fingerprint.short());
    }
    text
}
