//! Changes of what is signed and of files.

use super::{Changes, Place};
use crate::safe::safe;

impl Changes<'_> {
    pub(super) fn content(&mut self) {
        if let Some(trusted) = self
            .after
            .trusted
            .as_ref()
            .filter(|_| self.before.trusted.is_none())
        {
            self.say(
                Place::Record,
                format!(
                    "The root that clients trust before this ceremony is version {}, SHA-256 {}.",
                    trusted.root.version,
                    trusted.payload.short()
                ),
            );
        }
        let digest =
            |state: &crate::ceremony::state::State| state.payload.as_ref().map(|p| p.sha256);
        match (&self.after.payload, digest(self.before)) {
            (Some(payload), before) if before != Some(payload.sha256) => self.say(
                Place::Board,
                format!(
                    "The content that is signed is fixed: {} version {}, SHA-256 {}.",
                    safe(&payload.role),
                    payload.version,
                    payload.sha256.short()
                ),
            ),
            _ => {}
        }
        for defunct in self.after.defunct.iter().skip(self.before.defunct.len()) {
            self.say(
                Place::Board,
                format!(
                    "The content {} was WITHDRAWN: {}.",
                    defunct.payload.sha256.short(),
                    super::ended(&defunct.reason)
                ),
            );
        }
        let accepted: Vec<String> = self
            .after
            .accepted
            .difference(&self.before.accepted)
            .map(|rule| safe(rule))
            .collect();
        if !accepted.is_empty() {
            let rules = super::listed(&accepted);
            self.say(
                Place::Record,
                format!("Two people accepted what would have stopped the ceremony: {rules}."),
            );
        }
        let approved: Vec<_> = self
            .after
            .approved
            .difference(&self.before.approved)
            .collect();
        if !approved.is_empty() {
            let who = self.people(approved.into_iter());
            self.say(Place::Board, format!("The content was approved by {who}."));
        }
        for file in &self.after.written {
            if !self.before.written.contains(file) {
                self.say(
                    Place::Record,
                    format!(
                        "Written and read back: {}, SHA-256 {}.",
                        safe(&file.name),
                        file.sha256.short()
                    ),
                );
            }
        }
        for (way, files) in &self.after.exported {
            if self.before.exported.get(way) != Some(files) {
                let names: Vec<String> = files.iter().map(|file| safe(&file.name)).collect();
                self.say(
                    Place::Record,
                    format!(
                        "Left the ceremony by way of {}: {}.",
                        way.name(),
                        super::listed(&names)
                    ),
                );
            }
        }
    }
}
