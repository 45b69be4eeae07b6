//! Comparing the program's clock with a watch in the room.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::refusal::Refusal;

const DAY: u32 = 24 * 60;

/// Minutes since midnight of a time written `HH:MM`.
pub fn minutes_of_day(watch: &str) -> Result<u32, Refusal> {
    let unreadable = || Refusal::NotATime {
        typed: watch.to_owned(),
    };
    let two_digits = |text: &str| {
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())
            .flatten()
    };
    let (hours, minutes) = watch.trim().split_once(':').ok_or_else(unreadable)?;
    match (two_digits(hours), two_digits(minutes)) {
        (Some(hours @ 0..24), Some(minutes @ 0..60)) => Ok(hours * 60 + minutes),
        _ => Err(unreadable()),
    }
}

/// Minutes between a watch (`HH:MM`, UTC) and the clock (RFC 3339), the short way round midnight;
/// `None` where either cannot be read.
pub fn apart(clock: &str, watch: &str) -> Option<u32> {
    let clock = OffsetDateTime::parse(clock, &Rfc3339).ok()?;
    let ours = u32::from(clock.hour()) * 60 + u32::from(clock.minute());
    let theirs = minutes_of_day(watch).ok()?;
    let apart = ours.abs_diff(theirs);
    Some(apart.min(DAY - apart))
}

#[cfg(test)]
mod tests {
    use super::{apart, minutes_of_day};

    #[test]
    fn midnight_is_no_difference() {
        assert_eq!(apart("2026-11-23T23:59:30Z", "00:01"), Some(2));
        assert_eq!(apart("2026-11-23T12:00:00Z", "12:03"), Some(3));
    }

    #[test]
    fn only_times_of_day_are_times() {
        for bad in [
            "", "12", "1:00", "24:00", "12:60", "-1:00", "aa:bb", "+1:00",
        ] {
            assert!(minutes_of_day(bad).is_err(), "{bad}");
        }
    }
}
