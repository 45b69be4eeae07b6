//! Times as a replay counts and shows them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time of a record; what cannot be read is 1970.
pub fn parsed(at: &str) -> OffsetDateTime {
    OffsetDateTime::parse(at, &Rfc3339).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Milliseconds since 1970 of a record's time, `YYYY-MM-DDTHH:MM:SS.mmmZ`.
pub fn milliseconds(at: &str) -> i64 {
    i64::try_from(parsed(at).unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
}

/// `2026-11-23 14:20:31 UTC`.
pub fn shown(at: &str) -> String {
    let day = at.get(..10).unwrap_or_default();
    let time = at.get(11..19).unwrap_or_default();
    format!("{day} {time} UTC")
}

/// `14:20:31`.
pub fn of_day(at: &str) -> &str {
    at.get(11..19).unwrap_or_default()
}

/// `4 s`, `12:05`, `1:02:03`: seconds, minutes and seconds, hours.
pub fn lasting(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes}:{rest:02}"),
        _ => format!("{hours}:{minutes:02}:{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{lasting, milliseconds, of_day, shown};

    #[test]
    fn times_are_shown_to_the_second_and_counted_to_the_millisecond() {
        let at = "2026-11-23T14:20:31.123Z";
        assert_eq!(shown(at), "2026-11-23 14:20:31 UTC");
        assert_eq!(of_day(at), "14:20:31");
        assert_eq!(
            milliseconds("2026-11-23T14:20:32.000Z") - milliseconds(at),
            877
        );
        assert_eq!(milliseconds("nonsense"), 0);
        assert_eq!(lasting(4), "4 s");
        assert_eq!(lasting(725), "12:05");
        assert_eq!(lasting(3723), "1:02:03");
    }
}
