//! Which answers an ask takes.

use super::super::refusal::Refusal;
use super::super::testing::procedure;
use super::{Answer, Ask, Choice, Document, Form};
use crate::digest::Sha256;

fn answer(initials: &[&str], typed: &[&str]) -> Answer {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Answer {
        initials: owned(initials),
        typed: owned(typed),
        received: None,
        read_to_end: false,
    }
}

fn seated(form: Form, seats: usize) -> Ask {
    Ask::new("a", "A question", form).seated(procedure().any_seats(seats))
}

#[test]
fn nobody_answers_for_nobody() {
    let plan = procedure().plan;
    assert!(matches!(
        seated(Form::Confirm, 0).accept(&answer(&[], &[]), &plan),
        Err(Refusal::Incomplete { .. })
    ));
    assert!(matches!(
        seated(Form::Confirm, 1).accept(&answer(&[""], &[]), &plan),
        Err(Refusal::UnknownInitials { .. })
    ));
    assert!(matches!(
        seated(Form::Confirm, 1).accept(&answer(&["VA", "WW"], &[]), &plan),
        Err(Refusal::Incomplete { .. })
    ));
    assert!(matches!(
        seated(Form::Confirm, 2).accept(&answer(&["VA", " va "], &[]), &plan),
        Err(Refusal::SamePersonTwice { .. })
    ));
    let by = seated(Form::Confirm, 2)
        .accept(&answer(&["ww", " VA"], &[]), &plan)
        .unwrap();
    assert_eq!(
        (by[0].0.as_str(), by[1].0.as_str()),
        ("witness", "administrator")
    );
}

#[test]
fn each_form_takes_what_it_asks_for_and_nothing_else() {
    let plan = procedure().plan;
    let digest = Sha256([0x20; 32]);
    let word = digest.words()[0];
    let choose = Form::Choose {
        options: vec![Choice {
            key: "yes".to_owned(),
            meaning: String::new(),
        }],
    };
    let phrase = Form::TypeBack {
        phrase: "SIGN IT".to_owned(),
    };
    for (form, right, wrong) in [
        (Form::Confirm, &[][..], vec![&["y"][..]]),
        (
            choose,
            &["yes"],
            vec![&[], &["no"], &["y"], &["YES"], &["yes", "yes"]],
        ),
        (
            phrase,
            &["SIGN IT"],
            vec![&[], &["sign it"], &["SIGN IT "], &[""]],
        ),
        (
            Form::Words { positions: vec![1] },
            &[word],
            vec![&[], &["aardvark"], &[word, word]],
        ),
        (
            Form::WatchTime { tolerance: 2 },
            &["09:05"],
            vec![&[], &["9:05"], &["24:00"]],
        ),
    ] {
        let ask = seated(form, 1).showing("something", digest);
        ask.accept(&answer(&["VA"], right), &plan)
            .unwrap_or_else(|no| panic!("{ask:?}: {no}"));
        for wrong in wrong {
            assert!(
                ask.accept(&answer(&["VA"], wrong), &plan).is_err(),
                "{ask:?}: {wrong:?}"
            );
        }
    }
    assert!(matches!(
        seated(Form::Halted, 1).accept(&answer(&["VA"], &[]), &plan),
        Err(Refusal::NothingToAnswer { .. })
    ));
}

#[test]
fn a_document_is_read_to_its_end() {
    let plan = procedure().plan;
    let ask = seated(Form::Confirm, 1).reviewing(Document {
        title: "root.json".to_owned(),
        lines: vec!["a line".to_owned()],
        ..Document::default()
    });
    let mut given = answer(&["VA"], &[]);
    assert!(matches!(
        ask.accept(&given, &plan),
        Err(Refusal::NotReadToEnd { .. })
    ));
    given.read_to_end = true;
    ask.accept(&given, &plan).unwrap();
}
