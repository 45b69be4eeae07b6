//! Times and lengths of time, as people read them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::markup::text;

fn parsed(at: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(at, &Rfc3339).ok()
}

/// `2026-12-01`; what is no time stays as it is.
pub fn day(at: &str) -> String {
    parsed(at).map_or_else(|| text(at), |at| at.date().to_string())
}

/// `10:02:11`, with the day before it where that is not the one of `beside`; HTML.
pub fn clock(at: &str, beside: &str) -> String {
    let Some(time) = parsed(at) else {
        return text(at);
    };
    let (hour, minute, second) = time.time().as_hms();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    match parsed(beside) {
        Some(beside) if beside.date() == time.date() => clock,
        _ => format!("<span class=\"day\">{}</span> {clock}", time.date()),
    }
}

/// `42 s`, `12 min 5 s`, `2 h 3 min`.
pub fn length(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => match seconds % 60 {
            0 => format!("{} min", seconds / 60),
            rest => format!("{} min {rest} s", seconds / 60),
        },
        _ => match seconds % 3600 / 60 {
            0 => format!("{} h", seconds / 3600),
            minutes => format!("{} h {minutes} min", seconds / 3600),
        },
    }
}
