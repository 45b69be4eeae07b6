//! The rooms themselves: readers, cards that go and come back, several at once.

use std::process::Command;

use crate::cards::{CardRoom, CardSpec};

/// What a program says; it must succeed.
pub fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

fn listed(room: &CardRoom) -> String {
    said(room.command("opensc-tool").arg("--list-readers"))
}

#[test]
fn three_cards_are_in_three_readers() {
    let specs = [1001, 1002, 1003].map(CardSpec::new);
    let Some(room) = CardRoom::new(&specs) else {
        return;
    };
    let text = listed(&room);
    for number in 0..3 {
        let card = room.card(number);
        let line = text.lines().find(|line| line.contains(&card.reader()));
        assert!(line.is_some_and(|line| line.contains("Yes")), "{text}");
        assert_eq!(card.status().serial, 1001 + u32::try_from(number).unwrap());
    }
}

#[test]
fn a_card_goes_and_comes_back() {
    let Some(room) = CardRoom::new(&[CardSpec::new(1001)]) else {
        return;
    };
    let card = room.card(0);
    for _ in 0..2 {
        card.remove();
        assert!(!card.status().powered);
        card.insert();
        let text = said(room.command("opensc-tool").arg("--name"));
        assert!(text.contains("Personal Identity Verification"), "{text}");
    }
}

#[test]
fn rooms_do_not_see_each_other() {
    let Some(first) = CardRoom::new(&[CardSpec::new(1)]) else {
        return;
    };
    let second = CardRoom::new(&[CardSpec::new(2)]).unwrap();
    second.card(0).remove();
    assert!(first.card(0).status().powered);
    assert!(listed(&first).contains("Yes"));
    drop(first);
    second.card(0).insert();
    assert!(listed(&second).contains("Yes"));
}

#[test]
fn a_program_in_the_room_is_in_the_directory_it_was_given() {
    let Some(room) = CardRoom::new(&[]) else {
        return;
    };
    let directory = room.home().canonicalize().unwrap();
    let text = said(room.command("pwd").current_dir(&directory));
    assert_eq!(text.trim_end(), directory.to_str().unwrap());
}
