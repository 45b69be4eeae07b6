//! Version, expiry, and the two settings of the whole repository.

use time::Duration;

use super::Step;
use crate::safe::safe;
use crate::tuf::diff::{Class, Mark};
use crate::tuf::policy::{Finding, caution, day_count, info, stop};
use crate::tuf::root::Root;

/// An expiry further away than this is taken for a slip of the pen.
const IMPLAUSIBLE_YEARS: i32 = 10;

/// Longest text of a `1.0.N` version of the specification that is looked at.
const SPEC_PATCHES: std::ops::RangeInclusive<u32> = 0..=34;

pub(super) fn find(found: &mut Vec<Finding>, step: &Step) {
    version(found, step);
    expiry(found, step);
    if let Some(old) = step.old {
        consistent_snapshot(found, old, step.new);
    }
    specification(found, step.new);
    nothing_else(found, step);
}

fn version(found: &mut Vec<Finding>, step: &Step) {
    let got = step.new.version;
    let Some(old) = step.old else {
        if got != 1 {
            let sentence = format!(
                "This root begins a chain of trust with version {got}: roots 1 to {} are not looked at.",
                got.saturating_sub(1)
            );
            caution(found, "root.first-version", sentence);
        }
        return;
    };
    if old.version.checked_add(1) != Some(got) {
        let sentence = format!(
            "Version {got} does not follow version {}: clients go from one root to the next in steps of one and reject any other (TUF specification, section 5.3.5).",
            old.version
        );
        stop(found, "root.version-step", sentence);
    }
}

fn expiry(found: &mut Vec<Finding>, step: &Step) {
    let (new, now) = (step.new, step.now);
    if !is_usual_form(&new.expires_text) {
        let sentence = format!(
            "The expiry is written \"{}\": python-tuf and go-tuf read only the form 2030-01-01T00:00:00Z and reject this root.",
            safe(&new.expires_text)
        );
        stop(found, "root.expiry-form", sentence);
    }
    if new.expires.year() >= now.year().saturating_add(IMPLAUSIBLE_YEARS) {
        let sentence = format!(
            "The root expires in the year {}, and this machine's clock says {}: look for a slip of the pen, and at the clock.",
            new.expires.year(),
            now.year()
        );
        stop(found, "root.expiry-implausible", sentence);
    }
    let Some(old) = step.old else { return };
    if old.expires <= now {
        let sentence = format!(
            "The root before it, version {}, expired on {}. That does not stand in the way: of a chain of roots, clients look at the expiry of the last one only.",
            old.version,
            old.expires.date()
        );
        info(found, "root.old-expired", sentence);
    }
    if new.expires < old.expires {
        let sentence = format!(
            "The new root expires on {}, {} earlier than the one before it.",
            new.expires.date(),
            day_count(days_up(old.expires - new.expires))
        );
        caution(found, "root.expiry-earlier", sentence);
    }
}

/// Whole days, a part of one counted as one.
fn days_up(time: Duration) -> i64 {
    let days = time.whole_days();
    if time == Duration::days(days) {
        days
    } else {
        days.saturating_add(1)
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ`, which every client reads.
fn is_usual_form(text: &str) -> bool {
    text.len() == 20
        && text
            .bytes()
            .zip(*b"0000-00-00T00:00:00Z")
            .all(|(got, form)| match form {
                b'0' => got.is_ascii_digit(),
                _ => got == form,
            })
}

fn consistent_snapshot(found: &mut Vec<Finding>, old: &Root, new: &Root) {
    let sentence = match (old.consistent_snapshot, new.consistent_snapshot) {
        (false, true) => {
            "The setting consistent_snapshot is turned on: from this root on, clients ask for N.targets.json, N.snapshot.json and targets/HASH.name. Publish everything under those names before this root."
        }
        (true, false) => {
            "The setting consistent_snapshot is turned off: from this root on, clients ask for targets.json, snapshot.json and targets/name. Publish everything under those names before this root."
        }
        _ => return,
    };
    caution(found, "root.consistent-snapshot", sentence.to_owned());
}

fn specification(found: &mut Vec<Finding>, new: &Root) {
    let text = &new.spec_version;
    let tried = text == "1.0"
        || text.strip_prefix("1.0.").is_some_and(|patch| {
            let number = patch.parse().ok();
            number.is_some_and(|number: u32| {
                SPEC_PATCHES.contains(&number) && number.to_string() == patch
            })
        });
    if !tried {
        let sentence = format!(
            "The root names version \"{}\" of the TUF specification; clients have been tried with 1.0 and with 1.0.0 to 1.0.34 only.",
            safe(text)
        );
        caution(found, "root.spec-version", sentence);
    }
}

fn nothing_else(found: &mut Vec<Finding>, step: &Step) {
    let besides = step
        .changes
        .iter()
        .any(|row| row.mark != Mark::Kept && !matches!(row.class, Class::Version | Class::Expiry));
    if step.old.is_some() && !besides {
        let sentence = "Besides version and expiry nothing changes: the same keys, thresholds and settings as in the root before.";
        info(found, "root.nothing-else", sentence.to_owned());
    }
}
