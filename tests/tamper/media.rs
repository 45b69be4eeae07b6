//! What a forger would say of media: who chose them, and what became of the copy.

use rootstage::ceremony::ask::Answer;
use rootstage::ceremony::event::Event;
use rootstage::ceremony::plan::Mode;

use crate::days::on_paper;
use crate::forgeries::found;
use crate::room::{Room, plan};
use crate::world::{insert, pull, stick};
use crate::{Desk, Loose, chained};

/// A finished ceremony whose LOG medium was lost, attached, and given up in the end.
fn desk() -> Desk {
    lost_and_given_up(&plan(2, 2))
}

/// The same, with paper as the only seal.
pub fn desk_on_paper() -> Desk {
    lost_and_given_up(&on_paper(&plan(2, 2)))
}

fn lost_and_given_up(plan: &str) -> Desk {
    let plan = plan.replacen("[policy]", "[transport]\nlog = true\n\n[policy]", 1);
    let mut room = Room::prepared(&plan);
    let sticks = [stick("sdb1", "log"), stick("sdc1", "spare")];
    room.shelf.lock().unwrap().extend(sticks);
    room.begin().unwrap();
    room.until("review.keyholder-1", "review");
    pull(&room.shelf, "log");
    room.go_on();
    insert(&room.shelf, "log");
    room.types(&["attach"]).unwrap();
    pull(&room.shelf, "log");
    room.go_on();
    room.types(&["without"]).unwrap();
    room.types(&["WITHOUT LOG"]).unwrap();
    Desk::of(room)
}

fn is_bound(record: &Loose) -> bool {
    matches!(record.event, Event::MediumBound { .. })
}

fn is_chosen(record: &Loose) -> bool {
    matches!(&record.event, Event::Answered { ask, .. } if ask == "medium-log")
}

fn is_given_up(record: &Loose) -> bool {
    matches!(record.event, Event::LogGivenUp { .. })
}

#[test]
fn a_medium_has_its_role_from_two_people_who_saw_it() {
    let desk = desk();
    for rule in ["script.followed", "media.bound"] {
        found(&desk, rule, is_chosen, |records, at| {
            if let Event::Answered { by, answer, .. } = &mut records[at].event {
                by.truncate(1);
                answer.initials.truncate(1);
            }
        });
    }
    found(&desk, "script.followed", is_bound, |records, at| {
        if let Event::MediumBound { medium, .. } = &mut records[at].event {
            medium.serial = "another".to_owned();
        }
    });
    found(&desk, "script.followed", is_chosen, |records, at| {
        if let Event::Answered { answer, .. } = &mut records[at].event {
            answer.typed = vec!["sdz1".to_owned()];
        }
    });
    let seen = |record: &Loose| matches!(record.event, Event::MediaListed { .. });
    found(&desk, "script.followed", seen, |records, at| {
        if let Event::MediaListed { media } = &mut records[at].event {
            media.clear();
        }
    });
}

#[test]
fn the_copy_is_lost_and_given_up_as_people_said_or_not_at_all() {
    let desk = desk();
    found(&desk, "media.log", is_given_up, |records, at| {
        if let Event::LogGivenUp { by } = &mut records[at].event {
            by.truncate(1);
        }
    });
    // without the exception, without the loss, without the attachment, without the answer
    let logged = |record: &Loose| matches!(record.event, Event::ExceptionLogged(_));
    let lost = |record: &Loose| matches!(record.event, Event::LogLost(_));
    let attached = |record: &Loose| matches!(record.event, Event::LogAttached {});
    let answered = |record: &Loose| matches!(&record.event, Event::Answered { ask, answer: Answer { typed, .. }, .. } if ask == "log-lost" && typed == &["attach"]);
    let is_it: [&dyn Fn(&Loose) -> bool; 4] = [&logged, &lost, &attached, &answered];
    for is_it in is_it {
        found(&desk, "script.followed", is_it, |records, at| {
            records.remove(at);
        });
    }
    // a loss where nothing is written to
    let mut records = desk.loose();
    let given_up = records.iter().position(is_given_up).unwrap();
    let again = records.iter().find(|record| lost(record)).unwrap().clone();
    let step = records[given_up].step.clone();
    records.insert(given_up + 1, Loose { step, ..again });
    let failing = desk.failing(&chained(Mode::Rehearsal, &records), None);
    assert!(failing.contains(&"script.followed"), "{failing:?}");
}
