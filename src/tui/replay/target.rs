//! Where people want to go, as they type it.

use super::tape::Tape;

/// What may be typed, for the prompt and the help.
pub const FORMS: &str = "42 · s7 step · a2 act · e1 exception · 14:20 · 2026-11-23 14:20";

/// A place in a recorded ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A record, by the number that stands in it.
    Record(usize),
    /// A step, counted from 1.
    Step(usize),
    /// An act, counted from 1.
    Act(usize),
    /// An exception, by its number.
    Exception(u32),
    /// A time of day, UTC: of the day of the record at hand.
    Time(String),
    /// A day, or a time on it.
    Moment(String),
}

impl Target {
    /// Reads what was typed; otherwise what can be.
    pub fn parse(typed: &str) -> Result<Self, String> {
        let typed = typed.trim();
        let lower = typed.to_ascii_lowercase();
        let number = |prefixes: &[&str]| -> Option<usize> {
            prefixes
                .iter()
                .find_map(|prefix| lower.strip_prefix(prefix)?.trim().parse().ok())
        };
        if let Ok(record) = lower.parse() {
            return Ok(Self::Record(record));
        }
        if let Some(step) = number(&["step", "s"]) {
            return Ok(Self::Step(step));
        }
        if let Some(act) = number(&["act", "a"]) {
            return Ok(Self::Act(act));
        }
        if let Some(exception) = number(&["exception", "e"]) {
            return Ok(Self::Exception(
                u32::try_from(exception).unwrap_or(u32::MAX),
            ));
        }
        if is_time(&lower) {
            return Ok(Self::Time(lower));
        }
        let (day, time) = lower.split_once([' ', 't']).unwrap_or((&lower, ""));
        if is_day(day) && (time.is_empty() || is_time(time)) {
            return Ok(Self::Moment(format!("{day}T{time}")));
        }
        Err(format!("\"{typed}\" names no place. Type one of: {FORMS}"))
    }

    /// The record at which it is; otherwise why there is none. `at` is the record at hand.
    pub fn find(&self, tape: &Tape, at: usize) -> Result<usize, String> {
        let last = tape.len().saturating_sub(1);
        let steps = &tape.procedure().steps;
        match self {
            Self::Record(record) if *record <= last => Ok(*record),
            Self::Record(record) => {
                Err(format!("There is no record {record}: the last is {last}."))
            }
            Self::Step(step) => {
                let index = step.checked_sub(1).filter(|index| *index < steps.len());
                let index = index.ok_or_else(|| {
                    format!("There is no step {step}: the last is {}.", steps.len())
                })?;
                let run = tape.runs().iter().find(|run| run.step == index);
                run.map(|run| run.shown)
                    .ok_or_else(|| format!("Step {step} was never reached."))
            }
            Self::Act(act) => {
                let acts = tape.procedure().script.acts.len();
                let index = act.checked_sub(1).filter(|index| *index < acts);
                let index =
                    index.ok_or_else(|| format!("There is no act {act}: the last is {acts}."))?;
                let of_act = |step: usize| steps.get(step).is_some_and(|step| step.act == index);
                let run = tape.runs().iter().find(|run| of_act(run.step));
                run.map(|run| run.shown)
                    .ok_or_else(|| format!("Act {act} was never reached."))
            }
            Self::Exception(number) => {
                let all = tape.exceptions();
                let found = all.iter().find(|(found, _)| found == number);
                found
                    .map(|(_, record)| *record)
                    .ok_or_else(|| match all.len() {
                        0 => "No exception was logged.".to_owned(),
                        1 => format!("There is no exception E{number}: one was logged, E1."),
                        more => format!("There is no exception E{number}: {more} were logged."),
                    })
            }
            Self::Time(time) => {
                let day = tape
                    .record(at)
                    .map(|record| record.at.get(..10).unwrap_or_default());
                from(tape, &format!("{}T{time}", day.unwrap_or_default()))
            }
            Self::Moment(moment) => from(tape, moment),
        }
    }
}

/// The first record at this time or later.
fn from(tape: &Tape, moment: &str) -> Result<usize, String> {
    let later = |number: usize| {
        tape.record(number)
            .is_some_and(|record| record.at >= moment)
    };
    // a clock that was set back makes times go back, so that halving would miss some
    (0..tape.len())
        .find(|number| later(*number))
        .ok_or_else(|| {
            let last = tape.record(tape.len().saturating_sub(1));
            let last = last.map(|record| super::times::shown(record.at));
            format!(
                "Nothing was recorded at that time or later: the last record is of {}.",
                last.unwrap_or_default()
            )
        })
}

fn is_time(text: &str) -> bool {
    let digits = |part: &str, most: u8| {
        part.len() == 2
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|value| value <= most)
    };
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [hour, minute] => digits(hour, 23) && digits(minute, 59),
        [hour, minute, second] => digits(hour, 23) && digits(minute, 59) && digits(second, 60),
        _ => false,
    }
}

fn is_day(text: &str) -> bool {
    let shape = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    text.len() == 10 && shape
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn what_people_type() {
        for (typed, target) in [
            ("42", Target::Record(42)),
            (" 0 ", Target::Record(0)),
            ("s7", Target::Step(7)),
            ("Step 7", Target::Step(7)),
            ("a2", Target::Act(2)),
            ("E1", Target::Exception(1)),
            ("exception 12", Target::Exception(12)),
            ("14:20", Target::Time("14:20".to_owned())),
            ("14:20:31", Target::Time("14:20:31".to_owned())),
            ("2026-11-23", Target::Moment("2026-11-23T".to_owned())),
            (
                "2026-11-23 14:20",
                Target::Moment("2026-11-23T14:20".to_owned()),
            ),
            (
                "2026-11-23T14:20:31",
                Target::Moment("2026-11-23T14:20:31".to_owned()),
            ),
        ] {
            assert_eq!(Target::parse(typed), Ok(target), "{typed}");
        }
    }

    #[test]
    fn anything_else_says_what_can_be_typed() {
        for typed in [
            "",
            "x",
            "-1",
            "s",
            "25:00",
            "14:20:99",
            "2026-11-3",
            "1.5",
            "é7",
        ] {
            let error = Target::parse(typed).unwrap_err();
            assert!(error.contains("s7 step"), "{typed}: {error}");
        }
    }
}
