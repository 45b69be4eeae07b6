//! What people are shown of targets metadata from outside: what it changes, and what is to be said
//! of it.

use super::{now, policy};
use crate::ceremony::import;
use crate::ceremony::state::{Payload, State};
use crate::safe::{counted, safe};
use crate::tuf::diff::{Change, Class, Mark};
use crate::tuf::policy::{Finding, Level};
use crate::tuf::targets::{RoleView, Target, Targets, TargetsChanges, targets_changes};

/// Most rows of one kind that are shown; how many more there are is said.
const CAP: usize = 200;

/// The metadata as it came, and the version before it where the plan names one.
fn both(state: &State, payload: &Payload) -> Option<(Option<Targets>, Targets)> {
    let new = Targets::read(payload.file.as_ref()?).ok()?;
    let old = import::previous(state).ok().flatten();
    Some((old.and_then(|file| Targets::read(&file).ok()), new))
}

fn compared(state: &State, payload: &Payload) -> Option<TargetsChanges> {
    let (old, new) = both(state, payload)?;
    Some(targets_changes(
        old.as_ref(),
        &new,
        &super::holders(state),
        CAP,
    ))
}

fn row(mark: Mark, what: String, old: String, new: String) -> Change {
    Change {
        class: Class::Other,
        mark,
        what,
        old,
        new,
    }
}

/// What it changes of the version before; nothing where the plan does not name that.
pub fn changes(state: &State, payload: &Payload) -> Vec<Change> {
    if !matches!(import::previous(state), Ok(Some(_))) {
        return Vec::new();
    }
    let Some(found) = compared(state, payload) else {
        return Vec::new();
    };
    let moved = |old: &str, new: &str| {
        if old == new {
            Mark::Kept
        } else {
            Mark::Changed
        }
    };
    let version = found
        .version
        .0
        .map_or_else(String::new, |old| old.to_string());
    let expires = found.expires.0.clone().unwrap_or_default();
    let new_version = found.version.1.to_string();
    let mut rows = vec![
        row(
            moved(&version, &new_version),
            "version".to_owned(),
            version,
            new_version,
        ),
        row(
            moved(&expires, &found.expires.1),
            "expires".to_owned(),
            safe(&expires),
            safe(&found.expires.1),
        ),
    ];
    let target = |path: &str| format!("target {}", safe(path));
    for (path, new) in &found.added.shown {
        rows.push(row(
            Mark::Added,
            target(path),
            String::new(),
            described(new),
        ));
    }
    for (path, old) in &found.removed.shown {
        rows.push(row(
            Mark::Removed,
            target(path),
            described(old),
            String::new(),
        ));
    }
    for change in &found.changed.shown {
        let (old, new) = (described(&change.old), described(&change.new));
        rows.push(row(Mark::Changed, target(&change.path), old, new));
    }
    let more = [
        &found.added.total,
        &found.removed.total,
        &found.changed.total,
    ];
    for (total, what) in more.into_iter().zip(["added", "removed", "changed"]) {
        if *total > CAP {
            let rest = format!("{} more, not listed here", total - CAP);
            rows.push(row(
                Mark::Changed,
                format!("targets {what}"),
                String::new(),
                rest,
            ));
        }
    }
    let role = |role: &RoleView| format!("delegation to {}", safe(&role.name));
    let roles = &found.delegations;
    for new in &roles.added.shown {
        rows.push(row(Mark::Added, role(new), String::new(), signed_by(new)));
    }
    for old in &roles.removed.shown {
        rows.push(row(Mark::Removed, role(old), signed_by(old), String::new()));
    }
    for change in &roles.changed.shown {
        let (old, new) = (signed_by(&change.old), signed_by(&change.new));
        rows.push(row(Mark::Changed, role(&change.new), old, new));
    }
    if let Some((old, new)) = &roles.order {
        let listed = |names: &[String]| safe(&names.join(", "));
        let what = "order of delegations".to_owned();
        rows.push(row(Mark::Changed, what, listed(old), listed(new)));
    }
    let names = found
        .extra
        .iter()
        .map(|name| format!("member {}", safe(name)));
    rows.extend(names.map(|what| row(Mark::Changed, what, String::new(), "is another".to_owned())));
    let same = counted(found.same, "target");
    rows.push(row(
        Mark::Kept,
        "not changed".to_owned(),
        same.clone(),
        same,
    ));
    rows
}

