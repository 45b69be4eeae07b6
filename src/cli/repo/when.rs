//! Times in a call: a date, a time, or how long from now.

use std::str::FromStr;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};

use crate::tuf::root::Role;

/// `2027-11-23`, `2027-11-23T12:00:00Z`, or `90d` from now (`h` hours, `d` days, `w` weeks, `y` years
/// of 365 days). A number alone is refused: it has meant days in one program and seconds in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At this time, a whole second of UTC.
    At(OffsetDateTime),
    /// So long from now.
    After(Duration),
}

impl When {
    /// The time that is meant, if it is `now`: a whole second of UTC.
    pub fn from(self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            Self::At(time) => time,
            Self::After(duration) => {
                let now = now.to_offset(UtcOffset::UTC);
                now.replace_nanosecond(0)
                    .unwrap_or(now)
                    .saturating_add(duration)
            }
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(duration) = span(text) {
            return Ok(Self::After(duration));
        }
        let day = format_description!("[year]-[month]-[day]");
        if let Ok(date) = Date::parse(text, day) {
            return Ok(Self::At(date.with_time(Time::MIDNIGHT).assume_utc()));
        }
        match OffsetDateTime::parse(text, &Rfc3339) {
            Ok(time) if time.offset() == UtcOffset::UTC && time.nanosecond() == 0 => {
                Ok(Self::At(time))
            }
            _ => Err(
                "write a date (2027-11-23), a time of UTC (2027-11-23T12:00:00Z), or how long from now (12h, 90d, 8w, 1y)"
                    .to_owned(),
            ),
        }
    }
}

/// How long: `12h`, `90d`, `8w`, `1y`.
pub fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "write how long with its unit: 12h, 90d, 8w or 1y".to_owned();
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let hours = match unit {
        'h' => 1,
        'd' => 24,
        'w' => 24 * 7,
        'y' => 24 * 365,
        _ => return Err(wrong()),
    };
    let number = text.strip_suffix(unit).ok_or_else(wrong)?;
    let number: i64 = number.parse().map_err(|_| wrong())?;
    // more than people plan for, and no overflow
    if !(1..=1_000_000).contains(&number) || number * hours > 24 * 365 * 100 {
        return Err("write a time of up to 100 years".to_owned());
    }
    Ok(Duration::hours(number * hours))
}

/// `ROLE=WHEN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfRole {
    /// The role.
    pub role: Role,
    /// Its time.
    pub when: When,
}

impl FromStr for OfRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (role, when) = text
            .split_once('=')
            .ok_or("write ROLE=WHEN, such as timestamp=7d")?;
        Ok(Self {
            role: role_of(role)?,
            when: when.parse()?,
        })
    }
}

/// A top-level role by its name.
pub fn role_of(name: &str) -> Result<Role, String> {
    let role = Role::ALL.into_iter().find(|role| role.name() == name);
    role.ok_or_else(|| "the roles are root, targets, snapshot, timestamp".to_owned())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        let now = datetime!(2026-11-23 12:30:15.5 UTC);
        let at = |text: &str| text.parse::<When>().map(|when| when.from(now));
        assert_eq!(at("1d"), Ok(datetime!(2026-11-24 12:30:15 UTC)));
        assert_eq!(at("12h"), Ok(datetime!(2026-11-24 00:30:15 UTC)));
        assert_eq!(at("2027-11-23"), Ok(datetime!(2027-11-23 00:00:00 UTC)));
        assert_eq!(
            at("2027-11-23T01:02:03Z"),
            Ok(datetime!(2027-11-23 01:02:03 UTC))
        );
        for wrong in [
            "90",
            "",
            "d",
            "0d",
            "-1d",
            "101y",
            "2027-11-23T01:02:03.5Z",
            "2027-11-23T01:02:03+01:00",
            "9é",
        ] {
            assert!(at(wrong).is_err(), "{wrong}");
        }
        let of_role: OfRole = "timestamp=7d".parse().unwrap();
        assert_eq!(of_role.role, Role::Timestamp);
        assert!("mirror=7d".parse::<OfRole>().is_err());
    }
}
