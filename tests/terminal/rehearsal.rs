//! A rehearsal by keys: passphrases of software keys, the banner, what stays in memory.

use super::player::Player;
use super::pty::SMALL;
use super::room::{Rehearsal, find, rootstage, said};

#[test]
fn two_keyholders_rehearse_by_keys() {
    let room = Rehearsal::new();
    let terminal = room.start(SMALL);
    let mut player = Player::new(&terminal, &room.people);
    let new = player.until("a new passphrase", |q| {
        q.fields.iter().any(|f| f == "Once more")
    });
    assert_eq!(
        new.fields[..2],
        ["New passphrase of Ada Keyholder", "Once more"]
    );

    // a weak one is called so; two different ones are not taken
    terminal.keys("password");
    let weak = terminal.see("bits: ");
    assert!(!weak.has("8 characters"), "{}", weak.text());
    terminal.keys("\rpasswort");
    terminal.see("differs so far");
    terminal.keys("\x15\x1b[Z\x15");
    terminal.see("To do: New passphrase of Ada Keyholder.");
    player.answer(&new);

    let secret = &room.people.secrets["Ada Keyholder"];
    let use_it = player.until("the passphrase", super::player::Question::wants_secret);
    assert_eq!(use_it.fields[0], "Passphrase of Ada Keyholder");
    player.answer(&use_it);
    let after = player.question().unwrap();
    let memory = terminal.memory();
    assert!(
        find(&memory, b"ROOTSTAGE") || find(&memory, b"rootstage resume"),
        "the search finds nothing"
    );
    let wide: Vec<u8> = secret
        .chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    for part in [
        &secret.as_bytes()[..16],
        &secret.as_bytes()[16..],
        &wide[..64],
    ] {
        assert!(
            !find(&memory, part),
            "the passphrase is in memory{}",
            terminal.around(part)
        );
    }
    player.answer(&after);

    let head = player.play_out();
    terminal.keys("DONE\r");
    let ended = terminal.end();
    assert!(ended.status.success() && ended.restored, "{}", ended.text);
    assert!(ended.text.contains("REHEARSAL, closed"), "{}", ended.text);
    let audit = rootstage(&["audit", room.path(), "--expect-head", &head]);
    assert!(audit.status.success(), "{}", said(&audit));
    for entry in ["transcript.jsonl", "metadata/root.json", "plan.toml"] {
        let bytes = std::fs::read(room.dir.join(entry)).unwrap();
        assert!(
            !find(&bytes, &secret.as_bytes()[..16]),
            "the passphrase is in {entry}"
        );
    }
}

#[test]
fn the_rehearsal_is_marked_on_every_screen() {
    let room = Rehearsal::new();
    let terminal = room.start(SMALL);
    terminal.see(" To do:");
    for (keys, words) in [
        ("\x1bOP", "── Help"),
        ("\x1b", "── Answer"),
        ("\x1bOQ", "── Exception"),
        ("\x1b", "── Answer"),
        ("\x1bOR", "── Skip"),
        ("\x1b", "── Answer"),
        ("\x1bOS", "── Outline"),
        ("\x1b", "── Answer"),
        ("\x1b[15~", "── Digests"),
        ("\x1b", "── Answer"),
        ("\x1b[19~", "── Abort"),
        ("\x1b", "── Answer"),
        ("\x03", "Leave, or stay?"),
        ("\x1b", "── Answer"),
    ] {
        terminal.keys(keys);
        let look = terminal.see(words);
        assert!(look.rows[0].starts_with(" REHEARSAL "), "{}", look.text());
    }
}
