//! Where a replay stands, and when it goes on by itself. Pure: the clock is handed in.

use std::time::Duration;

/// How fast records follow one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speed {
    /// As it was.
    #[default]
    One,
    /// Twice as fast.
    Two,
    /// Ten times as fast.
    Ten,
    /// A minute in a second.
    Sixty,
    /// A hundred records a second, whatever was between them.
    Most,
}

impl Speed {
    const ALL: [Self; 5] = [Self::One, Self::Two, Self::Ten, Self::Sixty, Self::Most];

    /// As people write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::One => "1x",
            Self::Two => "2x",
            Self::Ten => "10x",
            Self::Sixty => "60x",
            Self::Most => "max",
        }
    }

    fn moved(self, by: isize) -> Self {
        let at = Self::ALL.iter().position(|s| *s == self).unwrap_or(0);
        let to = at.saturating_add_signed(by).min(Self::ALL.len() - 1);
        Self::ALL.get(to).copied().unwrap_or(self)
    }

    /// How long a gap of so many milliseconds lasts.
    fn of(self, gap: u64) -> Duration {
        match self {
            Self::One => Duration::from_millis(gap),
            Self::Two => Duration::from_millis(gap) / 2,
            Self::Ten => Duration::from_millis(gap) / 10,
            Self::Sixty => Duration::from_millis(gap) / 60,
            Self::Most => Duration::from_millis(10),
        }
    }
}

/// What becomes of times in which nothing was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// Nothing lasts longer than two seconds.
    #[default]
    Two,
    /// Nothing lasts longer than ten seconds.
    Ten,
    /// They last as long as they did.
    Whole,
}

impl Gaps {
    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Two => "gaps 2 s",
            Self::Ten => "gaps 10 s",
            Self::Whole => "whole gaps",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Two => Self::Ten,
            Self::Ten => Self::Whole,
            Self::Whole => Self::Two,
        }
    }

    /// What is left of a gap, in milliseconds. A clock that was set back makes no gap.
    fn cut(self, gap: i64) -> u64 {
        let gap = u64::try_from(gap).unwrap_or(0);
        match self {
            Self::Two => gap.min(2_000),
            Self::Ten => gap.min(10_000),
            Self::Whole => gap,
        }
    }
}

/// A position among records, at rest or moving.
#[derive(Clone, Debug)]
pub struct Playback {
    at: usize,
    last: usize,
    speed: Speed,
    gaps: Gaps,
    /// When the record at which it stands came on, while it plays.
    since: Option<Duration>,
}

impl Playback {
    /// At rest at record `at`; `last` is the number of the last one.
    pub fn new(at: usize, last: usize) -> Self {
        Self {
            at: at.min(last),
            last,
            speed: Speed::default(),
            gaps: Gaps::default(),
            since: None,
        }
    }

    /// The record at which it stands.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The last record.
    pub fn last(&self) -> usize {
        self.last
    }

    /// The speed.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// What becomes of gaps.
    pub fn gaps(&self) -> Gaps {
        self.gaps
    }

    /// Whether it plays.
    pub fn plays(&self) -> bool {
        self.since.is_some()
    }

    /// Goes to a record, which then lasts its time if this plays; past the last it stays there.
    pub fn go(&mut self, to: usize, now: Duration) {
        self.at = to.min(self.last);
        self.since = self.since.map(|_| now);
        self.rest_at_end();
    }

    /// Plays, or rests. At the end, plays from the beginning.
    pub fn toggle(&mut self, now: Duration) {
        if self.plays() {
            self.since = None;
        } else {
            if self.at == self.last {
                self.at = 0;
            }
            self.since = Some(now);
            self.rest_at_end();
        }
    }

    /// Rests.
    pub fn rest(&mut self) {
        self.since = None;
    }

    /// Faster, or slower.
    pub fn accelerate(&mut self, by: isize, now: Duration) {
        self.speed = self.speed.moved(by);
        self.since = self.since.map(|_| now);
    }

    /// The next way to deal with gaps.
    pub fn change_gaps(&mut self, now: Duration) {
        self.gaps = self.gaps.next();
        self.since = self.since.map(|_| now);
    }

    /// Goes on as far as it is time for; `time` is that of a record in milliseconds. Whether it moved.
    pub fn advance(&mut self, now: Duration, time: impl Fn(usize) -> i64) -> bool {
        let before = self.at;
        while let Some(due) = self.due(&time)
            && due <= now
        {
            self.at += 1;
            self.since = Some(due);
            self.rest_at_end();
        }
        self.at != before
    }

    /// How long until the next record comes on; `None` at rest.
    pub fn wait(&self, now: Duration, time: impl Fn(usize) -> i64) -> Option<Duration> {
        Some(self.due(time)?.saturating_sub(now))
    }

    fn due(&self, time: impl Fn(usize) -> i64) -> Option<Duration> {
        let since = self.since?;
        let gap = time(self.at + 1) - time(self.at);
        Some(since + self.speed.of(self.gaps.cut(gap)))
    }

    fn rest_at_end(&mut self) {
        if self.at >= self.last {
            self.since = None;
        }
    }
}

#[cfg(test)]
mod tests;
