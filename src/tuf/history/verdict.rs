//! The verdict over a chain.

use time::OffsetDateTime;

use super::{History, Link};
use crate::tuf::root::Root;
use crate::tuf::summary::from_now;

pub(super) fn expiry(root: &Root, now: OffsetDateTime) -> String {
    let (version, day) = (root.version, root.expires.date());
    if root.expires <= now {
        format!(
            "Version {version}, the last of these, expired on {day}: clients that find no later one reject it."
        )
    } else {
        format!(
            "Version {version}, the last of these, expires on {day}, {}.",
            from_now(root.expires, now)
        )
    }
}

impl History {
    /// Whether every root given is a link that holds, with none missing and no second one of a
    /// version with another content.
    pub fn holds(&self) -> bool {
        let (held, all) = self.checks();
        held == all
            && all > 0
            && self.gaps.is_empty()
            && self.unreadable.is_empty()
            && self.repeated.iter().all(|other| other.same_content)
    }

    /// How many threshold checks hold, of how many: one under itself for each root, and one under
    /// the version before it where that is there.
    pub fn checks(&self) -> (usize, usize) {
        let checks = || {
            self.links.iter().flat_map(|link| {
                std::iter::once(link.own.met).chain(link.before.as_ref().map(|before| before.met))
            })
        };
        (checks().filter(|met| *met).count(), checks().count())
    }

    /// Stretches of versions that follow one another: the first and the last of each.
    pub fn stretches(&self) -> Vec<(u64, u64)> {
        let mut stretches: Vec<(u64, u64)> = Vec::new();
        let mut whole = false;
        for link in &self.links {
            let goes_on = link.before.as_ref().is_some_and(|before| before.met) && whole;
            match stretches.last_mut().filter(|_| goes_on && link.own.met) {
                Some((_, last)) => *last = link.version,
                None if link.own.met => stretches.push((link.version, link.version)),
                None => {}
            }
            whole = link.own.met;
        }
        stretches
    }

    /// The verdict for people, in sentences; the first one says whether the chain holds.
    pub fn sentences(&self) -> Vec<String> {
        let (held, all) = self.checks();
        let stretches: Vec<_> = self.stretches().into_iter().map(named).collect();
        let mut said = vec![if self.holds() {
            format!(
                "All {all} checks hold: {} without a gap.",
                stretches.join(", ")
            )
        } else if stretches.is_empty() {
            format!("The chain does not hold: {held} of {all} checks hold.")
        } else {
            format!(
                "The chain does not hold as a whole: {held} of {all} checks hold. In themselves these hold: {}.",
                stretches.join("; ")
            )
        }];
        said.extend(self.links.iter().flat_map(broken));
        for (first, last) in &self.gaps {
            said.push(if first == last {
                format!("Version {first} is not among the files, so the version after it was not checked against it.")
            } else {
                format!("Versions {first} to {last} are not among the files, so the version after them was not checked against the one before it.")
            });
        }
        for other in &self.repeated {
            said.push(if other.same_content {
                format!(
                    "{} is version {} once more, with the same content; its signatures were not looked at.",
                    other.name, other.version
                )
            } else {
                format!(
                    "{} is another version {} with OTHER CONTENT: two roots of one version were made. Only the first was followed.",
                    other.name, other.version
                )
            });
        }
        for (name, why) in &self.unreadable {
            said.push(format!("{name} is not a root that can be read: {why}."));
        }
        said.push(self.last.clone());
        said
    }
}

fn named((first, last): (u64, u64)) -> String {
    if first == last {
        format!("version {first}")
    } else {
        format!("versions {first} to {last} follow one another")
    }
}

fn broken(link: &Link) -> Vec<String> {
    let version = link.version;
    let mut said = Vec::new();
    if !link.own.met {
        said.push(format!(
            "Version {version} is signed by {} of the {} of its own keys that are needed.",
            link.own.signed, link.own.threshold
        ));
    }
    if let Some(before) = link.before.as_ref().filter(|before| !before.met) {
        said.push(format!(
            "Version {version} does not follow version {}: it is signed by {} of the {} keys of that one that are needed.",
            version.saturating_sub(1),
            before.signed,
            before.threshold
        ));
    }
    said
}
