//! Where times are drawn in the chart.

use super::Act;
use crate::ceremony::chronicle::{Chronicle, between};

/// The scale: from the first record to the last, or to the end of the longest budget. A long standstill is
/// drawn shorter than it was, so that a night leaves room for the work around it.
pub(super) struct Scale<'a> {
    pub(super) from: &'a str,
    /// From one end to the other, in seconds that are drawn.
    pub(super) seconds: i64,
    /// Begin and end of each standstill, in seconds from the first record, in their order.
    halts: Vec<(i64, i64)>,
    /// Longest part of a standstill that is drawn, in seconds.
    longest: i64,
}

impl<'a> Scale<'a> {
    pub(super) fn new(story: &'a Chronicle, acts: &[Act<'_>]) -> Self {
        let from = story.from.as_str();
        let since = |at: &str| between(from, at).unwrap_or(0);
        let halts = story.halts.iter();
        let halts: Vec<(i64, i64)> = halts
            .map(|halt| (since(&halt.from), since(&halt.to)))
            // a clock that was set back makes a standstill of none
            .map(|(from, to)| (from, to.max(from)))
            .collect();
        let stood: i64 = halts.iter().map(|(from, to)| to - from).sum();
        let budgets: i64 = acts.iter().map(|act| act.budget).sum();
        let worked = (since(&story.to) - stood).max(budgets);
        let mut scale = Self {
            from,
            seconds: 1,
            halts,
            longest: (worked / 8).max(60),
        };
        let ends = acts.iter().filter_map(|act| {
            let span = act.span.as_ref()?;
            Some(scale.of(&span.from) + act.budget)
        });
        scale.seconds = ends.fold(scale.of(&story.to), i64::max).max(1);
        scale
    }

    /// Where a time is drawn: seconds from the first record, without what is left out.
    pub(super) fn of(&self, at: &str) -> i64 {
        let at = between(self.from, at).unwrap_or(0);
        let left_out = |(from, to): &(i64, i64)| {
            let (length, passed) = (to - from, at.clamp(*from, *to) - from);
            // of a standstill that is drawn shorter each part is
            if length > self.longest {
                passed - passed * self.longest / length
            } else {
                0
            }
        };
        at - self.halts.iter().map(left_out).sum::<i64>()
    }

    /// Whether something is left out.
    pub(super) fn shortened(&self) -> bool {
        self.halts.iter().any(|(from, to)| to - from > self.longest)
    }

    /// A part of the whole in hundredths of a percent, as a percentage.
    pub(super) fn part(&self, seconds: i64) -> String {
        let part = seconds.clamp(0, self.seconds) * 10_000 / self.seconds.max(1);
        format!("{}.{:02}%", part / 100, part % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::chronicle::{Cause, Halt};

    fn day(halts: &[(&str, &str)], to: &str) -> Chronicle {
        let halts = halts.iter().map(|(from, to)| Halt {
            cause: Cause::Interrupted,
            step: 0,
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            cut_bytes: 0,
        });
        let mut story = Chronicle::default();
        story.from = "2026-12-01T10:00:00Z".to_owned();
        story.to = to.to_owned();
        story.halts = halts.collect();
        story
    }

    #[test]
    fn a_night_leaves_room_for_the_work_around_it() {
        let night = ("2026-12-01T11:00:00Z", "2026-12-02T09:00:00Z");
        let story = day(&[night], "2026-12-02T10:00:00Z");
        let scale = Scale::new(&story, &[]);
        assert!(scale.shortened());
        let at = |time: &str| scale.of(time);
        assert_eq!(at(night.0), 3600);
        let still = at(night.1) - at(night.0);
        assert_eq!(still, 2 * 3600 / 8);
        assert_eq!(at("2026-12-01T22:00:00Z") - at(night.0), still / 2);
        assert_eq!(scale.seconds, 2 * 3600 + still);
    }

    #[test]
    fn a_clock_that_was_set_back_draws_nothing_backwards() {
        let back = ("2026-12-01T11:00:00Z", "2026-12-01T09:00:00Z");
        let story = day(&[back], "2026-12-01T12:00:00Z");
        let scale = Scale::new(&story, &[]);
        assert_eq!(scale.of("2026-12-01T12:00:00Z"), 2 * 3600);
        assert_eq!(scale.part(scale.of("2026-12-01T09:00:00Z")), "0.00%");
        assert!(!scale.shortened());
    }

    #[test]
    fn a_short_standstill_is_drawn_as_long_as_it_was() {
        let break_ = ("2026-12-01T11:00:00Z", "2026-12-01T11:10:00Z");
        let story = day(&[break_], "2026-12-01T13:00:00Z");
        let scale = Scale::new(&story, &[]);
        assert!(!scale.shortened());
        assert_eq!(scale.of(&story.to), 3 * 3600);
        assert_eq!(scale.of("2026-12-01T11:05:00Z"), 65 * 60);
    }
}
