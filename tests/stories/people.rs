//! People: who is here, who answers, who decides.

use rootstage::ceremony::ask::{Answer, Form};
use rootstage::ceremony::command::Command;
use rootstage::ceremony::effect::{Effect, Outcome};
use rootstage::ceremony::refusal::Refusal;
use rootstage::ceremony::state::Ending;
use rootstage::driver::Stop;
use rootstage::transcript::audit::Verdict;

use crate::room::{Room, failing, plan};
use crate::world::What;

fn refusal(result: Result<bool, Stop>) -> Refusal {
    match result {
        Err(Stop::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn initials(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn three_keyholders_make_a_root_that_two_of_them_can_change() {
    let mut room = Room::open(3, 2);
    room.to_the_end();
    assert_eq!(room.state().ending, Some(Ending::Closed));
    assert_eq!(room.state().signatures.len(), 3);
    assert!(room.dir().join("metadata/1.root.json").is_file());
    room.audits_clean();
}

#[test]
fn whoever_was_absent_answers_nothing_until_their_coming_is_on_record() {
    let second = "[[participant]]\nid = \"second\"\nname = \"Xenia Second\"\ninitials = \"XS\"\n\
                  duty = \"witness\"\n\n[quorum]\nwitness = 1\n\n[root]\n";
    let mut room = Room::with_plan(&plan(2, 2).replacen("[root]\n", second, 1));
    room.until("roll-call", "present.second");
    let mut answer = room.usual();
    answer.typed = vec!["absent".to_owned()];
    answer.initials = initials(&["VA"]);
    room.answer(answer).unwrap();

    // One witness is enough to go on. The other neither answers, nor skips, nor ends anything.
    room.until("plan-digest", "plan");
    let records = room.state().records;
    let mut answer = room.usual();
    answer.initials = initials(&["VA", "XS"]);
    let refused = refusal(room.answer(answer.clone()));
    assert!(matches!(&refused, Refusal::NotPresent { name } if name == "Xenia Second"));
    room.until("environment", "environment");
    assert!(matches!(
        room.skip(&["VA", "XS"]),
        Err(Refusal::NotPresent { .. })
    ));
    let abort = Command::Abort {
        initials: initials(&["VA", "XS"]),
        reason: "no".to_owned(),
    };
    assert!(matches!(
        refusal(room.submit(abort, None)),
        Refusal::NotPresent { .. }
    ));
    assert!(room.state().records > records && room.state().exceptions.is_empty());

    // She comes, and says so herself.
    let coming = Command::LogException(Room::exception(&["XS"]));
    room.submit(coming, None).unwrap();
    let mut answer = room.usual();
    answer.initials = initials(&["VA", "XS"]);
    room.answer(answer).unwrap();
    room.to_the_end().audits_clean();
    assert_eq!(room.state().exceptions.len(), 1);
}

#[test]
fn a_keyholder_is_late_and_the_roll_is_called_again() {
    let mut room = Room::open(3, 2);
    room.until("roll-call", "present.keyholder-2");
    // Nobody says that Bruno is here but Bruno.
    let mut answer = room.usual();
    answer.initials = initials(&["VA"]);
    assert!(matches!(
        refusal(room.answer(answer.clone())),
        Refusal::WrongPerson { .. }
    ));
    answer.typed = vec!["absent".to_owned()];
    room.answer(answer).unwrap();
    room.until("roll-call", "again");
    assert!(
        room.words().contains("2 of 3 keyholders present"),
        "{}",
        room.words()
    );
    // He comes in. Only he is called.
    room.go_on();
    assert_eq!(room.at().1, "present.keyholder-2");
    room.go_on();
    assert_eq!(room.at().0, "plan-digest");
    room.to_the_end().audits_clean();
}

#[test]
fn empty_or_superfluous_initials_pass_no_question() {
    let mut room = Room::open(2, 2);
    while room.state().ending.is_none() {
        let usual = room.usual();
        let seats = usual.initials.len();
        let more = [usual.initials.clone(), initials(&["AK"])].concat();
        for wrong in [vec![], vec![String::new(); seats], initials(&["  "]), more] {
            let before = std::fs::read(room.transcript()).unwrap();
            let state = room.state().clone();
            let answer = Answer {
                initials: wrong,
                ..usual.clone()
            };
            refusal(room.answer(answer));
            assert_eq!(*room.state(), state);
            assert_eq!(std::fs::read(room.transcript()).unwrap(), before);
        }
        // Enter alone, and every other single key.
        for key in ["", "\n", "y", "n", "q", " "] {
            let answer = Answer {
                typed: initials(&[key]),
                ..Answer::default()
            };
            refusal(room.answer(answer));
        }
        room.go_on();
    }
    room.audits_clean();
}

#[test]
fn one_person_never_takes_two_seats() {
    let mut room = Room::open(2, 2);
    room.until("plan-digest", "plan");
    for wrong in [["VA", "VA"], ["WW", "VA"], ["AK", "WW"], ["VA", "XX"]] {
        let answer = Answer {
            initials: initials(&wrong),
            ..room.usual()
        };
        refusal(room.answer(answer));
    }
    room.to_the_end().audits_clean();
}

#[test]
fn an_exception_can_be_logged_at_every_question() {
    let mut room = Room::open(2, 2);
    let mut logged = 0;
    while room.state().ending.is_none() {
        let open = room.at();
        let empty = Room::exception(&[]);
        assert!(room.submit(Command::LogException(empty), None).is_err());
        room.submit(Command::LogException(Room::exception(&["WW"])), None)
            .unwrap();
        logged += 1;
        assert_eq!(room.at(), open, "the question stays open");
        room.go_on();
    }
    assert_eq!(room.state().exceptions.len(), logged);
    assert_eq!(
        room.state().exceptions.last().unwrap().number as usize,
        logged
    );
    room.audits_clean();
}

#[test]
fn the_third_token_is_locked_and_two_people_go_on_without_it() {
    let mut room = Room::open(3, 2);
    room.until("sign.keyholder-3", "secret");
    let token = room.planned().participants[4].keys[0].token.clone();
    let locked = rootstage::ceremony::token::Fault::PinLocked { token };
    room.happens(
        "sign.keyholder-3",
        |e| matches!(e, Effect::Sign { .. }),
        What::Instead(Outcome::Fault(locked)),
    );
    room.go_on();
    assert_eq!(room.at().1, "again");
    assert!(room.words().contains("locked"), "{}", room.words());
    // One person, or one person twice, skips nothing.
    room.skip(&["VA"]).unwrap_err();
    room.skip(&["VA", "va"]).unwrap_err();
    room.skip(&["VA", "WW"]).unwrap();
    room.to_the_end();
    assert_eq!(room.state().signatures.len(), 2);
    room.audits_clean();
    let exceptions = &room.audit().findings;
    let line = exceptions
        .iter()
        .find(|f| f.rule.id == "script.exceptions")
        .unwrap();
    assert!(line.sentence.contains("1 exception"), "{}", line.sentence);
}

#[test]
fn nobody_skips_the_signature_without_which_the_threshold_is_out_of_reach() {
    let mut room = Room::open(3, 2);
    room.until("sign.keyholder-1", "secret");
    room.skip(&["VA", "WW"]).unwrap();
    room.until("sign.keyholder-2", "secret");
    let before = std::fs::read(room.transcript()).unwrap();
    match room.skip(&["VA", "WW"]).unwrap_err() {
        Refusal::NotSkippable { because, .. } => {
            assert!(because.contains("only 1 signatures"), "{because}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        std::fs::read(room.transcript()).unwrap(),
        before,
        "no exception is logged by a refusal"
    );
    room.to_the_end();
    assert_eq!(room.state().signatures.len(), 2);
    room.audits_clean();
}

#[test]
fn the_first_root_needs_every_step_that_makes_it_one() {
    let mut room = Room::open(2, 2);
    for (step, ask) in [
        ("roll-call", "present.administrator"),
        ("plan-digest", "script"),
        ("generate.keyholder-1", "consent"),
        ("prove.keyholder-1", "secret"),
        ("review.keyholder-1", "review"),
        ("verify", "verified"),
        ("write", "written"),
        ("close", "close"),
    ] {
        room.until(step, ask);
        assert!(
            matches!(room.skip(&["VA", "WW"]), Err(Refusal::NotSkippable { .. })),
            "{step}"
        );
    }
    room.to_the_end().audits_clean();
}

#[test]
fn the_room_gives_up_and_the_record_says_so() {
    let mut room = Room::open(2, 2);
    room.until("sign.keyholder-2", "secret");
    for (who, why) in [
        (vec!["VA"], "flood"),
        (vec!["VA", "VA"], "flood"),
        (vec!["VA", "WW"], " "),
    ] {
        let abort = Command::Abort {
            initials: initials(&who),
            reason: why.to_owned(),
        };
        refusal(room.submit(abort, None));
    }
    let abort = Command::Abort {
        initials: initials(&["VA", "WW"]),
        reason: "flood".to_owned(),
    };
    room.submit(abort, None).unwrap();
    assert_eq!(room.state().ending, Some(Ending::Aborted));
    let audited = room.audit();
    assert_eq!(failing(&audited), ["transcript.whole"]);
    let whole = audited
        .findings
        .iter()
        .find(|f| f.rule.id == "transcript.whole")
        .unwrap();
    assert!(whole.sentence.contains("ABORTED"), "{}", whole.sentence);
    // What needs a root is not said to hold.
    for id in ["root.threshold", "root.files", "keys.possession"] {
        let finding = audited.findings.iter().find(|f| f.rule.id == id).unwrap();
        assert_eq!(finding.verdict, Verdict::Note, "{id}");
    }
    // It is over.
    refusal(room.submit(Command::Continue, None));
    assert!(room.resume().unwrap_err().to_string().contains("has ended"));
}

#[test]
fn a_break_between_two_questions_is_on_record() {
    let mut room = Room::open(2, 2);
    room.until("clock", "clock");
    room.submit(
        Command::Pause {
            reason: "left".to_owned(),
        },
        None,
    )
    .unwrap();
    assert_eq!(room.at(), ("clock".to_owned(), "clock".to_owned()));
    room.resume().unwrap();
    assert_eq!(room.at(), ("clock".to_owned(), "clock".to_owned()));
    room.to_the_end().audits_clean();
}

#[test]
fn the_watch_and_the_clock_disagree() {
    let mut room = Room::open(2, 2);
    room.until("clock", "clock");
    refusal(room.types(&["25:00"]));
    room.types(&["10:03"]).unwrap();
    assert_eq!(room.at().1, "again");
    assert!(
        room.words().contains("3 minutes apart; 2 are allowed"),
        "{}",
        room.words()
    );
    // A clock before the program's release is wrong, whatever the watch says.
    room.happens(
        "clock",
        |e| *e == Effect::ReadClock,
        What::Instead(Outcome::Clock("2020-01-01T10:00:00.000Z".to_owned())),
    );
    room.go_on();
    room.go_on();
    assert_eq!(room.at().1, "again");
    assert!(room.words().contains("was released on"), "{}", room.words());
    room.to_the_end().audits_clean();
}

#[test]
fn the_machine_is_not_fit_until_it_is() {
    let plan = crate::room::plan(2, 2).replace(
        "required_checks = []",
        "required_checks = [\"network.interfaces\"]",
    );
    let mut room = Room::with_plan(&plan);
    let failed = crate::room::check(
        "network.interfaces",
        rootstage::ceremony::check::Verdict::Fail,
    );
    let up = What::Instead(Outcome::Environment(vec![failed]));
    room.happens("environment", |e| *e == Effect::CheckEnvironment, up);
    room.until("environment", "again");
    assert!(matches!(room.ask().form, Form::Choose { .. }));
    assert!(
        room.words().contains("network.interfaces"),
        "{}",
        room.words()
    );
    room.go_on();
    assert_eq!(
        room.at(),
        ("environment".to_owned(), "environment".to_owned())
    );
    room.to_the_end().audits_clean();
}
