//! A root that exists is followed by another, by keys: what changes, both thresholds, the end.

use super::player::{People, Person, Player};
use super::pty::{Kind, LARGE, SMALL, Terminal};
use super::room::{Rehearsal, rootstage, said};

/// Three keyholders of the root before, of whom the third leaves; the fourth joins.
fn people() -> People {
    let person = |name: &str, initials: &str, duty: &str| Person {
        name: name.to_owned(),
        initials: initials.to_owned(),
        duty: duty.to_owned(),
    };
    let names = ["Ada", "Bruno", "Chidi", "Dana"];
    let keyholders = names.map(|name| {
        let initials = format!("{}K", &name[..1]);
        person(&format!("{name} Keyholder"), &initials, "keyholder")
    });
    let secrets = names.iter().zip(1..);
    let secrets = secrets.map(|(name, number)| {
        (
            format!("{name} Keyholder"),
            format!("rehearsal of keyholder-{number}"),
        )
    });
    let mut all = vec![
        person("Val Administrator", "VA", "administrator"),
        person("Wim Witness", "WW", "witness"),
    ];
    all.extend(keyholders);
    People {
        all,
        secrets: secrets.collect(),
        rehearsal: true,
    }
}

fn rotates(kind: Kind, changes: &[&str], needed: &[&str]) {
    let mut room = Rehearsal::new();
    room.people = people();
    let args = [
        "rehearse",
        "--script",
        "rotate-keyholder",
        "--dir",
        room.path(),
    ];
    let terminal = Terminal::start(kind, &args, &[]);
    let mut player = Player::new(&terminal, &room.people);

    let review = player.until("the changes", |q| q.says("WHAT CHANGES"));
    for words in changes {
        assert!(review.says(words), "{words}\n{}", review.body.join("\n"));
    }
    let at = |words: &str| review.body.iter().position(|row| row.contains(words));
    let order = [
        "WHAT THE RULES SAY",
        "WHO MUST SIGN",
        "WHAT CHANGES",
        "THE CONTENT",
        "end ──",
    ];
    let order = order.map(|words| at(words).unwrap_or_else(|| panic!("{words}")));
    assert!(order.is_sorted(), "{order:?}");
    terminal.keys("\x1b[H");
    for section in [
        "WHAT THE RULES SAY",
        "WHO MUST SIGN",
        "WHAT CHANGES",
        "THE CONTENT",
    ] {
        terminal.keys("\x0e");
        terminal.wait(section, |look| look.main[3].contains(section));
        terminal.keep(&format!("section {section}"));
    }
    player.answer(&review);

    let sign = player.until("a signature", |q| {
        q.phrase
            .as_ref()
            .is_some_and(|phrase| phrase.starts_with("SIGN "))
    });
    let look = terminal.look();
    let shown = look.main.join(" ");
    let shown: Vec<&str> = shown.split_whitespace().collect();
    for words in needed {
        assert!(shown.join(" ").contains(words), "{words}\n{}", look.text());
    }
    // the content follows from the plan: there is nothing to exchange it for
    assert!(!look.has("F6 withdraw"), "{}", look.text());
    terminal.keys("\x1b[17~");
    terminal.see("The content cannot be withdrawn");
    // the last row: all of it is drawn
    terminal.see("Esc back");
    terminal.keys("\x1b");
    // typed right behind it, a letter would be one with Alt
    terminal.wait("the question again", |look| {
        !look.has("cannot be withdrawn") && !look.has("Esc back")
    });
    player.answer(&sign);

    let head = player.play_out();
    terminal.keys("DONE\r");
    let ended = terminal.end();
    assert!(ended.status.success() && ended.restored, "{}", ended.text);
    let audit = rootstage(&["audit", room.path(), "--expect-head", &head]);
    assert!(audit.status.success(), "{}", said(&audit));
}

#[test]
fn a_keyholder_is_exchanged_on_a_small_screen() {
    rotates(
        SMALL,
        &[
            "~ changed version - 1 + 2",
            "root key of Chidi Keyholder (ecdsa-p256) - id",
            "root key of Dana Keyholder (ecdsa-p256) + id",
        ],
        &[
            "Signatures old 0/2 new 0/2",
            "old: 2 more of Ada, Bruno, Chidi; new: 2 more of Ada, Bruno, Dana.",
        ],
    );
}

#[test]
fn a_keyholder_is_exchanged_on_a_large_screen() {
    rotates(
        LARGE,
        &["trusted now in this one", "~ changed version 1 2"],
        &[
            "counts for",
            "Chidi Keyholder; new: 2 more of Ada Keyholder",
        ],
    );
}
