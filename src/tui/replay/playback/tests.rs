use std::time::Duration;

use super::{Gaps, Playback, Speed};

/// Records: two at once, one after a second, one after an hour, one by a clock that was set back.
const TIMES: [i64; 5] = [0, 0, 1_000, 3_601_000, 3_600_000];

fn time(number: usize) -> i64 {
    TIMES[number]
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn started() -> Playback {
    let mut playback = Playback::new(0, 4);
    playback.toggle(ms(0));
    playback
}

#[test]
fn at_rest_nothing_moves() {
    let mut playback = Playback::new(2, 4);
    assert!(!playback.plays());
    assert_eq!(playback.wait(ms(0), time), None);
    assert!(!playback.advance(ms(1_000_000), time));
    assert_eq!(playback.at(), 2);
}

#[test]
fn records_come_when_they_came_and_gaps_are_cut() {
    let mut playback = started();
    assert!(playback.advance(ms(0), time));
    assert_eq!(playback.at(), 1);
    assert_eq!(playback.wait(ms(400), time), Some(ms(600)));
    assert!(!playback.advance(ms(999), time));
    assert!(playback.advance(ms(1_000), time));
    assert_eq!(playback.at(), 2);
    // the hour lasts two seconds
    assert!(!playback.advance(ms(2_999), time));
    assert!(playback.advance(ms(3_000), time));
    // a clock that was set back waits for nothing, and the end is a rest
    assert_eq!(playback.at(), 4);
    assert!(!playback.plays());
}

#[test]
fn a_late_tick_loses_no_time() {
    let mut playback = started();
    playback.advance(ms(1_700), time);
    assert_eq!(playback.at(), 2);
    assert_eq!(playback.wait(ms(1_700), time), Some(ms(1_300)));
}

#[test]
fn speeds() {
    for (faster, due) in [(1, 500), (2, 100), (3, 16), (4, 10)] {
        let mut playback = started();
        playback.accelerate(faster, ms(0));
        playback.advance(ms(0), time);
        if playback.at() == 0 {
            playback.advance(ms(10), time);
            assert_eq!(playback.speed(), Speed::Most);
        }
        let now = ms(if playback.speed() == Speed::Most {
            10
        } else {
            0
        });
        let wait = playback.wait(now, time).unwrap();
        assert_eq!(u64::try_from(wait.as_millis()).unwrap(), due);
    }
    let mut playback = started();
    playback.accelerate(-3, ms(0));
    assert_eq!(playback.speed(), Speed::One);
    playback.accelerate(99, ms(0));
    assert_eq!(playback.speed(), Speed::Most);
}

#[test]
fn gaps_can_be_whole() {
    let mut playback = Playback::new(2, 4);
    playback.toggle(ms(0));
    assert_eq!(playback.wait(ms(0), time), Some(ms(2_000)));
    playback.change_gaps(ms(0));
    assert_eq!(playback.gaps(), Gaps::Ten);
    assert_eq!(playback.wait(ms(0), time), Some(ms(10_000)));
    playback.change_gaps(ms(0));
    assert_eq!(playback.wait(ms(0), time), Some(ms(3_600_000)));
    playback.change_gaps(ms(0));
    assert_eq!(playback.gaps(), Gaps::Two);
}

#[test]
fn going_somewhere_while_it_plays_lets_that_record_last_its_time() {
    let mut playback = started();
    playback.advance(ms(0), time);
    playback.go(1, ms(700));
    assert!(playback.plays());
    assert_eq!(playback.wait(ms(700), time), Some(ms(1_000)));
    playback.go(99, ms(800));
    assert_eq!((playback.at(), playback.plays()), (4, false));
}

#[test]
fn at_the_end_it_plays_from_the_beginning() {
    let mut playback = Playback::new(9, 4);
    assert_eq!(playback.at(), 4);
    playback.toggle(ms(5));
    assert_eq!((playback.at(), playback.plays()), (0, true));
    playback.toggle(ms(6));
    assert!(!playback.plays());
    let mut single = Playback::new(0, 0);
    single.toggle(ms(0));
    assert!(!single.plays());
}
