//! Changes of steps, people, the machine and media.

use super::{Changes, Place};
use crate::ceremony::check::Verdict;
use crate::ceremony::state::{LogCopy, Standing};
use crate::safe::safe;

impl Changes<'_> {
    pub(super) fn steps(&mut self) {
        let steps = self.after.procedure.steps.iter().enumerate();
        let standings = self.before.standing.iter().zip(&self.after.standing);
        let changed: Vec<_> = steps
            .zip(standings)
            .filter(|(_, (old, new))| old != new)
            .collect();
        for ((index, step), (_, new)) in changed {
            let what = match new {
                Standing::Running => "began",
                Standing::Done => "is complete",
                Standing::Skipped => "was LEFT OUT",
                Standing::Waiting => "is to be done again",
            };
            self.say(
                Place::Timeline,
                format!("Step {} {what}: {}.", index + 1, safe(&step.title)),
            );
        }
    }

    pub(super) fn room(&mut self) {
        let came: Vec<_> = self
            .after
            .present
            .difference(&self.before.present)
            .collect();
        if !came.is_empty() {
            let who = self.people(came.into_iter());
            self.say(Place::Board, format!("In the room: {who}."));
        }
        let absent: Vec<_> = self.after.absent.difference(&self.before.absent).collect();
        if !absent.is_empty() {
            let who = self.people(absent.into_iter());
            self.say(Place::Board, format!("Absent: {who}."));
        }
        if self.after.checks != self.before.checks {
            let of = |verdict| {
                self.after
                    .checks
                    .iter()
                    .filter(|check| check.verdict == verdict)
                    .count()
            };
            let (pass, warn, fail, unknown) = (
                of(Verdict::Pass),
                of(Verdict::Warn),
                of(Verdict::Fail),
                of(Verdict::Unknown),
            );
            self.say(
                Place::Screen,
                format!("The computer was checked: {pass} as they should be, {warn} warnings, {fail} failed, {unknown} unknown."),
            );
        }
        for (role, medium) in &self.after.media {
            if self.before.media.get(role) != Some(medium) {
                self.say(
                    Place::Record,
                    format!(
                        "{} is the {} medium from here on.",
                        safe(&medium.describe()),
                        role.name()
                    ),
                );
            }
        }
        if self.after.log != self.before.log {
            let words = match &self.after.log {
                LogCopy::None => "There is no LOG medium.",
                LogCopy::Kept => "The LOG medium has every record that is on disk.",
                LogCopy::Detached => {
                    "The program began anew, and has to find the LOG medium again."
                }
                LogCopy::Lost(_) => "The LOG medium can be written to no more.",
                LogCopy::GivenUp => "Two people decided to go on without a LOG medium.",
            };
            self.say(Place::Record, words);
        }
    }
}
