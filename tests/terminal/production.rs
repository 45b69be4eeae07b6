//! The whole first-root ceremony with three tokens, played by keys: one wrong PIN, one token
//! missing, one wrong token, one exception, and the power cut in the middle of the second signature.

use std::path::Path;

use rustix::process::Signal;

use super::player::Player;
use super::pty::{Kind, LARGE, SMALL, Terminal};
use super::room::{MODULE, Production, rootstage, said};

/// A PIN that no token has.
const WRONG: &str = "64027719358286104493";

#[test]
fn a_first_root_at_80_by_24() {
    first_root(SMALL);
}

#[test]
fn a_first_root_at_120_by_40() {
    first_root(LARGE);
}

fn first_root(kind: Kind) {
    if !Path::new(MODULE).exists() {
        eprintln!("SKIPPED: no SoftHSM2 at {MODULE} (apt-get install softhsm2)");
        return;
    }
    let room = Production::new();
    let terminal = room.run(kind);
    let mut player = Player::new(&terminal, &room.people);

    wrong_pin(&room, &mut player);
    missing_and_wrong_token(&room, &mut player);
    exception(&mut player);
    let dead = killed_while_signing(&room, &mut player);
    drop(terminal);

    let terminal = room.resume(kind);
    let mut player = Player::new(&terminal, &room.people);
    let doubt = player.question().unwrap();
    assert!(doubt.says("A SIGNATURE WAS IN FLIGHT"), "{:#?}", doubt.body);
    assert!(doubt.says("The token of Bob Brown was asked to sign root.json"));
    // nobody was asked, so nothing was sent
    assert_eq!(room.pins_sent(), 0);
    player.answer(&doubt);
    let again = player.question().unwrap();
    assert!(again.says("sign this content"), "{:#?}", again.body);
    player.answer(&again);
    let again = player.question().unwrap();
    assert!(again.wants_secret(), "{:#?}", again.body);
    player.answer(&again);
    assert!(dead.contains("1/2"), "{dead}");
    let signed = player.until("the third signature", |q| {
        q.step.contains("Carol Clark: Signature")
    });
    assert!(terminal.look().has("Signatures 2/2"), "{}", signed.step);
    player.answer(&signed);

    let head = player.play_out();
    terminal.see("The ceremony is complete.");
    terminal.keys("\x1b[F");
    terminal.see("rootstage audit");
    terminal.keys("DONE\r");
    let ended = terminal.end();
    assert!(ended.status.success() && ended.restored, "{}", ended.text);
    assert!(
        ended.text.contains("closed: First root of Example Works"),
        "{}",
        ended.text
    );

    let dir = room.dir.to_str().unwrap();
    let audit = rootstage(&["audit", dir, "--expect-head", &head]);
    assert!(audit.status.success(), "{}", said(&audit));
    let other = rootstage(&[
        "audit",
        dir,
        "--expect-head",
        &head.chars().rev().collect::<String>(),
    ]);
    assert!(!other.status.success(), "{}", said(&other));
    nowhere(&room.dir, &room);
}

/// The first PIN is wrong: it is said, the flag is shown, and the same question comes again.
fn wrong_pin(room: &Production, player: &mut Player<'_>) {
    room.fault("");
    let secret = player.until("the first PIN", super::player::Question::wants_secret);
    assert!(
        secret.step.contains("Alice Adams: Key generated"),
        "{}",
        secret.step
    );
    player.answer_with(&secret, Some(WRONG));
    let again = player.question().unwrap();
    assert!(again.wants_secret() && again.step == secret.step);
    assert!(again.says("wrong"), "{:#?}", again.body);
    // above the field as well, where no scrolling hides it
    let look = player.terminal.look();
    let flag = look
        .main
        .iter()
        .any(|row| row.starts_with(" A wrong PIN was entered before."));
    assert!(flag, "{}", look.text());
    assert_eq!(room.pins_sent(), 1);
    player.answer(&again);
    let next = player.question().unwrap();
    assert!(
        next.step.contains("Alice Adams: Public key compared"),
        "{}",
        next.step
    );
    no_pin_in_memory(player.terminal, room);
    player.answer(&next);
}

/// The second keyholder's token is missing, then another one is in its place.
fn missing_and_wrong_token(room: &Production, player: &mut Player<'_>) {
    let insert = player.until("Bob's token", |q| {
        q.step.contains("Bob Brown: Token presented")
    });
    room.fault("");
    room.take_out();
    player.answer(&insert);
    let missing = player.question().unwrap();
    assert!(missing.says("Bravo"), "{:#?}", missing.body);
    room.put_back();
    room.swap();
    player.answer(&missing);
    let wrong = player.question().unwrap();
    let (planned, stranger) = (&room.tokens[1].serial, &room.stranger.serial);
    assert!(wrong.says("WRONG TOKEN"), "{:#?}", wrong.body);
    assert!(wrong.says(&format!(
        "The plan gives Bob Brown the token with serial {planned}; this one says serial {stranger}."
    )));
    assert!(wrong.says("no PIN try was spent"));
    assert_eq!(room.pins_sent(), 0);
    room.take_stranger_out();
    room.put_back();
    player.answer(&wrong);
    let right = player.question().unwrap();
    assert!(
        right.says("Is this the token of Bob Brown?"),
        "{:#?}",
        right.body
    );
    assert_eq!(right.phrase.as_deref(), Some(&planned[planned.len() - 4..]));
    player.answer(&right);
}

/// An exception, from the screen of a review.
fn exception(player: &mut Player<'_>) {
    let review = player.until("a review", |q| q.step.contains("Content reviewed"));
    player.terminal.keys("\x1bOQ");
    player.terminal.see("Exception E1");
    player
        .terminal
        .keys("the door stays shut\rit was opened\rthe visitor left; we go on\rwv");
    player.terminal.see("Complete. Enter answers.");
    player.terminal.keep("exception");
    player.terminal.keys("\r");
    player.terminal.see("Exception E1 is on record.");
    let look = player.terminal.see("1 exception");
    assert!(!look.has("── Exception"), "{}", look.text());
    player.answer(&review);
}

/// `kill -9` while the second token is in the middle of its signature.
fn killed_while_signing(room: &Production, player: &mut Player<'_>) -> String {
    let secret = player.until("Bob's PIN for the root", |q| {
        q.step.contains("Bob Brown: Signature") && q.wants_secret()
    });
    room.fault("blocks");
    player.answer(&secret);
    room.module_says("signing");
    let look = player.terminal.see("That this was begun is on record.");
    player.terminal.keep("signing");
    player.terminal.signal(Signal::KILL);
    room.fault("");
    look.text()
}

/// Neither a PIN nor its characters as the screen would hold them stay in memory.
fn no_pin_in_memory(terminal: &Terminal, room: &Production) {
    let memory = terminal.memory();
    let has = |bytes: &[u8]| super::room::find(&memory, bytes);
    assert!(has(b"SOFTHSM2_CONF="), "the search finds nothing at all");
    for pin in [room.tokens[0].pin.as_str(), WRONG] {
        let wide: Vec<u8> = pin
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        assert!(
            !has(pin.as_bytes()),
            "a PIN is in memory: {}",
            terminal.around(pin.as_bytes())
        );
        assert!(!has(&wide), "the characters of a PIN are in memory");
    }
}

/// No PIN is in any file.
fn nowhere(dir: &Path, room: &Production) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            nowhere(&path, room);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for pin in room.tokens.iter().map(|t| t.pin.as_str()).chain([WRONG]) {
            assert!(
                !super::room::find(&bytes, pin.as_bytes()),
                "a PIN is in {}",
                path.display()
            );
        }
    }
}
