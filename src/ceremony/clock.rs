//! Comparing the program's clock with a watch in the room.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::refusal::Refusal;

/// Compares `watch` (`HH:MM`, UTC) with `now` (RFC 3339); midnight between the two is allowed for.
pub fn compare(now: &str, watch: &str, tolerance_minutes: u8) -> Result<(), Refusal> {
    let unreadable = || Refusal::NotATime {
        typed: watch.to_owned(),
    };
    let (hours, minutes) = watch.trim().split_once(':').ok_or_else(unreadable)?;
    if hours.len() != 2 || minutes.len() != 2 {
        return Err(unreadable());
    }
    let hours: i32 = hours.parse().map_err(|_| unreadable())?;
    let minutes: i32 = minutes.parse().map_err(|_| unreadable())?;
    if !(0..24).contains(&hours) || !(0..60).contains(&minutes) {
        return Err(unreadable());
    }
    let clock = OffsetDateTime::parse(now, &Rfc3339).map_err(|_| unreadable())?;
    let ours = i32::from(clock.hour()) * 60 + i32::from(clock.minute());
    let apart = (ours - (hours * 60 + minutes)).rem_euclid(24 * 60);
    let apart = apart.min(24 * 60 - apart);
    if apart <= i32::from(tolerance_minutes) {
        Ok(())
    } else {
        Err(Refusal::ClockDiffers {
            watch: watch.trim().to_owned(),
            clock: now.to_owned(),
            minutes: u32::try_from(apart).unwrap_or(u32::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn midnight_is_no_difference() {
        assert!(compare("2026-11-23T23:59:30Z", "00:01", 2).is_ok());
        assert!(compare("2026-11-23T12:00:00Z", "12:03", 2).is_err());
        for bad in ["", "12", "1:00", "24:00", "12:60", "-1:00", "aa:bb", "+1:00"] {
            assert!(compare("2026-11-23T12:00:00Z", bad, 2).is_err(), "{bad}");
        }
    }
}