fn described(target: &Target) -> String {
    let digest = target.hashes.sha256.map(|digest| digest.short());
    let digest = digest.unwrap_or_else(|| "no SHA-256".to_owned());
    format!("{} bytes, {digest}", target.length)
}

fn signed_by(role: &RoleView) -> String {
    let name = |key: &crate::tuf::targets::KeyName| match (&key.holder, key.fingerprint) {
        (Some(holder), _) => safe(holder),
        (None, Some(fingerprint)) => fingerprint.short(),
        (None, None) => "a key that cannot be used here".to_owned(),
    };
    let names: Vec<String> = role.keys.iter().map(name).collect();
    format!("{} of {}", role.threshold, names.join(", "))
}

/// What reviewers should know of it.
pub fn findings(state: &State, payload: &Payload) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut say = |rule, level, sentence| {
        found.push(Finding {
            rule,
            level,
            sentence,
        });
    };
    let Some((old, new)) = both(state, payload) else {
        return found;
    };
    let days = (new.header.expires - now(state)).whole_days();
    let expires = safe(&new.header.expires_text);
    if new.header.expires <= now(state) {
        say(
            "metadata.expired",
            Level::Stop,
            format!("It expired at {expires}: no client would accept it. Check the clock first."),
        );
    } else if days > i64::from(policy(state).expiry_max_days) {
        say(
            "metadata.expiry-long",
            Level::Caution,
            format!(
                "It expires at {expires}, in {days} days; the plan allows roots at most {}.",
                policy(state).expiry_max_days
            ),
        );
    } else {
        say(
            "metadata.expiry",
            Level::Info,
            format!("It expires at {expires}, in {days} days."),
        );
    }
    match old {
        None => say(
            "metadata.not-compared",
            Level::Caution,
            "The plan names no version before this one, so that nothing says what changes: read all of it."
                .to_owned(),
        ),
        Some(old) if new.header.version <= old.header.version => say(
            "metadata.version",
            Level::Stop,
            format!(
                "Its version {} does not come after version {}: clients refuse to go back.",
                new.header.version, old.header.version
            ),
        ),
        Some(_) => {}
    }
    let mut without = new
        .targets
        .iter()
        .filter(|(_, target)| target.hashes.sha256.is_none());
    if let Some((path, _)) = without.next() {
        say(
            "targets.no-sha256",
            Level::Stop,
            match without.count() {
                0 => format!(
                    "1 target has no SHA-256, {}: tough and sigstore-rs refuse the whole file.",
                    safe(path)
                ),
                more => format!(
                    "{} targets have no SHA-256, the first of them {}: tough and sigstore-rs refuse the whole file.",
                    more + 1,
                    safe(path)
                ),
            },
        );
    }
    if let Some(changes) = compared(state, payload) {
        let gone = changes.removed.total;
        if gone > 0 {
            say(
                "targets.removed",
                Level::Caution,
                match gone {
                    1 => "1 target is removed: clients cannot fetch it any more.".to_owned(),
                    more => {
                        format!("{more} targets are removed: clients cannot fetch them any more.")
                    }
                },
            );
        }
        if old_delegations_change(&changes) {
            say(
                "targets.delegations",
                Level::Caution,
                "Who may vouch for targets changes: read the delegations line by line.".to_owned(),
            );
        }
    }
    found
}

fn old_delegations_change(changes: &TargetsChanges) -> bool {
    changes.version.0.is_some() && !changes.delegations.is_empty()
}
